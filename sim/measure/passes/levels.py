"""Numbers of cases and people over time: their courses, their integrals, and stretches of presence. It compiles with numba and reads as
Python."""

from typing import Any


def add_hours(times: Any, steps: Any, place: Any, hour: Any, within: Any, change: Any) -> None:
    """Add each step to `change` [place, hour] of the hour (in seconds) in which it is made, and to `within` as many seconds of it as are
    left there; what lies before the first hour or behind the last counts at its begin or end, and what has no place (-1) nowhere."""
    hours = change.shape[1]
    for i in range(len(times)):
        if place[i] >= 0:
            inside = min(max(times[i], 0), hours * hour)
            at = min(inside // hour, hours - 1)
            within[place[i], at] += steps[i] * ((at + 1) * hour - inside)
            change[place[i], at] += steps[i]


def fill_still_open(lasted: Any, times: Any, share: Any) -> Any:
    """Fill in the times at which some reached the end, and the share still open after each; how many such times there are.

    lasted: in order; twice the time, and 1 more where the end was reached.
    """
    count, left, first = 0, 1.0, 0
    while first < len(lasted):
        time = lasted[first] >> 1
        ends, after = 0, first
        while after < len(lasted) and lasted[after] >> 1 == time:
            ends += lasted[after] & 1
            after += 1
        left *= 1 - ends / (len(lasted) - first)
        if ends > 0:
            times[count] = time
            share[count] = left
            count += 1
        first = after
    return count


def find_stretches(first: Any, begins: Any, here: Any, slot: Any, time: Any, found: Any) -> Any:
    """Fill in the stretch that each slot is in at each time: soon found where the times of a slot are in order. Stops at a place whose slot
    is not there, and returns ~place.

    first: the first stretch of each slot, and one more; here: the same without that, from where on the search for a slot goes.
    """
    for i in range(len(slot)):
        who = slot[i]
        if who < 0 or who >= len(here):
            return ~i
        at = here[who]
        while at > first[who] and begins[at] > time[i]:
            at -= 1
        while at + 1 < first[who + 1] and begins[at + 1] <= time[i]:
            at += 1
        here[who] = at
        found[i] = at
    return 0


def count_pieces(ends: Any, stretch: Any, begin: Any, end: Any) -> Any:
    """How many pieces spells of time are cut into where stretches end; each spell begins in its `stretch`."""
    count = 0
    for i in range(len(stretch)):
        if end[i] > begin[i]:
            at = stretch[i]
            count += 1
            while ends[at] < end[i]:
                at += 1
                count += 1
    return count


def fill_pieces(begins: Any, ends: Any, stretch: Any, begin: Any, end: Any, pieces: Any) -> None:
    """Fill in those pieces, PIECE records."""
    count = 0
    for i in range(len(stretch)):
        at, since = stretch[i], begin[i]
        while since < end[i]:
            piece = pieces[count]
            piece["spell"] = i
            piece["stretch"] = at
            piece["begin"] = since
            piece["end"] = min(end[i], ends[at])
            since = ends[at]
            at += 1
            count += 1
