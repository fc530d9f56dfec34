"""Path 2, shipped and not signed for: the agreement with the carrier. The buyer does not bear the way, and no money moves unsecured."""

from typing import Any

import pytest

from sim.demand.columns import C_REACH
from sim.demand.workload import NEVER
from sim.desk.records import GAVE_UP
from tests.desk.stories import (
    DAY,
    HOUR,
    MINUTE,
    NO_AGREEMENT,
    NO_WAY,
    ON_PROMISE,
    SHOP_BEARS,
    SURE,
    errs,
    every_attempt,
    overlay,
    refund,
    tell,
)

AT_LOCKER = {"arrives": -HOUR, "to_locker": 1}
LOST = {"stalls": -5 * DAY - 6 * HOUR, "leaves": -6 * DAY, "arrives": NEVER}


# ---------------------------------------------------------------- recall
def test_a_promise_of_the_carrier_is_enough_where_the_agreement_says_so() -> None:
    """Model card 4. The goods come back all the same: that is warehouse work."""
    story = tell(refund(2), ON_PROMISE)
    assert story.worked == ["RESPOND", "ASK_CARRIER", "PAY", "RECEIVE"]
    assert story.rules == ["P2.recall-promised", "P2.recall"]
    assert story.closed_at > DAY
    assert story.ledger["lost"] == 0


def test_where_refunds_wait_for_the_parcel_the_promise_only_starts_the_waiting() -> None:
    story = tell(refund(2))
    assert story.worked == ["RESPOND", "ASK_CARRIER", "RECEIVE", "PAY"]
    assert story.waited("PARCEL_BACK") == DAY


def test_without_an_agreement_a_promise_is_never_enough() -> None:
    story = tell(refund(2), ON_PROMISE, NO_AGREEMENT)
    assert story.rules == ["P2.back", "P2.promise-not-enough", "P2.recall-unbound"]
    assert story.finished("RECEIVE") <= story.began("PAY")


@pytest.mark.parametrize(("borne_by", "lost"), [("carrier", 0), ("shop", 20_000)])
def test_a_broken_promise_costs_whoever_the_agreement_says(borne_by: str, lost: int) -> None:
    story = tell(refund(2, C_KEEP=NO_WAY), ON_PROMISE, overlay(policy__recall__loss_borne_by=borne_by))
    assert story.outcome == "refunded"
    assert story.worked == ["RESPOND", "ASK_CARRIER", "PAY"]
    assert story.ledger["lost"] == lost


def test_a_broken_promise_on_which_no_money_moved_is_found_out_when_the_parcel_arrives() -> None:
    story = tell(refund(2, C_KEEP=NO_WAY))
    assert story.waited("PARCEL_BACK") == 2 * DAY - story.finished("ASK_CARRIER")
    assert story.went[story.went.index("PROMISE_BROKEN") :][:3] == ["PROMISE_BROKEN", "JUDGE", "GUIDE"]
    assert story.ledger["lost"] == 0


@pytest.mark.parametrize(
    ("facts", "fee"),
    [({"leaves": -HOUR}, 800), ({}, 2_000), ({"to_locker": 1, "arrives": -HOUR}, 2_000)],
)
def test_the_earlier_the_recall_the_cheaper(facts: dict[str, Any], fee: int) -> None:
    assert tell(refund(2, **facts), ON_PROMISE).ledger["recall"] == fee


@pytest.mark.parametrize(
    ("luck", "facts", "promised"),
    [
        (0.84, {"leaves": -HOUR}, True),  # before line-haul
        (0.86, {"leaves": -HOUR}, False),
        (0.59, {}, True),  # in transit
        (0.61, {}, False),
        (0.24, {"arrives": HOUR}, True),  # out for delivery
        (0.26, {"arrives": HOUR}, False),
    ],
)
def test_the_further_a_parcel_has_come_the_less_likely_its_recall(luck: float, facts: dict[str, Any], promised: bool) -> None:
    rules = tell(refund(2, C_RECALL=luck, **facts)).rules
    assert ("P2.promise-not-enough" in rules) == promised
    assert ("P2.recall-refused" in rules) != promised


def test_a_parcel_at_a_locker_can_be_recalled_and_one_handed_over_at_the_door_cannot() -> None:
    assert "P2.promise-not-enough" in tell(refund(2, **AT_LOCKER)).rules
    assert tell(refund(2, arrives=-HOUR)).rules[0] == "P2.in-hands"


def test_return_filed_while_the_parcel_is_moving_is_recalled_for_there_is_nothing_to_send_back() -> None:
    """Model card 6."""
    story = tell(refund(2, sends_back=1))
    assert story.worked == ["RESPOND", "ASK_CARRIER", "RECEIVE", "PAY"]
    assert "P2.return-filed" in story.rules
    assert "P2.return-filed-unbound" in tell(refund(2, sends_back=1), NO_AGREEMENT).rules


# ---------------------------------------------------------------- no, or silence
def test_what_cannot_be_recalled_is_refused_at_the_door_and_refunded_at_once_under_an_agreement() -> None:
    story = tell(refund(2, C_RECALL=NO_WAY, C_DOOR=SURE))
    assert story.rules == ["P2.refused-secured", "P2.recall-refused", "P2.recall"]
    assert story.began("PAY") == 2 * DAY
    assert story.ledger["lost"] == 0


def test_a_refused_parcel_comes_back_to_the_warehouse_although_the_money_is_back_already() -> None:
    story = tell(refund(2, C_RECALL=NO_WAY, C_DOOR=SURE))
    assert story.worked == ["RESPOND", "ASK_CARRIER", "ASK_TO_REFUSE", "PAY", "RECEIVE"]


def test_without_an_agreement_a_refused_parcel_is_refunded_when_it_is_back() -> None:
    story = tell(refund(2, C_RECALL=NO_WAY, C_DOOR=SURE), NO_AGREEMENT)
    assert story.worked == ["RESPOND", "ASK_CARRIER", "ASK_TO_REFUSE", "RECEIVE", "PAY"]


def test_a_buyer_who_takes_the_parcel_after_all_sends_it_back_on_path_4() -> None:
    story = tell(refund(2, C_RECALL=NO_WAY))
    assert story.worked == ["RESPOND", "ASK_CARRIER", "ASK_TO_REFUSE", "GUIDE", "RECEIVE", "INSPECT", "PAY"]
    assert (story.ledger["path"], story.ledger["converted"]) == (2, 1)


def test_or_keeps_the_goods_and_drops_the_request() -> None:
    story = tell(refund(2, C_RECALL=NO_WAY, C_CONVERTS=NO_WAY))
    assert story.outcome == "withdrawn"
    assert story.ledger["refunded"] == 0


def test_a_buyer_who_was_not_reached_does_not_know_that_the_parcel_should_be_refused() -> None:
    offline = every_attempt(refund(2, C_RECALL=NO_WAY, C_DOOR=SURE, S_ONLINE=0), C_REACH, NO_WAY)
    story = tell(offline, NO_AGREEMENT)
    assert story.went[story.went.index("OFFERED") + 1 :][:2] == ["JUDGE", "GUIDE"]  # it was taken at the door


def test_a_carrier_that_answers_nothing_is_waited_for_no_longer_than_was_settled() -> None:
    story = tell(refund(2, C_SILENT=SURE, C_DOOR=SURE))
    assert story.waited("ASK_CARRIER") == 12 * HOUR
    assert "P2.recall-silent" in story.rules
    assert story.outcome == "refunded"


def test_nor_is_one_whose_line_does_not_move() -> None:
    story = tell(refund(2, C_DOOR=SURE), there={"carriers": NEVER})
    assert story.times(GAVE_UP, "ASK_CARRIER") == [MINUTE + 12 * HOUR]
    assert "P2.recall-silent" in story.rules


def test_one_line_in_a_moving_parcel_cannot_be_recalled_and_is_returned_after_delivery() -> None:
    story = tell(refund(2, one_of_several=1))
    assert story.worked == ["RESPOND", "LET_ARRIVE", "GUIDE", "RECEIVE", "INSPECT", "PAY"]
    assert "P2.one-line" in story.rules


def test_a_parcel_left_at_a_locker_is_in_the_buyers_hands_only_when_it_was_collected() -> None:
    later = tell(refund(2, one_of_several=1, to_locker=1, S_COLLECTS=6 * HOUR))
    assert later.began("GUIDE") == 2 * DAY + 6 * HOUR


def test_shipped_in_the_system_only_is_stopped_in_the_warehouse() -> None:
    story = tell(refund(2, leaves=DAY, arrives=4 * DAY))
    assert story.worked == ["RESPOND", "HOLD", "PAY"]
    assert story.rules == ["P2.in-house"]
    assert tell(refund(2, leaves=DAY, arrives=4 * DAY, one_of_several=1)).worked == ["RESPOND", "REPICK", "PAY"]


# ---------------------------------------------------------------- lost
def test_no_scan_for_more_than_five_days_is_lost_and_at_the_carriers_cost() -> None:
    """Model card 5."""
    story = tell(refund(2, **LOST))
    assert story.worked == ["RESPOND", "PAY"]
    assert story.rules == ["P2.lost-agreed"]
    assert story.ledger["lost"] == 0


def test_after_four_days_and_23_hours_it_is_recalled_like_any_other() -> None:
    assert tell(refund(2, stalls=-4 * DAY - 23 * HOUR, leaves=-5 * DAY)).worked[:2] == ["RESPOND", "ASK_CARRIER"]


def test_a_silent_parcel_that_cannot_be_recalled_is_lost_when_its_days_are_over() -> None:
    story = tell(refund(2, stalls=-4 * DAY, leaves=-5 * DAY, arrives=NEVER, C_RECALL=NO_WAY))
    assert story.went[-7:] == ["ARRIVES", "JUDGE", "LOST", "PAY", "MONEY_BACK", "LAST_LOOK", "CLOSE"]
    assert story.began("PAY") == DAY + 1


@pytest.mark.parametrize("who", [NO_AGREEMENT, SHOP_BEARS])
def test_where_nothing_is_agreed_the_shop_bears_a_lost_parcel_and_the_buyer_does_not(who: dict[str, Any]) -> None:
    story = tell(refund(2, **LOST), who)
    assert story.outcome == "refunded"
    assert story.ledger["lost"] == 20_000


def test_who_wishes_for_new_goods_instead_of_the_money_gets_them() -> None:
    story = tell(refund(2, **LOST, C_RESHIP=SURE))
    assert story.worked == ["RESPOND", "SEND_NEW"]
    assert story.outcome == "reshipped"
    assert story.cost("refunded", "reshipped") == 800
    assert tell(refund(2, **LOST, C_RESHIP=SURE), SHOP_BEARS).cost("reshipped") == 20_800


def test_a_parcel_that_turns_up_after_it_counted_as_lost_is_the_carriers_cost_too() -> None:
    found_again = LOST | {"arrives": 3 * DAY}
    assert tell(refund(2, **found_again, C_RESHIP=SURE)).cost("reshipped") == 800
    assert tell(refund(2, **found_again)).ledger["lost"] == 0


# ---------------------------------------------------------------- not received
def test_not_received_is_asked_of_carrier_and_warehouse_side_by_side() -> None:
    story = tell(refund(2, reason="never_delivered"))
    assert story.began("INQUIRE") == story.began("ASK_WAREHOUSE")
    assert story.asked[:2] == ["agent_carrier", "agent_warehouse"]


def test_a_locker_scan_that_the_buyer_disputes_is_neither_refunded_nor_refused_before_both_answers_are_in() -> None:
    """Model card 7."""
    story = tell(refund(2, **AT_LOCKER, not_received=1, W_ASK=3 * HOUR))
    assert story.worked == ["RESPOND", "ASK_WAREHOUSE", "INQUIRE", "REFUSE"]
    assert story.began("REFUSE") == story.finished("ASK_WAREHOUSE") > story.finished("INQUIRE")
    assert story.rules == ["P2.proven-delivered", "P2.disputed"]


def test_where_nobody_can_prove_the_delivery_the_parcel_counts_as_lost() -> None:
    story = tell(refund(2, **AT_LOCKER, not_received=1, C_DELIVERED=NO_WAY))
    assert "P2.not-delivered" in story.rules
    assert story.outcome == "refunded"


def test_a_moving_parcel_is_not_refunded_unsecured_because_the_buyer_asks_where_it_is() -> None:
    story = tell(refund(2, reason="never_delivered"))  # it is scanned every day, and arrives in two
    assert story.ledger["lost"] == 0
    assert "LOST" not in story.went


def test_a_parcel_refused_at_the_door_before_the_buyer_filed_is_refunded_and_not_refused() -> None:
    story = tell(refund(2, reason="refused_damaged", arrives=-HOUR, to_locker=0))
    assert story.rules == ["P2.refused-secured"]
    assert story.outcome == "refunded"


def test_a_refusal_that_the_trace_does_not_show_is_asked_of_both_sides() -> None:
    story = tell(refund(2, reason="refused_damaged", **AT_LOCKER))
    assert story.worked[:3] == ["RESPOND", "ASK_WAREHOUSE", "INQUIRE"]
    assert "P2.damage-unseen" in story.rules


@pytest.mark.parametrize(("weight", "rule", "outcome"), [(1, "P2.empty-refuted", "refused"), (3, "P2.empty-confirmed", "refunded")])
def test_whether_a_parcel_was_empty_is_told_by_its_weight(weight: int, rule: str, outcome: str) -> None:
    story = tell(refund(2, reason="empty_parcel", weight=weight, arrives=-HOUR, not_received=1))
    assert story.worked[:2] == ["RESPOND", "WEIGH"]
    assert rule in story.rules
    assert story.outcome == outcome


def test_compensation_that_is_owed_goes_with_the_refund() -> None:
    assert tell(refund(2, reason="late_shipment", claim_holds=1)).cost("compensation") == 1_000
    assert tell(refund(2, reason="late_shipment")).cost("compensation") == 0


@pytest.mark.parametrize("facts", [{}, {"leaves": DAY}, {"C_RECALL": NO_WAY, "C_DOOR": SURE}])
def test_refunding_before_the_stop_is_confirmed_loses_goods_and_money(facts: dict[str, Any]) -> None:
    story = tell(refund(2, **facts), errs("unconfirmed"))
    assert story.worked == ["RESPOND", "PAY"]
    assert (story.wrong_acts, story.ledger["lost"]) == (["unconfirmed"], 20_000)
