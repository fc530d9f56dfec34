"""Path 2, shipped and not signed for: the agreement with the carrier. Also parcels that left although the system said unshipped."""

from typing import Any

from sim.demand.columns import (
    C_DELIVERED,
    C_DOOR,
    C_KEEP,
    C_RECALL,
    C_RESHIP,
    S_COLLECTS,
    S_LAST_MILE,
    S_LINEHAUL,
    S_PARCEL_RETURNS,
)
from sim.demand.workload import NEVER
from sim.desk.actions import Action, at_once, end, join, side
from sim.desk.procedure.acts import ask_carrier, ask_warehouse, by_agents, until
from sim.desk.procedure.seen import (
    ASKED,
    NO,
    NOT_ASKED,
    NOT_DELIVERED,
    PROMISED,
    PROVEN_DELIVERED,
    SILENT,
    lost_at,
    out_of_house,
)
from sim.desk.steps import (
    A_SELLER_CLOCK,
    ARRIVES,
    ASK_BOTH,
    ASK_CARRIER,
    ASK_TO_REFUSE,
    ASK_WAREHOUSE,
    BOTH_KNOWN,
    CARRIER_SAYS,
    CARRIER_SILENT,
    INQUIRE,
    JUDGE,
    LET_ARRIVE,
    LOST,
    OFFERED,
    PARCEL_BACK,
    PAY,
    PROMISE_BROKEN,
    RECEIVE,
    SEND_NEW,
    SET_RIGHT,
    TRACED,
    WAREHOUSE_SAYS,
)
from sim.desk.tables import (
    AGENT_CARRIER,
    AGENT_WAREHOUSE,
    K_RECALL,
    L_WAREHOUSE,
    M_RECALL,
    M_RECALL_LATE,
    Q_DOOR,
    Q_KEEP,
    Q_PROOF_FOUND,
    Q_RECALL_BEFORE_LINEHAUL,
    Q_RECALL_IN_TRANSIT,
    Q_RECALL_OUT_FOR_DELIVERY,
    Q_RESHIP,
)


def path_2(step: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """Recall and refund on the promise; "not received" is asked of both sides; else the parcel's fate decides."""
    if step == ASK_CARRIER:
        if state.recall == NOT_ASKED:
            state.recall = ASKED
            if state.handled == 2 and tables.clock[K_RECALL] < NEVER and state.due[A_SELLER_CLOCK] < NEVER:
                state.due[A_SELLER_CLOCK] = now + tables.clock[K_RECALL]
        return ask_carrier(CARRIER_SAYS, ASK_CARRIER, CARRIER_SILENT, AGENT_CARRIER, refund, state, tables, now)
    if step == CARRIER_SAYS:
        answer_recall(refund, state, tables, now)
        return at_once(BOTH_KNOWN)
    if step == ASK_BOTH:
        state.open_question = 1
        return side(INQUIRE, ASK_WAREHOUSE)
    if step == INQUIRE:
        state.inquiry = ASKED
        return ask_carrier(TRACED, INQUIRE, CARRIER_SILENT, AGENT_CARRIER, refund, state, tables, now)
    if step == TRACED:
        state.asked[0] = 0
        there = state.handled >= 3 or refund.arrives <= now
        if not there and now <= lost_at(refund, tables):
            return until(TRACED, min(refund.arrives, lost_at(refund, tables) + 1), state)  # it moves: its fate is the answer
        state.inquiry = PROVEN_DELIVERED if there and refund.chance[C_DELIVERED] < tables.share[Q_PROOF_FOUND] else NOT_DELIVERED
        return at_once(BOTH_KNOWN)
    if step == CARRIER_SILENT:
        if state.inquiry == ASKED:
            state.inquiry = NOT_DELIVERED  # nobody can prove that it was delivered
        elif state.recall == ASKED:
            state.recall = SILENT
        return at_once(BOTH_KNOWN)
    if step == ASK_WAREHOUSE:
        return ask_warehouse(1, WAREHOUSE_SAYS, ASK_WAREHOUSE, L_WAREHOUSE, AGENT_WAREHOUSE, refund, state, tables, now)
    if step == WAREHOUSE_SAYS:
        state.open_question = 0
        return end()
    if step == BOTH_KNOWN:
        if state.slipped > 0:
            return at_once(SET_RIGHT)  # the carrier knows of no such parcel: the path was another
        return join(JUDGE) if state.open_question == 1 else at_once(JUDGE)
    if step == PARCEL_BACK:
        if state.recall == PROMISED and state.kept == 0 and state.refused_at_door == 0:
            return until(PROMISE_BROKEN, min(max(refund.arrives, now), max(lost_at(refund, tables) + 1, now)), state)
        return until(RECEIVE, now + refund.span[S_PARCEL_RETURNS], state)
    if step == PROMISE_BROKEN:
        state.recall = NO
        return at_once(JUDGE)
    if step == ASK_TO_REFUSE:
        state.asked_to_refuse = 1
        return by_agents(ARRIVES, state, tables, now)
    if step == LET_ARRIVE:
        return by_agents(ARRIVES, state, tables, now)
    if step == ARRIVES:
        return arrives(refund, state, tables, now)
    if step == OFFERED:
        knows = state.asked_to_refuse == 1 and state.reached == 1 and now <= refund.arrives
        if knows and refund.to_locker == 0 and refund.chance[C_DOOR] < tables.share[Q_DOOR]:
            state.refused_at_door = 1
            state.secured = 1
        else:
            state.collected = 1
        return at_once(JUDGE)
    # LOST: reship or refund, as the buyer wishes
    state.lost = 1
    return at_once(SEND_NEW if refund.chance[C_RESHIP] < tables.share[Q_RESHIP] else PAY)


def answer_recall(refund: Any, state: Any, tables: Any, now: int) -> None:
    """The carrier says whether it can bring the parcel back: the later on its way, the less likely and the dearer."""
    state.asked[0] = 0
    early = now < refund.leaves + refund.span[S_LINEHAUL]
    share = tables.share[Q_RECALL_IN_TRANSIT]
    if early:
        share = tables.share[Q_RECALL_BEFORE_LINEHAUL]
    elif refund.arrives < NEVER and now >= refund.arrives - refund.span[S_LAST_MILE]:
        share = tables.share[Q_RECALL_OUT_FOR_DELIVERY]
    out = out_of_house(refund, state, now)
    asked_of = out and state.handled <= 2 and state.slipped == 0 and (now < refund.arrives or refund.to_locker == 1)
    if not asked_of or refund.chance[C_RECALL] >= share:
        state.recall = NO
        return
    state.recall = PROMISED
    state.ledger.recall += tables.money[M_RECALL if early else M_RECALL_LATE]
    if refund.arrives < NEVER and refund.chance[C_KEEP] < tables.share[Q_KEEP]:
        state.kept = 1
        state.secured = 1


def arrives(refund: Any, state: Any, tables: Any, now: int) -> Action:
    """Until the parcel is at the door, is collected from where it was left, or has been silent for so long that it counts as lost."""
    silent = lost_at(refund, tables) + 1
    if now < refund.arrives and silent < refund.arrives:
        return until(JUDGE, silent, state) if now < silent else at_once(LOST)
    return until(OFFERED, refund.arrives + (refund.span[S_COLLECTS] if refund.to_locker == 1 else 0), state)
