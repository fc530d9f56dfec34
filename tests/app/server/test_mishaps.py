"""What a person reads when a page fails, and what stands in the log."""

import asyncio
import re
import threading
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.visitor import Visitor
from sim import words
from tests.app.server.conftest import Serve, Served
from trainer_app.serving.mishaps import Mishaps

NUMBER = re.compile(r"\(number (\d{6})\)")


def shown(app: Served, what: str) -> list[str]:
    async def visit() -> list[str]:
        async with Visitor(app.port, query={"show": what}) as visitor:
            return list(visitor.texts())

    return asyncio.run(visit())


def test_a_person_reads_one_sentence_with_the_number_that_stands_in_the_log(serve: Serve, tmp_path: Path) -> None:
    app = serve().opened()
    title, sentence = shown(app, "error")
    assert title == "Stand-in"
    found = NUMBER.search(sentence)
    assert found is not None
    assert "ZeroDivisionError" not in sentence
    assert "secret" not in sentence
    app.end()
    for log in (app.said, (tmp_path / "home" / "app.log").read_text("utf-8")):
        assert f"number {found[1]}" in log
        assert log.count("ZeroDivisionError: a secret in the text") == 1
        assert log.count("Traceback") == 1


def test_bad_input_is_shown_as_its_text_without_markup(stand_in: Served) -> None:
    _, sentence = shown(stand_in, "bad input")
    read = re.sub(r"\\(.)", r"\1", sentence)
    assert read == 'pools.agents = "<b>*x*</b>": is none of the allowed words. Allowed: a, b.'
    assert "<b>" not in sentence
    assert "*x*" not in sentence.replace("\\*", "")


def failing() -> None:
    import streamlit as st
    from sqlalchemy.exc import OperationalError

    from sim import words
    from trainer_app.serving.mishaps import Mishaps

    words.use()  # as the frame does: a page has a thread of its own
    handler = st.session_state.setdefault("handler", Mishaps())
    for error in (OperationalError("select 1", {"name": "Li Na"}, Exception("postgresql://me:topsecret@host")), RuntimeError("x")):
        handler(error)


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_a_database_that_is_gone_has_a_sentence_of_its_own_in_both_languages(locale: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(words.VARIABLE, locale)
    page = AppTest.from_function(failing).run()
    gone, other = (error.value for error in page.error)
    assert gone != other
    assert "topsecret" not in gone + other
    assert ("编号" in gone) == ("编号" in other) == (locale == "zh")


def test_the_same_mishap_again_keeps_its_number_and_is_not_logged_twice(caplog: pytest.LogCaptureFixture) -> None:
    mishaps = Mishaps()

    def fail(at: int) -> Exception:
        try:
            if at:
                raise ValueError(at)
            raise KeyError(at)
        except (ValueError, KeyError) as error:
            return error

    numbers = [mishaps.number_of(fail(at)) for at in (0, 0, 1, 0)]
    assert numbers[0] == numbers[1] == numbers[3] != numbers[2]
    assert [record.name for record in caplog.records] == ["refund_desk.pages"] * 2


def test_mishaps_of_many_pages_at_once_are_all_logged() -> None:
    mishaps = Mishaps()

    def fail() -> None:
        for _ in range(100):
            mishaps.number_of(RuntimeError("x"))

    threads = [threading.Thread(target=fail) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mishaps.seen) == 1
