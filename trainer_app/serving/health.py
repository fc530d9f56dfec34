"""Is it well? One small answer for whoever watches the app: nothing in it is secret, nothing in it takes long."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sim.report.version import version
from trainer_app.db.connect import Database
from trainer_app.serving.child import Child

PATH = "/healthz"
WELL, UNWELL = 200, 503
PATIENCE_SECONDS = 3.0
"""A database that takes longer than this to say yes is not there."""


def health(database: Database, worker: Child | None) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint. Its status is 503 while the database cannot be reached; a worker that is being started again is told, and no more."""
    asking: dict[str, asyncio.Future[bool]] = {}

    async def endpoint(_request: Request) -> Response:
        question = asking.get("database")
        if question is None or question.done():  # one question at a time, so that a database that hangs holds one thread
            question = asking["database"] = asyncio.ensure_future(asyncio.to_thread(_answers, database))
        try:
            there = await asyncio.wait_for(asyncio.shield(question), PATIENCE_SECONDS)
        except TimeoutError:
            there = False
        told: dict[str, object] = {"status": "ok" if there else "no database", "database": there, "version": version()}
        if worker is not None:
            told["worker"] = worker.told()
        return JSONResponse(told, WELL if there else UNWELL, headers={"Cache-Control": "no-store"})

    return endpoint


def _answers(database: Database) -> bool:
    url = database.engine.url
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return False  # deleted: what is written into the open file would be lost
    try:
        with database.reading() as session:
            return bool(session.execute(text("select count(*) from alembic_version")).scalar() == 1)
    except Exception:  # whatever is wrong with it, it cannot be used
        return False
