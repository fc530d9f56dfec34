"""Paired differences: two policies on the same refunds with the same luck, replication by replication.

The pairing is what makes the difference sharp: what a busy replication does to both cancels out. So the error is that of the differences,
never of two independent samples, and Dunnett's or Tukey's tests, which assume independence, have no place here. Several questions asked
at once are adjusted by Holm's step-down rule (Holm 1979), which needs no independence either.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from sim.study.intervals import Values, half_width, pseudo_values

SIGNIFICANT = 1 - 0.95
"""A difference is clear where its adjusted p-value is at most this."""

ROUNDING = 1e-12
"""Differences of no more than this share of the figures are rounding: the same amounts were summed in another order."""


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
        whole = math.fsum(self.wholes)
        if not whole:
            raise ValueError("a share of nothing at all: no replication has a whole")
        return math.fsum(self.parts) / whole


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
    """The difference of two samples over the same replications. Raises ValueError for samples of different lengths, empty ones, or a share
    of nothing."""
    if len(policy) != len(baseline) or not len(policy):
        raise ValueError(f"{len(policy)} replications cannot be paired with {len(baseline)}")
    return contrast([policy], [baseline])


def contrast(plus: Sequence[Sample], minus: Sequence[Sample], weight: float = 1.0) -> Difference:
    """`weight` x (the sum of some samples less the sum of others), over the same replications: a difference of differences, an effect
    averaged over combinations. Raises ValueError as `paired`."""
    samples = (*plus, *minus)
    count = len(samples[0])
    if not count or any(len(sample) != count for sample in samples):
        raise ValueError(f"samples of {', '.join(str(len(sample)) for sample in samples)} replications cannot be paired")
    estimate = weight * (math.fsum(sample.figure for sample in plus) - math.fsum(sample.figure for sample in minus))
    if count < 2:
        return Difference(estimate, None, None, None, None, None, count)
    singles = weight * (_sum(_single(sample) for sample in plus) - _sum(_single(sample) for sample in minus))
    if not np.isfinite(singles).all():  # one replication alone knows a share
        return Difference(estimate, None, None, None, None, None, count)
    least = ROUNDING * abs(weight) * math.fsum(float(np.abs(sample.values).max()) for sample in samples)
    if abs(estimate) <= least and float(np.abs(singles).max()) <= least:
        estimate, singles = 0.0, np.zeros(count)
    error = float(np.std(singles, ddof=1)) / math.sqrt(count)
    half = half_width(error, count)
    correlation = _correlation(_sum(sample.values for sample in plus), _sum(sample.values for sample in minus))
    return Difference(estimate, error, estimate - half, estimate + half, _p_value(estimate, error, count), correlation, count)


def _sum(columns: Iterable[Values]) -> Values:
    return np.asarray(np.sum(list(columns), axis=0))


def _single(sample: Sample) -> Values:
    """One number a replication, whose spread is that of the figure: values of a mean, a jackknife's pseudo-values of a share."""
    if sample.parts is None or sample.wholes is None:
        return sample.values
    return pseudo_values(sample.parts, sample.wholes)


def _p_value(estimate: float, error: float, count: int) -> float:
    if error == 0:
        return 1.0 if estimate == 0 else 0.0
    return float(2 * special.stdtr(count - 1, -abs(estimate) / error))


def _correlation(one: Values, other: Values) -> float | None:
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    spread = one - one.mean(), other - other.mean()
    size = math.sqrt(float(np.dot(spread[0], spread[0])) * float(np.dot(spread[1], spread[1])))
    return None if size == 0 else float(np.clip(np.dot(*spread) / size, -1, 1))


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Holm's adjusted p-values, in the order given: rejecting those at most α keeps the chance of any false rejection at most α. A question
    without an answer (not a number) counts as asked, and is answered by 1."""
    order = sorted(range(len(p_values)), key=lambda place: (math.isnan(p_values[place]), p_values[place]))
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, place in enumerate(order):
        p = 1.0 if math.isnan(p_values[place]) else p_values[place]
        largest = max(largest, min(1.0, (len(p_values) - rank) * p))
        adjusted[place] = largest
    return tuple(adjusted)
