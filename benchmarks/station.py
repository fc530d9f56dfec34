"""The M/M/10 at load 0.9 that every peer is given: the same arrivals and services, mean service 1,000 s.

Each runner takes the draws, serves every customer and returns (seconds it took, mean wait in seconds). What is drawn or
laid out before the clock starts is the same for all; what a peer needs to run at all (events, records, a log) is inside.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from sim.demand.workload import NEVER, REFUND
from sim.desk.actions import Action
from sim.desk.compiled_engine import run_compiled
from sim.desk.contract import Floor, Procedure
from sim.desk.log import Log
from sim.desk.records import BEGAN, DONE, GO_ON, JOINED, LINE, POOL, SLOT, WORK
from sim.desk.simpy_engine import Desk
from sim.desk.toy import OP_DONE, OP_WORK, TOY, toy_tables
from sim.scenario.calendar import CHANGE, ON

SERVERS, MEAN_SERVICE, LOAD = 10, 1000.0, 0.9


def station_advance(item: int, step: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    if step == 0:
        return WORK, 1, 0, now, NEVER, -1, -1
    return DONE, -1, 0, NEVER, NEVER, -1, -1


def station_begin(item: int, step: int, refund: Any, state: Any, tables: Any, now: int, group: int, chats: int) -> int:
    return refund.work[0]  # type: ignore[no-any-return]


def station_alarm(which: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    return GO_ON, -1, 0, 0, NEVER, -1, -1


STATION = Procedure("station", station_advance, station_begin, station_alarm)
"""One line, one service: what a peer's model of the M/M/10 says, and no more. TOY says the same through a table of numbers."""


@dataclass(frozen=True)
class Draws:
    """Whole seconds: time of arrival and of service, by customer."""

    arrivals: np.ndarray
    services: np.ndarray

    def __len__(self) -> int:
        return len(self.arrivals)


@lru_cache(maxsize=4)
def draws(customers: int, seed: int = 1) -> Draws:
    g = np.random.default_rng(seed)
    arrivals = np.floor(np.cumsum(g.exponential(MEAN_SERVICE / SERVERS / LOAD, customers)) + 0.5).astype(np.int64)
    return Draws(arrivals, np.floor(g.exponential(MEAN_SERVICE, customers) + 0.5).astype(np.int64))


@lru_cache(maxsize=4)
def desk_of(customers: int, seed: int = 1) -> tuple[np.ndarray, Floor, np.ndarray]:
    """Refunds, floor and tables of the station."""
    drawn = draws(customers, seed)
    refunds = np.zeros(customers, REFUND)
    refunds["number"] = np.arange(customers)
    refunds["again"] = -1
    refunds["filed"], refunds["work"][:, 0] = drawn.arrivals, drawn.services
    floor = Floor(
        np.zeros(1, POOL),
        np.array([(0, 1, 0, 0)], LINE),
        np.array([(0, 0, 1)] * SERVERS, SLOT),
        np.array([(0, slot, ON) for slot in range(SERVERS)], CHANGE),
    )
    return refunds, floor, toy_tables({0: (OP_WORK, 1, 0, 0, 0, -1, 0, -1, 0, 0), 1: (OP_DONE, 0, -1)})


def mean_wait(log: Log) -> float:
    """Seconds between joining the line and being taken, over all customers."""
    rows = log.rows
    began, joined = rows["time"][rows["kind"] == BEGAN], rows["time"][rows["kind"] == JOINED]
    return float((began.sum() - joined.sum()) / len(began))


def on_simpy_engine(drawn: Draws, procedure: Procedure) -> tuple[float, float]:
    refunds, floor, tables = desk_of(len(drawn))
    begun = time.perf_counter()
    desk = Desk(refunds, floor, tables, procedure)
    desk.run()
    log = desk.log()
    return time.perf_counter() - begun, mean_wait(log)


def simpy_engine(drawn: Draws) -> tuple[float, float]:
    """Our reference engine, its log included."""
    return on_simpy_engine(drawn, STATION)


def simpy_engine_with_toy(drawn: Draws) -> tuple[float, float]:
    """The same through the table-driven toy."""
    return on_simpy_engine(drawn, TOY)


def compiled_engine(drawn: Draws) -> tuple[float, float]:
    """Our fast engine, its log included."""
    refunds, floor, tables = desk_of(len(drawn))
    begun = time.perf_counter()
    log = run_compiled(refunds, floor, tables, STATION)
    return time.perf_counter() - begun, mean_wait(log)


def plain_simpy(drawn: Draws) -> tuple[float, float]:
    """SimPy as its tutorial shows it: a process per customer and a Resource. It notes the wait and nothing else."""
    import simpy

    arrivals, services = drawn.arrivals.tolist(), drawn.services.tolist()
    waits: list[int] = []
    begun = time.perf_counter()
    env = simpy.Environment()
    servers = simpy.Resource(env, SERVERS)

    def customer(service: int) -> Iterator[Any]:
        came = env.now
        with servers.request() as turn:
            yield turn
            waits.append(env.now - came)
            yield env.timeout(service)

    def source() -> Iterator[Any]:
        for at, service in zip(arrivals, services, strict=True):
            yield env.timeout(at - env.now)
            env.process(customer(service))

    env.process(source())
    env.run()
    return time.perf_counter() - begun, float(np.mean(waits))


def ciw_simulation(drawn: Draws) -> tuple[float, float]:
    """Ciw, up to the end of the last service; collecting its records afterwards is not counted."""
    import ciw

    gaps = np.diff(drawn.arrivals, prepend=0).tolist()
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([*gaps, float("inf")])],
        service_distributions=[ciw.dists.Sequential(drawn.services.tolist())],
        number_of_servers=[SERVERS],
    )
    begun = time.perf_counter()
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(len(drawn), method="Finish")
    seconds = time.perf_counter() - begun
    return seconds, float(np.mean([record.waiting_time for record in simulation.get_all_records()]))
