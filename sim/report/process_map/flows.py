"""What a run did, for the map: how often refunds went from step to step, how many stood at each, how long they waited and were worked on.

The log has rows of work and of waits; a step that takes no time leaves none. So what is counted here is from one logged step to the next
of the same item; a panel passes it along its arrows (sim.report.process_map.walks).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.desk.contract import Step
from sim.desk.log import Log
from sim.desk.records import ALARMED, CLOSED, ENDED, FILED, FINISHED, GAVE_UP, ITEMS, JOINED, KINDS, LEFT, OPENED, WAITING
from sim.measure.curves import Flags, Records, Whole, reached_by
from sim.measure.outcomes import Outcomes
from sim.measure.visits import OPEN as NOT_YET
from sim.measure.visits import Visits, by_item
from sim.report.process_map.declared import OVER, between

OPEN, DROPPED = -2, -3
"""In place of a step: the item still stands there at the end of the run, or was dropped there when its refund was closed."""

ON, SILENT, SENT = range(3)
"""How it went on: when work or a wait was over, because nobody took it up in time, or because a clock sent it."""

ALL = 0
"""In place of a path: all paths together."""

PATHS = (1, 2, 3, 4)

_TOLD = np.isin(np.arange(len(KINDS)), (FILED, OPENED, JOINED, WAITING, ENDED, CLOSED, GAVE_UP, LEFT, ALARMED))
_STOPS = (FILED, OPENED, JOINED, WAITING, ENDED, CLOSED)
_SHIFT = 8
"""Added to numbers of steps in a code, so that those below 0 have room."""


@dataclass(frozen=True)
class Move:
    """From a logged step to the next one of the same item, on a path (1-4).

    start, end: places in the declared steps; `end` may be OVER, OPEN or DROPPED. how: ON, SILENT or SENT. paid: the money was back before
    it began; mistaken: of a refund that was taken for a wrong path; side: of work beside the refund itself.
    outcome: of the refund, where it is closed by this.
    """

    path: int
    start: int
    end: int
    how: int = ON
    paid: bool = False
    mistaken: bool = False
    side: bool = False
    outcome: str = ""


@dataclass(frozen=True)
class Ending:
    """Where a request of a path was at its end: the last logged step, how it went on from there (ON, SILENT, SENT), what became of it.

    outcome: its name, "" = still open at the end of the run. money: the buyer has money back.
    """

    path: int
    start: int
    how: int
    outcome: str
    money: bool


@dataclass(frozen=True)
class Stand:
    """What happened at one step: how often it was come to, by how many refunds, and medians in seconds (None = fewer than half got there).

    in_line: until somebody took it, None where nobody works. lasted: the work, or the wait itself. spent: both together, to the end of
    the work. still: how many stood there at the end.
    unheard: questions that were lost on the way to who should work on it.
    """

    times: int
    refunds: int
    in_line: float | None
    lasted: float | None
    still: int
    unheard: int = 0
    spent: float | None = None


@dataclass(frozen=True)
class Course:
    """What became of the reported requests of a path.

    filed: how many came; second: of these, applications after one that was refused. refunded: got money, by whomever. paid: came to the
    step by which the money is back. closed: nothing is left to do; both: paid and closed. half_done: seconds from filing within which half
    of them were completed, None = fewer were.
    """

    filed: int = 0
    refunded: int = 0
    paid: int = 0
    closed: int = 0
    both: int = 0
    half_done: float | None = None
    second: int = 0


@dataclass(frozen=True)
class Flows:
    """The flows of a run over its reported requests.

    moves: how often each was made. begins: items that began, by (path, step): requests at the first step, side work at its own.
    endings: requests by where and how they ended; all of them, those still open too. in_time: by (path, step) answers within their
    standard, and how many were due. stands: by (path, step), ALL for all paths together. courses: by path (1-4). outcomes: how many
    requests ended so. machine: requests of a replayed history that a machine refunded before anyone saw them; they are in nothing else.
    """

    moves: Mapping[Move, int]
    stands: Mapping[tuple[int, int], Stand]
    courses: Mapping[int, Course]
    outcomes: Mapping[str, int]
    machine: int = 0
    begins: Mapping[tuple[int, int], int] = field(default_factory=dict)
    endings: Mapping[Ending, int] = field(default_factory=dict)
    in_time: Mapping[tuple[int, int], tuple[int, int]] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        """Reported requests that came to the desk."""
        return sum(course.filed for course in self.courses.values())

    def became(self, path: int = ALL, money: bool | None = None) -> dict[str, int]:
        """Requests of a path by outcome ("" = still open), the most frequent first; money: only those with money back, or without."""
        found: dict[str, int] = {}
        for ending, times in self.endings.items():
            if path in (ALL, ending.path) and money in (None, ending.money):
                found[ending.outcome] = found.get(ending.outcome, 0) + times
        return dict(sorted(found.items(), key=lambda item: (item[0] == "", -item[1], item[0])))


def flows_in(log: Log, stays: Visits, reported: Outcomes, steps: Sequence[Step], money_back: int, outcomes: Sequence[str] = ()) -> Flows:
    """Count what the reported refunds of a run did.

    stays: the log's stays in line; money_back: the step by which the money is back; outcomes: names of the outcomes. Raises ValueError for
    rows of steps that are not declared.
    """
    path = np.zeros(len(log.ledger), np.int64)
    path[reported["refund"]] = reported["path"].clip(PATHS[0], PATHS[-1])
    rows = log.rows[by_item(log, _TOLD)]
    rows = rows[path[rows["refund"]] > 0]
    at_step = rows["step"][np.isin(rows["kind"], (JOINED, WAITING))]
    if at_step.max(initial=0) >= len(steps):
        raise ValueError(f"the log has a step {at_step.max()}, but only {len(steps)} are declared")
    told = _Told(rows, path, log.ledger["mistakes"] > 0)
    outcome, money = np.full(len(log.ledger), -1, np.int64), np.zeros(len(log.ledger), np.bool_)
    outcome[reported["refund"]], money[reported["refund"]] = reported["outcome"], reported["refunded"] > 0
    moves, paid = told.moves(steps, money_back, outcome, outcomes)
    how_many = np.bincount(reported["outcome"][reported["outcome"] >= 0], minlength=len(outcomes))
    return Flows(
        moves=moves,
        stands=_stands(stays, told.waits(stays.horizon), path),
        courses={number: _course(reported.on_path(number), paid) for number in PATHS},
        outcomes={name: int(how_many[at]) for at, name in enumerate(outcomes) if how_many[at]},
        machine=len(reported.automatic),
        begins=told.begins(),
        endings=told.endings(outcome, money, outcomes),
    )


def _course(reported: Outcomes, paid: Flags) -> Course:
    closed = reported["outcome"] >= 0
    back = paid[reported["refund"]]
    refunded = reported["refunded"] > 0
    half = _median(reported.lasted, ~reported.unfinished)
    both = int((back & closed).sum())
    return Course(len(reported), int(refunded.sum()), int(back.sum()), int(closed.sum()), both, half, int(reported["second"].sum()))


class _Told:
    """The log's rows by refund and item, and what follows each stop: a row at which an item begins, joins a line, waits or is over."""

    def __init__(self, rows: Records, path: Whole, mistaken: Flags) -> None:
        """path, mistaken: per refund its path, 0 = not counted, and whether it was taken for a wrong one."""
        kind, self.time = rows["kind"], rows["time"].astype(np.int64)
        items = rows["refund"].astype(np.int64) * ITEMS + rows["item"]
        self.stops = np.flatnonzero(np.isin(kind, _STOPS))
        self.refund = rows["refund"][self.stops]
        self.kind = kind[self.stops]
        self.step = rows["step"][self.stops].astype(np.int64)
        self.path, self.mistaken = path, mistaken
        item = items[self.stops]
        self.side = rows["item"][self.stops] > 0
        self.goes_on = np.append(item[1:] == item[:-1], False)[: len(item)]
        self.next = np.append(self.stops[1:], 0)[: len(item)]
        self.next_kind, self.next_step = kind[self.next], rows["step"][self.next].astype(np.int64)

        # What stands right before the next stop of the same item says how it came there. A clock's row stands with the refund itself.
        before = np.maximum(self.next - 1, 0)
        same = self.goes_on & (items[before] == item)
        by_clock = (kind[before] == ALARMED) & (self.time[before] == self.time[self.next])
        self.silent = same & (kind[before] == GAVE_UP)
        self.sent = same & (by_clock | (kind[before] == LEFT))
        self.closed_at = np.full(len(path), -1, np.int64)
        closing = kind == CLOSED
        self.closed_at[rows["refund"][closing]] = self.time[closing]

    def moves(self, steps: Sequence[Step], money_back: int, outcome: Whole, names: Sequence[str]) -> tuple[dict[Move, int], Flags]:
        """How often each move was made, and per refund whether its money is back."""
        end = np.where(self.next_kind == CLOSED, OVER, self.next_step)
        end = np.where(self.goes_on, end, np.where(self.closed_at[self.refund] < 0, OPEN, DROPPED))
        begins = np.isin(self.kind, (FILED, OPENED))
        made = np.flatnonzero(~np.isin(self.kind, (ENDED, CLOSED)) & ~(begins & (self.step == end)))  # one that begins by waiting: no move
        how = self.how(steps)[made]
        start, end, refund = self.step[made], end[made], self.refund[made]
        code = ((how << 32) + ((start + _SHIFT) << 16) + end + _SHIFT).astype(np.int64)
        codes, which = np.unique(code, return_inverse=True)
        passes = np.array([_pays(steps, money_back, *_read(each)) for each in codes.tolist()], np.bool_)[which]
        before: Whole = np.cumsum(passes) - passes  # in all; less those of earlier refunds: of this one
        first = np.append(True, refund[1:] != refund[:-1])[: len(refund)]
        paid_before = before > np.maximum.accumulate(np.where(first, before, 0))
        kind = ((self.path[refund] * 2 + paid_before) * 2 + self.mistaken[refund]) * 2 + self.side[made]
        kind = (kind << 6) + np.where(end == OVER, outcome[refund] + 1, 0)
        codes, times = np.unique((kind.astype(np.int64) << 40) + code, return_counts=True)
        found: dict[Move, int] = {}
        for whole, count in zip(codes.tolist(), times.tolist(), strict=True):
            of_kind, rest = divmod(whole, 2**40)
            of_kind, became = divmod(of_kind, 2**6)
            by, one, other = _read(rest)
            found[
                Move(
                    of_kind // 8,
                    one,
                    other,
                    by,
                    bool(of_kind // 4 % 2),
                    bool(of_kind // 2 % 2),
                    bool(of_kind % 2),
                    _named(names, became - 1),
                )
            ] = count
        paid = np.zeros(len(self.path), np.bool_)
        paid[refund[passes]] = True
        return found, paid

    def how(self, steps: Sequence[Step]) -> Whole:
        """Of each stop how it went on from there."""
        asked = (self.kind == WAITING) & np.array([bool(step.by) for step in steps])[np.clip(self.step, 0, None)]  # and nobody heard it
        return np.asarray(np.where(self.sent, SENT, np.where(self.silent | asked, SILENT, ON)))

    def begins(self) -> dict[tuple[int, int], int]:
        """How many items began, by path and step."""
        at = np.isin(self.kind, (FILED, OPENED))
        codes, times = np.unique((self.path[self.refund[at]] << 16) + self.step[at], return_counts=True)
        return {divmod(code, 2**16): count for code, count in zip(codes.tolist(), times.tolist(), strict=True)}

    def endings(self, outcome: Whole, money: Flags, names: Sequence[str]) -> dict[Ending, int]:
        """Requests by where they ended. outcome, money: per refund its outcome, -1 = open, and whether the buyer has money back."""
        last = ~self.side & (self.kind != CLOSED) & (~self.goes_on | (self.next_kind == CLOSED))
        refund, step = self.refund[last], self.step[last]
        sent = np.where(self.goes_on[last] & self.sent[last], SENT, ON)
        what = (self.path[refund] * 64 + outcome[refund] + 1) * 2 + money[refund]
        codes, times = np.unique((((what << 2) + sent) << 16) + step, return_counts=True)
        found: dict[Ending, int] = {}
        for code, count in zip(codes.tolist(), times.tolist(), strict=True):
            rest, at = divmod(code, 2**16)
            what_of, how = divmod(rest, 4)
            known, has_money = divmod(what_of, 2)
            path, number = divmod(known, 64)
            found[Ending(path, at, how, _named(names, number - 1), bool(has_money))] = count
        return found

    def waits(self, horizon: int) -> Records:
        """Every wait: refund, step, seconds it lasted, and whether it came to its end."""
        at = np.flatnonzero(self.kind == WAITING)
        found = np.zeros(len(at), [("refund", "i8"), ("step", "i8"), ("lasted", "i8"), ("over", "?")])
        found["refund"], found["step"], found["over"] = self.refund[at], self.step[at], self.goes_on[at]
        closed = self.closed_at[self.refund[at]]
        until = np.where(self.goes_on[at], self.time[self.next[at]], np.where(closed < 0, horizon, closed))
        found["lasted"] = until - self.time[self.stops[at]]
        return found


def _read(code: int) -> tuple[int, int, int]:
    """How, from where and to where of a move's code."""
    how, steps = divmod(code, 2**32)
    start, end = divmod(steps, 2**16)
    return how, start - _SHIFT, end - _SHIFT


def _named(names: Sequence[str], outcome: int) -> str:
    """The name of an outcome; "" for none."""
    return names[outcome] if 0 <= outcome < len(names) else ""


def _pays(steps: Sequence[Step], money_back: int, how: int, start: int, end: int) -> bool:
    """Whether the money is back by a move."""
    if how == SENT or end in (OPEN, DROPPED):
        return False
    return end == money_back or money_back in between(steps, start, end)


def _stands(stays: Visits, waits: Records, path: Whole) -> dict[tuple[int, int], Stand]:
    """Stays in line; waits where nobody works, or, where somebody does, as questions that were not heard."""
    in_line = _grouped(stays.records[path[stays.records["refund"]] > 0], path)
    waiting = _grouped(waits, path)
    found = {
        key: Stand(len(of), _refunds(of), None, _median(of["lasted"], of["over"]), int(np.count_nonzero(~of["over"])))
        for key, of in waiting.items()
    }
    for key, of in in_line.items():
        found[key] = Stand(
            len(of),
            _refunds(of),
            _median(of["waited"], of["spells"] > 0),
            _median(of["worked"], of["how"] == FINISHED),
            int(np.count_nonzero(of["how"] == NOT_YET)),
            len(waiting.get(key, ())),
            _median(of["waited"] + of["worked"], of["how"] == FINISHED),
        )
    return found


def _refunds(records: Records) -> int:
    return len(np.unique(records["refund"]))


def _grouped(records: Records, path: Whole) -> dict[tuple[int, int], Records]:
    """The records by (path, step), and by (ALL, step)."""
    found = {}
    step = records["step"].astype(np.int64)
    for keys in ((path[records["refund"]] << 16) + step, step):
        order = np.argsort(keys, kind="stable")
        bounds = np.flatnonzero(np.diff(keys[order])) + 1
        for part in np.split(order, bounds) if len(order) else []:
            number, at = divmod(int(keys[part[0]]), 2**16)
            found[number, at] = records[part]
    return found


def _median(seconds: Whole, reached: Flags) -> float | None:
    (half,) = reached_by((0.5,), seconds, reached)
    return None if half is None else float(half)
