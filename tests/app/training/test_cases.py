"""Cases: what a card shows is all that is needed, contradicts itself nowhere, and is judged as an independent opinion judges it."""

import dataclasses
import json
import os
import re
import subprocess
import sys

import pytest

from sim.errors import BadInput
from sim.rules.decide import decide, tables
from sim.rules.settings import standard_settings
from tests.app.training.drawn import drawn, every, shops
from tests.app.training.reading import contradictions, read_card
from tests.rules.oracle import oracle
from trainer_app.training.cases import cells, draw_case, draw_exam_case

FEW = 40
ALL = 1_000
CJK = re.compile(r"[一-鿿，。：；！？（）【】]")
FIGURES = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d|¥[\d,.]+|\d+\.?\d*")


def disagree(cases) -> list[str]:
    """Where the oracle thinks otherwise."""
    found = []
    for case in cases:
        opinion = oracle(case.facts, case.settings)
        truth = case.truth
        told = (truth.accepted_paths, truth.response, truth.deadline, truth.seconds, frozenset((truth.response, *truth.alternatives)))
        if told != (opinion.accepted_paths, opinion.response, opinion.deadline, opinion.seconds, opinion.responses):
            found.append(f"{case.cell} {case.number} {truth} {opinion}")
    return found


def same_facts(one, other) -> bool:
    """Equal, hours up to a second."""
    for field in dataclasses.fields(one):
        first, second = getattr(one, field.name), getattr(other, field.name)
        if field.name.startswith("hours"):
            if abs(first - second) > 1 / 3600:
                return False
        elif first != second:
            return False
    return True


def test_there_are_24_cells() -> None:
    assert len(cells()) == 24


@pytest.mark.parametrize("shop", shops())
def test_an_independent_opinion_finds_the_same_right(shop: str) -> None:
    assert disagree(every(FEW, shop)) == []


@pytest.mark.parametrize("shop", shops())
def test_a_case_of_a_cell_is_decided_by_a_rule_of_this_cell(shop: str) -> None:
    assert [(case.cell, case.truth.rule) for case in every(FEW, shop) if case.rule.cell != case.cell] == []


@pytest.mark.parametrize("shop", shops())
def test_who_reads_the_card_alone_knows_every_fact(shop: str) -> None:
    wrong = [case for case in every(FEW, shop) if not same_facts(read_card(case.card), case.facts)]
    assert [(case.cell, case.number, case.facts, read_card(case.card)) for case in wrong[:1]] == []


@pytest.mark.parametrize("shop", shops())
def test_what_the_card_tells_decides_and_nothing_that_is_hidden(shop: str) -> None:
    assert [case.cell for case in every(FEW, shop) if decide(read_card(case.card), case.settings) != case.truth] == []


@pytest.mark.parametrize("shop", shops())
def test_no_card_contradicts_itself(shop: str) -> None:
    found = {f"{case.cell} {case.number}": contradictions(case.card) for case in every(FEW, shop)}
    assert {case: why for case, why in found.items() if why} == {}


@pytest.mark.proof
@pytest.mark.parametrize("cell", cells())
def test_a_thousand_cases_of_a_cell_are_sound_tell_all_and_are_judged_alike(cell: str) -> None:
    settings = standard_settings()
    for number in range(ALL):
        case = draw_case(cell, 618, number, settings)
        assert disagree([case]) == []
        assert contradictions(case.card) == []
        assert same_facts(read_card(case.card), case.facts)


def test_every_rule_comes_up_in_some_shop() -> None:
    reached = {case.truth.rule for shop in shops() for cell in cells() for case in drawn(cell, 60, shop)}
    assert {rule.id for table in tables().values() for rule in table.rules} - reached == set()


@pytest.mark.parametrize("cell", cells())
def test_no_two_of_200_cards_of_a_cell_read_alike_even_without_their_numbers(cell: str) -> None:
    for language in ("zh", "en"):
        seen = set()
        for case in drawn(cell, 200):
            fields = [each for each in case.card.fields if each.key not in ("order", "now", "filed", "paid_at", "promised")]
            seen.add(re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d|[A-Z]{2}\d{9,}", "", "\n".join(each.value(language) for each in fields)))
        assert len(seen) == 200


def test_both_languages_are_complete() -> None:
    for case in every(FEW):
        for field in case.card.fields:
            zh, en = field.value("zh"), field.value("en")
            assert all((field.label.zh, field.label.en, zh, en)), field.key
            assert not CJK.search(en + field.label.en), (field.key, en)
            assert "{" not in zh + en, field.key
            assert len(zh.splitlines()) == len(en.splitlines())
        for text in case.card.house:
            assert CJK.search(text.zh)
            assert not CJK.search(text.en)
            assert "{" not in text.zh + text.en
        assert CJK.search(case.card.message.zh)


def test_both_languages_tell_the_same_figures() -> None:
    for case in every(FEW):
        for field in case.card.fields:
            if field.key not in ("evidence", "message", "article", "reason", "stock"):
                zh, en = (sorted(FIGURES.findall(field.value(language))) for language in ("zh", "en"))
                assert zh == en, (field.key, field.value("zh"), field.value("en"))


def test_every_card_has_the_same_fields_in_the_same_order() -> None:
    assert len({tuple(field.key for field in case.card.fields) for case in every(FEW)}) == 1


def test_the_same_number_is_the_same_case_and_another_number_another() -> None:
    settings = standard_settings()
    assert draw_case("p2.lost", 5, 17, settings) == draw_case("p2.lost", 5, 17, settings)
    assert draw_case("p2.lost", 5, 17, settings) != draw_case("p2.lost", 5, 18, settings)
    assert draw_case("p2.lost", 5, 17, settings) != draw_case("p2.lost", 6, 17, settings)


@pytest.mark.parametrize("shop", shops())
def test_an_exam_asks_no_ambiguous_case_and_none_of_practice(shop: str) -> None:
    for cell in cells():
        for number in range(10):
            case = draw_exam_case(cell, 5, number, shops()[shop])
            assert not case.ambiguous
            assert case.rule.cell == cell
            assert case.card.text("zh") != draw_case(cell, 5, number, shops()[shop]).card.text("zh")


def test_a_parcel_just_short_of_the_settled_days_is_not_lost() -> None:
    foils = [case for case in drawn("p2.lost", 200) if 118 <= case.facts.hours_since_scan <= 120]
    assert len(foils) > 20
    assert {case.truth.response.value for case in foils} == {"ask_both_sides"}


def test_amounts_at_the_limit_come_up_and_are_within_it() -> None:
    exact = [case for case in drawn("p3.within-limit", 200) if case.facts.amount == case.facts.limit]
    assert len(exact) > 5
    assert {case.truth.response.value for case in exact} == {"decide_now"}


def test_an_unknown_cell_is_told_with_the_nearest_name() -> None:
    with pytest.raises(BadInput) as error:
        draw_case("p2.lots", 1, 1, standard_settings())
    assert error.value.nearest == "p2.lost"


PRINT = """
import json, sys
from sim.rules.settings import standard_settings
from trainer_app.training.cases import cells, draw_case, draw_exam_case
print(json.dumps([draw_case(cell, 3, n, standard_settings()).card.text("zh") for cell in cells() for n in range(3)]))
"""


def test_cases_do_not_hang_on_the_hash_seed() -> None:
    said = []
    for seed in ("1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.getcwd()}
        done = subprocess.run([sys.executable, "-c", PRINT], env=environment, capture_output=True, text=True, check=True)
        said.append(json.loads(done.stdout))
    assert said[0] == said[1]
