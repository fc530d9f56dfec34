"""Grading: path, response and deadline apart; what is accepted is accepted alike; the feedback is the rules' own words, and true."""

import dataclasses
import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.rules.decide import decide, tables
from sim.rules.facets import domains, reading
from sim.rules.facts import Deadline, Response
from tests.app.training.drawn import drawn, every, shops
from trainer_app.training.cases import cells
from trainer_app.training.facet_words import path_name, what_it_takes
from trainer_app.training.grading import Answer, accepted_deadlines, accepted_responses, duration, grade

FEW = 12
CJK = re.compile(r"[一-鿿]")

cases = st.builds(lambda cell, number: drawn(cell, FEW)[number], st.sampled_from(cells()), st.integers(0, FEW - 1))
answers = st.builds(
    Answer,
    st.none() | st.sampled_from([1, 2, 3, 4]),
    st.none() | st.sampled_from(list(Response)),
    st.none() | st.sampled_from(list(Deadline)),
)


def right(case) -> Answer:
    return Answer(case.path, case.truth.response, case.truth.deadline)


@given(cases)
@settings(max_examples=150, deadline=None)
def test_the_truth_has_all_marks_and_nothing_is_held_against_it(case) -> None:
    verdict = grade(case, right(case))
    assert verdict.right
    assert verdict.why_not == ()
    assert verdict.rule == case.truth.rule


@given(cases, answers)
@settings(max_examples=400, deadline=None)
def test_each_mark_hangs_on_its_own_part_of_the_answer_alone(case, answer) -> None:
    verdict = grade(case, answer)
    assert verdict.path.right == grade(case, Answer(answer.path)).path.right
    assert verdict.response.right == grade(case, Answer(None, answer.response)).response.right
    for path in (None, 1, 2, 3, 4):
        assert grade(case, dataclasses.replace(answer, path=path)).deadline.right == verdict.deadline.right
    assert verdict.marks == verdict.path.right + verdict.response.right + verdict.deadline.right


@given(cases, answers)
@settings(max_examples=300, deadline=None)
def test_paths_and_responses_that_are_as_good_are_graded_alike(case, answer) -> None:
    said = {grade(case, dataclasses.replace(answer, path=path)).path.right for path in case.truth.accepted_paths}
    assert said == {True}
    assert {grade(case, dataclasses.replace(answer, response=each)).response.right for each in accepted_responses(case)} == {True}
    for path in {1, 2, 3, 4} - set(case.truth.accepted_paths):
        assert not grade(case, dataclasses.replace(answer, path=path)).path.right


@given(cases, answers)
@settings(max_examples=300, deadline=None)
def test_every_wrong_choice_is_told_in_both_languages(case, answer) -> None:
    verdict = grade(case, answer)
    silent = answer.path is None and not verdict.path.right
    assert len(verdict.why_not) == 3 - verdict.marks - silent
    for text in (verdict.why, *verdict.why_not):
        assert CJK.search(text.zh)
        assert text.en
        assert not CJK.search(text.en)
        assert "{" not in text.zh + text.en


def test_the_rules_own_words_come_first() -> None:
    for case in every(FEW):
        for mistake in case.rule.why_not:
            answer = Answer(mistake.path) if mistake.path else Answer(case.path, mistake.response, case.truth.deadline)
            assert mistake.why in grade(case, answer).why_not
        assert grade(case, right(case)).why == case.rule.why


@pytest.mark.parametrize("shop", shops())
def test_what_is_said_to_make_another_response_right_does_make_it_right(shop: str) -> None:
    for case in every(4, shop):
        read = reading(case.facts, case.settings)
        for response in set(Response) - set(accepted_responses(case)):
            missing = what_it_takes(case, response)
            if not missing:
                continue
            found = []
            for values in itertools.islice(itertools.product(*missing.values()), 64):
                given = dict(zip(missing, values, strict=True))
                changed = tuple(given.get(facet, old) for facet, old in zip(domains(), read, strict=True))
                found.append(tables()[case.path].first(changed).response is response)
            assert any(found), (case.truth.rule, response, missing)
            assert len(missing) > 1 or all(found), (case.truth.rule, response, missing)


def test_no_response_of_the_path_is_called_impossible() -> None:
    for case in every(3):
        there = {rule.response for rule in tables()[case.path].rules}
        for response in Response:
            assert (what_it_takes(case, response) is None) == (response not in there), (case.truth.rule, response)


def test_an_alternative_brings_its_own_clock() -> None:
    case = next(case for case in drawn("p2.return-or-in-house", 200) if case.truth.rule == "P2.return-filed")
    assert grade(case, Answer(2, Response.RECALL, Deadline.CARRIER)).right
    assert grade(case, Answer(2, Response.ASK_TO_REFUSE, Deadline.FIRST_RESPONSE)).right
    assert not grade(case, Answer(2, Response.RECALL, Deadline.FIRST_RESPONSE)).deadline.right
    assert accepted_deadlines(case, None) == (Deadline.CARRIER,)


def test_an_ambiguous_case_is_marked_as_practice_and_names_the_other_path() -> None:
    case = next(case for case in drawn("p3.wrong-item", 200) if case.truth.rule == "P4.wrong-item-kept")
    verdict = grade(case, Answer(3, Response.OFFER_KEEP, Deadline.FIRST_RESPONSE))
    assert verdict.right
    assert verdict.ambiguous
    assert verdict.note is not None
    assert path_name(3).zh in verdict.note.zh
    assert [case.ambiguous for case in every(FEW)] == [len(decide(case.facts, case.settings).accepted_paths) > 1 for case in every(FEW)]


def test_paths_are_never_bare_numbers() -> None:
    assert path_name(1).zh == "路径一·未发货仅退款"
    assert "·" in path_name(4).en


@pytest.mark.parametrize(
    ("seconds", "zh", "en"), [(1800, "30分钟", "30 min"), (7200, "2小时", "2 h"), (604800, "7天", "7 days"), (172800, "48小时", "48 h")]
)
def test_a_span_is_told_in_the_unit_that_people_use(seconds: int, zh: str, en: str) -> None:
    assert (duration(seconds).zh, duration(seconds).en) == (zh, en)


def test_a_path_beyond_the_four_is_refused() -> None:
    with pytest.raises(ValueError, match="1-4"):
        Answer(5)
