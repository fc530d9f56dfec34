"""Each invariant is broken once, and named."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.demand.workload import NEVER
from sim.desk.contract import Floor
from sim.desk.log import Log
from sim.desk.records import BEGAN, CLOSED, FILED, FINISHED, JOINED, LEDGER
from sim.measure import invariants
from sim.measure.invariants import check
from sim.rules.masks import BITS, masks
from sim.scenario.calendar import BREAK_BEGINS, BREAK_ENDS, OFF, ON
from tests.measure.tiny import (
    AGAIN,
    AGENTS,
    ASK,
    AUTO_REFUNDED,
    BUYER_CLOCK,
    BY_ITSELF,
    CARRIERS,
    CLOSED_BY_CLOCK,
    DESK,
    FORCE,
    MACHINE,
    PAY,
    SELLER_CLOCK,
    WITHDRAWN,
    Diary,
    floor,
    workload,
)

KEEP, HAND_BACK, FINISH_WITHIN = (0, 0, 0), (1, 0, 0), (2, 100, 0)


def violations(diary: Diary | Log, on: Floor | None = None, **columns: Any) -> list[str]:
    log = diary if isinstance(diary, Log) else diary.log(until=10_000)
    return check(log, workload(log, **columns), on or floor(), DESK)


def good() -> Diary:
    """Two refunds with all that may happen: a hand-back, a question beside, a give-up, a wait cut short, work outlasting its refund."""
    diary = Diary().filed(0).joined(0).began(0).filed(5, 1).joined(5, 1).handed_back(20).began(20, 1).finished(40, 1)
    diary.began(40).finished(60).opened(60).joined(60, step=ASK, line=CARRIERS, item=1).began(60, step=ASK, line=CARRIERS, slot=1, item=1)
    diary.joined(60).gave_up(90).joined(90).closed(100, outcome=WITHDRAWN).left(100)
    return diary.finished(160, step=ASK, line=CARRIERS, slot=1, item=1).closed(170, 1)


def only(found: list[str]) -> str:
    assert len(found) == 1, found
    return found[0]


def test_a_good_log_breaks_nothing() -> None:
    assert violations(good()) == []


def test_an_empty_log_breaks_nothing() -> None:
    assert violations(Diary().log(refunds=3)) == []


def changed(diary: Diary, kind: int, refund: int = 0, which: int = 0, **columns: int) -> Log:
    """The diary's log with columns of the n-th row of a kind and refund changed."""
    log = diary.log(until=10_000)
    rows = log.rows.copy()
    at = np.flatnonzero((rows["kind"] == kind) & (rows["refund"] == refund))[which]
    for name, value in columns.items():
        rows[name][at] = value
    return Log(rows, log.ledger, log.until, log.engine)


def without(diary: Diary, kind: int, refund: int = 0) -> Log:
    log = diary.log(until=10_000)
    gone = np.flatnonzero((log.rows["kind"] == kind) & (log.rows["refund"] == refund))[0]
    return Log(np.delete(log.rows, gone), log.ledger, log.until, log.engine)


def doubled(diary: Diary, kind: int, refund: int = 0) -> Log:
    log = diary.log(until=10_000)
    at = np.flatnonzero((log.rows["kind"] == kind) & (log.rows["refund"] == refund))[0]
    return Log(np.insert(log.rows, at, log.rows[at]), log.ledger, log.until, log.engine)


# ---------------------------------------------------------------- rows
def test_rows_out_of_order_are_named_with_the_first_of_them() -> None:
    rows = good().log(until=10_000).rows.copy()
    rows[[3, 4]] = rows[[4, 3]]
    rows["time"][3] += 100
    found = violations(Log(rows, np.zeros(2, LEDGER), 10_000, "by hand"))
    assert "rows stand before an earlier event, first row 4: second" in found[0]


def test_events_at_the_end_of_the_run_or_after_it_are_named() -> None:
    assert "1 rows are not before the end of the run (170)" in violations(good().log(until=170))[0]


def test_work_that_never_joined_a_line_is_named() -> None:
    assert "cannot follow what the same item did before" in violations(without(good(), JOINED))[0]


def test_a_stay_that_ends_twice_is_named() -> None:
    assert "cannot follow" in only(violations(good().finished(40, 1)))


def test_who_joins_two_lines_at_once_is_named() -> None:
    assert "cannot follow" in violations(doubled(good(), JOINED))[0]


def test_work_on_another_line_than_the_one_joined_is_named() -> None:
    assert "another line or step" in violations(changed(good(), FINISHED, 1, line=5))[0]


def test_work_that_somebody_else_ends_is_named() -> None:
    assert "somebody else began" in violations(changed(good(), FINISHED, 1, slot=1))[0]


def test_an_item_out_of_nothing_is_named() -> None:
    diary = Diary().filed(0).joined(0, item=2).began(0, item=2).finished(9, item=2).closed(9)
    assert "neither filed nor opened" in violations(diary)[0]


# ---------------------------------------------------------------- filed and closed
def test_closing_twice_is_named() -> None:
    assert "close a refund a second time" in only(violations(Diary().answered(0, 0).closed(60)))


def test_filing_twice_is_named() -> None:
    assert any("file a refund a second time" in each for each in violations(doubled(good(), FILED)))


def test_what_goes_on_after_the_close_is_named() -> None:
    assert "come after their refund was closed" in violations(Diary().answered(0, 0).joined(60))[0]


def test_leaving_a_line_later_than_the_close_is_named() -> None:
    diary = Diary().filed(0).joined(0).closed(50).left(51)
    assert "come after their refund was closed" in only(violations(diary))


def test_standing_in_line_for_ever_after_the_close_is_named() -> None:
    assert "they never left" in only(violations(Diary().filed(0).joined(0).closed(50)))


def test_a_refund_that_was_never_filed_is_named() -> None:
    assert "1 refunds were never filed although their time came, first refund 2 (second 70)" in violations(
        good().log(until=10_000, refunds=3), filed=[0, 5, 70]
    )


def test_filing_at_another_time_than_the_workload_says_is_named() -> None:
    assert "at another time than the workload says" in only(violations(good(), filed=[0, 6]))


def test_a_second_application_before_the_first_is_over_is_named() -> None:
    assert "before the first was closed" in only(violations(good(), filed=[0, NEVER], again=[1, -1]))
    fine = Diary().answered(0, 0).answered(60, 0, refund=1)
    assert violations(fine, filed=[0, NEVER], again=[1, -1]) == []


def test_events_before_the_filing_are_named() -> None:
    log = good().log(until=10_000)
    rows = log.rows.copy()
    rows[[0, 1]] = rows[[1, 0]]
    assert any("not filed yet" in each for each in violations(Log(rows, log.ledger, log.until, log.engine)))


# ---------------------------------------------------------------- queues and staff
def test_littles_law_names_a_line_whose_stays_and_whose_length_disagree(monkeypatch: pytest.MonkeyPatch) -> None:
    """The two sides are computed apart: from the stays, and from the rows in their order. One second more waited must show."""
    read = invariants.visits

    def one_second_more(*run: Any) -> Any:
        stays = read(*run)
        records = stays.records.copy()
        records["waited"][0] += 1
        return type(stays)(records, stays.spells, stays.horizon)

    monkeypatch.setattr(invariants, "visits", one_second_more)
    assert only(violations(good())) == "Little's law: line 0 held 75 case seconds in line, but its cases waited 76 seconds"


def test_more_cases_at_once_than_seats_are_named() -> None:
    diary = Diary().filed(0).joined(0).filed(0, 1).joined(0, 1).began(0).began(5, 1).finished(10).finished(15, 1)
    assert "1 rows give a slot more work at once than it has seats, first row 5" in only(violations(diary))
    assert violations(diary, on=floor(slots=[(AGENTS, 2), (CARRIERS, 1)])) == []


def test_work_that_ends_in_the_instant_in_which_the_next_begins_is_not_at_once() -> None:
    assert violations(Diary().answered(0, 0, works=10).answered(10, 0, works=0, refund=1).answered(10, 0, works=5, refund=2)) == []


def test_a_batch_is_one_piece_of_work_and_two_batches_are_two() -> None:
    diary = Diary()
    for refund in range(4):
        diary.filed(0, refund).joined(0, refund, line=5)
    for refund in range(4):
        diary.began(0, refund, line=5)
    for refund in range(4):
        diary.finished(90, refund, line=5)
    assert violations(diary, on=floor(batch=(4, 0))) == []
    assert violations(diary, on=floor(slots=[(AGENTS, 2)], batch=(2, 0))) == []
    assert "more work at once" in only(violations(diary, on=floor(slots=[(AGENTS, 2)], batch=(1, 0))))


def shift(rule: tuple[int, int, int], *changes: tuple[int, int, int]) -> Floor:
    return floor(changes=[*changes, (0, 1, ON)], rules=[rule] * 5)


def test_work_that_begins_off_shift_is_named() -> None:
    on = shift(KEEP, (100, 0, ON), (200, 0, OFF))
    assert "begin work off shift or on a break" in only(violations(Diary().answered(0, 99), on=on))
    assert violations(Diary().answered(0, 100), on=on) == []
    assert "off shift" in only(violations(Diary().answered(0, 200), on=on))


def test_work_that_begins_on_a_break_is_named() -> None:
    on = shift(KEEP, (0, 0, ON), (100, 0, BREAK_BEGINS), (200, 0, BREAK_ENDS))
    assert "on a break" in only(violations(Diary().answered(0, 100), on=on))
    assert violations(Diary().answered(0, 200), on=on) == []


def test_work_past_the_end_of_the_shift_is_named_by_the_pools_rule() -> None:
    over = Diary().answered(0, 0, works=301)
    off = ((0, 0, ON), (200, 0, OFF))
    assert violations(over, on=shift(KEEP, *off)) == []
    assert "longer than the pool's rule allows" in only(violations(over, on=shift(HAND_BACK, *off)))
    assert "longer than the pool's rule allows" in only(violations(over, on=shift(FINISH_WITHIN, *off)))
    assert violations(Diary().answered(0, 0, works=300), on=shift(FINISH_WITHIN, *off)) == []
    assert violations(Diary().answered(0, 0, works=200), on=shift(HAND_BACK, *off)) == []


def test_work_into_a_break_is_named_by_the_pools_rule() -> None:
    on = shift(HAND_BACK, (0, 0, ON), (100, 0, BREAK_BEGINS), (200, 0, BREAK_ENDS))
    assert "longer than the pool's rule allows" in only(violations(Diary().answered(0, 0, works=101), on=on))


def test_work_that_is_not_of_the_slots_pool_is_named() -> None:
    assert "not their pool's or group's" in only(violations(Diary().answered(0, 0, slot=1)))
    assert "not their pool's or group's" in only(violations(changed(Diary().answered(0, 0), BEGAN, group=3)))


# ---------------------------------------------------------------- refunds
def test_a_response_after_the_close_is_named() -> None:
    """Rows that go on after the close are named before; here the close itself stands too early."""
    from sim.measure.outcomes import Outcomes, outcomes

    log = Diary().answered(0, 0).log()
    records = outcomes(log, workload(log), DESK).records.copy()
    records["first_response"] = records["closed"] + 1
    told = list(invariants.answered_before_the_end(Outcomes(records, log.until, np.zeros(0, np.int64))))
    assert told == ["1 refunds were answered after they were closed, first refund 0"]
    records = records.copy()
    records["first_response"] = -1
    told = list(invariants.answered_before_the_end(Outcomes(records, log.until, np.zeros(0, np.int64))))
    assert told == ["1 refunds were answered or completed before they were filed, first refund 0"]


@pytest.mark.parametrize(("outcome", "which", "clock"), [(AUTO_REFUNDED, SELLER_CLOCK, 1), (CLOSED_BY_CLOCK, BUYER_CLOCK, 2)])
def test_an_end_by_a_clock_without_its_alarm_is_named(outcome: int, which: int, clock: int) -> None:
    good_log = Diary().filed(0).alarm(50, which=which).closed(50, outcome=outcome).log(automatic=[clock])
    assert violations(good_log) == []
    silent = Diary().filed(0).closed(50, outcome=outcome).log(automatic=[clock])
    assert "and no alarm went off" in only(violations(silent))
    earlier = Diary().filed(0).alarm(49, which=which).closed(50, outcome=outcome).log(automatic=[clock])
    assert "and no alarm went off" in only(violations(earlier))


def test_a_ledger_that_tells_another_clock_than_the_outcome_is_named() -> None:
    diary = Diary().filed(0).alarm(50, which=SELLER_CLOCK).closed(50, outcome=AUTO_REFUNDED)
    assert "the ledger says another clock" in only(violations(diary.log()))
    assert "1 refunds have clock 1 in the ledger and did not end as auto_refunded" in only(
        violations(Diary().answered(0, 0).log(automatic=[1]))
    )


def test_goods_may_still_be_on_their_way_after_a_clock_has_paid_and_the_run_is_over() -> None:
    pays = replace(DESK, paying_alarms=(SELLER_CLOCK,))
    paid, unpaid = Diary().filed(0).alarm(50, which=SELLER_CLOCK).waits(50), Diary().filed(0).alarm(50).waits(50)
    ended = Diary().filed(0).alarm(50, which=SELLER_CLOCK).waits(50).closed(60)
    found = [check(diary.log(automatic=[1]), workload(diary.log()), floor(), pays) for diary in (paid, unpaid, ended)]
    assert found[0] == []
    assert ["did not end as auto_refunded" in only(told) for told in found[1:]] == [True, True]


def test_alarms_and_outcomes_without_a_name_are_named() -> None:
    assert "an alarm that has no name" in only(violations(Diary().filed(0).alarm(5, which=9)))
    assert "an outcome that has no name" in only(violations(changed(Diary().answered(0, 0), CLOSED, step=7)))


@pytest.mark.parametrize(
    ("ledger", "told"),
    [
        ({"refunded": [10_001]}, "1 refunds gave back more than was paid, first refund 0"),
        ({"coupon": [-1]}, "1 refunds have a negative amount of coupon, first refund 0"),
        ({"lost": [500]}, "1 refunds have goods and money both lost, yet nothing was refunded or sent anew, first refund 0"),
        (
            {"over_granted": [800], "refunded": [500], "compensation": [299]},
            "1 refunds were granted more beyond what was owed than was given at all, first refund 0",
        ),
        *(({cause: [-1]}, f"1 refunds have a negative amount of {cause}, first refund 0") for cause in ("recall", "premium", "fees")),
    ],
)
def test_money_that_does_not_add_up_is_named(ledger: dict[str, list[int]], told: str) -> None:
    assert only(violations(Diary().answered(0, 0).log(**ledger))) == told


def test_goods_may_be_lost_where_new_ones_were_sent() -> None:
    assert violations(Diary().answered(0, 0).log(lost=[500], reshipped=[700])) == []


def test_all_that_was_given_may_be_too_much() -> None:
    assert violations(Diary().answered(0, 0).log(over_granted=[800], refunded=[500], compensation=[300])) == []


def test_a_request_may_state_more_than_was_paid() -> None:
    assert violations(Diary().answered(0, 0).log(refunded=[10_500]), amount=[10_500]) == []


def test_money_of_a_refund_that_was_never_filed_is_named() -> None:
    found = violations(Diary().answered(0, 0).log(refunds=2, coupon=[0, 500]))
    assert found == [
        "coupon: the ledger holds 500 fen, the refunds that were filed 0 fen",
        "1 refunds have a ledger although they were never filed, first refund 1",
    ]


# ---------------------------------------------------------------- machines, force, marks
def unseen(automatic: int) -> Log:
    return Diary().filed(0).closed(0).log(automatic=[automatic], path=[3], refunded=[500])


@pytest.mark.parametrize("automatic", [MACHINE, FORCE])
def test_work_before_a_machine_or_force_refunded_it_unseen_is_named(automatic: int) -> None:
    assert violations(unseen(automatic)) == []
    worked = Diary().filed(0).joined(0, step=PAY).began(0, step=PAY).finished(20, step=PAY).closed(20)
    assert "were worked on before a machine, or force" in only(violations(worked.log(automatic=[automatic], path=[3])))


def test_work_on_the_goods_after_a_machine_refunded_it_is_none_of_that() -> None:
    diary = Diary().filed(0).waits(0, step=BY_ITSELF).joined(50, step=AGAIN).began(50, step=AGAIN).finished(60, step=AGAIN).closed(60)
    assert violations(diary.log(automatic=[MACHINE], path=[4])) == []


def test_a_machine_may_send_the_money_of_a_return_ahead_after_an_answer_and_of_nothing_else() -> None:
    diary = Diary().answered(0, 5)
    assert violations(diary.log(automatic=[MACHINE], path=[4])) == []
    assert violations(diary.log(automatic=[MACHINE], path=[3], converted=[1])) == []
    assert "are no returns" in only(violations(diary.log(automatic=[MACHINE], path=[3])))


def test_force_after_an_answer_is_named() -> None:
    assert "answered before they were refunded by force" in only(violations(Diary().answered(0, 5).log(automatic=[FORCE], path=[4])))


@pytest.mark.parametrize(
    ("ledger", "told"),
    [
        ({"ruled": [3], "intervened": [1]}, "1 refunds have a mark of ruled that means nothing, first refund 0"),
        ({"refused": [3]}, "1 refunds have a mark of refused that means nothing, first refund 0"),
        ({"wrong_acts": [64]}, "1 refunds have a mark of wrong_acts that means nothing, first refund 0"),
        ({"missed": [-1]}, "1 refunds have a mark of missed that means nothing, first refund 0"),
        ({"path": [5]}, "1 refunds have a mark of path that means nothing, first refund 0"),
        ({"chases": [-1]}, "1 refunds have a count of chases below 0, first refund 0"),
        ({"ruled": [2]}, "1 refunds were ruled on by a platform that never stepped in, first refund 0"),
        ({"taken_for": [2], "taken_by": [-1]}, "1 refunds were taken for a path by a group that nobody is in, first refund 0"),
        ({"taken_for": [2], "taken_by": [5]}, "1 refunds were taken for a path by a group that nobody is in, first refund 0"),
        ({"rules": [[0, 2**61]]}, "1 refunds were decided by a rule that does not exist, first refund 0"),
        ({"rules": [[-1, 0]]}, "1 refunds were decided by a rule that does not exist, first refund 0"),
    ],
)
def test_marks_that_mean_nothing_are_named(ledger: dict[str, list[int]], told: str) -> None:
    assert only(violations(Diary().answered(0, 0).log(**ledger))) == told


def test_marks_that_mean_something_are_not() -> None:
    every = 2 ** (len(masks().rules) - BITS) - 1
    marks = {"path": [4], "ruled": [2], "intervened": [1], "refused": [2], "wrong_acts": [63], "taken_for": [1], "taken_by": [4]}
    assert violations(Diary().answered(0, 0).log(**marks, rules=[[2**BITS - 1, every]])) == []


@pytest.mark.parametrize(
    ("outcome", "column", "right", "wrong"),
    [("instant", "automatic", MACHINE, FORCE), ("forced", "automatic", FORCE, 0), ("ruled_for_buyer", "ruled", 2, 1)],
)
def test_an_outcome_of_which_the_ledger_tells_something_else_is_named(outcome: str, column: str, right: int, wrong: int) -> None:
    desk = replace(DESK, outcomes=(outcome,))
    diary = Diary().filed(0).closed(0, outcome=0)
    found = []
    for value in (right, wrong):
        log = diary.log(path=[3], intervened=[1], **{column: [value]})
        found.append(check(log, workload(log), floor(), desk))
    assert found[0] == []
    assert f"ended as {outcome}, and the ledger's {column} says something else" in only(found[1])


# ---------------------------------------------------------------- chats, and machines let loose
CHATS = replace(DESK, outcomes=(*DESK.outcomes, "chat_answered", "instant"))
ANSWERED_CHAT, INSTANT = len(DESK.outcomes), len(DESK.outcomes) + 1


def of_chat(diary: Diary, only_asks: int = 1, **ledger: Any) -> list[str]:
    log = diary.log(until=10_000, **ledger)
    return check(log, workload(log, only_asks=only_asks), floor(), CHATS)


def asked_in_chat() -> Diary:
    return Diary().filed(0).joined(0).began(30).handed_back(40).began(50).finished(90)


def test_a_chat_that_is_answered_or_not_yet_breaks_nothing() -> None:
    assert of_chat(asked_in_chat().closed(90, outcome=ANSWERED_CHAT)) == []
    assert of_chat(Diary().filed(0).joined(0)) == []


@pytest.mark.parametrize(
    "diary",
    [
        asked_in_chat().alarm(95),
        Diary().filed(0).waits(0),
        asked_in_chat().opened(90).joined(90, item=1),
        Diary().filed(0).joined(0).gave_up(60),
        Diary().filed(0).joined(0, handoff=0),
    ],
    ids=["clock", "wait", "side work", "giving up", "handoff"],
)
def test_more_for_a_chat_than_an_answer_is_named(diary: Diary) -> None:
    assert "do more for a buyer who only asks than answer" in only(of_chat(diary))
    assert of_chat(diary, only_asks=0) == []


def test_a_chat_with_a_ledger_is_named() -> None:
    chat = asked_in_chat().closed(90, outcome=ANSWERED_CHAT)
    assert only(of_chat(chat, path=[1])) == "1 buyers who only ask have a ledger, first refund 0"


def test_a_chat_that_ends_as_a_request_and_a_request_that_ends_as_a_chat_are_named() -> None:
    assert "close a chat as if it were a request" in only(of_chat(asked_in_chat().closed(90)))
    assert "close a request as if it were a chat" in only(of_chat(asked_in_chat().closed(90, outcome=ANSWERED_CHAT), only_asks=0))


def test_a_request_that_its_machine_did_not_refund_at_filing_is_named() -> None:
    by_machine = Diary().filed(0).closed(0, outcome=INSTANT).log(automatic=[MACHINE], path=[1], refunded=[500])
    assert check(by_machine, workload(by_machine, by_machine=1), floor(), CHATS) == []
    by_hand = Diary().answered(0, 5).log(path=[1])
    assert "were a machine's to refund at filing" in only(check(by_hand, workload(by_hand, by_machine=1), floor(), CHATS))
    assert check(by_hand, workload(by_hand), floor(), CHATS) == []


def test_rules_that_decided_about_a_refund_that_was_never_filed_are_named() -> None:
    found = violations(Diary().answered(0, 0).log(refunds=2, rules=[[1, 0], [0, 1]]))
    assert found == ["1 refunds have a ledger although they were never filed, first refund 1"]
