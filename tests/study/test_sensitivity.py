"""Which guess decides: a laboratory that answers by a formula of the guesses, so that what each does is known exactly."""

from collections.abc import Callable
from typing import Any

import pytest

from sim.errors import BadInput
from sim.measure.readings import Reading
from sim.scenario import Scenario, load_scenario
from sim.scenario.change import changed, value_at
from sim.shipped import scenarios_folder
from sim.study import sensitivity as deciding
from sim.study.block import BLOCK
from sim.study.compare import Policy, compare
from sim.study.sensitivity import GUESSED, Effect, Sensitivity, guesses, guesses_apart, sensitivity
from sim.study.stopping import FIRST
from tests.study.stated_answers import FEW_ORDERS, Stated, few_orders, uniform

COST = "total_cost"
ASKS, TALK, TALK_SD, CHAT, PACE = (
    "asks.refused",
    "work.talk.mean",
    "work.talk.sd",
    "buyer.coupon_moves",
    "pools.agents.groups.regular.pace",
)
SHIPPED = [load_scenario(file) for file in sorted(scenarios_folder().glob("*.toml"))]
Figures = dict[str, Any]

QUICK = ("618", "busy-week", "carrier-pilot")


def guessed(_above: dict[str, Any] | None = None, **figures: tuple[Any, str]) -> Scenario:
    """The few orders with no guess but those named: `coupon_moves=(0.3, "P")`; _above: what is laid over them besides."""
    places = {"refused": "asks", "coupon_moves": "buyer", "withdraws": "buyer", "chases_most": "buyer", "chase_every": "policy.numbers"}
    overlay: dict[str, Any] = {}
    for name, (value, grade) in figures.items():
        table = overlay
        for word in places[name].split("."):
            table = table.setdefault(word, {})
        table[name] = {"value": value, "source": "a test", "grade": grade}
    scenario = load_scenario(FEW_ORDERS, [overlay, *([_above] if _above else [])])
    keys = {f"{places[name]}.{name}" for name in figures}
    return scenario.model_copy(update={"figures": {key: figure for key, figure in scenario.figures.items() if key in keys}})


def answers(formula: Callable[[Scenario], float], luck: float = 0.0) -> Stated:
    def says(scenario: Scenario, number: int, size: int | None) -> dict[str, Reading]:
        return {COST: Reading(formula(scenario) + luck * uniform(number))}

    return Stated(says)


def number(scenario: Scenario, key: str) -> float:
    return float(value_at(scenario, key))


def of(found: Sensitivity, key: str, side: str = "all") -> Effect:
    return next(effect for effect in found.effects if (effect.guess.key, effect.guess.of) == (key, side))


def ends(effect: Effect) -> tuple[float, float]:
    assert effect.at_low is not None
    assert effect.at_high is not None
    return effect.at_low.estimate, effect.at_high.estimate


# ---------------------------------------------------------------- what is tried
def test_a_weak_source_is_varied_half_as_far_as_a_guess() -> None:
    for grade, low, high in (("P", 0.1, 0.3), ("L", 0.15, 0.25)):
        (guess,), left_out = guesses(guessed(coupon_moves=(0.2, grade)))
        assert (guess.low, guess.high) == ({"buyer.coupon_moves": pytest.approx(low)}, {"buyer.coupon_moves": pytest.approx(high)})
        assert left_out == {}


@pytest.mark.parametrize("grade", ["A", "H", "M"])
def test_what_is_known_is_not_varied(grade: str) -> None:
    assert guesses(guessed(coupon_moves=(0.2, grade))) == ((), {})


@pytest.mark.parametrize(("share", "low", "high"), [(0.9, 0.85, 0.95), (0.5, 0.25, 0.75), (0.6, 0.4, 0.8), (0.02, 0.01, 0.03)])
def test_a_large_share_is_varied_in_what_is_missing_to_1(share: float, low: float, high: float) -> None:
    ((guess,), _) = guesses(guessed(coupon_moves=(share, "P")))
    assert guess.low["buyer.coupon_moves"] == pytest.approx(low)
    assert guess.high["buyer.coupon_moves"] == pytest.approx(high)


@pytest.mark.parametrize(
    "scenario",
    [pytest.param(each, marks=() if each.name in QUICK else pytest.mark.proof) for each in SHIPPED],
    ids=lambda scenario: scenario.name,
)
def test_every_guess_of_what_ships_is_varied_soundly_or_left_out_with_a_reason(scenario: Scenario) -> None:
    found, left_out = guesses(scenario)
    graded = {key for key, figure in scenario.figures.items() if figure.grade in GUESSED}
    together = {key for guess in found for key in guess.low}
    assert together.isdisjoint(left_out)
    assert together | set(left_out) <= graded
    beside_its_mean = {key for key in graded if key.endswith(".sd") and key.removesuffix("sd") + "mean" in graded}
    assert graded - together - set(left_out) <= beside_its_mean
    assert len(found) > 100
    for guess in found:
        for key, low in guess.low.items():
            here, high = value_at(scenario, key), guess.high[key]
            assert low <= here <= high
            assert low < high
            if isinstance(here, float) and here <= 1 and (guess.figure.unit or "").startswith("share"):
                assert low >= 0
                assert high <= 1


def test_a_mean_is_varied_with_its_spread_so_that_the_shape_stays() -> None:
    scenario = few_orders()
    guess = next(guess for guess in guesses(scenario)[0] if guess.key == TALK)
    for values in (guess.low, guess.high):
        assert set(values) == {TALK, TALK_SD}
        assert values[TALK_SD] / values[TALK] == pytest.approx(value_at(scenario, TALK_SD) / value_at(scenario, TALK), rel=0.02)
    assert TALK_SD not in {guess.key for guess in guesses(scenario)[0]}


def test_what_is_left_out_is_told_with_the_reason() -> None:
    found, left_out = guesses(guessed(withdraws=(0.0, "P"), chases_most=(4, "P"), chase_every=("none", "P"), coupon_moves=(0.2, "P")))
    assert [guess.key for guess in found] == ["buyer.coupon_moves"]
    assert left_out == {"buyer.withdraws": "zero", "buyer.chases_most": "part of a whole", "policy.numbers.chase_every": "no number"}
    assert guesses(SHIPPED[0])[1]["demand.orders.by_weekday"] == "a profile"
    assert guesses(SHIPPED[0])[1]["demand.cells.p1.plain-batch"] == "part of a whole"


# ---------------------------------------------------------------- what each does
def test_each_guess_is_varied_alone_and_its_effect_is_found_exactly() -> None:
    scenario = guessed(coupon_moves=(0.4, "P"), withdraws=(0.1, "L"), refused=(0.01, "P"))
    found = sensitivity(
        scenario,
        COST,
        laboratory=answers(lambda each: 1000 * value_at(each, "buyer.coupon_moves") + 200 * value_at(each, "buyer.withdraws") ** 2, luck=9),
    )
    assert ends(of(found, "buyer.coupon_moves")) == pytest.approx((-200, 200))
    assert ends(of(found, "buyer.withdraws")) == pytest.approx((200 * (0.075**2 - 0.01), 200 * (0.125**2 - 0.01)))
    assert found.replications == FIRST
    assert found.answer == pytest.approx(402 + 9 * sum(uniform(number) for number in range(FIRST)) / FIRST)
    assert [effect.guess.key for effect in found.effects] == ["buyer.coupon_moves", "buyer.withdraws", "asks.refused"]
    assert found.turning == ()


def test_a_guess_without_influence_has_no_effect_at_all_since_the_luck_is_shared() -> None:
    scenario = guessed(coupon_moves=(0.4, "P"), refused=(0.01, "P"))
    found = sensitivity(scenario, COST, laboratory=answers(lambda each: 1000 * value_at(each, "buyer.coupon_moves"), luck=500))
    still = of(found, "asks.refused")
    assert ends(still) == (0.0, 0.0)
    assert still.reach == 0
    assert still.at_low is not None
    assert (still.at_low.p, still.at_low.error) == (1, 0)


def test_all_worlds_have_the_same_replications_of_one_seed() -> None:
    laboratory = answers(lambda each: value_at(each, "buyer.coupon_moves"))
    sensitivity(guessed(coupon_moves=(0.4, "P"), refused=(0.01, "P")), COST, seed=11, replications=7, laboratory=laboratory)
    assert {job.seed for job in laboratory.asked} == {11}
    assert {job.size for job in laboratory.asked} == {None}
    by_world: dict[str, list[int]] = {}
    for job in laboratory.asked:
        by_world.setdefault(job.hash, []).extend(job.replications)
    assert len(by_world) == 1 + 2 * 2
    assert all(set(numbers) == set(range(7)) for numbers in by_world.values())


def test_the_guess_that_decides_most_comes_first_whichever_way_it_goes() -> None:
    def formula(each: Scenario) -> float:
        return -100 * number(each, "buyer.withdraws") + 10 * number(each, "buyer.coupon_moves") + number(each, "asks.refused")

    found = sensitivity(guessed(refused=(0.4, "P"), coupon_moves=(0.4, "P"), withdraws=(0.4, "P")), COST, laboratory=answers(formula))
    assert [effect.guess.key for effect in found.effects] == ["buyer.withdraws", "buyer.coupon_moves", "asks.refused"]
    assert [effect.reach for effect in found.effects] == pytest.approx([20, 2, 0.2])


def test_all_are_screened_and_those_that_decide_most_are_looked_at_closely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "CLOSER", 1)

    def formula(each: Scenario) -> float:
        return 100 * number(each, "buyer.withdraws") + 10 * number(each, "buyer.coupon_moves")

    scenario = guessed(refused=(0.4, "P"), coupon_moves=(0.4, "P"), withdraws=(0.4, "P"))
    found = sensitivity(scenario, COST, laboratory=answers(formula, luck=3))
    assert [effect.guess.key for effect in found.effects] == ["buyer.withdraws", "buyer.coupon_moves", "asks.refused"]
    assert [effect.at_low and effect.at_low.replications for effect in found.effects] == [FIRST, BLOCK, BLOCK]
    screened = sensitivity(scenario, COST, replications=3, laboratory=answers(formula, luck=3))
    assert [effect.at_low and effect.at_low.replications for effect in screened.effects] == [3, 3, 3]
    assert screened.replications == 3


# ---------------------------------------------------------------- with a policy
SLOW = {"policy": {"refresh": "20 min"}}


def difference(each: Scenario) -> float:
    """A policy that refreshes slowly pays for it by how many a coupon moves; both pay for withdrawals."""
    slow = number(each, "policy.refresh") > 0
    return 500 * number(each, "buyer.withdraws") + (100 * (number(each, "buyer.coupon_moves") - 0.5) if slow else 0)


def test_with_a_policy_the_answer_is_the_difference_that_it_makes() -> None:
    figures: Figures = {"coupon_moves": (0.4, "P"), "withdraws": (0.2, "P")}
    baseline, policy = guessed(**figures), guessed(SLOW, **figures)
    found = sensitivity(baseline, COST, ("slow", policy), laboratory=answers(difference, luck=70))
    assert found.policy == "slow"
    assert found.answer == pytest.approx(-10)
    assert ends(of(found, "buyer.coupon_moves")) == pytest.approx((-20, 20))
    assert ends(of(found, "buyer.withdraws")) == pytest.approx((0, 0), abs=1e-9)


def test_a_guess_turns_the_answer_where_its_sign_would_be_the_other() -> None:
    figures: Figures = {"coupon_moves": (0.4, "P"), "withdraws": (0.2, "P")}
    found = sensitivity(guessed(**figures), COST, ("slow", guessed(SLOW, **figures)), laboratory=answers(difference))
    assert [effect.guess.key for effect in found.turning] == ["buyer.coupon_moves"]
    far: Figures = {"coupon_moves": (0.3, "P"), "withdraws": (0.2, "P")}
    less = sensitivity(guessed(**far), COST, ("slow", guessed(SLOW, **far)), laboratory=answers(difference))
    assert less.answer + ends(of(less, "buyer.coupon_moves"))[1] == pytest.approx(-5)
    assert less.turning == ()


def test_without_a_policy_nothing_turns() -> None:
    found = sensitivity(guessed(withdraws=(0.4, "P")), COST, laboratory=answers(lambda each: value_at(each, "buyer.withdraws") - 0.3))
    assert ends(found.effects[0])[0] < -found.answer
    assert found.turning == ()


def test_a_figure_that_the_policy_puts_otherwise_is_two_guesses_and_the_change_stays_a_change() -> None:
    baseline, policy = guessed(withdraws=(0.2, "P")), guessed(withdraws=(0.1, "P"))
    found = sensitivity(baseline, COST, ("half", policy), laboratory=answers(lambda each: 1000 * value_at(each, "buyer.withdraws")))
    assert found.answer == pytest.approx(-100)
    assert {(effect.guess.key, effect.guess.of) for effect in found.effects} == {
        ("buyer.withdraws", "baseline"),
        ("buyer.withdraws", "policy"),
    }
    assert ends(of(found, "buyer.withdraws", "baseline")) == pytest.approx((100, -100))
    assert ends(of(found, "buyer.withdraws", "policy")) == pytest.approx((-50, 50))


def test_a_guess_that_only_one_of_both_makes_is_varied_there_alone() -> None:
    baseline, policy = guessed(withdraws=(0.2, "H"), coupon_moves=(0.2, "P")), guessed(withdraws=(0.1, "P"), coupon_moves=(0.4, "H"))
    found, _ = guesses_apart(baseline, policy)
    assert {(guess.key, guess.of, guess.figure.value) for guess in found} == {
        ("buyer.withdraws", "policy", 0.1),
        ("buyer.coupon_moves", "baseline", 0.2),
    }


def test_a_guess_that_the_policy_puts_to_0_is_still_varied_in_the_baseline() -> None:
    found, left_out = guesses_apart(guessed(withdraws=(0.2, "P")), guessed(withdraws=(0.0, "P")))
    assert [(guess.key, guess.of) for guess in found] == [("buyer.withdraws", "baseline")]
    assert left_out == {"buyer.withdraws": "zero"}


def test_the_shipped_policies_keep_what_they_change() -> None:
    file = scenarios_folder() / "everyday-apparel.toml"
    policy = load_scenario(file, [scenarios_folder() / "policies" / "accurate-staff.toml"])
    found, _ = guesses_apart(load_scenario(file), policy)
    key = "pools.agents.groups.regular.slip"
    assert {guess.of: (guess.low[key], guess.high[key]) for guess in found if guess.key == key} == {
        "baseline": (0.01, 0.03),
        "policy": (0.005, 0.015),
    }
    assert sum(guess.of == "all" for guess in found) > 100


# ---------------------------------------------------------------- what has no figure
def test_an_end_without_a_figure_is_none_and_the_others_stay() -> None:
    def says(scenario: Scenario, number: int, size: int | None) -> dict[str, Reading]:
        share = value_at(scenario, "buyer.withdraws")
        return {COST: Reading(None, reason="nobody_waited") if share > 0.5 else Reading(share)}

    found = sensitivity(guessed(withdraws=(0.4, "P")), COST, laboratory=Stated(says)).effects[0]
    assert found.at_high is None
    assert found.at_low is not None
    assert found.reach == pytest.approx(0.2)


@pytest.mark.parametrize(("metric", "told"), [("total_cots", "Did you mean total_cost?"), ("completion_hours", "has no figure")])
def test_a_metric_that_cannot_be_asked_is_bad_input(metric: str, told: str) -> None:
    with pytest.raises(BadInput) as caught:
        sensitivity(guessed(withdraws=(0.4, "P")), metric, laboratory=answers(lambda each: 1.0))
    assert caught.value.field == "--metric"
    assert told in str(caught.value)


# ---------------------------------------------------------------- really run
def test_what_is_really_run_is_the_comparison_of_the_changed_scenarios() -> None:
    scenario = guessed(coupon_moves=(0.4, "P"), withdraws=(0.3, "P"))
    found = sensitivity(scenario, COST, seed=4)
    values = of(found, "buyer.withdraws").guess.high
    by_hand = compare(scenario, [Policy("more", scenario.title, changed(scenario, values))], [COST], replications=FIRST, seed=4)
    assert of(found, "buyer.withdraws").at_high == by_hand.of("more", COST).difference
    assert of(found, "buyer.withdraws").reach > 0


def test_the_answer_about_a_share_is_the_difference_of_the_comparison() -> None:
    baseline, policy = guessed(withdraws=(0.2, "P")), guessed(SLOW, withdraws=(0.2, "P"))

    def says(scenario: Scenario, number: int, size: int | None) -> dict[str, Reading]:
        whole = 1 + 50 * (number % 2)
        part = whole * (0.9 if value_at(scenario, "policy.refresh") and number % 2 else 0.5)
        return {"withdrawn_rate": Reading(part / whole, part, whole)}

    found = sensitivity(baseline, "withdrawn_rate", ("slow", policy), laboratory=Stated(says))
    compared = compare(baseline, [Policy("slow", policy.title, policy)], ["withdrawn_rate"], replications=FIRST, laboratory=Stated(says))
    assert found.answer == pytest.approx(compared.of("slow", "withdrawn_rate").difference.estimate)  # type: ignore[union-attr]
