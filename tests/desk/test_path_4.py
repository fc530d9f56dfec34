"""Path 4, signed for and goods come back: agree at once, urge the number, refund when the return is signed for or inspected."""

from typing import Any

import numpy as np
import pytest

from sim.desk.records import WAITING
from tests.desk.stories import (
    DAY,
    DOOR,
    HOUR,
    INSPECTION,
    MINUTE,
    NO_WAY,
    OUTSIDE,
    SIGNING,
    SURE,
    instant,
    overlay,
    refund,
    tell,
)

BUYER_PAYS = overlay(policy__freight__paid_by="buyer")
INSURANCE = overlay(policy__freight__insurance=True)
CHASED = overlay(policy__numbers__chase_every="12 h")
WORN, EMPTY = {"return_wrong": 1}, {"return_wrong": 1, "C_EMPTY": SURE}


# ---------------------------------------------------------------- agreeing, freight
def test_a_return_without_a_reason_is_agreed_at_once_and_the_number_is_waited_for() -> None:
    """Model card 11."""
    story = tell(refund(4, reason="seven_days", insured=1, S_SENDS=12 * HOUR))
    assert story.worked == ["RESPOND", "AGREE", "RECEIVE", "INSPECT", "PAY"]
    assert "P4.insured" in story.rules
    assert story.waited("NUMBER") == 12 * HOUR
    assert story.cost("coupon", "freight", "premium") == 500 + 0 + 0


@pytest.mark.parametrize(
    ("facts", "overlays", "freight"),
    [
        ({}, (), 1_000),  # the shop pays
        ({}, (BUYER_PAYS,), 0),
        ({"insured": 1}, (), 0),  # the buyer's own insurance
        ({}, (INSURANCE,), 0),
        ({"reason": "quality"}, (BUYER_PAYS,), 1_000),  # the shop's fault
    ],
)
def test_who_pays_the_return_freight(facts: dict[str, Any], overlays: tuple[Any, ...], freight: int) -> None:
    assert tell(refund(4, **facts), *overlays).cost("freight") == freight


def test_freight_insurance_costs_a_premium_on_every_request() -> None:
    assert tell(refund(4), INSURANCE).cost("premium") == 300


def test_a_buyer_who_has_to_pay_the_freight_may_keep_the_goods_instead() -> None:
    balks = refund(4, C_BALKS=SURE)
    assert tell(balks, BUYER_PAYS).outcome == "withdrawn"
    assert tell(balks).outcome == "refunded"
    assert tell(balks, BUYER_PAYS, INSURANCE).outcome == "refunded"
    assert tell(refund(4, C_BALKS=SURE, reason="quality"), BUYER_PAYS).outcome == "refunded"


# ---------------------------------------------------------------- the number
@pytest.mark.parametrize(("hours", "coupon"), [(12 * HOUR, 500), (12 * HOUR + 1, 0)])
def test_a_tracking_number_within_twelve_hours_earns_the_coupon(hours: int, coupon: int) -> None:
    assert tell(refund(4, S_SENDS=hours)).cost("coupon") == coupon


def test_the_coupon_moves_some_buyers_to_hurry_and_is_paid_to_those_who_hurry_anyway() -> None:
    no_coupon = overlay(policy__coupon__on=False)
    moved = refund(4, C_COUPON=SURE, S_SENDS=3 * DAY, S_SENDS_FOR_COUPON=6 * HOUR)
    assert tell(moved).waited("NUMBER") == 6 * HOUR
    assert tell(moved, no_coupon).waited("NUMBER") == 3 * DAY
    hurries = refund(4, S_SENDS=HOUR)
    assert (tell(hurries).cost("coupon"), tell(hurries, no_coupon).cost("coupon")) == (500, 0)


def test_chasing_the_number_brings_it_sooner_and_takes_the_agents_time() -> None:
    slow = refund(4, S_SENDS=4 * DAY, C_NUMBER=SURE)
    chased, left_alone = tell(slow, CHASED), tell(slow)
    assert chased.closed_at < left_alone.closed_at
    assert chased.worked.count("CHASE_NUMBER") == 3
    assert "CHASE_NUMBER" not in left_alone.worked


def test_after_the_coupons_hours_the_buyers_clock_is_what_the_number_is_chased_by() -> None:
    story = tell(refund(4, S_SENDS=4 * DAY), overlay(policy__numbers__chase_every="13 h"))
    assert {"P4.chase-coupon", "P4.chase-late"} <= set(story.rules)


def test_a_machine_may_refund_on_the_tracking_number_and_the_goods_are_booked_in_afterwards() -> None:
    story = tell(refund(4), instant(4))
    assert story.outcome == "instant"
    assert story.worked == ["RESPOND", "AGREE", "RECEIVE", "BOOK_IN"]
    assert (story.ledger["automatic"], story.ledger["lost"]) == (3, 0)


# ---------------------------------------------------------------- signed for: refund now, or inspect
def test_refund_on_signing_pays_before_the_inspection() -> None:
    """Model card 12."""
    story = tell(refund(4), SIGNING)
    assert story.worked == ["RESPOND", "AGREE", "RECEIVE", "PAY", "BOOK_IN"]
    assert "P4.refund-on-signing" in story.rules


def test_refund_after_inspection_pays_last() -> None:
    assert tell(refund(4), INSPECTION).worked == ["RESPOND", "AGREE", "RECEIVE", "INSPECT", "PAY"]


def test_few_returns_are_inspected_at_the_door_by_the_warehouse_and_many_are_refunded_on_signing() -> None:
    few = tell(refund(4), DOOR)
    assert few.worked == ["RESPOND", "AGREE", "RECEIVE", "DOOR", "PAY"]
    rows = np.concatenate([refund(4, number=number, W_RECEIVE=HOUR) for number in range(5)])
    many = tell(rows, DOOR)  # two at the dock: when the first is signed for, others wait
    assert many.worked == ["RESPOND", "AGREE", "RECEIVE", "PAY", "BOOK_IN"]


def test_what_a_look_at_the_door_costs_the_dock_is_what_inspection_costs_the_inspectors() -> None:
    story = tell(refund(4, W_INSPECT=10 * MINUTE), DOOR)
    assert story.seconds("DOOR") == 10 * MINUTE
    pools = story.rows["pool"][story.rows["step"] == story.rows["step"][story.rows["time"] == story.began("DOOR")][-1]]
    assert set(pools.tolist()) == {3}  # the warehouse's


@pytest.mark.parametrize(("overlays", "lost"), [(SIGNING, 20_000), (INSPECTION, 0), (DOOR, 0)])
def test_refund_on_signing_pays_for_an_empty_parcel_and_inspection_does_not(overlays: dict[str, Any], lost: int) -> None:
    assert tell(refund(4, **EMPTY), overlays).ledger["lost"] == lost


@pytest.mark.parametrize(("overlays", "over_granted", "refunded"), [(SIGNING, 6_000, 20_000), (INSPECTION, 0, 14_000)])
def test_refund_on_signing_pays_in_full_for_worn_goods_and_inspection_pays_less(
    overlays: dict[str, Any], over_granted: int, refunded: int
) -> None:
    story = tell(refund(4, **WORN), overlays)
    assert (story.ledger["over_granted"], story.ledger["refunded"]) == (over_granted, refunded)


def test_an_empty_return_is_proven_by_the_carriers_stamp_and_refused_with_a_reason() -> None:
    story = tell(refund(4, **EMPTY))
    assert story.worked == ["RESPOND", "AGREE", "RECEIVE", "INSPECT", "PROOF", "REFUSE"]
    assert story.asked[-1] == "warehouse_carrier"
    assert story.outcome == "refused"


@pytest.mark.parametrize("chance", [0.01, 0.03])
def test_a_return_that_inspection_finds_wrong_or_empty_is_empty_in_more_than_one_case_of_a_hundred(chance: float) -> None:
    """4 of 1,000 returns are empty, 30 of 1,000 have something wrong: so one in eight of the wrong ones is empty."""
    assert tell(refund(4, return_wrong=1, C_EMPTY=chance), SIGNING).ledger["lost"] == 20_000


def test_inspection_by_an_outside_company_takes_its_time_its_fee_and_a_handoff_of_its_own() -> None:
    story = tell(refund(4, W_OUTSIDE=20 * HOUR), OUTSIDE)
    assert story.seconds("INSPECT") == 20 * HOUR
    assert story.asked[-1] == "warehouse_inspection_outside"
    assert story.cost("fees") == 200
    assert tell(refund(4)).asked[-1] == "warehouse_inspection"


def test_a_part_of_the_returns_is_wrong_whatever_the_request_says() -> None:
    assert tell(refund(4, C_ANOMALY=SURE)).ledger["refunded"] == 14_000


# ---------------------------------------------------------------- exchange
def test_an_exchange_sends_new_goods_and_no_money() -> None:
    story = tell(refund(4, wants_exchange=1))
    assert story.worked == ["RESPOND", "EXCHANGE", "RECEIVE", "INSPECT", "SEND_NEW"]
    assert story.outcome == "exchanged"
    assert story.cost("refunded", "reshipped") == 800


def test_an_exchange_on_signing_goes_out_before_the_return_is_inspected() -> None:
    assert tell(refund(4, wants_exchange=1), SIGNING).worked == ["RESPOND", "EXCHANGE", "RECEIVE", "SEND_NEW", "BOOK_IN"]


def test_what_is_out_of_stock_is_a_return_like_any_other() -> None:
    story = tell(refund(4, wants_exchange=1, C_STOCK=NO_WAY))
    assert story.worked == ["RESPOND", "EXCHANGE", "AGREE", "RECEIVE", "INSPECT", "PAY"]


def test_a_wish_for_exchange_comes_out_only_where_the_buyer_is_reached() -> None:
    story = tell(refund(4, wants_exchange=1, S_ONLINE=0, C_REACH=NO_WAY))
    assert story.worked[:2] == ["RESPOND", "AGREE"]


def test_an_exchange_that_went_out_is_not_refunded_as_well_when_a_clock_runs_out() -> None:
    story = tell(
        refund(4, wants_exchange=1),
        SIGNING,
        overlay(clocks__seller_confirms_return="3 d"),
        there={"inspection": 20 * DAY},
    )
    assert story.cost("reshipped") == 800
    assert (story.ledger["refunded"], story.outcome) == (0, "exchanged")


# ---------------------------------------------------------------- wrong item, claims, wishes
def test_a_wrong_item_is_offered_to_be_kept() -> None:
    story = tell(refund(4, reason="wrong_item", may_keep=1, C_KEEPS=SURE))
    assert story.worked == ["RESPOND", "OFFER_KEEP", "PAY"]
    assert (story.outcome, story.ledger["freight"]) == ("refunded", 0)


def test_who_keeps_it_and_wants_the_right_one_gets_a_second_parcel() -> None:
    story = tell(refund(4, reason="wrong_item", may_keep=1, C_KEEPS=SURE, wants_exchange=1))
    assert story.worked == ["RESPOND", "OFFER_KEEP", "SEND_NEW"]


def test_who_does_not_keep_it_sends_it_back() -> None:
    story = tell(refund(4, reason="wrong_item", may_keep=1))
    assert story.worked == ["RESPOND", "OFFER_KEEP", "CLAIM", "AGREE", "RECEIVE", "INSPECT", "PAY"]


@pytest.mark.parametrize(
    ("reason", "holds", "rule", "compensation"),
    [
        ("counterfeit", 1, "P4.compensation-holds", 1_000),
        ("counterfeit", 0, "P4.claim-judged", 0),
        ("quality", 1, "P4.claim-judged", 0),  # publicly shown
    ],
)
def test_reasons_that_owe_compensation_or_are_shown_in_public_are_judged_before_the_return_is_agreed(
    reason: str, holds: int, rule: str, compensation: int
) -> None:
    story = tell(refund(4, reason=reason, claim_holds=holds))
    assert story.worked == ["RESPOND", "CLAIM", "AGREE", "RECEIVE", "INSPECT", "PAY"]
    assert rule in story.rules
    assert story.cost("compensation") == compensation


def test_an_unfounded_return_is_refused_with_a_reason() -> None:
    assert tell(refund(4, unfounded=1)).worked == ["RESPOND", "REFUSE"]


@pytest.mark.parametrize("approves", [SURE, NO_WAY])
def test_a_special_wish_goes_above_before_the_return_is_agreed(approves: float) -> None:
    story = tell(refund(4, special_wish=1, C_APPROVES=approves))
    assert story.worked == ["RESPOND", "APPROVE", "AGREE", "RECEIVE", "INSPECT", "PAY"]
    assert story.asked[0] == "agent_supervisor"


def test_a_wish_that_nobody_answers_does_not_pay_for_goods_that_never_came_back() -> None:
    story = tell(refund(4, special_wish=1), there={"supervisors": 200 * DAY})
    assert story.ledger["lost"] == 0
    assert "RECEIVE" in story.worked


def test_goods_said_not_to_be_received_are_not_agreed_to_be_sent_back() -> None:
    story = tell(refund(4, not_received=1))
    assert story.worked == ["RESPOND", "ASK_WAREHOUSE", "INQUIRE", "REFUSE"]
    assert story.rules == ["P4.disputed", "P4.proven-delivered"]
    lost = tell(refund(4, not_received=1, C_DELIVERED=NO_WAY))
    assert lost.outcome == "refunded"
    assert lost.ledger["lost"] == 0  # the carrier cannot prove it, and bears it as on path 2


def test_a_return_that_is_on_its_way_asks_nothing_of_anybody() -> None:
    story = tell(refund(4, S_RETURN_TRANSIT=3 * DAY))
    rows = story.rows[(story.rows["kind"] == WAITING)]
    assert "P4.follow-return" in story.rules
    assert story.waited("RETURN_BACK") == 3 * DAY
    assert len(rows) == 2  # for the number, and for the parcel


def test_who_is_to_pay_the_freight_has_to_be_talked_over_where_it_is_the_buyer() -> None:
    buyers = {"policy": {"freight": {"paid_by": "buyer"}}}
    plain, insured = refund(4, reason="seven_days", W_TALK=90), refund(4, reason="seven_days", W_TALK=90, insured=1)
    assert tell(plain, buyers).seconds("AGREE") == 2 * tell(plain).seconds("AGREE") == 180
    assert tell(insured, buyers).seconds("AGREE") == 90
