"""A desk with people enough for everybody, and the same requests with and without others around them: nothing that comes on other days,
and nobody who only asks in chat, can then change what becomes of a request."""

from functools import cache

import numpy as np

from sim.demand.replay import draw_workload
from sim.demand.workload import NEVER, Workload
from sim.desk.procedure import PROCEDURE
from sim.desk.simulate import floor_of, simulate
from sim.measure.invariants import check
from sim.measure.summary import summarise
from sim.scenario import Scenario, load_scenario
from sim.scenario.staff import EVERY_DESK_HAS
from sim.shipped import scenarios_folder
from sim.study.block import Run
from sim.study.replicate import Replicated
from tests.study.stated import on_stated_figures

DAY = 86_400
DAYS, WARM_UP, DRAIN = 3, 2, 6
END = DAYS * DAY
OTHER_DAYS = -WARM_UP * DAY, END, END + 2 * DAY
"""Seconds by which the requests of the first days are moved away, to come once more then."""

ALWAYS = {"from": "00:00", "to": "24:00", "count": 40, "breaks": []}
MOMENTS = "filed", "leaves", "stalls", "arrives"
CHATS, MACHINES = 5, 11
"""Every so many-th row is one."""


@cache
def scenario() -> Scenario:
    """The everyday shop, smaller, with people enough at every hour; nothing is done in batches, so that nobody shares a piece of work."""
    group = {"seats": 100, "per_chat": 0.0, "absence": 0.0}
    pools = {
        name: {"groups": {"regular": group | {"shifts": {"day": ALWAYS, **{key: {"count": 0} for key in more}}}}}
        for name, more in {
            "agents": ("middle", "evening", "night"),
            "supervisors": ("evening",),
            "warehouse": ("evening",),
            "inspection": (),
        }.items()
    }
    assert {*pools, "carriers"} == set(EVERY_DESK_HAS)
    overlay = {
        "calendar": {"days": DAYS, "warmup_days": WARM_UP, "drain_days": DRAIN},
        "pools": pools,
        "policy": {"batch": {"cases": 1}, "named_contact": {"carrier": False}},
    }
    return on_stated_figures(load_scenario(scenarios_folder() / "everyday-apparel.toml", [overlay]), 200.0)


@cache
def reported_alone() -> Workload:
    """Requests filed on the reported days, machines' and second applications among them; and nothing else."""
    drawn = draw_workload(scenario(), seed=3)
    rows = drawn.refunds.copy()
    others = (rows["second"] == 0) & ((rows["filed"] < 0) | (rows["filed"] >= END))
    rows["filed"][others], rows["again"][others] = NEVER, -1
    rows["by_machine"] = np.arange(len(rows)) % MACHINES == 0
    return Workload(rows, drawn.seed, drawn.replication, drawn.absence)


@cache
def with_other_days() -> Workload:
    """The same, and the same once more on days before and after."""
    alone = reported_alone().refunds
    more = alone[(alone["second"] == 0) & (alone["filed"] < END)]
    moved = [more.copy() for _ in OTHER_DAYS]
    for rows, by in zip(moved, OTHER_DAYS, strict=True):
        rows["again"] = -1
        for name in MOMENTS:
            rows[name] = np.where(rows[name] < NEVER, rows[name] + by, NEVER)
    kept = [rows[(rows["filed"] < 0) | (rows["filed"] >= END)] for rows in moved]
    every = np.concatenate([alone, *kept])
    every["number"][len(alone) :] = alone["number"].max() + 1 + np.arange(len(every) - len(alone))
    return _like(every)


@cache
def with_chats() -> Workload:
    """The same, and buyers who only ask, at the moments of some of its requests."""
    alone = reported_alone().refunds
    chats = alone[(alone["second"] == 0) & (alone["filed"] < END)][::CHATS].copy()
    chats["only_asks"], chats["again"] = 1, -1
    chats["number"] = alone["number"].max() + 1 + np.arange(len(chats))
    return _like(np.concatenate([alone, chats]))


def _like(rows: np.ndarray) -> Workload:
    alone = reported_alone()
    return Workload(rows, alone.seed, alone.replication, alone.absence)


def measured(workload: Workload) -> Run:
    """The run of a workload, which breaks no invariant."""
    log = simulate(workload, scenario())
    floor = floor_of(scenario(), workload)
    assert check(log, workload, floor, PROCEDURE) == []
    return Run(workload, floor, log, summarise(log, workload, floor, scenario(), PROCEDURE))


def as_study(run: Run) -> Replicated:
    """The run as reports want it."""
    return Replicated(scenario(), run, run.summary.to_json(), 1, ())
