"""Which rules decided something, and which never."""

import numpy as np
import pytest

from sim.desk.records import LEDGER
from sim.measure.coverage import RuleUse, coverage
from sim.rules.masks import BITS, masks

RULES = masks().rules


def ledger(*decided: tuple[int, ...]) -> np.ndarray:
    """One request for each set of numbers of rules."""
    found = np.zeros(len(decided), LEDGER)
    for request, numbers in enumerate(decided):
        for number in numbers:
            found["rules"][request, number // BITS] |= 1 << (number % BITS)
    return found


def test_each_rule_has_the_requests_that_it_decided_something_for() -> None:
    found = coverage([ledger((0, 3), (3,), ())])
    assert found.requests == 3
    assert found.rules[:4] == tuple(RuleUse(rule.id, rule.cell, count) for rule, count in zip(RULES, (1, 0, 0, 2), strict=False))
    assert len(found.rules) == len(RULES)
    assert sum(rule.requests for rule in found.rules) == 3


@pytest.mark.parametrize("number", [0, BITS - 1, BITS, len(RULES) - 1])
def test_rules_of_both_words_are_read(number: int) -> None:
    assert [rule.id for rule in coverage([ledger((number,))]).rules if rule.requests] == [RULES[number].id]


def test_several_runs_are_added_up() -> None:
    found = coverage([ledger((1,)), ledger((1,), (2,))])
    assert (found.requests, found.rules[1].requests, found.rules[2].requests) == (3, 2, 1)


def test_the_share_is_of_the_rules_and_the_rest_are_named() -> None:
    found = coverage([ledger(tuple(range(1, len(RULES))))])
    assert found.share == 1 - 1 / len(RULES)
    assert [rule.id for rule in found.never] == [RULES[0].id]
    assert coverage([ledger(tuple(range(len(RULES))))]).never == ()


def test_cells_of_which_no_rule_decided_anything_are_named() -> None:
    cell = RULES[0].cell
    others = tuple(number for number, rule in enumerate(RULES) if rule.cell != cell)
    assert coverage([ledger(others)]).cells_never == (cell,)
    assert coverage([ledger(others), ledger((0,))]).cells_never == ()


def test_without_requests_nothing_is_covered() -> None:
    assert coverage([]).share == 0
