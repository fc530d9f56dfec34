"""The share of requests answered within 30 minutes, exactly by its definition."""

import pytest

from sim.measure.counted import CALENDAR, counted
from sim.measure.presence import presence
from sim.measure.responses import Standard, judged
from sim.measure.summary import RunSummary
from tests.measure.conftest import COUNT_STAFFED, DEDICATED, Measure
from tests.measure.tiny import AUTO_REFUNDED, DAY, FORCE, HOUR, MACHINE, MINUTE, SELLER_CLOCK, WITHDRAWN, Diary, floor

LIMIT = 30 * MINUTE
NINE = 9 * HOUR
CODE = "first_response_within_30min"


def share(summary: RunSummary, address: str = CODE) -> float | None:
    return summary.at(address)[0]


def parts(summary: RunSummary) -> tuple[float, float]:
    found = summary.kpis[CODE].parts
    return found["in"], found["of"]


def test_work_that_starts_exactly_at_30_minutes_is_in_time(measure: Measure) -> None:
    assert share(measure(Diary().answered(NINE, LIMIT).log())) == 1.0


def test_one_second_later_is_a_miss(measure: Measure) -> None:
    assert share(measure(Diary().answered(NINE, LIMIT + 1).log())) == 0.0


def test_what_counts_is_the_start_of_the_work_not_its_end(measure: Measure) -> None:
    assert share(measure(Diary().answered(NINE, LIMIT, works=HOUR).log())) == 1.0


def test_open_past_30_minutes_is_a_miss(measure: Measure) -> None:
    summary = measure(Diary().filed(NINE).joined(NINE).log(until=NINE + LIMIT + 1))
    assert parts(summary) == (0, 1)


def test_open_and_younger_is_left_out(measure: Measure) -> None:
    summary = measure(Diary().filed(NINE).joined(NINE).answered(NINE, 0, refund=1, slot=1).log(until=NINE + LIMIT))
    assert parts(summary) == (1, 1)
    assert summary.kpis[CODE].parts["left_out"] == 1


def test_withdrawn_before_anybody_answered_is_a_miss_even_within_30_minutes(measure: Measure) -> None:
    diary = Diary().filed(NINE).joined(NINE).closed(NINE + MINUTE, outcome=WITHDRAWN).left(NINE + MINUTE)
    assert parts(measure(diary.log(until=NINE + 2 * MINUTE))) == (0, 1)


def test_ended_by_a_clock_before_anybody_answered_is_a_miss(measure: Measure) -> None:
    at = NINE + MINUTE
    diary = Diary().filed(NINE).joined(NINE).alarm(at, which=SELLER_CLOCK).closed(at, outcome=AUTO_REFUNDED).left(at)
    assert parts(measure(diary.log(automatic=[1]))) == (0, 1)


def test_answered_in_time_and_then_ended_by_a_clock_is_in_time(measure: Measure) -> None:
    at = NINE + 2 * DAY
    diary = Diary().filed(NINE).joined(NINE).began(NINE).finished(NINE + 60).alarm(at, which=SELLER_CLOCK).closed(at, outcome=AUTO_REFUNDED)
    assert parts(measure(diary.log(automatic=[1]))) == (1, 1)


def test_refunds_by_a_machine_are_left_out_and_shown_apart(measure: Measure) -> None:
    summary = measure(Diary().answered(NINE, LIMIT + 1).log(), automatic=[NINE, NINE, 3 * DAY])
    assert parts(summary) == (0, 1)
    assert summary.kpis[CODE].parts["automatic"] == 2
    assert share(summary, "instant_refunds") == 2  # the third lies after the reported days


@pytest.mark.parametrize("automatic", [MACHINE, FORCE])
def test_nor_are_those_of_the_desk_itself_that_were_refunded_before_anybody_saw_them(measure: Measure, automatic: int) -> None:
    diary = Diary().answered(NINE, LIMIT + 1).filed(NINE, 1).closed(NINE, 1)
    summary = measure(diary.log(automatic=[0, automatic], path=[1, 3]), automatic=[NINE])
    assert parts(summary) == (0, 1)
    assert summary.kpis[CODE].parts["automatic"] == 2
    assert summary.kpis[CODE].parts["left_out"] == 0
    assert summary.kpis[CODE].by_path["path_3"].parts["automatic"] == 1
    assert [tuple(hour)[:3] for hour in summary.response_hours] == [(9, 1, 0)]


def test_money_that_a_machine_sent_ahead_after_an_answer_is_judged_like_any_other(measure: Measure) -> None:
    summary = measure(Diary().answered(NINE, LIMIT).log(automatic=[MACHINE]))
    assert parts(summary) == (1, 1)
    assert share(summary, "instant_refunds") == 1


def test_machines_count_in_instant_refunds_wherever_they_come_from(measure: Measure) -> None:
    diary = Diary()
    for refund in range(3):
        diary.filed(NINE, refund).closed(NINE, refund)
    assert share(measure(diary.log(automatic=[MACHINE, MACHINE, FORCE]), automatic=[NINE]), "instant_refunds") == 3


def test_the_first_work_that_answers_counts_also_when_it_is_handed_back(measure: Measure) -> None:
    diary = Diary().filed(NINE).joined(NINE).began(NINE + 60).handed_back(NINE + 90).began(NINE + HOUR).finished(NINE + 2 * HOUR)
    summary = measure(diary.closed(NINE + 2 * HOUR).log())
    assert share(summary) == 1.0
    assert share(summary, "first_response_minutes") == 1.0


def test_work_that_does_not_answer_is_no_response(measure: Measure) -> None:
    diary = Diary().filed(NINE).joined(NINE, step=3, line=4).began(NINE, step=3, line=4, slot=5).finished(NINE + 60, step=3, line=4, slot=5)
    diary.joined(NINE + 60).began(NINE + HOUR).finished(NINE + 2 * HOUR).closed(NINE + 2 * HOUR)
    assert parts(measure(diary.log())) == (0, 1)


def test_only_requests_filed_on_the_reported_days_count(measure: Measure) -> None:
    diary = Diary().answered(-HOUR, LIMIT + 1, refund=0).answered(NINE, 0, refund=1).answered(2 * DAY + NINE, LIMIT + 1, refund=2)
    assert parts(measure(diary.log())) == (1, 1)


def test_the_standard_is_the_scenarios(measure: Measure) -> None:
    log = Diary().answered(NINE, LIMIT).log()
    assert share(measure(log, {"standards": {"first_response": "20 min"}})) == 0.0


def test_without_a_standard_it_is_null_with_a_reason(measure: Measure) -> None:
    value, reason = measure(Diary().answered(NINE, LIMIT).log(), {"standards": {"first_response": "none"}}).at(CODE)
    assert value is None
    assert reason is not None
    assert (reason.zh, reason.en) == ("没有规定时限", "there is no standard")


def test_it_is_the_ratio_of_sums_not_the_mean_of_daily_ratios(measure: Measure) -> None:
    """One miss on a day of one, three in time on a day of three: 3 of 4, where the mean of the days would say one half."""
    diary = Diary().answered(NINE, LIMIT + 1)
    for refund in (1, 2, 3):
        diary.answered(DAY + NINE + refund * HOUR, 0, refund=refund)
    summary = measure(diary.log())
    assert share(summary) == 0.75
    daily = [hour["in_time"] / hour["requests"] for hour in summary.response_hours]
    assert (daily[0] + sum(daily[1:]) / 3) / 2 == 0.5


def test_the_worst_staffed_hour_passes_over_hours_in_which_nobody_is_there(measure: Measure) -> None:
    diary = Diary().answered(3 * HOUR, 6 * HOUR)  # by night, nobody there: a miss
    for refund, waits in ((1, 0), (2, LIMIT + 1), (3, 0)):
        diary.answered(NINE + refund * 10, waits, refund=refund, works=0)
    diary.answered(14 * HOUR, 0, refund=4)
    summary = measure(diary.log())
    assert share(summary) == pytest.approx(3 / 5)
    assert share(summary, f"{CODE}.worst_hour") == pytest.approx(2 / 3)
    assert [tuple(hour) for hour in summary.response_hours] == [(3, 1, 0, False), (9, 3, 2, True), (14, 1, 1, True)]


def test_each_path_has_its_own_share(measure: Measure) -> None:
    diary = Diary().answered(NINE, 0).answered(NINE + HOUR, LIMIT + 1, refund=1)
    summary = measure(diary.log(path=[1, 4]))
    assert share(summary, f"{CODE}.path_1") == 1.0
    assert share(summary, f"{CODE}.path_4") == 0.0
    value, reason = summary.at(f"{CODE}.path_2")
    assert value is None
    assert reason is not None
    assert reason.key == "no_requests"


def test_minutes_to_the_first_response_are_over_those_that_had_one(measure: Measure) -> None:
    diary = Diary()
    for refund, minutes in enumerate((0, 1, 2, 37)):
        diary.answered(NINE + refund * HOUR, minutes * MINUTE, refund=refund)
    diary.filed(15 * HOUR, 4).joined(15 * HOUR, 4)
    summary = measure(diary.log())
    found = [share(summary, f"first_response_minutes.{statistic}") for statistic in ("mean", "p50", "p90", "p99")]
    assert found == [10.0, 1.0, 37.0, 37.0]


# ---------------------------------------------------------------- standards on staffed hours
NIGHT, EIGHT = 20 * HOUR, DAY + 8 * HOUR


def test_by_the_calendar_the_night_counts_and_on_staffed_hours_it_does_not(measure: Measure) -> None:
    log = Diary().answered(NIGHT, EIGHT + LIMIT - NIGHT).log()
    assert share(measure(log)) == 0.0
    assert share(measure(log, COUNT_STAFFED)) == 1.0


def test_on_staffed_hours_one_second_more_is_a_miss(measure: Measure) -> None:
    assert share(measure(Diary().answered(NIGHT, EIGHT + LIMIT + 1 - NIGHT).log(), COUNT_STAFFED)) == 0.0


@pytest.mark.parametrize(("answered", "in_time"), [(12 * HOUR + 50 * MINUTE, 1.0), (12 * HOUR + 50 * MINUTE + 1, 0.0)])
def test_a_break_in_which_nobody_is_left_does_not_count(measure: Measure, answered: int, in_time: float) -> None:
    filed = 11 * HOUR + 50 * MINUTE  # ten minutes before the break of both, which lasts until 12:30
    assert share(measure(Diary().answered(filed, answered - filed).log(), COUNT_STAFFED)) == in_time


def test_as_long_as_one_of_them_is_there_the_time_counts(measure: Measure) -> None:
    through = {"from": "08:00", "to": "20:00", "count": 1}
    shifts = {"pools": {"agents": {"groups": {"regular": {"shifts": {"through": through}}}}}}
    log = Diary().answered(11 * HOUR + 50 * MINUTE, LIMIT + 1).answered(17 * HOUR, LIMIT + 1, refund=1).log()
    assert parts(measure(log, COUNT_STAFFED, shifts)) == (0, 2)
    assert parts(measure(log, COUNT_STAFFED)) == (2, 2)


def test_people_of_other_pools_do_not_make_it_staffed(measure: Measure) -> None:
    """The carriers are there round the clock."""
    diary = Diary().filed(NIGHT).joined(NIGHT)
    assert parts(measure(diary.log(until=EIGHT + LIMIT), COUNT_STAFFED)) == (0, 0)
    assert parts(measure(diary.log(until=EIGHT + LIMIT + 1), COUNT_STAFFED)) == (0, 1)


def test_an_open_request_of_the_evening_is_young_on_staffed_hours_until_the_morning(measure: Measure) -> None:
    log = Diary().filed(NIGHT).joined(NIGHT).log(until=EIGHT + MINUTE)
    assert parts(measure(log)) == (0, 1)
    summary = measure(log, COUNT_STAFFED)
    assert parts(summary) == (0, 0)
    assert summary.kpis[CODE].parts["left_out"] == 1


def test_where_agents_are_dedicated_the_time_of_those_who_serve_the_path_counts(measure: Measure) -> None:
    """Filed at 9:00; those for paths 3 and 4 come at 12:00, those for paths 1 and 2 are there and go on a break from 12:00 to 12:30."""
    diary = Diary()
    for refund, line in ((0, 0), (1, 1)):
        diary.filed(NINE, refund).joined(NINE, refund, line=line)
        diary.began(12 * HOUR + LIMIT, refund, line=line, slot=2 * line).finished(13 * HOUR, refund, line=line, slot=2 * line)
        diary.closed(13 * HOUR, refund)
    summary = measure(diary.log(path=[1, 4]), COUNT_STAFFED, DEDICATED)
    assert share(summary, f"{CODE}.path_1") == 0.0
    assert share(summary, f"{CODE}.path_4") == 1.0


def test_where_it_stands_in_no_line_the_time_of_any_who_answer_counts(measure: Measure) -> None:
    log = Diary().filed(16 * HOUR).log(until=16 * HOUR + LIMIT + 1)
    assert parts(measure(log, COUNT_STAFFED, DEDICATED)) == (0, 1)
    assert parts(measure(log, COUNT_STAFFED)) == (0, 0)


def test_minutes_to_the_first_response_are_those_of_the_calendar(measure: Measure) -> None:
    log = Diary().answered(NIGHT, EIGHT - NIGHT).log()
    assert share(measure(log, COUNT_STAFFED), "first_response_minutes") == 12 * 60


def test_without_a_standard_there_is_nothing_to_judge_by(measure: Measure) -> None:
    of, on = measure(Diary().answered(NINE, 0).log()).reported, floor()
    with pytest.raises(ValueError, match="no standard"):
        judged(of, Standard(None, counted(CALENDAR, on, presence(on))))
