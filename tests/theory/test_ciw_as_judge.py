"""An outside judge: the same five stations in Ciw. Same parameters: equal mean waits; same draws: equal waits, customer by customer.

0 (3 servers) ── 0.6 ─► 1 (2) ─┐
              └─ 0.4 ─► 2 (2) ─┴─► 3 (3) ─► 4 (4) ─►
"""

from dataclasses import dataclass
from typing import Any

import ciw
import numpy as np
import pytest
from scipy.stats import t as student

from sim.demand.workload import REFUND
from sim.desk.contract import Floor
from sim.desk.log import Log, first_difference
from sim.desk.records import BEGAN, JOINED, LINE, POOL, SLOT
from sim.desk.toy import FIRST_COME, OP_DONE, OP_FORK, OP_WORK, toy_tables
from sim.scenario.calendar import CHANGE, ON
from tests.theory.stations import NEVER, UNIT, Station, on_compiled, on_simpy, seconds

SERVERS = (3, 2, 2, 3, 4)
RATE, UPPER = 2.0, 0.6
MEANS = (1.2, 1.3, 1.9, 1.2, 1.5)
SIGMA = (0.0, 0.0, 0.8, 0.0, 1.0)
"""0 = exponential, else the sigma of a lognormal of this mean."""
CUSTOMERS, WARM, RUNS = 2_500, 300, 32


@dataclass(frozen=True)
class Draws:
    """In units: time of arrival; service [customer, station]; uniform for the fork."""

    arrivals: np.ndarray
    services: np.ndarray
    fork: np.ndarray


def mu(station: int) -> float:
    return float(np.log(MEANS[station]) - SIGMA[station] ** 2 / 2)


def draw(seed: int) -> Draws:
    """Whole seconds, so that both simulators reckon with the same numbers."""
    g = np.random.default_rng([2026, seed])
    services = np.empty((CUSTOMERS, 5))
    for k in range(5):
        services[:, k] = g.lognormal(mu(k), SIGMA[k], CUSTOMERS) if SIGMA[k] else g.exponential(MEANS[k], CUSTOMERS)
    fork = g.random(CUSTOMERS, np.float32)
    return Draws(seconds(np.cumsum(g.exponential(1 / RATE, CUSTOMERS))), seconds(services), fork)


def five_stations(drawn: Draws, upper: float = UPPER) -> Station:
    refunds = np.zeros(CUSTOMERS, REFUND)
    refunds["number"] = np.arange(CUSTOMERS)
    refunds["again"] = -1
    refunds["filed"], refunds["work"][:, :5], refunds["chance"][:, 0] = drawn.arrivals, drawn.services, drawn.fork

    def work(following: int, station: int) -> tuple[int, ...]:
        return (OP_WORK, following, station, station, FIRST_COME, -1, 6, -1, 0, 0)

    program = {0: work(1, 0), 1: (OP_FORK, 2, 0, 0, 3), 2: work(4, 1), 3: work(4, 2), 4: work(5, 3), 5: work(6, 4), 6: (OP_DONE, 0, -1)}
    tables = toy_tables(program)
    tables["share"][0, 0] = upper
    slots = [(station, 0, 1) for station in range(5) for _ in range(SERVERS[station])]
    floor = Floor(
        np.zeros(5, POOL),
        np.array([(station, 1, 0, 0) for station in range(5)], LINE),
        np.array(slots, SLOT),
        np.array([(0, slot, ON) for slot in range(len(slots))], CHANGE),
    )
    return Station(refunds, floor, tables, NEVER, sum(SERVERS))


def waits_of(log: Log) -> np.ndarray:
    """Seconds [customer, station], -1 where the customer never came."""
    rows, waits = log.rows, np.full((CUSTOMERS, 5), -1, np.int64)
    joined = np.zeros((CUSTOMERS, 5), np.int64)
    for kind, found in ((JOINED, joined), (BEGAN, waits)):
        mine = rows[rows["kind"] == kind]
        found[mine["refund"], mine["line"]] = mine["time"]
    came = waits >= 0
    waits[came] -= joined[came]
    return waits


class ByCustomer(ciw.dists.Distribution):
    """The service drawn for this very customer, whatever order they are served in."""

    def __init__(self, services: list[int]) -> None:
        self.services = services

    def sample(self, t: float | None = None, ind: Any = None) -> int:
        return self.services[ind.id_number - 1]


def ciw_waits(simulation: Any) -> np.ndarray:
    waits = np.full((CUSTOMERS, 5), -1.0)
    for record in simulation.get_all_records():
        if record.id_number <= CUSTOMERS:
            waits[record.id_number - 1, record.node - 1] = record.waiting_time
    return waits


def on_ciw_with_the_same_draws(drawn: Draws) -> np.ndarray:
    upper = (drawn.fork < np.float32(UPPER)).tolist()
    gaps = np.diff(drawn.arrivals, prepend=0).tolist()
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([*gaps, float("inf")]), None, None, None, None],
        service_distributions=[ByCustomer(drawn.services[:, k].tolist()) for k in range(5)],
        number_of_servers=list(SERVERS),
        routing=ciw.routing.ProcessBased(lambda ind, simulation: [2 if upper[ind.id_number - 1] else 3, 4, 5]),
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(CUSTOMERS, method="Finish")
    return ciw_waits(simulation)


def on_ciw_with_its_own_draws(seed: int) -> np.ndarray:
    ciw.seed(seed)
    services = [ciw.dists.Lognormal(mu(k), SIGMA[k]) if SIGMA[k] else ciw.dists.Exponential(1 / MEANS[k]) for k in range(5)]
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(RATE), None, None, None, None],
        service_distributions=services,
        number_of_servers=list(SERVERS),
        routing=[[0.0, UPPER, 1 - UPPER, 0.0, 0.0], *([float(to == after) for to in range(5)] for after in (3, 3, 4, 5))],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(CUSTOMERS, method="Finish")
    return ciw_waits(simulation)


def test_with_the_same_draws_every_customer_waits_as_long_at_every_station_as_in_ciw() -> None:
    drawn = draw(0)
    station = five_stations(drawn)
    log = on_simpy(station)
    assert first_difference(log, on_compiled(station)) is None
    joined = log.rows[log.rows["kind"] == JOINED]
    together = np.unique(joined[["line", "time"]], return_counts=True)[1]
    assert together.max() == 1, "two customers join one line in the same second: their order is a convention; choose other draws"
    ours, theirs = waits_of(log), on_ciw_with_the_same_draws(drawn)
    assert (ours > 0).sum() > CUSTOMERS
    assert np.array_equal(ours, theirs.astype(np.int64))


def station_means(waits: np.ndarray) -> np.ndarray:
    """Mean wait by station of the customers past the warm-up."""
    counted = waits[WARM:]
    return np.array([column[column >= 0].mean() for column in counted.T])


@pytest.fixture(scope="module")
def judged() -> np.ndarray:
    """Ciw's mean waits [run, station], in units."""
    return np.array([station_means(on_ciw_with_its_own_draws(seed)) for seed in range(RUNS)])


def our_means(upper: float = UPPER) -> np.ndarray:
    return np.array([station_means(waits_of(on_compiled(five_stations(draw(1_000 + seed), upper)))) for seed in range(4 * RUNS)]) / UNIT


def outside(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Stations whose mean waits differ beyond the joint 99 % interval of the difference (Welch)."""
    a, b = ours.var(axis=0, ddof=1) / len(ours), theirs.var(axis=0, ddof=1) / len(theirs)
    freedom = (a + b) ** 2 / (a**2 / (len(ours) - 1) + b**2 / (len(theirs) - 1))
    width = student.ppf(1 - 0.01 / 5 / 2, freedom) * np.sqrt(a + b)
    found: np.ndarray = np.flatnonzero(np.abs(ours.mean(axis=0) - theirs.mean(axis=0)) > width)
    return found


def test_with_the_same_parameters_mean_waits_agree_at_all_five_stations(judged: np.ndarray) -> None:
    assert outside(our_means(), judged).tolist() == []


def test_the_judge_notices_a_fork_of_one_half(judged: np.ndarray) -> None:
    assert {1, 2} <= set(outside(our_means(0.5), judged).tolist())
