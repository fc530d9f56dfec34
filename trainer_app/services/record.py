"""A person's own answers, looked at afterwards: their mistakes, their counts, their file, and how all of it is deleted.

Every function takes the person; another person's answer is not found by its id.
"""

import csv
import io
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from sim.report import names
from sim.report.untrusted import cell as harmless_cell
from sim.rules.facts import Deadline, Response
from sim.words import either
from trainer_app.db.tables import Answer, OpenCard
from trainer_app.services import people
from trainer_app.services.practice import Given, as_given
from trainer_app.training.cases import cell_name, cells
from trainer_app.words import _

LARGEST_ID = 2**31 - 1
"""No answer has a larger id on any database: a larger one out of an address is not even asked for."""

ROWS_AT_ONCE = 1_000
"""Answers that an export holds at a time."""


@dataclass(frozen=True)
class Counts:
    """How many answers there are, and how many of them are right in path, response, deadline, and all three; wrong: how many are not all
    right. first, last: when the first and the last was given, None without any."""

    answers: int
    path: int
    response: int
    deadline: int
    right: int
    first: datetime | None
    last: datetime | None

    @property
    def wrong(self) -> int:
        """Answers with something wrong."""
        return self.answers - self.right


@dataclass(frozen=True)
class Line:
    """One answer in a list. marks: path, response, deadline; hints: the highest grade of a hint seen."""

    id: int
    cell: str
    path: int | None
    marks: tuple[bool, bool, bool]
    hints: int
    ambiguous: bool
    answered_at: datetime


def counts(session: Session, person_id: str) -> Counts:
    """The person's answers, counted."""
    marks = (Answer.right_path, Answer.right_response, Answer.right_deadline)
    parts = [func.count().filter(mark) for mark in marks]
    row = session.execute(
        select(func.count(), *parts, func.count().filter(~_wrong()), func.min(Answer.answered_at), func.max(Answer.answered_at)).where(
            Answer.person_id == person_id
        )
    ).one()
    answers, path, response, deadline, right, first, last = tuple(row)
    return Counts(answers, path, response, deadline, right, first, last)


def mistakes(session: Session, person_id: str, before: int | None = None, most: int = 10) -> list[Line]:
    """The person's answers with something wrong, newest first, at most `most`, older than the answer `before` where it is given."""
    wanted = select(Answer).where(Answer.person_id == person_id, _wrong()).order_by(Answer.id.desc()).limit(most)
    if before is not None:
        wanted = wanted.where(Answer.id < before)
    return [_line(row) for row in session.scalars(wanted)]


def reopened(session: Session, person_id: str, answer_id: int) -> Given | None:
    """An answer of this person by its id, with card, verdict and reasons; None for one that is not theirs, or of a skill that is gone."""
    if not 0 < answer_id <= LARGEST_ID:
        return None
    row = session.scalar(select(Answer).where(Answer.person_id == person_id, Answer.id == answer_id))
    return None if row is None else as_given(session, row)


def export(session: Session, person_id: str, zone: tzinfo) -> bytes:
    """All answers of a person as a CSV file in the language spoken now, oldest first: UTF-8 with its mark, times of `zone`, no cell a
    formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([harmless_cell(heading) for heading in _headings()])
    wanted = select(Answer).where(Answer.person_id == person_id).order_by(Answer.id).execution_options(yield_per=ROWS_AT_ONCE)
    for row in session.scalars(wanted):
        writer.writerow([harmless_cell(value) for value in _values(row, zone)])
    return text.getvalue().encode("utf-8-sig")


def forget_answers(session: Session, person_id: str) -> None:
    """Delete what a person practised: the answers and the card on the table."""
    session.execute(delete(OpenCard).where(OpenCard.person_id == person_id))
    session.execute(delete(Answer).where(Answer.person_id == person_id))


def forget_all(session: Session, person_id: str) -> None:
    """Delete a person with all that is theirs: answers, card, boards of comparisons, and the name."""
    forget_answers(session, person_id)
    people.forget(session, person_id)


def _wrong() -> ColumnElement[bool]:
    return or_(~Answer.right_path, ~Answer.right_response, ~Answer.right_deadline)


def _line(row: Answer) -> Line:
    marks = (row.right_path, row.right_response, row.right_deadline)
    return Line(row.id, row.cell, row.path, marks, row.hints, row.ambiguous, row.answered_at)


def _headings() -> list[str]:
    return [
        _("shown at"),
        _("answered at"),
        _("seconds"),
        _("skill"),
        _("path, as answered"),
        _("path right"),
        _("response, as answered"),
        _("response right"),
        _("deadline, as answered"),
        _("deadline right"),
        _("grade of the hint seen"),
        _("several paths accepted"),
        _("key of the skill"),
        _("seed of the case"),
        _("number of the case"),
        _("version of the rules"),
    ]


def _values(row: Answer, zone: tzinfo) -> list[str]:
    shown, answered = (moment.astimezone(zone).isoformat(sep=" ", timespec="seconds") for moment in (row.shown_at, row.answered_at))
    return [
        shown,
        answered,
        str(round((row.answered_at - row.shown_at).total_seconds())),
        either(cell_name(row.cell)) if row.cell in cells() else row.cell,
        "" if row.path is None else names.path(row.path),
        _yes_no(row.right_path),
        _label(Response, row.response),
        _yes_no(row.right_response),
        _label(Deadline, row.deadline),
        _yes_no(row.right_deadline),
        str(row.hints),
        _yes_no(row.ambiguous),
        row.cell,
        str(row.seed),
        str(row.number),
        row.rules_version,
    ]


def _yes_no(fact: bool) -> str:
    return _("yes") if fact else _("no")


def _label(kind: type[Response] | type[Deadline], value: str | None) -> str:
    """A stored word in the language spoken now; itself where the rules do not know it any more."""
    if value is None:
        return ""
    return next((either(each) for each in kind if each.value == value), value)
