"""How the procedure asks for work: by the agents, by others on whom a question waits, or for time to pass."""

from typing import Any

from sim.demand.columns import C_LOST_QUESTION, C_SILENT
from sim.demand.workload import ATTEMPTS, NEVER
from sim.desk.actions import Action, wait, work
from sim.desk.steps import A_LEAVES, A_SELLER_CLOCK, REMIND
from sim.desk.tables import (
    BY_PATH,
    EARLIEST_DEADLINE,
    L_AFTER_SALES,
    L_CARRIERS,
    ONLINE_FIRST,
    P_AFTER_SALES,
    P_ASK_AGAIN,
    P_CARRIER_CONTACT,
    P_FIRST_RESPONSE,
    P_RECALL_GIVE_UP,
    P_WAREHOUSE_CONTACT,
    Q_LOST_QUESTION,
    Q_SILENT,
)

FAR = 2**40
"""Seconds by which one class of cases stands behind another in line."""

LONG_WAIT = 12 * 3600
"""Work without a deadline of its own is lined up as if due in 12 h: the longest standard the article gives for an answer."""

DUE_CLOCKS = 8

ELSEWHERE = -NEVER
"""In place of the moment since when a refund is with the agents: it is not."""


def first_answer(step: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """Work of the agents who answer buyers first."""
    due = after(state.filed, tables.switch[P_FIRST_RESPONSE])
    return work(step, tables.line[state.handled - 1], place(due, state, tables, now))


def answer_beside(step: int, since: int, state: Any, tables: Any, now: int) -> Action:
    """A chaser or an enquiry, due as if it had been filed at `since`: it has a place of its own, whatever the refund itself waits for."""
    due = after(since, tables.switch[P_FIRST_RESPONSE])
    return work(step, tables.line[state.handled - 1], key(due, now, state, tables, now))


def by_agents(step: int, state: Any, tables: Any, now: int) -> Action:
    """Work of those who carry a refund on: the agents themselves, or after-sales people where there are any. It is due as the rules say."""
    line = L_AFTER_SALES if tables.switch[P_AFTER_SALES] == 1 else state.handled - 1
    return work(step, tables.line[line], place(state.deadline, state, tables, now))


def ask_warehouse(beside: int, step: int, again: int, line: int, handoff: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """A question or task for the warehouse; where nobody is named to answer it may get lost, and is asked again at `again`."""
    if is_lost(beside, tables.switch[P_WAREHOUSE_CONTACT], refund, state, tables):
        return unheard(beside, again, state, now + tables.switch[P_ASK_AGAIN])
    return hand_over(step, line, handoff, state, tables, now, NEVER, -1)


def ask_carrier(step: int, again: int, silent: int, handoff: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """A question to the carrier, who may not hear of it, may not answer, or answers too late."""
    if is_lost(0, tables.switch[P_CARRIER_CONTACT], refund, state, tables):
        return unheard(0, again, state, now + tables.switch[P_ASK_AGAIN])
    give_up = now + tables.switch[P_RECALL_GIVE_UP]
    if refund.chance[C_SILENT] < tables.share[Q_SILENT]:
        return until(silent, give_up, state)
    return hand_over(step, L_CARRIERS, handoff, state, tables, now, give_up, silent)


def hand_over(step: int, line: int, handoff: int, state: Any, tables: Any, now: int, give_up: int, otherwise: int) -> Action:
    """Work of another pool, under the handoff's name; it goes on at `otherwise` if nobody has taken it at `give_up`."""
    state.came = ELSEWHERE
    due = NEVER
    if handoff >= 0 and tables.standard[handoff] > 0:
        due = now + tables.standard[handoff]
    return work(step, tables.line[line], key(due, now, state, tables, now), give_up, otherwise, handoff)


def until(step: int, moment: int, state: Any) -> Action:
    """Nothing happens to the refund before `moment`."""
    state.came = ELSEWHERE
    return wait(step, moment)


def is_lost(beside: int, named: int, refund: Any, state: Any, tables: Any) -> bool:
    """Whether a question gets lost: nobody is named to answer it, and it has not been asked too often."""
    if named == 1 or state.asked[beside] >= ATTEMPTS:
        return False
    return bool(refund.chance[C_LOST_QUESTION + state.asked[beside]] < tables.share[Q_LOST_QUESTION])


def unheard(beside: int, step: int, state: Any, moment: int) -> Action:
    """A question that nobody heard: an agent notices at `moment`, and asks again at `step`."""
    state.asked[beside] += 1
    state.ledger.asked_again += 1
    state.again[beside] = step
    return until(REMIND, moment, state)


def place(due: int, state: Any, tables: Any, now: int) -> int:
    """The place in the agents' line: a refund that was with them keeps the place it came with."""
    if state.came == ELSEWHERE:
        state.came = now
    return key(due, state.came, state, tables, now)


def key(due: int, came: int, state: Any, tables: Any, now: int) -> int:
    """The place in line: smallest first. `due` is the work's deadline in seconds, NEVER = none of its own; `came`: since when it waits."""
    if state.compensates == 1 and state.paid == 0 and state.handled == 1:
        return int(came - FAR)  # a claim that holds is refunded first thing
    if tables.order == EARLIEST_DEADLINE:
        return int(min(due, state.due[A_SELLER_CLOCK], now + LONG_WAIT))
    if tables.order == BY_PATH:
        path = state.ledger.path if state.ledger.path > 0 else state.handled  # a chat has no path in the ledger
        return int(path * FAR + came)
    if tables.order == ONLINE_FIRST:
        return int(came + (1 - state.online) * FAR)
    return int(came)


def after(now: int, seconds: int) -> int:
    """The time `seconds` after now; NEVER stays NEVER."""
    return int(NEVER if seconds >= NEVER else now + seconds)


def stop_clocks(state: Any) -> None:
    """No clock of the buyer's or the platform's runs any more; only the parcel may still leave."""
    for which in range(DUE_CLOCKS):
        if which != A_LEAVES:
            state.due[which] = NEVER
