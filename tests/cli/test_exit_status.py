"""0 done, 1 a failed run, 2 bad input: told with its place and the nearest name, in the user's language, without a traceback."""

import re
from pathlib import Path

import pytest

from sim.shipped import scenarios_folder
from sim.study import replicate
from tests.cli.conftest import Command, in_another_process


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("chek", "busy-week"), "no such command. Allowed: run, compare, check, trace, map, app, runs. Did you mean check?"),
        (("check",), "SCENARIO: is missing"),
        (("check", "busy-week", "b", "c"), '"b c": is one argument too many'),
        (("check", "busy-wek"), "Did you mean busy-week?"),
        (("check", "no-such.toml"), "no-such.toml: there is no such file"),
        (("check", "busy-week", "--overlay", "batch-of"), "Did you mean batch-off?"),
        (("run", "busy-week", "--sed", "1"), '"--sed": no such option'),
        (("run", "busy-week", "--seed"), "--seed: needs a value"),
        (("run", "busy-week", "--json=1"), "--json: takes no value"),
        (("run", "busy-week", "--seed", "x"), '--seed = "x": is not a whole number'),
        (("run", "busy-week", "--seed", "-1"), "--seed = -1: is too small"),
        (("run", "busy-week", "--seed", str(2**64)), "is too large"),
        (("run", "busy-week", "--replications", "0"), "--replications = 0: is too small"),
        (("run", "busy-week", "--engine", "compild"), "Did you mean compiled?"),
        (("run", "busy-week", "--speed", "2"), '"--speed": no such option'),
        (("run", "busy-week", "--scale", "0"), '--scale = "0": is too small. Allowed: a number above 0 and at most 1,000'),
        (("run", "busy-week", "--scale", "-1"), '--scale = "-1": is too small'),
        (("run", "busy-week", "--scale", "1000.5"), '--scale = "1000.5": is too large'),
        (("run", "busy-week", "--scale", "inf"), '--scale = "inf": is too large'),
        (("trace", "busy-week", "1", "--scale", "nan"), '--scale = "nan": is not a number'),
        (("check", "busy-week", "--scale", "150%"), '--scale = "150%": is not a number'),
        (("run", "busy-week", "--forecast", "no-such.csv"), '--forecast = "no-such.csv": the scenario busy-week draws no orders'),
        (("run", "busy-week", "--history", "no-such.csv"), "no-such.csv: there is no such file"),
        (("run", "busy-week", "--out", ""), "is not a folder's name"),
        (("size",), '"size": no such command'),
        (("trace", "busy-week"), "REFUND: is missing"),
        (("--lang", "fr", "check", "busy-week"), '--lang = "fr": is none of the allowed words. Allowed: zh, en'),
        (("check", "busy-week", "--lang"), "--lang"),
    ],
)
def test_bad_input_is_told_and_exits_with_2(command: Command, arguments: tuple[str, ...], told: str) -> None:
    result = command(*arguments)
    assert result.status == 2
    assert told in result.err
    assert result.out == ""
    assert "Traceback" not in result.err


@pytest.mark.parametrize("arguments", [("chek",), ("check", "no-such.toml"), ("run", "busy-week", "--sed", "1"), ("check",)])
def test_bad_input_is_told_in_chinese_to_who_asks_in_chinese(command: Command, arguments: tuple[str, ...]) -> None:
    result = command(*arguments, "--lang", "zh")
    assert result.status == 2
    assert any("一" <= character <= "鿿" for character in result.err)
    assert "no such" not in result.err


def test_a_wrong_language_in_the_environment_is_bad_input(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFUND_DESK_LANG", "klingon")
    result = command("check", "busy-week")
    assert result.status == 2
    assert "REFUND_DESK_LANG" in result.err


def test_every_problem_of_a_scenario_is_told_on_a_line_of_its_own(command: Command, tmp_path: Path) -> None:
    overlay = tmp_path / "mine.toml"
    overlay.write_text('[policy]\nrefrsh = "20 min"\n[standards]\nfirst_response = 30\n')
    result = command("check", "busy-week", "--overlay", overlay)
    assert result.status == 2
    lines = result.err.splitlines()
    assert f"{overlay}:2: policy.refrsh: unknown key" in lines[0]
    assert "Did you mean refresh?" in lines[0]
    assert f"{overlay}:4: standards.first_response = 30" in lines[1]
    assert lines[-1] == "2 problems in all."


def test_a_sound_scenario_exits_with_0(command: Command) -> None:
    result = command("check", scenarios_folder() / "busy-week.toml")
    assert result.status == 0
    assert "Sound" in result.out
    assert result.err == ""


def test_a_sound_scenario_tells_where_its_requests_come_from(command: Command, on_stated_figures: Path) -> None:
    assert "Replays the history busy-week.csv" in command("check", "busy-week").out
    assert re.search(r"Draws [\d,]+ requests on an ordinary day, from stated figures\.", command("check", on_stated_figures).out)
    assert re.search(r"Draws [\d,]+ orders on an ordinary day; requests follow from them\.", command("check", "everyday-apparel").out)


def test_a_history_beside_the_calendar_is_bad_input(command: Command, tmp_path: Path, quick: tuple[str, ...]) -> None:
    overlay = tmp_path / "later.toml"
    overlay.write_text("[calendar]\nstart = 2027-01-01\n")
    result = command("run", *quick, "--overlay", overlay)
    assert result.status == 2
    assert "were filed outside the scenario's days" in result.err


def test_a_run_that_breaks_an_invariant_exits_with_1_and_shows_no_figures(
    command: Command, quick: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(replicate, "broken", lambda *_: ["line 3 once held -1 cases in line"])
    result = command("run", *quick, "--out", tmp_path / "out", "--json")
    assert result.status == 1
    assert "line 3 once held -1 cases in line" in result.err
    assert result.out == ""
    assert not (tmp_path / "out").exists()


def test_a_fault_of_the_program_exits_with_1_and_without_a_traceback(
    command: Command, quick: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*_: object, **__: object) -> None:
        raise RuntimeError("something of ours")

    monkeypatch.setattr(replicate, "one_run", fault)
    result = command("run", *quick)
    assert result.status == 1
    assert "something of ours" in result.err
    assert "REFUND_DESK_DEBUG=1" in result.err
    assert "Traceback" not in result.err


def test_the_command_alone_shows_its_help(command: Command) -> None:
    assert command().status == 0
    assert command("--help").status == 0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_help_speaks_the_users_language(language: str) -> None:
    result = in_another_process("run", "--help", REFUND_DESK_LANG=language)
    assert result.status == 0
    assert ("用法" in result.out) == (language == "zh")
    assert ("Usage" in result.out) == (language == "en")


def test_the_version_is_told(command: Command) -> None:
    result = command("--version")
    assert result.status == 0
    assert result.out.startswith("refund-desk ")
