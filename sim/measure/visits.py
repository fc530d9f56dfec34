"""Every stay in a line, and every spell of work in it, read from the log by sorting."""

from dataclasses import dataclass

import numpy as np

from sim.demand.workload import NEVER, Workload
from sim.desk.contract import Floor
from sim.desk.log import Log
from sim.desk.records import BEGAN, CLOSED, FINISHED, GAVE_UP, HANDED_BACK, ITEMS, JOINED, KINDS, LEFT
from sim.measure.curves import Flags, Real, Records, Whole
from sim.measure.outcomes import horizon

OPEN = -1
"""How a stay or a spell of work ended: not yet. Else the kind of the log's row that ended it."""

VISIT = np.dtype(
    [
        ("refund", "i8"),  # row in the workload
        ("item", "i1"),
        ("how", "i1"),  # FINISHED, GAVE_UP, LEFT, HANDED_BACK (given back after the refund was closed) or OPEN
        ("pool", "i2"),
        ("line", "i2"),
        ("handoff", "i2"),
        ("step", "i2"),  # the step that asked for the work
        ("group", "i2"),  # who took it last; -1 nobody
        ("slot", "i4"),
        ("joined", "i8"),  # seconds since the start
        ("began", "i8"),  # first taken; NEVER = not yet
        ("ended", "i8"),  # finished, given up or left; NEVER = not yet
        ("worked", "i8"),  # seconds that somebody worked on it, up to the horizon
        ("waited", "i8"),  # seconds in line, up to the horizon; also those after it was handed back
        ("spells", "i4"),  # how often it was taken
    ],
    align=True,
)

SPELL = np.dtype(
    [
        ("visit", "i8"),  # index of the stay
        ("row", "i8"),  # index of the BEGAN row in the log
        ("seat", "i8"),  # index of the spell that stands for the seat: of a batch the first one, else its own
        ("slot", "i8"),
        ("group", "i2"),
        ("pool", "i2"),
        ("line", "i2"),
        ("how", "i1"),  # FINISHED, HANDED_BACK or OPEN
        ("began", "i8"),
        ("ended", "i8"),  # NEVER = still at it
    ],
    align=True,
)

_OF_A_STAY = np.isin(np.arange(len(KINDS)), (JOINED, BEGAN, FINISHED, GAVE_UP, HANDED_BACK, LEFT))


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
        return np.asarray(self.spells[self.spells["seat"] == np.arange(len(self.spells))])

    @property
    def seat_seconds(self) -> Real:
        """Per stay the seconds of a seat that it took, up to the horizon: of a batch an equal part."""
        spells = self.spells
        lasted = np.minimum(spells["ended"], self.horizon) - spells["began"]
        members = np.bincount(spells["seat"], minlength=len(spells))[spells["seat"]]
        return np.bincount(spells["visit"], weights=lasted / members, minlength=len(self.records)).astype(np.float64)


def by_item(log: Log, wanted: Flags) -> Whole:
    """Indices of the log's rows of the wanted kinds (a flag per kind), sorted by refund and item, in time inside each."""
    rows = log.rows
    kept = np.flatnonzero(wanted[rows["kind"]])
    bits = max(1, len(kept).bit_length())
    keys = rows["refund"][kept].astype(np.int64) * ITEMS + rows["item"][kept]
    keys = np.sort((keys << bits) + np.arange(len(kept)))  # many times faster than sorting indices by the keys
    return np.asarray(kept[keys & ((1 << bits) - 1)])


def visits(log: Log, floor: Floor, workload: Workload) -> Visits:
    """Every stay in a line and every spell of work of a run.

    Raises ValueError where a row of work has no stay in line before it (`sim.measure.invariants.check` says which).
    """
    rows, end = log.rows, horizon(log)
    sorted_rows = by_item(log, _OF_A_STAY)
    kind = rows["kind"][sorted_rows]
    time = rows["time"][sorted_rows]
    first = np.flatnonzero(kind == JOINED)
    if len(kind) and (not len(first) or first[0] != 0):
        raise ValueError("the log has work that never joined a line")
    last = np.append(first[1:], len(kind))[: len(first)] - 1
    visit = np.cumsum(kind == JOINED) - 1
    closes_at = np.full(len(workload), len(rows))  # where in the log
    closings = np.flatnonzero(rows["kind"] == CLOSED)
    closes_at[rows["refund"][closings]] = closings

    source = rows[sorted_rows[first]]
    records = np.zeros(len(first), VISIT)
    for name, column in (("refund", "refund"), ("item", "item"), ("pool", "pool"), ("line", "line"), ("handoff", "handoff")):
        records[name] = source[column]
    records["step"], records["joined"] = source["step"], source["time"]
    how = kind[last]
    dropped = (how == HANDED_BACK) & (sorted_rows[last] > closes_at[source["refund"]])
    over = (how == FINISHED) | (how == GAVE_UP) | (how == LEFT) | dropped
    records["how"] = np.where(over, how, OPEN)
    records["ended"] = np.where(over, time[last], NEVER)

    begins = np.flatnonzero(kind == BEGAN)
    following = np.minimum(begins + 1, len(kind) - 1)
    stops = (following > begins) & (visit[following] == visit[begins]) & np.isin(kind[following], (FINISHED, HANDED_BACK))
    spells = np.zeros(len(begins), SPELL)
    spells["visit"], spells["row"] = visit[begins], sorted_rows[begins]
    spells["began"], spells["ended"] = time[begins], np.where(stops, time[following], NEVER)
    spells["how"] = np.where(stops, kind[following], OPEN)
    for name in ("slot", "group", "pool", "line"):
        spells[name] = rows[name][sorted_rows[begins]]

    worked = np.minimum(spells["ended"], end) - spells["began"]
    np.add.at(records["worked"], spells["visit"], worked)
    np.add.at(records["spells"], spells["visit"], 1)
    records["waited"] = np.minimum(records["ended"], end) - records["joined"] - records["worked"]
    records["began"], records["slot"], records["group"] = NEVER, -1, -1
    backwards = spells[::-1]  # of several spells the one written last stays
    records["began"][backwards["visit"]] = backwards["began"]
    records["slot"][spells["visit"]] = spells["slot"]
    records["group"][spells["visit"]] = spells["group"]

    spells = spells[np.argsort(spells["row"])]
    spells["seat"] = _seats(spells, floor, workload.refunds["amount"][records["refund"][spells["visit"]]])
    return Visits(records, spells, end)


def _seats(spells: Records, floor: Floor, amount: Whole) -> Whole:
    """Which spell stands for the seat of each: itself, or the first of its batch.

    A batch is taken in one go (its rows follow each other), by one slot, from one line, and ends in one instant. A slot with several
    seats may take two batches in a row; the line's limits say where the second begins.
    """
    batched = floor.lines["cases"][spells["line"]] > 1
    joins = np.zeros(len(spells), np.bool_)
    joins[1:] = batched[1:] & (spells["row"][1:] == spells["row"][:-1] + 1)
    for name in ("slot", "line", "began", "ended"):
        joins[1:] &= spells[name][1:] == spells[name][:-1]
    if (floor.slots["seats"] > 1).any():
        several = joins & (floor.slots["seats"][spells["slot"]] > 1)
        taken = np.flatnonzero(several | np.append(several[1:], False))
        limits = floor.lines[spells["line"][taken]]
        cases = fen = 0
        each = zip(taken.tolist(), amount[taken].tolist(), limits["cases"].tolist(), limits["fen"].tolist(), strict=True)
        for at, own, most_cases, most_fen in each:
            cases, fen = cases + 1, fen + own
            if not joins[at] or cases > most_cases or (most_fen and fen > most_fen):
                joins[at] = False
                cases, fen = 1, own
    return np.maximum.accumulate(np.where(joins, 0, np.arange(len(spells))))
