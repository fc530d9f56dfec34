"""Where replications come from: the store, where they are there already, else the workers; what is new is kept at once."""

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from threading import Lock

import pyarrow as pa

from sim.desk.compiled_engine import get_ready
from sim.errors import BadInput
from sim.study.block import Job, problems_in
from sim.study.store import Store
from sim.study.workers import Ran, Threads, Workers
from sim.words import _

Progress = Callable[[int, int], None]
"""Told how many runs are done, of how many."""

TOGETHER = 6
"""Scenarios whose replications are one task at most, so that they can share what is drawn."""


def _nobody(*_: object) -> None:
    """Says nothing."""


@dataclass
class Laboratory:
    """Who simulates, where results are kept, and who is told. warn: told once, in the user's language, if nothing can be kept."""

    store: Store | None = None
    workers: Workers = field(default_factory=Threads)
    progress: Progress = _nobody
    announce: Callable[[str], None] = _nobody
    warn: Callable[[str], None] = _nobody
    found: int = 0
    """Runs that were in the store already."""
    made: int = 0
    """Runs simulated."""
    problems: list[str] = field(default_factory=list)
    """Invariants that do not hold in what was handed out, whatever it was for, with the scenario and the replication."""

    def tables(self, luck: Sequence[Sequence[Job]]) -> list[list[pa.Table]]:
        """The tables of all jobs. luck: jobs for the same replications and size, scenario by scenario, in each.

        Raises what draw_workload and simulate raise, and OSError where a task failed for good. However it ends, what was done is kept.
        """
        tables: list[list[pa.Table | None]] = [[self._kept(job) for job in jobs] for jobs in luck]
        missing = [
            (row, places)
            for row, (jobs, found) in enumerate(zip(luck, tables, strict=True))
            for places in _few([place for place in range(len(jobs)) if found[place] is None])
        ]
        count = _Count(sum(job.count for jobs in luck for job in jobs), self.progress)
        count.add(count.total - sum(luck[row][place].count for row, places in missing for place in places))
        self.found += count.done
        if missing:
            get_ready(self.announce)
        with closing(self._made(luck, missing, count.one_more)) as made:
            for row, place, table in made:
                tables[row][place] = table
        found = [[table for table in each if table is not None] for each in tables]
        for jobs, of_jobs in zip(luck, found, strict=True):
            for job, table in zip(jobs, of_jobs, strict=True):
                self.problems += [f"{job.scenario.name} {problem}" for problem in problems_in(table)]
        return found

    def _made(
        self, luck: Sequence[Sequence[Job]], missing: Sequence[tuple[int, list[int]]], ran: Ran
    ) -> Generator[tuple[int, int, pa.Table], None, None]:
        tasks = [[luck[row][place] for place in places] for row, places in missing]
        with closing(self.workers.each(tasks, ran)) as each:
            for number, tables in each:
                row, places = missing[number]
                for place, table in zip(places, tables, strict=True):
                    self._keep(luck[row][place], table)
                    self.made += luck[row][place].count
                    yield row, place, table

    def _kept(self, job: Job) -> pa.Table | None:
        return None if self.store is None else self.store.read(job)

    def _keep(self, job: Job, table: pa.Table) -> None:
        if self.store is None:
            return
        try:
            self.store.write(job, table)
        except (OSError, BadInput) as error:
            self.store = None  # a full disk stays full: said once, and not tried again
            reason = error.text(_) if isinstance(error, BadInput) else error.strerror or str(error)
            self.warn(
                _("What is simulated cannot be kept ({reason}): the figures are right, but a second call begins anew.").format(
                    reason=reason
                )
            )


class _Count:
    """How many runs are done; counted by several threads."""

    def __init__(self, total: int, told: Progress) -> None:
        self.total, self.told, self.done, self._lock = total, told, 0, Lock()

    def add(self, more: int) -> None:
        with self._lock:
            before, self.done = self.done, min(self.done + more, self.total)
            if self.done > before:
                self.told(self.done, self.total)

    def one_more(self) -> None:
        self.add(1)


def _few(places: list[int]) -> Iterable[list[int]]:
    return (places[at : at + TOGETHER] for at in range(0, len(places), TOGETHER))
