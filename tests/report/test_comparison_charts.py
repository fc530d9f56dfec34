"""The charts of a comparison hold the numbers they were given, in words and shapes as well as colours, and their texts have room."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.report import comparison_charts as charts
from sim.report import comparison_pareto as pareto
from sim.report import fan
from sim.report.theme import ACCENT, BAD, GOOD, INK, MUTED
from sim.words import speaking

DAYS = ["Mon 10 Nov", "Tue 11 Nov"]


def texts(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def told(svg: str) -> str:
    found = re.search(r"<desc[^>]*>([^<]*)<", svg)
    assert found is not None
    return found[1]


# ---------------------------------------------------------------- differences
def panel(better: str = "down", *rows: charts.Row) -> charts.Panel:
    return charts.Panel("Time to completion", "difference in hours (h)", better, rows)  # type: ignore[arg-type]


BETTER = charts.Row("One", -2.2, -3.1, -1.3, "better", "−2.2 h (−3.1 to −1.3) · better")
WORSE = charts.Row("Two", 4.0, 3.0, 5.0, "worse", "+4.0 h (+3.0 to +5.0) · worse")
NOTHING = charts.Row("Three", 0.0, 0.0, 0.0, "no clear difference", "exactly the same")


def test_a_difference_is_told_in_text_and_colour_with_its_unit_on_the_axis() -> None:
    svg = charts.differences([panel("down", BETTER, WORSE, NOTHING)]).svg()
    shown = texts(svg)
    assert {"One", "Two", "Three", BETTER.text, WORSE.text, NOTHING.text, "difference in hours (h)", "Time to completion"} <= set(shown)
    assert all(colour in svg for colour in (GOOD, BAD, MUTED))
    assert BETTER.text in told(svg)


@pytest.mark.parametrize(("better", "words"), [("down", ["← better", "worse →"]), ("up", ["← worse", "better →"])])
def test_both_sides_of_zero_say_which_is_better(better: str, words: list[str]) -> None:
    assert set(words) <= set(texts(charts.differences([panel(better, BETTER)]).svg()))


def test_where_more_is_neither_better_nor_worse_no_side_is_called_so() -> None:
    row = charts.Row("One", 1.0, 0.5, 1.5, "different", "different")
    assert not [text for text in texts(charts.differences([panel("neither", row)]).svg()) if "→" in text or "←" in text]


def test_the_line_at_zero_is_in_the_picture_even_where_no_interval_reaches_it() -> None:
    far = charts.Row("One", 40.0, 39.0, 41.0, "worse", "far")
    assert "0" in texts(charts.differences([panel("down", far)]).svg())
    assert f'stroke="{INK}" stroke-width="1.5"' in charts.differences([panel("down", far)]).svg()


def test_chinese_has_its_words_too() -> None:
    with speaking("zh"):
        assert {"← 更好", "更差 →"} <= set(texts(charts.differences([panel("down", BETTER)]).svg()))


# ---------------------------------------------------------------- cost against service
def at(name: str, cost: float, service: float, present: bool = False) -> pareto.Alternative:
    return pareto.Alternative(name, name, cost, service, (cost - 5, cost + 5), (service - 1, service + 1), present)


def test_exactly_what_no_other_beats_is_marked() -> None:
    every = [at("now", 100, 60, present=True), at("1", 90, 60), at("2", 120, 80), at("3", 130, 80), at("4", 125, 70)]
    assert [each.name for each in pareto.efficient(every, "up")] == ["1", "2"]
    assert [each.name for each in pareto.efficient(every, "down")] == ["1"]
    svg = pareto.cost_against_service(every, "up", "Total cost (yuan)", "In time (per cent)").svg()
    assert told(svg).endswith("No other beats: 1; 2.")
    assert svg.count(f'fill="{ACCENT}"') >= 2
    assert {"Total cost (yuan)", "In time (per cent)", "now"} <= set(texts(svg))


places = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=9)


@given(places)
def test_nothing_that_is_left_out_is_unbeaten_and_nothing_kept_is_beaten(points: list[tuple[int, int]]) -> None:
    every = [at(str(number), float(x), float(y)) for number, (x, y) in enumerate(points)]
    kept = pareto.efficient(every, "up")
    assert kept
    for one in every:
        beaten = any(o.x <= one.x and o.y >= one.y and (o.x, o.y) != (one.x, one.y) for o in every)
        assert (one in kept) == (not beaten)


@pytest.mark.parametrize("apart", [0.0, 4.0, 30.0])
def test_names_of_nine_points_near_each_other_do_not_overlap(apart: float) -> None:
    points = [(300 + apart * (number % 3), 170 + apart * (number // 3)) for number in range(9)]
    names = ["as it is", *map(str, range(1, 9))]
    boxes = [
        (x, y - pareto.LINE / 2, x + pareto.LETTER * len(name), y + pareto.LINE / 2)
        for (x, y), name in zip(pareto.placed(points, names, (620, 340)), names, strict=True)
    ]
    for number, one in enumerate(boxes):
        assert one[0] >= 0
        assert one[2] <= 620
        for other in boxes[:number]:
            assert not (one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3])


# ---------------------------------------------------------------- guesses
def test_a_guess_shows_what_was_tried_and_where_the_answer_turns() -> None:
    guesses = [charts.Guessed("work.pay.mean", charts.End("30 s", -900.0, True), charts.End("50 s", 200.0, False))]
    svg = charts.tornado(guesses, -500.0, "Total cost: difference (yuan)", turns_at_zero=True).svg()
    shown = texts(svg)
    assert {"30 s", "50 s", "work.pay.mean", "lower value", "higher value", "Total cost: difference (yuan)"} <= set(shown)
    assert "from here on the other answer is right" in shown
    assert 'opacity="0.4"' in svg
    assert "work.pay.mean 50 s: 200.00" in told(svg)
    assert "from here on the other answer is right" not in texts(
        charts.tornado(guesses, -500.0, "Total cost (yuan)", turns_at_zero=False).svg()
    )


# ---------------------------------------------------------------- the line
def test_the_bands_are_quantiles_of_the_replications_not_of_their_mean() -> None:
    hours = np.random.default_rng(3).gamma(2.0, 50.0, (40, 48))
    found = fan.bands(hours)
    assert list(found) == [0.95, 0.8, 0.5]
    for share, (low, high) in found.items():
        assert low == pytest.approx(np.quantile(hours, 0.5 - share / 2, axis=0))
        assert high == pytest.approx(np.quantile(hours, 0.5 + share / 2, axis=0))
    assert (found[0.95][1] - found[0.95][0]).mean() > 4 * hours.std() / np.sqrt(40)


def test_both_pictures_of_the_line_have_one_scale_days_and_a_unit() -> None:
    low, high = np.full((10, 48), 5.0), np.full((10, 48), 400.0)
    svg = charts.backlog_fan([("as it is", low), ("One", high)], DAYS).svg()
    shown = texts(svg)
    assert shown.count("400") == 2
    assert shown.count("cases waiting") == 2
    assert shown.count("Mon 10 Nov") == 2
    assert {"middle run", "50 of 100 runs", "80 of 100 runs", "95 of 100 runs"} <= set(shown)
    assert "One: in the middle run at most 400" in told(svg)


def test_an_empty_line_and_two_runs_are_drawn_too() -> None:
    assert "<svg" in charts.backlog_fan([("as it is", np.zeros((2, 24))), ("One", np.zeros((2, 24)))], DAYS[:1]).svg()


# ---------------------------------------------------------------- money
@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=4), st.floats(-1e6, 1e6), min_size=1, max_size=12), st.integers(1, 7))
def test_the_steps_of_the_waterfall_add_up_however_many_are_shown(changes: dict[str, float], most: int) -> None:
    steps = charts.steps_of(changes, most, "the rest")
    assert sum(step.yuan for step in steps) == pytest.approx(sum(changes.values()), abs=1e-6)
    assert len(steps) <= most + 1


def test_the_waterfall_leads_from_one_total_to_the_other_with_signs_and_a_unit() -> None:
    svg = charts.waterfall(
        ("as it is", 10_000.0), [charts.Step("labour", 2_000.0), charts.Step("recall fees", -300.0)], ("One", 11_700.0)
    ).svg()
    shown = texts(svg)
    assert {"10,000", "+2,000", "−300", "11,700", "total cost, yuan", "labour"} <= set(shown)
    assert BAD in svg
    assert GOOD in svg
    assert told(svg) == "Total cost in yuan: as it is 10,000; labour +2,000; recall fees −300; One 11,700."
