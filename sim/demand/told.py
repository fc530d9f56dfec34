"""What is known of requests before anything is drawn: all that a history tells, all that follows from an order, or, of stated demand, when
they are filed."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.demand.draws import Seconds

Columns = TypeVar("Columns", bound=Any)
Places = NDArray[np.int64]

NOT_TOLD = -1
"""In place of what is not known and is to be drawn."""

WAITS, PICKED, LABELLED, ON_ITS_WAY, ARRIVED, AT_DOOR = range(6)
"""Where the parcel is when the request is filed: in house, on its way, delivered, or refused at the door."""

OCCASIONS = ("regret", "late", "stuck", "refused", "disputed", "refund_only", "return_goods")
"""What makes a buyer ask: the chances of the scenario's [asks]."""


@dataclass(frozen=True)
class Parcels:
    """What the order of each request says. occasion: place in OCCASIONS. stage: where the parcel is, WAITS … AT_DOOR. over: the part of its
    way that lies behind it (beyond 1 = that long ago). silent: seconds since the last scan, where it has gone silent; else NOT_TOLD.

    number: of the parcel, by which carriers' answers are drawn. lines: how many it holds. leaves, stalls, arrives: seconds since the
    start, NEVER allowed.
    one_of_several, partly_shipped, to_locker, claim_holds (the claim of an overdue shipment), by_machine: 0 or 1, claim NOT_TOLD where the
    order does not decide it.
    """

    number: Places
    lines: Places
    occasion: Places
    stage: Places
    over: NDArray[np.float64]
    silent: Places
    leaves: Seconds
    stalls: Seconds
    arrives: Seconds
    one_of_several: Places
    partly_shipped: Places
    to_locker: Places
    claim_holds: Places
    by_machine: Places

    def __len__(self) -> int:
        return len(self.number)


@dataclass(frozen=True)
class Told:
    """One row per request, in the order of `number`; NOT_TOLD where a column does not say.

    filed: seconds since the start. begin, length: the span in which another such request might as well be filed (seconds). amount, paid:
    fen. reason: place in the rules' list. path: 1-4. sends_back: the filed request sends goods back. state: order state when filed, where
    the path is not known. signed: on path 2, the trace says signed for although the buyer says "not received" (1), or it does not (0).
    parcels: None where nothing is known of them.
    """

    number: Places
    filed: Seconds
    begin: Seconds
    length: Seconds
    amount: Places
    paid: Places
    reason: Places
    path: Places
    state: Places
    sends_back: Places
    signed: Places
    parcels: Parcels | None = None

    def __len__(self) -> int:
        return len(self.number)


def filed_at(number: Places, filed: Seconds, begin: Seconds, length: Seconds) -> Told:
    """Requests of which nothing is known but when they are filed."""
    unknown = np.full(len(number), NOT_TOLD, np.int64)
    return Told(number, filed, begin, length, unknown, unknown, unknown, unknown, unknown, unknown, unknown)


def some(rows: Columns, which: slice | Places) -> Columns:
    """Some rows of a dataclass of columns."""
    return replace(rows, **{name: some(column, which) if isinstance(column, Parcels) else column[which] for name, column in _columns(rows)})


def joined(parts: Sequence[Columns]) -> Columns:
    """The rows of several dataclasses of columns, one after another."""
    if len(parts) == 1:
        return parts[0]
    every: dict[str, Any] = {}
    for name, column in _columns(parts[0]):
        of_name = [getattr(part, name) for part in parts]
        every[name] = joined(of_name) if isinstance(column, Parcels) else np.concatenate(of_name)
    return replace(parts[0], **every)


def _columns(rows: Any) -> list[tuple[str, Any]]:
    every = [(each.name, getattr(rows, each.name)) for each in fields(rows)]
    return [(name, column) for name, column in every if column is not None]
