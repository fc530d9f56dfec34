"""How many answers came within their standard, step by step, and what the scenario says of steps, for the map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.desk.contract import Step
from sim.desk.records import FINISHED
from sim.desk.tables import HANDOFF_KINDS
from sim.measure.counted import counted
from sim.measure.pools import pool_names
from sim.measure.presence import presence
from sim.measure.responses import Standard, answering_pools, judged
from sim.report import format
from sim.report.process_map.flows import ALL, PATHS, Flows
from sim.scenario.schema import Scenario
from sim.study.block import Run
from sim.words import _

WAREHOUSE, CARRIERS = "warehouse", "carriers"


def in_time(run: Run, scenario: Scenario, flows: Flows, steps: Sequence[Step]) -> dict[tuple[int, int], tuple[int, int]]:
    """By (path, step), ALL for all paths: answers within their standard, and how many were due.

    A question that nobody heard is due and not answered. Of the first response: requests, by the step that answered them or would have.
    """
    from sim.desk.procedure import PROCEDURE

    answering = answering_pools(PROCEDURE, run.floor)
    names = pool_names(run.floor)
    clocks = counted(scenario.standards.count, run.floor, presence(run.floor), [names.index(name) for name in answering])
    found: dict[tuple[int, int], tuple[int, int]] = {}
    reported, stays = run.summary.reported, run.summary.visits
    path = np.zeros(len(run.log.ledger), np.int64)
    path[reported["refund"]] = reported["path"].clip(PATHS[0], PATHS[-1])
    of = stays.records[(path[stays.records["refund"]] > 0) & (stays.records["handoff"] >= 0)]
    limits = np.array([getattr(scenario.standards, name) or -1 for name in HANDOFF_KINDS], np.int64)
    of = of[limits[of["handoff"]] > 0]
    within = clocks.between(of["pool"], of["joined"], np.minimum(of["ended"], stays.horizon)) <= limits[of["handoff"]]
    answered = of["how"] == FINISHED
    due = answered | ~within | (of["ended"] <= stays.horizon)
    _add(found, path[of["refund"]], of["step"].astype(np.int64), answered & within, due)
    for key, stand in flows.stands.items():
        if key in found and stand.unheard:
            found[key] = found[key][0], found[key][1] + stand.unheard
    seconds = scenario.standards.first_response
    if seconds is not None and len(reported):
        due, good = judged(reported, Standard(seconds, clocks))
        first = np.isin(stays.records["step"], [at for at, step in enumerate(steps) if step.answers and step.then]) & (
            stays.records["item"] == 0
        )
        step = np.full(len(path), -1, np.int64)
        step[stays.records["refund"][first][::-1]] = stays.records["step"][first][::-1]
        at = step[reported["refund"]]
        known = at >= 0
        _add(found, path[reported["refund"]][known], at[known], good[known], due[known])
    return found


def _add(found: dict[tuple[int, int], tuple[int, int]], path: object, step: object, good: object, due: object) -> None:
    paths, steps, within, asked = (np.asarray(each) for each in (path, step, good, due))
    for at in np.unique(steps).tolist():
        for number in (ALL, *PATHS):
            of = (steps == at) & asked & ((paths == number) | (number == ALL))
            if of.any():
                found[number, at] = int(np.count_nonzero(of & within)), int(np.count_nonzero(of))


@dataclass(frozen=True)
class Facts:
    """What a scenario says of steps and of who works in a lane, in the language in which it was read; without one, in words alone."""

    steps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lanes: Mapping[str, str] = field(default_factory=dict)


def facts_of(scenario: Scenario | None = None) -> Facts:
    """The facts of a scenario; None: as the procedure is declared, without figures."""
    exchange = _("placed anew after the return, or amount set to nil, or receipt confirmed")
    judged_by = _("shipped? signed for? goods back?")
    contact = _("one named contact")
    if scenario is None:
        return Facts(
            {
                "LOOK": (_("live, or at fixed intervals"),),
                "LOST": (_("no scan for days counts as lost"),),
                "NUMBER": (_("a coupon for a number in time"),),
                "EXCHANGE": (exchange,),
                "JUDGE": (judged_by,),
                "DECIDE": (_("up to the agent's own limit"),),
            },
            {WAREHOUSE: contact, CARRIERS: contact},
        )
    policy = scenario.policy
    steps: dict[str, tuple[str, ...]] = {"EXCHANGE": (exchange,), "JUDGE": (judged_by,)}
    refresh = policy.refresh
    steps["LOOK"] = (_("looked at every {span}").format(span=format.duration(refresh)) if refresh else _("the list is live"),)
    lost = policy.recall.lost_after
    if lost is not None:
        steps["LOST"] = (_("no scan for {span} counts as lost").format(span=span_of(lost)),)
    if policy.coupon.on:
        steps["NUMBER"] = (_("a coupon for a number within {span}").format(span=format.duration(policy.coupon.within)),)
    limits = sorted(
        {group.authority for name in ("agents", "after_sales") if name in scenario.pools for group in scenario.pools[name].groups.values()}
    )
    if limits:
        steps["DECIDE"] = (
            _("own limit: {amount}").format(amount=_(" to ").join(dict.fromkeys(format.money(each) for each in (limits[0], limits[-1])))),
        )
    unnamed = _("nobody named")
    named = policy.named_contact
    return Facts(steps, {WAREHOUSE: contact if named.warehouse else unnamed, CARRIERS: contact if named.carrier else unnamed})


def span_of(seconds: float) -> str:
    """A length of time; whole days as days."""
    return _("{days} days").format(days=format.count(seconds / 86_400)) if seconds and seconds % 86_400 == 0 else format.duration(seconds)
