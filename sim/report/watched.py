"""A run of the reference engine under observation: beside the log, every call of the procedure for some refunds, and what it changed.

Most of what a refund goes through takes no time and leaves no row in the log: a judgement, an answer's meaning, an act that was wrong.
The engine's three calls of the procedure are plain Python here, so they can be written down; nothing of the run is changed by that.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sim.demand.workload import NEVER, Workload
from sim.desk.actions import Action
from sim.desk.contract import Floor, Procedure
from sim.desk.log import Log
from sim.desk.procedure import PROCEDURE
from sim.desk.procedure.seen import comes_back, rule_row
from sim.desk.records import ALARMS, LOG
from sim.desk.simpy_engine import Desk
from sim.desk.simulate import end_of, floor_of
from sim.desk.steps import BATCH, JUDGE, LOOK
from sim.desk.tables import P_BATCH, tables_of
from sim.scenario.schema import Scenario

ADVANCE, BEGIN, ALARM = "advance", "begin", "alarm"
"""Which of the procedure's functions was called."""

NO_CLOCKS = (NEVER,) * ALARMS
EVERY_TELLING = 1_000
"""Instants between two reports of progress."""


@dataclass(frozen=True)
class Note:
    """One call of the procedure for a watched refund.

    time: seconds since the start. place: rows of the log written before it. item: 0 the refund itself, 1-3 side work. asked: ADVANCE,
    BEGIN or ALARM. at: the step (or alarm) it was about. action, leads: what was answered, and the step that comes next (-1 = none).
    until: the end of a wait, in seconds. rule: row of `sim.rules.masks` that decided, -1 = none did. before, after: the whole numbers of
    the refund's state, those of the ledger as "ledger.NAME". clocks: due times before and after.
    """

    time: int
    place: int
    item: int
    asked: str
    at: int
    action: int
    leads: int
    until: int
    rule: int
    before: Mapping[str, int]
    after: Mapping[str, int]
    clocks: tuple[tuple[int, ...], tuple[int, ...]]

    def __getitem__(self, name: str) -> int:
        """What a column holds afterwards."""
        return self.after.get(name, 0)

    def grown(self, name: str) -> int:
        """By how much a column has changed."""
        return self.after.get(name, 0) - self.before.get(name, 0)


@dataclass(frozen=True)
class Watched:
    """A run, and for each watched refund (by row) the calls of the procedure in their order."""

    log: Log
    floor: Floor
    notes: Mapping[int, tuple[Note, ...]]


@dataclass
class _Watch:
    """Wraps the procedure's functions; calls for other refunds pass through."""

    procedure: Procedure
    rows: Collection[int]
    notes: dict[int, list[Note]] = field(default_factory=dict)
    desk: Desk | None = None

    @cached_property
    def wrapped(self) -> Procedure:
        return replace(self.procedure, advance=self.advance, begin=self.begin, alarm=self.alarm)

    def advance(self, item: int, step: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
        if refund.row not in self.rows:
            return self.procedure.advance(item, step, refund, state, tables, now)
        before, rule = _seen(state), -1
        judged = step == JUDGE and not (state.paid == 1 and comes_back(state))
        if judged or (step == LOOK and state.handled == 1 and tables.switch[P_BATCH] == 1):
            rule = rule_row(refund, state, tables, now)  # as the procedure is about to: the same bits of the ledger
        action = self.procedure.advance(item, step, refund, state, tables, now)
        if step == LOOK and action[1] != BATCH:
            rule = -1  # nothing was decided by it
        self._note(refund.row, now, item, ADVANCE, step, (action[0], action[1], action[3]), rule, before, state)
        return action

    def begin(self, item: int, step: int, refund: Any, state: Any, tables: Any, now: int, group: int, chats: int) -> int:
        if refund.row not in self.rows:
            return self.procedure.begin(item, step, refund, state, tables, now, group, chats)
        before = _seen(state)
        seconds = self.procedure.begin(item, step, refund, state, tables, now, group, chats)
        self._note(refund.row, now, item, BEGIN, step, (-1, -1, NEVER), -1, before, state)
        return seconds

    def alarm(self, which: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
        if refund.row not in self.rows:
            return self.procedure.alarm(which, refund, state, tables, now)
        before = _seen(state)
        action = self.procedure.alarm(which, refund, state, tables, now)
        self._note(refund.row, now, 0, ALARM, which, (action[0], action[1], action[3]), -1, before, state)
        return action

    def _note(
        self, row: int, now: int, item: int, asked: str, at: int, to: tuple[int, int, int], rule: int, before: dict[str, Any], state: Any
    ) -> None:
        assert self.desk is not None
        after = _seen(state)
        clocks = before.pop("due"), after.pop("due")
        place = len(self.desk.rows) // LOG.itemsize
        self.notes.setdefault(row, []).append(Note(now, place, item, asked, at, *to, rule, before, after, clocks))


def watch(workload: Workload, scenario: Scenario, rows: Collection[int], progress: Callable[[float], None] | None = None) -> Watched:
    """Run the reference engine to its end and watch the refunds in `rows`; `progress` is told a share 0-1."""
    watching = _Watch(PROCEDURE, frozenset(rows))
    floor, until = floor_of(scenario, workload), end_of(scenario)
    desk = watching.desk = Desk(workload.refunds, floor, tables_of(scenario), watching.wrapped)
    instants = 0
    while (now := desk.step()) < until:
        instants += 1
        if progress and instants % EVERY_TELLING == 0:
            progress(max(0.0, now / until))
    return Watched(desk.log(until), floor, {row: tuple(notes) for row, notes in watching.notes.items()})


def _seen(state: Any) -> dict[str, Any]:
    """The whole numbers of a state and its ledger, and its clocks under "due"; what was never written is 0."""
    found: dict[str, Any] = {name: value for name, value in vars(state).items() if type(value) is int}
    found |= {f"ledger.{name}": value for name, value in vars(state.ledger).items() if type(value) is int}
    return found | {"due": tuple(state.due) if "due" in vars(state) else NO_CLOCKS}
