"""Desks made by hand, small enough to say in advance what happens at which second; both engines run them."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.demand.workload import NEVER, REFUND
from sim.desk.compiled_engine import run_compiled
from sim.desk.contract import Floor
from sim.desk.log import Log, first_difference
from sim.desk.records import KINDS, LINE, POOL, SLOT
from sim.desk.simpy_engine import Desk
from sim.desk.toy import FIRST_COME, OP_DONE, OP_WORK, TOY, toy_tables
from sim.scenario.calendar import CHANGE, OFF, ON

Event = tuple[int, int, str, int]
"""(second, refund, kind of row, slot)"""


@dataclass(frozen=True)
class SmallDesk:
    """refunds: columns by name, array columns from index 0. Times in seconds. One pool, one line and one slot unless said otherwise."""

    refunds: list[dict[str, Any]]
    program: dict[int, tuple[int, ...]]
    changes: list[tuple[int, int, int]] = field(default_factory=lambda: [(0, 0, ON)])
    slots: list[tuple[int, int, int]] = field(default_factory=lambda: [(0, 0, 1)])
    pools: list[tuple[int, int, int]] = field(default_factory=lambda: [(0, 0, 0)])
    lines: list[tuple[int, int, int, int]] = field(default_factory=lambda: [(0, 1, 0, 0)])
    chats: float = 0.0
    until: int = NEVER

    def parts(self) -> tuple[np.ndarray, Floor, np.ndarray]:
        refunds = np.zeros(len(self.refunds), REFUND)
        refunds["number"] = np.arange(len(refunds))
        refunds["again"] = -1
        for row, columns in enumerate(self.refunds):
            for name, value in columns.items():
                if isinstance(value, list):
                    refunds[name][row, : len(value)] = value
                else:
                    refunds[name][row] = value
        arrays = (np.array(rows, dtype) for rows, dtype in ((self.pools, POOL), (self.lines, LINE), (self.slots, SLOT)))
        tables = toy_tables(self.program)
        tables["chats"] = self.chats
        return refunds, Floor(*arrays, np.array(sorted(self.changes), CHANGE)), tables


def both(desk: SmallDesk) -> Log:
    """The log, which must be the same on both engines."""
    parts = desk.parts()
    reference = Desk(*parts, TOY)
    reference.run(desk.until)
    log = reference.log(desk.until)
    difference = first_difference(log, run_compiled(*parts, TOY, desk.until))
    assert difference is None, difference
    return log


def story(desk: SmallDesk, *kinds: str) -> list[Event]:
    """What happened on both engines, of these kinds (all when none is named)."""
    told = [(int(row["time"]), int(row["refund"]), KINDS[row["kind"]], int(row["slot"])) for row in both(desk).rows]
    return [event for event in told if not kinds or event[2] in kinds]


def served(patience: int = -1, key: int = FIRST_COME) -> dict[int, tuple[int, ...]]:
    """Stand in line 0, be worked on for work[0], done; who gives up is done as well."""
    return {0: (OP_WORK, 1, 0, 0, key, patience, 1, -1, 0, 0), 1: (OP_DONE, 0, -1)}


def shift(slot: int, *hours: tuple[int, int]) -> list[tuple[int, int, int]]:
    """On and off at these seconds."""
    return [change for on, off in hours for change in ((on, slot, ON), (off, slot, OFF))]
