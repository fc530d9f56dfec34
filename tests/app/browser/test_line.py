"""A line that is lost: the page says so, and goes on by itself."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.app.browser.app import App
from tests.app.browser.boards import BETTER, expect_done, expect_figures, make
from tests.app.browser.cards import asked, on_table, press, right, stored
from tests.app.browser.conftest import Browsers
from tests.app.browser.line import Line
from tests.app.browser.reading import in_another_language, texts
from tests.app.browser.steps import connected, enter, say, settled, visit, who

LOST_SECONDS = 5
OF_STREAMLIT = ("Connection error", "Streamlit server is not responding. Are you connected to the internet?")
"""What Streamlit itself says in English beside our own words, after some seconds."""


@pytest.fixture
def line(app: App) -> Iterator[Line]:
    """A line to the app that can be cut."""
    made = Line(app.port)
    yield made
    made.close()


def test_a_line_lost_for_five_seconds_is_told_and_the_page_goes_on_by_itself(
    open_page: Browsers, line: Line, new_name: Callable[..., str], language: str
) -> None:
    page, name = open_page(language, base_url=line.url), new_name()
    enter(page, name)
    before = texts(page)
    open_page.watch(page).expected = lambda mishap: True
    line.cut()
    expect(connected(page)).to_have_count(0)
    page.wait_for_timeout(LOST_SECONDS * 1000)
    said = [text for text in texts(page) if text not in before]
    line.mend()
    assert said
    assert in_another_language(page, language, [name, *OF_STREAMLIT]) == []
    expect(connected(page)).to_have_count(1)
    settled(page)
    expect(who(page)).to_have_text(name)
    assert texts(page) == before


def test_a_line_lost_in_the_middle_of_a_card_loses_no_answer(
    app: App, open_page: Browsers, line: Line, new_name: Callable[..., str]
) -> None:
    name = new_name()
    page = open_page.as_person(name, "zh", base_url=line.url)
    visit(page, "practice")
    table = on_table(app, app.person(name))
    path, response, deadline = right(table)
    press(page, path)
    expect(asked(page, "zh", "response")).to_be_visible()
    _lose(open_page, page, line)
    expect(connected(page)).to_have_count(1)
    settled(page)
    expect(asked(page, "zh", "response")).to_be_visible()
    press(page, response)
    expect(asked(page, "zh", "deadline")).to_be_visible()
    press(page, deadline)
    expect(page.get_by_role("heading", name=say("zh", "All right"))).to_be_visible()
    assert stored(app, app.person(name)) == 1


@pytest.mark.proof
def test_a_line_lost_in_the_middle_of_a_run_does_not_stop_it(
    app: App, open_page: Browsers, line: Line, new_name: Callable[..., str]
) -> None:
    name = new_name()
    page = open_page.as_person(name, "en", base_url=line.url)
    visit(page, f"compare?study={make(app, app.person(name), {'A': BETTER})}")
    expect_figures(page, 1)
    _lose(open_page, page, line)
    expect(connected(page)).to_have_count(1)
    expect_done(page, "en")
    expect_figures(page, 1)


def _lose(open_page: Browsers, page: Page, line: Line) -> None:
    """Lose the line for a while."""
    open_page.watch(page).expected = lambda mishap: True
    line.cut()
    expect(connected(page)).to_have_count(0)
    page.wait_for_timeout(LOST_SECONDS * 1000)
    line.mend()
