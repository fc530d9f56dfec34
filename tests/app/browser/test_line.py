"""A line that is lost: the page says so, and goes on by itself."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.app.browser.app import App
from tests.app.browser.conftest import Browsers
from tests.app.browser.line import Line
from tests.app.browser.reading import in_another_language, texts
from tests.app.browser.steps import connected, enter, settled, who

LOST_SECONDS = 5


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
    assert in_another_language(page, language, [name]) == []
    expect(connected(page)).to_have_count(1)
    settled(page)
    expect(who(page)).to_have_text(name)
    assert texts(page) == before
