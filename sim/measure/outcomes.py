"""What became of each refund: when it was filed, first answered, completed and closed, on which path, and what it cost."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from sim.demand.workload import NEVER, Workload
from sim.desk.contract import Procedure
from sim.desk.log import Log
from sim.desk.records import ALARMED, BEGAN, FINISHED, JOINED, KINDS, LEDGER, WAITING
from sim.measure.curves import Flags, Records, Whole
from sim.measure.passes import machine_code_of
from sim.measure.passes.rows import read_refunds, unless_stray
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
        wanted = (filed >= begin) & (filed < end)
        records = self.records if wanted.all() else self.records.compress(wanted)
        return replace(self, records=records, automatic=automatic, chats=chats)

    def on_path(self, path: int) -> "Outcomes":
        """Only those of a path (1-4), as filed. Chats are about unshipped orders."""
        none = np.zeros(0, np.int64)
        chats = self.chats if path == path_of(UNSHIPPED, 0) else none
        return replace(self, records=self.records.compress(self.records["path"] == path), automatic=none, chats=chats)

    def among(self, refunds: Whole) -> Flags:
        """Which of these rows of the workload have a record here."""
        mine = self.records["refund"]
        here = np.zeros(1 + max(int(refunds.max(initial=-1)), int(mine.max(initial=-1))), np.bool_)
        here[mine] = True
        return here[refunds]

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
    refunds, count = workload.refunds, len(workload)
    filed, response, paid, closed = (np.full(count, NEVER) for _ in range(4))
    pool, outcome = np.full(count, -1), np.full(count, -1)
    blank = np.zeros(count, np.bool_)
    blank[:] = log.ledger["blank_first"] == 1  # a refusal without a word is no response: the next answer is
    found = machine_code_of(read_refunds)(log.rows, count, _tells(procedure), blank, filed, response, pool, paid, closed, outcome)
    unless_stray(found)

    only_asks = refunds["only_asks"] == 1
    came = np.flatnonzero((filed < NEVER) & ~only_asks)
    records = np.zeros(len(came), OUTCOME)
    records["refund"] = came
    columns = {"filed": filed, "first_response": response, "closed": closed, "outcome": outcome, "pool": pool}
    for name, column in columns.items():
        records[name] = column[came]
    records["completed"] = np.minimum(paid, closed)[came]
    for name in ("number", "second", "paid", "amount"):
        records[name] = refunds[name][came]
    ledger = log.ledger.take(came)
    for name in (*TOLD, *MONEY, "rules"):
        records[name] = ledger[name]
    records["automatic"] = _automatic(ledger["automatic"], records["outcome"], procedure)
    if WITHDRAWN in procedure.outcomes:
        records["withdrawn"] = records["outcome"] == procedure.outcomes.index(WITHDRAWN)
    return Outcomes(records, horizon(log), workload.automatic.copy(), np.sort(filed[(filed < NEVER) & only_asks]))


def _tells(procedure: Procedure) -> Flags:
    """[kind, step]: which rows are about an answer, and which say that the money is back: work that pays is finished, a step that pays is
    nobody's work, or a clock paid."""
    steps = procedure.steps
    found = np.zeros((len(KINDS), max(len(steps), 1 + max(procedure.paying_alarms, default=0))), np.bool_)
    found[JOINED, : len(steps)] = found[BEGAN, : len(steps)] = [step.answers for step in steps]
    found[FINISHED, : len(steps)] = [step.pays for step in steps]
    found[WAITING, : len(steps)] = [step.pays and not step.by for step in steps]
    found[ALARMED, list(procedure.paying_alarms)] = True
    return found


def _automatic(told: Records, outcome: Records, procedure: Procedure) -> Records:
    """Which clock ended a refund: as the ledger tells, or as the name of the outcome does."""
    found = told.copy()
    for name, by in ((AUTO_REFUNDED, BY_SELLERS_CLOCK), (CLOSED_BY_CLOCK, BY_BUYERS_CLOCK)):
        if name in procedure.outcomes:
            found[outcome == procedure.outcomes.index(name)] = by
    return found
