"""The report page of a comparison: whole, in both languages, harmless, and quiet about what there is not."""

import dataclasses
import re

import pytest

from sim.report.comparison import comparison_answer
from sim.report.comparison_guesses import tried
from sim.report.comparison_page import comparison_page, sections
from sim.report.comparison_tables import left_out, tornado
from sim.scenario import Scenario
from sim.scenario.schema import Figure
from sim.study.compare import Comparison
from sim.study.paired import Difference
from sim.study.sensitivity import Effect, Guess, Sensitivity
from sim.words import speaking
from tests.report.comparisons import made, titled
from tests.report.test_page import Reader

ONE = {"a": {"completion_hours": -5.0, "cost.labour": 900.0, "backlog": -30.0, "noise": 0.1}}
TWO = {**ONE, "b": {"cost.labour": 2_000.0, "noise": 2.0}}


def page_of(found: Comparison, of: Sensitivity | None = None) -> str:
    return comparison_page(found, comparison_answer(found, of), of)


def difference(estimate: float, half: float = 10.0) -> Difference:
    return Difference(estimate, half / 2, estimate - half, estimate + half, 0.01, 0.5, 5)


def guessed(count: int = 14, policy: str | None = "a") -> Sensitivity:
    """Guesses of which the first turns the answer for sure, the second perhaps, and no other."""
    figure = Figure(value="40 s", source="own prior", grade="P")
    guesses = [
        Guess(f"work.step_{number}.mean", figure, {f"work.step_{number}.mean": 20}, {f"work.step_{number}.mean": 60})
        for number in range(count)
    ]
    turning = [Effect(guesses[0], difference(-50.0), difference(1_500.0)), Effect(guesses[1], None, difference(1_400.0, 9_000.0))]
    rest = [Effect(guess, difference(-20.0), difference(30.0)) for guess in guesses[2:]]
    return Sensitivity("total_cost", policy, -900.0, (*turning, *rest), 5, {"demand.shares": "a profile", "pools.x": "zero"})


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("policies", [ONE, TWO])
def test_the_page_is_whole_and_every_chart_has_its_text(
    few_scenario: Scenario, language: str, policies: dict[str, dict[str, float]]
) -> None:
    with speaking(language):
        text = page_of(made(few_scenario, policies), guessed())
    reader = Reader(text)
    assert reader.wrong == []
    assert reader.open == []
    ids = [attributes["id"] for _tag, attributes in reader.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert [tag for tag, _ in reader.tags].count("svg") == 5
    assert "></desc>" not in text
    assert "nan" not in re.sub(r"data:[^)]*", "", text).lower()


def test_the_sections_come_in_the_order_in_which_they_are_asked_about(few_scenario: Scenario) -> None:
    found = made(few_scenario, TWO)
    keys = [section.key for section in sections(found, comparison_answer(found, guessed()), guessed())]
    assert keys == ["differences", "pareto", "money", "backlog", "beside", "tornado"]


def test_of_many_policies_the_page_has_all_where_the_first_tables_have_three(few_scenario: Scenario) -> None:
    found = made(few_scenario, {f"p{number}": {"completion_hours": -float(number), "noise": 0.1} for number in range(8)})
    by_key = {section.key: section for section in sections(found, comparison_answer(found))}
    (shown,), (every,) = by_key["money"].tables, by_key["money"].folded
    assert (len(shown.columns), len(every.columns)) == (2 + 3, 2 + 8)
    (shown,), (every,) = by_key["beside"].tables, by_key["beside"].folded
    assert len(every.rows) == 8 * len(shown.rows) / 3


def test_policies_with_one_title_are_told_apart(few_scenario: Scenario) -> None:
    chart = next(iter(sections(*with_answer(titled(made(few_scenario, TWO), "Same", "Same"))))).charts[0]
    assert "1 · Same" in chart
    assert "2 · Same" in chart


def with_answer(found: Comparison) -> tuple[Comparison, object]:
    return found, comparison_answer(found)


def test_hostile_titles_are_text_on_the_page_and_in_the_charts(few_scenario: Scenario) -> None:
    evil = "<script>alert('x')</script>\x1b[31m\u202e"
    text = page_of(titled(made(few_scenario, TWO), evil, "]]>\"'" + "x" * 300))
    reader = Reader(text)
    assert "script" not in [tag for tag, _ in reader.tags]
    assert reader.wrong == []
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_a_metric_that_has_no_figure_is_left_out_of_the_chart_but_not_of_the_table(few_scenario: Scenario) -> None:
    found = made(few_scenario, {"a": {"completion_hours": "not_reached", "noise": 0.1}})
    first = next(iter(sections(*with_answer(found))))
    assert "Time to completion" not in first.charts[0]
    assert "no figure: too many requests were unfinished" in page_of(found)


def test_where_nothing_has_a_figure_there_is_no_chart_of_differences(few_scenario: Scenario) -> None:
    found = made(few_scenario, {"a": {"completion_hours": "not_reached"}}, metrics=("completion_hours",))
    assert next(iter(sections(*with_answer(found)))).charts == ()


def test_equal_policies_have_no_waterfall_and_are_called_the_same(few_scenario: Scenario) -> None:
    by_key = {section.key: section for section in sections(*with_answer(made(few_scenario, {"a": {}})))}
    assert by_key["money"].charts == ()
    assert "exactly the same" in by_key["differences"].charts[0]


def test_the_fan_is_of_the_shops_own_lines_alone(few_scenario: Scenario) -> None:
    by_key = {section.key: section for section in sections(*with_answer(made(few_scenario, ONE)))}
    told = re.search(r"<desc[^>]*>([^<]*)<", by_key["backlog"].charts[0])
    assert told is not None
    most = [int(number.replace(",", "")) for number in re.findall(r"at most ([\d,]+)", told[1])]
    assert most[0] - most[2] == 30  # the policy's line is shorter by so many
    assert max(most) < 1_000  # the carriers' line


# ---------------------------------------------------------------- guesses
def test_a_guess_that_turns_the_answer_alarms_and_one_that_may_be_luck_does_not(few_scenario: Scenario) -> None:
    table = tornado(guessed(), made(few_scenario, ONE))
    assert len(table.rows) == 12
    assert [row[7] for row in table.rows[:3]] == ["yes", "perhaps", "no"]
    assert table.alarms == {(0, 7)}
    assert table.rows[0][1:7] == ("P", "40 s", "20 s", "1 min", "−50 yuan", "+1,500 yuan")
    assert table.rows[1][5] == "no figure in every run"


def test_what_is_not_shown_of_the_guesses_is_counted_with_its_reason() -> None:
    table = left_out(guessed())
    assert table.title == "Guesses not shown: 2 that decide less, 2 that were not varied"
    assert table.rows[0] == ("demand.shares", "several numbers that make one figure")


def test_the_notes_say_whether_a_guess_turns_the_answer(few_scenario: Scenario) -> None:
    found = made(few_scenario, ONE)
    assert "Another guess would turn the answer" in comparison_answer(found, guessed()).notes[-1]
    quiet = dataclasses.replace(guessed(), effects=guessed().effects[1:])
    assert comparison_answer(found, quiet).notes[-1].startswith("No guess alone turns the answer (Total cost −900 yuan by “Policy a”)")


def test_where_all_effects_may_be_luck_the_page_says_so(few_scenario: Scenario) -> None:
    luck = dataclasses.replace(guessed(), effects=guessed().effects[1:2])
    found = made(few_scenario, ONE)
    assert "With 5 runs none of these effects is more than luck" in page_of(found, luck)
    assert "none of these effects is more than luck" not in page_of(found, guessed())


@pytest.mark.parametrize(
    ("value", "unit", "low", "told"),
    [
        ("48 h", None, 86_400, ("24 h", "2 d")),
        ("5 yuan", None, 250, ("2.50 yuan", "5.00 yuan")),
        (0.15, "share of requests", 0.075, ("7.5 %", "15.0 %")),
        (1.0, "times the minutes of [work]", 0.5, ("0.5 times the minutes of [work]", "1 times the minutes of [work]")),
        (20, "returns waiting", 10, ("10 returns waiting", "20 returns waiting")),
        (1.6, "share of the lines", 0.8, ("0.8", "1.6")),
    ],
)
def test_guesses_are_written_as_people_write_them(value: str | float, unit: str | None, low: float, told: tuple[str, str]) -> None:
    guess = Guess("k", Figure(value=value, source="s", grade="P", unit=unit), {"k": low}, {"k": low})
    assert (tried(guess, "low"), tried(guess, "as it is")) == told
