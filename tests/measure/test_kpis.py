"""The other figures about requests and money, exactly by their definitions."""

import pytest

from sim.measure.effort import effort
from sim.measure.figures import metrics
from sim.measure.summary import RunSummary
from sim.measure.visits import visits
from tests.measure.conftest import Measure
from tests.measure.tiny import (
    AGAIN,
    ASK,
    ASK_AGAIN,
    AUTO_REFUNDED,
    CARRIERS,
    CLOSED_BY_CLOCK,
    DAY,
    DESK,
    FORCE,
    HOUR,
    MACHINE,
    MINUTE,
    REFUNDED,
    SELLER_CLOCK,
    WITHDRAWN,
    Diary,
    floor,
    workload,
)

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


def test_a_refund_by_a_machine_is_the_shops_own_and_one_by_force_is_the_platforms(measure: Measure) -> None:
    summary = measure(completed_after(0, 0, 1, None).log(automatic=[MACHINE, FORCE, 0, 0]))
    assert value(summary, "self_completion_rate") == 2 / 3
    assert value(summary, "intervention_rate") == 1 / 4


def test_what_was_forced_after_a_dispute_is_one_intervention(measure: Measure) -> None:
    assert value(measure(completed_after(1, 1).log(automatic=[FORCE, 0], intervened=[1, 0])), "intervention_rate") == 0.5


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
        refunded=[9_900, 100],
        compensation=[500, 250],
        over_granted=[0, 30],
        lost=[9_900, 0],
        freight=[0, 1_000],
        recall=[800, 0],
        premium=[0, 100],
        fees=[10, 200],
        reshipped=[0, 4_000],
        coupon=[500, 0],
        path=[1, 4],
    )
    summary = measure(log)
    labour = summary.costs["labour"]
    rest = {
        "contacts": 0.0,
        "compensation": 7.5,
        "over_granted": 0.3,
        "coupon": 5.0,
        "freight": 10.0,
        "recall": 8.0,
        "premium": 1.0,
        "fees": 2.1,
        "reshipped": 40.0,
        "lost": 99.0,
    }
    assert summary.costs == {"labour": labour, **rest, "total": pytest.approx(labour + sum(rest.values()))}
    assert value(summary, "total_cost") == summary.costs["total"]
    assert value(summary, "over_granted_amount") == 0.3
    assert value(summary, "over_granted_amount.path_1") == 0.0
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


@pytest.mark.parametrize(("carrier", "warehouse", "yuan"), [(True, True, 800), (False, True, 400), (False, False, 0)])
def test_each_named_contact_costs_a_person_a_day_of_the_reported_days(measure: Measure, carrier: bool, warehouse: bool, yuan: int) -> None:
    overlay = {"policy": {"named_contact": {"carrier": carrier, "warehouse": warehouse}}, "costs": {"contact_person": "200 yuan"}}
    assert measure(completed_after(1).log(), overlay).costs["contacts"] == yuan


def test_the_money_of_requests_filed_after_the_reported_days_is_no_cost_of_theirs(measure: Measure) -> None:
    diary = completed_after(1).filed(2 * DAY, 1).closed(3 * DAY, 1)
    assert measure(diary.log(recall=[800, 900])).costs["recall"] == 8.0


# ---------------------------------------------------------------- what happened to the requests
def test_marks_of_the_ledger_are_rates_over_all_requests_and_by_path(measure: Measure) -> None:
    log = completed_after(1, 2, None, 4).log(complained=[1, 0, 1, 0], mistakes=[0, 2, 0, 1], path=[1, 4, 4, 4])
    summary = measure(log)
    assert value(summary, "complaint_rate") == 0.5
    assert value(summary, "complaint_rate.path_4") == 1 / 3
    assert value(summary, "wrong_path_rate") == 0.5
    assert value(summary, "wrong_path_rate.path_1") == 0.0
    nothing, reason = summary.at("complaint_rate.path_2")
    assert nothing is None
    assert reason is not None
    assert reason.key == "no_requests"


def test_only_disputes_ruled_against_the_shop_are_counted_as_lost(measure: Measure) -> None:
    summary = measure(completed_after(1, 1, 1).log(intervened=[1, 1, 1], ruled=[2, 1, 0], path=[3, 3, 4]))
    assert value(summary, "dispute_count") == 1
    assert value(summary, "dispute_count.path_3") == 1
    assert value(summary, "dispute_count.path_4") == 0


def test_withdrawn_are_those_that_the_buyer_ended(measure: Measure) -> None:
    diary = Diary().filed(NINE).closed(NINE + HOUR, 0, WITHDRAWN).filed(NINE, 1).closed(NINE + HOUR, 1).filed(NINE, 2)
    assert value(measure(diary.log()), "withdrawn_rate") == 1 / 3


def test_chasers_and_enquiries_are_counted_one_by_one(measure: Measure) -> None:
    summary = measure(completed_after(1, 1, 1).filed(3 * DAY, 3).log(chases=[3, 0, 1, 2], enquiries=[0, 2, 0, 4], path=[1, 1, 2, 1]))
    assert (value(summary, "chase_count"), value(summary, "enquiry_count")) == (4, 2)
    assert (value(summary, "chase_count.path_2"), value(summary, "enquiry_count.path_1")) == (1, 2)


def test_wrong_acts_are_counted_act_by_act(measure: Measure) -> None:
    """Bits in the order of the acts: 1 = unconfirmed, 8 = a blank refusal, 32 = needless freight."""
    summary = measure(completed_after(1, 1, 1).log(wrong_acts=[1 + 8, 8, 32], path=[1, 3, 4]))
    assert value(summary, "wrong_act_count") == 4
    acts = ("unconfirmed", "unnumbered", "beyond_authority", "blank_refusal", "missed_compensation", "needless_freight")
    assert [value(summary, f"wrong_act_count.{act}") for act in acts] == [1, 0, 0, 2, 0, 1]
    assert value(summary, "wrong_act_count.path_1") == 2
    assert summary.to_json()["wrong_acts"]["blank_refusal"] == 2


def test_missed_compensation_is_counted_by_request_whoever_missed_it(measure: Measure) -> None:
    assert value(measure(completed_after(1, 1, 1).log(missed=[1, 1, 0], wrong_acts=[0, 0, 16])), "missed_compensation_count") == 2


# ---------------------------------------------------------------- the shop's own work
def test_untouched_are_those_completed_with_no_work_by_the_shops_own_people(measure: Measure) -> None:
    diary = completed_after(0, None).answered(NINE, 0, refund=2).filed(NINE, 3).joined(NINE, 3, ASK, CARRIERS)
    diary.began(NINE, 3, ASK, CARRIERS, 5).finished(NINE + 60, 3, ASK, CARRIERS, 5).closed(NINE + 60, 3)
    diary.filed(NINE, 4).joined(NINE, 4).closed(NINE + 60, 4).left(NINE + 60, 4)
    summary = measure(diary.log(path=[1, 1, 1, 2, 2]))
    assert value(summary, "untouched_rate") == 3 / 5  # by nobody, by a carrier alone, out of the line; the open one is not completed
    assert value(summary, "untouched_rate.path_1") == 1 / 3


def test_work_by_an_outside_company_leaves_a_request_untouched_by_the_shop(measure: Measure) -> None:
    outside = {"cost_per_hour": "0 yuan", "shifts": {"all": {"from": "00:00", "to": "24:00", "count": 1}}}
    pools = {"pools": {"outside": {"shift_end": "finish", "groups": {"company": outside}}}, "policy": {"inspection": {"outside": True}}}
    diary = Diary().filed(NINE).joined(NINE, line=4).began(NINE, line=4, slot=5).finished(NINE + 60, line=4, slot=5).closed(NINE + 60)
    summary = measure(diary.log(), pools)
    assert summary.pools.pools[4].name == "outside"
    assert value(summary, "untouched_rate") == 1.0


def test_rework_is_the_own_peoples_time_at_steps_that_would_not_be_there(measure: Measure) -> None:
    diary = Diary().answered(NINE, 0, works=HOUR).joined(NINE, 1, AGAIN).filed(NINE - 60, 1).began(NINE + HOUR, 1, AGAIN)
    diary.finished(NINE + HOUR + 30 * MINUTE, 1, AGAIN).joined(NINE + 2 * HOUR, 1, ASK_AGAIN, CARRIERS)
    diary.began(NINE + 2 * HOUR, 1, ASK_AGAIN, CARRIERS, 5).finished(NINE + 5 * HOUR, 1, ASK_AGAIN, CARRIERS, 5)
    summary = measure(diary.log(path=[1, 3]))
    assert value(summary, "rework_hours") == 0.5
    assert value(summary, "rework_hours.path_1") == 0.0
    assert value(summary, "rework_hours.path_3") == 0.5


def test_a_batch_is_worked_on_by_one_person() -> None:
    diary = Diary()
    for refund in range(3):
        diary.filed(0, refund).joined(0, refund, AGAIN, line=5)
    for refund in range(3):
        diary.began(0, refund, AGAIN, line=5).finished(90, refund, AGAIN, line=5)
    log, on = diary.log(), floor(batch=(30, 0))
    assert effort(visits(log, on, workload(log)), on, DESK, 4).rework.tolist() == [30, 30, 30, 0]


def test_output_does_not_count_what_no_person_did(measure: Measure) -> None:
    summary = measure(completed_after(1, 0, 0).log(automatic=[0, MACHINE, FORCE]))
    assert value(summary, "output_per_person") == 1 / 4
