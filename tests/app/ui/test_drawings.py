"""Views become charts and words: the numbers of the view, names that differ, and no verdict before it is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.report.chart import Chart
from sim.words import speaking
from tests.app.ui.told import EVIL, HOURS, METRICS, SAME, compared, comparison, scenario_view
from trainer_app.services.situations import as_it_is
from trainer_app.services.views import Compared
from trainer_app.ui import board, drawings

SCENARIO = as_it_is("busy-week").scenario


def drawn(chart: Chart | None) -> Chart:
    assert chart is not None
    return chart


# ---------------------------------------------------------------- charts
def test_what_comes_has_orders_paths_and_returns_and_the_gate() -> None:
    chart = drawn(drawings.comes(scenario_view()))
    assert len(chart.rows) == HOURS
    assert chart.rows[0] == ("Mon 31 Oct", 0, 10, 3, 1, 2)
    assert drawings.comes_in_words(scenario_view()) == [
        "Requests by path: path 1 · paid, not shipped 75.0 %; path 4 · return or exchange 25.0 %.",
        "No refund of unshipped orders: Mon 31 Oct 20:00 to Tue 1 Nov 06:00.",
    ]


def test_without_a_gate_nothing_is_said_of_one() -> None:
    assert len(drawings.comes_in_words(scenario_view(gate=()))) == 1


def test_the_backlog_has_a_panel_for_each_path_and_bands_only_of_several_runs() -> None:
    several, one = (drawn(drawings.backlog(scenario_view(runs))) for runs in (5, 1))
    assert len(several.spec["vconcat"]) == 2
    assert len(several.columns) == 2 + 2 * 7
    assert len(one.columns) == 2 + 2
    assert "in 95 of 100 runs" in several.told
    assert "in 95 of 100 runs" not in one.told


def test_a_path_of_all_variants_has_one_scale() -> None:
    views = [("as it is", scenario_view()), ("A", scenario_view(backlog={"path_1": {"0.5": (9_000.0,) * HOURS}}))]
    assert str(drawings.backlog_beside(views, "path_1").spec).count("'domain': [0, 9000.0]") >= 2


def test_first_responses_without_a_clock_or_a_request_are_not_drawn() -> None:
    assert drawn(drawings.responses(scenario_view())).rows[0] == ("Mon 31 Oct", 9, 8, 6, 75)
    for view in (scenario_view(standard=None), scenario_view(responses=()), scenario_view(responses=((9, 0, 0),))):
        assert drawings.responses(view) is None
        assert drawings.response_table(view, "title") == ""


def test_people_of_several_runs_are_told_to_a_tenth() -> None:
    chart = drawn(drawings.staffing(scenario_view()))
    assert chart.rows[0] == ("Mon 31 Oct", "00:00–08:00", 2, 3.2, pytest.approx(1.2))
    assert "Mon 31 Oct 00:00 2/3.2" in chart.told


def test_money_leaves_the_sum_of_all_out() -> None:
    chart = drawings.money([("as it is", scenario_view())])
    assert [row[:4] for row in chart.rows] == [("labour", 900, 880, 920), ("goods and money both lost", 5, 4, 6)]


def test_differences_are_in_points_with_their_verdict_in_words() -> None:
    found = comparison({"first_response_within_30min": compared("better", 0.02, 0.005)}, {})
    chart = drawn(drawings.differences(found, ["as it is", "A", "B"], SCENARIO, METRICS[:1]))
    assert chart.rows[0] == ("First response within 30 min", "A", "difference in percentage points", 2, 1.5, 2.5, "better")
    assert "A +2.00 points (+1.50 to +2.50) · better" in chart.told
    assert "no clear difference" in chart.told


def test_without_variants_there_are_no_differences_to_draw() -> None:
    assert drawings.differences(comparison(), ["as it is"], SCENARIO, METRICS) is None


# ---------------------------------------------------------------- words
@given(st.lists(st.sampled_from(["A", "as it is", EVIL, "a" * 60, "方案" * 30, "方案" * 29]), max_size=4))
def test_no_two_variants_are_called_the_same_in_a_chart(titles: list[str]) -> None:
    found = drawings.labels(titles)
    assert len(found) == 1 + len(titles)
    assert len(set(found)) == len(found)


@given(st.text(max_size=60))
def test_a_label_is_short_and_on_one_line(title: str) -> None:
    assert len(drawings.short(title)) <= drawings.CELLS
    assert "\n" not in drawings.short(title)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["better", "not yet clear: 10 runs", "not yet clear: 1 run", "no clear difference", "exactly the same"]),
        ("zh", ["更好", "10", "1", "没有明显差异", "完全相同"]),
    ],
)
def test_nothing_is_called_undecided_before_the_last_run_or_the_same_after_one(language: str, words: list[str]) -> None:
    open_ = compared("no clear difference")
    with speaking(language):
        told = [
            drawings.verdict(compared("better"), comparison({}, replications=10, ended=False)),
            drawings.verdict(open_, comparison({}, replications=10, ended=False)),
            drawings.verdict(SAME, comparison({}, replications=1, ended=False)),
            drawings.verdict(open_, comparison({})),
            drawings.verdict(SAME, comparison({})),
        ]
    assert all(word in text for word, text in zip(words, told, strict=True))


def test_what_has_no_figure_says_why() -> None:
    nothing = Compared(None, None, None, None, "no clear difference", "no_clock")
    assert drawings.change(nothing, "hours") == "–"
    assert drawings.verdict(nothing, comparison({})).startswith("no figure")


# ---------------------------------------------------------------- the first screen
def test_the_sentence_names_the_best_variant_with_what_is_better_and_worse() -> None:
    found = comparison(
        {"total_cost": compared("worse", 5_000, 100)},
        {
            "short_staffed": compared("better", -2, 1),
            "total_cost": compared("worse", 9_000, 100),
            "backlog.peak": compared("better", -50, 9),
        },
    )
    told = board.headline(found, ["A", EVIL], SCENARIO)
    assert told.text == (f"With “{EVIL}” better: People short −2.0 people; Backlog · peak −50.0 cases. Worse: Total cost +9,000 yuan.")
    assert told.state == "plain"
    assert "25 runs" in told.sure


@pytest.mark.parametrize(
    ("change", "titles", "text", "state"),
    [
        ({"total_cost": compared("better", -900, 50)}, ["A"], "With “A” better: Total cost −900 yuan.", "good"),
        ({"total_cost": compared("worse", 900, 50)}, ["A"], "With “A” worse: Total cost +900 yuan.", "bad"),
        ({"total_cost": compared("worse", 900, 50)}, ["A", "B"], "No variant is better. With “A” worse: Total cost +900 yuan.", "bad"),
        ({}, ["A"], "“A” makes no clear difference.", "plain"),
        ({}, ["A", "B"], "No variant makes a clear difference.", "plain"),
    ],
)
def test_the_sentence_says_what_is_found(change: dict[str, Compared], titles: list[str], text: str, state: str) -> None:
    told = board.headline(comparison(*(change for _title in titles)), titles, SCENARIO)
    assert (told.text, told.state) == (text, state)


def test_before_the_last_run_the_sentence_promises_nothing() -> None:
    first, later = (comparison({}, {}, replications=runs, ended=False) for runs in (1, 10))
    assert board.headline(first, ["A", "B"], SCENARIO).text == "No variant is clearly ahead yet."
    assert "1 run" in board.sure(first)
    ahead = comparison({"total_cost": compared("better", -900, 50)}, replications=10, ended=False)
    assert board.headline(ahead, ["A"], SCENARIO).text == "So far: With “A” better: Total cost −900 yuan."
    assert board.headline(ahead, ["A"], SCENARIO).state == "plain"
    assert board.sure(later) == "10 runs so far; the figures still get sharper."


def test_of_equal_variants_the_first_is_called_best() -> None:
    assert board.best_of(comparison({}, {})) == 1
    assert board.best_of(comparison({}, {"total_cost": compared("better")})) == 2


def test_what_is_told_path_by_path_neither_decides_nor_stands_in_the_sentence() -> None:
    found = comparison({"completion_hours.path_1.p90": compared("better", -2)}, {"total_cost": compared("better", -900, 50)})
    assert board.best_of(found) == 2
    alone = comparison({"completion_hours.path_1.p90": compared("better", -2)})
    assert board.headline(alone, ["A"], SCENARIO).text == "“A” makes no clear difference."


def test_each_figure_of_a_variant_says_its_difference_and_what_that_means() -> None:
    found = comparison({"total_cost": compared("worse", 900, 100), "short_staffed": SAME})
    cell = board._compared(found.figure(1, "total_cost"), found.difference(1, "total_cost"), "yuan", found)
    assert "+900 yuan (+800 to +1,000)" in cell
    assert "✗ worse" in cell
    assert "exactly the same" in board._compared(found.figure(1, "short_staffed"), found.difference(1, "short_staffed"), "people", found)


def test_six_figures_are_shown_the_managers_own_first() -> None:
    assert board.six_of(comparison({})) == list(board.SIX)
