"""Small tools of measurement: exact integrals of a number in line over time, and quantiles of times that some have not reached yet."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.measure.passes import machine_code_of
from sim.measure.passes.levels import add_hours, fill_still_open

HOUR = 3_600

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Flags = NDArray[np.bool_]
Records = NDArray[Any]


def per_hour(times: Whole, steps: Whole, hours: int) -> Whole:
    """The time integral of a level in each of the hours 0 … `hours` - 1 after the start, exact.

    At each of `times` (seconds, any order) the level changes by `steps`. Unit: level x seconds.
    """
    return np.asarray(hourly(times, steps, np.zeros(len(times), np.int64), 1, hours)[0])


def hourly(times: Whole, steps: Whole, place: Whole, places: int, hours: int) -> Whole:
    """The same of several levels, [place, hour]; each step is made at its place, -1 = nowhere."""
    within, change = np.zeros((2, places, hours), np.int64)
    machine_code_of(add_hours)(packed(times), packed(steps), packed(place), HOUR, within, change)
    return within + HOUR * (np.cumsum(change, axis=1) - change)


def integral(times: Whole, steps: Whole, since: int, until: int) -> int:
    """The time integral of the same level from `since` to `until` (seconds), exact."""
    return int(np.sum(steps * (until - np.minimum(times, until))) - np.sum(steps * (since - np.minimum(times, since))))


def course(times: Whole, steps: Whole) -> tuple[Whole, Whole]:
    """The moments (seconds) of a level, each once, and the level that it leaves behind. `times` must be in order."""
    if not len(times):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    last = np.append(np.flatnonzero(times[1:] != times[:-1]), len(times) - 1)
    return times[last], np.cumsum(steps)[last]


def packed(numbers: Records) -> Whole:
    """The numbers side by side, as machine code wants them."""
    return np.ascontiguousarray(numbers, np.int64)


def still_open(lasted: Whole, reached: Flags) -> tuple[Whole, Real]:
    """The survival curve (Kaplan-Meier): times (seconds) at which some reached the end, and the share 0-1 still open after each.

    lasted: seconds until the end, or, where `reached` is false, until nobody looked any more.
    """
    times, share = np.empty(len(lasted), np.int64), np.empty(len(lasted))
    count = machine_code_of(fill_still_open)(np.sort(2 * packed(lasted) + reached), times, share)
    return times[:count], share[:count]


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
