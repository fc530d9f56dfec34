"""Who should practise what, and how sure it is what they can: spaced repetition (FSRS) over the 24 skill cells.

All functions are pure. The time is an argument (the server's clock, with a zone); chance is none: the scheduler's own fuzz is off.
A trainee's state is plain data, by `to_data` and `from_data`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, cast

from fsrs import Card as Memory
from fsrs import Rating, Scheduler, State
from fsrs.card import CardDict
from scipy import special

from sim.errors import BadInput, nearest_name
from trainer_app.training.card import texts
from trainer_app.training.cases import cells
from trainer_app.training.grading import Verdict

SCHEMA = 1

RATINGS: Mapping[str, Rating] = {"again": Rating.Again, "hard": Rating.Hard, "good": Rating.Good, "easy": Rating.Easy}


@dataclass(frozen=True)
class Pace:
    """How fast the trainer goes; see `pace.toml`."""

    slow_seconds: float
    cells_a_day: int
    open_most: int
    retention: float
    learning_minutes: tuple[int, ...]
    relearning_minutes: tuple[int, ...]
    most_days: int
    last: int
    confidence: float
    ratings: Mapping[str, str]


@cache
def standard_pace() -> Pace:
    """The pace as shipped."""
    table = texts("pace.toml")
    return Pace(
        slow_seconds=table["slow"]["seconds"],
        cells_a_day=table["new"]["cells_a_day"],
        open_most=table["new"]["open_most"],
        retention=table["memory"]["retention"],
        learning_minutes=tuple(table["memory"]["learning_minutes"]),
        relearning_minutes=tuple(table["memory"]["relearning_minutes"]),
        most_days=table["memory"]["most_days"],
        last=table["mastery"]["last"],
        confidence=table["mastery"]["confidence"],
        ratings=table["rating"],
    )


@dataclass(frozen=True)
class Progress:
    """One skill of one trainee. begun: when it was first shown; seen: cases shown so far, the next has this number; answers: the last ones
    that count, oldest first, True = all three marks right; memory: the card of FSRS as plain data."""

    begun: datetime
    seen: int
    answers: tuple[bool, ...]
    memory: Mapping[str, Any]

    @property
    def due(self) -> datetime:
        """When it should come up again."""
        return datetime.fromisoformat(self.memory["due"])


@dataclass(frozen=True)
class Trainee:
    """What is known of one trainee: progress by cell. Cells never shown are not in it."""

    progress: Mapping[str, Progress]


NEW = Trainee({})
"""A trainee on the first day."""


@dataclass(frozen=True)
class Task:
    """What to practise next: case `number` of `cell`. why: "due", "new", or "weakest" (ahead of time, since nothing is due)."""

    cell: str
    number: int
    why: str


@dataclass(frozen=True)
class Mastery:
    """How well a skill is mastered: `right` of `tries` answers, and the interval of the share (Wilson's, `confidence` 0-1) that they leave
    open. Without an answer it is 0-1."""

    cell: str
    right: int
    tries: int
    low: float
    high: float
    confidence: float

    @property
    def centre(self) -> float:
        """The middle of the interval: by this the weakest comes first."""
        return (self.low + self.high) / 2


def rate(verdict: Verdict, seconds: float | None, pace: Pace | None = None) -> str:
    """How an answer went: "right", "slow" (right, and took too long), "partly" (the path, and not all else), or "wrong" (the path)."""
    pace = pace or standard_pace()
    if verdict.right:
        return "slow" if seconds is not None and seconds > pace.slow_seconds else "right"
    return "partly" if verdict.path.right else "wrong"


def answered(trainee: Trainee, cell: str, verdict: Verdict, seconds: float | None, at: datetime, pace: Pace | None = None) -> Trainee:
    """The trainee after an answer to the next case of a cell, given at `at` (with a zone). Cases with several accepted paths are practice:
    they are repeated like others, and count for no figure. Raises BadInput for an unknown cell or a time without a zone."""
    pace = pace or standard_pace()
    known(cell)
    at = _clock(at)
    before = trainee.progress.get(cell)
    memory = Memory(card_id=cells().index(cell), due=at) if before is None else Memory.from_dict(cast(CardDict, dict(before.memory)))
    rating = RATINGS[pace.ratings[rate(verdict, seconds, pace)]]
    after, _ = _scheduler(pace).review_card(memory, rating, at)
    answers = before.answers if before else ()
    if not verdict.ambiguous:
        answers = (*answers, verdict.right)[-pace.last :]
    begun = before.begun if before else at
    progress = Progress(begun, (before.seen if before else 0) + 1, answers, dict(after.to_dict()))
    return replace(trainee, progress={**trainee.progress, cell: progress})


def skipped(trainee: Trainee, cell: str) -> Trainee:
    """The trainee after a case that was shown and not answered: the next one is a fresh one."""
    before = trainee.progress.get(known(cell))
    if before is None:
        return trainee
    return replace(trainee, progress={**trainee.progress, cell: replace(before, seen=before.seen + 1)})


def next_task(trainee: Trainee, at: datetime, pace: Pace | None = None) -> Task:
    """What to practise at `at`: what is due, the longest overdue first; else a new skill, if the pace allows; else the weakest."""
    pace, at = pace or standard_pace(), _clock(at)
    due = due_cells(trainee, at)
    if due:
        return Task(due[0], trainee.progress[due[0]].seen, "due")
    if may_begin(trainee, at, pace):
        return Task(next(cell for cell in cells() if cell not in trainee.progress), 0, "new")
    weakest = next(each.cell for each in mastery(trainee, pace) if each.cell in trainee.progress)
    return Task(weakest, trainee.progress[weakest].seen, "weakest")


def due_cells(trainee: Trainee, at: datetime) -> tuple[str, ...]:
    """The skills that are due at `at`, the longest overdue first."""
    at = _clock(at)
    found = [cell for cell in cells() if cell in trainee.progress and trainee.progress[cell].due <= at]
    return tuple(sorted(found, key=lambda cell: trainee.progress[cell].due))


def may_begin(trainee: Trainee, at: datetime, pace: Pace | None = None) -> bool:
    """Whether a new skill may be shown: some are left, not too many were begun in the last 24 hours, and not too many are still open."""
    pace, at = pace or standard_pace(), _clock(at)
    begun = sum(each.begun > at - timedelta(days=1) for each in trainee.progress.values())
    still_open = sum(not any(each.answers) for each in trainee.progress.values())
    return len(trainee.progress) < len(cells()) and begun < pace.cells_a_day and still_open < pace.open_most


def recall_chance(trainee: Trainee, cell: str, at: datetime, pace: Pace | None = None) -> float | None:
    """The chance (0-1) that a skill is still there at `at`, by FSRS; None where it was never practised."""
    before = trainee.progress.get(known(cell))
    if before is None:
        return None
    memory = Memory.from_dict(cast(CardDict, dict(before.memory)))
    return float(_scheduler(pace or standard_pace()).get_card_retrievability(memory, _clock(at)))


def mastery(trainee: Trainee, pace: Pace | None = None) -> tuple[Mastery, ...]:
    """All 24 skills, the weakest first; of equally weak ones those of the earlier path."""
    pace = pace or standard_pace()
    every = []
    for cell in cells():
        answers = trainee.progress[cell].answers if cell in trainee.progress else ()
        low, high = wilson(sum(answers), len(answers), pace.confidence)
        every.append(Mastery(cell, sum(answers), len(answers), low, high, pace.confidence))
    return tuple(sorted(every, key=lambda each: each.centre))


def wilson(right: int, tries: int, confidence: float) -> tuple[float, float]:
    """Wilson's interval of a share (0-1): 3 of 4 at 0.95 is 0.30 to 0.95; 0 to 1 without tries."""
    if not tries:
        return 0.0, 1.0
    z = float(special.ndtri((1 + confidence) / 2))
    share, square = right / tries, z * z / tries
    middle = (share + square / 2) / (1 + square)
    half = z * math.sqrt(share * (1 - share) / tries + square / (4 * tries)) / (1 + square)
    return (middle - half if right else 0.0), (middle + half if right < tries else 1.0)  # exact at the ends


def to_data(trainee: Trainee) -> dict[str, Any]:
    """The trainee as plain data: only dicts, lists, numbers, texts, truth values and None."""
    return {
        "schema": SCHEMA,
        "cells": {
            cell: {"begun": each.begun.isoformat(), "seen": each.seen, "answers": list(each.answers), "memory": dict(each.memory)}
            for cell, each in trainee.progress.items()
        },
    }


def from_data(data: Mapping[str, Any]) -> Trainee:
    """The trainee of plain data. Raises BadInput for data of another schema, an unknown cell, or what is no such record."""
    if data.get("schema") != SCHEMA:
        raise BadInput("is none of the allowed words", field="schema", value=data.get("schema"), allowed=[str(SCHEMA)])
    found = {}
    for cell, each in data["cells"].items():
        known(cell)
        try:
            memory = Memory.from_dict(each["memory"])
            found[cell] = Progress(
                _clock(datetime.fromisoformat(each["begun"])),
                int(each["seen"]),
                tuple(bool(right) for right in each["answers"]),
                dict(memory.to_dict()),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput("is not a table", field=f"cells.{cell}", value=type(error).__name__) from None
    return Trainee(found)


def known(cell: str) -> str:
    """The cell; raises BadInput if it is none of the 24."""
    if cell not in cells():
        raise BadInput("is none of the allowed words", field="cell", value=cell, allowed=cells(), nearest=nearest_name(cell, cells()))
    return cell


def learning(trainee: Trainee, cell: str) -> bool:
    """Whether a skill is still in its first steps, or back in them after a lapse."""
    return cell in trainee.progress and State(trainee.progress[cell].memory["state"]) is not State.Review


def _clock(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise BadInput("is out of range", field="at", value=at.isoformat(), allowed="2025-11-12T09:00:00+08:00")
    return at.astimezone(UTC)


def _scheduler(pace: Pace) -> Scheduler:
    return Scheduler(
        desired_retention=pace.retention,
        learning_steps=tuple(timedelta(minutes=each) for each in pace.learning_minutes),
        relearning_steps=tuple(timedelta(minutes=each) for each in pace.relearning_minutes),
        maximum_interval=pace.most_days,
        enable_fuzzing=False,
    )
