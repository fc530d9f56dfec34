from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import BadInput
from trainer_app.db.connect import Database
from trainer_app.services.people import by_id, enter, everybody, forget, tidy


def test_a_name_is_the_same_person_however_it_is_written(db: Database) -> None:
    ids = set()
    for name in ("Ann Lee", " ann  LEE\n", "Ａｎｎ Lee"):
        with db.session() as session:
            ids.add(enter(session, name).id)
    assert len(ids) == 1


def test_two_who_come_in_at_the_same_moment_are_one(db: Database) -> None:
    def come(_: int) -> str:
        with db.session() as session:
            return enter(session, "小王").id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(come, range(8)))) == 1


def test_who_was_here_is_listed_by_name_and_can_be_forgotten(db: Database) -> None:
    with db.session() as session:
        people = {name: enter(session, name).id for name in ("beta", "Alpha", "小王")}
    with db.reading() as session:
        assert [person.name for person in everybody(session)] == ["Alpha", "beta", "小王"]
        assert by_id(session, people["beta"]) is not None
        assert by_id(session, "nobody") is by_id(session, None) is None
    with db.session() as session:
        forget(session, people["beta"])
    with db.reading() as session:
        assert [person.name for person in everybody(session)] == ["Alpha", "小王"]


@pytest.mark.parametrize("name", ["", "   ", "\u202e\u200b", "!!!", "x" * 61])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="name"):
        tidy(name, "name")


@given(st.text(max_size=80))
def test_a_kept_name_has_no_sign_that_could_turn_or_break_a_line(text: str) -> None:
    try:
        kept = tidy(text, "name")
    except BadInput:
        return
    assert kept == tidy(kept, "name")
    assert kept.isprintable()
    assert 0 < len(kept) <= 60
