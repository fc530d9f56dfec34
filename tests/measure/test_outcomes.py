"""What became of each refund, read from the log."""

import numpy as np

from sim.demand.workload import NEVER, Workload
from sim.desk.procedure import PROCEDURE
from sim.desk.records import ALARMED, BEGAN, LEDGER
from sim.desk.steps import A_SELLER_CLOCK, RESPOND
from sim.measure.outcomes import MONEY, TOLD, Outcomes, outcomes
from tests.desk.stories import DAY, SURE, errs, overlay, refund, tell
from tests.measure.tiny import (
    AGENTS,
    ASK,
    AUTO_REFUNDED,
    BY_ITSELF,
    CARRIERS,
    CLOCK,
    CLOSED_BY_CLOCK,
    DESK,
    FORCE,
    HOUR,
    MACHINE,
    PAY,
    SELLER_CLOCK,
    SUPERVISORS,
    WITHDRAWN,
    Diary,
    workload,
)


def of(diary: Diary, until: int = 100 * HOUR, refunds: int | None = None, **ledger: object) -> Outcomes:
    log = diary.log(until, refunds, **ledger)
    return outcomes(log, workload(log), DESK)


def test_a_refund_has_one_record_with_its_times_and_its_outcome() -> None:
    diary = Diary().filed(10).joined(10).began(30).finished(90).closed(100, outcome=WITHDRAWN)
    (record,) = of(diary, path=[4], believed=[3], chases=[2]).records
    told = {name: int(record[name]) for name in ("filed", "first_response", "completed", "closed", "outcome", "path", "believed", "chases")}
    assert told == {
        "filed": 10,
        "first_response": 30,
        "completed": 100,
        "closed": 100,
        "outcome": WITHDRAWN,
        "path": 4,
        "believed": 3,
        "chases": 2,
    }


def test_a_request_is_completed_when_the_money_is_back_whatever_the_warehouse_still_does() -> None:
    diary = Diary().filed(0).joined(0, step=PAY).began(50, step=PAY).finished(80, step=PAY).closed(9_000)
    (record,) = of(diary).records
    assert (record["completed"], record["closed"]) == (80, 9_000)


def test_money_paid_after_a_clock_already_ended_it_completes_nothing_later() -> None:
    diary = Diary().filed(0).joined(0, step=PAY).began(50, step=PAY)
    diary.alarm(60, which=SELLER_CLOCK).closed(60, outcome=AUTO_REFUNDED).finished(80, step=PAY)
    assert of(diary)["completed"].tolist() == [60]


def test_an_open_refund_is_as_old_as_the_end_of_the_run() -> None:
    found = of(Diary().filed(10).joined(10), until=500)
    assert (found["outcome"][0], found["closed"][0], found["first_response"][0]) == (-1, NEVER, NEVER)
    assert found.unfinished.tolist() == [True]
    assert found.lasted.tolist() == [490]


def test_a_run_without_an_end_is_over_with_its_last_event() -> None:
    found = of(Diary().filed(10).joined(10).answered(20, 0, works=30, refund=1), until=NEVER)
    assert found.horizon == 50
    assert found.lasted.tolist() == [40, 30]


def test_reserved_second_applications_that_were_never_filed_are_counted_nowhere() -> None:
    found = of(Diary().answered(0, 0).answered(70, 0, refund=2), refunds=4)
    assert found["refund"].tolist() == [0, 2]


def test_a_second_application_counts_from_when_it_was_really_filed() -> None:
    log = Diary().answered(0, 0).answered(5_000, 7, refund=1).log()
    filed = np.array([0, NEVER])
    found = outcomes(log, workload(log, filed=filed, second=[0, 1], again=[1, -1]), DESK)
    assert found["filed"].tolist() == [0, 5_000]
    assert found["second"].tolist() == [0, 1]


def test_which_clock_ended_it_is_told_by_the_outcome_also_where_the_ledger_says_nothing() -> None:
    diary = Diary()
    for number, outcome in enumerate((AUTO_REFUNDED, CLOSED_BY_CLOCK, WITHDRAWN)):
        diary.filed(0, number).closed(1, number, outcome)
    assert of(diary)["automatic"].tolist() == [1, 2, 0]


def test_the_ledger_is_taken_over_whole() -> None:
    values = {name: [number] for number, name in enumerate((*TOLD, *MONEY), start=1)}
    found = of(Diary().answered(0, 0), **values, rules=[[2**61, 5]])
    assert {name: found[name].tolist() for name in values} == values
    assert found["rules"].tolist() == [[2**61, 5]]
    assert {*TOLD, *MONEY, "automatic", "rules"} == set(LEDGER.names or ()), "a column of the ledger is measured by nobody"


def test_a_machine_that_sends_the_money_ahead_completes_the_request_then() -> None:
    diary = Diary().filed(0).waits(70, step=BY_ITSELF).closed(9_000)
    assert of(diary)["completed"].tolist() == [70]


def test_waiting_for_work_that_pays_pays_nothing() -> None:
    assert of(Diary().filed(0).waits(70, step=PAY).closed(9_000))["completed"].tolist() == [9_000]


def test_what_a_machine_or_force_refunded_before_anybody_answered_is_unseen() -> None:
    diary = Diary().filed(0, 0).closed(0, 0).filed(0, 1).closed(0, 1).filed(0, 2).closed(0, 2).answered(0, 5, refund=3)
    found = of(diary, automatic=[MACHINE, FORCE, CLOCK, MACHINE])
    assert found.unseen.tolist() == [True, True, False, False]


def test_the_pool_is_the_one_that_answered_or_in_whose_line_it_first_stood_for_an_answer() -> None:
    diary = Diary().filed(0).joined(0, step=ASK, line=CARRIERS).filed(0, 1).joined(0, 1).gave_up(9, 1)
    diary.joined(10, 1, line=SUPERVISORS).began(20, 1, line=SUPERVISORS, slot=2).filed(0, 2).joined(0, 2)
    assert of(diary)["pool"].tolist() == [-1, SUPERVISORS, AGENTS]


def test_it_is_withdrawn_where_the_outcome_says_so() -> None:
    assert of(Diary().filed(0).closed(1, 0, WITHDRAWN).filed(0, 1).closed(1, 1))["withdrawn"].tolist() == [1, 0]


# ---------------------------------------------------------------- what the refund desk's own log says
def test_money_that_a_clock_moved_is_back_then_though_the_return_is_received_later() -> None:
    row = refund(4, S_SENDS=DAY, S_RETURN_TRANSIT=11 * DAY)
    story = tell(row, overlay(clocks__preset="taobao-recent"))
    found = outcomes(story.log, Workload(row), PROCEDURE)
    (paid,) = story.rows["time"][(story.rows["kind"] == ALARMED) & (story.rows["step"] == A_SELLER_CLOCK)]
    assert found["completed"][0] == paid
    assert found["closed"][0] > paid + 12 * HOUR


def test_a_blank_refusal_is_no_first_response_and_the_next_answer_is() -> None:
    row = refund(4, S_AGAIN=2 * HOUR, C_BLANK=SURE, patience=30 * DAY)
    story = tell(row, errs("blank_refusal"), there={"agents": DAY})
    answers = story.rows["time"][(story.rows["kind"] == BEGAN) & (story.rows["step"] == RESPOND)]
    assert len(answers) == 2
    assert outcomes(story.log, Workload(row), PROCEDURE)["first_response"][0] == answers[1]
