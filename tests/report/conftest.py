"""What the tests of reports share: one small run, its answer, and every one of its refunds watched."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.report.story import Story, tell
from sim.report.watched import Watched, watch
from sim.scenario import Scenario, load_scenario
from sim.shipped import scenarios_folder
from sim.study.replicate import Replicated, replicate
from sim.words import speaking

FEW = 240


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with speaking("en"):
        yield


@pytest.fixture(scope="session")
def few_scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """The busy week with every n-th refund."""
    lines = (scenarios_folder() / "history" / "busy-week.csv").read_bytes().splitlines(keepends=True)
    file: Path = tmp_path_factory.mktemp("history") / "few.csv"
    file.write_bytes(lines[0] + b"".join(lines[1 :: len(lines) // FEW]))
    return load_scenario(scenarios_folder() / "busy-week.toml", [{"demand": {"history": str(file)}}])


@pytest.fixture(scope="session")
def run(few_scenario: Scenario) -> Replicated:
    return replicate(few_scenario, engine="simpy")


@pytest.fixture(scope="session")
def watched(run: Replicated, few_scenario: Scenario) -> Watched:
    """Every refund of the run, watched."""
    return watch(run.first.workload, few_scenario, range(len(run.first.workload)))


@pytest.fixture(scope="session")
def stories(run: Replicated, few_scenario: Scenario, watched: Watched) -> list[Story]:
    """Their stories in English, by row."""
    with speaking("en"):
        return [tell(few_scenario, run.first.workload, row, watched) for row in range(len(run.first.workload))]
