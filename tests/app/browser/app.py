"""The app as people start it: a process of its own, with a data folder of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from sqlalchemy import select

from sim.machine_code import cache_folder
from trainer_app.db.connect import FILE, Database, database
from trainer_app.db.tables import Asker, Job
from trainer_app.services import jobs, people

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 120
"""Seconds in which it has to answer after its start."""
BETWEEN = 0.05


class App:
    """The app over one data folder; it can be ended, killed and started again at the same port. folder: an empty one."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.log = folder / "app.log"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database: Database = database(f"sqlite:///{self.home / FILE}")
        self._process: subprocess.Popen[bytes] | None = None
        compiled = cache_folder().parent
        compiled.mkdir(parents=True, exist_ok=True)
        self.home.mkdir(parents=True)
        (self.home / "compiled").symlink_to(compiled)  # machine code is made once for all tests

    def start(self) -> None:
        """Start it, and wait until it answers. TimeoutError, with what it wrote, where it does not."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("REFUND_DESK_", "STREAMLIT_"))}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "trainer_app", "--port", str(self.port), "--no-browser"],
                cwd=ROOT,
                env={**environment, "REFUND_DESK_HOME": str(self.home), "PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        last = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > last:
                self.end()
                raise TimeoutError(f"the app does not answer; it wrote:\n{self.written()}")
            time.sleep(BETWEEN)

    @property
    def pid(self) -> int:
        """The process that was started."""
        assert self._process is not None
        return self._process.pid

    def person(self, name: str) -> str:
        """The id of the person of that name, who is made known if need be."""
        with self.database.session() as session:
            return people.enter(session, name).id

    def rest(self) -> None:
        """Nobody waits any more for what still runs: the next test has the machine to itself."""
        with self.database.session() as session:
            for job, person in session.execute(select(Asker.job_id, Asker.person_id).join(Job).where(Job.state.in_(jobs.UNDER_WAY))).all():
                jobs.forget(session, job, person)

    def written(self) -> str:
        """All that it wrote to its terminal so far."""
        return self.log.read_text("utf-8", "replace")

    def end(self) -> None:
        """End it as Ctrl-C does, and its children with it."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """End it without a word, as `kill -9` does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.url}/_stcore/health", timeout=1) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False


def free_port() -> int:
    """A port at which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
