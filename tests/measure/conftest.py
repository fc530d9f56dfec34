"""What the tests of measurement share: a scenario of two reported days with few people in it, and a desk measured under it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.demand.workload import REFUND, Workload
from sim.desk.contract import Floor
from sim.desk.log import Log
from sim.desk.records import LINE
from sim.desk.simulate import floor_of
from sim.measure.passes.compile import machine_code_of, signatures
from sim.measure.summary import RunSummary, summarise
from sim.scenario import Scenario, load_scenario
from sim.scenario.calendar import roster
from tests.measure.tiny import DESK, workload

SMALL = Path(__file__).parents[1] / "scenario" / "small.toml"

STAFF: dict[str, Any] = {
    "calendar": {"days": 2, "drain_days": 8, "warmup_days": 0},
    "pools": {
        "agents": {
            "shift_end": "finish",
            "groups": {
                "regular": {
                    "seats": 1,
                    "cost_per_hour": "42 yuan",
                    "absence": 0.0,
                    "shifts": {
                        "day": {"from": "08:00", "to": "16:00", "count": 2, "breaks": [{"at": "12:00", "length": "30 min"}]},
                        "night": {"count": 0},
                    },
                }
            },
        },
        "warehouse": {"groups": {"regular": {"shifts": {"day": {"from": "08:00", "to": "16:00", "count": 1}}}}},
    },
    "standards": {"first_response": "30 min", "agent_carrier": "2 h", "agent_supervisor": "12 h", "warehouse_carrier": "none"},
}
"""Slots 0 and 1 are the agents, 08:00-16:00 with a break at 12:00; 2 supervisor, 3 warehouse, 4 inspection, 5 carrier round the clock."""

COUNT_STAFFED: dict[str, Any] = {"standards": {"count": "staffed"}}
"""Standards count only the time in which somebody who answers is on duty."""

WARM_UP: dict[str, Any] = {"calendar": {"warmup_days": 2}}
"""The desk does not open empty: the same people are there on the two days before the start."""

DEDICATED: dict[str, Any] = {
    "calendar": {"days": 2, "drain_days": 8, "warmup_days": 0},
    "pools": {
        "agents": {
            "groups": {
                "regular": {"paths": [1, 2]},
                "late": {
                    "cost_per_hour": "42 yuan",
                    "paths": [3, 4],
                    "shifts": {"late": {"from": "12:00", "to": "20:00", "count": 1}},
                },
            }
        }
    },
}
"""Agents dedicated to paths: pool 0 is "agents_12", 08:00-16:00 as before; pool 1 is "agents_34", one person (slot 2), 12:00-20:00."""

Measure = Callable[..., RunSummary]


@pytest.fixture(scope="session", autouse=True)
def _machine_code() -> None:
    """The passes are compiled before any test is timed."""
    for function in signatures():
        machine_code_of(function)


def scenario_with(folder: Path, *overlays: dict[str, Any]) -> Scenario:
    (folder / "small.csv").write_text("退款编号\n1\n", "utf-8")
    (folder / "small.toml").write_text(SMALL.read_text("utf-8"), "utf-8")
    return load_scenario(folder / "small.toml", [STAFF, *overlays])


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    return scenario_with(tmp_path)


def its_floor(scenario: Scenario) -> Floor:
    """The scenario's floor with nobody absent, and with a line for each pool in place of the refund desk's; none takes batches."""
    calendar = scenario.calendar
    people = roster(scenario, -calendar.warmup_days, calendar.days + calendar.drain_days - 1)
    found = floor_of(scenario, Workload(np.zeros(0, REFUND), absence=np.ones((len(people), people.days))))
    return replace(found, lines=np.array([(pool, 1, 0, 0) for pool in range(len(found.pools))], LINE))


@pytest.fixture
def measure(tmp_path: Path) -> Measure:
    """Measure a log by hand under the scenario with these overlays."""

    def measured(log: Log, *overlays: dict[str, Any], **columns: Any) -> RunSummary:
        scenario = scenario_with(tmp_path, *overlays)
        return summarise(log, workload(log, **columns), its_floor(scenario), scenario, DESK)

    return measured
