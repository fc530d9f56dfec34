"""What a person can do by now: the fold of their answers, which are the only truth of it.

A fold is kept in memory per person, with the last answer that is in it, so that a verdict adds one answer and does not fold thousands anew.
Answers are never changed; when they were deleted, the last one is gone, and the fold begins again.
"""

import math
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo
from functools import cache
from threading import Lock
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from sim.rules.tables import Text
from trainer_app.db.tables import Answer
from trainer_app.training.cases import cells
from trainer_app.training.grading import Mark, Verdict
from trainer_app.training.hints import GRADES
from trainer_app.training.skill import NEW, Trainee, answered

SPELLED_OUT = GRADES[-1]
"""The hint that reads out what decides on the card: who has seen it has not recalled the rule."""

KEPT_PEOPLE = 1_000

Stored = Row[*tuple[Any, ...]]
_COLUMNS = (
    Answer.id,
    Answer.cell,
    Answer.right_path,
    Answer.right_response,
    Answer.right_deadline,
    Answer.hints,
    Answer.ambiguous,
    Answer.shown_at,
    Answer.answered_at,
)


@dataclass(frozen=True)
class Standing:
    """What a person can, by their answers up to `last` (an answer's id, 0 = none); answers: how many these are."""

    trainee: Trainee
    last: int
    answers: int


NOTHING_YET = Standing(NEW, 0, 0)


@dataclass(frozen=True)
class Today:
    """The day at a glance. due: skills that are due now; later: those that will be before midnight; done: cards answered since midnight."""

    due: int
    later: int
    done: int


def evidence(verdict: Verdict, seconds: float, hints: int) -> tuple[Verdict, float]:
    """What an answer says of the skill, as verdict and seconds for `training.skill`.

    Skill is what somebody knows unaided. After a hint of the last grade, which reads out what decides, an answer counts as not known, right
    as it may be: the skill comes back at once, and a try is added without a success (were it left out, one could ask for the hint
    wherever one is unsure, and keep a figure of sure cards only). After a fainter hint a right answer counts, and is taken for a slow one.
    """
    if hints >= SPELLED_OUT:
        return replace(verdict, response=replace(verdict.response, right=False)), seconds
    return verdict, math.inf if hints else seconds


def fold(standing: Standing, rows: Iterable[Stored]) -> Standing:
    """The standing after more answers, in the order of their ids. A skill that is no more is left out."""
    trainee, last, count = standing.trainee, standing.last, standing.answers
    for row in rows:
        last, count = row.id, count + 1
        if row.cell in cells():
            verdict = _as_marked(row)
            said, seconds = evidence(verdict, (row.answered_at - row.shown_at).total_seconds(), row.hints)
            trainee = answered(trainee, row.cell, said, seconds, row.answered_at)
    return Standing(trainee, last, count)


def standing(session: Session, person_id: str) -> Standing:
    """What a person can by what is stored of them. Ask in a session that has not written: what is kept must be committed."""
    return _kept().of(session, person_id)


def today(session: Session, person_id: str, at: datetime, zone: tzinfo) -> Today:
    """What is due, and what was done, on the day that `at` lies in where the person is."""
    midnight = datetime.combine(at.astimezone(zone).date(), time(), zone)
    progress = standing(session, person_id).trainee.progress.values()
    due = sum(each.due <= at for each in progress)
    later = sum(at < each.due < midnight + timedelta(days=1) for each in progress)
    wanted = select(func.count()).where(Answer.person_id == person_id, Answer.answered_at >= midnight)
    return Today(due, later, session.scalar(wanted) or 0)


class Standings:
    """Folds kept in memory, of the people who practised last; may be asked from several threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._found: OrderedDict[str, Standing] = OrderedDict()

    def of(self, session: Session, person_id: str) -> Standing:
        """The standing by all answers stored: the kept one and what came after it."""
        with self._lock:
            before = self._found.get(person_id, NOTHING_YET)
        rows = _rows(session, person_id, before.last)
        if before.last and (not rows or rows[0].id != before.last):  # its last answer is gone: all were deleted
            before, rows = NOTHING_YET, _rows(session, person_id, 0)
        after = fold(before, rows[1:] if before.last else rows)
        with self._lock:
            self._found[person_id] = after
            self._found.move_to_end(person_id)
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return after


@cache
def _kept() -> Standings:
    return Standings(KEPT_PEOPLE)


def _as_marked(row: Stored) -> Verdict:
    """A verdict of the marks that are stored; what there is to read of it is left out."""
    path, response, deadline = (Mark(right, None, ()) for right in (row.right_path, row.right_response, row.right_deadline))
    nothing = Text("", "")
    return Verdict(path, response, deadline, "", "", "", nothing, (), row.ambiguous, None)


def _rows(session: Session, person_id: str, from_id: int) -> list[Stored]:
    """The answers of a person from an id on, in the order in which they were given."""
    wanted = select(*_COLUMNS).where(Answer.person_id == person_id, Answer.id >= from_id).order_by(Answer.id)
    return list(session.execute(wanted).all())
