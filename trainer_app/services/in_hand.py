"""The jobs in a worker's hands, and how what comes of them reaches the database: only while they are its own."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from threading import Event, Lock
from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError

from trainer_app.db.connect import Database
from trainer_app.services import leases
from trainer_app.services.jobs import DONE, FAILED
from trainer_app.services.leases import Taken
from trainer_app.services.levers import from_json, given
from trainer_app.services.problems import of_error
from trainer_app.services.situations import Given
from trainer_app.services.views import COMPARISON, ComparisonView, ScenarioView, scenario_part

LOG = logging.getLogger("refund_desk.worker")

PASSING = (OperationalError, InterfaceError)
"""What a database says that is busy, full or away: it may be otherwise in a while."""


@dataclass(frozen=True)
class Work:
    """A job in hand. over: set when nothing more is to be done about it, whatever the reason."""

    taken: Taken
    over: Event = field(default_factory=Event)

    @property
    def id(self) -> str:
        return self.taken.id

    @cached_property
    def scenarios(self) -> tuple[Given, ...]:
        """The situation as it is, and its variants in their order. Raises BadInput for what this version of the program cannot read."""
        situation = self.taken.situation
        return (given(situation), *(given(situation, from_json(levers)) for levers in self.taken.variants))


class InHand:
    """What a worker's lanes share. Its methods may be called from any thread."""

    def __init__(self, database: Database, me: str) -> None:
        self.database = database
        self.me = me
        self._works: dict[str, Work] = {}
        self._lock = Lock()

    def add(self, taken: Taken) -> Work:
        """A job that was just taken."""
        work = Work(taken)
        with self._lock:
            self._works[work.id] = work
        return work

    def drop(self, work: Work) -> None:
        """Nothing more is done about it."""
        work.over.set()
        with self._lock:
            if self._works.get(work.id) is work:
                del self._works[work.id]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        with self._lock:
            return not self._works

    def agree(self, own: Iterable[str]) -> set[str]:
        """Drop what is not this worker's own any more (cancelled, forgotten, taken by another); returns what is, and is in no hand here."""
        with self._lock:
            works = dict(self._works)
        for job_id in works.keys() - set(own):
            self.drop(works[job_id])
        return set(own) - works.keys()

    # ---------------------------------------------------------------- results
    def show(self, work: Work, views: Mapping[int, ScenarioView], comparison: ComparisonView | None = None) -> bool:
        """Write views of a job, each in a transaction of its own so that others wait little; with the comparison how far it has come, and
        that it is done where that has ended. False where the job is not in this worker's hands any more."""
        parts = {scenario_part(number): view.to_json() for number, view in views.items()}
        values: dict[str, Any] = {}
        if comparison is not None:
            parts[COMPARISON] = comparison.to_json()
            values = {"replications": comparison.replications, "reached": comparison.reached}
        ended = comparison is not None and comparison.ended
        if ended:
            values |= {"state": DONE, "ended_at": datetime.now(UTC)}
        for part, data in parts.items():
            with self.database.session() as session:
                if work.over.is_set() or not leases.hold(session, work.id, self.me, **(values if part == COMPARISON else {})):
                    break
                leases.post(session, work.id, part, data)
        else:
            if ended:
                self.drop(work)
            return True
        self.drop(work)
        return False

    def note(self, work: Work, problem: Mapping[str, Any]) -> None:
        """Something that people should know of a job which goes on."""
        with self.database.session() as session:
            leases.hold(session, work.id, self.me, problem=dict(problem))

    def fail(self, work: Work, problem: Mapping[str, Any]) -> None:
        """The job ends here, for people to read why."""
        self.drop(work)
        with self.database.session() as session:
            leases.hold(session, work.id, self.me, state=FAILED, problem=dict(problem), ended_at=datetime.now(UTC))

    def broke(self, work: Work, error: Exception) -> None:
        """What is done about an error in the middle of a job: one that may pass lets go of it, so that it is taken again; else it fails."""
        LOG.error("job %s: %s", work.id, error, exc_info=error)
        if isinstance(error, PASSING):
            self.drop(work)
            return
        try:
            self.fail(work, of_error(error))
        except PASSING:
            LOG.exception("job %s: that it failed cannot be written", work.id)
