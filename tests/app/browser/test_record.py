"""A person's own answers: looked at, taken along, deleted; nobody else's are shown, whatever stands in the address."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.app.browser.app import App
from tests.app.browser.cards import answered_before, skill, stored
from tests.app.browser.conftest import Browsers
from tests.app.browser.hostile import HOSTILE, nothing_ran
from tests.app.browser.reading import texts
from tests.app.browser.steps import again, name_field, say, visit, who
from trainer_app.db.tables import Answer

ODD = ("0", "-1", "x", "1e9", "99999999999999999999", "<script>executed=1</script>", "%00")


def test_a_mistake_is_opened_again_with_its_card_and_the_rule(
    open_page: Browsers, app: App, new_name: Callable[..., str], language: str
) -> None:
    name = new_name()
    table = answered_before(app, app.person(name), wrong=True, days_ago=2)
    page = open_page.as_person(name, language)
    visit(page, "mistakes")
    page.get_by_role("main").get_by_role("button", name=say(language, "Look at it")).click()
    expect(page.get_by_role("heading", name=getattr(table.case.card.field("article").lines[0], language))).to_be_visible()
    expect(page.get_by_text(table.case.rule.id)).to_be_visible()
    expect(page.get_by_text(skill(table, language)).first).to_be_visible()


def test_another_person_s_answer_is_not_shown_by_its_id(open_page: Browsers, app: App, new_name: Callable[..., str]) -> None:
    owner, other = new_name(), new_name()
    table = answered_before(app, app.person(owner), wrong=True, days_ago=2)
    with app.database.reading() as reading:
        answer = reading.scalars(select(Answer.id).where(Answer.person_id == app.person(owner))).one()
    page = open_page.as_person(other, "zh")
    told = texts_of_no_answer(page, answer)
    assert not any(table.case.card.message.zh in text for text in told)
    for odd in ODD:
        visit(page, f"mistakes?answer={odd}")
        assert nothing_ran(page), odd
    assert texts_of_no_answer(page, 2147483647) == told, "an answer of somebody else looks like one that never was"


def texts_of_no_answer(page: Page, answer: int) -> list[str]:
    """What a page in Chinese says, once it is whole, of an answer that is not to be shown."""
    visit(page, f"mistakes?answer={answer}")
    expect(page.get_by_role("button", name=say("zh", "To the list"))).to_be_visible()
    expect(who(page)).to_be_visible()
    return texts(page)


def test_the_own_answers_are_taken_along_as_a_table_without_formulas(open_page: Browsers, app: App, new_name: Callable[..., str]) -> None:
    name = new_name(HOSTILE[3])
    for days_ago in (3, 2, 1):
        answered_before(app, app.person(name), wrong=days_ago == 2, days_ago=days_ago)
    answered_before(app, app.person(new_name()), wrong=False, days_ago=1)
    page = open_page.as_person(name, "zh")
    visit(page, "record")
    with page.expect_download() as waiting:
        page.get_by_role("button", name=say("zh", "Download my answers (CSV)")).click()
    content = Path(waiting.value.path()).read_bytes()
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert content.startswith("\ufeff".encode())
    assert len(rows) == 1 + stored(app, app.person(name)) == 4
    assert rows[0][0] == say("zh", "shown at")
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_what_is_mine_is_deleted_only_after_my_name_was_typed(
    open_page: Browsers, app: App, new_name: Callable[..., str], language: str
) -> None:
    name, other = new_name("**b** <b>"), new_name()
    for each in (name, other):
        answered_before(app, app.person(each), wrong=False, days_ago=1)
    page = open_page.as_person(name, language)
    visit(page, "record")
    field = page.get_by_role("main").get_by_role("textbox")
    delete = page.get_by_role("button", name=say(language, "Delete"), exact=True)
    field.fill(other)
    delete.click()
    expect(page.get_by_text(say(language, "That is not your name: nothing was deleted."))).to_be_visible()
    assert stored(app, app.person(name)) == 1
    field.fill(name)
    delete.click()
    expect(page.get_by_text(say(language, "Your answers are deleted."))).to_be_visible()
    assert (stored(app, app.person(name)), stored(app, app.person(other))) == (0, 1)


def test_a_person_who_deletes_all_is_nobody_afterwards(open_page: Browsers, app: App, new_name: Callable[..., str]) -> None:
    name = new_name()
    page = open_page.as_person(name, "zh")
    visit(page, "record")
    page.get_by_role("main").get_by_role("textbox").fill(name)
    page.get_by_text(say("zh", "Delete my name and my comparisons too")).click()
    page.get_by_role("button", name=say("zh", "Delete"), exact=True).click()
    expect(name_field(page)).to_be_visible()
    again(page)
    expect(page.locator(".st-key-change_person")).to_have_count(0)
