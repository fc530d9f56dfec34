"""The app under load: trainees who answer cards over its WebSocket while a comparison runs in the worker.

`python -m benchmarks.app_load [--trainees N] [--seconds S] [--no-comparison]` prints what was measured as JSON, and memory as it goes on
stderr.
"""

import argparse
import asyncio
import itertools
import json
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benchmarks.app_process import App, served
from benchmarks.visitor import Visitor
from sim.rules.tables import PATHS
from trainer_app.db.connect import Database, database
from trainer_app.db.tables import Job
from trainer_app.services import people, practice, studies
from trainer_app.services.levers import Levers
from trainer_app.training.cases import Case
from trainer_app.training.choices import deadlines, offered
from trainer_app.training.grading import Answer, grade
from trainer_app.ui.fields import field_key

TRAINEES = 50
PERIOD = 20.0
"""Seconds between two answers of a trainee."""
READING = (0.0, 0.2, 0.4, 0.75)
"""When in a period the path, the response, the deadline are chosen and the next card is asked for, as shares of it."""
RIGHT_OF_TEN = 7
"""Of ten choices so many are right: what is wrong has a price, which is worked out beside the pages."""

SITUATION = "double11-2022"
PEOPLE = "agents.regular.day"
"""The lever that a manager moves: so many agents by day."""
VARIANTS = (
    Levers(people={PEOPLE: 8}),
    Levers(people={"agents.temporary.peak": 8}),
    Levers(agreement=False),
    Levers(refund_on="signing"),
)
"""What a manager asks before a sale: more people, temporary ones, the carriers, the rule for returns."""
HARD = (
    Levers(batch=False),
    Levers(erp_cut=False),
    Levers(authority=200),
    Levers(refund_on="inspection"),
)
"""Without the batch tool the desk is overrun, and how much so is a matter of luck: more than twice as many runs are needed."""
MOVE_SECONDS, MOVED_FROM = 30.0, 20

VERDICT = "said-marks"
"""What stands in the HTML of a verdict and nowhere else on the page."""
HASTE_SECONDS = 0.3
"""The page takes a press that comes sooner for a double click."""
MEMORY_SECONDS = 30.0
SETTLED_SECONDS = 60.0
"""From here on memory should stay as it is."""
QUIET_SECONDS = 5.0
"""From the last trainee's first page to the first answer that counts."""


@dataclass
class Measured:
    """verdicts: seconds from the last press of an answer to its verdict; wrong: what went wrong; memory: (second, MB of the web process, MB
    of the worker); cpu: seconds of the web process."""

    verdicts: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    memory: list[tuple[float, float, float]] = field(default_factory=list)
    replications: int = 0
    cpu: float = 0.0


def key_of(choices: Sequence[object], right: Sequence[object], well: bool) -> str:
    """The key of the first choice that is right, or wrong: "1" for the first choice, as the page names them."""
    keys = (*"1234567890", *"asdf")
    return next(key for key, choice in zip(keys, choices, strict=False) if (choice in right) == well)


def keys_for(case: Case, luck: int) -> tuple[str, str, str]:
    """The keys of path, response and deadline that a trainee presses. luck: any number; the same number is the same trainee."""
    well = [((luck * 7 + part * 3) % 10) < RIGHT_OF_TEN for part in range(3)]
    responses = [each for each in offered(case) if grade(case, Answer(case.path, each)).response.right]
    due = [each for each in deadlines() if grade(case, Answer(case.path, responses[0], each)).deadline.right]
    return (
        key_of(PATHS, case.truth.accepted_paths, well[0]),
        key_of(offered(case), responses, well[1]),
        key_of(deadlines(), due, well[2]),
    )


@dataclass(frozen=True)
class Plan:
    """How many trainees answer a card in each period (seconds), for how long (seconds), and whether a comparison runs meanwhile."""

    count: int = TRAINEES
    seconds: float = 3 * PERIOD
    period: float = PERIOD
    comparing: bool = True


@dataclass
class Trainee:
    """One of them. number: by which the phases are spread."""

    app: App
    kept: Database
    person: str
    number: int
    plan: Plan
    found: Measured

    async def practise(self, until: float) -> None:
        """Open the practice page and answer cards until a moment of the loop's clock, one at least."""
        loop = asyncio.get_running_loop()
        cookies, locale = f"refund_desk_person={self.person}", "zh-CN" if self.number % 2 else "en-GB"
        async with Visitor(self.app.port, "practice", cookies=cookies, locale=locale) as page:
            await self._asked(page, "path.")
            begun = loop.time() + QUIET_SECONDS + self.plan.period * self.number / self.plan.count
            for turn in range(max(1, int((until - begun) / self.plan.period))):
                await self._answer(page, begun + turn * self.plan.period, turn)

    async def _answer(self, page: Visitor, due: float, turn: int) -> None:
        await _at(due)
        with self.kept.reading() as session:
            table = practice.on_table(session, self.person)
        if table is None:
            raise RuntimeError("no card lies on the table")
        path, response, deadline = keys_for(table.case, self.number + 31 * turn)
        await _press(page, "path.", path)
        await self._asked(page, "response.")
        await _at(due + READING[1] * self.plan.period)
        await _press(page, "response.", response)
        await self._asked(page, "deadline.")
        await _at(due + READING[2] * self.plan.period)
        pressed = time.perf_counter()
        await _press(page, "deadline.", deadline)
        await page.until(lambda shown: shown.says(VERDICT, pressed))
        self.found.verdicts.append(time.perf_counter() - pressed)
        await _at(due + READING[3] * self.plan.period)
        await _press(page, "next.")
        await self._asked(page, "path.")

    async def _asked(self, page: Visitor, beginning: str) -> None:
        await page.until(lambda shown: bool(shown.widgets(beginning)))
        await asyncio.sleep(HASTE_SECONDS)


async def _press(page: Visitor, part: str, key: str = "") -> None:
    """Press, once it is there, the button of a part of the card that stands for this key; the only one where there is none."""

    def found() -> list[str]:
        return [each for each in page.widgets(part) if each.endswith(f".{key}") or not key]

    await page.until(lambda _shown: bool(found()))
    await page.press(found()[0])


async def _at(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - asyncio.get_running_loop().time()))


async def _manager(app: App, person: str, study: str, variant: str) -> None:
    """Look at the comparison of four variants while it runs, and move a lever of one now and then, so that there always is one."""
    async with Visitor(app.port, "compare", {"study": study}, cookies=f"refund_desk_person={person}") as visitor:
        for people_now in itertools.count(MOVED_FROM):
            await asyncio.sleep(MOVE_SECONDS)
            await visitor.choose(field_key(f"{variant}.{PEOPLE}"), double_value=float(people_now))


async def _memory(app: App, found: Measured) -> None:
    begun = time.monotonic()
    while True:
        web, worker = app.megabytes()
        found.memory.append((time.monotonic() - begun, web, worker))
        sys.stderr.write(
            f"second {time.monotonic() - begun:.0f}: web {web:.0f} MB, worker {worker:.0f} MB, {len(found.verdicts)} verdicts\n"
        )
        await asyncio.sleep(MEMORY_SECONDS)


async def together(app: App, kept: Database, plan: Plan) -> Measured:
    """Trainees at this app, and over its database a manager with a comparison, as the plan says."""
    found = Measured()
    with kept.session() as session:
        persons = [people.enter(session, f"Trainee {number}").id for number in range(plan.count)]
        manager = people.enter(session, "Manager").id
        study, variants = board(session, manager)
    beside = [asyncio.create_task(_memory(app, found))]
    if plan.comparing:
        beside.append(asyncio.create_task(_manager(app, manager, study, variants[0])))

    async def one(number: int) -> None:
        try:
            await Trainee(app, kept, persons[number], number, plan, found).practise(until)
        except Exception as error:
            found.wrong.append(f"{type(error).__name__}: {error}"[:2_000])

    until = asyncio.get_running_loop().time() + 2 * QUIET_SECONDS + plan.period + plan.seconds
    await asyncio.gather(*(one(number) for number in range(plan.count)))
    found.cpu = sum(app.process.cpu_times()[:2])
    for task in beside:
        task.cancel()
    for ended in await asyncio.gather(*beside, return_exceptions=True):
        if isinstance(ended, Exception):
            found.wrong.append(f"{type(ended).__name__}: {ended}"[:2_000])
    found.replications = _replications(kept)
    return found


def _replications(kept: Database) -> int:
    with kept.reading() as session:
        return session.scalar(select(func.sum(Job.replications))) or 0


def board(session: Session, person: str, variants: Sequence[Levers] = VARIANTS) -> tuple[str, list[str]]:
    """A study of the sale with four variants; returns its id and theirs."""
    study = studies.make(session, person, SITUATION)
    return study, [studies.add(session, study, person, f"Variant {number}", levers) for number, levers in enumerate(variants, 1)]


def load(plan: Plan, environment: dict[str, str] | None = None) -> Measured:
    """Trainees at an app of their own."""
    with served(environment=environment) as app:
        kept = database(f"sqlite:///{app.home / 'app.sqlite3'}")
        try:
            return asyncio.run(together(app, kept, plan))
        finally:
            kept.close()


def percentile(seconds: Sequence[float], share: float) -> float:
    """The smallest of these that is not exceeded by this share of them."""
    return sorted(seconds)[max(0, -int(-share * len(seconds) // 1) - 1)]


def told(found: Measured) -> dict[str, Any]:
    """What was measured, in plain figures: milliseconds and MB."""
    ms = [1_000 * seconds for seconds in found.verdicts]
    shares = {name: percentile(ms, share) for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("most", 1.0))} if ms else {}
    steady = [web for second, web, _ in found.memory if second >= SETTLED_SECONDS]
    return {
        "verdicts": len(ms),
        **shares,
        "mean": statistics.fmean(ms) if ms else None,
        "memory": found.memory,
        "grown": steady[-1] - steady[0] if steady else None,
        "cpu": found.cpu,
        "replications": found.replications,
        "wrong": found.wrong,
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.app_load", description="Trainees at the app while a comparison runs.")
    parser.add_argument("--trainees", type=int, default=TRAINEES)
    parser.add_argument("--seconds", type=float, default=Plan.seconds)
    parser.add_argument("--no-comparison", action="store_true")
    chosen = parser.parse_args()
    found = load(Plan(chosen.trainees, chosen.seconds, comparing=not chosen.no_comparison))
    print(json.dumps(told(found), ensure_ascii=False, indent=1))
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
