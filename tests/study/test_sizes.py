"""The doubt about a sale's size stays what it is, however many replications are run (trap 21)."""

import json
from pathlib import Path

import numpy as np
import pytest

from sim.errors import BadInput
from sim.scenario import Scenario, load_scenario
from sim.shipped import scenarios_folder
from sim.study.replicate import replicate
from sim.study.sizes import over_sizes

FEW = {
    "calendar": {"start": "2022-11-10", "days": 3, "warmup_days": 1, "drain_days": 2},
    "demand": {"orders": {"per_day": 60.0, "spread": 0.5}},
}


@pytest.fixture(scope="module")
def sale() -> Scenario:
    """Some hundreds of requests around a sale of which nobody knows how large it will be."""
    sales = {"main": {"date": "2022-11-11", "orders": 1_500.0}}
    overlay = {**FEW, "demand": {"orders": {**FEW["demand"]["orders"], "sales": sales}}}  # type: ignore[dict-item]
    return load_scenario(scenarios_folder() / "everyday-apparel.toml", [overlay])


def width(scenario: Scenario, replications: int) -> tuple[float, float]:
    """Of the total cost: the range over sizes, and the 95 % interval of luck."""
    document = replicate(scenario, 1, replications, sizes=12).document
    over, cost = document["sizes"]["kpis"]["total_cost"], document["kpis"]["total_cost"]
    return over["high"] - over["low"], cost["high"] - cost["low"]


def test_more_replications_narrow_the_luck_and_not_the_doubt(sale: Scenario) -> None:
    few, many = width(sale, 3), width(sale, 12)
    assert many[1] < 0.6 * few[1]
    assert many[0] == pytest.approx(few[0], rel=0.15)


def test_all_other_figures_are_those_of_the_expected_size(sale: Scenario) -> None:
    alone, with_sizes = (replicate(sale, 1, 2, sizes=sizes).document for sizes in (0, 3))
    over = with_sizes.pop("sizes")
    assert alone == with_sizes
    assert over["count"] == len(over["drawn"]) == 3
    assert np.std(over["drawn"]) > 0.05
    assert json.loads(json.dumps(over)) == over


def test_the_figures_over_sizes_follow_the_size(sale: Scenario) -> None:
    document = replicate(sale, 1, 1, sizes=8).document
    cost = document["sizes"]["kpis"]["total_cost"]
    assert cost["low"] < document["kpis"]["total_cost"]["mean"] < cost["high"]
    assert cost["low"] < cost["mid"] < cost["high"]


def test_a_figure_that_one_size_cannot_give_has_no_range(sale: Scenario) -> None:
    documents = [{"kpis": {"a": {"mean": 1.0}, "b": {"mean": mean}}} for mean in (2.0, None)]
    kpis = over_sizes(documents, sale, 1)["kpis"]
    assert kpis["a"]["mid"] == 1.0
    assert kpis["b"] == {"low": None, "mid": None, "high": None}


@pytest.mark.parametrize("overlay", [{"demand": {"orders": {"spread": 0.0}}}, {"demand": {"orders": {"sales": {}}}}])
def test_where_there_is_no_doubt_asking_for_it_is_refused(sale: Scenario, overlay: dict[str, object], tmp_path: Path) -> None:
    plain = load_scenario(scenarios_folder() / "everyday-apparel.toml", [overlay])  # type: ignore[list-item]
    with pytest.raises(BadInput, match="no doubt") as caught:
        replicate(plain, sizes=3)
    assert caught.value.field == "demand.orders.spread"
