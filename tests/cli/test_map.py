"""`refund-desk map`: the procedure as pictures, as it is declared or with the figures of a run."""

import functools
from pathlib import Path

import pytest

from sim.study import replicate as study
from tests.cli.conftest import Command, in_another_process

FILES = {
    "process-map.html",
    *(f"process-map-{key}.{kind}" for key in ("overview", "path_1", "path_2", "path_3", "path_4") for kind in ("svg", "png")),
}


@pytest.fixture
def with_simpy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that compiles nothing."""
    monkeypatch.setattr(study, "replicate", functools.partial(study.replicate, engine="simpy"))


def test_without_a_scenario_the_procedure_is_drawn_as_declared(command: Command, tmp_path: Path) -> None:
    result = command("map", "--out", tmp_path / "new" / "map")
    assert result.status == 0
    assert result.out == ""
    assert "process-map.html" in result.err
    assert {file.name for file in (tmp_path / "new" / "map").iterdir()} == FILES


def test_without_out_the_map_is_told_in_words(command: Command) -> None:
    result = command("map")
    assert result.status == 0
    assert "The buyer files the request → The request shows in the refreshed list" in result.out
    assert result.out.index("Path 1") < result.out.index("Path 2") < result.out.index("Path 3") < result.out.index("Path 4")
    assert "--out DIR" in result.err


def test_the_map_is_told_in_chinese(command: Command) -> None:
    result = command("--lang", "zh", "map")
    assert result.status == 0
    assert "买家提交退款申请 → 刷新列表看到申请" in result.out
    assert "路径四" in result.out


@pytest.mark.usefixtures("with_simpy")
def test_with_a_scenario_the_figures_of_a_run_are_on_it(command: Command, few: Path, tmp_path: Path) -> None:
    result = command("map", "busy-week", "--history", few, "--overlay", "refund-on-signing", "--seed", "3", "--out", tmp_path)
    assert result.status == 0
    assert {file.name for file in tmp_path.iterdir()} == FILES
    page = (tmp_path / "process-map.html").read_text("utf-8")
    assert "Busy week" in page
    assert "times)" in page


@pytest.mark.usefixtures("with_simpy")
def test_the_same_seed_is_the_same_map(command: Command, few: Path) -> None:
    first, second = (command("map", "busy-week", "--history", few, "--seed", "3").out for _ in range(2))
    assert first == second
    assert command("map", "busy-week", "--history", few, "--seed", "4").out != first


@pytest.mark.parametrize("option", ["--overlay", "--history", "--forecast", "--scale"])
def test_options_of_a_run_need_a_scenario(command: Command, option: str) -> None:
    result = command("map", option, "2")
    assert result.status == 2
    assert option in result.err
    assert "needs a scenario" in result.err


def test_a_scenario_that_is_none_is_bad_input_with_the_nearest_name(command: Command) -> None:
    result = command("map", "bussy-week")
    assert result.status == 2
    assert "busy-week" in result.err


@pytest.mark.parametrize("folder", ["", "  "])
def test_a_folder_without_a_name_is_bad_input(command: Command, folder: str) -> None:
    assert command("map", "--out", folder).status == 2


def test_a_file_in_place_of_the_folder_is_bad_input_before_anything_is_drawn(command: Command, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    result = command("map", "--out", taken)
    assert result.status == 2
    assert "--out" in result.err
    assert taken.read_text() == "mine"


@pytest.mark.usefixtures("with_simpy")
def test_a_run_that_breaks_what_must_hold_gives_no_map(
    command: Command, few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study, "broken", lambda *_: ["the hands of the clock ran backwards"])
    result = command("map", "busy-week", "--history", few, "--out", tmp_path / "map")
    assert result.status == 1
    assert "ran backwards" in result.err
    assert not (tmp_path / "map").exists()


def test_a_scenarios_title_is_text_and_nothing_else(command: Command, few: Path, tmp_path: Path, with_simpy: None) -> None:
    overlay = tmp_path / "evil.toml"
    overlay.write_text('title = { zh = "<script>1</script>\\u001b[31m", en = "<script>1</script>\\u001b[31m" }\n', "utf-8")
    result = command("map", "busy-week", "--history", few, "--overlay", overlay, "--out", tmp_path / "map")
    assert result.status == 0
    for file in (tmp_path / "map").iterdir():
        if file.suffix != ".png":
            assert b"<script" not in file.read_bytes()
            assert b"\x1b" not in file.read_bytes()


def test_help_waits_for_nothing_heavy() -> None:
    result = in_another_process("map", "--help")
    assert result.status == 0
    assert "[[SCENARIO]]" not in result.out
    assert "SCENARIO" in result.out
