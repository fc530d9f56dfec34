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
    """A clock of the buyers: by `at` (seconds since the start) it shows `shown` (seconds); a day of it is as long as any other.

    up_late: what the clock of those shows who are up for a sale; sales: its days. They are the same on all other days.
    """

    at: Floats
    shown: Floats
    up_late: Floats
    sales: tuple[SaleDay, ...]

    def later(self, since: Seconds, wait: Seconds) -> Seconds:
        """When waits (seconds of the clock) that begin at `since` are over: never before it, and the longer of two never sooner.

        A wait of whole days ends at the time of day at which it began. One that begins on the day of a sale runs by the clock of those
        who are up for it.
        """
        over = _over(since, wait, self.at, self.shown)
        for sale in self.sales:
            up = np.flatnonzero((since >= sale.begin) & (since < sale.end))
            over[up] = _over(since[up], wait[up], self.at, self.up_late)
        return np.maximum(np.floor(over + 0.5).astype(np.int64), since)


def awake(scenario: Scenario) -> Awake:
    """The clock of a scenario's buyers: they are about when they order (demand.orders.by_hour; for a sale its curve). ValueError where
    requests do not come from orders."""
    orders, _, _ = scenario.by_orders
    return _clock(orders.by_hour, sale_days(orders, scenario.calendar), scenario.calendar)


def _over(since: Seconds, wait: Seconds, at: Floats, shown: Floats) -> Floats:
    return np.interp(np.interp(since, at, shown) + wait, shown, at)


@lru_cache(maxsize=8)
def _clock(by_hour: ByHour, sales: tuple[SaleDay, ...], calendar: Calendar) -> Awake:
    buckets = buckets_of(calendar)
    share = np.array(by_hour) / sum(by_hour)
    plain = share[buckets.hour] * buckets.length * len(share)
    up_late = plain.copy()
    for sale in sales:
        here = np.flatnonzero(buckets.day == sale.day)
        up_late[here] = hour_shares(sale, buckets, here, share) * (sale.end - sale.begin)
    at = np.append(buckets.begin, buckets.begin[-1] + buckets.length[-1]).astype(np.float64)
    shown = [buckets.begin[0] + np.concatenate([[0.0], np.cumsum(ticks)]) for ticks in (plain, up_late)]
    columns = [np.concatenate([[each[0] - FAR], each, [each[-1] + FAR]]) for each in (at, *shown)]
    for column in columns:
        column.flags.writeable = False
    return Awake(columns[0], columns[1], columns[2], sales)
