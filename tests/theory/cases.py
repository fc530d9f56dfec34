"""T1-T11: how each case is drawn, what is measured of it, and the exact values it must come to."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.demand.workload import NEVER
from sim.desk.records import HAND_BACK
from sim.desk.toy import KIND_FIRST
from sim.scenario.calendar import CHANGE, OFF, ON
from tests.theory import formulas
from tests.theory.stations import (
    UNIT,
    Station,
    Visits,
    floor_of,
    number_present,
    one_service,
    refunds_of,
    seconds,
    station_of,
    time_average,
    with_breaks_when_idle,
)

Draw = Callable[[np.random.Generator, int], Station]
Measure = Callable[[Station, Visits, slice], tuple[float, ...]]
"""(station, visits, the customers that count) → one figure per claim."""

TAIL = 0.05
CYCLE = 2 * np.pi


@dataclass(frozen=True)
class Claim:
    """An exact value; the half-width of its interval must be at most `within` of it."""

    name: str
    value: float
    within: float = 0.02


@dataclass(frozen=True)
class Case:
    """`customers` a replication, of whom the first `warm` do not count. fifo: waits follow the recursion of Kiefer and Wolfowitz.

    gap: mean time between arrivals in units; the mean service (and patience) is `service`.
    """

    name: str
    draw: Draw
    measure: Measure
    claims: tuple[Claim, ...]
    gap: float
    customers: int
    replications: int = 30
    service: float = 1.0
    warm: int = 10_000
    fifo: bool = True
    proof: bool = False


# ---------------------------------------------------------------- how customers come and what they need (in units)
def poisson_arrivals(rate: float) -> Callable[[np.random.Generator, int], np.ndarray]:
    return lambda g, n: np.cumsum(g.exponential(1 / rate, n))


def h2(g: np.random.Generator, n: int, mean: float, scv: float) -> np.ndarray:
    share, first, second = formulas.balanced_h2(mean, scv)
    return g.exponential(1.0, n) * np.where(g.random(n) < share, first, second)


def queue(
    gaps: Callable[[np.random.Generator, int], np.ndarray], services: Callable[[np.random.Generator, int], np.ndarray], servers: int
) -> Draw:
    return lambda g, n: station_of(np.cumsum(gaps(g, n)), services(g, n), servers)


def exponential(mean: float) -> Callable[[np.random.Generator, int], np.ndarray]:
    return lambda g, n: g.exponential(mean, n)


def fixed(length: float) -> Callable[[np.random.Generator, int], np.ndarray]:
    return lambda g, n: np.full(n, length)


def wave(g: np.random.Generator, n: int) -> np.ndarray:
    """Arrivals at the rate 100 + 20 sin t: candidates at rate 120, each kept by the rate at its own time (not at the last one kept)."""
    candidates = np.cumsum(g.exponential(1 / 120, int(n * 1.2 + 8 * np.sqrt(n) + 100)))
    return candidates[g.random(len(candidates)) * 120 < 100 + 20 * np.sin(candidates)][:n]


def present(t: np.ndarray | float) -> np.ndarray:
    """Mean number present of the wave with infinitely many servers, service rate 1."""
    return 100 + 10 * (np.sin(t) - np.cos(t))


def staff_at(t: np.ndarray | float) -> np.ndarray:
    """Servers for the wave: offered load and 1.2816 standard deviations above it (10 % wait)."""
    return np.ceil(present(t) + 1.2816 * np.sqrt(present(t))).astype(np.int64)


# ---------------------------------------------------------------- stations
def overloaded(g: np.random.Generator, n: int) -> Station:
    return station_of(np.cumsum(g.exponential(1 / 110, n)), g.exponential(1.0, n), 100, patience=g.exponential(1.0, n))


def wave_with(servers: int) -> Draw:
    return lambda g, n: station_of(wave(g, n), g.exponential(1.0, n), servers, patience=g.exponential(1.0, n))


def wave_staffed(g: np.random.Generator, n: int) -> Station:
    arrivals = wave(g, n)
    times = np.arange(0, UNIT * CYCLE, UNIT // 100)  # when the number of staff may change, in one cycle
    steps = staff_at(times / UNIT)
    least, most = int(steps.min()), int(steps.max())
    changes = [(0, slot, ON) for slot in range(least)]
    for slot in range(least, most):
        on = steps > slot
        moves = np.flatnonzero(np.diff(on.astype(int), prepend=int(on[-1])))
        if on[0]:
            changes.append((0, slot, ON))
        for cycle in range(int(arrivals[-1] / CYCLE) + 1):
            changes += [(round(cycle * CYCLE * UNIT + times[at]), slot, ON if on[at] else OFF) for at in moves]
    roster = np.unique(np.array(changes, CHANGE))
    tables = one_service(patience=0)
    refunds = refunds_of(arrivals, g.exponential(1.0, n), g.exponential(1.0, n))
    return Station(refunds, floor_of(most, roster.tolist(), HAND_BACK), tables, NEVER, most)


def vip_and_standard(g: np.random.Generator, n: int) -> Station:
    """A unit is 5 minutes."""
    arrivals = np.cumsum(g.exponential(60 / 13 / 5, n))
    kinds = (g.random(n) < 7 / 13).astype(np.int64)
    sigma = np.sqrt(np.log(2.5))
    services = np.where(kinds == 1, np.exp(sigma * g.standard_normal(n) - sigma**2 / 2), 2 / 5)
    return station_of(arrivals, services, 1, kinds=kinds, key=KIND_FIRST)


def breaks_when_idle(g: np.random.Generator, n: int) -> Station:
    """A unit is 5 minutes."""
    return with_breaks_when_idle(np.cumsum(g.exponential(1 / 0.14 / 5, n)), g.exponential(1.0, n), 3.0)


# ---------------------------------------------------------------- what is measured
def window(station: Station, counted: slice) -> tuple[int, int]:
    filed = station.refunds["filed"][counted]
    return int(filed[0]), int(filed[-1])


def wait(station: Station, found: Visits, counted: slice) -> tuple[float, ...]:
    return (found.waits[counted].mean() / UNIT,)


def wait_in_minutes_but_the_last(station: Station, found: Visits, counted: slice) -> tuple[float, ...]:
    """A unit is 5 minutes; the last 1,000 may still wait when the run ends."""
    return (found.waits[counted][:-1_000].mean() / UNIT * 5,)


def waits_and_numbers(station: Station, found: Visits, counted: slice) -> tuple[float, ...]:
    since, until = window(station, counted)
    there = (found.left - found.joined)[counted] / UNIT
    return found.waits[counted].mean() / UNIT, time_average(found.joined, found.left, since, until), (there > 5).mean(), (there > 10).mean()


def service_level(within: float, mean: float) -> Measure:
    """(share who wait, share taken within so many seconds, mean wait in seconds, occupancy); a unit is `mean` seconds."""

    def measure(station: Station, found: Visits, counted: slice) -> tuple[float, ...]:
        waits = found.waits[counted]
        busy = time_average(found.began, found.left, *window(station, counted)) / station.servers
        return (waits > 0).mean(), (waits <= within / mean * UNIT).mean(), waits.mean() / UNIT * mean, busy

    return measure


def level_only(within: float, mean: float) -> Measure:
    return lambda station, found, counted: (float((found.waits[counted] <= within / mean * UNIT).mean()),)


def level_and_wait(within: float, mean: float) -> Measure:
    return lambda station, found, counted: service_level(within, mean)(station, found, counted)[1:3]


def impatience(station: Station, found: Visits, counted: slice) -> tuple[float, ...]:
    since, until = window(station, counted)
    line = time_average(found.joined, np.minimum(found.began, found.gave_up), since, until)
    served = found.began < NEVER
    busy = time_average(found.began[served], found.left[served], since, until) / station.servers
    return (found.waits[counted] > 0).mean(), (found.gave_up[counted] < NEVER).mean(), line, busy


def numbers_in_the_wave(*phases: float) -> Callable[[Station, Visits, slice], np.ndarray]:
    """Numbers present at these phases in each cycle that counts; [phase, cycle]."""

    def at(station: Station, found: Visits, counted: slice) -> np.ndarray:
        since, until = window(station, counted)
        cycles = np.arange(int(since / UNIT / CYCLE) + 1, int(until / UNIT / CYCLE))
        moments = seconds(cycles * CYCLE + np.array(phases)[:, None])
        return np.array([number_present(found, row) for row in moments])

    return at


PHASES = (0.0, np.pi / 2, 3 * np.pi / 4)


def means_in_the_wave(station: Station, found: Visits, counted: slice) -> tuple[float, ...]:
    return tuple(numbers_in_the_wave(*PHASES)(station, found, counted).mean(axis=1))


def tails_in_the_wave(station: Station, found: Visits, counted: slice) -> tuple[float, ...]:
    return tuple((numbers_in_the_wave(*PHASES)(station, found, counted) >= 110).mean(axis=1))


def delay_and_loss(station: Station, found: Visits, counted: slice) -> tuple[float, ...]:
    """Over whole cycles."""
    filed = station.refunds["filed"][counted] / UNIT / CYCLE
    whole = (filed >= np.ceil(filed[0])) & (filed < np.floor(filed[-1]))
    return (found.waits[counted][whole] > 0).mean(), (found.gave_up[counted][whole] < NEVER).mean()


def by_class(station: Station, found: Visits, counted: slice) -> tuple[float, ...]:
    waits, kinds = found.waits[counted] / UNIT * 5, station.refunds["kind"][counted]
    return waits[kinds == 0].mean(), waits[kinds == 1].mean()
