"""A workload replayed from a shop's own history: its filings as they were, and what the history does not tell drawn by number."""

from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.demand.causes import absence, chances, fill_causes, fill_parcels
from sim.demand.columns import C_AGAIN
from sim.demand.draws import Draws, uniforms_at, whole
from sim.demand.history import History, read_history
from sim.demand.workload import NEVER, REFUND, Workload
from sim.errors import BadInput, msgid
from sim.rules.path import FACTS, SHIPPED
from sim.scenario.calendar import day_start, roster, seconds_at
from sim.scenario.schema import Calendar, Scenario, Shares

COPY = 2**32
"""Numbers between one copy of the history and the next, where the demand is scaled beyond 1."""

SECOND = 2**44
"""Added to a refund's number for its reserved second application, so that more refunds shift no draw of a second one."""

WHOLE = f"V{REFUND.itemsize}"
"""A refund as bytes: rows copied so keep the zeros between their columns, and equal workloads are equal byte for byte."""

Rows = NDArray[Any]


def draw_workload(scenario: Scenario, seed: int = 0, replication: int = 0) -> Workload:
    """The workload of one replication of a scenario whose demand is a history.

    A refund's number is its place in the history in filing order, whatever is kept of it; copies (scale > 1) and second applications
    have numbers of their own. Requests that a machine refunded give only their times (`automatic`); what lies outside the scenario's
    days is left out and counted (`left_out`: before_start, after_days). `absence` has a row per slot of the roster over warm-up, days
    and drain, and a column per day of it.

    Raises BadInput: no history, an unreadable one (see read_history), or one that lies wholly outside the scenario's days.
    """
    path = scenario.demand.history
    if path is None:
        file, line = scenario.place("demand.history")
        raise BadInput("there is no history to replay", file=file, line=line, field="demand.history")
    return replay(_read(*_stamp(path)), scenario, seed, replication)


def replay(history: History, scenario: Scenario, seed: int = 0, replication: int = 0) -> Workload:
    """The workload of one replication from a history already read; see draw_workload."""
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
    moved[copies] += whole(59 * uniforms_at(seed, replication, "copy.second", numbers[copies])) - moved[copies] % 60  # within its minute
    moved = np.minimum(moved, end - 1)
    automatic = told["automatic"]
    rows = _refunds(numbers[~automatic], moved[~automatic], told[~automatic], scenario, seed, replication)
    staff = roster(scenario, -calendar.warmup_days, calendar.days + calendar.drain_days - 1)
    return Workload(rows, seed, replication, absence(seed, replication, staff), np.sort(moved[automatic]), left_out)


def _refunds(numbers: NDArray[np.int64], filed: NDArray[np.int64], told: Rows, scenario: Scenario, seed: int, replication: int) -> Rows:
    """Rows of dtype REFUND: first applications in the order of their numbers, then the reserved second ones."""
    draw = Draws(seed, replication, numbers)
    chance = chances(draw)
    first = np.zeros(len(numbers), REFUND)
    first["number"], first["filed"], first["again"] = numbers, filed, -1
    for name in ("amount", "paid", "reason"):
        first[name] = told[name]
    path = _paths(told, scenario.demand.shares, draw("path"))
    first["state"] = np.choose(path - 1, [FACTS[each][0] for each in FACTS])
    plainly_back = np.choose(path - 1, [FACTS[each][1] for each in FACTS])
    first["sends_back"] = np.where(told["sends_back"] < 0, plainly_back, told["sends_back"])
    fill_parcels(first, scenario, draw, chance, told["disputed"] & (first["state"] == SHIPPED))
    fill_causes(first, scenario, draw, chance)

    asks_again = np.flatnonzero(chance[:, C_AGAIN] < scenario.buyer.again)
    first["again"][asks_again] = len(first) + np.arange(len(asks_again))
    second = first.view(WHOLE)[asks_again].view(REFUND)  # the same parcel and the same visible facts; all else is drawn anew
    second["number"] += SECOND
    second["filed"], second["again"], second["second"] = NEVER, -1, 1
    draw = Draws(seed, replication, second["number"])
    fill_causes(second, scenario, draw, chances(draw))
    return np.concatenate([first.view(WHOLE), second.view(WHOLE)]).view(REFUND)


def _paths(told: Rows, shares: Shares, u: NDArray[np.float64]) -> NDArray[np.int64]:
    """The path of each row: as told, else drawn from the shares among the paths that what is told allows."""
    weights = np.tile([shares.path_1, shares.path_2, shares.path_3, shares.path_4], (len(told), 1))
    allowed = np.ones(weights.shape, np.bool_)
    for path, (state, back) in FACTS.items():
        allowed[:, path - 1] &= (told["state"] < 0) | (told["state"] == state)
        if path in (3, 4):  # for what is not signed for, a return asked for changes nothing
            allowed[:, path - 1] &= (told["sends_back"] < 0) | (told["sends_back"] == back)
    weights = np.where(allowed, weights, 0.0)
    weights = np.where(weights.sum(axis=1, keepdims=True) > 0, weights, allowed)
    upto = weights.cumsum(axis=1)
    drawn = 1 + (u[:, None] * upto[:, -1:] >= upto[:, :-1]).sum(axis=1)
    return np.where(told["path"] > 0, told["path"], drawn).astype(np.int64)


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
