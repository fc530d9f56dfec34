"""Workers on other machines: the scheduler of a Dask cluster gives them the tasks, and this process keeps what they bring back.

A worker that dies is no loss: the scheduler gives its tasks to another. If the scheduler dies, what was done is kept, and the same call
goes on from there. Workers need the same version of the program; a history or forecast must lie at the same path there. Dask trusts whoever
can reach its scheduler: use it in a network of one's own, or with its TLS settings.
"""

import logging
import platform
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from sim.errors import BadInput, msgid
from sim.study.block import simulated
from sim.study.code_version import code_version
from sim.study.workers import ATTEMPTS, CERTAIN, Ran, Tables, Task
from sim.words import _

OPTION = "--cluster"
WAITS = 15
"""Seconds after which a scheduler or worker that does not answer is not there."""

LOOK_EVERY, CLOSES = 0.5, 5
"""Seconds after which a waiting driver looks whether the scheduler is there, and that a client has to say goodbye."""

LOUD = ("distributed.client", "distributed.core", "distributed.utils", "distributed.comm.core")
"""Loggers that write a traceback where a connection is lost."""

RUNNING = "running"
"""What a client's status is while it is connected."""

AHEAD = 2
"""Tasks given out for each thread of the workers: none waits for the next, and a stop has little to take back."""

_OTHER_VERSION = msgid("its workers do not run this version of the program ({reason})")
_THE_SAME = msgid("the same sources, Python and libraries on all machines")
_AN_ADDRESS = msgid("the address of a Dask scheduler, such as tcp://127.0.0.1:8786")


def simulated_by(version: str, jobs: Task) -> Tables:
    """As `simulated`, on a worker of this `version` of the program: one may have joined since all of them were asked. Raises BadInput where
    it has another."""
    if code_version() != version:
        raise BadInput(_OTHER_VERSION, field=OPTION, allowed=_THE_SAME, reason=platform.node())
    return simulated(jobs)


class Cluster:
    """The workers of a scheduler, for as long as the `with` lasts. Raises BadInput on entering: no scheduler there, no workers, or workers
    of another version of the program."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._client: Any = None
        self._levels: dict[str, int] = {}

    def __enter__(self) -> Self:
        try:
            import distributed
        except ImportError:
            wrong = msgid('needs the extra "cluster", which is not installed')
            raise BadInput(
                wrong, field=OPTION, value=self.address, allowed=msgid("the extra installed: pip install refund-desk[cluster]")
            ) from None
        self._quiet(True)
        client: Any = distributed.Client
        self._client = client.__new__(client)  # so that one that comes to nothing can be closed: left to be collected, it closes itself at
        try:  # any time, and waits forever if that is while another begins
            self._client.__init__(self.address, timeout=WAITS, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            self.__exit__(None, None, None)
            reason = str(error) or type(error).__name__
            raise BadInput(
                "no scheduler answers there ({reason})", field=OPTION, value=self.address, allowed=_AN_ADDRESS, reason=reason
            ) from None
        try:
            self._check()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with suppress(OSError, AttributeError):  # nobody there to say goodbye to, or a client that never began
            self._client.close(CLOSES)
        self._quiet(False)

    def _quiet(self, quiet: bool) -> None:
        """Whether Dask keeps its tracebacks to itself: what matters of them is said by the errors raised here."""
        for name in LOUD:
            logger = logging.getLogger(name)
            if quiet:
                self._levels[name] = logger.level
            logger.setLevel(logging.CRITICAL if quiet else self._levels[name])

    def _check(self) -> None:
        """Whether there are workers, and all of them run this version of the program."""
        try:
            self._client.wait_for_workers(1, timeout=WAITS)
        except TimeoutError:
            wrong = msgid("the scheduler has no workers")
            raise BadInput(wrong, field=OPTION, value=self.address, allowed=msgid("a scheduler with at least one worker")) from None
        try:
            versions = self._client.run(code_version)
        except Exception as error:  # whatever a machine without the program ends in
            raise self._other_version(str(error) or type(error).__name__) from None
        others = sorted(worker for worker, version in versions.items() if version != code_version())
        if others:
            raise self._other_version(", ".join(others))

    def _other_version(self, reason: str) -> BadInput:
        return BadInput(_OTHER_VERSION, field=OPTION, value=self.address, allowed=_THE_SAME, reason=reason)

    def each(self, tasks: Sequence[Task], ran: Ran) -> Generator[tuple[int, Tables], None, None]:
        """As of `Workers`. Raises OSError where the cluster is lost."""
        attempts = dict.fromkeys(range(len(tasks)), 0)
        waiting = iter(range(len(tasks)))
        under_way: dict[Any, int] = {}

        def give(place: int) -> None:
            attempts[place] += 1
            under_way[self._client.submit(simulated_by, code_version(), tuple(tasks[place]), pure=False)] = place

        try:
            for _more in range(AHEAD * max(1, sum(self._client.nthreads().values()))):
                if (place := next(waiting, None)) is not None:
                    give(place)
            while under_way:
                for future in self._done(under_way):
                    place = under_way.pop(future)
                    tables = self._brought(future, attempts[place])
                    if tables is None:
                        give(place)
                        continue
                    if (following := next(waiting, None)) is not None:
                        give(following)
                    yield place, tables
                    for _run in range(sum(job.count for job in tasks[place])):
                        ran()
        finally:
            if self._client.status == RUNNING:
                self._client.cancel(list(under_way), force=True)

    def _done(self, under_way: Iterable[Any]) -> list[Any]:
        """Those that are finished, at least one; looks every now and then whether scheduler and workers are still there."""
        import distributed

        wait: Any = distributed.wait
        alone = 0.0
        while alone < WAITS:
            if self._client.status != RUNNING:
                raise self._gone()
            try:
                with self._client.as_current():
                    return list(wait(list(under_way), timeout=LOOK_EVERY, return_when="FIRST_COMPLETED").done)
            except TimeoutError:
                alone = 0.0 if self._workers() else alone + LOOK_EVERY
            except CancelledError:
                raise self._gone() from None
        raise ConnectionError(_("the cluster at {address} has no workers any more").format(address=self.address))

    def _workers(self) -> int:
        """How many workers the scheduler has. Raises ConnectionError where it does not say."""
        try:
            return len(self._client.nthreads())
        except (OSError, CancelledError):
            raise self._gone() from None

    def _brought(self, future: Any, attempt: int) -> Tables | None:
        """What a finished task brought; None where it is to be tried again."""
        if future.cancelled():
            raise self._gone()
        error = future.exception()
        if error is None:
            found: Tables = future.result()
            return found
        if isinstance(error, CERTAIN) or attempt == ATTEMPTS:
            raise error
        return None

    def _gone(self) -> ConnectionError:
        return ConnectionError(_("the cluster at {address} is gone").format(address=self.address))
