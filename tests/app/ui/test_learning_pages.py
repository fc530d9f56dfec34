"""My skills, my mistakes, my record: what was practised, read in words, and nobody else's."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from sim import words
from sim.report import names
from sim.report.markup import escaped
from sim.rules.tables import PATHS
from tests.app.services.practising import dealt, practised
from tests.app.ui.pages import base, html, pressed, shown, somebody
from trainer_app.db.connect import Database
from trainer_app.db.tables import Person
from trainer_app.pages import mistakes as mistakes_page
from trainer_app.pages import skills as skills_page
from trainer_app.services import practice, record
from trainer_app.training.cases import cell_name, cells
from trainer_app.ui.table import WISH

LANGUAGES = ("zh", "en")
LONG_AGO = datetime.now(UTC) - timedelta(days=2)


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    yield from base(tmp_path, monkeypatch)


@pytest.fixture
def person(db: Database) -> str:
    return somebody(db)


@pytest.fixture
def gone_to(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where a page sent its reader."""
    found: list[str] = []
    for page in (skills_page, mistakes_page):
        monkeypatch.setattr(page, "way", lambda path: path)
    monkeypatch.setattr(st, "switch_page", found.append)
    return found


def counts(db: Database, person: str) -> record.Counts:
    with db.reading() as session:
        return record.counts(session, person)


# ---------------------------------------------------------------- my skills
@pytest.mark.parametrize("language", LANGUAGES)
def test_all_24_skills_stand_under_their_paths(db: Database, person: str, language: str) -> None:
    page = html(shown("skills", person, language))
    with words.speaking(language):
        assert all(escaped(names.path(path)) in page for path in PATHS)
    assert all(escaped(getattr(cell_name(cell), language)) in page for cell in cells())
    assert page.count('class="skill"') == 24


def test_a_skill_is_told_in_figures_and_in_words_where_there_are_none(db: Database, person: str) -> None:
    practised(db, person, "rrrw", LONG_AGO, "p2.lost")
    page = html(shown("skills", person))
    assert "3 of the last 4 right · range 30\u00a0% to 95\u00a0%" in page
    assert page.count("not practised yet") == 23
    assert "due now" in page


def test_a_skill_can_be_practised_from_its_line(db: Database, person: str, gone_to: list[str]) -> None:
    page = pressed(shown("skills", person), "practise.p4.exchange")
    assert gone_to == ["practice"]
    assert page.session_state[WISH] == "p4.exchange"


# ---------------------------------------------------------------- my mistakes
def test_nothing_wrong_is_said_in_words(db: Database, person: str) -> None:
    practised(db, person, "rr", LONG_AGO)
    assert "None here" in shown("mistakes", person).text[0].value


def test_mistakes_are_listed_newest_first_ten_on_a_page(db: Database, person: str) -> None:
    practised(db, person, "w" * 13, LONG_AGO)
    page = shown("mistakes", person)
    first = [button.key for button in page.button if button.key and button.key.startswith("open.")]
    assert len(first) == 10
    assert first == sorted(first, key=lambda key: -int(key.split(".")[1]))
    next(button for button in page.button if button.label == "Older").click().run()
    second = [button.key for button in page.button if button.key and button.key.startswith("open.")]
    assert len(second) == 3
    assert not set(first) & set(second)
    next(button for button in page.button if button.label == "Newest").click().run()
    assert [button.key for button in page.button if button.key and button.key.startswith("open.")] == first


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mistake_is_opened_with_card_reasons_and_what_was_said(db: Database, person: str, language: str, gone_to: list[str]) -> None:
    given = practised(db, person, "w", LONG_AGO)[0]
    page = pressed(shown("mistakes", person, language), "open.")
    told = html(page)
    assert escaped(given.case.card.message.zh if language == "zh" else given.case.card.message.en) in told
    assert given.verdict.rule in told
    assert all(escaped(getattr(text, language)) in told for text in given.verdict.why_not)
    assert "".join(page.query_params["answer"]) == str(given.id)
    next(button for button in page.button if button.proto.type == "primary").click().run()
    assert gone_to == ["practice"]
    assert page.session_state[WISH] == given.key.cell


@pytest.mark.parametrize("address", ["0", "-1", "999999999", "99999999999999999999", "<b>", "²", ""])
def test_an_address_of_no_answer_of_ones_own_shows_none(db: Database, person: str, address: str) -> None:
    theirs = practised(db, somebody(db, "Kim"), "w", LONG_AGO)[0]
    for told in (address, str(theirs.id)):
        page = AppTest.from_function(_mistakes, default_timeout=60)
        page.session_state["person"], page.session_state["locale"] = person, "en"
        page.query_params["answer"] = told
        page.run()
        assert not page.exception
        assert page.warning[0].value == "There is no such answer of yours."
        assert theirs.verdict.rule not in html(page)


def _mistakes() -> None:
    from sim import words
    from trainer_app.pages.mistakes import page

    words.use("en")
    page()


def test_an_old_answer_says_that_the_rules_have_changed(db: Database, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(practice, "rules_version", lambda: "another")
    practised(db, person, "w", LONG_AGO)
    monkeypatch.undo()
    monkeypatch.setenv("REFUND_DESK_DATABASE", db.engine.url.render_as_string())
    page = pressed(shown("mistakes", person), "open.")
    assert "have changed since" in html(page)
    assert "Marked then" in html(page)


# ---------------------------------------------------------------- my record
def test_a_record_counts_its_parts(db: Database, person: str) -> None:
    practised(db, person, "rrw", LONG_AGO)
    page = html(shown("record", person))
    assert "66.7\u00a0%" in page
    assert page.count("<dt>") == 5


def test_there_is_nothing_to_download_before_the_first_answer(db: Database, person: str) -> None:
    assert shown("record", person).get("download_button")[0].proto.disabled


def deleting(db: Database, person: str, typed: str, everything: bool = False) -> AppTest:
    page = shown("record", person)
    page.text_input(key="typed_name").input(typed)
    if everything:
        page.checkbox(key="everything").check()
    page.button[-1].click().run()
    assert not page.exception, page.exception
    return page


def test_deletion_wants_the_own_name_typed(db: Database, person: str) -> None:
    practised(db, person, "rw", LONG_AGO)
    for typed in ("", "Kim", "delete", "Sam Sam"):
        page = deleting(db, person, typed)
        assert "nothing was deleted" in page.error[0].value
        assert counts(db, person).answers == 2


def test_deleting_the_answers_keeps_the_name(db: Database, person: str) -> None:
    practised(db, person, "rw", LONG_AGO)
    dealt(db, person, LONG_AGO + timedelta(hours=1))
    page = deleting(db, person, " sam ")
    assert page.success[0].value == "Your answers are deleted."
    assert counts(db, person).answers == 0
    with db.reading() as session:
        assert practice.on_table(session, person) is None
        assert session.get(Person, person) is not None


def test_deleting_the_name_too_leaves_nobody(db: Database, person: str) -> None:
    practised(db, person, "rw", LONG_AGO)
    page = AppTest.from_function(_record, default_timeout=60)
    page.session_state["person"], page.session_state["locale"] = person, "en"
    page.run()
    page.text_input(key="typed_name").input("Sam")
    page.checkbox(key="everything").check()
    page.button[-1].click().run()
    assert page.session_state["person"] is None
    with db.reading() as session:
        assert session.get(Person, person) is None
    assert counts(db, person).answers == 0


def _record() -> None:
    """The page as the frame draws it: for somebody only."""
    import streamlit as st

    from sim import words
    from trainer_app.pages.record import page

    words.use("en")
    if st.session_state["person"] is not None:
        page()


def test_a_hostile_name_is_shown_as_it_is_written(db: Database) -> None:
    name = "**<img src=x onerror=alert(1)>** [a](b)"
    label = shown("record", somebody(db, name)).text_input(key="typed_name").label
    assert "\\<img" in label
    assert "\\*\\*" in label
