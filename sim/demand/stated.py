"""Requests from stated figures: how many a day, on which weekdays and at which hours. Candidates of one envelope, thinned.

The envelope has a bucket for every hour of every day. In a bucket the candidates 0, 1, 2, ... have exponential spacings, each drawn by
its own number; those whose cumulative spacing is not more than the bucket's mean are kept: a Poisson count. Each has a moment of its own
in the bucket. So more demand keeps the earlier requests and adds further ones, a changed hour changes no other, and a date has the same
candidates wherever the scenario begins.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.demand.draws import Draws, Floats, Seconds, uniforms_at
from sim.demand.told import Told, filed_at
from sim.errors import BadInput
from sim.scenario.calendar import day_start, moment_at
from sim.scenario.schema import MOST_DAYS, Calendar, Scenario, Stated
from sim.scenario.units import DAY, HOUR

HOURS = 28
"""Places for the hours of one day in the numbering; the longest day of any zone since 1990 has 27."""

A_DAY = 2**28
"""Numbers of one date's candidates: place in its bucket x HOURS + hour."""

MOST_AN_HOUR = A_DAY // HOURS // 4
"""A bucket's mean that leaves room for its luck."""

FIRST_DATE = date(1990, 1, 1)
"""The first start that a scenario can have; before it there is room for the longest warm-up."""

LOOK = 900
"""Seconds between looks at the wall clock on a day on which it is changed: all zones change it by a multiple."""


@dataclass(frozen=True)
class Buckets:
    """The hours of the wall clock, day by day: day (0 = the start date), place in the day, begin and length in seconds, hour 0-23."""

    day: NDArray[np.int64]
    place: NDArray[np.int64]
    begin: Seconds
    length: Seconds
    hour: NDArray[np.int64]


def stated_requests(scenario: Scenario, seed: int, replication: int) -> Told:
    """When the requests of the scenario's days are filed, from `demand.stated`; nothing else of them is told.

    Raises BadInput if an hour has more requests than the envelope has numbers.
    """
    stated = scenario.demand.stated
    if stated is None:
        raise ValueError("demand.stated is not given")
    buckets = buckets_of(scenario.calendar)
    means = bucket_means(stated, scenario.demand.scale, scenario.calendar, buckets)
    if means.max(initial=0.0) > MOST_AN_HOUR:
        file, line = scenario.place("demand.stated.per_day")
        raise BadInput(
            "{count} requests in one hour are more than can be told apart",
            file=file,
            line=line,
            field="demand.stated.per_day",
            value=stated.per_day,
            allowed=[f"≤ {MOST_AN_HOUR:,}"],
            count=f"{means.max():,.0f}",
        )
    dates = (scenario.calendar.start - FIRST_DATE).days + MOST_DAYS + np.arange(scenario.calendar.days)
    means = with_bursts(means, stated.burst, buckets, dates, seed, replication)
    kept, which = _kept(means, buckets, dates, seed, replication)
    begin, length = buckets.begin[which], buckets.length[which]
    filed = begin + np.floor(uniforms_at(seed, replication, "filed", kept) * length).astype(np.int64)
    return filed_at(kept, filed, begin, length)


def buckets_of(calendar: Calendar) -> Buckets:
    """The hours of all reported days. On a day on which the clock is changed an hour that is skipped has no bucket, and one that comes
    twice is longer, or has two."""
    starts = np.array([day_start(calendar, day) for day in range(calendar.days + 1)])
    parts = []
    for day, (start, length) in enumerate(zip(starts[:-1].tolist(), np.diff(starts).tolist(), strict=True)):
        begins, hours = (np.arange(24) * HOUR, np.arange(24)) if length == DAY else _changed_day(calendar, start, length)
        parts.append((np.full(len(hours), day), np.arange(len(hours)), start + begins, np.diff(begins, append=length), hours))
    return Buckets(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def bucket_means(stated: Stated, scale: float, calendar: Calendar, buckets: Buckets) -> Floats:
    """Requests expected in each bucket, without bursts."""
    by_hour = np.array(stated.by_hour) / sum(stated.by_hour)
    weekday = (calendar.start.weekday() + buckets.day) % 7
    of_day = stated.per_day * scale * np.array(stated.by_weekday)[weekday]
    return np.asarray(of_day * by_hour[buckets.hour] * buckets.length / HOUR)


def with_bursts(means: Floats, burst: float, buckets: Buckets, dates: NDArray[np.int64], seed: int, replication: int) -> Floats:
    """The means of each day times a gamma factor of mean 1 drawn by its date, so that the variance of a day's count is `burst` times its
    mean. A larger mean gives a larger product, whatever the draw."""
    if burst <= 1:
        return means
    of_day = np.bincount(buckets.day, means, len(dates))
    shape = of_day / (burst - 1)
    u = uniforms_at(seed, replication, "burst", dates)
    some = of_day > 0
    factor = np.zeros(len(of_day))
    factor[some] = special.gammaincinv(shape[some], u[some]) / shape[some]
    return np.asarray(means * factor[buckets.day])


def _kept(
    means: Floats, buckets: Buckets, dates: NDArray[np.int64], seed: int, replication: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of the candidates that are kept, in order, and the row of each one's bucket."""
    row = np.full((len(dates), HOURS), -1, np.int64)
    row[buckets.day, buckets.place] = np.arange(len(means))
    with_none = np.append(means, 0.0)  # row -1: the day has no such hour
    numbers, rows = [], []
    for number, at in zip(dates.tolist(), row, strict=True):
        mean = with_none[at]
        first = number * A_DAY
        ranks = int(mean.max() + 6 * np.sqrt(mean.max()) + 8)
        while True:
            spacing = -np.log1p(-Draws(seed, replication, first + np.arange(ranks * HOURS))("candidate"))
            upto = spacing.reshape(ranks, HOURS).cumsum(axis=0)
            if (upto[-1] > mean).all():
                break
            ranks *= 2
        place = np.flatnonzero((upto <= mean).ravel())
        numbers.append(first + place)
        rows.append(at[place % HOURS])
    return np.concatenate(numbers), np.concatenate(rows)


def _changed_day(calendar: Calendar, start: int, length: int) -> tuple[Seconds, NDArray[np.int64]]:
    """Begins (seconds into the day) and hours of the wall clock on a day of 23 or 25 hours (or of none at all)."""
    begins = np.arange(0, length, LOOK)
    hours = np.array([moment_at(calendar, start + second).hour for second in begins.tolist()], np.int64)
    new = np.diff(hours, prepend=-1) != 0
    return begins[new], hours[new]
