"""Hints: they lead to the facts that decide, and never say the answer."""

import re

import pytest

from sim.rules.facts import Deadline, Response
from tests.app.training.drawn import drawn, every, shops
from trainer_app.training.card import LANGUAGES
from trainer_app.training.facet_words import deciding_facets, path_name
from trainer_app.training.hints import GRADES, hint, hints


@pytest.mark.parametrize("shop", shops())
def test_no_hint_says_the_answer(shop: str) -> None:
    answers = [*Response, *Deadline, *(path_name(path) for path in (1, 2, 3, 4))]
    for case in every(15, shop):
        for text in hints(case):
            for language in LANGUAGES:
                said = [getattr(each, language) for each in answers]
                assert [each for each in said if len(each) > 3 and each in getattr(text, language)] == []


def test_each_hint_says_more_than_the_one_before() -> None:
    for case in every(10):
        first, second, third = hints(case)
        assert first != second != third
        assert len(third.zh) > len(second.zh)
        assert third.zh.startswith(second.zh)


def test_the_second_hint_names_the_field_of_the_fact_that_decides() -> None:
    case = next(case for case in drawn("p3.wrong-item", 100) if case.truth.rule == "P3.wrong-item-back")
    assert "may_keep" in deciding_facets(case)
    assert case.card.field("may_keep").label.zh in hint(case, 2).zh
    assert case.card.field("may_keep").value("en") in hint(case, 3).en


def test_a_number_is_shown_with_the_rule_of_the_house_it_is_held_against() -> None:
    case = next(case for case in drawn("p2.lost", 100) if case.truth.rule == "P2.lost")
    assert "5天" in hint(case, 2).zh


def test_hints_are_complete_in_both_languages() -> None:
    for case in every(10):
        for text in hints(case):
            assert all((text.zh, text.en))
            assert "{" not in text.zh + text.en
            assert not re.search(r"[一-鿿]", text.en)


def test_there_are_three_grades_and_no_others() -> None:
    case = drawn("p1.plain-batch", 1)[0]
    assert len(hints(case)) == len(GRADES)
    with pytest.raises(ValueError, match="1 to 3"):
        hint(case, 4)
