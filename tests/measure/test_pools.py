"""Lines, seats and hours per pool."""

import numpy as np
import pytest

from sim.measure.pools import PoolUse, family
from sim.measure.summary import RunSummary
from tests.measure.conftest import DEDICATED, Measure
from tests.measure.tiny import ASK, CARRIERS, DAY, HOUR, MINUTE, Diary

EIGHT, NINE, FOUR_PM = 8 * HOUR, 9 * HOUR, 16 * HOUR


def agents(summary: RunSummary) -> PoolUse:
    return summary.pools["agents"]


def test_who_stands_in_line_is_averaged_over_each_hour(measure: Measure) -> None:
    pool = agents(measure(Diary().answered(NINE + 15 * MINUTE, 60 * MINUTE).log()))
    assert pool.in_line[8:12].tolist() == [0.0, 0.75, 0.25, 0.0]
    assert pool.most_in_line[8:12].tolist() == [0, 1, 1, 0]


def test_who_is_taken_at_once_never_stood_in_line(measure: Measure) -> None:
    pool = agents(measure(Diary().answered(NINE, 0).log()))
    assert (pool.peak, pool.clear_at) == (0, None)
    assert pool.most_in_line.max() == 0


def test_work_is_averaged_over_each_hour_and_as_a_share_of_the_seats_staffed(measure: Measure) -> None:
    pool = agents(measure(Diary().answered(NINE, 0, works=30 * MINUTE).log()))
    assert pool.at_work[9] == 0.5
    assert pool.staffed[[7, 8, 9, 12, 15, 16]].tolist() == [0.0, 2.0, 2.0, 1.0, 2.0, 0.0]  # the break of both: 12:00-12:30
    assert pool.occupancy[9] == 0.25
    assert np.isnan(pool.occupancy[7])


def test_occupancy_is_the_ratio_of_seconds_over_the_reported_days(measure: Measure) -> None:
    summary = measure(Diary().answered(NINE, 0, works=90 * MINUTE).answered(NINE, 0, works=HOUR, refund=1, slot=1).log())
    staffed = 2 * 2 * 7.5 * HOUR
    assert summary.at("occupancy.agents")[0] == 2.5 * HOUR / staffed
    assert summary.at("occupancy.agents.peak")[0] == 1.0
    assert summary.at("occupancy")[0] == pytest.approx(2.5 * HOUR / (staffed + 3 * 2 * 8 * HOUR))  # the carriers are not the shop's


def test_what_is_worked_after_the_end_of_the_shift_is_overtime_and_paid_but_no_occupancy(measure: Measure) -> None:
    summary = measure(Diary().answered(FOUR_PM - 10 * MINUTE, 0, works=30 * MINUTE).log())
    pool = agents(summary)
    assert pool.overtime == 20 * MINUTE
    assert summary.at("overtime.agents")[0] == pytest.approx(1 / 3)
    assert pool.busy_seconds == 10 * MINUTE
    assert pool.on_duty == 2 * 2 * 8 * HOUR + 20 * MINUTE
    assert summary.at("labour_cost.agents")[0] == pytest.approx(42 * (32 + 1 / 3))


def test_work_in_a_break_is_neither_overtime_nor_occupancy(measure: Measure) -> None:
    pool = agents(measure(Diary().answered(12 * HOUR - MINUTE, 0, works=10 * MINUTE).log()))
    assert (pool.overtime, pool.busy_seconds) == (0, MINUTE)


def test_chats_that_one_person_finishes_side_by_side_are_one_overtime(measure: Measure) -> None:
    two_seats = {"pools": {"agents": {"groups": {"regular": {"seats": 2}}}}}
    diary = Diary().answered(FOUR_PM - 60, 0, works=15 * MINUTE).answered(FOUR_PM - 50, 0, works=5 * MINUTE, refund=1)
    assert agents(measure(diary.log(), two_seats)).overtime == 14 * MINUTE


def test_labour_is_paid_for_the_reported_days_only(measure: Measure) -> None:
    log = Diary().answered(3 * DAY + FOUR_PM - 60, 0, works=HOUR).log()
    summary = measure(log)
    assert agents(summary).overtime == 0
    hours = {"agents": 2 * 2 * 8, "supervisors": 2 * 8, "warehouse": 2 * 8, "inspection": 2 * 8, "carriers": 2 * 24}
    assert {pool.name: pool.on_duty / HOUR for pool in summary.pools.pools} == hours
    assert summary.at("labour_cost")[0] == 42 * 32 + 60 * 16 + 30 * 16 + 30 * 16


def test_person_days_are_the_shifts_that_somebody_came_to(measure: Measure) -> None:
    summary = measure(Diary().answered(NINE, 0).log())
    assert {pool.name: pool.person_days for pool in summary.pools.pools} == {
        "agents": 4,
        "supervisors": 2,
        "warehouse": 2,
        "inspection": 2,
        "carriers": 2,
    }


def backlog_of_three() -> Diary:
    """Filed by night; taken from 8:00 on, one after the other; the line is empty at 8:20."""
    diary = Diary()
    for refund in range(3):
        diary.answered(refund * HOUR, EIGHT - refund * HOUR + refund * 10 * MINUTE, 10 * MINUTE, refund)
    return diary


def test_the_peak_of_the_backlog_and_when_it_is_clear(measure: Measure) -> None:
    summary = measure(backlog_of_three().log())
    assert (agents(summary).peak, agents(summary).peak_at) == (3, 2 * HOUR)
    assert summary.at("backlog.peak")[0] == 3
    assert summary.at("backlog_clear_at")[0] == pytest.approx(8 + 1 / 3)
    waits = 8 * HOUR + (7 * HOUR + 10 * MINUTE) + (6 * HOUR + 20 * MINUTE)
    assert summary.at("backlog.agents")[0] == waits / (2 * DAY)


def test_carriers_are_no_backlog_of_the_shop(measure: Measure) -> None:
    diary = backlog_of_three()
    for refund in range(3, 9):
        diary.filed(0, refund).joined(0, refund, ASK, CARRIERS)
    summary = measure(diary.log())
    assert summary.at("backlog.peak")[0] == 3
    assert summary.at("backlog.carriers.peak")[0] == 6
    value, reason = summary.at("backlog_clear_at.carriers")
    assert value is None
    assert reason is not None
    assert reason.key == "not_clear"
    assert summary.at("backlog_clear_at")[0] is not None


def test_a_line_that_never_was_is_not_clear_at_any_time(measure: Measure) -> None:
    value, reason = measure(Diary().answered(NINE, 0).log()).at("backlog_clear_at")
    assert value is None
    assert reason is not None
    assert reason.key == "nobody_waited"


def test_a_line_from_before_the_start_counts_in_the_peak(measure: Measure) -> None:
    pool = agents(measure(Diary().answered(-HOUR, HOUR + EIGHT).log()))
    assert (pool.peak, pool.peak_at, pool.clear_at) == (1, 0, EIGHT)
    assert pool.in_line[:9].tolist() == [1.0] * 8 + [0.0]


def test_the_peak_is_that_of_the_reported_days_and_the_clear_time_may_lie_after_them(measure: Measure) -> None:
    diary = Diary().answered(2 * DAY - HOUR, 10 * HOUR)
    for refund in (1, 2):
        diary.answered(2 * DAY + HOUR, 9 * HOUR, refund=refund)
    pool = agents(measure(diary.log()))
    assert (pool.peak, pool.clear_at) == (1, 2 * DAY + 10 * HOUR)


def test_who_gave_back_a_case_that_was_closed_put_nobody_into_line(measure: Measure) -> None:
    diary = Diary().filed(NINE).joined(NINE).began(NINE).closed(NINE + 60, outcome=3).handed_back(NINE + 120)
    assert agents(measure(diary.log())).peak == 0


def test_overtime_is_paid_at_its_own_rate_and_the_shift_at_the_usual(measure: Measure) -> None:
    pay = {"pools": {"agents": {"groups": {"regular": {"overtime_pay": 1.5}}}}}
    log = Diary().answered(FOUR_PM - 10 * MINUTE, 0, works=30 * MINUTE).log()
    summary = measure(log, pay)
    assert summary.at("labour_cost.agents")[0] == pytest.approx(42 * (32 + 1.5 / 3))
    assert summary.costs["labour"] == pytest.approx(42 * (32 + 1.5 / 3) + 60 * 16 + 30 * 16 + 30 * 16)
    assert agents(summary).on_duty == 2 * 2 * 8 * HOUR + 20 * MINUTE


# ---------------------------------------------------------------- pools that are there only in some scenarios
OUTSIDE = {"cost_per_hour": "0 yuan", "shifts": {"always": {"from": "00:00", "to": "24:00", "count": 1}}}


def test_a_company_outside_is_no_more_the_shops_own_than_the_carriers(measure: Measure) -> None:
    diary = Diary()
    for refund in range(3):
        diary.filed(0, refund).joined(0, refund, line=4)
    pools = {"pools": {"outside": {"shift_end": "finish", "groups": {"company": OUTSIDE}}}, "policy": {"inspection": {"outside": True}}}
    summary = measure(diary.log(), pools)
    assert [pool.name for pool in summary.pools.inside] == ["agents", "supervisors", "warehouse", "inspection"]
    assert summary.at("backlog.outside.peak")[0] == 3
    assert summary.at("backlog.peak")[0] == 0
    assert summary.at("overtime.outside")[0] == 0.0


def test_what_is_asked_of_a_pool_that_is_not_there_is_null_with_a_reason(measure: Measure) -> None:
    summary = measure(Diary().answered(NINE, 0).log())
    for address in ("backlog.after_sales", "occupancy.outside", "labour_cost.agents_12", "output_per_person.after_sales"):
        value, reason = summary.at(address)
        assert value is None
        assert reason is not None
        assert reason.key == "no_such_pool"


@pytest.mark.parametrize(
    ("name", "of"),
    [("agents_12", "agents"), ("agents_3", "agents"), ("agents", "agents"), ("after_sales", "after_sales"), ("pool_1", "pool_1")],
)
def test_a_dedicated_pool_belongs_to_the_pool_that_it_is_a_part_of(name: str, of: str) -> None:
    assert family(name) == of


def dedicated() -> Diary:
    """In the line of each of the two pools of agents: two from 9:00 on in the first, one from 10:00 on in the second; taken at 12:30."""
    diary = Diary()
    for refund, (filed, line, slot) in enumerate(((NINE, 0, 0), (NINE, 0, 1), (10 * HOUR, 1, 2))):
        diary.filed(filed, refund).joined(filed, refund, line=line).began(12 * HOUR + 30 * MINUTE, refund, line=line, slot=slot)
        diary.finished(13 * HOUR + 30 * MINUTE, refund, line=line, slot=slot).closed(13 * HOUR + 30 * MINUTE, refund)
    return diary


def test_agents_dedicated_to_paths_are_pools_by_themselves_and_one_together(measure: Measure) -> None:
    summary = measure(dedicated().log(), DEDICATED)
    assert [pool.name for pool in summary.pools.pools][:3] == ["agents_12", "agents_34", "supervisors"]
    assert list(summary.to_json()["pools"])[:2] == ["agents_12", "agents_34"]
    assert "agents" not in summary.to_json()["pools"]
    hours = {"agents_12": 2 * 2 * 8.0, "agents_34": 2 * 8.0, "agents": 48.0}
    assert {name: summary.at(f"labour_cost.{name}")[0] for name in hours} == {name: 42 * many for name, many in hours.items()}
    assert [summary.at(f"backlog.{name}.peak")[0] for name in hours] == [2, 1, 3]
    assert summary.at("backlog.peak")[0] == 3
    assert summary.at("occupancy.agents")[0] == pytest.approx(3 / (2 * 2 * 7.5 + 2 * 8))
    assert summary.at("output_per_person")[0] == 3 / 6
    assert summary.at("output_per_person.agents")[0] == summary.at("output_per_person")[0]


def test_families_are_counted_once_in_what_is_summed(measure: Measure) -> None:
    together = measure(dedicated().log(), DEDICATED)
    assert together.at("labour_cost")[0] == 42 * 48 + 60 * 16 + 30 * 16 + 30 * 16
    assert together.at("overtime")[0] == 0.0
    assert together.costs["labour"] == together.at("labour_cost")[0]
