"""A person who practises: answers given through the services as the pages give them."""

from datetime import UTC, datetime, timedelta

from sim.rules.facts import Deadline, Response
from trainer_app.db.connect import Database
from trainer_app.services import people, practice
from trainer_app.services.practice import Given, Key, Table

START = datetime(2025, 11, 12, 1, 0, tzinfo=UTC)
"""Nine in the morning in Shanghai."""

Reply = tuple[int, Response, Deadline]


def somebody(db: Database, name: str = "小林") -> str:
    with db.session() as session:
        return people.enter(session, name).id


def dealt(db: Database, person: str, at: datetime = START, cell: str | None = None) -> Table:
    with db.session() as session:
        return practice.card(session, person, at, cell)


def right(table: Table) -> Reply:
    truth = table.case.truth
    return table.case.path, truth.response, truth.deadline


def wrong(table: Table) -> Reply:
    path, response, _ = right(table)
    others = [each for each in Deadline if each is not table.case.truth.deadline]
    paths = [each for each in (1, 2, 3, 4) if each not in table.case.truth.accepted_paths]
    return paths[path % len(paths)], response, others[0]


def say(db: Database, person: str, key: Key, reply: Reply, at: datetime) -> Given | None:
    """All three parts of a card, one after another."""
    path, response, deadline = reply
    with db.session() as session:
        practice.choose_path(session, person, key, path)
    with db.session() as session:
        practice.choose_response(session, person, key, response)
    return practice.answer(db, person, key, deadline, at)


def hint(db: Database, person: str, key: Key, level: int) -> None:
    with db.session() as session:
        practice.take_hint(session, person, key, level)


def practised(db: Database, person: str, marks: str, at: datetime = START, cell: str | None = None) -> list[Given]:
    """Cards answered a minute apart: r right, w wrong."""
    found = []
    for place, mark in enumerate(marks):
        now = at + timedelta(minutes=place)
        table = dealt(db, person, now, cell)
        given = say(db, person, table.key, right(table) if mark == "r" else wrong(table), now + timedelta(seconds=20))
        assert given is not None
        found.append(given)
    return found
