"""A case as rows of a workload: the same visible facts every time, other hidden luck, so that a desk can be asked what comes of it."""

import numpy as np

from sim.demand.causes import fill_causes
from sim.demand.columns import C_ANOMALY, S_LABELLED, S_LAST_MILE, S_LINEHAUL, S_PICKED
from sim.demand.draws import Draws, Floats, inverse, whole
from sim.demand.skills import variants
from sim.demand.workload import NEVER, REFUND
from sim.rules.facts import BuyerSays, Claim, Goods, Return, Weight
from sim.rules.path import STATES
from sim.rules.reasons import reasons
from sim.scenario.schema import Scenario
from trainer_app.training.card import texts
from trainer_app.training.cases import Case, cells
from trainer_app.training.message import IN_HOUSE, MOVING

HOUR, DAY = 3600, 86400
AFTER_THE_HUB = 4 * HOUR
"""A parcel spends at least so long between line-haul and the last mile."""


def rows_of(case: Case, scenario: Scenario, count: int) -> np.ndarray:
    """`count` refunds of dtype REFUND, filed in one instant: what the card shows is the same in all, the rest is drawn, keyed by the case's
    seed and number. Read-only."""
    told = texts("cost.toml")
    unsaid, facts = told["unsaid"], case.facts
    numbers = np.arange(count)
    draw = Draws(case.seed, case.number, numbers)
    rows = np.zeros(count, REFUND)
    rows["number"], rows["again"] = numbers, -1
    rows["filed"] = told["filed_hour"] * HOUR
    rows["cell"] = cells().index(case.cell)
    rows["amount"], rows["paid"] = facts.amount, facts.paid
    rows["reason"] = next(reason.index for reason in reasons() if reason.key == facts.reason)
    rows["state"] = STATES.index(facts.order_state.value)
    for name in (
        "sends_back",
        "one_of_several",
        "partly_shipped",
        "insured",
        "may_keep",
        "mistaken_form",
        "wants_exchange",
        "special_wish",
        "unfounded",
    ):
        rows[name] = getattr(facts, name)
    rows["second"] = facts.second_application
    rows["not_received"] = facts.buyer_says is BuyerSays.NOT_RECEIVED
    rows["claim_holds"] = {Claim.HOLDS: True, Claim.FAILS: False}.get(facts.claim, draw("trainer.claim") < unsaid["claim_holds"])
    rows["weight"] = _weights(facts.weight, draw("trainer.weight"), unsaid["short"], unsaid["empty"])
    rows["to_locker"] = facts.goods is Goods.LOCKER
    if facts.goods in (*IN_HOUSE, *MOVING):
        rows["to_locker"] = draw("trainer.to_locker") < scenario.chances.to_locker
    rows["return_wrong"] = facts.returned is Return.WRONG_OR_EMPTY
    variant = np.full(count, int(np.flatnonzero(variants().cell == cells().index(case.cell))[0]))
    fill_causes(rows, variant, scenario, draw)
    if facts.returned is Return.FINE:
        rows["chance"][:, C_ANOMALY] = np.nextafter(np.float32(1), np.float32(0))
    _fill_parcel(rows, case, scenario, draw, unsaid["lost"], unsaid["comes_within_days"] * DAY)
    rows.flags.writeable = False
    return rows


def _weights(weight: Weight, u: Floats, short: float, empty: float) -> np.ndarray:
    """What the scales show: 1 complete, 2 a piece missing, 3 empty."""
    known = {Weight.MATCHES: 1, Weight.SHORT: 2, Weight.EMPTY: 3}.get(weight)
    if known is not None:
        return np.full(len(u), known)
    return np.where(u < empty, 3, np.where(u < empty + short, 2, 1))


def _fill_parcel(rows: np.ndarray, case: Case, scenario: Scenario, draw: Draws, lost: float, within: int) -> None:
    """When the parcel leaves, was last scanned and arrives, such that the desk sees now what the card shows."""
    facts, now, span = case.facts, rows["filed"], rows["span"].astype(np.int64)
    u = draw("trainer.over")
    linehaul, last_mile = span[:, S_LINEHAUL], span[:, S_LAST_MILE]
    transit = np.maximum(whole(inverse(scenario.spans.transit, draw("transit"))), linehaul + last_mile + AFTER_THE_HUB)
    since = int(facts.hours_since_scan * HOUR + 0.5)
    rows["stalls"] = NEVER
    if facts.goods in IN_HOUSE:
        labelled, picked = span[:, S_LABELLED], np.maximum(span[:, S_PICKED], span[:, S_LABELLED] + 1)
        waits = whole(inverse(scenario.spans.parcel_leaves, draw("parcel_leaves")))
        ahead = {
            Goods.LABELLED: np.ceil(u * labelled).astype(np.int64),
            Goods.PICKED: labelled + np.ceil(u * (picked - labelled)).astype(np.int64),
        }.get(facts.goods, picked + waits)
        rows["leaves"] = now + np.maximum(ahead, 1)
        rows["arrives"] = rows["leaves"] + transit
        return
    if facts.goods not in MOVING:
        rows["arrives"] = now - since
        rows["leaves"] = rows["arrives"] - transit
        return
    over = {
        Goods.HANDED_OVER: np.floor(u * linehaul).astype(np.int64),
        Goods.IN_TRANSIT: linehaul + np.floor(u * (transit - linehaul - last_mile)).astype(np.int64),
    }.get(facts.goods, transit - 1 - np.floor(u * (last_mile - 1)).astype(np.int64))
    rows["leaves"], rows["arrives"] = now - over, now - over + transit
    if since >= DAY * 2:  # it has gone silent: lost, or slow
        rows["stalls"] = now - since
        rows["leaves"] = rows["stalls"] - over
        rows["arrives"] = np.where(
            draw("trainer.lost") < lost, NEVER, now + last_mile + np.ceil(draw("trainer.comes") * within).astype(np.int64)
        )
