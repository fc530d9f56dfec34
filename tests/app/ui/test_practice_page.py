"""The practice page: one press, one step; what is answered is stored before anything is said about it."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from sim import words
from sim.report.markup import escaped
from sim.words import either
from tests.app.ui.pages import base, html, pressed, shown, somebody
from trainer_app.db.connect import Database
from trainer_app.pages import practice as practice_page
from trainer_app.services import practice, prices
from trainer_app.services.practice import Given, Table
from trainer_app.services.prices import Price
from trainer_app.services.shop import case_of
from trainer_app.training.cases import cell_name, cells
from trainer_app.training.choices import deadlines, offered
from trainer_app.ui.card import DATED, card_html, shown_keys
from trainer_app.ui.table import KEYS, SEATS, WISH
from trainer_app.ui.verdict import again_text

LANGUAGES = ("zh", "en")


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    yield from base(tmp_path, monkeypatch)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever presses here has read what it stands for."""
    monkeypatch.setattr(practice_page, "HASTE", 0.0)


@pytest.fixture
def person(db: Database) -> str:
    return somebody(db)


def lying(db: Database, person: str) -> Table | None:
    with db.reading() as session:
        return practice.on_table(session, person)


def stored(db: Database, person: str, table: Table) -> Given | None:
    with db.reading() as session:
        return practice.given(session, person, table.key)


def answered(page: AppTest, table: Table, right: bool = True) -> AppTest:
    """The page after all three parts, rightly or with a wrong response."""
    truth, responses = table.case.truth, offered(table.case)
    wrong = next(place for place, each in enumerate(responses) if each not in (truth.response, *truth.alternatives))
    pressed(page, "path.", table.case.path - 1)
    pressed(page, "response.", responses.index(truth.response) if right else wrong)
    return pressed(page, "deadline.", deadlines().index(truth.deadline))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_shows_every_field_once_with_its_value(language: str) -> None:
    with words.speaking(language):
        for cell in cells():
            card = case_of(cell, 3, 0).card
            assert sorted(shown_keys()) == sorted(field.key for field in card.fields)
            page = card_html(card)
            for field in card.fields:
                assert escaped(either(field.label)) in page, field.key
                for line in field.lines:
                    told = either(line)
                    assert escaped(DATED.fullmatch(told)[2] if DATED.fullmatch(told) else told) in page, (field.key, told)
            for rule in card.house:
                assert escaped(either(rule)) in page


def test_the_newest_scan_stands_first() -> None:
    with words.speaking("en"):
        card = next(found for found in (case_of("p2.lost", 3, number).card for number in range(40)) if len(found.field("trace").lines) > 2)
        page = card_html(card)
        places = [page.index(escaped(line.en[17:])) for line in card.field("trace").lines]
    assert places == sorted(places, reverse=True)


def test_nothing_on_the_page_tells_the_skill_before_the_answer(db: Database, person: str) -> None:
    page = shown("practice", person)
    table = lying(db, person)
    ids = " ".join(button.key for button in page.button if button.key)
    assert table.key.cell not in html(page) + ids
    assert escaped(cell_name(table.key.cell).en) not in html(page)
    assert table.case.truth.rule not in html(page) + ids


@pytest.mark.parametrize("language", LANGUAGES)
def test_three_presses_answer_a_card_and_a_fourth_brings_the_next(db: Database, person: str, language: str) -> None:
    page = shown("practice", person, language)
    table = lying(db, person)
    answered(page, table)
    assert stored(db, person, table).verdict.right
    assert lying(db, person) is None
    assert "said-marks" in html(page)
    assert escaped(getattr(table.case.rule.why, language)) in html(page)
    assert table.case.rule.id in html(page)
    pressed(page, "next.")
    assert lying(db, person).key != table.key
    assert "said-marks" not in html(page)


def test_a_card_has_other_buttons_than_the_cards_before_and_a_session_has_few_in_all(db: Database, person: str) -> None:
    """A press that comes late is no answer to the next card; and Streamlit never forgets a button that a session had."""
    page, of_cards = shown("practice", person), []
    for _card in range(2 * SEATS):
        found: set[str] = set()
        for part in ("path.", "response.", "deadline.", "next."):
            found |= {button.key for button in page.button if button.key}
            pressed(page, part)
        of_cards.append(found)
    assert all(not before & after for before, after in itertools.pairwise(of_cards))
    assert set().union(*of_cards[:SEATS]) == set().union(*of_cards)


def test_every_choice_has_a_key_of_its_own_and_the_page_no_more_than_one_of_each(db: Database, person: str) -> None:
    page = shown("practice", person)
    for part, count in (("path.", 4), ("response.", 6), ("deadline.", 14)):
        found = [button.proto.shortcut for button in page.button if button.key.startswith(part)]
        assert found == list(KEYS[:count])
        every = [button.proto.shortcut for button in page.button if button.proto.shortcut]
        assert len(every) == len(set(every))
        pressed(page, part)
    assert {button.proto.shortcut for button in page.button if button.proto.shortcut} == {"enter", "n", "m"}


def test_a_reload_in_the_middle_of_a_card_finds_it(db: Database, person: str) -> None:
    first = pressed(shown("practice", person), "path.", 2)
    again = shown("practice", person)
    assert [button.label for button in again.button] == [button.label for button in first.button]
    assert lying(db, person).path == 3


def test_a_mistake_is_told_with_its_reasons_and_then_with_its_price(db: Database, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given = Price(None)
    monkeypatch.setattr(practice_page, "price_of", lambda _: given)
    page = shown("practice", person)
    table = lying(db, person)
    answered(page, table, right=False)
    assert stored(db, person, table).marks == (True, False, True)
    for text in stored(db, person, table).verdict.why_not:
        assert escaped(text.en) in html(page)
    assert "Being worked out" in html(page)
    found = prices.cost_of(table.case, stored(db, person, table).said, prices.shop(), 20)
    given = Price(found)
    page.run()
    assert "Being worked out" not in html(page)
    assert escaped(found.cause.en) in html(page)


def test_a_price_that_cannot_be_worked_out_is_said_so(db: Database, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(practice_page, "price_of", lambda _: Price(None, failed=True))
    page = shown("practice", person)
    answered(page, lying(db, person), right=False)
    assert "could not be worked out" in html(page)


def test_hints_come_one_after_another_and_no_fourth(db: Database, person: str) -> None:
    page = shown("practice", person)
    for level in (1, 2, 3):
        pressed(page, "hint.")
        assert html(page).count('class="hint"') == level
        assert lying(db, person).hints == level
    assert next(button for button in page.button if button.key.startswith("hint.")).disabled


def test_a_press_right_after_a_new_question_counts_as_none(db: Database, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
    page = shown("practice", person)
    monkeypatch.setattr(practice_page, "HASTE", 3600.0)
    pressed(page, "path.", 1)
    assert lying(db, person).path is None
    page.session_state[practice_page.FRESH] = None
    page.session_state[practice_page.PRESSED] = None
    pressed(page, "path.", 1)
    assert lying(db, person).path == 2


def test_a_key_that_is_held_down_answers_no_more_than_it_was_pressed(db: Database, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
    page = shown("practice", person)
    pressed(page, "path.", 1)
    page.session_state[practice_page.FRESH] = None
    monkeypatch.setattr(practice_page, "HASTE", 3600.0)
    pressed(page, "response.", 0)
    assert (lying(db, person).path, lying(db, person).response) == (2, None)


def test_a_card_answered_in_another_tab_shows_what_is_stored(db: Database, person: str) -> None:
    one, other = shown("practice", person), shown("practice", person)
    table = lying(db, person)
    answered(one, table)
    pressed(other, "path.", table.case.path % 4)
    assert "said-marks" in html(other)
    assert stored(db, person, table).verdict.right


def test_a_tab_left_behind_shows_the_card_that_lies_there_now(db: Database, person: str) -> None:
    one, other = shown("practice", person), shown("practice", person)
    table = lying(db, person)
    pressed(answered(one, table), "next.")
    pressed(other, "path.", 0)  # it shows the verdict of the card that it still had
    pressed(other, "next.")
    assert lying(db, person).path is None
    assert escaped(lying(db, person).case.card.field("order").lines[0].en) in html(other)


def test_a_wanted_skill_waits_for_the_card_that_was_begun(db: Database, person: str) -> None:
    page = pressed(shown("practice", person), "path.", 0)
    page.session_state[WISH] = "p4.exchange"
    page.run()
    table = lying(db, person)
    assert table.key.cell != "p4.exchange"
    assert escaped(cell_name("p4.exchange").en) in html(page)
    pressed(page, "response.")
    pressed(page, "deadline.")
    pressed(page, "next.")
    assert lying(db, person).key.cell == "p4.exchange"
    assert lying(db, person).why == "wanted"


def test_another_of_the_same_skill_is_a_press_away(db: Database, person: str) -> None:
    page = shown("practice", person)
    table = lying(db, person)
    pressed(answered(page, table), "more.")
    assert (lying(db, person).key.cell, lying(db, person).key.number) == (table.key.cell, 1)


def test_the_verdict_of_another_person_is_not_shown(db: Database, person: str) -> None:
    page = shown("practice", person)
    answered(page, lying(db, person))
    page.session_state["person"] = somebody(db, "Kim")
    page.run()
    assert "said-marks" not in html(page)


@pytest.mark.parametrize(
    ("seconds", "told"), [(10, "at once"), (600, "in 10 min"), (7_300, "in 2 h"), (26 * 3_600, "in 26 h"), (3 * 86_400 + 900, "in 3 d")]
)
def test_when_a_skill_comes_again_is_told_as_exactly_as_one_wants_to_know(seconds: int, told: str) -> None:
    at = datetime(2025, 11, 12, tzinfo=UTC)
    with words.speaking("en"):
        assert again_text(at + timedelta(seconds=seconds), at) == told
