"""Procedure KN a second time, written from the paper alone and as plainly as it goes: the judge of sim/study/selection.py.

Kim and Nelson, A fully sequential procedure for indifference-zone selection in simulation, ACM TOMACS 11:3 (2001), with c = 1.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import repeat

Pull = Callable[[], float]
"""Makes one further replication of a policy and gives its value; raises StopIteration when no more can be made."""


@dataclass(frozen=True)
class Choice:
    """best: the pick, None where replications ran out before. left: whom no screening left out. replications: of each of those.
    left_out_at: per policy after how many replications it was left out, None = never. pulled: per policy how many were made."""

    best: int | None
    left: tuple[int, ...]
    replications: int
    left_out_at: tuple[int | None, ...]
    pulled: tuple[int, ...]


def eta(policies: int, first: int, alpha: float) -> float:
    """η for c = 1: ½ [(2 α / (k - 1))^(-2 / (n₀ - 1)) - 1]."""
    return 0.5 * (math.pow(2 * alpha / (policies - 1), -2 / (first - 1)) - 1)


def h_squared(policies: int, first: int, alpha: float) -> float:
    """h² = 2 c η (n₀ - 1), c = 1."""
    return 2 * eta(policies, first, alpha) * (first - 1)


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def variance_of_difference(one: Sequence[float], other: Sequence[float]) -> float:
    """S²_il = 1/(n₀ - 1) Σ (X_ij - X_lj - (mean X_i - mean X_l))²."""
    gap = mean(one) - mean(other)
    return sum((a - b - gap) ** 2 for a, b in zip(one, other, strict=True)) / (len(one) - 1)


def kim_nelson(pulls: Sequence[Pull], zone: float, first: int, alpha: float) -> Choice:
    """Pull one observation after the other until one policy is left, or until r = max N + 1; then the largest mean is best, without a
    further screening (in the paper so: at r = n₀ > max N at once)."""
    policies = range(len(pulls))
    seen: list[list[float]] = [[] for _ in policies]
    for i in policies:
        for _ in repeat(None, first):
            seen[i].append(pulls[i]())

    h2 = h_squared(len(pulls), first, alpha)
    s2 = {(i, el): variance_of_difference(seen[i], seen[el]) for i in policies for el in policies if i != el}
    longest = max(math.floor(h2 * s2[pair] / zone**2) for pair in s2)

    def continuation(i: int, el: int, r: int) -> float:
        return max(0.0, zone / (2 * r) * (h2 * s2[i, el] / zone**2 - r))

    left_out_at: list[int | None] = [None for _ in policies]
    left = list(policies)
    r = first

    def ended(best: int | None) -> Choice:
        return Choice(best, tuple(left), r, tuple(left_out_at), tuple(len(column) for column in seen))

    while True:
        if r > longest:
            return ended(max(left, key=lambda i: mean(seen[i])))
        before = list(left)
        left = []
        for i in before:
            if all(mean(seen[i]) >= mean(seen[el]) - continuation(i, el, r) for el in before if el != i):
                left.append(i)
            else:
                left_out_at[i] = r
        if len(left) == 1:
            return ended(left[0])
        try:
            further = [pulls[i]() for i in left]
        except StopIteration:
            return ended(None)
        for i, value in zip(left, further, strict=True):
            seen[i].append(value)
        r += 1
