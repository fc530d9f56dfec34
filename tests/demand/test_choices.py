"""Choices by weight, and numbering of what is alike: numpy is the judge."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.demand.choices import alike, chosen_of
from sim.demand.draws import chosen


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    alike(np.zeros(1, np.int64))


@settings(deadline=None)
@given(st.lists(st.one_of(st.integers(0, 5), st.integers(0, 2**62)), max_size=200))
def test_what_is_alike_has_one_number_and_what_differs_has_not(keys: list[int]) -> None:
    first, place = alike(np.array(keys, np.int64))
    assert [keys[at] for at in first[place].tolist()] == keys
    assert len(first) == len(set(keys))
    assert first.tolist() == sorted(keys.index(key) for key in set(keys))


def test_many_that_all_differ_are_told_apart() -> None:
    keys = np.arange(100_000) << 32  # alike in their lower halves
    first, place = alike(keys)
    assert np.array_equal(first, np.arange(100_000))
    assert np.array_equal(place, first)


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from([0.0, 0.2, 1.0, 3.0]), min_size=4, max_size=4), min_size=1, max_size=5), st.integers(0, 99))
def test_a_choice_is_the_one_at_its_place_of_the_cumulative_weights(weights: list[list[float]], seed: int) -> None:
    table = np.array([row if any(row) else [1.0, 0.0, 0.0, 0.0] for row in weights])
    g = np.random.default_rng(seed)
    row, u = g.integers(0, len(table), 300), g.random(300)
    found = chosen_of(table, row, u)
    assert np.array_equal(found, chosen(table[row], u))
    assert (table[row, found] > 0).all()


def test_of_a_row_of_zeros_the_first_is_chosen() -> None:
    assert chosen_of(np.zeros((2, 3)), np.array([0, 1]), np.array([0.2, 0.9])).tolist() == [0, 0]


def test_choices_come_as_often_as_their_weights_say() -> None:
    found = chosen_of(np.array([[1.0, 0.0, 3.0]]), np.zeros(40_000, np.int64), (np.arange(40_000) + 0.5) / 40_000)
    assert np.bincount(found, minlength=3).tolist() == [10_000, 0, 30_000]
