"""How many come, and when: candidates of one envelope, thinned.

The envelope has a bucket for every hour of every day. In a bucket the candidates 0, 1, 2, ... have exponential spacings, each drawn by
its own number; those whose cumulative spacing is not more than the bucket's mean are kept: a Poisson count. Each has a moment of its own
in the bucket. So more demand keeps those that came before and adds further ones, a changed hour changes no other, and a date has the same
candidates wherever the scenario begins.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.demand.draws import Floats, Seconds, key_of, uniforms_at
from sim.demand.philox import halves
from sim.errors import BadInput
from sim.machine_code import compiled
from sim.scenario.calendar import day_start, moment_at
from sim.scenario.schema import MOST_DAYS, Calendar, Scenario
from sim.scenario.units import DAY, HOUR

AN_HOUR = 2**23
"""Numbers of the candidates of one hour of one date."""

A_DAY = 32 * AN_HOUR
"""Numbers of one date's candidates; the longest day of any zone since 1990 has 27 hours."""

MOST_AN_HOUR = AN_HOUR // 4
"""A bucket's mean that leaves room for its luck."""

FIRST_DATE = date(1990, 1, 1)
"""The first start that a scenario can have; before it there is room for the longest warm-up."""

LOOK = 900
"""Seconds between looks at the wall clock on a day on which it is changed: all zones change it by a multiple."""


@dataclass(frozen=True)
class Buckets:
    """The hours of the wall clock, day by day: day (0 = the start date, may be negative), place in the day, begin and length in seconds,
    hour 0-23."""

    day: NDArray[np.int64]
    place: NDArray[np.int64]
    begin: Seconds
    length: Seconds
    hour: NDArray[np.int64]


@dataclass(frozen=True)
class Candidates:
    """Those that come, in the order of their numbers; bucket: the row of each one's hour."""

    number: NDArray[np.int64]
    bucket: NDArray[np.int64]


def first_day(calendar: Calendar) -> int:
    """The day on which demand begins: the first of the warm-up."""
    return -calendar.warmup_days


def after_last_day(calendar: Calendar) -> int:
    """The day on which nobody comes any more: demand goes on while the desk drains."""
    return calendar.days + calendar.drain_days


def buckets_of(calendar: Calendar) -> Buckets:
    """The hours of all days from the warm-up to the drain. On a day on which the clock is changed an hour that is skipped has no bucket,
    and one that comes twice is longer, or has two."""
    begin, end = first_day(calendar), after_last_day(calendar)
    starts = np.array([day_start(calendar, day) for day in range(begin, end + 1)])
    lengths = np.diff(starts)
    parts = []
    for day, start, length in zip(range(begin, end), starts[:-1].tolist(), lengths.tolist(), strict=True):
        begins, hours = (_BEGINS, _HOURS) if length == DAY else _changed_day(calendar, start, length)
        parts.append((np.full(len(hours), day), np.arange(len(hours)), start + begins, np.diff(begins, append=length), hours))
    return Buckets(*(np.concatenate(column) for column in zip(*parts, strict=True)))


_HOURS = np.arange(24)
_BEGINS = _HOURS * HOUR


def dates_of(calendar: Calendar, days: NDArray[np.int64]) -> NDArray[np.int64]:
    """The number of each day's date: what its draws are addressed by."""
    return (calendar.start - FIRST_DATE).days + MOST_DAYS + days


def kept(means: Floats, buckets: Buckets, scenario: Scenario, field: str, seed: int, replication: int) -> Candidates:
    """The candidates that come at these means, one for each bucket.

    Raises BadInput, naming the scenario's `field`, if an hour has more than the envelope has numbers.
    """
    if means.max(initial=0.0) > MOST_AN_HOUR:
        file, line = scenario.place(field)
        raise BadInput(
            "{count} in one hour are more than can be told apart",
            file=file,
            line=line,
            field=field,
            allowed=[f"≤ {MOST_AN_HOUR:,}"],
            count=f"{means.max():,.0f}",
        )
    first = dates_of(scenario.calendar, buckets.day) * A_DAY + buckets.place * AN_HOUR
    room = int((means + 8 * np.sqrt(means) + 16).sum())
    key = halves(key_of(seed, replication, "candidate", 0))
    count = np.zeros(len(means), np.int64)
    while True:
        number = np.empty(room, np.int64)
        total = _compiled()(first, means, *key, number, count)
        if total >= 0:
            break
        room *= 2
    return Candidates(number[:total], np.repeat(np.arange(len(means)), count))


@lru_cache(maxsize=1)
def _compiled() -> Any:
    from numba import types

    from sim.demand.philox_rounds import fill_candidates

    i8, u8 = types.int64, types.uint64
    rows = types.Array(i8, 1, "C")
    return compiled({fill_candidates: i8(rows, types.Array(types.float64, 1, "C"), u8, u8, rows, rows)})[fill_candidates]


def with_bursts(means: Floats, burst: float, buckets: Buckets, calendar: Calendar, seed: int, replication: int) -> Floats:
    """The means of each day times a gamma factor of mean 1 drawn by its date, so that the variance of a day's count is `burst` times its
    mean. A larger mean gives a larger product, whatever the draw."""
    if burst <= 1:
        return means
    day = buckets.day - first_day(calendar)
    days = np.arange(first_day(calendar), after_last_day(calendar))
    of_day = np.bincount(day, means, len(days))
    shape = of_day / (burst - 1)
    u = uniforms_at(seed, replication, "burst", dates_of(calendar, days))
    some = of_day > 0
    factor = np.zeros(len(of_day))
    factor[some] = special.gammaincinv(shape[some], u[some]) / shape[some]
    return np.asarray(means * factor[day])


def _changed_day(calendar: Calendar, start: int, length: int) -> tuple[Seconds, NDArray[np.int64]]:
    """Begins (seconds into the day) and hours of the wall clock on a day of 23 or 25 hours (or of none at all)."""
    begins = np.arange(0, length, LOOK)
    hours = np.array([moment_at(calendar, start + second).hour for second in begins.tolist()], np.int64)
    new = np.diff(hours, prepend=-1) != 0
    return begins[new], hours[new]
