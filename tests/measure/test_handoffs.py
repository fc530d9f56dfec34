"""Questions to another pool, handoff by handoff."""

from sim.measure.handoffs import Handoff
from sim.measure.summary import RunSummary
from tests.measure.conftest import Measure
from tests.measure.tiny import ASK, CARRIERS, DAY, HOUR, MINUTE, Diary

CARRIER, WAREHOUSE_CARRIER = 0, 4
TEN = 10 * HOUR


def asked(diary: Diary, refund: int, at: int, takes: int | None, handoff: int = CARRIER) -> Diary:
    """A question to the carriers, answered `takes` seconds after it was asked (None: never)."""
    diary.filed(at, refund).joined(at, refund, ASK, CARRIERS, handoff=handoff)
    if takes is not None:
        diary.began(at + takes // 2, refund, ASK, CARRIERS, 5, handoff=handoff).finished(
            at + takes, refund, ASK, CARRIERS, 5, handoff=handoff
        )
    return diary


def handoff(summary: RunSummary, number: int = CARRIER) -> Handoff:
    return summary.handoffs[number]


def test_answered_within_the_standard_counts_from_asking_to_the_end_of_the_answer(measure: Measure) -> None:
    diary = asked(asked(Diary(), 0, TEN, 2 * HOUR), 1, TEN, 2 * HOUR + 1)
    found = handoff(measure(diary.log()))
    assert (found.asked, found.answered, found.open) == (2, 2, 0)
    assert found.within_standard.value == 0.5


def test_an_open_question_younger_than_the_standard_is_left_out_and_an_older_one_is_a_miss(measure: Measure) -> None:
    diary = asked(asked(asked(Diary(), 0, TEN, 60), 1, TEN, None), 2, TEN + 1, None)
    found = handoff(measure(diary.log(until=TEN + 2 * HOUR + 1)))
    assert (found.asked, found.answered, found.open) == (3, 1, 2)
    assert (found.within_standard.parts["in"], found.within_standard.parts["of"], found.within_standard.parts["left_out"]) == (1, 2, 1)


def test_a_question_that_was_given_up_was_asked_and_not_answered(measure: Measure) -> None:
    diary = asked(asked(Diary(), 0, TEN, None), 1, TEN, 60).gave_up(TEN + MINUTE, 0, ASK, CARRIERS, handoff=CARRIER)
    found = handoff(measure(diary.log()))
    assert (found.asked, found.answered, found.open) == (2, 1, 0)
    assert found.within_standard.value == 0.5


def test_without_a_clock_it_is_null_with_a_reason_and_still_counted_and_timed(measure: Measure) -> None:
    found = handoff(measure(asked(Diary(), 0, TEN, 3 * HOUR, WAREHOUSE_CARRIER).log()), WAREHOUSE_CARRIER)
    assert (found.standard, found.within_standard.value) == (None, None)
    assert found.within_standard.reason is not None
    assert found.within_standard.reason.key == "no_standard"
    assert (found.asked, found.mean_hours) == (1, 3.0)


def test_mean_and_p90_are_hours_over_the_answered_ones(measure: Measure) -> None:
    diary = Diary()
    for refund in range(10):
        asked(diary, refund, TEN, (refund + 1) * HOUR)
    found = handoff(measure(asked(diary, 10, TEN, None).log()))
    assert (found.mean_hours, found.p90_hours) == (5.5, 9.0)


def test_questions_of_the_drain_days_count_for_requests_that_were_filed_on_reported_days(measure: Measure) -> None:
    diary = Diary().filed(TEN).joined(4 * DAY, 0, ASK, CARRIERS, handoff=CARRIER)
    diary.began(4 * DAY, 0, ASK, CARRIERS, 5, handoff=CARRIER).finished(4 * DAY + HOUR, 0, ASK, CARRIERS, 5, handoff=CARRIER)
    found = handoff(measure(asked(diary, 1, 3 * DAY, HOUR).log()))
    assert found.asked == 1


def test_the_share_over_all_handoffs_is_a_ratio_of_sums_over_those_with_a_clock(measure: Measure) -> None:
    diary = asked(asked(asked(Diary(), 0, TEN, 60), 1, TEN, 60), 2, TEN, 3 * HOUR)
    asked(asked(diary, 3, TEN, 13 * HOUR, handoff=1), 4, TEN, 60, WAREHOUSE_CARRIER)
    summary = measure(diary.log())
    assert summary.at("handoff_within_standard")[0] == 2 / 4
    assert summary.at("handoff_within_standard.agent_carrier")[0] == 2 / 3
    assert summary.at("handoff_within_standard.agent_supervisor")[0] == 0.0
    value, reason = summary.at("handoff_within_standard.agent_warehouse")
    assert value is None
    assert reason is not None
    assert reason.key == "none_asked"
