"""Jobs: replications that people ask for, shared by content. Pages ask, follow and cancel; workers do them (leases, worker)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

import sim
from sim.errors import BadInput, msgid
from sim.machine_code import sources_of
from sim.study.code_version import code_version
from sim.words import LOCALES
from trainer_app.db.tables import Asker, Job, View, Worker, is_id
from trainer_app.services.levers import Levers, checked, from_json, given
from trainer_app.services.problems import problem_text
from trainer_app.services.studies import seen
from trainer_app.services.views import map_part

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
UNDER_WAY = (QUEUED, RUNNING)
OVER = (DONE, FAILED, CANCELLED)

STARTING, COMPILING, READY = "starting", "compiling", "ready"
"""What a worker is at. Compiling happens once after each change of the program and takes up to a minute."""

PRECISION = 0.02
"""Half-width of the differences over the mean as it is, unless another is asked for."""
LEAST_PRECISION = 0.001

SEED = 0
"""All jobs have the same luck, so that they can share replications."""

LEASE = timedelta(seconds=15)
"""A worker that was not heard of for so long is taken for lost."""

MOST_LISTED = 100
"""Jobs that a person is shown."""


@dataclass(frozen=True)
class Progress:
    """How a job stands. wanted, reached: precision. problem: as it is kept (`problem_text` makes a sentence), also of a job that goes on.
    versions: of its views by part. restarts: how often a worker was lost over it."""

    id: str
    state: str
    replications: int
    wanted: float
    reached: float | None
    problem: Mapping[str, Any] | None
    versions: Mapping[str, int]
    restarts: int
    made_at: datetime
    began_at: datetime | None
    ended_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in OVER


@dataclass(frozen=True)
class Asked:
    """A job in the list of somebody who asked for it."""

    progress: Progress
    situation: str
    variants: tuple[Levers, ...]
    study_id: str | None
    asked_at: datetime


@dataclass(frozen=True)
class WorkerState:
    """Whether anybody works. state: None where nobody does; silent: seconds since the last sign of life, None where there never was one."""

    state: str | None
    silent: float | None

    @property
    def is_alive(self) -> bool:
        return self.state is not None


# ---------------------------------------------------------------- asking
def ask(session: Session, person_id: str, study_id: str, precision: float = PRECISION) -> str:
    """Ask for the figures of a study as it is now; returns the job's id, for equal content the same one.

    Whoever may see a study may ask for it. For what the same person asked for it before nobody waits any more: it ends, unless others want
    it too. A job that failed or was cancelled is tried again. Raises BadInput where there is no such study, and for a wrong precision.
    """
    board = seen(session, study_id, person_id)
    if board is None:
        raise BadInput(msgid("there is no such study"), field="study")
    variants = [choice.levers for choice in board.choices]
    job_id = _ask(session, person_id, board.situation, variants, precision, study_id)
    _leave_others(session, person_id, study_id, job_id)
    return job_id


def ask_situation(session: Session, person_id: str, situation: str, precision: float = PRECISION) -> str:
    """Ask for the figures of a situation as it is. Raises BadInput."""
    return _ask(session, person_id, situation, (), precision, None)


def asked_for(session: Session, study_id: str, precision: float = PRECISION) -> str | None:
    """The job about a study as it is now, if anybody ever asked for that; nothing is asked here."""
    board = seen(session, study_id, None)
    if board is None:
        return None
    key = key_of(board.situation, [choice.levers for choice in board.choices], precision)
    return session.scalar(select(Job.id).where(Job.key == key))


def ask_map(session: Session, job_id: str, number: int, locale: str) -> None:
    """Wish for the process map of a scenario of a job (0 = as it is); it comes as a view (views.process_map). Harmless where it is there.

    Raises BadInput for what is no scenario of a job, or no language.
    """
    job = _job(session, job_id)
    if type(number) is not int or not 0 <= number <= len(job.asked["variants"]) or locale not in LOCALES:
        raise BadInput(msgid("there is no such map"), field="map")
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    wish = dialect.insert(View).values(job_id=job_id, part=map_part(number, locale), version=0, data={})
    session.execute(wish.on_conflict_do_nothing())


def key_of(situation: str, variants: Sequence[Levers], precision: float) -> str:
    """A hash of all that decides what comes of a job: equal for equal content, whoever asks and whatever it is called. Raises BadInput."""
    hashes = [given(situation, levers).hash for levers in variants]
    content = [_program(), SEED, precision, situation, given(situation).hash, hashes]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


@cache
def _program() -> str:
    """A hash of all sources that decide what stands in a view: those of the figures, and those of how they are told."""
    here = Path(__file__).resolve().parent
    catalogues = sorted((Path(sim.__file__).resolve().parent / "locales").rglob("*.po"))
    digest = hashlib.sha256(code_version().encode() + sources_of(("report",)))
    for source in (*sorted(here.glob("*.py")), *catalogues):
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.hexdigest()


def _ask(session: Session, person_id: str, situation: str, variants: Sequence[Levers], precision: float, study_id: str | None) -> str:
    if not LEAST_PRECISION <= precision <= 1:
        allowed = msgid("a share from {least} to 1, such as 0.02")
        raise BadInput("is out of range", field="precision", value=precision, allowed=allowed, least=LEAST_PRECISION)
    key = key_of(situation, variants, precision)
    now = datetime.now(UTC)
    asked = {"situation": situation, "variants": [checked(each, situation).to_json() for each in variants], "seed": SEED}
    job = session.scalar(select(Job).where(Job.key == key).with_for_update())
    if job is None:
        try:
            with session.begin_nested():
                session.add(Job(key=key, asked=asked, state=QUEUED, wanted=precision, made_at=now))
        except IntegrityError:  # somebody asked for the same at this moment
            pass
        job = session.scalars(select(Job).where(Job.key == key).with_for_update()).one()
    if job.state in (FAILED, CANCELLED):
        job.state, job.problem, job.worker, job.ended_at, job.restarts = QUEUED, None, None, None, 0
    asker = session.get(Asker, (job.id, person_id))
    if asker is None:
        try:
            with session.begin_nested():
                session.add(Asker(job_id=job.id, person_id=person_id, study_id=study_id, asked_at=now))
        except IntegrityError:  # the same person, in two windows at once
            pass
    else:
        asker.asked_at, asker.study_id = now, study_id or asker.study_id
    session.flush()
    return job.id


def _leave_others(session: Session, person_id: str, study_id: str, job_id: str) -> None:
    """Nobody waits for what was asked for a study before: what of it is not done, and nobody else wants, goes altogether."""
    mine = (Asker.study_id == study_id, Asker.person_id == person_id, Asker.job_id != job_id)
    left = session.scalars(select(Asker.job_id).join(Job, Job.id == Asker.job_id).where(*mine, Job.state != DONE)).all()
    if left:
        session.execute(delete(Asker).where(Asker.job_id.in_(left), Asker.person_id == person_id))
        session.execute(delete(Job).where(Job.id.in_(left), Job.state != DONE, ~_anybody()))


def _anybody() -> ColumnElement[bool]:
    """Whether anybody still wants a job."""
    return exists().where(Asker.job_id == Job.id)


# ---------------------------------------------------------------- following
def progress(session: Session, job_id: str) -> Progress | None:
    """How a job stands; None where there is none (any more)."""
    if not is_id(job_id):
        return None
    job = session.get(Job, job_id, populate_existing=True)
    if job is None:
        return None
    rows = session.execute(select(View.part, View.version).where(View.job_id == job_id, View.version > 0))
    return _progress(job, {row.part: row.version for row in rows})


def mine(session: Session, person_id: str, most: int = MOST_LISTED) -> tuple[Asked, ...]:
    """The jobs that a person asked for, the last first; at most `most`. Their views' versions are left out."""
    rows = session.execute(
        select(Asker, Job)
        .join(Job, Job.id == Asker.job_id)
        .where(Asker.person_id == person_id)
        .order_by(Asker.asked_at.desc(), Job.id)
        .limit(most)
    )
    return tuple(
        Asked(
            _progress(job, {}),
            job.asked["situation"],
            tuple(from_json(levers) for levers in job.asked["variants"]),
            asker.study_id,
            asker.asked_at,
        )
        for asker, job in rows
    )


def cancel(session: Session, job_id: str, person_id: str) -> None:
    """Nobody of those who asked waits any more: the job ends, and keeps what it has. While others wait for it too it goes on, and only this
    person has left it. Harmless for one that is over. Raises BadInput where this person never asked for it."""
    job = _job(session, job_id)
    asker = session.get(Asker, (job_id, person_id))
    if asker is None:
        raise BadInput(msgid("is not yours to cancel: others asked for it"), field="job")
    if job.state in OVER:
        return
    other = aliased(Asker)
    if session.scalar(select(func.count()).select_from(other).where(other.job_id == job_id, other.person_id != person_id)):
        session.delete(asker)
    else:
        job.state, job.ended_at, job.worker = CANCELLED, datetime.now(UTC), None
    session.flush()


def forget(session: Session, job_id: str, person_id: str) -> None:
    """Take a job off a person's list; with the last one who asked goes the job with all its views. Harmless where it is not there."""
    if not is_id(job_id):
        return
    session.execute(delete(Asker).where(Asker.job_id == job_id, Asker.person_id == person_id))
    session.execute(delete(Job).where(Job.id == job_id, ~_anybody()))


def worker_state(session: Session) -> WorkerState:
    """What the workers are at: ready if one is, else what the one that began last is at."""
    now = datetime.now(UTC)
    rows = session.scalars(select(Worker).order_by(Worker.began_at.desc())).all()
    silent = min(((now - each.beat_at).total_seconds() for each in rows), default=None)
    alive = [each.state for each in rows if now - each.beat_at < LEASE]
    state = READY if READY in alive else next(iter(alive), None)
    return WorkerState(state, None if silent is None else max(0.0, silent))


def _job(session: Session, job_id: str) -> Job:
    job = session.get(Job, job_id, with_for_update=True) if is_id(job_id) else None
    if job is None:
        raise BadInput(msgid("there is no such job"), field="job")
    return job


def _progress(job: Job, versions: Mapping[str, int]) -> Progress:
    return Progress(
        id=job.id,
        state=job.state,
        replications=job.replications,
        wanted=job.wanted,
        reached=job.reached,
        problem=job.problem,
        versions=versions,
        restarts=job.restarts,
        made_at=job.made_at,
        began_at=job.began_at,
        ended_at=job.ended_at,
    )


__all__ = [
    "CANCELLED",
    "DONE",
    "FAILED",
    "OVER",
    "PRECISION",
    "QUEUED",
    "RUNNING",
    "Asked",
    "Progress",
    "WorkerState",
    "ask",
    "ask_map",
    "ask_situation",
    "asked_for",
    "cancel",
    "forget",
    "key_of",
    "mine",
    "problem_text",
    "progress",
    "worker_state",
]
