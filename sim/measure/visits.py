"""Every stay in a line, and every spell of work in it, read from the log."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.demand.workload import Workload
from sim.desk.contract import Floor
from sim.desk.log import Log
from sim.desk.records import ITEMS
from sim.measure.curves import Flags, Real, Records, Whole
from sim.measure.outcomes import horizon
from sim.measure.passes import machine_code_of
from sim.measure.passes.records import SPELL, VISIT
from sim.measure.passes.rows import OFF_LINE, OPEN, count_stays, fill_seats, fill_stays, order_by_item, unless_stray

__all__ = ["OPEN", "SPELL", "VISIT", "Visits", "by_item", "visits"]


@dataclass(frozen=True)
class Visits:
    """records: VISIT, one per stay, by refund, item and time. spells: SPELL, in the order of the log. horizon: seconds."""

    records: Records
    spells: Records
    horizon: int

    def __post_init__(self) -> None:
        self.records.flags.writeable = False
        self.spells.flags.writeable = False

    def __len__(self) -> int:
        return len(self.records)

    @property
    def seats(self) -> Records:
        """The spells with each batch counted once: what the staff's seats were taken by."""
        return self.spells.compress(self.spells["seat"] == np.arange(len(self.spells)))

    @cached_property
    def seat_seconds(self) -> Real:
        """Per stay the seconds of a seat that it took, up to the horizon: of a batch an equal part."""
        spells = self.spells
        lasted = np.minimum(spells["ended"], self.horizon) - spells["began"]
        members = np.bincount(spells["seat"], minlength=len(spells))[spells["seat"]]
        found = np.bincount(spells["visit"], weights=lasted / members, minlength=len(self.records)).astype(np.float64)
        found.flags.writeable = False
        return found


def by_item(log: Log, wanted: Flags) -> Whole:
    """Indices of the log's rows of the wanted kinds (a flag per kind), sorted by refund and item, in time inside each."""
    rows, refunds = log.rows, len(log.ledger)
    order = np.empty(len(rows), np.int64)
    return order[: unless_stray(machine_code_of(order_by_item)(rows, refunds, wanted, np.zeros(refunds * ITEMS + 1, np.int64), order))]


def visits(log: Log, floor: Floor, workload: Workload) -> Visits:
    """Every stay in a line and every spell of work of a run.

    Raises ValueError where a row of work has no stay in line before it (`sim.measure.invariants.check` says which), and IndexError where
    one is about a refund, an item or a line that is not there, or in a batch of a slot that is not.
    """
    rows, end, refunds = log.rows, horizon(log), len(workload)
    begins = np.zeros(refunds * ITEMS + 1, np.int64)
    spells = np.empty(unless_stray(machine_code_of(count_stays)(rows, refunds, begins)), SPELL)
    records = np.empty(begins[-1], VISIT)
    at_work, closed = np.full(refunds * ITEMS, OFF_LINE), np.zeros(refunds, np.bool_)
    if machine_code_of(fill_stays)(rows, end, begins, at_work, closed, records, spells) >= 0:
        raise ValueError("the log has work that never joined a line")
    unless_stray(machine_code_of(fill_seats)(spells, records, workload.refunds, floor.lines, floor.slots))
    return Visits(records, spells, end)
