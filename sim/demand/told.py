"""What is known of requests before anything is drawn: all that a history tells, or, of stated demand, when they are filed."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.demand.draws import Seconds

Columns = TypeVar("Columns", bound=Any)

NOT_TOLD = -1
"""In place of what is not known and is to be drawn."""


@dataclass(frozen=True)
class Told:
    """One row per request, in the order of `number`; NOT_TOLD where a column does not say.

    filed: seconds since the start. begin, length: the span in which another such request might as well be filed (seconds). amount, paid:
    fen. reason: place in the rules' list. path: 1-4. sends_back: the filed request sends goods back. state: order state when filed, where
    the path is not known. signed: on path 2, the trace says signed for although the buyer says "not received" (1), or it does not (0).
    """

    number: NDArray[np.int64]
    filed: Seconds
    begin: Seconds
    length: Seconds
    amount: NDArray[np.int64]
    paid: NDArray[np.int64]
    reason: NDArray[np.int64]
    path: NDArray[np.int64]
    state: NDArray[np.int64]
    sends_back: NDArray[np.int64]
    signed: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.number)


def filed_at(number: NDArray[np.int64], filed: Seconds, begin: Seconds, length: Seconds) -> Told:
    """Requests of which nothing is known but when they are filed."""
    unknown = np.full(len(number), NOT_TOLD, np.int64)
    return Told(number, filed, begin, length, unknown, unknown, unknown, unknown, unknown, unknown, unknown)


def some(rows: Columns, which: slice | NDArray[np.int64]) -> Columns:
    """Some rows of a dataclass of columns."""
    return replace(rows, **{each.name: getattr(rows, each.name)[which] for each in fields(rows)})


def joined(parts: Sequence[Columns]) -> Columns:
    """The rows of several dataclasses of columns, one after another."""
    return replace(parts[0], **{each.name: np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(parts[0])})
