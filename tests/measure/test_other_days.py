"""On a desk with people enough, neither requests of other days nor buyers who only ask change any figure about the reported requests."""

from typing import Any

import numpy as np
import pytest

from sim.desk.records import FILED
from sim.measure.coverage import coverage
from sim.measure.figures import Figure, metrics
from sim.study.block import Run
from tests.measure import other_days
from tests.measure.other_days import END

OF_PEOPLE = {"backlog", "backlog_clear_at", "occupancy", "overtime", "output_per_person", "short_staffed"}
"""Figures about what the people did on the reported days, for whomever."""

OTHERS = {"other days": other_days.with_other_days, "chats": other_days.with_chats}


@pytest.fixture(scope="module")
def alone() -> Run:
    return other_days.measured(other_days.reported_alone())


@pytest.fixture(scope="module", params=OTHERS)
def among_others(request: pytest.FixtureRequest) -> Run:
    return other_days.measured(OTHERS[request.param]())


def told(figure: Figure) -> tuple[Any, ...]:
    parts = {name: told(part) for name, part in {**figure.by_path, **figure.by}.items()}
    return figure.value, dict(figure.quantiles), dict(figure.parts), parts, figure.reason


def test_nobody_waits_for_anybody(alone: Run, among_others: Run) -> None:
    """Or the other tests would say less."""
    for run in (alone, among_others):
        assert run.summary.pools.own.peak(-END, 3 * END)[0] == 0
    assert len(alone.summary.reported) > 300


def test_the_desk_has_much_more_to_do(alone: Run, among_others: Run) -> None:
    more, chats = sum(among_others.summary.not_reported), len(among_others.summary.reported.chats)
    assert more > 300 + sum(alone.summary.not_reported) or chats > 50
    assert np.count_nonzero(among_others.log.rows["kind"] == FILED) > np.count_nonzero(alone.log.rows["kind"] == FILED) + 50


@pytest.mark.parametrize("code", sorted(set(metrics()) - OF_PEOPLE - {"chat_count"}))
def test_no_figure_about_requests_changes(alone: Run, among_others: Run, code: str) -> None:
    assert told(among_others.summary.kpis[code]) == told(alone.summary.kpis[code])


def test_neither_handoffs_nor_money_nor_mistakes_nor_hours_of_filing_change(alone: Run, among_others: Run) -> None:
    one, other = alone.summary, among_others.summary
    assert other.handoffs == one.handoffs
    assert other.costs == one.costs
    assert (other.unfinished, other.left_over) == (one.unfinished, one.left_over)
    assert [(each.group, each.counts.tolist()) for each in other.mistakes] == [(each.group, each.counts.tolist()) for each in one.mistakes]
    assert other.response_hours.tolist() == one.response_hours.tolist()
    assert coverage([other.reported.records]) == coverage([one.reported.records])


def test_what_became_of_each_reported_request_is_the_same(alone: Run, among_others: Run) -> None:
    one, other = alone.summary.reported.records, among_others.summary.reported.records
    assert np.array_equal(one, other)


def test_what_a_request_takes_and_who_is_there_are_the_same_in_the_estimate_of_people_short(alone: Run, among_others: Run) -> None:
    one, other = alone.summary.needs, among_others.summary.needs
    same = [(need.begin, need.end, need.seconds_each, need.productive, need.staffed) for need in one]
    assert [(need.begin, need.end, need.seconds_each, need.productive, need.staffed) for need in other] == same


def test_people_are_paid_the_same_and_do_more(alone: Run, among_others: Run) -> None:
    for one, other in zip(alone.summary.pools.pools, among_others.summary.pools.pools, strict=True):
        assert (other.labour, other.person_days, other.staffed_seconds) == (one.labour, one.person_days, one.staffed_seconds)
    assert among_others.summary.pools["agents"].busy_seconds > alone.summary.pools["agents"].busy_seconds
    assert among_others.summary.pools["agents"].done > alone.summary.pools["agents"].done


def test_chats_are_counted_and_are_work_of_the_agents_alone(alone: Run) -> None:
    run = other_days.measured(other_days.with_chats())
    asked = int(run.workload.refunds["only_asks"].sum())
    assert run.summary.at("chat_count")[0] == asked
    done = {pool.name: pool.done - alone.summary.pools[pool.name].done for pool in run.summary.pools.pools}
    assert done == {**dict.fromkeys(done, 0), "agents": asked}
    assert run.summary.at("output_per_person")[0] == alone.summary.at("output_per_person")[0]
    assert [need.due for need in run.summary.needs] == [need.due for need in alone.summary.needs]


def test_requests_of_other_days_that_are_due_on_the_reported_ones_are_work_of_those(alone: Run) -> None:
    run = other_days.measured(other_days.with_other_days())
    every = run.summary.every
    standard = other_days.scenario().standards.first_response
    assert standard is not None
    runs_out = every["filed"][~every.unseen] + standard
    assert sum(need.due for need in run.summary.needs) == np.count_nonzero((runs_out >= 0) & (runs_out < END))
    assert sum(need.due for need in run.summary.needs) > sum(need.due for need in alone.summary.needs)


def test_without_others_nothing_is_left_out(alone: Run) -> None:
    second = alone.summary.every["second"] == 1
    assert sum(alone.summary.not_reported) == np.count_nonzero(second & (alone.summary.every["filed"] >= END))
    assert sum(alone.summary.carried_in.values()) == 0
