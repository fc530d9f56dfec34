"""Choices by weight and numbering of what is alike, for many rows at once."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.demand.draws import Floats
from sim.machine_code import compiled

Places = NDArray[np.int64]

SPREAD = 0x9E3779B97F4A7C15
"""An odd number near 2**64 over the golden ratio: its multiples lie far apart (Knuth, The Art of Computer Programming 3, 6.4)."""


def chosen_of(weights: Floats, row: Places, u: Floats) -> Places:
    """For each element the choice at `u` in (0, 1) of the cumulative weights of its row of `weights` (rows, choices); of a row of zeros
    the first choice."""
    upto = np.ascontiguousarray(weights.cumsum(axis=1))
    out = np.empty(len(row), np.int64)
    _compiled()[0](upto, np.ascontiguousarray(row, np.int64), np.ascontiguousarray(u), out)
    return out


def alike(keys: Places) -> tuple[Places, Places]:
    """The place of the first of each of the keys that differ (0 or more), in order of appearance, and for each key the place of its first
    among those."""
    size = 1 << max(int(2 * len(keys)).bit_length(), 4)
    table, first, place = np.full(size, -1), np.empty(len(keys), np.int64), np.empty(len(keys), np.int64)
    count = _compiled()[1](np.ascontiguousarray(keys, np.int64), table, first, place)
    return first[:count], place


def fill_choices(upto: Any, row: Any, u: Any, out: Any) -> None:
    """out[i] = the first choice whose cumulative weight in its row lies above u[i] times that of all."""
    last = upto.shape[1] - 1
    for i in range(len(out)):
        r = row[i]
        at, wanted = 0, u[i] * upto[r, last]
        while at < last and upto[r, at] <= wanted and upto[r, last] > 0:
            at += 1
        out[i] = at


def number_alike(keys: Any, table: Any, first: Any, place: Any) -> Any:
    """Fill `place` with the number of each key, `first` with where each number first came; how many there are."""
    count = 0
    mask = len(table) - 1
    for i in range(len(keys)):
        at = np.int64(np.uint64(keys[i]) * np.uint64(SPREAD) >> np.uint64(32)) & mask
        while table[at] >= 0 and keys[first[table[at]]] != keys[i]:
            at = (at + 1) & mask
        if table[at] < 0:
            table[at] = count
            first[count] = i
            count += 1
        place[i] = table[at]
    return count


@lru_cache(maxsize=1)
def _compiled() -> Any:
    from numba import types

    f8, i8 = types.float64, types.int64
    rows, values = types.Array(i8, 1, "C"), types.Array(f8, 1, "C")
    done = compiled(
        {
            fill_choices: types.void(types.Array(f8, 2, "C"), rows, values, rows),
            number_alike: i8(rows, rows, rows, rows),
        }
    )
    return done[fill_choices], done[number_alike]
