"""What the field says of single cases: the model cards, the ambiguous ones, and every skill."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from sim.rules.decide import decide, rule_for
from sim.rules.facets import read_facts
from sim.rules.settings import settings_with
from sim.rules.tables import load_cells

CASES: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("cards.toml").read_text("utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['kind']}: {case['name']}")
def test_the_tables_say_what_the_field_says(case: dict[str, Any]) -> None:
    facts, settings, wanted = read_facts(case["facts"]), settings_with(case.get("settings", {})), case["is"]
    verdict = decide(facts, settings)
    assert (verdict.accepted_paths, verdict.response, verdict.deadline) == (tuple(wanted["paths"]), wanted["response"], wanted["deadline"])
    assert verdict.seconds == wanted.get("seconds", verdict.seconds)
    assert verdict.alternatives == tuple(wanted.get("alternatives", verdict.alternatives))
    if "cell" in case:
        assert rule_for(facts, settings).cell == case["cell"]


def test_all_twelve_cards_are_here() -> None:
    assert {case["name"].split()[0] for case in CASES if case["kind"] == "card"} == {str(number) for number in range(1, 13)}


def test_every_skill_has_a_case() -> None:
    cells = [cell.key for cell in load_cells()]
    assert len(cells) == len(set(cells)) == 24
    assert {case["cell"] for case in CASES if "cell" in case} == set(cells)
