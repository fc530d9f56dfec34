"""Studies: a manager's board for a situation with up to four variants. Who has its link may look and copy; its owner changes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sim.errors import BadInput, msgid
from trainer_app.db.tables import Person, Study, Variant, is_id
from trainer_app.services.levers import AS_IT_IS, Levers, checked, from_json
from trainer_app.services.people import tidy
from trainer_app.services.situations import situation

MOST_VARIANTS = 4

MOST_STUDIES = 200
"""Of one person: more are refused, so that a script cannot fill the disk."""

TITLE = "title"


@dataclass(frozen=True)
class Choice:
    """A variant as it is shown: place 1 to 4, title, and what is decided otherwise."""

    id: str
    place: int
    title: str
    levers: Levers


@dataclass(frozen=True)
class Board:
    """A study as somebody sees it. choices: its variants in order. owner: the name of whose it is; mine: whether that is who looks."""

    id: str
    situation: str
    choices: tuple[Choice, ...]
    owner: str
    mine: bool
    changed_at: datetime


def make(session: Session, person_id: str, name: str) -> str:
    """A new study of a situation, without variants; returns its id. Raises BadInput for a situation that is none."""
    _has_room(session, person_id)
    now = datetime.now(UTC)
    made = Study(person_id=person_id, situation=situation(name).name, made_at=now, changed_at=now)
    session.add(made)
    session.flush()
    return made.id


def seen(session: Session, study_id: str, person_id: str | None) -> Board | None:
    """The study of that id as a person sees it; None where there is none."""
    study = session.get(Study, study_id) if is_id(study_id) else None
    return None if study is None else _board(session, study, person_id)


def mine(session: Session, person_id: str) -> tuple[Board, ...]:
    """All studies of a person, the one changed last first."""
    found = session.scalars(select(Study).where(Study.person_id == person_id).order_by(Study.changed_at.desc(), Study.id))
    return tuple(_board(session, study, person_id) for study in found)


def copied(session: Session, study_id: str, person_id: str) -> str:
    """A copy of a study, whosever it is, as a study of the person's own; returns its id. Raises BadInput where there is none."""
    study = _existing(session, study_id)
    made = make(session, person_id, study.situation)
    for each in _variants(session, study_id):
        session.add(Variant(study_id=made, place=each.place, title=each.title, levers=each.levers))
    session.flush()
    return made


def remove(session: Session, study_id: str, person_id: str) -> None:
    """Delete a study of the person's own. Raises BadInput where it is none."""
    session.delete(_own(session, study_id, person_id))
    session.flush()


# ---------------------------------------------------------------- variants
def add(session: Session, study_id: str, person_id: str, title: str, levers: Levers = AS_IT_IS) -> str:
    """A further variant in the first free place; returns its id.

    Raises BadInput for a study that is not the person's own, a fifth variant, a title that is none, and levers that do not fit.
    """
    study = _own(session, study_id, person_id)
    taken = [each.place for each in _variants(session, study_id)]
    free = next((place for place in range(1, MOST_VARIANTS + 1) if place not in taken), None)
    if free is None:
        raise BadInput(
            msgid("has no room for another variant"), field="study", allowed=msgid("at most {most} variants"), most=MOST_VARIANTS
        )
    plain = checked(levers, study.situation).to_json()
    made = Variant(study_id=study_id, place=free, title=tidy(title, TITLE), levers=plain)
    session.add(made)
    session.flush()
    return made.id


def change(session: Session, variant_id: str, person_id: str, levers: Levers) -> None:
    """Decide otherwise in a variant. Raises BadInput for one that is not the person's own, and levers that do not fit."""
    variant, study = _own_variant(session, variant_id, person_id)
    variant.levers = checked(levers, study.situation).to_json()
    session.flush()


def rename(session: Session, variant_id: str, person_id: str, title: str) -> None:
    """Call a variant otherwise. Raises BadInput for one that is not the person's own, and a title that is none."""
    variant, _ = _own_variant(session, variant_id, person_id)
    variant.title = tidy(title, TITLE)
    session.flush()


def drop(session: Session, variant_id: str, person_id: str) -> None:
    """Take a variant off its study. Raises BadInput for one that is not the person's own."""
    variant, _ = _own_variant(session, variant_id, person_id)
    session.delete(variant)
    session.flush()


# ---------------------------------------------------------------- whose it is
def _existing(session: Session, study_id: str) -> Study:
    study = session.get(Study, study_id) if is_id(study_id) else None
    if study is None:
        raise BadInput(msgid("there is no such study"), field="study")
    return study


def _own(session: Session, study_id: str, person_id: str) -> Study:
    """The study, locked until the end of the transaction and noted as changed now."""
    study = _existing(session, study_id)
    session.refresh(study, with_for_update=True)
    if study.person_id != person_id:
        raise BadInput(msgid("is somebody else's: copy it to change it"), field="study")
    study.changed_at = datetime.now(UTC)
    return study


def _own_variant(session: Session, variant_id: str, person_id: str) -> tuple[Variant, Study]:
    variant = session.get(Variant, variant_id) if is_id(variant_id) else None
    if variant is None:
        raise BadInput(msgid("there is no such variant"), field="variant")
    return variant, _own(session, variant.study_id, person_id)


def _variants(session: Session, study_id: str) -> Sequence[Variant]:
    return session.scalars(select(Variant).where(Variant.study_id == study_id).order_by(Variant.place)).all()


def _board(session: Session, study: Study, person_id: str | None) -> Board:
    choices = tuple(Choice(each.id, each.place, each.title, from_json(each.levers)) for each in _variants(session, study.id))
    owner = session.get_one(Person, study.person_id)
    return Board(study.id, study.situation, choices, owner.name, study.person_id == person_id, study.changed_at)


def _has_room(session: Session, person_id: str) -> None:
    count = session.scalar(select(func.count()).select_from(Study).where(Study.person_id == person_id)) or 0
    if count >= MOST_STUDIES:
        raise BadInput(
            msgid("has no room for another study: delete one"), field="study", allowed=msgid("at most {most} studies"), most=MOST_STUDIES
        )
