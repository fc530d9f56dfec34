"""What the procedure looks up: the scenario's policy, clocks, chances and money, and the decision tables, as one flat record (TABLES)."""

from typing import TYPE_CHECKING

import numpy as np

from sim.demand.workload import NEVER
from sim.desk.records import BOXES, GROUPS, HANDOFFS, TABLES
from sim.rules.facts import ReturnRule, Settings
from sim.rules.masks import DEADLINES, masks, words_of_settings
from sim.rules.reasons import reasons
from sim.rules.settings import deadline_seconds, settings_with

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

# Lines of the refund desk. Agents have one for each path, so that they can be dedicated.
L_PATH_1, L_PATH_2, L_PATH_3, L_PATH_4, L_BATCH, L_AFTER_SALES = range(6)
L_SUPERVISORS, L_WAREHOUSE, L_RETURNS, L_INSPECTION, L_OUTSIDE, L_CARRIERS = range(6, 12)
LINE_NAMES: tuple[str, ...] = ("path_1", "path_2", "path_3", "path_4", "batch", "after_sales")
LINE_NAMES += ("supervisors", "warehouse", "returns", "inspection", "outside", "carriers")
LINE_POOLS = ("agents",) * 5 + ("after_sales", "supervisors", "warehouse", "warehouse", "inspection", "outside", "carriers")
"""The pool that serves each line; where nobody is in it, the line stays empty."""

HANDOFF_KINDS = (
    "agent_carrier",
    "agent_supervisor",
    "agent_supervisor_amount",
    "agent_warehouse",
    "warehouse_inspection",
    "warehouse_inspection_outside",
    "warehouse_carrier",
)
"""The handoffs that the log tells apart; each has its own standard."""
(
    AGENT_CARRIER,
    AGENT_SUPERVISOR,
    AGENT_SUPERVISOR_AMOUNT,
    AGENT_WAREHOUSE,
    WAREHOUSE_INSPECTION,
    WAREHOUSE_INSPECTION_OUTSIDE,
    WAREHOUSE_CARRIER,
) = range(HANDOFFS)
HANDOFF_ROWS: dict[str, tuple[int, ...]] = {
    "agent_carrier": (AGENT_CARRIER,),
    "agent_supervisor": (AGENT_SUPERVISOR, AGENT_SUPERVISOR_AMOUNT),
    "agent_warehouse": (AGENT_WAREHOUSE,),
    "warehouse_inspection": (WAREHOUSE_INSPECTION, WAREHOUSE_INSPECTION_OUTSIDE),
    "warehouse_carrier": (WAREHOUSE_CARRIER,),
}
"""The five pairs of the article, each a row in every report."""
HANDOFF_NAMES = tuple(HANDOFF_ROWS)

FIRST_COME, BY_PATH, EARLIEST_DEADLINE, ONLINE_FIRST = range(4)
LINE_ORDERS = ("first_come", "by_path", "earliest_deadline", "online_first")

# Places in `clock`, seconds.
K_UNSHIPPED, K_SHIPPED, K_RECALL, K_RETURN, K_SENDS_BACK, K_CONFIRMS, K_REFUSAL, K_PROOF = range(8)
# Places in `switch`.
(
    P_BATCH,
    P_BATCH_CASE,  # seconds per case
    P_BATCH_SCREENED,
    P_ERP_CUT,
    P_AGREEMENT,
    P_RECALL_GIVE_UP,  # seconds
    P_LOST_AFTER,  # seconds
    P_LOSS_BY_CARRIER,
    P_DOOR_THRESHOLD,
    P_OUTSIDE,
    P_APPROVAL_GIVE_UP,  # seconds
    P_CHASES_MOST,
    P_SHIP_CLOSES,
    P_COUPON,
    P_COUPON_WITHIN,  # seconds
    P_CARRIER_CONTACT,
    P_WAREHOUSE_CONTACT,
    P_ASK_AGAIN,  # seconds
    P_BUYER_PAYS_FREIGHT,
    P_INSURANCE,
    P_CHASE_NUMBER,  # seconds, NEVER = not at all
    P_AFTER_SALES,
    P_READING,  # seconds
    P_FIRST_RESPONSE,  # seconds, NEVER = no standard
    P_ENQUIRES,
) = range(25)
# Places in `share`.
(
    Q_CUT,
    Q_SILENT,
    Q_ANSWER_PACE,  # a factor
    Q_RECALL_BEFORE_LINEHAUL,
    Q_RECALL_IN_TRANSIT,
    Q_RECALL_OUT_FOR_DELIVERY,
    Q_KEEP,
    Q_PROOF_FOUND,
    Q_LOST_QUESTION,
    Q_REPEATED,
    Q_COMPLAINT,
    Q_COMPLAINT_HOURS,
    Q_COMPLAINT_REFUSED,
    Q_COMPLAINT_EMPTY,
    Q_PLATFORM,
    Q_REACH,
    Q_PASSED_ON,
    Q_WITHDRAWS,
    Q_COUPON_MOVES,
    Q_NUMBER_COMES,
    Q_SENDS_GOODS,
    Q_BALKS,
    Q_CHANGES_FORM,
    Q_GIVES_NUMBER,
    Q_DOOR,
    Q_RESHIP,
    Q_KEEPS_WRONG_ITEM,
    Q_ANOMALY,
    Q_EMPTY,
    Q_STOCK,
    Q_OFFER,
    Q_APPROVED,
    Q_IN_FULL,
    Q_PART_OWED,
    Q_UNSTATED,
    Q_FOR_SHOP,
    Q_INSTANT,  # paths 1-4 follow each other
    Q_INSTANT_2,
    Q_INSTANT_3,
    Q_INSTANT_4,
    Q_FORCED,
    Q_WORN,  # of the price
    Q_OWED,  # of the price: compensation for a claim that the stated reason does not tell
) = range(43)
# Places in `money`, fen.
(
    M_COUPON,
    M_FREIGHT,
    M_RECALL,
    M_RECALL_LATE,
    M_PREMIUM,
    M_CUT_FEE,
    M_OUTSIDE_FEE,
    M_RESHIPMENT,
    M_COMPENSATION_LEAST,
    M_COMPENSATION_MOST,
) = range(10)
# Places in `errors`.
E_UNCONFIRMED, E_UNNUMBERED, E_BEYOND, E_BLANK, E_MISSED, E_NEEDLESS = range(6)
ERROR_NAMES = ("unconfirmed", "unnumbered", "beyond_authority", "blank_refusal", "missed_compensation", "needless_freight")
# What comes of a wrong path, and the acts by which it is found later.
IMPOSSIBLE, CAUGHT, LATER = range(3)
WRONG_KINDS = ("impossible", "caught", "later")
ACT_NONE, ACT_PAY, ACT_RECALL, ACT_SUBMIT, ACT_AGREE = range(5)
WRONG_ACTS = ("none", "pay", "recall", "submit", "agree")

RETURN_RULES = {"signing": ReturnRule.ON_SIGNING, "door": ReturnRule.AT_DOOR, "inspection": ReturnRule.AFTER_INSPECTION}


def settings_of(scenario: "Scenario") -> Settings:
    """What the shop of a scenario has settled, as the rules ask for it. A standard that has no clock counts as the usual one."""
    policy, standards, clocks = scenario.policy, scenario.standards, scenario.clocks
    given = {
        "response_minutes": (standards.first_response, 60),
        "carrier_hours": (standards.agent_carrier, 3600),
        "warehouse_hours": (standards.agent_warehouse, 3600),
        "supervisor_hours": (standards.agent_supervisor, 3600),
        "supervisor_amount_hours": (standards.agent_supervisor_amount, 3600),
        "inspection_hours": (standards.warehouse_inspection, 3600),
        "inspection_outside_hours": (standards.warehouse_inspection_outside, 3600),
        "buyer_sends_back_days": (clocks.buyer_sends_back, 86400),
        "lost_after_days": (policy.recall.lost_after, 86400),
        "coupon_hours": (policy.coupon.within, 3600),
    }
    return settings_with(
        {name: seconds / unit for name, (seconds, unit) in given.items() if seconds is not None}
        | {
            "delegated": policy.approval.delegated,
            "inspection_outside": policy.inspection.outside,
            "refund_on_promise": policy.recall.refund_on == "promise",
            "return_rule": RETURN_RULES[policy.returns.refund_on].value,
            "door_threshold": policy.returns.door_threshold,
        }
    )


def tables_of(scenario: "Scenario") -> np.ndarray:
    """TABLES[1] of a scenario, read-only."""
    tables = np.zeros(1, TABLES)
    row = tables[0]
    row["order"] = LINE_ORDERS.index(scenario.policy.line_order)
    row["refresh"] = scenario.policy.refresh
    row["line"][: len(LINE_POOLS)] = range(len(LINE_POOLS))
    row["standard"] = [getattr(scenario.standards, name) or 0 for name in HANDOFF_KINDS]
    _fill_clocks(row, scenario)
    _fill_groups(row, scenario)
    _fill_switches(row, scenario)
    _fill_shares(row, scenario)
    _fill_money(row, scenario)
    _fill_rules(row, scenario)
    tables.flags.writeable = False
    return tables


def _fill_clocks(row: np.void, scenario: "Scenario") -> None:
    clocks = scenario.clocks
    row["clock"] = NEVER
    for place, seconds in (
        (K_UNSHIPPED, clocks.seller_unshipped),
        (K_SHIPPED, clocks.seller_shipped),
        (K_RECALL, clocks.seller_recall),
        (K_RETURN, clocks.seller_return_request),
        (K_SENDS_BACK, clocks.buyer_sends_back),
        (K_CONFIRMS, clocks.seller_confirms_return),
        (K_REFUSAL, clocks.after_refusal),
        (K_PROOF, clocks.proof),
    ):
        if seconds is not None:
            row["clock"][place] = seconds


def _fill_groups(row: np.void, scenario: "Scenario") -> None:
    row["pace"] = 1.0
    row["confusion"] = np.eye(4).ravel()
    for number, (_, _, group) in enumerate(scenario.groups()[:GROUPS]):
        row["pace"][number] = group.pace
        row["authority"][number] = group.authority
        row["chats"][number] = group.per_chat
        row["errors"][number] = [getattr(group.errors, name) for name in ERROR_NAMES]
        even = np.full((4, 4), group.slip / 3)
        np.fill_diagonal(even, 1 - group.slip)
        row["confusion"][number] = (even if group.confusion is None else np.array(group.confusion)).ravel()


def _fill_switches(row: np.void, scenario: "Scenario") -> None:
    policy, switch = scenario.policy, row["switch"]
    switch[P_BATCH] = policy.batch.on
    switch[P_BATCH_CASE] = policy.batch.per_case
    switch[P_BATCH_SCREENED] = policy.batch.screened
    switch[P_ERP_CUT] = policy.erp_cut.on
    switch[P_AGREEMENT] = policy.recall.agreement
    switch[P_RECALL_GIVE_UP] = policy.recall.give_up
    switch[P_LOST_AFTER] = policy.recall.lost_after
    switch[P_LOSS_BY_CARRIER] = policy.recall.agreement and policy.recall.loss_borne_by == "carrier"
    switch[P_DOOR_THRESHOLD] = policy.returns.door_threshold
    switch[P_OUTSIDE] = policy.inspection.outside
    switch[P_APPROVAL_GIVE_UP] = policy.approval.give_up
    switch[P_CHASES_MOST] = scenario.buyer.chases_most
    switch[P_SHIP_CLOSES] = scenario.clocks.ship_click == "closes"
    switch[P_COUPON] = policy.coupon.on
    switch[P_COUPON_WITHIN] = policy.coupon.within
    switch[P_CARRIER_CONTACT] = policy.named_contact.carrier
    switch[P_WAREHOUSE_CONTACT] = policy.named_contact.warehouse
    switch[P_ASK_AGAIN] = policy.named_contact.ask_again
    switch[P_BUYER_PAYS_FREIGHT] = policy.freight.paid_by == "buyer"
    switch[P_INSURANCE] = policy.freight.insurance
    switch[P_CHASE_NUMBER] = NEVER if policy.numbers.chase_every is None else policy.numbers.chase_every
    switch[P_AFTER_SALES] = policy.split.after_sales
    switch[P_READING] = policy.split.reading
    switch[P_FIRST_RESPONSE] = NEVER if scenario.standards.first_response is None else scenario.standards.first_response
    switch[P_ENQUIRES] = scenario.buyer.enquires_after is not None


def _fill_shares(row: np.void, scenario: "Scenario") -> None:
    policy, buyer, chances, share = scenario.policy, scenario.buyer, scenario.chances, row["share"]
    share[Q_CUT] = policy.erp_cut.success
    share[Q_SILENT] = policy.recall.silent
    share[Q_ANSWER_PACE] = policy.recall.answer_pace
    share[Q_RECALL_BEFORE_LINEHAUL] = chances.recall_before_linehaul
    share[Q_RECALL_IN_TRANSIT] = chances.recall_in_transit
    share[Q_RECALL_OUT_FOR_DELIVERY] = chances.recall_out_for_delivery
    share[Q_KEEP] = chances.promise_kept
    share[Q_PROOF_FOUND] = chances.proof_found
    share[Q_LOST_QUESTION] = policy.named_contact.lost
    share[Q_REPEATED] = policy.named_contact.repeated
    share[Q_COMPLAINT] = buyer.complaint
    share[Q_COMPLAINT_HOURS] = buyer.complaint_hours
    share[Q_COMPLAINT_REFUSED] = buyer.complaint_refused
    share[Q_COMPLAINT_EMPTY] = buyer.complaint_empty
    share[Q_PLATFORM] = buyer.calls_platform
    share[Q_REACH] = buyer.reached_offline
    share[Q_PASSED_ON] = buyer.enquiry_passed_on
    share[Q_WITHDRAWS] = buyer.withdraws
    share[Q_COUPON_MOVES] = buyer.coupon_moves
    share[Q_NUMBER_COMES] = buyer.chased_number_comes
    share[Q_SENDS_GOODS] = buyer.sends_goods
    share[Q_BALKS] = buyer.balks_at_freight
    share[Q_CHANGES_FORM] = buyer.changes_form
    share[Q_GIVES_NUMBER] = buyer.gives_number
    share[Q_DOOR] = buyer.refuses_at_door
    share[Q_RESHIP] = buyer.wants_reshipment
    share[Q_KEEPS_WRONG_ITEM] = buyer.keeps_wrong_item
    share[Q_ANOMALY] = chances.anomaly
    share[Q_EMPTY] = chances.empty_return
    share[Q_STOCK] = chances.exchange_in_stock
    share[Q_OFFER] = chances.offer_accepted
    share[Q_APPROVED] = chances.approved
    share[Q_IN_FULL] = chances.granted_in_full
    share[Q_PART_OWED] = chances.part_owed
    share[Q_UNSTATED] = chances.unstated_claim
    share[Q_FOR_SHOP] = chances.ruled_for_shop
    instant = scenario.clocks.instant
    share[Q_INSTANT : Q_INSTANT + 4] = instant.path_1, instant.path_2, instant.path_3, instant.path_4
    share[Q_FORCED] = scenario.clocks.forced
    share[Q_WORN] = scenario.costs.worn_share
    share[Q_OWED] = scenario.costs.compensation_share


def _fill_money(row: np.void, scenario: "Scenario") -> None:
    costs, money = scenario.costs, row["money"]
    money[M_COUPON], money[M_FREIGHT] = costs.coupon, costs.freight
    money[M_RECALL], money[M_RECALL_LATE] = costs.recall_fee, costs.recall_fee_late
    money[M_PREMIUM], money[M_RESHIPMENT] = costs.insurance_premium, costs.reshipment
    money[M_CUT_FEE], money[M_OUTSIDE_FEE] = scenario.policy.erp_cut.fee, scenario.policy.inspection.fee
    money[M_COMPENSATION_LEAST], money[M_COMPENSATION_MOST] = costs.compensation_least, costs.compensation_most
    for reason in reasons():
        row["owed"][reason.index] = costs.compensation_share if reason.owes_compensation else 0.0
        row["says_refused"][reason.index] = reason.key == "refused_damaged"
        row["at_fault"][reason.index] = reason.owes_compensation or reason.quality
    for right in range(4):
        for taken in range(4):
            if right != taken:
                wrong = costs.wrong_path[f"path_{right + 1}_as_{taken + 1}"]
                row["wrong_kind"][4 * right + taken] = WRONG_KINDS.index(wrong.kind)
                row["wrong_act"][4 * right + taken] = WRONG_ACTS.index(wrong.act)
                row["wrong_seconds"][4 * right + taken] = wrong.seconds


def _fill_rules(row: np.void, scenario: "Scenario") -> None:
    settings, found = settings_of(scenario), masks()
    if len(found.rule) > BOXES:
        raise AssertionError(f"the decision tables have {len(found.rule)} boxes, the desk's record has room for {BOXES}")
    row["settled"] = words_of_settings(settings)
    row["rule_begin"] = found.begin
    for name in ("first", "second"):
        row[f"rule_{name}"][: len(found.rule)] = getattr(found, name)
    row["rule_number"][: len(found.rule)] = found.rule
    row["rule_response"][: len(found.rule)] = found.response
    row["rule_deadline"][: len(found.rule)] = found.deadline
    row["deadline"] = NEVER
    for place, deadline in enumerate(DEADLINES):
        seconds = deadline_seconds(deadline, settings)
        if seconds is not None:
            row["deadline"][place] = seconds
