"""The real trace (D. Chen, Online Retail, UCI, CC BY 4.0) through the desk: a year of refunds in, every one of them accounted for."""

from pathlib import Path

import numpy as np
import pytest

from sim.demand.replay import draw_workload
from sim.demand.workload import NEVER, Workload
from sim.desk.log import first_difference
from sim.desk.procedure import PROCEDURE
from sim.desk.records import CLOSED, FILED
from sim.desk.simulate import floor_of, simulate
from sim.measure.invariants import check
from sim.measure.summary import summarise
from sim.scenario import Scenario, load_scenario
from sim.scenario.calendar import day_start, moment_at
from sim.shipped import scenarios_folder

REFUNDS, BUSIEST = 3_836, 64


@pytest.fixture(scope="module")
def year(trace: Path) -> Scenario:
    """The desk of the busy week over the days of the trace."""
    calendar = {"start": "2010-12-01", "days": 374, "zone": "Europe/London"}
    return load_scenario(scenarios_folder() / "busy-week.toml", [{"calendar": calendar, "demand": {"history": str(trace)}}])


@pytest.fixture(scope="module")
def workload(year: Scenario) -> Workload:
    return draw_workload(year, seed=3)


def test_every_refund_of_the_year_comes_to_the_desk_and_is_accounted_for(year: Scenario, workload: Workload) -> None:
    log = simulate(workload, year)
    kinds, again = log.rows["kind"], workload.refunds["second"][log.rows["refund"]] == 1
    filed, closed = (kinds == FILED) & ~again, (kinds == CLOSED) & ~again
    assert filed.sum() == REFUNDS
    summary = summarise(log, workload, floor_of(year, workload), year, PROCEDURE).to_json()
    still_open = filed.sum() - closed.sum()
    assert 0 <= still_open == len(set(log.rows["refund"][filed]) - set(log.rows["refund"][closed]))
    reported = log.rows["time"] < day_start(year.calendar, year.calendar.days)  # a few second applications come in the drain days
    assert summary["refunds"] == ((kinds == FILED) & reported).sum()
    assert check(log, workload, floor_of(year, workload), PROCEDURE) == []


def test_the_busiest_day_is_that_of_the_source(year: Scenario, workload: Workload) -> None:
    filed = workload.refunds["filed"][workload.refunds["filed"] < NEVER]
    days = np.unique([moment_at(year.calendar, at).date().toordinal() for at in filed.tolist()], return_counts=True)[1]
    assert days.max() == BUSIEST
    assert days.sum() == REFUNDS


def test_both_engines_tell_the_same_year(year: Scenario, workload: Workload) -> None:
    assert first_difference(simulate(workload, year, "simpy"), simulate(workload, year)) is None
