"""Charts hold the numbers they were given, and no part of one collides with another in the same page."""

import re

import pytest

from sim.report import charts
from sim.report.theme import as_part
from sim.words import speaking

DAYS = ["Mon 10 Nov", "Tue 11 Nov"]


def texts(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_the_map_has_the_number_in_each_cell_and_leaves_empty_hours_empty() -> None:
    cells = [charts.Cell(0, 9, 8, 6), charts.Cell(1, 23, 3, 0), charts.Cell(1, 2, 0, 0)]
    shown = texts(charts.first_response_map(cells, DAYS, "30 min").svg())
    assert shown.count("75") == 1
    assert set(DAYS) <= set(shown)
    told = re.search(r"<desc[^>]*>([^<]*)<", charts.first_response_map(cells, DAYS, "30 min").svg())
    assert told is not None
    assert "Tue 11 Nov 23:00 0 %" in told[1]


@pytest.mark.parametrize(("language", "unit"), [("zh", "排队（件）"), ("en", "cases waiting")])
def test_every_axis_has_its_unit(language: str, unit: str) -> None:
    with speaking(language):
        svg = charts.backlog([charts.Course("agents", (0.0, 4.0, 2.0) * 16)], DAYS).svg()
    assert unit in texts(svg)
    assert "hours from filing to completion" in texts(charts.completion([charts.Span("a", 3, 1.5, 30.0)]).svg())
    assert "yuan" in texts(charts.money([charts.Amount("labour", 120_000)]).svg())


def test_an_empty_day_and_one_case_are_drawn_too() -> None:
    assert "<svg" in charts.backlog([charts.Course("agents", (0.0,))], DAYS[:1]).svg()
    assert "<svg" in charts.completion([charts.Span("a", 1, 0.0, 0.0)]).svg()
    assert "<svg" in charts.money([charts.Amount("labour", 0)]).svg()
    assert "<svg" in charts.staffing([charts.Stretch(0, 8, 0, 0)], DAYS[:1]).svg()


def test_people_missing_are_told_aloud() -> None:
    svg = charts.staffing([charts.Stretch(0, 8, 2, 5), charts.Stretch(8, 16, 7, 3)], DAYS).svg()
    assert "Too few: Mon 10 Nov 00:00 2/5." in svg


def test_parts_of_a_page_do_not_share_ids_and_text_is_escaped() -> None:
    svg = '<svg viewBox="0 0 10 5"><defs><clipPath id="clip0"/></defs><g clip-path="url(#clip0)" aria-label="x"/></svg>'
    part = as_part(svg, "one", '<b>"told"</b>')
    assert 'id="one-clip0"' in part
    assert "url(#one-clip0)" in part
    assert "&lt;b&gt;" in part
    assert 'aria-label="x"' not in part


def test_quotes_in_names_of_days_do_not_end_the_expression() -> None:
    assert "it's" in "".join(texts(charts.backlog([charts.Course("a", (1.0,) * 30)], ["it's", "b\\"]).svg()))
