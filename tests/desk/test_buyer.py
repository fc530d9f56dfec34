"""The buyer: online at first, then out of reach; who hears nothing chases, enquires, complains, calls the platform, or gives up."""

from typing import Any

import numpy as np
import pytest

from sim.demand.columns import C_REACH
from tests.desk.stories import DAY, HOUR, MINUTE, NO_WAY, SURE, errs, every_attempt, overlay, refund, tell

COMPLAINS = overlay(buyer__calls_platform=1.0, buyer__complaint=0.04)


# ---------------------------------------------------------------- reaching the buyer
def test_a_buyer_still_online_costs_one_contact_and_one_offline_two() -> None:
    row = every_attempt(refund(3, amount=3_500), C_REACH, SURE)
    row["contact"] = 3 * MINUTE
    soon, late = tell(row), tell(row, there={"agents": 2 * HOUR})
    assert late.seconds("RESPOND") - soon.seconds("RESPOND") == 3 * MINUTE


def test_a_faster_first_response_shortens_completion() -> None:
    """The article's claim: not only is the wait before the response shorter, what follows is shorter too."""
    row = every_attempt(refund(3, amount=3_500), C_REACH, NO_WAY)
    soon, late = tell(row), tell(row, there={"agents": 2 * HOUR})
    after_response = [story.closed_at - story.began("RESPOND") for story in (soon, late)]
    assert after_response[0] < after_response[1]


def test_who_writes_is_there_to_be_talked_to() -> None:
    """Offline since an hour; the chaser brings the buyer back for another hour, and the response reaches them."""
    row = every_attempt(refund(3, mistaken_form=1, patience=3 * HOUR), C_REACH, NO_WAY)
    assert tell(row, there={"agents": 3 * HOUR + 30 * MINUTE}).judged_first == "GUIDE"
    assert tell(row, there={"agents": 5 * HOUR}).judged_first == "APPROVE"


def test_who_writes_back_after_not_being_reached_is_reached() -> None:
    row = every_attempt(refund(3, amount=3_500, S_ONLINE=5 * MINUTE, S_TRY_AGAIN=6 * HOUR), C_REACH, NO_WAY)
    story = tell(row, there={"agents": 10 * MINUTE})
    assert story.worked == ["RESPOND", "DECIDE", "DECIDE", "PAY"]


# ---------------------------------------------------------------- chasers
def test_silence_makes_chasers_and_chasers_are_work() -> None:
    row = refund(3, patience=2 * HOUR, amount=3_500)
    silent, quick = tell(row, there={"agents": 9 * HOUR}), tell(row)
    assert (silent.ledger["chases"], quick.ledger["chases"]) == (3, 0)
    assert silent.worked.count("CHASED") == 3
    assert "CHASED" not in quick.worked


def test_an_answered_chaser_is_a_first_response_and_ends_the_chasing() -> None:
    """Two agents and a case before: the chaser comes while the refund still waits."""
    rows = np.concatenate([refund(3, patience=HOUR), refund(3, number=1, W_RESPOND=90 * MINUTE), refund(3, number=2, W_RESPOND=3 * HOUR)])
    rows["number"] = [9, 1, 2]
    rows = rows[[1, 2, 0]]
    rows["filed"] = [0, 0, 1]
    story = tell(rows).of(2)
    assert story.ledger["chases"] == 1


def test_four_chasers_at_most() -> None:
    row = refund(3, patience=HOUR)
    assert tell(row, overlay(buyer__chases_most=4), there={"agents": 20 * HOUR}).ledger["chases"] == 4
    assert tell(row, overlay(buyer__chases_most=0), there={"agents": 20 * HOUR}).ledger["chases"] == 0


# ---------------------------------------------------------------- complaints
def test_the_longer_the_silence_the_likelier_the_complaint() -> None:
    """At the chase after 2 h the hazard is 0.04 x (1 + 2/24), after 20 h 0.04 x (1 + 20/24)."""
    calm = COMPLAINS | {"buyer": {**COMPLAINS["buyer"], "chases_most": 1}}
    for luck, hours, complains in ((0.05, 2, 0), (0.05, 20, 1), (0.08, 20, 0)):
        story = tell(refund(3, C_COMPLAINT=luck, C_PLATFORM=SURE, patience=hours * HOUR), calm, there={"agents": 2 * DAY})
        assert story.ledger["complained"] == complains


@pytest.mark.parametrize(
    ("luck", "overlays", "complained"),
    [
        (0.07, (), 1),  # a refusal with a reason: 0.04 x 2
        (0.12, (), 0),
        (0.12, (errs("blank_refusal"),), 1),  # a smiley: 0.04 x 2 x 3
        (0.30, (errs("blank_refusal"),), 0),
    ],
)
def test_a_refusal_makes_complaints_likelier_and_an_empty_one_most_of_all(luck: float, overlays: Any, complained: int) -> None:
    story = tell(refund(3, unfounded=1, C_COMPLAINT=luck), COMPLAINS, *overlays)
    assert story.ledger["complained"] == complained


def test_the_articles_bad_example_ends_with_a_complaint_and_a_quick_answer_without() -> None:
    """A valid return waits three days, is refused with a smiley, and the buyer complains."""
    valid = refund(4, C_COMPLAINT=0.5, C_PLATFORM=SURE, unfounded=1)
    bad = tell(valid, COMPLAINS, errs("blank_refusal"), there={"agents": 3 * DAY})
    assert (bad.ledger["complained"], bad.ledger["refused"], bad.ledger["intervened"]) == (1, 2, 1)
    good = tell(valid, COMPLAINS)
    assert good.ledger["complained"] == 0


def test_a_complaint_while_the_shop_is_silent_takes_the_case_out_of_the_line() -> None:
    row = refund(3, C_COMPLAINT=SURE, C_PLATFORM=SURE, patience=2 * HOUR)
    story = tell(row, COMPLAINS, there={"agents": 5 * HOUR})
    assert story.worked == ["PLATFORM"]
    assert (story.outcome, story.ledger["ruled"]) == ("ruled_for_buyer", 2)


def test_of_those_who_complain_only_some_call_the_platform() -> None:
    row = refund(3, C_COMPLAINT=SURE, C_PLATFORM=NO_WAY, patience=2 * HOUR, amount=3_500)
    story = tell(row, overlay(buyer__calls_platform=0.2), there={"agents": 3 * HOUR})
    assert (story.ledger["complained"], story.ledger["intervened"]) == (1, 0)
    assert story.outcome == "partly_refunded"


# ---------------------------------------------------------------- the platform steps in
REFUSED = {"unfounded": 1, "C_COMPLAINT": SURE, "C_PLATFORM": SURE}
PROOF = overlay(clocks__proof="3 d")


def test_with_the_shops_case_in_time_the_platform_may_rule_for_the_shop() -> None:
    story = tell(refund(3, **REFUSED, C_RULING=SURE), COMPLAINS, PROOF)
    assert story.worked == ["RESPOND", "REFUSE", "PLATFORM"]
    assert (story.outcome, story.ledger["ruled"], story.ledger["refunded"]) == ("refused", 1, 0)


def test_and_without_it_the_ruling_is_for_the_buyer() -> None:
    alone = tell(refund(3, **REFUSED, C_RULING=SURE), COMPLAINS, PROOF, there={"agents": (0, 2 * MINUTE)})
    assert alone.worked == ["RESPOND", "REFUSE"]
    assert alone.went[-3:] == ["PLATFORM", "SAID_NOTHING", "RULED"]
    assert (alone.outcome, alone.ledger["ruled"], alone.ledger["refunded"]) == ("ruled_for_buyer", 2, 20_000)


def test_a_smiley_is_no_case_before_the_platform() -> None:
    story = tell(refund(3, **REFUSED, C_RULING=SURE), COMPLAINS, PROOF, errs("blank_refusal"))
    assert story.ledger["ruled"] == 2


def test_a_ruling_for_the_buyer_of_an_order_still_in_house_is_not_a_loss_of_goods() -> None:
    """As with the platform's own refunds: the ERP does not pick an order that was refunded."""
    row = refund(1, C_COMPLAINT=SURE, C_PLATFORM=SURE, patience=2 * HOUR, leaves=20 * DAY)
    story = tell(row, COMPLAINS, PROOF, there={"agents": 5 * HOUR})
    assert story.ledger["ruled"] == 2
    assert story.ledger["lost"] == 0


def test_a_ruling_for_the_buyer_of_an_order_that_left_meanwhile_is_a_loss_of_goods() -> None:
    """Nobody has watched the parcel since the platform stepped in."""
    row = refund(1, C_COMPLAINT=SURE, C_PLATFORM=SURE, patience=2 * HOUR, leaves=6 * HOUR, S_RULING=DAY)
    story = tell(row, COMPLAINS, PROOF, there={"agents": 5 * HOUR})
    assert story.ledger["ruled"] == 2
    assert story.ledger["lost"] == 20_000


@pytest.mark.parametrize(("after", "outcome"), [(MINUTE, "withdrawn"), (2 * DAY, "refunded")])
def test_who_withdraws_after_the_goods_were_stopped_comes_too_late(after: int, outcome: str) -> None:
    """The parcel is on its way back to the shop: it cannot keep both."""
    row = refund(2, C_WITHDRAW=SURE, S_WITHDRAWS=after, S_PARCEL_RETURNS=5 * DAY)
    story = tell(row, overlay(buyer__withdraws=1.0, policy__recall__refund_on="return"), there={"agents": 2 * MINUTE})
    assert story.outcome == outcome


# ---------------------------------------------------------------- enquiries, giving up, coming again
def test_who_was_answered_and_waits_for_the_money_enquires_now_and_then() -> None:
    story = tell(refund(4, S_ENQUIRES=DAY, S_SENDS=2 * DAY + HOUR, S_RETURN_TRANSIT=DAY))
    assert story.ledger["enquiries"] == 3
    assert story.worked.count("ENQUIRED") == 3


def test_four_enquiries_at_most() -> None:
    assert tell(refund(4, S_ENQUIRES=HOUR, S_SENDS=3 * DAY)).ledger["enquiries"] == 4


def test_an_enquiry_does_not_push_the_refund_itself_ahead_or_back_in_the_agents_line() -> None:
    asks = refund(2, filed=0, S_ENQUIRES=HOUR, W_RECALL=3 * HOUR, W_CHASE=0, contact=0)
    quiet = refund(2, filed=0, W_RECALL=3 * HOUR)
    busy = [refund(3, filed=2 * HOUR, W_RESPOND=2 * HOUR) for _ in range(6)]
    told = []
    for first in (asks, quiet):
        rows = np.concatenate([first, *busy])
        rows["number"] = np.arange(len(rows))
        told.append(tell(rows, overlay(policy__recall__refund_on="promise")).began("PAY"))
    assert told[0] == told[1]


def test_a_buyer_may_withdraw_while_the_shop_is_silent() -> None:
    story = tell(refund(4, C_WITHDRAW=SURE, S_WITHDRAWS=6 * HOUR), there={"agents": 8 * HOUR})
    assert (story.outcome, story.closed_at) == ("withdrawn", 6 * HOUR)


def test_who_has_sent_the_goods_back_does_not_withdraw() -> None:
    story = tell(refund(4, C_WITHDRAW=SURE, S_WITHDRAWS=36 * HOUR, S_SENDS=DAY, S_RETURN_TRANSIT=2 * DAY))
    assert story.outcome == "refunded"


def test_no_clock_of_the_buyer_survives_the_money() -> None:
    gives_up = {"C_WITHDRAW": SURE, "S_WITHDRAWS": 2 * DAY}
    assert tell(refund(4, **gives_up, S_SENDS=5 * DAY)).outcome == "withdrawn"  # no money came
    paid = tell(refund(3, **gives_up, S_ENQUIRES=DAY, amount=3_500))
    assert (paid.outcome, paid.alarms) == ("partly_refunded", [])


@pytest.mark.parametrize(("order", "first"), [("first_come", "older"), ("online_first", "online")])
def test_who_is_still_online_goes_first_where_the_shop_says_so_and_others_starve(order: str, first: str) -> None:
    """Two agents begin at two o'clock. One buyer has waited for a while and went offline meanwhile; four came since and are still there."""
    older = refund(3, filed=2 * HOUR - 2 * MINUTE, S_ONLINE=MINUTE, W_RESPOND=HOUR)
    online = [refund(3, filed=filed, S_ONLINE=DAY, W_RESPOND=HOUR) for filed in (2 * HOUR, 2 * HOUR, 3 * HOUR - 1, 3 * HOUR - 1)]
    rows = np.concatenate([older, *online])
    rows["number"] = np.arange(len(rows))
    story = tell(rows, overlay(policy__line_order=order), there={"agents": 2 * HOUR})
    begun = {"older": story.began("RESPOND"), "online": story.of(4).began("RESPOND")}
    assert min(begun, key=lambda who: begun[who]) == first


# ---------------------------------------------------------------- the article's bad example
def test_a_backlog_worked_off_without_a_word_is_no_response_and_ends_before_the_platform() -> None:
    """Three days of silence, then a refusal with nothing but a smiley: the buyer complains. The same group answers in time with words."""
    careless = {"pools": {"agents": {"groups": {"regular": {"errors": {"blank_refusal": 1.0}}}}}}
    angry = {"buyer": {"complaint": 0.1, "complaint_refused": 2.0, "complaint_empty": 3.0, "calls_platform": 1.0}}
    row = refund(4, S_AGAIN=2 * HOUR, C_COMPLAINT=0.6, C_PLATFORM=SURE, C_BLANK=SURE, patience=30 * DAY)
    late = tell(row, careless, angry, there={"agents": 3 * DAY})
    assert late.worked[0] == "RESPOND"
    assert (late.ledger["refused"], late.ledger["blank_first"], late.ledger["complained"], late.ledger["intervened"]) == (2, 1, 1, 1)
    in_time = tell(row, careless, angry)
    assert (in_time.ledger["blank_first"], in_time.ledger["complained"], in_time.outcome) == (0, 0, "refunded")


def test_after_a_blank_answer_the_buyer_who_does_not_complain_is_answered_once_more() -> None:
    careless = {"pools": {"agents": {"groups": {"regular": {"errors": {"blank_refusal": 1.0}}}}}}
    row = refund(4, S_AGAIN=2 * HOUR, C_BLANK=SURE, patience=30 * DAY)
    story = tell(row, careless, there={"agents": DAY})
    assert story.worked[:2] == ["RESPOND", "RESPOND"]
    assert story.outcome == "refunded"


def test_who_has_to_send_the_goods_back_does_not_complain_of_waiting_and_who_waits_for_the_shop_does() -> None:
    """Both ask after two days where the money is: one whose own parcel is still to be sent, one whose parcel the carrier brings back."""
    facts = {"S_ENQUIRES": 2 * DAY, "C_PLATFORM": SURE}
    own_turn = tell(refund(4, S_SENDS=4 * DAY, C_COMPLAINT=SURE, **facts), COMPLAINS)
    late = overlay(policy__recall__refund_on="return")
    shops_turn = tell(refund(2, S_PARCEL_RETURNS=4 * DAY, C_COMPLAINT=0.1, **facts), COMPLAINS, late)  # 0.04 x (1 + 48 / 24) = 0.12
    assert (own_turn.ledger["enquiries"] > 0, own_turn.ledger["complained"]) == (True, 0)
    assert (shops_turn.ledger["complained"], shops_turn.ledger["intervened"]) == (1, 1)
