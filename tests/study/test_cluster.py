"""Workers of a real cluster on this machine: the figures of threads, through the death of a worker, of all, of the scheduler."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from sim.errors import BadInput
from sim.study import cluster as clusters
from sim.study.block import BLOCK, simulated
from sim.study.cluster import Cluster
from sim.study.code_version import code_version
from sim.study.laboratory import Laboratory
from sim.study.store import Store
from sim.study.workers import ATTEMPTS, Tables, Task
from tests.study.quick import DEADLINE, QUICK, WORLDS, compared, figures_of, process, quick_luck, until

pytest.importorskip("distributed")

REPLICATIONS = 25
"""So many that most of a comparison is still to be done when something dies."""

RUNS = WORLDS * REPLICATIONS
OTHER_CODE = "0123456789abcdef" * 4


@dataclass(frozen=True)
class Local:
    """A scheduler on this machine and its workers, one thread each."""

    address: str
    scheduler: Popen[bytes]
    workers: tuple[Popen[bytes], ...]


@contextmanager
def local_cluster(folder: Path, workers: int) -> Iterator[Local]:
    """Everything on loopback, and gone at the end."""
    told = folder / "scheduler.json"
    options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(told))
    with ExitStack() as stack:
        scheduler = stack.enter_context(_quiet(folder / "scheduler.log", "distributed.cli.dask_scheduler", *options))
        until(lambda: told.exists() and bool(told.read_bytes().strip()), scheduler)
        address = str(json.loads(told.read_bytes())["address"])
        alone = ("--no-nanny", "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1", "--local-directory", str(folder))
        begun = tuple(
            stack.enter_context(_quiet(folder / f"worker-{number}.log", "distributed.cli.dask_worker", address, *alone))
            for number in range(workers)
        )
        yield Local(address, scheduler, begun)


@contextmanager
def _quiet(log: Path, module: str, *options: str) -> Iterator[Popen[bytes]]:
    """A process of the cluster, whose pipes nobody reads: what it says goes into a file."""
    into_file = f"import os, runpy; os.dup2(os.open({str(log)!r}, os.O_WRONLY | os.O_CREAT), 1); os.dup2(1, 2)"
    with process("-c", f"{into_file}; runpy.run_module({module!r}, run_name='__main__')", *options) as begun:
        yield begun


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    with local_cluster(tmp_path_factory.mktemp("cluster"), 2) as found:
        yield found


@pytest.fixture(scope="module")
def expected() -> list[Any]:
    return compared(Laboratory(), REPLICATIONS)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "runs")


def at(done: int, act: Callable[[], Any]) -> Callable[[int, int], None]:
    """Progress at which something happens once, when so many runs are done."""
    left = [act]

    def told(made: int, _total: int) -> None:
        if made >= done and left:
            left.pop()()

    return told


def kill(*processes: Popen[bytes]) -> None:
    for each in processes:
        each.kill()
        each.wait(DEADLINE)


def goes_on(store: Store, kept: int, expected: Any) -> None:
    """The same call on threads uses what the cluster made, and ends in the same figures."""
    assert not store.unsound()
    assert kept == sum(each.replications for each in store.kept())
    second = Laboratory(store)
    assert compared(second, REPLICATIONS) == expected
    assert (second.found, second.made) == (kept, RUNS - kept)


# ---------------------------------------------------------------- as of threads
def test_figures_are_those_of_threads(local: Local, store: Store, expected: Any) -> None:
    steps: list[tuple[int, int]] = []
    with Cluster(local.address) as workers:
        laboratory = Laboratory(store, workers, lambda done, total: steps.append((done, total)))
        assert compared(laboratory, REPLICATIONS) == expected
    assert (laboratory.found, laboratory.made) == (0, RUNS)
    assert steps == [(done, RUNS) for done in range(1, RUNS + 1)]
    goes_on(store, RUNS, expected)


def test_a_stop_keeps_what_is_done_and_leaves_the_cluster_to_the_next(local: Local, store: Store, expected: Any) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with Cluster(local.address) as workers:
        stopped = Laboratory(store, workers, at(10, stop))
        with pytest.raises(KeyboardInterrupt):
            compared(stopped, REPLICATIONS)
    assert BLOCK * WORLDS <= stopped.made < RUNS  # what is told as done is kept
    with Cluster(local.address) as workers:
        second = Laboratory(store, workers)
        assert compared(second, REPLICATIONS) == expected
    assert second.found == stopped.made


def fails(marks: Path, times: int, version: str, jobs: Task) -> Tables:
    """Stands in for `simulated_by` on the workers: the second block runs out of memory so many times."""
    assert version
    if jobs[0].block == 1:
        number = len(list(marks.iterdir()))
        (marks / str(number)).touch()
        if number < times:
            raise MemoryError("no room")
    return simulated(jobs)


@pytest.mark.parametrize("times", [ATTEMPTS - 1, ATTEMPTS])
def test_a_task_is_tried_three_times(local: Local, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    monkeypatch.setattr(clusters, "simulated_by", partial(fails, marks, times))
    with Cluster(local.address) as workers:
        laboratory = Laboratory(store, workers)
        if times < ATTEMPTS:
            assert figures_of(laboratory.tables(quick_luck(10))) == figures_of(Laboratory().tables(quick_luck(10)))
        else:
            with pytest.raises(MemoryError, match="no room"):
                laboratory.tables(quick_luck(10))
    assert len(list(marks.iterdir())) == ATTEMPTS
    assert sum(each.replications for each in store.kept()) == laboratory.made


def test_bad_input_on_a_worker_arrives_as_it_was_told(local: Local) -> None:
    jobs = [[replace(job, hash="0" * 64) for job in jobs] for jobs in quick_luck(5)]
    with Cluster(local.address) as workers, pytest.raises(BadInput, match="is not the file that was there") as error:
        Laboratory(None, workers).tables(jobs)
    assert error.value.field == "demand.orders.forecast"
    assert error.value.allowed == "the same file on every machine, unchanged until the end"


# ---------------------------------------------------------------- what dies
def test_a_worker_that_is_killed_is_no_loss(tmp_path: Path, store: Store, expected: Any, capfd: pytest.CaptureFixture[str]) -> None:
    with local_cluster(tmp_path, 2) as local:
        with Cluster(local.address) as workers:
            laboratory = Laboratory(store, workers, at(10, lambda: kill(local.workers[0])))
            assert compared(laboratory, REPLICATIONS) == expected
        assert local.workers[0].returncode == -9
        assert local.workers[1].poll() is None
    assert laboratory.made == RUNS
    goes_on(store, RUNS, expected)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("who", ["scheduler", pytest.param("workers", marks=pytest.mark.proof)])
def test_a_cluster_that_is_killed_is_told_and_what_was_done_is_kept(
    tmp_path: Path, store: Store, expected: Any, who: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with local_cluster(tmp_path, 1) as local:
        dies, says = ([local.scheduler], "is gone") if who == "scheduler" else (local.workers, "has no workers any more")
        with Cluster(local.address) as workers:
            monkeypatch.setattr(clusters, "WAITS", 1)
            laboratory = Laboratory(store, workers, at(10, lambda: kill(*dies)))
            with pytest.raises(ConnectionError, match=f"the cluster at {local.address} {says}"):
                compared(laboratory, REPLICATIONS)
    assert 0 < laboratory.made < RUNS
    goes_on(store, laboratory.made, expected)
    assert capfd.readouterr().err == ""


@pytest.mark.proof
def test_the_command_says_in_one_sentence_that_the_cluster_is_gone(tmp_path: Path, store: Store) -> None:
    policy = tmp_path / "refresh.toml"
    policy.write_text('[policy]\nrefresh = "20 min"\n', "utf-8")
    call = ("-m", "sim.cli", "compare", str(QUICK), "--policy", str(policy), "--json", "--replications", "1000", "--cluster")
    with local_cluster(tmp_path, 1) as local, process(*call, local.address, REFUND_DESK_RUNS=str(store.folder)) as begun:
        until(lambda: len(list(store.files())) >= 4, begun)
        kill(local.scheduler)
        out, err = begun.communicate(timeout=DEADLINE)
    assert (begun.returncode, out) == (1, b"")
    assert err.decode().splitlines() == [f"It could not be finished: ConnectionError: the cluster at {local.address} is gone"]
    assert sum(each.replications for each in store.kept()) >= 20
    assert not store.unsound()


# ---------------------------------------------------------------- what is no cluster for this
def refused(address: str) -> BadInput:
    with pytest.raises(BadInput) as error, Cluster(address):
        raise AssertionError("entered")
    assert error.value.field == "--cluster"
    assert error.value.value == address
    return error.value


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:1", "127.0.0.1:1", "nowhere", "tcp://", "http://127.0.0.1:1", "", "tcp://127.0.0.1:x"]
)
def test_an_address_where_no_scheduler_answers_is_refused(
    address: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(clusters, "WAITS", 1)
    assert "no scheduler answers there" in str(refused(address))
    assert capfd.readouterr().err == ""


def test_a_scheduler_without_workers_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "WAITS", 1)
    with local_cluster(tmp_path, 0) as local:
        assert "has no workers" in str(refused(local.address))


class OfAnotherVersion:
    """What this process takes for the version of its program; workers, to whom it is sent, are asked for their own."""

    def __call__(self) -> str:
        return OTHER_CODE

    def __reduce__(self) -> tuple[Callable[[], Any], tuple[()]]:
        return the_true_one, ()


def the_true_one() -> Callable[[], str]:
    return code_version


def test_workers_of_another_version_are_refused(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(clusters, "code_version", OfAnotherVersion())
        assert "do not run this version of the program" in str(refused(local.address))
    with Cluster(local.address):
        pass


def test_a_worker_of_another_version_that_comes_later_makes_nothing(local: Local, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """All were asked on entering; one that joins afterwards is found out by its first task."""
    with Cluster(local.address) as workers:
        monkeypatch.setattr(clusters, "code_version", OfAnotherVersion())
        laboratory = Laboratory(store, workers)
        with pytest.raises(BadInput, match="do not run this version of the program") as error:
            laboratory.tables(quick_luck(10))
    assert error.value.field == "--cluster"
    assert (laboratory.made, list(store.files())) == (0, [])


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    error = refused("tcp://127.0.0.1:1")
    assert 'needs the extra "cluster"' in str(error)
    assert "pip install refund-desk[cluster]" in str(error)
