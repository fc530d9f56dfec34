"""What a test knows of the card on a person's table, and how a person answers it."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import func, select

from sim.errors import msgid
from sim.rules.tables import PATHS
from sim.words import either, speaking
from tests.app.browser.app import App
from tests.app.browser.steps import say
from trainer_app.db.tables import Answer
from trainer_app.services import practice
from trainer_app.services.practice import Table
from trainer_app.training.cases import cell_name
from trainer_app.training.choices import deadlines, offered
from trainer_app.training.grading import accepted_deadlines, accepted_responses
from trainer_app.ui.table import KEYS, QUESTIONS

HASTE_MS = 300
"""A key that comes sooner after a new question is taken for the second press of a double one (pages/practice.py: HASTE)."""
NEXT = msgid("Next card")


def on_table(app: App, person: str) -> Table:
    """The card that lies before a person. AssertionError where there is none."""
    with app.database.reading() as reading:
        found = practice.on_table(reading, person)
    assert found is not None, "no card lies there"
    return found


def right(table: Table) -> tuple[str, str, str]:
    """The keys of a right answer: path, response, deadline."""
    response = accepted_responses(table.case)[0]
    return (
        KEYS[PATHS.index(table.case.path)],
        KEYS[offered(table.case).index(response)],
        KEYS[deadlines().index(accepted_deadlines(table.case, response)[0])],
    )


def wrong_path(table: Table) -> str:
    """A key of a path that is not accepted."""
    found: str = next(KEYS[PATHS.index(path)] for path in PATHS if path not in table.case.truth.accepted_paths)
    return found


def asked(page: Page, language: str, part: str) -> Locator:
    """The question for a part of the answer, while it is asked."""
    return page.get_by_role("heading", name=say(language, QUESTIONS[part]), exact=True)


def press(page: Page, key: str) -> None:
    """Press a key as somebody does who has read what it stands for."""
    page.wait_for_timeout(HASTE_MS)
    page.keyboard.press(key)


def answer(page: Page, language: str, path: str, response: str, deadline: str) -> None:
    """Answer the three parts by keys, and wait for the verdict."""
    for part, key in (("path", path), ("response", response), ("deadline", deadline)):
        expect(asked(page, language, part)).to_be_visible()
        press(page, key)
    expect(page.get_by_role("button", name=say(language, NEXT)).first).to_be_visible()


def stored(app: App, person: str) -> int:
    """How many answers of a person are stored."""
    with app.database.reading() as reading:
        return reading.scalar(select(func.count()).where(Answer.person_id == person)) or 0


def answered_before(app: App, person: str, wrong: bool, days_ago: float) -> Table:
    """Have a person answer a card some days ago, as the page would have stored it; returns that card."""
    at = datetime.now(UTC) - timedelta(days=days_ago)
    with app.database.session() as writing:
        table = practice.card(writing, person, at)
        path = next(each for each in PATHS if each not in table.case.truth.accepted_paths) if wrong else table.case.path
        practice.choose_path(writing, person, table.key, path)
        response = accepted_responses(table.case)[0]
        practice.choose_response(writing, person, table.key, response)
    practice.answer(app.database, person, table.key, accepted_deadlines(table.case, response)[0], at + timedelta(seconds=20))
    return table


def skill(table: Table, language: str) -> str:
    """What the skill of a card is called."""
    with speaking(language):
        return str(either(cell_name(table.key.cell)))
