"""The log of one run: what happened, event by event, and what is known of each refund at its end."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.desk.records import KINDS, LEDGER, LOG


@dataclass(frozen=True)
class Log:
    """rows: dtype LOG, in the order of events. ledger: dtype LEDGER, one per refund of the workload. until: seconds, exclusive.

    stopped_at is the time of the last instant run; engine names who ran it.
    """

    rows: np.ndarray
    ledger: np.ndarray
    until: int
    engine: str

    def __post_init__(self) -> None:
        if self.rows.dtype != LOG or self.ledger.dtype != LEDGER:
            raise TypeError(f"a log needs rows of {LOG} and a ledger of {LEDGER}")
        self.rows.flags.writeable = False
        self.ledger.flags.writeable = False

    def __len__(self) -> int:
        return len(self.rows)


def describe(row: Any) -> str:
    """One row in words, for messages about logs that differ."""
    return (
        f"second {row['time']}: refund {row['refund']} item {row['item']} {KINDS[row['kind']]} step {row['step']}"
        f" pool {row['pool']} line {row['line']} group {row['group']} slot {row['slot']} handoff {row['handoff']}"
    )


def first_difference(one: Log, other: Log) -> str | None:
    """None if both logs are equal event for event, else the first event that differs, in words."""
    shorter = min(len(one), len(other))
    differ = np.flatnonzero(one.rows[:shorter] != other.rows[:shorter])
    if len(differ):
        at = int(differ[0])
        return f"event {at:,}: {one.engine}: {describe(one.rows[at])} | {other.engine}: {describe(other.rows[at])}"
    if len(one) != len(other):
        longer = one if len(one) > len(other) else other
        return f"event {shorter:,}: only {longer.engine} has {describe(longer.rows[shorter])}"
    differ = np.flatnonzero(one.ledger != other.ledger)
    if len(differ):
        at = int(differ[0])
        return f"ledger of refund {at}: {one.engine} {one.ledger[at]} | {other.engine} {other.ledger[at]}"
    return None
