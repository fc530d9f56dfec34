"""A few trainees at once, as the benchmark has them by the dozen: every answer gets its verdict and is stored, whatever else goes on."""

import asyncio

import pytest
from sqlalchemy import func, select

from benchmarks.app_load import Plan, together
from benchmarks.app_process import served
from benchmarks.visitor import Visitor
from trainer_app.db.connect import database
from trainer_app.db.tables import Answer

PLAN = Plan(count=4, seconds=6.0, period=6.0)


@pytest.mark.proof
def test_every_answer_of_several_trainees_gets_its_verdict_and_is_stored_once() -> None:
    with served() as app:
        kept = database(f"sqlite:///{app.home / 'app.sqlite3'}")
        try:
            found = asyncio.run(together(app, kept, PLAN))
            with kept.reading() as session:
                stored = session.scalar(select(func.count()).select_from(Answer))
        finally:
            kept.close()
    assert found.wrong == []
    assert len(found.verdicts) == stored >= PLAN.count


def test_the_first_visit_of_all_may_be_to_any_page() -> None:
    """Streamlit would take a file of `pages/` for a page of its own until it has seen the frame once."""

    async def visit(port: int) -> list[str]:
        async with Visitor(port, "practice") as visitor:
            return list(visitor.texts())

    with served() as app:
        assert any("Who are you?" in text for text in asyncio.run(visit(app.port)))
