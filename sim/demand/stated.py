"""Requests from stated figures: how many a day, on which weekdays and at which hours."""

import numpy as np

from sim.demand.draws import Floats, uniforms_at
from sim.demand.envelope import Buckets, buckets_of, kept, with_bursts
from sim.demand.told import Told, filed_at
from sim.scenario.schema import Calendar, Scenario, Stated
from sim.scenario.units import HOUR


def stated_requests(scenario: Scenario, seed: int, replication: int) -> Told:
    """When requests are filed, from the first day of the warm-up to the last of the drain, by `demand.stated`; nothing else is told.

    Raises BadInput if an hour has more requests than the envelope has numbers.
    """
    stated = scenario.demand.stated
    if stated is None:
        raise ValueError("demand.stated is not given")
    calendar = scenario.calendar
    buckets = buckets_of(calendar)
    means = bucket_means(stated, scenario.demand.scale, calendar, buckets)
    means = with_bursts(means, stated.burst, buckets, calendar, seed, replication)
    come = kept(means, buckets, scenario, "demand.stated.per_day", seed, replication)
    begin, length = buckets.begin[come.bucket], buckets.length[come.bucket]
    filed = begin + np.floor(uniforms_at(seed, replication, "filed", come.number) * length).astype(np.int64)
    return filed_at(come.number, filed, begin, length)


def bucket_means(stated: Stated, scale: float, calendar: Calendar, buckets: Buckets) -> Floats:
    """Requests expected in each bucket, without bursts."""
    by_hour = np.array(stated.by_hour) / sum(stated.by_hour)
    weekday = (calendar.start.weekday() + buckets.day) % 7
    of_day = stated.per_day * scale * np.array(stated.by_weekday)[weekday]
    return np.asarray(of_day * by_hour[buckets.hour] * buckets.length / HOUR)
