"""The share of requests answered within 30 minutes, exactly by its definition."""

import pytest

from sim.measure.summary import RunSummary
from tests.measure.conftest import Measure
from tests.measure.tiny import AUTO_REFUNDED, DAY, HOUR, MINUTE, SELLER_CLOCK, WITHDRAWN, Diary

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
