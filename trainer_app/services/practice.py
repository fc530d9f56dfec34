"""The card on a person's table: put there, answered part by part, and stored with its verdict.

Every function takes the person and touches what is theirs alone. What was answered once stays as it was first given: a double click, a
second tab or a repeated request changes nothing and finds what is stored. Moments are the server's.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sim.errors import BadInput, msgid
from sim.rules.facts import Deadline, Response
from sim.rules.tables import PATHS
from trainer_app.db.connect import Database
from trainer_app.db.tables import Answer, OpenCard
from trainer_app.services.progress import standing
from trainer_app.services.shop import case_of, rules_version
from trainer_app.training.cases import Case, cells
from trainer_app.training.grading import Answer as Said
from trainer_app.training.grading import Verdict, grade
from trainer_app.training.hints import GRADES
from trainer_app.training.skill import Trainee, known, next_task

Word = TypeVar("Word", Response, Deadline)

WANTED = "wanted"
"""Why a card was chosen, beside the reasons of `skill.Task`: the person asked for this skill."""


class Key(NamedTuple):
    """By which a card is known, and drawn again."""

    cell: str
    seed: int
    number: int

    @property
    def cover(self) -> str:
        """A name for the card that tells nothing of it, 12 hex digits: a page may show it before the card is answered."""
        return blake2b(repr(tuple(self)).encode(), digest_size=6).hexdigest()


@dataclass(frozen=True)
class Table:
    """The card on a table. why: "due", "new", "weakest" or "wanted"; path, response: what is answered so far, None = not yet; hints: the
    highest grade of a hint seen; shown_at: since when it lies there."""

    key: Key
    case: Case
    why: str
    path: int | None
    response: Response | None
    hints: int
    shown_at: datetime

    @property
    def part(self) -> str:
        """What is asked next: "path", "response" or "deadline"."""
        return "path" if self.path is None else "response" if self.response is None else "deadline"

    @property
    def touched(self) -> bool:
        """A part is answered, or a hint was seen: such a card is not put aside."""
        return self.path is not None or self.hints > 0


@dataclass(frozen=True)
class Given:
    """An answered card. id: of the stored answer; verdict: by today's rules; marks: path, response and deadline as they were marked then;
    same_rules: the rules have not changed since; again: when the skill comes up again, None where it is not practised any more."""

    id: int
    key: Key
    case: Case
    said: Said
    verdict: Verdict
    marks: tuple[bool, bool, bool]
    hints: int
    shown_at: datetime
    answered_at: datetime
    same_rules: bool
    again: datetime | None


def seed_of(person_id: str) -> int:
    """The seed of a person's cases, 0 to 2^63 - 1: others get others."""
    return int.from_bytes(blake2b(person_id.encode(), digest_size=8).digest(), "big") >> 1


def on_table(session: Session, person_id: str) -> Table | None:
    """The card that lies before a person, None where there is none."""
    row = session.get(OpenCard, person_id, populate_existing=True)
    if row is None or row.cell not in cells() or (row.response is not None and _word(Response, row.response) is None):
        return None  # or one that the rules do not know any more
    return _table(row)


def card(session: Session, person_id: str, at: datetime, cell: str | None = None) -> Table:
    """The card before a person: the one that lies there, else a fresh one, of `cell` if it is given.

    A card that was begun, by an answered part or a hint, stays; one that was only looked at makes room for a wanted cell, and comes again
    when its skill does. Raises BadInput for a cell that is none of the 24.
    """
    wanted = None if cell is None else known(cell)
    there = on_table(session, person_id)
    if there is not None and (there.touched or wanted in (None, there.key.cell)):
        return there
    session.execute(delete(OpenCard).where(OpenCard.person_id == person_id))
    trainee = standing(session, person_id).trainee
    if wanted is None:
        task = next_task(trainee, at)
        key, why = Key(task.cell, seed_of(person_id), task.number), task.why
    else:
        key, why = Key(wanted, seed_of(person_id), _seen(trainee, wanted)), WANTED
    made = OpenCard(person_id=person_id, **key._asdict(), kind=why, path=None, response=None, hints=0, shown_at=at)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # another tab was faster
        there = on_table(session, person_id)
        if there is not None:
            return there
        raise
    return _table(made)


def choose_path(session: Session, person_id: str, key: Key, path: int) -> Table | None:
    """Answer the path of a card with 1-4, if it is not answered yet; the card as it then is, None where it lies there no more."""
    if path not in PATHS:
        raise BadInput("is none of the allowed words", field=msgid("path"), value=path, allowed=[str(each) for each in PATHS])
    _change(session, person_id, key, OpenCard.path.is_(None), path=path)
    return _if_there(session, person_id, key)


def choose_response(session: Session, person_id: str, key: Key, response: Response) -> Table | None:
    """Answer the response of a card whose path is answered, if it is not answered yet; the card as it then is, None where it lies there no
    more."""
    _change(session, person_id, key, OpenCard.path.is_not(None) & OpenCard.response.is_(None), response=response.value)
    return _if_there(session, person_id, key)


def take_hint(session: Session, person_id: str, key: Key, level: int) -> Table | None:
    """Note that a hint of grade 1-3 was seen; the card as it then is, None where it lies there no more."""
    if level not in GRADES:
        raise BadInput("is none of the allowed words", field=msgid("hint"), value=level, allowed=[str(each) for each in GRADES])
    _change(session, person_id, key, OpenCard.hints < level, hints=level)
    return _if_there(session, person_id, key)


def answer(database: Database, person_id: str, key: Key, deadline: Deadline, at: datetime) -> Given | None:
    """Answer the deadline of a card whose other parts are answered: grade it and store it, in one transaction.

    It takes the database and no session, since it returns nothing before that transaction is committed. For a card that is answered
    already it returns what is stored; None for one that lies there no more and was never answered, or that lacks a part.
    """
    with database.session() as session:
        row = session.scalar(select(OpenCard).where(*_of(person_id, key)).with_for_update())
        if row is not None:
            if row.path is None or row.response is None:
                return None
            _store(session, row, deadline, at)
            session.delete(row)
    with database.reading() as session:
        return given(session, person_id, key)


def given(session: Session, person_id: str, key: Key) -> Given | None:
    """The person's stored answer to a card, None where there is none."""
    wanted = (Answer.person_id == person_id, Answer.cell == key.cell, Answer.seed == key.seed, Answer.number == key.number)
    row = session.scalar(select(Answer).where(*wanted))
    return None if row is None else as_given(session, row)


def as_given(session: Session, row: Answer) -> Given | None:
    """A stored answer with its card and verdict; None for one to a skill that is no more."""
    if row.cell not in cells():
        return None
    case = case_of(row.cell, row.seed, row.number)
    seconds = (row.answered_at - row.shown_at).total_seconds()
    said = Said(row.path, _word(Response, row.response), _word(Deadline, row.deadline), seconds)
    progress = standing(session, row.person_id).trainee.progress.get(row.cell)
    return Given(
        id=row.id,
        key=Key(row.cell, row.seed, row.number),
        case=case,
        said=said,
        verdict=grade(case, said),
        marks=(row.right_path, row.right_response, row.right_deadline),
        hints=row.hints,
        shown_at=row.shown_at,
        answered_at=row.answered_at,
        same_rules=row.rules_version == rules_version(),
        again=None if progress is None else progress.due,
    )


def _store(session: Session, row: OpenCard, deadline: Deadline, at: datetime) -> None:
    """Grade an open card and store its answer."""
    case = case_of(row.cell, row.seed, row.number)
    said = Said(row.path, _word(Response, row.response), deadline)
    verdict = grade(case, said)
    made = Answer(
        person_id=row.person_id,
        cell=row.cell,
        seed=row.seed,
        number=row.number,
        rules_version=rules_version(),
        path=said.path,
        response=row.response,
        deadline=deadline.value,
        right_path=verdict.path.right,
        right_response=verdict.response.right,
        right_deadline=verdict.deadline.right,
        hints=row.hints,
        ambiguous=verdict.ambiguous,
        shown_at=row.shown_at,
        answered_at=max(at, row.shown_at),
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        if given(session, row.person_id, Key(row.cell, row.seed, row.number)) is None:
            raise
        # answered already: what was given first stands


def _table(row: OpenCard) -> Table:
    key = Key(row.cell, row.seed, row.number)
    return Table(key, case_of(*key), row.kind, row.path, _word(Response, row.response), row.hints, row.shown_at)


def _word(kind: type[Word], value: str | None) -> Word | None:
    """A stored word; None for one that the rules do not know any more."""
    return kind(value) if value in {each.value for each in kind} else None


def _if_there(session: Session, person_id: str, key: Key) -> Table | None:
    found = on_table(session, person_id)
    return found if found is not None and found.key == key else None


def _of(person_id: str, key: Key) -> tuple[Any, ...]:
    return (OpenCard.person_id == person_id, OpenCard.cell == key.cell, OpenCard.seed == key.seed, OpenCard.number == key.number)


def _change(session: Session, person_id: str, key: Key, where: Any, **values: Any) -> None:
    """Change the card, if it still lies there and nobody was faster."""
    session.execute(update(OpenCard).where(*_of(person_id, key), where).values(**values).execution_options(synchronize_session=False))


def _seen(trainee: Trainee, cell: str) -> int:
    before = trainee.progress.get(cell)
    return before.seen if before else 0
