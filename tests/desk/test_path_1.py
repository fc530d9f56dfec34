"""Path 1, paid and not shipped: the batch tool and the cut; claims first; and nothing is paid for a parcel that may be gone."""

import numpy as np
import pytest

from tests.desk.stories import (
    CLOSES,
    DAY,
    HOUR,
    MINUTE,
    NO_AGREEMENT,
    NO_BATCH,
    NO_ERP,
    NO_WAY,
    ON_PROMISE,
    REROUTES,
    SURE,
    applied_again,
    errs,
    overlay,
    refund,
    tell,
)

LEFT_UNSEEN = {"leaves": -HOUR, "arrives": 2 * DAY}


def test_a_plain_unshipped_request_is_cut_in_the_erp_and_refunded_by_the_batch_tool() -> None:
    """Model card 1."""
    story = tell(refund(1))
    assert story.worked == ["BATCH"]
    assert story.outcome == "refunded"
    assert story.rules == ["P1.plain-batch"]
    assert story.cost("refunded", "lost", "fees") == 20_000 + 0 + 10


def test_a_batch_is_the_first_response_to_all_in_it_and_one_piece_of_work() -> None:
    rows = np.concatenate([refund(1, number=number) for number in range(5)])
    story = tell(rows)
    ends = [story.of(row).finished("BATCH") for row in range(5)]
    assert ends == [MINUTE + 5 * 20] * 5


@pytest.mark.parametrize(("cut", "overlays"), [(NO_WAY, ()), (SURE, (NO_ERP,))])
def test_where_the_erp_does_not_cut_the_warehouse_is_asked_to(cut: float, overlays: tuple[dict[str, object], ...]) -> None:
    story = tell(refund(1, C_CUT=cut), *overlays)
    assert story.worked == ["BATCH", "HOLD"]
    assert story.asked == ["agent_warehouse"]
    assert story.ledger["lost"] == 0
    assert story.ledger["fees"] == (0 if overlays else 10)


def test_without_the_tool_every_order_is_answered_and_refunded_by_hand() -> None:
    assert tell(refund(1), NO_BATCH).worked == ["RESPOND", "PAY"]


@pytest.mark.parametrize(("leaves", "rule"), [(6 * HOUR, "P1.picked"), (2 * HOUR, "P1.label-printed")])
def test_what_is_picked_or_labelled_is_stopped_by_hand_before_money_moves(leaves: int, rule: str) -> None:
    story = tell(refund(1, leaves=leaves))
    assert story.worked == ["RESPOND", "HOLD", "PAY"]
    assert story.rules == [rule]
    assert story.finished("HOLD") <= story.began("PAY")
    assert story.ledger["lost"] == 0


def test_one_line_of_several_is_taken_out_of_the_order_and_refunded_alone() -> None:
    story = tell(refund(1, one_of_several=1))
    assert story.worked == ["RESPOND", "REPICK", "PAY"]
    assert story.ledger["lost"] == 0


def test_lines_of_a_partly_shipped_order_that_are_still_in_house_go_through_the_batch() -> None:
    story = tell(refund(1, partly_shipped=1))
    assert story.rules == ["P1.partly-shipped"]
    assert story.worked == ["BATCH"]


# ---------------------------------------------------------------- claims
def test_what_may_owe_compensation_leaves_the_batch_and_is_paid_with_the_refund_when_the_claim_holds() -> None:
    """Model card 3."""
    story = tell(refund(1, reason="late_shipment", claim_holds=1))
    assert story.worked == ["RESPOND", "CLAIM", "PAY", "HOLD_BESIDE"]
    assert story.began("PAY") == story.began("HOLD_BESIDE")
    assert story.rules == ["P1.compensation-unjudged", "P1.compensation-holds"]
    assert story.cost("compensation") == 1_000  # 5 % of 200 yuan
    assert story.cost("lost", "missed") == 0


def test_a_claim_that_holds_is_refunded_first_thing() -> None:
    others = [refund(3, number=number, filed=61, amount=3_000, W_RESPOND=600) for number in range(1, 8)]
    rows = np.concatenate([refund(1, reason="late_shipment", claim_holds=1), *others])
    story = tell(rows, overlay(policy__line_order="earliest_deadline"))
    assert story.began("PAY") == story.finished("CLAIM")  # before seven whose answer is due sooner


def test_a_claim_that_fails_goes_back_into_the_batch() -> None:
    story = tell(refund(1, reason="late_shipment"))
    assert story.worked == ["RESPOND", "CLAIM", "BATCH"]
    assert story.cost("compensation", "missed") == 0


def test_a_batch_that_is_not_screened_is_quicker_and_overlooks_what_is_owed() -> None:
    late = refund(1, reason="late_shipment", claim_holds=1)
    unscreened, screened = tell(late, overlay(policy__batch__screened=False)), tell(late)
    assert unscreened.worked == ["BATCH"]
    assert unscreened.closed_at < screened.closed_at
    assert (unscreened.ledger["compensation"], unscreened.ledger["missed"]) == (0, 1)


def test_a_claim_that_the_form_does_not_tell_is_heard_in_a_talk_and_not_in_a_batch() -> None:
    untold = refund(1, C_UNSTATED=SURE)
    assert tell(untold).cost("compensation") == 0
    assert tell(untold).ledger["missed"] == 1
    assert tell(untold, NO_BATCH).cost("compensation") == 1_000


def test_refunding_first_thing_loses_goods_and_money_when_the_parcel_leaves_before_the_warehouse_stops_it() -> None:
    first_thing = refund(1, reason="late_shipment", claim_holds=1, leaves=HOUR)
    assert tell(first_thing).ledger["lost"] == 0
    late = tell(first_thing, REROUTES, there={"warehouse": 2 * HOUR})
    assert late.finished("PAY") < HOUR < late.began("HOLD_BESIDE")
    assert late.ledger["lost"] == 20_000


# ---------------------------------------------------------------- left although the system says unshipped
def test_a_parcel_that_left_unseen_is_stopped_by_warehouse_and_carrier_before_money_moves() -> None:
    """Model card 2."""
    story = tell(refund(1, **LEFT_UNSEEN), ON_PROMISE)
    assert story.worked == ["BATCH", "ASK_WAREHOUSE", "ASK_CARRIER", "PAY", "RECEIVE"]
    assert story.began("ASK_CARRIER") == story.began("ASK_WAREHOUSE")
    assert story.finished("ASK_CARRIER") <= story.began("PAY")
    assert story.asked == ["agent_carrier", "agent_warehouse", "agent_warehouse"]
    assert story.ledger["path"] == 1
    assert story.ledger["lost"] == 0


def test_without_an_agreement_its_money_waits_until_it_is_back() -> None:
    story = tell(refund(1, **LEFT_UNSEEN), ON_PROMISE, NO_AGREEMENT)
    assert story.worked == ["BATCH", "ASK_WAREHOUSE", "ASK_CARRIER", "RECEIVE", "PAY"]
    assert story.rules == ["P1.back", "P1.stop-promised-wait", "P1.left-unseen", "P1.plain-batch"]


def test_a_parcel_that_cannot_be_stopped_is_refused_by_the_buyer_at_the_door() -> None:
    story = tell(refund(1, **LEFT_UNSEEN, C_RECALL=NO_WAY, C_DOOR=SURE), NO_AGREEMENT)
    assert story.worked == ["BATCH", "ASK_WAREHOUSE", "ASK_CARRIER", "ASK_TO_REFUSE", "RECEIVE", "PAY"]
    assert story.ledger["lost"] == 0


def test_a_parcel_that_reached_the_buyer_has_to_come_back_for_the_money() -> None:
    story = tell(refund(1, **LEFT_UNSEEN, C_RECALL=NO_WAY))
    assert story.worked == ["BATCH", "ASK_WAREHOUSE", "ASK_CARRIER", "ASK_TO_REFUSE", "GUIDE", "RECEIVE", "INSPECT", "PAY"]
    assert (story.ledger["path"], story.ledger["converted"], story.ledger["lost"]) == (1, 1, 0)


def test_one_line_in_a_parcel_that_left_cannot_be_stopped_and_is_returned_after_delivery() -> None:
    story = tell(refund(1, **LEFT_UNSEEN, one_of_several=1))
    assert story.worked[:4] == ["RESPOND", "REPICK", "LET_ARRIVE", "GUIDE"]
    assert story.ledger["lost"] == 0


def test_a_parcel_that_left_unseen_and_is_silent_for_too_long_is_lost() -> None:
    story = tell(refund(1, leaves=-6 * DAY, stalls=-6 * DAY + HOUR, arrives=2**62))
    assert "P1.lost" in story.rules
    assert story.worked == ["BATCH", "PAY"]
    assert story.ledger["lost"] == 0  # the carrier bears it


# ---------------------------------------------------------------- the parcel leaves meanwhile
def test_a_parcel_that_leaves_while_the_request_waits_is_recalled_on_path_2() -> None:
    story = tell(refund(1, leaves=6 * HOUR), REROUTES, there={"warehouse": 12 * HOUR})
    assert "leaves" in story.alarms
    assert story.worked == ["RESPOND", "HOLD", "ASK_CARRIER", "RECEIVE", "PAY"]
    assert (story.ledger["path"], story.ledger["lost"]) == (1, 0)


def test_a_click_on_ship_closes_the_request_where_the_platform_says_so() -> None:
    story = tell(refund(1, leaves=6 * HOUR), CLOSES, there={"warehouse": 12 * HOUR})
    assert (story.outcome, story.closed_at) == ("closed_by_shipping", 6 * HOUR)
    assert story.ledger["refunded"] == 0


def test_the_buyer_may_apply_again_on_path_2_after_that() -> None:
    rows = applied_again(refund(1, leaves=6 * HOUR, S_AGAIN=3 * HOUR))
    again = tell(rows, CLOSES, ON_PROMISE, there={"warehouse": 12 * HOUR}).of(1)
    assert int(again.rows["time"][0]) == 9 * HOUR
    assert again.ledger["path"] == 2
    assert again.worked == ["RESPOND", "ASK_CARRIER", "PAY", "RECEIVE"]


def test_a_list_that_is_refreshed_now_and_then_shows_the_request_late() -> None:
    story = tell(refund(1, filed=1), overlay(policy__refresh="20 min"))
    assert story.began("BATCH") == 20 * MINUTE


def test_who_refunds_before_the_stop_is_confirmed_loses_both() -> None:
    story = tell(refund(1, **LEFT_UNSEEN), errs("unconfirmed"), NO_BATCH)
    assert story.worked == ["RESPOND", "PAY"]
    assert story.wrong_acts == ["unconfirmed"]
    assert story.ledger["lost"] == 20_000
