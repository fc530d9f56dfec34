"""One run, measured: everything that reports, comparisons and `run --json` read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.demand.workload import Workload
from sim.desk.contract import Floor, Procedure
from sim.desk.log import Log
from sim.measure.address import Address, read
from sim.measure.counted import counted
from sim.measure.curves import HOUR, Records
from sim.measure.effort import effort
from sim.measure.figures import Figure, Reason
from sim.measure.goods import sold
from sim.measure.handoffs import Handoff, Kind, handoffs
from sim.measure.kpis import Measured, kpis
from sim.measure.mistakes import Confusion, confusion
from sim.measure.money import FEN, contact_cost, costs
from sim.measure.outcomes import Outcomes, outcomes
from sim.measure.pools import PoolsUse, PoolUse, pool_names, pool_use
from sim.measure.presence import presence
from sim.measure.responses import RESPONSE_HOUR, Standard, answering_pools, response_hours
from sim.measure.staffing import ShiftNeed, shift_needs
from sim.measure.visits import Visits, visits
from sim.scenario.calendar import day_start
from sim.scenario.load import scenario_hash
from sim.scenario.schema import Scenario

SCHEMA = 1
DAY = 24 * HOUR

AGES: Mapping[str, int | None] = {"up_to_24_h": DAY, "1_to_3_d": 3 * DAY, "3_to_7_d": 7 * DAY, "over_7_d": None}
"""Classes of age and their upper ends in seconds, each end in its class; None = no end."""


@dataclass(frozen=True)
class RunSummary:
    """One run, measured.

    every: all outcomes; reported: those of the requests filed on the reported days, which the figures are about. unfinished: of these,
    how many were neither closed nor paid at the end of the run, by age; left_over: the same at the end of the reported days. carried_in:
    how many requests filed before the reported days were neither closed nor paid when these began, by age then. handoffs: the questions
    asked for the reported requests. pools: the lines and the people of the reported days, whoever's requests they worked on. costs: yuan by
    cause: money of the reported requests, labour and contacts of the reported days. response_hours: RESPONSE_HOUR records of the reported
    requests. needs: the estimate of people short, stretch by stretch of the reported days. mistakes: which paths the reported requests were
    first taken for, staff group by staff group.
    """

    scenario: Scenario
    engine: str
    seed: int
    replication: int
    every: Outcomes
    reported: Outcomes
    visits: Visits
    kpis: Mapping[str, Figure]
    handoffs: tuple[Handoff, ...]
    pools: PoolsUse
    needs: tuple[ShiftNeed, ...]
    response_hours: Records
    costs: Mapping[str, float]
    unfinished: Mapping[str, int]
    left_over: Mapping[str, int]
    carried_in: Mapping[str, int]
    mistakes: tuple[Confusion, ...]

    @property
    def not_reported(self) -> tuple[int, int]:
        """(requests filed before the reported days, requests filed after them): simulated, and in no figure about requests."""
        filed, end = self.every["filed"], self.pools.end
        return int(np.count_nonzero(filed < 0)), int(np.count_nonzero(filed >= end))

    def at(self, address: Address | str) -> tuple[float | None, Reason | None]:
        """The number at a metric address, or None and why there is none. Raises BadInput for a wrong address."""
        return read(self.kpis, address)

    def to_json(self) -> dict[str, Any]:
        """The document of `run --json` for one replication: plain values only, nothing that JSON lacks.

        Raises BadInput if the scenario's history can no longer be read (it is part of the hash).
        """
        return {
            "schema": SCHEMA,
            "scenario": {"name": self.scenario.name, "hash": scenario_hash(self.scenario)},
            "engine": self.engine,
            "seed": self.seed,
            "replications": 1,
            "refunds": len(self.reported),
            "unfinished": {
                "count": sum(self.unfinished.values()),
                "by_age": dict(self.unfinished),
                "after_the_reported_days": {"count": sum(self.left_over.values()), "by_age": dict(self.left_over)},
                "before_the_reported_days": {"count": sum(self.carried_in.values()), "by_age": dict(self.carried_in)},
            },
            "kpis": {name: _kpi(figure) for name, figure in self.kpis.items()},
            "handoffs": {handoff.name: _handoff(handoff) for handoff in self.handoffs},
            "pools": {pool.name: _pool(pool, self.pools.end) for pool in self.pools.pools},
            "costs": {cause: _one(amount, "yuan") for cause, amount in self.costs.items()},
            "wrong_acts": {act: figure.value for act, figure in self.kpis["wrong_act_count"].by.items()},
            "standards": {"count": self.scenario.standards.count},
        }


def summarise(log: Log, workload: Workload, floor: Floor, scenario: Scenario, procedure: Procedure) -> RunSummary:
    """Measure one run of a scenario.

    Raises ValueError for a log whose rows do not follow from each other, or a floor that is not the scenario's.
    """
    end = day_start(scenario.calendar, scenario.calendar.days)
    every = outcomes(log, workload, procedure)
    reported = every.filed_between(0, end)
    stays = visits(log, floor, workload)
    pools = pool_use(log, stays, floor, scenario)
    answering = answering_pools(procedure, floor)
    together = [number for number, name in enumerate(pool_names(floor)) if name in answering]
    clocks = counted(scenario.standards.count, floor, presence(floor), together)
    standard = Standard(scenario.standards.first_response, clocks)
    each_handoff = handoffs(log, stays, reported, scenario, procedure, clocks)
    needs = shift_needs(every, reported, stays, floor, scenario, answering, standard)
    by_hour = np.zeros(0, RESPONSE_HOUR) if standard.seconds is None else response_hours(reported, standard, pools, answering)
    contacts = contact_cost(scenario)
    work = effort(stays, floor, procedure, len(workload))
    return RunSummary(
        scenario=scenario,
        engine=log.engine,
        seed=workload.seed,
        replication=workload.replication,
        every=every,
        reported=reported,
        visits=stays,
        kpis=kpis(
            Measured(reported, every, pools, each_handoff, needs, by_hour, answering, standard, work, contacts, sold(workload, every, end))
        ),
        handoffs=each_handoff,
        pools=pools,
        needs=needs,
        response_hours=by_hour,
        costs=costs(reported, sum(pool.labour for pool in pools.pools), contacts),
        unfinished=unfinished_at(reported, reported.horizon),
        left_over=unfinished_at(reported, min(end, reported.horizon)),
        carried_in=unfinished_at(every, 0),
        mistakes=confusion(reported, [f"{pool}/{name}" for pool, name, _ in scenario.groups()]),
    )


def unfinished_at(of: Outcomes, time: int) -> dict[str, int]:
    """How many requests filed before a time (seconds) were not completed before it, by their age then (AGES)."""
    waits = (of["filed"] < time) & (of["completed"] >= time)
    age = time - of["filed"][waits]
    bounds = [bound for bound in AGES.values() if bound is not None]
    counts = np.bincount(np.searchsorted(bounds, age, side="left"), minlength=len(AGES))
    return dict(zip(AGES, counts.tolist(), strict=True))


def _one(value: float | None, unit: str) -> dict[str, Any]:
    return {"mean": value, "low": None, "high": None, "unit": unit}


def _kpi(figure: Figure) -> dict[str, Any]:
    found = {**_one(figure.value, figure.unit), "better": figure.better, "quantiles": dict(figure.quantiles)}
    found["by_path"] = {
        name: {"mean": part.value, "low": None, "high": None, "quantiles": dict(part.quantiles), **_why(part)}
        for name, part in figure.by_path.items()
    }
    return {**found, **_why(figure), **({"estimate": True} if figure.estimate else {})}


def _why(figure: Figure) -> dict[str, str]:
    return {} if figure.reason is None else {"reason": figure.reason.en}


def _handoff(handoff: Handoff) -> dict[str, Any]:
    return {
        "asked": handoff.asked,
        "answered": handoff.answered,
        "open": handoff.open,
        "lost": handoff.lost,
        "standard_hours": None if handoff.standard is None else handoff.standard / HOUR,
        "within_standard": {**_one(handoff.within_standard.value, "share"), **_why(handoff.within_standard)},
        "mean_hours": handoff.mean_hours,
        "p90_hours": handoff.p90_hours,
        "kinds": {kind.name: _kind(kind) for kind in handoff.kinds},
    }


def _kind(kind: Kind) -> dict[str, Any]:
    return {
        "standard_hours": None if kind.standard is None else kind.standard / HOUR,
        "asked": kind.asked,
        "answered": kind.answered,
        "open": kind.open,
        "lost": kind.lost,
        "judged": kind.judged if kind.standard is not None else None,
        "in_time": kind.in_time if kind.standard is not None else None,
    }


def _pool(pool: PoolUse, end: int) -> dict[str, Any]:
    hours = slice(0, -(-end // HOUR))
    return {
        "backlog_peak": pool.peak,
        "backlog_peak_at": pool.peak_at / HOUR if pool.peak else None,
        "backlog_clear_at": None if pool.clear_at is None else pool.clear_at / HOUR,
        "occupancy": pool.busy_seconds / pool.staffed_seconds if pool.staffed_seconds else None,
        "overtime_hours": pool.overtime / HOUR,
        "hours_on_duty": pool.on_duty / HOUR,
        "person_days": pool.person_days,
        "done": pool.done,
        "labour_cost": pool.labour / FEN,
        "hours": {
            "in_line": pool.in_line[hours].tolist(),
            "at_work": pool.at_work[hours].tolist(),
            "staffed": pool.staffed[hours].tolist(),
            "busy": pool.busy[hours].tolist(),
        },
    }
