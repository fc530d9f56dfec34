"""A workload replayed from a history: what is taken over, what is drawn, and what a draw does not hang on."""

import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from sim.demand import causes
from sim.demand.columns import C_AGAIN, C_INSTANT, CHANCES_IN_USE, SPAN_SETTINGS, W_DECIDE, W_RESPOND, WORK_SETTINGS
from sim.demand.draws import Draws
from sim.demand.history import DECIDED_BY, History, read_history
from sim.demand.refunds import COPY, SECOND
from sim.demand.replay import _seconds_since_start, draw_workload, replay
from sim.demand.skills import IN_HOUSE, skills
from sim.demand.workload import HIDDEN, NEVER, REFUND, VISIBLE
from sim.desk.log import first_difference
from sim.desk.procedure import PROCEDURE
from sim.desk.records import BEGAN, CLOSED, FILED
from sim.desk.simulate import floor_of, simulate
from sim.errors import BadInput
from sim.measure.invariants import check
from sim.measure.summary import summarise
from sim.rules.path import SHIPPED, SIGNED, UNSHIPPED, path_of
from sim.scenario import Exponential, Scenario, load_scenario
from sim.scenario.calendar import seconds_at
from sim.shipped import scenarios_folder

from .conftest import Export, changed

DAY = 86_400
ON_ITS_WAY = {"发货物流信息": "2025-11-11 09:00:00 已揽收"}
DISPUTED = {"发货物流信息": "2025-11-11 09:00:00 已签收"}
SIGNED_FOR = {"货物状态": "买家已收到货", "发货物流信息": "2025-11-11 09:00:00 已签收"}
SENT_BACK = SIGNED_FOR | {"是否需要退货": "是"}


def plain(tmp_path: Path, refunds: int, name: str = "plain.csv") -> History:
    """A history that tells nothing but times and amounts."""
    rows = [f"R{number:05d},2025-11-{10 + number % 7} 09:{number % 60:02d}:00,{1 + number % 90}.00" for number in range(refunds)]
    path = tmp_path / name
    path.write_text("\n".join(["refund_no,refund_at,amount", *rows]) + "\n", "utf-8")
    return read_history(path)


@pytest.fixture(scope="module")
def week() -> History:
    return read_history(scenarios_folder() / "history" / "busy-week.csv")


def test_the_shipped_week_is_replayed_as_it_was_filed(busy_week: Scenario, week: History) -> None:
    work = draw_workload(busy_week, seed=3)
    first = work.refunds[work.refunds["second"] == 0]
    by_hand = ~week.column("automatic")
    assert (len(first), len(work.automatic)) == (by_hand.sum(), (~by_hand).sum())
    since_start = (week.column("filed") - np.datetime64("2025-11-10")).astype("m8[s]").astype(np.int64)
    assert first["filed"].tolist() == since_start[by_hand].tolist()
    assert first["amount"].tolist() == week.column("amount")[by_hand].tolist()
    assert path_of(first["state"], first["sends_back"]).tolist() == week.column("path")[by_hand].tolist()
    assert work.automatic.tolist() == since_start[~by_hand].tolist()
    assert work.left_out == {"before_start": 0, "after_days": 0}


def test_a_refund_keeps_its_number_whatever_a_machine_takes(busy_week: Scenario, export: Export) -> None:
    rows = [{"退款的申请时间": f"2025-11-12 09:0{minute}:00"} for minute in range(3)]
    rows[1]["是否零秒响应"] = "是"
    work = replay(read_history(export(*rows)), changed(busy_week, buyer__again=0.0))
    assert work.refunds["number"].tolist() == [0, 2]
    assert work.automatic.tolist() == [2 * DAY + 9 * 3600 + 60]


def test_rows_stand_in_the_order_of_their_numbers_and_cannot_be_written(busy_week: Scenario) -> None:
    work = draw_workload(changed(busy_week, demand__scale=2.5))
    assert work.refunds.dtype == REFUND
    assert (np.diff(work.refunds["number"]) > 0).all()
    for array in (work.refunds, work.absence, work.automatic):
        assert not array.flags.writeable


def test_what_lies_outside_warm_up_days_and_drain_is_left_out_and_counted(busy_week: Scenario, week: History) -> None:
    per_day = week.per_day()
    short = changed(
        busy_week, calendar__start=date(2025, 11, 13), calendar__days=1, calendar__warmup_days=1, calendar__drain_days=2, buyer__again=0.0
    )
    work = replay(week, short)
    inside = sum(per_day[f"2025-11-{day}"] for day in (12, 13, 14, 15))
    assert work.left_out == {"before_start": per_day["2025-11-10"] + per_day["2025-11-11"], "after_days": per_day["2025-11-16"]}
    assert len(work) + len(work.automatic) == inside
    for filed in (work.refunds["filed"], work.automatic):
        assert np.unique(filed // DAY).tolist() == [-1, 0, 1, 2]


def test_the_desk_does_not_open_empty_and_reports_its_own_days_alone(busy_week: Scenario, week: History) -> None:
    """Requests of the history from before the start, and of the drain days, are worked on and not reported; both engines know them."""
    short = changed(busy_week, calendar__start=date(2025, 11, 12), calendar__days=2, calendar__warmup_days=1)
    work = replay(week, short)
    log = simulate(work, short)
    assert first_difference(simulate(work, short, "simpy"), log) is None
    rows = log.rows
    begun = rows["time"][rows["kind"] == BEGAN]
    assert begun.min() < 0
    assert (rows["time"][rows["kind"] == FILED] > 2 * DAY).any()
    still_open = np.setdiff1d(
        rows["refund"][(rows["kind"] == FILED) & (rows["time"] < 0)], rows["refund"][(rows["kind"] == CLOSED) & (rows["time"] < 0)]
    )
    assert len(still_open) > 50
    summary = summarise(log, work, floor_of(short, work), short, PROCEDURE)
    filed = work.refunds["filed"][work.refunds["second"] == 0]
    again = (rows["kind"] == FILED) & (work.refunds["second"][rows["refund"]] == 1) & (rows["time"] >= 0) & (rows["time"] < 2 * DAY)
    assert summary.to_json()["refunds"] == ((filed >= 0) & (filed < 2 * DAY)).sum() + again.sum()
    assert len(summary.reported.automatic) == ((work.automatic >= 0) & (work.automatic < 2 * DAY)).sum() < len(work.automatic)
    assert check(log, work, floor_of(short, work), PROCEDURE) == []


def test_a_refund_has_the_same_luck_when_the_calendar_begins_later(busy_week: Scenario, week: History) -> None:
    whole, part = (replay(week, changed(busy_week, calendar__start=start)).refunds for start in (date(2025, 11, 10), date(2025, 11, 13)))
    same = np.isin(whole["number"], part["number"])
    for name in ("work", "contact", "patience", "span", "chance", "amount"):
        assert np.array_equal(whole[name][same], part[name])


def test_a_history_wholly_outside_the_days_is_refused_with_its_first_day(busy_week: Scenario, week: History) -> None:
    with pytest.raises(BadInput) as caught:
        replay(week, changed(busy_week, calendar__start=date(2026, 6, 1)))
    assert caught.value.field == "calendar.start"
    assert all(word in str(caught.value) for word in ("5,000", "2025-11-10", "2025-11-16", "2026-06-01", "2026-06-07"))
    assert caught.value.line is not None


def test_a_history_that_only_meets_the_warm_up_or_the_drain_is_refused(busy_week: Scenario, week: History) -> None:
    for start in (date(2025, 11, 20), date(2025, 11, 1)):
        with pytest.raises(BadInput) as caught:
            replay(week, changed(busy_week, calendar__start=start, calendar__warmup_days=20))
        assert caught.value.field == "calendar.start"


def test_a_scenario_with_neither_history_nor_stated_figures_is_refused(busy_week: Scenario) -> None:
    with pytest.raises(BadInput) as caught:
        draw_workload(changed(busy_week, demand__history=None))
    assert caught.value.field == "demand"
    assert caught.value.line is not None
    assert all(word in str(caught.value) for word in ("demand.history", "demand.stated"))


def test_a_path_that_is_not_told_is_drawn_from_the_shares(busy_week: Scenario, tmp_path: Path) -> None:
    refunds = replay(plain(tmp_path, 20_000), changed(busy_week, buyer__again=0.0)).refunds
    drawn = np.bincount(path_of(refunds["state"], refunds["sends_back"]), minlength=5)[1:] / len(refunds)
    shares = busy_week.demand.shares
    assert drawn == pytest.approx([shares.path_1, shares.path_2, shares.path_3, shares.path_4], abs=0.015)


def test_what_is_told_of_a_path_limits_what_is_drawn(busy_week: Scenario, export: Export) -> None:
    rows = [SIGNED_FOR | {"是否需要退货": ""}] * 300
    refunds = replay(read_history(export(*rows)), busy_week).refunds
    assert set(path_of(refunds["state"], refunds["sends_back"])) == {3, 4}
    only_path_1 = changed(
        busy_week, demand__shares=busy_week.demand.shares.model_copy(update={"path_1": 1.0, "path_3": 0.0, "path_4": 0.0})
    )
    refunds = replay(read_history(export(*rows)), only_path_1).refunds
    assert set(path_of(refunds["state"], refunds["sends_back"])) == {3, 4}


def test_a_return_filed_in_transit_stays_path_2_and_wants_to_send_back(busy_week: Scenario, export: Export) -> None:
    refund = replay(read_history(export(ON_ITS_WAY | {"是否需要退货": "是"})), busy_week).refunds[0]
    assert (refund["state"], refund["sends_back"], path_of(int(refund["state"]), int(refund["sends_back"]))) == (SHIPPED, 1, 2)


def test_more_refunds_shift_no_draw_of_the_others(busy_week: Scenario, tmp_path: Path) -> None:
    few = replay(plain(tmp_path, 50), busy_week).refunds
    rows = [f"Z{number},2025-11-16 23:00:{number % 60:02d},5" for number in range(100)]
    path = tmp_path / "plain.csv"
    path.write_text(path.read_text("utf-8") + "\n".join(rows) + "\n", "utf-8")
    more = replay(read_history(path), busy_week).refunds
    for refund in few:
        twin = more[more["number"] == refund["number"]][0]
        for name in set(REFUND.names or ()) - {"again"}:
            assert np.array_equal(refund[name], twin[name]), name
        assert (refund["again"] < 0) == (twin["again"] < 0)


def test_another_quantity_shifts_no_other_draw(busy_week: Scenario, week: History) -> None:
    before = replay(week, busy_week).refunds
    after = replay(week, changed(busy_week, work__respond=Exponential(mean=60))).refunds
    assert not np.array_equal(before["work"][:, W_RESPOND], after["work"][:, W_RESPOND])
    assert np.array_equal(before["work"][:, W_DECIDE:], after["work"][:, W_DECIDE:])
    assert all(np.array_equal(before[name], after[name]) for name in set(REFUND.names or ()) - {"work"})


def test_a_longer_work_is_longer_for_everybody(busy_week: Scenario, week: History) -> None:
    """Common random numbers: the same uniform through another inverse."""
    short, long = (
        replay(week, changed(busy_week, work__decide=Exponential(mean=mean))).refunds["work"][:, W_DECIDE] for mean in (300, 330)
    )
    assert (long >= short).all()


def test_policies_are_compared_on_one_and_the_same_workload(busy_week: Scenario, week: History) -> None:
    policy = busy_week.policy.model_copy(update={"line_order": "by_path", "batch": busy_week.policy.batch.model_copy(update={"on": False})})
    other = busy_week.model_copy(update={"policy": policy})
    assert replay(week, other).refunds.tobytes() == replay(week, busy_week).refunds.tobytes()


def test_the_same_seed_gives_the_same_workload_and_another_replication_another(busy_week: Scenario) -> None:
    one, same, other = (draw_workload(busy_week, 5, replication) for replication in (0, 0, 1))
    assert one.refunds.tobytes() == same.refunds.tobytes()
    assert one.absence.tobytes() == same.absence.tobytes()
    firsts = [work.refunds[work.refunds["second"] == 0] for work in (one, other)]
    assert np.array_equal(firsts[0]["filed"], firsts[1]["filed"])
    for name in ("work", "contact", "patience", "span", "chance"):
        assert not np.array_equal(firsts[0][name], firsts[1][name])


@pytest.mark.parametrize("name", ["busy-week", "everyday-apparel"])
def test_a_workload_does_not_hang_on_the_hash_seed(name: str) -> None:
    code = (
        "from hashlib import sha256; from sim import load_scenario, draw_workload; from sim.shipped import scenarios_folder;"
        f"w = draw_workload(load_scenario(scenarios_folder() / '{name}.toml'), 4, 2);"
        "print(sha256(w.refunds.tobytes() + w.absence.tobytes()).hexdigest())"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(said) == 1


def test_parcels_are_where_the_facts_leave_room_for_them(busy_week: Scenario, week: History) -> None:
    refunds = replay(week, changed(busy_week, chances__lost=0.1)).refunds
    first = refunds[refunds["second"] == 0]
    told = week.refunds[first["number"]]
    filed, leaves, arrives = first["filed"], first["leaves"], first["arrives"]

    unshipped = first["state"] == UNSHIPPED
    may_have_left = np.isin(first["cell"], [skill.place for skill in skills() if any(each.over for each in skill.variants)])
    assert (leaves[unshipped & ~may_have_left] > filed[unshipped & ~may_have_left]).all()
    assert (leaves[unshipped & may_have_left] <= filed[unshipped & may_have_left]).sum() > 10

    moving = (first["state"] == SHIPPED) & (told["decided_by"] == DECIDED_BY.index("trace")) & ~told["disputed"]
    in_house = np.isin(first["cell"], [skill.place for skill in skills() if any(each.in_house in IN_HOUSE for each in skill.variants)])
    at_door = first["cell"] == [skill.key for skill in skills()].index("p2.refused-damaged")
    assert (leaves[moving & ~in_house] <= filed[moving & ~in_house]).all()
    under_way = moving & ~at_door | unshipped & ~may_have_left
    assert (arrives[under_way] > filed[under_way]).all()
    assert 0.05 < (arrives[under_way] == NEVER).mean() < 0.2

    there = (first["state"] == SIGNED) | told["disputed"]
    assert told["disputed"].sum() > 10
    assert (arrives[there] <= filed[there]).all()
    assert (leaves[there] <= arrives[there]).all()
    assert (first["not_received"][told["disputed"]] == 1).all()


def test_a_second_application_is_reserved_for_the_share_that_would_file_again(busy_week: Scenario, week: History) -> None:
    refunds = replay(week, changed(busy_week, buyer__again=0.25)).refunds
    first, second = refunds[refunds["second"] == 0], refunds[refunds["second"] == 1]
    asks = np.flatnonzero(first["again"] >= 0)
    assert len(asks) / len(first) == pytest.approx(0.25, abs=0.03)
    assert np.array_equal(asks, np.flatnonzero(first["chance"][:, C_AGAIN] < 0.25))
    assert np.array_equal(refunds[first["again"][asks]], second)
    drawn_anew = {"number", "filed", "again", "second", "work", "contact", "patience", "span", "chance"}
    assert set(VISIBLE) - {"number", "filed", "again", "second"} <= set(REFUND.names or ()) - drawn_anew
    for name in set(REFUND.names or ()) - drawn_anew:  # the same facts, the same parcel
        assert np.array_equal(second[name], first[name][asks]), name
    assert (second["filed"] == NEVER).all()
    assert (second["again"] == -1).all()
    assert np.array_equal(second["number"], first["number"][asks] + SECOND)
    assert not np.isin(second["chance"][:, 0], first["chance"][:, 0]).all()


def test_who_would_file_again_changes_nothing_else(busy_week: Scenario, week: History) -> None:
    none, all_ = (replay(week, changed(busy_week, buyer__again=share)).refunds for share in (0.0, 1.0))
    assert len(all_) == 2 * len(none)
    kept = all_[: len(none)]
    assert all(np.array_equal(none[name], kept[name]) for name in set(REFUND.names or ()) - {"again"})


def test_a_chance_is_below_one_even_where_float32_would_round_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Draws, "family", lambda self, name, count: np.full((len(self.numbers), count), 2**32 - 1, np.uint32))
    chance = causes.chances_of(Draws(0, 0, [0, 1]), CHANCES_IN_USE)
    assert (chance < 1).all()
    assert (chance > 0.999).all()


def test_every_hidden_column_is_filled_with_its_own_draws(busy_week: Scenario, week: History) -> None:
    refunds = replay(week, busy_week).refunds
    columns = [refunds["work"][:, at] for at in range(len(WORK_SETTINGS))]
    columns += [refunds["chance"][:, at] for at in range(CHANCES_IN_USE)]
    columns += [refunds["span"][:, at] for at in range(len(SPAN_SETTINGS))]
    columns += [refunds[name][:, attempt] for name in ("contact", "patience") for attempt in range(4)]
    together = np.corrcoef(np.array(columns, float)) - np.eye(len(columns))
    assert np.abs(together).max() < 0.08
    drawn = {"leaves", "stalls", "arrives", "work", "contact", "patience", "span", "chance"}
    facts = {"cell", "claim_holds", "mistaken_form", "wants_exchange", "special_wish", "unfounded", "not_received"}
    assert set(HIDDEN) == drawn | facts | {"to_locker", "return_wrong", "weight", "by_machine"}
    assert (refunds["span"][:, : len(SPAN_SETTINGS)].max(axis=0) > 0).all()
    assert (refunds["work"][:, : len(WORK_SETTINGS)].max(axis=0) > 0).all()


def test_half_the_demand_is_part_of_the_whole_and_the_whole_of_more(busy_week: Scenario, week: History) -> None:
    by_scale = {scale: replay(week, changed(busy_week, demand__scale=scale)).refunds for scale in (0.5, 1.0, 2.5)}
    numbers = {scale: refunds["number"][refunds["second"] == 0] for scale, refunds in by_scale.items()}
    assert set(numbers[0.5]) < set(numbers[1.0]) < set(numbers[2.5])
    for scale in (0.5, 2.5):
        assert len(numbers[scale]) / len(numbers[1.0]) == pytest.approx(scale, rel=0.05)
    keeps = np.isin(by_scale[2.5]["number"], numbers[0.5])
    assert np.array_equal(by_scale[2.5][keeps]["chance"], by_scale[0.5][by_scale[0.5]["second"] == 0]["chance"])


def test_a_copy_is_filed_in_the_minute_of_its_original_with_luck_of_its_own(busy_week: Scenario, week: History) -> None:
    refunds = replay(week, changed(busy_week, demand__scale=2.0, buyer__again=0.0)).refunds
    half = len(refunds) // 2
    originals, copies = refunds[:half], refunds[half:]
    assert np.array_equal(copies["number"], originals["number"] + COPY)
    assert np.array_equal(copies["filed"] // 60, originals["filed"] // 60)
    assert len(np.intersect1d(copies["chance"][:, 0], originals["chance"][:, 0])) < 5  # float32 may meet by luck


def test_absence_hangs_on_the_slot_and_the_day_alone(busy_week: Scenario) -> None:
    from sim.scenario.calendar import roster

    smaller = busy_week.model_copy(update={"pools": {name: pool for name, pool in busy_week.pools.items() if name != "agents"}})
    whole, part, early = roster(busy_week, 0, 9), roster(smaller, 0, 9), roster(busy_week, -2, 9)
    drawn = causes.absence(1, 0, whole)
    assert drawn.shape == (len(whole), 10)
    for name in part.names:
        assert np.array_equal(causes.absence(1, 0, part)[part.names.index(name)], drawn[whole.names.index(name)])
    assert np.array_equal(causes.absence(1, 0, early)[:, 2:], drawn)
    assert len(np.unique(drawn)) == drawn.size


def test_absence_covers_warm_up_days_and_drain(busy_week: Scenario) -> None:
    calendar = busy_week.calendar
    work = draw_workload(changed(busy_week, calendar__warmup_days=3))
    assert work.absence.shape[1] == 3 + calendar.days + calendar.drain_days


def test_filing_times_follow_the_zones_clock_when_it_is_put_back(busy_week: Scenario, export: Export) -> None:
    """26 October 2025 has 25 hours in London."""
    scenario = changed(busy_week, calendar__zone="Europe/London", calendar__start=date(2025, 10, 26), calendar__days=1, buyer__again=0.0)
    times = [{"退款的申请时间": text} for text in ("2025-10-26 00:30:00", "2025-10-26 12:00:00", "2025-10-26 23:59:59")]
    assert replay(read_history(export(*times)), scenario).refunds["filed"].tolist() == [1800, 13 * 3600, 25 * 3600 - 1]


ZONES = ("Asia/Shanghai", "Europe/London", "Australia/Lord_Howe", "America/Nuuk", "America/Havana", "Africa/Cairo", "Pacific/Apia")


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("start", [date(2025, 3, 20), date(2025, 10, 1), date(2011, 12, 28)])
def test_many_wall_clocks_are_told_as_the_calendar_tells_each(busy_week: Scenario, zone: str, start: date) -> None:
    """Every quarter of an hour of 50 days, in zones that change their clocks by day, by night, by half an hour or by a whole day."""
    calendar = changed(busy_week, calendar__zone=zone, calendar__start=start).calendar
    wall = np.datetime64(start - timedelta(days=5)) + np.arange(0, 50 * DAY, 901).astype("m8[s]")
    assert _seconds_since_start(wall, calendar).tolist() == [seconds_at(calendar, each) for each in wall.tolist()]


def test_the_real_trace_fills_the_desk_with_3836_refunds(busy_week: Scenario, shared_data: Path) -> None:
    scenario = changed(
        busy_week,
        demand__history=shared_data / "uci_online_retail_returns.csv.gz",
        calendar__start=date(2010, 12, 1),
        calendar__days=374,
        buyer__again=0.0,
    )
    work = draw_workload(scenario)
    assert len(work) == 3_836
    assert np.bincount(work.refunds["filed"] // DAY).max() == 64
    assert load_scenario(scenarios_folder() / "busy-week.toml") == busy_week


@pytest.mark.parametrize("share", [0.05, 0.5])
def test_a_scenarios_machine_refunds_count_those_that_the_history_already_has(busy_week: Scenario, week: History, share: float) -> None:
    """Of the unshipped requests so many are refunded by a machine in all; the history's own are never fewer, and never counted twice."""
    automatic, path = week.column("automatic"), week.column("path")
    unshipped = automatic.sum() + (path[~automatic] == 1).sum()
    drawn = 0
    for replication in range(20):
        rows = draw_workload(busy_week, 5, replication).refunds
        first = rows[(rows["second"] == 0) & (path_of(rows["state"], rows["sends_back"]) == 1)]
        drawn += int((first["chance"][:, C_INSTANT] < share).sum())
    in_all = (automatic.sum() + drawn / 20) / unshipped
    assert in_all == pytest.approx(max(share, automatic.sum() / unshipped), abs=0.01)
