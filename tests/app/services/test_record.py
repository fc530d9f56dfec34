"""A person's own record: mistakes to look through, a file to take along, and deletion; nobody else's is reached by an id."""

import csv
import io
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from sim import words
from tests.app.services.practising import START, dealt, practised, right, say, somebody
from trainer_app.db.connect import Database
from trainer_app.db.tables import Answer, OpenCard, Person, Study
from trainer_app.services import practice, record
from trainer_app.services.practice import Given
from trainer_app.services.record import Counts, Line

SHANGHAI = ZoneInfo("Asia/Shanghai")


def wrong_ones(db: Database, person: str, before: int | None = None, most: int = 10) -> list[Line]:
    with db.reading() as session:
        return record.mistakes(session, person, before, most)


def counted(db: Database, person: str) -> Counts:
    with db.reading() as session:
        return record.counts(session, person)


def exported(db: Database, person: str, language: str = "en") -> list[list[str]]:
    with words.speaking(language), db.reading() as session:
        data = record.export(session, person, SHANGHAI)
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def opened(db: Database, person: str, answer_id: int) -> Given | None:
    with db.reading() as session:
        return record.reopened(session, person, answer_id)


# ---------------------------------------------------------------- mistakes
def test_mistakes_are_the_answers_with_something_wrong_newest_first(db: Database) -> None:
    person = somebody(db)
    found = practised(db, person, "rwrwwr")
    assert [each.id for each in wrong_ones(db, person)] == [found[place].id for place in (4, 3, 1)]
    assert [each.marks for each in wrong_ones(db, person)] == [(False, True, False)] * 3


@pytest.mark.parametrize("part", ["right_path", "right_response", "right_deadline"])
def test_one_part_that_is_wrong_makes_a_mistake(db: Database, part: str) -> None:
    person = somebody(db)
    marks = dict.fromkeys(("right_path", "right_response", "right_deadline"), True)
    with db.session() as session:
        session.add(bare(person, number=0, **marks))
        session.add(bare(person, number=1, **{**marks, part: False}))
    assert len(wrong_ones(db, person)) == counted(db, person).wrong == 1


@given(st.text("rw", max_size=9), st.integers(1, 4))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_of_mistakes_hold_each_of_them_once(db: Database, marks: str, most: int) -> None:
    person = somebody(db, f"pages {marks} {most}")
    with db.session() as session:
        record.forget_answers(session, person)
    practised(db, person, marks)
    pages, before = [], None
    while page := wrong_ones(db, person, before, most):
        pages += page
        before = page[-1].id
    assert [each.id for each in pages] == [each.id for each in wrong_ones(db, person, most=100)]
    assert len(pages) == marks.count("w")


def test_a_mistake_is_opened_again_as_it_was(db: Database) -> None:
    person = somebody(db)
    first = practised(db, person, "w")[0]
    again = opened(db, person, first.id)
    assert again == first
    assert again.verdict.why_not
    assert again.case.card.text("zh") == first.case.card.text("zh")


def test_a_mistake_is_practised_again_with_a_fresh_case(db: Database) -> None:
    person = somebody(db)
    first = practised(db, person, "w", cell="p2.lost")[0]
    again = dealt(db, person, START + timedelta(hours=1), cell="p2.lost")
    assert again.key.cell == first.key.cell
    assert again.case.card.text("zh") != first.case.card.text("zh")


def test_nobody_reaches_the_answers_of_another(db: Database) -> None:
    mine, yours = somebody(db, "mine"), somebody(db, "yours")
    theirs = practised(db, yours, "wr")
    assert wrong_ones(db, mine) == []
    assert [opened(db, mine, each.id) for each in theirs] == [None, None]
    assert counted(db, mine) == Counts(0, 0, 0, 0, 0, None, None)
    assert len(exported(db, mine)) == 1
    assert {opened(db, mine, each) for each in (0, -1, 2**31, 2**62, 2**80)} == {None}


def test_an_answer_of_a_skill_that_is_gone_is_listed_and_cannot_be_opened(db: Database) -> None:
    person = somebody(db)
    with db.session() as session:
        session.add(bare(person, cell="p9.gone"))
    (line,) = wrong_ones(db, person)
    assert opened(db, person, line.id) is None
    assert exported(db, person)[1][3] == "p9.gone"


def bare(person: str, **otherwise: object) -> Answer:
    """An answer as an older version may have stored it."""
    fields: dict[str, object] = {
        "cell": "p2.lost",
        "seed": 1,
        "number": 0,
        "rules_version": "old",
        "path": 2,
        "response": "recall",
        "deadline": "carrier",
        "right_path": True,
        "right_response": False,
        "right_deadline": False,
        "shown_at": START,
        "answered_at": START,
    }
    return Answer(person_id=person, **{**fields, **otherwise})


# ---------------------------------------------------------------- counts and export
def test_counts_tell_the_parts_apart(db: Database) -> None:
    person = somebody(db)
    practised(db, person, "rwrw")
    found = counted(db, person)
    assert (found.answers, found.right, found.wrong) == (4, 2, 2)
    assert (found.path, found.response, found.deadline) == (2, 4, 2)
    assert (found.first, found.last) == (START + timedelta(seconds=20), START + timedelta(minutes=3, seconds=20))


def test_an_export_holds_every_answer_in_the_language_spoken(db: Database) -> None:
    person = somebody(db)
    found = practised(db, person, "rw")
    table = exported(db, person, "en")
    assert len(table) == 3
    assert {len(row) for row in table} == {16}
    first = dict(zip(table[0], table[1], strict=True))
    assert first["answered at"] == "2025-11-12 09:00:20+08:00"
    assert first["seconds"] == "20"
    assert first["path, as answered"].startswith("path 1")
    assert (first["path right"], first["key of the skill"], first["number of the case"]) == ("yes", found[0].key.cell, "0")
    assert dict(zip(table[0], table[2], strict=True))["path right"] == "no"
    assert [row[12:] for row in exported(db, person, "zh")] == [[*exported(db, person, "zh")[0][12:]], *(row[12:] for row in table[1:])]
    assert "路径一·未发货仅退款" in exported(db, person, "zh")[1]


def test_no_cell_of_an_export_is_a_formula(db: Database) -> None:
    person = somebody(db)
    with db.session() as session:
        session.add(bare(person, response="=1+1", deadline="@SUM(A1)", rules_version="-2+3", cell="+9"))
    cells = exported(db, person)[1]
    assert [each for each in cells if each.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert {"'=1+1", "'@SUM(A1)", "'-2+3", "'+9"} <= set(cells)


def test_a_long_record_is_exported_whole(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "ROWS_AT_ONCE", 7)
    person = somebody(db)
    with db.session() as session:
        session.add_all([bare(person, number=each) for each in range(50)])
    assert [row[14] for row in exported(db, person)[1:]] == [str(each) for each in range(50)]


# ---------------------------------------------------------------- deletion
def test_deleting_the_answers_leaves_the_name_and_everybody_else(db: Database) -> None:
    mine, yours = somebody(db, "mine"), somebody(db, "yours")
    practised(db, mine, "rw")
    practised(db, yours, "w")
    dealt(db, mine, START + timedelta(hours=1))
    with db.session() as session:
        record.forget_answers(session, mine)
    with db.reading() as session:
        assert [row.person_id for row in session.scalars(select(Answer))] == [yours]
        assert practice.on_table(session, mine) is None
        assert {row.id for row in session.scalars(select(Person))} == {mine, yours}
    assert dealt(db, mine, START + timedelta(hours=2)).key.number == 0


def test_deleting_all_takes_name_and_boards_along(db: Database) -> None:
    person = somebody(db)
    practised(db, person, "w")
    dealt(db, person, START + timedelta(hours=1))
    with db.session() as session:
        session.add(Study(person_id=person, situation="double11-2022", made_at=START, changed_at=START))
    with db.session() as session:
        record.forget_all(session, person)
    with db.reading() as session:
        assert [list(session.scalars(select(kind))) for kind in (Person, Answer, OpenCard, Study)] == [[], [], [], []]


def test_a_card_deleted_in_another_tab_is_answered_by_nobody(db: Database) -> None:
    person = somebody(db)
    table = dealt(db, person)
    with db.session() as session:
        record.forget_answers(session, person)
    assert say(db, person, table.key, right(table), START + timedelta(minutes=1)) is None
    assert counted(db, person).answers == 0
