"""Means and shares over replications with their 95 % intervals. Replications are independent of each other; n of them give a t-interval
with n - 1 degrees of freedom (Law, Simulation Modeling and Analysis, chapters 4 and 9)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

Values = NDArray[np.float64]

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """A mean and its 95 % interval; low and high are None where one value gives none."""

    mean: float
    low: float | None = None
    high: float | None = None


def half_width(error: float, count: int) -> float:
    """Half the length of the 95 % t-interval around a mean of `count` values with this standard error; at least two values."""
    return quantile_of_t(count) * error


def quantile_of_t(count: int) -> float:
    """The 97.5 % point of Student's t for `count` replications."""
    return float(special.stdtrit(count - 1, (1 + CONFIDENCE) / 2))


def mean_of(values: Sequence[float]) -> Interval:
    """The mean and its t-interval; not below 0 where no value is."""
    count = len(values)
    mean = math.fsum(values) / count
    if count < 2:
        return Interval(mean)
    return _around(mean, float(np.std(values, ddof=1)), count, least=0.0 if min(values) >= 0 else None)


def ratio_of(parts: Sequence[tuple[float, float]]) -> Interval | None:
    """A share as the ratio of sums over replications of (part, whole), with the t-interval of its jackknife's pseudo-values; inside 0-1.

    None where there is no whole at all; without an interval where one replication alone has one. The mean of the single ratios would weigh
    a quiet replication like a busy one.
    """
    part, whole = math.fsum(of for of, _ in parts), math.fsum(of for _, of in parts)
    if not whole:
        return None
    if len(parts) < 2 or any(of == whole for _, of in parts):
        return Interval(part / whole)
    columns = np.array(parts, np.float64)
    singles = pseudo_values(columns[:, 0], columns[:, 1])
    return _around(part / whole, float(np.std(singles, ddof=1)), len(parts), least=0.0, most=1.0)


def pseudo_values(parts: Values, wholes: Values) -> Values:
    """One number a replication whose mean is about the ratio of sums and whose spread is its error's: n x the ratio less (n - 1) x the
    ratio without that replication (Quenouille's and Tukey's jackknife). Not a number where nothing is left without it."""
    part, whole, count = float(parts.sum()), float(wholes.sum()), len(parts)
    with np.errstate(invalid="ignore", divide="ignore"):
        without = (part - parts) / (whole - wholes)
    return np.asarray(count * (part / whole) - (count - 1) * without)


def _around(mean: float, deviation: float, count: int, least: float | None = None, most: float | None = None) -> Interval:
    half = half_width(deviation / math.sqrt(count), count)
    low, high = mean - half, mean + half
    return Interval(mean, low if least is None else max(least, low), high if most is None else min(most, high))
