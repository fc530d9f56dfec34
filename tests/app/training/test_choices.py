"""The choices of a card: the right ones are there, and neither their place, their length nor their being there gives them away."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.rules.decide import tables
from sim.rules.facts import Deadline, Response
from tests.app.training.drawn import drawn, every, shops
from trainer_app.training.cases import Case, cells
from trainer_app.training.choices import OFFERED, deadlines, offered
from trainer_app.training.grading import accepted_deadlines, accepted_responses

MANY = 60
CHANCE = 1 / OFFERED


@cache
def cards() -> tuple[tuple[Response, tuple[Response, ...]], ...]:
    """The one right response of many cases, and what is offered with it."""
    alone = [case for case in every(MANY) if len(accepted_responses(case)) == 1]
    return tuple((case.truth.response, offered(case)) for case in alone)


def found_by(choose: Callable[[tuple[Response, ...]], Iterable[Response]]) -> float:
    """How often somebody is right who chooses without the card; several equally good choices share the hit."""
    hits = 0.0
    for right, among in cards():
        chosen = tuple(choose(among))
        hits += (right in chosen) / len(chosen)
    return hits / len(cards())


@given(st.sampled_from(cells()), st.integers(0, 39), st.sampled_from(tuple(shops())))
@settings(max_examples=300, deadline=None)
def test_all_that_is_accepted_is_offered_once_among_others(cell: str, number: int, shop: str) -> None:
    case = drawn(cell, 40, shop)[number]
    among = offered(case)
    assert set(accepted_responses(case)) <= set(among)
    assert len(among) == len(set(among)) == OFFERED


@given(st.sampled_from(cells()), st.integers(0, 39))
@settings(max_examples=100, deadline=None)
def test_the_others_belong_to_the_path_or_to_a_neighbouring_one(cell: str, number: int) -> None:
    case = drawn(cell, 40)[number]
    near = {rule.response for path in (case.path - 1, case.path, case.path + 1) if path in tables() for rule in tables()[path].rules}
    assert set(offered(case)) <= near


def test_the_same_case_has_the_same_list_in_another_process() -> None:
    code = (
        "from tests.app.training.drawn import drawn; from trainer_app.training.choices import offered;"
        "print([each.value for case in drawn('p2.lost', 5) for each in offered(case)])"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env={"PYTHONPATH": "."}).stdout
    assert told.strip() == str([each.value for case in drawn("p2.lost", 5) for each in offered(case)])


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("most", [max, min])
def test_neither_the_longest_nor_the_shortest_is_right_more_often_than_by_chance(language: str, most) -> None:
    def choose(among: tuple[Response, ...]) -> list[Response]:
        wanted = most(len(getattr(each, language)) for each in among)
        return [each for each in among if len(getattr(each, language)) == wanted]

    assert found_by(choose) < CHANCE + 0.05


@pytest.mark.parametrize("place", range(OFFERED))
def test_no_place_is_right_more_often_than_by_chance(place: int) -> None:
    assert abs(found_by(lambda among: [among[place]]) - CHANCE) < 0.05


def test_who_knows_only_how_often_each_response_is_right_gains_little() -> None:
    """The best guess without the card: of those offered the one that is right in the largest share of its appearances."""
    there = Counter(response for _, among in cards() for response in among)
    right = Counter(response for response, _ in cards())
    assert found_by(lambda among: [max(among, key=lambda each: right[each] / there[each])]) < CHANCE + 0.1


def test_every_deadline_that_can_be_right_has_its_place() -> None:
    assert set(deadlines()) == set(Deadline)
    cases: list[Case] = every(20)
    assert all(set(accepted_deadlines(case, response)) <= set(deadlines()) for case in cases for response in accepted_responses(case))
