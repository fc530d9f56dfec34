"""The price of a mistake is worked out beside the page, once, by one thread, and never keeps anybody waiting."""

import threading
from functools import cache
from types import MappingProxyType

import pytest

from sim.rules.facts import Deadline, Response
from sim.rules.tables import Text
from trainer_app.services import prices
from trainer_app.services.prices import Price, Prices, price_of
from trainer_app.services.shop import case_of, settings, shop
from trainer_app.training.cases import Case
from trainer_app.training.cost import FIGURES, Cost
from trainer_app.training.grading import Answer

PATIENCE = 60
"""Seconds that a test waits for another thread at most."""


@cache
def case(number: int = 0) -> Case:
    return case_of("p1.left-unseen", 3, number)


COST = Cost("path", Text("", ""), 2, MappingProxyType({}), MappingProxyType({}), MappingProxyType({}))


class Desk:
    """Stands for `cost_of`: works only when it may, and counts."""

    def __init__(self) -> None:
        self.may, self.began, self.at_once, self.most, self.asked = threading.Event(), threading.Event(), 0, 0, 0

    def __call__(self, *_: object) -> Cost:
        self.asked += 1
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        self.began.set()
        assert self.may.wait(PATIENCE)
        self.at_once -= 1
        return COST


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    found = Desk()
    monkeypatch.setattr(prices, "cost_of", found)
    return found


def finished(asked: Prices) -> None:
    """Wait until all that was begun is done."""
    asked._thread.submit(lambda: None).result(PATIENCE)


def test_asking_never_waits_and_finds_the_price_later(desk: Desk) -> None:
    asked = Prices(shop())
    assert asked.ask(case(), Answer(2)) == Price(None)
    assert desk.began.wait(PATIENCE)
    assert asked.ask(case(), Answer(2)) == Price(None)
    desk.may.set()
    finished(asked)
    assert asked.ask(case(), Answer(2)) == Price(COST)
    assert desk.asked == 1
    asked.close()


def test_one_price_is_worked_out_at_a_time(desk: Desk) -> None:
    asked = Prices(shop())
    for number in range(6):
        asked.ask(case(number), Answer(2))
    desk.may.set()
    finished(asked)
    assert (desk.asked, desk.most) == (6, 1)
    asked.close()


def test_no_more_wait_than_there_is_room_for(desk: Desk) -> None:
    asked = Prices(shop(), waiting=2)
    for number in range(5):
        assert asked.ask(case(number), Answer(2)) == Price(None)
    desk.may.set()
    finished(asked)
    assert desk.asked == 2
    asked.ask(case(4), Answer(2))
    finished(asked)
    assert asked.ask(case(4), Answer(2)) == Price(COST)
    asked.close()


def test_the_oldest_price_is_forgotten_first(desk: Desk) -> None:
    desk.may.set()
    asked = Prices(shop(), kept=2)
    for number in (0, 1, 2):
        asked.ask(case(number), Answer(2))
        finished(asked)
    assert [each[2] for each in asked._found] == [1, 2]
    asked.close()


def test_another_answer_to_the_same_card_has_a_price_of_its_own_whatever_time_it_took(desk: Desk) -> None:
    desk.may.set()
    asked = Prices(shop())
    for answer in (Answer(2), Answer(3), Answer(2, seconds=9.0)):
        asked.ask(case(), answer)
        finished(asked)
    assert desk.asked == 2
    asked.close()


def test_a_price_that_cannot_be_worked_out_is_told_as_such(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def fails(*_: object) -> Cost:
        raise ArithmeticError

    monkeypatch.setattr(prices, "cost_of", fails)
    asked = Prices(shop())
    asked.ask(case(), Answer(2))
    finished(asked)
    assert asked.ask(case(), Answer(2)) == Price(None, failed=True)
    assert "price" in caplog.text
    asked.close()


def test_the_price_of_a_real_mistake_has_all_figures() -> None:
    asked = Prices(shop())
    asked.ask(case(), Answer(1, Response.BATCH_REFUND, Deadline.BEFORE_PICKING))
    finished(asked)
    found = asked.ask(case(), Answer(1, Response.BATCH_REFUND, Deadline.BEFORE_PICKING)).cost
    assert tuple(found.figures) == FIGURES
    assert found.draws >= 200
    assert case().settings == settings()
    asked.close()


def test_what_was_right_has_no_price() -> None:
    from trainer_app.services.practice import Given, Key
    from trainer_app.training.grading import grade

    found, moment = case(), None
    said = Answer(found.path, found.truth.response, found.truth.deadline)
    key = Key(found.cell, found.seed, found.number)
    assert price_of(Given(1, key, found, said, grade(found, said), (True, True, True), 0, moment, moment, True, None)) is None
