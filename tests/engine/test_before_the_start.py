"""What happens before second 0 happens as it would after it: refunds filed and shifts begun at negative times, on both engines."""

import dataclasses

import numpy as np
import pytest

from sim.demand.workload import NEVER, Workload
from sim.desk.compiled_engine import run_compiled
from sim.desk.contract import Floor
from sim.desk.log import Log, first_difference
from sim.desk.procedure import PROCEDURE
from sim.desk.records import BEGAN, FILED
from sim.desk.simulate import ENGINES, EngineName, run_desk
from sim.desk.toy import TOY
from sim.measure.invariants import check
from tests.desk.stories import refund, tell
from tests.engine.random_desks import random_desk
from tests.engine.random_scenarios import DAY, UNTIL, random_scenario
from tests.engine.small_desks import SmallDesk, served, shift, story
from tests.engine.test_conformance import log_or_error, on_simpy

WHOLE_DAYS = 4 * DAY
"""Looks at the list come at the same time of day."""

MOMENTS = "filed", "leaves", "stalls", "arrives"


def refunds_earlier(refunds: np.ndarray, by: int) -> np.ndarray:
    found = refunds.copy()
    for name in MOMENTS:
        found[name] = np.where(found[name] < NEVER, found[name] - by, NEVER)
    return found


def floor_earlier(floor: Floor, by: int) -> Floor:
    changes = floor.changes.copy()
    changes["time"] -= by
    return dataclasses.replace(floor, changes=changes)


def later(log: Log, by: int) -> Log:
    rows = log.rows.copy()
    rows["time"] += by
    return Log(rows, log.ledger.copy(), log.until, log.engine)


def test_work_is_done_before_the_start() -> None:
    desk = SmallDesk([{"filed": -500, "work": [60]}, {"filed": -490, "work": [60]}], served(), shift(0, (-470, 100)))
    assert story(desk, "filed", "began", "finished") == [
        (-500, 0, "filed", -1),
        (-490, 1, "filed", -1),
        (-470, 0, "began", 0),
        (-410, 0, "finished", 0),
        (-410, 1, "began", 0),
        (-350, 1, "finished", 0),
    ]


def test_who_went_home_before_the_start_takes_nothing() -> None:
    desk = SmallDesk([{"filed": -100, "work": [60]}], served(), shift(0, (-900, -200), (300, 900)))
    assert story(desk, "began") == [(300, 0, "began", 0)]


@pytest.mark.parametrize("second", [-1, 0])
def test_the_last_second_before_the_start_and_the_first_after_it_are_seconds_like_all_others(second: int) -> None:
    desk = SmallDesk([{"filed": second, "work": [2]}], served(), shift(0, (-10, 10)))
    assert story(desk, "began", "finished") == [(second, 0, "began", 0), (second + 2, 0, "finished", 0)]


def test_a_request_of_the_last_second_before_the_start_keeps_its_place_among_later_ones() -> None:
    rows = np.concatenate([refund(4, filed=second) for second in (-1, 0, 1, 2)])
    rows["number"] = range(4)
    first = tell(rows, there={"agents": 10})
    assert first.began("AGREE") == first.finished("RESPOND")


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_both_engines_write_the_same_log_of_what_begins_before_the_start(first: int) -> None:
    """A desk of which half lies before second 0."""
    before = 0
    for seed in range(first, first + 50):
        desk = random_desk(seed)
        by = int(desk.refunds["filed"][desk.refunds["filed"] < NEVER].max()) // 2
        moved = dataclasses.replace(
            desk, refunds=refunds_earlier(desk.refunds, by), floor=floor_earlier(desk.floor, by), until=desk.until - by
        )
        slow = log_or_error(lambda moved=moved: on_simpy(moved))  # type: ignore[misc]
        fast = log_or_error(lambda moved=moved: run_compiled(moved.refunds, moved.floor, moved.tables, TOY, moved.until))  # type: ignore[misc]
        if isinstance(slow, str) or isinstance(fast, str):
            assert slow == fast, f"desk {seed}"
            continue
        difference = first_difference(slow, fast)
        assert difference is None, f"desk {seed}: {difference}"
        before += int(np.count_nonzero((slow.rows["kind"] == BEGAN) & (slow.rows["time"] < 0)))
    assert before > 1_000


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("seed", range(0, 24))
def test_whether_it_is_before_or_after_the_start_makes_no_difference(engine: EngineName, seed: int) -> None:
    drawn = random_scenario(seed)
    log = run_desk(drawn.refunds, drawn.floor, drawn.tables, UNTIL, engine)
    floor, until = floor_earlier(drawn.floor, WHOLE_DAYS), UNTIL - WHOLE_DAYS
    moved = run_desk(refunds_earlier(drawn.refunds, WHOLE_DAYS), floor, drawn.tables, until, engine)
    assert first_difference(log, later(moved, WHOLE_DAYS)) is None


@pytest.mark.parametrize("seed", [seed for seed in range(24) if random_scenario(seed).scenario.calendar.warmup_days])
def test_no_filing_before_the_start_is_lost(seed: int) -> None:
    drawn = random_scenario(seed)
    begin = -drawn.scenario.calendar.warmup_days * DAY
    came = drawn.refunds["filed"] < NEVER
    assert begin <= drawn.refunds["filed"].min() < begin // 2
    assert drawn.floor.changes["time"].min() < 0
    for engine in ENGINES:
        log = run_desk(drawn.refunds, drawn.floor, drawn.tables, UNTIL, engine)
        filings = log.rows[log.rows["kind"] == FILED]
        filed = dict(zip(filings["refund"].tolist(), filings["time"].tolist(), strict=True))
        assert {row: filed[row] for row in np.flatnonzero(came).tolist()} == dict(enumerate(drawn.refunds["filed"][came].tolist()))
        assert check(log, Workload(drawn.refunds), drawn.floor, PROCEDURE) == []
