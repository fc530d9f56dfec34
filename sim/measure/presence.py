"""Who was there when: the floor's comings and goings as stretches of time per slot, and work cut along them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.demand.workload import NEVER
from sim.desk.contract import Floor
from sim.measure.curves import Flags, Records, Whole, packed
from sim.measure.passes import machine_code_of
from sim.measure.passes.levels import count_pieces, fill_pieces, find_stretches
from sim.measure.passes.records import PIECE
from sim.measure.passes.rows import unless_stray
from sim.scenario.calendar import BREAK_BEGINS, BREAK_ENDS, OFF, ON

EARLIEST = -(2**43)
"""Before any roster begins (seconds)."""
LATEST = -EARLIEST - 1
"""After any run ends: what lies between the two fits into a `key`."""

STRETCH = np.dtype([("slot", "i8"), ("begin", "i8"), ("end", "i8"), ("on", "?"), ("away", "?")])


@dataclass(frozen=True)
class Presence:
    """STRETCH records by slot and time without a gap, the first from EARLIEST, the last to NEVER (seconds).

    on: the slot's shift runs; away: it has a break.
    """

    stretches: Records

    @property
    def staffed(self) -> Flags:
        """Which stretches are spent ready for work."""
        return np.asarray(self.stretches["on"] & ~self.stretches["away"])

    def at(self, slot: Whole, time: Whole) -> Whole:
        """Indices of the stretches that slots are in at times (after the changes of that second)."""
        found = np.empty(len(slot), np.int64)
        first, begins, _ = self._columns
        unless_stray(machine_code_of(find_stretches)(first, begins, first[:-1].copy(), packed(slot), packed(time), found))
        return found

    def cut(self, slot: Whole, begin: Whole, end: Whole) -> Records:
        """PIECE records of spells of time cut where the slot's presence changes; spells of no length give none."""
        _, begins, ends = self._columns
        begin, end = packed(begin), packed(end)
        stretch = self.at(slot, begin)
        pieces = np.empty(machine_code_of(count_pieces)(ends, stretch, begin, end), PIECE)
        machine_code_of(fill_pieces)(begins, ends, stretch, begin, end, pieces)
        return pieces

    @cached_property
    def _columns(self) -> tuple[Whole, Whole, Whole]:
        """The first stretch of each slot, and one more; the begins; the ends."""
        slot = self.stretches["slot"]
        people = 1 + int(slot.max(initial=-1))
        return np.searchsorted(slot, np.arange(people + 1)), packed(self.stretches["begin"]), packed(self.stretches["end"])


def key(who: Whole, time: Whole) -> Whole:
    """One number that orders by who, then by time (EARLIEST to LATEST)."""
    return np.asarray((np.asarray(who, np.int64) << 44) + time - EARLIEST)


def presence(floor: Floor) -> Presence:
    """Read the floor's changes; before its first change a slot is off."""
    people, changes = len(floor.slots), floor.changes
    slot = np.concatenate([np.arange(people), changes["slot"]])
    time = np.concatenate([np.full(people, EARLIEST), changes["time"]])
    what = np.concatenate([np.full(people, -1), changes["what"]])
    order = np.argsort(slot, kind="stable")  # in time inside each, as the changes are
    slot, time, what = slot[order], time[order], what[order]
    stretches = np.zeros(len(slot), STRETCH)
    stretches["slot"], stretches["begin"] = slot, time
    stretches["end"] = np.append(np.where(slot[1:] == slot[:-1], time[1:], NEVER), NEVER)[: len(slot)]
    stretches["on"] = _as_last_said(what, ON, OFF)
    stretches["away"] = _as_last_said(what, BREAK_BEGINS, BREAK_ENDS)
    stretches = stretches.compress(stretches["end"] > stretches["begin"])
    stretches.flags.writeable = False
    return Presence(stretches)


def _as_last_said(what: Whole, yes: int, no: int) -> Flags:
    """Whether the last of these two changes, up to each one, was `yes`; the first change of a slot (-1) says no."""
    said = np.where((what == yes) | (what == no) | (what == -1), np.arange(len(what)), 0)
    return np.asarray(what[np.maximum.accumulate(said)] == yes)
