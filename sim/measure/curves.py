"""Small tools of measurement: exact integrals of a number in line over time, and quantiles of times that some have not reached yet."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

HOUR = 3_600

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Flags = NDArray[np.bool_]
Records = NDArray[Any]


def per_hour(times: Whole, steps: Whole, hours: int) -> Whole:
    """The time integral of a level in each of the hours 0 … `hours` - 1 after the start, exact.

    At each of `times` (seconds, any order) the level changes by `steps`. Unit: level x seconds.
    """
    inside = np.clip(times, 0, hours * HOUR)
    hour = np.minimum(inside // HOUR, hours - 1)
    within = np.zeros(hours, np.int64)
    change = np.zeros(hours, np.int64)
    np.add.at(within, hour, steps * ((hour + 1) * HOUR - inside))
    np.add.at(change, hour, steps)
    return within + HOUR * (np.cumsum(change) - change)


def integral(times: Whole, steps: Whole, since: int, until: int) -> int:
    """The time integral of the same level from `since` to `until` (seconds), exact."""
    return int(np.sum(steps * (until - np.minimum(times, until))) - np.sum(steps * (since - np.minimum(times, since))))


def course(times: Whole, steps: Whole) -> tuple[Whole, Whole]:
    """The moments (seconds) of a level, each once, and the level that it leaves behind. `times` must be in order."""
    if not len(times):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    last = np.append(np.flatnonzero(times[1:] != times[:-1]), len(times) - 1)
    return times[last], np.cumsum(steps)[last]


def still_open(lasted: Whole, reached: Flags) -> tuple[Whole, Real]:
    """The survival curve (Kaplan-Meier): times (seconds) at which some reached the end, and the share 0-1 still open after each.

    lasted: seconds until the end, or, where `reached` is false, until nobody looked any more.
    """
    if not len(lasted):
        return np.zeros(0, np.int64), np.zeros(0)
    times, place = np.unique(lasted, return_inverse=True)
    ends = np.bincount(place, weights=reached, minlength=len(times))
    gone = np.bincount(place, minlength=len(times))
    at_risk = len(lasted) - (np.cumsum(gone) - gone)
    share = np.cumprod(1 - ends / at_risk)
    return times[ends > 0], share[ends > 0]


def reached_by(shares: Sequence[float], lasted: Whole, reached: Flags) -> list[int | None]:
    """For each share 0-1 the smallest time (seconds) by which at least that share has reached the end; None where it is not known.

    Where all have, this is the plain quantile: the smallest value that so many do not exceed.
    """
    times, left = still_open(lasted, reached)
    found: list[int | None] = []
    for share in shares:
        at = np.flatnonzero(left <= 1 - share + 1e-9)
        found.append(int(times[at[0]]) if len(at) else None)
    return found
