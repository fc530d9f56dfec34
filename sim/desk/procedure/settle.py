"""Every path: the money goes back, what was refunded ahead of the goods is booked in, the platform rules, and the case is closed."""

from typing import Any

from sim.demand.columns import C_EMPTY, C_PASSED_ON, C_RULING, C_SENDS, S_PARCEL_RETURNS, S_RULING
from sim.demand.workload import NEVER
from sim.desk.actions import Action, at_once, done, end, join, work
from sim.desk.procedure.acts import after, answer_beside, by_agents, hand_over, stop_clocks, until
from sim.desk.procedure.clocks import complains
from sim.desk.procedure.money import compensation, refund_money, refund_unasked
from sim.desk.procedure.path_4 import inspection, return_is_wrong
from sim.desk.procedure.seen import NOT_RETURNED, RETURN_IN_TRANSIT, RETURN_WRONG, comes_back, out_of_house, rule_row
from sim.desk.steps import (
    A_LEAVES,
    ASK_STATUS,
    ASKED_AGAIN,
    AUTO_REFUNDED,
    BOOK_IN,
    BOOKED,
    CHASED,
    CLOSE,
    END_SIDE,
    ENQUIRED,
    EXCHANGED,
    INSTANT,
    LAST_LOOK,
    MONEY_BACK,
    NUMBER,
    PARTLY_REFUNDED,
    PAY,
    PLATFORM,
    PLEADED,
    POSTED,
    RECEIVE,
    REFUNDED,
    REFUSED_FOR_GOOD,
    REMIND,
    RESHIPPED,
    RETURN_BACK,
    RULED,
    RULED_FOR_BUYER,
    SAID_NOTHING,
    WITHDRAWN,
    WITHDRAWN_BY_BUYER,
)
from sim.desk.tables import (
    AGENT_CARRIER,
    K_PROOF,
    L_CARRIERS,
    Q_EMPTY,
    Q_FOR_SHOP,
    Q_PASSED_ON,
    Q_SENDS_GOODS,
    Q_WORN,
)


def settle(item: int, step: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """Money, and the end."""
    if step == PAY:
        return by_agents(MONEY_BACK, state, tables, now)
    if step == MONEY_BACK:
        return money_back(refund, state, tables, now)
    if step == LAST_LOOK:
        return join(CLOSE)
    if step == BOOK_IN:
        return inspection(BOOKED, state, tables, now)
    if step == BOOKED:
        state.inspected = 1
        if return_is_wrong(refund, tables) and state.ledger.refunded > 0:
            if refund.chance[C_EMPTY] < tables.share[Q_EMPTY]:
                state.ledger.lost = refund.paid  # refunded on signing, and the parcel was empty
            else:
                worn = int(tables.share[Q_WORN] * refund.paid + 0.5)
                state.ledger.over_granted = min(state.ledger.over_granted + worn, state.ledger.refunded)
        return at_once(CLOSE)
    if step == PLATFORM:
        return to_platform(state, tables, now)
    if step == PLEADED or step == SAID_NOTHING:
        state.pleaded = 1 if step == PLEADED else 0
        return until(RULED, now + refund.span[S_RULING], state)
    if step == RULED:
        return ruled(refund, state, tables, now)
    if step == WITHDRAWN_BY_BUYER:
        return done(WITHDRAWN)
    if step == CLOSE:
        return close(refund, state, tables)
    return beside(item, step, refund, state, tables, now)


def money_back(refund: Any, state: Any, tables: Any, now: int) -> Action:
    """What is still to be done depends on where the goods are."""
    if state.paid == 0:
        refund_money(refund, state, tables)
    stop_clocks(state)
    if state.handled <= 2:
        if comes_back(state):
            return until(RECEIVE, now + refund.span[S_PARCEL_RETURNS], state)
        return at_once(LAST_LOOK)
    if state.handled == 3 and state.converted == 0:
        return at_once(CLOSE)
    if state.tracking == 1 and state.returned <= RETURN_IN_TRANSIT:
        return at_once(RETURN_BACK)
    if state.agreed == 1 and state.returned == NOT_RETURNED:  # the money went ahead of the tracking number
        return at_once(NUMBER if refund.chance[C_SENDS] < tables.share[Q_SENDS_GOODS] else CLOSE)
    if state.returned > RETURN_IN_TRANSIT and state.inspected == 0:
        return at_once(BOOK_IN)
    return at_once(CLOSE)


def to_platform(state: Any, tables: Any, now: int) -> Action:
    """The platform asks the shop for its case, with a deadline of its own."""
    state.ledger.intervened = 1
    stop_clocks(state)
    state.due[A_LEAVES] = NEVER
    give_up = after(now, tables.clock[K_PROOF])
    action = by_agents(PLEADED, state, tables, now)
    return work(PLEADED, action[2], action[3], give_up, SAID_NOTHING)


def ruled(refund: Any, state: Any, tables: Any, now: int) -> Action:
    """For the shop only where it made its case, had refused with a reason, and can prove what it found; else the money goes back."""
    case = state.pleaded == 1 and state.ledger.refused == 1 and (state.returned != RETURN_WRONG or state.proven == 1)
    for_shop = case and refund.chance[C_RULING] < tables.share[Q_FOR_SHOP]
    state.ledger.ruled = 1 if for_shop else 2
    if for_shop:
        return done(REFUSED_FOR_GOOD)
    if refund.leaves <= now:  # nobody has watched the parcel since the platform stepped in
        state.left = 1
    refund_unasked(refund, state, tables)
    return done(RULED_FOR_BUYER)


def close(refund: Any, state: Any, tables: Any) -> Action:
    """Compensation that was overlooked comes up after all where the buyer complains."""
    if state.handled <= 2 and state.secured == 1:
        state.ledger.lost = 0
    if state.ledger.missed == 1 and complains(refund, state, tables, state.filed):
        state.ledger.compensation = compensation(refund, state, tables)
        state.ledger.intervened = 1
        state.ledger.ruled = 2
    if state.ledger.reshipped > 0 and state.paid == 0:
        return done(EXCHANGED if state.exchange == 1 else RESHIPPED)
    if state.ledger.automatic == 1:
        return done(AUTO_REFUNDED)
    if state.ledger.automatic == 3:
        return done(INSTANT)
    return done(PARTLY_REFUNDED if state.ledger.refunded < refund.paid else REFUNDED)


def beside(item: int, step: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """Chasers and enquiries: answered by the agents, and passed on where only the carrier can tell; questions asked again."""
    if step == CHASED or step == ENQUIRED:
        return answer_beside(POSTED, state.filed if step == CHASED else now, state, tables, now)
    if step == POSTED:
        if state.answered == 1:
            rule_row(refund, state, tables, now)  # what the buyer is told is what the rules say now
        on_its_way = state.returned == RETURN_IN_TRANSIT or (state.handled <= 2 and out_of_house(refund, state, now))
        asks = on_its_way and refund.chance[C_PASSED_ON] < tables.share[Q_PASSED_ON]
        return at_once(ASK_STATUS if asks else END_SIDE)
    if step == ASK_STATUS:
        came = state.came
        action = hand_over(END_SIDE, L_CARRIERS, AGENT_CARRIER, state, tables, now, NEVER, -1)
        state.came = came  # the refund itself stays where it is
        return action
    if step == REMIND:
        return by_agents(ASKED_AGAIN, state, tables, now) if item == 0 else answer_beside(ASKED_AGAIN, now, state, tables, now)
    if step == ASKED_AGAIN:
        return at_once(state.again[min(item, 1)])
    return end()
