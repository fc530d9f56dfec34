"""A chart is one thing: the same numbers drawn, told, as pixels and as a file that a spreadsheet opens without harm."""

import base64
import csv
import io
import re
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.report import charts
from sim.report.answer import Column
from sim.report.chart import BOM, Chart, of_words
from sim.report.untrusted import FORMULA_SIGNS, cell
from sim.words import speaking

DAYS = ["Mon 10 Nov", "Tue 11 Nov"]
LINE = charts.backlog([charts.Course("agents", (0.0, 4.0, 2.0) * 16)], DAYS)


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8").removeprefix(BOM))))


def of(*rows: tuple[Any, ...]) -> Chart:
    return Chart("one", {}, "told", (of_words("what"), Column("how many (cases)")), rows)


# ---------------------------------------------------------------- numbers
def test_the_numbers_are_those_that_are_drawn_with_their_unit() -> None:
    heads, *rows = read(LINE.csv())
    assert heads == ["day", "hour of the day (0–23)", "agents (number of cases)"]
    assert len(rows) == 48
    assert rows[25] == ["Tue 11 Nov", "1", "4"]
    drawn = LINE.spec["data"]["values"]
    assert [float(row[2]) for row in rows] == [value["level"] for value in drawn]


@pytest.mark.parametrize(("language", "head"), [("zh", "agents（件）"), ("en", "agents (number of cases)")])
def test_headings_are_in_the_language_spoken(language: str, head: str) -> None:
    with speaking(language):
        drawn = charts.backlog([charts.Course("agents", (0.0,))], DAYS)
    assert read(drawn.csv())[0][-1] == head


def test_a_file_of_numbers_begins_with_the_mark_that_makes_a_spreadsheet_read_chinese() -> None:
    assert of(("客服", 3)).csv().startswith(b"\xef\xbb\xbf")
    assert read(of(("客服", 3)).csv())[1] == ["客服", "3"]


@pytest.mark.parametrize("sign", FORMULA_SIGNS)
def test_no_cell_of_people_is_worked_out_as_a_formula(sign: str) -> None:
    evil = f'{sign}HYPERLINK("http://x")'
    heads, row = read(Chart("one", {}, "", (of_words(evil), Column("n")), ((evil, -1.5),)).csv())
    assert heads[0] == row[0] == f"'{evil}"
    assert row[1] == "-1.5", "a negative number is a number"


@given(st.text())
def test_a_cell_never_begins_like_a_formula_and_else_stays_as_it_is(text: str) -> None:
    assert not cell(text).startswith(FORMULA_SIGNS)
    assert cell(text) in (text, "'" + text)
    assert cell(text).endswith(text)


def test_what_has_no_figure_is_an_empty_cell_and_a_dash_for_people() -> None:
    assert read(of(("a", None)).csv())[1] == ["a", ""]
    assert of(("a", None)).numbers().rows == (("a", "–"),)


def test_numbers_for_people_have_their_thousands_marked() -> None:
    assert of(("a", 12_345), ("b", 1.25)).numbers("Title").rows == (("a", "12,345"), ("b", "1.2"))


@given(st.floats(-1e9, 1e9))
def test_a_number_comes_back_from_the_file_as_it_was_but_for_the_seventh_digit(number: float) -> None:
    assert float(read(of(("a", number)).csv())[1][1]) == pytest.approx(number, abs=1e-6)


# ---------------------------------------------------------------- pictures
def test_a_file_of_its_own_carries_its_text_alternative_and_its_characters() -> None:
    with speaking("zh"):
        drawn = charts.backlog([charts.Course("客服<b>", (0.0, 4.0))], ["11月10日 周一"])
    file = drawn.file()
    assert file.startswith("<svg")
    assert 'xmlns="http://www.w3.org/2000/svg"' in file
    assert "客服&lt;b&gt; 4" in re.findall(r'<desc id="told">(.*?)</desc>', file)[0]
    font = re.findall(r"base64,([^)]*)\)", file)
    assert len(font) == 1
    assert base64.b64decode(font[0]).startswith(b"wOFF")
    assert "Refund Desk Charts" in file


def test_pixels_are_twice_as_many_and_on_white() -> None:
    plain, titled = LINE.png(), LINE.png("What waits")
    sizes = [struct.unpack(">II", content[16:24]) for content in (plain, titled)]
    assert all(content.startswith(b"\x89PNG") for content in (plain, titled))
    assert sizes[0][0] > 2 * 980
    assert sizes[1][1] > sizes[0][1], "a title takes room"


def test_chinese_in_pixels_is_no_box() -> None:
    """A font that lacks a character draws the same box for each: two different ones then look alike."""
    pictures = {charts.money([charts.Amount(name, 100.0)]).png() for name in ("客", "服", "口")}
    assert len(pictures) == 3


def test_a_chart_says_the_same_in_a_page_as_in_a_file() -> None:
    assert f'<desc id="backlog-told">{LINE.told}</desc>' in LINE.svg()
    assert f'<desc id="told">{LINE.told}</desc>' in LINE.file()


def test_hours_of_a_day_end_at_24_and_people_missing_are_counted() -> None:
    drawn = charts.staffing([charts.Stretch(16, 24, 2, 5), charts.Stretch(24.5, 32, 7, 3)], DAYS)
    assert drawn.rows == (("Mon 10 Nov", "16:00–24:00", 2, 5, 3), ("Tue 11 Nov", "00:30–08:00", 7, 3, 0))


def test_each_chart_has_numbers_of_as_many_columns_as_headings() -> None:
    drawn = [
        LINE,
        charts.first_response_map([charts.Cell(0, 9, 8, 6)], DAYS, "30 min"),
        charts.staffing([charts.Stretch(0, 8, 2, 5)], DAYS),
        charts.completion([charts.Span("a", 3, 1.5, 30.0)]),
        charts.money([charts.Amount("labour", 120_000)]),
        charts.what_comes([charts.Course("a", (1.0, 2.0))], DAYS),
    ]
    for chart in drawn:
        assert chart.rows
        assert {len(row) for row in chart.rows} == {len(chart.columns)}
        assert chart.told
