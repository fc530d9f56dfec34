"""Nobody is clairvoyant: what is still hidden can be dealt anew, and no earlier decision changes."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.demand import columns
from sim.demand.columns import CHANCE_SETTINGS, REPEATED_CHANCES, SPAN_SETTINGS, WORK_SETTINGS
from sim.demand.workload import ATTEMPTS, HIDDEN, NEVER, Workload
from sim.desk import procedure as desk_procedure
from sim.desk import steps
from sim.desk.actions import Action, at_once
from sim.desk.contract import Procedure
from sim.desk.log import Log
from sim.desk.procedure import PROCEDURE
from sim.desk.records import ALARMED, BEGAN, CLOSED, FILED, FINISHED, JOINED, WAITING
from sim.desk.simulate import EngineName, end_of, floor_of, run_desk
from sim.desk.steps import STEPS
from sim.desk.tables import tables_of
from sim.scenario import Scenario

Event = tuple[int, str]
"""A kind of row and the step (or alarm) it is about, "" = any."""


def each(kind: int, *names: str) -> tuple[Event, ...]:
    return tuple((kind, name) for name in names)


TALKS = ("GUIDE", "REFUSE", "AGREE", "OFFER_KEEP", "EXCHANGE", "ASK_TO_REFUSE", "LET_ARRIVE")
CONTACTS = ("RESPOND", "CHASED", "ENQUIRED", "DECIDE", *TALKS)
OF_CARRIERS = ("ASK_CARRIER", "INQUIRE", "PROOF")
OF_WAREHOUSE = ("HOLD", "HOLD_BESIDE", "REPICK", "ASK_WAREHOUSE", "WEIGH")
QUESTIONS = (*OF_CARRIERS, *OF_WAREHOUSE, "RECEIVE", "SEND_NEW")
AGREEMENTS = each(FINISHED, "AGREE", "GUIDE", "EXCHANGE")
AT_FILING = each(FILED, "")
AT_THE_END = each(CLOSED, "")
COMPLAINTS = (*each(ALARMED, "chase", "enquires"), *each(FINISHED, "REFUSE", "RESPOND"), *AT_THE_END)
FIRST_JUDGED = each(FINISHED, "RESPOND", "BATCH", "SET_RIGHT")
ASKED = each(BEGAN, *OF_CARRIERS, "ASK_STATUS", *OF_WAREHOUSE)
LOOKED_AT = each(FINISHED, "DOOR", "INSPECT", "BOOK_IN")

REACHED: tuple[Event, ...] = ((BEGAN, "a contact that reaches the buyer"),)

REVEALED: dict[str, tuple[Event, ...]] = {
    "W_RESPOND": each(BEGAN, "RESPOND"),
    "W_TALK": each(BEGAN, *TALKS),
    "W_JUDGE": each(BEGAN, "CLAIM"),
    "W_DECIDE": each(BEGAN, "DECIDE"),
    "W_CHASE": each(BEGAN, "CHASED", "ENQUIRED", "CHASE_NUMBER", "REMIND", "RESPOND", "CHAT"),
    "W_PAY": each(BEGAN, "PAY"),
    "W_PLEAD": each(BEGAN, "PLATFORM"),
    "W_APPROVE": each(BEGAN, "APPROVE"),
    "W_CUT": each(BEGAN, "HOLD", "HOLD_BESIDE"),
    "W_REPICK": each(BEGAN, "REPICK"),
    "W_ASK": each(BEGAN, "ASK_WAREHOUSE"),
    "W_WEIGH": each(BEGAN, "WEIGH"),
    "W_RECEIVE": each(BEGAN, "RECEIVE"),
    "W_PACK": each(BEGAN, "SEND_NEW"),
    "W_INSPECT": each(BEGAN, "DOOR", "INSPECT", "BOOK_IN"),
    "W_OUTSIDE": each(BEGAN, "INSPECT", "BOOK_IN"),
    "W_RECALL": each(BEGAN, "ASK_CARRIER"),
    "W_INQUIRE": each(BEGAN, "INQUIRE", "ASK_STATUS"),
    "W_PROOF": each(BEGAN, "PROOF"),
    "W_SEARCH": ASKED,
    "S_ONLINE": AT_FILING,
    "S_TRY_AGAIN": each(WAITING, "ASK_LATER"),
    "S_ENQUIRES": each(BEGAN, "RESPOND", "BATCH", "CHASED"),
    "S_WITHDRAWS": AT_FILING,
    "S_AGAIN": (*each(FINISHED, "REFUSE", "RESPOND"), *each(ALARMED, "leaves")),
    "S_SENDS": AGREEMENTS,
    "S_SENDS_FOR_COUPON": AGREEMENTS,
    "S_COLLECTS": each(FINISHED, "ASK_TO_REFUSE", "LET_ARRIVE"),
    "S_PICKED": AT_FILING,
    "S_LABELLED": AT_FILING,
    "S_LINEHAUL": AT_FILING,
    "S_LAST_MILE": AT_FILING,
    "S_PARCEL_RETURNS": each(WAITING, "PARCEL_BACK", "MONEY_BACK"),
    "S_RETURN_TRANSIT": each(WAITING, "RETURN_BACK"),
    "S_RULING": each(WAITING, "PLEADED", "SAID_NOTHING"),
    "C_COMPLAINT": COMPLAINTS,
    "C_PLATFORM": COMPLAINTS,
    "C_AGAIN": (),
    "C_WITHDRAW": AT_FILING,
    "C_COUPON": AGREEMENTS,
    "C_NUMBER": each(FINISHED, "CHASE_NUMBER"),
    "C_SENDS": each(FINISHED, "PAY"),
    "C_BALKS": each(FINISHED, "AGREE"),
    "C_CONVERTS": each(FINISHED, "GUIDE"),
    "C_DOOR": each(FINISHED, "ASK_TO_REFUSE"),
    "C_RESHIP": (*each(JOINED, "SEND_NEW", "PAY"), *each(WAITING, "SEND_NEW")),
    "C_KEEPS": each(FINISHED, "OFFER_KEEP"),
    "C_CUT": each(FINISHED, "BATCH"),
    "C_STOCK": each(FINISHED, "EXCHANGE"),
    "C_ANOMALY": LOOKED_AT,
    "C_EMPTY": (*LOOKED_AT, *each(JOINED, "PROOF"), *each(WAITING, "PROOF")),
    "C_UNSTATED": (*each(FINISHED, "PAY"), *AT_THE_END),
    "C_RECALL": each(FINISHED, "ASK_CARRIER"),
    "C_SILENT": (*each(JOINED, *OF_CARRIERS), *each(WAITING, *OF_CARRIERS)),
    "C_KEEP": each(FINISHED, "ASK_CARRIER"),
    "C_DELIVERED": each(FINISHED, "INQUIRE"),
    "C_APPROVES": each(FINISHED, "APPROVE"),
    "C_DUE": (*each(FINISHED, "PAY"), *AT_THE_END),
    "C_RULING": AT_THE_END,
    "C_INSTANT": AT_FILING,
    "C_FORCED": AT_FILING,
    "C_SLIP": each(BEGAN, "RESPOND"),
    "C_UNCONFIRMED": FIRST_JUDGED,
    "C_UNNUMBERED": each(FINISHED, "AGREE", "CHASE_NUMBER"),
    "C_BEYOND": FIRST_JUDGED,
    "C_BLANK": (*each(BEGAN, "RESPOND"), *each(FINISHED, "REFUSE")),
    "C_MISSED": FIRST_JUDGED,
    "C_NEEDLESS": FIRST_JUDGED,
    "C_REPEATED": ASKED,
    "C_PASSED_ON": each(FINISHED, "CHASED", "ENQUIRED"),
    "C_REACH": each(BEGAN, *CONTACTS),
    "C_OFFER": each(FINISHED, "DECIDE"),
    "C_LOST_QUESTION": (*each(JOINED, *QUESTIONS), *each(WAITING, *QUESTIONS)),
    # what is true behind the form
    "contact": each(BEGAN, *CONTACTS),
    "claim_holds": each(FINISHED, "CLAIM"),
    "mistaken_form": REACHED,
    "wants_exchange": REACHED,
    "special_wish": REACHED,
    "unfounded": each(BEGAN, "RESPOND", "BATCH", "CHASED"),
    "return_wrong": LOOKED_AT,
    "weight": each(FINISHED, "WEIGH"),
    "cell": (),
    # the trace and the form show these, or a clock runs by them from the filing on
    "not_received": AT_FILING,
    "to_locker": AT_FILING,
    "patience": AT_FILING,
    "leaves": AT_FILING,
    "stalls": AT_FILING,
    "arrives": AT_FILING,
    "by_machine": AT_FILING,
}
"""What the desk learns from a hidden column, and by which event at the latest it has learnt it; () = never, it is read by nobody.
Columns of clocks that run from the filing are known to nobody before they strike; they are dealt anew only for refunds not yet filed."""

NAMES = {kind: {step.name: number for number, step in enumerate(STEPS)} for kind in (BEGAN, FINISHED, JOINED, WAITING)}
NAMES[ALARMED] = {name: number for number, name in enumerate(steps.ALARM_NAMES)}


def places(name: str) -> tuple[str, Any]:
    """The array of REFUND and the places in it that a name of REVEALED means."""
    if name in HIDDEN:
        return name, None
    first = getattr(columns, name)
    return {"W": "work", "S": "span", "C": "chance"}[name[0]], slice(first, first + (ATTEMPTS if name in REPEATED_CHANCES else 1))


def revealed_at(log: Log, count: int, events: tuple[Event, ...]) -> np.ndarray:
    """Per refund, the time of the first of these events; NEVER where none came."""
    first = np.full(count, NEVER, np.int64)
    for kind, name in events:
        rows = log.rows[log.rows["kind"] == kind]
        if name:
            rows = rows[rows["step"] == NAMES[kind][name]]
        np.minimum.at(first, rows["refund"], rows["time"])
    return first


def reached_at(workload: Workload, log: Log, share: float) -> np.ndarray:
    """Per refund, when a contact first reached the buyer: online (after filing, a chaser, an enquiry), or by luck (`share`)."""
    first = np.full(len(workload), NEVER, np.int64)
    online_until, contacts = np.full(len(workload), -NEVER), np.zeros(len(workload), np.int64)
    writes = {NAMES[ALARMED][name] for name in ("chase", "enquires")}
    contact = {NAMES[BEGAN][name] for name in CONTACTS}
    span, chance = workload.refunds["span"][:, columns.S_ONLINE], workload.refunds["chance"]
    for time, refund, step, kind in zip(*(log.rows[name].tolist() for name in ("time", "refund", "step", "kind")), strict=True):
        if kind == FILED or (kind == ALARMED and step in writes):
            online_until[refund] = time + span[refund]
        elif kind == BEGAN and step in contact and first[refund] == NEVER:
            lucky = chance[refund, columns.C_REACH + min(contacts[refund], ATTEMPTS - 1)] < share
            contacts[refund] += 1
            if lucky or time <= online_until[refund]:
                first[refund] = time
    return first


def dealt_anew(workload: Workload, scenario: Scenario, log: Log, at: int, seed: int, names: tuple[str, ...] = tuple(REVEALED)) -> Workload:
    """The workload with every hidden value that nobody knows at `at` moved to another refund of which the same holds."""
    g = np.random.default_rng(seed)
    refunds = workload.refunds.copy()
    reached = reached_at(workload, log, scenario.buyer.reached_offline)
    for name in names:
        known = reached if REVEALED[name] is REACHED else revealed_at(log, len(refunds), REVEALED[name])
        hidden = np.flatnonzero(known >= at)
        array, which = places(name)
        dealt = g.permutation(hidden)
        if which is None:
            refunds[array][hidden] = refunds[array][dealt]
        else:
            refunds[array][hidden, which] = refunds[array][dealt, which]
    return dataclasses.replace(workload, refunds=refunds)


def earlier(log: Log, at: int) -> Any:
    return log.rows[log.rows["time"] < at]


def replay(workload: Workload, scenario: Scenario, procedure: Procedure, until: int = NEVER) -> Log:
    floor, tables = floor_of(scenario, workload), tables_of(scenario)
    engine: EngineName = "compiled" if procedure is PROCEDURE else "simpy"
    return run_desk(workload.refunds, floor, tables, min(until, end_of(scenario)), engine, procedure)


def test_of_every_hidden_column_it_is_said_when_it_comes_to_light() -> None:
    arrays = {"work", "span", "chance"}
    assert set(REVEALED) == {*WORK_SETTINGS, *SPAN_SETTINGS, *CHANCE_SETTINGS, *REPEATED_CHANCES, *(set(HIDDEN) - arrays)}


@pytest.mark.parametrize("hour", [31, 51, 100])
def test_what_is_still_hidden_changes_no_earlier_decision(crowded_week: Scenario, crowded_workload: Workload, hour: int) -> None:
    at = hour * 3600
    log = replay(crowded_workload, crowded_week, PROCEDURE)
    other = dealt_anew(crowded_workload, crowded_week, log, at, seed=hour)
    assert not np.array_equal(other.refunds, crowded_workload.refunds)
    again = replay(other, crowded_week, PROCEDURE)
    assert np.array_equal(earlier(log, at), earlier(again, at))
    assert not np.array_equal(log.rows, again.rows)


# ---------------------------------------------------------------- who looks ahead is found out
def shortest_first(item: int, step: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """Lines up by work not yet known."""
    action = desk_procedure.advance(item, step, refund, state, tables, now)
    if step == steps.RESPOND:
        return action[0], action[1], action[2], refund.work[columns.W_RESPOND], *action[4:]
    return action


def asks_only_carriers_that_will_promise(item: int, step: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """Spares itself the question where it knows the answer."""
    if step == steps.ASK_CARRIER and refund.chance[columns.C_RECALL] > 0.6:
        return at_once(steps.ASK_TO_REFUSE)
    return desk_procedure.advance(item, step, refund, state, tables, now)


def inspects_what_is_wrong(item: int, step: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """Looks at nothing but at the returns that are wrong."""
    action = desk_procedure.advance(item, step, refund, state, tables, now)
    if step == steps.SIGNED and refund.return_wrong == 1:
        return at_once(steps.INSPECT)
    return action


def guides_before_it_talked(item: int, step: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """Knows a mistaken form by looking at it."""
    if step == steps.RESPOND and refund.mistaken_form == 1 and state.handled == 3:
        return at_once(steps.GUIDE)
    return desk_procedure.advance(item, step, refund, state, tables, now)


@pytest.mark.parametrize(
    ("clairvoyant", "column"),
    [
        (shortest_first, "W_RESPOND"),
        (asks_only_carriers_that_will_promise, "C_RECALL"),
        (inspects_what_is_wrong, "return_wrong"),
        (guides_before_it_talked, "mistaken_form"),
    ],
)
def test_who_decides_by_what_is_not_known_yet_is_found_out(
    crowded_week: Scenario, crowded_workload: Workload, clairvoyant: Callable[..., Action], column: str
) -> None:
    looks_ahead = dataclasses.replace(PROCEDURE, advance=clairvoyant)
    at = 100 * 3600
    for procedure, blind in ((looks_ahead, False), (PROCEDURE, True)):
        log = replay(crowded_workload, crowded_week, procedure, at)
        again = replay(dealt_anew(crowded_workload, crowded_week, log, at, 1, (column,)), crowded_week, procedure, at)
        assert np.array_equal(log.rows, again.rows) == blind
