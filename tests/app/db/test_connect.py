from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from sim.errors import BadInput
from trainer_app.db.connect import Database, database
from trainer_app.db.tables import Answer, Base, OpenCard, Person, Study

NOW = datetime(2025, 11, 12, 9, tzinfo=UTC)


def somebody(db: Database, name: str = "小王") -> str:
    with db.session() as session:
        person = Person(name=name, known_as=name, made_at=NOW)
        session.add(person)
    return person.id


def an_answer(person: str) -> Answer:
    return Answer(
        person_id=person,
        cell="p1.plain",
        seed=2**40,
        number=0,
        rules_version="1",
        right_path=True,
        right_response=True,
        right_deadline=False,
        shown_at=NOW,
        answered_at=NOW,
    )


def test_the_migrations_make_the_tables_that_the_code_uses(db: Database) -> None:
    with db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_upgrading_again_changes_nothing_and_two_may_do_it_at_once(db_url: str) -> None:
    both = [database(db_url) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(Database.upgrade, both))
    for each in both:
        each.upgrade()
        each.close()


def test_an_answer_cannot_be_changed_once_it_is_stored(db: Database) -> None:
    person = somebody(db)
    with db.session() as session:
        session.add(an_answer(person))
    with pytest.raises(DBAPIError, match="append-only"), db.session() as session:
        session.execute(text("update answer set right_deadline = true"))
    with db.reading() as session:
        kept = session.scalars(select(Answer)).one()
        assert (kept.right_deadline, kept.seed, kept.answered_at) == (False, 2**40, NOW)


def test_a_card_is_answered_once(db: Database) -> None:
    person = somebody(db)
    with db.session() as session:
        session.add(an_answer(person))
    with pytest.raises(IntegrityError), db.session() as session:
        session.add(an_answer(person))


def test_an_id_of_an_answer_is_never_given_twice(db: Database) -> None:
    person = somebody(db)
    ids = []
    for _ in range(2):
        with db.session() as session:
            answer = an_answer(person)
            session.add(answer)
            session.flush()
            ids.append(answer.id)
        with db.session() as session:
            session.execute(text("delete from answer"))
    assert ids[1] > ids[0]


def test_with_a_person_goes_all_that_is_theirs(db: Database) -> None:
    person = somebody(db)
    with db.session() as session:
        session.add(an_answer(person))
        session.add(OpenCard(person_id=person, cell="p1.plain", seed=1, number=1, kind="due", shown_at=NOW))
        session.add(Study(person_id=person, situation="618", made_at=NOW, changed_at=NOW))
    with db.session() as session:
        session.execute(text("delete from person"))
    with db.reading() as session:
        assert [session.scalars(select(table)).all() for table in (Answer, OpenCard, Study)] == [[], [], []]


def test_what_fails_in_the_middle_leaves_nothing(db: Database) -> None:
    with pytest.raises(IntegrityError), db.session() as session:
        session.add_all([Person(name=name, known_as="a", made_at=NOW) for name in ("a", "b")])
    with db.reading() as session:
        assert session.scalars(select(Person)).all() == []


def test_many_writers_at_once_wait_for_each_other(db: Database) -> None:
    def write(number: int) -> None:
        with db.session() as session:
            count = len(session.scalars(select(Person)).all())
            session.add(Person(name=f"{number} after {count}", known_as=str(number), made_at=NOW))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    with db.reading() as session:
        assert len(session.scalars(select(Person)).all()) == 40


def test_a_moment_without_a_zone_is_refused(db: Database) -> None:
    with pytest.raises(Exception, match="needs a zone"), db.session() as session:
        session.add(Person(name="a", known_as="a", made_at=datetime(2025, 11, 12)))  # noqa: DTZ001


@pytest.mark.parametrize("url", ["", "no url", "mysql://root:secret@localhost/x", "sqlite+nothing:///x"])
def test_what_is_no_database_is_refused_without_showing_its_password(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REFUND_DESK_HOME", str(tmp_path))
    if not url:
        assert database(url).engine.url.database == str(tmp_path / "app.sqlite3")
        return
    with pytest.raises(BadInput) as error:
        database(url)
    assert "secret" not in str(error.value)
    assert "postgresql+psycopg" in str(error.value)
