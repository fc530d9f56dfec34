"""What the tests of the command share: the command itself, in this process or another, and a small history to run on."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from sim.cli import main
from sim.shipped import scenarios_folder

ROOT = Path(__file__).parents[2]
FEW = 240
"""Refunds of the small history."""


@dataclass(frozen=True)
class Result:
    """Exit status and what was printed."""

    status: int
    out: str
    err: str


Command = Callable[..., Result]


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFUND_DESK_LANG", "en")
    monkeypatch.delenv("REFUND_DESK_DEBUG", raising=False)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def command(capfdbinary: pytest.CaptureFixture[bytes]) -> Command:
    """Run the command in this process."""

    def run(*arguments: str | Path) -> Result:
        capfdbinary.readouterr()
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            status = int(stop.code or 0)
        out, err = capfdbinary.readouterr()
        return Result(status, out.decode(), err.decode())

    return run


def in_another_process(*arguments: str | Path, cwd: Path = ROOT, **environment: str) -> Result:
    """Run `python -m sim.cli` as a user would."""
    done = subprocess.run(
        [sys.executable, "-m", "sim.cli", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        timeout=300,
        check=False,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every n-th refund of the shipped history, so that a run takes a moment."""
    lines = (scenarios_folder() / "history" / "busy-week.csv").read_bytes().splitlines(keepends=True)
    heading, rows = lines[0], lines[1:]
    file = tmp_path_factory.mktemp("history") / "few.csv"
    file.write_bytes(heading + b"".join(rows[:: len(rows) // FEW]))
    return file


@pytest.fixture(scope="session")
def quick(few: Path) -> tuple[str, ...]:
    """The options of a run that takes a moment and compiles nothing."""
    return ("busy-week", "--history", str(few), "--engine", "simpy")


SHARES = "[demand.shares]\npath_1 = 0.4\npath_2 = 0.1\npath_3 = 0.1\npath_4 = 0.4\n"


@pytest.fixture
def on_stated_figures(tmp_path: Path) -> Path:
    """A few requests a day from stated figures; no scenario that ships has such."""
    text = (
        Path(__file__).with_name("few-orders.toml").read_text("utf-8").replace("../../scenarios/field", str(scenarios_folder() / "field"))
    )
    path = tmp_path / "on-stated-figures.toml"
    path.write_text(text.replace("[demand.orders]", f"{SHARES}[demand.stated]"), "utf-8")
    return path
