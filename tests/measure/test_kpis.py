"""The other figures about requests and money, exactly by their definitions."""

import pytest

from sim.measure.figures import metrics
from sim.measure.summary import RunSummary
from tests.measure.conftest import Measure
from tests.measure.tiny import AUTO_REFUNDED, CLOSED_BY_CLOCK, DAY, HOUR, REFUNDED, SELLER_CLOCK, WITHDRAWN, Diary

NINE = 9 * HOUR


def value(summary: RunSummary, address: str) -> float | None:
    return summary.at(address)[0]


def completed_after(*hours: float | None) -> Diary:
    diary = Diary()
    for refund, took in enumerate(hours):
        diary.filed(NINE, refund)
        if took is not None:
            diary.closed(NINE + int(took * HOUR), refund)
    return diary


def test_completion_is_measured_from_filing_over_the_cohort_also_when_it_ends_on_a_drain_day(measure: Measure) -> None:
    summary = measure(completed_after(1, 2, 3, 100).log())
    found = [value(summary, f"completion_hours.{statistic}") for statistic in ("mean", "p50", "p90", "p99")]
    assert found == [26.5, 2.0, 100.0, 100.0]


def test_requests_filed_on_a_drain_day_or_before_the_start_are_not_in_the_cohort(measure: Measure) -> None:
    diary = completed_after(1).filed(2 * DAY, 1).closed(2 * DAY + 50 * HOUR, 1).filed(-5, 2).closed(70 * HOUR, 2)
    summary = measure(diary.log())
    assert value(summary, "completion_hours") == 1.0
    assert len(summary.reported) == 1


def test_leaving_a_hard_case_open_does_not_make_completion_look_good(measure: Measure) -> None:
    until = NINE + 90 * HOUR
    summary = measure(completed_after(1, 1, None).log(until=until))
    assert value(summary, "completion_hours") == pytest.approx((1 + 1 + 90) / 3)
    assert value(summary, "completion_hours.p50") == 1.0
    unknown, reason = summary.at("completion_hours.p90")
    assert unknown is None
    assert reason is not None
    assert reason.key == "not_reached"


def test_each_path_has_its_own_completion(measure: Measure) -> None:
    summary = measure(completed_after(1, 3, 10).log(path=[1, 1, 4]))
    assert value(summary, "completion_hours.path_1") == 2.0
    assert value(summary, "completion_hours.path_4.p90") == 10.0


def test_the_shop_completed_itself_what_no_clock_and_no_platform_ended(measure: Measure) -> None:
    diary = Diary()
    for refund, outcome in enumerate((REFUNDED, REFUNDED, WITHDRAWN, AUTO_REFUNDED, CLOSED_BY_CLOCK)):
        diary.filed(NINE, refund).closed(NINE + HOUR, refund, outcome)
    summary = measure(diary.filed(NINE, 5).log(intervened=[0, 1, 0, 0, 0, 0]))
    assert value(summary, "self_completion_rate") == 2 / 5  # the open one is not completed, so not in it
    assert value(summary, "intervention_rate") == 1 / 6


def test_disputes_need_orders(measure: Measure) -> None:
    found, reason = measure(completed_after(1).log()).at("dispute_rate")
    assert found is None
    assert reason is not None
    assert reason.en == "the input has no orders to divide by"


def test_what_the_sellers_clock_ended_is_given_as_share_count_and_yuan(measure: Measure) -> None:
    diary = Diary()
    for refund, outcome in enumerate((AUTO_REFUNDED, REFUNDED, CLOSED_BY_CLOCK, AUTO_REFUNDED)):
        diary.filed(NINE, refund).alarm(NINE + HOUR, refund, SELLER_CLOCK).closed(NINE + HOUR, refund, outcome)
    summary = measure(diary.log(refunded=[1_250, 9_900, 0, 300], path=[2, 2, 4, 1]))
    assert value(summary, "auto_refund_rate") == 0.5
    assert value(summary, "auto_refund_count") == 2
    assert value(summary, "auto_refund_amount") == 15.5
    assert value(summary, "auto_refund_amount.path_2") == 12.5
    assert value(summary, "auto_refund_rate.path_4") == 0.0


def test_money_is_told_by_cause_in_yuan_and_the_refunded_money_is_no_cost(measure: Measure) -> None:
    log = completed_after(1, 2).log(
        refunded=[9_900, 100], compensation=[500, 250], lost=[9_900, 0], freight=[0, 1_000], coupon=[500, 0], path=[1, 4]
    )
    summary = measure(log)
    labour = summary.costs["labour"]
    assert summary.costs == {"labour": labour, "compensation": 7.5, "coupon": 5.0, "freight": 10.0, "lost": 99.0, "total": labour + 121.5}
    assert value(summary, "total_cost") == labour + 121.5
    assert value(summary, "double_loss_amount") == 99.0
    assert value(summary, "double_loss_amount.path_4") == 0.0
    assert summary.kpis["double_loss_amount"].parts["requests"] == 1


def test_unfinished_requests_are_counted_and_aged(measure: Measure) -> None:
    until = 9 * DAY
    diary = Diary()
    ages = (8 * DAY, 7 * DAY + 1)
    for refund, age in enumerate(ages):
        diary.filed(until - age, refund)
    diary.filed(HOUR, 2).closed(3 * DAY, 2).filed(2 * DAY - 10, 3).closed(2 * DAY - 5, 3)
    summary = measure(diary.log(until=until))
    assert summary.unfinished == {"up_to_24_h": 0, "1_to_3_d": 0, "3_to_7_d": 0, "over_7_d": 2}
    assert summary.left_over == {"up_to_24_h": 2, "1_to_3_d": 1, "3_to_7_d": 0, "over_7_d": 0}


@pytest.mark.parametrize(
    ("age", "class_"),
    [(DAY, "up_to_24_h"), (DAY + 1, "1_to_3_d"), (3 * DAY, "1_to_3_d"), (3 * DAY + 1, "3_to_7_d"), (7 * DAY + 1, "over_7_d")],
)
def test_the_bounds_of_the_classes_of_age(measure: Measure, age: int, class_: str) -> None:
    summary = measure(Diary().filed(NINE).log(until=NINE + age))
    assert [name for name, count in summary.unfinished.items() if count] == [class_]


def test_output_is_completed_requests_per_shift_that_somebody_came_to(measure: Measure) -> None:
    """Two agents on two days are four person-days; the request of the third day was completed too late to count."""
    summary = measure(completed_after(1, 2, 20, 60).log())
    assert value(summary, "output_per_person") == 3 / 4


def test_output_of_a_pool_is_the_work_finished_in_it(measure: Measure) -> None:
    diary = Diary().answered(NINE, 0).answered(NINE + HOUR, 0, refund=1).answered(2 * DAY + NINE, 0, refund=2)
    assert value(measure(diary.log()), "output_per_person.agents") == 2 / 4


def test_no_figure_is_missing_and_each_has_its_unit_and_direction(measure: Measure) -> None:
    summary = measure(completed_after(1).log())
    assert list(summary.kpis) == list(metrics())
    for name, figure in summary.kpis.items():
        assert (figure.unit, figure.better) == (metrics()[name].unit, metrics()[name].better)
        assert (figure.value is None) == (figure.reason is not None), name
