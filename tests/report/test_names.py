"""Nothing that can be in a report goes without a name in both languages."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from sim.desk.steps import OUTCOMES
from sim.desk.tables import ERROR_NAMES, HANDOFF_KINDS, HANDOFF_NAMES
from sim.measure.money import CAUSES
from sim.report import names
from sim.rules.path import FACTS
from sim.scenario.schema import GRADES
from sim.scenario.staff import POOLS
from sim.words import speaking

WORDS = [
    *((names.path, path) for path in FACTS),
    *((names.short_path, path) for path in FACTS),
    *((names.pool, pool) for pool in POOLS),
    *((names.handoff, kind) for kind in dict.fromkeys((*HANDOFF_KINDS, *HANDOFF_NAMES))),
    *((names.outcome, outcome) for outcome in OUTCOMES),
    *((names.cause, cause) for cause in ("labour", "contacts", *CAUSES, "total")),
    *((names.wrong_act, act) for act in ERROR_NAMES),
    *((names.grade, grade) for grade in GRADES),
]


@pytest.mark.parametrize(("name", "word"), WORDS)
def test_everything_has_a_name_in_both_languages(name: Callable[[Any], str], word: Any) -> None:
    with speaking("en"):
        english = name(word)
    with speaking("zh"):
        chinese = name(word)
    assert english not in ("path unknown", "")
    assert "_" not in english
    assert re.search(r"[一-鿿]", chinese)


def test_no_two_causes_outcomes_or_acts_are_called_alike() -> None:
    for of in (names.CAUSES, names.OUTCOMES, names.WRONG_ACTS, names.POOLS, names.HANDOFFS):
        assert len(set(of.values())) == len(of)


@pytest.mark.parametrize(
    ("pool", "english", "chinese"),
    [
        ("agents_12", "agents (unshipped, on the way)", "客服（未发货、未签收）"),
        ("agents_4", "agents (returns)", "客服（退货换货）"),
        ("after_sales", "after-sales staff", "售后"),
        ("outside", "outside inspection", "外部质检"),
        ("agents_5", "agents_5", "agents_5"),
    ],
)
def test_agents_dedicated_to_paths_are_named_by_what_they_serve(pool: str, english: str, chinese: str) -> None:
    with speaking("en"):
        assert names.pool(pool) == english
    with speaking("zh"):
        assert names.pool(pool) == chinese


def test_a_person_is_named_by_group_shift_and_number() -> None:
    with speaking("zh"):
        assert names.person("after_sales/regular/day/2") == "售后（regular 组，day 班，2 号）"
        assert names.group("agents/night") == "客服（night 组）"
    assert names.person("someone") == "someone"
