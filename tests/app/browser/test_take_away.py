"""What a manager takes along: pictures and tables of the charts, variants as files for the command line, links."""

import csv
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Download, Locator, Page, expect

from sim.report.untrusted import FORMULA_SIGNS
from sim.scenario.load import load_scenario, scenario_hash
from tests.app.browser.app import ROOT, App
from tests.app.browser.boards import BETTER, EVERY, QUICK, expect_done, expect_figures, make
from tests.app.browser.conftest import Browsers
from tests.app.browser.hostile import HOSTILE
from tests.app.browser.reading import in_another_language
from tests.app.browser.steps import keep, say, settled, visit
from trainer_app.services.levers import Levers, given
from trainer_app.services.situations import file_of

PNG = b"\x89PNG\r\n\x1a\n"
SMALLEST = 5_000
"""Bytes of a picture that shows something."""
FORMULA = HOSTILE[3]


@pytest.mark.proof
def test_every_chart_has_words_a_picture_and_a_table_without_formulas(open_page: Browsers, app: App, new_name: Callable[..., str]) -> None:
    name = new_name()
    board = make(app, app.person(name), {FORMULA: BETTER})
    page = open_page.as_person(name, "zh")
    visit(page, f"compare?study={board}")
    expect_done(page, "zh")
    tabs = page.get_by_role("tab")
    seen = 0
    for place in range(tabs.count()):
        title = tabs.nth(place).inner_text()
        tabs.nth(place).click()
        expect(tabs.nth(place)).to_have_attribute("aria-selected", "true")
        settled(page)
        expect(page.get_by_text(say("zh", "The map is being drawn…"))).to_have_count(0, timeout=60_000)
        settled(page)
        keep(page, f"tab-{place}-zh-1280")
        assert in_another_language(page, "zh", [name, FORMULA]) == [], title
        panel = page.get_by_role("tabpanel").locator("visible=true").first
        for image in panel.locator("img").all():
            assert (image.get_attribute("alt") or "").strip(), title
        for each in panel.get_by_role("button", name=say("zh", "PNG picture")).all():
            drawn = _content(_downloaded(page, each))
            assert drawn.startswith(PNG), title
            assert len(drawn) > SMALLEST, title
        for each in panel.get_by_role("button", name=say("zh", "CSV table")).all():
            _is_harmless(_content(_downloaded(page, each)), title)
            seen += 1
    assert seen >= 5


def test_a_variant_s_file_is_what_the_command_line_takes(
    open_page: Browsers, app: App, new_name: Callable[..., str], tmp_path: Path
) -> None:
    name = new_name()
    variants = {FORMULA: EVERY, '"""\n[policy]\n': BETTER, "王": Levers()}
    page = open_page.as_person(name, "en")
    visit(page, f"compare?study={make(app, app.person(name), variants)}")
    for place, levers in enumerate(variants.values(), start=1):
        file = tmp_path / f"{place}.toml"
        _toml(page, place - 1).save_as(file)
        assert scenario_hash(load_scenario(file_of(QUICK), [file])) == given(QUICK, levers).hash


def test_the_link_of_a_board_opens_it(open_page: Browsers, app: App, new_name: Callable[..., str]) -> None:
    name = new_name()
    page = open_page.as_person(name, "zh")
    visit(page, f"compare?study={make(app, app.person(name), {'A': BETTER})}")
    page.get_by_text(say("zh", "Link and files")).click()
    link = page.get_by_test_id("stCode").first.inner_text().strip()
    assert re.fullmatch(rf"{re.escape(app.url)}/compare\?study=[\w-]{{22}}", link)
    other = open_page.as_person(new_name(), "en")
    other.goto(link)
    expect(other.get_by_role("heading", name=say("en", "Compare"), level=1)).to_be_visible()
    expect_figures(other, 1)


@pytest.mark.proof
def test_the_printed_command_gives_the_figures_of_the_board(
    open_page: Browsers, app: App, new_name: Callable[..., str], tmp_path: Path
) -> None:
    name = new_name()
    page = open_page.as_person(name, "en")
    visit(page, f"compare?study={make(app, app.person(name), {'A': BETTER})}")
    expect_done(page, "en")
    download = _toml(page, 0)
    download.save_as(tmp_path / download.suggested_filename)
    command = next(line for line in page.get_by_test_id("stCode").last.inner_text().splitlines() if " compare " in line)
    program, *arguments = shlex.split(command)
    assert program == "refund-desk"
    environment = {**os.environ, "REFUND_DESK_HOME": str(tmp_path / "home"), "REFUND_DESK_LANG": "en", "PYTHONPATH": str(ROOT)}
    ran = subprocess.run([sys.executable, "-m", "sim.cli", *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    shown = page.locator(".rd-board > section").nth(1).locator(".rd-about").first.inner_text()
    assert re.search(r"[\d.]+", shown)
    assert shown.split(" ")[0] in ran.stdout


def _toml(page: Page, place: int) -> Download:
    """The file of a variant."""
    button = page.get_by_role("button", name=re.compile("TOML$")).nth(place)
    if not button.is_visible():
        page.get_by_text(say("en", "Link and files")).click()
    return _downloaded(page, button)


def _downloaded(page: Page, button: Locator) -> Download:
    with page.expect_download() as waiting:
        button.click()
    return waiting.value


def _content(download: Download) -> bytes:
    return Path(download.path()).read_bytes()


def _is_harmless(table: bytes, title: str) -> None:
    """A table that a spreadsheet opens as it is: UTF-8 with its mark, several rows, nothing that it would work out."""
    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
    assert table.startswith("\ufeff".encode()), title
    assert len(rows) > 1, title
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(FORMULA_SIGNS) or re.fullmatch(r"[-+]?[\d.]+(e[-+]?\d+)?", cell), (title, cell)
