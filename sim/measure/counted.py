"""The time that counts towards a standard: all of it, or only that in which somebody of the pool that answers is on duty."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.demand.workload import NEVER
from sim.desk.contract import Floor
from sim.measure.curves import Flags, Records, Whole, course
from sim.measure.presence import EARLIEST, LATEST, Presence, key

CALENDAR, STAFFED = "calendar", "staffed"
"""What `standards.count` of a scenario says."""


@dataclass(frozen=True)
class Counted:
    """Per clock a rising count of seconds. A pool's clock has the pool's number; the last one is that of several pools together.

    Arrays have a place per stretch, by clock and time without a gap, each clock's first from EARLIEST on. begin: seconds since the
    start; runs: the clock runs in it; before: seconds counted up to its begin.
    """

    clock: Whole
    begin: Whole
    runs: Flags
    before: Whole

    def upto(self, clock: Whole, time: Whole) -> Whole:
        """Seconds that clocks have counted up to times (seconds since the start); -1 stands for the last clock."""
        clock, time = self._named(clock), np.clip(time, EARLIEST, LATEST)
        at = np.searchsorted(key(self.clock, self.begin), key(clock, time), side="right") - 1
        return np.asarray(self.before[at] + np.where(self.runs[at], time - self.begin[at], 0))

    def between(self, clock: Whole, since: Whole, until: Whole) -> Whole:
        """Seconds that clocks count from times to times."""
        return self.upto(clock, until) - self.upto(clock, since)

    def runs_out(self, clock: Whole, since: Whole, seconds: int) -> Whole:
        """The moments at which clocks have counted `seconds` from times on; NEVER where they stop for ever before."""
        if seconds == 0:
            return since
        clock = self._named(clock)
        wanted = self.upto(clock, since) + seconds
        at = np.searchsorted((self.clock << 44) + self.before, (clock << 44) + wanted) - 1  # the last stretch before which it was less
        return np.asarray(np.where(self.runs[at], self.begin[at] + wanted - self.before[at], NEVER))

    def _named(self, clock: Whole) -> Whole:
        return np.where(np.asarray(clock) < 0, self.clock[-1], clock)


def counted(count: str, floor: Floor, there: Presence, together: Iterable[int] = ()) -> Counted:
    """The clocks of a floor's pools, and one for the pools `together` (their numbers), by what the scenario's standards count.

    Raises ValueError for a word that is neither CALENDAR nor STAFFED.
    """
    clocks = [[number] for number in range(len(floor.pools))] + [list(together)]
    if count == CALENDAR:
        return _joined([(np.array([EARLIEST]), np.array([True])) for _ in clocks])
    if count != STAFFED:
        raise ValueError(f"standards count {count}; it must be {CALENDAR} or {STAFFED}")
    ready = there.stretches[there.staffed]
    pool = floor.slots["pool"][ready["slot"]]
    return _joined([_manned(ready[np.isin(pool, mine)]) for mine in clocks])


def _manned(ready: Records) -> tuple[Whole, Flags]:
    """Begins of the stretches in which the number of people ready for work stays the same, and whether there is anybody."""
    time = np.concatenate([ready["begin"], np.minimum(ready["end"], LATEST)])
    change = np.repeat([1, -1], len(ready))
    order = np.argsort(time)
    moments, people = course(time[order], change[order])
    return np.append(EARLIEST, moments), np.append(False, people > 0)


def _joined(clocks: list[tuple[Whole, Flags]]) -> Counted:
    """The clocks one after another, each with its begins and whether it runs from there on."""
    counts = [np.append(0, np.cumsum(np.diff(begin) * runs[:-1])) for begin, runs in clocks]
    number = np.repeat(np.arange(len(clocks)), [len(begin) for begin, _ in clocks])
    return Counted(
        number, np.concatenate([begin for begin, _ in clocks]), np.concatenate([runs for _, runs in clocks]), np.concatenate(counts)
    )
