"""Philox 4x64 with ten rounds, as counter-based as it was meant: the bits of one address cost one block, wherever the last one was.

Source: Salmon, Moraes, Dror and Shaw, Parallel random numbers: as easy as 1, 2, 3 (SC 2011). numpy's own Philox gives the same bits.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.machine_code import compiled

PER_BLOCK = 8
"""Words of 32 bits that a block holds."""


@lru_cache(maxsize=1)
def _compiled() -> Any:
    from numba import types

    from sim.demand.philox_rounds import fill_stream, fill_words

    i8, u8 = types.int64, types.uint64
    numbers = types.Array(i8, 1, "C", readonly=True)
    done = compiled(
        {
            fill_stream: types.void(numbers, u8, u8, types.Array(u8, 1, "C")),
            fill_words: types.void(numbers, u8, u8, types.Array(u8, 2, "C")),
        }
    )
    return done[fill_stream], done[fill_words]


def stream(key: int, numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Elements `numbers` (>= 0, any order) of the stream under a key of 128 bits."""
    out = np.empty(len(numbers), np.uint64)
    _compiled()[0](_readonly(numbers), *halves(key), out)
    return out


def words(key: int, numbers: NDArray[np.int64], count: int) -> NDArray[np.uint32]:
    """32-bit words, shape (numbers, `count` rounded up to whole blocks): row r hangs on the key and numbers[r] alone, and word w is the
    same whatever `count` is."""
    out = np.empty((len(numbers), -(-count // PER_BLOCK) * 4), np.uint64)
    _compiled()[1](_readonly(numbers), *halves(key), out)
    return out.view("<u4") if out.dtype.isnative else out.astype("<u8").view("<u4")


def _readonly(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    seen = np.ascontiguousarray(numbers, np.int64).view()
    seen.flags.writeable = False
    return seen


def halves(key: int) -> tuple[Any, Any]:
    """A key of 128 bits as two words: the lower, the upper."""
    return np.uint64(key & (2**64 - 1)), np.uint64(key >> 64)
