"""What was filed before the reported days, or comes after them, keeps the desk busy: which figures it is in, and which it is not.

Two reported days; agents (two of them, 08:00-16:00) and all others are there on the two days before and the eight after as well. The
carriers (one) are always there.
"""

import numpy as np
import pytest

from sim.measure.pools import PoolUse
from sim.measure.summary import RunSummary
from tests.measure.conftest import COUNT_STAFFED, WARM_UP, Measure
from tests.measure.tiny import ASK, CARRIERS, DAY, HOUR, MINUTE, Diary

END = 2 * DAY
EIGHT, NINE, FOUR_PM = 8 * HOUR, 9 * HOUR, 16 * HOUR
BEFORE, AFTER = -DAY, END + DAY
"""The day before the first reported one, and the second one after the last."""

CARRIER = 5
"""The slot of the carrier."""


def agents(summary: RunSummary) -> PoolUse:
    return summary.pools["agents"]


def by_carrier(diary: Diary, refund: int, began: int, ended: int) -> Diary:
    """Filed, and taken by the carrier at once."""
    diary.filed(began, refund).joined(began, refund, ASK, CARRIERS).began(began, refund, ASK, CARRIERS, CARRIER)
    return diary.finished(ended, refund, ASK, CARRIERS, CARRIER).closed(ended, refund)


# ---------------------------------------------------------------- which requests figures are about
@pytest.mark.parametrize(("filed", "counts"), [(-1, 0), (0, 1), (END - 1, 1), (END, 0)])
def test_reported_is_what_was_filed_from_the_first_second_of_the_days_to_their_last(measure: Measure, filed: int, counts: int) -> None:
    summary = measure(Diary().filed(filed).log(), WARM_UP)
    assert len(summary.reported) == summary.to_json()["refunds"] == counts
    assert sum(summary.not_reported) == 1 - counts


def test_money_of_other_days_is_no_cost_of_these(measure: Measure) -> None:
    diary = Diary().filed(BEFORE).closed(NINE).filed(NINE, 1).closed(AFTER, 1).filed(END, 2).closed(AFTER, 2)
    summary = measure(diary.log(compensation=[1_000, 200, 5_000], lost=[0, 300, 9_000], refunded=[9_000, 9_000, 9_000]), WARM_UP)
    assert (summary.costs["compensation"], summary.costs["lost"]) == (2.0, 3.0)
    assert summary.at("double_loss_amount")[0] == 3.0


def test_what_stays_open_is_counted_of_the_reported_requests_and_the_backlog_at_the_start_apart(measure: Measure) -> None:
    diary = Diary().filed(-DAY - 1).closed(NINE).filed(-DAY, 1).filed(-HOUR, 2).closed(-1, 2).filed(NINE, 3).filed(AFTER, 4)
    summary = measure(diary.log(), WARM_UP)
    none = {"up_to_24_h": 0, "1_to_3_d": 0, "3_to_7_d": 0, "over_7_d": 0}
    assert summary.carried_in == {**none, "up_to_24_h": 1, "1_to_3_d": 1}
    assert summary.left_over == {**none, "1_to_3_d": 1}
    assert summary.unfinished == {**none, "over_7_d": 1}
    told = summary.to_json()["unfinished"]
    assert (told["count"], told["after_the_reported_days"]["count"], told["before_the_reported_days"]["count"]) == (1, 1, 2)


def test_questions_about_requests_of_other_days_are_in_no_handoff(measure: Measure) -> None:
    diary = Diary()
    for refund, at in enumerate((-HOUR, NINE, END)):
        diary.filed(at, refund).joined(at, refund, ASK, CARRIERS, handoff=0)
        diary.began(at + MINUTE, refund, ASK, CARRIERS, CARRIER, handoff=0)
        diary.finished(at + HOUR * (1 + refund), refund, ASK, CARRIERS, CARRIER, handoff=0)
    (carrier, *_) = measure(diary.log(), WARM_UP).handoffs
    assert (carrier.asked, carrier.mean_hours, carrier.p90_hours) == (1, 2.0, 2.0)


def test_an_answer_after_the_reported_days_still_counts_for_a_request_of_theirs(measure: Measure) -> None:
    diary = Diary().answered(END - MINUTE, 20 * MINUTE).answered(-MINUTE, 0, refund=1, slot=1)
    summary = measure(diary.log(), WARM_UP)
    assert summary.kpis["first_response_within_30min"].parts["of"] == 1
    assert summary.at("first_response_minutes")[0] == 20


def test_hours_of_filing_are_those_of_the_reported_days(measure: Measure) -> None:
    diary = Diary().answered(-MINUTE, 0).answered(0, 0, refund=1).answered(END - 1, 0, refund=2).answered(END, 0, refund=3, slot=1)
    assert measure(diary.log(), WARM_UP).response_hours["hour"].tolist() == [0, 47]


# ---------------------------------------------------------------- the line
def waiting_since(begin: int, refund: int = 0, until: int = EIGHT) -> Diary:
    return Diary().filed(begin, refund).joined(begin, refund).began(until, refund).finished(until + MINUTE, refund)


def test_the_curves_begin_with_the_backlog_that_is_there(measure: Measure) -> None:
    pool = agents(measure(waiting_since(-3 * HOUR).log(), WARM_UP))
    assert pool.in_line[:10].tolist() == [1.0] * 8 + [0.0] * 2
    assert pool.most_in_line[:10].tolist() == [1] * 8 + [0] * 2
    assert (pool.peak, pool.peak_at, pool.clear_at) == (1, 0, EIGHT)
    assert pool.in_line_seconds == EIGHT


def test_a_line_that_was_empty_again_before_the_start_leaves_nothing(measure: Measure) -> None:
    summary = measure(waiting_since(BEFORE, until=BEFORE + EIGHT).log(), WARM_UP)
    assert agents(summary).in_line.sum() == agents(summary).most_in_line.sum() == agents(summary).in_line_seconds == 0
    assert (agents(summary).peak, agents(summary).clear_at) == (0, None)
    assert summary.at("backlog.peak")[0] == 0


def some_in_line(*stays: tuple[int, int]) -> Diary:
    """Stays in the carriers' line that end by giving up."""
    diary = Diary()
    for refund, (begin, end) in enumerate(stays):
        diary.filed(begin, refund).joined(begin, refund, ASK, CARRIERS)
        if end:
            diary.gave_up(end, refund, ASK, CARRIERS)
    return diary


def test_the_peak_is_that_of_the_reported_days_whatever_stood_there_before_or_after(measure: Measure) -> None:
    before, within, after = [(BEFORE, -HOUR)] * 5, [(NINE, NINE + HOUR)] * 2, [(END, AFTER)] * 9
    pool = measure(some_in_line(*before, *within, *after).log(), WARM_UP).pools["carriers"]
    assert (pool.peak, pool.peak_at, pool.clear_at) == (2, NINE, NINE + HOUR)


def test_a_backlog_is_clear_when_the_line_is_first_empty_though_others_come_later(measure: Measure) -> None:
    pool = measure(some_in_line((NINE, END + HOUR), (END + 2 * HOUR, END + 3 * HOUR)).log(), WARM_UP).pools["carriers"]
    assert pool.clear_at == END + HOUR


def test_a_line_that_somebody_always_joins_before_the_last_one_leaves_is_never_clear(measure: Measure) -> None:
    stays = [(at, at + 90 * MINUTE) for at in range(NINE, 10 * DAY - HOUR, HOUR)]
    summary = measure(some_in_line(*stays, (10 * DAY - HOUR, 0)).log(until=10 * DAY), WARM_UP)
    assert summary.pools["carriers"].clear_at is None
    value, reason = summary.at("backlog_clear_at.carriers")
    assert value is None
    assert reason is not None
    assert reason.key == "not_clear"


# ---------------------------------------------------------------- people
def test_who_is_at_work_when_the_days_begin_and_end_is_at_work_for_the_part_that_lies_in_them(measure: Measure) -> None:
    diary = by_carrier(by_carrier(Diary(), 0, -HOUR, HOUR), 1, END - 30 * MINUTE, END + HOUR)
    pool = measure(diary.log(), WARM_UP).pools["carriers"]
    assert pool.busy_seconds == HOUR + 30 * MINUTE
    assert pool.staffed_seconds == END
    assert (pool.busy[0], pool.busy[1], pool.busy[47], pool.busy[48]) == (1.0, 0.0, 0.5, 1.0)
    assert (pool.at_work[0], pool.at_work[1], pool.at_work[47]) == (1.0, 0.0, 0.5)


@pytest.mark.parametrize(("ended", "done"), [(-1, 0), (0, 1), (END - 1, 1), (END, 0)])
def test_work_is_done_on_the_day_on_which_it_is_finished(measure: Measure, ended: int, done: int) -> None:
    assert measure(by_carrier(Diary(), 0, ended - 60, ended).log(), WARM_UP).pools["carriers"].done == done


def test_labour_and_person_days_are_those_of_the_reported_days(measure: Measure) -> None:
    diary = Diary().answered(BEFORE + NINE, 0, works=HOUR).answered(AFTER + NINE, 0, works=HOUR, refund=1)
    with_more, alone = measure(diary.log(), WARM_UP), measure(Diary().filed(NINE).log())
    assert with_more.at("labour_cost")[0] == alone.at("labour_cost")[0] == 42 * 32 + 60 * 16 + 30 * 16 + 30 * 16
    assert [pool.person_days for pool in with_more.pools.pools] == [pool.person_days for pool in alone.pools.pools] == [4, 2, 2, 2, 2]
    assert [pool.on_duty for pool in with_more.pools.pools] == [pool.on_duty for pool in alone.pools.pools]


def test_overtime_across_the_first_midnight_counts_from_there_on(measure: Measure) -> None:
    """Begun a minute before 16:00 on the day before, done at 01:00."""
    summary = measure(Diary().answered(BEFORE + FOUR_PM - MINUTE, 0, works=9 * HOUR + MINUTE).log(), WARM_UP)
    assert agents(summary).overtime == HOUR
    assert agents(summary).on_duty == 2 * 2 * 8 * HOUR + HOUR


def test_overtime_across_the_last_midnight_counts_up_to_there(measure: Measure) -> None:
    summary = measure(Diary().answered(DAY + FOUR_PM - MINUTE, 0, works=9 * HOUR + MINUTE).log(), WARM_UP)
    assert agents(summary).overtime == 8 * HOUR


def test_output_is_what_was_completed_on_the_reported_days_whenever_it_was_filed(measure: Measure) -> None:
    diary = Diary().filed(BEFORE).closed(-1).filed(BEFORE, 1).closed(NINE, 1).filed(NINE, 2).closed(DAY, 2)
    diary.filed(NINE, 3).closed(END, 3).filed(END, 4).closed(AFTER, 4)
    assert measure(diary.log(), WARM_UP).at("output_per_person")[0] == 2 / 4


# ---------------------------------------------------------------- people short
def due(summary: RunSummary) -> list[tuple[float, int]]:
    return [(need.begin / HOUR, need.due) for need in summary.needs]


def test_a_request_filed_before_the_start_and_due_after_it_is_work_of_the_first_shift(measure: Measure) -> None:
    around = {"pools": {"agents": {"groups": {"regular": {"shifts": {"day": {"from": "00:00", "to": "24:00", "breaks": []}}}}}}}
    diary = Diary().answered(-31 * MINUTE, 0).answered(-10 * MINUTE, 0, refund=1).answered(END - 31 * MINUTE, 0, refund=2)
    diary.answered(END - 10 * MINUTE, 0, refund=3).answered(END, 0, refund=4, slot=1)
    assert due(measure(diary.log(), WARM_UP, around)) == [(0.0, 1), (24.0, 1)]


@pytest.mark.parametrize("count", [{}, COUNT_STAFFED])
def test_what_came_in_the_closed_night_before_the_start_falls_to_the_first_shift(measure: Measure, count: dict[str, object]) -> None:
    diary = Diary().answered(BEFORE + FOUR_PM - HOUR, 0).answered(BEFORE + FOUR_PM + HOUR, 15 * HOUR, refund=1)
    diary.answered(END - 5 * HOUR, 13 * HOUR, refund=2)
    assert due(measure(diary.log(), WARM_UP, count)) == [(8.0, 1), (32.0, 0)]


def test_how_long_a_request_takes_is_learnt_from_the_reported_ones(measure: Measure) -> None:
    diary = Diary().answered(BEFORE + NINE, 0, works=HOUR).answered(NINE, 0, works=10 * MINUTE, refund=1)
    diary.answered(AFTER + NINE, 0, works=HOUR, refund=2)
    assert {need.seconds_each for need in measure(diary.log(), WARM_UP).needs} == {10 * MINUTE}


# ---------------------------------------------------------------- chats
def test_a_buyer_who_only_asks_is_counted_as_a_chat_and_as_nothing_else(measure: Measure) -> None:
    diary = Diary().answered(NINE, 0).answered(NINE, 45 * MINUTE, works=30 * MINUTE, refund=1, slot=1).answered(END, 0, refund=2)
    diary.filed(10 * HOUR, 3).joined(10 * HOUR, 3)
    summary = measure(diary.log(path=[1, 0, 0, 0]), WARM_UP, only_asks=[0, 1, 1, 1])
    assert len(summary.every) == len(summary.reported) == 1
    assert (summary.at("chat_count")[0], summary.at("chat_count.path_1")[0], summary.at("chat_count.path_4")[0]) == (2, 2, 0)
    assert summary.at("first_response_within_30min")[0] == 1.0
    assert sum(summary.unfinished.values()) == sum(summary.left_over.values()) == 0
    assert sum(number for _, number in due(summary)) == 1
    assert {need.seconds_each for need in summary.needs} == {60}
    assert summary.at("output_per_person")[0] == 1 / 4


def test_the_staffs_time_on_chats_is_work_like_any_other(measure: Measure) -> None:
    diary = Diary().answered(NINE, 30 * MINUTE, works=30 * MINUTE)
    asks, requests = measure(diary.log(), only_asks=[1]), measure(diary.log())
    for column in ("in_line", "at_work", "busy", "most_in_line"):
        assert np.array_equal(getattr(agents(asks), column), getattr(agents(requests), column))
    assert (agents(asks).peak, agents(asks).busy_seconds, agents(asks).done) == (1, 30 * MINUTE, 1)
    assert agents(asks).labour == agents(requests).labour


def test_chats_begun_on_other_days_are_not_counted(measure: Measure) -> None:
    diary = Diary().answered(-1, 0).answered(0, 60, refund=1).answered(END, 0, refund=2)
    assert measure(diary.log(), WARM_UP, only_asks=[1, 1, 1]).at("chat_count")[0] == 1
