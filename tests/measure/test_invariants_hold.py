"""All invariants hold after any run: on random desks with every rule at the end of a shift, and on the shipped week."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sim.demand.replay import draw_workload
from sim.demand.workload import Workload
from sim.desk.contract import EndlessInstant, Floor, Procedure, Step
from sim.desk.log import Log
from sim.desk.procedure import PROCEDURE
from sim.desk.records import HANDED_BACK, KINDS
from sim.desk.simpy_engine import Desk
from sim.desk.simulate import floor_of, run_desk, simulate
from sim.desk.toy import TOY
from sim.measure.coverage import coverage
from sim.measure.invariants import check
from sim.measure.mistakes import confusion
from sim.measure.outcomes import outcomes
from sim.measure.summary import summarise
from sim.measure.visits import visits
from sim.scenario import load_scenario
from sim.shipped import scenarios_folder
from tests.engine.random_desks import RandomDesk, random_desk
from tests.engine.random_scenarios import UNTIL, random_scenario

RULES = {"finish": 0, "hand_back": 1, "finish_within": 2}
NAMED = replace(TOY, steps=tuple(Step(f"S{step}", "步骤", "step", answers=step % 3 == 0, pays=step % 7 == 5) for step in range(32)))
"""The toy with steps that answer and steps that pay, so that what hangs on them is looked at as well."""


def under(desk: RandomDesk, rule: int) -> Floor:
    pools = desk.floor.pools.copy()
    pools["rule"] = rule
    return replace(desk.floor, pools=pools)


def run(desk: RandomDesk, floor: Floor, procedure: Procedure) -> Log:
    on = Desk(desk.refunds, floor, desk.tables, procedure)
    try:
        on.run(desk.until)
    except EndlessInstant:
        assume(False)
    return on.log(desk.until)


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_on_random_desks(rule: str, seed: int) -> None:
    desk = random_desk(seed)
    floor = under(desk, RULES[rule])
    log = run(desk, floor, NAMED)
    assert check(log, Workload(desk.refunds), floor, NAMED) == []


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_what_is_measured_agrees_with_the_rows(seed: int) -> None:
    """Counts that can be had in two ways: stays and spells from the sorted log, and rows by their kind."""
    desk = random_desk(seed)
    log = run(desk, desk.floor, NAMED)
    work = Workload(desk.refunds)
    kinds = dict(zip(KINDS, np.bincount(log.rows["kind"], minlength=len(KINDS)).tolist(), strict=True))
    stays, became = visits(log, desk.floor, work), outcomes(log, work, NAMED)
    assert len(stays) == kinds["joined"]
    assert len(stays.spells) == kinds["began"]
    assert int((stays.spells["how"] == HANDED_BACK).sum()) == kinds["handed_back"]
    assert len(became) == kinds["filed"]
    assert int((became["outcome"] >= 0).sum()) == kinds["closed"]
    assert (stays.records["waited"] >= 0).all()
    assert (stays.records["worked"] >= 0).all()


def test_random_desks_reach_what_the_invariants_are_about() -> None:
    """Without hand-backs and batches of several cases the properties above would say little."""
    handed_back = batches = 0
    for seed in range(100):
        desk = random_desk(seed)
        on = Desk(desk.refunds, desk.floor, desk.tables, TOY)
        try:
            on.run(desk.until)
        except EndlessInstant:
            continue
        log = on.log(desk.until)
        stays = visits(log, desk.floor, Workload(desk.refunds))
        handed_back += int((log.rows["kind"] == HANDED_BACK).sum())
        batches += len(stays.spells) - len(stays.seats)
    assert handed_back > 100
    assert batches > 100


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_on_random_scenarios_with_every_lever_drawn(seed: int) -> None:
    """Whatever the levers, the refund desk's own log breaks nothing, and can be measured and written down."""
    drawn = random_scenario(seed, 100)
    log = run_desk(drawn.refunds, drawn.floor, drawn.tables, UNTIL, "simpy")
    workload = Workload(drawn.refunds)
    assert check(log, workload, drawn.floor, PROCEDURE) == []
    summary = summarise(log, workload, drawn.floor, drawn.scenario, PROCEDURE)
    assert json.loads(json.dumps(summary.to_json(), allow_nan=False)) == summary.to_json()
    judged = confusion(summary.every, drawn.floor.group_names)
    assert sum(each.judged for each in judged) == int((summary.every["taken_for"] > 0).sum())


def test_random_scenarios_come_to_every_rule() -> None:
    """What nobody ever comes to is proven by nothing."""
    logs = [run_desk(drawn.refunds, drawn.floor, drawn.tables, UNTIL, "simpy") for drawn in map(random_scenario, range(40))]
    found = coverage(log.ledger for log in logs)
    assert found.share > 0.9, [rule.id for rule in found.never]
    assert found.cells_never == ()


def test_on_the_shipped_week() -> None:
    scenario = load_scenario(scenarios_folder() / "busy-week.toml", [{"demand": {"scale": 0.2}}])
    workload = draw_workload(scenario, seed=1)
    floor = floor_of(scenario, workload)
    log = simulate(workload, scenario, "simpy")
    assert check(log, workload, floor, PROCEDURE) == []
    summary = summarise(log, workload, floor, scenario, PROCEDURE)
    in_time = summary.kpis["first_response_within_30min"].parts
    assert in_time["of"] + in_time["left_out"] + in_time["automatic"] == len(summary.reported) + len(summary.reported.automatic)
    assert sum(handoff.asked for handoff in summary.handoffs) > 0
    assert summary.costs["total"] == pytest.approx(sum(amount for cause, amount in summary.costs.items() if cause != "total"))


POLICIES = sorted(path.stem for path in (scenarios_folder() / "policies").glob("*.toml"))


@pytest.mark.parametrize("overlays", [(), *((name,) for name in POLICIES), ("overloaded",), ("overloaded", "online-first")], ids="+".join)
def test_under_every_policy_and_on_a_desk_that_cannot_keep_up(overlays: tuple[str, ...]) -> None:
    double = {"demand": {"scale": 2.0}}
    laid = [double if name == "overloaded" else scenarios_folder() / "policies" / f"{name}.toml" for name in overlays]
    scenario = load_scenario(scenarios_folder() / "everyday-apparel.toml", laid)
    workload = draw_workload(scenario, 1)
    assert check(simulate(workload, scenario), workload, floor_of(scenario, workload), PROCEDURE) == []
