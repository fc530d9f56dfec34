"""A scenario with other values: nothing else changes, and what would be unsound is refused."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import BadInput
from sim.scenario import Scenario, load_scenario
from sim.scenario.change import changed, value_at
from sim.scenario.load import scenario_hash
from sim.shipped import scenarios_folder

FILES = sorted(scenarios_folder().glob("*.toml"))


@cache
def shipped(name: str) -> Scenario:
    return load_scenario(scenarios_folder() / f"{name}.toml")


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def numbers(scenario: Scenario) -> dict[str, int | float]:
    """Every figure that is one number."""
    return {key: value for key in scenario.figures if is_number(value := value_at(scenario, key))}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_figure_that_ships_stands_at_its_key(file: object) -> None:
    scenario = shipped(file.stem)  # type: ignore[attr-defined]
    assert len(numbers(scenario)) > 0.8 * len(scenario.figures)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_all_figures_put_as_they_are_give_the_same_scenario(file: object) -> None:
    scenario = shipped(file.stem)  # type: ignore[attr-defined]
    same = changed(scenario, numbers(scenario))
    assert same == scenario
    assert scenario_hash(same) == scenario_hash(scenario)


@settings(deadline=None, max_examples=15)
@given(st.data())
def test_a_figure_put_as_it_is_changes_nothing_and_put_otherwise_changes_itself_alone(data: st.DataObject) -> None:
    scenario = shipped(data.draw(st.sampled_from([file.stem for file in FILES])))
    figures = numbers(scenario)
    key = data.draw(st.sampled_from(sorted(figures)))
    assert changed(scenario, {key: figures[key]}) == scenario
    other = figures[key] * 0.9 if isinstance(figures[key], float) else int(figures[key]) + 1
    try:
        new = changed(scenario, {key: other})
    except BadInput:
        return
    assert value_at(new, key) == other
    assert (scenario_hash(new) == scenario_hash(scenario)) == (other == figures[key])
    assert {each for each, value in numbers(new).items() if value != figures[each]} == ({key} if other != figures[key] else set())
    assert changed(new, {key: figures[key]}) == scenario


@pytest.mark.proof
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_single_figure_put_as_it_is_changes_nothing(file: object) -> None:
    scenario = shipped(file.stem)  # type: ignore[attr-defined]
    for key, value in numbers(scenario).items():
        assert changed(scenario, {key: value}) == scenario, key


def test_a_key_that_has_dots_itself_is_found() -> None:
    scenario = shipped("everyday-apparel")
    assert value_at(scenario, "demand.cells.p1.plain-batch") == 0.62
    assert value_at(scenario, "figures.demand.cells.p1.plain-batch.value") == 0.62
    with pytest.raises(KeyError):
        value_at(scenario, "demand.cells.p1.plain")


@pytest.mark.parametrize(
    "key", ["", "policy.refrsh", "polcy.refresh", "policy.refresh.more", "demand.orders.lines.0", "policy..refresh", "."]
)
def test_a_key_that_is_not_there_is_refused(key: str) -> None:
    scenario = shipped("everyday-apparel")
    with pytest.raises(KeyError):
        changed(scenario, {key: 1})


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"buyer.withdraws": 1.5}, "buyer.withdraws"),
        ({"buyer.withdraws": -0.1}, "buyer.withdraws"),
        ({"buyer.withdraws": float("nan")}, "buyer.withdraws"),
        ({"buyer.withdraws": "much"}, "buyer.withdraws"),
        ({"policy.refresh": -1}, "policy.refresh"),
        ({"policy.refresh": 1.5}, "policy.refresh"),
        ({"policy.line_order": "by_pth"}, "policy.line_order"),
        ({"demand.cells.p1.plain-batch": 0.1}, None),
    ],
)
def test_a_value_that_would_be_unsound_is_bad_input(values: dict[str, object], field: str | None) -> None:
    with pytest.raises(BadInput) as caught:
        changed(shipped("everyday-apparel"), values)
    assert field is None or caught.value.field == field


def test_several_values_are_put_at_once_and_the_first_scenario_stays_as_it_was() -> None:
    scenario = shipped("everyday-apparel")
    before = scenario_hash(scenario)
    cells = {"demand.cells.p1.plain-batch": 0.52, "demand.cells.p1.one-line": 0.22}
    new = changed(scenario, cells)
    assert {key: value_at(new, key) for key in cells} == cells
    assert scenario_hash(scenario) == before != scenario_hash(new)
