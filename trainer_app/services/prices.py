"""What mistakes cost, worked out beside the pages: nobody waits for a simulation before the verdict is on the screen.

A price takes some tenths of a second of the interpreter. So they are worked out one after another by one thread, at most WAITING of them
wait, and the last KEPT are remembered.
"""

import logging
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from threading import Lock

from sim.scenario.schema import Scenario
from trainer_app.services.practice import Given
from trainer_app.services.shop import shop
from trainer_app.training.cases import Case
from trainer_app.training.cost import Cost, cost_of
from trainer_app.training.grading import Answer

KEPT = 512
WAITING = 64

FEWEST = 2
"""Draws where nothing but the words of the price is wanted: a mistaken clock has no figures."""


@dataclass(frozen=True)
class Price:
    """How far the price of a mistake is. cost: None while it is worked out, and where that failed (`failed`)."""

    cost: Cost | None
    failed: bool = False


Address = tuple[str, int, int, Answer, int | None]


class Prices:
    """The prices of mistakes in the shop of a scenario; may be asked from several threads."""

    def __init__(self, scenario: Scenario, kept: int = KEPT, waiting: int = WAITING) -> None:
        self._scenario, self._most, self._waiting = scenario, kept, waiting
        self._lock = Lock()
        self._found: OrderedDict[Address, Future[Cost]] = OrderedDict()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="price")

    def ask(self, case: Case, answer: Answer, draws: int | None = None) -> Price:
        """The price of an answer to a case, at once: worked out, or on its way. Where too many wait it is not begun; ask again."""
        address = (case.cell, case.seed, case.number, Answer(answer.path, answer.response, answer.deadline), draws)
        with self._lock:
            found = self._found.get(address)
            if found is None:
                if sum(not each.done() for each in self._found.values()) >= self._waiting:
                    return Price(None)
                found = self._found[address] = self._thread.submit(cost_of, case, address[3], self._scenario, draws)
                found.add_done_callback(_tell)
            self._found.move_to_end(address)
            while len(self._found) > self._most:
                self._found.popitem(last=False)[1].cancel()
        if not found.done():
            return Price(None)
        return Price(None, failed=True) if found.cancelled() or found.exception() else Price(found.result())

    def close(self) -> None:
        """Work nothing out any more."""
        self._thread.shutdown(cancel_futures=True)


def price_of(given: Given) -> Price | None:
    """The price of a stored answer; None where nothing was wrong."""
    verdict = given.verdict
    if verdict.right:
        return None
    figures = not (verdict.path.right and verdict.response.right)
    return prices().ask(given.case, given.said, None if figures else FEWEST)


@cache
def prices() -> Prices:
    """Those of the practice shop, for all of this process."""
    return Prices(shop())


def _tell(found: "Future[Cost]") -> None:
    if not found.cancelled() and found.exception():
        logging.getLogger(__name__).error("a price could not be worked out", exc_info=found.exception())
