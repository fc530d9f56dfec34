"""The price of a mistake is worked out beside the page, once, and never keeps anybody waiting."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from types import MappingProxyType
from typing import Any

import pytest

from sim.rules.facts import Deadline, Response
from sim.rules.tables import Text
from trainer_app.services import prices
from trainer_app.services.elsewhere import Elsewhere
from trainer_app.services.practice import Given, Key
from trainer_app.services.prices import Price, Prices, price_of
from trainer_app.services.shop import case_of, shop
from trainer_app.training.cases import Case
from trainer_app.training.cost import FIGURES, Cost, cost_of
from trainer_app.training.grading import Answer, grade

PATIENCE = 60
"""Seconds that a test waits for another thread at most."""


@cache
def case(number: int = 0) -> Case:
    return case_of("p1.left-unseen", 3, number)


PARTS = ("path", Text("", ""), 2, {}, {}, {})
COST = Cost("path", Text("", ""), 2, MappingProxyType({}), MappingProxyType({}), MappingProxyType({}))


class Desk:
    """Stands for the process beside: works only when it may, one price after another, and counts."""

    def __init__(self) -> None:
        self.may, self.began, self.asked = threading.Event(), threading.Event(), 0
        self.thread = ThreadPoolExecutor(1)

    def submit(self, function: object, *_: object) -> "Future[prices.Parts]":
        assert function is prices.work_out
        return self.thread.submit(self._work)

    def finished(self) -> None:
        """Wait until all that was begun is done."""
        self.thread.submit(lambda: None).result(PATIENCE)

    def _work(self) -> "prices.Parts":
        self.asked += 1
        self.began.set()
        assert self.may.wait(PATIENCE)
        return PARTS


@pytest.fixture
def desk() -> Iterator[Desk]:
    found = Desk()
    yield found
    found.may.set()
    found.thread.shutdown(cancel_futures=True)


def test_asking_never_waits_and_finds_the_price_later(desk: Desk) -> None:
    asked = Prices(desk.submit)
    assert asked.ask(case(), Answer(2)) == Price(None)
    assert desk.began.wait(PATIENCE)
    assert asked.ask(case(), Answer(2)) == Price(None)
    desk.may.set()
    desk.finished()
    assert asked.ask(case(), Answer(2)) == Price(COST)
    assert desk.asked == 1


def test_no_more_wait_than_there_is_room_for(desk: Desk) -> None:
    asked = Prices(desk.submit, waiting=2)
    for number in range(5):
        assert asked.ask(case(number), Answer(2)) == Price(None)
    desk.may.set()
    desk.finished()
    assert desk.asked == 2
    asked.ask(case(4), Answer(2))
    desk.finished()
    assert asked.ask(case(4), Answer(2)) == Price(COST)


def test_the_oldest_price_is_forgotten_first(desk: Desk) -> None:
    desk.may.set()
    asked = Prices(desk.submit, kept=2)
    for number in (0, 1, 2):
        asked.ask(case(number), Answer(2))
        desk.finished()
    assert [each[2] for each in asked._found] == [1, 2]


def test_another_answer_to_the_same_card_has_a_price_of_its_own_whatever_time_it_took(desk: Desk) -> None:
    desk.may.set()
    asked = Prices(desk.submit)
    for answer in (Answer(2), Answer(3), Answer(2, seconds=9.0)):
        asked.ask(case(), answer)
        desk.finished()
    assert desk.asked == 2


def test_a_price_that_cannot_be_worked_out_is_told_as_such(caplog: pytest.LogCaptureFixture) -> None:
    def fails(*_: object) -> "Future[prices.Parts]":
        found: Future[prices.Parts] = Future()
        found.set_exception(ArithmeticError())
        return found

    asked = Prices(fails)
    assert asked.ask(case(), Answer(2)) == Price(None, failed=True)
    assert "price" in caplog.text


def test_the_price_of_a_real_mistake_comes_whole_from_the_process_beside() -> None:
    done, beside = threading.Event(), Elsewhere()

    def submit(*work: Any) -> "Future[prices.Parts]":
        found = beside.submit(*work)
        found.add_done_callback(lambda _: done.set())
        return found

    asked, mistake = Prices(submit), Answer(1, Response.BATCH_REFUND, Deadline.BEFORE_PICKING)
    try:
        assert asked.ask(case(), mistake) == Price(None)
        assert done.wait(PATIENCE)
        found = asked.ask(case(), mistake).cost
    finally:
        beside.close()
    assert found == cost_of(case(), mistake, shop())
    assert tuple(found.figures) == FIGURES
    assert found.draws >= 200


def test_what_was_right_has_no_price() -> None:
    found, moment = case(), None
    said = Answer(found.path, found.truth.response, found.truth.deadline)
    key = Key(found.cell, found.seed, found.number)
    assert price_of(Given(1, key, found, said, grade(found, said), (True, True, True), 0, moment, moment, True, None)) is None
