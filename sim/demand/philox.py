"""Philox 4x64 with ten rounds, as counter-based as it was meant: the bits of one address cost one block, wherever the last one was.

Source: Salmon, Moraes, Dror and Shaw, Parallel random numbers: as easy as 1, 2, 3 (SC 2011). numpy's own Philox gives the same bits.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.machine_code import compiled

ROUNDS = 10
MULTIPLY_0, MULTIPLY_1 = 0xD2E7470EE14C6C93, 0xCA5A826395121157
WEYL_0, WEYL_1 = 0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B
"""The generator's own constants."""

LOW = np.uint64(2**32 - 1)
HALF = np.uint64(32)

PER_BLOCK = 8
"""Words of 32 bits that a block holds."""


def high(a: Any, b: Any) -> Any:
    """The upper 64 bits of a product of two unsigned 64-bit numbers."""
    a0, a1, b0, b1 = a & LOW, a >> HALF, b & LOW, b >> HALF
    middle = a1 * b0 + (a0 * b0 >> HALF)
    return a1 * b1 + (middle >> HALF) + ((middle & LOW) + a0 * b1 >> HALF)


def block(c0: Any, c1: Any, k0: Any, k1: Any) -> Any:
    """The four 64-bit words at the counter (c0, c1, 0, 0) under a key."""
    m0, m1, w0, w1 = np.uint64(MULTIPLY_0), np.uint64(MULTIPLY_1), np.uint64(WEYL_0), np.uint64(WEYL_1)
    c2 = c3 = np.uint64(0)
    for _ in range(ROUNDS):
        c0, c1, c2, c3 = high(m1, c2) ^ c1 ^ k0, m1 * c2, high(m0, c0) ^ c3 ^ k1, m0 * c0
        k0 += w0
        k1 += w1
    return c0, c1, c2, c3


def fill_stream(numbers: Any, k0: Any, k1: Any, out: Any) -> None:
    """out[i] = element numbers[i] of the stream that numpy's Philox makes under the key from counter 0 on."""
    at = np.int64(-1)
    w0 = w1 = w2 = w3 = np.uint64(0)
    for i in range(len(numbers)):
        number = numbers[i]
        if number >> 2 != at:
            at = number >> 2
            w0, w1, w2, w3 = block(np.uint64(at + 1), np.uint64(0), k0, k1)
        place = number & 3
        out[i] = w0 if place == 0 else w1 if place == 1 else w2 if place == 2 else w3


def fill_words(numbers: Any, k0: Any, k1: Any, out: Any) -> None:
    """out[i, 4 b : 4 b + 4] = the block at the counter (numbers[i] + 1, b, 0, 0); out has whole blocks of columns."""
    for i in range(len(numbers)):
        for b in range(out.shape[1] // 4):
            w0, w1, w2, w3 = block(np.uint64(numbers[i] + 1), np.uint64(b), k0, k1)
            out[i, 4 * b] = w0
            out[i, 4 * b + 1] = w1
            out[i, 4 * b + 2] = w2
            out[i, 4 * b + 3] = w3


@lru_cache(maxsize=1)
def _compiled() -> Any:
    from numba import types

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
