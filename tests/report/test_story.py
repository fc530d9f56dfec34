"""A refund's story tells what the log and the procedure's calls hold, no more and no less."""

import re

import numpy as np
import pytest

from sim.desk import records as log_of
from sim.desk.contract import Procedure
from sim.desk.procedure import PROCEDURE
from sim.desk.steps import JUDGE
from sim.measure.outcomes import MONEY as IN_FEN
from sim.report import happened, names
from sim.report.happened import MONEY, WISHES
from sim.report.story import ALARMS, CLOCKS, Story, tell
from sim.report.watched import Watched, watch
from sim.rules.masks import BITS, masks
from sim.scenario import Scenario
from sim.study.replicate import Replicated
from sim.words import speaking


def test_watching_changes_nothing(run: Replicated, watched: Watched) -> None:
    assert np.array_equal(watched.log.rows, run.first.log.rows)
    assert np.array_equal(watched.log.ledger, run.first.log.ledger)


def test_only_the_refund_asked_for_is_watched(run: Replicated, few_scenario: Scenario, watched: Watched) -> None:
    one = watch(run.first.workload, few_scenario, {3})
    assert set(one.notes) == {3}
    assert one.notes[3] == watched.notes[3]


def test_a_refund_that_was_not_watched_is_told_from_the_log_alone(run: Replicated, few_scenario: Scenario, stories: list[Story]) -> None:
    bare = tell(few_scenario, run.first.workload, 5, watch(run.first.workload, few_scenario, {3}))
    texts = [(line.time, line.text) for line in stories[5].lines]
    assert bare.lines
    assert all((line.time, line.text) in texts for line in bare.lines if not line.text.startswith("Waiting"))
    assert len(bare.lines) < len(texts)


def test_every_refund_has_a_story_in_both_languages(
    run: Replicated, few_scenario: Scenario, watched: Watched, stories: list[Story]
) -> None:
    with speaking("zh"):
        for row, english in enumerate(stories):
            chinese = tell(few_scenario, run.first.workload, row, watched)
            assert len(chinese.lines) == len(english.lines)
            texts = [*chinese.opening, *chinese.hidden, *(line.text for line in chinese.lines), *chinese.ending]
            assert all(re.search(r"[一-鿿]", text) for text in texts)


def test_lines_stand_in_order_of_time_and_hold_no_open_place(stories: list[Story]) -> None:
    for story in stories:
        times = [line.time for line in story.lines]
        assert times == sorted(times)
        texts = [*story.opening, *story.hidden, *(line.text for line in story.lines), *story.ending]
        assert not any(re.search(r"\{\w*\}|–{2}|None", text) for text in texts)


def test_who_was_filed_and_closed_is_told_so_once(run: Replicated, stories: list[Story]) -> None:
    rows = run.first.log.rows
    for story in stories:
        own = rows[rows["refund"] == story.row]
        told = [line.text for line in story.lines]
        assert told.count("The buyer files the request.") == np.count_nonzero(own["kind"] == log_of.FILED)
        assert sum(text.startswith("The end:") for text in told) == np.count_nonzero(own["kind"] == log_of.CLOSED)


def test_the_first_response_is_told_once_and_judged_by_the_standard(run: Replicated, stories: list[Story]) -> None:
    became = run.first.summary.every
    late = {
        int(row): bool(when - filed > 1800)
        for row, when, filed in zip(became["refund"], became["first_response"], became["filed"], strict=True)
    }
    for story in stories:
        told = [line for line in story.lines if line.text.startswith("First response, ")]
        assert len(told) <= 1
        if told:
            assert ("later than the standard" in told[0].text) == late[story.row]


def test_every_judgement_is_told_with_the_rule_that_decided_and_why(watched: Watched, stories: list[Story]) -> None:
    rules = {rule.id: rule for rule in masks().rules}
    for story in stories:
        judged = [line for line in story.lines if line.kind == happened.JUDGED]
        calls = [note for note in watched.notes.get(story.row, ()) if note.rule >= 0]
        assert len(judged) == len(calls)
        assert sum(note.at == JUDGE and note.asked == "advance" for note in watched.notes.get(story.row, ())) <= len(judged)
        for line in judged:
            rule = rules[line.reference.removeprefix("rule ").split(" · ")[0]]
            assert line.text == f"Right now: {rule.response.en}. {rule.why.en}"
            assert line.reference.endswith(rule.deadline.en)


def test_a_rule_that_is_told_stands_in_the_ledger(watched: Watched, stories: list[Story]) -> None:
    numbers = {rule.id: number for number, rule in enumerate(masks().rules)}
    for story in stories:
        noted = watched.log.ledger[story.row]["rules"]
        for line in story.lines:
            if line.kind == happened.JUDGED:
                number = numbers[line.reference.removeprefix("rule ").split(" · ")[0]]
                assert int(noted[number // BITS]) >> number % BITS & 1


def test_the_money_told_at_the_end_is_the_ledgers(run: Replicated, stories: list[Story]) -> None:
    for story in stories:
        if story.lines:
            told = next(text for text in story.ending if text.startswith("Money: "))
            ledger = run.first.log.ledger[story.row]
            assert len(re.findall("yuan", told)) == sum(bool(ledger[column]) for column in MONEY)


def test_the_clock_of_the_watched_refund_is_told(run: Replicated, stories: list[Story]) -> None:
    path_4 = int(np.flatnonzero((run.first.log.ledger["path"] == 4) & (run.first.log.ledger["automatic"] == 0))[0])
    assert any(line.kind == "clock" and "clock on the shop now ends" in line.text for line in stories[path_4].lines)


def test_a_second_application_never_filed_says_so(run: Replicated, stories: list[Story]) -> None:
    filed = set(run.first.log.rows["refund"].tolist())
    never = next(story for story in stories if story.row not in filed)
    assert "was never filed" in never.opening[0]
    assert never.lines == ()


@pytest.mark.parametrize("procedure", [PROCEDURE])
def test_everything_that_can_come_up_has_a_name(procedure: Procedure) -> None:
    assert set(procedure.outcomes) == set(names.OUTCOMES)
    assert set(procedure.alarms) == set(ALARMS)
    assert set(CLOCKS) <= set(procedure.alarms)
    assert {step.by for step in procedure.steps} - {""} <= set(names.POOLS)
    assert set(MONEY) == set(IN_FEN)
    assert set(WISHES) <= set(log_names())


def log_names() -> tuple[str, ...]:
    from sim.demand.workload import REFUND

    return REFUND.names or ()
