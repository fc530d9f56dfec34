"""Chinese is drawn as Chinese, also on a machine that has no Chinese font."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.app.browser.app import App
from tests.app.browser.conftest import Browsers
from tests.app.browser.reading import boxes
from tests.app.browser.steps import PAGES, WORDS, enter, say, visit

SAME = """() => {
  const drawn = sign => {
    const canvas = Object.assign(document.createElement('canvas'), {width: 60, height: 60}), pen = canvas.getContext('2d');
    pen.font = '40px ' + getComputedStyle(document.querySelector('h1')).fontFamily;
    pen.fillText(sign, 5, 45);
    return [...pen.getImageData(0, 0, 60, 60).data].join();
  };
  const signs = [...'退款台路径时限', '\\u{10FFFD}'].map(drawn);
  return signs.length - new Set(signs).size;
}"""
"""How many of some signs look like another of them; the last is in no font, and so a box."""


@pytest.mark.proof
def test_the_first_page_after_the_first_start_may_be_any_and_has_no_boxes(
    own_app: App, open_own_page: Browsers, new_name: Callable[..., str]
) -> None:
    page = open_own_page.as_person(new_name("张伟"), "zh")
    visit(page, "practice")
    expect(page).to_have_title(WORDS["zh"]["title"])
    expect(page.get_by_role("heading", level=1)).to_have_text(say("zh", "Practice"))
    page.evaluate("document.fonts.ready")
    assert boxes(page) == []
    assert page.evaluate(SAME) == 0


def test_a_font_that_does_not_come_at_first_is_asked_for_again(open_page: Browsers, new_name: Callable[..., str]) -> None:
    page = open_page.as_person(new_name("张伟"), "zh")
    asked: list[str] = []

    def lost_at_first(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.abort()
        else:
            route.continue_()

    page.route("**/fonts/*.woff", lost_at_first)
    open_page.watch(page).expected = lambda mishap: ".woff" in mishap or "net::ERR_FAILED" in mishap
    visit(page, "practice")
    assert boxes(page) == []
    assert page.evaluate(SAME) == 0
    assert len(asked) == 2


@pytest.mark.proof
def test_no_page_has_boxes(open_page: Browsers, new_name: Callable[..., str]) -> None:
    page = open_page("zh")
    enter(page, new_name("张伟"))
    for path in PAGES:
        visit(page, path)
        page.evaluate("document.fonts.ready")
        assert (path, boxes(page)) == (path, [])
