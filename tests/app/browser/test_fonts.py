"""Chinese is drawn as Chinese, also on a machine that has no Chinese font."""

from collections.abc import Callable

from tests.app.browser.conftest import Browsers
from tests.app.browser.reading import boxes
from tests.app.browser.steps import PAGES, enter, visit

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


def test_the_first_page_after_the_first_start_has_no_boxes(open_own_page: Browsers) -> None:
    page = open_own_page("zh")
    visit(page)
    page.evaluate("document.fonts.ready")
    assert boxes(page) == []
    assert page.evaluate(SAME) == 0


def test_no_page_has_boxes(open_page: Browsers, new_name: Callable[..., str]) -> None:
    page = open_page("zh")
    enter(page, new_name("张伟"))
    for path in PAGES:
        visit(page, path)
        page.evaluate("document.fonts.ready")
        assert (path, boxes(page)) == (path, [])
