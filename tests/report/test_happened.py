"""What takes no time and leaves no row in the log is told all the same: what came of it, what was wrong, what it cost."""

from typing import Any

import numpy as np
import pytest

from sim.demand.columns import C_LOST_QUESTION, C_OFFER, C_REACH
from sim.demand.workload import NEVER, Workload
from sim.report.story import Story, tell
from sim.report.watched import Watched, watch
from sim.scenario import Scenario
from sim.scenario.calendar import roster
from sim.words import speaking
from tests.desk.stories import (
    CLOSES,
    DAY,
    HOUR,
    NO_ERP,
    NO_WAY,
    ON_PROMISE,
    REROUTES,
    SIGNING,
    SURE,
    applied_again,
    errs,
    every_attempt,
    instant,
    overlay,
    refund,
    scenario_of,
)

TEN = 10 * HOUR
"""Filed on Monday at ten, when everybody is there."""

LITTLE_AUTHORITY = overlay(pools__agents__groups__regular__authority="10 yuan")


def watched_on(scenario: Scenario, rows: np.ndarray) -> tuple[Workload, Watched]:
    people = roster(scenario, -scenario.calendar.warmup_days, scenario.calendar.days + scenario.calendar.drain_days - 1)
    workload = Workload(rows, absence=np.ones((len(people), people.days)))
    return workload, watch(workload, scenario, range(len(rows)))


def story_of(rows: np.ndarray, *overlays: dict[str, Any]) -> Story:
    """The story of the only refund of a quiet Monday."""
    rows["filed"][0] = TEN
    scenario = scenario_of(*overlays)
    workload, watched = watched_on(scenario, rows)
    return tell(scenario, workload, 0, watched)


def texts(story: Story, kind: str = "") -> list[str]:
    return [line.text for line in story.lines if not kind or line.kind == kind]


def in_order(story: Story, *told: str) -> bool:
    """Whether the story has these texts (or beginnings of texts), in this order."""
    rest = iter(texts(story))
    return all(any(text.startswith(each) for text in rest) for each in told)


def errs_by(share: float, *, slip: dict[str, float]) -> dict[str, Any]:
    """Agents take this share of the requests of a path for another one."""
    rows = [[0.0] * 4 for _ in range(4)]
    for right in range(4):
        rows[right][right] = 1.0
    for name, taken in slip.items():
        right = int(name.removeprefix("path_")) - 1
        rows[right][right] -= share
        rows[right][int(taken) - 1] += share
    return overlay(pools__agents__groups__regular__confusion=rows)


# ---------------------------------------------------------------- rules and wrong acts
def test_a_trainee_reads_what_was_right_why_and_by_which_rule() -> None:
    story = story_of(refund(1))
    judged = next(line for line in story.lines if line.kind == "rule")
    assert judged.text.startswith("Right now: Confirm the cut and refund through the batch tool. ")
    assert judged.reference == "rule P1.plain-batch · by when: Before the order is picked"


def test_a_batch_tool_that_looks_at_no_reasons_is_told_beside_the_rule_it_passes_over() -> None:
    story = story_of(refund(1, reason="late_shipment", claim_holds=1), overlay(policy__batch__screened=False))
    assert in_order(story, "Right now: Out of the batch", "But the batch tool looks at no reasons", "Compensation was owed on top")
    assert "left out compensation that was owed" in " ".join(story.ending)


@pytest.mark.parametrize(
    ("act", "rows", "overlays", "told"),
    [
        ("unconfirmed", refund(2, C_UNCONFIRMED=SURE), (), "refunded before the parcel was known to be stopped"),
        ("missed_compensation", refund(1, reason="late_shipment", claim_holds=1, C_MISSED=SURE), (), "left out compensation that was owed"),
        ("needless_freight", refund(4, C_NEEDLESS=SURE), (), "took on return freight without need"),
        ("blank_refusal", refund(3, unfounded=1, C_BLANK=SURE), (), "refused without reason or next step"),
        ("beyond_authority", refund(3, C_BEYOND=SURE), (LITTLE_AUTHORITY,), "decided an amount above the agent's limit"),
        ("unnumbered", refund(4, C_UNNUMBERED=SURE), (SIGNING,), "refunded without a return tracking number"),
    ],
)
def test_each_wrong_act_is_told_when_it_is_done_and_at_the_end(
    act: str, rows: np.ndarray, overlays: tuple[dict[str, Any], ...], told: str
) -> None:
    story = story_of(rows, errs(act), *overlays)
    assert any(text.startswith("A wrong act: ") and told in text for text in texts(story, "late"))
    assert any(text.startswith("What went wrong: ") and told in text for text in story.ending)


def test_a_wrong_path_is_told_when_it_is_taken_and_when_it_comes_to_light() -> None:
    wrong = errs_by(1.0, slip={"path_3": 2})
    later = overlay(costs__wrong_path__path_3_as_2={"kind": "later", "seconds": "5 min", "act": "recall"})
    story = story_of(refund(3, C_SLIP=SURE), wrong, later)
    assert in_order(
        story,
        "It is taken for another path: path 2 · shipped, not signed for.",
        "Nobody notices the wrong path yet",
        "The carrier knows of no such parcel",
        "Right now: ",
    )
    assert "the path was first taken wrongly" in " ".join(story.ending)


@pytest.mark.parametrize(
    ("kind", "told"), [("impossible", "The platform offers no such act for this order"), ("caught", "The shop's system warns")]
)
def test_a_wrong_path_that_cannot_be_walked_is_noticed_at_once(kind: str, told: str) -> None:
    cell = overlay(costs__wrong_path__path_4_as_1={"kind": kind, "seconds": "1 min"})
    story = story_of(refund(4, C_SLIP=SURE), errs_by(1.0, slip={"path_4": 1}), cell)
    assert in_order(story, "It is taken for another path: path 1", told, "Right now: ")


# ---------------------------------------------------------------- path 1
def test_a_parcel_that_left_unseen_is_said_to_be_hidden_and_then_found_out() -> None:
    story = story_of(refund(1, leaves=HOUR, arrives=3 * DAY), NO_ERP)
    assert any("The system says unshipped, but the parcel left 10 Nov 01:00" in text for text in story.hidden)
    assert in_order(story, "Too late: the parcel has already left.", "Right now: Stop it through warehouse and carrier")


def test_a_cut_that_gets_through_and_one_that_does_not() -> None:
    assert in_order(story_of(refund(1)), "The ERP looks for the order to cut it.", "Stopped: the parcel stays in the house.")
    by_hand = story_of(refund(1, C_CUT=NO_WAY))
    assert in_order(by_hand, "The cut in the ERP does not get through", "Handed over, agent → warehouse", "Stopped: ")


@pytest.mark.parametrize(("holds", "told"), [(1, "The claim holds."), (0, "The claim does not hold.")])
def test_how_a_claim_is_judged(holds: int, told: str) -> None:
    story = story_of(refund(1, reason="late_shipment", claim_holds=holds))
    assert in_order(story, "Right now: Out of the batch", told, "Right now: ")
    assert ("The claim behind the reason holds." in story.hidden) == bool(holds)


@pytest.mark.parametrize(
    ("rule", "told"), [(CLOSES, "“Ship” is clicked, and with that the platform closes the request"), (REROUTES, "“Ship” is clicked: from")]
)
def test_what_the_click_on_ship_does(rule: dict[str, Any], told: str) -> None:
    busy = overlay(pools__warehouse__groups__regular__shifts__day={"from": "20:00", "to": "22:00", "count": 1, "breaks": []})
    story = story_of(refund(1, C_CUT=NO_WAY, leaves=TEN + HOUR), rule, NO_ERP, busy)
    assert in_order(story, "The parcel leaves the warehouse.", told)


# ---------------------------------------------------------------- path 2
def test_a_question_that_nobody_heard_is_noticed_and_asked_again() -> None:
    rows = every_attempt(refund(2), C_LOST_QUESTION, NO_WAY)
    rows["chance"][0, C_LOST_QUESTION] = SURE
    nobody = overlay(policy__named_contact={"carrier": False, "warehouse": True, "lost": 0.5, "ask_again": "24 h"})
    story = story_of(rows, nobody)
    lost = "Ask the carrier to recall the parcel: nobody hears the question. It is noticed after 24 h (11 Nov 10:"
    assert in_order(story, lost, "Handed over, agent → carrier", "No contact person is named there")
    assert not any(text.startswith("Waiting") and "Ask the carrier" in text for text in texts(story))
    assert "questions lost or unanswered: 1" in " ".join(story.ending)


def test_a_carrier_that_never_answers_is_silence_only_after_a_while() -> None:
    story = story_of(refund(2, C_SILENT=SURE), overlay(policy__recall__silent=0.5, policy__recall__give_up="12 h"))
    assert in_order(
        story,
        "Ask the carrier to recall the parcel: asked. After 12 h (10 Nov 22:",
        "What nobody can know yet",
        "The carrier did not answer: that counts as silence.",
        "Right now: ",
    )
    assert [line.kind for line in story.lines if line.text.startswith("What nobody can know yet")] == ["hidden"]


@pytest.mark.parametrize("kept", [True, False])
def test_a_promise_is_kept_or_broken(kept: bool) -> None:
    story = story_of(refund(2, C_KEEP=SURE if kept else NO_WAY), overlay(policy__recall__refund_on="return"))
    assert in_order(story, "The carrier promises to bring the parcel back.", "Money: recall fee ")
    if kept:
        assert in_order(story, "The parcel is back in the house: the carrier kept its promise.", "Money: refunded 200.00 yuan.")
    else:
        assert in_order(story, "What nobody can know yet: it will not keep this promise.", "The promise is broken")


def test_a_promise_broken_after_the_money_went_out_is_told_at_the_end() -> None:
    story = story_of(refund(2, C_KEEP=NO_WAY), ON_PROMISE, overlay(policy__recall__loss_borne_by="shop"))
    assert in_order(story, "Money: refunded", "The money is out and the goods are not secured: goods for 200.00 yuan may be lost as well.")
    ending = " ".join(story.ending)
    assert "the carrier did not keep its promise" in ending
    assert "goods lost 200.00 yuan" in ending


@pytest.mark.parametrize(
    ("chance", "told"), [(SURE, "There is proof that the parcel was delivered."), (NO_WAY, "Nobody can prove that it was delivered.")]
)
def test_not_received_is_asked_of_both_sides(chance: float, told: str) -> None:
    story = story_of(refund(2, arrives=HOUR, to_locker=1, not_received=1, reason="never_delivered", C_DELIVERED=chance))
    assert "The buyer says that the goods never came." in story.opening
    assert "It has been left at a locker or with a neighbour." in story.hidden
    assert in_order(story, "Right now: Ask carrier and warehouse", "Beside it: The warehouse says", told, "Right now: ")


def test_a_parcel_that_is_not_scanned_any_more_is_lost() -> None:
    story = story_of(refund(2, leaves=-8 * DAY, stalls=-6 * DAY, arrives=NEVER))
    assert {"The carrier stops scanning it 4 Nov 00:00.", "The parcel is lost on its way."} <= set(story.hidden)
    assert in_order(story, "Right now: Lost", "The buyer wants the money.")


# ---------------------------------------------------------------- path 3
@pytest.mark.parametrize(
    ("column", "wish"),
    [
        ("mistaken_form", "the wrong form was ticked, and the goods are to go back"),
        ("wants_exchange", "other goods are wanted, not money"),
        ("special_wish", "something outside the shop's rules is wanted"),
    ],
)
def test_what_the_buyer_really_wants_is_hidden_until_the_talk(column: str, wish: str) -> None:
    story = story_of(refund(3, **{column: 1}))
    assert f"What the buyer really wants: {wish}." in story.hidden
    assert in_order(story, "The buyer files the request.", f"In the talk it comes out: {wish}.", "Right now: ")


def test_a_negotiation_goes_through_its_rounds() -> None:
    story = story_of(every_attempt(refund(3, amount=4_000), C_OFFER, NO_WAY), overlay(chances__offer_accepted=0.5))
    rounds = texts(story).count("The buyer does not take the offer: another round.")
    assert rounds == 3
    assert in_order(story, "No agreement in the last round either.")


def test_a_supervisor_grants_or_refuses() -> None:
    above = (LITTLE_AUTHORITY, overlay(chances__approved=0.5))
    assert in_order(story_of(refund(3), *above), "Handed over, agent → supervisor, an amount", "The supervisor grants it")
    assert in_order(story_of(refund(3, C_APPROVES=NO_WAY), *above), "The supervisor does not grant it.", "Refuse with a reason")


@pytest.mark.parametrize(
    ("weight", "told"), [(1, "The weight is as it should be"), (2, "The parcel was too light"), (3, "The parcel weighed")]
)
def test_what_the_weight_says(weight: int, told: str) -> None:
    story = story_of(refund(3, reason="piece_missing", weight=weight))
    assert in_order(story, "Right now: Ask the warehouse to check weight", told)
    assert len([text for text in story.hidden if "missing in the parcel" in text or "was empty" in text]) == (weight > 1)


def test_a_refusal_can_end_with_the_platform() -> None:
    angry = overlay(buyer__complaint=1.0, buyer__calls_platform=1.0, clocks__proof="2 d")
    story = story_of(refund(3, unfounded=1, C_COMPLAINT=SURE, C_PLATFORM=SURE), angry)
    assert in_order(story, "Right now: Refuse", "The buyer complains.", "The platform steps in.", "The platform rules against the shop.")
    assert "the platform stepped in" in " ".join(story.ending)


@pytest.mark.parametrize(
    ("proof", "told", "ended"),
    [("2 d", "The platform rules for the shop.", "refused"), ("0 s", "The shop did not make its case in time.", "refunded: the platform")],
)
def test_a_case_made_in_time_can_be_won(proof: str, told: str, ended: str) -> None:
    fair = overlay(buyer__complaint=1.0, buyer__calls_platform=1.0, clocks__proof=proof, chances__ruled_for_shop=1.0)
    story = story_of(refund(3, unfounded=1, C_COMPLAINT=SURE, C_PLATFORM=SURE, C_RULING=SURE), fair)
    assert in_order(story, "The platform steps in.", told, f"The end: {ended}")


def test_compensation_that_was_left_out_can_come_back() -> None:
    rows = refund(1, reason="late_shipment", claim_holds=1, C_MISSED=SURE, C_COMPLAINT=SURE, C_PLATFORM=SURE)
    story = story_of(rows, errs("missed_compensation"), overlay(buyer__complaint=1.0, buyer__calls_platform=1.0))
    assert in_order(story, "Compensation was owed on top, and is not paid.", "The buyer goes to the platform about the compensation")
    assert "compensation " in next(text for text in story.ending if text.startswith("Money: "))


def test_silence_can_end_with_the_platform() -> None:
    angry = overlay(buyer__complaint=1.0, buyer__calls_platform=1.0, policy__refresh="7 h")
    story = story_of(refund(4, patience=HOUR, C_COMPLAINT=SURE, C_PLATFORM=SURE), angry)
    assert in_order(story, "The buyer has heard nothing and chases.", "Instead of asking once more, the buyer calls the platform.")
    assert "Also: chasers: 1; the buyer complained; the platform stepped in." in story.ending


# ---------------------------------------------------------------- path 4
def test_a_return_from_the_agreement_to_the_inspection() -> None:
    story = story_of(refund(4), SIGNING)
    assert in_order(
        story,
        "The return is agreed.",
        "Right now: Ask for the tracking number",
        "The tracking number is there.",
        "The return is signed for: from now on the goods are the shop's risk.",
        "Money: refunded 200.00 yuan.",
        "The return is in order.",
    )


def test_a_return_that_is_wrong_is_hidden_until_it_is_inspected() -> None:
    story = story_of(refund(4, return_wrong=1, C_EMPTY=SURE))
    assert "What comes back, if anything, is wrong, worn or empty." in story.hidden
    assert in_order(
        story, "Something is wrong with the return.", "Right now: Keep the evidence", "An empty parcel or other goods came back"
    )


@pytest.mark.parametrize(("chance", "told"), [(SURE, "In stock: the exchange is agreed."), (NO_WAY, "Out of stock: no exchange.")])
def test_an_exchange_needs_stock(chance: float, told: str) -> None:
    story = story_of(refund(4, wants_exchange=1, C_STOCK=chance), overlay(chances__exchange_in_stock=0.5))
    assert in_order(story, "In the talk it comes out: other goods are wanted", "Right now: Check the stock", told)


# ---------------------------------------------------------------- machines, clocks and the second application
@pytest.mark.parametrize(
    ("overlays", "told", "ended"),
    [
        (instant(3), "A machine refunds it before anybody sees it.", "refunded at once by a machine"),
        (overlay(clocks__forced=1.0), "The platform refunds it by force; the shop is not asked.", "refunded by the platform by force"),
    ],
)
def test_refunds_that_nobody_saw(overlays: dict[str, Any], told: str, ended: str) -> None:
    story = story_of(refund(3, C_INSTANT=SURE, C_FORCED=SURE), overlays)
    assert in_order(story, "The buyer files the request.", told, "Money: refunded", f"The end: {ended}.")


def test_a_machine_that_refunds_on_the_tracking_number_pays_ahead_of_the_goods() -> None:
    story = story_of(refund(4, C_INSTANT=SURE), instant(4))
    assert in_order(
        story,
        "A machine refunds on the tracking number",
        "The money is out and the goods are not secured",
        "The return is signed for",
        "The goods are safe after all",
    )


def test_a_buyer_asks_where_the_money_is_and_withdraws() -> None:
    asks = story_of(refund(4, S_ENQUIRES=HOUR), overlay(buyer__enquires_after="1 h", buyer__enquiry_passed_on=0.5))
    assert in_order(asks, "The buyer was answered, and asks where the money is.", "The buyer is told how it stands.")
    gone = story_of(refund(4, C_WITHDRAW=SURE, S_WITHDRAWS=2 * HOUR), overlay(buyer__withdraws=0.5))
    assert in_order(gone, "The buyer no longer wants the refund and withdraws the request.", "The end: withdrawn by the buyer.")


def test_a_second_application_names_the_first_and_the_first_names_the_second() -> None:
    rows = applied_again(refund(3, unfounded=1))
    rows["filed"][0] = TEN
    scenario = scenario_of()
    workload, watched = watched_on(scenario, rows)
    first, second = (tell(scenario, workload, row, watched) for row in (0, 1))
    assert any(text.startswith("The buyer files again 11 Nov") and text.endswith("refund 1.") for text in first.ending)
    assert "A second application; the first was refund 0." in second.opening
    assert in_order(second, "Right now: Refuse")


def test_a_list_that_is_refreshed_now_and_then_hides_what_was_filed_since() -> None:
    rows = refund(4)
    story = story_of(rows, overlay(policy__refresh="7 h"))
    assert in_order(story, "The buyer files the request.", "Nobody can see it before the list is refreshed.", "agents, regular")


def test_an_offline_buyer_is_not_reached_until_they_write_back() -> None:
    offline = overlay(buyer__reached_offline=0.5, buyer__reached_again_after="2 h")
    late = overlay(policy__refresh="7 h")  # the buyer has long gone when somebody looks
    story = story_of(every_attempt(refund(3, amount=4_000), C_REACH, NO_WAY), offline, late)
    assert in_order(
        story,
        "The buyer goes offline",
        "The buyer is offline and cannot be reached now.",
        "No talk came about: it is tried again later.",
        "They agree on the amount.",
    )


def test_a_first_answer_without_a_word_is_no_first_response() -> None:
    days = overlay(policy__refresh="48 h", buyer__complaint=0.0)
    story = story_of(refund(4, C_BLANK=SURE), errs("blank_refusal"), days)
    assert in_order(
        story,
        "A wrong act: refused without reason or next step.",
        "The buyer does not let it rest there and asks again.",
        "First response, ",
    )
    assert sum(text.startswith("First response, ") for text in texts(story)) == 1


def test_the_story_is_told_in_chinese_with_the_same_lines() -> None:
    rows = refund(2, C_KEEP=NO_WAY)
    with speaking("en"):
        english = story_of(rows.copy())
    with speaking("zh"):
        chinese = story_of(rows.copy())
    assert [(line.time, line.kind) for line in chinese.lines] == [(line.time, line.kind) for line in english.lines]
    assert "快递承诺追回包裹。" in texts(chinese)
    assert "此时还没有人知道：这个承诺不会兑现。" in texts(chinese)
