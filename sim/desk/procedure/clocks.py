"""Clocks that go off whatever a refund is doing: the buyer chases, asks, goes offline, withdraws; the parcel leaves; time runs out."""

from typing import Any

from sim.demand.columns import C_COMPLAINT, C_PLATFORM, S_AGAIN, S_ENQUIRES, S_ONLINE
from sim.demand.workload import ATTEMPTS, NEVER
from sim.desk.actions import Action, done, go_on, go_to, side
from sim.desk.procedure.acts import after, stop_clocks
from sim.desk.procedure.money import refund_unasked
from sim.desk.procedure.seen import comes_back
from sim.desk.steps import (
    A_BUYER_CLOCK,
    A_CHASE,
    A_ENQUIRES,
    A_LEAVES,
    A_OFFLINE,
    A_SELLER_CLOCK,
    A_WITHDRAWS,
    AUTO_REFUNDED,
    CHASED,
    CLOSED_BY_CLOCK,
    CLOSED_BY_SHIPPING,
    ENQUIRED,
    LOOK,
    PLATFORM,
    WITHDRAWN,
)
from sim.desk.tables import (
    K_SHIPPED,
    ONLINE_FIRST,
    P_CHASES_MOST,
    P_SHIP_CLOSES,
    Q_COMPLAINT,
    Q_COMPLAINT_EMPTY,
    Q_COMPLAINT_HOURS,
    Q_COMPLAINT_REFUSED,
    Q_PLATFORM,
)

HOUR = 3600.0


def alarm(which: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """A clock goes off."""
    if which == A_CHASE:
        return chase(refund, state, tables, now)
    if which == A_ENQUIRES:
        state.ledger.enquiries += 1
        comes_online(refund, state, now)
        if state.ledger.enquiries < ATTEMPTS:
            state.due[A_ENQUIRES] = now + max(1, refund.span[S_ENQUIRES])
        annoyed = state.since < NEVER and complains(refund, state, tables, now)
        return go_to(PLATFORM) if annoyed else side(-1, ENQUIRED)
    if which == A_OFFLINE:
        state.online = 0
        if tables.order == ONLINE_FIRST and state.seen == 1 and state.answered == 0:
            return go_to(LOOK)  # to another place in line
        return go_on()
    if which == A_LEAVES:
        return leaves(refund, state, tables, now)
    if which == A_WITHDRAWS:
        return go_on() if state.secured == 1 else done(WITHDRAWN)  # the goods are the shop's again: there is no way back
    if which == A_BUYER_CLOCK:
        state.ledger.automatic = 2
        return done(CLOSED_BY_CLOCK)
    # A_SELLER_CLOCK: money moves, and nobody decided.
    state.ledger.automatic = 1
    refund_unasked(refund, state, tables)
    if comes_back(state):
        stop_clocks(state)
        return go_on()
    return done(AUTO_REFUNDED)


def chase(refund: Any, state: Any, tables: Any, now: int) -> Action:
    """Silence makes chasers, chasers are load; some of them complain, and call the platform."""
    state.ledger.chases += 1
    comes_online(refund, state, now)
    chases = state.ledger.chases
    if chases < min(tables.switch[P_CHASES_MOST], ATTEMPTS):
        state.due[A_CHASE] = now + max(1, refund.patience[chases])
    if complains(refund, state, tables, now):
        return go_to(PLATFORM)
    return side(-1, CHASED)


def comes_online(refund: Any, state: Any, now: int) -> None:
    """Who writes is there to be talked to, as long as after filing."""
    state.online = 1
    state.due[A_OFFLINE] = now + refund.span[S_ONLINE]


def leaves(refund: Any, state: Any, tables: Any, now: int) -> Action:
    """The parcel is handed over, and "Ship" is clicked: the request closes, or is routed on as path 2, as the platform does it."""
    state.left = 1
    if state.handled != 1 or state.paid == 1:
        return go_on()
    if tables.switch[P_SHIP_CLOSES] == 1:
        return done(CLOSED_BY_SHIPPING, now + refund.span[S_AGAIN])
    state.handled = 2
    state.known_left = 1
    state.due[A_SELLER_CLOCK] = after(now, tables.clock[K_SHIPPED])
    return go_on()


def complains(refund: Any, state: Any, tables: Any, now: int) -> bool:
    """A complaint, with a hazard that grows by waiting, refusal and emptiness; True where it reaches the platform."""
    waited = max(0, now - state.since)
    hazard = tables.share[Q_COMPLAINT] * (1.0 + waited / HOUR / tables.share[Q_COMPLAINT_HOURS])
    if state.ledger.refused > 0:
        hazard *= tables.share[Q_COMPLAINT_REFUSED]
    if state.ledger.refused == 2:
        hazard *= tables.share[Q_COMPLAINT_EMPTY]
    if refund.chance[C_COMPLAINT] >= hazard:
        return False
    state.ledger.complained = 1
    return bool(refund.chance[C_PLATFORM] < tables.share[Q_PLATFORM])
