"""Inverse CDFs as tables: scipy's own quantiles are the judge."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sim.demand.draws import inverse
from sim.demand.ladders import LARGEST_SECONDS, ladder_of, ladders_of, quantiles, seconds
from sim.scenario import Exponential, Fixed, Gamma, Lognormal, Uniform

KINDS = [
    Lognormal(mean=300, sd=240),
    Lognormal(mean=5 * 86_400, sd=86_400),
    Lognormal(mean=3_600, sd=20_000),
    Exponential(mean=30_000),
    Gamma(mean=50_000, shape=0.5),
    Gamma(mean=50_000, shape=7.0),
    Uniform(low=3, high=86_400),
    Fixed(value=77),
]
MIDDLE = np.linspace(2**24, 2**32 - 2**24, 100_001).astype(np.uint32)
"""From 1/256 to 255/256."""


def at(words: np.ndarray) -> np.ndarray:
    return (words + 0.5) / 2.0**32


def far_out() -> np.ndarray:
    """Words towards both ends, down to a part in 2**26."""
    low = np.unique(np.geomspace(2**6, 2**24, 40_001).astype(np.uint32))
    return np.concatenate([low, np.uint32(2**32 - 1) - low])


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.dist}-{getattr(kind, 'mean', 0)}")
def test_a_quantile_is_less_than_a_part_in_10_000_off(kind: Any) -> None:
    exact = inverse(kind, at(MIDDLE))
    assert (np.abs(quantiles(MIDDLE, ladder_of(kind)) - exact) <= 1e-4 * exact + 1e-6).all()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.dist != "gamma"], ids=lambda kind: kind.dist)
def test_towards_the_ends_too(kind: Any) -> None:
    words = far_out()
    exact = inverse(kind, at(words))
    assert (np.abs(quantiles(words, ladder_of(kind)) - exact) <= 1e-3 * exact + 0.01).all()


@pytest.mark.parametrize("kind", KINDS[:-1], ids=lambda kind: f"{kind.dist}-{getattr(kind, 'mean', 0)}")
def test_mean_and_spread_are_those_of_the_distribution(kind: Any) -> None:
    """Over an even grid of all words: no noise."""
    words = (np.arange(2**21, dtype=np.uint64) * 2**11 + 2**10).astype(np.uint32)
    drawn, exact = quantiles(words, ladder_of(kind)), inverse(kind, at(words))
    assert drawn.mean() == pytest.approx(exact.mean(), rel=1e-5)
    assert drawn.std() == pytest.approx(exact.std(), rel=1e-4)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.integers(0, 2**32 - 1), min_size=2, max_size=50), st.sampled_from(KINDS))
def test_quantiles_never_fall(words: list[int], kind: Any) -> None:
    drawn = quantiles(np.array(sorted(words), np.uint32), ladder_of(kind))
    assert (np.diff(drawn) >= 0).all()
    assert (drawn >= 0).all()


def test_many_at_once_are_whole_seconds_of_each() -> None:
    words = np.random.default_rng(0).integers(0, 2**32, (5_000, len(KINDS) + 2), dtype=np.uint64).astype(np.uint32)
    out = np.zeros((5_000, len(KINDS)), np.int32)
    seconds(words, ladders_of(tuple(KINDS)), out)
    for place, kind in enumerate(KINDS):
        assert np.array_equal(out[:, place], np.floor(quantiles(words[:, place], ladder_of(kind)) + 0.5).astype(np.int32))


def test_what_has_no_distribution_takes_no_time_and_what_is_endless_is_cut_off() -> None:
    out = np.zeros((1_000, 2), np.int32)
    words = np.linspace(0, 2**32 - 1, 2_000).astype(np.uint32).reshape(1_000, 2)
    seconds(words, ladders_of((None, Exponential(mean=315_360_000))), out)
    assert (out[:, 0] == 0).all()
    assert out[:, 1].max() <= LARGEST_SECONDS
    assert stats.kstest(out[:-1, 1] / 315_360_000, "expon").pvalue > 1e-3
