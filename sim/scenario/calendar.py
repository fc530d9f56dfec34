"""The only place that knows dates and zones: wall clock ↔ seconds since the start, and who is on duty when.

Second 0 is 00:00 of the start date in the scenario's zone; earlier times are negative. Seconds are true elapsed
seconds: in a zone with summer time a day may have 23 or 25 hours. A time of day that the clock skips stands for the
same moment counted from before the change; one that comes twice is its first.
"""

from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from sim.scenario.schema import Calendar, Scenario
from sim.scenario.staff import POOLS, WEEK, Shift
from sim.scenario.units import DAY, HOUR

OFF, ON, BREAK_ENDS, BREAK_BEGINS = range(4)
"""What a change of the roster says; the engines use the same numbers."""

SPELL = np.dtype([("slot", "i8"), ("day", "i8"), ("begin", "i8"), ("end", "i8")])
Spells = tuple[tuple[int, int, int], ...]
CHANGE = np.dtype([("time", "i8"), ("slot", "i8"), ("what", "i8")])


@dataclass(frozen=True)
class Roster:
    """Named slots (one person each) in dispatch order, and their shifts and breaks. All arrays are read-only.

    names: "agents/regular/day/3". pool: index into POOLS. group: index into `Scenario.groups()`. seats: chats at once.
    absence: share of shifts missed. shifts, breaks: SPELL records (slot, day the shift belongs to, begin, end in seconds).
    The last shift before `first_day` is in it as far as it reaches into that day, or the first night would be unstaffed.
    """

    first_day: int
    last_day: int
    names: tuple[str, ...]
    pool: NDArray[np.int64]
    group: NDArray[np.int64]
    seats: NDArray[np.int64]
    absence: NDArray[np.float64]
    shifts: NDArray[np.void]
    breaks: NDArray[np.void]

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    def __len__(self) -> int:
        return len(self.names)

    @property
    def days(self) -> int:
        """Number of days: the columns of an array of absences."""
        return self.last_day - self.first_day + 1


def seconds_at(calendar: Calendar, moment: datetime) -> int:
    """Seconds since the start of a moment (rounded half up); one without a zone is on the scenario's wall clock."""
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=ZoneInfo(calendar.zone))
    return int((aware.timestamp() - _origin(calendar)) // 1 + (aware.microsecond >= 500_000))


def moment_at(calendar: Calendar, seconds: int) -> datetime:
    """The wall clock (with its zone) at a time in seconds since the start."""
    return datetime.fromtimestamp(_origin(calendar) + int(seconds), ZoneInfo(calendar.zone))


def day_start(calendar: Calendar, day: int) -> int:
    """Seconds since the start at 00:00 of a day (0 = the start date; may be negative)."""
    return _wall_seconds(calendar, day, 0)


def day_of(calendar: Calendar, seconds: int) -> int:
    """The day (0 = the start date) to which a time belongs."""
    return (moment_at(calendar, seconds).date() - calendar.start).days


def roster(scenario: Scenario, first_day: int, last_day: int) -> Roster:
    """Everybody on duty on the days `first_day` to `last_day` (both included; 0 = the start date).

    Slots stand by pool (POOLS), group (as in the file), shift (by begin, then name), number.
    Raises ValueError if the days are in the wrong order.
    """
    if last_day < first_day:
        raise ValueError(f"last_day ({last_day}) must not be before first_day ({first_day})")
    names: list[str] = []
    slots: list[tuple[int, int, int, float]] = []
    shifts: list[tuple[int, int, int, int]] = []
    breaks: list[tuple[int, int, int, int]] = []
    for number, (pool, group_name, group) in enumerate(scenario.groups()):
        for shift_name, shift in sorted(group.shifts.items(), key=lambda item: (item[1].from_, item[0])):
            on, off = _spells(scenario.calendar, shift, first_day, last_day)
            for person in range(1, shift.count + 1):
                slot = len(names)
                names.append(f"{pool}/{group_name}/{shift_name}/{person}")
                slots.append((POOLS.index(pool), number, group.seats, group.absence))
                shifts += [(slot, *spell) for spell in on]
                breaks += [(slot, *spell) for spell in off]
    table = np.array(slots, dtype="i8,i8,i8,f8")
    return Roster(
        first_day=first_day,
        last_day=last_day,
        names=tuple(names),
        pool=table["f0"].copy(),
        group=table["f1"].copy(),
        seats=table["f2"].copy(),
        absence=table["f3"].copy(),
        shifts=np.array(shifts, dtype=SPELL),
        breaks=np.array(breaks, dtype=SPELL),
    )


def absences(roster: Roster, uniforms: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Who is absent when, [slot, day], from uniforms of that shape: below the group's rate = absent."""
    return np.asarray(uniforms < roster.absence[:, None], dtype=np.bool_)


def changes(roster: Roster, absent: NDArray[np.bool_]) -> NDArray[np.void]:
    """Comings and goings (CHANGE records) of those not absent [slot, day], sorted by time, slot, what.

    Shifts of one slot that meet are one stay; so are breaks. A break that ends with its shift gives OFF and BREAK_ENDS. A
    shift begun before `first_day` has no column and is never missed. Raises ValueError if `absent` has another shape.
    """
    if absent.shape != (len(roster), roster.days):
        raise ValueError(f"absent has the shape {absent.shape}, not (slots, days) = {(len(roster), roster.days)}")
    parts = []
    for spells, begins, ends in ((roster.shifts, ON, OFF), (roster.breaks, BREAK_BEGINS, BREAK_ENDS)):
        column = spells["day"] - roster.first_day
        missed = absent[spells["slot"], np.maximum(column, 0)] & (column >= 0)
        slot, begin, end = _merged(spells[~missed])
        for times, what in ((begin, begins), (end, ends)):
            part = np.empty(len(slot), CHANGE)
            part["time"], part["slot"], part["what"] = times, slot, what
            parts.append(part)
    every = np.concatenate(parts)
    ordered: NDArray[np.void] = every[np.lexsort((every["what"], every["slot"], every["time"]))]
    ordered.flags.writeable = False
    return ordered


def _merged(spells: NDArray[np.void]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Slots, begins and ends of the spells, with those of one slot that meet or overlap made one."""
    spells = spells[np.lexsort((spells["begin"], spells["slot"]))]
    slot, begin, end = spells["slot"], spells["begin"], spells["end"]
    if not len(spells):
        return slot, begin, end
    apart = int(end.max() - begin.min()) + 1  # puts the slots one after another, so that one running maximum serves all
    latest = np.maximum.accumulate(end + slot * apart)
    fresh = np.ones(len(spells), np.bool_)
    fresh[1:] = (begin + slot * apart)[1:] > latest[:-1]
    first = np.flatnonzero(fresh)
    last = np.append(first[1:], len(spells)) - 1
    return slot[first], begin[first], (latest - slot * apart)[last]


@lru_cache(maxsize=256)
def _spells(calendar: Calendar, shift: Shift, first_day: int, last_day: int) -> tuple[Spells, Spells]:
    """(day, begin, end) of one person's stays and breaks, clipped at 00:00 of the first day; remembered for the next replication."""
    opening = day_start(calendar, first_day)
    stays: list[tuple[int, int, int]] = []
    pauses: list[tuple[int, int, int]] = []
    for day in range(first_day - 1, last_day + 1):
        if WEEK[(calendar.start + timedelta(days=day)).weekday()] not in shift.days:
            continue
        begin = _wall_seconds(calendar, day, shift.from_)
        end = _wall_seconds(calendar, day, shift.from_ + shift.length)
        if max(begin, opening) >= end:
            continue
        stays.append((day, max(begin, opening), end))
        for pause in sorted(shift.breaks, key=shift.into_shift):
            pause_begin = _wall_seconds(calendar, day, shift.from_ + shift.into_shift(pause))
            pause_end = min(pause_begin + pause.length, end)
            if max(pause_begin, opening) < pause_end:
                pauses.append((day, max(pause_begin, opening), pause_end))
    return tuple(stays), tuple(pauses)


def _wall_seconds(calendar: Calendar, day: int, wall: int) -> int:
    """Seconds since the start when the wall clock shows `wall` seconds after midnight of `day` (more than 24 h = later days)."""
    return _seconds_on(calendar.start, calendar.zone, day, wall)


@lru_cache(maxsize=65_536)
def _seconds_on(start: date, zone: str, day: int, wall: int) -> int:
    """The same, remembered: every replication asks for the same shifts."""
    moment = datetime.combine(
        start + timedelta(days=day + wall // DAY), time(wall % DAY // HOUR, wall % HOUR // 60, wall % 60), ZoneInfo(zone)
    )
    return int(moment.timestamp()) - _origin_of(start, zone)


def _origin(calendar: Calendar) -> int:
    return _origin_of(calendar.start, calendar.zone)


@lru_cache(maxsize=1_024)
def _origin_of(start: date, zone: str) -> int:
    return int(datetime.combine(start, time.min, ZoneInfo(zone)).timestamp())
