"""Goods neither appear nor vanish: each state of lines and parcels by hand, each violation seen, and all of it on random shops."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.demand.asks import AT_ONE_GO, draw_asks
from sim.demand.asks import REFUSED as ASKED_AT_DOOR
from sim.demand.columns import C_DOOR, C_REACH
from sim.demand.orders import Consignments, Goods, Lines, draw_orders
from sim.demand.refunds import CHAT, INDUCED, SECOND
from sim.demand.replay import draw_workload
from sim.demand.skills import induced_reasons
from sim.demand.workload import NEVER, REFUND, Workload
from sim.desk.log import Log
from sim.desk.procedure import PROCEDURE
from sim.desk.simulate import floor_of, simulate
from sim.desk.steps import (
    A_LEAVES,
    A_SELLER_CLOCK,
    ASK_CARRIER,
    ASK_TO_REFUSE,
    AUTO_REFUNDED,
    BATCH,
    GUIDE,
    HOLD,
    HOLD_BESIDE,
    INSTANT,
    LAST_LOOK,
    MONEY_BACK,
    PARCEL_BACK,
    PAY,
    PLATFORM,
    PLEADED,
    RECEIVE,
    REFUNDED,
    REPICK,
    RULED_FOR_BUYER,
    WITHDRAWN,
)
from sim.measure import goods as measured
from sim.measure.goods import (
    CUT,
    DELIVERED,
    GONE,
    IN_TRANSIT,
    LINE_STATES,
    LOST,
    PARCEL_STATES,
    RECALLED,
    REFUSED,
    TAKEN_OUT,
    UNSHIPPED,
    WAITING,
    Course,
    Sold,
    course_of_goods,
    goods_are_kept,
    sold,
)
from sim.measure.invariants import check
from sim.measure.outcomes import outcomes
from sim.rules.facts import Response
from sim.rules.masks import BITS, masks
from sim.rules.reasons import reasons
from sim.scenario import Scenario
from sim.study.block import one_run
from sim.study.replicate import replicate
from tests.engine.random_scenarios import DAYS, DRAIN
from tests.measure.random_orders import DAY, double_11, random_orders
from tests.measure.tiny import CARRIERS, HOUR, WAREHOUSE, Diary

LEAVES, ARRIVES, END = 20 * HOUR, 60 * HOUR, 100 * HOUR
PRICE = 10_000
REFUSED_DAMAGED = next(reason.index for reason in reasons() if reason.key == "refused_damaged")


def orders(*held: int, **columns: Any) -> Goods:
    """Orders of one parcel each, with so many lines: paid at 0, leaving and arriving at LEAVES and ARRIVES, but for these columns."""
    parcel = np.repeat(np.arange(len(held)), held)
    number = 8 * parcel + np.arange(len(parcel)) - np.repeat(np.cumsum(held) - held, held)
    told = {"number": number, "order": 8 * parcel, "luck": number, "parcel": parcel, "price": PRICE}
    moments = {"clicked": LEAVES, "leaves": LEAVES, "arrives": ARRIVES, "signed": ARRIVES, "stalls": NEVER, "disputed": NEVER}
    about = {"number": 8 * np.arange(len(held)), "lines": np.array(held)} | moments | columns
    return Goods(table(Lines, len(parcel), told), table(Consignments, len(held), about), ())


def table(of: Any, count: int, columns: dict[str, Any]) -> Any:
    """A dataclass of columns, of which these are given; all others are 0, or false."""
    blank: dict[str, Any] = {each.name: np.zeros(count, np.bool_ if "bool" in str(each.type) else np.int64) for each in fields(of)}
    for name, values in columns.items():
        blank[name][:] = values
    return of(**blank)


Columns = dict[str, Any] | None


def run(
    goods: Goods, diary: Diary, of: tuple[int, ...] = (), until: int = END, more: Columns = None, **ledger: Any
) -> tuple[Log, Workload]:
    """The log that the diary tells, and its workload: refund k is about line number of[k]; `more`: other columns of refunds."""
    refunds = np.zeros(len(of), REFUND)
    refunds["number"], refunds["again"], refunds["filed"], refunds["paid"] = of, -1, NEVER, PRICE
    row = measured.line_of(goods, refunds["number"])
    parcel = goods.lines.parcel[row] if len(goods.lines) else row
    for name in ("leaves", "stalls", "arrives", "to_locker"):
        refunds[name] = getattr(goods.parcels, name)[parcel]
    for name, values in (more or {}).items():
        refunds[name] = values
    log = diary.log(until, max(len(of), 1), **({"path": 1} | ledger))
    if not len(of):
        log = Log(log.rows, log.ledger[:0], until, "by hand")
    return log, Workload(refunds, goods=goods)


def followed(goods: Goods, diary: Diary, of: tuple[int, ...] = (), until: int = END, **more: Any) -> Course:
    """The course of the goods, of which nothing is amiss."""
    log, workload = run(goods, diary, of, until, **more)
    assert list(goods_are_kept(log, workload, PROCEDURE)) == []
    return course_of_goods(log, workload)


def violations(goods: Goods, diary: Diary, of: tuple[int, ...] = (), until: int = END, **more: Any) -> list[str]:
    log, workload = run(goods, diary, of, until, **more)
    return list(goods_are_kept(log, workload, PROCEDURE))


def began(begins: np.ndarray, which: int = 0) -> dict[int, int]:
    """The states that a line or parcel came to, with their begin in hours."""
    return {state: int(at) // HOUR for state, at in enumerate(begins[:, which]) if at < NEVER}


def stopped(diary: Diary, at: int, refund: int = 0, step: int = HOLD, then: int = PAY) -> Diary:
    """Filed two hours before, and stopped by the warehouse."""
    diary.filed(at - 2 * HOUR, refund).joined(at - HOUR, refund, step, WAREHOUSE).began(at - HOUR, refund, step, WAREHOUSE)
    diary.finished(at, refund, step, WAREHOUSE)
    if then == PAY:
        diary.joined(at, refund, PAY).began(at, refund, PAY).finished(at + 60, refund, PAY)
    return diary.closed(at + 60 if then == PAY else at, refund, REFUNDED)


def recalled(diary: Diary, at: int, refund: int = 0, back: int | None = None) -> Diary:
    """Filed two hours before, answered by the carrier with a promise; refunded, and received when it is back."""
    diary.filed(at - 2 * HOUR, refund).joined(at - HOUR, refund, ASK_CARRIER, CARRIERS).began(at - HOUR, refund, ASK_CARRIER, CARRIERS)
    diary.finished(at, refund, ASK_CARRIER, CARRIERS).joined(at, refund, PAY).began(at, refund, PAY).finished(at + 60, refund, PAY)
    diary.waits(at + 60, refund, MONEY_BACK)
    return diary if back is None else received(diary, back, refund)


def received(diary: Diary, at: int, refund: int = 0) -> Diary:
    diary.joined(at - 60, refund, RECEIVE, WAREHOUSE).began(at - 60, refund, RECEIVE, WAREHOUSE)
    return diary.finished(at, refund, RECEIVE, WAREHOUSE).closed(at, refund, REFUNDED)


# ---------------------------------------------------------------- each state
def test_what_nobody_asks_back_waits_goes_and_arrives() -> None:
    course = followed(orders(2), Diary())
    assert began(course.lines_begin) == {UNSHIPPED: 0, GONE: 20}
    assert began(course.parcels_begin) == {WAITING: 0, IN_TRANSIT: 20, DELIVERED: 60}
    assert course.lines_in[:, [0, 19, 20, 99]].tolist() == [[2, 2, 0, 0], [0, 0, 0, 0], [0, 0, 2, 2]]
    assert course.parcels_in[[WAITING, IN_TRANSIT, DELIVERED]][:, [19, 20, 59, 60]].tolist() == [[1, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]]


def test_hours_begin_before_the_first_payment_and_stop_with_the_run() -> None:
    goods = orders(1)
    paid = replace(goods, lines=replace(goods.lines, paid=np.array([-2 * HOUR + 1])))
    course = followed(paid, Diary())
    assert course.hours[[0, -1]].tolist() == [-2 * HOUR, END - HOUR]
    assert course.lines_in[:, :2].tolist() == [[0, 1], [0, 0], [0, 0]]


def test_a_stopped_line_that_was_alone_in_its_parcel_never_leaves() -> None:
    course = followed(orders(1, 1), stopped(Diary(), 10 * HOUR), (0,))
    assert began(course.lines_begin) == {UNSHIPPED: 0, TAKEN_OUT: 10}
    assert began(course.parcels_begin) == {WAITING: 0, CUT: 10}
    assert began(course.parcels_begin, 1) == {WAITING: 0, IN_TRANSIT: 20, DELIVERED: 60}


@pytest.mark.parametrize("step", [HOLD, REPICK])
def test_one_line_of_several_that_is_cut_leaves_the_others_in_the_parcel(step: int) -> None:
    course = followed(orders(3), stopped(Diary(), 10 * HOUR, step=step), (1,))
    assert [began(course.lines_begin, line) for line in range(3)] == [
        {UNSHIPPED: 0, GONE: 20},
        {UNSHIPPED: 0, TAKEN_OUT: 10},
        {UNSHIPPED: 0, GONE: 20},
    ]
    assert began(course.parcels_begin) == {WAITING: 0, IN_TRANSIT: 20, DELIVERED: 60}


def test_a_parcel_all_of_whose_lines_are_cut_is_cut_with_the_last_of_them() -> None:
    course = followed(orders(2), stopped(stopped(Diary(), 10 * HOUR), 12 * HOUR, 1), (0, 1))
    assert began(course.parcels_begin) == {WAITING: 0, CUT: 12}


def test_work_that_ends_in_the_second_in_which_the_parcel_leaves_stops_it_if_it_comes_first() -> None:
    assert began(followed(orders(1), stopped(Diary(), LEAVES), (0,)).parcels_begin) == {WAITING: 0, CUT: 20}
    diary = Diary().filed(HOUR).joined(HOUR, step=HOLD, line=WAREHOUSE).began(HOUR, step=HOLD, line=WAREHOUSE).alarm(LEAVES, which=A_LEAVES)
    diary.finished(LEAVES, step=HOLD, line=WAREHOUSE).joined(LEAVES, step=ASK_CARRIER, line=CARRIERS)
    assert IN_TRANSIT in began(followed(orders(1), diary, (0,)).parcels_begin)


def test_the_erp_stops_what_the_batch_tool_agreed_to() -> None:
    batch = Diary().filed(HOUR).joined(HOUR, step=BATCH).began(HOUR, step=BATCH).finished(2 * HOUR, step=BATCH).closed(2 * HOUR)
    assert began(followed(orders(1), batch, (0,)).parcels_begin) == {WAITING: 0, CUT: 2}
    waits = (
        Diary().filed(HOUR).joined(HOUR, step=BATCH).began(HOUR, step=BATCH).finished(2 * HOUR, step=BATCH).waits(2 * HOUR, step=LAST_LOOK)
    )
    assert began(followed(orders(1), waits, (0,)).parcels_begin) == {WAITING: 0, CUT: 2}
    by_hand = Diary().filed(HOUR).joined(HOUR, step=BATCH).began(HOUR, step=BATCH).finished(2 * HOUR, step=BATCH)
    by_hand.joined(2 * HOUR, step=HOLD, line=WAREHOUSE)
    assert began(followed(orders(1), by_hand, (0,)).parcels_begin) == {WAITING: 0, IN_TRANSIT: 20, DELIVERED: 60}


def decided(response: Response) -> list[list[int]]:
    """The ledger's rules of a refund for which a rule of path 1 with this response was looked up."""
    words = [0] * 2
    number = next(number for number, rule in enumerate(masks().rules) if rule.path == 1 and rule.response == response)
    words[number // BITS] |= 1 << (number % BITS)
    return [words]


def test_the_erp_stops_orders_one_by_one_where_there_is_no_batch_tool() -> None:
    diary = Diary().filed(HOUR).joined(HOUR).began(HOUR).finished(2 * HOUR).joined(2 * HOUR, step=PAY)
    by_erp = followed(orders(1), diary, (0,), rules=decided(Response.BATCH_REFUND))
    assert began(by_erp.parcels_begin) == {WAITING: 0, CUT: 2}
    in_error = followed(orders(1), diary, (0,), rules=decided(Response.BATCH_REFUND), wrong_acts=1)
    assert IN_TRANSIT in began(in_error.parcels_begin)
    for_a_claim = followed(orders(1), diary, (0,), rules=decided(Response.REFUND_AND_COMPENSATE))
    assert IN_TRANSIT in began(for_a_claim.parcels_begin)


def test_an_order_that_is_stopped_while_the_money_goes_back_is_cut() -> None:
    diary = Diary().filed(HOUR).joined(HOUR, step=PAY).opened(HOUR, step=HOLD_BESIDE)
    diary.joined(HOUR, step=HOLD_BESIDE, line=WAREHOUSE, item=1).began(3 * HOUR, step=HOLD_BESIDE, line=WAREHOUSE, item=1)
    diary.finished(4 * HOUR, step=HOLD_BESIDE, line=WAREHOUSE, item=1).ended(4 * HOUR)
    assert began(followed(orders(1), diary, (0,)).parcels_begin) == {WAITING: 0, CUT: 4}


def test_nothing_comes_of_a_stop_whose_refund_went_to_the_platform_or_was_closed_meanwhile() -> None:
    diary = Diary().filed(HOUR).joined(HOUR, step=HOLD, line=WAREHOUSE).began(HOUR, step=HOLD, line=WAREHOUSE)
    away = Diary([*diary.rows]).finished(2 * HOUR, step=HOLD, line=WAREHOUSE).joined(2 * HOUR, step=PLATFORM)
    closed = Diary([*diary.rows]).closed(HOUR + 60, outcome=WITHDRAWN).finished(2 * HOUR, step=HOLD, line=WAREHOUSE)
    for each in (away, closed):
        assert IN_TRANSIT in began(followed(orders(1), each, (0,)).parcels_begin)


@pytest.mark.parametrize(
    "diary",
    [
        Diary().filed(2 * HOUR).closed(2 * HOUR, outcome=INSTANT),
        Diary().filed(HOUR).joined(HOUR).alarm(2 * HOUR, which=A_SELLER_CLOCK).closed(2 * HOUR, outcome=AUTO_REFUNDED).left(2 * HOUR),
        Diary().filed(HOUR).waits(HOUR, step=PLEADED).closed(2 * HOUR, outcome=RULED_FOR_BUYER),
    ],
    ids=["machine", "clock", "platform"],
)
def test_the_erp_does_not_pick_what_was_refunded_unasked_and_the_books_tell_whether_it_does_so(diary: Diary) -> None:
    assert began(followed(orders(1), diary, (0,), refunded=PRICE).parcels_begin) == {WAITING: 0, CUT: 2}
    let_go = followed(orders(1), diary, (0,), refunded=PRICE, lost=PRICE)
    assert began(let_go.parcels_begin) == {WAITING: 0, IN_TRANSIT: 20, DELIVERED: 60}


def test_a_parcel_is_recalled_from_the_answer_on_and_stays_so_when_it_is_back() -> None:
    course = followed(orders(1), recalled(Diary(), 30 * HOUR, back=50 * HOUR), (0,), path=2)
    assert began(course.parcels_begin) == {WAITING: 0, IN_TRANSIT: 20, RECALLED: 30}
    assert course.back.tolist() == [50 * HOUR]
    assert began(course.lines_begin) == {UNSHIPPED: 0, GONE: 20}


def asked_carrier(at: int) -> Diary:
    diary = Diary().filed(at - HOUR).joined(at - HOUR, step=ASK_CARRIER, line=CARRIERS).began(at - HOUR, step=ASK_CARRIER, line=CARRIERS)
    return diary.finished(at, step=ASK_CARRIER, line=CARRIERS)


def test_a_promise_that_is_not_kept_brings_nothing_back() -> None:
    broken = asked_carrier(30 * HOUR).waits(30 * HOUR, step=PARCEL_BACK).joined(ARRIVES, step=PAY)
    refused = asked_carrier(30 * HOUR).joined(30 * HOUR, step=ASK_TO_REFUSE)
    for diary in (broken, refused):
        course = followed(orders(1), diary, (0,), path=2)
        assert began(course.parcels_begin) == {WAITING: 0, IN_TRANSIT: 20, DELIVERED: 60}


def test_a_parcel_still_awaited_when_it_should_long_have_arrived_is_on_its_way_back() -> None:
    diary = asked_carrier(30 * HOUR).waits(30 * HOUR, step=PARCEL_BACK)
    assert RECALLED in began(followed(orders(1), diary, (0,), path=2).parcels_begin)
    early = followed(orders(1), diary, (0,), until=ARRIVES, path=2)
    assert began(early.parcels_begin) == {WAITING: 0, IN_TRANSIT: 20}


def test_a_parcel_is_refused_at_the_door_because_the_shop_asked_for_it() -> None:
    diary = asked_carrier(25 * HOUR).joined(25 * HOUR, step=ASK_TO_REFUSE).began(25 * HOUR, step=ASK_TO_REFUSE)
    diary.finished(26 * HOUR, step=ASK_TO_REFUSE).waits(26 * HOUR, step=ASK_TO_REFUSE).waits(ARRIVES, step=PARCEL_BACK)
    course = followed(orders(1), received(diary, 90 * HOUR), (0,), path=2)
    assert began(course.parcels_begin) == {WAITING: 0, IN_TRANSIT: 20, REFUSED: 60}
    assert course.back.tolist() == [90 * HOUR]


def test_a_buyer_refuses_a_parcel_at_the_door_unasked() -> None:
    goods = orders(2, refused=[True], signed=[NEVER])
    asked = Diary().filed(ARRIVES).filed(ARRIVES + 60, 1)
    course = followed(goods, asked, (0, 1), path=2, more={"reason": REFUSED_DAMAGED})
    assert began(course.parcels_begin) == {WAITING: 0, IN_TRANSIT: 20, REFUSED: 60}
    assert began(followed(goods, Diary()).parcels_begin) == {WAITING: 0, IN_TRANSIT: 20, REFUSED: 60}


def test_who_has_asked_for_some_of_it_before_does_not_refuse_the_parcel_unasked() -> None:
    goods = orders(2, refused=[True], signed=[NEVER])
    course = followed(goods, Diary().filed(HOUR), (1,))
    assert began(course.parcels_begin) == {WAITING: 0, IN_TRANSIT: 20, DELIVERED: 60}
    chat = followed(goods, Diary().filed(HOUR), (1 + CHAT,), more={"only_asks": 1}, path=0)
    assert REFUSED in began(chat.parcels_begin)


def test_a_parcel_is_lost_from_its_last_scan_on() -> None:
    course = followed(orders(1, stalls=[25 * HOUR], arrives=[NEVER], signed=[NEVER]), Diary())
    assert began(course.parcels_begin) == {WAITING: 0, IN_TRANSIT: 20, LOST: 25}


def test_one_that_was_lost_when_it_was_first_scanned_was_never_in_transit_for_a_second() -> None:
    course = followed(orders(1, stalls=[LEAVES], arrives=[NEVER], signed=[NEVER]), Diary())
    assert course.parcels_in[IN_TRANSIT].sum() == 0
    assert course.parcels_in[LOST, 20:].tolist() == [1] * 80


def test_a_parcel_at_a_locker_is_in_transit_until_it_is_collected_or_denied() -> None:
    collected = followed(orders(1, to_locker=[True], signed=[70 * HOUR]), Diary())
    assert began(collected.parcels_begin) == {WAITING: 0, IN_TRANSIT: 20, DELIVERED: 70}
    denied = followed(orders(1, to_locker=[True], signed=[NEVER], disputed=[65 * HOUR]), Diary())
    assert began(denied.parcels_begin) == {WAITING: 0, IN_TRANSIT: 20, DELIVERED: 60}


def test_who_has_asked_for_the_money_leaves_the_parcel_at_its_locker() -> None:
    goods = orders(1, to_locker=[True], signed=[70 * HOUR])
    assert RECALLED in began(followed(goods, recalled(Diary(), 71 * HOUR, back=80 * HOUR), (0,), path=2).parcels_begin)
    denied = orders(1, to_locker=[True], signed=[NEVER], disputed=[65 * HOUR])
    assert RECALLED in began(followed(denied, recalled(Diary(), 71 * HOUR, back=80 * HOUR), (0,), path=2).parcels_begin)


def test_of_two_acts_on_one_parcel_the_earliest_is_the_truth() -> None:
    diary = recalled(recalled(Diary(), 31 * HOUR, 0, back=80 * HOUR), 30 * HOUR, 1, back=81 * HOUR)
    course = followed(orders(2), diary, (0, 1), path=2)
    assert began(course.parcels_begin) == {WAITING: 0, IN_TRANSIT: 20, RECALLED: 30}
    assert course.back.tolist() == [80 * HOUR]


def test_a_parcel_that_one_request_had_recalled_is_not_refused_at_the_door_for_another() -> None:
    diary = recalled(Diary(), 30 * HOUR, 0, back=80 * HOUR).filed(29 * HOUR, 1)
    for step, at in ((ASK_CARRIER, 40 * HOUR), (ASK_TO_REFUSE, 50 * HOUR)):
        diary.joined(at - HOUR, 1, step, CARRIERS).began(at - HOUR, 1, step, CARRIERS).finished(at, 1, step, CARRIERS)
    diary.waits(ARRIVES, 1, PARCEL_BACK)
    course = followed(orders(2), received(diary, 90 * HOUR, 1), (0, 1), path=2)
    assert began(course.parcels_begin) == {WAITING: 0, IN_TRANSIT: 20, RECALLED: 30}


def test_what_happens_after_the_run_is_in_no_state() -> None:
    course = followed(orders(1), Diary(), until=30 * HOUR)
    assert began(course.parcels_begin) == {WAITING: 0, IN_TRANSIT: 20}


# ---------------------------------------------------------------- two stories of one parcel, and books that tell another
def test_a_request_that_finds_the_goods_with_the_buyer_contradicts_a_parcel_that_came_back() -> None:
    diary = recalled(Diary(), 30 * HOUR, back=50 * HOUR).filed(29 * HOUR, 1).joined(ARRIVES, 1, GUIDE)
    course = followed(orders(2), diary, (0, 1), path=2)
    assert course.contradicted.tolist() == [1]
    assert followed(orders(2), recalled(Diary(), 30 * HOUR, back=50 * HOUR).filed(29 * HOUR, 1), (0, 1), path=2).contradicted.tolist() == []


def test_the_shop_that_stops_a_line_for_a_buyer_who_withdraws_keeps_goods_and_money() -> None:
    diary = Diary().filed(HOUR).joined(HOUR, step=HOLD, line=WAREHOUSE).began(HOUR, step=HOLD, line=WAREHOUSE)
    diary.finished(2 * HOUR, step=HOLD, line=WAREHOUSE).joined(2 * HOUR, step=PAY)
    assert followed(orders(1), diary, (0,)).both_kept.tolist() == []
    diary.closed(3 * HOUR, outcome=WITHDRAWN)
    assert followed(orders(1), diary, (0,)).both_kept.tolist() == [0]
    assert followed(orders(1), diary, (0,), refunded=PRICE).both_kept.tolist() == []


def test_books_that_tell_no_loss_of_goods_that_went_or_a_loss_of_goods_that_stayed_are_found() -> None:
    late = Diary().filed(HOUR).waits(HOUR, step=PLEADED).closed(30 * HOUR, outcome=RULED_FOR_BUYER)
    assert followed(orders(1), late, (0,), ruled=2, intervened=1, refunded=PRICE).unbooked.tolist() == [0]
    assert followed(orders(1), late, (0,), ruled=2, intervened=1, refunded=PRICE, lost=PRICE).unbooked.tolist() == []
    back = recalled(Diary(), 30 * HOUR, back=50 * HOUR).filed(29 * HOUR, 1)
    assert followed(orders(2), back, (0, 1), path=2, refunded=PRICE, lost=[0, PRICE]).overbooked.tolist() == [1]


# ---------------------------------------------------------------- each violation is seen
def only(found: list[str]) -> str:
    assert len(found) == 1, found
    return found[0]


def test_a_line_in_no_parcel_and_a_parcel_that_holds_other_lines_than_it_says_are_named() -> None:
    goods = orders(2, 1)
    lost = replace(goods, lines=replace(goods.lines, parcel=np.array([0, 2, 1])))
    found = violations(lost, Diary())
    assert found == [
        "1 order lines are in no parcel, first number 1",
        "1 parcels do not hold as many lines as they say, first number 0",
    ]
    assert "do not hold as many lines" in only(violations(orders(2, 1, lines=[1, 1]), Diary()))


def test_goods_that_leave_before_they_are_paid_are_named() -> None:
    assert only(violations(orders(1, leaves=[0]), Diary())) == "1 order lines left before they were paid, first number 0"


def test_a_refund_or_a_chat_about_a_line_that_does_not_exist_is_named() -> None:
    for number in (1, 8, 1 + SECOND, 1 + CHAT, 1 + INDUCED):
        told = only(violations(orders(1), Diary().filed(HOUR), (number,)))
        assert told == f"1 requests or chats are about an order line that does not exist, first number {number}"
    assert violations(orders(1), Diary().filed(HOUR), (CHAT,), more={"only_asks": 1}, path=0) == []


def test_two_requests_for_one_line_are_named_but_for_a_second_application() -> None:
    diary = Diary().filed(HOUR).filed(2 * HOUR, 1)
    assert only(violations(orders(1), diary, (0, 0))) == "1 order lines are asked back by two requests, first number 0"
    assert violations(orders(1), diary, (0, SECOND), more={"second": [0, 1]}) == []
    twice = violations(orders(1), Diary().filed(HOUR), (0, SECOND, SECOND), more={"second": [0, 1, 1]})
    assert only(twice) == "1 order lines are asked back by two second applications, first number 0"


def test_more_money_back_than_the_line_cost_is_named() -> None:
    diary, second = Diary().filed(HOUR).filed(2 * HOUR, 1), {"second": [0, 1]}
    assert violations(orders(1), diary, (0, SECOND), more=second, refunded=[PRICE - 1, 1]) == []
    told = only(violations(orders(1), diary, (0, SECOND), more=second, refunded=[PRICE - 1, 2]))
    assert told == "1 order lines had more refunded than they cost, first number 0"


@pytest.mark.parametrize("step", [BATCH, HOLD])
def test_a_line_taken_for_cut_that_is_gone_with_its_parcel_is_named(step: int) -> None:
    diary = Diary().filed(HOUR).joined(HOUR, step=step).began(HOUR, step=step).finished(LEAVES + 1, step=step)
    diary.closed(LEAVES + 1) if step == BATCH else diary.joined(LEAVES + 1, step=PAY)
    told = only(violations(orders(1), diary, (0,)))
    assert told == "1 refunds took a line for cut that was gone with its parcel, first number 0"
    if step == HOLD:  # the money may have gone in error, without a stop
        assert violations(orders(1), diary, (0,), wrong_acts=1) == []


def test_a_parcel_recalled_after_delivery_is_named() -> None:
    for at, goods in (
        (ARRIVES, orders(1)),
        (30 * HOUR, orders(1, arrives=[NEVER], signed=[NEVER], stalls=[25 * HOUR])),
        (80 * HOUR, orders(1, to_locker=[True], signed=[70 * HOUR])),
    ):
        told = only(violations(goods, recalled(Diary(), at, back=90 * HOUR), (0,), path=2))
        assert told == "1 refunds recalled a parcel that the buyer had, or that was lost, first number 0"


def test_a_parcel_that_comes_back_though_it_never_left_is_named() -> None:
    early = violations(orders(1), recalled(Diary(), 10 * HOUR, back=50 * HOUR), (0,), path=2)
    assert early == [
        "1 refunds had a parcel back that had not left, first number 0",
        "1 parcels are somewhere before they can be there, first number 0",
    ]
    cut = recalled(stopped(Diary(), 10 * HOUR), 30 * HOUR, 1, back=50 * HOUR)
    told = only(violations(orders(1), cut, (0, SECOND), more={"second": [0, 1]}, path=2))
    assert told == f"1 refunds had a parcel back that had not left, first number {SECOND}"


def test_a_parcel_that_comes_back_unasked_is_named() -> None:
    diary = received(Diary().filed(30 * HOUR), 50 * HOUR)
    assert (
        only(violations(orders(1), diary, (0,), path=2))
        == "1 refunds had a parcel back that nobody had recalled or refused, first number 0"
    )


def test_a_parcel_recalled_for_one_line_while_others_are_still_wanted_is_named() -> None:
    alone = only(violations(orders(2), recalled(Diary(), 30 * HOUR, back=50 * HOUR), (0,), path=2))
    assert alone == "1 refunds had a parcel brought back of which other lines were still wanted, first number 0"
    for filed, amiss in ((28 * HOUR + AT_ONE_GO, False), (28 * HOUR + AT_ONE_GO + 1, True)):
        diary = recalled(Diary(), 30 * HOUR, back=50 * HOUR).filed(filed, 1)
        assert bool(violations(orders(2), diary, (0, 1), path=2)) == amiss
    late = asked_carrier(30 * HOUR).waits(30 * HOUR, step=MONEY_BACK)
    late.rows[0] = (10 * HOUR, *late.rows[0][1:])  # filed long before the other line, which was cut
    assert violations(orders(2), stopped(late, 19 * HOUR, 1), (0, 1), path=2) == []


def test_two_stops_of_one_line_are_one_too_many_for_what_came_and_went() -> None:
    diary = stopped(stopped(Diary(), 10 * HOUR), 12 * HOUR, 1)
    found = violations(orders(2), diary, (0, SECOND), more={"second": [0, 1]})
    assert found[0].startswith(
        "order lines unshipped: 1 are there at second 43200, but by what came and went it must be 0 (and so at 8 hours)"
    )
    assert any(told.startswith("parcels in_transit: 1 are there") for told in found)


def with_begin(course: Course, which: str, state: int, at: int) -> Course:
    begins = getattr(course, which).copy()
    begins[state, 0] = at
    return replace(course, **{which: begins})


@pytest.mark.parametrize(
    ("which", "state", "at", "told"),
    [
        ("parcels_begin", LOST, 30 * HOUR, "1 parcels are in two states at once, first number 0"),
        ("parcels_begin", IN_TRANSIT, 70 * HOUR, "1 parcels are somewhere before they can be there, first number 0"),
        ("parcels_begin", WAITING, 30 * HOUR, "1 parcels are somewhere before they can be there, first number 0"),
        ("lines_begin", GONE, -HOUR, "1 order lines moved before they were paid, first number 0"),
    ],
)
def test_a_parcel_or_line_that_is_in_two_states_is_named(which: str, state: int, at: int, told: str) -> None:
    course = with_begin(followed(orders(1), Diary()), which, state, at)
    assert list(measured.nobody_is_in_two_states(course)) == [told]


def test_a_parcel_that_is_cut_and_leaves_or_is_received_before_it_turned_round_is_named() -> None:
    course = followed(orders(1), Diary())
    both = with_begin(with_begin(course, "parcels_begin", CUT, HOUR), "parcels_begin", DELIVERED, NEVER)
    assert only(list(measured.nobody_is_in_two_states(both))).startswith("1 parcels are somewhere before")
    back = followed(orders(1), recalled(Diary(), 30 * HOUR, back=50 * HOUR), (0,), path=2)
    early = replace(back, back=np.array([29 * HOUR]))
    assert only(list(measured.nobody_is_in_two_states(early))) == "1 parcels were received before they were turned round, first number 0"


def test_a_line_that_is_cut_and_gone_is_named() -> None:
    course = with_begin(followed(orders(1), stopped(Diary(), 10 * HOUR), (0,)), "lines_begin", GONE, LEAVES)
    assert list(measured.stops_are_in_time(course)) == ["1 order lines are cut and gone with their parcel, first number 0"]
    late = with_begin(followed(orders(1), stopped(Diary(), 10 * HOUR), (0,)), "lines_begin", TAKEN_OUT, LEAVES + 1)
    assert list(measured.stops_are_in_time(late)) == ["1 order lines are cut and gone with their parcel, first number 0"]


@pytest.mark.parametrize(("what", "name", "states"), [("lines_in", "order lines", LINE_STATES), ("parcels_in", "parcels", PARCEL_STATES)])
def test_a_count_that_does_not_agree_with_what_came_and_went_is_named_in_every_state(what: str, name: str, states: tuple[str, ...]) -> None:
    course = followed(orders(1, 2), stopped(Diary(), 10 * HOUR), (0,))
    for state, called in enumerate(states):
        there = getattr(course, what).copy()
        there[state, 30] += 1
        differs, missing = list(measured.flows_and_states_agree(replace(course, **{what: there})))
        assert differs.startswith(
            f"{name} {called}: {there[state, 30]} are there at second {30 * HOUR}, but by what came and went it must be"
        )
        assert missing.startswith(f"{name}: ")
        assert "were paid" in missing


# ---------------------------------------------------------------- what several lines of a parcel ask for
def test_requests_take_a_parcel_as_a_whole_only_if_all_of_its_lines_are_asked_back_at_one_go() -> None:
    several = 0
    for seed in range(12):
        scenario = random_orders(seed)
        workload = draw_workload(scenario, seed)
        goods, refunds = workload.goods, workload.refunds
        assert goods is not None
        refunds = refunds[(refunds["only_asks"] == 0) & (refunds["second"] == 0)]
        parcel = goods.lines.parcel[measured.line_of(goods, refunds["number"])]
        for of in np.unique(parcel):
            here = refunds[parcel == of]
            whole = len(here) == goods.parcels.lines[of] and np.ptp(here["filed"]) <= AT_ONE_GO
            assert set(here["one_of_several"].tolist()) == {int(not whole)}
            several += len(here) > 1 and not whole
    assert several > 50


def test_whether_the_buyer_refuses_a_parcel_is_one_decision_for_all_of_it() -> None:
    several = 0
    for seed in range(6):
        workload = draw_workload(random_orders(seed), seed)
        assert workload.goods is not None
        refunds = workload.refunds[workload.refunds["second"] == 0]
        parcel = workload.goods.lines.parcel[measured.line_of(workload.goods, refunds["number"])]
        order = np.argsort(parcel, kind="stable")
        same = parcel[order][1:] == parcel[order][:-1]
        door, reached = (refunds["chance"][order, place] for place in (C_DOOR, C_REACH))
        assert np.array_equal(door[1:][same], door[:-1][same])
        several += int((reached[1:][same] != reached[:-1][same]).sum())
    assert several > 100


def test_a_parcel_is_refused_at_the_door_as_a_whole_or_was_asked_back_before() -> None:
    refused = taken = 0
    for seed in range(20):
        counts = refused_and_taken(random_orders(seed), seed)
        refused, taken = refused + counts[0], taken + counts[1]
    assert min(refused, taken) > 50


def test_forms_for_several_lines_that_are_filled_in_while_the_parcel_arrives_are_for_one_that_is_refused() -> None:
    """Wishes of minutes before the arrival are filed, line by line, before and after it."""
    scenario = random_orders(0, per_day=400.0)
    orders, _, asks = scenario.by_orders
    changed = asks.model_dump() | {"refused": 1.0, "together": 1.0, "disputed": {"share": 0.0, "after": {"dist": "fixed", "value": 0}}}
    changed["regret"] = {"share": 1.0, "after": {"dist": "uniform", "low": 0, "high": 6 * DAY}, "still": 1.0}
    five = orders.model_dump() | {"lines": [0.0, 0.0, 0.0, 0.0, 1.0], "split": 0.0, "sales": {}}
    whole = scenario.model_dump(by_alias=True, exclude={"figures"}) | {"asks": changed, "demand": {"orders": five}}
    refused, taken = refused_and_taken(type(scenario).model_validate(whole), 1)
    assert min(refused, taken) > 1_000


def refused_and_taken(scenario: Scenario, seed: int) -> tuple[int, int]:
    """Parcels that are refused at the door unasked, and those that would be, had nobody asked for some of it before."""
    goods = draw_orders(scenario, seed, 0)
    told = draw_asks(goods, scenario, seed, 0).requests
    assert told.parcels is not None
    parcel = goods.lines.parcel[measured.line_of(goods, told.number)]
    of = np.flatnonzero(goods.parcels.refused[parcel])
    before = told.filed[of] < goods.parcels.arrives[parcel[of]]
    assert np.array_equal(told.parcels.occasion[of] == ASKED_AT_DOOR, ~before)
    some, every = (np.zeros(len(goods.parcels), np.int64) for _ in range(2))
    np.add.at(some, parcel[of], before)
    np.add.at(every, parcel[of], 1)
    asked = every > 0
    assert (some[asked] * (every - some)[asked] == 0).all()
    at_end = goods.parcels.arrives > (DAYS + DRAIN) * DAY - HOUR
    unasked = asked & (some == 0)
    assert (every[unasked & ~at_end] == goods.parcels.lines[unasked & ~at_end]).all()
    return int(unasked.sum()), int((some > 0).sum())


def test_returns_that_only_come_because_the_shop_pays_for_them_are_of_lines_that_nobody_asked_back_otherwise() -> None:
    without = double_11()
    freight = without.policy.freight.model_copy(update={"insurance": True})
    insured = without.model_copy(update={"policy": without.policy.model_copy(update={"freight": freight})})
    insured = insured.model_copy(update={"chances": insured.chances.model_copy(update={"induced": 0.5})})
    before, after = (draw_workload(each, 1).refunds for each in (without, insured))
    before, after = (each[(each["second"] == 0) & (each["only_asks"] == 0)] for each in (before, after))
    assert np.isin(before["number"], after["number"]).all()
    new = after[~np.isin(after["number"], before["number"])]
    no_fault = np.isin(before["reason"], induced_reasons()) & (before["sends_back"] == 1) & (before["state"] == 2)
    assert np.isin(new["reason"], induced_reasons()).all()
    assert set(new["sends_back"].tolist()) == {1}
    assert len(new) / no_fault.sum() == pytest.approx(0.5, abs=0.12)


# ---------------------------------------------------------------- figures that need orders
def test_what_was_sold_is_counted_on_the_reported_days_and_what_was_asked_back_once() -> None:
    goods = orders(2, 1, 3)
    lines = replace(goods.lines, paid=np.array([0, 0, -1, 50, 50, 50]), price=np.array([100, 200, 400, 800, 1_600, 3_200]))
    diary = Diary().filed(HOUR).filed(2 * HOUR, 1).filed(HOUR, 2).filed(HOUR, 3).filed(HOUR, 4)
    of = (1, 1 + SECOND, 8, 17, 18 + CHAT)
    columns = {"second": [0, 1, 0, 0, 0], "only_asks": [0, 0, 0, 0, 1], "amount": [150, 150, 400, 1_600, 3_200]}
    log, workload = run(replace(goods, lines=lines), diary, of, more=columns)
    every = outcomes(log, workload, PROCEDURE)
    assert sold(workload, every, 51) == Sold(orders=2, lines=5, value=5_900, lines_asked=2, value_asked=1_750)
    assert sold(workload, every, 50) == Sold(orders=1, lines=2, value=300, lines_asked=1, value_asked=150)
    assert sold(replace(workload, goods=None), every, 51) is None


def test_rates_of_what_was_sold_are_given_where_there_are_orders_and_joined_as_ratios_of_sums() -> None:
    scenario = double_11()
    both = replicate(scenario, 1, 2).document["kpis"]
    parts = []
    for number in range(2):
        summary = one_run(scenario, 1, number).summary
        workload = draw_workload(scenario, 1, number)
        assert workload.goods is not None
        lines, end = workload.goods.lines, scenario.calendar.days * DAY
        now = (lines.paid >= 0) & (lines.paid < end)
        first = workload.refunds[(workload.refunds["second"] == 0) & (workload.refunds["only_asks"] == 0)]
        asked = np.isin(lines.number, first["number"]) & now
        assert summary.kpis["refund_rate"].value == asked.sum() / now.sum()
        amounts = first["amount"][np.isin(first["number"], lines.number[now])]
        assert summary.kpis["refund_rate_by_value"].value == pytest.approx(amounts.sum() / lines.price[now].sum())
        disputes = summary.kpis["dispute_count"].value
        assert disputes is not None
        assert summary.kpis["dispute_rate"].value == disputes / len(np.unique(lines.order[now]))
        parts.append((disputes, len(np.unique(lines.order[now]))))
    assert both["dispute_rate"]["mean"] == pytest.approx(sum(part for part, _ in parts) / sum(whole for _, whole in parts))
    assert both["refund_rate"]["low"] < both["refund_rate"]["mean"] < both["refund_rate"]["high"]


# ---------------------------------------------------------------- on whole runs
def test_only_runs_of_the_refund_procedure_on_orders_are_looked_at() -> None:
    diary = Diary().filed(HOUR)
    log, workload = run(orders(1), diary, (8,))
    assert len(list(goods_are_kept(log, workload, PROCEDURE))) == 1
    assert list(goods_are_kept(log, replace(workload, goods=None), PROCEDURE)) == []
    assert list(goods_are_kept(log, workload, replace(PROCEDURE, steps=PROCEDURE.steps[:3]))) == []
    with pytest.raises(ValueError, match="do not come from orders"):
        course_of_goods(log, replace(workload, goods=None))


def conserved(course: Course) -> None:
    """At every hour each line and each parcel is in one state, counted one by one."""
    lines, parcels = course.goods.lines, course.goods.parcels
    for hour in range(0, len(course.hours), 7):
        now = course.hours[hour]
        left = (course.parcels_begin[IN_TRANSIT] <= now)[lines.parcel]
        cut = course.lines_begin[TAKEN_OUT] <= now
        paid = lines.paid <= now
        counts = [int((paid & ~cut & ~left).sum()), int(cut.sum()), int((paid & ~cut & left).sum())]
        assert course.lines_in[:, hour].tolist() == counts, now
        state = np.full(len(parcels), -1)
        for each in (WAITING, IN_TRANSIT, CUT, DELIVERED, RECALLED, REFUSED, LOST):
            state[course.parcels_begin[each] <= now] = each
        assert course.parcels_in[:, hour].tolist() == np.bincount(state[state >= 0], minlength=len(PARCEL_STATES)).tolist(), now


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_on_random_shops_no_goods_and_no_money_appear_or_vanish(seed: int) -> None:
    scenario = random_orders(seed, per_day=12.0)
    workload = draw_workload(scenario, seed)
    log = simulate(workload, scenario)
    assert list(goods_are_kept(log, workload, PROCEDURE)) == []
    conserved(course_of_goods(log, workload))


def test_random_shops_come_to_every_state_and_every_story() -> None:
    """What nobody ever comes to is proven by nothing."""
    lines, parcels, stories = np.zeros(3, np.int64), np.zeros(7, np.int64), np.zeros(3, np.int64)
    for seed in range(40):
        scenario = random_orders(seed)
        workload = draw_workload(scenario, seed)
        course = course_of_goods(simulate(workload, scenario), workload)
        lines += (course.lines_begin < NEVER).sum(axis=1)
        parcels += (course.parcels_begin < NEVER).sum(axis=1)
        stories += [len(course.overbooked), int((course.back < NEVER).sum()), int(course.goods.parcels.to_locker.sum())]
    assert (lines > 500).all(), lines
    assert (parcels > 50).all(), parcels
    assert (stories > 10).all(), stories


def test_on_a_double_11_no_goods_and_no_money_appear_or_vanish() -> None:
    scenario = double_11()
    workload = draw_workload(scenario, 1)
    log = simulate(workload, scenario)
    assert check(log, workload, floor_of(scenario, workload), PROCEDURE) == []
    assert workload.goods is not None
    for_nothing = replace(workload.goods, lines=replace(workload.goods.lines, price=np.zeros(len(workload.goods.lines), np.int64)))
    told = check(log, replace(workload, goods=for_nothing), floor_of(scenario, workload), PROCEDURE)
    assert "order lines had more refunded than they cost" in only(told)
    course = course_of_goods(log, workload)
    conserved(course)
    asked = int(((workload.refunds["only_asks"] == 0) & (course.acts.filed < NEVER)).sum())
    assert asked > 1_000
    assert len(course.contradicted) < asked / 1_000
    sale = (scenario.demand.orders.sales["main"].date - scenario.calendar.start).days if scenario.demand.orders else 0
    waits = course.parcels_in[WAITING]
    assert int(course.hours[np.argmax(waits)]) // HOUR - 24 * sale in range(0, 48)
