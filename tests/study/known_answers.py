"""Experiments whose true difference is known, to hold the statistics of comparison against: drawn ones, and one run by the engine.

Everything is drawn from generators with a seed of its own, so that a figure printed by a proof is the same each time.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.integrate import solve_ivp
from scipy.stats import binom

from sim.demand.workload import NEVER
from sim.study.paired import Difference, Sample, paired
from sim.study.stopping import FIRST, LOOK_AHEAD, Stop, stop_of
from tests.theory.stations import UNIT, Station, floor_of, on_compiled, one_service, refunds_of, time_average, visits

FALSE_ALARM = 1e-6
"""Chance at which a quick test may fail though what it claims is true."""

Pair = tuple[Sample, Sample]
"""(policy, baseline)."""


@dataclass(frozen=True)
class Known:
    """A comparison with a known answer. draw: that many replications of the two policies. true: policy - baseline."""

    name: str
    true: float
    draw: Callable[[np.random.Generator, int], Pair]


def bounds(trials: int, chance: float) -> tuple[int, int]:
    """Between which a count of hits lies, but for a false alarm in a million."""
    return int(binom.ppf(FALSE_ALARM / 2, trials, chance)), int(binom.ppf(1 - FALSE_ALARM / 2, trials, chance))


def covers(found: Difference, true: float) -> bool:
    """Whether its interval holds the truth."""
    assert found.low is not None
    assert found.high is not None
    return found.low <= true <= found.high


def coverage(known: Known, experiments: int, replications: int, seed: int = 1) -> int:
    """In how many experiments of so many replications the interval held the truth."""
    g = np.random.default_rng([seed, replications])
    return sum(covers(paired(*known.draw(g, replications)), known.true) for _ in range(experiments))


# ---------------------------------------------------------------- drawn
def normals(correlation: float, spread: float = 10.0) -> Known:
    """A mean of 100 against one of 98, of different spreads."""

    def draw(g: np.random.Generator, count: int) -> Pair:
        luck, own = g.standard_normal(count), g.standard_normal(count)
        other = correlation * luck + math.sqrt(1 - correlation**2) * own
        return Sample(98 + 1.2 * spread * other), Sample(100 + spread * luck)

    return Known(f"normal, correlation {correlation}", -2.0, draw)


def skewed() -> Known:
    """Lognormal means of a run (skewness 1.3 and 2.0) that share half of their luck."""
    baseline, policy = (math.log(20), 0.4), (math.log(17), 0.55)

    def mean(logarithm: float, spread: float) -> float:
        return math.exp(logarithm + spread**2 / 2)

    def draw(g: np.random.Generator, count: int) -> Pair:
        luck = g.standard_normal(count)
        one, other = (math.sqrt(0.5) * luck + math.sqrt(0.5) * g.standard_normal(count) for _ in range(2))
        return Sample(np.exp(policy[0] + policy[1] * one)), Sample(np.exp(baseline[0] + baseline[1] * other))

    return Known("lognormal", mean(*policy) - mean(*baseline), draw)


@dataclass(frozen=True)
class Shares:
    """A share that is worse when it is busy, and a policy that helps when it is quiet.

    How busy a replication is: Gamma with mean 1 and squared variation 1/4; its refunds: Poisson with mean refunds × busy. Good is each with
    chance a + c e^(-busy); under the policy a bad one is good after all with chance d e^(-busy), and there are some refunds more. As
    E busy e^(-t busy) = (1 + t/4)^-5, the true ratios of sums are known, and differ from the means of ratios (power -4).
    """

    refunds: float = 100.0
    more: float = 20.0
    a: float = 0.2
    c: float = 0.5
    d: float = 0.3

    def ratio(self, power: int = -5) -> float:
        """Of the baseline, weighted by refunds; with power -4 by replications."""
        return self.a + self.c * 1.25**power

    def difference(self, power: int = -5) -> float:
        return self.d * ((1 - self.a) * 1.25**power - self.c * 1.5**power)

    def draw(self, g: np.random.Generator, count: int) -> Pair:
        busy = g.gamma(4, 1 / 4, count)
        whole, more = g.poisson(self.refunds * busy), g.poisson(self.more * busy)
        good, helped = self.a + self.c * np.exp(-busy), self.d * np.exp(-busy)
        part = g.binomial(whole, good)
        better = part + g.binomial(whole - part, helped) + g.binomial(more, good + (1 - good) * helped)
        return share(better, whole + more), share(part, whole)

    def known(self) -> Known:
        return Known("share of varying wholes", self.difference(), self.draw)


def share(parts: np.ndarray, wholes: np.ndarray) -> Sample:
    """A share, replication by replication; nothing of nothing counts 0."""
    return Sample(parts / np.maximum(wholes, 1), np.asarray(parts, float), np.asarray(wholes, float))


DRAWN = (normals(0.8), normals(-0.6), skewed(), Shares().known())


# ---------------------------------------------------------------- run by the engine
@dataclass(frozen=True)
class Desk:
    """Mt/M/s+M from an empty start, patience as long in the mean as service: then the number present is Poisson with a mean m(t) that
    solves m' = λ - m / pace, whatever the staff, and each stays for an exponential time, whatever the line (theory.md T6).

    staff: number of servers. pace: mean service and mean patience in units of UNIT seconds.
    """

    staff: int
    pace: float = 1.0

    def present(self) -> float:
        """Mean number present over the horizon."""

        def rates(t: float, y: np.ndarray) -> tuple[float, float]:
            return rate(t) - float(y[0]) / self.pace, float(y[0])

        return float(solve_ivp(rates, (0, HORIZON), (0.0, 0.0), rtol=1e-10, atol=1e-12).y[1, -1]) / HORIZON

    def soon_gone(self) -> float:
        """Share of those who came and had left (served or not) within SOON."""
        return 1 - math.exp(-SOON / self.pace)


HORIZON = 4.0
SOON = 1.0
MOST = 15.0


def rate(t: float) -> float:
    """Arrivals a unit of time."""
    return 10 + 5 * math.sin(2 * math.pi * t / HORIZON)


def run(desk: Desk, arrivals: np.ndarray, services: np.ndarray, patience: np.ndarray) -> tuple[float, int, int]:
    """(mean number present, soon gone, all who came) of one run of the compiled engine."""
    refunds = refunds_of(arrivals, services * desk.pace, patience * desk.pace)
    station = Station(refunds, floor_of(desk.staff), one_service(patience=0), NEVER, desk.staff)
    found = visits(on_compiled(station), len(arrivals))
    present = time_average(found.joined, found.left, 0, round(HORIZON * UNIT))
    return present, int((found.left - found.joined <= SOON * UNIT).sum()), len(arrivals)


def same_days(g: np.random.Generator, count: int, desks: tuple[Desk, ...]) -> list[tuple[Sample, Sample]]:
    """Per desk (number present, share soon gone) over `count` replications, in each the same arrivals, services and patience."""
    figures = np.empty((len(desks), count, 3))
    for replication in range(count):
        candidates = np.sort(g.random(g.poisson(MOST * HORIZON))) * HORIZON
        arrivals = candidates[g.random(len(candidates)) * MOST < [rate(t) for t in candidates]]
        services, patience = g.exponential(1.0, (2, len(arrivals)))
        for place, desk in enumerate(desks):
            figures[place, replication] = run(desk, arrivals, services, patience)
    return [(Sample(of[:, 0].copy()), share(of[:, 1], of[:, 2])) for of in figures]


def exact_case(baseline: Desk, policy: Desk) -> Known:
    """The mean number present at two desks."""

    def draw(g: np.random.Generator, count: int) -> Pair:
        (one, _), (other, _) = same_days(g, count, (policy, baseline))
        return one, other

    return Known("engine, number present", policy.present() - baseline.present(), draw)


# ---------------------------------------------------------------- stopping when precise
def flags(pair: Pair, precision: float, until: int) -> list[bool]:
    """Whether the half-width is at most precision × the baseline's figure, with 1, 2, 3, … replications; False before the first look."""
    policy, baseline = pair
    counts = range(FIRST, until + 1)
    looks = ((paired(policy.first(count), baseline.first(count)), baseline.first(count).figure) for count in counts)
    return [False] * (FIRST - 1) + [found.half <= precision * abs(figure) for found, figure in looks]


def stopped(known: Known, precision: float, g: np.random.Generator, most: int = 400) -> tuple[Difference, Stop]:
    """Compared with as many replications as the stopping rule asks for, and where it stopped."""
    policy, baseline = known.draw(g, most)
    for until in range(FIRST + LOOK_AHEAD, most + 1, 25):
        stop = stop_of(flags((policy, baseline), precision, until), most=most)
        if stop is not None:
            return paired(policy.first(stop.replications), baseline.first(stop.replications)), stop
    raise AssertionError(f"no stop within {most} replications")
