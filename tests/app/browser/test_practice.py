"""A trainee answers case cards: by keys alone, through reloads, in two tabs, over a lost line; each card is answered once."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from sim.report import names
from sim.rules.tables import PATHS
from sim.words import either, speaking
from tests.app.browser.app import App
from tests.app.browser.cards import NEXT, answer, answered_before, asked, on_table, press, right, skill, stored, wrong_path
from tests.app.browser.conftest import Browsers
from tests.app.browser.steps import START, WORDS, again, name_field, say, settled, tab_to, visit, who
from tests.app.browser.whole import must_be_whole
from trainer_app.training.grading import why_not_path
from trainer_app.ui.table import KEYS

PRACTICE = "practice"


def test_from_the_first_page_to_the_second_card_nothing_but_the_keyboard_is_needed(
    open_page: Browsers, app: App, new_name: Callable[..., str], language: str
) -> None:
    page, name = open_page(language), new_name()
    visit(page, START)
    tab_to(page, name_field(page))
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    settled(page)
    if not who(page).is_visible():
        tab_to(page, page.get_by_role("button", name=WORDS[language]["begin"]))
        page.keyboard.press("Enter")
    expect(who(page)).to_have_text(name)
    settled(page)
    tab_to(page, page.get_by_role("link", name=say(language, "Practise now")))
    page.keyboard.press("Enter")
    expect(asked(page, language, "path")).to_be_visible()
    first = on_table(app, app.person(name))
    answer(page, language, *right(first))
    expect(page.get_by_role("heading", name=say(language, "All right"))).to_be_visible()
    press(page, "Enter")
    expect(asked(page, language, "path")).to_be_visible()
    assert on_table(app, app.person(name)).key != first.key
    assert stored(app, app.person(name)) == 1


def test_a_wrong_path_is_told_at_once_with_the_rule_and_why_not_this_path_and_what_it_costs(
    open_page: Browsers, app: App, new_name: Callable[..., str], language: str
) -> None:
    name = new_name()
    page = open_page.as_person(name, language)
    visit(page, PRACTICE)
    table = on_table(app, app.person(name))
    wrong, (_, response, deadline) = wrong_path(table), right(table)
    answer(page, language, wrong, response, deadline)
    with speaking(language):
        expect(page.get_by_text(either(table.case.rule.why)).first).to_be_visible()
        expect(page.get_by_text(either(why_not_path(table.case, PATHS[KEYS.index(wrong)]))).first).to_be_visible()
        expect(page.get_by_text(table.case.rule.id).first).to_be_visible()
        expect(page.get_by_text(names.path(table.case.path)).first).to_be_visible()
    expect(page.get_by_role("heading", name=say(language, "What this mistake costs"))).to_be_visible()
    expect(page.locator(".price")).to_be_visible()
    must_be_whole(page, language, "verdict", [name])


def test_a_card_can_be_answered_on_a_telephone_by_touch(open_page: Browsers, app: App, new_name: Callable[..., str], language: str) -> None:
    name = new_name()
    page = open_page.as_person(name, language, 390, has_touch=True)
    visit(page, PRACTICE)
    for part, key in zip(("path", "response", "deadline"), right(on_table(app, app.person(name))), strict=True):
        expect(asked(page, language, part)).to_be_visible()
        page.wait_for_timeout(300)
        page.locator(".st-key-choices").get_by_role("button").nth(KEYS.index(key)).tap()
    expect(page.get_by_role("heading", name=say(language, "All right"))).to_be_visible()
    assert stored(app, app.person(name)) == 1


def test_a_reload_in_the_middle_of_a_card_finds_the_card_and_what_was_answered(
    open_page: Browsers, app: App, new_name: Callable[..., str]
) -> None:
    name = new_name()
    page = open_page.as_person(name, "zh")
    visit(page, PRACTICE)
    before = on_table(app, app.person(name))
    path, response, deadline = right(before)
    press(page, path)
    expect(asked(page, "zh", "response")).to_be_visible()
    again(page)
    expect(asked(page, "zh", "response")).to_be_visible()
    after = on_table(app, app.person(name))
    assert (after.key, after.path) == (before.key, before.case.path)
    press(page, response)
    expect(asked(page, "zh", "deadline")).to_be_visible()
    again(page)
    expect(asked(page, "zh", "deadline")).to_be_visible()
    press(page, deadline)
    expect(page.get_by_role("heading", name=say("zh", "All right"))).to_be_visible()
    assert stored(app, app.person(name)) == 1


def test_two_tabs_of_one_person_have_the_same_card_and_it_is_answered_once(
    open_page: Browsers, app: App, new_name: Callable[..., str]
) -> None:
    name = new_name()
    first = open_page.as_person(name, "zh")
    visit(first, PRACTICE)
    second = open_page(like=first)
    visit(second, PRACTICE)
    table = on_table(app, app.person(name))
    article = table.case.card.field("article").lines[0].zh
    for page in (first, second):
        expect(page.get_by_role("heading", name=article)).to_be_visible()
    answer(first, "zh", *right(table))
    second.bring_to_front()
    press(second, wrong_path(table))
    settled(second)
    expect(second.get_by_role("button", name=say("zh", NEXT)).first).to_be_visible()
    expect(second.get_by_role("heading", name=say("zh", "All right"))).to_be_visible()
    assert stored(app, app.person(name)) == 1


@pytest.mark.parametrize("part", ["path", "response", "deadline"])
def test_a_double_click_answers_one_part_once(open_page: Browsers, app: App, new_name: Callable[..., str], part: str) -> None:
    name = new_name()
    page = open_page.as_person(name, "zh")
    visit(page, PRACTICE)
    table = on_table(app, app.person(name))
    every = dict(zip(("path", "response", "deadline"), right(table), strict=True))
    for each, key in every.items():
        expect(asked(page, "zh", each)).to_be_visible()
        if each == part:
            break
        press(page, key)
    page.wait_for_timeout(300)
    page.locator(".st-key-choices").get_by_role("button").nth(KEYS.index(every[part])).dblclick()
    settled(page)
    if part == "deadline":
        expect(page.get_by_role("button", name=say("zh", NEXT)).first).to_be_visible()
        assert stored(app, app.person(name)) == 1
    else:
        following = {"path": "response", "response": "deadline"}[part]
        expect(asked(page, "zh", following)).to_be_visible()
        assert on_table(app, app.person(name)).part == following
        assert stored(app, app.person(name)) == 0


def test_what_one_was_weak_at_yesterday_comes_first_today_and_says_why(
    open_page: Browsers, app: App, new_name: Callable[..., str], language: str
) -> None:
    name = new_name()
    yesterday = answered_before(app, app.person(name), wrong=True, days_ago=1)
    page = open_page.as_person(name, language)
    visit(page, PRACTICE)
    today = on_table(app, app.person(name))
    assert today.key.cell == yesterday.key.cell
    assert today.key != yesterday.key
    expect(page.get_by_text(say(language, "due again"))).to_be_visible()
    expect(page.get_by_text(say(language, "due now: {count}", count=1))).to_be_visible()
    visit(page, "mistakes")
    expect(page.get_by_role("main").get_by_text(skill(yesterday, language)).first).to_be_visible()
    visit(page, "skills")
    expect(page.get_by_role("main").get_by_text(skill(yesterday, language)).first).to_be_visible()


def test_hints_can_be_taken_one_by_one_and_stay_after_a_reload(open_page: Browsers, app: App, new_name: Callable[..., str]) -> None:
    name = new_name()
    page = open_page.as_person(name, "zh")
    visit(page, PRACTICE)
    for level in (1, 2, 3):
        press(page, "h")
        expect(page.locator(".hint")).to_have_count(level)
    again(page)
    expect(page.locator(".hint")).to_have_count(3)
    assert on_table(app, app.person(name)).hints == 3
