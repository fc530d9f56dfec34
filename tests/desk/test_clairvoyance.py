"""Nobody is clairvoyant: what is still hidden can be dealt anew, and no earlier decision changes."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from sim.demand import columns
from sim.demand.workload import NEVER, Workload
from sim.desk import procedure as desk_procedure
from sim.desk import steps
from sim.desk.contract import Procedure
from sim.desk.log import Log
from sim.desk.procedure import PROCEDURE
from sim.desk.records import ALARMED, BEGAN, FILED, FINISHED, WAITING
from sim.desk.simulate import end_of, floor_of, run_desk
from sim.desk.steps import STEPS
from sim.desk.tables import tables_of
from sim.scenario import Scenario

REVEALED: dict[str, tuple[tuple[int, str], ...]] = {
    "W_RESPOND": ((BEGAN, "RESPOND"),),
    "W_CHASE": ((BEGAN, "CHASED"),),
    "W_CUT": ((BEGAN, "CUT"), (BEGAN, "SEND_NEW")),
    "W_ASK": ((BEGAN, "ASK_WAREHOUSE"),),
    "W_RECALL": ((BEGAN, "RECALL"),),
    "W_DECIDE": ((BEGAN, "DECIDE"),),
    "W_APPROVE": ((BEGAN, "APPROVE"),),
    "W_RECEIVE": ((BEGAN, "RECEIVE"),),
    "W_INSPECT": ((BEGAN, "RECEIVE"), (BEGAN, "INSPECT"), (BEGAN, "BOOK_IN")),
    "W_PROOF": ((BEGAN, "PROOF"),),
    "W_PAY": ((BEGAN, "PAY"),),
    "S_BUYER_SHIPS": ((WAITING, "AGREED"),),
    "S_RETURN_TRANSIT": ((WAITING, "TRACKING"),),
    "C_SLIP": ((BEGAN, "RESPOND"),),
    "C_CUT": ((FINISHED, "RESPOND"), (FINISHED, "BATCH")),
    "C_MISTAKEN": ((FINISHED, "RESPOND"),),
    "C_REFUSED": ((FINISHED, "DECIDE"),),
    "C_RECALL": ((FINISHED, "RECALL"),),
    "C_KEEP": ((FINISHED, "RECALL"),),
    "C_ANOMALY": ((FINISHED, "RECEIVE"), (FINISHED, "INSPECT"), (FINISHED, "BOOK_IN")),
    "C_EMPTY": ((FINISHED, "PROOF"), (FINISHED, "BOOK_IN")),
    "C_EXCHANGE": ((FINISHED, "RECEIVE"), (FINISHED, "INSPECT"), (FINISHED, "PROOF")),
    "C_OFFER": ((FINISHED, "DECIDE"),),
    "C_CLAIM": ((FINISHED, "PAY"), (FINISHED, "BATCH"), (ALARMED, "seller_clock")),
}
"""What the desk learns from a hidden column, and by which event at the latest it has learnt it. Columns of clocks that run
from the filing (patience, online, the parcel's ways) are known to nobody before they strike; they are dealt anew only for
refunds not yet filed."""

FROM_FILING = ("leaves", "arrives", "contact", "patience")


def revealed_at(log: Log, count: int, events: tuple[tuple[int, str], ...]) -> np.ndarray:
    """Per refund, the time of the first of these events; NEVER where none came."""
    names = {step.name: number for number, step in enumerate(STEPS)}
    alarms = {name: number for number, name in enumerate(steps.ALARM_NAMES)}
    first = np.full(count, NEVER, np.int64)
    for kind, name in events:
        rows = log.rows[(log.rows["kind"] == kind) & (log.rows["step"] == (alarms[name] if kind == ALARMED else names[name]))]
        np.minimum.at(first, rows["refund"], rows["time"])
    return first


def dealt_anew(workload: Workload, log: Log, at: int, seed: int) -> Workload:
    """The workload with every hidden value that nobody knows at `at` moved to another refund of which the same holds."""
    g = np.random.default_rng(seed)
    refunds = workload.refunds.copy()
    count = len(refunds)

    def deal(values: np.ndarray, hidden: np.ndarray) -> None:
        values[hidden] = values[g.permutation(np.flatnonzero(hidden))]

    for name, events in REVEALED.items():
        hidden = revealed_at(log, count, events) >= at
        array = refunds[{"W": "work", "S": "span", "C": "chance"}[name[0]]]
        deal(array[:, getattr(columns, name)], hidden)
    unfiled = revealed_at(log, count, ()) >= at
    filed = np.full(count, NEVER, np.int64)
    rows = log.rows[log.rows["kind"] == FILED]
    np.minimum.at(filed, rows["refund"], rows["time"])
    unfiled &= filed >= at
    for name in FROM_FILING:
        deal(refunds[name], unfiled)
    return dataclasses.replace(workload, refunds=refunds)


def earlier(log: Log, at: int) -> Any:
    return log.rows[log.rows["time"] < at]


def replay(workload: Workload, scenario: Scenario, procedure: Procedure) -> Log:
    floor, tables = floor_of(scenario, workload), tables_of(scenario)
    return run_desk(workload.refunds, floor, tables, end_of(scenario), "compiled" if procedure is PROCEDURE else "simpy", procedure)


@pytest.mark.parametrize("hour", [31, 51, 100])
def test_what_is_still_hidden_changes_no_earlier_decision(crowded_week: Scenario, crowded_workload: Workload, hour: int) -> None:
    at = hour * 3600
    log = replay(crowded_workload, crowded_week, PROCEDURE)
    other = dealt_anew(crowded_workload, log, at, seed=hour)
    assert not np.array_equal(other.refunds, crowded_workload.refunds)
    again = replay(other, crowded_week, PROCEDURE)
    assert np.array_equal(earlier(log, at), earlier(again, at))
    assert not np.array_equal(log.rows, again.rows)


def test_a_procedure_that_lines_up_by_work_not_yet_known_is_found_out(crowded_week: Scenario, crowded_workload: Workload) -> None:
    def shortest_first(item: int, step: int, refund: Any, state: Any, tables: Any, now: int) -> Any:
        action = desk_procedure.advance(item, step, refund, state, tables, now)
        if step == steps.RESPOND:
            return (*action[:3], refund.work[columns.W_RESPOND], *action[4:])
        return action

    clairvoyant = dataclasses.replace(PROCEDURE, advance=shortest_first)
    at = 51 * 3600
    log = replay(crowded_workload, crowded_week, clairvoyant)
    again = replay(dealt_anew(crowded_workload, log, at, seed=1), crowded_week, clairvoyant)
    difference = np.array_equal(earlier(log, at), earlier(again, at))
    assert not difference
