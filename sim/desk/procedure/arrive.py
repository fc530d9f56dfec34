"""Every path: the request is filed and seen, the buyer is answered, and the rules say what is right."""

from typing import Any

from sim.demand.columns import (
    C_BEYOND,
    C_FORCED,
    C_INSTANT,
    C_MISSED,
    C_NEEDLESS,
    C_UNCONFIRMED,
    C_UNNUMBERED,
    C_WITHDRAW,
    S_AGAIN,
    S_ONLINE,
    S_WITHDRAWS,
)
from sim.demand.workload import NEVER
from sim.desk.actions import Action, at_once, done, side, wait
from sim.desk.procedure.acts import after, by_agents, first_answer, until
from sim.desk.procedure.clocks import complains
from sim.desk.procedure.money import refund_unasked
from sim.desk.procedure.responses import (
    AGREE_AND_COMPENSATE,
    AGREE_RETURN,
    BATCH_REFUND,
    CHASE_TRACKING,
    CHECK_CLAIM,
    DECIDE_NOW,
    FIRST_RESPONSE,
    RECALL,
    REFUND_AND_COMPENSATE,
    REFUND_WHEN_BACK,
    STEP_FOR,
    STOP_IN_WAREHOUSE,
    STOP_PARCEL,
    SUBMIT,
)
from sim.desk.procedure.seen import NOT_ASKED, UNPICKED, comes_back, goods, rule_row, wishes
from sim.desk.steps import (
    A_CHASE,
    A_LEAVES,
    A_OFFLINE,
    A_SELLER_CLOCK,
    A_WITHDRAWS,
    AGREE,
    ANSWERED,
    APPROVE,
    ASK_CARRIER,
    BATCH,
    BRUSHED_OFF,
    CHAT,
    FILE,
    FORCED,
    HOLD_BESIDE,
    INSTANT,
    JUDGE,
    LOOK,
    MACHINE,
    MONEY_BACK,
    PAY,
    PLATFORM,
    RESPOND,
    SET_RIGHT,
)
from sim.desk.tables import (
    ACT_AGREE,
    ACT_PAY,
    ACT_RECALL,
    ACT_SUBMIT,
    E_BEYOND,
    E_MISSED,
    E_NEEDLESS,
    E_UNCONFIRMED,
    E_UNNUMBERED,
    K_RETURN,
    K_SHIPPED,
    K_UNSHIPPED,
    LATER,
    M_PREMIUM,
    P_BATCH,
    P_BATCH_SCREENED,
    P_CHASES_MOST,
    P_FIRST_RESPONSE,
    P_INSURANCE,
    Q_FORCED,
    Q_INSTANT,
    Q_WITHDRAWS,
)
from sim.rules.path import SHIPPED, SIGNED, path_of


def arrive(step: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """From filing to the first judgement."""
    if step == FILE:
        return file(refund, state, tables, now)
    if step == MACHINE:
        refund_unasked(refund, state, tables)
        return done(FORCED if state.ledger.automatic == 4 else INSTANT)
    if step == LOOK:
        state.seen = 1
        return at_once(BATCH if goes_through_the_batch(refund, state, tables, now) else RESPOND)
    if step == RESPOND:
        return first_answer(ANSWERED, refund, state, tables, now)
    if step == ANSWERED:
        return answered(state, tables)
    if step == BRUSHED_OFF:
        state.blank = 0
        if complains(refund, state, tables, now):
            return at_once(PLATFORM)
        return until(RESPOND, now + refund.span[S_AGAIN], state)
    if step == SET_RIGHT:
        state.recall = NOT_ASKED  # what was asked in vain is no answer
        return by_agents(JUDGE, state, tables, now)
    return judge(refund, state, tables, now)


def file(refund: Any, state: Any, tables: Any, now: int) -> Action:
    """The buyer files; clocks begin to run. A machine may refund it before anybody sees it. Who only asks has filed nothing."""
    if refund.only_asks == 1:
        return at_once(CHAT)
    order = refund.state
    if refund.second == 1 and order != SIGNED and refund.leaves <= now:
        order = SIGNED if refund.arrives <= now and refund.not_received == 0 else SHIPPED
    path = path_of(order, refund.sends_back)
    state.ledger.path = state.handled = path
    state.ledger.taken_by = -1
    state.came = state.filed = state.since = now
    state.deadline = after(now, tables.switch[P_FIRST_RESPONSE])  # until the rules have said more
    state.online = 1
    if refund.leaves <= now:
        state.left = 1
    if path == 2 and tables.says_refused[refund.reason] == 1 and refund.arrives <= now and refund.to_locker == 0:
        state.refused_at_door = state.secured = 1  # the trace shows it
    forced = refund.by_machine == 0 and path >= 3 and refund.chance[C_FORCED] < tables.share[Q_FORCED]
    if forced or refund.by_machine == 1 or (path <= 3 and refund.chance[C_INSTANT] < tables.share[Q_INSTANT + path - 1]):
        state.ledger.automatic = 4 if forced else 3
        state.ledger.intervened = 1 if forced else 0
        return at_once(MACHINE)
    if path == 4 and tables.switch[P_INSURANCE] == 1:
        state.ledger.premium = tables.money[M_PREMIUM]
    state.due[A_OFFLINE] = now + refund.span[S_ONLINE]
    state.due[A_CHASE] = now + refund.patience[0] if tables.switch[P_CHASES_MOST] > 0 else NEVER
    state.due[A_SELLER_CLOCK] = after(now, tables.clock[K_UNSHIPPED if path == 1 else K_SHIPPED if path == 2 else K_RETURN])
    if refund.chance[C_WITHDRAW] < tables.share[Q_WITHDRAWS]:
        state.due[A_WITHDRAWS] = now + refund.span[S_WITHDRAWS]
    if state.left == 0:
        state.due[A_LEAVES] = refund.leaves
    every = tables.refresh
    return wait(LOOK, now if every == 0 else (now + every - 1) // every * every)


def goes_through_the_batch(refund: Any, state: Any, tables: Any, now: int) -> bool:
    """What the list shows is enough for the batch tool: nothing is picked, and no claim is seen that the shop must judge."""
    if state.handled != 1 or tables.switch[P_BATCH] == 0:
        return False
    response = tables.rule_response[rule_row(refund, state, tables, now)]
    if response == BATCH_REFUND:
        return True
    unseen = tables.switch[P_BATCH_SCREENED] == 0 and response == CHECK_CLAIM
    return bool(unseen and refund.one_of_several == 0 and goods(refund, state, now) == UNPICKED)


def answered(state: Any, tables: Any) -> Action:
    """A path taken wrongly is noticed at once where the platform or the shop's system has no such act; else the act goes ahead."""
    if state.blank == 1:
        return at_once(BRUSHED_OFF)
    if state.slipped == 0 or state.paid == 1:
        return at_once(JUDGE)
    cell = 4 * (state.handled - 1) + state.slipped - 1
    if tables.wrong_kind[cell] != LATER:
        return at_once(SET_RIGHT)
    act = tables.wrong_act[cell]
    if act == ACT_PAY:
        state.ledger.wrong_acts |= 1 << E_UNCONFIRMED
        state.slipped = 0
        return at_once(PAY)
    return at_once(ASK_CARRIER if act == ACT_RECALL else APPROVE if act == ACT_SUBMIT else AGREE if act == ACT_AGREE else SET_RIGHT)


def judge(refund: Any, state: Any, tables: Any, now: int) -> Action:
    """The decision tables name the right response; people may still do the wrong thing."""
    state.asked[0] = 0
    if state.paid == 1 and comes_back(state):
        return at_once(MONEY_BACK)  # a clock paid meanwhile
    row = rule_row(refund, state, tables, now)
    state.deadline = deadline(tables.rule_deadline[row], state, tables, now)
    response = tables.rule_response[row]
    if response == STOP_PARCEL or response == RECALL or response == STOP_IN_WAREHOUSE or response == REFUND_WHEN_BACK:
        if errs(E_UNCONFIRMED, C_UNCONFIRMED, refund, state, tables):
            return at_once(PAY)
    elif response == CHASE_TRACKING:
        if errs(E_UNNUMBERED, C_UNNUMBERED, refund, state, tables):
            return at_once(PAY)
    elif response == SUBMIT:
        if not wishes(refund, state) and errs(E_BEYOND, C_BEYOND, refund, state, tables):
            response = DECIDE_NOW
    elif response == REFUND_AND_COMPENSATE or response == AGREE_AND_COMPENSATE:
        state.compensates = 1
        if errs(E_MISSED, C_MISSED, refund, state, tables):
            state.compensates = 0
        if response == REFUND_AND_COMPENSATE:  # the money first, and the order is stopped meanwhile
            return side(PAY, HOLD_BESIDE)
    elif response == AGREE_RETURN:
        errs(E_NEEDLESS, C_NEEDLESS, refund, state, tables)
    return at_once(STEP_FOR[response])


def deadline(kind: int, state: Any, tables: Any, now: int) -> int:
    """When what the rules say is due: the first response from filing, all else from now; NEVER = an event, no clock."""
    return after(state.filed if kind == FIRST_RESPONSE else now, tables.deadline[kind])


def errs(error: int, chance: int, refund: Any, state: Any, tables: Any) -> bool:
    """Whether the agent who has the refund does this wrong act here, for the first time."""
    bit = 1 << error
    if state.ledger.wrong_acts & bit or refund.chance[chance] >= tables.errors[state.agent][error]:
        return False
    state.ledger.wrong_acts |= bit
    return True
