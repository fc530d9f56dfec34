"""Traps of time, staff and clocks that other simulators fell into; where a few lines of plain SimPy show the fall, they stand beside."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import simpy

from sim.desk.compiled_engine import run_compiled
from sim.desk.contract import EndlessInstant
from sim.desk.records import ALARMED, CLOSED, FILED, WAITING
from sim.desk.simpy_engine import Desk
from sim.desk.toy import ALARM_GO_ON, ALARM_GO_TO, ALARM_ROWS, KIND_FIRST, OP_ALARM, OP_DONE, OP_JOIN, OP_WAIT, OP_WORK, TOY
from sim.scenario.calendar import ON
from tests.engine.random_desks import random_desk
from tests.engine.small_desks import SmallDesk, both, served, story


# ---------------------------------------------------------------- 1: patience ends in the tick in which a slot is granted
def served_by_naive_simpy() -> list[str]:
    """`req in result` is false though the slot has just been granted; `cancel` does nothing then, and the slot is gone for good."""
    env, found = simpy.Environment(), []
    server = simpy.Resource(env, 1)

    def busy() -> Iterator[Any]:
        with server.request() as turn:
            yield turn
            yield env.timeout(100)

    def customer(name: str, at: int, patience: int) -> Iterator[Any]:
        yield env.timeout(at)
        turn = server.request()
        result = yield turn | env.timeout(patience)
        if turn not in result:
            turn.cancel()
            return
        yield env.timeout(10)
        server.release(turn)
        found.append(name)

    for process in (busy(), customer("impatient", 0, 100), customer("next", 101, 1000)):
        env.process(process)
    env.run()
    return found


def test_patience_that_ends_as_a_slot_falls_free_leaks_no_slot() -> None:
    """Trap 1. Cure: giving up is of phase one, giving work of phase two of the same instant."""
    desk = SmallDesk(
        [
            {"filed": 0, "work": [100], "patience": [5000]},
            {"filed": 0, "work": [10], "patience": [100]},
            {"filed": 101, "work": [10], "patience": [1000]},
        ],
        served(0),
    )
    assert served_by_naive_simpy() == []
    assert story(desk, "gave_up", "finished") == [(100, 0, "finished", 0), (100, 1, "gave_up", -1), (111, 2, "finished", 0)]


# ---------------------------------------------------------------- 2: staff raised from 0
def test_who_comes_on_shift_takes_who_waits_and_a_pool_may_have_nobody() -> None:
    """Trap 2: raising a SimPy resource's capacity wakes nobody, and capacity 0 raises. Cure: slots that come and go, never counts."""
    env, started = simpy.Environment(), []
    with pytest.raises(ValueError, match="capacity"):
        simpy.Resource(env, 0)
    server = simpy.Resource(env, 1)
    server.request()

    def customer() -> Iterator[Any]:
        yield server.request()
        started.append(env.now)

    def shift_begins() -> Iterator[Any]:
        yield env.timeout(3600)
        server._capacity = 2

    env.process(customer())
    env.process(shift_begins())
    env.run(until=9999)
    assert started == []

    to_nobody = {0: (OP_WORK, 1, 1, 0, 0, -1, 1, -1, 0, 0), 1: (OP_DONE, 0, -1)}
    refunds = [{"filed": 100, "work": [10]}]
    assert story(SmallDesk(refunds, served(), changes=[(3600, 0, ON)]), "began") == [(3600, 0, "began", 0)]
    unstaffed = SmallDesk(refunds, to_nobody, pools=[(0, 0, 0)] * 2, lines=[(0, 1, 0, 0), (1, 1, 0, 0)])
    assert [kind for _, _, kind, _ in story(unstaffed)] == ["filed", "joined"]


# ---------------------------------------------------------------- 5: see test_shift_end_rules.py
# ---------------------------------------------------------------- 7: run(until)
def test_a_run_stops_before_the_first_instant_at_until_and_goes_on_as_if_it_had_not_stopped() -> None:
    """Trap 7: `env.run(until=T)` runs half of instant T: what has priority 0 happens, the rest does not. Cure: whole instants."""
    env, happened = simpy.Environment(), []
    for priority in (0, 1):
        event = env.event()
        event._ok, event._value = True, None
        event.callbacks.append(lambda _, priority=priority: happened.append(priority))
        env.schedule(event, priority, 100)  # type: ignore[arg-type]
    env.run(until=100)
    assert happened == [0]

    refunds = [{"filed": 100 * row, "work": [150]} for row in range(6)]
    whole = SmallDesk(refunds, served()).parts()
    for until in (1, 100, 101, 150, 300, 301, 900):
        log = both(SmallDesk(refunds, served(), until=until))
        full = both(SmallDesk(refunds, served()))
        assert np.array_equal(log.rows, full.rows[full.rows["time"] < until])
        stepwise = Desk(*whole, TOY)
        stepwise.run(until)
        stepwise.run()
        assert np.array_equal(stepwise.log().rows, full.rows)


def test_refunds_open_at_the_end_of_a_run_are_counted() -> None:
    """Trap 7, the rest of it: `run(until)` drops what is open."""
    refunds = [{"filed": 100 * row, "work": [150]} for row in range(6)]
    rows = both(SmallDesk(refunds, served(), until=400)).rows
    filed, closed = (np.count_nonzero(rows["kind"] == kind) for kind in (FILED, CLOSED))
    assert (filed, closed, filed - closed) == (4, 2, 2)


# ---------------------------------------------------------------- 10: priority ahead of time
def test_an_urgent_case_is_never_served_before_it_arrived() -> None:
    """Trap 10: events ordered by (priority, time) bring up an urgent case before its time. Cure: time first, and keys only within lines."""
    g = np.random.default_rng(10)
    came = np.sort(g.integers(0, 20_000, 300)).tolist()
    kinds = g.integers(0, 4, 300).tolist()
    naive = sorted(zip(kinds, came, strict=True))
    assert any(later < earlier for (_, earlier), (_, later) in pairwise(naive))

    desk = SmallDesk([{"filed": at, "work": [90], "kind": kind} for at, kind in zip(came, kinds, strict=True)], served(key=KIND_FIRST))
    began = story(desk, "began")
    assert all(second >= came[refund] for second, refund, _, _ in began)
    overtaken = [refund for (_, refund, _, _), (_, after, _, _) in pairwise(began) if after < refund]
    assert overtaken, "no case was overtaken, so nothing was shown"


# ---------------------------------------------------------------- 11: the end of the run loses nobody
@pytest.mark.parametrize("first", [0, 50])
def test_every_refund_that_came_is_closed_or_still_open_at_the_end(first: int) -> None:
    """Trap 11. Cure: nothing is kept outside the log and the desk (see also test_a_batch_ends_at_its_most_cases...)."""
    for seed in range(first, first + 50):
        desk = random_desk(seed)
        reference = Desk(desk.refunds, desk.floor, desk.tables, TOY)
        try:
            reference.run(desk.until)
        except EndlessInstant:
            continue
        rows = reference.log(desk.until).rows
        filed, closed = (rows["refund"][rows["kind"] == kind] for kind in (FILED, CLOSED))
        came = np.flatnonzero(desk.refunds["filed"] < desk.until)
        assert len(np.unique(filed)) == len(filed)
        assert len(np.unique(closed)) == len(closed)
        assert set(came) <= set(filed)
        nowhere = set(filed.tolist()) - set(closed.tolist()) - set(reference.on_desk())
        assert set(reference.on_desk()) <= set(filed.tolist()) - set(closed.tolist())
        assert all(items_that_join(rows, desk.tables, refund) > 1 for refund in nowhere), "nobody is anywhere but who waits for each other"


def items_that_join(rows: np.ndarray, tables: np.ndarray, refund: int) -> int:
    """How many items of a refund wait for all its others: two that do so wait for ever, by the program's own fault."""
    own = rows[(rows["refund"] == refund) & (rows["kind"] != ALARMED)]
    last = {int(row["item"]): row for row in own}
    return sum(row["kind"] == WAITING and tables["program"][0, row["step"], 0] == OP_JOIN for row in last.values())


def test_a_last_batch_that_is_not_full_is_worked_too() -> None:
    """Trap 11 as it was met: a batch that waits to be full."""
    desk = SmallDesk([{"filed": row, "work": [10]} for row in range(13)], served(), lines=[(0, 5, 0, 60)])
    assert len(story(desk, "closed")) == 13


# ---------------------------------------------------------------- 18: an endless instant
@pytest.mark.parametrize("refund", [0, 2])
def test_an_endless_instant_is_an_error_that_names_refund_and_step(refund: int) -> None:
    """Trap 18: patience 0 and nobody on shift, again and again, overruns a log of fixed size. Cure: steps in one instant are counted."""
    round_and_round = {0: (OP_WAIT, 1, 0), 1: (OP_WORK, 3, 0, 0, 0, 0, 2, -1, 0, 0), 2: (OP_WAIT, 1, 1), 3: (OP_DONE, 0, -1)}
    refunds = [{"filed": 10, "span": [90], "patience": [0 if row == refund else 50], "work": [5]} for row in range(3)]
    for row in refunds:
        row["span"] = [90, 0 if row["patience"] == [0] else 10**6]
    parts = SmallDesk(refunds, round_and_round, changes=[(10**7, 0, ON)], until=10**5).parts()
    reference = Desk(*parts, TOY)
    with pytest.raises(EndlessInstant, match=f"refund {refund} .*second 100.* step [12]") as slow:
        reference.run(10**5)
    with pytest.raises(EndlessInstant) as fast:
        run_compiled(*parts, TOY, 10**5)
    assert str(slow.value) == str(fast.value)
    assert (slow.value.refund, slow.value.time) == (fast.value.refund, fast.value.time) == (refund, 100)


# ---------------------------------------------------------------- 20: a clock that runs out
def with_clock(act: tuple[int, ...], work_from: int, wait: int, give_up: int = -1) -> SmallDesk:
    """A clock of 100 s is set, then a wait, then a line whose slot comes at `work_from`; then work of 1,000 s. Step 4 ends it all."""
    program = {
        0: (OP_ALARM, 1, 2, 0),
        1: (OP_WAIT, 2, 1),
        2: (OP_WORK, 3, 0, 0, 0, give_up, 4, -1, 0, 0),
        3: (OP_DONE, 0, -1),
        4: (OP_DONE, 9, -1),
        ALARM_ROWS + 2: act,
    }
    return SmallDesk([{"filed": 7, "span": [100, wait], "work": [1000], "patience": [10]}], program, changes=[(work_from, 0, ON)])


STANDING = {"in line": (5000, 0), "waiting elsewhere": (0, 3000), "at work": (0, 0)}


def naive_clock(due: int, looks: list[int]) -> int:
    """A clock that is looked at only when the case comes to its next step: when it is noticed."""
    return next(look for look in looks if look >= due)


@pytest.mark.parametrize("where", STANDING)
def test_a_clock_that_runs_out_is_noticed_in_that_very_instant(where: str) -> None:
    """Trap 20. Cure: the engine keeps a moment for the refund's earliest clock, whatever the refund is doing."""
    told = story(with_clock((ALARM_GO_ON, 0, 1, -1, 0), *STANDING[where]))
    assert [second for second, _, kind, _ in told if kind == "alarm"] == [107]
    steps = [second for second, _, kind, _ in told if kind in ("joined", "began", "finished", "closed")]
    assert naive_clock(107, steps) > 107


@pytest.mark.parametrize(("where", "ends"), [("in line", 107), ("waiting elsewhere", 107), ("at work", 1007)])
def test_a_clock_that_sends_the_case_elsewhere_does_so_at_once_or_when_work_under_way_is_done(where: str, ends: int) -> None:
    told = both(with_clock((ALARM_GO_TO, 4, 1, -1, 0), *STANDING[where])).rows
    closed = told[told["kind"] == CLOSED]
    assert [(int(row["time"]), int(row["step"])) for row in closed] == [(ends, 9)]


def test_a_clock_that_is_put_off_goes_off_at_its_new_time_only() -> None:
    program = {
        0: (OP_ALARM, 1, 0, 0),
        1: (OP_WAIT, 2, 1),
        2: (OP_ALARM, 3, 0, 2),
        3: (OP_WAIT, 4, 3),
        4: (OP_DONE, 0, -1),
        ALARM_ROWS: (ALARM_GO_ON, 0, 1, -1, 0),
    }
    desk = SmallDesk([{"filed": 0, "span": [100, 50, 200, 500]}], program)
    assert story(desk, "alarm", "closed") == [(250, 0, "alarm", -1), (550, 0, "closed", -1)]
