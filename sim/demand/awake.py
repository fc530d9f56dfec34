"""When buyers are about: the wait until they ask runs fast in the hours in which many order, and hardly at all while they sleep."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.demand.draws import Floats, Seconds
from sim.demand.envelope import buckets_of
from sim.demand.order_curve import SaleDay, hour_shares, sale_days
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
        """When waits (seconds of this clock) that begin at `since` are over: never before it, and the longer of two never sooner.

        Between ordinary days a wait of whole days ends at the time of day at which it began.
        """
        over = np.interp(np.interp(since, self.at, self.shown) + wait, self.shown, self.at)
        return np.maximum(np.floor(over + 0.5).astype(np.int64), since)


def awake(scenario: Scenario) -> Awake:
    """The clock of a scenario's buyers: they are about when they order (demand.orders.by_hour, on a sale day its curve). ValueError where
    requests do not come from orders."""
    orders, _, _ = scenario.by_orders
    return _clock(orders.by_hour, sale_days(orders, scenario.calendar), scenario.calendar)


@lru_cache(maxsize=8)
def _clock(by_hour: ByHour, sales: tuple[SaleDay, ...], calendar: Calendar) -> Awake:
    buckets = buckets_of(calendar)
    share = np.array(by_hour) / sum(by_hour)
    ticks = share[buckets.hour] * buckets.length * len(share)
    for sale in sales:
        here = np.flatnonzero(buckets.day == sale.day)
        ticks[here] = hour_shares(sale, buckets, here, share) * (sale.end - sale.begin)
    shown = buckets.begin[0] + np.concatenate([[0.0], np.cumsum(ticks)])
    at = np.append(buckets.begin, buckets.begin[-1] + buckets.length[-1]).astype(np.float64)
    found = Awake(*(np.concatenate([[each[0] - FAR], each, [each[-1] + FAR]]) for each in (at, shown)))
    for column in (found.at, found.shown):
        column.flags.writeable = False
    return found
