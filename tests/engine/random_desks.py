"""Random desks: floors, rosters, refunds and toy procedures that use every action, alarm and shift-end rule."""

from dataclasses import dataclass

import numpy as np

from sim.demand.workload import ATTEMPTS, CHANCES, NEVER, REFUND, SPANS, WORKS
from sim.desk.contract import Floor
from sim.desk.records import ALARMS, GROUPS, HANDOFFS, LINE, POOL, SLOT
from sim.desk.toy import (
    ALARM_DONE,
    ALARM_GO_TO,
    ALARM_ROWS,
    ALARM_SIDE,
    OP_ALARM,
    OP_DONE,
    OP_END,
    OP_FORK,
    OP_JOIN,
    OP_KIND,
    OP_SIDE,
    OP_WAIT,
    OP_WORK,
    toy_tables,
)
from sim.scenario.calendar import BREAK_BEGINS, BREAK_ENDS, CHANGE, OFF, ON

HOUR = 3600
MAIN, SIDES, LAST = 13, 6, 20  # main steps 0..12, side steps 13..18, 19 ends a side item, 20 is done
SIDE_END, DONE_STEP = 19, 20


@dataclass(frozen=True)
class RandomDesk:
    refunds: np.ndarray
    floor: Floor
    tables: np.ndarray
    until: int


def random_desk(seed: int) -> RandomDesk:
    """Desk number `seed`: always the same for the same number."""
    g = np.random.default_rng(seed)
    coarse = int(g.choice([1, 60, 600, 1800]))  # a coarse clock makes ties
    hours = int(g.integers(6, 60))
    until = hours * HOUR if g.random() < 0.5 else (hours + 1_000) * HOUR  # some programs would go round for ever, hour after hour
    floor = random_floor(g, hours, coarse)
    return RandomDesk(random_refunds(g, hours, coarse), floor, random_program(g, len(floor.lines)), until)


def rounded(x: np.ndarray, coarse: int) -> np.ndarray:
    return (np.floor(np.asarray(x) / coarse + 0.5) * coarse).astype(np.int64)


def random_refunds(g: np.random.Generator, hours: int, coarse: int) -> np.ndarray:
    count = int(g.integers(1, 120))
    refunds = np.zeros(count, REFUND)
    refunds["number"] = np.cumsum(g.integers(1, 4, count))
    refunds["filed"] = rounded(g.uniform(0, hours * HOUR, count), coarse)
    refunds["again"] = -1
    reserved = count // 8
    if reserved:
        refunds["filed"][-reserved:] = NEVER
        refunds["second"][-reserved:] = 1
        refunds["again"][g.choice(count - reserved, reserved, replace=False)] = np.arange(count - reserved, count)
    refunds["amount"] = g.integers(0, 30_000, count)
    refunds["kind"] = g.integers(0, 4, count)
    mean = float(g.choice([60, 600, 3000]))
    refunds["work"] = rounded(g.exponential(mean, (count, WORKS)), coarse) * (g.random((count, WORKS)) > 0.1)
    refunds["span"] = rounded(g.exponential(2 * HOUR, (count, SPANS)), coarse) * (g.random((count, SPANS)) > 0.1)
    refunds["patience"] = rounded(g.exponential(HOUR, (count, ATTEMPTS)), coarse) * (g.random((count, ATTEMPTS)) > 0.05)
    refunds["chance"] = g.random((count, CHANCES), np.float32)
    return refunds


def random_floor(g: np.random.Generator, hours: int, coarse: int) -> Floor:
    count = int(g.integers(1, 4))
    pools = np.zeros(count, POOL)
    pools["rule"] = g.integers(0, 3, count)
    pools["cap"] = rounded(g.uniform(0, 1800, count), coarse)
    pools["reopening"] = rounded(g.uniform(0, 300, count), coarse) * (g.random(count) > 0.5)
    extra = int(g.integers(0, 4))
    lines = np.zeros(count + extra, LINE)
    lines["pool"] = np.concatenate([np.arange(count), g.integers(0, count, extra)])
    lines["cases"] = np.where(g.random(count + extra) < 0.5, 1, g.integers(1, 6, count + extra))
    lines["fen"] = np.where(g.random(count + extra) < 0.5, 0, g.integers(1000, 60_000, count + extra))
    lines["seconds"] = rounded(g.uniform(0, 300, count + extra), coarse) * (g.random(count + extra) > 0.5)
    slots: list[tuple[int, int, int]] = []
    changes: list[tuple[int, int, int]] = []
    for pool in range(count):
        for group in sorted(g.choice(GROUPS, int(g.integers(1, 3)), replace=False).tolist()):
            shift = int(g.choice([4, 8, 12])) * HOUR
            begin = int(rounded(g.uniform(0, 6 * HOUR), max(coarse, 900)))
            breaks = bool(g.random() < 0.4)
            for _ in range(int(g.integers(1, 4))):
                number = len(slots)
                slots.append((pool, group, int(g.choice([1, 1, 2, 3]))))
                for on in range(begin, hours * HOUR, shift * int(g.integers(1, 3)) + (0 if g.random() < 0.3 else HOUR)):
                    off = on + shift - 300
                    changes += [(on, number, ON), (off, number, OFF)]
                    if breaks:
                        changes += [(on + shift // 2, number, BREAK_BEGINS), (on + shift // 2 + 1800, number, BREAK_ENDS)]
    return Floor(pools, lines, np.array(slots, SLOT), np.array(sorted(changes), CHANGE))


def random_program(g: np.random.Generator, lines: int) -> np.ndarray:
    """Forward through the main steps, with loops that end, side work, joins, alarms and a second application."""
    program: dict[int, tuple[int, ...]] = {SIDE_END: (OP_END,), DONE_STEP: (OP_DONE, int(g.integers(0, 5)), int(g.choice([-1, 0, 1])))}
    for step in range(MAIN):
        ahead = [int(g.integers(step + 1, MAIN + 1)) for _ in range(4)]
        ahead = [DONE_STEP if at == MAIN else at for at in ahead]
        program[step] = random_step(g, step, ahead, lines, DONE_STEP, MAIN)
    for step in range(MAIN, MAIN + SIDES):
        ahead = [int(g.integers(step + 1, SIDE_END + 1)) for _ in range(4)]
        program[step] = random_step(g, step, ahead, lines, SIDE_END, MAIN)
    for which in range(ALARMS):
        what = int(g.choice([0, ALARM_SIDE, ALARM_SIDE, ALARM_GO_TO, ALARM_DONE]))
        target = int(g.integers(MAIN, SIDE_END)) if what == ALARM_SIDE else int(g.integers(6, MAIN)) if what == ALARM_GO_TO else 7
        program[ALARM_ROWS + which] = (what, target, int(g.integers(1, 4)), int(g.choice([-1, 0, 1, 2])), int(g.integers(0, ALARMS)))
    tables = toy_tables(program)
    tables["pace"] = g.choice([0.5, 1.0, 1.35], GROUPS)
    tables["chats"] = g.choice([0.0, 0.3])
    tables["share"] = g.uniform(0, 1, tables["share"].shape)
    return tables


def random_step(g: np.random.Generator, step: int, ahead: list[int], lines: int, way_out: int, side_from: int) -> tuple[int, ...]:
    op = int(
        g.choice(
            [OP_WORK, OP_WAIT, OP_JOIN, OP_SIDE, OP_FORK, OP_ALARM, OP_KIND, OP_DONE],
            p=[0.42, 0.12, 0.06, 0.12, 0.08, 0.12, 0.05, 0.03],
        )
    )
    if op == OP_WORK:
        loops = g.random() < 0.3
        following = int(g.integers(side_from if step >= side_from else 0, step + 1)) if loops else ahead[0]
        otherwise = int(g.integers(side_from if step >= side_from else 0, step + 1)) if loops and g.random() < 0.5 else ahead[1]
        return (
            OP_WORK,
            following,
            int(g.integers(0, lines)),
            int(g.integers(0, WORKS)),
            int(g.integers(0, 3)),
            int(g.integers(-1, ATTEMPTS)) if g.random() < 0.5 else -1,
            otherwise,
            int(g.integers(-1, HANDOFFS)),
            int(g.integers(2, 5)) if loops else 0,
            way_out,
        )
    if op == OP_WAIT:
        return (OP_WAIT, ahead[0], int(g.integers(0, SPANS)))
    if op == OP_SIDE:
        return (
            OP_SIDE,
            ahead[0],
            int(g.integers(max(side_from, step + 1) if step >= side_from else side_from, SIDE_END)) if step < SIDE_END - 1 else SIDE_END,
        )
    if op == OP_FORK:
        return (OP_FORK, ahead[0], int(g.integers(0, CHANCES)), int(g.integers(0, 32)), ahead[1])
    if op == OP_ALARM:
        return (OP_ALARM, ahead[0], int(g.integers(0, ALARMS)), int(g.integers(-1, SPANS)))
    if op == OP_KIND:
        return (OP_KIND, *ahead)
    if op == OP_DONE:
        return (OP_DONE, int(g.integers(0, 5)), int(g.choice([-1, 0, 1])))
    return (OP_JOIN, ahead[0])
