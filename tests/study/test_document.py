"""The document of a comparison: what it promises, in plain JSON, the same for the same seed, whoever simulates."""

import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from sim.measure.address import parse_address
from sim.measure.figures import metrics
from sim.scenario import Scenario, load_scenario
from sim.scenario.load import scenario_hash
from sim.study.block import measured, one_run
from sim.study.compare import USUAL, Comparison, Policy, compare
from sim.study.document import comparison_document, figures_table, parquet_of
from sim.study.experiment import Experiment, effects, policies_of
from sim.study.laboratory import Laboratory
from sim.study.replicate import replicate
from sim.study.sensitivity import sensitivity
from sim.study.workers import Threads
from tests.study.stated_answers import FEW_ORDERS, few_orders

PROMISED = ("policy", "metric", "difference", "low", "high", "p_adjusted", "correlation", "replications", "verdict")
"""What the design says of each of `comparisons`."""

METRICS = (*USUAL, "backlog.after_sales")
LATE: dict[str, Any] = {"pools": {"agents": {"groups": {"regular": {"shifts": {"day": {"from": "20:00", "count": 1}}}}}}}
SALE: dict[str, Any] = {"demand": {"orders": {"spread": 0.5, "sales": {"main": {"date": "2025-11-10", "orders": 30.0}}}}}


def alternatives() -> tuple[Scenario, list[Policy]]:
    baseline = load_scenario(FEW_ORDERS, [SALE])
    return baseline, [Policy("late", baseline.title, load_scenario(FEW_ORDERS, [SALE, LATE])), Policy("twin", baseline.title, baseline)]


def compared(laboratory: Laboratory | None = None) -> Comparison:
    return compare(*alternatives(), METRICS, replications=4, seed=1, sizes=2, best=("total_cost", 1e6), laboratory=laboratory)


@pytest.fixture(scope="module")
def found() -> Comparison:
    return compared()


@pytest.fixture(scope="module")
def document(found: Comparison) -> dict[str, Any]:
    return comparison_document(found)


def test_it_is_plain_json(document: dict[str, Any]) -> None:
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_it_begins_with_the_document_of_the_baseline_s_run(document: dict[str, Any]) -> None:
    baseline, _ = alternatives()
    of_run = replicate(baseline, 1, 4).document
    assert {key: document[key] for key in of_run} == of_run
    assert (document["schema"], document["seed"], document["replications"]) == (1, 1, 4)


def test_every_policy_and_metric_has_what_is_promised(found: Comparison, document: dict[str, Any]) -> None:
    assert [(each["policy"], each["metric"]) for each in document["comparisons"]] == [
        (policy, metric) for policy in ("late", "twin") for metric in METRICS
    ]
    for each in document["comparisons"]:
        assert set(PROMISED) <= set(each)
        metric = metrics()[parse_address(each["metric"]).name]
        assert (each["unit"], each["better"]) == (metric.unit, metric.better)
        assert each["replications"] == 4
        assert each["verdict"] in ("better", "worse", "no clear difference")
        difference = found.of(each["policy"], each["metric"]).difference
        if difference is None:
            assert each["reason"] == "nobody in the scenario is in that pool"
            assert {each[key] for key in ("difference", "low", "high", "p", "p_adjusted", "correlation")} == {None}
            assert each["baseline"] == each["with_policy"] == {"mean": None, "low": None, "high": None}
        else:
            assert "reason" not in each
            assert each["low"] <= each["difference"] <= each["high"]
            told = (difference.p, difference.correlation, found.of(each["policy"], each["metric"]).p_adjusted)
            assert (each["p"], each["correlation"], each["p_adjusted"]) == told
            assert each["difference"] == pytest.approx(each["with_policy"]["mean"] - each["baseline"]["mean"])
    assert sum("reason" in each for each in document["comparisons"]) == 2


def test_policies_are_known_by_name_title_and_hash(document: dict[str, Any]) -> None:
    _, policies = alternatives()
    told = [{"name": each.name, "title": each.title.en, "hash": scenario_hash(each.scenario)} for each in policies]
    assert document["policies"] == told
    assert sorted(document["ranking"]) == ["late", "twin"]


def test_money_is_told_by_cause_of_the_baseline_and_every_policy(found: Comparison, document: dict[str, Any]) -> None:
    assert list(document["money"]) == ["baseline", "late", "twin"]
    assert document["money"]["baseline"] == document["money"]["twin"]
    for name in ("baseline", "late"):
        mean = found.figure("" if name == "baseline" else name, "total_cost")
        assert not isinstance(mean, str)
        assert document["money"][name]["total"]["mean"] == pytest.approx(mean.mean)


def test_sizes_and_the_best_are_told_only_where_they_were_asked_for(document: dict[str, Any]) -> None:
    over = document["over_sizes"]
    assert over["count"] == len(over["drawn"]) == 2
    assert [(each["policy"], each["metric"]) for each in over["comparisons"]] != []
    twin = next(each for each in over["comparisons"] if (each["policy"], each["metric"]) == ("twin", "total_cost"))
    assert twin["difference"] == {"low": 0, "mid": 0, "high": 0}
    assert document["best"]["pick"] in ("baseline", "late", "twin")
    assert (document["best"]["metric"], document["best"]["zone"]) == ("total_cost", 1e6)
    assert (document["precision"], document["precise_from"]) == (None, None)
    plain = comparison_document(compare(*alternatives(), ["total_cost"], replications=2))
    assert {"over_sizes", "best", "guesses", "effects"}.isdisjoint(plain)


def test_the_same_seed_is_the_same_document_with_any_number_of_workers(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    assert json.dumps(comparison_document(compared(Laboratory(None, Threads(1))))) == text
    other = comparison_document(compare(*alternatives(), METRICS, replications=4, seed=2))
    assert other["comparisons"] != document["comparisons"]


def test_guesses_and_effects_are_told_with_their_names() -> None:
    levels = ({"name": "as-it-is", "title": "x"}, {"name": "late", "title": "y", "set": LATE})
    factors = ({"name": "shift", "title": "s", "levels": levels}, {"name": "list", "title": "l", "levels": _refresh()})
    experiment = Experiment.model_validate({"title": "t", "factors": factors})
    baseline, policies = policies_of(experiment, Path(), lambda above: load_scenario(FEW_ORDERS, above))
    found = compare(baseline, policies, ["total_cost"], replications=2)
    few = {key: figure for key, figure in baseline.figures.items() if key in ("buyer.withdraws", "policy.erp_cut.success", "buyer.again")}
    worlds = [each.model_copy(update={"figures": few}) for each in (baseline, policies[0].scenario)]
    tornado = sensitivity(worlds[0], "total_cost", (policies[0].name, worlds[1]), replications=2)
    document = comparison_document(found, tornado, (experiment, effects(experiment, found)))
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert [each["of"] for each in document["effects"]] == [["shift=late"], ["list=slow"], ["shift=late", "list=slow"]]
    assert all({"metric", "difference", "low", "high", "p", "p_adjusted"} <= set(each) for each in document["effects"])
    guesses = document["guesses"]
    assert (guesses["metric"], guesses["policy"], guesses["replications"]) == ("total_cost", policies[0].name, 2)
    assert guesses["answer"] == pytest.approx(tornado.answer)
    assert {each["guess"] for each in guesses["effects"]} | set(guesses["left_out"]) == set(few)
    for each, effect in zip(guesses["effects"], tornado.effects, strict=True):
        assert each["turns_the_answer"] == (effect in tornado.turning)
        assert each["of"] == "all"
        assert set(each["tried"]) == {"low", "high"}


def _refresh() -> tuple[dict[str, Any], ...]:
    return ({"name": "as-it-is", "title": "x"}, {"name": "slow", "title": "y", "set": {"policy": {"refresh": "20 min"}}})


def test_the_table_has_every_figure_of_every_replication(found: Comparison) -> None:
    table = figures_table(found)
    assert table.column_names == ["policy", "replication", "address", "value", "part", "whole", "reason"]
    rows = {(row["policy"], row["replication"], row["address"]): row for row in table.to_pylist()}
    assert len(rows) == len(table)
    baseline, policies = alternatives()
    for name, scenario in (("", baseline), ("late", policies[0].scenario)):
        for number in range(4):
            readings = measured(one_run(scenario, 1, number)).readings
            assert {address for policy, at, address in rows if (policy, at) == (name, number)} == set(readings)
            for address, reading in readings.items():
                row = rows[name, number, address]
                assert (row["value"], row["part"], row["whole"], row["reason"]) == (
                    reading.value,
                    reading.part,
                    reading.whole,
                    reading.reason,
                )
    assert pq.read_table(io.BytesIO(parquet_of(table))).equals(table)


def test_precision_is_told_with_where_it_held_from() -> None:
    baseline = few_orders()
    document = comparison_document(compare(baseline, [Policy("twin", baseline.title, baseline)], ["total_cost"], 0.02))
    assert (document["precision"], document["precise_from"], document["replications"]) == (0.02, 20, 25)
    assert document["comparisons"][0]["replications"] == 25
