"""Per pool, hour by hour: who stands in line, who is at work, who is staffed; overtime, hours on duty, and what they cost."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.desk.contract import Floor
from sim.desk.log import Log
from sim.desk.records import BEGAN, FINISHED, GAVE_UP, HANDED_BACK, JOINED, KINDS, LEFT
from sim.measure.curves import HOUR, Flags, Real, Records, Whole, hourly, integral, packed, per_hour
from sim.measure.outcomes import horizon
from sim.measure.passes import machine_code_of
from sim.measure.passes.rows import read_changes, split_courses, unless_stray
from sim.measure.presence import Presence, presence
from sim.measure.visits import Visits
from sim.scenario.calendar import Roster, day_start, roster
from sim.scenario.schema import Scenario
from sim.scenario.staff import POOLS

OUTSIDE = ("outside", "carriers")
"""Pools of people who are not the shop's: left out of figures over all pools."""

_DEDICATED = re.compile(r"(.+)_[1-4]+")

TO_LINE = np.zeros(len(KINDS), np.int64)
TO_LINE[[JOINED, HANDED_BACK]] = 1
TO_LINE[[BEGAN, GAVE_UP, LEFT]] = -1
"""By kind of log row: how the number in line changes."""

TO_WORK = np.zeros(len(KINDS), np.int64)
TO_WORK[BEGAN] = 1
TO_WORK[[FINISHED, HANDED_BACK]] = -1
"""By kind of log row: how the number at work changes."""

TO_LINE.flags.writeable = TO_WORK.flags.writeable = False


@dataclass(frozen=True)
class PoolUse:
    """One pool, whoever's requests it works on: reported ones, those of the warm-up before and of the drain days after, chats.

    Arrays have a place per hour from second 0 to the end of the run; hour h is [h, h + 1) x 3,600 s, and hour 0 begins with what stands in
    line and is at work then.

    in_line: cases in line, averaged over the hour. most_in_line: the most at the end of any of its instants. at_work: cases in hand
    (a batch counts case by case). staffed: seats ready for work. busy: of these, seats at work.
    The rest are sums over the reported days. peak: most in line, those included that stand there when the days begin; peak_at: when
    (seconds); clear_at: first moment from then on with nobody in line, also after the reported days (None: never before the end of the
    run, or nobody ever waited). overtime, on_duty: person-seconds; on_duty from coming to going, breaks
    and overtime included. person_days: shifts of single people that somebody came to. labour: fen, overtime at its own pay. done:
    pieces of work finished. in_line_seconds: cases x seconds stood in line; busy_seconds, staffed_seconds: seats x seconds at work while
    staffed, and staffed.
    """

    name: str
    in_line: Real
    most_in_line: Whole
    at_work: Real
    staffed: Real
    busy: Real
    peak: int
    peak_at: int
    clear_at: int | None
    overtime: int
    on_duty: int
    person_days: int
    labour: float
    done: int
    in_line_seconds: int
    busy_seconds: int
    staffed_seconds: int

    @property
    def occupancy(self) -> Real:
        """Share of the staffed seats at work, hour by hour; not a number where nobody was staffed."""
        none = np.full(len(self.busy), np.nan)
        return np.asarray(np.divide(self.busy, self.staffed, out=none, where=self.staffed > 0))

    @property
    def is_outside(self) -> bool:
        return self.name in OUTSIDE


@dataclass(frozen=True)
class Lines:
    """How many stand in line at the end of each instant, over several pools. moments: seconds, each once; standing: cases."""

    moments: Whole
    standing: Whole

    @property
    def steps(self) -> Whole:
        """By how much more, or fewer, stand there at the end of each moment than before."""
        return np.diff(self.standing, prepend=0)

    def peak(self, begin: int, end: int) -> tuple[int, int]:
        """(most, when) within [begin, end), what stood there already at its begin included."""
        before = np.searchsorted(self.moments, begin, side="right") - 1
        most, at = (int(self.standing[before]), begin) if before >= 0 else (0, begin)
        inside = slice(int(before) + 1, int(np.searchsorted(self.moments, end)))
        if len(self.standing[inside]) and self.standing[inside].max() > most:
            place = int(self.standing[inside].argmax())
            most, at = int(self.standing[inside][place]), int(self.moments[inside][place])
        return most, at

    def clear_at(self, peak: int, peak_at: int) -> int | None:
        """The first moment from the peak on with nobody in line; None: not before the end, or nobody ever stood there."""
        if peak == 0:
            return None
        empty = np.flatnonzero((self.moments >= peak_at) & (self.standing == 0))
        return int(self.moments[empty[0]]) if len(empty) else None


@dataclass(frozen=True)
class PoolsUse:
    """All pools of a run, and the line over the shop's own pools together.

    families: of pools dedicated to paths ("agents_12", "agents_34") all together ("agents"); each is also in `pools` by itself.
    """

    pools: tuple[PoolUse, ...]
    families: tuple[PoolUse, ...]
    own: Lines
    end: int
    """The end of the reported days, in seconds."""

    def __getitem__(self, name: str) -> PoolUse:
        return next(pool for pool in self.each if pool.name == name)

    @property
    def each(self) -> tuple[PoolUse, ...]:
        """Every pool by itself, and the families."""
        return self.pools + self.families

    @property
    def inside(self) -> tuple[PoolUse, ...]:
        """The shop's own pools."""
        return tuple(pool for pool in self.pools if not pool.is_outside)


def pool_names(floor: Floor) -> tuple[str, ...]:
    """The pools' names; a floor without names has "pool_0", "pool_1" …"""
    return floor.names or tuple(f"pool_{number}" for number in range(len(floor.pools)))


def family(name: str) -> str:
    """The pool of which a pool dedicated to paths is a part: "agents" for "agents_12"; of any other its own name."""
    found = _DEDICATED.fullmatch(name)
    return found[1] if found and found[1] in POOLS else name


def outsiders(floor: Floor) -> Flags:
    """Per pool of a floor whether its people are not the shop's own."""
    return np.array([family(name) in OUTSIDE for name in pool_names(floor)], np.bool_)


@dataclass(frozen=True)
class Changes:
    """What the rows of a log change in numbers of cases. row: which do, in order; step: by how much."""

    log: Log
    row: NDArray[np.int32]
    step: NDArray[np.int8]

    def of_pools(self, course_of: Whole, count: int) -> list[Lines]:
        """So many courses: the cases of pool p are part of the course_of[p]-th, of none where that is -1."""
        return self._courses(course_of, count, of_pool=True)

    def of_lines(self, count: int) -> list[Lines]:
        """The courses of the first so many lines."""
        return self._courses(np.arange(count), count, of_pool=False)

    def _courses(self, course_of: Whole, count: int, *, of_pool: bool) -> list[Lines]:
        begins, sizes = np.zeros(count + 1, np.int64), np.zeros(count, np.int64)
        moments, level = np.empty(len(self.row), np.int64), np.empty(len(self.row), np.int64)
        machine_code_of(split_courses)(self.log.rows, self.row, self.step, of_pool, course_of, begins, sizes, moments, level)
        each = [slice(begin, begin + size) for begin, size in zip(begins.tolist(), sizes.tolist(), strict=False)]
        return [Lines(moments[one], level[one]) for one in each]


def changes(log: Log, by_kind: Whole) -> Changes:
    """What a log's rows change by their kind (TO_LINE, TO_WORK). A case given back after its refund was closed rejoins no line."""
    rows, refunds = log.rows, len(log.ledger)
    row, step = np.empty(len(rows), np.int32), np.empty(len(rows), np.int8)
    count = unless_stray(machine_code_of(read_changes)(rows, refunds, by_kind, np.zeros(refunds, np.bool_), row, step))
    return Changes(log, row[:count], step[:count])


def pool_use(log: Log, stays: Visits, floor: Floor, scenario: Scenario) -> PoolsUse:
    """How the pools of a run were used.

    Raises ValueError for a floor that is not the scenario's: another number of slots.
    """
    names = pool_names(floor)
    people = roster(scenario, 0, scenario.calendar.days - 1)
    if len(people) != len(floor.slots):
        raise ValueError(f"the floor has {len(floor.slots)} slots, the scenario's roster {len(people)}")
    end = day_start(scenario.calendar, scenario.calendar.days)
    over = max(end, horizon(log))
    hours = -(-over // HOUR)
    there = presence(floor)
    spells = stays.spells
    until = np.where(spells["seat"] == np.arange(len(spells)), np.minimum(spells["ended"], stays.horizon), spells["began"])
    pieces = there.cut(spells["slot"], spells["began"], until)  # the rest of a batch has no seat of its own
    pool_of, worth = floor.slots["pool"][there.stretches["slot"]], floor.slots["seats"][there.stretches["slot"]]
    ended = stays.records["ended"]
    finished = (stays.records["how"] == FINISHED) & (ended >= 0) & (ended < end)
    done = np.bincount(stays.records["pool"][finished], minlength=len(names))
    overtime = _overtime(there, pieces, len(floor.slots), end)
    in_shift = _on_duty(there, len(floor.slots), end)
    cost = np.array([group.cost_per_hour for _, _, group in scenario.groups()])[floor.slots["group"]]
    beyond = np.array([group.overtime_pay for _, _, group in scenario.groups()])[floor.slots["group"]]
    days = _person_days(people, there)
    in_line, at_work = changes(log, TO_LINE), changes(log, TO_WORK)

    def uses(each: Sequence[str], part_of: Whole) -> Iterator[PoolUse]:
        """Of each of these, of which the pools are a part by number; -1 = of none."""
        if not each:
            return
        lines, work = (what.of_pools(part_of, len(each)) for what in (in_line, at_work))
        place = np.where(there.staffed, part_of[pool_of], -1)
        staffed, staffed_seconds = _spent(there.stretches, worth, place, len(each), hours, end)
        busy, busy_seconds = _spent(pieces, np.ones(len(pieces), np.int64), place[pieces["stretch"]], len(each), hours, end)
        for number, name in enumerate(each):
            line, of_pool = lines[number], part_of[floor.slots["pool"]] == number
            peak, peak_at = line.peak(0, end)
            yield PoolUse(
                name=name,
                in_line=per_hour(line.moments, line.steps, hours) / HOUR,
                most_in_line=_most_per_hour(line, hours),
                at_work=per_hour(work[number].moments, work[number].steps, hours) / HOUR,
                staffed=staffed[number] / HOUR,
                busy=busy[number] / HOUR,
                peak=peak,
                peak_at=peak_at,
                clear_at=line.clear_at(peak, peak_at),
                overtime=int(overtime[of_pool].sum()),
                on_duty=int((in_shift + overtime)[of_pool].sum()),
                person_days=int(days[of_pool].sum()),
                labour=float(((in_shift + overtime * beyond) * cost)[of_pool].sum() / HOUR),
                done=int(done[part_of == number].sum()),
                in_line_seconds=integral(line.moments, line.steps, 0, end),
                busy_seconds=int(busy_seconds[number]),
                staffed_seconds=int(staffed_seconds[number]),
            )

    kin = list(dict.fromkeys(family(name) for name in names if family(name) not in names))
    (own,) = in_line.of_pools(np.where(outsiders(floor), -1, 0), 1)
    return PoolsUse(
        pools=tuple(uses(names, np.arange(len(names)))),
        families=tuple(uses(kin, np.array([kin.index(family(name)) if family(name) in kin else -1 for name in names]))),
        own=Lines(own.moments.copy(), own.standing.copy()),
        end=end,
    )


def _spent(spells: Records, weight: Whole, place: Whole, places: int, hours: int, until: int) -> tuple[Whole, Whole]:
    """What the spells of time (their begin, end) add up to, each with its weight: seconds [place, hour], and seconds inside [0, until) by
    place; -1 = at no place."""
    begin, end = packed(spells["begin"]), packed(spells["end"])
    by_hour = hourly(begin, weight, place, places, hours) - hourly(end, weight, place, places, hours)
    inside = np.zeros(places + 1, np.int64)
    np.add.at(inside, place, np.maximum(np.clip(end, 0, until) - np.clip(begin, 0, until), 0) * weight)
    return by_hour, inside[:-1]


def _most_per_hour(line: Lines, hours: int) -> Whole:
    most = np.zeros(hours, np.int64)
    before = np.searchsorted(line.moments, np.arange(hours) * HOUR, side="right") - 1  # what stands when the hour begins
    if len(line.moments):
        most = np.where(before >= 0, line.standing[np.maximum(before, 0)], 0)
        inside = (line.moments >= 0) & (line.moments < hours * HOUR)
        np.maximum.at(most, line.moments[inside] // HOUR, line.standing[inside])
    return most


def _overtime(there: Presence, pieces: Records, people: int, end: int) -> Whole:
    """Seconds per slot inside [0, end) worked after the end of a shift; chats held at once count once."""
    begin = there.stretches["begin"]
    until = begin.copy()
    off = pieces.compress(~there.stretches["on"][pieces["stretch"]])
    np.maximum.at(until, off["stretch"], off["end"])  # what is done off duty was in hand when the shift ended
    found = np.zeros(people, np.int64)
    np.add.at(found, there.stretches["slot"], np.maximum(np.clip(until, 0, end) - np.clip(begin, 0, end), 0))
    return found


def _on_duty(there: Presence, people: int, end: int) -> Whole:
    """Seconds from coming to going per slot inside [0, end)."""
    shift = there.stretches.compress(there.stretches["on"])
    found = np.zeros(people, np.int64)
    np.add.at(found, shift["slot"], np.maximum(np.clip(shift["end"], 0, end) - np.clip(shift["begin"], 0, end), 0))
    return found


def _person_days(people: Roster, there: Presence) -> Whole:
    """Per slot the shifts, begun on the reported days, that its holder came to."""
    shifts = people.shifts[people.shifts["day"] >= people.first_day]
    came = there.stretches["on"][there.at(shifts["slot"], shifts["begin"])]
    return np.bincount(shifts["slot"], weights=came, minlength=len(people)).astype(np.int64)
