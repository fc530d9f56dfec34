"""A run from end to end: what is printed, what is written, in both languages."""

import json
from pathlib import Path

import pyarrow.parquet
import pytest

from sim.desk.tables import HANDOFF_KINDS
from tests.cli.conftest import Command

FEW_A_DAY = Path(__file__).with_name("few-a-day.toml")

KEYS = {"schema", "scenario", "engine", "seed", "replications", "refunds", "unfinished", "kpis", "handoffs", "pools", "costs"}


@pytest.fixture
def written(command: Command, quick: tuple[str, ...], tmp_path: Path) -> Path:
    out = tmp_path / "out"
    assert command("run", *quick, "--out", out).status == 0
    return out


def test_json_is_one_document_and_all_else_goes_to_stderr(command: Command, quick: tuple[str, ...]) -> None:
    result = command("run", *quick, "--json", "--lang", "zh")
    document = json.loads(result.out)
    assert set(document) >= KEYS
    assert document["schema"] == 1
    assert set(document["scenario"]) == {"name", "hash"}
    assert document["engine"] == "simpy"
    for figure in document["kpis"].values():
        assert {"mean", "low", "high", "unit", "quantiles", "by_path"} <= set(figure)
        assert figure["low"] is None
        assert figure["high"] is None
        assert figure["mean"] is not None or figure["reason"]


def test_results_are_the_same_as_the_json(command: Command, quick: tuple[str, ...], tmp_path: Path) -> None:
    result = command("run", *quick, "--json", "--out", tmp_path / "out")
    assert result.status == 0
    assert (tmp_path / "out" / "results.json").read_text("utf-8") == result.out


def test_the_report_the_results_the_log_and_the_manifest_are_written_and_nothing_else(written: Path) -> None:
    assert sorted(file.name for file in written.iterdir()) == ["index.html", "log.parquet", "manifest.json", "results.json"]
    manifest = json.loads((written / "manifest.json").read_text("utf-8"))
    results = json.loads((written / "results.json").read_text("utf-8"))
    assert manifest["scenario"] == results["scenario"]
    assert manifest["seed"] == 0
    assert manifest["engine"] == "simpy"
    assert manifest["version"]
    log = pyarrow.parquet.read_table(written / "log.parquet")
    assert manifest["events"] == len(log)
    assert set(manifest["files"]) == {file.name for file in written.iterdir()}


def test_the_log_tells_names_and_times_of_the_wall_clock(written: Path) -> None:
    log = pyarrow.parquet.read_table(written / "log.parquet").to_pylist()
    filed = log[0]
    assert filed["event"] == "filed"
    assert filed["step"] == "FILE"
    assert str(filed["wall_clock"].tzinfo) == "Asia/Shanghai"
    assert filed["wall_clock"].hour * 3600 + filed["wall_clock"].minute * 60 + filed["wall_clock"].second == filed["time"] % 86_400
    began = next(row for row in log if row["event"] == "began")
    assert began["slot"].startswith(began["group"] + "/")
    closed = next(row for row in log if row["event"] == "closed")
    assert closed["outcome"]
    assert closed["step"] is None


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "zh",
            ("可以手算核对", "30 分钟响应率", "衔接时效达成率", "财物两失", "路径一·未发货仅退款", "钱花在哪里", "差错与返工"),
        ),
        ("en", ("Check it by hand", "Total cost", "path 1", "Where money went", "Mistakes and rework", "Chasers")),
    ],
)
def test_the_answer_speaks_the_users_language(
    command: Command, quick: tuple[str, ...], tmp_path: Path, language: str, words: tuple[str, ...]
) -> None:
    result = command("run", *quick, "--out", tmp_path / "out", "--lang", language)
    page = (tmp_path / "out" / "index.html").read_text("utf-8").replace("\u00a0", " ")  # numbers are kept with what they count
    assert result.status == 0
    for word in words:
        assert word in result.out
        assert word in page
    assert f'<html lang="{language}' in page


def test_one_run_says_that_it_has_no_interval(command: Command, quick: tuple[str, ...]) -> None:
    assert "One run over one replayed history: the figures have no interval." in command("run", *quick).out


def test_a_scenario_with_stated_figures_runs_without_a_history(command: Command, tmp_path: Path) -> None:
    result = command("run", "everyday-apparel", "--overlay", FEW_A_DAY, "--engine", "simpy", "--out", tmp_path)
    assert result.status == 0
    assert "One run: the figures have no interval." in result.out
    assert json.loads((tmp_path / "manifest.json").read_text("utf-8"))["history"] is None


def test_handoffs_of_the_log_are_named_by_the_kind_of_question(written: Path) -> None:
    kinds = set(pyarrow.parquet.read_table(written / "log.parquet")["handoff"].to_pylist()) - {None}
    assert kinds <= set(HANDOFF_KINDS)
    assert {"agent_warehouse", "agent_carrier", "warehouse_inspection"} <= kinds


def test_several_runs_have_intervals_but_not_for_the_arrivals(command: Command, quick: tuple[str, ...]) -> None:
    result = command("run", *quick, "--replications", "3", "--json")
    document = json.loads(result.out)
    assert document["replications"] == 3
    figure = document["kpis"]["completion_hours"]
    assert figure["low"] < figure["mean"] < figure["high"]
    assert any("no interval for the arrivals" in note for note in document["notes"])
    assert " to " in command("run", *quick, "--replications", "3").out


def test_an_overlay_is_named_in_the_report(command: Command, quick: tuple[str, ...], tmp_path: Path) -> None:
    result = command("run", *quick, "--overlay", "refund-on-signing", "--out", tmp_path)
    assert "Refund on signing" in result.out
    assert json.loads((tmp_path / "manifest.json").read_text("utf-8"))["overlays"] == ["Refund on signing"]


def test_other_files_in_the_folder_stay(command: Command, quick: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert command("run", *quick, "--out", tmp_path).status == 0
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_file_in_the_place_of_the_folder_is_bad_input_before_anything_runs(command: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    result = command("run", "busy-week", "--out", tmp_path / "file")
    assert result.status == 2
    assert "is a file, not a folder" in result.err
    assert (tmp_path / "file").read_text() == "mine"


def test_the_busy_week_runs_from_end_to_end(command: Command, tmp_path: Path) -> None:
    result = command("run", "busy-week", "--engine", "simpy", "--out", tmp_path, "--json")
    assert result.status == 0
    assert json.loads(result.out)["refunds"] > 4_000
    assert (tmp_path / "results.json").read_text("utf-8") == result.out
    assert (tmp_path / "index.html").stat().st_size < 3_000_000
