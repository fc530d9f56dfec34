"""From a workload and a scenario to a log: pure, without random numbers, wall clock, I/O or globals."""

from collections.abc import Callable, Iterator
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
from sim.scenario.staff import Group, path_classes

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

    It begins on an empty desk with the first filing or shift of the warm-up; what stands there at second 0 has come by then.

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
    """Who is on duty when, absences of this replication left out; from the first warm-up day to the last drain day."""
    calendar = scenario.calendar
    people = roster(scenario, -calendar.warmup_days, calendar.days + calendar.drain_days - 1)
    names = pools_of(scenario)
    pools = np.zeros(len(names), POOL)
    for number, name in enumerate(names):
        pool = scenario.pools[AGENTS if name.startswith(DEDICATED) else name]
        pools[number] = (SHIFT_END_RULES.index(pool.shift_end), pool.cap or 0, pool.reopening)
    lines = np.zeros(len(LINE_POOLS), LINE)
    lines["pool"], lines["cases"] = [names.index(name) for name in pools_of_lines(names)], 1
    batch = scenario.policy.batch
    lines[L_BATCH] = (lines["pool"][L_BATCH], batch.cases, batch.amount, batch.per_batch)
    of_group = [names.index(pool_of_group(pool, group, names)) for pool, _, group in scenario.groups()]
    slots = np.zeros(len(people), SLOT)
    slots["pool"], slots["group"], slots["seats"] = np.array(of_group)[people.group], people.group, people.seats
    return Floor(
        pools,
        lines,
        slots,
        changes(people, absences(people, workload.absence)),
        names=names,
        line_names=LINE_NAMES,
        group_names=tuple(f"{pool}/{name}" for pool, name, _ in scenario.groups()),
        slot_names=people.names,
    )


AGENTS, DEDICATED = "agents", "agents_"


def pools_of(scenario: Scenario) -> tuple[str, ...]:
    """The floor's pools: those of the scenario; agents dedicated to paths are pools of their own, "agents_12" for paths 1 and 2."""
    classes = path_classes(scenario.pools[AGENTS])
    agents = (AGENTS,) if len(classes) == 1 else tuple(DEDICATED + "".join(map(str, paths)) for paths in classes)
    return agents + tuple(name for name in scenario.pools if name != AGENTS)


def pools_of_lines(pools: tuple[str, ...]) -> Iterator[str]:
    """The pool that serves each of the desk's lines; where a scenario has nobody for it, any pool will do: the line stays empty."""
    for line, pool in enumerate(LINE_POOLS):
        path = str(1 if line == L_BATCH else line + 1)
        dedicated = [name for name in pools if name.startswith(DEDICATED) and path in name]
        yield dedicated[0] if pool == AGENTS and dedicated else pool if pool in pools else pools[0]


def pool_of_group(pool: str, group: Group, pools: tuple[str, ...]) -> str:
    """The floor's pool in which a group works."""
    if pool != AGENTS or AGENTS in pools:
        return pool
    return DEDICATED + "".join(map(str, group.paths or ()))
