"""Every page, in both languages, on a desk and on a telephone: in one language, accessible, and nothing cut off."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.app.browser.app import App
from tests.app.browser.axe import STREAMLIT, excuse, of_ours, violations
from tests.app.browser.boards import BETTER, expect_figures, make
from tests.app.browser.cards import answered_before
from tests.app.browser.conftest import Browsers
from tests.app.browser.reading import in_another_language
from tests.app.browser.steps import PAGES, START, keep, say, settled, visit
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


@pytest.mark.parametrize("path", ["practice", "mistakes", "skills", "record"])
def test_a_page_is_whole_after_some_practice(open_page: Browsers, app: App, new_name: Callable[..., str], path: str, language: str) -> None:
    name = new_name({"zh": "张伟", "en": "Emma"}[language])
    for days_ago in range(6, 0, -1):
        answered_before(app, app.person(name), wrong=days_ago % 2 == 0, days_ago=days_ago)
    page = open_page.as_person(name, language)
    visit(page, path)
    must_be_whole(page, language, f"{path}-later", [name])


def test_the_lists_of_boards_and_runs_are_whole(open_page: Browsers, app: App, new_name: Callable[..., str], language: str) -> None:
    name = new_name({"zh": "张伟", "en": "Emma"}[language])
    board = make(app, app.person(name), {"A": BETTER})
    page = open_page.as_person(name, language)
    visit(page, f"compare?study={board}")
    expect_figures(page, 1)
    for path in ("runs", "compare"):
        visit(page, path)
        must_be_whole(page, language, f"{path}-later", [name, "A"])
        page.set_viewport_size({"width": 1280, "height": 900})


def test_on_a_telephone_every_page_is_in_the_menu(open_page: Browsers, new_name: Callable[..., str], language: str) -> None:
    name = new_name({"zh": "张伟", "en": "Emma"}[language])
    page = open_page.as_person(name, language, 390)
    visit(page, START)
    page.get_by_test_id("stExpandSidebarButton").get_by_role("button").or_(page.get_by_test_id("stExpandSidebarButton")).last.click()
    menu = page.get_by_test_id("stSidebarNav")
    expect(menu.get_by_role("link")).to_have_count(len(PAGES))
    settled(page)
    keep(page, f"menu-{language}-390")
    assert in_another_language(page, language, [name]) == []
    assert of_ours(page) == []
    excused = {excuse(page, each) for each in violations(page)} - {None}
    assert excused == set(STREAMLIT), "an excuse that nothing needs is to be struck off"
    menu.get_by_role("link", name=say(language, "Practice")).click()
    expect(page).to_have_url(re.compile("/practice$"))
    expect(page.get_by_role("heading", name=say(language, "Practice"), level=1)).to_be_visible()
