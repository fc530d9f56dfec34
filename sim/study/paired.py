"""Paired differences: two policies on the same refunds with the same luck, replication by replication.

The pairing is what makes the difference sharp: what a busy replication does to both cancels out. So the error is that of the differences,
never of two independent samples, and Dunnett's or Tukey's tests, which assume independence, have no place here. Several questions asked
at once are adjusted by Holm's step-down rule (Holm 1979), which needs no independence either.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.study.intervals import half_width

Values = NDArray[np.float64]

SIGNIFICANT = 1 - 0.95
"""A difference is clear where its adjusted p-value is at most this."""


@dataclass(frozen=True)
class Sample:
    """A figure of one policy, replication by replication.

    values: one number for each replication, in the metric's unit. parts, wholes: of a share, what each is the ratio of (else None): then
    the figure is the ratio of sums. All of one length, in the order of the replications.
    """

    values: Values
    parts: Values | None = None
    wholes: Values | None = None

    def __len__(self) -> int:
        return len(self.values)

    def __post_init__(self) -> None:
        for column in (self.values, self.parts, self.wholes):
            if column is not None:
                column.flags.writeable = False

    def first(self, count: int) -> "Sample":
        """The first `count` replications."""
        parts, wholes = (None if column is None else column[:count] for column in (self.parts, self.wholes))
        return Sample(self.values[:count], parts, wholes)

    @property
    def figure(self) -> float:
        """The figure over all replications: the mean, or the ratio of sums."""
        if self.parts is None or self.wholes is None:
            return math.fsum(self.values) / len(self.values)
        return math.fsum(self.parts) / math.fsum(self.wholes)


@dataclass(frozen=True)
class Difference:
    """Policy - baseline, in the metric's unit.

    estimate; error: its standard error; low, high: its own 95 % interval. p: two-sided p-value of "no difference". correlation of the two
    policies' values over the replications, None where one of them never changes. replications: how many pairs. With one pair there is
    only the estimate.
    """

    estimate: float
    error: float | None
    low: float | None
    high: float | None
    p: float | None
    correlation: float | None
    replications: int

    @property
    def half(self) -> float:
        """Half the interval's length; infinite where one pair gives none."""
        return math.inf if self.error is None else half_width(self.error, self.replications)


def paired(policy: Sample, baseline: Sample) -> Difference:
    """The difference of two samples over the same replications. Raises ValueError for samples of different lengths, or empty ones."""
    count = len(policy)
    if count != len(baseline) or not count:
        raise ValueError(f"{count} replications cannot be paired with {len(baseline)}")
    estimate = policy.figure - baseline.figure
    if count < 2:
        return Difference(estimate, None, None, None, None, None, count)
    error = float(np.std(_differences(policy, baseline), ddof=1)) / math.sqrt(count)
    half = half_width(error, count)
    p = _p_value(estimate, error, count)
    return Difference(estimate, error, estimate - half, estimate + half, p, _correlation(policy.values, baseline.values), count)


def _differences(policy: Sample, baseline: Sample) -> Values:
    """One number a replication, whose spread is that of the difference: the paired differences, or a jackknife's pseudo-values."""
    return _single(policy) - _single(baseline)


def _single(sample: Sample) -> Values:
    """Values of a mean; of a share, pseudo-values of the ratio of sums: n ratio - (n - 1) ratio without this replication."""
    if sample.parts is None or sample.wholes is None:
        return sample.values
    part, whole, count = float(sample.parts.sum()), float(sample.wholes.sum()), len(sample)
    without = (part - sample.parts) / (whole - sample.wholes)
    return np.asarray(count * (part / whole) - (count - 1) * without)


def _p_value(estimate: float, error: float, count: int) -> float:
    if error == 0:
        return 1.0 if estimate == 0 else 0.0
    return float(2 * special.stdtr(count - 1, -abs(estimate) / error))


def _correlation(one: Values, other: Values) -> float | None:
    spread = one - one.mean(), other - other.mean()
    size = math.sqrt(float(np.dot(spread[0], spread[0])) * float(np.dot(spread[1], spread[1])))
    return None if size == 0 else float(np.clip(np.dot(*spread) / size, -1, 1))


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Holm's adjusted p-values, in the order given: rejecting those at most α keeps the chance of any false rejection at most α."""
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = largest
    return tuple(adjusted)
