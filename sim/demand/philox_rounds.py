"""The rounds of Philox as machine code needs them; imported only where something is drawn, since it needs numba.

Source: Salmon, Moraes, Dror and Shaw, Parallel random numbers: as easy as 1, 2, 3 (SC 2011).
"""

from math import log1p
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

ROUNDS = 10
MULTIPLY_0, MULTIPLY_1 = 0xD2E7470EE14C6C93, 0xCA5A826395121157
WEYL_0, WEYL_1 = 0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B
"""The generator's own constants."""


def _high(typing: Any, a: Any, b: Any) -> Any:
    """The upper 64 bits of a product of two unsigned 64-bit numbers: one instruction of the processor."""

    def code(context: Any, builder: Any, signature: Any, factors: Any) -> Any:
        wide = ir.IntType(128)
        product = builder.mul(*(builder.zext(factor, wide) for factor in factors))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), code


high: Any = intrinsic(_high)


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


def fill_candidates(first: Any, means: Any, k0: Any, k1: Any, number: Any, count: Any) -> Any:
    """Fill `number` with those kept and `count` with how many each bucket has; the total, or -1 if there is no room for all."""
    total = 0
    for bucket in range(len(means)):
        upto, rank, at = 0.0, 0, np.int64(-1)
        w0 = w1 = w2 = w3 = np.uint64(0)
        while True:
            candidate = first[bucket] + rank
            if candidate >> 2 != at:
                at = candidate >> 2
                w0, w1, w2, w3 = block(np.uint64(at + 1), np.uint64(0), k0, k1)
            place = candidate & 3
            raw = w0 if place == 0 else w1 if place == 1 else w2 if place == 2 else w3
            upto -= log1p(-(float(np.int64(raw >> np.uint64(12))) + 0.5) * 2.0**-52)
            if upto > means[bucket]:
                break
            if total == len(number):
                return -1
            number[total] = candidate
            total += 1
            rank += 1
        count[bucket] = rank
    return total
