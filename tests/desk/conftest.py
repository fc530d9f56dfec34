"""The shipped busy week, once per worker."""

import pytest

from sim.demand.replay import draw_workload
from sim.demand.workload import Workload
from sim.scenario import Scenario, load_scenario
from sim.shipped import scenarios_folder


@pytest.fixture(scope="session")
def busy_week() -> Scenario:
    return load_scenario(scenarios_folder() / "busy-week.toml")


@pytest.fixture(scope="session")
def crowded_week() -> Scenario:
    """Three times the refunds for the same staff: somebody always waits."""
    return load_scenario(scenarios_folder() / "busy-week.toml", [{"demand": {"scale": 3.0}}])


@pytest.fixture(scope="session")
def crowded_workload(crowded_week: Scenario) -> Workload:
    return draw_workload(crowded_week, seed=1)


@pytest.fixture(scope="session")
def busy_workload(busy_week: Scenario) -> Workload:
    return draw_workload(busy_week, seed=1)
