"""Ctrl-C, a full disk, a reader that has gone: it ends cleanly, and no file is half written."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sim import files
from tests.cli.conftest import ROOT, Command


def test_ctrl_c_ends_with_130_and_a_sentence_and_writes_nothing(quick: tuple[str, ...], tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = [sys.executable, "-u", "-X", "importtime", "-m", "sim.cli", "run", *quick, "--replications", "1000", "--out", str(out)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "REFUND_DESK_LANG": "en"}
    running = subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    _wait_until_it_simulates(running)
    running.send_signal(signal.SIGINT)
    stdout, stderr = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Stopped. Nothing was left half written." in stderr.decode()
    assert "Traceback" not in stderr.decode()
    assert stdout == b""
    assert not out.exists()


def _wait_until_it_simulates(running: "subprocess.Popen[bytes]") -> None:
    """Until the process tells that it has imported what it runs replications with, the last thing before it does."""
    assert running.stderr is not None
    for line in running.stderr:
        if line.strip().endswith(b"| sim.study.replicate"):
            return
    raise AssertionError(f"it ended with {running.wait()} before it simulated")


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
