"""`compare --experiment` for every scenario that ships, at a small scale."""

import json
from pathlib import Path

import pytest

from sim.shipped import scenarios_folder
from tests.cli.conftest import Command

LEVERS = "levers-before-a-sale"
ALL = sorted(file.stem for file in scenarios_folder().glob("*.toml"))
QUICK = ("everyday-apparel",)


@pytest.mark.parametrize("scenario", [pytest.param(name, marks=() if name in QUICK else pytest.mark.proof) for name in ALL])
def test_the_shipped_experiment_runs_on_a_shipped_scenario(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scenario: str, few: Path
) -> None:
    monkeypatch.setenv("REFUND_DESK_RUNS", str(tmp_path / "runs"))
    smaller = ("--history", few) if scenario == "busy-week" else ("--scale", "0.02")
    result = command("compare", scenario, "--experiment", LEVERS, "--replications", "2", *smaller, "--json")
    assert result.status == 0, result.err
    document = json.loads(result.out)
    assert {each["policy"] for each in document["comparisons"]} == {
        "carrier=agreed",
        "authority=200-yuan",
        "authority=200-yuan,carrier=agreed",
        "cuts=erp",
        "cuts=erp,carrier=agreed",
        "cuts=erp,authority=200-yuan",
        "cuts=erp,authority=200-yuan,carrier=agreed",
    }
    assert [len(each["of"]) for each in document["effects"]] == [1, 1, 1, 2, 2, 2] * 3
