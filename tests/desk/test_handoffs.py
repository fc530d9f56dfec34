"""Handoffs: who asks whom, by which clock, and what happens where nobody is named to answer. And: every right response is carried out."""

from typing import Any

import numpy as np
import pytest

from sim.demand.columns import C_LOST_QUESTION
from sim.demand.workload import NEVER
from sim.desk.procedure.responses import STEP_FOR
from sim.desk.steps import STEPS
from sim.rules.facts import Response
from sim.rules.masks import RESPONSES, masks
from tests.desk.stories import (
    AFTER_SALES,
    DAY,
    DOOR,
    HOUR,
    INSPECTION,
    MINUTE,
    NO_AGREEMENT,
    NO_ERP,
    NO_WAY,
    NOBODY_NAMED,
    ON_PROMISE,
    OUTSIDE,
    SIGNING,
    SURE,
    Story,
    every_attempt,
    overlay,
    refund,
    tell,
)

LEFT_UNSEEN = {"leaves": -HOUR, "arrives": 2 * DAY}
AT_LOCKER = {"arrives": -HOUR, "to_locker": 1}


# ---------------------------------------------------------------- the five pairs
@pytest.mark.parametrize(
    ("facts", "overlays", "pairs"),
    [
        ((2, {}), (), ["agent_carrier", "agent_warehouse"]),
        ((3, {}), (), ["agent_supervisor_amount"]),
        ((3, {"special_wish": 1}), (), ["agent_supervisor"]),
        ((1, {"leaves": 2 * HOUR}), (), ["agent_warehouse"]),
        ((4, {}), (INSPECTION,), ["agent_warehouse", "warehouse_inspection"]),
        ((4, {}), (OUTSIDE,), ["agent_warehouse", "warehouse_inspection_outside"]),
        ((4, {"return_wrong": 1}), (), ["agent_warehouse", "warehouse_inspection", "warehouse_carrier"]),
        ((4, {}), (DOOR,), ["agent_warehouse"]),  # a look at the door is nobody else's
    ],
)
def test_the_pairs_between_which_a_refund_is_handed(facts: tuple[int, dict[str, Any]], overlays: Any, pairs: list[str]) -> None:
    assert tell(refund(facts[0], **facts[1]), *overlays).asked == pairs


def test_a_cut_goes_before_returns_where_the_lines_are_ordered_by_path() -> None:
    returns = [refund(4, S_SENDS=0, S_RETURN_TRANSIT=0, W_RECEIVE=HOUR) for _ in range(4)]
    rows = np.concatenate([refund(1, leaves=9 * HOUR, S_PICKED=12 * HOUR, filed=30 * MINUTE), *returns])
    rows["number"] = np.arange(len(rows))
    by_path, first_come = (tell(rows, overlay(policy__line_order=order)).began("HOLD") for order in ("by_path", "first_come"))
    assert by_path < 2 * HOUR < first_come


# ---------------------------------------------------------------- named contacts
@pytest.mark.parametrize(
    ("facts", "step"),
    [((2, {}), "ASK_CARRIER"), ((2, {"reason": "never_delivered"}), "INQUIRE"), ((1, {"leaves": 2 * HOUR}), "HOLD")],
)
def test_without_a_named_contact_somebody_must_be_found_first(facts: tuple[int, dict[str, Any]], step: str) -> None:
    row = refund(facts[0], W_SEARCH=10 * MINUTE, **facts[1])
    assert tell(row, NOBODY_NAMED).seconds(step) - tell(row).seconds(step) == 10 * MINUTE


def test_and_some_questions_are_answered_twice() -> None:
    row = refund(2, C_REPEATED=SURE, W_RECALL=HOUR, W_SEARCH=0)
    assert tell(row, NOBODY_NAMED).seconds("ASK_CARRIER") == 2 * HOUR
    assert tell(row).seconds("ASK_CARRIER") == HOUR


def test_and_some_get_lost_and_are_asked_again_a_day_later() -> None:
    row = refund(1, leaves=5 * DAY, S_PICKED=6 * DAY)
    row["chance"][0, C_LOST_QUESTION] = SURE
    unnamed, named = tell(row, NOBODY_NAMED), tell(row)
    assert unnamed.waited("HOLD") == DAY
    assert unnamed.ledger["asked_again"] == 1
    assert (named.ledger["asked_again"], named.worked) == (0, ["RESPOND", "HOLD", "PAY"])
    assert unnamed.worked == ["RESPOND", "REMIND", "HOLD", "PAY"], "an agent has to notice it, and to ask again"


def test_a_parcel_may_leave_while_the_question_is_lost() -> None:
    row = refund(1, leaves=6 * HOUR, C_LOST_QUESTION=SURE)
    assert "ASK_CARRIER" in tell(row, NOBODY_NAMED).worked
    assert "ASK_CARRIER" not in tell(row).worked


def test_after_four_times_a_question_is_heard() -> None:
    row = every_attempt(refund(1, leaves=9 * DAY, S_PICKED=10 * DAY), C_LOST_QUESTION, SURE)
    story = tell(row, NOBODY_NAMED)
    assert story.ledger["asked_again"] == 4
    assert story.outcome == "refunded"


def test_two_questions_beside_each_other_are_lost_each_for_itself() -> None:
    """The first question of each gets lost, and the second is heard: both are asked again after a day, neither after two."""
    row = refund(2, **AT_LOCKER, not_received=1, C_LOST_QUESTION=SURE)
    story = tell(row, NOBODY_NAMED)
    assert story.ledger["asked_again"] == 2
    assert story.began("INQUIRE") == story.began("ASK_WAREHOUSE") == MINUTE + DAY + story.seconds("REMIND")


# ---------------------------------------------------------------- enquiries
def test_an_enquiry_about_a_parcel_on_its_way_is_passed_on_to_the_carrier() -> None:
    story = tell(refund(4, S_ENQUIRES=2 * DAY, S_RETURN_TRANSIT=3 * DAY, C_PASSED_ON=SURE))
    assert "ASK_STATUS" in story.worked
    assert "agent_carrier" in story.asked
    assert "ASK_STATUS" not in tell(refund(4, S_ENQUIRES=2 * DAY, S_RETURN_TRANSIT=3 * DAY)).worked


def test_an_enquiry_on_its_way_to_the_carrier_does_not_hold_up_the_refund() -> None:
    """Both answers are in after an hour; the enquiry, asked in between, is answered half an hour later."""
    row = refund(2, **AT_LOCKER, not_received=1, S_ENQUIRES=30 * MINUTE, C_PASSED_ON=SURE, W_INQUIRE=HOUR)
    story = tell(row)
    assert story.began("REFUSE") == story.finished("INQUIRE")


# ---------------------------------------------------------------- after-sales people
def test_after_sales_people_carry_on_what_the_agents_have_answered_and_read_it_first() -> None:
    split, one = tell(refund(4), AFTER_SALES), tell(refund(4))
    begun = split.rows[split.rows["kind"] == 2]
    pools = {STEPS[step].name: pool for step, pool in zip(begun["step"], begun["pool"], strict=True)}
    assert (pools["RESPOND"], pools["AGREE"], pools["PAY"]) == (0, 1, 1)
    assert split.seconds("AGREE") - one.seconds("AGREE") == 90


# ---------------------------------------------------------------- every right response is carried out
LOST = {"stalls": -6 * DAY, "leaves": -7 * DAY, "arrives": NEVER}
CARRIED_OUT: dict[Response, tuple[int, dict[str, Any], tuple[dict[str, Any], ...]]] = {
    Response.BATCH_REFUND: (1, {}, ()),
    Response.CHECK_CLAIM: (1, {"reason": "out_of_stock"}, ()),
    Response.REFUND_AND_COMPENSATE: (1, {"reason": "out_of_stock", "claim_holds": 1}, ()),
    Response.REPICK: (1, {"one_of_several": 1}, ()),
    Response.STOP_IN_WAREHOUSE: (1, {"leaves": 2 * HOUR}, ()),
    Response.STOP_PARCEL: (1, LEFT_UNSEEN, ()),
    Response.RECALL: (2, {}, ()),
    Response.REFUND_NOW: (2, {}, (ON_PROMISE,)),
    Response.REFUND_WHEN_BACK: (2, {}, ()),
    Response.ASK_TO_REFUSE: (2, {"C_RECALL": NO_WAY}, ()),
    Response.RETURN_LATER: (2, {"one_of_several": 1}, ()),
    Response.TREAT_AS_LOST: (2, LOST, ()),
    Response.ASK_BOTH_SIDES: (2, {**AT_LOCKER, "not_received": 1}, ()),
    Response.GUIDE_TO_RETURN: (3, {"mistaken_form": 1}, ()),
    Response.DECIDE_NOW: (3, {"amount": 3_500}, ()),
    Response.SUBMIT: (3, {}, ()),
    Response.CHECK_WEIGHT: (3, {"reason": "piece_missing"}, ()),
    Response.REFUSE_WITH_REASON: (3, {"unfounded": 1}, ()),
    Response.AGREE_RETURN: (4, {}, ()),
    Response.AGREE_AND_COMPENSATE: (4, {"reason": "counterfeit", "claim_holds": 1}, ()),
    Response.OFFER_KEEP: (4, {"reason": "wrong_item", "may_keep": 1}, ()),
    Response.SETTLE_EXCHANGE: (4, {"wants_exchange": 1}, ()),
    Response.CHASE_TRACKING: (4, {}, ()),
    Response.FOLLOW_RETURN: (4, {}, ()),
    Response.INSPECT_AT_DOOR: (4, {}, (DOOR,)),
    Response.INSPECT_FIRST: (4, {}, (INSPECTION,)),
    Response.SEND_EXCHANGE: (4, {"wants_exchange": 1}, (SIGNING,)),
    Response.SECURE_EVIDENCE: (4, {"return_wrong": 1}, ()),
}


def responses_of(story: Story) -> set[Response]:
    return {rule.response for rule in masks().rules if rule.id in story.rules}


@pytest.mark.parametrize("response", CARRIED_OUT)
def test_a_right_response_is_carried_out(response: Response) -> None:
    path, facts, overlays = CARRIED_OUT[response]
    story = tell(refund(path, **facts), *overlays)
    assert response in responses_of(story)
    assert STEPS[STEP_FOR[RESPONSES.index(response)]].name in story.went


def test_a_buyer_who_asks_while_an_answer_is_due_is_kept_posted() -> None:
    story = tell(refund(2, W_RECALL=2 * HOUR, S_ENQUIRES=HOUR))
    assert "P2.recall-running" in story.rules
    assert responses_of(story) >= {Response.KEEP_POSTED}
    assert story.worked[:3] == ["RESPOND", "ASK_CARRIER", "ENQUIRED"]
    assert "P2.recall-running-unbound" in tell(refund(2, W_RECALL=2 * HOUR, S_ENQUIRES=HOUR), NO_AGREEMENT).rules


def test_no_right_response_is_left_out() -> None:
    assert set(Response) - set(CARRIED_OUT) == {Response.KEEP_POSTED}


def test_a_cut_is_asked_for_at_once_where_there_is_no_erp() -> None:
    story = tell(refund(1), NO_ERP)
    assert story.began("HOLD") == story.finished("BATCH")
