"""A block: a few replications of one scenario, simulated, checked and measured; what a worker is given and what it brings back."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.demand.replay import draw_workload, for_the_people_of, same_requests
from sim.demand.workload import Workload
from sim.desk.contract import Floor, Procedure
from sim.desk.log import Log
from sim.desk.procedure import PROCEDURE
from sim.desk.simulate import EngineName, end_of, floor_of, run_desk
from sim.desk.tables import tables_of
from sim.errors import BadInput, msgid
from sim.measure.invariants import check
from sim.measure.readings import Reading, hourly, readings
from sim.measure.summary import RunSummary, summarise
from sim.scenario.load import scenario_hash
from sim.scenario.schema import Scenario

BLOCK = 5
"""Replications in a block: what a stop loses at most, and what a precision looks ahead at once."""

DOCUMENT, PROBLEM = "document", "problem"
"""What the text of a row is, where the row is no number."""

SCHEMA = pa.schema(
    [
        pa.field("replication", pa.int32(), nullable=False),
        pa.field("address", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field("value", pa.float64()),
        pa.field("part", pa.float64()),
        pa.field("whole", pa.float64()),
        pa.field("reason", pa.dictionary(pa.int32(), pa.string())),
        pa.field("hours", pa.list_(pa.float64())),
        pa.field("text", pa.string()),
    ]
)
"""A row for each number (`value`, of a share its `part` and `whole`), each course over the hours (`hours`) and each text of a
replication."""


@dataclass(frozen=True)
class Run:
    """One replication, whole: what came, who was there, what happened, and its measures."""

    workload: Workload
    floor: Floor
    log: Log
    summary: RunSummary


@dataclass(frozen=True)
class Measured:
    """What is kept of one replication: its numbers by address, its courses over the hours by pool, its document, what did not hold."""

    readings: Mapping[str, Reading]
    hourly: Mapping[str, Any]
    document: Mapping[str, Any]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Job:
    """The first `count` replications of a block of a scenario. size: which draw of the sale's size, None = as expected."""

    scenario: Scenario
    seed: int
    block: int
    count: int = BLOCK
    size: int | None = None
    engine: EngineName = "compiled"
    hash: str = field(default="", compare=False)

    @property
    def replications(self) -> range:
        return range(self.block * BLOCK, self.block * BLOCK + self.count)


def jobs_of(
    scenario: Scenario, seed: int, replications: range, size: int | None = None, engine: EngineName = "compiled"
) -> tuple[Job, ...]:
    """The blocks that hold these replications, which begin with the first of a block. Raises BadInput where the scenario's history can
    no longer be read."""
    key = scenario_hash(scenario)
    starts = range(replications.start, replications.stop, BLOCK)
    return tuple(Job(scenario, seed, at // BLOCK, min(BLOCK, replications.stop - at), size, engine, key) for at in starts)


class Stopped(Exception):
    """Somebody asked to stop; what was done in this block is lost, and nothing else."""


def simulated(
    jobs: Sequence[Job], stops: Callable[[], bool] = lambda: False, ran: Callable[[], None] = lambda: None
) -> tuple[pa.Table, ...]:
    """The tables of some jobs for the same replications and size, in their order. Scenarios that are sent the same requests share them.
    The first run of each job is checked for what must hold of any run: what breaks one breaks many.

    stops: asked before each run; ran: told after it. Raises Stopped where it says so, BadInput where a file that counts in a job's hash is
    another by now, and what draw_workload and simulate raise.
    """
    kept: tuple[dict[int, Measured], ...] = tuple({} for _ in jobs)
    for number in jobs[0].replications:
        drawn: list[tuple[Scenario, Workload]] = []
        for job, into in zip(jobs, kept, strict=True):
            if stops():
                raise Stopped
            run = run_of(_workload(job, number, drawn), job.scenario, job.engine)
            into[number] = measured(run, broken(run) if number == job.replications.start else ())
            if job.hash and into[number].document["scenario"]["hash"] != job.hash:
                raise _another_file(job.scenario)
            ran()
    return tuple(table_of(each) for each in kept)


def _another_file(scenario: Scenario) -> BadInput:
    """Where the history or forecast is no longer what the job's hash was made of, or is another on this machine."""
    field = "demand.orders.forecast" if scenario.demand.history is None else "demand.history"
    file, line = scenario.place(field)
    wrong = msgid("is not the file that was there when the simulation began")
    return BadInput(wrong, file=file, line=line, field=field, allowed=msgid("the same file on every machine, unchanged until the end"))


def _workload(job: Job, number: int, drawn: list[tuple[Scenario, Workload]]) -> Workload:
    """A replication's workload: one `drawn` already for a scenario with the same requests, or a new one, which is added there."""
    for scenario, workload in drawn:
        if same_requests(scenario, job.scenario):
            return for_the_people_of(job.scenario, workload)
    workload = draw_workload(job.scenario, job.seed, number, job.size)
    drawn.append((job.scenario, workload))
    return workload


def one_run(
    scenario: Scenario,
    seed: int,
    replication: int,
    engine: EngineName = "compiled",
    procedure: Procedure = PROCEDURE,
    announce: Callable[[str], None] | None = None,
    size: int | None = None,
) -> Run:
    """One replication, measured; `size`: which draw of the sale's size, None = as expected."""
    return run_of(draw_workload(scenario, seed, replication, size), scenario, engine, procedure, announce)


def run_of(
    workload: Workload,
    scenario: Scenario,
    engine: EngineName = "compiled",
    procedure: Procedure = PROCEDURE,
    announce: Callable[[str], None] | None = None,
) -> Run:
    """A workload simulated and measured."""
    floor = floor_of(scenario, workload)
    log = run_desk(workload.refunds, floor, tables_of(scenario), end_of(scenario), engine, procedure, announce)
    return Run(workload, floor, log, summarise(log, workload, floor, scenario, procedure))


def measured(run: Run, problems: Sequence[str] = ()) -> Measured:
    """What is kept of a run; problems: what was found broken in it."""
    document = run.summary.to_json()
    for pool in document["pools"].values():
        del pool["hours"]  # they stand in `hourly`, as numbers
    return Measured(readings(run.summary), hourly(run.summary), document, tuple(problems))


def broken(run: Run, procedure: Procedure = PROCEDURE) -> list[str]:
    """The invariants that do not hold of a run, in words."""
    return check(run.log, run.workload, run.floor, procedure, (run.summary.visits, run.summary.every))


def table_of(each: Mapping[int, Measured]) -> pa.Table:
    """The table of a block: SCHEMA, from what is kept of its replications by number."""
    rows: dict[str, list[Any]] = {name: [] for name in SCHEMA.names}

    def add(replication: int, address: str, reading: Reading, hours: Any = None, text: str | None = None) -> None:
        values = (replication, address, reading.value, reading.part, reading.whole, reading.reason, hours, text)
        for name, value in zip(SCHEMA.names, values, strict=True):
            rows[name].append(value)

    nothing = Reading(None)
    for number, kept in each.items():
        for address, reading in kept.readings.items():
            add(number, address, reading)
        for course, hours in kept.hourly.items():
            add(number, course, nothing, hours=hours)
        add(number, DOCUMENT, nothing, text=json.dumps(kept.document, ensure_ascii=True, allow_nan=False))
        for problem in kept.problems:
            add(number, PROBLEM, nothing, text=problem)
    return pa.table(rows, schema=SCHEMA)


def problems_in(table: pa.Table) -> tuple[str, ...]:
    """The invariants that do not hold, with the number of the replication."""
    rows = table.filter(pc.is_in(table.column("address").cast(pa.string()), pa.array([PROBLEM])))
    numbers, texts = (rows.column(name).to_pylist() for name in ("replication", "text"))
    return tuple(f"{number}: {text}" for number, text in zip(numbers, texts, strict=True))


def kept_in(table: pa.Table) -> Iterator[tuple[int, Measured]]:
    """What a block's table holds, replication by replication."""
    columns = [table.column(name).to_pylist() for name in SCHEMA.names if name != "hours"]
    hours = table.column("hours").combine_chunks()
    found: dict[int, tuple[dict[str, Reading], dict[str, Any], list[str], list[str]]] = {}
    for row, (number, address, value, part, whole, reason, text) in enumerate(zip(*columns, strict=True)):
        numbers, courses, documents, problems = found.setdefault(number, ({}, {}, [], []))
        if text is not None:
            (documents if address == DOCUMENT else problems).append(text)
        elif hours[row].is_valid:
            courses[address] = np.asarray(hours[row].values)
        else:
            numbers[address] = Reading(value, part, whole, reason)
    for number, (numbers, courses, documents, problems) in found.items():
        yield number, Measured(numbers, courses, json.loads(documents[0]), tuple(problems))
