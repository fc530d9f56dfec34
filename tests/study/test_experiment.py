"""Factorial experiments: effects that are known exactly, files that are wrong, and the one that ships."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import BadInput, each_problem
from sim.measure.readings import Reading
from sim.scenario import Scenario, load_scenario
from sim.scenario.change import value_at
from sim.scenario.load import Overlay
from sim.shipped import scenarios_folder
from sim.study.compare import Comparison, Policy, compare
from sim.study.experiment import Experiment, FactorEffect, effects, overlays_of, policies_of, read_experiment
from sim.study.paired import Sample, holm, paired
from tests.study.stated_answers import FEW_ORDERS, Stated, few_orders, uniform

COST = "total_cost"
SHIPPED = scenarios_folder() / "experiments" / "levers-before-a-sale.toml"
SCENARIOS = sorted(scenarios_folder().glob("*.toml"))


def design(*sizes: int) -> Experiment:
    """Factors a, b, …, each with so many levels, 0 as it is."""
    factors = tuple(
        {"name": name, "title": name, "levels": tuple({"name": str(level), "title": str(level)} for level in range(count))}
        for name, count in zip("abcdefgh", sizes, strict=False)
    )
    return Experiment.model_validate({"title": "a design", "factors": factors})


def ran(experiment: Experiment, answer: Callable[[tuple[int, ...], int], float | None], replications: int = 6) -> Comparison:
    """A comparison of all combinations whose total cost is stated."""
    of = {experiment.name_of(levels): levels for levels in experiment.combinations}
    base = few_orders().model_copy(update={"name": ""})

    def says(scenario: Scenario, number: int, size: int | None) -> dict[str, Reading]:
        value = answer(of[scenario.name], number)
        return {COST: Reading(value, reason=None if value is not None else "nobody_waited")}

    policies = [Policy(name, base.title, base.model_copy(update={"name": name})) for name in of if name]
    return compare(base, policies, [COST], replications=replications, laboratory=Stated(says))


def estimates(found: tuple[FactorEffect, ...]) -> dict[tuple[tuple[int, int], ...], float]:
    return {effect.levels: effect.difference.estimate for effect in found if effect.difference is not None}


# ---------------------------------------------------------------- effects
def test_in_two_by_two_main_effects_and_interaction_are_found_exactly() -> None:
    experiment = design(2, 2)
    found = effects(experiment, ran(experiment, lambda at, luck: 100 + luck + 8 * at[0] - 4 * at[1] + 2 * at[0] * at[1]))
    assert [effect.levels for effect in found] == [((0, 1),), ((1, 1),), ((0, 1), (1, 1))]
    assert [effect.is_interaction for effect in found] == [False, False, True]
    assert estimates(found) == {((0, 1),): 9, ((1, 1),): -3, ((0, 1), (1, 1)): 2}
    assert all(effect.difference is not None and effect.difference.error == 0 for effect in found)


def test_where_effects_add_up_there_is_no_interaction() -> None:
    experiment = design(2, 3, 2)
    found = effects(experiment, ran(experiment, lambda at, luck: 50 + 3 * luck + 5 * at[0] + 7 * at[1] - 2 * at[2]))
    for effect in found:
        assert effect.difference is not None
        expected = 0 if effect.is_interaction else {0: 5, 1: 7 * effect.levels[0][1], 2: -2}[effect.levels[0][0]]
        assert effect.difference.estimate == pytest.approx(expected, abs=1e-9)
        assert (effect.p_adjusted == 1) == effect.is_interaction


def test_in_two_by_three_each_level_is_compared_with_things_as_they_are() -> None:
    table = {(0, 0): 10.0, (0, 1): 12.0, (0, 2): 17.0, (1, 0): 20.0, (1, 1): 24.0, (1, 2): 21.0}
    experiment = design(2, 3)
    assert estimates(effects(experiment, ran(experiment, lambda at, luck: table[at[0], at[1]] + luck))) == pytest.approx(
        {
            ((0, 1),): (10 + 12 + 4) / 3,
            ((1, 1),): (2 + 4) / 2,
            ((1, 2),): (7 + 1) / 2,
            ((0, 1), (1, 1)): 24 - 20 - 12 + 10,
            ((0, 1), (1, 2)): 21 - 20 - 17 + 10,
        }
    )


@settings(deadline=None, max_examples=15)
@given(st.lists(st.integers(-50, 50), min_size=12, max_size=12))
def test_any_table_gives_the_effects_of_the_textbook(cells: list[int]) -> None:
    experiment = design(2, 2, 3)
    table = np.array(cells, float).reshape(2, 2, 3)
    found = estimates(effects(experiment, ran(experiment, lambda at, luck: float(table[at]) + luck, replications=2)))
    assert found[((0, 1),)] == pytest.approx((table[1] - table[0]).mean())
    assert found[((2, 2),)] == pytest.approx((table[:, :, 2] - table[:, :, 0]).mean())
    both = (table[1, 1] - table[1, 0]) - (table[0, 1] - table[0, 0])
    assert found[((0, 1), (1, 1))] == pytest.approx(both.mean())
    assert len(found) == 4 + 5


def test_an_effect_has_the_interval_of_its_own_differences_and_holm_is_over_all_effects() -> None:
    experiment = design(2, 2)

    def answer(at: tuple[int, ...], luck: int) -> float:
        return 100 + 20 * uniform("luck", luck) + at[0] + uniform(at, luck)

    found = effects(experiment, ran(experiment, answer, 10))
    column = {at: np.array([answer(at, luck) for luck in range(10)]) for at in experiment.combinations}
    by_hand = paired(Sample((column[1, 0] + column[1, 1]) / 2), Sample((column[0, 0] + column[0, 1]) / 2))
    assert found[0].difference is not None
    assert found[0].difference.estimate == pytest.approx(by_hand.estimate)
    assert found[0].difference.low == pytest.approx(by_hand.low)
    assert [effect.p_adjusted for effect in found] == list(holm([effect.difference.p for effect in found]))  # type: ignore[union-attr, misc]
    assert any(effect.p_adjusted != effect.difference.p for effect in found)  # type: ignore[union-attr]


def test_without_a_figure_in_one_combination_no_effect_on_it_is_told() -> None:
    experiment = design(2, 2)
    found = effects(experiment, ran(experiment, lambda at, luck: None if (at, luck) == ((1, 1), 2) else 1.0))
    assert len(found) == 3
    assert all((effect.difference, effect.p_adjusted) == (None, None) for effect in found)


def test_the_effect_of_the_only_factor_on_a_share_is_the_difference_of_its_comparison() -> None:
    experiment = design(2)
    base = few_orders().model_copy(update={"name": ""})

    def says(scenario: Scenario, number: int, size: int | None) -> dict[str, Reading]:
        whole = 1 + 50 * (number % 2)
        part = whole * (0.9 if scenario.name and number % 2 else 0.5)
        return {"withdrawn_rate": Reading(part / whole, part, whole)}

    policy = Policy("a=1", base.title, base.model_copy(update={"name": "a=1"}))
    found = compare(base, [policy], ["withdrawn_rate"], laboratory=Stated(says))
    difference = found.of("a=1", "withdrawn_rate").difference
    assert difference is not None
    assert estimates(effects(experiment, found))[((0, 1),)] == pytest.approx(difference.estimate)


# ---------------------------------------------------------------- combinations
def test_a_combination_is_called_by_what_is_not_as_it_is() -> None:
    experiment = design(2, 3)
    assert [experiment.name_of(levels) for levels in experiment.combinations] == ["", "b=1", "b=2", "a=1", "a=1,b=1", "a=1,b=2"]
    assert experiment.combinations[0] == (0, 0)


LEVELS = """
title = "two ways to say a level"
[[factors]]
name = "refresh"
title = { zh = "刷新", en = "Refreshing" }
levels = [
    { name = "as-it-is", title = "as it is" },
    { name = "slow", title = { zh = "慢", en = "slow" }, set = { policy = { refresh = "20 min" } } },
]
[[factors]]
name = "line"
title = { zh = "排队", en = "The line" }
levels = [
    { name = "by-path", title = "by path", set = { policy = { line_order = "by_path" } } },
    { name = "cut", title = { zh = "截单", en = "cut" }, overlay = "beside/cut.toml" },
]
"""


def test_a_level_is_set_or_laid_over_from_a_file_beside_the_experiment(tmp_path: Path) -> None:
    (tmp_path / "beside").mkdir()
    (tmp_path / "beside" / "cut.toml").write_text("[policy.erp_cut]\nsuccess = 0.9\n", "utf-8")
    file = tmp_path / "experiment.toml"
    file.write_text(LEVELS, "utf-8")
    experiment = read_experiment(file)
    baseline, policies = policies_of(experiment, tmp_path, lambda above: load_scenario(FEW_ORDERS, above))
    of = {"": baseline, **{policy.name: policy.scenario for policy in policies}}
    assert set(of) == {"", "refresh=slow", "line=cut", "refresh=slow,line=cut"}
    told = {
        name: [value_at(each, key) for key in ("policy.refresh", "policy.line_order", "policy.erp_cut.success")]
        for name, each in of.items()
    }
    assert told == {
        "": [0, "by_path", 0.8],
        "refresh=slow": [1200, "by_path", 0.8],
        "line=cut": [0, "first_come", 0.9],
        "refresh=slow,line=cut": [1200, "first_come", 0.9],
    }
    assert {policy.name: (policy.title.zh, policy.title.en) for policy in policies}["refresh=slow,line=cut"] == ("慢 + 截单", "slow + cut")


def test_what_as_it_is_lays_over_stays_below_the_levels_of_other_factors() -> None:
    factors = (
        {
            "name": "a",
            "title": "a",
            "levels": ({"name": "x", "title": "x", "set": {"policy": {"refresh": "5 min"}}}, {"name": "y", "title": "y"}),
        },
        {"name": "b", "title": "b", "levels": ({"name": "x", "title": "x"}, {"name": "y", "title": "y", "overlay": "y.toml"})},
    )
    experiment = Experiment.model_validate({"title": "t", "factors": factors})
    laid: list[list[Overlay]] = [overlays_of(experiment, levels, Path("folder")) for levels in experiment.combinations]
    five = {"policy": {"refresh": "5 min"}}
    assert laid == [[five], [five, Path("folder/y.toml")], [], [Path("folder/y.toml")]]


def test_what_a_level_sets_may_hold_lists_like_any_overlay(tmp_path: Path) -> None:
    breaks = '[{ at = "12:00", length = { value = "45 min", source = "a test", grade = "P" } }]'
    file = tmp_path / "experiment.toml"
    file.write_text(LEVELS.replace('policy = { refresh = "20 min" }', f"pools.agents.groups.regular.shifts.day.breaks = {breaks}"), "utf-8")
    experiment = read_experiment(file)
    slow = load_scenario(FEW_ORDERS, overlays_of(experiment, (1, 0), tmp_path))
    assert value_at(slow, "pools.agents.groups.regular.shifts.day.breaks")[0]["length"] == 45 * 60


# ---------------------------------------------------------------- wrong files
HEAD = 'title = "t"\n'
FACTOR = """[[factors]]
name = "a"
title = "a"
levels = [
    { name = "x", title = "x" },
    { name = "y", title = "y", set = { policy = { refresh = "20 min" } } },
]
"""


def refused(tmp_path: Path, text: str) -> BadInput:
    file = tmp_path / "experiment.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(BadInput) as caught:
        read_experiment(file)
    return caught.value


def many(count: int) -> str:
    return HEAD + "".join(FACTOR.replace('name = "a"', f'name = "a{number}"') for number in range(count))


@pytest.mark.parametrize(
    ("text", "line", "field", "told"),
    [
        (HEAD + "metrcs = []\n" + FACTOR, 2, "metrcs", "unknown key"),
        (HEAD + FACTOR.replace("levels =", 'colour = "red"\nlevels ='), 5, "factors.0.colour", "unknown key"),
        (HEAD + FACTOR.replace("set =", "sett ="), 7, "factors.0.levels.1.sett", "unknown key"),
        (FACTOR, None, "title", "is missing"),
        (HEAD, None, "factors", "is missing"),
        (HEAD + "factors = []\n", 2, "factors", "1 entries or more"),
        (HEAD + FACTOR.replace('    { name = "x", title = "x" },\n', ""), 5, "factors.0.levels", "2 entries or more"),
        (HEAD + FACTOR + FACTOR, 10, "factors.1.name", '"a": is named twice'),
        (HEAD + FACTOR.replace('name = "y"', 'name = "x"'), 7, "factors.0.levels.1.name", '"x": is named twice'),
        (HEAD + FACTOR.replace("set =", 'overlay = "x.toml", set ='), 7, "factors.0.levels.1.set", "overlay or set, not both"),
        (HEAD + "factors = 3\n", 2, "factors", "is not a list"),
        (HEAD + FACTOR.replace('{ policy = { refresh = "20 min" } }', '"x"'), 7, "factors.0.levels.1.set", "is not a table"),
        (
            HEAD + FACTOR.replace('set = { policy = { refresh = "20 min" } }', "overlay = 3"),
            7,
            "factors.0.levels.1.overlay",
            "is not a text",
        ),
        (HEAD + FACTOR.replace('"a"\ntitle', '"a b"\ntitle'), 3, "factors.0.name", "is not a usable name"),
        (HEAD + FACTOR.replace('"a"\ntitle', '"a=b,c"\ntitle'), 3, "factors.0.name", "is not a usable name"),
        (HEAD + "replications = 1\n" + FACTOR, 2, "replications", "2 or more"),
        (HEAD + "replications = 1001\n" + FACTOR, 2, "replications", "1000"),
        (HEAD + 'replications = "20"\n' + FACTOR, 2, "replications", "is not a whole number"),
        (HEAD + 'metrics = "total_cost"\n' + FACTOR, 2, "metrics", "is not a list"),
        (HEAD + "metrics = [1]\n" + FACTOR, 2, "metrics.0", "is not a text"),
        (HEAD + "factors = [\n", 3, None, "is not valid TOML"),
        (many(9), 2, "factors", "512 combinations"),
        (many(63), 2, "factors", "combinations. Allowed: at most 256"),
        (many(64), 2, "factors", "combinations. Allowed: at most 256"),
    ],
    ids=lambda value: str(value)[:30] if isinstance(value, str) and "\n" not in value else "",
)
def test_a_wrong_file_is_told_with_its_place(tmp_path: Path, text: str, line: int | None, field: str | None, told: str) -> None:
    error = refused(tmp_path, text)
    problem = next(each for each in each_problem(error) if each.field == field)
    assert (problem.file, problem.line) == (str(tmp_path / "experiment.toml"), line)
    assert told in problem.text()


def test_as_many_combinations_as_allowed_are_read(tmp_path: Path) -> None:
    file = tmp_path / "experiment.toml"
    file.write_text(many(8), "utf-8")
    assert len(read_experiment(file).combinations) == 256


def test_a_mistyped_key_is_told_with_the_keys_of_an_experiment(tmp_path: Path) -> None:
    error = refused(tmp_path, HEAD + "metrcs = []\n" + FACTOR)
    assert error.nearest == "metrics"
    assert "calendar" not in (error.allowed or ())


def test_a_level_that_sets_what_is_not_there_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "experiment.toml"
    file.write_text(HEAD + FACTOR.replace("refresh", "refrsh"), "utf-8")
    with pytest.raises(BadInput) as caught:
        policies_of(read_experiment(file), tmp_path, lambda above: load_scenario(FEW_ORDERS, above))
    assert (caught.value.file, caught.value.line) == (str(file), 7)


def test_a_level_that_sets_what_is_not_there_is_bad_input(tmp_path: Path) -> None:
    file = tmp_path / "experiment.toml"
    file.write_text(HEAD + FACTOR.replace("refresh", "refrsh"), "utf-8")
    with pytest.raises(BadInput, match="Did you mean refresh") as caught:
        policies_of(read_experiment(file), tmp_path, lambda above: load_scenario(FEW_ORDERS, above))
    assert caught.value.field == "policy.refrsh"


def test_an_overlay_that_is_not_there_is_told_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "experiment.toml"
    file.write_text(HEAD + FACTOR.replace('set = { policy = { refresh = "20 min" } }', 'overlay = "nope.toml"'), "utf-8")
    with pytest.raises(BadInput, match="no such file") as caught:
        policies_of(read_experiment(file), tmp_path, lambda above: load_scenario(FEW_ORDERS, above))
    assert caught.value.file == str(tmp_path / "nope.toml")


# ---------------------------------------------------------------- what ships
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda file: file.stem)
def test_the_shipped_experiment_can_be_laid_over_every_shipped_scenario(scenario: Path) -> None:
    experiment = read_experiment(SHIPPED)
    baseline, policies = policies_of(experiment, SHIPPED.parent, lambda above: load_scenario(scenario, above))
    assert len(policies) == math.prod(len(factor.levels) for factor in experiment.factors) - 1
    assert baseline == load_scenario(scenario)


def test_the_shipped_experiment_runs_and_one_of_its_levers_is_clear() -> None:
    experiment = read_experiment(SHIPPED)
    baseline, policies = policies_of(experiment, SHIPPED.parent, lambda above: load_scenario(FEW_ORDERS, above))
    found = compare(baseline, policies, experiment.metrics, replications=5)
    told = effects(experiment, found)
    assert len(told) == len(experiment.metrics) * (3 + 3)
    assert any(effect.p_adjusted is not None and effect.p_adjusted < 0.05 for effect in told)
    assert found.problems == ()
