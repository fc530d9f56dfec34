"""Refunds, tables and desks at random: every fact, cause, lever and clock may be anything, alone or together."""

import dataclasses
from dataclasses import dataclass

import numpy as np

from sim.demand.workload import ATTEMPTS, CHANCES, NEVER, REFUND, SPANS, WORKS
from sim.desk.contract import Floor
from sim.desk.records import ERRORS, GROUPS, HANDOFFS, LINE, POOL, SLOT, TABLES
from sim.desk.tables import (
    ACT_AGREE,
    ACT_NONE,
    L_BATCH,
    LATER,
    LINE_POOLS,
    M_COMPENSATION_MOST,
    P_AGREEMENT,
    P_APPROVAL_GIVE_UP,
    P_ASK_AGAIN,
    P_BATCH_CASE,
    P_CHASE_NUMBER,
    P_CHASES_MOST,
    P_COUPON_WITHIN,
    P_DOOR_THRESHOLD,
    P_FIRST_RESPONSE,
    P_LOSS_BY_CARRIER,
    P_LOST_AFTER,
    P_READING,
    P_RECALL_GIVE_UP,
    Q_ANSWER_PACE,
    Q_COMPLAINT,
    Q_COMPLAINT_HOURS,
    Q_FORCED,
    Q_INSTANT,
    Q_WITHDRAWS,
)
from sim.rules.facts import ReturnRule, Settings
from sim.rules.masks import masks, words_of_settings
from sim.rules.reasons import reasons
from sim.rules.settings import standard_settings
from sim.scenario.calendar import CHANGE, OFF, ON
from sim.scenario.staff import POOLS

HOUR, DAY = 3600, 86400
DAYS = 3
"""Refunds are filed on the first so many days."""

SELDOM = 0.03
"""Share of rows that are no request but a question in chat, and of those that a machine refunds at filing whatever the tables say."""

SOMETIMES = (
    "one_of_several",
    "partly_shipped",
    "insured",
    "may_keep",
    "claim_holds",
    "mistaken_form",
    "wants_exchange",
    "special_wish",
    "unfounded",
    "not_received",
    "to_locker",
    "return_wrong",
)


@dataclass(frozen=True)
class Shop:
    """Tables (TABLES[1]) and the settings of the rules that stand in them."""

    tables: np.ndarray
    settings: Settings


def random_refunds(g: np.random.Generator, count: int, sometimes: float = 0.15) -> np.ndarray:
    """Rows of dtype REFUND; a tenth of them are reserved second applications. `sometimes`: share of each fact."""
    rows = np.zeros(count, REFUND)
    rows["number"] = np.arange(count)
    rows["filed"] = np.sort(g.integers(0, DAYS * DAY, count))
    rows["again"] = -1
    rows["paid"] = g.integers(1_000, 60_000, count)
    rows["amount"] = np.minimum(rows["paid"], g.integers(500, 60_000, count))
    rows["state"], rows["sends_back"] = g.integers(0, 3, count), g.integers(0, 2, count)
    offered = [[reason.index for reason in reasons() if state in reason.states] for state in range(3)]
    rows["reason"] = [g.choice(offered[state]) for state in rows["state"]]
    for name in SOMETIMES:
        rows[name] = g.random(count) < sometimes
    rows["weight"] = g.integers(1, 4, count)
    _fill_parcels(rows, g)
    rows["work"] = g.integers(0, 900, (count, WORKS))
    rows["contact"] = g.integers(0, 300, (count, ATTEMPTS))
    rows["patience"] = g.integers(0, 12 * HOUR, (count, ATTEMPTS))
    rows["span"] = g.integers(0, 4 * DAY, (count, SPANS)) // g.choice([1, 1, 24], (count, SPANS))
    rows["chance"] = g.random((count, CHANCES))
    second = count // 10
    if second:
        again = np.sort(g.choice(count - second, second, replace=False))
        rows["again"][again] = count - second + np.arange(second)
        rows[count - second :] = rows[again]
        rows["number"][count - second :] = count - second + np.arange(second)
        rows["filed"][count - second :], rows["again"][count - second :], rows["second"][count - second :] = NEVER, -1, 1
        rows["chance"][count - second :] = g.random((second, CHANCES))
    for name in ("only_asks", "by_machine"):
        rows[name] = g.random(count) < SELDOM
    return rows


def _fill_parcels(rows: np.ndarray, g: np.random.Generator) -> None:
    """Unshipped: it left unseen or will leave. Shipped: it is on its way, has arrived, is silent, lost, or not out. Signed: long ago."""
    count, filed, state = len(rows), rows["filed"], rows["state"]
    transit = g.integers(HOUR, 5 * DAY, count)
    rows["leaves"] = filed + np.where(state == 0, g.integers(-DAY, 3 * DAY, count), g.integers(-4 * DAY, DAY, count))
    rows["leaves"] = np.where(state == 2, filed - transit - 10, rows["leaves"])
    rows["arrives"] = np.where(state == 2, filed - 5, np.maximum(rows["leaves"] + transit, filed - DAY))
    lost = (g.random(count) < 0.1) & (state != 2)
    slow = (g.random(count) < 0.15) & (state != 2)
    rows["stalls"] = np.where(lost | slow, rows["leaves"] + HOUR, NEVER)
    rows["arrives"] = np.where(slow, rows["arrives"] + g.integers(0, 12 * DAY, count), rows["arrives"])
    rows["arrives"][lost] = NEVER


def random_shop(g: np.random.Generator, errors: float = 0.2) -> Shop:
    """Tables in which every lever, clock, share and sum of money is anything that the scenario's schema allows."""
    settings = dataclasses.replace(
        standard_settings(),
        delegated=bool(g.integers(2)),
        refund_on_promise=bool(g.integers(2)),
        return_rule=list(ReturnRule)[g.integers(len(ReturnRule))],
        door_threshold=int(g.integers(0, 6)),
    )
    tables = np.zeros(1, TABLES)
    row = tables[0]
    row["order"], row["refresh"] = g.integers(4), g.choice([0, 0, 1200])
    row["line"][: len(LINE_POOLS)] = range(len(LINE_POOLS))
    row["standard"] = g.choice([0, 2 * HOUR, 4 * HOUR], HANDOFFS)
    row["clock"] = np.where(g.random(10) < 0.3, NEVER, g.integers(HOUR, 8 * DAY, 10))
    row["pace"], row["chats"] = 1 + g.random(GROUPS), 0.3
    row["authority"] = g.integers(0, 30_000, GROUPS)
    confusion = np.full((4, 4), 0.03)
    np.fill_diagonal(confusion, 0.91)
    row["confusion"] = confusion.ravel()
    row["errors"] = g.random((GROUPS, ERRORS)) * errors
    _fill_switches(row, settings, g)
    row["share"][:] = g.random(len(row["share"]))
    row["share"][Q_ANSWER_PACE], row["share"][Q_COMPLAINT_HOURS] = 0.5 + g.random(), 24
    row["share"][Q_COMPLAINT] *= 0.1
    row["share"][Q_WITHDRAWS] *= 0.2
    row["share"][Q_INSTANT : Q_INSTANT + 4] *= 0.2
    row["share"][Q_FORCED] *= 0.1
    row["money"] = g.integers(0, 3_000, len(row["money"]))
    row["money"][M_COMPENSATION_MOST] = 5_000
    for reason in reasons():
        row["owed"][reason.index] = 0.05 if reason.owes_compensation else 0
        row["says_refused"][reason.index] = reason.key == "refused_damaged"
        row["at_fault"][reason.index] = reason.quality or reason.owes_compensation
    row["wrong_kind"] = g.integers(0, 3, 16)
    row["wrong_act"] = np.where(row["wrong_kind"] == LATER, g.integers(ACT_NONE + 1, ACT_AGREE + 1, 16), ACT_NONE)
    row["wrong_seconds"] = g.integers(0, 200, 16)
    _fill_rules(row, settings)
    tables.flags.writeable = False
    return Shop(tables, settings)


def _fill_switches(row: np.void, settings: Settings, g: np.random.Generator) -> None:
    switch = row["switch"]
    switch[:] = g.integers(0, 2, len(switch))
    switch[P_LOSS_BY_CARRIER] &= switch[P_AGREEMENT]
    switch[P_BATCH_CASE] = 20
    switch[P_RECALL_GIVE_UP] = 12 * HOUR
    switch[P_LOST_AFTER] = int(settings.lost_after_days * DAY)
    switch[P_DOOR_THRESHOLD] = settings.door_threshold
    switch[P_APPROVAL_GIVE_UP] = g.choice([HOUR, DAY])
    switch[P_CHASES_MOST] = g.integers(0, ATTEMPTS + 1)
    switch[P_COUPON_WITHIN] = int(settings.coupon_hours * HOUR)
    switch[P_ASK_AGAIN] = 6 * HOUR
    switch[P_CHASE_NUMBER] = g.choice([NEVER, DAY // 4, DAY // 2])
    switch[P_READING] = 60
    switch[P_FIRST_RESPONSE] = 1_800


def _fill_rules(row: np.void, settings: Settings) -> None:
    found = masks()
    row["settled"], row["rule_begin"] = words_of_settings(settings), found.begin
    for name in ("first", "second"):
        row[f"rule_{name}"][: len(found.rule)] = getattr(found, name)
    row["rule_number"][: len(found.rule)] = found.rule
    row["rule_response"][: len(found.rule)] = found.response
    row["rule_deadline"][: len(found.rule)] = found.deadline


def random_floor(g: np.random.Generator) -> Floor:
    """A few people in every pool; some come late, and agents may be away for days, so that some questions are answered by nobody."""
    lines = np.zeros(len(LINE_POOLS), LINE)
    lines["pool"], lines["cases"] = [POOLS.index(pool) for pool in LINE_POOLS], 1
    lines[L_BATCH] = (0, 30, 1_000_000, 60)
    people = {pool: int(g.integers(2, 6)) for pool in POOLS}
    late = {"supervisors": (0, 0, 0, 8), "carriers": (0, 0, 2), "warehouse": (0, 0, 5)}
    begins = {pool: int(g.choice(late.get(pool, (0,)))) * DAY for pool in POOLS}
    slots = [(number, number, 1 + (pool == "agents")) for number, pool in enumerate(POOLS) for _ in range(people[pool])]
    changes = [(begins[POOLS[pool]], slot, ON) for slot, (pool, _, _) in enumerate(slots)]
    if g.random() < 0.3:  # the agents are away for days: clocks run out, and the platform hears no case
        gone, back = int(g.integers(1, 5)) * DAY, int(g.integers(6, 20)) * DAY
        changes += [(at, slot, what) for slot in range(people["agents"]) for at, what in ((gone, OFF), (back, ON))]
    return Floor(np.zeros(len(POOLS), POOL), lines, np.array(slots, SLOT), np.array(sorted(changes), CHANGE))
