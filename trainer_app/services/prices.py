"""What mistakes cost, worked out beside the pages: nobody waits for a simulation before the verdict is on the screen.

A price takes some tenths of a second of an interpreter, and a thread that takes them makes every page wait for its turn, message by message
(with 50 trainees the verdict came after 45 ms in the middle without such a thread, and after 160 ms and up to seconds with it). So prices
are worked out in the process beside, one after another; at most WAITING of them wait, and the last KEPT are remembered.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from threading import Lock
from types import MappingProxyType

from sim.rules.tables import Text
from sim.study.paired import Difference
from trainer_app.services.elsewhere import elsewhere
from trainer_app.services.practice import Given
from trainer_app.services.shop import case_of, shop
from trainer_app.training.cases import Case
from trainer_app.training.cost import Cost, cost_of
from trainer_app.training.grading import Answer

KEPT = 512
WAITING = 64

FEWEST = 2
"""Draws where nothing but the words of the price is wanted: a mistaken clock has no figures."""

Address = tuple[str, int, int, Answer, int | None]
"""The case's cell, seed and number; the answer; the draws, None for as many as usual."""

Parts = tuple[str, Text, int, dict[str, Difference], dict[str, float], dict[str, float]]
"""A Cost that can be sent from process to process."""

Submit = Callable[..., "Future[Parts]"]


@dataclass(frozen=True)
class Price:
    """How far the price of a mistake is. cost: None while it is worked out, and where that failed (`failed`)."""

    cost: Cost | None
    failed: bool = False


class Prices:
    """The prices of mistakes in the practice shop; may be asked from several threads. submit: has a function done, as an executor."""

    def __init__(self, submit: Submit, kept: int = KEPT, waiting: int = WAITING) -> None:
        self._submit, self._most, self._waiting = submit, kept, waiting
        self._lock = Lock()
        self._found: OrderedDict[Address, Future[Parts]] = OrderedDict()

    def ask(self, case: Case, answer: Answer, draws: int | None = None) -> Price:
        """The price of an answer to a case, at once: worked out, or on its way. Where too many wait it is not begun; ask again."""
        address = (case.cell, case.seed, case.number, Answer(answer.path, answer.response, answer.deadline), draws)
        with self._lock:
            found = self._found.get(address)
            if found is None:
                if sum(not each.done() for each in self._found.values()) >= self._waiting:
                    return Price(None)
                found = self._found[address] = self._submit(work_out, *address)
                found.add_done_callback(_tell)
            self._found.move_to_end(address)
            while len(self._found) > self._most:
                self._found.popitem(last=False)[1].cancel()
        if not found.done():
            return Price(None)
        return Price(None, failed=True) if found.cancelled() or found.exception() else Price(_whole(found.result()))


def price_of(given: Given) -> Price | None:
    """The price of a stored answer; None where nothing was wrong."""
    verdict = given.verdict
    if verdict.right:
        return None
    figures = not (verdict.path.right and verdict.response.right)
    return prices().ask(given.case, given.said, None if figures else FEWEST)


def work_out(cell: str, seed: int, number: int, answer: Answer, draws: int | None) -> Parts:
    """The price itself, in whatever process this is called."""
    found = cost_of(case_of(cell, seed, number), answer, shop(), draws)
    return found.kind, found.cause, found.draws, dict(found.figures), dict(found.right), dict(found.taken)


@cache
def prices() -> Prices:
    """Those of this process, worked out in the one beside it."""
    return Prices(elsewhere().submit)


def _whole(parts: Parts) -> Cost:
    kind, cause, draws, figures, right, taken = parts
    return Cost(kind, cause, draws, MappingProxyType(figures), MappingProxyType(right), MappingProxyType(taken))


def _tell(found: "Future[Parts]") -> None:
    if not found.cancelled() and found.exception():
        logging.getLogger(__name__).error("a price could not be worked out", exc_info=found.exception())
