"""Logs written by hand: a small procedure, a floor, and rows said in words."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.demand.workload import NEVER, REFUND, Workload
from sim.desk.contract import Floor, Procedure, Step
from sim.desk.log import Log
from sim.desk.records import (
    ALARMED,
    BEGAN,
    CLOSED,
    ENDED,
    FILED,
    FINISHED,
    GAVE_UP,
    HANDED_BACK,
    JOINED,
    LEDGER,
    LEFT,
    LINE,
    LOG,
    OPENED,
    POOL,
    SLOT,
    WAITING,
)
from sim.desk.toy import toy_advance, toy_alarm, toy_begin
from sim.scenario.calendar import CHANGE, OFF, ON
from sim.scenario.staff import EVERY_DESK_HAS

MINUTE, HOUR, DAY = 60, 3_600, 86_400
AGENTS, SUPERVISORS, WAREHOUSE, INSPECTION, CARRIERS = range(5)

STEPS = (
    Step("FILE", "申请", "filed"),
    Step("RESPOND", "响应", "respond", by="agents", answers=True),
    Step("PAY", "退款", "pay", by="agents", pays=True),
    Step("ASK", "询问", "ask", by="carriers", lost_question="agent_carrier"),
    Step("AGAIN", "返工", "again", by="agents", rework=True),
    Step("BY_ITSELF", "自动退款", "by itself", pays=True),
    Step("ASK_AGAIN", "再次查询", "ask again", by="carriers", rework=True),
)
FILE, RESPOND, PAY, ASK, AGAIN, BY_ITSELF, ASK_AGAIN = range(len(STEPS))
OUTCOMES = ("refunded", "partly_refunded", "refused", "withdrawn", "auto_refunded", "closed_by_clock", "exchanged")
REFUNDED, _, REFUSED, WITHDRAWN, AUTO_REFUNDED, CLOSED_BY_CLOCK, _ = range(7)
CLOCK, BUYERS_CLOCK, MACHINE, FORCE = range(1, 5)
"""What the ledger's column `automatic` says."""
CHASE, SELLER_CLOCK, BUYER_CLOCK = range(3)
DESK = Procedure("tiny", toy_advance, toy_begin, toy_alarm, FILE, STEPS, ("chase", "seller_clock", "buyer_clock"), OUTCOMES)


def floor(
    slots: Iterable[tuple[int, int]] = ((AGENTS, 1), (CARRIERS, 1)),
    changes: Iterable[tuple[int, int, int]] | None = None,
    rules: Iterable[tuple[int, int, int]] = ((0, 0, 0),) * 5,
    batch: tuple[int, int] = (1, 0),
) -> Floor:
    """Five pools with a line each; line 5 is the agents' second one with `batch` (cases, fen). slots: (pool, seats), on from 0 to 10 d."""
    people = [(pool, pool, seats) for pool, seats in slots]
    if changes is None:
        changes = [(0, slot, ON) for slot in range(len(people))] + [(10 * DAY, slot, OFF) for slot in range(len(people))]
    lines = [(pool, 1, 0, 0) for pool in range(5)] + [(AGENTS, *batch, 0)]
    return Floor(
        np.array(list(rules), POOL), np.array(lines, LINE), np.array(people, SLOT), np.array(sorted(changes), CHANGE), EVERY_DESK_HAS
    )


@dataclass
class Diary:
    """Rows of a log as they are said. Lines have the number of their pool; line 5 is the agents' batch line."""

    rows: list[tuple[int, ...]] = field(default_factory=list)

    def say(
        self, kind: int, time: int, refund: int, step: int, line: int = -1, slot: int = -1, item: int = 0, handoff: int = -1
    ) -> "Diary":
        pool = -1 if line < 0 else AGENTS if line == 5 else line
        self.rows.append((time, refund, slot, step, item, kind, pool, pool if slot >= 0 else -1, line, handoff))
        return self

    def filed(self, time: int, refund: int = 0) -> "Diary":
        return self.say(FILED, time, refund, FILE)

    def joined(self, time: int, refund: int = 0, step: int = RESPOND, line: int = AGENTS, **more: int) -> "Diary":
        return self.say(JOINED, time, refund, step, line, **more)

    def began(self, time: int, refund: int = 0, step: int = RESPOND, line: int = AGENTS, slot: int = 0, **more: int) -> "Diary":
        return self.say(BEGAN, time, refund, step, line, slot, **more)

    def finished(self, time: int, refund: int = 0, step: int = RESPOND, line: int = AGENTS, slot: int = 0, **more: int) -> "Diary":
        return self.say(FINISHED, time, refund, step, line, slot, **more)

    def handed_back(self, time: int, refund: int = 0, step: int = RESPOND, line: int = AGENTS, slot: int = 0, **more: int) -> "Diary":
        return self.say(HANDED_BACK, time, refund, step, line, slot, **more)

    def gave_up(self, time: int, refund: int = 0, step: int = RESPOND, line: int = AGENTS, **more: int) -> "Diary":
        return self.say(GAVE_UP, time, refund, step, line, **more)

    def left(self, time: int, refund: int = 0, step: int = RESPOND, line: int = AGENTS, **more: int) -> "Diary":
        return self.say(LEFT, time, refund, step, line, **more)

    def waits(self, time: int, refund: int = 0, step: int = ASK, item: int = 0) -> "Diary":
        return self.say(WAITING, time, refund, step, item=item)

    def opened(self, time: int, refund: int = 0, step: int = RESPOND, item: int = 1) -> "Diary":
        return self.say(OPENED, time, refund, step, item=item)

    def ended(self, time: int, refund: int = 0, item: int = 1) -> "Diary":
        return self.say(ENDED, time, refund, FILE, item=item)

    def alarm(self, time: int, refund: int = 0, which: int = CHASE) -> "Diary":
        return self.say(ALARMED, time, refund, which)

    def closed(self, time: int, refund: int = 0, outcome: int = REFUNDED) -> "Diary":
        return self.say(CLOSED, time, refund, outcome)

    def answered(self, filed: int, waits: int, works: int = 60, refund: int = 0, slot: int = 0) -> "Diary":
        """Filed, answered after `waits` seconds and closed when that work is done."""
        begins, ends = filed + waits, filed + waits + works
        self.filed(filed, refund).joined(filed, refund).began(begins, refund, slot=slot)
        return self.finished(ends, refund, slot=slot).closed(ends, refund)

    def log(self, until: int = 10 * DAY, refunds: int | None = None, **ledger: Any) -> Log:
        """The rows by time (those of one second as they were said), and a ledger with these columns (one value per refund)."""
        rows = sorted(self.rows, key=lambda row: row[0])
        count = refunds or max((row[1] for row in rows), default=0) + 1
        written = np.zeros(count, LEDGER)
        for name, values in ledger.items():
            written[name] = values
        return Log(np.array(rows, LOG), written, until, "by hand")


def workload(log: Log, **columns: Any) -> Workload:
    """The workload that a log tells of; `filed` as in its FILED rows, and these columns (one value per refund)."""
    refunds = np.zeros(len(log.ledger), REFUND)
    refunds["number"], refunds["filed"], refunds["again"], refunds["paid"] = np.arange(len(refunds)), NEVER, -1, 10_000
    filings = log.rows[log.rows["kind"] == FILED]
    refunds["filed"][filings["refund"]] = filings["time"]
    automatic = np.array(columns.pop("automatic", []), np.int64)
    for name, values in columns.items():
        refunds[name] = values
    return Workload(refunds, automatic=automatic)
