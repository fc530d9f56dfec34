"""Traps of size: what grows with the line, with abandoned clocks, and with every refund that is over. Counted, not timed."""

import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import simpy
from simpy.resources.resource import PriorityRequest

from sim.demand.workload import NEVER
from sim.desk import compiled_engine, compiled_kernel
from sim.desk.compiled_engine import run_compiled
from sim.desk.contract import Procedure
from sim.desk.records import DONE, GO_ON, WORK
from sim.desk.simpy_engine import Desk
from sim.desk.toy import TOY
from sim.scenario.calendar import ON
from tests.engine.small_desks import SmallDesk, served

WAITING = 50_000
MOST = 4 * WAITING.bit_length()
"""Comparisons that joining a line of 50,000 may cost: a few per level of a heap."""


# ---------------------------------------------------------------- 3: a long line
class Counting(int):
    """A key that counts how often it is compared."""

    compared = 0

    def __lt__(self, other: int) -> bool:
        Counting.compared += 1
        return int(self) < int(other)

    def __eq__(self, other: object) -> bool:
        Counting.compared += 1
        return int(self) == other

    __hash__ = int.__hash__


def to_the_head(item: int, step: int, refund: Any, state: Any, tables: Any, now: int) -> Any:
    """Every newcomer goes before all who wait: the worst there is for a heap."""
    return (WORK, 1, 0, Counting(-now), NEVER, -1, -1) if step == 0 else (DONE, -1, 0, NEVER, NEVER, -1, -1)


URGENT_FIRST = Procedure("urgent first", to_the_head, lambda *_: 1, lambda *_: (GO_ON, -1, 0, 0, NEVER, -1, -1))


def test_joining_a_line_of_50_000_costs_a_few_comparisons_on_the_simpy_engine() -> None:
    """Trap 3: PriorityResource sorts its whole list at each request. Cure: a heap per line."""
    refunds = np.repeat(SmallDesk([{}], served()).parts()[0], WAITING + 100)
    refunds["filed"] = refunds["number"] = np.arange(len(refunds))
    desk = Desk(refunds, *SmallDesk([], served(), changes=[(10**9, 0, ON)]).parts()[1:], URGENT_FIRST)
    desk.run(WAITING)
    assert desk.waiting[0] == WAITING
    Counting.compared = 0
    desk.run(WAITING + 100)
    assert 0 < Counting.compared / 100 <= MOST


def test_joining_a_line_of_50_000_costs_a_few_comparisons_on_the_compiled_engine() -> None:
    class Heap:
        """An array that counts how often it is read."""

        def __init__(self) -> None:
            self.cells, self.read = np.zeros((WAITING + 1, 3), np.int64), 0

        def __getitem__(self, at: tuple[int, int]) -> int:
            self.read += 1
            return int(self.cells[at])

        def __setitem__(self, at: tuple[int, int], value: int) -> None:
            self.cells[at] = value

    heap = Heap()
    heap.cells[:, 0] = np.arange(WAITING + 1)  # sorted is a heap
    compiled_kernel.sift_up(heap, WAITING, -1, 0, 0)
    assert heap.cells[0].tolist() == [-1, 0, 0]
    assert 0 < heap.read <= 6 * WAITING.bit_length()
    before, heap.read = heap.cells.copy(), 0
    compiled_kernel.remove_first(heap, WAITING + 1)
    assert heap.cells[0, 0] == 0
    assert len(before) == WAITING + 1
    assert 0 < heap.read <= 9 * WAITING.bit_length()


def test_simpys_own_priority_line_looks_at_everybody_at_each_request() -> None:
    """The fall itself, with 500 in line."""

    class Looked(PriorityRequest):
        looks = 0

        @property
        def key(self) -> Any:  # type: ignore[override]
            Looked.looks += 1
            return self._key

        @key.setter
        def key(self, value: Any) -> None:
            self._key = value

    server = simpy.PriorityResource(simpy.Environment(), 1)
    for waiting in range(500):
        Looked(server, priority=-waiting)
    Looked.looks = 0
    Looked(server, priority=-1000)
    assert Looked.looks >= 499


# ---------------------------------------------------------------- 4: clocks that mean nothing any more
CUSTOMERS, STAFF, LONG = 20_000, 10, 10**7
BOUND = 3_000
"""Events in the list: those that mean something (about 40), and at most 1,024 or as many again that do not."""


def patient_customers() -> tuple[np.ndarray, Any, np.ndarray]:
    g = np.random.default_rng(4)
    gaps, work = g.exponential(110, CUSTOMERS).astype(int), g.exponential(1000, CUSTOMERS).astype(int) + 1
    rows = [{"filed": 0, "work": [0], "patience": [LONG]}] * CUSTOMERS
    desk = SmallDesk(rows, served(0), changes=[(0, slot, ON) for slot in range(STAFF)], slots=[(0, 0, 1)] * STAFF)
    refunds, floor, tables = desk.parts()
    refunds["filed"], refunds["work"][:, 0] = np.cumsum(gaps), work
    return refunds, floor, tables


def test_clocks_of_those_already_served_do_not_pile_up_in_simpys_list() -> None:
    """Trap 4. Cure: events that mean nothing any more are counted, and swept out when they are more than half."""
    desk = Desk(*patient_customers(), TOY)
    longest = 0
    while desk.step() < NEVER:
        longest = max(longest, len(desk.env._queue))
    assert 0 < longest <= BOUND


def test_clocks_of_those_already_served_do_not_pile_up_in_the_compiled_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled_run = compiled_engine.compiled_run
    longest = []

    def in_slices(announce: Any) -> Any:
        run = compiled_run(announce)

        def sliced(*arguments: Any) -> int:
            """The same run, stopped now and then to look at the number of events."""
            *rest, world, _ = arguments
            status = compiled_kernel.COMPLETE
            for until in [*range(10_000, 2_400_000, 10_000), NEVER]:
                status = run(*rest, world, until)
                longest.append(int(world["events"][0]))
                if status != compiled_kernel.COMPLETE:
                    break
            return int(status)

        return sliced

    monkeypatch.setattr(compiled_engine, "compiled_run", in_slices)
    run_compiled(*patient_customers(), TOY)
    assert len(longest) > 200
    assert 0 < max(longest) <= BOUND


def test_in_plain_simpy_they_do_pile_up() -> None:
    """The fall itself: `request | timeout` leaves a timeout behind for each customer served."""
    env = simpy.Environment()
    server = simpy.Resource(env, STAFF)

    def customer() -> Iterator[Any]:
        with server.request() as turn:
            yield turn | env.timeout(LONG)
            yield env.timeout(1)

    def source() -> Iterator[Any]:
        for _ in range(5_000):
            env.process(customer())
            yield env.timeout(1)

    env.process(source())
    env.run(until=6_000)
    assert server.count == 0
    assert len(env._queue) >= 5_000


# ---------------------------------------------------------------- 8: memory
class Hoarder(Desk):
    """The reference engine without the cure: it keeps every case that is over."""

    def close(self, case: Any, *rest: Any) -> None:
        self.__dict__.setdefault("kept", []).append(case)
        super().close(case, *rest)


def bytes_per_finished(engine: type[Desk], count: int = 4_000) -> float:
    refunds, floor, tables = patient_customers()
    desk = engine(refunds[: 2 * count].copy(), floor, tables, TOY)
    tracemalloc.start()
    try:
        desk.run(int(refunds["filed"][count]))
        before, _ = tracemalloc.get_traced_memory()
        desk.run(int(refunds["filed"][2 * count - 1]))
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return (after - before) / count


def test_a_finished_refund_leaves_less_than_two_kilobytes_on_the_simpy_engine() -> None:
    """Trap 8: monitors that grow with every event. Cure: log rows of 24 bytes and the ledger are all that stays."""
    ours = bytes_per_finished(Desk)
    assert ours < 600
    assert bytes_per_finished(Hoarder) > 2 * ours
