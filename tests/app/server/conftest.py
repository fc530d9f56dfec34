"""The app served as a process of its own, as a person starts it."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psutil
import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
PATIENCE_SECONDS = 40.0
OPEN = re.compile(r"http://127\.0\.0\.1:(\d+)")


@dataclass(frozen=True)
class Answer:
    """What the server answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Served:
    """A served app, and the worker that it started."""

    def __init__(self, command: list[str], environment: dict[str, str], cwd: Path = ROOT) -> None:
        _share_fonts(Path(environment["REFUND_DESK_HOME"]))
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT), "REFUND_DESK_LANG": "en", **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # as its own terminal: a signal to its group reaches nobody else
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)

    @property
    def said(self) -> str:
        return "".join(self.lines)

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def port(self) -> int:
        found = OPEN.search(self.said)
        assert found is not None, self.said
        return int(found[1])

    def opened(self) -> "Served":
        """This app, once it answers."""
        until(lambda: OPEN.search(self.said) is not None or self.process.poll() is not None)
        until(lambda: self.ask("/healthz").status in (200, 503))
        return self

    def ask(self, path: str = "/", method: str = "GET", **headers: str) -> Answer:
        """Ask for a path. Names of headers are written with _ for -."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        asked = Request(f"http://127.0.0.1:{self.port}{path}", method=method, headers=named)
        try:
            with urlopen(asked, timeout=PATIENCE_SECONDS) as answer:
                return Answer(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read())
        except HTTPError as refused:
            return Answer(refused.code, {name.lower(): value for name, value in refused.headers.items()}, refused.read())
        except OSError:
            return Answer(0, {}, b"")

    def health(self) -> Any:
        return self.ask("/healthz").json

    def children(self) -> list[int]:
        """Processes that it started and that live."""
        try:
            return [child.pid for child in psutil.Process(self.pid).children(recursive=True) if alive(child.pid)]
        except psutil.NoSuchProcess:
            return []

    def worker(self) -> int:
        """The worker, once it lives: whichever of them is no part of the web process's own."""
        until(lambda: len(self._workers()) == 1)
        return self._workers()[0]

    def _workers(self) -> list[int]:
        found = []
        for pid in self.children():
            with suppress(psutil.NoSuchProcess):
                if not any(word.startswith("trainer_app.") for word in psutil.Process(pid).cmdline()):
                    found.append(pid)
        return found

    def end(self, number: int = signal.SIGINT) -> int:
        """End it by a signal (0: wait until it ends by itself), Ctrl-C to its group as a terminal does; returns its exit status."""
        if number and self.process.poll() is None:
            os.killpg(self.pid, number) if number == signal.SIGINT else os.kill(self.pid, number)
        status = self.process.wait(PATIENCE_SECONDS)
        self._reader.join(PATIENCE_SECONDS)
        return status

    def close(self) -> None:
        """End it and what it started, whatever state it is in."""
        left = self.children()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE_SECONDS)
        for pid in left:
            if psutil.pid_exists(pid):
                os.kill(pid, signal.SIGKILL)


def alive(pid: int) -> bool:
    """Whether a process runs, and does not only wait to be buried."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _share_fonts(home: Path) -> None:
    """The font is cut once for all tests of this run of them."""
    if not (home / "fonts").is_symlink():
        home.mkdir(parents=True, exist_ok=True)
        shared = home.parents[1] / "refund-desk-fonts"
        shared.mkdir(exist_ok=True)
        (home / "fonts").symlink_to(shared)


def until(is_so: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait for another process. Fails after `seconds`."""
    ended = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ended, "it did not come to be so"
        threading.Event().wait(0.05)


Serve = Callable[..., Served]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Serve the stand-in, or what a command serves; all of them are ended after the test."""
    all_served: list[Served] = []

    def start(*command: str, cwd: Path = ROOT, **environment: str) -> Served:
        called = [sys.executable, *(command or ("-m", "tests.app.server.start"))]
        home = {"REFUND_DESK_HOME": str(tmp_path / "home"), "REFUND_DESK_DATABASE": ""}
        served = Served(called, {**home, **environment}, cwd)
        all_served.append(served)
        return served

    yield start
    for served in all_served:
        served.close()


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The stand-in, served for all tests of a file that leave it as it is."""
    yield from served_for_a_file(tmp_path_factory)


def served_for_a_file(folders: pytest.TempPathFactory, *script: str) -> Iterator[Served]:
    """The stand-in, or a script of one's own, served for all tests of a file that leave it as it is."""
    command = [sys.executable, "-m", "tests.app.server.start", *script]
    served = Served(command, {"REFUND_DESK_HOME": str(folders.mktemp("home")), "REFUND_DESK_DATABASE": ""})
    try:
        yield served.opened()
    finally:
        served.close()
