"""What is shown of figures: nothing of people is markup, nothing is said by colour alone, and everything can be read."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.report.answer import BAD, Column, Figure, Table
from sim.report.charts import Cell, Course, backlog
from sim.report.theme import HEAT, PAPER
from tests.app.ui.told import EVIL, HANDOFFS
from trainer_app.ui import charts, figures, heat, looks

READABLE = 4.5
"""The least contrast of text (WCAG 2, AA)."""


# ---------------------------------------------------------------- tables
def test_text_of_people_in_a_table_is_shown_and_not_run() -> None:
    shown = figures.table_html(replace(HANDOFFS, title=EVIL))
    assert "<img" not in shown
    assert shown.count("&lt;img src=x onerror=alert(1)&gt;") == 2


def test_a_cell_that_alarms_has_a_sign_and_a_word_as_well_as_a_colour() -> None:
    shown = figures.table_html(HANDOFFS)
    alarming = re.findall(r'<td class="number bad">(.*?)</td>', shown)
    assert len(alarming) == 1
    assert "! " in alarming[0]
    assert "alarm:" in alarming[0]


def test_a_table_can_be_scrolled_by_keyboard_and_says_its_name() -> None:
    assert figures.table_html(HANDOFFS).startswith('<div class="rd-wide" tabindex="0" role="group" aria-label="Handoffs">')


def test_of_a_long_table_the_first_rows_are_shown_and_it_says_so() -> None:
    many = Table("t", "T", "", (Column("n"),), tuple((str(number),) for number in range(1_000)))
    shown = figures.table_html(many)
    assert shown.count("<tr>") == 1 + figures.MOST_ROWS
    assert f"The first {figures.MOST_ROWS} of 1,000 rows" in shown


def test_a_table_without_rows_says_what_that_means() -> None:
    assert "Nobody." in figures.table_html(Table("t", "T", "", (Column("n"),), (), nothing="Nobody."))


# ---------------------------------------------------------------- figures
def test_a_bad_figure_says_so_in_a_word() -> None:
    shown = figures._figure(Figure("Late", "7 %", "worst hour", BAD))
    assert "! needs attention" in shown
    assert "worst hour" in shown


@pytest.mark.parametrize(
    ("text", "value", "interval"),
    [("93.6 % (92.5–94.7)", "93.6", "(92.5"), ("389 笔（381–398）", "389", "（381"), ("12 cases (agents)", "12", None), ("–", "–", None)],
)
def test_an_interval_is_in_smaller_print_than_its_figure(text: str, value: str, interval: str | None) -> None:
    shown = figures.value_html(text)
    assert shown.startswith(value)
    assert ("rd-interval" in shown) == (interval is not None)
    if interval is not None:
        assert interval in shown.split("rd-interval")[1]


# ---------------------------------------------------------------- the map of first responses
@given(st.floats(0, 1))
def test_the_number_in_a_cell_can_be_read_on_every_colour(share: float) -> None:
    ground = heat.colour_of(share)
    assert heat.contrast(heat._read(heat.text_on(ground)), ground) >= READABLE


def test_the_colours_of_the_map_are_those_of_the_charts() -> None:
    for place, colour in enumerate(HEAT):
        assert heat._written(heat.colour_of(place / (len(HEAT) - 1))) == colour


def test_contrast_is_that_of_the_guidelines() -> None:
    assert heat.contrast(heat._read("#000000"), heat._read(PAPER)) == pytest.approx(21)
    assert heat.contrast(heat._read("#777777"), heat._read(PAPER)) == pytest.approx(4.48, abs=0.01)


def test_the_map_has_a_number_where_somebody_asked_and_nothing_elsewhere() -> None:
    shown = heat.heat_map([Cell(0, 9, 8, 6), Cell(1, 23, 3, 0), Cell(1, 2, 0, 0)], ["Mon", "<b>Tue"], "told", "title")
    assert re.findall(r"<td style=[^>]*>(\d+)</td>", shown) == ["75", "0"]
    assert shown.count("<td></td>") == 1 + 2 * 24 - 2, "the corner is empty too"
    assert shown.count('scope="col"') == 24
    assert "&lt;b&gt;Tue" in shown


# ---------------------------------------------------------------- pictures
def test_a_chart_is_an_image_with_its_text_alternative_that_never_gets_too_small_to_read() -> None:
    drawn = backlog([Course(EVIL, (0.0, 4.0))], ["Mon"])
    shown = charts.as_image(drawn.file(), drawn.told, "Title")
    assert shown.count("<img") == 1
    assert 'alt="Cases waiting in line' in shown
    assert "onerror=alert(1)&gt;" in shown
    width = float(re.findall(r'width="(\d+)"', shown)[0])
    assert re.findall(r"min-width:(\d+)px", shown) == [f"{charts.LEAST * width:.0f}"]
    assert 'aria-label="Title, chart"' in shown
    assert 'src="data:image/svg+xml;base64,' in shown


@given(st.text())
def test_a_file_gets_a_name_that_every_system_takes(text: str) -> None:
    assert re.fullmatch(r"refund-desk-[a-z0-9-]*", charts.file_name(text))


def test_small_print_is_dark_enough_to_be_read() -> None:
    on = {PAPER: ("ink", "muted", "good", "bad", "accent"), looks.SOFT: ("ink", "muted"), looks.BAD_SOFT: ("ink", "muted", "bad")}
    for ground, names in on.items():
        for name in names:
            assert heat.contrast(heat._read(looks.COLOURS[name]), heat._read(ground)) >= READABLE, (name, ground)
