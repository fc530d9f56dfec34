"""What became of each refund: when it was filed, first answered, completed and closed, on which path, and what it cost."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.demand.workload import NEVER, Workload
from sim.desk.contract import Procedure
from sim.desk.log import Log
from sim.desk.records import BEGAN, CLOSED, FILED, FINISHED
from sim.measure.curves import Flags, Records, Whole

AUTO_REFUNDED, CLOSED_BY_CLOCK = "auto_refunded", "closed_by_clock"
"""Names of the outcomes that a clock brings about: the seller's, and the buyer's."""

BY_SELLERS_CLOCK, BY_BUYERS_CLOCK = 1, 2
"""What the ledger's column `automatic` says of them."""

MONEY = ("refunded", "compensation", "lost", "freight", "coupon")
"""The ledger's columns in fen."""

TOLD = ("path", "believed", "chases", "complained", "intervened", "refused", "mistakes")

OUTCOME = np.dtype(
    [
        ("refund", "i8"),  # row in the workload
        ("number", "i8"),
        ("filed", "i8"),  # seconds since the start, as it happened, also for second applications
        ("first_response", "i8"),  # start of the first work that answers the buyer; NEVER if none
        ("completed", "i8"),  # the money is back, or the request is closed, whichever comes first; NEVER if neither
        ("closed", "i8"),  # nothing is left to do; NEVER if open
        ("outcome", "i2"),  # place in the procedure's outcomes, -1 = open
        ("automatic", "i1"),  # 1 ended by a seller's clock, 2 by the buyer's, 0 by neither
        ("second", "i1"),  # a second application
        *((name, "i1") for name in TOLD),
        *((name, "i8") for name in MONEY),  # fen
        ("paid", "i8"),  # fen the order line cost
        ("amount", "i8"),  # fen asked for
    ],
    align=True,
)


@dataclass(frozen=True)
class Outcomes:
    """One OUTCOME record per filed refund, in the order of the workload. Reserved second applications never filed are not in it.

    horizon: seconds since the start at which the run ended: open refunds are as old as that. automatic: times (seconds) of requests
    that a machine refunded before anyone saw them; they have no record.
    """

    records: Records
    horizon: int
    automatic: Whole

    def __post_init__(self) -> None:
        self.records.flags.writeable = False
        self.automatic.flags.writeable = False

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, column: str) -> Any:
        """One column, read-only."""
        return self.records[column]

    def filed_between(self, begin: int, end: int) -> "Outcomes":
        """Only those filed from `begin` (seconds since the start) on and before `end`."""
        filed = self.records["filed"]
        kept = self.automatic[(self.automatic >= begin) & (self.automatic < end)]
        return replace(self, records=self.records[(filed >= begin) & (filed < end)], automatic=kept)

    def on_path(self, path: int) -> "Outcomes":
        """Only those of a path (1-4), as filed."""
        return replace(self, records=self.records[self.records["path"] == path], automatic=np.zeros(0, np.int64))

    @property
    def unfinished(self) -> Flags:
        """Which were neither closed nor had their money back at the horizon."""
        return np.asarray(self.records["completed"] == NEVER)

    @property
    def lasted(self) -> Whole:
        """Seconds from filing to completion; of unfinished ones, their age at the horizon."""
        return np.asarray(np.minimum(self.records["completed"], self.horizon) - self.records["filed"])


def horizon(log: Log) -> int:
    """The second at which nobody looked any more: the run's `until`, or its last event where it had none."""
    if log.until < NEVER:
        return log.until
    return int(log.rows["time"][-1]) if len(log) else 0


def outcomes(log: Log, workload: Workload, procedure: Procedure) -> Outcomes:
    """What became of every filed refund of a run."""
    rows, refunds = log.rows, workload.refunds
    kind = np.ascontiguousarray(rows["kind"])
    count = len(refunds)

    def first_time(of: Whole) -> Whole:
        """Per refund the time of its first row among `of` (indices in order); NEVER where there is none."""
        found = np.full(count, NEVER, np.int64)
        found[rows["refund"][of[::-1]]] = rows["time"][of[::-1]]  # of several, the one written last stays: the first in time
        return found

    filed = first_time(np.flatnonzero(kind == FILED))
    response = first_time(_at_steps(rows, kind, BEGAN, [step.answers for step in procedure.steps]))
    paid = first_time(_at_steps(rows, kind, FINISHED, [step.pays for step in procedure.steps]))
    closings = np.flatnonzero(kind == CLOSED)
    closed = first_time(closings)
    outcome = np.full(count, -1, np.int16)
    outcome[rows["refund"][closings]] = rows["step"][closings]

    came = np.flatnonzero(filed < NEVER)
    records = np.zeros(len(came), OUTCOME)
    records["refund"] = came
    for name, column in (("filed", filed), ("first_response", response), ("closed", closed), ("outcome", outcome)):
        records[name] = column[came]
    records["completed"] = np.minimum(paid, closed)[came]
    for name in ("number", "second", "paid", "amount"):
        records[name] = refunds[name][came]
    for name in (*TOLD, *MONEY):
        records[name] = log.ledger[name][came]
    records["automatic"] = _automatic(log.ledger["automatic"][came], records["outcome"], procedure)
    return Outcomes(records, horizon(log), workload.automatic.copy())


def _at_steps(rows: Records, kind: Records, wanted: int, marked: list[bool]) -> Whole:
    """Indices of the rows of a kind at the marked steps."""
    of_kind = np.flatnonzero(kind == wanted)
    if not any(marked):
        return of_kind[:0]
    step = rows["step"][of_kind]
    known = (step >= 0) & (step < len(marked))
    return np.asarray(of_kind[known & np.array(marked)[np.where(known, step, 0)]])


def _automatic(told: Records, outcome: Records, procedure: Procedure) -> Records:
    """Which clock ended a refund: as the ledger tells, or as the name of the outcome does."""
    found = told.copy()
    for name, by in ((AUTO_REFUNDED, BY_SELLERS_CLOCK), (CLOSED_BY_CLOCK, BY_BUYERS_CLOCK)):
        if name in procedure.outcomes:
            found[outcome == procedure.outcomes.index(name)] = by
    return found
