"""The laboratory: the same figures whoever simulates and in whatever order they arrive, what is done is kept, and nothing is done twice."""

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Lock, enumerate
from typing import Any

import pytest

from sim.desk.contract import EndlessInstant, ProcedureError
from sim.errors import BadInput
from sim.study import laboratory as laboratories
from sim.study import workers
from sim.study.block import BLOCK, Job, simulated
from sim.study.laboratory import TOGETHER, Laboratory
from sim.study.store import Store
from sim.study.workers import ATTEMPTS, Ran, Tables, Task, Threads
from tests.study.quick import ROOT, WORLDS, figures_of, quick_luck, surroundings

RUN = BLOCK * WORLDS
"""Runs of one task: a block of the baseline and of each policy."""

RUNS = 2 * RUN
"""Runs of the luck that the tests make."""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "runs")


@pytest.fixture(scope="module")
def expected() -> Any:
    return figures_of(Laboratory(workers=Threads(1)).tables(quick_luck(10)))


@dataclass
class Told:
    """Progress as it was told."""

    steps: list[tuple[int, int]] = field(default_factory=list)

    def __call__(self, done: int, total: int) -> None:
        self.steps.append((done, total))


class InAnyOrder:
    """Workers whose results come in a given order of the tasks' places."""

    def __init__(self, order: Callable[[int], Sequence[int]]) -> None:
        self.order = order

    def each(self, tasks: Sequence[Task], ran: Ran) -> Generator[tuple[int, Tables], None, None]:
        for place in self.order(len(tasks)):
            yield place, simulated(tasks[place], ran=ran)


# ---------------------------------------------------------------- who simulates, and in which order
@pytest.mark.parametrize("count", [1, 2, 5])
def test_figures_are_the_same_for_any_number_of_threads(expected: Any, count: int) -> None:
    assert figures_of(Laboratory(workers=Threads(count)).tables(quick_luck(10))) == expected


@pytest.mark.parametrize(
    "order", [lambda n: range(n), lambda n: range(n)[::-1], lambda n: [*range(1, n), 0]], ids=["as is", "back", "last"]
)
def test_figures_are_the_same_in_any_order_of_arrival(store: Store, expected: Any, order: Callable[[int], Sequence[int]]) -> None:
    laboratory = Laboratory(store, InAnyOrder(order))
    assert figures_of(laboratory.tables(quick_luck(10))) == expected
    assert laboratory.made == RUNS
    again = Laboratory(store, NoWorkers())
    assert figures_of(again.tables(quick_luck(10))) == expected
    assert (again.found, again.made) == (RUNS, 0)


class NoWorkers:
    """Workers who must not be asked for anything."""

    def each(self, tasks: Sequence[Task], ran: Ran) -> Generator[tuple[int, Tables], None, None]:
        assert not tasks, "what is in the store was asked for again"
        yield from ()


def test_a_second_call_makes_nothing(store: Store, expected: Any) -> None:
    first = Laboratory(store)
    assert figures_of(first.tables(quick_luck(10))) == expected
    assert (first.found, first.made) == (0, RUNS)
    told = Told()
    second = Laboratory(store, NoWorkers(), told)
    assert figures_of(second.tables(quick_luck(10))) == expected
    assert (second.found, second.made, told.steps) == (RUNS, 0, [(RUNS, RUNS)])


def test_only_what_is_missing_is_made(store: Store, expected: Any) -> None:
    Laboratory(store).tables([jobs[:1] for jobs in quick_luck(5)])
    laboratory = Laboratory(store)
    assert figures_of(laboratory.tables(quick_luck(10))) == expected
    assert (laboratory.found, laboratory.made) == (BLOCK, RUNS - BLOCK)


def test_many_scenarios_are_dealt_out_in_tasks_of_a_few() -> None:
    (jobs,) = quick_luck(1)
    asked: list[int] = []

    class Counting(InAnyOrder):
        def each(self, tasks: Sequence[Task], ran: Ran) -> Generator[tuple[int, Tables], None, None]:
            asked.extend(len(task) for task in tasks)
            yield from super().each(tasks, ran)

    (tables,) = Laboratory(workers=Counting(lambda n: range(n)[::-1])).tables([jobs * TOGETHER + jobs[:1]])
    assert asked == [TOGETHER] * WORLDS + [1]
    (figures,) = figures_of([tables])
    assert figures == figures[:WORLDS] * TOGETHER + figures[:1]
    assert len({str(each) for each in figures}) == WORLDS


def test_without_a_store_nothing_is_written_or_found(expected: Any) -> None:
    laboratory = Laboratory()
    assert figures_of(laboratory.tables(quick_luck(10))) == expected
    laboratory.tables(quick_luck(5))
    assert (laboratory.found, laboratory.made) == (0, RUNS + RUN)


# ---------------------------------------------------------------- progress
@pytest.mark.parametrize("count", [1, 3])
def test_progress_counts_every_run_once_and_ends_at_all_of_them(store: Store, count: int) -> None:
    told = Told()
    Laboratory(store, Threads(count), told).tables(quick_luck(5))
    assert told.steps == [(done, RUN) for done in range(1, RUN + 1)]
    told = Told()
    Laboratory(store, Threads(count), told).tables(quick_luck(10))
    assert told.steps == [(done, RUNS) for done in range(RUN, RUNS + 1)]


# ---------------------------------------------------------------- failures
class Failing:
    """Stands in for `simulated`: the first attempts of the chosen tasks end in an error, after two runs."""

    def __init__(self, error: BaseException, times: int, fails: Callable[[Job], bool]) -> None:
        self.error, self.times, self.fails = error, times, fails
        self.attempts: dict[int, int] = {}
        self._lock = Lock()

    def __call__(self, jobs: Task, stops: Callable[[], bool] = lambda: False, ran: Ran = lambda: None) -> Tables:
        with self._lock:
            tried = self.attempts[jobs[0].block] = self.attempts.get(jobs[0].block, 0) + 1
        if self.fails(jobs[0]) and tried <= self.times:
            ran()
            ran()
            raise self.error
        return simulated(jobs, stops, ran)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Failing]:
    def put(error: BaseException, times: int, fails: Callable[[Job], bool] = lambda job: job.block == 1) -> Failing:
        stand_in = Failing(error, times, fails)
        monkeypatch.setattr(workers, "simulated", stand_in)
        return stand_in

    return put


def test_a_task_that_runs_out_of_memory_twice_is_tried_a_third_time(store: Store, failing: Callable[..., Failing], expected: Any) -> None:
    stand_in = failing(MemoryError(), ATTEMPTS - 1)
    told = Told()
    laboratory = Laboratory(store, Threads(2), told)
    assert figures_of(laboratory.tables(quick_luck(10))) == expected
    assert stand_in.attempts == {0: 1, 1: ATTEMPTS}
    assert told.steps == [(done, RUNS) for done in range(1, RUNS + 1)]  # a run done again is not told again
    assert (laboratory.made, sum(kept.replications for kept in store.kept())) == (RUNS, RUNS)


@pytest.mark.parametrize("count", [1, 2])
def test_a_task_that_fails_for_good_ends_it_and_what_was_done_is_kept(
    store: Store, failing: Callable[..., Failing], expected: Any, count: int
) -> None:
    stand_in = failing(MemoryError("no room"), ATTEMPTS)
    told = Told()
    with pytest.raises(MemoryError, match="no room"):
        Laboratory(store, Threads(count), told).tables(quick_luck(10))
    assert stand_in.attempts[1] == ATTEMPTS
    if count == 1:
        assert told.steps[-1] == (RUN + 2, RUNS)  # each attempt began with the same two runs
    kept = sum(each.replications for each in store.kept())
    assert kept == RUN if count == 1 else kept in (0, RUN)
    assert not store.unsound()
    second = Laboratory(store)
    assert figures_of(second.tables(quick_luck(10))) == expected  # its fourth attempt
    assert (second.found, second.made) == (kept, RUNS - kept)


def test_what_is_done_at_the_moment_of_a_failure_is_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two tasks end at once, one of them badly: whichever is looked at first, the good one is kept."""
    together = Barrier(2)

    def at_once(jobs: Task, stops: Callable[[], bool], ran: Ran) -> Tables:
        tables = simulated(jobs, stops, ran)
        together.wait(60)
        if jobs[0].block:
            raise BadInput("is wrong")
        return tables

    monkeypatch.setattr(workers, "simulated", at_once)
    waits = workers.wait

    def wait_for_all(futures: Any, **_: Any) -> Any:
        return waits(futures, timeout=60)

    monkeypatch.setattr(workers, "wait", wait_for_all)
    with pytest.raises(BadInput, match="is wrong"):
        Laboratory(store, Threads(2)).tables(quick_luck(10))
    assert [each.replications for each in store.kept()] == [BLOCK] * WORLDS


@pytest.mark.parametrize("error", [BadInput("is wrong", field="demand"), ProcedureError("unknown line"), EndlessInstant(1, 2, 3)], ids=repr)
def test_what_would_fail_again_is_not_tried_again(store: Store, failing: Callable[..., Failing], error: Exception) -> None:
    stand_in = failing(error, 99)
    with pytest.raises(type(error)) as raised:
        Laboratory(store, Threads(1)).tables(quick_luck(10))
    assert raised.value is error
    assert stand_in.attempts[1] == 1


# ---------------------------------------------------------------- stopped
def at_work() -> list[str]:
    return [thread.name for thread in enumerate() if thread.name.startswith("replications")]


@pytest.mark.parametrize(("count", "after"), [(1, RUN + 2), (2, RUNS - 1), (5, 1)])
def test_a_stop_keeps_finished_blocks_ends_the_threads_and_the_next_call_goes_on(
    store: Store, expected: Any, count: int, after: int
) -> None:
    def stop(done: int, _total: int) -> None:
        if done == after:
            raise KeyboardInterrupt

    stopped = Laboratory(store, Threads(count), stop)
    with pytest.raises(KeyboardInterrupt):
        stopped.tables(quick_luck(10))
    assert at_work() == []
    assert not store.unsound()
    kept = sum(each.replications for each in store.kept())
    assert kept == stopped.made
    if count == 1:
        assert kept == (after - 1) // RUN * RUN  # whole tasks, in their order
    second = Laboratory(store)
    assert figures_of(second.tables(quick_luck(10))) == expected
    assert (second.found, second.made) == (kept, RUNS - kept)


def test_a_stop_between_two_blocks_asks_nothing_more_of_the_workers(store: Store, monkeypatch: pytest.MonkeyPatch, expected: Any) -> None:
    closed: list[int] = []

    class Watched(InAnyOrder):
        def each(self, tasks: Sequence[Task], ran: Ran) -> Generator[tuple[int, Tables], None, None]:
            try:
                yield from super().each(tasks, ran)
            finally:
                closed.append(1)

    write = Store.write

    def stop_after_writing(self: Store, *given: Any) -> None:
        write(self, *given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Store, "write", stop_after_writing)
        with pytest.raises(KeyboardInterrupt):
            Laboratory(store, Watched(lambda n: range(n))).tables(quick_luck(10))
    assert closed == [1]
    assert [each.replications for each in store.kept()] == [BLOCK]
    assert figures_of(Laboratory(store).tables(quick_luck(10))) == expected


def test_threads_under_way_stop_at_their_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only tasks that nobody has begun: a stop does not wait for blocks to come to their ends."""
    begun: list[int] = []
    both = Barrier(2)

    def counted(jobs: Task, stops: Callable[[], bool], ran: Ran) -> Tables:
        def one_more() -> None:
            begun.append(jobs[0].block)
            try:
                both.wait(60)  # neither goes on before the other has had a run
            except BrokenBarrierError:
                return
            ran()

        return simulated(jobs, stops, one_more)

    def stop(_done: int, _total: int) -> None:
        both.abort()
        raise KeyboardInterrupt

    monkeypatch.setattr(workers, "simulated", counted)
    with pytest.raises(KeyboardInterrupt):
        Laboratory(None, Threads(2), stop).tables(quick_luck(10))
    assert at_work() == []
    assert max(begun.count(block) for block in (0, 1)) < RUN


# ---------------------------------------------------------------- a full disk
def _full(*_given: Any, **_named: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("call", ["sim.files.os.fsync", "sim.files.tempfile.mkstemp"])
def test_on_a_full_disk_the_figures_are_right_and_that_is_said_once(
    store: Store, monkeypatch: pytest.MonkeyPatch, expected: Any, call: str
) -> None:
    warnings: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(call, _full)
        laboratory = Laboratory(store, warn=warnings.append)
        assert figures_of(laboratory.tables(quick_luck(10))) == expected
        laboratory.tables(quick_luck(5))
    assert len(warnings) == 1
    assert os.strerror(errno.ENOSPC) in warnings[0]
    assert [file for file in store.folder.rglob("*") if file.is_file()] == []
    with_room = Laboratory(store)
    assert figures_of(with_room.tables(quick_luck(10))) == expected
    assert (with_room.made, len(list(store.files()))) == (RUNS, RUNS // BLOCK)


def test_a_file_in_the_folders_place_is_said_and_left_alone(tmp_path: Path, expected: Any) -> None:
    place = tmp_path / "runs"
    place.write_bytes(b"mine")
    warnings: list[str] = []
    assert figures_of(Laboratory(Store(place), warn=warnings.append).tables(quick_luck(10))) == expected
    assert len(warnings) == 1
    assert place.read_bytes() == b"mine"


ON_LITTLE_ROOM = """
import json, resource, sys
from sim.study.laboratory import Laboratory
from sim.study.store import Store
from tests.study.quick import figures_of, quick_luck
Laboratory().tables(quick_luck(1))  # whatever is compiled is written before the room gets scarce
most, warnings = int(sys.argv[1]), []
if most:
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
figures = figures_of(Laboratory(Store(), warn=warnings.append).tables(quick_luck(10)))
print(json.dumps([warnings, figures]))
"""


def on_little_room(runs: Path, most: int = 0) -> tuple[list[str], Any]:
    """Another process's warnings and figures; it can write files of `most` bytes, 0 = any."""
    command = [sys.executable, "-c", ON_LITTLE_ROOM, str(most)]
    done = subprocess.run(command, cwd=ROOT, env=surroundings(REFUND_DESK_RUNS=str(runs)), capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr.decode()
    warnings, figures = json.loads(done.stdout)
    return warnings, figures


def as_json(figures: Any) -> Any:
    return json.loads(json.dumps(figures))


def test_where_no_file_may_be_larger_than_a_few_bytes_nothing_is_left_half_written(store: Store, expected: Any) -> None:
    warnings, figures = on_little_room(store.folder, 2000)
    assert figures == as_json(expected)
    assert len(warnings) == 1
    assert os.strerror(errno.EFBIG) in warnings[0]
    assert [file for file in store.folder.rglob("*") if file.is_file()] == []
    with_room = Laboratory(store)
    assert figures_of(with_room.tables(quick_luck(10))) == expected
    assert (with_room.found, with_room.made) == (0, RUNS)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with room for a few blocks."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("only root can mount a disk")
    done = subprocess.run([mount, "-t", "tmpfs", "-o", "size=32k", "none", str(place)], capture_output=True, timeout=60, check=False)
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.decode().strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], timeout=60, check=True)


def test_a_disk_that_fills_up_meanwhile_keeps_what_went_on_it(tiny_disk: Path, expected: Any) -> None:
    store = Store(tiny_disk / "runs")
    warnings: list[str] = []
    first = Laboratory(store, warn=warnings.append)
    assert figures_of(first.tables(quick_luck(10))) == expected
    assert len(warnings) == 1
    assert os.strerror(errno.ENOSPC) in warnings[0]
    kept = sum(each.replications for each in store.kept())
    assert 0 < kept < RUNS
    assert not store.unsound()
    subprocess.run(["mount", "-o", "remount,size=16m", str(tiny_disk)], timeout=60, check=True)
    second = Laboratory(store, warn=warnings.append)
    assert figures_of(second.tables(quick_luck(10))) == expected
    assert (second.found, second.made, len(warnings)) == (kept, RUNS - kept, 1)
    third = Laboratory(store, NoWorkers())
    assert figures_of(third.tables(quick_luck(10))) == expected


def test_compiled_code_is_at_hand_before_threads_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    """And is not asked for where nothing is to be simulated."""
    ready: list[Any] = []
    monkeypatch.setattr(laboratories, "get_ready", ready.append)
    store: list[str] = []
    Laboratory(workers=NoWorkers(), announce=store.append).tables([])
    assert ready == []
    laboratory = Laboratory(workers=InAnyOrder(lambda n: range(n)))
    laboratory.tables(quick_luck(1))
    assert ready == [laboratory.announce]
