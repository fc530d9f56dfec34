"""When buyers are about: the wait until they ask runs fast in the hours in which many order, and hardly at all while they sleep."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.demand.draws import Floats, Seconds
from sim.demand.envelope import buckets_of
from sim.scenario.demand import ByHour
from sim.scenario.schema import Calendar, Scenario

FAR = 1e10
"""Seconds before and after a scenario's days for which there is a clock as well: a plain one."""


@dataclass(frozen=True)
class Awake:
    """A clock of the buyers: by `at` (seconds since the start) it shows `shown` (seconds); a day of it is as long as any other."""

    at: Floats
    shown: Floats

    def later(self, since: Seconds, wait: Seconds) -> Seconds:
        """The time at which waits (whole seconds of this clock) that begin at `since` are over: never before, and in the same order.

        A wait of whole days ends at the time of day at which it began.
        """
        over = np.interp(np.interp(since, self.at, self.shown) + wait, self.shown, self.at)
        return np.maximum(np.floor(over + 0.5).astype(np.int64), since)


def awake(scenario: Scenario) -> Awake:
    """The clock of a scenario's buyers, by the hours of its orders (demand.orders.by_hour); ValueError where it has none."""
    orders, _, _ = scenario.by_orders
    return _clock(orders.by_hour, scenario.calendar)


@lru_cache(maxsize=8)
def _clock(by_hour: ByHour, calendar: Calendar) -> Awake:
    buckets = buckets_of(calendar)
    speed = np.array(by_hour) * len(by_hour) / sum(by_hour)
    shown = buckets.begin[0] + np.concatenate([[0.0], np.cumsum(speed[buckets.hour] * buckets.length)])
    at = np.append(buckets.begin, buckets.begin[-1] + buckets.length[-1]).astype(np.float64)
    every = Awake(np.concatenate([[at[0] - FAR], at, [at[-1] + FAR]]), np.concatenate([[shown[0] - FAR], shown, [shown[-1] + FAR]]))
    for column in (every.at, every.shown):
        column.flags.writeable = False
    return every
