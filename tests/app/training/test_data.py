"""The files of texts and figures: both languages, the same places for values, no pool too small; and any shop's settings will do."""

import dataclasses
import re
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import trainer_app.training
from sim.errors import BadInput
from sim.rules.decide import tables
from sim.rules.facts import ReturnRule
from sim.rules.settings import standard_settings
from tests.rules.oracle import oracle
from trainer_app.training import card, situations
from trainer_app.training.cases import cells, draw_case
from trainer_app.training.message import pools

FOLDER = Path(trainer_app.training.__file__).parent
FILES = sorted(FOLDER.glob("*.toml"))


def texts(value: Any) -> Iterator[dict[str, Any]]:
    """Every table that holds a text, however deep."""
    if isinstance(value, dict):
        if {"zh", "en"} & set(value):
            yield value
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_text_stands_in_both_languages_with_the_same_places(file: Path) -> None:
    found = [text for text in texts(tomllib.loads(file.read_text("utf-8"))) if isinstance(text.get("zh", ""), str)]
    for text in found:
        assert {"zh", "en"} <= set(text), text
        assert bool(text["zh"]) == bool(text["en"]), text
        assert places(text["zh"]) == places(text["en"]), text
        assert not re.search(r"[一-鿿]", text["en"]), text
        assert re.search(r"[一-鿿；]", text["zh"]) or not text["en"] or re.fullmatch(r"[\s{}a-z：；]*", text["zh"]), text


def test_no_pool_of_words_says_the_same_thing_twice() -> None:
    words = pools()
    for state, pool in words["core"].items():
        assert len(pool) >= 8, state
        for language in ("zh", "en"):
            assert len({text[language] for text in pool}) == len(pool), state


def test_every_rule_has_a_situation() -> None:
    rules = {rule.id for table in tables().values() for rule in table.rules}
    assert {each.rule for each in situations.situations()} == rules


def test_every_facet_of_the_rules_has_a_field_or_a_house_rule() -> None:
    shown = {facet for entry in card.field_entries().values() for facet in entry.get("facets", ())}
    house = {entry["key"] for entry in card.shown()["house"]}
    named = {facet for table in tables().values() for rule in table.rules for facet in rule.facets}
    assert named - shown - house == set()


shops = st.builds(
    dataclasses.replace,
    st.just(standard_settings()),
    response_minutes=st.integers(1, 120).map(float),
    carrier_hours=st.sampled_from([0.5, 1.0, 2.0, 12.0]),
    delegated=st.booleans(),
    lost_after_days=st.sampled_from([0.0, 1.0, 3.5, 5.0, 10.0]),
    coupon_hours=st.sampled_from([0.0, 1.0, 12.0, 48.0]),
    buyer_sends_back_days=st.sampled_from([1.0, 7.0]),
    refund_on_promise=st.booleans(),
    return_rule=st.sampled_from(list(ReturnRule)),
    door_threshold=st.sampled_from([0, 1, 20, 500]),
    inspection_outside=st.booleans(),
)


@given(st.sampled_from(cells()), st.integers(0, 10_000), shops)
@settings(max_examples=300, deadline=None)
def test_in_any_shop_a_case_belongs_to_its_cell_and_is_judged_as_the_oracle_judges(cell, number, shop) -> None:
    case = draw_case(cell, 1, number, shop)
    assert case.rule.cell == cell
    opinion = oracle(case.facts, shop)
    assert (case.truth.accepted_paths, case.truth.response, case.truth.deadline) == (
        opinion.accepted_paths,
        opinion.response,
        opinion.deadline,
    )


@pytest.mark.parametrize(
    ("entry", "nearest"),
    [
        ({"rule": "P1.plain-bach"}, "P1.plain-batch"),
        ({"rule": "P1.picked", "gods": "picked"}, "goods"),
        ({"rule": "P1.picked", "goods": "piked"}, "picked"),
    ],
)
def test_a_slip_in_the_file_is_told_with_the_nearest_name(entry: dict[str, str], nearest: str) -> None:
    usual = tomllib.loads((FOLDER / "situations.toml").read_text("utf-8"))["usual"]
    with pytest.raises(BadInput) as error:
        situations._situation(0, entry, usual)
    assert error.value.nearest == nearest
