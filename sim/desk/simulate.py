"""From a workload and a scenario to a log: pure, without random numbers, wall clock, I/O or globals."""

from collections.abc import Callable
from typing import Literal

import numpy as np

from sim.demand.workload import Workload
from sim.desk.contract import Floor, Procedure
from sim.desk.log import Log
from sim.desk.procedure import PROCEDURE
from sim.desk.records import LINE, POOL, SHIFT_END_RULES, SLOT
from sim.desk.simpy_engine import Desk
from sim.desk.tables import L_BATCH, LINE_NAMES, LINE_POOLS, tables_of
from sim.scenario.calendar import absences, changes, day_start, roster
from sim.scenario.schema import Scenario
from sim.scenario.staff import POOLS

EngineName = Literal["compiled", "simpy"]
ENGINES: tuple[EngineName, ...] = ("compiled", "simpy")


def simulate(
    workload: Workload,
    scenario: Scenario,
    engine: EngineName = "compiled",
    procedure: Procedure = PROCEDURE,
    announce: Callable[[str], None] | None = None,
) -> Log:
    """Replay a workload through the scenario's desk until its drain days are over; both engines write the same log.

    `announce` is told when the compiled engine has to be compiled first. Raises EndlessInstant or ProcedureError where the procedure
    is at fault, ValueError for an engine that is none.
    """
    return run_desk(workload.refunds, floor_of(scenario, workload), tables_of(scenario), end_of(scenario), engine, procedure, announce)


def run_desk(
    refunds: np.ndarray,
    floor: Floor,
    tables: np.ndarray,
    until: int,
    engine: EngineName = "compiled",
    procedure: Procedure = PROCEDURE,
    announce: Callable[[str], None] | None = None,
) -> Log:
    """The same from parts: refunds (dtype REFUND), floor, tables (TABLES[1]), `until` in seconds, exclusive."""
    if engine == "simpy":
        desk = Desk(refunds, floor, tables, procedure)
        desk.run(until)
        return desk.log(until)
    if engine != "compiled":
        raise ValueError(f"no such engine: {engine}; there are {', '.join(ENGINES)}")
    from sim.desk.compiled_engine import run_compiled

    return run_compiled(refunds, floor, tables, procedure, until, announce)


def end_of(scenario: Scenario) -> int:
    """The end of the last drain day, in seconds since the start."""
    return day_start(scenario.calendar, scenario.calendar.days + scenario.calendar.drain_days)


def floor_of(scenario: Scenario, workload: Workload) -> Floor:
    """Who is on duty when, absences of this replication left out; the last drain day included."""
    calendar = scenario.calendar
    people = roster(scenario, -calendar.warmup_days, calendar.days + calendar.drain_days - 1)
    pools = np.zeros(len(POOLS), POOL)
    for number, name in enumerate(POOLS):
        pool = scenario.pools[name]
        pools[number] = (SHIFT_END_RULES.index(pool.shift_end), pool.cap or 0, pool.reopening)
    lines = np.zeros(len(LINE_POOLS), LINE)
    lines["pool"], lines["cases"] = LINE_POOLS, 1
    batch = scenario.policy.batch
    lines[L_BATCH] = (LINE_POOLS[L_BATCH], batch.cases, batch.amount, batch.per_batch)
    slots = np.zeros(len(people), SLOT)
    slots["pool"], slots["group"], slots["seats"] = people.pool, people.group, people.seats
    return Floor(
        pools,
        lines,
        slots,
        changes(people, absences(people, workload.absence)),
        names=POOLS,
        line_names=LINE_NAMES,
        group_names=tuple(f"{pool}/{name}" for pool, name, _ in scenario.groups()),
        slot_names=people.names,
    )
