"""Requests of other days and buyers who only ask in chat, in what people see: told where they keep the desk busy, counted as requests
nowhere."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from sim.demand.workload import Workload
from sim.desk.procedure import PROCEDURE
from sim.desk.records import FILED
from sim.desk.steps import STEPS
from sim.report import run_page as pages
from sim.report.event_log import event_table
from sim.report.headline import answer_of, notes
from sim.report.process_map import flows_of, process_map
from sim.report.process_map.plan import Plan, plan_of
from sim.report.run_page import run_page
from sim.report.story import Story, tell
from sim.report.tables import unfinished
from sim.report.watched import watch
from sim.scenario.calendar import moment_at
from sim.study.replicate import Replicated
from tests.measure import other_days
from tests.measure.other_days import DAY, END
from tests.report.test_map_flows import unbalanced

HOUR = 3_600


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of(STEPS)


@pytest.fixture(scope="module")
def alone() -> Replicated:
    return other_days.as_study(other_days.measured(other_days.reported_alone()))


@pytest.fixture(scope="module")
def among_others() -> Replicated:
    return other_days.as_study(other_days.measured(other_days.with_other_days()))


@pytest.fixture(scope="module")
def among_chats() -> Replicated:
    return other_days.as_study(other_days.measured(other_days.with_chats()))


def story_of(run: Replicated, row: int) -> Story:
    watched = watch(run.first.workload, run.scenario, {row})
    return tell(run.scenario, run.first.workload, row, watched)


# ---------------------------------------------------------------- the map
@pytest.mark.parametrize("other", ["among_others", "among_chats"])
def test_the_map_is_about_the_reported_requests_alone(alone: Replicated, other: str, plan: Plan, request: pytest.FixtureRequest) -> None:
    assert flows_of(request.getfixturevalue(other), plan) == flows_of(alone, plan)


@pytest.mark.parametrize("which", ["among_others", "among_chats"])
def test_each_box_is_left_as_often_as_it_is_come_to(which: str, plan: Plan, request: pytest.FixtureRequest) -> None:
    flows = flows_of(request.getfixturevalue(which), plan)
    assert [wrong for panel in plan.panels for wrong in unbalanced(plan, panel, flows)] == []


def test_the_map_of_a_run_with_chats_has_no_box_for_them(among_chats: Replicated) -> None:
    text = process_map(among_chats).page
    assert "in chat" not in text.split("<svg", 1)[1]


# ---------------------------------------------------------------- the event log
def test_the_event_log_says_which_events_are_about_reported_requests_and_which_about_chats(
    among_others: Replicated, among_chats: Replicated
) -> None:
    for run in (among_others, among_chats):
        first = run.first
        table = event_table(first.log, first.workload, first.floor, PROCEDURE, run.scenario.calendar)
        reported, only_asks, row = (np.asarray(table[name]) for name in ("reported", "only_asks", "row"))
        filed = first.log.rows["kind"] == FILED
        assert np.count_nonzero(filed & reported & only_asks) == len(first.summary.reported.chats)
        assert np.array_equal(np.sort(row[filed & reported & ~only_asks]), first.summary.reported["refund"])
        of_filing = np.zeros(len(first.workload), np.bool_)
        of_filing[row[filed]] = reported[filed]
        assert np.array_equal(reported, of_filing[row])


def test_events_before_the_start_have_the_date_of_their_day(among_others: Replicated) -> None:
    first, calendar = among_others.first, among_others.scenario.calendar
    table = event_table(first.log, first.workload, first.floor, PROCEDURE, calendar)
    assert table["time"][0].as_py() < -DAY
    start = datetime.combine(calendar.start, datetime.min.time(), ZoneInfo(calendar.zone))
    for at in (0, len(table) // 2, len(table) - 1):
        seconds = table["time"][at].as_py()
        assert table["wall_clock"][at].as_py().astimezone(UTC) == (start + timedelta(seconds=seconds)).astimezone(UTC)
        assert table["wall_clock"][at].as_py() == moment_at(calendar, seconds)


# ---------------------------------------------------------------- one refund's story
def test_the_story_of_a_buyer_who_only_asks_is_told_as_a_chat(among_chats: Replicated) -> None:
    row = int(np.flatnonzero(among_chats.first.workload.refunds["only_asks"])[0])
    story = story_of(among_chats, row)
    assert story.opening == ("No request: refunds of unshipped orders are closed, and the buyer asks in the shop's chat instead.",)
    assert story.hidden == ()
    texts = [line.text for line in story.lines]
    assert texts[0] == "Refunds are closed: the buyer asks in the chat."
    assert texts[-1] == "The end: no request: answered in chat."
    assert any("takes it at once: Refunds are closed: answer the buyer in chat." in text for text in texts)
    assert "The buyer files the request." not in texts
    assert story.ending[0].startswith("Ended ")
    assert "after the buyer wrote: no request: answered in chat." in story.ending[0]
    assert not any("Money" in text or "path" in text for text in (*story.opening, *story.ending))


def test_the_story_of_a_chat_that_nobody_answered_says_so(among_chats: Replicated) -> None:
    workload = among_chats.first.workload
    row = int(np.flatnonzero(workload.refunds["only_asks"])[0])
    refunds = workload.refunds.copy()
    refunds["work"][row] = 2**30
    other = Workload(refunds, absence=workload.absence)
    watched = watch(other, among_chats.scenario, {row})
    assert tell(among_chats.scenario, other, row, watched).ending[0].startswith("Still not answered when the last day ended, ")


@pytest.mark.parametrize(("day", "said"), [(-1, "Filed before the reported days begin"), (0, ""), (3, "Filed after the reported days")])
def test_the_story_of_a_request_of_another_day_says_that_it_is_in_no_figure(among_others: Replicated, day: int, said: str) -> None:
    every = among_others.first.summary.every
    row = int(every["refund"][every["filed"] // DAY == day][0])
    story = story_of(among_others, row)
    assert [text.split(":")[0] for text in story.opening if text.startswith("Filed ")] == ([said] if said else [])
    assert story.lines[0].time == every["filed"][every["refund"] == row][0]
    assert story.lines[0].text == "The buyer files the request."


# ---------------------------------------------------------------- the page
def test_the_notes_tell_of_requests_and_chats_that_are_no_part_of_the_figures(
    alone: Replicated, among_others: Replicated, among_chats: Replicated
) -> None:
    before, after = among_others.first.summary.not_reported
    said = "\n".join(notes(among_others))
    assert f"{before:,} requests filed before the reported days" in said
    assert f"{after:,} requests filed after the reported days" in said
    assert "in chat" not in said
    chats = len(among_chats.first.summary.reported.chats)
    assert f"{chats} buyers found refunds closed and asked in chat" in "\n".join(notes(among_chats))
    assert "filed before" not in "\n".join(notes(alone))


def test_what_the_days_began_with_is_told_beside_the_unfinished(among_others: Replicated, alone: Replicated) -> None:
    carried = sum(among_others.first.summary.carried_in.values())
    assert carried > 0
    assert f"When those days began, {carried} requests filed before were open" in unfinished(among_others).about
    assert "filed before" not in unfinished(alone).about


def test_the_chats_stand_beside_the_chasers(among_chats: Replicated) -> None:
    table = answer_of(among_chats).table("buyers")
    assert table is not None
    (row,) = [row for row in table.rows if row[0] == "Chats while refunds were closed"]
    chats = str(len(among_chats.first.summary.reported.chats))
    assert row == ("Chats while refunds were closed", chats, chats, "0", "0", "0")


def test_the_page_says_whether_requests_go_on_after_the_reported_days(alone: Replicated, among_others: Replicated) -> None:
    assert "after it the desk finishes what is open" in run_page(alone, answer_of(alone))
    assert "after it requests go on, and are in no figure about requests" in run_page(among_others, answer_of(among_others))


def with_a_line(run: Replicated, clear_at: int | None) -> Replicated:
    """The same with somebody in the agents' line from the last reported hour to the end of the run."""
    summary = run.first.summary
    agents = summary.pools["agents"]
    in_line = np.where(np.arange(len(agents.in_line)) >= END // HOUR - 1, 1.0, 0.0)
    waiting = replace(agents, in_line=in_line, peak=1, peak_at=END - HOUR, clear_at=clear_at)
    pools = replace(summary.pools, pools=tuple(waiting if pool is agents else pool for pool in summary.pools.pools))
    return replace(run, first=replace(run.first, summary=replace(summary, pools=pools)))


@pytest.mark.parametrize(
    ("clear_at", "hours"), [(END + 5 * HOUR, END // HOUR + 5), (END - HOUR // 2, END // HOUR), (None, 2 * END // HOUR)]
)
def test_where_requests_go_on_the_backlog_is_shown_until_it_was_clear(among_others: Replicated, clear_at: int | None, hours: int) -> None:
    assert pages._shown_hours(with_a_line(among_others, clear_at)) == hours


def test_where_no_more_come_it_is_shown_as_long_as_somebody_waits(alone: Replicated) -> None:
    assert pages._shown_hours(with_a_line(alone, END + 5 * HOUR)) == 2 * END // HOUR
