"""The compiled engine's inner loop: the same desk as sim.desk.simpy_engine over plain arrays. It compiles with numba and reads as Python.

Everything that lives from call to call lies in arrays of the caller, so that a run can stop between two events when an
array is full, be given more room, and go on.
"""

from typing import Any

import numpy as np

from sim.demand.workload import NEVER
from sim.desk.compiled_instructions import lowest_bit
from sim.desk.compiled_moments import drop_event, pop_key, push_event, push_key
from sim.desk.records import (
    ALARMS,
    ARRIVAL,
    AT_WORK,
    CLOCK,
    CLOSED,
    DONE,
    END,
    ENDED,
    FREE,
    GOING,
    IN_JOIN,
    IN_LINE,
    IN_WAIT,
    ITEMS,
    JOIN,
    JOINED,
    LEFT,
    MOST_STEPS,
    OPENED,
    SIDE,
    TO_OPEN,
    WAIT,
    WAITING,
    WORK,
)

ITEM = np.dtype(
    [
        ("token", "i4"),  # of its place in line: moves on when that place means nothing any more
        ("slot", "i4"),
        ("step", "i2"),
        ("next", "i2"),
        ("otherwise", "i2"),
        ("status", "i1"),
        ("line", "i1"),
        ("handoff", "i1"),
        ("back", "i1"),
        ("leads", "i1"),  # holds the seat of its batch
        ("key", "i8"),
        ("give_up", "i8"),
        ("before", "i4"),  # neighbours in the list of what the slot has in hand
        ("after", "i4"),
        ("began", "i8"),
        ("ends", "i8"),
        ("own", "i8"),
        ("reopening", "i8"),
        ("share", "f8"),
    ],
    align=True,
)
CASE = np.dtype(
    [("alarm_at", "i8"), ("instant", "i8"), ("row", "i4"), ("steps", "i4"), ("at_work", "i4"), ("to_open", "i4"), ("closed", "i8")],
    align=True,
)
WORLD = np.dtype(
    [
        (name, "i8")
        for name in (
            "now",
            "phase",  # 0 between instants, 1 what happens, 2 who works
            "events",  # moments that are set
            "agenda",  # keys on the agenda, those that mean nothing any more among them
            "block",  # of seconds, whose moments are on the inner wheel
            "later",  # no moment beyond both wheels lies in an earlier block
            "touched",  # a bit for each pool where somebody or something to do may have come since it was last given work
            "changed",  # a bit for each line whose length the procedure has not been told
            "standing",  # a bit for each line in which somebody waits
            "steps",  # taken in this instant
            "longest",  # the longest any line's list has been
            "next_filing",
            "next_change",
            "rows",
            "free",  # places on the stack of free folders
            "error",
            "refund",  # where the error is
            "step",
            "value",
        )
    ]
)
SLOT_NOW = np.dtype([("open", "i8"), ("listed", "i8"), ("first", "i4"), ("on", "i1"), ("away", "i1")], align=True)

NOT_YET, OVER = -1, -2
"""Folder of a refund that has not come, or is closed and gone."""

TO_COME = -1
"""Status of the main item of a second application that is reserved, and not filed yet."""

COMPLETE, MORE_ROWS, MORE_EVENTS, MORE_FOLDERS, MORE_ENTRIES, FAILED = range(6)
ENDLESS, NO_SUCH_LINE, NOT_AN_ACTION, NOT_AN_ALARM_ACTION, NEGATIVE_WORK = range(1, 6)


def sift_up(heap: Any, at: int, first: int, second: int, third: int) -> None:
    """Put (first, second, third) into the heap, where place `at` is the free one at its end."""
    while at > 0:
        above = (at - 1) >> 1
        if heap[above, 0] < first or (heap[above, 0] == first and heap[above, 1] <= second):
            break
        heap[at, 0] = heap[above, 0]
        heap[at, 1] = heap[above, 1]
        heap[at, 2] = heap[above, 2]
        at = above
    heap[at, 0] = first
    heap[at, 1] = second
    heap[at, 2] = third


def remove_first(heap: Any, size: int) -> None:
    """Take the smallest of `size` entries out of the heap; size - 1 remain."""
    last = size - 1
    first, second, third = heap[last, 0], heap[last, 1], heap[last, 2]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= last:
            break
        right = below + 1
        if right < last and (heap[right, 0] < heap[below, 0] or (heap[right, 0] == heap[below, 0] and heap[right, 1] < heap[below, 1])):
            below = right
        if first < heap[below, 0] or (first == heap[below, 0] and second <= heap[below, 1]):
            break
        heap[at, 0] = heap[below, 0]
        heap[at, 1] = heap[below, 1]
        heap[at, 2] = heap[below, 2]
        at = below
    heap[at, 0] = first
    heap[at, 1] = second
    heap[at, 2] = third


def note(
    log: Any, world: Any, row: int, slot: int, step: int, item: int, kind: int, pool: int, group: int, line: int, handoff: int
) -> None:
    """Write one row of the log."""
    entry = log[world.rows]
    entry.time = world.now
    entry.refund = row
    entry.slot = slot
    entry.step = step
    entry.item = item
    entry.kind = kind
    entry.pool = pool
    entry.group = group
    entry.line = line
    entry.handoff = handoff
    world.rows += 1


def fail(world: Any, error: int, row: int, step: int, value: int) -> int:
    """Leave word of what went wrong where."""
    world.error, world.refund, world.step, world.value = error, row, step, value
    return FAILED


def count_step(world: Any, case: Any) -> bool:
    """Count a step; False when the refund took too many. Its own are counted once the desk has taken MOST_STEPS in this instant."""
    world.steps += 1
    if world.steps <= MOST_STEPS:
        return True
    if case.instant != world.now:
        case.instant = world.now
        case.steps = 0
    case.steps += 1
    return bool(case.steps <= MOST_STEPS)


def free_item(items: Any, first: int) -> int:
    """The lowest item of a folder that is not in use, -1 when all are."""
    for number in range(ITEMS):
        if items[first + number].status == FREE:
            return number
    return -1


def set_alarm(moments: Any, heads: Any, marks: Any, agenda: Any, world: Any, folder: int, case: Any, state: Any) -> None:
    """One moment per refund, for its earliest alarm; that an alarm was put off is found when the old moment comes."""
    earliest = state.due[0]
    for which in range(1, ALARMS):
        if state.due[which] < earliest:
            earliest = state.due[which]
    if earliest < case.alarm_at and case.closed == 0:
        earliest = max(earliest, world.now)
        if earliest < case.alarm_at:
            if case.alarm_at < NEVER:
                drop_event(moments, heads, marks, world, folder, ITEMS)
            case.alarm_at = earliest
            push_event(moments, heads, marks, agenda, world, folder, ITEMS, case.row, earliest, CLOCK)


def offer(world: Any, slot: Any, number: int, seats: int, idle: Any, idle_size: Any, pool: int, slots: Any, slots_now: Any) -> None:
    """List the slot among its pool's idle ones, by (chats open, number), if it can take another chat."""
    if slot.on == 1 and slot.away == 0 and slot.open < seats:
        world.touched |= 1 << pool
        key = slot.open * (1 << 32) + number
        if slot.listed != key:
            slot.listed = key
            if idle_size[pool] == idle.shape[1]:  # full of entries that are out of date: list anew
                idle_size[pool] = 0
                for other in range(len(slots)):
                    if slots[other].pool == pool and slots_now[other].listed >= 0:
                        push_key(idle[pool], idle_size[pool], slots_now[other].listed)
                        idle_size[pool] += 1
            else:
                push_key(idle[pool], idle_size[pool], key)
                idle_size[pool] += 1


def first_idle(idle: Any, idle_size: Any, pool: int, slots_now: Any) -> int:
    """The idle slot of a pool with the fewest chats open, -1 when nobody is idle."""
    while idle_size[pool] > 0:
        key = idle[pool, 0]
        number = key & 0xFFFFFFFF
        slot = slots_now[number]
        if slot.listed == key:
            if slot.on == 1 and slot.away == 0:
                return int(number)
            slot.listed = -1
        pop_key(idle[pool], idle_size[pool])
        idle_size[pool] -= 1
    return -1


def in_line(folders: Any, items: Any, order: int, token: int) -> bool:
    """Whether an entry of a line's list still stands for somebody in line."""
    folder = folders[order >> 3]
    return bool(folder >= 0 and items[folder * ITEMS + (order & 7)].token == token)


def first_line(standing: int, entries: Any, sizes: Any, folders: Any, items: Any) -> int:
    """Of the lines whose bits are set, in which somebody stands, that whose head has the smallest (key, refund, item)."""
    best = -1
    while standing != 0:
        line = lowest_bit(standing)
        standing &= standing - 1
        while not in_line(folders, items, entries[line, 0, 1], entries[line, 0, 2]):
            remove_first(entries[line], sizes[line])
            sizes[line] -= 1
        if (
            best < 0
            or entries[line, 0, 0] < entries[best, 0, 0]
            or (entries[line, 0, 0] == entries[best, 0, 0] and entries[line, 0, 1] < entries[best, 0, 1])
        ):
            best = line
    return best


def stand_in_line(
    moments: Any,
    heads: Any,
    marks: Any,
    agenda: Any,
    world: Any,
    lines: Any,
    entries: Any,
    sizes: Any,
    waiting: Any,
    folder: int,
    row: int,
    number: int,
    item: Any,
) -> None:
    """Enter the line under the item's key, and set the clock at which it gives up."""
    line = item.line
    item.status = IN_LINE
    waiting[line] += 1
    world.touched |= 1 << lines[line].pool
    world.changed |= 1 << line
    world.standing |= 1 << line
    sift_up(entries[line], sizes[line], item.key, row * 8 + number, item.token)
    sizes[line] += 1
    if sizes[line] > world.longest:
        world.longest = sizes[line]
    if item.give_up < NEVER:
        push_event(moments, heads, marks, agenda, world, folder, number, row, max(item.give_up, world.now), CLOCK)


def one_fewer(world: Any, waiting: Any, line: int) -> None:
    """One fewer in line."""
    waiting[line] -= 1
    world.changed |= 1 << line
    if waiting[line] == 0:
        world.standing &= ~(1 << line)


def clear_line(world: Any, entries: Any, sizes: Any, waiting: Any, folders: Any, items: Any, item: Any) -> None:
    """The item has left its line without work; entries that are out of date never make up most of the list."""
    line = item.line
    item.token += 1
    one_fewer(world, waiting, line)
    if sizes[line] > 64 + 2 * waiting[line]:
        kept = 0
        for at in range(sizes[line]):
            key, order, token = entries[line, at, 0], entries[line, at, 1], entries[line, at, 2]
            if in_line(folders, items, order, token):
                sift_up(entries[line], kept, key, order, token)
                kept += 1
        sizes[line] = kept


def leave_line(
    moments: Any,
    heads: Any,
    marks: Any,
    log: Any,
    world: Any,
    lines: Any,
    entries: Any,
    sizes: Any,
    waiting: Any,
    folders: Any,
    items: Any,
    folder: int,
    row: int,
    number: int,
    item: Any,
) -> None:
    """Somebody's wait in line ends without work."""
    note(log, world, row, -1, item.step, number, LEFT, lines[item.line].pool, -1, item.line, item.handoff)
    drop_event(moments, heads, marks, world, folder, number)
    clear_line(world, entries, sizes, waiting, folders, items, item)


def take_folder(world: Any, free: Any, folders: Any, cases: Any, row: int) -> int:
    """A folder for a refund."""
    world.free -= 1
    folder = free[world.free]
    folders[row] = folder
    cases[folder].row = row
    return int(folder)


def release(world: Any, free: Any, folders: Any, case: Any, folder: int) -> None:
    """The folder of a refund that is closed, and on which nobody works any more, is free for another."""
    free[world.free] = folder
    world.free += 1
    folders[case.row] = OVER


def close(
    moments: Any,
    heads: Any,
    marks: Any,
    agenda: Any,
    log: Any,
    world: Any,
    lines: Any,
    entries: Any,
    sizes: Any,
    waiting: Any,
    refunds: Any,
    folders: Any,
    free: Any,
    cases: Any,
    states: Any,
    items: Any,
    ledger: Any,
    folder: int,
    number: int,
    outcome: int,
    again_at: int,
) -> None:
    """The refund is over. Other items leave lines and waits; work under way is finished and comes to nothing.

    The folder of its second application is taken now, for the moment at which that is filed.
    """
    case = cases[folder]
    row = case.row
    note(log, world, row, -1, outcome, number, CLOSED, -1, -1, -1, -1)
    case.closed = 1
    for other in range(ITEMS):
        item = items[folder * ITEMS + other]
        if item.status == IN_LINE:
            leave_line(moments, heads, marks, log, world, lines, entries, sizes, waiting, folders, items, folder, row, other, item)
        elif item.status == IN_WAIT:
            drop_event(moments, heads, marks, world, folder, other)
        if item.status != AT_WORK:
            item.status = FREE
    drop_event(moments, heads, marks, world, folder, ITEMS)
    ledger[row] = states[folder].ledger
    if case.at_work == 0:
        release(world, free, folders, case, folder)
    again = refunds[row].again
    if again_at < NEVER and again >= 0:
        other = take_folder(world, free, folders, cases, again)
        cases[other].closed = 1
        items[other * ITEMS].status = TO_COME
        push_event(moments, heads, marks, agenda, world, other, 0, again, max(again_at, world.now), ARRIVAL)


def follow(
    advance: Any,
    moments: Any,
    heads: Any,
    marks: Any,
    agenda: Any,
    log: Any,
    world: Any,
    lines: Any,
    entries: Any,
    sizes: Any,
    waiting: Any,
    refunds: Any,
    tables: Any,
    folders: Any,
    free: Any,
    cases: Any,
    states: Any,
    items: Any,
    ledger: Any,
    folder: int,
    number: int,
    step: int,
) -> int:
    """Ask the procedure what comes next until the item stands, waits or is over; then the same for side items it opened.

    Returns 0, or FAILED.
    """
    case = cases[folder]
    state = states[folder]
    row = case.row
    refund = refunds[row]
    first = folder * ITEMS
    now = world.now
    item = items[first + number]
    item.status = GOING
    going = True
    while going:
        action, following, target, at, give_up, otherwise, handoff = advance(number, step, refund, state, tables, now)
        stopped = False
        if action == WORK:
            if target < 0 or target >= len(lines):
                return fail(world, NO_SUCH_LINE, row, step, target)
            item.step, item.next, item.otherwise = step, following, otherwise
            item.line, item.key, item.give_up, item.handoff = target, at, give_up, handoff
            item.share = 1.0
            item.back = 0
            state.joined[number] = now
            note(log, world, row, -1, step, number, JOINED, lines[target].pool, -1, target, handoff)
            stand_in_line(moments, heads, marks, agenda, world, lines, entries, sizes, waiting, folder, row, number, item)
            stopped = True
        elif action == WAIT:
            if at > now:
                item.status = IN_WAIT
                item.step, item.next = step, following
                note(log, world, row, -1, step, number, WAITING, -1, -1, -1, -1)
                push_event(moments, heads, marks, agenda, world, folder, number, row, at, ARRIVAL)
                stopped = True
            else:
                step = following
        elif action == SIDE:
            opened = free_item(items, first)
            if opened >= 0:
                items[first + opened].status = TO_OPEN
                items[first + opened].next = target
                case.to_open += 1
            step = following
        elif action == JOIN:
            alone = True
            for other in range(ITEMS):
                if other != number and items[first + other].status != FREE:
                    alone = False
            if alone:
                step = following
            else:
                item.status = IN_JOIN
                item.next = following
                note(log, world, row, -1, step, number, WAITING, -1, -1, -1, -1)
                stopped = True
        elif action == DONE:
            close(
                moments,
                heads,
                marks,
                agenda,
                log,
                world,
                lines,
                entries,
                sizes,
                waiting,
                refunds,
                folders,
                free,
                cases,
                states,
                items,
                ledger,
                folder,
                number,
                target,
                at,
            )
            return 0
        elif action == END and number > 0:
            item.status = FREE
            note(log, world, row, -1, step, number, ENDED, -1, -1, -1, -1)
            rest = 0
            joining = -1
            for other in range(ITEMS):
                if items[first + other].status != FREE:
                    rest += 1
                    joining = other
            if rest == 1 and items[first + joining].status == IN_JOIN:
                number = joining
                item = items[first + number]
                step = item.next
                item.status = GOING
            else:
                stopped = True
        else:
            return fail(world, NOT_AN_ACTION, row, step, action)
        if not stopped and not count_step(world, case):
            return fail(world, ENDLESS, row, step, 0)
        if stopped:
            going = False
            if case.to_open > 0:
                going = True
                case.to_open -= 1
                number = 0
                while items[first + number].status != TO_OPEN:
                    number += 1
                item = items[first + number]
                item.status = GOING
                step = item.next
                note(log, world, row, -1, step, number, OPENED, -1, -1, -1, -1)
    set_alarm(moments, heads, marks, agenda, world, folder, case, state)
    return 0
