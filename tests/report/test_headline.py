"""The first screen says what the figures say."""

import dataclasses
import re

import pytest

from sim.report.answer import BAD, GOOD
from sim.report.headline import answer_of, by_hand, headline, worst_need
from sim.study.replicate import Replicated
from sim.words import speaking


def with_needs(run: Replicated, *changes: dict[str, int]) -> Replicated:
    """The run with other needs of its first shifts."""
    needs = [dataclasses.replace(need, needed=1, staffed=2) for need in run.first.summary.needs]
    for at, change in enumerate(changes):
        needs[at] = dataclasses.replace(needs[at], **change)
    summary = dataclasses.replace(run.first.summary, needs=tuple(needs))
    return dataclasses.replace(run, first=dataclasses.replace(run.first, summary=summary))


def test_the_sentence_names_the_shift_that_is_shortest_of_people(run: Replicated) -> None:
    short = with_needs(run, {"needed": 4, "staffed": 2}, {"needed": 14, "staffed": 5})
    sentence, state = headline(short)
    assert sentence.startswith("9 people short on ")
    assert f"(too few in 2 of {len(short.first.summary.needs)} shifts)" in sentence
    assert state == BAD


def test_enough_people_everywhere_is_good_news_only_if_buyers_are_answered_in_time(run: Replicated) -> None:
    enough = with_needs(run)
    figure = enough.document["kpis"]["first_response_within_30min"]
    assert headline(_answered(enough, {**figure, "mean": 0.99}))[1] == GOOD
    sentence, state = headline(_answered(enough, {**figure, "mean": 0.8}))
    assert "20.0 % answered late" in sentence
    assert state == BAD


def _answered(run: Replicated, figure: dict[str, object]) -> Replicated:
    kpis = {**run.document["kpis"], "first_response_within_30min": figure}
    return dataclasses.replace(run, document={**run.document, "kpis": kpis})


def test_the_sum_to_check_by_hand_is_right(run: Replicated) -> None:
    text = by_hand(run.first.summary)
    need = worst_need(run.first.summary)
    assert need is not None
    found = re.search(r": ([\d,]+) requests due × ([\d.]+) min each ÷ ([\d.]+) h .* = ([\d.]+) people. Needed: (\d+); there: (\d+)", text)
    assert found is not None
    due, minutes, hours, people = (float(found[group].replace(",", "")) for group in range(1, 5))
    assert due * minutes / 60 / hours == pytest.approx(people, abs=0.1)
    assert int(found[5]) == need.needed
    assert int(found[6]) == need.staffed


@pytest.mark.parametrize("language", ["zh", "en"])
def test_six_figures_each_with_a_unit(run: Replicated, language: str) -> None:
    with speaking(language):
        figures = answer_of(run).figures
    assert len(figures) == 6
    for figure in figures:
        assert re.search(r"[^\d\s,.–]", figure.value), figure


def test_all_figures_are_told_in_the_language_asked_for(run: Replicated) -> None:
    with speaking("zh"):
        answer = answer_of(run)
    told = [answer.sentence, *(figure.name for figure in answer.figures), *(table.title for table in answer.tables), *answer.notes]
    for text in told:
        assert re.search(r"[一-鿿]", text), text


def test_every_table_is_whole(run: Replicated) -> None:
    for table in answer_of(run).tables:
        assert len({column.title for column in table.columns}) == len(table.columns)
        for row in table.rows:
            assert len(row) == len(table.columns)
        assert all(at < len(table.rows) and place < len(table.columns) for at, place in table.alarms)


def test_the_first_screen_is_one_sentence_and_six_figures(run: Replicated) -> None:
    answer = answer_of(run)
    assert answer.sentence.count(".") == 1
    assert len(answer.figures) == 6


def test_the_parts_of_the_cost_make_the_total(run: Replicated) -> None:
    costs = {cause: amount["mean"] for cause, amount in run.document["costs"].items()}
    total = costs.pop("total")
    assert sum(costs.values()) == pytest.approx(total)
    assert run.document["kpis"]["total_cost"]["mean"] == pytest.approx(total)
