"""Replication 0 of scenarios: simulated once, and what is told of it kept in memory for as long as it may be asked for again."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from threading import Lock

import numpy as np
import pyarrow as pa

from sim.demand.gate import closed_times
from sim.demand.order_curve import sale_days
from sim.demand.replay import draw_workload, for_the_people_of, same_requests
from sim.demand.workload import Workload
from sim.desk.log import Log
from sim.errors import msgid
from sim.measure.outcomes import Outcomes
from sim.measure.pools import PoolsUse, PoolUse
from sim.measure.summary import RunSummary
from sim.measure.visits import Visits
from sim.report.names import PATHS
from sim.scenario.schema import Scenario
from sim.study.block import Run, measured, run_of, table_of
from sim.study.replicate import Replicated
from sim.words import speaking
from trainer_app.services.situations import Given
from trainer_app.services.views import ORDERS, RETURNS

HOUR, DAY_HOURS = 3_600, 24

MOST_FIRST_RUNS = 24
"""First runs that are kept; each takes 1 to 3 MB."""
MOST_WORKLOADS = 2
"""Drawn workloads that are kept, one for each situation that is being looked at; each takes up to 40 MB."""

COMING: Mapping[str, str] = {
    msgid("orders paid"): ORDERS,
    msgid("parcels that come back"): RETURNS,
    **{name: f"path_{number}" for number, name in PATHS.items()},
}
"""What each of the report's courses of what comes is called in a view."""


@dataclass(frozen=True)
class FirstRun:
    """What is told of replication 0 of a scenario. run: with only that of it that an answer reads; its document has no courses over the
    hours. table: as a block keeps a replication. coming, gate: as in a ScenarioView."""

    run: Replicated
    table: pa.Table
    coming: Mapping[str, tuple[float, ...]]
    gate: tuple[tuple[float, float], ...]

    @property
    def scenario(self) -> Scenario:
        return self.run.scenario


class FirstRuns:
    """The first runs that this process knows. Its methods may be called from any thread; a run is simulated once, whoever asks for it."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._known: OrderedDict[str, FirstRun] = OrderedDict()
        self._workloads: list[tuple[Scenario, Workload]] = []
        self._guard = Lock()
        self._simulating = Lock()

    def of(self, given: Given) -> FirstRun:
        """A scenario's first run. Raises what draw_workload and simulate raise."""
        found = self._at_hand(given.hash)
        if found is None:
            with self._simulating:
                found = self._at_hand(given.hash) or self._made(given)
        return found

    def whole(self, given: Given) -> Run:
        """The same run with its log and all else, simulated anew."""
        return run_of(self._workload(given.scenario), given.scenario)

    def _at_hand(self, key: str) -> FirstRun | None:
        with self._guard:
            found = self._known.get(key)
            if found is not None:
                self._known.move_to_end(key)
            return found

    def _made(self, given: Given) -> FirstRun:
        made = told_of(self.whole(given))
        with self._guard:
            self._known[given.hash] = made
            while len(self._known) > MOST_FIRST_RUNS:
                self._known.popitem(last=False)
        return made

    def _workload(self, scenario: Scenario) -> Workload:
        """What comes in replication 0: drawn once for all scenarios that are sent the same requests."""
        with self._guard:
            at_hand = next((each for each in self._workloads if same_requests(each[0], scenario)), None)
        if at_hand is None:
            at_hand = scenario, draw_workload(scenario, self.seed, 0)
        with self._guard:
            self._workloads = [at_hand, *(each for each in self._workloads if each[1] is not at_hand[1])][:MOST_WORKLOADS]
        return for_the_people_of(scenario, at_hand[1])


def told_of(run: Run) -> FirstRun:
    """What is kept of a first run."""
    from sim.report.coming import courses  # it loads the charts

    scenario = run.summary.scenario
    kept = measured(run)
    whole = Replicated(scenario, run, dict(kept.document), 1, ())
    hours = scenario.calendar.days * DAY_HOURS
    with speaking("en"):
        coming = {COMING[each.name]: each.values for each in courses(whole, hours)}
    return FirstRun(replace(whole, first=lean(run)), table_of({0: kept}), coming, gate_of(scenario))


def gate_of(scenario: Scenario) -> tuple[tuple[float, float], ...]:
    """The hours of the reported days in which unshipped orders cannot be refunded."""
    if scenario.demand.orders is None:
        return ()
    end = scenario.calendar.days * DAY_HOURS
    closed = closed_times(scenario.gate, sale_days(scenario.demand.orders, scenario.calendar))
    hours = ((each.begin / HOUR, each.end / HOUR) for each in closed)
    return tuple((max(0.0, begin), min(float(end), until)) for begin, until in hours if until > 0 and begin < end)


# ---------------------------------------------------------------- what an answer reads of a run
READ_OF_EVERY = ("filed",)
READ_OF_REPORTED = ("path", "lost")
"""Columns of the outcomes that sim.report.headline and its tables read."""


def lean(run: Run) -> Run:
    """A run with only that in it that `sim.report.headline.answer_of` reads: a fiftieth of its size."""
    workload = replace(run.workload, refunds=run.workload.refunds[:0].copy(), goods=None)
    log = Log(run.log.rows[:0].copy(), run.log.ledger[:0].copy(), run.log.until, run.log.engine)
    return Run(workload, run.floor, log, _lean_summary(run.summary))


def _lean_summary(summary: RunSummary) -> RunSummary:
    stays = summary.visits
    return replace(
        summary,
        every=_only(summary.every, READ_OF_EVERY),
        reported=_only(summary.reported, READ_OF_REPORTED),
        visits=Visits(stays.records[:0].copy(), stays.spells[:0].copy(), stays.horizon),
        pools=PoolsUse(
            tuple(_without_hours(pool) for pool in summary.pools.pools),
            tuple(_without_hours(pool) for pool in summary.pools.families),
            summary.pools.own,
            summary.pools.end,
        ),
    )


def _only(of: Outcomes, columns: tuple[str, ...]) -> Outcomes:
    records = np.zeros(len(of), [(name, of.records.dtype[name]) for name in columns])
    for name in columns:
        records[name] = of.records[name]
    return replace(of, records=records)


def _without_hours(pool: PoolUse) -> PoolUse:
    nothing = {name: getattr(pool, name)[:0].copy() for name in ("in_line", "most_in_line", "at_work", "staffed", "busy")}
    return replace(pool, **nothing)
