"""Inverse CDFs as tables: whole seconds from words of 32 bits, many at once.

A ladder has a table of the quantiles between 1/64 and 63/64 and, towards each end, three more, each a 64th as wide as the one before.
Between two nodes a quantile lies on the line: for the distributions of a scenario less than a part in 10,000 off, down to what 32 bits
can tell (see the tests).
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.demand.draws import Distribution, Floats, inverse
from sim.machine_code import compiled

NODES, NODE_BITS = 4096, 12
"""Cells of each table, and the bits of a word that name one."""

RUNGS, RUNG_BITS = 4, 6
"""Tables from the middle to an end: the last one's cells are 2**-30 wide; and by how many bits each is narrower than the one before."""

MIDDLE, MIDDLE_BITS = 2**26, 20
MIDDLE_PART = 2.0**-MIDDLE_BITS
"""From where the first table serves, the bits of a word inside one of its cells, and what one of them is of a cell."""

LARGEST_SECONDS = 2**31 - 1


def quantile(word: Any, ladder: Any) -> Any:
    """The quantile at (word + 1/2) / 2**32 of the ladder of a distribution."""
    if MIDDLE <= word < 2**32 - MIDDLE:
        cell = word >> MIDDLE_BITS
        below = ladder[0, cell]
        return below + ((word & (1 << MIDDLE_BITS) - 1) + 0.5) * MIDDLE_PART * (ladder[0, cell + 1] - below)
    mirrored = word >= MIDDLE
    rest = 2**32 - 1 - word if mirrored else word
    rung = 1
    while rung < RUNGS - 1 and rest < MIDDLE >> RUNG_BITS * rung:
        rung += 1
    bits = MIDDLE_BITS - RUNG_BITS * rung
    cell = rest >> bits
    row = RUNGS + rung if mirrored else rung
    below = ladder[row, cell]
    return below + ((rest & (1 << bits) - 1) + 0.5) / (1 << bits) * (ladder[row, cell + 1] - below)


def fill_seconds(words: Any, ladders: Any, out: Any) -> None:
    """out[i, j] = whole seconds of distribution j at words[i, j]; at most LARGEST_SECONDS."""
    for j in range(out.shape[1]):  # one ladder at a time stays in the processor's cache
        for i in range(out.shape[0]):
            out[i, j] = min(np.int64(quantile(np.int64(words[i, j]), ladders[j]) + 0.5), LARGEST_SECONDS)


def fill_quantiles(words: Any, ladder: Any, out: Any) -> None:
    """out[i] = the quantile of one distribution at words[i], not yet rounded."""
    for i in range(len(out)):
        out[i] = quantile(np.int64(words[i]), ladder)


def fill_chances(words: Any, out: Any) -> None:
    """out[i, j] = the upper 24 bits of words[i, j] as a number in [0, 1)."""
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.float32(words[i, j] >> np.uint32(8)) * np.float32(2.0**-24)


@lru_cache(maxsize=1)
def _compiled() -> Any:
    from numba import types

    f8, u4 = types.float64, types.uint32
    many = types.void(types.Array(u4, 2, "A", readonly=True), types.Array(f8, 3, "C", readonly=True), types.Array(types.int32, 2, "A"))
    one = types.void(types.Array(u4, 1, "A", readonly=True), types.Array(f8, 2, "C", readonly=True), types.Array(f8, 1, "C"))
    plain = types.void(types.Array(u4, 2, "A", readonly=True), types.Array(types.float32, 2, "A"))
    done = compiled({fill_seconds: many, fill_quantiles: one, fill_chances: plain})
    return done[fill_seconds], done[fill_quantiles], done[fill_chances]


def seconds(words: NDArray[np.uint32], ladders: Floats, out: NDArray[np.int32]) -> None:
    """Fill `out` (rows, quantities) with whole seconds, quantity j of `ladders` at column j of `words`."""
    seen = words[:, : out.shape[1]].view()
    seen.flags.writeable = False
    _compiled()[0](seen, ladders, out)


def chances(words: NDArray[np.uint32], out: NDArray[np.float32]) -> None:
    """Fill `out`, of the words' shape, with their upper 24 bits in [0, 1): for shares, with which they are only compared."""
    seen = words.view()
    seen.flags.writeable = False
    _compiled()[2](seen, out)


def quantiles(words: NDArray[np.uint32], ladder: Floats) -> Floats:
    """The quantiles of one distribution at some words, in its own unit, not yet rounded."""
    seen = words.view()
    seen.flags.writeable = False
    out = np.empty(len(words))
    _compiled()[1](seen, ladder, out)
    return out


def whole_seconds(words: NDArray[np.uint32], ladder: Floats) -> NDArray[np.int64]:
    """Whole seconds of one distribution at some words, at most LARGEST_SECONDS."""
    return np.minimum(np.floor(quantiles(words, ladder) + 0.5).astype(np.int64), LARGEST_SECONDS)


@lru_cache(maxsize=256)
def ladder_of(distribution: Distribution | None) -> Floats:
    """The quantiles at all nodes, shape (2 x RUNGS, NODES + 1), in seconds; None = always 0."""
    table = np.zeros((2 * RUNGS, NODES + 1))
    if distribution is not None:
        least = 2.0**-34
        for rung in range(RUNGS):
            u = np.arange(NODES + 1) * 2.0 ** -(NODE_BITS + RUNG_BITS * rung)
            table[rung] = inverse(distribution, np.clip(u, least, 1 - least))
            table[RUNGS + rung] = inverse(distribution, np.clip(1 - u, least, 1 - least))
    table = np.minimum(table, 2.0**40)  # finite, and far above what is cut off in the end
    table.flags.writeable = False
    return table


@lru_cache(maxsize=32)
def ladders_of(distributions: tuple[Distribution | None, ...]) -> Floats:
    """The ladders of several distributions, one after another."""
    every = np.stack([ladder_of(each) for each in distributions])
    every.flags.writeable = False
    return every
