"""Clocks that run whatever a refund is doing: the platform's, the parcel's, and machines that refund before anybody looks."""

from typing import Any

import pytest

from sim.demand.workload import NEVER
from sim.desk.records import ALARMED, CLOSED
from tests.desk.stories import (
    CLOSES,
    DAY,
    HOUR,
    MINUTE,
    NO_ERP,
    NO_WAY,
    ON_PROMISE,
    RECENT,
    REROUTES,
    SIGNING,
    SURE,
    applied_again,
    instant,
    overlay,
    refund,
    tell,
)

NOBODY = {"agents": NEVER}


def preset(name: str) -> dict[str, Any]:
    return overlay(clocks__preset=name, clocks__instant={"path_1": 0.0, "path_4": 0.0})


# ---------------------------------------------------------------- the seller's clocks
@pytest.mark.parametrize(
    ("clocks", "path", "runs_out"),
    [
        ("taobao-recent", 1, 24 * HOUR),
        ("taobao-recent", 2, 36 * HOUR),
        ("taobao-recent", 3, 5 * DAY),
        ("taobao-recent", 4, 5 * DAY),
        ("taobao-older", 1, 48 * HOUR),
        ("taobao-older", 2, 5 * DAY),
        ("wechat-shop", 4, 48 * HOUR),
        ("pinduoduo", 3, 48 * HOUR),
    ],
)
def test_a_sellers_clock_that_runs_out_moves_the_money_and_nobody_decided(clocks: str, path: int, runs_out: int) -> None:
    story = tell(refund(path), preset(clocks), there=NOBODY)
    assert (story.outcome, story.closed_at) == ("auto_refunded", runs_out)
    assert (story.ledger["automatic"], story.ledger["refunded"], story.worked) == (1, 20_000, [])


def test_it_runs_while_the_case_is_at_work_or_elsewhere() -> None:
    at_work = tell(refund(3, amount=3_500, W_DECIDE=6 * DAY), RECENT)
    assert (at_work.outcome, at_work.closed_at) == ("auto_refunded", 5 * DAY)
    elsewhere = tell(refund(3), RECENT, overlay(policy__approval__give_up="30 d"), there={"supervisors": NEVER})
    assert (elsewhere.outcome, elsewhere.closed_at) == ("auto_refunded", 5 * DAY)


def test_without_clocks_nothing_runs_out() -> None:
    assert CLOSED not in tell(refund(3), there=NOBODY).rows["kind"]


def test_starting_a_recall_gives_the_shop_three_days() -> None:
    story = tell(refund(2, W_RECALL=4 * DAY), RECENT)
    assert (story.outcome, story.closed_at) == ("auto_refunded", MINUTE + 3 * DAY)


def test_an_order_that_the_system_shows_as_unshipped_has_no_recall_that_could_stretch_its_clock() -> None:
    story = tell(refund(1, leaves=-HOUR, arrives=2 * DAY, W_RECALL=4 * DAY), RECENT)
    assert (story.outcome, story.closed_at) == ("auto_refunded", DAY)


def test_agreeing_stops_the_sellers_clock_and_the_tracking_number_starts_the_next() -> None:
    story = tell(refund(4, S_SENDS=6 * DAY, S_RETURN_TRANSIT=12 * DAY), RECENT)
    assert story.outcome == "auto_refunded"
    assert story.times(ALARMED, "seller_clock") == [2 * MINUTE + 6 * DAY + 10 * DAY]


def test_a_return_that_the_warehouse_receives_after_the_clock_ran_out_is_not_lost() -> None:
    """The money went, nobody decided, and the goods are a day away: they come all the same."""
    story = tell(refund(4, S_SENDS=DAY, S_RETURN_TRANSIT=11 * DAY), RECENT)
    assert story.ledger["automatic"] == 1
    assert story.ledger["lost"] == 0
    assert story.worked == ["RESPOND", "AGREE", "RECEIVE", "BOOK_IN"]


def test_a_return_that_is_signed_for_and_waits_for_inspection_is_not_lost_either() -> None:
    story = tell(refund(4), RECENT, there={"inspection": 30 * DAY})
    assert (story.ledger["automatic"], story.ledger["lost"]) == (1, 0)


def test_a_parcel_that_the_carrier_is_bringing_back_is_received_although_the_clock_paid() -> None:
    story = tell(refund(2, S_PARCEL_RETURNS=5 * DAY), RECENT)
    assert (story.ledger["automatic"], story.ledger["lost"]) == (1, 0)
    assert "RECEIVE" in story.worked


@pytest.mark.parametrize(("overlays", "lost"), [((), 0), ((NO_ERP,), 20_000)])
def test_an_unshipped_order_whose_clock_ran_out_is_not_picked_where_the_erp_knows(overlays: Any, lost: int) -> None:
    assert tell(refund(1), RECENT, *overlays, there=NOBODY).ledger["lost"] == lost


def test_goods_on_their_way_when_the_clock_runs_out_are_lost() -> None:
    assert tell(refund(2), RECENT, there=NOBODY).ledger["lost"] == 20_000


# ---------------------------------------------------------------- the buyer's clocks
def test_a_buyer_who_sends_nothing_back_loses_the_request() -> None:
    story = tell(refund(4, S_SENDS=20 * DAY), RECENT)
    assert (story.outcome, story.closed_at) == ("closed_by_clock", 2 * MINUTE + 7 * DAY)
    assert (story.ledger["automatic"], story.ledger["refunded"]) == (2, 0)


def test_and_so_does_one_who_does_nothing_after_a_refusal() -> None:
    story = tell(refund(3, unfounded=1, S_AGAIN=20 * DAY), RECENT)
    assert (story.outcome, story.closed_at) == ("closed_by_clock", 2 * MINUTE + 5 * DAY)


def test_who_applies_again_in_time_files_a_request_of_its_own() -> None:
    story = tell(applied_again(refund(3, unfounded=1, S_AGAIN=2 * DAY)), RECENT)
    assert story.outcome == "refused"
    assert int(story.of(1).rows["time"][0]) == 2 * MINUTE + 2 * DAY


def test_refusing_stops_the_sellers_clock() -> None:
    assert tell(refund(3, unfounded=1, S_AGAIN=DAY), overlay(clocks__seller_return_request="12 h")).outcome == "refused"


# ---------------------------------------------------------------- "Ship"
@pytest.mark.parametrize(("click", "outcome"), [(CLOSES, "closed_by_shipping"), (REROUTES, "refunded")])
def test_what_a_click_on_ship_does_is_the_platforms(click: dict[str, Any], outcome: str) -> None:
    story = tell(refund(1, leaves=6 * HOUR), click, there={"warehouse": 12 * HOUR})
    assert story.outcome == outcome


def test_a_parcel_that_was_stopped_does_not_leave() -> None:
    assert "leaves" not in tell(refund(1, leaves=6 * HOUR, S_ENQUIRES=HOUR), CLOSES).alarms


# ---------------------------------------------------------------- machines
@pytest.mark.parametrize("path", [1, 2, 3])
def test_a_machine_may_refund_before_anybody_sees_the_request(path: int) -> None:
    story = tell(refund(path, C_INSTANT=SURE), instant(path))
    assert (story.outcome, story.closed_at, story.worked) == ("instant", 0, [])
    assert (story.ledger["automatic"], story.ledger["refunded"]) == (3, 20_000)


def test_some_of_them_by_the_buyers_record() -> None:
    assert tell(refund(1, C_INSTANT=0.19), instant(1, 0.2)).outcome == "instant"
    assert tell(refund(1, C_INSTANT=0.21), instant(1, 0.2)).outcome == "refunded"


def test_a_machine_does_not_see_that_the_parcel_left_and_loses_goods_and_money() -> None:
    assert tell(refund(1, leaves=-HOUR, C_INSTANT=SURE), instant(1)).ledger["lost"] == 20_000
    assert tell(refund(1, C_INSTANT=SURE), instant(1)).ledger["lost"] == 0


def test_nor_what_is_owed_on_top() -> None:
    story = tell(refund(1, reason="late_shipment", claim_holds=1, C_INSTANT=SURE), instant(1))
    assert (story.ledger["compensation"], story.ledger["missed"]) == (0, 1)


@pytest.mark.parametrize(("path", "lost"), [(3, 0), (4, 20_000)])
def test_the_platform_may_force_a_refund_of_signed_goods_without_their_coming_back(path: int, lost: int) -> None:
    story = tell(refund(path, C_FORCED=SURE), overlay(clocks__forced=0.05))
    assert (story.outcome, story.worked) == ("forced", [])
    assert (story.ledger["automatic"], story.ledger["intervened"], story.ledger["lost"]) == (4, 1, lost)


def test_unshipped_and_moving_orders_are_never_forced() -> None:
    assert tell(refund(2, C_FORCED=SURE), ON_PROMISE, overlay(clocks__forced=0.05)).outcome == "refunded"


def test_when_the_money_is_back_no_clock_runs_any_more() -> None:
    story = tell(refund(4, C_WITHDRAW=SURE, S_WITHDRAWS=9 * DAY), RECENT, SIGNING, there={"inspection": 40 * DAY})
    assert story.outcome == "refunded"
    assert story.alarms == ["offline"]


def test_a_refund_just_in_time_is_the_shops_own() -> None:
    story = tell(refund(3, amount=3_500, W_RESPOND=47 * HOUR, C_FORCED=NO_WAY), preset("pinduoduo"))
    assert (story.outcome, story.ledger["automatic"]) == ("partly_refunded", 0)
