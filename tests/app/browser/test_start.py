"""The first page: who comes in, in which language, and that a hostile name is only a name."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.app.browser.conftest import Browsers
from tests.app.browser.hostile import HOSTILE, nothing_ran
from tests.app.browser.reading import in_another_language
from tests.app.browser.steps import WORDS, again, enter, give_name, name_field, settled, tab_to, visit, who

NO_NAMES = ("", "   ", "\u200b\u200b", "。。。")


def test_a_name_is_enough_to_come_in_and_is_still_there_after_a_reload(
    open_page: Browsers, new_name: Callable[..., str], language: str
) -> None:
    page, name = open_page(language), new_name()
    enter(page, name)
    expect(who(page)).to_have_text(name)
    again(page)
    expect(who(page)).to_have_text(name)


def test_a_name_can_be_given_with_the_keyboard_alone(open_page: Browsers, new_name: Callable[..., str]) -> None:
    page, name = open_page("en"), new_name()
    visit(page)
    tab_to(page, name_field(page))
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    settled(page)
    if not who(page).is_visible():
        tab_to(page, page.get_by_role("button", name=WORDS["en"]["begin"]))
        page.keyboard.press("Enter")
    expect(who(page)).to_have_text(name)


def test_whoever_was_here_before_can_be_picked_and_is_the_same_person(open_page: Browsers, new_name: Callable[..., str]) -> None:
    name = new_name("王芳")
    enter(open_page("zh"), name)
    page = open_page("zh")
    visit(page)
    name_field(page).fill(name[:-1])
    page.get_by_role("option", name=name, exact=True).click()
    page.get_by_role("button", name=WORDS["zh"]["begin"]).click()
    expect(who(page)).to_have_text(name)


def test_somebody_else_can_take_the_place(open_page: Browsers, new_name: Callable[..., str]) -> None:
    page, first, second = open_page("zh"), new_name(), new_name()
    enter(page, first)
    who(page).click()
    expect(name_field(page)).to_be_visible()
    settled(page)
    give_name(page, second)
    expect(who(page)).to_have_text(second)
    again(page)
    expect(who(page)).to_have_text(second)


def test_the_page_speaks_the_browser_s_language_and_the_other_at_a_click(open_page: Browsers, language: str) -> None:
    page, other = open_page(language), {"zh": "en", "en": "zh"}[language]
    visit(page)
    expect(page).to_have_title(WORDS[language]["title"])
    assert not in_another_language(page, language)
    page.get_by_role("button", name=WORDS[language]["other"]).click()
    expect(page.locator("html")).to_have_attribute("lang", WORDS[other]["lang"])
    expect(page).to_have_title(WORDS[other]["title"])
    settled(page)
    assert not in_another_language(page, other)
    again(page)
    expect(page.locator("html")).to_have_attribute("lang", WORDS[other]["lang"])
    assert not in_another_language(page, other)


def test_a_hostile_name_is_drawn_as_it_is_written_and_does_nothing(open_page: Browsers, new_name: Callable[..., str]) -> None:
    page = open_page("en")
    visit(page)
    for name in map(new_name, HOSTILE):
        give_name(page, name)
        expect(who(page)).to_have_text(name)
        assert nothing_ran(page)
        who(page).click()
        name_field(page).click()
        expect(page.get_by_role("option", name=name)).to_be_visible()
        assert nothing_ran(page)


def test_signs_of_direction_are_taken_out_of_a_name(open_page: Browsers, new_name: Callable[..., str]) -> None:
    page, name = open_page("en"), new_name("abc")
    enter(page, f"\u202e{name}\u200f\u2066")
    expect(who(page)).to_have_text(name)


def test_a_name_of_ten_thousand_signs_is_refused_in_words(open_page: Browsers, language: str) -> None:
    page = open_page(language)
    visit(page)
    give_name(page, "王" * 10_000)
    expect(page.get_by_role("alert")).to_be_visible()
    assert not in_another_language(page, language, given=["王"])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_is_no_name_is_refused_in_words(open_page: Browsers) -> None:
    page = open_page("zh")
    visit(page)
    for name in NO_NAMES:
        give_name(page, name)
        expect(page.get_by_role("alert")).to_be_visible()
        settled(page)
        assert not in_another_language(page, "zh"), name
        expect(who(page)).to_have_count(0)
