"""Philox: the bits of an address, whoever else is asked for. numpy's own Philox is the judge."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.demand.philox import PER_BLOCK, stream, words

KEYS = st.integers(0, 2**128 - 1)
NUMBERS = st.lists(st.integers(0, 2**62), min_size=1, max_size=20)


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    stream(0, np.zeros(1, np.int64))


@settings(deadline=None)
@given(KEYS, NUMBERS)
def test_an_element_is_that_of_numpys_stream(key: int, numbers: list[int]) -> None:
    ours = stream(key, np.array(numbers))
    for number, mine in zip(numbers, ours.tolist(), strict=True):
        judge = np.random.Philox(key=key)
        judge.advance(number // 4)
        assert mine == judge.random_raw(4)[number % 4]


def test_a_whole_stream_is_numpys() -> None:
    assert np.array_equal(stream(7, np.arange(10_001)), np.random.Philox(key=7).random_raw(10_001))


@settings(deadline=None)
@given(KEYS, NUMBERS, st.integers(1, 30))
def test_words_are_the_blocks_of_numpys_counter(key: int, numbers: list[int], count: int) -> None:
    ours = words(key, np.array(numbers), count)
    assert ours.shape == (len(numbers), -(-count // PER_BLOCK) * PER_BLOCK)
    for number, mine in zip(numbers, ours, strict=True):
        for block in range(len(mine) // PER_BLOCK):
            judge = np.random.Philox(key=key, counter=[number, block, 0, 0]).random_raw(4)
            assert np.array_equal(mine[block * PER_BLOCK : (block + 1) * PER_BLOCK], judge.astype("<u8").view("<u4"))


@settings(deadline=None)
@given(KEYS, NUMBERS, st.integers(1, 20), st.integers(1, 20))
def test_more_words_keep_the_earlier_ones(key: int, numbers: list[int], few: int, more: int) -> None:
    assert np.array_equal(words(key, np.array(numbers), few)[:, :few], words(key, np.array(numbers), few + more)[:, :few])


def test_words_of_two_numbers_two_places_and_two_keys_are_uncorrelated() -> None:
    drawn = np.concatenate([words(key, np.arange(20_000), 16) for key in (1, 2)], axis=1) / 2.0**32
    together = np.corrcoef(np.concatenate([drawn[1:], drawn[:-1]], axis=1), rowvar=False)
    assert np.abs(together - np.eye(64)).max() < 5 / np.sqrt(20_000)
    assert abs(drawn.mean() - 0.5) < 5 / np.sqrt(12 * drawn.size)
