"""What /healthz says, and what it does not."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine

from sim.report.version import version
from tests.app.server.conftest import Serve, Served, until


@pytest.fixture
def own_database(postgresql: str) -> Iterator[tuple[Engine, str, str]]:
    """(who may drop it, its name, its URL): an empty database."""
    admin = create_engine(postgresql, isolation_level="AUTOCOMMIT")
    name = f"health_{uuid4().hex}"
    with admin.connect() as connection:
        connection.execute(text(f"create database {name}"))
    yield admin, name, admin.url.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"drop database if exists {name} with (force)"))
    admin.dispose()


def test_a_well_app_says_so(stand_in: Served) -> None:
    until(lambda: stand_in.health()["worker"]["alive"])
    answer = stand_in.ask("/healthz")
    assert answer.status == 200
    assert answer.json == {"status": "ok", "database": True, "version": version(), "worker": {"alive": True, "restarts": 0}}
    assert answer.headers["cache-control"] == "no-store"


def test_a_database_that_went_away_is_told_and_nothing_of_where_it_was(serve: Serve, own_database: tuple[Engine, str, str]) -> None:
    admin, name, url = own_database
    app = serve(REFUND_DESK_DATABASE=url).opened()
    assert app.ask("/healthz").status == 200
    with admin.connect() as connection:
        connection.execute(text(f"drop database {name} with (force)"))
    answer = app.ask("/healthz")
    assert answer.status == 503
    assert (answer.json["status"], answer.json["database"]) == ("no database", False)
    assert name not in answer.body.decode()
    assert "postgres" not in answer.body.decode()


def test_a_database_that_comes_back_is_well_again(serve: Serve, own_database: tuple[Engine, str, str]) -> None:
    admin, name, url = own_database
    app = serve(REFUND_DESK_DATABASE=url).opened()
    with admin.connect() as connection:
        connection.execute(text(f"alter database {name} allow_connections false"))
        connection.execute(text(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"))
    assert app.ask("/healthz").status == 503
    with admin.connect() as connection:
        connection.execute(text(f"alter database {name} allow_connections true"))
    assert app.ask("/healthz").status == 200


def test_a_file_that_was_deleted_is_no_database_though_it_can_still_be_written(serve: Serve, tmp_path: Path) -> None:
    app = serve().opened()
    assert app.ask("/healthz").status == 200
    (tmp_path / "home" / "app.sqlite3").unlink()
    assert app.ask("/healthz").status == 503


def test_a_database_that_cannot_be_reached_at_the_start_is_one_line(serve: Serve) -> None:
    app = serve(REFUND_DESK_DATABASE="postgresql+psycopg://me:topsecret@127.0.0.1:1/none")
    assert app.process.wait(40) == 1
    app.end()
    assert "The database cannot be used" in app.said
    assert "topsecret" not in app.said
    assert "Traceback" not in app.said


def test_an_url_that_is_none_is_bad_input_without_its_password(serve: Serve) -> None:
    app = serve("-m", "trainer_app", "--no-browser", "--database", "oracle://me:topsecret@host/x")
    assert app.end(0) == 2
    assert "REFUND_DESK_DATABASE" in app.said
    assert "topsecret" not in app.said
