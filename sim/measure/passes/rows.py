"""What is read from the rows of a log, one after the other in the order in which they stand. It compiles with numba and reads as Python.

`refunds` is how many rows the workload has. A pass stops at a row about a refund, an item or an event that is not there, and returns
~row, which is below 0. `places` have an element per item of each refund (refund x ITEMS + item), `begins` one more.
"""

from typing import Any

from sim.demand.workload import NEVER
from sim.desk.records import (
    ALARMED,
    BEGAN,
    CLOSED,
    FILED,
    FINISHED,
    GAVE_UP,
    HANDED_BACK,
    ITEMS,
    JOINED,
    KINDS,
    LEFT,
    OPENED,
    WAITING,
)

OPEN = -1
"""How a stay or a spell of work ended: not yet. Else the kind of the log's row that ended it."""

OFF_LINE, NOT_AT_WORK = -2, -1
"""In place of the spell of work that an item is in: it stands in no line, nor has it; nobody is at work on it."""

FAULTS = 13
(
    EARLIER,
    BEYOND,
    BAD_START,
    BAD_NEXT,
    MOVED,
    TAKEN_OVER,
    FILED_TWICE,
    CLOSED_TWICE,
    NOT_FILED,
    AFTER_CLOSE,
    NEVER_LEAVES,
    OFF_TIME,
    TOO_SOON,
) = (1 << fault for fault in range(FAULTS))
"""What may be wrong with a row, each a bit: see `read_faults`."""


def unless_stray(found: int) -> int:
    """What a pass found; IndexError where it stopped because something is not there."""
    if found < 0:
        raise IndexError(f"row or spell {~found} is about a refund, an item, an event, a line or a slot that is not there")
    return found


def is_stray(row: Any, refunds: Any) -> Any:
    """Whether the row is about a refund, an item or an event that is not there."""
    refund, item, kind = row["refund"], row["item"], row["kind"]
    return refund < 0 or refund >= refunds or item < 0 or item >= ITEMS or kind < 0 or kind >= len(KINDS)


def place_of(row: Any) -> Any:
    """The place of the row's item among those of all refunds."""
    return row["refund"] * ITEMS + row["item"]


def add_up(counts: Any) -> None:
    """Each count becomes the sum of all up to it."""
    for place in range(1, len(counts)):
        counts[place] += counts[place - 1]


def order_by_item(rows: Any, refunds: Any, wanted: Any, begins: Any, order: Any) -> Any:
    """Fill `order` with the rows of the wanted kinds (a flag per kind) by refund and item, as they stand inside each; how many."""
    for i in range(len(rows)):
        if is_stray(rows[i], refunds):
            return ~i
        if wanted[rows[i]["kind"]]:
            begins[place_of(rows[i]) + 1] += 1
    add_up(begins)
    for i in range(len(rows)):
        if wanted[rows[i]["kind"]]:
            place = place_of(rows[i])
            order[begins[place]] = i
            begins[place] += 1
    return begins[len(begins) - 1]


# ---------------------------------------------------------------- stays and spells of work
def count_stays(rows: Any, refunds: Any, begins: Any) -> Any:
    """Fill `begins` with how many stays in lines come before those of each item; how many spells of work there are."""
    spells = 0
    for i in range(len(rows)):
        if is_stray(rows[i], refunds):
            return ~i
        if rows[i]["kind"] == JOINED:
            begins[place_of(rows[i]) + 1] += 1
        elif rows[i]["kind"] == BEGAN:
            spells += 1
    add_up(begins)
    return spells


def fill_stays(rows: Any, end: Any, begins: Any, at_work: Any, closed: Any, stays: Any, spells: Any) -> Any:
    """Fill VISIT and SPELL records (but for the seats) up to the end of the run; the row of work that never joined a line, -1 = none.

    at_work: OFF_LINE at every place; closed: False for every refund.
    """
    count = 0
    for i in range(len(rows)):
        row = rows[i]
        kind, refund = row["kind"], row["refund"]
        place = place_of(row)
        if kind == CLOSED:
            closed[refund] = True
        elif kind == JOINED:
            stay = stays[begins[place]]
            begins[place] += 1
            at_work[place] = NOT_AT_WORK
            stay["refund"] = refund
            stay["item"] = row["item"]
            stay["how"] = OPEN
            stay["pool"] = row["pool"]
            stay["line"] = row["line"]
            stay["handoff"] = row["handoff"]
            stay["step"] = row["step"]
            stay["group"] = -1
            stay["slot"] = -1
            stay["joined"] = row["time"]
            stay["began"] = NEVER
            stay["ended"] = NEVER
            stay["worked"] = 0
            stay["spells"] = 0
        elif kind == BEGAN or kind == FINISHED or kind == HANDED_BACK or kind == GAVE_UP or kind == LEFT:
            if at_work[place] == OFF_LINE:
                return i
            number = begins[place] - 1
            stay = stays[number]
            if kind == BEGAN:
                spell = spells[count]
                spell["visit"] = number
                spell["row"] = i
                spell["slot"] = row["slot"]
                spell["group"] = row["group"]
                spell["pool"] = row["pool"]
                spell["line"] = row["line"]
                spell["how"] = OPEN
                spell["began"] = row["time"]
                spell["ended"] = NEVER
                at_work[place] = count
                count += 1
                stay["how"] = OPEN
                stay["group"] = row["group"]
                stay["slot"] = row["slot"]
                stay["ended"] = NEVER
                stay["spells"] += 1
                if stay["began"] == NEVER:
                    stay["began"] = row["time"]
                continue
            if at_work[place] >= 0 and (kind == FINISHED or kind == HANDED_BACK):
                spells[at_work[place]]["how"] = kind
                spells[at_work[place]]["ended"] = row["time"]
            at_work[place] = NOT_AT_WORK
            over = kind != HANDED_BACK or closed[refund]  # given back when its refund is closed, it rejoins no line
            stay["how"] = kind if over else OPEN
            stay["ended"] = row["time"] if over else NEVER
    for number in range(len(spells)):
        spell = spells[number]
        stays[spell["visit"]]["worked"] += min(spell["ended"], end) - spell["began"]
    for number in range(len(stays)):
        stay = stays[number]
        stay["waited"] = min(stay["ended"], end) - stay["joined"] - stay["worked"]
    return -1


def fill_seats(spells: Any, stays: Any, refunds: Any, lines: Any, slots: Any) -> Any:
    """Fill in which spell stands for the seat of each: itself, or the first of its batch. Stops at a spell on a line that is not there,
    or in a batch of a slot that is not.

    A batch is taken in one go (its rows follow each other), by one slot, from one line, and ends in one instant. A slot with several
    seats may take two batches in a row; the line's limits say where the second begins.
    """
    seat = cases = fen = 0
    for number in range(len(spells)):
        spell = spells[number]
        if spell["line"] < 0 or spell["line"] >= len(lines):
            return ~number
        line = lines[spell["line"]]
        if line["cases"] > 1 and (spell["slot"] < 0 or spell["slot"] >= len(slots)):
            return ~number
        limited = line["cases"] > 1 and slots[spell["slot"]]["seats"] > 1
        amount = refunds[stays[spell["visit"]]["refund"]]["amount"] if limited else 0
        joins = number > 0 and line["cases"] > 1
        if joins:
            before = spells[number - 1]
            joins = spell["row"] == before["row"] + 1 and spell["slot"] == before["slot"] and spell["line"] == before["line"]
            joins = joins and spell["began"] == before["began"] and spell["ended"] == before["ended"]
        if joins and limited:
            joins = cases < line["cases"] and (line["fen"] == 0 or fen + amount <= line["fen"])
        if not joins:
            seat, cases, fen = number, 0, 0
        cases += 1
        fen += amount
        spell["seat"] = seat
    return 0


def read_held(rows: Any, spells: Any, slots: Any, at_work: Any, members: Any, held: Any, over: Any) -> Any:
    """Flag in `over` the spells that gave a slot more pieces of work at once than it has seats, in a log whose rows have no faults. Stops
    at a spell of a slot that is not there.

    at_work: NOT_AT_WORK at every place; members: 0 for every spell; held: 0 for every slot.
    """
    for number in range(len(spells)):
        if spells[number]["slot"] < 0 or spells[number]["slot"] >= len(slots):
            return ~number
        members[spells[number]["seat"]] += 1
    count = 0
    for i in range(len(rows)):
        kind = rows[i]["kind"]
        if kind == BEGAN:
            at_work[place_of(rows[i])] = count
            if spells[count]["seat"] == count:
                slot = spells[count]["slot"]
                held[slot] += 1
                over[count] = held[slot] > slots[slot]["seats"]
            count += 1
        elif kind == FINISHED or kind == HANDED_BACK:
            seat = spells[at_work[place_of(rows[i])]]["seat"]
            members[seat] -= 1
            if members[seat] == 0:  # a batch gives its seat back with its last case
                held[spells[seat]["slot"]] -= 1
    return 0


# ---------------------------------------------------------------- refunds
def read_refunds(
    rows: Any, refunds: Any, tells: Any, blank: Any, filed: Any, response: Any, pool: Any, paid: Any, closed: Any, outcome: Any
) -> Any:
    """Fill in per refund when it was first filed, answered, paid and closed, where NEVER stands in all of them; where it was answered, or
    else first stood in line for that (-1 in all); and the outcome with which it was closed last (likewise).

    tells [kind, step]: a row of that kind at that step is about an answer (JOINED, BEGAN) or says that the money is back (FINISHED,
    WAITING, ALARMED). blank: whose first answer is none; False for all afterwards.
    """
    for i in range(len(rows)):
        row = rows[i]
        if is_stray(row, refunds):
            return ~i
        kind, refund, step = row["kind"], row["refund"], row["step"]
        if kind == FILED:
            filed[refund] = min(filed[refund], row["time"])
        elif kind == CLOSED:
            closed[refund] = min(closed[refund], row["time"])
            outcome[refund] = step
        elif step >= 0 and step < tells.shape[1] and tells[kind, step]:
            if kind == JOINED:
                if pool[refund] < 0:
                    pool[refund] = row["pool"]
            elif kind != BEGAN:
                paid[refund] = min(paid[refund], row["time"])
            elif blank[refund]:
                blank[refund] = False
            elif response[refund] == NEVER:
                response[refund] = row["time"]
                pool[refund] = row["pool"]
    return 0


# ---------------------------------------------------------------- lines
def read_changes(rows: Any, refunds: Any, by_kind: Any, closed: Any, row: Any, step: Any) -> Any:
    """Fill in which rows change a number of cases, and by how much (by_kind); how many do.

    A case given back after its refund was closed rejoins nothing. closed: False for every refund.
    """
    count = 0
    for i in range(len(rows)):
        if is_stray(rows[i], refunds):
            return ~i
        kind, refund = rows[i]["kind"], rows[i]["refund"]
        if kind == CLOSED:
            closed[refund] = True
        row[count] = i  # written over by the next one where it changes nothing: whether it does is hard to foresee
        step[count] = by_kind[kind]
        count += step[count] != 0 and not (kind == HANDED_BACK and step[count] > 0 and closed[refund])
    return count


def split_courses(rows: Any, row: Any, step: Any, of_pool: Any, course_of: Any, begins: Any, sizes: Any, moments: Any, level: Any) -> None:
    """Fill in for each course, from its place in `begins` on, its moments (each once) and the number of cases that each leaves behind.

    course_of: the course of each pool (of_pool) or line, -1 = of none; what lies beyond is of none either. begins, with an element more
    than sizes, and sizes: 0 in all.
    """
    for i in range(len(row)):
        place = rows[row[i]]["pool"] if of_pool else rows[row[i]]["line"]
        if place >= 0 and place < len(course_of) and course_of[place] >= 0:
            begins[course_of[place] + 1] += 1
    add_up(begins)
    for i in range(len(row)):
        place = rows[row[i]]["pool"] if of_pool else rows[row[i]]["line"]
        if place >= 0 and place < len(course_of) and course_of[place] >= 0:
            course, time = course_of[place], rows[row[i]]["time"]
            at = begins[course] + sizes[course]
            if sizes[course] > 0 and moments[at - 1] == time:
                level[at - 1] += step[i]
            else:
                moments[at] = time
                level[at] = step[i] + (level[at - 1] if sizes[course] > 0 else 0)
                sizes[course] += 1


# ---------------------------------------------------------------- what must hold
def read_faults(
    rows: Any, refunds: Any, until: Any, follows: Any, due: Any, parent: Any, last: Any, filed_at: Any, closed_at: Any, faults: Any
) -> Any:
    """Fill in what is wrong with each row (bits), and at which row each refund was first filed and first closed (-1 in all before: not).
    All the bits that occur.

    follows [kind, kind]: which kinds may follow each other in the life of one item. due, parent: when a refund is to be filed (NEVER = with
    the end of its first application), and which refund was its first application (-1 = none). last: -1 at every place.
    """
    seen = 0
    for i in range(len(rows)):
        row = rows[i]
        if is_stray(row, refunds):
            return ~i
        kind, refund, time = row["kind"], row["refund"], row["time"]
        fault = 0
        if i > 0 and time < rows[i - 1]["time"]:
            fault |= EARLIER
        if time >= until:
            fault |= BEYOND
        if kind == FILED:
            if filed_at[refund] >= 0:
                fault |= FILED_TWICE
            else:
                filed_at[refund] = i
            if due[refund] < NEVER:
                if due[refund] != time:
                    fault |= OFF_TIME
            elif parent[refund] < 0 or closed_at[parent[refund]] < 0:
                fault |= TOO_SOON
        if filed_at[refund] < 0:
            fault |= NOT_FILED
        if closed_at[refund] >= 0:
            leaves = kind == LEFT and time == rows[closed_at[refund]]["time"]
            if kind == CLOSED:
                fault |= CLOSED_TWICE
            elif kind != FINISHED and kind != HANDED_BACK and not leaves:
                fault |= AFTER_CLOSE
        elif kind == CLOSED:
            closed_at[refund] = i
        if kind != CLOSED and kind != ALARMED:
            place = place_of(row)
            if last[place] < 0:
                if kind != (FILED if row["item"] == 0 else OPENED):
                    fault |= BAD_START
            else:
                before = rows[last[place]]
                ends = kind == FINISHED or kind == HANDED_BACK
                if not follows[before["kind"], kind]:
                    fault |= BAD_NEXT
                elif ends or kind == BEGAN or kind == GAVE_UP or kind == LEFT:
                    if row["line"] != before["line"] or row["pool"] != before["pool"]:
                        fault |= MOVED
                    if row["step"] != before["step"] or row["handoff"] != before["handoff"]:
                        fault |= MOVED
                    if ends and row["slot"] != before["slot"]:
                        fault |= TAKEN_OVER
            last[place] = i
        faults[i] = fault
        seen |= fault
    for place in range(len(last)):
        i, closing = last[place], closed_at[place // ITEMS]
        if i >= 0 and closing >= 0 and (rows[i]["kind"] == JOINED or (rows[i]["kind"] == HANDED_BACK and i < closing)):
            faults[i] |= NEVER_LEAVES
            seen |= NEVER_LEAVES
    return seen


def find_more(rows: Any, refunds: Any, asks: Any, more: Any, found: Any) -> Any:
    """Flag the rows of buyers who only ask that are of a kind that is more than an answer (a flag per kind), or a question to another
    pool; how many."""
    count = 0
    for i in range(len(rows)):
        if is_stray(rows[i], refunds):
            return ~i
        if asks[rows[i]["refund"]] and (more[rows[i]["kind"]] or rows[i]["handoff"] >= 0):
            found[i] = True
            count += 1
    return count


def count_waits(rows: Any, refunds: Any, wanted: Any, counts: Any) -> Any:
    """Count by step the waits of the wanted refunds (a flag for each)."""
    for i in range(len(rows)):
        if is_stray(rows[i], refunds):
            return ~i
        row = rows[i]
        if row["kind"] == WAITING and wanted[row["refund"]] and row["step"] >= 0 and row["step"] < len(counts):
            counts[row["step"]] += 1
    return 0
