"""How long a piece of work takes: known when somebody takes it, for only then are the group, its other chats and the waited time known."""

from typing import Any

from sim.demand.columns import (
    C_BLANK,
    C_REACH,
    C_REPEATED,
    C_SLIP,
    S_ENQUIRES,
    W_APPROVE,
    W_ASK,
    W_CHASE,
    W_CUT,
    W_DECIDE,
    W_INQUIRE,
    W_INSPECT,
    W_JUDGE,
    W_OUTSIDE,
    W_PACK,
    W_PAY,
    W_PLEAD,
    W_PROOF,
    W_RECALL,
    W_RECEIVE,
    W_REPICK,
    W_RESPOND,
    W_SEARCH,
    W_TALK,
    W_WEIGH,
)
from sim.demand.workload import ATTEMPTS, NEVER
from sim.desk.procedure.acts import LONG_WAIT
from sim.desk.procedure.arrive import errs
from sim.desk.procedure.path_4 import buyer_pays_freight
from sim.desk.steps import (
    A_CHASE,
    A_ENQUIRES,
    AGREE,
    APPROVE,
    ASK_CARRIER,
    ASK_STATUS,
    ASK_WAREHOUSE,
    BATCH,
    BOOK_IN,
    CHASE_NUMBER,
    CHASED,
    CHAT,
    CLAIM,
    DECIDE,
    DOOR,
    ENQUIRED,
    HOLD,
    HOLD_BESIDE,
    INQUIRE,
    INSPECT,
    PAY,
    PLATFORM,
    PROOF,
    RECEIVE,
    REMIND,
    REPICK,
    RESPOND,
    SEND_NEW,
    SET_RIGHT,
    WEIGH,
)
from sim.desk.tables import (
    E_BLANK,
    P_BATCH_CASE,
    P_CARRIER_CONTACT,
    P_ENQUIRES,
    P_OUTSIDE,
    P_READING,
    P_WAREHOUSE_CONTACT,
    Q_ANSWER_PACE,
    Q_REACH,
    Q_REPEATED,
)


def begin(item: int, step: int, refund: Any, state: Any, tables: Any, now: int, group: int, chats: int) -> int:
    """Seconds that a member of `group`, who has `chats` others open, works on this step."""
    if step == BATCH:
        answer(refund, state, tables, now)
        state.agent = group
        if state.ledger.taken_for == 0:
            state.ledger.taken_for = 1
            state.ledger.taken_by = group
        return int(tables.switch[P_BATCH_CASE])
    seconds = content(step, refund, state, tables, now, group)
    return int(seconds * tables.pace[group] * (1.0 + tables.chats[group] * chats) + 0.5)


def content(step: int, refund: Any, state: Any, tables: Any, now: int, group: int) -> int:
    """Seconds at pace 1 and one chat."""
    carrier, warehouse = tables.switch[P_CARRIER_CONTACT], tables.switch[P_WAREHOUSE_CONTACT]
    if step == RESPOND:
        seconds = refund.work[W_RESPOND] + reach(refund, state, tables)
        state.agent = group
        if state.paid == 0 and now - state.filed > LONG_WAIT and errs(E_BLANK, C_BLANK, refund, state, tables):
            brush_off(state)
            return int(refund.work[W_CHASE])
        answer(refund, state, tables, now)
        take_for_a_path(refund, state, tables, group)
        return int(seconds)
    if step == CHAT:
        return int(refund.work[W_CHASE])
    if step == CHASED or step == ENQUIRED:
        seconds = refund.work[W_CHASE] + reach(refund, state, tables)
        if step == CHASED:
            answer(refund, state, tables, now)
        return int(seconds)
    if step == ASK_CARRIER:
        return asked(refund.work[W_RECALL] * tables.share[Q_ANSWER_PACE], carrier, refund, tables)
    if step == INQUIRE or step == ASK_STATUS:
        return asked(refund.work[W_INQUIRE] * tables.share[Q_ANSWER_PACE], carrier, refund, tables)
    if step == PROOF:
        return asked(refund.work[W_PROOF], carrier, refund, tables)
    if step == HOLD or step == HOLD_BESIDE:
        return asked(refund.work[W_CUT], warehouse, refund, tables)
    if step == REPICK:
        return asked(refund.work[W_REPICK], warehouse, refund, tables)
    if step == ASK_WAREHOUSE:
        return asked(refund.work[W_ASK], warehouse, refund, tables)
    if step == WEIGH:
        return asked(refund.work[W_WEIGH], warehouse, refund, tables)
    if step == RECEIVE:
        return int(refund.work[W_RECEIVE])
    if step == SEND_NEW:
        return int(refund.work[W_PACK])
    if step == DOOR:
        return int(refund.work[W_INSPECT])
    if step == INSPECT or step == BOOK_IN:
        return int(refund.work[W_OUTSIDE] if tables.switch[P_OUTSIDE] == 1 else refund.work[W_INSPECT])
    if step == APPROVE:
        return int(refund.work[W_APPROVE])
    return by_agents(step, refund, state, tables, group)


def by_agents(step: int, refund: Any, state: Any, tables: Any, group: int) -> int:
    """What agents and after-sales people do after the first response; who has not seen the case reads it first."""
    reading = tables.switch[P_READING] if state.agent != group else 0
    state.agent = group
    if step == PAY:
        return int(refund.work[W_PAY] + reading)
    if step == CLAIM:
        return int(refund.work[W_JUDGE] + reading)
    if step == PLATFORM:
        return int(refund.work[W_PLEAD] + reading)
    if step == CHASE_NUMBER or step == REMIND:
        return int(refund.work[W_CHASE] + reading)
    if step == SET_RIGHT:
        cell = 4 * (state.handled - 1) + state.slipped - 1
        state.slipped = 0
        state.ledger.believed = state.handled
        return int(tables.wrong_seconds[cell] + reading)
    # a talk with the buyer: settling an amount, guiding, freight, exchange, asking to refuse, a reasoned refusal
    talk = refund.work[W_DECIDE] if step == DECIDE else refund.work[W_TALK]
    if step == AGREE and buyer_pays_freight(refund, tables):
        talk += refund.work[W_TALK]  # who is to pay has to be talked over
    return int(talk + reading + reach(refund, state, tables))


def reach(refund: Any, state: Any, tables: Any) -> int:
    """Seconds of getting hold of the buyer: none while online; later each attempt takes time, and may fail."""
    attempt = min(state.contacts, ATTEMPTS - 1)
    state.contacts = min(state.contacts + 1, ATTEMPTS)
    if state.online == 1:
        state.reached = 1
        return 0
    if refund.chance[C_REACH + attempt] < tables.share[Q_REACH]:
        state.reached = 1
    return int(refund.contact[attempt])


def answer(refund: Any, state: Any, tables: Any, now: int) -> None:
    """The buyer hears from the shop: no more chasing for an answer; from now on it is the money that is asked about."""
    if state.answered == 0 and state.paid == 0 and tables.switch[P_ENQUIRES] == 1:
        state.due[A_ENQUIRES] = now + max(1, refund.span[S_ENQUIRES])
    state.answered = 1
    state.ledger.believed = state.handled
    state.due[A_CHASE] = NEVER


def brush_off(state: Any) -> None:
    """A backlog is worked off by refusing without a word: no response, and the buyer goes on chasing (the article's bad example)."""
    state.blank = 1
    state.ledger.refused = 2
    if state.answered == 0:
        state.ledger.blank_first = 1


def take_for_a_path(refund: Any, state: Any, tables: Any, group: int) -> None:
    """The group's confusion matrix: the path is taken rightly, or for another one."""
    taken = state.handled
    below = 0.0
    for other in range(1, 5):
        if other != state.handled and taken == state.handled:
            below += tables.confusion[group][4 * (state.handled - 1) + other - 1]
            if refund.chance[C_SLIP] < below:
                taken = other
    if state.ledger.taken_for == 0:
        state.ledger.taken_for = taken
        state.ledger.taken_by = group
        if taken != state.handled:
            state.slipped = taken
            state.ledger.mistakes += 1
            state.ledger.believed = taken


def asked(seconds: float, named: int, refund: Any, tables: Any) -> int:
    """Seconds of an answer: where nobody is named, somebody must be found first, and some questions are asked and answered twice."""
    if named == 1:
        return int(seconds + 0.5)
    times = 2 if refund.chance[C_REPEATED] < tables.share[Q_REPEATED] else 1
    return int(seconds * times + refund.work[W_SEARCH] + 0.5)
