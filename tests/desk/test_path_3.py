"""Path 3, signed for and money only: the mistaken form, the agents' own limit, the supervisor's answer, and a reasoned refusal."""

from typing import Any

import numpy as np
import pytest

from sim.demand.columns import C_OFFER, C_REACH
from sim.demand.workload import NEVER
from tests.desk.stories import DAY, HOUR, MINUTE, NO_WAY, SURE, applied_again, every_attempt, overlay, refund, tell

LIMIT = 5_000
ABOVE_200 = overlay(pools__agents__groups__regular__authority="200 yuan")


# ---------------------------------------------------------------- the amount
def test_a_stain_worth_35_yuan_is_settled_by_the_agent_alone() -> None:
    """Model card 9."""
    story = tell(refund(3, amount=3_500))
    assert story.worked == ["RESPOND", "DECIDE", "PAY"]
    assert story.asked == []
    assert (story.outcome, story.ledger["refunded"]) == ("partly_refunded", 3_500)


def test_180_yuan_are_submitted_to_the_supervisor() -> None:
    """Model card 10."""
    story = tell(refund(3, amount=18_000))
    assert story.worked == ["RESPOND", "APPROVE", "PAY"]
    assert story.asked == ["agent_supervisor_amount"]
    assert story.rules == ["P3.above-limit"]


@pytest.mark.parametrize(("amount", "decides"), [(LIMIT, "DECIDE"), (LIMIT + 1, "APPROVE")])
def test_an_amount_equal_to_the_limit_is_within_it(amount: int, decides: str) -> None:
    assert tell(refund(3, amount=amount)).worked[1] == decides


def test_a_higher_limit_is_quicker_and_grants_too_much() -> None:
    asks_too_much = refund(3, amount=18_000, C_DUE=NO_WAY, W_APPROVE=HOUR)  # half of it is owed
    alone, above = tell(asks_too_much, ABOVE_200), tell(asks_too_much)
    assert alone.closed_at < above.closed_at
    assert alone.cost("refunded", "over_granted") == 18_000 + 9_000
    assert above.cost("refunded", "over_granted") == 9_000 + 0


def test_what_a_supervisor_does_not_grant_is_refused_with_a_reason() -> None:
    story = tell(refund(3, C_APPROVES=NO_WAY))
    assert story.worked == ["RESPOND", "APPROVE", "REFUSE"]
    assert (story.outcome, story.ledger["refused"]) == ("refused", 1)


def test_a_partial_refund_is_a_small_negotiation() -> None:
    hard = every_attempt(refund(3, amount=3_500), C_OFFER, NO_WAY)
    hard["chance"][0, C_OFFER + 2] = SURE  # the third offer is taken
    assert tell(hard).worked == ["RESPOND", "DECIDE", "DECIDE", "DECIDE", "PAY"]


def test_who_takes_none_of_four_offers_is_refused() -> None:
    story = tell(every_attempt(refund(3, amount=3_500), C_OFFER, NO_WAY))
    assert story.worked == ["RESPOND", *["DECIDE"] * 4, "REFUSE"]


# ---------------------------------------------------------------- supervisors
def test_supervisors_without_delegated_authority_answer_at_fixed_times() -> None:
    story = tell(refund(3), overlay(policy__approval__delegated=False), there={"supervisors": 10 * HOUR})
    assert story.rules == ["P3.above-limit-fixed-times"]
    assert story.began("APPROVE") == 10 * HOUR


def test_a_supervisor_who_does_not_answer_is_asked_again() -> None:
    story = tell(refund(3), there={"supervisors": 30 * HOUR})
    assert story.went.count("APPROVE") == 2
    assert (story.ledger["asked_again"], story.outcome) == (1, "refunded")


def test_supervisors_who_never_answer_do_not_make_an_agent_pay_beyond_the_limit_unnoticed() -> None:
    story = tell(refund(3), there={"supervisors": NEVER})
    assert story.ledger["refunded"] <= LIMIT or story.wrong_acts == ["beyond_authority"]


def test_a_special_wish_is_the_supervisors_and_has_a_handoff_of_its_own() -> None:
    story = tell(refund(3, special_wish=1, amount=3_500))
    assert story.worked == ["RESPOND", "APPROVE", "PAY"]
    assert story.asked == ["agent_supervisor"]
    assert story.rules == ["P3.special-wish"]


def test_a_wish_that_is_not_granted_leaves_an_ordinary_request_settled_in_one_talk() -> None:
    story = tell(refund(3, special_wish=1, amount=3_500, C_APPROVES=NO_WAY))
    assert story.worked == ["RESPOND", "APPROVE", "DECIDE", "PAY"]


def test_a_wish_at_fixed_times() -> None:
    story = tell(refund(3, special_wish=1), overlay(policy__approval__delegated=False))
    assert story.rules[0] == "P3.special-wish-fixed-times"


def test_an_application_about_money_stays_one_although_a_wish_comes_to_light_meanwhile() -> None:
    """Filed too late to be reached; the buyer enquires while the amount lies with the supervisor, and tells the wish."""
    unreached = every_attempt(refund(3, special_wish=1, S_ONLINE=0, S_ENQUIRES=HOUR, C_DUE=NO_WAY), C_REACH, SURE)
    unreached["chance"][0, C_REACH] = NO_WAY
    story = tell(unreached, there={"supervisors": 3 * HOUR})
    assert story.asked == ["agent_supervisor_amount"]
    assert story.ledger["refunded"] == 10_000  # as an answer about an amount: what is owed


# ---------------------------------------------------------------- the mistaken form
def test_refund_only_filed_by_mistake_is_guided_at_once_and_comes_back_as_a_return() -> None:
    """Model card 8."""
    story = tell(refund(3, mistaken_form=1))
    assert story.worked == ["RESPOND", "GUIDE", "RECEIVE", "INSPECT", "PAY"]
    assert (story.ledger["path"], story.ledger["converted"]) == (3, 1)
    assert story.ledger["lost"] == 0


def test_or_the_buyer_gives_a_number_off_the_record_and_is_refunded_then() -> None:
    story = tell(refund(3, mistaken_form=1, C_CONVERTS=0.8))  # 0.7 change the form, 0.2 more give a number
    assert story.worked == ["RESPOND", "GUIDE", "PAY", "RECEIVE", "BOOK_IN"]
    assert story.ledger["converted"] == 2
    assert "P3.number-given" in story.rules
    assert story.ledger["lost"] == 0


def test_who_does_neither_is_refused_with_a_reason() -> None:
    story = tell(refund(3, mistaken_form=1, C_CONVERTS=0.95))
    assert story.worked == ["RESPOND", "GUIDE", "REFUSE"]
    assert story.outcome == "refused"


def test_a_quick_first_response_finds_the_mistake_and_a_late_one_misses_it() -> None:
    mistaken = every_attempt(refund(3, mistaken_form=1), C_REACH, NO_WAY)  # not reached once offline, after an hour
    quick, late = tell(mistaken), tell(mistaken, there={"agents": 2 * HOUR})
    assert (quick.judged_first, late.judged_first) == ("GUIDE", "APPROVE")
    assert quick.closed_at < late.closed_at or late.ledger["converted"] == 0


@pytest.mark.parametrize("fact", ["mistaken_form", "wants_exchange", "special_wish"])
@pytest.mark.parametrize("amount", [3_500, 20_000])
def test_what_a_buyer_who_was_never_reached_wishes_for_changes_nothing(fact: str, amount: int) -> None:
    unreached = every_attempt(refund(3, S_ONLINE=0, amount=amount), C_REACH, NO_WAY)
    wishing = unreached.copy()
    wishing[fact] = 1
    assert tell(wishing).went == tell(unreached).went


def test_a_talk_about_the_amount_can_still_find_the_mistake() -> None:
    mistaken = every_attempt(refund(3, mistaken_form=1, amount=3_500, S_ONLINE=0), C_REACH, SURE)
    mistaken["chance"][0, C_REACH] = NO_WAY
    story = tell(mistaken)
    assert story.worked[:3] == ["RESPOND", "DECIDE", "GUIDE"]


def test_a_number_off_the_record_that_is_chased_does_not_begin_the_guiding_anew() -> None:
    story = tell(
        refund(3, mistaken_form=1, C_CONVERTS=0.8, S_SENDS=3 * DAY),
        overlay(policy__numbers__chase_every="1 d"),
    )
    assert story.worked.count("GUIDE") == 1
    assert story.began("PAY") <= 3 * DAY + 2 * HOUR


@pytest.mark.parametrize("facts", [{"reason": "seven_days"}, {"reason": "wrong_item"}])
def test_reasons_that_make_no_sense_without_the_goods_are_guided_too(facts: dict[str, Any]) -> None:
    assert tell(refund(3, **facts)).worked[1] == "GUIDE"


def test_a_wrong_item_that_may_be_kept_is_a_matter_of_the_amount() -> None:
    story = tell(refund(3, reason="wrong_item", may_keep=1, amount=3_500))
    assert story.rules == ["P3.wrong-item-kept"]
    assert story.worked == ["RESPOND", "DECIDE", "PAY"]


# ---------------------------------------------------------------- exchange, weight, claims
def test_an_exchange_filed_as_money_only_becomes_a_return_and_a_second_parcel() -> None:
    story = tell(refund(3, wants_exchange=1))
    assert story.worked == ["RESPOND", "EXCHANGE", "RECEIVE", "INSPECT", "SEND_NEW"]
    assert (story.outcome, story.ledger["refunded"], story.ledger["converted"]) == ("exchanged", 0, 1)


def test_what_is_out_of_stock_is_settled_as_an_amount_in_one_talk() -> None:
    story = tell(refund(3, wants_exchange=1, amount=3_500, C_STOCK=NO_WAY))
    assert story.worked == ["RESPOND", "EXCHANGE", "DECIDE", "PAY"]


@pytest.mark.parametrize(
    ("weight", "worked"),
    [(1, ["RESPOND", "WEIGH", "REFUSE"]), (2, ["RESPOND", "WEIGH", "DECIDE", "PAY"])],
)
def test_a_missing_piece_is_looked_for_on_the_scales(weight: int, worked: list[str]) -> None:
    story = tell(refund(3, reason="piece_missing", weight=weight, amount=3_500))
    assert story.worked == worked
    assert story.asked == ["agent_warehouse"]


@pytest.mark.parametrize(
    ("holds", "worked"),
    [(0, ["RESPOND", "CLAIM", "REFUSE"]), (1, ["RESPOND", "CLAIM", "DECIDE", "PAY"])],
)
def test_a_counterfeit_is_judged_before_anything_is_granted(holds: int, worked: list[str]) -> None:
    story = tell(refund(3, reason="counterfeit", claim_holds=holds, amount=3_500))
    assert story.worked == worked
    assert story.ledger["compensation"] == 0  # what is owed is part of the amount


# ---------------------------------------------------------------- refusals
def test_an_unfounded_request_is_refused_with_a_reason() -> None:
    story = tell(refund(3, unfounded=1))
    assert story.worked == ["RESPOND", "REFUSE"]
    assert (story.outcome, story.ledger["refused"]) == ("refused", 1)


def test_it_may_be_filed_again_at_once_and_is_refused_again_where_nothing_is_new() -> None:
    again = tell(applied_again(refund(3, unfounded=1, S_AGAIN=5 * HOUR))).of(1)
    assert int(again.rows["time"][0]) == 2 * MINUTE + 5 * HOUR
    assert again.worked == ["RESPOND", "REFUSE"]


def test_a_second_application_is_as_urgent_as_any_other() -> None:
    """It is due half an hour after it was filed: before three requests filed a minute later, though after two that are being answered."""
    twice = applied_again(refund(3, unfounded=1, S_AGAIN=5 * HOUR))  # filed for the second time at 05:02
    busy = [refund(3, filed=5 * HOUR, W_RESPOND=HOUR) for _ in range(2)]
    later = [refund(3, filed=5 * HOUR + 3 * MINUTE, W_RESPOND=HOUR) for _ in range(3)]
    rows = np.concatenate([twice, *busy, *later])
    rows["number"] = np.arange(len(rows))
    story = tell(rows, overlay(policy__line_order="earliest_deadline"))
    assert story.of(1).began("RESPOND") == 6 * HOUR


def test_a_disputed_delivery_is_proven_before_it_is_refused() -> None:
    story = tell(refund(3, not_received=1))
    assert story.worked == ["RESPOND", "ASK_WAREHOUSE", "INQUIRE", "REFUSE"]
    assert story.rules == ["P3.disputed", "P3.proven-delivered"]


def test_goods_of_which_nobody_can_prove_the_delivery_are_owed_in_full() -> None:
    story = tell(refund(3, not_received=1, C_DELIVERED=NO_WAY, C_DUE=NO_WAY))
    assert "P3.not-delivered" in story.rules
    assert story.cost("refunded", "over_granted") == 20_000


# ---------------------------------------------------------------- out of reach
def test_a_buyer_who_is_not_reached_is_tried_again_later() -> None:
    offline = every_attempt(refund(3, amount=3_500, S_ONLINE=0, S_TRY_AGAIN=6 * HOUR), C_REACH, NO_WAY)
    offline["chance"][0, C_REACH + 2] = SURE
    story = tell(offline)
    assert story.worked == ["RESPOND", "DECIDE", "DECIDE", "PAY"]
    assert story.waited("ASK_LATER") == 6 * HOUR


def test_after_four_attempts_the_amount_asked_for_is_paid() -> None:
    story = tell(every_attempt(refund(3, amount=3_500, S_ONLINE=0), C_REACH, NO_WAY))
    assert story.worked == ["RESPOND", "DECIDE", "DECIDE", "DECIDE", "PAY"]
