"""`runs`: what is kept, what it says, and making room, in both languages and with nothing believed that a file says."""

import re
from pathlib import Path

import numpy as np
import pytest

from sim.measure.figures import metrics
from sim.report.figures import with_unit
from sim.scenario import Scenario, load_scenario
from sim.scenario.load import scenario_hash
from sim.study import store as storing
from sim.study.block import jobs_of, measured, one_run
from sim.study.compare import interval_of
from sim.study.laboratory import Laboratory
from sim.study.samples import Replications
from sim.study.store import Store
from tests.cli.conftest import Command

FEW = Path(__file__).with_name("few-orders.toml")
COUNT = 4


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(FEW)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REFUND_DESK_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


@pytest.fixture
def kept(folder: Path, scenario: Scenario) -> Store:
    """A store with a few replications of the few orders."""
    store = Store(folder)
    Laboratory(store).tables([[job] for job in jobs_of(scenario, 7, range(COUNT))])
    return store


def words(text: str) -> str:
    """The text with every blank the same: a table may break a cell."""
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("arguments", [("runs",), ("runs", "list")])
@pytest.mark.parametrize(
    ("language", "told"), [("en", ("few-orders", "replications", "this version", "as expected")), ("zh", ("few-orders",))]
)
def test_the_list_tells_what_is_kept(
    command: Command,
    kept: Store,
    scenario: Scenario,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    told: tuple[str, ...],
    arguments: tuple[str, ...],
) -> None:
    monkeypatch.setenv("REFUND_DESK_LANG", language)
    result = command(*arguments)
    assert (result.status, result.err) == (0, "")
    for word in (*told, scenario_hash(scenario)[:12], " 7 ", f" {COUNT} "):
        assert word in words(result.out)
    assert (max(result.out) >= "一") == (language == "zh")


@pytest.mark.parametrize(("language", "nothing"), [("en", "Nothing is kept yet."), ("zh", "")])
def test_an_empty_store_is_no_fault(command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch, language: str, nothing: str) -> None:
    monkeypatch.setenv("REFUND_DESK_LANG", language)
    result = command("runs", "list")
    assert result.status == 0
    assert nothing in result.out
    assert command("runs", "clean").status == 0
    assert command("runs", "show", "few-orders").status == 2
    assert not folder.exists()


def test_figures_are_those_of_the_runs_and_a_share_is_a_ratio_of_sums(command: Command, kept: Store, scenario: Scenario) -> None:
    tables = [table for (table,) in Laboratory(kept).tables([[job] for job in jobs_of(scenario, 7, range(COUNT))])]
    found = Replications(tables)
    lines = {line.split()[0]: words(line) for line in command("runs", "show", "few-orders").out.splitlines() if line.split()}
    for address in ("first_response_within_30min", "completion_hours", "completion_hours.p90", "total_cost", "output_per_person"):
        metric = metrics()[address.split(".")[0]]
        sample = found.sample(address)
        assert not isinstance(sample, str)
        of = interval_of(sample)
        assert " ".join(words(with_unit(value, metric.unit)) for value in (of.mean, of.low, of.high)) in lines[address]
    readings = [measured(one_run(scenario, 7, number)).readings["first_response_within_30min"] for number in range(COUNT)]
    ratio = sum(each.part or 0 for each in readings) / sum(each.whole or 0 for each in readings)
    shown, mean_of_ratios = (
        with_unit(ratio, "share"),
        with_unit(float(np.mean([each.value for each in readings if each.value is not None])), "share"),
    )
    assert shown != mean_of_ratios
    assert shown in lines["first_response_within_30min"]


@pytest.mark.parametrize("digits", [4, 12, 64])
def test_a_run_is_shown_by_the_first_digits_of_its_hash(command: Command, kept: Store, scenario: Scenario, digits: int) -> None:
    by_name = command("runs", "show", "few-orders")
    assert "seed 7" in by_name.out
    assert by_name.status == 0
    assert command("runs", "show", scenario_hash(scenario)[:digits].upper()) == by_name


@pytest.mark.parametrize("word", ["few-order", "abc", "", "zzzz", "\x1b[31m[bold]"])
def test_a_run_that_is_not_kept_is_bad_input(command: Command, kept: Store, word: str) -> None:
    result = command("runs", "show", word)
    assert result.status == 2
    assert len(result.err.strip().splitlines()) == 1
    assert ("Did you mean few-orders?" in result.err) == (word == "few-order")
    assert "\x1b" not in result.err
    assert result.out == ""


def test_show_needs_to_be_told_what(command: Command, kept: Store) -> None:
    assert "RUN: is missing" in command("runs", "show").err
    result = command("runs", "shw", "few-orders")
    assert result.status == 2
    assert "Did you mean show?" in result.err


def test_clean_deletes_what_nobody_will_read_and_keeps_the_rest(
    command: Command, kept: Store, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = set(kept.files())
    (damaged,) = sound
    copy = damaged.with_name(damaged.name.replace("block-000000", "block-000001"))
    copy.write_bytes(damaged.read_bytes()[:-9])
    with monkeypatch.context() as other:
        other.setattr(storing, "code_version", lambda: "another version of the program")
        Laboratory(Store(kept.folder)).tables([[job] for job in jobs_of(scenario, 8, range(2))])
        assert len(list(kept.files())) == 3
    result = command("runs", "clean")
    assert result.status == 0
    assert "2 files deleted" in result.out
    assert set(kept.files()) == sound
    assert command("runs", "clean").out.startswith("0 files deleted")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_clean_all_deletes_everything_of_the_store_and_nothing_else(
    command: Command, kept: Store, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("REFUND_DESK_LANG", language)
    mine = kept.folder / "mine.txt"
    mine.write_text("not the store's", "utf-8")
    result = command("runs", "clean", "--all")
    assert result.status == 0
    assert "1" in result.out
    assert list(kept.files()) == []
    assert list(kept.folder.rglob("*")) == [mine]


def test_hostile_names_in_the_store_are_shown_as_text(command: Command, folder: Path, scenario: Scenario) -> None:
    hostile = scenario.model_copy(update={"name": "\x1b[31m\x9b2J[red]few\nlines\u202e"})
    Laboratory(Store(folder)).tables([[job] for job in jobs_of(hostile, 7, range(1))])
    results = [
        command("runs"),
        command("runs", "show", scenario_hash(scenario)[:8]),
        command("runs", "show", "[red]few"),
        command("runs", "clean", "--all"),
    ]
    assert [result.status for result in results] == [0, 0, 2, 0]
    for result in results:
        for character in ("\x1b", "\x9b", "\u202e"):
            assert character not in result.out + result.err
    assert "[red]few␊lines" in results[0].out
    assert "[red]" in results[1].out


def test_of_several_runs_of_a_name_the_latest_of_this_version_is_shown(command: Command, kept: Store, scenario: Scenario) -> None:
    Laboratory(kept).tables([[job] for job in jobs_of(scenario, 8, range(3))])
    assert "seed 8 · 3 replications" in command("runs", "show", "few-orders").out


@pytest.mark.parametrize("language", ["en", "zh"])
def test_help_speaks_the_users_language(command: Command, language: str) -> None:
    for arguments in (("runs", "--help"), ("runs", "show", "--help"), ("runs", "clean", "--help")):
        result = command(*arguments, "--lang", language)
        assert result.status == 0
        assert ("Usage" in result.out) == (language == "en")
