"""What happens to a refund, step by step: the four paths, in the order of the article.

Deterministic functions that write nothing but the refund's own state; they run as plain Python and compile with numba. Only
+ - x /, comparison, min, max and rounding int(x + 0.5). A step is first asked where it leads (`advance`); work is timed only
when somebody takes it (`begin`), for only then are the group and the waited time known; clocks go off in any state (`alarm`).
"""

from typing import Any

from sim.demand.columns import (
    C_ANOMALY,
    C_CLAIM,
    C_COMPLAINT,
    C_CUT,
    C_DOOR,
    C_EMPTY,
    C_EXCHANGE,
    C_KEEP,
    C_MISTAKEN,
    C_OFFER,
    C_PLATFORM,
    C_RECALL,
    C_REFUSED,
    C_SLIP,
    S_AGAIN,
    S_BUYER_SHIPS,
    S_LOST_AFTER,
    S_ONLINE,
    S_PARCEL_RETURNS,
    S_RETURN_TRANSIT,
    W_APPROVE,
    W_ASK,
    W_CHASE,
    W_CUT,
    W_DECIDE,
    W_INSPECT,
    W_PAY,
    W_PROOF,
    W_RECALL,
    W_RECEIVE,
    W_RESPOND,
    W_SEARCH,
)
from sim.demand.workload import ATTEMPTS, NEVER
from sim.desk.actions import Action, at_once, done, end, go_on, join, side, wait, work
from sim.desk.contract import Procedure
from sim.desk.steps import (
    A_BUYER_CLOCK,
    A_CHASE,
    A_LEAVES,
    A_OFFLINE,
    A_SELLER_CLOCK,
    AGREED,
    ALARM_NAMES,
    ANSWERED,
    APPROVE,
    ASK_WAREHOUSE,
    AUTO_REFUNDED,
    BATCH,
    BOOK_IN,
    BOOKED,
    BOTH_KNOWN,
    CHASED,
    CLOSED_BY_CLOCK,
    CLOSED_BY_SHIPPING,
    CUT,
    CUT_DONE,
    DECIDE,
    DECIDED,
    END_SIDE,
    EXCHANGED,
    FATE,
    FILE,
    INSPECT,
    INSPECTED,
    LOOK,
    LOST,
    MONEY_BACK,
    OFFERED,
    OUTCOMES,
    PARTLY_REFUNDED,
    PAY,
    PROMISED,
    PROOF,
    PROVEN,
    RECALL,
    RECEIVE,
    RECEIVED,
    REFUNDED,
    REFUSE,
    REFUSED,
    RESPOND,
    SEND_NEW,
    SENT,
    SIGNED_FOR,
    STEPS,
    TRACE,
    TRACKING,
    WITHDRAWN,
)
from sim.desk.tables import (
    AFTER_INSPECTION,
    AGENT_CARRIER,
    AGENT_SUPERVISOR,
    AGENT_WAREHOUSE,
    AT_DOOR,
    BY_PATH,
    EARLIEST_DEADLINE,
    K_CONFIRMS,
    K_RECALL,
    K_RESPONSE,
    K_RETURN,
    K_SENDS_BACK,
    K_SHIPPED,
    K_UNSHIPPED,
    L_AGENTS,
    L_BATCH,
    L_CARRIERS,
    L_INSPECTION,
    L_SUPERVISORS,
    L_WAREHOUSE,
    M_COUPON,
    M_FREIGHT,
    M_RECALL,
    ONLINE_FIRST,
    P_APPROVAL_GIVE_UP,
    P_BATCH,
    P_BATCH_CASE,
    P_CARRIER_CONTACT,
    P_CHASES_MOST,
    P_COUPON_WITHIN,
    P_DOOR_THRESHOLD,
    P_ERP_CUT,
    P_RECALL_GIVE_UP,
    P_REFUND_ON,
    P_REFUND_ON_PROMISE,
    P_SHIP_CLOSES,
    P_WAREHOUSE_CONTACT,
    Q_ANOMALY,
    Q_CLAIM,
    Q_COMPLAINT,
    Q_CUT,
    Q_DOOR,
    Q_EMPTY,
    Q_EXCHANGE,
    Q_KEEP,
    Q_MISTAKEN,
    Q_OFFER,
    Q_RECALL,
    Q_REFUSED,
    WAREHOUSE_CARRIER,
    WAREHOUSE_INSPECTION,
)
from sim.rules.path import path_of

FAR = 2**40
"""Seconds by which one class of cases stands behind another in line."""

LONG_WAIT = 12 * 3600
"""Work without a deadline of its own is lined up as if due in 12 h: the longest standard the article gives for an answer."""

F_BATCH, F_DOOR, F_MISTAKEN, F_INSPECTED = range(4)
"""Places in the state's flags: refunded by the batch tool; inspected at the door; turned into a return; inspected before the refund."""


def advance(item: int, step: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """Where the refund goes from here."""
    if step <= ANSWERED:
        return arrive(step, refund, state, tables, now)
    if step <= CUT_DONE:
        return path_1(step, refund, state, tables, now)
    if step <= SIGNED_FOR:
        return path_2(step, refund, state, tables, now)
    if step <= REFUSE:
        return path_3(item, step, refund, state, tables, now)
    if step <= SENT:
        return path_4(step, refund, state, tables, now)
    return settle(step, refund, state, tables, now)


# ---------------------------------------------------------------- every path: the first response
def arrive(step: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """The request shows in the list, somebody answers the buyer, and the path is judged."""
    if step == FILE:
        path = path_of(refund.state, refund.sends_back)
        state.ledger.path = path
        state.online = 1
        state.due[A_OFFLINE] = now + refund.span[S_ONLINE]
        state.due[A_CHASE] = now + refund.patience[0] if tables.switch[P_CHASES_MOST] > 0 else NEVER
        state.due[A_SELLER_CLOCK] = after(now, tables.clock[K_UNSHIPPED if path == 1 else K_SHIPPED if path == 2 else K_RETURN])
        if path == 1:
            state.left = 1 if refund.leaves <= now else 0
            state.due[A_LEAVES] = NEVER if refund.leaves <= now else refund.leaves
        every = tables.refresh
        return wait(LOOK, now if every == 0 else (now + every - 1) // every * every)
    if step == LOOK:
        # What owes compensation leaves the batch: the shop judges the claim itself.
        batch = state.ledger.path == 1 and tables.switch[P_BATCH] == 1 and tables.owed[refund.reason] == 0.0
        return at_once(BATCH if batch else RESPOND)
    if step == RESPOND:
        return work(ANSWERED, tables.line[L_AGENTS], key(after(refund.filed, tables.clock[K_RESPONSE]), state, tables, now))
    # ANSWERED: a path taken wrongly is found out in the talk with the buyer, who is answered once more.
    path = state.ledger.path
    if state.ledger.believed != path:
        state.ledger.believed = path
        return at_once(RESPOND)
    return at_once(CUT if path == 1 else TRACE if path == 2 else DECIDE if path == 3 else AGREED)


# ---------------------------------------------------------------- path 1: paid, not shipped
def path_1(step: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """Batch tool, and the cut: no money moves before it is sure that the parcel has not left."""
    if step == BATCH:
        state.flag[F_BATCH] = 1
        return work(CUT, tables.line[L_BATCH], key(after(refund.filed, tables.clock[K_RESPONSE]), state, tables, now))
    if step == CUT:
        by_erp = tables.switch[P_ERP_CUT] == 1 and refund.chance[C_CUT] < tables.share[Q_CUT]
        if by_erp or state.left == 1:
            return at_once(CUT_DONE)
        return work(CUT_DONE, tables.line[L_WAREHOUSE], key(NEVER, state, tables, now), handoff=AGENT_WAREHOUSE)
    # CUT_DONE
    if state.left == 1:
        return at_once(TRACE)
    state.secured = 1
    state.due[A_LEAVES] = NEVER
    return at_once(MONEY_BACK if state.flag[F_BATCH] == 1 else PAY)


# ---------------------------------------------------------------- path 2: shipped, not signed for
def path_2(step: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """The agreement with the carrier: refund on its promise to bring the parcel back; else the parcel's fate decides."""
    if step == TRACE:
        if tables.clock[K_RECALL] < NEVER:
            state.due[A_SELLER_CLOCK] = now + tables.clock[K_RECALL]
        if tables.ask_both[refund.reason] == 1:
            return side(RECALL, ASK_WAREHOUSE)
        return at_once(RECALL)
    if step == RECALL:
        give_up = now + tables.switch[P_RECALL_GIVE_UP]
        return work(BOTH_KNOWN, tables.line[L_CARRIERS], key(give_up, state, tables, now), give_up, FATE, AGENT_CARRIER)
    if step == ASK_WAREHOUSE:
        return work(END_SIDE, tables.line[L_WAREHOUSE], key(NEVER, state, tables, now), handoff=AGENT_WAREHOUSE)
    if step == BOTH_KNOWN:
        return join(PROMISED)
    if step == PROMISED:
        if refund.arrives <= now or refund.chance[C_RECALL] >= tables.share[Q_RECALL]:
            return at_once(FATE)
        state.promised = 1
        state.ledger.freight += tables.money[M_RECALL]
        state.secured = 1 if refund.chance[C_KEEP] < tables.share[Q_KEEP] else 0
        if tables.switch[P_REFUND_ON_PROMISE] == 1:
            return at_once(PAY)
        return wait(RECEIVE if state.secured == 1 else FATE, now + refund.span[S_PARCEL_RETURNS])
    if step == FATE:
        if refund.arrives >= NEVER:
            return wait(LOST, now + refund.span[S_LOST_AFTER])
        return wait(OFFERED, refund.arrives) if refund.arrives > now else at_once(SIGNED_FOR)
    if step == LOST:
        state.secured = 1  # the carrier bears it
        return at_once(PAY)
    if step == OFFERED and refund.chance[C_DOOR] < tables.share[Q_DOOR]:
        return wait(RECEIVE, now + refund.span[S_PARCEL_RETURNS])
    if step == OFFERED:
        return at_once(SIGNED_FOR)
    # SIGNED_FOR: the goods are with the buyer, who may file again for what is now another path.
    return done(WITHDRAWN, now + refund.span[S_AGAIN])


# ---------------------------------------------------------------- path 3: signed for, money only
def path_3(item: int, step: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """The agent's own limit, and above it the supervisor's answer."""
    if step == DECIDE:
        if refund.chance[C_MISTAKEN] < tables.share[Q_MISTAKEN] and state.flag[F_MISTAKEN] == 0:
            state.flag[F_MISTAKEN] = 1  # filed "refund only" by mistake: guided to send the goods back
            return at_once(AGREED)
        return work(DECIDED, tables.line[L_AGENTS], key(NEVER, state, tables, now))
    if step == DECIDED:
        if refund.chance[C_REFUSED] < tables.share[Q_REFUSED]:
            return at_once(REFUSE)
        if refund.amount < refund.paid and state.rounds == 0 and refund.chance[C_OFFER] >= tables.share[Q_OFFER]:
            state.rounds = 1  # a partial refund is a small negotiation: the first offer is not accepted
            return at_once(DECIDE)
        return at_once(PAY if refund.amount <= tables.authority[state.group[item]] else APPROVE)
    if step == APPROVE:
        give_up = now + tables.switch[P_APPROVAL_GIVE_UP]
        return work(PAY, tables.line[L_SUPERVISORS], key(give_up, state, tables, now), give_up, PAY, AGENT_SUPERVISOR)
    # REFUSE
    state.ledger.refused = 1
    return done(REFUSED, now + refund.span[S_AGAIN])


# ---------------------------------------------------------------- path 4: signed for, goods come back
def path_4(step: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """Agree, urge the tracking number, and refund as soon as the return is signed for, or after inspection."""
    if step == AGREED:
        state.due[A_SELLER_CLOCK] = NEVER
        state.due[A_BUYER_CLOCK] = after(now, tables.clock[K_SENDS_BACK])
        return wait(TRACKING, now + refund.span[S_BUYER_SHIPS])
    if step == TRACKING:
        state.due[A_BUYER_CLOCK] = NEVER
        state.due[A_SELLER_CLOCK] = after(now, tables.clock[K_CONFIRMS])
        state.ledger.freight += tables.money[M_FREIGHT]
        if refund.span[S_BUYER_SHIPS] <= tables.switch[P_COUPON_WITHIN]:
            state.ledger.coupon += tables.money[M_COUPON]
        return wait(RECEIVE, now + refund.span[S_RETURN_TRANSIT])
    if step == RECEIVE:
        return work(RECEIVED, tables.line[L_WAREHOUSE], key(now, state, tables, now), handoff=AGENT_WAREHOUSE)
    if step == RECEIVED:
        state.secured = 1
        if came_back_unasked(state):
            return at_once(PAY)
        if state.flag[F_DOOR] == 1:
            return at_once(INSPECTED)
        return at_once(INSPECT if tables.switch[P_REFUND_ON] == AFTER_INSPECTION else settled_by(refund, state, tables))
    if step == INSPECT:
        return work(INSPECTED, tables.line[L_INSPECTION], key(NEVER, state, tables, now), handoff=WAREHOUSE_INSPECTION)
    if step == INSPECTED:
        state.flag[F_INSPECTED] = 1
        return at_once(PROOF if refund.chance[C_ANOMALY] < tables.share[Q_ANOMALY] else settled_by(refund, state, tables))
    if step == PROOF:
        return work(PROVEN, tables.line[L_CARRIERS], key(NEVER, state, tables, now), handoff=WAREHOUSE_CARRIER)
    if step == PROVEN:  # an empty parcel is refused; worn goods are taken back all the same
        return at_once(REFUSE if refund.chance[C_EMPTY] < tables.share[Q_EMPTY] else settled_by(refund, state, tables))
    if step == SEND_NEW:
        return work(SENT, tables.line[L_WAREHOUSE], key(NEVER, state, tables, now), handoff=AGENT_WAREHOUSE)
    # SENT
    return done(EXCHANGED)


def settled_by(refund: Any, state: Any, tables: Any) -> int:
    """Money, or new goods for who really wants an exchange: stock, and a second parcel."""
    exchange = state.ledger.path == 4 and refund.chance[C_EXCHANGE] < tables.share[Q_EXCHANGE]
    return SEND_NEW if exchange else PAY


def came_back_unasked(state: Any) -> bool:
    """A recalled or refused parcel: the goods were never the buyer's, there is nothing to inspect."""
    return bool(state.ledger.path <= 2)


# ---------------------------------------------------------------- every path: money and the end
def settle(step: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """The money goes back; what was refunded on signing is inspected afterwards."""
    if step == PAY:
        return work(MONEY_BACK, tables.line[L_AGENTS], key(NEVER, state, tables, now))
    if step == MONEY_BACK:
        refund_money(refund, state, tables)
        for which in range(A_BUYER_CLOCK + 1):
            state.due[which] = NEVER
        goods_came_back = state.ledger.path == 4 or state.flag[F_MISTAKEN] == 1
        if goods_came_back and state.flag[F_INSPECTED] == 0:
            return at_once(BOOK_IN)
        return done(PARTLY_REFUNDED if state.ledger.refunded < refund.paid else REFUNDED)
    if step == BOOK_IN:
        return work(BOOKED, tables.line[L_INSPECTION], key(NEVER, state, tables, now), handoff=WAREHOUSE_INSPECTION)
    if step == BOOKED:
        if refund.chance[C_ANOMALY] < tables.share[Q_ANOMALY] and refund.chance[C_EMPTY] < tables.share[Q_EMPTY]:
            state.ledger.lost = state.ledger.refunded  # refunded on signing, and the parcel was empty
        return done(REFUNDED)
    if step == CHASED:
        return work(END_SIDE, tables.line[L_AGENTS], key(after(refund.filed, tables.clock[K_RESPONSE]), state, tables, now))
    return end()


def refund_money(refund: Any, state: Any, tables: Any) -> None:
    """Write what the refund costs the shop: the money, compensation owed on top, goods gone although the money went back."""
    state.ledger.refunded = refund.amount
    owed = tables.owed[refund.reason]
    if owed > 0.0 and refund.chance[C_CLAIM] < tables.share[Q_CLAIM]:
        state.ledger.compensation = int(owed * refund.paid + 0.5)
    if state.ledger.path <= 2 and state.secured == 0:
        state.ledger.lost = refund.paid


# ---------------------------------------------------------------- work, and clocks
def begin(item: int, step: int, refund: Any, state: Any, tables: Any, now: int, group: int, chats: int) -> int:
    """Seconds that a member of `group`, who has `chats` others open, works on this step."""
    if step == BATCH:
        answer(state, state.ledger.path)
        return int(tables.switch[P_BATCH_CASE])
    if step == RESPOND or step == CHASED:
        seconds = refund.work[W_RESPOND if step == RESPOND else W_CHASE]
        if state.online == 0:  # the buyer must be reached again
            seconds += refund.contact[min(state.contacts, ATTEMPTS - 1)]
        if step == RESPOND:
            path = state.ledger.path
            slips = state.ledger.mistakes == 0 and refund.chance[C_SLIP] < tables.slip[group]
            state.ledger.mistakes += 1 if slips else 0
            answer(state, path % 4 + 1 if slips else path)
        else:
            answer(state, state.ledger.believed)
    elif step == CUT or step == SEND_NEW:
        seconds = refund.work[W_CUT] + search(refund, tables.switch[P_WAREHOUSE_CONTACT])
    elif step == RECALL:
        seconds = refund.work[W_RECALL] + search(refund, tables.switch[P_CARRIER_CONTACT])
    elif step == ASK_WAREHOUSE:
        seconds = refund.work[W_ASK] + search(refund, tables.switch[P_WAREHOUSE_CONTACT])
    elif step == DECIDE:
        seconds = refund.work[W_DECIDE]
    elif step == APPROVE:
        seconds = refund.work[W_APPROVE]
    elif step == RECEIVE:
        seconds = refund.work[W_RECEIVE]
        few = tables.waiting[tables.line[L_WAREHOUSE]] < tables.switch[P_DOOR_THRESHOLD]
        if tables.switch[P_REFUND_ON] == AT_DOOR and few and not came_back_unasked(state):
            state.flag[F_DOOR] = 1
            seconds += refund.work[W_INSPECT]
    elif step == INSPECT or step == BOOK_IN:
        seconds = refund.work[W_INSPECT]
    elif step == PROOF:
        seconds = refund.work[W_PROOF] + search(refund, tables.switch[P_CARRIER_CONTACT])
    else:
        seconds = refund.work[W_PAY]
    return int(seconds * tables.pace[group] * (1.0 + tables.chats[group] * chats) + 0.5)


def search(refund: Any, named_contact: int) -> int:
    """Seconds lost on finding out who answers a question, where nobody is named for it."""
    return int(0 if named_contact == 1 else refund.work[W_SEARCH])


def answer(state: Any, believed: int) -> None:
    """The buyer hears from the shop: no more chasing for an answer."""
    state.answered = 1
    state.contacts += 1
    state.ledger.believed = believed
    state.due[A_CHASE] = NEVER


def alarm(which: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """A clock goes off, whatever the refund is doing."""
    if which == A_CHASE:
        state.ledger.chases += 1
        chases = state.ledger.chases
        if chases < min(tables.switch[P_CHASES_MOST], ATTEMPTS):
            state.due[A_CHASE] = now + max(1, refund.patience[chases])
        if refund.chance[C_COMPLAINT] < tables.share[Q_COMPLAINT]:
            state.ledger.complained = 1
            if refund.chance[C_PLATFORM] < tables.share[Q_COMPLAINT]:
                state.ledger.intervened = 1
        return side(-1, CHASED)
    if which == A_OFFLINE:
        state.online = 0
        return go_on()
    if which == A_LEAVES:
        state.left = 1
        if tables.switch[P_SHIP_CLOSES] == 1:  # what a click on "Ship" does here; the buyer may file again, now on path 2
            return done(CLOSED_BY_SHIPPING, now + refund.span[S_AGAIN])
        return go_on()
    if which == A_BUYER_CLOCK:
        state.ledger.automatic = 2
        return done(CLOSED_BY_CLOCK)
    # A_SELLER_CLOCK: money moves, and nobody decided.
    state.ledger.automatic = 1
    refund_money(refund, state, tables)
    return done(AUTO_REFUNDED)


def key(due: int, state: Any, tables: Any, now: int) -> int:
    """The place in line: smallest first. `due` is the work's deadline in seconds, NEVER = none of its own."""
    if tables.order == EARLIEST_DEADLINE:
        return int(min(due, now + LONG_WAIT))
    if tables.order == BY_PATH:
        return int(state.ledger.path * FAR + now)
    if tables.order == ONLINE_FIRST:
        return int(now + (1 - state.online) * FAR)
    return int(now)


def after(now: int, seconds: int) -> int:
    """The time `seconds` after now; NEVER stays NEVER."""
    return int(NEVER if seconds >= NEVER else now + seconds)


PROCEDURE = Procedure("refund", advance, begin, alarm, FILE, STEPS, ALARM_NAMES, OUTCOMES)
