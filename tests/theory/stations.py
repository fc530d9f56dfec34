"""Stations of queueing theory as desks: floors, refunds and the table-driven toy's programs; and waits read from the log.

A unit of time of the theory is UNIT seconds, so that whole seconds, rounded, cost no precision.
"""

from dataclasses import dataclass
from heapq import heapify, heapreplace

import numpy as np

from sim.demand.workload import NEVER, REFUND
from sim.desk.compiled_engine import run_compiled
from sim.desk.contract import Floor
from sim.desk.log import Log
from sim.desk.records import BEGAN, CLOSED, GAVE_UP, JOINED, KEEP, LINE, POOL, SLOT
from sim.desk.simpy_engine import Desk
from sim.desk.toy import FIRST_COME, KIND_FIRST, OP_DONE, OP_KIND, OP_WORK, TOY, toy_tables
from sim.scenario.calendar import CHANGE, ON

UNIT = 100_000
NO_PATIENCE = -1


@dataclass(frozen=True)
class Station:
    """What both engines are given."""

    refunds: np.ndarray
    floor: Floor
    tables: np.ndarray
    until: int = NEVER
    servers: int = 0


def seconds(units: np.ndarray) -> np.ndarray:
    """Units of time as whole seconds, rounded."""
    return np.floor(np.asarray(units) * UNIT + 0.5).astype(np.int64)


def refunds_of(
    arrivals: np.ndarray, services: np.ndarray, patience: np.ndarray | None = None, kinds: np.ndarray | int = 0, extra: int = 0
) -> np.ndarray:
    """Refunds in order of arrival, times in units; `extra` rows at the end come at time 0 (see with_breaks_when_idle)."""
    count = len(arrivals)
    refunds = np.zeros(count + extra, REFUND)
    refunds["number"] = np.arange(count + extra)
    refunds["again"] = -1
    refunds["filed"][:count] = seconds(arrivals)
    refunds["work"][:count, 0] = seconds(services)
    refunds["kind"][:count] = kinds
    if patience is not None:
        refunds["patience"][:count, 0] = seconds(patience)
    return refunds


def floor_of(servers: int, changes: list[tuple[int, int, int]] | None = None, rule: int = KEEP) -> Floor:
    """One pool with one line; all servers on from second 0, unless `changes` say otherwise."""
    pools = np.zeros(1, POOL)
    pools["rule"] = rule
    roster = [(0, server, ON) for server in range(servers)] if changes is None else changes
    return Floor(pools, np.array([(0, 1, 0, 0)], LINE), np.array([(0, 0, 1)] * servers, SLOT), np.array(roster, CHANGE))


def one_service(key: int = FIRST_COME, patience: int = NO_PATIENCE) -> np.ndarray:
    """Join the line, be served (or give up), leave."""
    return toy_tables({0: (OP_WORK, 1, 0, 0, key, patience, 2, -1, 0, 0), 1: (OP_DONE, 0, -1), 2: (OP_DONE, 1, -1)})


def service_with_breaks() -> np.ndarray:
    """Kind 0 is served and leaves; kind 1 is work of lower rank that never ends: a break whenever nobody waits."""
    return toy_tables(
        {
            0: (OP_KIND, 1, 3),
            1: (OP_WORK, 2, 0, 0, KIND_FIRST, NO_PATIENCE, 2, -1, 0, 0),
            2: (OP_DONE, 0, -1),
            3: (OP_WORK, 3, 0, 0, KIND_FIRST, NO_PATIENCE, 3, -1, 0, 0),
        }
    )


def station_of(
    arrivals: np.ndarray,
    services: np.ndarray,
    servers: int,
    patience: np.ndarray | None = None,
    kinds: np.ndarray | int = 0,
    key: int = FIRST_COME,
) -> Station:
    """A plain station: times in units, by customer in order of arrival."""
    tables = one_service(key, NO_PATIENCE if patience is None else 0)
    return Station(refunds_of(arrivals, services, patience, kinds), floor_of(servers), tables, NEVER, servers)


def with_breaks_when_idle(arrivals: np.ndarray, services: np.ndarray, length: float) -> Station:
    """One server who takes a break of `length` units whenever nobody waits; ends at the last arrival."""
    refunds = refunds_of(arrivals, services, extra=1)
    refunds["kind"][-1] = 1
    refunds["work"][-1, 0] = seconds(np.array(length))
    return Station(refunds, floor_of(1), service_with_breaks(), int(refunds["filed"].max()) + 1, 1)


def on_simpy(station: Station) -> Log:
    desk = Desk(station.refunds, station.floor, station.tables, TOY)
    desk.run(station.until)
    return desk.log(station.until)


def on_compiled(station: Station) -> Log:
    return run_compiled(station.refunds, station.floor, station.tables, TOY, station.until)


@dataclass(frozen=True)
class Visits:
    """Seconds by refund, NEVER where it did not come to it: joined the line, first began, gave up, left the station."""

    joined: np.ndarray
    began: np.ndarray
    gave_up: np.ndarray
    left: np.ndarray

    @property
    def waits(self) -> np.ndarray:
        """Seconds in line before the first service or until giving up."""
        return np.minimum(self.began, self.gave_up) - self.joined


def visits(log: Log, count: int) -> Visits:
    """The first of each, by refund."""
    rows = log.rows

    def first(kind: int) -> np.ndarray:
        times = np.full(count, NEVER)
        mine = np.flatnonzero(rows["kind"] == kind)[::-1]  # written backwards, so that the first stays
        times[rows["refund"][mine]] = rows["time"][mine]
        return times

    return Visits(first(JOINED), first(BEGAN), first(GAVE_UP), first(CLOSED))


def recursion(station: Station) -> np.ndarray:
    """Kiefer and Wolfowitz (one server: Lindley): waits in seconds, first come first served, on the same draws."""
    free = [0] * station.servers
    heapify(free)
    waits = np.empty(len(station.refunds), np.int64)
    for row, (came, service) in enumerate(zip(station.refunds["filed"].tolist(), station.refunds["work"][:, 0].tolist(), strict=True)):
        begins = max(came, free[0])
        waits[row] = begins - came
        heapreplace(free, begins + service)
    return waits


def number_present(found: Visits, moments: np.ndarray) -> np.ndarray:
    """Customers at the station at these seconds."""
    return np.searchsorted(np.sort(found.joined), moments, "right") - np.searchsorted(np.sort(found.left), moments, "right")


def time_average(begins: np.ndarray, ends: np.ndarray, since: int, until: int) -> float:
    """Mean number of the intervals [begins, ends) open between two seconds."""
    return float(np.maximum(np.minimum(ends, until) - np.maximum(begins, since), 0).sum() / (until - since))
