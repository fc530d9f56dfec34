"""A history's ordinary days dealt anew: a replayed history is one sample, and this is how much another might have differed.

The scenario's days are put together from blocks of following days of the history. The first day of a block is any day of the history of
the weekday wanted; on each further day the history goes on from there. Where it cannot (it is at its end, the next day is left out, or it
has more days of the next weekday than of this one) it goes on at another day of the next weekday, such that **on every date every ordinary
day of that weekday is equally likely**: no day is dealt less often because it lies near an edge of the history or near a sale. In a
history of whole weeks with nothing left out the last day is thereby followed by the first: the circular block bootstrap (Politis & Romano
1992). Blocks lie on a grid of dates, which begins on another day in each replication, so that none of the week's nights is always a seam.
So a date's day hangs on seed and replication, not on where the scenario begins or ends.

A day without requests is a day like any other: it is dealt with none. Days before the first request of the history and after the last are
not in it; a first or last day of which it has only a part should be left out.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from sim.demand.draws import uniforms_at
from sim.demand.history import History
from sim.errors import BadInput, msgid, raise_all
from sim.scenario.demand import Bootstrap
from sim.scenario.schema import Scenario
from sim.scenario.staff import WEEK

A_DAY = 2**28
"""Numbers of one date's requests: A_COPY for each copy of a day."""

A_COPY = 2**18
"""Requests that a day of the history can have; `demand.scale` allows fewer copies than a date has room for."""

EPOCH = date(1970, 1, 1)
"""Dates are numbered from here, which is before the longest warm-up of the earliest start."""

EPOCH_WEEKDAY = EPOCH.weekday()

Days = NDArray[np.int64]
"""Dates as days since EPOCH."""


@dataclass(frozen=True)
class Dealt:
    """Requests of the scenario's dates, one row each, by date and by their order on the day of the history.

    number: of the request, from its date and its place on the day. place: row in the history. filed: local wall clock (M8[s]).
    """

    number: NDArray[np.int64]
    place: NDArray[np.int64]
    filed: NDArray[np.datetime64]


def dealt(history: History, scenario: Scenario, seed: int, replication: int) -> Dealt:
    """The requests of all warm-up, reported and drain days: those of the history's day that is dealt to each, at the same time of day.

    Raises BadInput as `dealt_days` does, and for a day of the history with more requests than can be told apart.
    """
    dates, sources = dealt_days(history, scenario, seed, replication)
    _not_too_many(history, scenario)
    days = _days(history)
    begin = np.searchsorted(days, sources)
    length = np.searchsorted(days, sources, side="right") - begin
    on_day = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    place = np.repeat(begin, length) + on_day
    moved = np.repeat(dates - sources, length).astype("m8[D]")
    return Dealt(np.repeat(dates, length) * A_DAY + on_day, place, history.column("filed")[place] + moved)


def dealt_days(history: History, scenario: Scenario, seed: int, replication: int) -> tuple[Days, Days]:
    """All dates of the scenario, warm-up and drain included, and the day of the history dealt to each.

    Raises BadInput: a day to leave out that is not in the history, a weekday without an ordinary day, a block longer than any run of
    ordinary days.
    """
    ordinary = _Ordinary(history, scenario)
    bootstrap, calendar = _asked(scenario), scenario.calendar
    first = (calendar.start - EPOCH).days - calendar.warmup_days
    last = first + calendar.warmup_days + calendar.days + calendar.drain_days - 1
    grid = int(bootstrap.days * uniforms_at(seed, replication, "bootstrap.grid", [0])[0])
    starts = np.arange(first - (first - grid) % bootstrap.days, last + 1, bootstrap.days)
    dates = starts[:, None] + np.arange(bootstrap.days)
    at = np.empty_like(dates)
    for day in range(bootstrap.days):
        weights = ordinary.next(at[:, day - 1]) if day else ordinary.any(dates[:, 0])
        at[:, day] = _drawn(weights, dates[:, day], ordinary, seed, replication)
    inside = (dates >= first) & (dates <= last)
    return dates[inside], at[inside]


def ordinary_requests(history: History, scenario: Scenario) -> NDArray[np.bool_]:
    """Which requests of the history lie on days that can be dealt, shape (refunds,)."""
    return ~np.isin(_days(history), _left_out(_asked(scenario)))


class _Ordinary:
    """The history's days that can be dealt, in weeks from Monday; what may follow on each."""

    def __init__(self, history: History, scenario: Scenario) -> None:
        days, bootstrap = _days(history), _asked(scenario)
        first, last = int(days[0]), int(days[-1])
        self.begin = first - int(_weekday(first))  # a Monday
        self.weeks = (last - self.begin) // len(WEEK) + 1
        every = np.arange(self.begin, self.begin + self.weeks * len(WEEK))
        self.kept = (every >= first) & (every <= last) & ~np.isin(every, _left_out(bootstrap))
        self.count = self.kept.reshape(self.weeks, len(WEEK)).sum(axis=0)  # by weekday
        raise_all([*_not_there(bootstrap, first, last, scenario), *_not_enough(self, bootstrap, scenario)])
        before, here = np.roll(self.count, 1), self.count
        follows = self.kept & np.append(False, self.kept[:-1])
        # What a day still lacks of its equal share once the day before it went on to it, times the days of both weekdays.
        self.lacks = self.kept * np.where(follows, np.tile(np.maximum(before - here, 0), self.weeks), np.tile(before, self.weeks))
        self.all_lack = self.lacks.reshape(self.weeks, len(WEEK)).sum(axis=0)

    def any(self, dates: Days) -> NDArray[np.float64]:
        """Weights (dates, weeks) of the days of the weekday of each date: all alike."""
        return self.kept.reshape(self.weeks, len(WEEK))[:, _weekday(dates)].T.astype(np.float64)

    def next(self, at: Days) -> NDArray[np.float64]:
        """Weights (dates, weeks) of the days that may follow on each of `at`.

        The next day goes before: with such a chance that it does not come more often than its weekday's other days. The rest is for days
        that this leaves short. Both together bring every day of the next weekday to the same share if those of this one have it.
        """
        after = at + 1 - self.begin
        weekday = after % len(WEEK)
        goes_on = np.append(self.kept, False)[after] * np.minimum(1.0, self.count[weekday - 1] / self.count[weekday])
        lacks = self.lacks.reshape(self.weeks, len(WEEK))[:, weekday].T / np.maximum(self.all_lack[weekday], 1)[:, None]
        weights = (1 - goes_on)[:, None] * lacks
        going = np.flatnonzero(goes_on)
        weights[going, after[going] // len(WEEK)] += goes_on[going]
        return np.asarray(weights, np.float64)


def _drawn(weights: NDArray[np.float64], dates: Days, ordinary: _Ordinary, seed: int, replication: int) -> Days:
    """For each date a day of the history by the weights (dates, weeks) of its weekday's days.

    The days race: each has an exponential time of its own by date and week, and the first at its weight's speed is it. So one more day,
    or one day less, leaves most dates what they had.
    """
    week = ordinary.begin // len(WEEK) + np.arange(ordinary.weeks)
    late = -np.log1p(-uniforms_at(seed, replication, "bootstrap", dates[:, None] * A_DAY + week))
    arrives = np.divide(late, weights, out=np.full(weights.shape, np.inf), where=weights > 0)
    return np.asarray(ordinary.begin + arrives.argmin(axis=1) * len(WEEK) + _weekday(dates), np.int64)


def _not_too_many(history: History, scenario: Scenario) -> None:
    days, counts = np.unique(_days(history)[ordinary_requests(history, scenario)], return_counts=True)
    if len(counts) and counts.max() > A_COPY:
        raise BadInput(
            "{count} requests on one day are more than can be told apart",
            file=history.file,
            value=_iso(days[counts.argmax()]),
            allowed=[f"≤ {A_COPY:,}"],
            count=f"{counts.max():,}",
        )


def _not_there(bootstrap: Bootstrap, first: int, last: int, scenario: Scenario) -> list[BadInput]:
    """Days to leave out that the history does not have."""
    file, line = scenario.place("demand.bootstrap.leave_out")
    return [
        BadInput(
            "the history has no such day",
            file=file,
            line=line,
            field="demand.bootstrap.leave_out",
            value=_iso(day),
            allowed=msgid("days from {first} to {last}"),
            nearest=_iso(min(max(day, first), last)),
            first=_iso(first),
            last=_iso(last),
        )
        for day in _left_out(bootstrap).tolist()
        if not first <= day <= last
    ]


def _not_enough(ordinary: _Ordinary, bootstrap: Bootstrap, scenario: Scenario) -> list[BadInput]:
    """Weekdays without a day; no run of days as long as a block."""
    if not ordinary.count.all():
        file, line = scenario.place("demand.bootstrap")
        return [
            BadInput(
                "the history has no day left to deal on: {weekdays}",
                file=file,
                line=line,
                field="demand.bootstrap",
                allowed=msgid("a history with an ordinary day of every weekday"),
                weekdays=", ".join(np.array(WEEK)[ordinary.count == 0]),
            )
        ]
    edges = np.flatnonzero(np.diff(np.concatenate([[False], ordinary.kept, [False]])))
    longest = int((edges[1::2] - edges[::2]).max())
    if longest >= bootstrap.days:
        return []
    file, line = scenario.place("demand.bootstrap.days")
    return [
        BadInput(
            "the history has at most {longest} ordinary days in a row: too few for one block",
            file=file,
            line=line,
            field="demand.bootstrap.days",
            value=bootstrap.days,
            allowed=[f"1-{longest}"],
            longest=longest,
        )
    ]


def _asked(scenario: Scenario) -> Bootstrap:
    if scenario.demand.bootstrap is None:
        raise ValueError("demand.bootstrap is not given")
    return scenario.demand.bootstrap


def _days(history: History) -> Days:
    """The day of each request, in their order."""
    return np.asarray(history.column("filed").astype("M8[D]").astype(np.int64))


def _left_out(bootstrap: Bootstrap) -> Days:
    return np.array([(day - EPOCH).days for day in bootstrap.leave_out], np.int64)


def _weekday(day: Days | int) -> NDArray[np.int64]:
    """0 = Monday."""
    return (np.asarray(day) + EPOCH_WEEKDAY) % len(WEEK)


def _iso(day: int) -> str:
    return (EPOCH + timedelta(days=int(day))).isoformat()
