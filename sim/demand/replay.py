"""The workload of a scenario: replayed from a shop's own history, its filings as they were or its days dealt anew, or drawn from stated
figures. What these do not tell is drawn by the refund's number."""

from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.demand.asks import draw_asks
from sim.demand.bootstrap import A_COPY, dealt, ordinary_requests
from sim.demand.causes import absence
from sim.demand.columns import C_INSTANT
from sim.demand.draws import uniforms_at, whole
from sim.demand.history import DECIDED_BY, History, read_history
from sim.demand.orders import draw_orders
from sim.demand.refunds import COPY, draw_refunds
from sim.demand.stated import stated_requests
from sim.demand.table import stamp
from sim.demand.told import NOT_TOLD, Told
from sim.demand.workload import Workload
from sim.errors import BadInput, msgid
from sim.rules.path import SHIPPED, path_of
from sim.scenario.calendar import day_start, roster, seconds_at
from sim.scenario.schema import Calendar, Scenario
from sim.scenario.units import DAY

MINUTE = 60
"""Copies of a request, and others that it brings with it, are filed within its minute."""

Rows = NDArray[Any]


def draw_workload(scenario: Scenario, seed: int = 0, replication: int = 0, size: int | None = None) -> Workload:
    """The workload of one replication of a scenario: its history replayed, or requests drawn from its stated figures, or from its orders.

    size: which draw of the sale's size, where its orders leave it in doubt; None = as large as expected.

    `absence` has a row per slot of the roster over warm-up, days and drain, and a column per day of it.

    Raises BadInput: neither history nor stated figures, a history that is unreadable (see read_history), lies wholly outside the
    scenario's reported days or cannot be dealt anew (see dealt_days), more requests than can be told apart.
    """
    if scenario.demand.history is not None:
        return replay(_read(*stamp(scenario.demand.history)), scenario, seed, replication)
    if scenario.demand.orders is not None:
        return _from_orders(scenario, seed, replication, size)
    if scenario.demand.stated is None:
        file, line = scenario.place("demand.history")
        raise BadInput(
            "requests come from nowhere",
            file=file,
            line=line,
            field="demand",
            allowed=msgid("a history file (demand.history), stated figures (demand.stated) or orders (demand.orders)"),
        )
    rows = draw_refunds(stated_requests(scenario, seed, replication), scenario, seed, replication)
    return Workload(rows, seed, replication, _absence(scenario, seed, replication))


DRAWN_FROM = ("calendar", "demand", "shipping", "asks", "gate", "buyer", "work", "spans", "chances")
"""Tables of a scenario that decide what comes; of its policy only `freight` does, of its people only their names (who is absent)."""


def same_requests(one: Scenario, other: Scenario) -> bool:
    """Whether two scenarios are sent the same requests by the same luck, whatever they make of them."""
    return one.policy.freight == other.policy.freight and all(getattr(one, table) == getattr(other, table) for table in DRAWN_FROM)


def for_the_people_of(scenario: Scenario, workload: Workload) -> Workload:
    """A workload of a scenario with the same requests, with who is absent among this one's people."""
    return replace(workload, absence=_absence(scenario, workload.seed, workload.replication))


def _from_orders(scenario: Scenario, seed: int, replication: int, size: int | None) -> Workload:
    """Requests for lines of orders, and the orders."""
    goods = draw_orders(scenario, seed, replication, size)
    asked = draw_asks(goods, scenario, seed, replication)
    rows = draw_refunds(asked.requests, scenario, seed, replication, asked.chats)
    return Workload(rows, seed, replication, _absence(scenario, seed, replication), goods=goods)


def replay(history: History, scenario: Scenario, seed: int = 0, replication: int = 0) -> Workload:
    """The workload of one replication from a history already read: its filings as they were, or, with `demand.bootstrap`, its days dealt
    anew.

    As they were, a refund's number is its place in the history in filing order; dealt anew, it is made of the date and its place on the
    dealt day. Neither hangs on what else is kept; copies (scale > 1) and second applications have numbers of their own. Requests that a
    machine refunded give only their times (`automatic`). All warm-up, reported and drain days are filled; what was filed before or after
    these is left out and counted (`left_out`: before_start, after_days).
    """
    calendar = scenario.calendar
    end = day_start(calendar, calendar.days + calendar.drain_days)
    left_out: dict[str, int] = {}
    if scenario.demand.bootstrap is None:
        filed = _seconds_since_start(history.column("filed"), calendar)
        if not ((filed >= 0) & (filed < day_start(calendar, calendar.days))).any():
            raise _all_outside(history, scenario)
        early, late = filed < day_start(calendar, -calendar.warmup_days), filed >= end
        left_out = {"before_start": int(early.sum()), "after_days": int(late.sum())}
        place = np.flatnonzero(~early & ~late)
        numbers, filed, between = place, filed[place], COPY
        by_machine = _refunded_by_machine(history.refunds, scenario)
    else:
        anew = dealt(history, scenario, seed, replication)
        place, numbers, between = anew.place, anew.number, A_COPY
        filed = _seconds_since_start(anew.filed, calendar)
        by_machine = _refunded_by_machine(history.refunds[ordinary_requests(history, scenario)], scenario)
    numbers, which, copies = _scaled(numbers, between, scenario.demand.scale, seed, replication)
    told, moved = history.refunds[place[which]], filed[which]
    moved[copies] += whole((MINUTE - 1) * uniforms_at(seed, replication, "copy.second", numbers[copies])) - moved[copies] % MINUTE
    moved = np.minimum(moved, end - 1)
    automatic = told["automatic"]
    rows = draw_refunds(_told(numbers[~automatic], moved[~automatic], told[~automatic]), scenario, seed, replication)
    _known_to_be_seen(rows, by_machine)
    return Workload(rows, seed, replication, _absence(scenario, seed, replication), np.sort(moved[automatic]), left_out)


def _refunded_by_machine(refunds: Rows, scenario: Scenario) -> float:
    """The share of unshipped requests that a machine refunded, over the whole history, or all of its days that can be dealt."""
    automatic, path = refunds["automatic"], refunds["path"]
    shares = scenario.demand.shares
    people = float((path[~automatic] == 1).sum() + (shares.path_1 if shares else 0.0) * (path[~automatic] == 0).sum())
    machine = float(automatic.sum())
    return machine / (machine + people) if machine else 0.0


def _known_to_be_seen(rows: Rows, before: float) -> None:
    """What a history's machine did not refund lies, as to machines, in the upper part of the range: nothing is refunded twice by chance.

    So a scenario's share of machine refunds counts those that the history already has (`before`); only what is on top falls on the rest.
    """
    first = (path_of(rows["state"], rows["sends_back"]) == 1) & (rows["second"] == 0)
    chance = before + (1 - before) * rows["chance"][first, C_INSTANT].astype(np.float64)
    rows["chance"][first, C_INSTANT] = np.minimum(chance, np.nextafter(np.float32(1), np.float32(0)))


def _absence(scenario: Scenario, seed: int, replication: int) -> NDArray[np.float64]:
    calendar = scenario.calendar
    staff = roster(scenario, -calendar.warmup_days, calendar.days + calendar.drain_days - 1)
    return absence(seed, replication, staff)


def _told(numbers: NDArray[np.int64], filed: NDArray[np.int64], told: Rows) -> Told:
    """What the history tells of each request."""
    by_trace = (told["state"] == SHIPPED) & (told["decided_by"] == DECIDED_BY.index("trace"))
    return Told(
        number=numbers,
        filed=filed,
        begin=filed - filed % MINUTE,
        length=np.full(len(numbers), MINUTE),
        amount=told["amount"].astype(np.int64),
        paid=told["paid"].astype(np.int64),
        reason=told["reason"].astype(np.int64),
        path=np.where(told["path"] > 0, told["path"], NOT_TOLD),
        state=told["state"].astype(np.int64),
        sends_back=told["sends_back"].astype(np.int64),
        signed=np.where(told["disputed"], 1, np.where(by_trace, 0, NOT_TOLD)),
    )


def _scaled(
    numbers: NDArray[np.int64], between: int, scale: float, seed: int, replication: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Numbers of `scale` times the requests, ascending, the request of which each is one, and which are copies.

    Whole copies, `between` apart, and a thinned one: more demand keeps what was there.
    """
    kept, which, copies = [], [], []
    for copy in range(int(np.ceil(scale))):
        candidates = numbers + copy * between
        share = scale - copy
        chosen = np.ones(len(numbers), np.bool_) if share >= 1 else uniforms_at(seed, replication, "scale", candidates) < share
        kept.append(candidates[chosen])
        which.append(np.flatnonzero(chosen))
        copies.append(np.full(len(kept[-1]), copy > 0))
    number = np.concatenate(kept)
    order = np.argsort(number)
    return number[order], np.concatenate(which)[order], np.concatenate(copies)[order]


def _all_outside(history: History, scenario: Scenario) -> BadInput:
    calendar = scenario.calendar
    file, line = scenario.place("calendar.start")
    return BadInput(
        "all {count} refunds of {history} were filed outside the scenario's days, the first on {first}, the last on {last}",
        file=file,
        line=line,
        field="calendar.start",
        value=calendar.start.isoformat(),
        allowed=msgid("a start and days that meet the history; now {start} to {end}"),
        count=f"{len(history):,}",
        history=history.file,
        first=history.first.date().isoformat(),
        last=history.last.date().isoformat(),
        start=calendar.start.isoformat(),
        end=(calendar.start + timedelta(days=calendar.days - 1)).isoformat(),
    )


def _seconds_since_start(wall: NDArray[np.datetime64], calendar: Calendar) -> NDArray[np.int64]:
    """Seconds since the scenario's start of many wall clocks; the calendar is asked once per day that occurs, and on a day on which the
    clock is changed once per quarter of an hour: all zones change it by a multiple."""
    days, of_day = np.unique(wall.astype("M8[D]"), return_inverse=True)
    numbers = (days - np.datetime64(calendar.start)).astype(np.int64).tolist()
    begins = np.array([day_start(calendar, day) for day in numbers], np.int64)
    ordinary = np.array([day_start(calendar, day + 1) for day in numbers], np.int64) - begins == DAY
    seconds = begins[of_day] + (wall - days[of_day]).astype("m8[s]").astype(np.int64)
    changed = ~ordinary[of_day]
    if changed.any():
        quarters, place = np.unique(wall[changed].astype("M8[15m]"), return_inverse=True)
        begins = np.array([seconds_at(calendar, quarter) for quarter in quarters.astype("M8[s]").tolist()], np.int64)
        seconds[changed] = begins[place] + (wall[changed] - quarters[place]).astype("m8[s]").astype(np.int64)
    return np.asarray(seconds, np.int64)


@lru_cache(maxsize=4)
def _read(path: Path, mtime: int, size: int) -> History:
    """The same file is read once, not once per replication."""
    return read_history(path)
