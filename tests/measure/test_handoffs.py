"""Questions to another pool, handoff by handoff."""

from sim.desk.tables import HANDOFF_KINDS, HANDOFF_NAMES
from sim.measure.handoffs import Handoff, Kind
from sim.measure.summary import RunSummary
from tests.measure.conftest import COUNT_STAFFED, Measure
from tests.measure.tiny import ASK, CARRIERS, DAY, HOUR, MINUTE, RESPOND, SUPERVISORS, Diary

CARRIER, WAREHOUSE_CARRIER = map(HANDOFF_KINDS.index, ("agent_carrier", "warehouse_carrier"))
WISH, AMOUNT = map(HANDOFF_KINDS.index, ("agent_supervisor", "agent_supervisor_amount"))
TEN = 10 * HOUR


def asked(diary: Diary, refund: int, at: int, takes: int | None, handoff: int = CARRIER) -> Diary:
    """A question to the carriers, answered `takes` seconds after it was asked (None: never)."""
    diary.filed(at, refund).joined(at, refund, ASK, CARRIERS, handoff=handoff)
    if takes is not None:
        diary.began(at + takes // 2, refund, ASK, CARRIERS, 5, handoff=handoff).finished(
            at + takes, refund, ASK, CARRIERS, 5, handoff=handoff
        )
    return diary


def handoff(summary: RunSummary, name: str = "agent_carrier") -> Handoff:
    return summary.handoffs[HANDOFF_NAMES.index(name)]


def kind(summary: RunSummary, number: int) -> Kind:
    return next(kind for handoff in summary.handoffs for kind in handoff.kinds if kind.name == HANDOFF_KINDS[number])


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
    found = handoff(measure(asked(Diary(), 0, TEN, 3 * HOUR, WAREHOUSE_CARRIER).log()), "warehouse_carrier")
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
    asked(asked(diary, 3, TEN, 13 * HOUR, WISH), 4, TEN, 60, WAREHOUSE_CARRIER)
    summary = measure(diary.log())
    assert summary.at("handoff_within_standard")[0] == 2 / 4
    assert summary.at("handoff_within_standard.agent_carrier")[0] == 2 / 3
    assert summary.at("handoff_within_standard.agent_supervisor")[0] == 0.0
    value, reason = summary.at("handoff_within_standard.agent_warehouse")
    assert value is None
    assert reason is not None
    assert reason.key == "none_asked"


# ---------------------------------------------------------------- several kinds in one row
TWO_CLOCKS = {"standards": {"agent_supervisor": "4 h", "agent_supervisor_amount": "12 h"}}


def test_each_kind_of_question_is_judged_by_its_own_standard_and_the_row_sums_them(measure: Measure) -> None:
    diary = asked(asked(asked(Diary(), 0, TEN, 5 * HOUR, WISH), 1, TEN, 5 * HOUR, AMOUNT), 2, TEN, 4 * HOUR, WISH)
    summary = measure(diary.log(), TWO_CLOCKS)
    found = handoff(summary, "agent_supervisor")
    assert (found.asked, found.answered, found.standard) == (3, 3, 4 * HOUR)
    assert found.within_standard.value == 2 / 3
    assert (kind(summary, WISH).in_time, kind(summary, WISH).judged) == (1, 2)
    assert (kind(summary, AMOUNT).in_time, kind(summary, AMOUNT).judged) == (1, 1)
    assert found.mean_hours == 14 / 3


def test_a_kind_without_a_clock_is_asked_and_not_judged(measure: Measure) -> None:
    """Questions about amounts have no clock in this scenario; special wishes have 12 hours."""
    diary = asked(asked(Diary(), 0, TEN, 60, WISH), 1, TEN, 30 * HOUR, AMOUNT)
    summary = measure(diary.log())
    found = handoff(summary, "agent_supervisor")
    assert (found.asked, found.within_standard.value) == (2, 1.0)
    assert summary.at("handoff_within_standard")[0] == 1.0


def test_a_row_whose_second_kind_alone_has_a_clock_has_one(measure: Measure) -> None:
    clocks = {"standards": {"agent_supervisor": "none", "agent_supervisor_amount": "12 h"}}
    found = handoff(measure(asked(Diary(), 0, TEN, 60, AMOUNT).log(), clocks), "agent_supervisor")
    assert (found.standard, found.within_standard.value) == (12 * HOUR, 1.0)


def test_the_document_tells_the_kinds_apart(measure: Measure) -> None:
    document = measure(asked(asked(Diary(), 0, TEN, 5 * HOUR, WISH), 1, TEN, 60, AMOUNT).log(), TWO_CLOCKS).to_json()
    row = document["handoffs"]["agent_supervisor"]
    assert (row["asked"], row["standard_hours"], row["within_standard"]["mean"]) == (2, 4, 0.5)
    assert list(row["kinds"]) == ["agent_supervisor", "agent_supervisor_amount"]
    told = {"standard_hours": 12, "asked": 1, "answered": 1, "open": 0, "lost": 0, "judged": 1, "in_time": 1}
    assert row["kinds"]["agent_supervisor_amount"] == told


# ---------------------------------------------------------------- lost questions
def test_a_question_that_got_lost_was_asked_and_is_never_answered_and_the_one_asked_again_is_another(measure: Measure) -> None:
    diary = asked(Diary(), 0, TEN, 60).filed(TEN, 1).waits(TEN, 1).joined(2 * DAY, 1, ASK, CARRIERS, handoff=CARRIER)
    diary.began(2 * DAY, 1, ASK, CARRIERS, 5, handoff=CARRIER).finished(2 * DAY + 60, 1, ASK, CARRIERS, 5, handoff=CARRIER)
    found = handoff(measure(diary.log()))
    assert (found.asked, found.answered, found.lost, found.open) == (3, 2, 1, 0)
    assert found.within_standard.value == 2 / 3


def test_a_lost_question_is_a_miss_however_young(measure: Measure) -> None:
    found = handoff(measure(Diary().filed(TEN).waits(TEN).log(until=TEN + 1)))
    assert (found.asked, found.within_standard.value) == (1, 0.0)
    assert found.within_standard.parts["lost"] == 1


def test_waiting_elsewhere_is_no_question_and_lost_ones_of_other_days_are_not_counted(measure: Measure) -> None:
    diary = Diary().filed(TEN).waits(TEN, step=RESPOND).filed(3 * DAY, 1).waits(3 * DAY, 1)
    assert handoff(measure(diary.log())).asked == 0


def test_questions_asked_again_are_a_figure(measure: Measure) -> None:
    diary = Diary().filed(TEN).filed(TEN, 1).filed(3 * DAY, 2)
    summary = measure(diary.log(asked_again=[2, 1, 5], path=[2, 1, 2]))
    assert summary.at("asked_again_count")[0] == 3
    assert summary.at("asked_again_count.path_2")[0] == 2


# ---------------------------------------------------------------- standards on staffed hours
def to_supervisor(diary: Diary, refund: int, at: int, answered: int) -> Diary:
    diary.filed(at, refund).joined(at, refund, line=SUPERVISORS, handoff=WISH)
    diary.began(answered - 60, refund, line=SUPERVISORS, slot=2, handoff=WISH)
    return diary.finished(answered, refund, line=SUPERVISORS, slot=2, handoff=WISH)


def test_on_staffed_hours_only_the_time_of_those_who_answer_counts(measure: Measure) -> None:
    """The supervisor is there from 8:00 to 16:00: an hour in the afternoon and three in the morning are four."""
    four = {"standards": {"agent_supervisor": "4 h"}}
    diary = to_supervisor(Diary(), 0, 15 * HOUR, DAY + 11 * HOUR)
    to_supervisor(diary, 1, 15 * HOUR, DAY + 11 * HOUR + 1)
    assert handoff(measure(diary.log(), four), "agent_supervisor").within_standard.value == 0.0
    assert handoff(measure(diary.log(), four, COUNT_STAFFED), "agent_supervisor").within_standard.value == 0.5


def test_an_open_question_grows_old_only_while_they_are_there(measure: Measure) -> None:
    four = {"standards": {"agent_supervisor": "4 h"}}
    log = Diary().filed(15 * HOUR).joined(15 * HOUR, line=SUPERVISORS, handoff=WISH).log(until=DAY + 11 * HOUR)
    assert handoff(measure(log, four), "agent_supervisor").within_standard.value == 0.0
    assert handoff(measure(log, four, COUNT_STAFFED), "agent_supervisor").within_standard.parts["left_out"] == 1


def test_each_question_is_judged_by_the_clock_of_the_pool_that_it_was_asked_of(measure: Measure) -> None:
    """Carriers are there round the clock: for them the night counts."""
    night = 22 * HOUR
    found = handoff(measure(asked(Diary(), 0, night, 3 * HOUR).log(), COUNT_STAFFED))
    assert found.within_standard.value == 0.0
