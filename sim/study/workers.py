"""Who simulates: threads of this process, which share one copy of everything (the engines and the drawing let go of the interpreter).

Tasks are independent of each other and of who does them, so results are the same for one worker and for many, in any order.
"""

import os
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import Event
from typing import Protocol

import pyarrow as pa

from sim.desk.contract import EndlessInstant, ProcedureError
from sim.errors import BadInput
from sim.study.block import Job, Stopped, simulated

Task = Sequence[Job]
"""Jobs for the same replications and size: the scenarios that share their luck."""

Tables = tuple[pa.Table, ...]
"""One for each job of a task."""

ATTEMPTS = 3
"""How often a task is tried before its failure counts."""

CERTAIN = (BadInput, EndlessInstant, ProcedureError)
"""Failures that another attempt would meet again."""

Ran = Callable[[], None]
"""Told after each run, from whatever thread, by workers that know."""

LOOK_EVERY = 0.5
"""Seconds after which a waiting driver looks whether somebody asked to stop."""


class Workers(Protocol):
    """Whoever can do tasks."""

    def each(self, tasks: Sequence[Task], ran: Ran) -> Generator[tuple[int, Tables], None, None]:
        """(place of a task, its tables) as they are done, each once. Closing the iterator stops the others.

        A task that fails for no reason of its own (memory, a worker that died) is tried again; its last failure is raised.
        """
        ...


class Threads:
    """`count` threads of this process; by default one for each core that it may use."""

    def __init__(self, count: int | None = None) -> None:
        self.count = count or usable_cores()

    def each(self, tasks: Sequence[Task], ran: Ran) -> Generator[tuple[int, Tables], None, None]:
        stop = Event()
        waiting = iter(range(len(tasks)))
        pool = ThreadPoolExecutor(self.count, "replications")
        under_way: dict[Future[Tables], int] = {}
        try:
            while True:
                while len(under_way) < self.count and (place := next(waiting, None)) is not None:
                    under_way[pool.submit(_attempted, tasks[place], stop, ran)] = place
                if not under_way:
                    return
                done, _ = wait(under_way, timeout=LOOK_EVERY, return_when=FIRST_COMPLETED)
                for future in sorted(done, key=_failed):  # what is done is kept, whatever fails beside it
                    yield under_way.pop(future), future.result()
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)


def usable_cores() -> int:
    """Cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def _failed(future: Future[Tables]) -> bool:
    return future.exception() is not None


class _Once:
    """Tells of each run of a task once, though another attempt begins anew."""

    def __init__(self, told: Ran) -> None:
        self.told, self.most, self.now = told, 0, 0

    def again(self) -> None:
        self.now = 0

    def ran(self) -> None:
        self.now += 1
        if self.now > self.most:
            self.most = self.now
            self.told()


def _attempted(task: Task, stop: Event, ran: Ran) -> Tables:
    once = _Once(ran)
    for attempt in range(1, ATTEMPTS + 1):
        once.again()
        try:
            return simulated(task, stop.is_set, once.ran)
        except (*CERTAIN, Stopped):
            raise
        except Exception:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("a task is tried at least once")
