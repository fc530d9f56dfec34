"""Pages of practice run without a browser: a person, a language, an empty database of their own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from trainer_app.db.connect import VARIABLE, Database, database
from trainer_app.services import people
from trainer_app.ui import session


def script(page: str) -> None:
    """Run a page by its name, as the frame does."""
    from importlib import import_module

    from sim import words
    from trainer_app.ui.session import locale

    words.use(locale())
    import_module(f"trainer_app.pages.{page}").page()


def shown(page: str, person: str, language: str = "en") -> AppTest:
    """A page as somebody sees it."""
    found = AppTest.from_function(script, args=(page,), default_timeout=60)
    found.session_state[session.PERSON] = person
    found.session_state[session.LOCALE] = language
    found.run()
    assert not found.exception, found.exception
    return found


def html(page: AppTest) -> str:
    """All that a page says in HTML of its own, without rules of style."""
    return "\n".join(each.proto.body for each in page.get("html") if not each.proto.body.startswith("<style>"))


def pressed(page: AppTest, beginning: str, place: int = 0) -> AppTest:
    """The page after a press of one of the buttons whose keys begin so."""
    keys = [button for button in page.button if button.key and button.key.startswith(beginning)]
    keys[place].click().run()
    assert not page.exception, page.exception
    return page


def base(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The database that the pages find, empty."""
    monkeypatch.setenv(VARIABLE, f"sqlite:///{folder / 'app.sqlite3'}")
    session.database.cache_clear()
    made = database(os.environ[VARIABLE])
    made.upgrade()
    yield made
    made.close()
    session.database().close()
    session.database.cache_clear()


def somebody(found: Database, name: str = "Sam") -> str:
    """A person of that name."""
    with found.session() as writing:
        return people.enter(writing, name).id
