"""The workload of a scenario: replayed from a shop's own history, its filings as they were, or drawn from stated figures. What neither
tells is drawn by the refund's number."""

from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.demand.causes import absence
from sim.demand.columns import C_INSTANT
from sim.demand.draws import uniforms_at, whole
from sim.demand.history import DECIDED_BY, History, read_history
from sim.demand.refunds import COPY, draw_refunds
from sim.demand.stated import stated_requests
from sim.demand.told import NOT_TOLD, Told
from sim.demand.workload import Workload
from sim.errors import BadInput, msgid
from sim.rules.path import SHIPPED, path_of
from sim.scenario.calendar import day_start, roster, seconds_at
from sim.scenario.schema import Calendar, Scenario

MINUTE = 60
"""Copies of a request, and others that it brings with it, are filed within its minute."""

Rows = NDArray[Any]


def draw_workload(scenario: Scenario, seed: int = 0, replication: int = 0) -> Workload:
    """The workload of one replication of a scenario: its history replayed, or requests drawn from its stated figures.

    `absence` has a row per slot of the roster over warm-up, days and drain, and a column per day of it.

    Raises BadInput: neither history nor stated figures, a history that is unreadable (see read_history) or lies wholly outside the
    scenario's days, more requests than can be told apart.
    """
    if scenario.demand.history is not None:
        return replay(_read(*_stamp(scenario.demand.history)), scenario, seed, replication)
    if scenario.demand.stated is None:
        file, line = scenario.place("demand.history")
        raise BadInput(
            "requests come from nowhere",
            file=file,
            line=line,
            field="demand",
            allowed=msgid("a history file (demand.history) or stated figures (demand.stated)"),
        )
    rows = draw_refunds(stated_requests(scenario, seed, replication), scenario, seed, replication)
    return Workload(rows, seed, replication, _absence(scenario, seed, replication))


def replay(history: History, scenario: Scenario, seed: int = 0, replication: int = 0) -> Workload:
    """The workload of one replication from a history already read.

    A refund's number is its place in the history in filing order, whatever is kept of it; copies (scale > 1) and second applications
    have numbers of their own. Requests that a machine refunded give only their times (`automatic`); what lies outside the scenario's
    days is left out and counted (`left_out`: before_start, after_days).
    """
    calendar = scenario.calendar
    filed = _seconds_since_start(history.column("filed"), calendar)
    end = day_start(calendar, calendar.days)
    inside = (filed >= 0) & (filed < end)
    left_out = {"before_start": int((filed < 0).sum()), "after_days": int((filed >= end).sum())}
    if not inside.any():
        raise _all_outside(history, scenario)
    numbers, place = _scaled(np.flatnonzero(inside), scenario.demand.scale, seed, replication)
    told = history.refunds[place]
    copies = numbers >= COPY
    moved = filed[place]
    moved[copies] += whole((MINUTE - 1) * uniforms_at(seed, replication, "copy.second", numbers[copies])) - moved[copies] % MINUTE
    moved = np.minimum(moved, end - 1)
    automatic = told["automatic"]
    rows = draw_refunds(_told(numbers[~automatic], moved[~automatic], told[~automatic]), scenario, seed, replication)
    _known_to_be_seen(rows, _refunded_by_machine(history, scenario))
    return Workload(rows, seed, replication, _absence(scenario, seed, replication), np.sort(moved[automatic]), left_out)


def _refunded_by_machine(history: History, scenario: Scenario) -> float:
    """The share of unshipped requests that a machine refunded, over the whole history."""
    automatic, path = history.column("automatic"), history.column("path")
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
    columns = {name: told[name].astype(np.int64) for name in ("amount", "paid", "reason", "state", "sends_back")}
    by_trace = (told["state"] == SHIPPED) & (told["decided_by"] == DECIDED_BY.index("trace"))
    return Told(
        number=numbers,
        filed=filed,
        begin=filed - filed % MINUTE,
        length=np.full(len(numbers), MINUTE),
        path=np.where(told["path"] > 0, told["path"], NOT_TOLD),
        signed=np.where(told["disputed"], 1, np.where(by_trace, 0, NOT_TOLD)),
        **columns,
    )


def _scaled(numbers: NDArray[np.int64], scale: float, seed: int, replication: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers and places in the history of `scale` times the demand: whole copies and a thinned one; more keeps what was there."""
    kept, place = [], []
    for copy in range(int(np.ceil(scale))):
        candidates = numbers + copy * COPY
        share = scale - copy
        chosen = np.ones(len(numbers), np.bool_) if share >= 1 else uniforms_at(seed, replication, "scale", candidates) < share
        kept.append(candidates[chosen])
        place.append(numbers[chosen])
    return np.concatenate(kept), np.concatenate(place)


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
    """Seconds since the scenario's start of many wall clocks; the calendar is asked once per hour that occurs."""
    hours, place = np.unique(wall.astype("M8[h]"), return_inverse=True)
    begins = np.array([seconds_at(calendar, hour) for hour in hours.astype("M8[s]").tolist()], np.int64)
    return np.asarray(begins[place] + (wall - hours[place]).astype("m8[s]").astype(np.int64), np.int64)


def _stamp(path: Path) -> tuple[Path, int, int]:
    """The path with what tells one version of the file from the next."""
    try:
        stat = path.stat()
    except OSError:
        return path, 0, 0  # read_history says what is wrong
    return path, stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=4)
def _read(path: Path, mtime: int, size: int) -> History:
    """The same file is read once, not once per replication."""
    return read_history(path)
