"""Integrals of a level over time, and quantiles of times that some have not reached."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.measure.curves import HOUR, course, integral, per_hour, reached_by, still_open

TIMES = st.lists(st.tuples(st.integers(-5_000, 30_000), st.integers(-3, 3)), min_size=1, max_size=30)


def split(pairs: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    pairs = sorted(pairs)
    return np.array([time for time, _ in pairs]), np.array([step for _, step in pairs])


@given(TIMES)
def test_the_hours_add_up_to_the_whole(pairs: list[tuple[int, int]]) -> None:
    times, steps = split(pairs)
    assert per_hour(times, steps, 5).sum() == integral(times, steps, 0, 5 * HOUR)


@given(TIMES)
def test_the_integral_is_the_sum_over_every_second(pairs: list[tuple[int, int]]) -> None:
    times, steps = split(pairs)
    seconds = np.arange(0, 3_000)
    assert integral(times, steps, 0, 3_000) == int((steps @ (times[:, None] <= seconds)).sum())


def test_an_instant_counts_by_what_it_leaves_behind() -> None:
    moments, level = course(np.array([5, 5, 5, 9]), np.array([1, 1, -2, 1]))
    assert (moments.tolist(), level.tolist()) == ([5, 9], [0, 1])


def test_where_all_reached_the_end_it_is_the_plain_quantile() -> None:
    lasted = np.arange(1, 11)
    assert reached_by((0.5, 0.9, 0.99), lasted, np.ones(10, bool)) == [5, 9, 10]


def test_those_still_open_are_no_early_ends() -> None:
    """Ages 1 and 3 are of open ones. By hand: 1 of 4 at risk ends at 2 hours, 1 of 2 at 4, the last at 5: 3/4, 3/8, 0."""
    lasted, reached = np.array([1, 2, 3, 4, 5]), np.array([False, True, False, True, True])
    times, share = still_open(lasted, reached)
    assert times.tolist() == [2, 4, 5]
    assert share.tolist() == pytest.approx([3 / 4, 3 / 8, 0])
    assert reached_by((0.5,), lasted, reached) == [4]


def test_a_quantile_that_nobody_has_reached_is_not_known() -> None:
    assert reached_by((0.5, 0.9), np.array([1, 2, 3, 4]), np.array([True, True, False, False])) == [2, None]


@given(st.lists(st.integers(0, 50), min_size=1, max_size=60), st.sampled_from([0.5, 0.9, 0.99]))
def test_at_least_the_share_is_done_by_the_quantile_and_less_before(lasted: list[int], share: float) -> None:
    (at,) = reached_by((share,), np.array(lasted), np.ones(len(lasted), bool))
    assert at is not None
    assert sum(each <= at for each in lasted) / len(lasted) >= share - 1e-9
    assert sum(each < at for each in lasted) / len(lasted) < share
