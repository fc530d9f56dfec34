"""What a refund costs the shop: written when the money moves, and corrected when it is known what became of the goods."""

from typing import Any

from sim.demand.columns import C_DUE, C_UNSTATED
from sim.demand.workload import NEVER
from sim.desk.procedure.seen import RETURN_WRONG
from sim.desk.tables import (
    M_COMPENSATION_LEAST,
    M_COMPENSATION_MOST,
    P_ERP_CUT,
    P_LOSS_BY_CARRIER,
    Q_IN_FULL,
    Q_OWED,
    Q_PART_OWED,
    Q_UNSTATED,
    Q_WORN,
)


def refund_money(refund: Any, state: Any, tables: Any) -> None:
    """The money goes back: as asked, or as a supervisor or the platform trims it to what is owed."""
    due = owed_amount(refund, state, tables)
    amount = due if state.approved == 1 or state.returned == RETURN_WRONG else refund.amount
    state.paid = 1
    state.ledger.refunded = amount
    state.ledger.over_granted = amount - due
    claim = compensation(refund, state, tables)
    if claim > 0:
        if pays_compensation(refund, state, tables):
            state.ledger.compensation = claim
        else:
            state.ledger.missed = 1
    if goods_are_gone(refund, state, tables):
        state.ledger.lost = refund.paid


def refund_unasked(refund: Any, state: Any, tables: Any) -> None:
    """Money that no person moved: the ERP does not pick an order that the platform refunded."""
    if state.handled == 1 and state.left == 0 and tables.switch[P_ERP_CUT] == 1:
        state.secured = 1
    refund_money(refund, state, tables)


def owed_amount(refund: Any, state: Any, tables: Any) -> int:
    """Fen really owed of the amount asked for: too much can be asked for goods that the buyer keeps, or sends back worn."""
    if state.returned == RETURN_WRONG:
        return int(refund.amount * (1.0 - tables.share[Q_WORN]) + 0.5)
    if state.lost == 1 or state.handled != 3 or state.converted > 0 or refund.chance[C_DUE] < tables.share[Q_IN_FULL]:
        return int(refund.amount)
    return int(refund.amount * tables.share[Q_PART_OWED] + 0.5)


def compensation(refund: Any, state: Any, tables: Any) -> int:
    """Fen owed on top: the reason may owe it and the claim holds, or it is owed though the stated reason does not say so.

    Where the buyer keeps the goods, what is owed is part of the amount (choice 22 of the rules).
    """
    share = tables.owed[refund.reason] if refund.claim_holds == 1 else 0.0
    if share == 0.0 and state.ledger.path == 1 and refund.chance[C_UNSTATED] < tables.share[Q_UNSTATED]:
        share = tables.share[Q_OWED]
    if share == 0.0 or state.handled == 3:
        return 0
    return int(min(max(share * refund.paid + 0.5, tables.money[M_COMPENSATION_LEAST]), tables.money[M_COMPENSATION_MOST]))


def pays_compensation(refund: Any, state: Any, tables: Any) -> bool:
    """The claim was judged to hold; on its way it goes with the refund; and what the form does not tell is heard in a talk only."""
    if state.compensates == 1:
        return True
    if state.ledger.automatic > 0 or state.by_batch == 1:
        return False
    unstated = tables.owed[refund.reason] == 0.0
    return bool(state.handled == 2 or (unstated and state.reached == 1))


def goods_are_gone(refund: Any, state: Any, tables: Any) -> bool:
    """The money is back, the goods are neither in the shop nor secured, and nobody else bears it."""
    if state.secured == 1:
        return False
    if state.lost == 1:
        return not (tables.switch[P_LOSS_BY_CARRIER] == 1 and state.weight == 0)
    if state.handled <= 2:
        borne = tables.switch[P_LOSS_BY_CARRIER] == 1 and (refund.arrives >= NEVER or (state.recall == 2 and state.kept == 0))
        return not borne
    return bool(state.handled == 4 or state.converted > 0)
