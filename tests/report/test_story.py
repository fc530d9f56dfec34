"""A refund's story tells what the log holds, no more and no less."""

import re

import numpy as np
import pytest

from sim.desk import records as log_of
from sim.desk.procedure import PROCEDURE
from sim.report import names
from sim.report.story import ALARMS, CLOCKS, Story, Watched, tell, watch
from sim.scenario import Scenario
from sim.study.replicate import Replicated
from sim.words import speaking


@pytest.fixture(scope="module")
def watched(run: Replicated, few_scenario: Scenario) -> Watched:
    return watch(run.first.workload, few_scenario, 0)


@pytest.fixture(scope="module")
def stories(run: Replicated, few_scenario: Scenario, watched: Watched) -> list[Story]:
    with speaking("en"):
        return [tell(few_scenario, run.first.workload, row, watched) for row in range(len(run.first.workload))]


def test_watching_changes_nothing(run: Replicated, watched: Watched) -> None:
    assert np.array_equal(watched.log.rows, run.first.log.rows)


def test_every_refund_has_a_story_in_both_languages(
    run: Replicated, few_scenario: Scenario, watched: Watched, stories: list[Story]
) -> None:
    with speaking("zh"):
        for row, english in enumerate(stories):
            chinese = tell(few_scenario, run.first.workload, row, watched)
            assert len(chinese.lines) == len(english.lines)
            assert all(re.search(r"[一-鿿]", line.text) for line in chinese.lines)


def test_lines_stand_in_order_of_time_and_hold_no_open_place(stories: list[Story]) -> None:
    for story in stories:
        times = [line.time for line in story.lines]
        assert times == sorted(times)
        assert not any(re.search(r"\{\w*\}", line.text) for line in story.lines)


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


def test_the_clock_of_the_watched_refund_is_told(run: Replicated, few_scenario: Scenario) -> None:
    path_4 = int(np.flatnonzero(run.first.log.ledger["path"] == 4)[0])
    story = tell(few_scenario, run.first.workload, path_4, watch(run.first.workload, few_scenario, path_4))
    assert any(line.kind == "clock" and "clock on the shop now ends" in line.text for line in story.lines)


def test_a_second_application_never_filed_says_so(run: Replicated, stories: list[Story]) -> None:
    filed = set(run.first.log.rows["refund"].tolist())
    never = next(story for story in stories if story.row not in filed)
    assert "was never filed" in never.opening[0]
    assert never.lines == ()


def test_every_outcome_alarm_pool_and_handoff_has_a_name() -> None:
    assert set(PROCEDURE.outcomes) <= set(names.OUTCOMES)
    assert set(PROCEDURE.alarms) <= set(ALARMS)
    assert set(CLOCKS) <= set(PROCEDURE.alarms)
    assert {step.by for step in PROCEDURE.steps} - {""} <= set(names.POOLS)
    assert set(log_of.KINDS) >= {"filed", "closed"}
