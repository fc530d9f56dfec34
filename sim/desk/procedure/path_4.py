"""Path 4, signed for and goods come back: agree at once, urge the number, refund when the return is signed for or inspected."""

from typing import Any

from sim.demand.columns import (
    C_ANOMALY,
    C_BALKS,
    C_COUPON,
    C_EMPTY,
    C_INSTANT,
    C_KEEPS,
    C_NUMBER,
    C_STOCK,
    S_RETURN_TRANSIT,
    S_SENDS,
    S_SENDS_FOR_COUPON,
)
from sim.demand.workload import NEVER
from sim.desk.actions import Action, at_once
from sim.desk.procedure.acts import after, ask_carrier, ask_warehouse, by_agents, hand_over, stop_clocks, until
from sim.desk.procedure.money import goods_are_gone, refund_money
from sim.desk.procedure.seen import RETURN_FINE, RETURN_IN_TRANSIT, RETURN_SIGNED, RETURN_WRONG
from sim.desk.steps import (
    A_BUYER_CLOCK,
    A_SELLER_CLOCK,
    A_WITHDRAWS,
    AGREE,
    AGREED,
    BOOK_IN,
    CHASE_NUMBER,
    CLOSE,
    DOOR,
    EXCHANGE,
    INSPECT,
    INSPECTED,
    JUDGE,
    KEEPS,
    MONEY_AHEAD,
    MONEY_BACK,
    NO_PROOF,
    NUMBER,
    OFFER_KEEP,
    PAY,
    PROOF,
    PROVEN,
    RECEIVE,
    REFUSE,
    RETURN_BACK,
    SEND_NEW,
    SENT,
    SET_RIGHT,
    SIGNED,
    STOCKED,
    TRACKING,
    URGED,
    WITHDRAWN_BY_BUYER,
)
from sim.desk.tables import (
    AGENT_WAREHOUSE,
    E_NEEDLESS,
    K_CONFIRMS,
    K_SENDS_BACK,
    L_INSPECTION,
    L_OUTSIDE,
    L_RETURNS,
    L_WAREHOUSE,
    M_COUPON,
    M_FREIGHT,
    M_OUTSIDE_FEE,
    M_RESHIPMENT,
    P_BUYER_PAYS_FREIGHT,
    P_CHASE_NUMBER,
    P_COUPON,
    P_COUPON_WITHIN,
    P_INSURANCE,
    P_OUTSIDE,
    Q_ANOMALY,
    Q_BALKS,
    Q_COUPON_MOVES,
    Q_EMPTY,
    Q_INSTANT,
    Q_KEEPS_WRONG_ITEM,
    Q_NUMBER_COMES,
    Q_STOCK,
    WAREHOUSE_CARRIER,
    WAREHOUSE_INSPECTION,
    WAREHOUSE_INSPECTION_OUTSIDE,
)

MOST_URGED = 3
"""A tracking number is asked for so often at most; then the platform's clock on the buyer decides."""


def path_4(step: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """From the agreement to the goods that are back and in order, or are not."""
    if step <= TRACKING:
        return until_the_number(step, refund, state, tables, now)
    if step == MONEY_AHEAD:
        state.ledger.automatic = 3
        refund_money(refund, state, tables)
        return until(MONEY_BACK, now + 1, state)
    if step == RETURN_BACK:
        return until(RECEIVE, now + refund.span[S_RETURN_TRANSIT], state)
    if step == RECEIVE:
        return ask_warehouse(0, SIGNED, RECEIVE, L_RETURNS, AGENT_WAREHOUSE, refund, state, tables, now)
    if step == SIGNED:
        return signed(state, now)
    if step == DOOR:
        return hand_over(INSPECTED, L_RETURNS, -1, state, tables, now, NEVER, -1)
    if step == INSPECT:
        return inspection(INSPECTED, state, tables, now)
    if step == INSPECTED:
        state.inspected = 1
        state.returned = RETURN_WRONG if return_is_wrong(refund, tables) else RETURN_FINE
        return at_once(JUDGE)
    if step == PROOF:
        return ask_carrier(PROVEN, PROOF, NO_PROOF, WAREHOUSE_CARRIER, refund, state, tables, now)
    if step == PROVEN or step == NO_PROOF:  # an empty parcel, or other goods: refused; worn goods are taken back for less
        state.asked[0] = 0
        state.proven = 1 if step == PROVEN else 0
        return at_once(REFUSE if refund.chance[C_EMPTY] < tables.share[Q_EMPTY] else PAY)
    if step == SEND_NEW:
        return ask_warehouse(0, SENT, SEND_NEW, L_WAREHOUSE, AGENT_WAREHOUSE, refund, state, tables, now)
    # SENT
    state.ledger.reshipped += tables.money[M_RESHIPMENT]
    if goods_are_gone(refund, state, tables):
        state.ledger.reshipped += refund.paid
    stop_clocks(state)
    return at_once(BOOK_IN if state.returned == RETURN_SIGNED and state.inspected == 0 else CLOSE)


def until_the_number(step: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """Freight, exchange, or a wrong item kept: settled in one talk; then the tracking number is waited for and asked for."""
    if step == AGREE:
        return by_agents(AGREED, state, tables, now)
    if step == AGREED:
        return agreed(refund, state, tables, now)
    if step == OFFER_KEEP:
        return by_agents(KEEPS, state, tables, now)
    if step == KEEPS:
        if refund.chance[C_KEEPS] >= tables.share[Q_KEEPS_WRONG_ITEM]:
            state.keep_declined = 1
            return at_once(JUDGE)
        return at_once(SEND_NEW if refund.wants_exchange == 1 and state.reached == 1 else PAY)
    if step == EXCHANGE:
        return by_agents(STOCKED, state, tables, now)
    if step == STOCKED:
        if refund.chance[C_STOCK] >= tables.share[Q_STOCK]:
            state.exchange = 2
            return at_once(JUDGE)
        state.exchange = 1
        if state.handled == 3:
            state.handled = 4
            state.ledger.converted = state.converted = 1
        agree_to_return(refund, state, tables, now)
        return at_once(NUMBER)
    if step == NUMBER:
        chase_at = after(now, tables.switch[P_CHASE_NUMBER])
        if state.urged < MOST_URGED and chase_at < state.sends_at:
            return until(CHASE_NUMBER, chase_at, state)
        return until(TRACKING, state.sends_at, state)
    if step == CHASE_NUMBER:
        return by_agents(URGED, state, tables, now)
    if step == URGED:
        state.urged += 1
        if state.urged == 1 and refund.chance[C_NUMBER] < tables.share[Q_NUMBER_COMES]:
            state.sends_at = min(state.sends_at, max(now, (now + state.sends_at) // 2))
        return at_once(JUDGE if state.handled == 4 else NUMBER)
    return tracking(refund, state, tables, now)


def agreed(refund: Any, state: Any, tables: Any, now: int) -> Action:
    """The return is agreed, unless it was never one, or the buyer will not pay for its freight."""
    if state.slipped > 0:
        if state.handled == 3:
            state.ledger.freight += tables.money[M_FREIGHT]  # sent back what was to be kept, at the shop's cost
        return at_once(SET_RIGHT)
    if buyer_pays_freight(refund, tables) and refund.chance[C_BALKS] < tables.share[Q_BALKS]:
        return at_once(WITHDRAWN_BY_BUYER)
    agree_to_return(refund, state, tables, now)
    return at_once(JUDGE)


def buyer_pays_freight(refund: Any, tables: Any) -> bool:
    """No insurance pays the return's freight, the buyer's own or one that the shop bought, and the shop is not at fault, nor generous."""
    covered = refund.insured == 1 or tables.switch[P_INSURANCE] == 1 or tables.at_fault[refund.reason] == 1
    return bool(tables.switch[P_BUYER_PAYS_FREIGHT] == 1 and not covered)


def agree_to_return(refund: Any, state: Any, tables: Any, now: int) -> None:
    """From here the buyer's clock runs and not the shop's."""
    state.agreed = 1
    state.since = NEVER
    state.agreed_at = now
    state.sends_at = sends_at(refund, tables, now)
    state.due[A_SELLER_CLOCK] = NEVER
    state.due[A_BUYER_CLOCK] = after(now, tables.clock[K_SENDS_BACK])


def sends_at(refund: Any, tables: Any, now: int) -> int:
    """When the tracking number comes: a coupon moves some buyers to hurry."""
    sends = now + refund.span[S_SENDS]
    if tables.switch[P_COUPON] == 1 and refund.chance[C_COUPON] < tables.share[Q_COUPON_MOVES]:
        return int(min(sends, now + refund.span[S_SENDS_FOR_COUPON]))
    return int(sends)


def tracking(refund: Any, state: Any, tables: Any, now: int) -> Action:
    """The number is there: freight and coupon fall due, and the platform's clock runs on the shop again."""
    state.tracking = 1
    if state.handled == 4:
        state.returned = RETURN_IN_TRANSIT
    state.due[A_BUYER_CLOCK] = state.due[A_WITHDRAWS] = NEVER
    state.due[A_SELLER_CLOCK] = after(now, tables.clock[K_CONFIRMS]) if state.paid == 0 else NEVER
    insured = refund.insured == 1 or tables.switch[P_INSURANCE] == 1
    needless = state.ledger.wrong_acts & (1 << E_NEEDLESS) != 0
    if needless or (not insured and (tables.at_fault[refund.reason] == 1 or tables.switch[P_BUYER_PAYS_FREIGHT] == 0)):
        state.ledger.freight += tables.money[M_FREIGHT]
    if tables.switch[P_COUPON] == 1 and now - state.agreed_at <= tables.switch[P_COUPON_WITHIN]:
        state.ledger.coupon += tables.money[M_COUPON]
    if state.paid == 1:
        return at_once(RETURN_BACK)
    machine = state.ledger.path == 4 and state.exchange != 1 and refund.chance[C_INSTANT] < tables.share[Q_INSTANT + 3]
    return at_once(MONEY_AHEAD if machine else JUDGE)


def signed(state: Any, now: int) -> Action:
    """The goods are the shop's again: what was never the buyer's needs no inspection, the rest is judged or, if paid, booked in."""
    state.asked[0] = 0
    state.since = now
    state.secured = 1
    state.ledger.lost = 0
    if state.handled <= 2:
        state.back = 1
        return at_once(CLOSE if state.paid == 1 else JUDGE)
    state.returned = RETURN_SIGNED
    return at_once(BOOK_IN if state.paid == 1 else JUDGE)


def inspection(step: int, state: Any, tables: Any, now: int) -> Action:
    """Inspection by the shop's own people, or by an outside company for a fee."""
    if tables.switch[P_OUTSIDE] == 1:
        state.ledger.fees += tables.money[M_OUTSIDE_FEE]
        return hand_over(step, L_OUTSIDE, WAREHOUSE_INSPECTION_OUTSIDE, state, tables, now, NEVER, -1)
    return hand_over(step, L_INSPECTION, WAREHOUSE_INSPECTION, state, tables, now, NEVER, -1)


def return_is_wrong(refund: Any, tables: Any) -> bool:
    """The returned parcel holds other goods, worn ones, or nothing."""
    return bool(refund.return_wrong == 1 or refund.chance[C_ANOMALY] < tables.share[Q_ANOMALY])
