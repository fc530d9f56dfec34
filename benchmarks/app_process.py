"""The app as people start it, for a measurement: a process of its own over an empty data folder, ended by its pid."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil

from sim.machine_code import cache_folder

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 120.0
END_SECONDS = 20.0
MB = 2**20
OPEN = re.compile(r"http://127\.0\.0\.1:(\d+)")


@dataclass(frozen=True)
class App:
    """A served app. started: seconds from its start to its first answer."""

    process: psutil.Process
    port: int
    home: Path
    started: float

    @property
    def worker(self) -> psutil.Process | None:
        """The worker beside it, once it is there."""
        found = [each for each in self.process.children() if "trainer_app.services.worker" in each.cmdline()]
        return found[0] if found else None

    def megabytes(self) -> tuple[float, float]:
        """Resident memory of the web process, and of the worker with its benches."""
        worker = self.worker
        working = [] if worker is None else [worker, *worker.children(recursive=True)]
        return self.process.memory_info().rss / MB, sum(each.memory_info().rss for each in working) / MB


@contextmanager
def served(*, compiled: bool = True, environment: dict[str, str] | None = None) -> Iterator[App]:
    """An app over an empty data folder, from its first answer until the end of the block. compiled: it finds earlier machine code."""
    with tempfile.TemporaryDirectory(prefix="refund-desk-app-") as folder:
        home = Path(folder)
        if compiled:
            kept = cache_folder().parent
            kept.mkdir(parents=True, exist_ok=True)
            (home / "compiled").symlink_to(kept)
        own = {name: value for name, value in os.environ.items() if not name.startswith(("REFUND_DESK_", "STREAMLIT_"))}
        begun = time.perf_counter()
        port = free_port()
        with (home / "console").open("wb") as console:
            process = subprocess.Popen(
                [sys.executable, "-m", "trainer_app", "--no-browser", "--port", str(port)],
                cwd=ROOT,
                env={**own, "PYTHONPATH": str(ROOT), "REFUND_DESK_HOME": folder, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,
            )
        try:
            while not _answers(port):
                if process.poll() is not None or time.perf_counter() - begun > START_SECONDS:
                    raise RuntimeError(f"the app does not answer; it says:\n{(home / 'console').read_text('utf-8', 'replace')}")
                time.sleep(0.02)
            yield App(psutil.Process(process.pid), port, home, time.perf_counter() - begun)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    """A port at which nobody listens now."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
