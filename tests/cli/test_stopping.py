"""Ctrl-C, a full disk, a reader that has gone: it ends cleanly, and no file is half written."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.report import files
from tests.cli.conftest import ROOT, Command


def test_ctrl_c_ends_with_130_and_a_sentence_and_writes_nothing(quick: tuple[str, ...], tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = [sys.executable, "-u", "-m", "sim.cli", "run", *quick, "--replications", "1000", "--out", str(out)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "REFUND_DESK_LANG": "en"}
    running = subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    _wait_until_it_simulates(running.pid)
    running.send_signal(signal.SIGINT)
    stdout, stderr = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Stopped. Nothing was left half written." in stderr.decode()
    assert "Traceback" not in stderr.decode()
    assert stdout == b""
    assert not out.exists()


def _wait_until_it_simulates(process: int, seconds: float = 60) -> None:
    """Until the process has loaded the reference engine, which it does last before it simulates."""
    until = time.monotonic() + seconds
    maps = Path(f"/proc/{process}/maps")
    if not maps.exists():
        pytest.skip("needs /proc to see how far the other process is")
    while "pydantic" not in maps.read_text() or "_ufuncs" not in maps.read_text():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_stops_the_writing_leaves_the_earlier_files_whole(
    command: Command, quick: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    assert command("run", *quick, "--out", tmp_path).status == 0
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    synced: list[int] = []

    def stops_at_the_third(handle: int) -> None:
        synced.append(handle)
        if len(synced) == 3:
            raise error

    monkeypatch.setattr(files.os, "fsync", stops_at_the_third)
    result = command("run", *quick, "--seed", "1", "--out", tmp_path)
    assert result.status == (130 if isinstance(error, KeyboardInterrupt) else 1)
    assert "Traceback" not in result.err
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_reader_that_has_gone_is_no_fault(quick: tuple[str, ...]) -> None:
    arguments = [sys.executable, "-m", "sim.cli", "run", *quick]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.close()
    told = running.stderr.read().decode()
    running.wait(timeout=60)
    running.stderr.close()
    assert "Traceback" not in told
    assert "BrokenPipe" not in told
