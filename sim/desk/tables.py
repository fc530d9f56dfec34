"""What the procedure looks up: the scenario's policy, clocks, chances and money as one flat record (dtype TABLES)."""

from typing import TYPE_CHECKING

import numpy as np

from sim.demand.workload import NEVER
from sim.desk.records import GROUPS, HANDOFFS, TABLES
from sim.rules.reasons import reasons

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

# Lines of the refund desk, and the pool of each (places in sim.scenario.staff.POOLS).
L_AGENTS, L_BATCH, L_SUPERVISORS, L_WAREHOUSE, L_INSPECTION, L_CARRIERS = range(6)
LINE_POOLS = (0, 0, 1, 2, 3, 4)
LINE_NAMES = ("agents", "batch", "supervisors", "warehouse", "inspection", "carriers")

AGENT_CARRIER, AGENT_SUPERVISOR, AGENT_WAREHOUSE, WAREHOUSE_INSPECTION, WAREHOUSE_CARRIER = range(HANDOFFS)
HANDOFF_NAMES = ("agent_carrier", "agent_supervisor", "agent_warehouse", "warehouse_inspection", "warehouse_carrier")

FIRST_COME, BY_PATH, EARLIEST_DEADLINE, ONLINE_FIRST = range(4)
LINE_ORDERS = ("first_come", "by_path", "earliest_deadline", "online_first")

# Places in `clock`.
K_UNSHIPPED, K_SHIPPED, K_RECALL, K_RETURN, K_SENDS_BACK, K_CONFIRMS, K_RESPONSE = range(7)
# Places in `switch`.
(
    P_BATCH,
    P_BATCH_CASE,  # seconds per case
    P_ERP_CUT,
    P_REFUND_ON_PROMISE,
    P_RECALL_GIVE_UP,  # seconds
    P_REFUND_ON,  # one of ON_SIGNING, AT_DOOR, AFTER_INSPECTION
    P_DOOR_THRESHOLD,
    P_APPROVAL_GIVE_UP,  # seconds
    P_CHASES_MOST,
    P_SHIP_CLOSES,
    P_COUPON_WITHIN,  # seconds
    P_CARRIER_CONTACT,
    P_WAREHOUSE_CONTACT,
) = range(13)
ON_SIGNING, AT_DOOR, AFTER_INSPECTION = range(3)
# Places in `share`.
(
    Q_CUT,
    Q_RECALL,
    Q_KEEP,
    Q_DOOR,
    Q_MISTAKEN,
    Q_REFUSED,
    Q_ANOMALY,
    Q_EMPTY,
    Q_CLAIM,
    Q_COMPLAINT,
    Q_OFFER,
    Q_EXCHANGE,
) = range(12)
# Places in `money`.
M_COUPON, M_FREIGHT, M_RECALL = range(3)

NOT_RECEIVED = ("never_delivered", "no_trace", "empty_parcel")
"""Reasons that say "not received": asked of carrier and warehouse side by side (the article)."""

COUPON_WITHIN = 12 * 3600
"""A tracking number given within 12 h earns the coupon (the article; grade A)."""


def tables_of(scenario: "Scenario") -> np.ndarray:
    """TABLES[1] of a scenario, read-only."""
    tables = np.zeros(1, TABLES)
    policy, clocks, chances = scenario.policy, scenario.clocks, scenario.chances
    tables["order"] = LINE_ORDERS.index(policy.line_order)
    tables["refresh"] = policy.refresh
    tables["standard"][0] = [getattr(scenario.standards, name) or 0 for name in HANDOFF_NAMES]
    clock = tables["clock"][0]
    clock[:] = NEVER
    for place, seconds in (
        (K_UNSHIPPED, clocks.seller_unshipped),
        (K_SHIPPED, clocks.seller_shipped),
        (K_RECALL, clocks.seller_recall),
        (K_RETURN, clocks.seller_return_request),
        (K_SENDS_BACK, clocks.buyer_sends_back),
        (K_CONFIRMS, clocks.seller_confirms_return),
        (K_RESPONSE, scenario.standards.first_response),
    ):
        if seconds is not None:
            clock[place] = seconds
    tables["line"][0, : len(LINE_POOLS)] = range(len(LINE_POOLS))
    tables["pace"] = 1.0
    for number, (_, _, group) in enumerate(scenario.groups()[:GROUPS]):
        tables["pace"][0, number] = group.pace
        tables["authority"][0, number] = group.authority
        tables["slip"][0, number] = group.slip
        tables["chats"][0, number] = group.per_chat
    switch = tables["switch"][0]
    switch[P_BATCH] = policy.batch.on
    switch[P_BATCH_CASE] = policy.batch.per_case
    switch[P_ERP_CUT] = policy.erp_cut.on
    switch[P_REFUND_ON_PROMISE] = policy.recall.refund_on == "promise"
    switch[P_RECALL_GIVE_UP] = policy.recall.give_up
    switch[P_REFUND_ON] = ("signing", "door", "inspection").index(policy.returns.refund_on)
    switch[P_DOOR_THRESHOLD] = policy.returns.door_threshold
    switch[P_APPROVAL_GIVE_UP] = policy.approval.give_up
    switch[P_CHASES_MOST] = scenario.buyer.chases_most
    switch[P_SHIP_CLOSES] = clocks.ship_click == "closes"
    switch[P_COUPON_WITHIN] = COUPON_WITHIN
    switch[P_CARRIER_CONTACT] = policy.named_contact.carrier
    switch[P_WAREHOUSE_CONTACT] = policy.named_contact.warehouse
    share = tables["share"][0]
    share[Q_CUT] = policy.erp_cut.success
    share[Q_RECALL] = chances.recall_promised
    share[Q_KEEP] = chances.promise_kept
    share[Q_DOOR] = chances.refused_at_door
    share[Q_MISTAKEN] = chances.mistaken_form
    share[Q_REFUSED] = chances.refused
    share[Q_ANOMALY] = chances.anomaly
    share[Q_EMPTY] = chances.empty_return
    share[Q_CLAIM] = chances.claim_holds
    share[Q_COMPLAINT] = scenario.buyer.complaint
    share[Q_OFFER] = chances.offer_accepted
    share[Q_EXCHANGE] = chances.exchange
    money = tables["money"][0]
    money[M_COUPON], money[M_FREIGHT], money[M_RECALL] = scenario.costs.coupon, scenario.costs.freight, scenario.costs.recall_fee
    for reason in reasons():
        tables["owed"][0, reason.index] = scenario.costs.compensation_share if reason.owes_compensation else 0.0
        tables["ask_both"][0, reason.index] = reason.key in NOT_RECEIVED
    tables.flags.writeable = False
    return tables
