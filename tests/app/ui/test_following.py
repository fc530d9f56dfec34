"""What is said of a job on its way, and what a variant changes, in words."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some

from sim.words import speaking
from trainer_app.services import jobs
from trainer_app.services.jobs import Progress, WorkerState
from trainer_app.services.levers import AS_IT_IS, Levers, allowed
from trainer_app.services.views import COMPARISON
from trainer_app.ui import following
from trainer_app.ui.levers import changes, moved_levers

READY = WorkerState(jobs.READY, 0.1)
NOW = datetime(2026, 11, 11, tzinfo=UTC)


def job(state: str = jobs.RUNNING, runs: int = 10, reached: float | None = 0.05, **more: Any) -> Progress:
    found = Progress("j" * 22, state, runs, 0.02, reached, None, {COMPARISON: 1}, 0, NOW, NOW, None)
    return replace(found, **more)


# ---------------------------------------------------------------- jobs
@pytest.mark.parametrize(
    ("of", "worker", "text"),
    [
        (job(), READY, "10 runs · precise to ±5.0 %, aim ±2.0 %"),
        (job(runs=1, reached=None), READY, "1 run"),
        (job(runs=0, reached=None), READY, "Working out the figures…"),
        (job(restarts=1), READY, "10 runs · precise to ±5.0 %, aim ±2.0 % · interrupted and taken up again"),
        (job(), WorkerState(None, 40.0), "The calculation was interrupted; it goes on by itself in a moment. Nothing done is lost."),
        (job(runs=0), WorkerState(None, None), "The simulator is starting…"),
        (job(runs=0), WorkerState(jobs.COMPILING, 1.0), "Preparing the simulator, once after each update: up to a minute."),
    ],
)
def test_a_job_on_its_way_says_how_far_it_is_or_what_it_waits_for(of: Progress, worker: WorkerState, text: str) -> None:
    assert following.under_way(of, worker) == text
    with speaking("zh"):
        assert following.under_way(of, worker) != text


def test_a_job_that_ended_says_how_precise_it_became() -> None:
    assert following.done(job(jobs.DONE, 25, 0.012)) == "Done: 25 runs, precise to ±1.2 %."
    assert following.done(job(jobs.DONE, 1_000, 0.03)) == "Stopped after 1,000 runs: precise to ±3.0 %, not to ±2.0 %."
    assert following.cancelled(job(jobs.CANCELLED, 0)) == "Cancelled before the first figures."
    assert following.cancelled(job(jobs.CANCELLED, 1)) == "Cancelled after 1 run; what is known so far stays."


@given(some.integers(0, 1_000), some.one_of(some.none(), some.floats(0, 10)))
def test_the_bar_never_overflows_nor_is_full_before_the_fewest_runs(runs: int, reached: float | None) -> None:
    share = following.share_done(job(runs=runs, reached=reached))
    assert 0 <= share <= 1
    assert share < 1 or runs >= following.FIRST


def test_a_page_looks_often_before_the_first_figures_and_never_after_the_last() -> None:
    assert following.pace(job(versions={})) == following.SOON
    assert following.pace(job()) == following.NOW_AND_THEN
    assert [following.pace(job(state)) for state in jobs.OVER] == [None] * 3
    assert following.pace(None) is None


def test_charts_stand_still_until_there_are_many_more_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {})
    drawn = [following.calm(job(runs=runs), "key").replications for runs in (1, 5, 6, 7, 10, 15, 20)]
    assert drawn == [1, 5, 5, 5, 10, 10, 20]
    assert following.calm(job(jobs.DONE, 21), "key").replications == 21
    assert following.calm(job(runs=1, id="k" * 22), "key").replications == 1, "another job begins anew"


# ---------------------------------------------------------------- levers
def test_what_a_variant_changes_is_told_with_before_and_after() -> None:
    can = allowed("busy-week")
    levers = Levers(
        people={"agents.regular.day": 8, "agents.temporary.peak": 0, "supervisors.regular.day": 1},
        batch=False,
        erp_cut=True,
        refund_on="signing",
        authority=200,
        refresh=20,
    )
    assert changes(levers, can) == [
        "agents, day shift 5 → 8",
        "agents, temporary staff, peak hours (Tue, Wed, Thu, Fri) 2 → 0",
        "Batch refund tool: off",
        "Refund of returns: when the parcel is signed for",
        "Agents' limit: 200.00 yuan",
        "Look at the list: 20 min",
    ]
    assert changes(AS_IT_IS, can) == []


def test_one_lever_moves_and_the_others_stay() -> None:
    before = Levers(people={"a": 1}, batch=False)
    assert moved_levers(before, "b", 2) == Levers(people={"a": 1, "b": 2}, batch=False)
    assert moved_levers(before, "batch", True) == Levers(people={"a": 1}, batch=True)
