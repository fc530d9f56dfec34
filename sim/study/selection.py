"""Which policy is best, with a stated chance of being right: the fully sequential procedure of Kim and Nelson (2001, ACM TOMACS 11:3).

Where the best is better than all others by at least the indifference zone, it is picked with probability 1 - alpha at least; where some
are nearer to it, one of these may be picked. The samples may share their luck: only variances of differences enter, so common random
numbers make it shorter. Beside it stand the constants of two-stage procedures (Dudewicz and Dalal 1975; Rinott 1978) for samples that
share nothing.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import integrate, optimize, special, stats

Values = NDArray[np.float64]

FIRST = 20
"""Replications of every policy before any can be left out."""

ALPHA = 0.05
"""Chance that the pick is wrong, at most."""


@dataclass(frozen=True)
class Selection:
    """How far the choice has come.

    best: place of the pick, None while more replications are needed. left: places still in the running. replications: how many of each
    policy still in the running were looked at; left_out_at: per policy the number at which it was left out, None = never.
    """

    best: int | None
    left: tuple[int, ...]
    replications: int
    left_out_at: tuple[int | None, ...]


def constants(policies: int, first: int = FIRST, alpha: float = ALPHA) -> tuple[float, float]:
    """(η, h²) of the procedure for so many policies and replications at first, with c = 1."""
    eta = 0.5 * ((2 * alpha / (policies - 1)) ** (-2 / (first - 1)) - 1)
    return eta, 2 * eta * (first - 1)


def select(samples: Sequence[Values], zone: float, first: int = FIRST, alpha: float = ALPHA) -> Selection:
    """Go as far as the samples reach. The best has the largest mean (negate what should be small).

    samples: per policy its values, replication by replication; paired where the place is the same. Those of a policy that was left out
    may end there. zone: the indifference zone, in the unit of the values, above 0. Raises ValueError for fewer than two policies, a zone
    that is not above 0, or samples shorter than `first`.
    """
    count = len(samples)
    if count < 2 or not zone > 0 or min(map(len, samples)) < first or first < 2:
        raise ValueError(f"{count} policies, a zone of {zone} and {first} replications at first cannot be chosen from")
    _, h2 = constants(count, first, alpha)
    spread = np.zeros((count, count))
    for one, other in combinations(range(count), 2):
        spread[one, other] = spread[other, one] = np.var(samples[one][:first] - samples[other][:first], ddof=1)
    last = int(max(h2 * spread.max() / zone**2, 0))  # none is left out after so many replications
    left = list(range(count))
    left_out: list[int | None] = [None] * count
    sums = np.array([math.fsum(sample[:first]) for sample in samples])
    made = first
    while True:
        if made > last:
            return Selection(max(left, key=lambda place: (sums[place], -place)), tuple(left), made, tuple(left_out))
        means = sums[left] / made
        room = np.maximum(0, zone / (2 * made) * (h2 * spread[np.ix_(left, left)] / zone**2 - made))
        stays = [bool((means[row] >= means - room[row]).all()) for row in range(len(left))]
        for place, keep in zip(left, stays, strict=True):
            left_out[place] = None if keep else made
        left = [place for place, keep in zip(left, stays, strict=True) if keep]
        if len(left) == 1:
            return Selection(left[0], tuple(left), made, tuple(left_out))
        if any(len(samples[place]) <= made for place in left):
            return Selection(None, tuple(left), made, tuple(left_out))
        for place in left:
            sums[place] += samples[place][made]
        made += 1


# ---------------------------------------------------------------- constants of two-stage procedures
def dudewicz_dalal_h(policies: int, first: int, right: float) -> float:
    """h of Dudewicz and Dalal: ∫ F(t + h)^(k - 1) f(t) dt = P*, F and f of Student's t with `first` - 1 degrees of freedom."""
    degrees = first - 1

    def chance(h: float) -> float:
        def inside(t: float) -> float:
            return float(special.stdtr(degrees, t + h) ** (policies - 1) * stats.t.pdf(t, degrees))

        return float(integrate.quad(inside, -np.inf, np.inf, limit=200)[0])

    return _solved(chance, right)


def rinott_h(policies: int, first: int, right: float) -> float:
    """h of Rinott: ∫ [∫ Φ(h / √((n₀ - 1)(1/x + 1/y))) g(x) dx]^(k - 1) g(y) dy = P*, g of χ² with `first` - 1 = n₀ - 1 degrees."""
    degrees = first - 1
    nodes, weights = np.polynomial.legendre.leggauss(200)
    levels, weights = (nodes + 1) / 2, weights / 2  # both integrals over levels of χ², so that nothing is cut off
    points = special.chdtri(degrees, 1 - levels)
    apart = np.sqrt(degrees * (1 / points[:, None] + 1 / points[None, :]))

    def chance(h: float) -> float:
        inner = special.ndtr(h / apart) @ weights
        return float(inner ** (policies - 1) @ weights)

    return _solved(chance, right)


def _solved(chance: Callable[[float], float], right: float) -> float:
    return float(optimize.brentq(lambda h: chance(h) - right, 0, 50, xtol=1e-10))
