"""The report page: whole, alone, readable without seeing, harmless."""

import dataclasses
import html
import re
from html.parser import HTMLParser

import pytest

from sim.report import font
from sim.report.answer import Answer, Column, Figure, Table
from sim.report.headline import answer_of
from sim.report.page import Section, page
from sim.report.run_page import run_page, sections
from sim.study.replicate import Replicated
from sim.words import speaking

VOID = {"meta", "br", "hr", "img", "input", "link"}


class Reader(HTMLParser):
    """Notes tags, text and attributes, and that every tag is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.wrong: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture(scope="session", params=["zh", "en"])
def made(run: Replicated, request: pytest.FixtureRequest) -> tuple[str, str]:
    with speaking(request.param):
        return request.param, run_page(run, answer_of(run))


def test_every_tag_is_closed_and_every_id_is_its_own(made: tuple[str, str]) -> None:
    reader = Reader(made[1])
    assert reader.wrong == []
    assert reader.open == []
    ids = [attributes["id"] for _tag, attributes in reader.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_language_title_and_width_are_stated(made: tuple[str, str]) -> None:
    language, text = made
    reader = Reader(text)
    assert dict(reader.tags)["html"]["lang"] == {"zh": "zh-CN", "en": "en"}[language]
    assert any(attributes.get("name") == "viewport" for tag, attributes in reader.tags if tag == "meta")
    assert [tag for tag, _ in reader.tags].count("h1") == 1


def test_every_chart_has_a_text_alternative(made: tuple[str, str]) -> None:
    reader = Reader(made[1])
    charts = [attributes for tag, attributes in reader.tags if tag == "svg"]
    assert len(charts) >= 4
    ids = {attributes.get("id") for tag, attributes in reader.tags if tag == "desc"}
    for chart in charts:
        assert chart["role"] == "img"
        assert chart["aria-labelledby"] in ids
    assert "<desc" in made[1]
    assert "></desc>" not in made[1]


def test_the_page_is_small_and_carries_the_characters_it_needs(made: tuple[str, str]) -> None:
    assert len(made[1].encode()) < 3_000_000
    if font.embedded("一", ""):
        assert "@font-face" in made[1]


def test_guesses_and_how_it_was_made_are_told(run: Replicated, made: tuple[str, str]) -> None:
    _language, text = made
    assert run.document["scenario"]["hash"] in text
    guess = next(key for key, figure in run.scenario.figures.items() if figure.grade == "P")
    assert guess in text


def test_every_section_is_there_and_what_only_few_ask_for_is_folded(run: Replicated) -> None:
    found = list(sections(run, answer_of(run)))
    assert [section.key for section in found] == [
        "coming",
        "responses",
        "shifts",
        "backlog",
        "paths",
        "handoffs",
        "mistakes",
        "costs",
        "unfinished",
        "rules",
        "guesses",
    ]
    folded = {table.key for section in found for table in section.folded}
    assert {"rules", "confused", "guesses"} <= folded
    shown = {table.key for section in found for table in section.tables}
    assert {"buyers", "mistakes", "wrong_acts", "costs"} <= shown


def test_tables_of_a_section_that_has_several_have_headings(made: tuple[str, str], run: Replicated) -> None:
    language, text = made
    with speaking(language):
        titles = [table.title for section in sections(run, answer_of(run)) if len(section.tables) > 1 for table in section.tables]
    assert len(titles) >= 3
    assert re.findall("<h3>([^<]*)</h3>", text) == [html.escape(title) for title in titles]


def test_without_a_standard_the_page_says_so(run: Replicated) -> None:
    scenario = run.scenario.model_copy(update={"standards": run.scenario.standards.model_copy(update={"first_response": None})})
    summary = dataclasses.replace(run.first.summary, response_hours=run.first.summary.response_hours[:0], needs=())
    without = dataclasses.replace(run, scenario=scenario, first=dataclasses.replace(run.first, summary=summary))
    text = run_page(without, answer_of(without))
    assert "There is no standard for the first response." in text
    assert "within –" not in text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("缺 4 人（29 个班段中 3 个缺人）", "缺 4\u00a0人（29\u00a0个班段中 3\u00a0个缺人）"),
        ("95 % by 08:00–16:00", "95\u00a0% by 08:00\u2060–\u206016:00"),
    ],
)
def test_no_line_ends_between_a_number_and_what_it_counts(text: str, kept: str) -> None:
    answer = Answer("t", "p", text, "good", (), "", (), ())
    assert kept in page(answer, ())


def test_nothing_that_comes_from_files_is_markup() -> None:
    evil = "<script>alert(1)</script>\" onload='x' & \x1b[31m"
    table = Table("t", evil, evil, (Column(evil, number=False),), ((evil,),), frozenset({(0, 0)}))
    answer = Answer(evil, evil, evil, "bad", (Figure(evil, evil, evil),), evil, (evil,), (table,), ((evil, evil),))
    text = page(answer, (Section("key", evil, evil, (), (table, dataclasses.replace(table, rows=(), nothing=evil)), (table,)),))
    reader = Reader(text)
    assert "script" not in [tag for tag, _ in reader.tags]
    assert all(name != "onload" for _tag, attributes in reader.tags for name in attributes)
    assert "\x1b" not in text


def test_without_the_tools_to_cut_a_font_the_page_does_without(run: Replicated, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(font, "import_module", missing)
    text = run_page(run, answer_of(run))
    assert "@font-face" not in text
    assert "<svg" in text
