"""The document of `run --json`."""

import json

import pytest

from sim.measure.summary import summarise
from sim.scenario import Scenario
from tests.measure.conftest import COUNT_STAFFED, Measure
from tests.measure.tiny import DESK, HOUR, Diary, floor, workload


def test_the_document_has_the_shape_that_the_design_promises(measure: Measure) -> None:
    document = measure(Diary().answered(9 * HOUR, 60).filed(10 * HOUR, 1).log(path=[1, 4])).to_json()
    assert list(document) == [
        "schema",
        "scenario",
        "engine",
        "seed",
        "replications",
        "refunds",
        "unfinished",
        "kpis",
        "handoffs",
        "pools",
        "costs",
        "wrong_acts",
        "standards",
    ]
    assert document["schema"] == 1
    assert set(document["scenario"]) == {"name", "hash"}
    assert (document["engine"], document["seed"], document["replications"], document["refunds"]) == ("by hand", 0, 1, 2)
    assert document["unfinished"]["count"] == 1
    minutes = document["kpis"]["first_response_minutes"]
    assert list(minutes) == ["mean", "low", "high", "unit", "better", "quantiles", "by_path"]
    assert minutes["by_path"]["path_1"] == {"mean": 1.0, "low": None, "high": None, "quantiles": {"p50": 1.0, "p90": 1.0, "p99": 1.0}}
    assert list(document["handoffs"]) == [
        "agent_carrier",
        "agent_supervisor",
        "agent_warehouse",
        "warehouse_inspection",
        "warehouse_carrier",
    ]
    assert list(document["pools"]) == ["agents", "supervisors", "warehouse", "inspection", "carriers"]
    assert list(document["costs"]) == [
        "labour",
        "contacts",
        "compensation",
        "over_granted",
        "coupon",
        "freight",
        "recall",
        "premium",
        "fees",
        "reshipped",
        "lost",
        "total",
    ]


def test_it_holds_only_what_json_knows(measure: Measure) -> None:
    document = measure(Diary().answered(9 * HOUR, 60).log()).to_json()
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_one_replication_has_no_interval_and_a_null_has_its_reason(measure: Measure) -> None:
    kpis = measure(Diary().answered(9 * HOUR, 60).log()).to_json()["kpis"]
    assert all(kpi["low"] is None and kpi["high"] is None for kpi in kpis.values())
    assert all(("reason" in kpi) == (kpi["mean"] is None) for kpi in kpis.values())
    assert kpis["short_staffed"]["estimate"] is True


def test_a_day_without_requests_can_be_measured(measure: Measure) -> None:
    document = measure(Diary().filed(5 * 24 * HOUR).log()).to_json()
    assert document["refunds"] == 0
    assert document["kpis"]["first_response_within_30min"]["mean"] is None


def test_a_floor_that_is_not_the_scenarios_is_refused(scenario: Scenario) -> None:
    log = Diary().answered(9 * HOUR, 60).log()
    with pytest.raises(ValueError, match="the floor has 2 slots, the scenario's roster 6"):
        summarise(log, workload(log), floor(), scenario, DESK)


def test_the_document_says_which_time_the_standards_count(measure: Measure) -> None:
    log = Diary().answered(9 * HOUR, 60).log()
    assert measure(log).to_json()["standards"] == {"count": "calendar"}
    assert measure(log, COUNT_STAFFED).to_json()["standards"] == {"count": "staffed"}


def test_whom_the_confusion_is_about_has_the_name_of_the_scenarios_group(measure: Measure) -> None:
    summary = measure(Diary().answered(9 * HOUR, 60).log(path=[1], taken_for=[1], taken_by=[1]))
    assert [(each.group, each.judged) for each in summary.mistakes][:2] == [("agents/regular", 0), ("supervisors/regular", 1)]
