"""Comparisons: against a laboratory whose answers are stated, and against single runs joined by hand."""

import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.demand.workload import Workload
from sim.errors import BadInput
from sim.measure.readings import Reading
from sim.scenario import Scenario, load_scenario
from sim.shipped import scenarios_folder
from sim.study import block
from sim.study import compare as comparing
from sim.study.block import BLOCK, measured, one_run
from sim.study.compare import TUNING, USUAL, Comparison, Policy, compare, interval_of, judged, precise
from sim.study.intervals import mean_of, ratio_of
from sim.study.laboratory import Laboratory
from sim.study.paired import Sample, holm, paired
from sim.study.samples import Replications
from sim.study.selection import FIRST as FIRST_OF_SELECTION
from sim.study.selection import select
from sim.study.stopping import FIRST, Stop, stop_of
from sim.study.store import Store
from sim.study.workers import Threads
from tests.study.stated_answers import Says, Stated, called, few_orders, replications, uniform

COST, HOURS, SHARE, NEITHER = "total_cost", "completion_hours", "first_response_within_30min", "withdrawn_rate"


@pytest.fixture(scope="module")
def few() -> Scenario:
    return few_orders()


@pytest.fixture(scope="module")
def slow(few: Scenario) -> Policy:
    """Fewer hours in which anybody answers."""
    late = {"pools": {"agents": {"groups": {"regular": {"shifts": {"day": {"from": "20:00", "count": 1}}}}}}}
    return Policy("slow", few.title, few_orders(**late))


@pytest.fixture(scope="module")
def found(few: Scenario, slow: Policy) -> Comparison:
    """What the baseline's twin and a slow desk do, over 12 replications that were really run."""
    return compare(few, [Policy("twin", few.title, few), slow], (*USUAL, "completion_hours.path_4", NEITHER), replications=12, seed=3)


@pytest.fixture(scope="module")
def by_hand(few: Scenario, slow: Policy) -> dict[str, list[Mapping[str, Reading]]]:
    return {
        name: [measured(one_run(scenario, 3, number)).readings for number in range(12)]
        for name, scenario in (("", few), ("slow", slow.scenario))
    }


def column(runs: list[Mapping[str, Reading]], address: str) -> list[float]:
    values = [run[address].value for run in runs]
    return [value for value in values if value is not None]


def parts(runs: list[Mapping[str, Reading]], address: str) -> list[tuple[float, float]]:
    pairs = [(run[address].part, run[address].whole) for run in runs]
    return [(part, whole) for part, whole in pairs if part is not None and whole is not None]


# ---------------------------------------------------------------- what is really run
def test_a_policy_that_changes_nothing_differs_by_exactly_nothing(found: Comparison) -> None:
    for metric in found.metrics:
        of = found.of("twin", metric)
        if of.difference is None:
            continue
        assert (of.difference.estimate, of.difference.low, of.difference.high, of.difference.p) == (0, 0, 0, 1)
        assert (of.p_adjusted, of.verdict) == (1, "no clear difference")
        assert of.difference.correlation is None or of.difference.correlation == pytest.approx(1)
    assert sum(found.of("twin", metric).difference is not None for metric in found.metrics) >= len(USUAL)


def test_a_difference_is_that_of_the_single_runs_joined_by_hand(found: Comparison, by_hand: dict[str, list[Mapping[str, Reading]]]) -> None:
    for metric in (HOURS, COST):
        policy, baseline = (np.array(column(by_hand[name], metric)) for name in ("slow", ""))
        difference = found.of("slow", metric).difference
        assert difference is not None
        assert difference == paired(Sample(policy.copy()), Sample(baseline.copy()))
        assert difference.estimate == pytest.approx(float(np.mean(policy - baseline)))
        assert found.figure("slow", metric) == mean_of(policy.tolist())
        assert difference.estimate != 0


def test_a_difference_of_shares_is_that_of_ratios_of_sums(found: Comparison, by_hand: dict[str, list[Mapping[str, Reading]]]) -> None:
    policy, baseline = (parts(by_hand[name], SHARE) for name in ("slow", ""))
    difference = found.of("slow", SHARE).difference
    assert difference is not None
    ratios = [sum(part for part, _ in each) / sum(whole for _, whole in each) for each in (policy, baseline)]
    assert difference.estimate == pytest.approx(ratios[0] - ratios[1])
    mean_of_ratios = np.mean(column(by_hand["slow"], SHARE)) - np.mean(column(by_hand[""], SHARE))
    assert difference.estimate != pytest.approx(mean_of_ratios)
    assert found.figure("", SHARE) == ratio_of(baseline)


def test_holm_is_over_every_policy_and_every_metric(found: Comparison) -> None:
    known = [each for each in found.compared if each.difference is not None]
    assert len({each.policy for each in known}) == 2
    assert len({each.metric for each in known}) >= len(USUAL)
    expected = holm([each.difference.p for each in known])  # type: ignore[union-attr, misc]
    assert tuple(each.p_adjusted for each in known) == expected


def test_what_is_compared_stands_metric_by_metric_for_every_policy(found: Comparison) -> None:
    assert {(each.policy, each.metric) for each in found.compared} == {
        (name, metric) for name in ("twin", "slow") for metric in found.metrics
    }
    assert len(found.compared) == 2 * len(found.metrics)
    with pytest.raises(KeyError):
        found.of("slow", "labour_cost")


def test_a_ratio_that_is_no_share_is_a_mean_like_every_figure_beside_it(few: Scenario) -> None:
    def says(scenario: Scenario, number: int, size: int | None) -> dict[str, Reading]:
        people, each = 1 + 9 * (number % 2), 2 + number % 2 + (scenario.name == "more")
        return {"output_per_person": Reading(each, people * each, people)}

    found = compare(few, [called(few, "more")], ["output_per_person"], replications=4, laboratory=Stated(says))
    baseline = found.figure("", "output_per_person")
    assert not isinstance(baseline, str)
    assert baseline.mean == 2.5
    assert found.tables[""].sample("output_per_person").figure == 2.5  # type: ignore[union-attr]
    assert found.of("more", "output_per_person").difference.correlation == pytest.approx(1)  # type: ignore[union-attr]


def test_money_by_cause_adds_up_and_the_backlog_leaves_out_who_is_not_the_shops(found: Comparison) -> None:
    money = found.money("slow")
    cost = found.figure("slow", COST)
    assert not isinstance(cost, str)
    assert sum(each.mean for cause, each in money.items() if cause != "total") == pytest.approx(cost.mean)
    tables = found.tables["slow"]
    own = sum(tables.hours([f"{pool}.in_line"]) for pool in ("agents", "supervisors", "warehouse", "inspection"))
    assert np.array_equal(found.backlog("slow"), np.asarray(own))
    assert found.backlog("slow").shape[0] == 12


# ---------------------------------------------------------------- verdicts
def stated(**by_name: float) -> Says:
    """One figure of every kind: the baseline's with some luck, and by so much more for those named."""

    def says(scenario: Scenario, number: int, size: int | None) -> dict[str, Reading]:
        luck, more = uniform(number, size), by_name.get(scenario.name, 0.0)
        return {
            address: Reading(10 + luck + more * (1 + uniform("own", scenario.name, number) / 9))
            for address in (COST, HOURS, "output_per_person", NEITHER)
        }

    return says


def test_a_verdict_follows_the_direction_in_which_a_metric_is_better(few: Scenario) -> None:
    policies = [called(few, "more"), called(few, "less"), called(few, "same")]
    found = compare(few, policies, [COST, "output_per_person", NEITHER], laboratory=Stated(stated(more=3, less=-3)))
    verdicts = {(policy, metric): found.of(policy, metric).verdict for policy in ("more", "less", "same") for metric in found.metrics}
    assert verdicts == {
        ("more", COST): "worse",
        ("more", "output_per_person"): "better",
        ("more", NEITHER): "different",
        ("less", COST): "better",
        ("less", "output_per_person"): "worse",
        ("less", NEITHER): "different",
        **{("same", metric): "no clear difference" for metric in found.metrics},
    }


def test_policies_are_ranked_by_what_they_better_and_then_by_the_first_metric(few: Scenario) -> None:
    policies = [called(few, name) for name in ("worst", "bad", "same", "good", "best")]
    says = stated(worst=4, bad=2, good=-2, best=-4)
    assert compare(few, policies, [COST, HOURS], laboratory=Stated(says)).ranked == ("best", "good", "same", "bad", "worst")
    upward = compare(few, policies, ["output_per_person"], laboratory=Stated(says)).ranked
    assert upward == ("worst", "bad", "same", "good", "best")


def test_a_difference_that_only_looks_clear_alone_is_not_clear_among_many() -> None:
    rng = np.random.default_rng(4)
    luck = rng.normal(10, 1, 20)
    apart = rng.normal(0, 1, 20)
    apart = (apart - apart.mean()) / apart.std(ddof=1) * math.sqrt(20)
    tables = {"": replications(COST, luck.tolist()), "one": replications(COST, (luck + apart + 2.3).tolist())}
    alone = judged(tables, [COST])[0]
    assert alone.verdict == "worse"
    among = judged(tables | {f"p{number}": replications(COST, (luck + apart).tolist()) for number in range(4)}, [COST])[0]
    assert among.difference == alone.difference
    assert among.verdict == "no clear difference"


# ---------------------------------------------------------------- what has no figure
def lacks(address: str, name: str, at: int, says: Says) -> Says:
    """The same, but one figure of one scenario is missing in one replication."""

    def but(scenario: Scenario, number: int, size: int | None) -> Mapping[str, Reading]:
        missing = {address: Reading(None, reason="nobody_waited")} if (scenario.name, number) == (name, at) else {}
        return {**says(scenario, number, size), **missing}

    return but


@pytest.mark.parametrize("who", ["few-orders", "more"])
def test_a_figure_that_one_replication_lacks_is_none_with_its_reason(few: Scenario, who: str) -> None:
    found = compare(few, [called(few, "more")], [COST, HOURS], laboratory=Stated(lacks(COST, who, 7, stated(more=3))))
    missing = found.of("more", COST)
    assert (missing.difference, missing.p_adjusted, missing.reason, missing.verdict) == (None, None, "nobody_waited", "no clear difference")
    assert found.of("more", HOURS).p_adjusted == found.of("more", HOURS).difference.p  # type: ignore[union-attr]


def test_a_pool_that_is_not_there_is_the_reason_not_requests_that_are_not(few: Scenario) -> None:
    found = compare(few, [called(few, "more")], ["backlog.after_sales", "completion_hours.path_4"], laboratory=Stated(stated()))
    assert [each.reason for each in found.compared] == ["no_such_pool", "no_requests"]
    assert found.figure("", "backlog.after_sales") == "no_such_pool"


# ---------------------------------------------------------------- precision
def noisy(scale: float, of: str = COST) -> Says:
    def says(scenario: Scenario, number: int, size: int | None) -> dict[str, Reading]:
        return {COST: Reading(100.0), of: Reading(100 + scale * uniform(scenario.name, number, size))}

    return says


def holds_by_hand(says: Says, few: Scenario, policy: Policy, addresses: list[str], precision: float, count: int) -> list[bool]:
    """Whether the precision holds with 1, 2, … replications, each number looked at alone."""
    holds, all_runs = [], [[says(scenario, number, None) for number in range(count)] for scenario in (policy.scenario, few)]
    for made in range(1, count + 1):
        each = []
        for address in addresses:
            pair = [[run[address].value for run in runs[:made]] for runs in all_runs]
            if not any(value is None for values in pair for value in values):
                with_policy, baseline = (np.array(values, float) for values in pair)
                each.append(paired(Sample(with_policy), Sample(baseline)).half <= precision * abs(baseline.mean()))
        holds.append(made >= FIRST and all(each))
    return holds


@pytest.mark.parametrize(("scale", "precision"), [(1.0, 0.02), (20.0, 0.02), (30.0, 0.02), (40.0, 0.02)])
def test_it_stops_where_the_rule_stops_on_all_replications_made_up_front(few: Scenario, scale: float, precision: float) -> None:
    says, policy = noisy(scale), called(few, "other")
    found = compare(few, [policy], [COST], precision, laboratory=Stated(says))
    by_rule = stop_of(holds_by_hand(says, few, policy, [COST], precision, 250))
    assert by_rule is not None
    assert found.stop == by_rule
    assert found.replications == by_rule.replications == found.tables[""].count == found.tables["other"].count


def test_the_stop_is_reported_to_the_replication_not_to_the_end_of_its_block(few: Scenario) -> None:
    ends = {
        compare(few, [called(few, "other")], [COST], 0.02, laboratory=Stated(noisy(scale))).replications % BLOCK
        for scale in range(40, 70, 3)
    }
    assert ends > {0}


@pytest.mark.parametrize("more", [1, 3, 20])
def test_how_many_are_made_at_once_changes_nothing_about_where_it_stops(few: Scenario, monkeypatch: pytest.MonkeyPatch, more: int) -> None:
    says = lacks(HOURS, "other", 47, noisy(75, HOURS))
    addresses = [COST, HOURS]
    expected = stop_of(holds_by_hand(says, few, called(few, "other"), addresses, 0.02, 250))
    assert expected is not None
    monkeypatch.setattr(comparing, "_next", lambda tables, addresses, precision, made: made + more * BLOCK)
    found = compare(few, [called(few, "other")], addresses, 0.02, laboratory=Stated(says))
    assert found.stop == expected


def test_a_figure_that_is_missing_late_does_not_stop_the_rule_early(few: Scenario) -> None:
    """The 47th replication has none: up to there it is asked, from there on the others decide alone."""
    says = lacks(HOURS, "other", 47, noisy(1000, HOURS))
    found = compare(few, [called(few, "other")], [COST, HOURS], 0.02, laboratory=Stated(says))
    assert found.stop == Stop(48, 53)
    assert found.of("other", HOURS).reason == "nobody_waited"


def test_a_figure_that_is_never_there_does_not_hold_up_the_rest(few: Scenario) -> None:
    found = compare(few, [called(few, "other")], [COST, "backlog.after_sales"], 0.02, laboratory=Stated(noisy(1)))
    assert found.stop == Stop(20, 25)


def test_a_precision_that_is_not_reached_is_said(few: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "MOST", 33)
    monkeypatch.setattr(comparing, "stop_of", partial(stop_of, most=33))
    found = compare(few, [called(few, "other")], [COST], 0.001, laboratory=Stated(noisy(50)))
    assert found.stop == Stop(None, 33)
    assert found.replications == found.tables["other"].count == 33


def test_around_a_mean_of_0_no_difference_that_varies_is_ever_precise(few: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "MOST", 40)
    monkeypatch.setattr(comparing, "stop_of", partial(stop_of, most=40))

    def says(scenario: Scenario, number: int, size: int | None) -> dict[str, Reading]:
        return {COST: Reading(0.0 if scenario.name == few.name else float(number == 3)), HOURS: Reading(0.0)}

    assert compare(few, [called(few, "other")], [COST], 0.02, laboratory=Stated(says)).stop == Stop(None, 40)
    assert compare(few, [called(few, "other")], [HOURS], 0.02, laboratory=Stated(says)).stop == Stop(20, 25)


def test_a_precision_beyond_all_measure_is_asked_for_without_a_fault(few: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "MOST", 40)
    monkeypatch.setattr(comparing, "stop_of", partial(stop_of, most=40))
    assert compare(few, [called(few, "other")], [COST], 1e-200, laboratory=Stated(noisy(50))).stop == Stop(None, 40)


def test_what_is_precise_is_what_is_precise_for_every_policy_and_metric() -> None:
    wide, narrow = np.arange(30.0) % 2 * 50, np.zeros(30)
    tables = {
        name: replications(COST, (100 + values).tolist()) for name, values in {"": narrow, "narrow": narrow + 1, "wide": wide}.items()
    }
    assert precise({name: tables[name] for name in ("", "narrow")}, [COST], 0.02, 30) == [False] * 19 + [True] * 11
    assert precise(tables, [COST], 0.02, 30) == [False] * 30


class Interrupted(Exception):
    """Somebody stops it."""


def test_workers_and_an_interruption_change_nothing(few: Scenario, slow: Policy, tmp_path: Path) -> None:
    def run(laboratory: Laboratory) -> Comparison:
        return compare(few, [slow], [COST, HOURS], 0.3, seed=2, laboratory=laboratory)

    done: list[int] = []

    def stop_soon(so_far: int, total: int) -> None:
        done.append(so_far)
        if so_far > 12:
            raise Interrupted

    once = run(Laboratory(None, Threads(1)))
    with pytest.raises(Interrupted):
        run(Laboratory(Store(tmp_path), Threads(1), stop_soon))
    rest = Laboratory(Store(tmp_path), Threads(3))
    resumed = run(rest)
    assert rest.found > 0
    assert rest.made > 0
    assert once.stop is not None
    assert once.replications > FIRST + 2 * BLOCK
    assert resumed.stop == once.stop
    assert resumed.compared == once.compared
    assert resumed.tables["slow"].numbers().equals(once.tables["slow"].numbers())


# ---------------------------------------------------------------- bad input
@pytest.mark.parametrize(
    ("arguments", "field", "told"),
    [
        ({"policies": []}, "--policy", "nothing to compare"),
        ({"policies": ["a", "a"]}, "--policy", "named twice"),
        ({"policies": [""]}, "--policy", "named twice"),
        ({"policies": ["baseline"]}, "--policy", "is what the scenario itself is called"),
        ({"addresses": ["total_cots"]}, "--metric", "Did you mean total_cost?"),
        ({"addresses": ["completion_hours.path_5"]}, "--metric", "Did you mean completion_hours.path_"),
        ({"addresses": [COST, HOURS, "total_cost.mean"]}, "--metric", 'total_cost": is named twice'),
        ({"precision": 0.0}, "--precision", "is out of range"),
        ({"precision": 2.0}, "--precision", "at most 1"),
        ({"precision": math.nan}, "--precision", "is out of range"),
        ({"precision": -0.02}, "--precision", "is out of range"),
        ({"replications": 1}, "--replications", "2 to 1,000"),
        ({"replications": 1001}, "--replications", "2 to 1,000"),
        ({"best": (NEITHER, 1.0)}, "--best", "neither better for more nor for less"),
        ({"best": ("total_cots", 1.0)}, "--best", "Did you mean total_cost?"),
        ({"best": (COST, 0.0)}, "--zone", "a number above 0"),
        ({"best": (COST, math.nan)}, "--zone", "a number above 0"),
        ({"best": (COST, math.inf)}, "--zone", "a number above 0"),
        ({"sizes": 3}, "demand.orders.spread", "no doubt"),
    ],
)
def test_bad_input_names_the_option_and_nothing_is_run(few: Scenario, arguments: dict[str, Any], field: str, told: str) -> None:
    laboratory = Stated(stated())
    policies = [called(few, str(name)) for name in arguments.get("policies", ["a"])]
    with pytest.raises(BadInput) as caught:
        compare(few, laboratory=laboratory, **(arguments | {"policies": policies}))
    assert caught.value.field == field
    assert told in str(caught.value)
    assert laboratory.asked == []


def test_the_best_cannot_be_picked_by_what_has_no_figure(few: Scenario) -> None:
    with pytest.raises(BadInput) as caught:
        compare(few, [called(few, "more")], [COST], best=("backlog.after_sales", 1.0), laboratory=Stated(stated()))
    assert caught.value.field == "--best"


# ---------------------------------------------------------------- picking the best
def test_the_best_is_picked_on_replications_that_are_not_reported(few: Scenario) -> None:
    laboratory = Stated(stated(more=3))
    found = compare(few, [called(few, "more")], [COST], best=(COST, 1.0), laboratory=laboratory)
    assert found.best is not None
    assert found.best.pick == ""
    reported = {number for job in laboratory.asked for number in job.replications if number < TUNING}
    tuned = {number for job in laboratory.asked for number in job.replications if number >= TUNING}
    assert reported == set(range(found.replications))
    assert tuned == set(range(TUNING, TUNING + FIRST_OF_SELECTION))


def test_the_store_holds_the_blocks_of_report_and_choice_apart(few: Scenario, slow: Policy, tmp_path: Path) -> None:
    store = Store(tmp_path)
    found = compare(few, [slow], [COST], replications=5, best=(COST, 1e6), laboratory=Laboratory(store))
    assert found.best is not None
    blocks = sorted(int(file.name.split("-")[1]) for file in store.files())
    tuning = [TUNING // BLOCK + place for place in range(FIRST_OF_SELECTION // BLOCK)]
    assert blocks == sorted([0, *tuning] * 2)


@pytest.mark.parametrize(("metric", "best"), [(COST, "c"), ("output_per_person", "b")])
def test_the_choice_is_that_of_the_procedure_on_the_same_replications(few: Scenario, metric: str, best: str) -> None:
    def says(scenario: Scenario, number: int, size: int | None) -> dict[str, Reading]:
        mean = {"a": 10.5, "b": 11.0, "c": 9.4}.get(scenario.name, 10.0)
        return {COST: Reading(0.0), metric: Reading(mean + 2 * uniform(scenario.name, number))}

    policies = [called(few, name) for name in "abc"]
    found = compare(few, policies, [COST], best=(metric, 0.05), laboratory=Stated(says)).best
    assert found is not None
    assert found.names == ("", "a", "b", "c")
    sign = -1 if metric == COST else 1
    scenarios = [few, *(policy.scenario for policy in policies)]
    values = [
        sign * np.array([says(scenario, TUNING + number, None)[metric].value for number in range(1000)], float) for scenario in scenarios
    ]
    by_hand = select(values, 0.05)
    assert (found.selection.best, found.selection.left_out_at) == (by_hand.best, by_hand.left_out_at)
    assert found.selection.replications > FIRST_OF_SELECTION
    assert found.pick == best


def test_who_is_left_out_is_not_run_any_more(few: Scenario) -> None:
    def says(scenario: Scenario, number: int, size: int | None) -> dict[str, Reading]:
        return {COST: Reading({"dear": 90.0, "near": 10.3}.get(scenario.name, 10.0) + uniform(scenario.name, number))}

    laboratory = Stated(says)
    compare(few, [called(few, "dear"), called(few, "near")], [COST], best=(COST, 0.05), laboratory=laboratory)
    count = {
        name: sum(job.count for job in laboratory.asked if job.scenario.name == name and job.block * BLOCK >= TUNING)
        for name in ("dear", "near")
    }
    assert count["dear"] == FIRST_OF_SELECTION
    assert count["near"] > 2 * FIRST_OF_SELECTION


def test_a_choice_that_the_replications_do_not_allow_is_none(few: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "MOST", 25)

    def says(scenario: Scenario, number: int, size: int | None) -> dict[str, Reading]:
        return {COST: Reading(10 + 9 * uniform(scenario.name, number))}

    found = compare(few, [called(few, "a")], [COST], best=(COST, 0.01), laboratory=Stated(says)).best
    assert found is not None
    assert found.pick is None
    assert found.selection.replications == 25


# ---------------------------------------------------------------- the size of the sale
def in_doubt() -> Scenario:
    sales = {"main": {"date": "2025-11-10", "orders": 40.0}}
    return few_orders(demand={"orders": {"spread": 0.5, "sales": sales}})


def test_the_differences_over_sizes_are_those_of_a_comparison_at_each_size() -> None:
    sale = in_doubt()
    policy = called(sale, "more")

    def says(scenario: Scenario, number: int, size: int | None) -> dict[str, Reading]:
        of_size = 1 if size is None else 2 + size
        return {
            COST: Reading(uniform(number) + of_size * (7 if scenario.name == "more" else 5)),
            HOURS: Reading(None if size == 2 else 1.0, reason="nobody_waited" if size == 2 else None),
        }

    found = compare(sale, [policy], [COST, HOURS], replications=6, sizes=4, laboratory=Stated(says))
    assert found.over_sizes is not None
    assert found.over_sizes.by["more", COST] == pytest.approx((4, 6, 8, 10))
    assert found.over_sizes.by["more", HOURS] is None
    assert len(found.over_sizes.drawn) == 4
    assert found.of("more", COST).difference.estimate == pytest.approx(2)  # type: ignore[union-attr]


def test_the_comparison_at_each_size_is_that_of_single_runs_of_this_size() -> None:
    sale = in_doubt()
    shift = {"pools": {"agents": {"groups": {"regular": {"shifts": {"day": {"from": "20:00", "count": 1}}}}}}}
    slow = Policy("slow", sale.title, load_scenario(_file(), [_doubt(), shift]))
    found = compare(sale, [slow], [HOURS], replications=2, sizes=3, seed=5).over_sizes
    assert found is not None
    each = found.by["slow", HOURS]
    assert each is not None
    for size in range(3):
        values = [
            [measured(one_run(scenario, 5, number, size=size)).readings[HOURS].value for number in range(2)]
            for scenario in (slow.scenario, sale)
        ]
        assert each[size] == pytest.approx(np.mean(np.array(values[0], float) - np.array(values[1], float)))
    assert len(set(each)) == 3


def test_more_replications_do_not_narrow_the_doubt_about_the_size() -> None:
    sale = in_doubt()

    def says(scenario: Scenario, number: int, size: int | None) -> dict[str, Reading]:
        of_size = 0 if size is None else uniform("size", size)
        return {COST: Reading(10 + uniform(scenario.name, number) + (5 * of_size if scenario.name == "more" else 0))}

    def spread(count: int) -> tuple[float, float]:
        found = compare(sale, [called(sale, "more")], [COST], replications=count, sizes=20, laboratory=Stated(says))
        assert found.over_sizes is not None
        return float(np.std(found.over_sizes.by["more", COST])), found.of("more", COST).difference.half  # type: ignore[arg-type, union-attr]

    few, many = spread(5), spread(80)
    assert many[0] == pytest.approx(few[0], rel=0.05)
    assert many[1] < 0.4 * few[1]


def _file() -> Path:
    return Path(__file__).parents[1] / "cli" / "few-orders.toml"


def _doubt() -> dict[str, object]:
    return {"demand": {"orders": {"spread": 0.5, "sales": {"main": {"date": "2025-11-10", "orders": 40.0}}}}}


# ---------------------------------------------------------------- the columns that are read
def test_a_sample_of_a_share_is_a_ratio_of_sums_and_of_any_other_figure_a_mean() -> None:
    share = Sample(np.array([1.0, 0.0]), np.array([1.0, 0.0]), np.array([1.0, 99.0]))
    assert interval_of(share).mean == 0.01
    assert interval_of(Sample(share.values)).mean == 0.5


def test_the_begin_of_a_figure_goes_to_the_first_replication_without_it() -> None:
    values: list[float | None] = [1.0, 2.0, None, 4.0]
    tables = replications(COST, [value if value is not None else math.inf for value in values])
    assert tables.begin(COST).values.tolist() == [1, 2, math.inf, 4]
    from sim.study.block import Measured, table_of

    known = {
        number: Measured({COST: Reading(value, reason=None if value else "nobody_waited")}, {}, {}, ())
        for number, value in enumerate(values)
    }
    assert Replications([table_of(known)]).begin(COST).values.tolist() == [1, 2]
    assert Replications([table_of({0: known[2], 1: known[0]})]).begin(COST).values.tolist() == []
    assert len(Replications([table_of(known)]).begin(HOURS)) == 0


def test_every_shipped_policy_can_be_compared_under_its_own_name() -> None:
    names = [file.stem for file in (scenarios_folder() / "policies").glob("*.toml")]
    assert "baseline" not in names
    assert len(names) == len(set(names))


@pytest.mark.parametrize("part", ["sizes", "best"])
def test_what_is_broken_in_any_run_of_a_comparison_is_told(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    """Also in the runs behind outer draws and the pick, whose tables nobody reports."""
    scenario = few_orders(pools={"agents": {"groups": {"regular": {"slip": 0.1, "judged": 20}}}})

    def only_there(log: object, workload: Workload, *_: object) -> list[str]:
        beside = workload.replication >= TUNING if part == "best" else len(seen) >= 2
        seen.append(workload.replication)
        return ["line 3 once held -1 cases in line"] if beside else []

    seen: list[int] = []
    monkeypatch.setattr(block, "check", only_there)
    alone = Laboratory(workers=Threads(1))
    twin = Policy("twin", scenario.title, scenario)
    asked = {"sizes": 2} if part == "sizes" else {"best": ("total_cost", 1e6)}
    found = compare(scenario, [twin], ["total_cost"], replications=2, laboratory=alone, **asked)  # type: ignore[arg-type]
    assert any("line 3 once held" in problem for problem in found.problems)
