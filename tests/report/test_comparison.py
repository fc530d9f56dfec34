"""The answer of a comparison says what the figures say: who is better, by how much, and where nobody can tell."""

import dataclasses
import re

import pytest

from sim.cli.show import show
from sim.report import comparison_tables as tables
from sim.report.answer import BAD, GOOD, PLAIN, Answer
from sim.report.comparison import by_hand, comparison_answer, headline, notes
from sim.scenario import Scenario
from sim.study.compare import Best, OverSizes
from sim.study.paired import Difference
from sim.study.selection import Selection
from sim.study.stopping import Stop
from sim.words import speaking
from tests.report.comparisons import METRICS, PAIRS, made, titled

FASTER = {"completion_hours": -5.0, "noise": 0.1}
DEARER = {"cost.labour": 2_000.0, "noise": 0.1}
LUCK = {"noise": 3.0}


def row(answer: Answer, key: str, *starts: str) -> tuple[str, ...]:
    table = answer.table(key)
    assert table is not None
    (found,) = (each for each in table.rows if each[: len(starts)] == starts)
    return found


# ---------------------------------------------------------------- the sentence
def test_a_clearly_better_policy_is_named_with_its_difference_and_interval(few_scenario: Scenario) -> None:
    sentence, state = headline(made(few_scenario, {"a": FASTER}))
    assert state == GOOD
    assert sentence.startswith("“Policy a” is clearly better in 1 of 3 figures: Time to completion −5.0")
    assert re.search(r"completion −[\d.]+ h \(−[\d.]+ to −[\d.]+\)", sentence)
    assert "No clear difference: First response within 30 min; Total cost " in sentence


def test_a_clearly_worse_policy_alarms(few_scenario: Scenario) -> None:
    sentence, state = headline(made(few_scenario, {"a": DEARER}))
    assert state == BAD
    assert sentence.startswith("“Policy a” is clearly worse in 1 of 3 figures: Total cost +2,0")


def test_a_policy_with_a_price_is_neither_good_nor_bad(few_scenario: Scenario) -> None:
    sentence, state = headline(made(few_scenario, {"a": {**FASTER, **DEARER}}))
    assert state == PLAIN
    assert "has its price" in sentence
    assert re.search(r"Better: Time to completion −.* Worse: Total cost \+2,", sentence)


def test_where_nothing_is_clear_the_sentence_says_so_with_intervals(few_scenario: Scenario) -> None:
    sentence, state = headline(made(few_scenario, {"a": LUCK}))
    assert state == PLAIN
    assert sentence.startswith("“Policy a” makes no clear difference. What is seen may be luck: First response within 30 min ")
    assert sentence.count(" to ") == len(METRICS) + 1  # one in "Time to completion"


def test_what_never_changes_is_the_same_in_every_run(few_scenario: Scenario) -> None:
    found = made(few_scenario, {"a": {}})
    answer = comparison_answer(found)
    assert "Exactly the same in every run: First response within 30 min; Time to completion; Total cost." in answer.sentence
    assert row(answer, "differences", "Time to completion")[3:6] == ("0 h", "–", "exactly the same")
    assert answer.figures[1].about == "the same in every run"


def test_of_several_the_best_is_named_first(few_scenario: Scenario) -> None:
    found = made(few_scenario, {"a": DEARER, "b": FASTER, "c": LUCK})
    assert found.ranked[0] == "b"
    sentence, state = headline(found)
    assert sentence.startswith("Of 3 policies “Policy b” is best, clearly better in 1 of 3 figures: Time to completion −5")
    assert state == GOOD


def test_of_several_that_do_nothing_or_harm_none_is_praised(few_scenario: Scenario) -> None:
    sentence, state = headline(made(few_scenario, {"a": LUCK, "b": DEARER}))
    assert sentence.startswith("None of 2 policies is clearly better than as it is; “Policy a” comes first.")
    assert state == PLAIN
    sentence, state = headline(made(few_scenario, {"a": {**DEARER, "completion_hours": 5.0}, "b": DEARER}))
    assert sentence.startswith("None of 2 policies is better; even “Policy b” is clearly worse in 1 of 3 figures: Total cost +2,")
    assert state == BAD


def test_the_cost_is_told_even_where_it_is_not_judged(few_scenario: Scenario) -> None:
    sentence, _ = headline(made(few_scenario, {"a": {**FASTER, **DEARER}}, metrics=("completion_hours",)))
    assert re.search(r"Total cost, not judged: \+2,\d+ yuan \(", sentence)


def test_a_precision_that_was_not_reached_is_said_in_the_sentence_and_why_it_stopped_in_the_notes(few_scenario: Scenario) -> None:
    short = made(few_scenario, {"a": FASTER}, precision=0.02, stop=Stop(None, 1_000), replications=1_000)
    assert "Not as precise as asked for, even after 1,000 pairs of runs." in headline(short)[0]
    assert any("still wider than ±2.0 %" in note for note in notes(short))
    reached = made(few_scenario, {"a": FASTER}, precision=0.02, stop=Stop(20, 25), replications=25)
    assert "Not as precise" not in headline(reached)[0]
    assert any("From 20 pairs on" in note and "stopped after 25" in note for note in notes(reached))


def test_the_sentence_is_spoken_in_chinese_too(few_scenario: Scenario) -> None:
    with speaking("zh"):
        answer = comparison_answer(made(few_scenario, {"a": FASTER, "b": LUCK}))
    assert "退款完结时长 −5" in answer.sentence
    assert "“方案a”" in answer.sentence
    assert not re.search(r"[a-z]{4,}", answer.sentence)


# ---------------------------------------------------------------- sums
SMALL = [{"completion_hours": -0.0137 * times, "noise": 0.01} for times in range(1, 12)]


@pytest.mark.parametrize("change", [FASTER, DEARER, LUCK, *SMALL])
def test_the_sums_to_check_by_hand_add_up(few_scenario: Scenario, change: dict[str, float]) -> None:
    text = by_hand(made(few_scenario, {"a": change}))
    found = re.search(r": ([\d.,]+) [%hyuan]+ with “Policy a” − ([\d.,]+) [%hyuan]+ as it is = ([+−]?[\d.,]+) ", text)
    assert found is not None
    after, before, difference = (float(each.replace(",", "").replace("−", "-")) for each in found.groups())
    assert after - before == pytest.approx(difference, abs=1e-9)
    money = re.search(r"Yuan: (.*) = ([+−]?[\d,]+)\.$", text)
    if money is not None:
        parts = [int(part.replace(",", "").replace("−", "-")) for part in re.findall(r"[+−][\d,]+", money[1])]
        assert sum(parts) == int(money[2].replace(",", "").replace("−", "-"))


def test_six_figures_lead_from_the_baseline_to_the_best_policy(few_scenario: Scenario) -> None:
    figures = comparison_answer(made(few_scenario, {"a": {**FASTER, **DEARER}})).figures
    assert len(figures) == 6
    assert [figure.state for figure in figures] == [PLAIN, GOOD, BAD, PLAIN, PLAIN, PLAIN]
    assert re.fullmatch(r"[\d.]+ → [\d.]+\u00a0h", figures[1].value)
    assert figures[2].about.endswith("worse")
    assert all(figure.about.endswith("not judged") for figure in figures[3:])


# ---------------------------------------------------------------- tables
def test_every_policy_and_metric_has_its_row_the_best_policy_first(few_scenario: Scenario) -> None:
    found = made(few_scenario, {"a": DEARER, "b": FASTER})
    table = tables.differences(found)
    assert [(each[0], each[1]) for each in table.rows] == [
        (policy, metric)
        for policy in ("1 · Policy b", "2 · Policy a")
        for metric in ("First response within 30 min", "Time to completion", "Total cost")
    ]
    assert [(at, table.rows[at][place]) for at, place in table.alarms] == [(5, "worse")]


def test_a_single_policy_shows_what_its_verdicts_rest_on_where_there_is_room(few_scenario: Scenario) -> None:
    table = tables.differences(made(few_scenario, {"a": FASTER}))
    assert [column.title for column in table.columns if column.spare] == ["p (Holm)", "correlation", "pairs"]
    assert table.rows[1][-3:] == ("<0.001", "0.99" if table.rows[1][-2] == "0.99" else "1.00", str(PAIRS))


def test_a_metric_without_a_figure_says_why(few_scenario: Scenario) -> None:
    answer = comparison_answer(made(few_scenario, {"a": {"completion_hours": "not_reached", "noise": 0.1}}))
    reason = "too many requests were unfinished at the end of the run"
    assert row(answer, "differences", "Time to completion")[2:] == ("–", f"no figure: {reason}", "–", f"no figure: {reason}", "–", "–", "–")
    assert "No figure: Time to completion." in answer.sentence
    assert answer.figures[1].value == "–"


def test_where_a_single_interval_is_clear_but_not_among_many_the_notes_say_why(few_scenario: Scenario) -> None:
    found = made(few_scenario, {"a": FASTER, "b": LUCK})
    alone = Difference(-1.0, 0.4, -1.8, -0.2, 0.02, 0.9, PAIRS)
    doubtful = tuple(
        dataclasses.replace(each, difference=alone, p_adjusted=0.08) if (each.policy, each.metric) == ("b", "total_cost") else each
        for each in found.compared
    )
    told = [note for note in notes(dataclasses.replace(found, compared=doubtful)) if "leaves out 0" in note]
    assert len(told) == 1
    assert "(2 · Policy b · Total cost): of 6 intervals" in told[0]
    assert not [note for note in notes(found) if "leaves out 0" in note]


def test_money_is_told_by_cause_and_sums_to_the_total(few_scenario: Scenario) -> None:
    table = tables.money(made(few_scenario, {"a": DEARER}), ("a",))
    numbers = [[int(cell.replace(",", "").replace("−", "-")) for cell in each[1:]] for each in table.rows]
    assert [each[0] for each in table.rows] == ["labour", "goods and money both lost", "total"]
    assert [sum(each[place] for each in numbers[:-1]) for place in range(3)] == pytest.approx(numbers[-1], abs=2)


def test_beside_the_judged_figures_stand_key_figures_that_are_not_judged(few_scenario: Scenario) -> None:
    answer = comparison_answer(made(few_scenario, {"a": {**FASTER, "short_staffed": -1.0}}, metrics=("completion_hours",)))
    table = answer.table("beside")
    assert table is not None
    assert "not judged" in table.title
    assert row(answer, "beside", "People short")[1:4] == ("3", "2 people", "−1 people")
    assert row(answer, "beside", "Refunds by a clock")[3] == "0 requests"
    assert "verdict" not in [column.title for column in table.columns]


def test_over_sizes_the_middle_and_how_often_a_policy_is_better_are_told(few_scenario: Scenario) -> None:
    by = {("a", metric): None for metric in METRICS} | {("a", "completion_hours"): (-3.0, -2.0, -1.0, 1.0)}
    answer = comparison_answer(made(few_scenario, {"a": FASTER}, over_sizes=OverSizes((0.6, 0.9, 1.2, 1.9), by)))
    assert row(answer, "sizes", "Policy a", "Time to completion")[2:] == ("−2.9 h", "−1.5 h", "+0.7 h", "3 of 4")
    assert row(answer, "sizes", "Policy a", "Total cost")[2:] == ("–",) * 4
    assert "from 60.0 % to >99.9 %" not in answer.tables[-1].about


def test_the_pick_is_told_or_that_none_could_be_told_apart(few_scenario: Scenario) -> None:
    picked = Best("total_cost", 500.0, Selection(1, (1,), 40, (25, None)), ("", "a"))
    answer = comparison_answer(made(few_scenario, {"a": FASTER}, best=picked))
    assert row(answer, "best", "Policy a") == ("Policy a", "picked")
    assert row(answer, "best", "as it is")[1] == "out after 25 runs"
    none = dataclasses.replace(picked, selection=Selection(None, (0, 1), 1_000, (None, None)))
    table = tables.best(made(few_scenario, {"a": FASTER}), none)
    assert {each[1] for each in table.rows} == {"could not be told apart"}
    assert "1,000 runs each did not suffice" in table.about
    assert "500 yuan" in table.about


# ---------------------------------------------------------------- hard cases
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("policies", [1, 8])
@pytest.mark.parametrize("pairs", [2, PAIRS])
def test_few_pairs_and_many_policies_are_told_as_well(few_scenario: Scenario, language: str, policies: int, pairs: int) -> None:
    found = made(few_scenario, {f"p{number}": {"completion_hours": -float(number), "noise": 0.5} for number in range(policies)}, pairs)
    with speaking(language):
        answer = comparison_answer(found)
    table = answer.table("differences")
    assert table is not None
    assert len(table.rows) == policies * len(METRICS)
    assert all(len(each) == len(one.columns) for one in answer.tables for each in one.rows)
    assert "nan" not in repr(answer)
    assert "inf" not in repr(answer).replace("information", "")


def test_hostile_and_long_titles_neither_drive_the_terminal_nor_break_a_row(
    few_scenario: Scenario, capsys: pytest.CaptureFixture[str]
) -> None:
    found = titled(made(few_scenario, {"a": FASTER, "b": LUCK}), "\x1b[31m<script>alert(1)</script>\n" + "long " * 50, "")
    answer = comparison_answer(found)
    show(answer)
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "[31m" in out
    assert "2 · b" in out  # an empty title: the name
    assert max(len(line) for line in out.splitlines()) <= 120


@pytest.mark.parametrize("policies", [1, 2, 8])
def test_no_verdict_is_cut_off_in_a_narrow_terminal(
    few_scenario: Scenario, policies: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sim.cli.show.PLAIN_WIDTH", 80)
    found = made(few_scenario, {f"p{number}": LUCK for number in range(policies)})
    found = titled(found, *[f"客服额度 {number}00 元" for number in range(policies)])
    with speaking("zh"):
        table = tables.differences(found)
        show(Answer("", "", "", PLAIN, (), "", (), (table,)))
    assert [row[-1 if policies > 1 else 5] for row in table.rows] == ["没有明显差异"] * len(METRICS) * policies
    assert capsys.readouterr().out.count("没有明显差异") == len(METRICS) * policies


def test_a_baseline_of_nothing_is_no_trouble(few_scenario: Scenario) -> None:
    answer = comparison_answer(made(few_scenario, {"a": {"auto_refund_count": 4.0}}, metrics=("auto_refund_count", "total_cost")))
    assert answer.figures[0].value == "0 → 4\u00a0requests"
    assert answer.figures[0].about == "+4 requests in every run · worse"
