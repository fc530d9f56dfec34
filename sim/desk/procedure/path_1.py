"""Path 1, paid and not shipped: claims first, the batch tool, and the cut. No money moves before the parcel is known to be stopped."""

from typing import Any

from sim.demand.columns import C_CUT
from sim.demand.workload import NEVER
from sim.desk.actions import Action, at_once, end, side, work
from sim.desk.procedure.acts import after, ask_warehouse, by_agents, place
from sim.desk.procedure.seen import FAILS, HOLDS
from sim.desk.steps import (
    A_LEAVES,
    ASK_CARRIER,
    ASK_WAREHOUSE,
    BATCH,
    CLAIM,
    CLAIM_JUDGED,
    CUT,
    HELD,
    HOLD,
    HOLD_BESIDE,
    JUDGE,
    MONEY_BACK,
    PAY,
    REPICK,
    STOP,
    STOPPED,
)
from sim.desk.tables import (
    AGENT_WAREHOUSE,
    L_BATCH,
    L_WAREHOUSE,
    M_CUT_FEE,
    P_BATCH,
    P_ERP_CUT,
    P_FIRST_RESPONSE,
    Q_CUT,
)


def path_1(step: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """From the judgement to the order that is stopped, or turns out to be gone."""
    if step == BATCH:
        if tables.switch[P_BATCH] == 0:
            return at_once(CUT)
        state.by_batch = 1
        due = after(state.filed, tables.switch[P_FIRST_RESPONSE]) if state.answered == 0 else NEVER
        return work(CUT, tables.line[L_BATCH], place(due, state, tables, now))
    if step == CLAIM:
        return by_agents(CLAIM_JUDGED, state, tables, now)
    if step == CLAIM_JUDGED:
        state.claim = HOLDS if refund.claim_holds == 1 else FAILS
        return at_once(JUDGE)
    if step == CUT:
        if tables.switch[P_ERP_CUT] == 0:
            return at_once(HOLD)
        state.ledger.fees += tables.money[M_CUT_FEE]
        # In time, the ERP either stops the order or finds that there is none left to stop.
        return at_once(STOPPED if refund.chance[C_CUT] < tables.share[Q_CUT] else HOLD)
    if step == HOLD:
        return ask_warehouse(0, STOPPED, HOLD, L_WAREHOUSE, AGENT_WAREHOUSE, refund, state, tables, now)
    if step == REPICK:
        return ask_warehouse(0, STOPPED, REPICK, L_WAREHOUSE, AGENT_WAREHOUSE, refund, state, tables, now)
    if step == STOPPED:
        if not stopped(refund, state):
            state.by_batch = 0  # what the batch agreed to has come to nothing
            return at_once(JUDGE)
        return at_once(MONEY_BACK if state.by_batch == 1 else PAY)
    if step == STOP:
        state.open_question = 1
        return side(ASK_CARRIER, ASK_WAREHOUSE)
    if step == HOLD_BESIDE:
        return ask_warehouse(1, HELD, HOLD_BESIDE, L_WAREHOUSE, AGENT_WAREHOUSE, refund, state, tables, now)
    # HELD
    stopped(refund, state)
    return end()


def stopped(refund: Any, state: Any) -> bool:
    """Whether the warehouse (or the ERP) still had the parcel; from now on the desk knows."""
    if state.left == 1:
        state.known_left = 1
        return False
    state.secured = 1
    state.due[A_LEAVES] = NEVER
    return True
