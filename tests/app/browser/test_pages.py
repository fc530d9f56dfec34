"""Every page, in both languages, on a desk and on a telephone: in one language, accessible, and nothing cut off."""

from collections.abc import Callable

import pytest

from tests.app.browser.conftest import Browsers
from tests.app.browser.steps import PAGES, START, visit
from tests.app.browser.whole import must_be_whole


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path or "start")
def test_a_page_is_whole_before_anything_was_done(open_page: Browsers, new_name: Callable[..., str], path: str, language: str) -> None:
    name = new_name({"zh": "张伟", "en": "Emma"}[language])
    page = open_page.as_person(name, language)
    visit(page, path)
    must_be_whole(page, language, path or "start", [name])


def test_the_question_for_a_name_is_whole(open_page: Browsers, language: str) -> None:
    page = open_page(language)
    visit(page, START)
    must_be_whole(page, language, "name")
