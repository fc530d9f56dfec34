"""A table-driven procedure: any small network of stations, written as numbers. Theory and outside judges are asked through it.

Row `s` of tables.program says what step `s` does: [op, next, a, b, c, d, e, f, g]

    OP_WORK  next, line, work index, key (0 first come, 1 kind first, 2 amount first), patience (-1 none; else index into
             refund.patience), step after giving up, handoff (-1 none), most repeats (0 = no limit), step after the last
    OP_WAIT  next, span index
    OP_JOIN  next
    OP_SIDE  next, side step
    OP_END
    OP_DONE  outcome, second application after span index (-1 never)
    OP_FORK  next when the chance is under the share, chance index, share index, next otherwise
    OP_ALARM next, alarm number, span index (sets it that many seconds from now; -1 = off)
    OP_KIND  next for kind 0, then for kinds 1, 2, 3 ...

Rows from ALARM_ROWS on say what alarm `k` does, in row ALARM_ROWS + k: [ALARM_GO_ON or ALARM_SIDE or ALARM_GO_TO or
ALARM_DONE, step or outcome, most times, span index to set it again (-1 = never), alarm to set].
"""

from typing import Any

import numpy as np

from sim.demand.workload import NEVER
from sim.desk.actions import Action, done, end, go_on, go_to, join, side, wait, work
from sim.desk.contract import Procedure
from sim.desk.records import TABLES

OP_WORK, OP_WAIT, OP_JOIN, OP_SIDE, OP_END, OP_DONE, OP_FORK, OP_ALARM, OP_KIND = range(9)
ALARM_GO_ON, ALARM_SIDE, ALARM_GO_TO, ALARM_DONE = range(4)
ALARM_ROWS = 24
FIRST_COME, KIND_FIRST, AMOUNT_FIRST = range(3)


def toy_advance(item: int, step: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """What the program's row for this step says."""
    row = tables.program[step]
    op, following = row[0], row[1]
    if op == OP_WORK:
        if row[8] > 0:
            if state.rounds >= row[8]:
                return wait(row[9], now)
            state.rounds += 1
        order = row[4]
        key = now
        if order == KIND_FIRST:
            key = int(refund.kind)
        elif order == AMOUNT_FIRST:
            key = int(refund.amount)
        patience = row[5]
        give_up = NEVER if patience < 0 else now + refund.patience[patience]
        return work(following, row[2], key, give_up, row[6], row[7])
    if op == OP_WAIT:
        return wait(following, now + refund.span[row[2]])
    if op == OP_JOIN:
        return join(following)
    if op == OP_SIDE:
        return side(following, row[2])
    if op == OP_END:
        return end()
    if op == OP_FORK:
        return wait(following if refund.chance[row[2]] < tables.share[row[3]] else row[4], now)
    if op == OP_KIND:
        return wait(row[1 + refund.kind], now)
    if op == OP_ALARM:
        span = row[3]
        state.due[row[2]] = NEVER if span < 0 else now + refund.span[span]
        return wait(following, now)
    state.ledger.path = refund.kind
    again = row[2]
    return done(following, NEVER if again < 0 else now + refund.span[again])


def toy_begin(item: int, step: int, refund: Any, state: Any, tables: Any, now: int, group: int, chats: int) -> int:
    """The work index of the step's row, at the pace of the group."""
    seconds = refund.work[tables.program[step][3]]
    state.ledger.chases += 1 if now > state.joined[item] and state.ledger.chases < 100 else 0  # the column has room for 127
    return int(seconds * tables.pace[group] * (1.0 + tables.chats[group] * chats) + 0.5)


def toy_alarm(which: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """What the program's row for this alarm says."""
    row = ALARM_ROWS + which
    what, step = tables.program[row][0], tables.program[row][1]
    state.flag[which] += 1 if state.flag[which] < 100 else 0  # one byte in compiled code
    if state.flag[which] < tables.program[row][2] and tables.program[row][3] >= 0:
        state.due[tables.program[row][4]] = now + refund.span[tables.program[row][3]]
    if what == ALARM_SIDE:
        return side(-1, step)
    if what == ALARM_GO_TO:
        return go_to(step)
    if what == ALARM_DONE:
        return done(step)
    return go_on()


TOY = Procedure("toy", toy_advance, toy_begin, toy_alarm)


def toy_tables(program: dict[int, tuple[int, ...]]) -> np.ndarray:
    """TABLES[1] with this program (step → row), pace 1 and nothing else set."""
    tables = np.zeros(1, TABLES)
    tables["pace"] = 1.0
    for step, row in program.items():
        tables["program"][0, step, : len(row)] = row
    return tables
