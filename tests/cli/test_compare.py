"""`compare` from end to end: one document on stdout, all else on stderr, bad input told in a line."""

import json
from pathlib import Path
from typing import Any

import pytest

from sim.cli import app
from sim.cli import compare as command_of_compare
from sim.scenario import load_scenario
from sim.scenario.load import scenario_hash
from sim.shipped import scenarios_folder
from sim.study.compare import TUNING, USUAL, Policy, compare
from sim.study.document import comparison_document
from sim.study.laboratory import Laboratory
from sim.study.store import Store
from tests.cli.conftest import Command, in_another_process

FEW = Path(__file__).with_name("few-orders.toml")
ERP = scenarios_folder() / "policies" / "erp-cut.toml"


@pytest.fixture(autouse=True)
def kept_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of the test's own."""
    monkeypatch.setenv("REFUND_DESK_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


@pytest.fixture
def late(tmp_path: Path) -> Path:
    file = tmp_path / "late.toml"
    file.write_text(
        'title = { zh = "晚开门", en = "Opens late" }\n[pools.agents.groups.regular.shifts.day]\nfrom = "20:00"\ncount = 1\n', "utf-8"
    )
    return file


def compared(command: Command, *arguments: str | Path) -> dict[str, Any]:
    result = command("compare", FEW, *arguments, "--json")
    assert (result.status, result.err) == (0, "")
    document: dict[str, Any] = json.loads(result.out)
    return document


def test_json_is_one_document_and_all_else_goes_to_stderr(command: Command, late: Path) -> None:
    document = compared(command, "--policy", late, "--policy", "erp-cut", "--replications", "3", "--seed", "4", "--lang", "zh")
    assert {"schema", "scenario", "engine", "seed", "replications", "kpis", "comparisons"} <= set(document)
    assert (document["seed"], document["replications"]) == (4, 3)
    assert [(each["policy"], each["metric"]) for each in document["comparisons"]] == [
        (name, metric) for name in ("late", "erp-cut") for metric in USUAL
    ]


def test_the_document_is_that_of_the_comparison_in_python(command: Command, late: Path) -> None:
    document = compared(command, "--policy", late, "--replications", "3", "--metric", "total_cost")
    baseline, policy = load_scenario(FEW), load_scenario(FEW, [late])
    found = compare(baseline, [Policy("late", policy.title, policy)], ["total_cost"], replications=3)
    told = comparison_document(found)
    told["policies"][0]["title"] = "Opens late"
    assert document == json.loads(json.dumps(told))
    assert document["policies"][0]["hash"] == scenario_hash(policy)


def test_a_second_call_finds_everything_and_says_the_same(command: Command, late: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ("--policy", late, "--replications", "3")
    first = compared(command, *arguments)
    made: list[object] = []
    monkeypatch.setattr(Laboratory, "_keep", lambda *job: made.append(job))
    monkeypatch.setattr(Laboratory, "_made", _nothing)
    assert compared(command, *arguments) == first
    assert made == []


def _nothing(_laboratory: Laboratory, _luck: object, missing: list[object], _ran: object) -> Any:
    assert missing == []
    yield from ()


def test_precision_and_the_best_are_told(command: Command, late: Path, kept_here: Path) -> None:
    asked = ("--precision", "0.2", "--metric", "total_cost", "--best", "total_cost", "--zone", "100000")
    document = compared(command, "--policy", late, *asked)
    assert (document["precision"], document["precise_from"], document["replications"]) == (0.2, 20, 25)
    assert document["best"]["pick"] in ("baseline", "late")
    blocks = {int(file.name.split("-")[1]) * 5 for file in Store(kept_here).files()}
    assert {at for at in blocks if at < TUNING} == set(range(0, 25, 5))
    assert {at - TUNING for at in blocks if at >= TUNING} == set(range(0, 20, 5))


def test_the_sizes_of_the_sale_are_told(command: Command, late: Path, tmp_path: Path) -> None:
    sale = tmp_path / "sale.toml"
    sale.write_text("[demand.orders]\nspread = 0.5\n[demand.orders.sales.main]\ndate = 2025-11-10\norders = 20\n", "utf-8")
    document = compared(command, "--overlay", sale, "--policy", late, "--replications", "2", "--sizes", "3")
    assert document["over_sizes"]["count"] == len(document["over_sizes"]["drawn"]) == 3


def test_an_experiment_names_its_policies_itself(command: Command) -> None:
    document = compared(command, "--experiment", "levers-before-a-sale", "--replications", "2")
    assert len(document["policies"]) == 7
    assert document["policies"][0]["name"] == "carrier=agreed"
    assert len(document["effects"]) == 6 * len(USUAL)


def test_guesses_are_those_of_the_first_policy_on_the_first_metric(command: Command, late: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.study import sensitivity

    monkeypatch.setattr(sensitivity, "GUESSED", ())
    asked = ("--metric", "completion_hours", "--metric", "total_cost")
    document = compared(command, "--policy", "erp-cut", "--policy", late, *asked, "--replications", "20", "--guesses")
    assert document["guesses"]["policy"] == document["ranking"][0]
    assert document["guesses"]["metric"] == "completion_hours"
    first = next(each for each in document["comparisons"] if each["policy"] == document["ranking"][0])
    assert document["guesses"]["answer"] == pytest.approx(first["difference"])


def test_the_usual_metrics_of_the_help_are_those_that_are_judged() -> None:
    assert tuple(app.USUAL.split(", ")) == USUAL


EXPERIMENT = """title = "t"
[[factors]]
name = "a"
title = "a"
levels = [
  { name = "x", title = "x" },
  { name = "y", title = "y", overlay = "nope.toml" },
]
"""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "--policy: there is nothing to compare"),
        (("--policy", "erp-ct"), "Did you mean erp-cut?"),
        (("--policy", "erp-cut", "--policy", "erp-cut"), '--policy = "erp-cut": is named twice'),
        (("--policy", "no-such.toml"), "no-such.toml: there is no such file"),
        (("--policy", "erp-cut", "--metric", "total_cots"), "Did you mean total_cost?"),
        (("--policy", "erp-cut", "--metric", "total_cost", "--metric", "total_cost"), '--metric = "total_cost": is named twice'),
        (("--policy", "erp-cut", "--precision", "0"), '--precision = "0": is not a number above 0'),
        (("--policy", "erp-cut", "--precision", "2"), "--precision = 2.0: is out of range"),
        (("--policy", "erp-cut", "--precision", "nan"), "--precision"),
        (("--policy", "erp-cut", "--precision", "2%"), '--precision = "2%": is not a number'),
        (("--policy", "erp-cut", "--replications", "1"), "--replications = 1: is too small"),
        (("--policy", "erp-cut", "--replications", "1001"), "--replications = 1001: is too large"),
        (("--policy", "erp-cut", "--best", "withdrawn_rate", "--zone", "1"), '--best = "withdrawn_rate": is neither better'),
        (("--policy", "erp-cut", "--best", "total_cost"), "--zone: is missing"),
        (("--policy", "erp-cut", "--zone", "1"), "--best: is missing"),
        (("--policy", "erp-cut", "--best", "total_cost", "--zone", "0"), '--zone = "0": is not a number above 0'),
        (("--policy", "erp-cut", "--best", "total_cost", "--zone", "nan"), '--zone = "nan"'),
        (("--policy", "erp-cut", "--best", "total_cost", "--zone", "inf"), '--zone = "inf"'),
        (("--policy", "erp-cut", "--sizes", "3"), "demand.orders.spread"),
        (("--policy", "erp-cut", "--sizes", "-1"), "--sizes = -1: is too small"),
        (("--policy", "erp-cut", "--sed", "1"), '"--sed": no such option. '),
        (("--policy", "erp-cut", "--experiment", "levers-before-a-sale"), "an experiment names its policies itself"),
        (("--experiment", "levers"), "--experiment = "),
    ],
)
def test_bad_input_is_one_line_and_exits_with_2(command: Command, kept_here: Path, arguments: tuple[str, ...], told: str) -> None:
    result = command("compare", FEW, *arguments, "--json")
    assert result.status == 2
    assert result.out == ""
    assert told in result.err
    lines = result.err.strip().splitlines()
    assert len(lines) == (2 if "no such option" in told else 1)
    assert not kept_here.exists()


def test_bad_input_is_told_in_chinese_to_who_asks_in_chinese(command: Command) -> None:
    for arguments in ((), ("--policy", "erp-cut", "--precision", "2"), ("--policy", "erp-cut", "--best", "total_cost")):
        result = command("compare", FEW, *arguments, "--json", "--lang", "zh")
        assert result.status == 2
        assert any("一" <= character <= "鿿" for character in result.err)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (EXPERIMENT, "nope.toml: there is no such file"),
        (EXPERIMENT.replace("factors", "factrs"), "experiment.toml:2: factrs: unknown key"),
        (EXPERIMENT.replace('overlay = "nope.toml"', "overlay = 3"), "experiment.toml:7: factors.0.levels.1.overlay = 3: is not a text"),
        (EXPERIMENT.replace('overlay = "nope.toml"', 'overlay = "a", set = { a = 1 }'), "experiment.toml:7: factors.0.levels.1.set"),
        (EXPERIMENT.replace('overlay = "nope.toml"', "set = { polcy = { refresh = 1 } }"), "Did you mean policy?"),
        ("factors = [", 'experiment.toml:1: "factors = [": is not valid TOML'),
        (
            EXPERIMENT.replace('title = "t"', 'title = "t"\nmetrics = ["total_cots"]').replace("nope.toml", str(ERP)),
            "Did you mean total_cost?",
        ),
    ],
)
def test_a_wrong_experiment_is_bad_input_without_a_traceback(command: Command, tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "experiment.toml"
    file.write_text(text, "utf-8")
    result = command("compare", FEW, "--experiment", file, "--json")
    assert result.status == 2
    assert told in result.err
    assert result.out == ""
    assert "Traceback" not in result.err


def test_a_run_that_breaks_an_invariant_exits_with_1_and_shows_no_figures(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.study import block

    monkeypatch.setattr(block, "check", lambda *_: ["line 3 once held -1 cases in line"])
    result = command("compare", FEW, "--policy", "erp-cut", "--replications", "2", "--json")
    assert result.status == 1
    assert "line 3 once held -1 cases in line" in result.err
    assert result.out == ""


def test_a_policy_s_hostile_name_stays_text(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('name = "\\u001B[31m[bold]x"\n[policy]\nrefresh = "20 min"\n', "utf-8")
    result = command("compare", FEW, "--policy", file, "--policy", file, "--json")
    assert result.status == 2
    assert "\x1b" not in result.err
    assert "[bold]" in result.err
    document = compared(command, "--policy", file, "--replications", "2")
    assert document["policies"][0]["name"] == "\x1b[31m[bold]x"
    assert "\x1b" not in json.dumps(document, ensure_ascii=False)


def test_another_process_prints_the_document_alone(tmp_path: Path) -> None:
    result = in_another_process(
        "compare",
        FEW,
        "--policy",
        "erp-cut",
        "--replications",
        "2",
        "--json",
        REFUND_DESK_RUNS=str(tmp_path / "runs"),
        REFUND_DESK_LANG="zh",
    )
    assert result.status == 0
    assert json.loads(result.out)["replications"] == 2


def test_what_the_manifest_says_is_what_was_compared(late: Path) -> None:
    baseline, policy = load_scenario(FEW), load_scenario(FEW, [late])
    comparison = compare(baseline, [Policy("late", policy.title, policy)], ["total_cost"], replications=2, seed=9)
    manifest = command_of_compare._manifest(command_of_compare.Found(comparison, None, None))
    assert manifest["policies"] == {"late": scenario_hash(policy)}
    assert (manifest["seed"], manifest["replications"], manifest["metrics"]) == (9, 2, ["total_cost"])
