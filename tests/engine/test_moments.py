"""The compiled engine's wheels of moments tell the same as a sorted list would, however far ahead a moment lies; run as plain Python."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.demand.workload import NEVER
from sim.desk import compiled_kernel, compiled_moments
from sim.desk.compiled_instructions import lowest_bit
from sim.desk.compiled_moments import BLOCK, EACH, come, drop_event, next_moment, order_of, pop_key, push_event, soon
from sim.desk.records import ARRIVAL, CLOCK, FINISH, ITEMS

FOLDERS = 6
AHEAD = st.one_of(
    st.integers(0, 3),
    st.integers(0, 3 * BLOCK),
    st.integers(0, BLOCK - 1).map(lambda blocks: blocks * BLOCK),  # within the outer wheel
    st.integers(0, 3 * BLOCK * BLOCK),
    st.sampled_from([BLOCK - 1, BLOCK, BLOCK + 1, BLOCK * BLOCK - 1, BLOCK * BLOCK, BLOCK * BLOCK + BLOCK, 2**40]),
)
CHANGE = st.tuples(st.integers(0, FOLDERS - 1), st.integers(0, ITEMS), AHEAD, st.sampled_from([FINISH, ARRIVAL, CLOCK]), st.booleans())


class Wheels:
    """The wheels, and beside them what they should hold: (folder, code) → (time, order)."""

    def __init__(self, start: int) -> None:
        self.moments: Any = np.zeros(FOLDERS * EACH, compiled_moments.MOMENT).view(np.recarray)
        self.heads = np.full(compiled_moments.PLACES, -1, np.int32)
        self.marks = np.zeros(compiled_moments.MARKS, np.uint64)
        self.agenda = np.empty(4096, np.int64)
        self.world: Any = np.zeros(1, compiled_kernel.WORLD).view(np.recarray)[0]
        self.world.block, self.world.later, self.world.now = -compiled_moments.NO_BLOCK, compiled_moments.NO_BLOCK, start
        self.expected: dict[tuple[int, int], tuple[int, int]] = {}
        next_moment(self.moments, self.heads, self.marks, self.world, start)

    def change(self, folder: int, code: int, ahead: int, rank: int, only_drop: bool) -> None:
        if (folder, code) in self.expected:
            drop_event(self.moments, self.heads, self.marks, self.world, folder, code)
            del self.expected[folder, code]
        if not only_drop:
            time = int(self.world.now) + ahead
            push_event(self.moments, self.heads, self.marks, self.agenda, self.world, folder, code, folder, time, rank)
            self.expected[folder, code] = (time, order_of(rank, folder, code))

    def due(self) -> list[int]:
        """Take from the agenda what still means something, as the main loop does."""
        found = []
        while self.world.agenda > 0:
            first = int(self.agenda[0])
            pop_key(self.agenda, self.world.agenda)
            self.world.agenda -= 1
            at = (first >> 3 & 7) * EACH + (first & 7)
            if self.moments[at].time == self.world.now and self.moments[at].order == first:
                self.moments[at].order = 0
                self.world.events -= 1
                found.append(first)
        return found


@settings(max_examples=300, deadline=None)
@given(st.integers(-3 * BLOCK, BLOCK * BLOCK), st.lists(st.lists(CHANGE, max_size=8), min_size=1, max_size=12), st.data())
def test_moments_come_in_the_order_of_time_rank_refund_and_item_and_none_that_was_dropped(start: int, turns: Any, data: Any) -> None:
    wheels = Wheels(start)
    for changes in [*turns, *[[]] * (FOLDERS * EACH)]:
        for change in changes:
            wheels.change(*change)
        now = sorted(order for time, order in wheels.expected.values() if time == wheels.world.now)
        assert wheels.due() == now
        wheels.expected = {key: each for key, each in wheels.expected.items() if each[0] > wheels.world.now}
        assert wheels.world.events == len(wheels.expected)
        first = min((time for time, _ in wheels.expected.values()), default=NEVER)
        other = int(wheels.world.now) + data.draw(AHEAD) + 1 if changes else NEVER  # a filing or a change of shift, which may come sooner
        when = next_moment(wheels.moments, wheels.heads, wheels.marks, wheels.world, other)
        assert when == min(first, other)
        if when == NEVER:
            break
        wheels.world.now = when
        come(wheels.moments, wheels.heads, wheels.marks, wheels.agenda, wheels.world)
        head = soon(wheels.heads, wheels.marks)
        assert head < 0 or wheels.moments[head].time > when
    assert not wheels.expected
    assert not wheels.marks.any()


@given(st.integers(1, 2**64 - 1))
def test_the_lowest_bit_of_a_word_is_that_below_which_all_are_zero(word: int) -> None:
    place = lowest_bit(np.uint64(word))
    assert word >> place & 1
    assert word % (1 << place) == 0
