"""The compiled engine's list of events: two wheels of seconds, from which a moment that means nothing any more is taken out at once.

A moment is what an item (or a refund's alarm) waits for; each has one at most, so moments lie beside their folder and are linked where
they stand. The inner wheel has a list for each second of the present block, the outer one for each of the blocks after it; what is later
still is sorted in when its time draws near. What is due in the present instant stands on the agenda, a heap of whole numbers.

Source: Varghese and Lauck, Hashed and hierarchical timing wheels (SOSP 1987).
"""

from typing import Any

import numpy as np

from sim.demand.workload import NEVER
from sim.desk.compiled_instructions import lowest_bit
from sim.desk.records import ITEMS

MOMENT = np.dtype([("time", "i8"), ("order", "i8"), ("before", "i4"), ("after", "i4")], align=True)
"""order: as on the agenda, 0 where nothing is waited for. before, after: neighbours in the list; before < 0: it is the first at place
-1 - before."""

EACH = ITEMS + 1
"""Moments of a folder: those of its items, and that of its earliest alarm."""

BLOCK_BITS = 12
BLOCK = 1 << BLOCK_BITS
"""Seconds of a block, places of the inner wheel, and blocks of the outer."""
LATER = 2 * BLOCK
"""The place of the list of what lies beyond both wheels."""
PLACES = LATER + 1
NO_BLOCK = NEVER >> BLOCK_BITS

WORDS = BLOCK // 64
MARKS = 2 * WORDS + 2
"""Words of 64 bits: a bit for each place that has a moment, and for each wheel a word that tells which of its words have a bit."""

RANK_BITS = 40
"""An order on the agenda is rank + 1, refund, code (item, or ITEMS for the alarm), from the upper bits to the lower."""


def push_key(heap: Any, at: int, key: int) -> None:
    """Put a key into a heap of whole numbers, where place `at` is the free one at its end."""
    while at > 0:
        above = (at - 1) >> 1
        if heap[above] <= key:
            break
        heap[at] = heap[above]
        at = above
    heap[at] = key


def pop_key(heap: Any, size: int) -> None:
    """Take the smallest key out of a heap of whole numbers."""
    last = size - 1
    key = heap[last]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= last:
            break
        if below + 1 < last and heap[below + 1] < heap[below]:
            below += 1
        if key <= heap[below]:
            break
        heap[at] = heap[below]
        at = below
    heap[at] = key


def set_mark(marks: Any, place: int) -> None:
    """There is a moment at a place of the wheels."""
    word = place >> 6
    marks[word] |= np.uint64(1) << np.uint64(place & 63)
    marks[2 * WORDS + (place >> BLOCK_BITS)] |= np.uint64(1) << np.uint64(word & 63)


def clear_mark(marks: Any, place: int) -> None:
    """There is none any more."""
    word = place >> 6
    marks[word] &= ~(np.uint64(1) << np.uint64(place & 63))
    if marks[word] == 0:
        marks[2 * WORDS + (place >> BLOCK_BITS)] &= ~(np.uint64(1) << np.uint64(word & 63))


def order_of(rank: int, row: int, code: int) -> int:
    """The order on the agenda of a refund's item (or alarm, code ITEMS) in a rank."""
    return (rank + 1) << RANK_BITS | int(row) * 8 + int(code)


def link(moments: Any, heads: Any, marks: Any, world: Any, at: int) -> None:
    """Put a moment after the present instant into the list where it belongs."""
    moment = moments[at]
    block = moment.time >> BLOCK_BITS
    if block == world.block:
        place = moment.time & (BLOCK - 1)
    elif block - world.block < BLOCK:
        place = BLOCK + (block & (BLOCK - 1))
    else:
        place = LATER
        if block < world.later:
            world.later = block
    first = heads[place]
    heads[place] = at
    moment.before = -1 - place
    moment.after = first
    if first >= 0:
        moments[first].before = at
    elif place < LATER:
        set_mark(marks, place)


def push_event(
    moments: Any, heads: Any, marks: Any, agenda: Any, world: Any, folder: int, code: int, row: int, time: int, rank: int
) -> None:
    """Set the moment of a refund's item (or alarm, code ITEMS) to a time, now or later, in a rank."""
    at = folder * EACH + code
    moment = moments[at]
    moment.time = time
    moment.order = order_of(rank, row, code)
    world.events += 1
    if time == world.now:
        push_key(agenda, world.agenda, moment.order)
        world.agenda += 1
    else:
        link(moments, heads, marks, world, at)


def drop_event(moments: Any, heads: Any, marks: Any, world: Any, folder: int, code: int) -> None:
    """What the item waited for, if anything, means nothing any more. What is on the agenda already is passed over when its turn comes."""
    moment = moments[folder * EACH + code]
    if moment.order != 0:
        world.events -= 1
        if moment.time > world.now:
            if moment.after >= 0:
                moments[moment.after].before = moment.before
            if moment.before >= 0:
                moments[moment.before].after = moment.after
            else:
                place = -1 - moment.before
                heads[place] = moment.after
                if moment.after < 0 and place < LATER:
                    clear_mark(marks, place)
        moment.order = 0


def next_block(marks: Any, block: int) -> int:
    """The first block after the present one of which the outer wheel has a moment, NO_BLOCK when it has none."""
    words = marks[2 * WORDS + 1]
    if words == 0:
        return NO_BLOCK
    begin = (block + 1) & (BLOCK - 1)
    word = begin >> 6
    rest = marks[WORDS + word] >> np.uint64(begin & 63)
    if rest != 0:
        return block + 1 + lowest_bit(rest)
    behind = words & (np.uint64(2**64 - 2) << np.uint64(word))  # of the words after that one, or else from the first on
    word = lowest_bit(behind) if behind != 0 else lowest_bit(words)
    place = word << 6 | lowest_bit(marks[WORDS + word])
    return block + 1 + ((place - begin) & (BLOCK - 1))


def sort_in(moments: Any, heads: Any, marks: Any, world: Any, place: int) -> None:
    """Put all moments of a place into the lists where they belong now."""
    at = heads[place]
    heads[place] = -1
    if place < LATER:
        clear_mark(marks, place)
    while at >= 0:
        after = moments[at].after
        link(moments, heads, marks, world, at)
        at = after


def next_moment(moments: Any, heads: Any, marks: Any, world: Any, when: int) -> int:
    """The time of the first moment, or `when` if that is earlier; the wheels are turned to it."""
    while marks[2 * WORDS] == 0:
        block = next_block(marks, world.block)
        if world.later < NO_BLOCK and world.later <= block and world.later << BLOCK_BITS <= when:
            world.block = world.later - 1
            world.later = NO_BLOCK
            sort_in(moments, heads, marks, world, LATER)
        elif block < NO_BLOCK and block << BLOCK_BITS <= when:
            world.block = block
            sort_in(moments, heads, marks, world, BLOCK + (block & (BLOCK - 1)))
        else:
            if when < NEVER:
                world.block = max(world.block, when >> BLOCK_BITS)
            return when
    word = lowest_bit(marks[2 * WORDS])
    first: int = world.block << BLOCK_BITS | word << 6 | lowest_bit(marks[word])
    return min(when, first)


def come(moments: Any, heads: Any, marks: Any, agenda: Any, world: Any) -> None:
    """Put what is due now on the agenda."""
    place = world.now & (BLOCK - 1)
    at = heads[place]
    if at >= 0 and world.now >> BLOCK_BITS == world.block:
        heads[place] = -1
        clear_mark(marks, place)
        while at >= 0:
            push_key(agenda, world.agenda, moments[at].order)
            world.agenda += 1
            at = moments[at].after


def soon(heads: Any, marks: Any) -> int:
    """A moment that stands first at the first marked second of the inner wheel, -1 when there is none: likely the next to come."""
    words = marks[2 * WORDS]
    if words == 0:
        return -1
    word = lowest_bit(words)
    return int(heads[word << 6 | lowest_bit(marks[word])])
