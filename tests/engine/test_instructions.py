"""The benchmark of instructions: a figure that grows beyond its tolerance fails, and where nothing can be counted that is said."""

import sys
from pathlib import Path

import pytest

from benchmarks import instructions

RECORDED = {"tolerance": 0.03, "station": {"event": 100.0}}


@pytest.mark.parametrize(("found", "holds"), [(50.0, True), (102.9, True), (103.1, False)])
def test_a_figure_holds_until_it_exceeds_its_tolerance(found: float, holds: bool) -> None:
    lines, all_hold = instructions.compared({"station": {"event": found}}, RECORDED)
    assert all_hold is holds
    assert ("EXCEEDED" in lines[0]) is not holds


def test_a_figure_that_was_never_recorded_is_told_and_not_judged() -> None:
    lines, all_hold = instructions.compared({"new": {"event": 1.0}}, RECORDED)
    assert all_hold
    assert "not recorded" in lines[0]


def test_without_valgrind_it_says_so_with_a_status_of_its_own(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr(sys, "argv", ["instructions"])
    assert instructions.main() == instructions.NOT_HERE
    assert "valgrind is not installed" in capsys.readouterr().err


def test_what_is_recorded_is_read_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(instructions, "RECORDED", tmp_path / "figures.toml")
    instructions.record({"week-20k": {"event": 512.34}}, 0.03)
    assert instructions.recorded_figures() == {"tolerance": 0.03, "week-20k": {"event": 512.3}}


def test_every_workload_has_a_recorded_figure() -> None:
    assert {"station", "week-20k", "every-lever-50k", "drawing"} < set(instructions.recorded_figures())
