"""Desks too large for the first arrays: room is made in mid-run, abandoned moments are forgotten, and both engines still agree."""

import numpy as np

from sim.demand.workload import NEVER, REFUND
from sim.desk.compiled_engine import FIRST_ROOM, run_compiled
from sim.desk.contract import Floor
from sim.desk.log import first_difference
from sim.desk.records import BEGAN, CLOSED, FILED, GAVE_UP, HAND_BACK, LINE, POOL, SLOT
from sim.desk.simpy_engine import Desk
from sim.desk.toy import ALARM_ROWS, ALARM_SIDE, OP_ALARM, OP_DONE, OP_END, OP_JOIN, OP_SIDE, OP_WORK, TOY, toy_tables
from sim.scenario.calendar import CHANGE, OFF, ON

DAY = 86_400
PROGRAM = {
    0: (OP_ALARM, 1, 0, 0),  # the buyer chases after span 0
    1: (OP_SIDE, 2, 13),
    2: (OP_WORK, 3, 0, 0, 0, 0, 4, -1, 0, 0),  # patience 0
    3: (OP_JOIN, 4),
    4: (OP_WORK, 20, 1, 1, 0, -1, 20, 0, 0, 0),
    13: (OP_WORK, 19, 1, 2, 0, 1, 19, 1, 0, 0),
    19: (OP_END,),
    20: (OP_DONE, 0, -1),
    ALARM_ROWS: (ALARM_SIDE, 13, 3, 0, 0),
}


def refunds(count: int, span: int) -> np.ndarray:
    g = np.random.default_rng(7)
    rows = np.zeros(count, REFUND)
    rows["number"], rows["again"] = np.arange(count), -1
    rows["filed"] = np.sort(g.integers(0, span, count))
    rows["work"] = g.integers(1, 400, rows["work"].shape)
    rows["patience"] = g.integers(DAY, 20 * DAY, rows["patience"].shape)
    rows["span"] = g.integers(DAY // 2, 30 * DAY, rows["span"].shape)
    return rows


def floor(people: int, days: int) -> Floor:
    lines = np.array([(0, 1, 0, 0), (0, 20, 0, 30)], LINE)
    changes = [(day * DAY + at, slot, what) for day in range(days) for slot in range(people) for at, what in ((0, ON), (DAY - 3600, OFF))]
    return Floor(np.array([(HAND_BACK, 0, 60)], POOL), lines, np.array([(0, 0, 2)] * people, SLOT), np.array(sorted(changes), CHANGE))


def test_a_rush_that_outgrows_every_array_is_logged_alike_by_both_engines() -> None:
    rows, people, tables = refunds(12 * FIRST_ROOM, DAY), floor(12, 40), toy_tables(PROGRAM)
    desk = Desk(rows, people, tables, TOY)
    longest = 0
    while (at := desk.step()) < NEVER:
        longest = max(longest, len(desk.queue))
        assert at < 60 * DAY
    reference = desk.log()
    assert first_difference(reference, run_compiled(rows, people, tables, TOY)) is None
    kinds = np.bincount(reference.rows["kind"], minlength=12)
    assert kinds[CLOSED] == len(rows)
    assert kinds[GAVE_UP] > 0
    assert longest > 8 * FIRST_ROOM  # more moments than the compiled engine's first list of events holds


def test_clocks_that_mean_nothing_any_more_do_not_pile_up() -> None:
    rows, people, tables = refunds(20_000, 20 * DAY), floor(60, 21), toy_tables(PROGRAM)
    desk = Desk(rows, people, tables, TOY)
    longest = 0
    while desk.step() < NEVER:
        longest = max(longest, len(desk.queue))
    kinds = desk.log().rows["kind"]
    open_most = int(np.cumsum((kinds == FILED).astype(int) - (kinds == CLOSED)).max())
    assert (desk.log().rows["kind"] == BEGAN).sum() > 40_000  # each left two clocks of many days behind
    assert longest < 10 * open_most + 2 * 1024 + 200
    assert first_difference(desk.log(), run_compiled(rows, people, tables, TOY)) is None
