"""The two contracts that meet in an engine: the procedure (what happens next) and the floor (who is there to do it)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.desk.actions import Action
from sim.desk.records import LINE, POOL, SLOT
from sim.scenario.calendar import CHANGE

Advance = Callable[[int, int, Any, Any, Any, int], Action]
Begin = Callable[[int, int, Any, Any, Any, int, int, int], int]
Alarm = Callable[[int, Any, Any, Any, int], Action]


@dataclass(frozen=True)
class Step:
    """One step of a procedure, as people see it."""

    name: str  # its constant in the procedure's code
    zh: str
    en: str
    path: int = 0  # 1-4, 0 = common to all
    by: str = ""  # pool that works on it, "" = a wait or a decision
    answers: bool = False  # taking it is a first response to the buyer
    pays: bool = False  # when it is finished the money is back: the request is completed, whatever the warehouse still does
    then: tuple[str, ...] = ()  # names of the steps to which the errand can go from here
    rework: bool = False  # it would not be there if all had gone right
    lost_question: str = ""  # waiting here is a question that nobody heard: its handoff


@dataclass(frozen=True)
class Procedure:
    """What happens next to a refund: three deterministic functions that write nothing but the refund's own state.

    advance(item, step, refund, state, tables, now) -> Action: called when an item comes to a step.
    begin(item, step, refund, state, tables, now, group, chats) -> seconds of work: called when somebody takes it. `step`
    is the step that asked for the work; `chats` is how many other chats that person has open.
    alarm(which, refund, state, tables, now) -> Action (go_on, side, go_to or done): called when state.due[which] is
    reached; the engine has set it to NEVER before.
    """

    name: str
    advance: Advance
    begin: Begin
    alarm: Alarm
    first_step: int = 0
    steps: tuple[Step, ...] = ()
    alarms: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    paying_alarms: tuple[int, ...] = ()  # alarms at which the money goes back, whatever the warehouse still does


@dataclass(frozen=True)
class Floor:
    """Who is there: pools, their lines, named staff slots and their comings and goings.

    pools: POOL records (rule at the end of a shift, cap and reopening time in seconds).
    lines: LINE records (pool; most cases and fen of a batch, 1 case = no batch; seconds per batch).
    slots: SLOT records in dispatch order inside a pool (group, then shift, then number); seats = chats at once.
    changes: CHANGE records sorted by (time, slot): OFF, ON, BREAK_ENDS, BREAK_BEGINS.
    """

    pools: np.ndarray
    lines: np.ndarray
    slots: np.ndarray
    changes: np.ndarray
    names: tuple[str, ...] = ()
    line_names: tuple[str, ...] = ()
    group_names: tuple[str, ...] = ()
    slot_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for array, dtype in ((self.pools, POOL), (self.lines, LINE), (self.slots, SLOT), (self.changes, CHANGE)):
            if array.dtype != dtype:
                raise TypeError(f"a floor's array has dtype {array.dtype}, not {dtype}")
            array.flags.writeable = False


class EndlessInstant(RuntimeError):
    """A refund went through more than 1,000 steps without time moving on."""

    def __init__(self, refund: int, step: int, time: int) -> None:
        super().__init__(refund, step, time)  # SimPy raises an error of a process again from its args
        self.refund, self.step, self.time = refund, step, time

    def __str__(self) -> str:
        return f"refund {self.refund} took more than 1,000 steps in one instant (second {self.time}), last at step {self.step}"


class ProcedureError(RuntimeError):
    """A procedure asked for something no engine can do (an unknown line, END of item 0, a JOIN of a side item on itself)."""
