"""People who ask what if: studies and jobs as the pages make them, and workers that do them, in threads and in processes."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import ClassVar, TypeVar
from unittest import mock

from sim.study.store import Store
from tests.study.quick import DEADLINE, ROOT, surroundings
from trainer_app.db.connect import Database
from trainer_app.services import jobs, people, sharpening, studies, views
from trainer_app.services.elsewhere import Elsewhere
from trainer_app.services.jobs import Progress
from trainer_app.services.levers import Levers
from trainer_app.services.views import ComparisonView, ScenarioView
from trainer_app.services.worker import Worker

T = TypeVar("T")

SITUATION = "busy-week"
"""The shipped situation that takes the least time: a run of it is over in a twentieth of a second."""

ROUGH = 0.5
"""A precision that the fewest replications have."""

FEWEST = 25
"""Replications after which a job may end."""

MORE, FEWER = Levers(people={"agents.regular.day": 7}), Levers(people={"agents.regular.day": 4})


def somebody(db: Database, name: str = "小林") -> str:
    with db.session() as session:
        return people.enter(session, name).id


def studied(db: Database, person: str, *choices: Levers, situation: str = SITUATION) -> str:
    """A study of a person with some variants."""
    with db.session() as session:
        study = studies.make(session, person, situation)
        for number, levers in enumerate(choices, start=1):
            studies.add(session, study, person, f"方案 {number}", levers)
        return study


def ask(db: Database, person: str, study: str, precision: float = ROUGH) -> str:
    with db.session() as session:
        return jobs.ask(session, person, study, precision)


def progress(db: Database, job: str) -> Progress:
    with db.reading() as session:
        found = jobs.progress(session, job)
    assert found is not None
    return found


def shown(db: Database, job: str) -> tuple[dict[int, ScenarioView], ComparisonView | None]:
    """All views of a job but its maps."""
    with db.reading() as session:
        return views.scenarios(session, job, range(5)), views.comparison(session, job)


def until(found: Callable[[], T], what: Callable[[], object] = lambda: "") -> T:
    """Wait until something is found, or fail when the deadline passes."""
    waiting = Event()
    for _ in range(int(DEADLINE / 0.01)):
        if result := found():
            return result
        waiting.wait(0.01)
    raise AssertionError(f"waited in vain: {what()}")


def until_over(db: Database, job: str) -> Progress:
    return until(lambda: each if (each := progress(db, job)).is_over else None, lambda: progress(db, job))


# ---------------------------------------------------------------- workers
class KeptProcess(Elsewhere):
    """A process beside a worker that the next worker finds again: starting one takes longer than most of what is tested."""

    FREE: ClassVar[list["KeptProcess"]] = []

    def close(self) -> None:
        """What it is at is stopped; the process is kept."""
        self.stop()
        self.FREE.append(self)


def kept_process(_nice: int) -> Elsewhere:
    """A process that no worker has, with nothing waiting for it."""
    return KeptProcess.FREE.pop() if KeptProcess.FREE else KeptProcess(0)


@contextmanager
def at_work(db: Database, runs: Path, benches: int = 2) -> Iterator[Worker]:
    """A worker in threads of this process, which give way to nobody, ended at the end."""
    with mock.patch.object(sharpening, "NICENESS", 0), mock.patch.object(sharpening, "Elsewhere", kept_process):
        worker = Worker(db, Store(runs), benches)
        thread = Thread(target=worker.run)
        thread.start()
        try:
            yield worker
        finally:
            worker.end()
            thread.join(DEADLINE)
            assert not thread.is_alive()


@contextmanager
def process(db: Database, runs: Path, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in a process of its own, as the server starts it; killed at the end if it still runs."""
    url = db.engine.url.render_as_string(hide_password=False)
    environment = surroundings(REFUND_DESK_DATABASE=url, REFUND_DESK_RUNS=str(runs), **more)
    command = [sys.executable, "-m", "trainer_app.services.worker"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, start_new_session=True) as begun:
        try:
            yield begun
        finally:
            begun.kill()


def blocks(runs: Path) -> dict[str, int]:
    """The blocks on disk, and when each was written."""
    return {str(file.relative_to(runs)): file.stat().st_mtime_ns for file in Store(runs).files()}
