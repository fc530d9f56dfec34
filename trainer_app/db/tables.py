"""The tables. Times are UTC and aware; ids that stand in links are random texts, not numbers that one can guess."""

import re
import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    MetaData,
    String,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

ID_LENGTH = 22
"""Characters of a random id: 16 bytes."""

LONGEST_NAME = 60
"""Characters of a name or title that a person gives."""


def new_id() -> str:
    """A random id of ID_LENGTH characters that are safe in a link."""
    return secrets.token_urlsafe(16)


def is_id(given: object) -> bool:
    """Whether a text, perhaps from a link, can be such an id. No other may be asked for: PostgreSQL refuses some characters."""
    return isinstance(given, str) and re.fullmatch(r"[A-Za-z0-9_-]{22}", given) is not None


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no zone, so that it is added when read. ValueError for a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a zone: {value}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """What all tables share: names of constraints that migrations can rely on."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def _person() -> Mapped[str]:
    return mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)


# ---------------------------------------------------------------- people
class Person(Base):
    """Who practises or plans: a picked name. known_as: the name as it is compared, so that two cannot look alike."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    known_as: Mapped[str] = mapped_column(String(4 * LONGEST_NAME), unique=True)
    made_at: Mapped[datetime] = mapped_column(Moment)


# ---------------------------------------------------------------- what if
class Study(Base):
    """A manager's board: a situation (the name of a shipped scenario) and up to four variants of it."""

    __tablename__ = "study"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    person_id: Mapped[str] = _person()
    situation: Mapped[str] = mapped_column(String(100))
    made_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)


class Variant(Base):
    """What a manager would do otherwise. levers: what differs from the situation."""

    __tablename__ = "variant"
    __table_args__ = (UniqueConstraint("study_id", "place"), CheckConstraint("place between 1 and 4", name="place"))

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    study_id: Mapped[str] = mapped_column(ForeignKey("study.id", ondelete="CASCADE"))
    place: Mapped[int]
    title: Mapped[str] = mapped_column(String(LONGEST_NAME))
    levers: Mapped[dict[str, Any]] = mapped_column(JSON)


class Job(Base):
    """Replications that somebody asked for. key: a hash of all that decides the result, so that equal questions are one job.

    asked: the situation and the levers of each variant; wanted, reached: half-width of the differences over the baseline's mean;
    problem: why it failed, in parts from which a sentence is made; worker, beat_at: who works on it and was last heard of when;
    restarts: how often a worker was lost over it.
    """

    __tablename__ = "job"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    asked: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(12), index=True)
    replications: Mapped[int] = mapped_column(default=0)
    wanted: Mapped[float]
    reached: Mapped[float | None]
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(Moment)
    began_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    worker: Mapped[str | None] = mapped_column(String(64))
    beat_at: Mapped[datetime | None] = mapped_column(Moment)
    restarts: Mapped[int] = mapped_column(default=0)


class Asker(Base):
    """Who asked for a job. study_id: for which study; for what the same person asked for it before nobody waits any more."""

    __tablename__ = "asker"

    job_id: Mapped[str] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)
    study_id: Mapped[str | None] = mapped_column(ForeignKey("study.id", ondelete="SET NULL"), index=True)
    asked_at: Mapped[datetime] = mapped_column(Moment)


class View(Base):
    """A part of what a page shows of a job. version: grows with every change, so that nobody reads what he has; 0 = wished for, and not
    made yet."""

    __tablename__ = "view"
    __table_args__ = (Index("ix_view_wished", "job_id", sqlite_where=text("version = 0"), postgresql_where=text("version = 0")),)

    job_id: Mapped[str] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"), primary_key=True)
    part: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


class Worker(Base):
    """A worker process. state: what it is at (starting, compiling, ready); beat_at: when it was last heard of."""

    __tablename__ = "worker"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[str] = mapped_column(String(12))
    began_at: Mapped[datetime] = mapped_column(Moment)
    beat_at: Mapped[datetime] = mapped_column(Moment)


# ---------------------------------------------------------------- practice
class Answer(Base):
    """One answered card; never changed (a trigger holds it). The card is drawn again from cell, seed and number.

    id: never given twice, also after answers were deleted; right_…: the three marks; hints: the highest grade
    of a hint that was seen; ambiguous: several paths are accepted, so that it counts for no skill.
    """

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("person_id", "cell", "seed", "number"),
        Index("ix_answer_person_id_id", "person_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    cell: Mapped[str] = mapped_column(String(60))
    seed: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int]
    rules_version: Mapped[str] = mapped_column(String(64))
    path: Mapped[int | None]
    response: Mapped[str | None] = mapped_column(String(60))
    deadline: Mapped[str | None] = mapped_column(String(60))
    right_path: Mapped[bool]
    right_response: Mapped[bool]
    right_deadline: Mapped[bool]
    hints: Mapped[int] = mapped_column(default=0)
    ambiguous: Mapped[bool] = mapped_column(default=False)
    shown_at: Mapped[datetime] = mapped_column(Moment)
    answered_at: Mapped[datetime] = mapped_column(Moment)


class OpenCard(Base):
    """The card that lies before a person, with what is answered of it: it survives a reload. kind: why it was chosen."""

    __tablename__ = "open_card"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    cell: Mapped[str] = mapped_column(String(60))
    seed: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    path: Mapped[int | None]
    response: Mapped[str | None] = mapped_column(String(60))
    hints: Mapped[int] = mapped_column(default=0)
    shown_at: Mapped[datetime] = mapped_column(Moment)
