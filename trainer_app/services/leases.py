"""Which worker does which job: taken by name, held as long as the worker is heard of, taken again when it is lost.

Whatever a worker writes about a job it writes only while the job is still its own, in one transaction: so two workers on one database
never do the same job, and one that slept through its lease changes nothing.
"""

import hashlib
import os
import platform
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from trainer_app.db.tables import Asker, Job, View, Worker
from trainer_app.services.jobs import FAILED, LEASE, QUEUED, RUNNING, STARTING, UNDER_WAY
from trainer_app.services.problems import of_lost

MOST_RESTARTS = 3
"""A job over which so many workers were lost is not tried again by itself: it may be the job that kills them."""

FORGOTTEN = timedelta(days=1)
"""A worker that was not heard of for so long is struck off the list."""


@dataclass(frozen=True)
class Taken:
    """A job that is this worker's own now. variants: levers as plain values. replications: what its views show already."""

    id: str
    situation: str
    variants: tuple[Mapping[str, Any], ...]
    seed: int
    wanted: float
    replications: int


@dataclass(frozen=True)
class Wish:
    """A view of a job that somebody wishes for, and that is not part of every job."""

    job_id: str
    part: str


# ---------------------------------------------------------------- who
def new_name() -> str:
    """A name that no other worker has, and that tells other workers on this machine whether its process lives."""
    return f"{_machine()}:{os.getpid()}:{secrets.token_hex(4)}"


def is_gone(name: str) -> bool:
    """Whether a worker's process is known to have ended: on this machine only, elsewhere nobody can tell."""
    machine, pid, _ = (*name.split(":"), "", "")[:3]
    if os.name != "posix" or machine != _machine() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return _is_zombie(int(pid))


def _is_zombie(pid: int) -> bool:
    """Whether it has ended, and whoever started it has not looked yet."""
    with suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0] == "Z"
    return False


def _machine() -> str:
    """This machine since it was last started, and the room of process numbers in it (a container has its own)."""
    parts = [platform.node()]
    for file in ("/proc/sys/kernel/random/boot_id", "/proc/self/ns/pid"):
        with suppress(OSError):
            parts.append(os.readlink(file) if file.endswith("pid") else Path(file).read_text("ascii"))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def enlist(session: Session, me: str) -> None:
    """Put a worker on the list; strike off those that are long gone, and jobs whose askers are."""
    now = datetime.now(UTC)
    session.execute(delete(Worker).where(Worker.beat_at < now - FORGOTTEN))
    session.execute(delete(Job).where(~exists().where(Asker.job_id == Job.id)))
    session.add(Worker(name=me, state=STARTING, began_at=now, beat_at=now))


def beat(session: Session, me: str, state: str) -> None:
    """A sign of life, and what the worker is at."""
    now = datetime.now(UTC)
    found = session.scalar(update(Worker).where(Worker.name == me).values(beat_at=now, state=state).returning(Worker.name))
    if found is None:  # struck off while the machine slept
        session.add(Worker(name=me, state=state, began_at=now, beat_at=now))


def leave(session: Session, me: str) -> None:
    """Give everything back and go: the next worker goes on where this one stopped."""
    session.execute(update(Job).where(_mine(me)).values(state=QUEUED, worker=None))
    session.execute(delete(Worker).where(Worker.name == me))


# ---------------------------------------------------------------- what
def under_way(session: Session, me: str) -> tuple[set[str], bool]:
    """(ids of the jobs that are this worker's own, whether there is one to take). Cheap: it is asked ten times a second."""
    rows = session.execute(select(Job.id, Job.state, Job.worker).where(Job.state.in_(UNDER_WAY))).all()
    own = {row.id for row in rows if row.state == RUNNING and row.worker == me}
    others = {row.worker for row in rows if row.state == RUNNING and row.worker != me}
    free = any(row.state == QUEUED for row in rows)
    return own, free or bool(others and others - _alive(session))


def take(session: Session, me: str) -> Taken | None:
    """The oldest job that nobody does, or whose worker is lost, from now on this worker's own; None where there is none.

    One that has cost MOST_RESTARTS workers fails instead, and the next one is looked at.
    """
    now = datetime.now(UTC)
    lost = and_(Job.state == RUNNING, or_(Job.worker.is_(None), Job.worker.not_in(_alive(session) | {me})))
    for job in session.scalars(select(Job).where(or_(Job.state == QUEUED, lost)).order_by(Job.made_at, Job.id)):
        before, restarts = (job.state, job.worker), job.restarts + (job.state == RUNNING)
        dead = restarts >= MOST_RESTARTS
        values: dict[str, Any] = {"worker": me, "beat_at": now, "restarts": restarts, "began_at": job.began_at or now, "state": RUNNING}
        if dead:
            values |= {"worker": None, "state": FAILED, "problem": of_lost(restarts), "ended_at": now}
        as_seen = (Job.id == job.id, Job.state == before[0], Job.worker == before[1])
        if session.scalar(update(Job).where(*as_seen).values(values).returning(Job.id)) and not dead:
            asked = job.asked
            return Taken(job.id, asked["situation"], tuple(asked["variants"]), asked["seed"], job.wanted, job.replications)
    return None


def _alive(session: Session) -> set[str]:
    names = session.scalars(select(Worker.name).where(Worker.beat_at > datetime.now(UTC) - LEASE))
    return {name for name in names if not is_gone(name)}


def _mine(me: str) -> ColumnElement[bool]:
    return and_(Job.worker == me, Job.state == RUNNING)


# ---------------------------------------------------------------- results
def hold(session: Session, job_id: str, me: str, **values: Any) -> bool:
    """Note something of a job while it is this worker's own; False, and nothing noted, where it is not any more (cancelled, forgotten,
    taken for lost)."""
    noted = {"beat_at": datetime.now(UTC), **values}
    return session.scalar(update(Job).where(Job.id == job_id, _mine(me)).values(noted).returning(Job.id)) is not None


def post(session: Session, job_id: str, part: str, data: Mapping[str, Any]) -> None:
    """Write a view of a job that is held, or wished for; its version grows."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    new = dialect.insert(View).values(job_id=job_id, part=part, version=1, data=data)
    grown = {"version": View.version + 1, "data": new.excluded.data}
    session.execute(new.on_conflict_do_update(index_elements=[View.job_id, View.part], set_=grown))


def wishes(session: Session, me: str) -> tuple[Wish, ...]:
    """Views that are wished for, of jobs that no other living worker has done or does."""
    rows = session.execute(select(View.job_id, View.part, Job.worker).join(Job, Job.id == View.job_id).where(View.version == 0)).all()
    others = _alive(session) - {me} if rows else set()
    return tuple(Wish(row.job_id, row.part) for row in rows if row.worker not in others)


def fulfil(session: Session, wish: Wish, data: Mapping[str, Any]) -> None:
    """Write a view that was wished for, unless it is there by now."""
    wished = (View.job_id == wish.job_id, View.part == wish.part, View.version == 0)
    session.execute(update(View).where(*wished).values(version=1, data=dict(data)))


def asked_in(session: Session, job_ids: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """What was asked in some jobs: situation, levers of the variants, seed."""
    rows = session.execute(select(Job.id, Job.asked).where(Job.id.in_(list(job_ids))))
    return {row.id: row.asked for row in rows}
