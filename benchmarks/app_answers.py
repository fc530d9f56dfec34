"""How soon the app answers one person on a machine of his own: the first page, the first figure after a change, four variants to 2 %.

`python -m benchmarks.app_answers [CHANGES]` prints seconds as JSON.
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence

from sqlalchemy import func, select

from benchmarks.app_load import HARD, PEOPLE, PERIOD, SITUATION, VARIANTS, board
from benchmarks.app_process import App, served
from benchmarks.visitor import Visitor
from trainer_app.db.connect import Database, database
from trainer_app.db.tables import Job
from trainer_app.services import jobs, people, studies
from trainer_app.services.jobs import UNDER_WAY
from trainer_app.services.levers import Levers
from trainer_app.ui.fields import field_key

FRESH = 'class="rd-board"'
"""What stands in the HTML of the board's figures, unless they are those of a moment ago."""
LOOK_SECONDS = 0.05
LONGEST_SECONDS = 600.0


def answers(changes: int = 5) -> dict[str, float]:
    """Seconds. page: from the start of the app until a page is drawn; figure: from a change until the new figures are on the page, the
    median; precision, hard: from asking until four variants are compared to 2 %, the usual ones and some that take more runs; longest: the
    longest that a page of practice took during the former."""
    begun = time.perf_counter()
    with served() as app:
        kept = database(f"sqlite:///{app.home / 'app.sqlite3'}")
        try:
            return asyncio.run(_answers(app, kept, begun, changes))
        finally:
            kept.close()


async def _answers(app: App, kept: Database, begun: float, changes: int) -> dict[str, float]:
    async with Visitor(app.port):
        page = time.perf_counter() - begun
    await _until(lambda: _worker_is_ready(kept))
    with kept.session() as session:
        person = people.enter(session, "Manager").id
        study = studies.make(session, person, SITUATION)
        variant = studies.add(session, study, person, "Variant")
    figures = await _figures(app, person, study, variant, changes)
    await _until(lambda: not _is_busy(kept))
    precision, longest = await _four(app, kept, person, VARIANTS)
    hard, _ = await _four(app, kept, person, HARD)
    return {"page": page, "figure": statistics.median(figures), "precision": precision, "hard": hard, "longest": longest}


async def _four(app: App, kept: Database, person: str, variants: Sequence[Levers]) -> tuple[float, float]:
    """(seconds until four variants are compared to 2 %, the longest a page of practice took meanwhile)."""
    with kept.session() as session:
        four, _ = board(session, person, variants)
    async with Visitor(app.port, "practice", cookies=f"refund_desk_person={person}") as visitor:
        asked = time.perf_counter()
        with kept.session() as session:
            job = jobs.ask(session, person, four)
        looking = asyncio.create_task(_looks(visitor))
        await _until(lambda: _is_over(kept, job))
        precision = time.perf_counter() - asked
        looking.cancel()
        (shown,) = await asyncio.gather(looking)
    return precision, max(shown)


async def _figures(app: App, person: str, study: str, variant: str, changes: int) -> list[float]:
    found = []
    async with Visitor(app.port, "compare", {"study": study}, cookies=f"refund_desk_person={person}") as visitor:
        await visitor.until(lambda page: page.says(FRESH))
        for change in range(changes):
            pressed = time.perf_counter()
            await visitor.choose(field_key(f"{variant}.{PEOPLE}"), double_value=float(20 + change))
            await visitor.until(lambda page, since=pressed: page.says(FRESH, since))  # type: ignore[misc]
            found.append(time.perf_counter() - pressed)
    return found


async def _looks(visitor: Visitor) -> list[float]:
    """Ask for hints and draw the page anew until it is enough; how long each drawing took."""
    found = [0.0]
    try:
        while True:
            begun = time.perf_counter()
            runs = visitor.runs
            await visitor.draw()
            await visitor.until(lambda page, runs=runs: page.runs > runs)  # type: ignore[misc]
            found.append(time.perf_counter() - begun)
            await asyncio.sleep(PERIOD / 100)
    except asyncio.CancelledError:
        return found


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(LONGEST_SECONDS):
        while not is_so():
            await asyncio.sleep(LOOK_SECONDS)


def _worker_is_ready(kept: Database) -> bool:
    with kept.reading() as session:
        return jobs.worker_state(session).state == jobs.READY


def _is_busy(kept: Database) -> bool:
    with kept.reading() as session:
        return bool(session.scalar(select(func.count()).select_from(Job).where(Job.state.in_(UNDER_WAY))))


def _is_over(kept: Database, job: str) -> bool:
    with kept.reading() as session:
        progress = jobs.progress(session, job)
    return progress is not None and progress.is_over


if __name__ == "__main__":
    print(json.dumps(answers(*map(int, sys.argv[1:])), indent=1))
