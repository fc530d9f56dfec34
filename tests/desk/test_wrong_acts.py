"""Acts that lose money, and paths taken wrongly: what each costs, and where it comes to light."""

from typing import Any

import pytest

from sim.demand.workload import NEVER
from tests.desk.stories import (
    DAY,
    DOOR,
    HOUR,
    MINUTE,
    NO_BATCH,
    NO_WAY,
    ON_PROMISE,
    SIGNING,
    SURE,
    Story,
    errs,
    overlay,
    refund,
    tell,
)

OTHER_PATHS = {right: [taken for taken in (1, 2, 3, 4) if taken != right] for right in (1, 2, 3, 4)}


def taken_for(right: int, taken: int, *overlays: dict[str, Any], there: Any = None, **facts: Any) -> Story:
    """A refund of one path that the agents take for another."""
    row = [[1.0 if column == (taken if path == right else path) else 0.0 for column in (1, 2, 3, 4)] for path in (1, 2, 3, 4)]
    confused = overlay(pools__agents__groups__regular__confusion=row)
    confused["pools"]["agents"]["groups"]["regular"]["slip"] = 0.0
    return tell(refund(right, **facts), NO_BATCH, confused, *overlays, there=there)


def wrong(cell: str, **what: Any) -> dict[str, Any]:
    return overlay(costs__wrong_path={cell: what})


# ---------------------------------------------------------------- acts
def test_no_wrong_act_no_loss() -> None:
    for path in (1, 2, 3, 4):
        story = tell(refund(path, amount=3_500 if path == 3 else 20_000))
        assert story.wrong_acts == []
        assert story.cost("lost", "over_granted", "missed") == 0


@pytest.mark.parametrize("facts", [{"leaves": -HOUR}, {"leaves": 2 * HOUR}])
def test_refunding_an_order_before_the_stop_is_confirmed(facts: dict[str, Any]) -> None:
    story = tell(refund(1, arrives=3 * DAY, **facts), NO_BATCH, errs("unconfirmed"))
    assert (story.wrong_acts, story.ledger["lost"]) == (["unconfirmed"], 20_000)


def test_refunding_before_the_carrier_was_asked_at_all() -> None:
    story = tell(refund(2), errs("unconfirmed"), ON_PROMISE)
    assert (story.wrong_acts, story.worked) == (["unconfirmed"], ["RESPOND", "PAY"])


@pytest.mark.parametrize(("sends", "lost"), [(SURE, 0), (NO_WAY, 20_000)])
def test_refunding_a_return_without_its_tracking_number(sends: float, lost: int) -> None:
    story = tell(refund(4, C_SENDS=sends), errs("unnumbered"), DOOR, overlay(buyer__sends_goods=0.95))
    assert story.wrong_acts == ["unnumbered"]
    assert story.worked[:3] == ["RESPOND", "AGREE", "PAY"]
    assert story.ledger["lost"] == lost
    assert ("RECEIVE" in story.worked) == (lost == 0)


def test_granting_beyond_the_limit_saves_the_supervisor_and_costs_what_was_not_owed() -> None:
    story = tell(refund(3, C_DUE=NO_WAY), errs("beyond_authority"))
    assert (story.wrong_acts, story.worked) == (["beyond_authority"], ["RESPOND", "DECIDE", "PAY"])
    assert story.ledger["over_granted"] == 10_000
    assert tell(refund(3, C_DUE=NO_WAY)).ledger["over_granted"] == 0


def test_what_is_hidden_does_not_keep_an_agent_from_granting_beyond_the_limit() -> None:
    """A wish that the agent has not heard of is no wish."""
    row = refund(3, special_wish=1, S_ONLINE=0, C_REACH=NO_WAY)
    assert tell(row, errs("beyond_authority")).wrong_acts == ["beyond_authority"]


def test_a_blank_refusal_loses_the_case_before_the_platform() -> None:
    row = refund(3, unfounded=1, C_COMPLAINT=SURE, C_PLATFORM=SURE, C_RULING=SURE)
    calls = overlay(buyer__calls_platform=1.0)
    assert tell(row, calls).outcome == "refused"
    blank = tell(row, calls, errs("blank_refusal"))
    assert (blank.wrong_acts, blank.outcome, blank.ledger["refunded"]) == (["blank_refusal"], "ruled_for_buyer", 20_000)


@pytest.mark.parametrize(("path", "reason"), [(1, "late_shipment"), (4, "counterfeit")])
def test_compensation_that_is_forgotten(path: int, reason: str) -> None:
    story = tell(refund(path, reason=reason, claim_holds=1), errs("missed_compensation"))
    assert story.wrong_acts == ["missed_compensation"]
    assert (story.ledger["compensation"], story.ledger["missed"]) == (0, 1)


def test_it_comes_up_after_all_where_the_buyer_complains() -> None:
    row = refund(1, reason="late_shipment", claim_holds=1, C_COMPLAINT=SURE, C_PLATFORM=SURE)
    story = tell(row, errs("missed_compensation"))
    assert (story.ledger["compensation"], story.ledger["ruled"], story.ledger["intervened"]) == (1_000, 2, 1)


def test_paying_return_freight_that_is_not_the_shops() -> None:
    insured, buyers = refund(4, insured=1), overlay(policy__freight__paid_by="buyer")
    assert tell(insured).ledger["freight"] == 0
    assert tell(insured, errs("needless_freight")).ledger["freight"] == 1_000
    assert tell(refund(4), buyers, errs("needless_freight")).ledger["freight"] == 1_000


# ---------------------------------------------------------------- the 12 cells
@pytest.mark.parametrize(("right", "taken"), [(1, 2), (1, 3), (1, 4), (3, 1), (4, 1), (4, 2)])
def test_what_the_platform_or_the_system_does_not_allow_costs_a_minute(right: int, taken: int) -> None:
    story = taken_for(right, taken, amount=3_500 if right == 3 else 20_000)
    assert story.worked[:2] == ["RESPOND", "SET_RIGHT"]
    assert story.seconds("SET_RIGHT") == 60
    assert (story.ledger["mistakes"], story.ledger["taken_for"], story.ledger["believed"]) == (1, taken, right)
    assert story.outcome in ("refunded", "partly_refunded")


@pytest.mark.parametrize(
    ("right", "taken", "found_at"),
    [(2, 3, "APPROVE"), (2, 4, "AGREE"), (3, 2, "ASK_CARRIER"), (3, 4, "AGREE"), (4, 3, "APPROVE")],
)
def test_what_is_found_later_comes_back_as_rework(right: int, taken: int, found_at: str) -> None:
    story = taken_for(right, taken, amount=3_500 if right == 3 else 20_000)
    assert story.worked[:3] == ["RESPOND", found_at, "SET_RIGHT"]
    right_at_once = tell(refund(right, amount=3_500 if right == 3 else 20_000))
    assert story.worked[3:] == right_at_once.worked[1:]
    assert story.closed_at > right_at_once.closed_at


def test_a_moving_parcel_taken_for_an_unshipped_order_is_refunded_unsecured() -> None:
    story = taken_for(2, 1)
    assert story.worked == ["RESPOND", "PAY"]
    assert (story.wrong_acts, story.ledger["lost"]) == (["unconfirmed"], 20_000)


def test_a_return_asked_for_in_vain_costs_freight_only_where_something_was_sent() -> None:
    """A buyer who has not received the parcel yet sends nothing back."""
    assert taken_for(2, 4).ledger["freight"] == 0


def test_a_supervisor_who_never_answers_about_a_wrong_path_does_not_move_money_unsecured() -> None:
    story = taken_for(2, 3, there={"supervisors": NEVER})
    assert story.ledger["lost"] == 0


def test_what_a_carrier_was_asked_in_vain_is_no_answer_to_the_stop_asked_for_later() -> None:
    """Unshipped, taken for shipped, and the carrier asked in vain; then the parcel leaves: it is stopped as any other."""
    asked = wrong("path_1_as_2", kind="later", act="recall")
    story = taken_for(1, 2, asked, there={"warehouse": 12 * HOUR}, leaves=6 * HOUR)
    assert story.worked == ["RESPOND", "ASK_CARRIER", "SET_RIGHT", "HOLD", "ASK_CARRIER", "RECEIVE", "PAY"]


def test_a_path_is_taken_wrongly_once_and_answered_at_the_first_look() -> None:
    story = taken_for(4, 3, SIGNING)
    assert story.ledger["mistakes"] == 1
    assert story.worked[-2:] == ["PAY", "BOOK_IN"]
    assert story.began("SET_RIGHT") == 2 * MINUTE
