"""The charts of the web app: what comes with the gate shaded, the line with its bands, money of variants beside each other."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.report import fan
from sim.report.charts import Course
from sim.report.demand_chart import demand, mix
from sim.report.money_chart import Money, money_beside

DAYS = ["Thu 10 Nov", "Fri 11 Nov", "Sat 12 Nov"]
HOURS = 72


def within(spec: Any, key: str) -> list[Any]:
    """Every value of a key, wherever in a spec it is."""
    if isinstance(spec, dict):
        return [value for name, each in spec.items() for value in ([each] if name == key else []) + within(each, key)]
    return [value for each in spec for value in within(each, key)] if isinstance(spec, list) else []


def drawn_rows(spec: Any) -> list[dict[str, Any]]:
    return [row for values in within(spec, "values") for row in values if isinstance(row, dict)]


# ---------------------------------------------------------------- what comes
ORDERS = Course("orders", tuple(float(hour) for hour in range(HOURS)))
PATHS = [Course("one", (3.0,) * HOURS), Course("two", (1.0,) * HOURS)]


def test_the_hours_in_which_the_gate_is_shut_are_shaded_in_both_panels_and_told() -> None:
    chart = demand(ORDERS, PATHS, [(20.0, 48.0)], DAYS)
    shaded = [row for row in drawn_rows(chart.spec) if "begin" in row]
    assert {(row["begin"], row["end"]) for row in shaded} == {(20, 48)}
    assert len([panel for panel in chart.spec["vconcat"] if any("begin" in row for row in drawn_rows(panel))]) == 2
    assert "Shaded: Thu 10 Nov 20:00 to Sat 12 Nov 00:00." in chart.told


def test_without_a_gate_nothing_is_shaded_nor_told() -> None:
    chart = demand(ORDERS, PATHS, [], DAYS)
    assert not [row for row in drawn_rows(chart.spec) if "begin" in row]
    assert "Shaded" not in chart.told


def test_a_gate_beyond_the_hours_is_cut_at_their_end() -> None:
    chart = demand(ORDERS, PATHS, [(60.0, 99.0), (80.0, 90.0)], DAYS)
    assert {(row["begin"], row["end"]) for row in drawn_rows(chart.spec) if "begin" in row} == {(60, 72)}
    assert "to Sat 12 Nov 24:00" in demand(ORDERS, PATHS, [(60.0, 72.0)], DAYS).told


def test_the_path_mix_is_stacked_and_its_shares_are_told_in_words() -> None:
    chart = demand(ORDERS, PATHS, [], DAYS)
    assert "one 75.0 %; two 25.0 %" in chart.told
    stacked = [row for row in drawn_rows(chart.spec) if "path" in row]
    assert sum(row["level"] for row in stacked if row["hour"] == 5) == 4
    assert [column.title for column in chart.columns][2:] == ["orders (in an hour)", "one (in an hour)", "two (in an hour)"]


def test_a_history_without_orders_shows_requests_alone() -> None:
    chart = demand(None, PATHS, [], DAYS)
    assert len(chart.spec["vconcat"]) == 1
    assert len(chart.columns) == 4


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=4).filter(lambda levels: sum(levels) > 1))
def test_the_shares_of_the_paths_sum_to_one(levels: list[float]) -> None:
    told = mix([Course("path", (level,)) for level in levels])
    shares = [float(part.split()[1].strip("<>")) for part in told.split("; ")]
    assert sum(shares) == pytest.approx(100, abs=0.1 * len(levels))


def test_nothing_at_all_is_drawn_too() -> None:
    assert "<svg" in demand(Course("orders", (0.0,) * HOURS), [Course("one", (0.0,) * HOURS)], [], DAYS).svg()


# ---------------------------------------------------------------- the line
QUANTILES = {name: [10.0 * number, 20.0 * number] for number, name in enumerate(("0.025", "0.1", "0.25", "0.5", "0.75", "0.9", "0.975"))}


def test_quantiles_make_three_bands_around_the_middle() -> None:
    found = fan.of_quantiles("one", QUANTILES)
    assert found.middle == [30, 60]
    assert found.bands == {0.95: ([0, 0], [60, 120]), 0.8: ([10, 20], [50, 100]), 0.5: ([20, 40], [40, 80])}
    assert found.most == 120


def test_quantiles_and_replications_make_the_same_fan() -> None:
    hours = np.random.default_rng(5).gamma(2.0, 50.0, (30, 24))
    of_quantiles = fan.of_quantiles("one", {name: np.quantile(hours, float(name), axis=0).tolist() for name in QUANTILES})
    of_replications = fan.of_replications("one", hours)
    assert of_quantiles.middle == pytest.approx(of_replications.middle)
    for share in fan.BANDS:
        for quantile, replication in zip(of_quantiles.bands[share], of_replications.bands[share], strict=True):
            assert quantile == pytest.approx(replication)


def test_one_run_alone_is_a_line_without_bands_or_legend() -> None:
    chart = fan.backlog_fan([fan.of_quantiles("one", {"0.5": [1.0, 7.0]})], DAYS, "backlog", fan.not_done(), one_scale=False)
    assert "one: at most 7" in chart.told
    assert "legend" not in str(chart.spec)
    assert "area" not in str(within(chart.spec, "mark"))
    assert len(chart.columns) == 3


def test_each_path_has_a_scale_of_its_own_unless_they_are_compared() -> None:
    fans = [fan.Fan("a", [5.0]), fan.Fan("b", [500.0])]

    def tops(one_scale: bool) -> set[float]:
        spec = fan.backlog_fan(fans, DAYS, "backlog", fan.not_done(), one_scale=one_scale).spec
        return {axis["scale"]["domain"][1] for axis in within(spec, "y") if "scale" in axis}

    assert tops(False) == {5, 500}
    assert tops(True) == {500}


def test_the_numbers_of_a_fan_have_the_ends_of_each_band() -> None:
    chart = fan.backlog_fan([fan.of_quantiles("one", QUANTILES)], DAYS, "backlog", fan.not_done(), one_scale=True)
    assert [column.title for column in chart.columns][2:5] == [
        "one, middle run (number of requests)",
        "one, 50 of 100 runs, from (number of requests)",
        "one, 50 of 100 runs, to (number of requests)",
    ]
    assert chart.rows[0] == ("Thu 10 Nov", 0, 30, 20, 40, 10, 50, 0, 60)


# ---------------------------------------------------------------- money
def test_the_dearest_cause_comes_first_with_a_bar_for_each_variant() -> None:
    chart = money_beside([("as it is", {"lost": Money(5.0), "labour": Money(900.0, 880.0, 920.0)}), ("A", {"labour": Money(1_000.0)})])
    assert [row[0] for row in chart.rows] == ["labour", "lost"]
    assert chart.rows[0] == ("labour", 900, 880, 920, 1_000, None, None)
    assert chart.rows[1] == ("lost", 5, None, None, 0, None, None)
    bars = [(row["cause"], row["variant"], row["yuan"]) for row in drawn_rows(chart.spec) if "cause" in row]
    assert ("labour", "A", 1_000) in bars
    assert "labour: as it is 900.00 yuan, A 1,000 yuan" in chart.told


def test_what_costs_nobody_anything_is_left_out_and_one_alone_needs_no_legend() -> None:
    chart = money_beside([("as it is", {"lost": Money(0.0), "labour": Money(900.0)})])
    assert [row[0] for row in chart.rows] == ["labour"]
    assert chart.told == "Money by cause. labour: 900.00 yuan."
    assert "<svg" in chart.svg()


def test_an_interval_has_room_and_no_money_at_all_is_drawn_too() -> None:
    chart = money_beside([("a", {"labour": Money(100.0, 10.0, 500.0)})])
    assert {axis["scale"]["domain"][1] > 500 for axis in within(chart.spec, "x")} == {True}
    assert "<svg" in money_beside([("a", {})]).svg()
