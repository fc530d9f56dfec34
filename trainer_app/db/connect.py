"""Connections: SQLite in the data folder by default, another database by its URL; brought up to date before its first use."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from sim.errors import BadInput, msgid
from sim.study.store import HOME, home

VARIABLE = "REFUND_DESK_DATABASE"
FILE = "app.sqlite3"
DIALECTS = ("sqlite", "postgresql")
READING = "refund_desk_reading"
"""Option of a connection that only reads."""

PATIENCE_MS = 10_000
"""How long a writer waits for another one on SQLite."""


class Database:
    """A database of the app. Closing it gives its connections back."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing = sessionmaker(engine, expire_on_commit=False)
        self._reading = sessionmaker(engine.execution_options(**{READING: True}), expire_on_commit=False)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session whose changes are committed at the end of the block, all of them or none. Where one may write at a time (SQLite) it
        waits for its turn at once, so that nothing read in it can be stale when it writes."""
        with self._writing.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads, and waits for nobody. What is changed in it is lost."""
        with self._reading() as session:
            yield session

    def upgrade(self) -> None:
        """Bring the tables up to date; harmless where they are, and where another process does the same."""
        with self.engine.begin() as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execute(text("select pg_advisory_xact_lock(7305116)"))  # any number, the same in all processes
            config = Config()
            config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def database(url: str | None = None) -> Database:
    """The database at a URL, else at that of REFUND_DESK_DATABASE, else the SQLite file in the data folder.

    Raises BadInput for what is no URL of a database that can be used here. Nothing is opened yet.
    """
    given = url or os.environ.get(VARIABLE)
    wanted = _url(given) if given else URL.create("sqlite", database=str(_file()))
    if wanted.get_backend_name() == "sqlite":
        engine = create_engine(wanted, connect_args={"timeout": PATIENCE_MS / 1000})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(wanted, pool_pre_ping=True, pool_size=10, max_overflow=20)
    return Database(engine)


def _file() -> Path:
    folder = Path(os.environ[HOME]) if os.environ.get(HOME) else home().parent
    folder.mkdir(parents=True, exist_ok=True)
    return folder / FILE


def _url(given: str) -> URL:
    wrong = BadInput(
        msgid("is no database that can be used"),
        field=VARIABLE,
        allowed=("sqlite:////path/app.sqlite3", "postgresql+psycopg://user@host/name"),
    )  # without its value: it may hold a password
    try:
        url = make_url(given)
        if url.get_backend_name() not in DIALECTS:
            raise wrong
        if url.get_backend_name() == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        url.get_dialect()
    except (ArgumentError, SQLAlchemyError):
        raise wrong from None
    return url


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by _begin_sqlite alone
    for setting in ("journal_mode = wal", "synchronous = full", "foreign_keys = on", f"busy_timeout = {PATIENCE_MS}"):
        connection.execute(f"pragma {setting}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("begin" if connection.get_execution_options().get(READING) else "begin immediate")
