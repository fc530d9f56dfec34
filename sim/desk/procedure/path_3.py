"""Path 3, signed for and money only: the mistaken form, the agent's own limit, the supervisor's answer, and a reasoned refusal."""

from typing import Any

from sim.demand.columns import C_APPROVES, C_BLANK, C_CONVERTS, C_OFFER, S_AGAIN, S_TRY_AGAIN
from sim.demand.workload import ATTEMPTS, NEVER
from sim.desk.actions import Action, at_once, done
from sim.desk.procedure.acts import after, ask_warehouse, by_agents, hand_over, until
from sim.desk.procedure.arrive import errs
from sim.desk.procedure.clocks import comes_online, complains
from sim.desk.procedure.path_4 import agree_to_return
from sim.desk.procedure.seen import wishes
from sim.desk.steps import (
    A_BUYER_CLOCK,
    A_SELLER_CLOCK,
    ACCEPTS_REFUSAL,
    APPROVE,
    APPROVED,
    ASK_LATER,
    DECIDE,
    DECIDED,
    GUIDE,
    GUIDED,
    JUDGE,
    NO_REPLY,
    NUMBER,
    PAY,
    PLATFORM,
    REFUSE,
    REFUSED,
    REFUSED_FOR_GOOD,
    SET_RIGHT,
    WEIGH,
    WEIGHED,
    WITHDRAWN_BY_BUYER,
)
from sim.desk.tables import (
    AGENT_SUPERVISOR,
    AGENT_SUPERVISOR_AMOUNT,
    AGENT_WAREHOUSE,
    E_BLANK,
    K_REFUSAL,
    L_SUPERVISORS,
    L_WAREHOUSE,
    P_APPROVAL_GIVE_UP,
    Q_APPROVED,
    Q_CHANGES_FORM,
    Q_GIVES_NUMBER,
    Q_OFFER,
)


def path_3(step: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """From guiding the buyer, deciding or asking above, to the money or the refusal."""
    if step == GUIDE:
        return by_agents(GUIDED, state, tables, now)
    if step == GUIDED:
        return guided(refund, state, tables, now)
    if step == DECIDE:
        if state.writes_back == 1:
            state.writes_back = 0
            comes_online(refund, state, now)
        return by_agents(DECIDED, state, tables, now)
    if step == DECIDED:
        return decided(refund, state, tables, now)
    if step == ASK_LATER:
        state.writes_back = 1
        return until(DECIDE, now + refund.span[S_TRY_AGAIN], state)
    if step == APPROVE:
        state.about_wish = 1 if wishes(refund, state) else 0
        handoff = AGENT_SUPERVISOR if state.about_wish == 1 else AGENT_SUPERVISOR_AMOUNT
        give_up = now + tables.switch[P_APPROVAL_GIVE_UP]
        return hand_over(APPROVED, L_SUPERVISORS, handoff, state, tables, now, give_up, NO_REPLY)
    if step == NO_REPLY:
        state.asked[0] += 1
        state.ledger.asked_again += 1
        if state.asked[0] < ATTEMPTS:
            return at_once(APPROVE)
        if state.slipped > 0:
            return at_once(SET_RIGHT)
        if state.about_wish == 1:  # nobody granted it
            state.wish_settled = 1
            return at_once(JUDGE)
        return at_once(REFUSE)
    if step == APPROVED:
        return approved(refund, state, tables)
    if step == WEIGH:
        return ask_warehouse(0, WEIGHED, WEIGH, L_WAREHOUSE, AGENT_WAREHOUSE, refund, state, tables, now)
    if step == WEIGHED:
        state.weight = max(refund.weight, 1)
        return at_once(JUDGE)
    if step == REFUSE:
        return by_agents(REFUSED, state, tables, now)
    if step == REFUSED:
        return refused(refund, state, tables, now)
    # ACCEPTS_REFUSAL: or applies again, which is a request of its own
    return done(REFUSED_FOR_GOOD, now)


def guided(refund: Any, state: Any, tables: Any, now: int) -> Action:
    """The buyer changes the form, or (money only) gives a tracking number off the record, or does neither."""
    changes = refund.chance[C_CONVERTS] < tables.share[Q_CHANGES_FORM]
    gives = state.handled == 3 and refund.chance[C_CONVERTS] < tables.share[Q_CHANGES_FORM] + tables.share[Q_GIVES_NUMBER]
    if not changes and not gives:
        return at_once(REFUSE if state.handled == 3 else WITHDRAWN_BY_BUYER)
    state.ledger.converted = state.converted = 1 if changes else 2
    state.secured = 0
    if changes:
        state.handled = 4
    agree_to_return(refund, state, tables, now)
    return at_once(NUMBER)


def decided(refund: Any, state: Any, tables: Any, now: int) -> Action:
    """A small negotiation: reach the buyer, learn what is really wanted, agree on the amount."""
    if state.reached == 0:
        if state.contacts < ATTEMPTS:
            return at_once(ASK_LATER)
        # Nobody was reached: a part is granted as asked, but not the whole price for goods that stay with the buyer.
        return at_once(REFUSE if refund.amount == refund.paid else PAY)
    if refund.mistaken_form == 1 or (refund.wants_exchange == 1 and state.exchange == 0) or wishes(refund, state):
        return at_once(JUDGE)
    if refund.amount < refund.paid and refund.chance[C_OFFER + state.rounds] >= tables.share[Q_OFFER]:
        if state.rounds == ATTEMPTS - 1:
            return at_once(REFUSE)
        state.rounds += 1
        return at_once(DECIDE)
    return at_once(PAY)


def approved(refund: Any, state: Any, tables: Any) -> Action:
    """What the supervisor says: of a wish yes or no, of an amount as much as is owed."""
    state.asked[0] = 0
    if state.slipped > 0:
        return at_once(SET_RIGHT)  # the supervisor sends it back: it is on another path
    granted = refund.chance[C_APPROVES] < tables.share[Q_APPROVED]
    if state.about_wish == 1:
        state.wish_settled = 1
        return at_once(PAY if granted and state.handled == 3 else JUDGE)
    state.approved = 1
    if not granted:
        return at_once(REFUSE)
    # not the whole price for goods that stay with the buyer, without having talked
    return at_once(DECIDE if state.reached == 0 and refund.amount == refund.paid else PAY)


def refused(refund: Any, state: Any, tables: Any, now: int) -> Action:
    """The buyer's move: to the platform, or the time runs to accept or to apply again."""
    blank = errs(E_BLANK, C_BLANK, refund, state, tables)
    state.ledger.refused = 2 if blank else 1
    state.due[A_SELLER_CLOCK] = NEVER
    if complains(refund, state, tables, now):
        return at_once(PLATFORM)
    state.due[A_BUYER_CLOCK] = after(now, tables.clock[K_REFUSAL])
    return until(ACCEPTS_REFUSAL, now + refund.span[S_AGAIN], state)
