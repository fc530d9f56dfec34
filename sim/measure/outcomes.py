"""What became of each refund: when it was filed, first answered, completed and closed, on which path, and what it cost."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from sim.demand.workload import NEVER, Workload
from sim.desk.contract import Procedure
from sim.desk.log import Log
from sim.desk.records import ALARMED, BEGAN, CLOSED, FILED, FINISHED, JOINED, LEDGER, WAITING
from sim.measure.curves import Flags, Records, Whole
from sim.rules.path import UNSHIPPED, path_of

AUTO_REFUNDED, CLOSED_BY_CLOCK = "auto_refunded", "closed_by_clock"
"""Names of the outcomes that a clock brings about: the seller's, and the buyer's."""

WITHDRAWN, INSTANT, FORCED, RULED_FOR_BUYER = "withdrawn", "instant", "forced", "ruled_for_buyer"
"""Names of other outcomes: the buyer's own end, a machine's, the platform's by force, and a dispute that the shop lost."""

CHAT_ANSWERED = "chat_answered"
"""Name of the outcome of what was no request, but a question in chat."""

BY_SELLERS_CLOCK, BY_BUYERS_CLOCK, BY_MACHINE, BY_FORCE = range(1, 5)
"""What the ledger's column `automatic` says: ended by a clock; refunded by a machine, or by the platform against the shop's will."""

AGAINST_SHOP = 2
"""What the ledger's column `ruled` says of a dispute that the shop lost."""

MONEY = tuple(name for name in LEDGER.names or () if LEDGER[name] == np.int32)
"""The ledger's columns in fen."""

TOLD = tuple(name for name in LEDGER.names or () if LEDGER[name] == np.int8 and name != "automatic")
"""The ledger's marks and counts."""

OUTCOME = np.dtype(
    [
        ("refund", "i8"),  # row in the workload
        ("number", "i8"),
        ("filed", "i8"),  # seconds since the start, as it happened, also for second applications
        ("first_response", "i8"),  # start of the first work that answers the buyer; NEVER if none
        ("completed", "i8"),  # the money is back, or the request is closed, whichever comes first; NEVER if neither
        ("closed", "i8"),  # nothing is left to do; NEVER if open
        ("outcome", "i2"),  # place in the procedure's outcomes, -1 = open
        ("pool", "i2"),  # the floor's pool that answered it first, else the one in whose line it first stood for that; -1 = none
        ("automatic", "i1"),  # 1 ended by a seller's clock, 2 by the buyer's, 3 refunded by a machine, 4 by force, 0 by none of them
        ("withdrawn", "i1"),  # the buyer ended it
        ("second", "i1"),  # a second application
        *((name, "i1") for name in TOLD),
        *((name, "i8") for name in MONEY),  # fen
        ("rules", "i8", LEDGER["rules"].shape),  # as in the ledger: one bit for each rule that decided something
        ("paid", "i8"),  # fen the order line cost
        ("amount", "i8"),  # fen asked for
    ],
    align=True,
)


@dataclass(frozen=True)
class Outcomes:
    """One OUTCOME record per filed refund, in the order of the workload. Reserved second applications never filed are not in it.

    horizon: seconds since the start at which the run ended: open refunds are as old as that. automatic: times (seconds) of requests of a
    replayed history that a machine refunded before anyone saw them; they have no record. chats: times (seconds) at which buyers who wanted
    to file and found the gate closed asked in chat instead; they are no requests, and have no record either.
    """

    records: Records
    horizon: int
    automatic: Whole
    chats: Whole = field(default_factory=lambda: np.zeros(0, np.int64))

    def __post_init__(self) -> None:
        for array in (self.records, self.automatic, self.chats):
            array.flags.writeable = False

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, column: str) -> Any:
        """One column, read-only."""
        return self.records[column]

    def filed_between(self, begin: int, end: int) -> "Outcomes":
        """Only those filed, and chats begun, from `begin` (seconds since the start; may be negative) on and before `end`."""
        filed = self.records["filed"]
        automatic, chats = (times[(times >= begin) & (times < end)] for times in (self.automatic, self.chats))
        return replace(self, records=self.records[(filed >= begin) & (filed < end)], automatic=automatic, chats=chats)

    def on_path(self, path: int) -> "Outcomes":
        """Only those of a path (1-4), as filed. Chats are about unshipped orders."""
        none = np.zeros(0, np.int64)
        chats = self.chats if path == path_of(UNSHIPPED, 0) else none
        return replace(self, records=self.records[self.records["path"] == path], automatic=none, chats=chats)

    @property
    def unfinished(self) -> Flags:
        """Which were neither closed nor had their money back at the horizon."""
        return np.asarray(self.records["completed"] == NEVER)

    @property
    def unseen(self) -> Flags:
        """Which were refunded by a machine, or by force, before anybody answered."""
        by_itself = (self.records["automatic"] == BY_MACHINE) | (self.records["automatic"] == BY_FORCE)
        return np.asarray(by_itself & (self.records["first_response"] == NEVER))

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
    """What became of every filed refund of a run, whenever it was filed: warm-up and drain days included.

    A row of the workload that only asks (`only_asks`) is no refund: it is among the chats.
    """
    rows, refunds = log.rows, workload.refunds
    kind = np.ascontiguousarray(rows["kind"])
    count = len(refunds)

    def first_row(of: Whole) -> Whole:
        """Per refund the first of its rows among `of` (indices in order); -1 where there is none."""
        found = np.full(count, -1, np.int64)
        found[rows["refund"][of[::-1]]] = of[::-1]  # of several, the one written last stays: the first in time
        return found

    def time_of(found: Whole) -> Whole:
        return np.where(found >= 0, rows["time"][found], NEVER) if len(rows) else np.full(count, NEVER)

    answers = [step.answers for step in procedure.steps]
    filed = time_of(first_row(np.flatnonzero(kind == FILED)))
    answering = _at_steps(rows, kind, BEGAN, answers)
    blank = first_row(answering)[log.ledger["blank_first"] == 1]  # a refusal without a word is no response: the next answer is
    response = first_row(np.setdiff1d(answering, blank, assume_unique=True) if len(blank) else answering)
    paid = time_of(first_row(_payments(rows, kind, procedure)))
    closings = np.flatnonzero(kind == CLOSED)
    closed = time_of(first_row(closings))
    outcome = np.full(count, -1, np.int16)
    outcome[rows["refund"][closings]] = rows["step"][closings]
    stood = np.where(response >= 0, response, first_row(_at_steps(rows, kind, JOINED, answers)))
    pool = np.where(stood >= 0, rows["pool"][stood], -1) if len(rows) else stood

    only_asks = refunds["only_asks"] == 1
    came = np.flatnonzero((filed < NEVER) & ~only_asks)
    records = np.zeros(len(came), OUTCOME)
    records["refund"] = came
    columns: dict[str, Records] = {"filed": filed, "first_response": time_of(response), "closed": closed, "outcome": outcome, "pool": pool}
    for name, column in columns.items():
        records[name] = column[came]
    records["completed"] = np.minimum(paid, closed)[came]
    for name in ("number", "second", "paid", "amount"):
        records[name] = refunds[name][came]
    for name in (*TOLD, *MONEY, "rules"):
        records[name] = log.ledger[name][came]
    records["automatic"] = _automatic(log.ledger["automatic"][came], records["outcome"], procedure)
    if WITHDRAWN in procedure.outcomes:
        records["withdrawn"] = records["outcome"] == procedure.outcomes.index(WITHDRAWN)
    return Outcomes(records, horizon(log), workload.automatic.copy(), np.sort(filed[(filed < NEVER) & only_asks]))


def _payments(rows: Records, kind: Records, procedure: Procedure) -> Whole:
    """Indices, in order, of the rows that say that the money is back: work that pays is finished, a step that pays is nobody's work, or a
    clock paid."""
    by_hand = _at_steps(rows, kind, FINISHED, [step.pays for step in procedure.steps])
    by_itself = _at_steps(rows, kind, WAITING, [step.pays and not step.by for step in procedure.steps])
    by_clock = np.flatnonzero((kind == ALARMED) & np.isin(rows["step"], procedure.paying_alarms))
    return np.sort(np.concatenate([by_hand, by_itself, by_clock])) if len(by_itself) or len(by_clock) else by_hand


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
