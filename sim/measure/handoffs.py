"""Questions to another pool: asked, answered, answered in time, lost, and how long the answers took, per handoff."""

from dataclasses import dataclass

import numpy as np

from sim.demand.workload import NEVER
from sim.desk.contract import Procedure
from sim.desk.log import Log
from sim.desk.records import FINISHED
from sim.desk.tables import HANDOFF_KINDS, HANDOFF_ROWS
from sim.measure.counted import Counted
from sim.measure.curves import HOUR, Records, Whole, reached_by
from sim.measure.figures import Figure, share
from sim.measure.outcomes import Outcomes
from sim.measure.passes import machine_code_of
from sim.measure.passes.rows import count_waits, unless_stray
from sim.measure.visits import Visits
from sim.scenario.schema import Scenario

CODE = "handoff_within_standard"


@dataclass(frozen=True)
class Kind:
    """One kind of question, with a standard (seconds, None = no clock) of its own.

    asked: all of them; answered; lost: nobody heard them, or nobody ever answers; open: not answered yet. The rest were given up or
    dropped. judged: asked, less open ones younger than the standard (`left_out`); in_time: of these, answered within it.
    """

    name: str
    standard: int | None
    asked: int
    answered: int
    lost: int
    open: int
    left_out: int
    in_time: int

    @property
    def judged(self) -> int:
        return self.asked - self.left_out


@dataclass(frozen=True)
class Handoff:
    """One handoff over the questions asked for the reported requests, whenever they were asked; `kinds` says it kind by kind.

    standard: of the first kind that has a clock; None = none has. within_standard: answered within its kind's standard ÷ asked, over the
    kinds with a clock; a question that was lost, given up or dropped is asked and not answered. mean_hours, p90_hours: from asking to
    the answer, over the answered ones, by the calendar.
    """

    name: str
    kinds: tuple[Kind, ...]
    within_standard: Figure
    mean_hours: float | None
    p90_hours: float | None

    @property
    def standard(self) -> int | None:
        return next((kind.standard for kind in self.kinds if kind.standard is not None), None)

    @property
    def asked(self) -> int:
        return sum(kind.asked for kind in self.kinds)

    @property
    def answered(self) -> int:
        return sum(kind.answered for kind in self.kinds)

    @property
    def lost(self) -> int:
        return sum(kind.lost for kind in self.kinds)

    @property
    def open(self) -> int:
        return sum(kind.open for kind in self.kinds)


def handoffs(log: Log, stays: Visits, reported: Outcomes, scenario: Scenario, procedure: Procedure, clocks: Counted) -> tuple[Handoff, ...]:
    """Every handoff, in the order of HANDOFF_ROWS, judged by the clocks of the pools that answer.

    Raises ValueError where the procedure names a lost question after no kind of handoff.
    """
    questions = stays.records.compress(stays.records["handoff"] >= 0)
    questions = questions.compress(reported.among(questions["refund"]))
    answered = questions.compress(questions["how"] == FINISHED)
    lost = lost_questions(log, reported, procedure)
    found = []
    for name, numbers in HANDOFF_ROWS.items():
        kinds = tuple(
            _kind(number, getattr(scenario.standards, HANDOFF_KINDS[number]), questions, int(lost[number]), stays.horizon, clocks)
            for number in numbers
        )
        answers = answered.compress(np.isin(answered["handoff"], numbers))
        took = answers["ended"] - answers["joined"]
        (p90,) = reached_by((0.9,), took, np.ones(len(took), np.bool_))
        found.append(
            Handoff(
                name=name,
                kinds=kinds,
                within_standard=_within(kinds),
                mean_hours=int(took.sum()) / len(took) / HOUR if len(took) else None,
                p90_hours=None if p90 is None else p90 / HOUR,
            )
        )
    return tuple(found)


def lost_questions(log: Log, reported: Outcomes, procedure: Procedure) -> Whole:
    """How many questions of the reported requests nobody answers, by the number of their kind: waits at a step that says so."""
    refunds, waits = len(log.ledger), np.zeros(len(procedure.steps), np.int64)
    unless_stray(machine_code_of(count_waits)(log.rows, refunds, reported.among(np.arange(refunds)), waits))
    found = np.zeros(len(HANDOFF_KINDS), np.int64)
    for number, step in enumerate(procedure.steps):
        if step.lost_question:
            found[HANDOFF_KINDS.index(step.lost_question)] += waits[number]
    return found


def over_all(each: tuple[Handoff, ...]) -> Figure:
    """The share over all handoffs that have a standard, as a ratio of sums, with each handoff's own in `by`."""
    kinds = tuple(kind for handoff in each for kind in handoff.kinds)
    return _within(kinds, by={handoff.name: handoff.within_standard for handoff in each})


def _within(kinds: tuple[Kind, ...], **more: Figure | dict[str, Figure]) -> Figure:
    timed = [kind for kind in kinds if kind.standard is not None]
    parts = {"left_out": float(sum(kind.left_out for kind in timed)), "lost": float(sum(kind.lost for kind in timed))}
    in_time, judged = sum(kind.in_time for kind in timed), sum(kind.judged for kind in timed)
    return share(CODE, float(in_time), float(judged), "none_asked" if timed else "no_standard", parts=parts, **more)


def _kind(number: int, standard: int | None, questions: Records, lost: int, horizon: int, clocks: Counted) -> Kind:
    asked = questions.compress(questions["handoff"] == number)
    answered, is_open = asked["how"] == FINISHED, asked["ended"] == NEVER
    in_time = left_out = 0
    if standard is not None:
        within = clocks.between(asked["pool"], asked["joined"], np.minimum(asked["ended"], horizon)) <= standard
        in_time, left_out = int(np.count_nonzero(answered & within)), int(np.count_nonzero(is_open & within))
    return Kind(
        name=HANDOFF_KINDS[number],
        standard=standard,
        asked=len(asked) + lost,
        answered=int(answered.sum()),
        lost=lost,
        open=int(is_open.sum()),
        left_out=left_out,
        in_time=in_time,
    )
