"""The causes behind refunds: facts, parcels, work content, patience, waits outside the shop, latent uniforms. Never outcomes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.demand.columns import (
    C_DELIVERED,
    C_DOOR,
    C_KEEP,
    C_RECALL,
    C_SILENT,
    CHANCES_IN_USE,
    FACT_DRAWS,
    S_COLLECTS,
    S_LABELLED,
    S_LAST_MILE,
    S_LINEHAUL,
    S_PARCEL_RETURNS,
    S_PICKED,
    S_SENDS,
    SPAN_SETTINGS,
    W_INQUIRE,
    W_PROOF,
    W_RECALL,
    WORK_SETTINGS,
)
from sim.demand.draws import Draws, Floats, Seconds, chosen, inverse, unit, whole
from sim.demand.kinds import Kinds
from sim.demand.ladders import LARGEST_SECONDS, chances, ladder_of, ladders_of, quantiles, seconds, whole_seconds
from sim.demand.skills import FACTS, variants
from sim.demand.told import LABELLED, NOT_TOLD, PICKED, WAITS, Told
from sim.demand.workload import ATTEMPTS, NEVER
from sim.rules.path import FACTS as KEYS
from sim.scenario.calendar import Roster
from sim.scenario.distribution import Lognormal
from sim.scenario.schema import MOST_DAYS, Price, Scenario
from sim.scenario.units import MOST_FEN

OF_PARCEL = {
    "work": (W_RECALL, W_INQUIRE, W_PROOF),
    "span": (S_COLLECTS, S_PICKED, S_LABELLED, S_LINEHAUL, S_LAST_MILE, S_PARCEL_RETURNS),
    "chance": (C_RECALL, C_SILENT, C_KEEP, C_DELIVERED, C_DOOR),
}
"""What is drawn by the parcel."""

LEAST_PRICE = 100
"""Fen: nobody asks for the refund of less."""

Rows = NDArray[Any]


def chances_of(draw: Draws, count: int) -> NDArray[np.float32]:
    """The first `count` latent uniforms of some refunds, in [0, 1), shape (refunds, count)."""
    found = np.empty((len(draw.numbers), count), np.float32)
    chances(draw.family("chance", count), found)
    return found


def fill_facts(rows: Rows, told: Told, kinds: Kinds, scenario: Scenario, draw: Draws) -> None:
    """Fill what the form shows and what is true behind it, from the variant of each refund's cell."""
    every, variant = variants(), kinds.variant
    words = draw.family("facts", len(FACT_DRAWS))
    luck = {name: words[:, place] for place, name in enumerate(FACT_DRAWS)}
    rows["cell"], rows["reason"] = kinds.cell, kinds.reason
    rows["state"] = np.choose(kinds.path - 1, [KEYS[path][0] for path in KEYS])
    sends_back = _true(every.sends_back, variant, luck["sends_back"])
    rows["sends_back"] = np.where(told.sends_back == NOT_TOLD, sends_back, told.sends_back)
    _fill_money(rows, told, variant, luck["amount"], scenario, draw)
    for name in FACTS:
        rows[name] = _true(every.facts[name], variant, luck[name])
    rows["not_received"] |= told.signed == 1
    if told.parcels is None:
        rows["to_locker"] = _true(every.facts["to_locker"], variant, luck["to_locker"], scenario.chances.to_locker)
    else:
        for name in ("one_of_several", "partly_shipped", "to_locker", "by_machine"):
            rows[name] = getattr(told.parcels, name)
        rows["claim_holds"] = np.where(told.parcels.claim_holds == NOT_TOLD, rows["claim_holds"], told.parcels.claim_holds)
    rows["insured"] = luck["insured"] < scenario.chances.insured * 2.0**32
    rows["weight"] = 1
    differs = np.flatnonzero(every.weight[variant, 0] < 1)
    rows["weight"][differs] = 1 + chosen(every.weight[variant[differs]], unit(luck["weight"][differs]))


def fill_causes(rows: Rows, variant: NDArray[np.int64], scenario: Scenario, draw: Draws) -> None:
    """Fill work, contact, patience, span and chance of `rows` (dtype REFUND), each from its place in a family of the row's number."""
    work, span, attempts = _ladders(scenario)
    seconds(draw.family("work", len(work)), work, rows["work"][:, : len(work)])
    seconds(draw.family("span", len(span)), span, rows["span"][:, : len(span)])
    tried = draw.family("attempts", 2 * ATTEMPTS)
    seconds(tried, attempts[:ATTEMPTS], rows["contact"])
    seconds(tried[:, ATTEMPTS:], attempts[ATTEMPTS:], rows["patience"])
    chances(draw.family("chance", CHANCES_IN_USE), rows["chance"][:, :CHANCES_IN_USE])
    times = variants().sends_times[variant]
    late = np.flatnonzero(times != 1)
    rows["span"][late, S_SENDS] = np.minimum(whole(times[late] * rows["span"][late, S_SENDS]), LARGEST_SECONDS)


def share_parcels(rows: Rows, told: Told, scenario: Scenario, seed: int, replication: int) -> None:
    """What belongs to a parcel is the same for all its lines: the carrier's answers, the door and the way back are drawn by its number."""
    if told.parcels is None:
        return
    others = np.flatnonzero(told.parcels.number != told.number)
    if not len(others):
        return
    draw = Draws(seed, replication, told.parcels.number[others])
    work, span, _ = _ladders(scenario)
    for column, ladders in (("work", work), ("span", span)):
        words = draw.family(column, len(ladders))
        for place in OF_PARCEL[column]:
            rows[column][others, place] = whole_seconds(words[:, place], ladders[place])
    luck = chances_of(draw, CHANCES_IN_USE)
    for place in OF_PARCEL["chance"]:
        rows["chance"][others, place] = luck[:, place]


def _ladders(scenario: Scenario) -> tuple[Floats, Floats, Floats]:
    """The ladders of work, of spans, and of contacts and patience by attempt."""
    work, span = (tuple(_setting(scenario, each) for each in every.values()) for every in (WORK_SETTINGS, SPAN_SETTINGS))
    attempts = (scenario.work.contact,) * ATTEMPTS + (scenario.buyer.chase_after,) * ATTEMPTS
    return ladders_of(work), ladders_of(span), ladders_of(attempts)


def fill_parcels(rows: Rows, told: Told, variant: NDArray[np.int64], scenario: Scenario, draw: Draws) -> None:
    """Fill `leaves`, `stalls` and `arrives` (seconds since the scenario's start), as told by orders or from the variants; `span` must be
    filled.

    In house: it leaves after the filing. On its way: the variant's part of it is over; what is silent was last scanned so long ago, and
    moves on when it has been silent for spans.stalled, if ever. Arrived: at the filing or before. A parcel that is lost was scanned last
    on its way, and never arrives.
    """
    if told.parcels is not None:
        for name in ("leaves", "stalls", "arrives"):
            rows[name] = getattr(told.parcels, name)
        return
    every = variants()
    filed = rows["filed"]
    transit = np.maximum(whole(inverse(scenario.spans.transit, draw("transit"))), 1)
    u = draw("parcel.over")
    inside = every.in_house[variant] >= 0
    over = np.where(inside, 0.0, every.over[variant, 0] + u * every.over[variant, 1])
    there = over >= 1
    done = np.floor(over * transit).astype(np.int64)
    done = np.where(there, done, np.minimum(done, transit - 1))

    leaves = filed - done
    rows["stalls"] = NEVER
    silent = np.flatnonzero(~np.isnan(every.silent[variant, 0]))
    if len(silent):
        ago = every.silent[variant[silent]]
        rows["stalls"][silent] = filed[silent] - whole(ago[:, 0] + draw("parcel.silent")[silent] * ago[:, 1])
        leaves[silent] = rows["stalls"][silent] - done[silent]
    leaves[inside] = filed[inside] + _in_house(every.in_house[variant], rows["span"], u, scenario, draw)[inside]
    rows["leaves"] = leaves
    arrives = leaves + transit
    if len(silent):
        hush = np.maximum(whole(inverse(scenario.spans.stalled, draw("stalled")[silent])), (filed - rows["stalls"])[silent])
        arrives[silent] = rows["stalls"][silent] + hush + transit[silent] - done[silent]

    luck = (draw("lost") * 2.0**32).astype(np.uint32)
    lost = np.flatnonzero(_true(every.facts["lost"], variant, luck, scenario.chances.lost) & ~there)
    last_scan = leaves + np.floor(draw("parcel.last_scan") * transit).astype(np.int64)
    rows["stalls"][lost] = np.where(rows["stalls"][lost] < NEVER, rows["stalls"][lost], last_scan[lost])
    arrives[lost] = NEVER
    rows["arrives"] = arrives


def absence(seed: int, replication: int, roster: Roster) -> NDArray[np.float64]:
    """Uniforms in (0, 1), shape (slots, days of the roster), each keyed by the slot's name and the day: nobody's luck hangs on who else
    is hired, or on where the roster begins."""
    draw = Draws(seed, replication, np.arange(roster.first_day, roster.last_day + 1) + MOST_DAYS)
    return np.array([draw(f"absence.{name}") for name in roster.names]).reshape(len(roster), roster.days)


def _fill_money(rows: Rows, told: Told, variant: NDArray[np.int64], luck: NDArray[np.uint32], scenario: Scenario, draw: Draws) -> None:
    """What the order line cost and what is asked for, as told or by the stated prices and the variant's part; never more than it cost."""
    paid = told.paid
    if scenario.demand.stated is not None and (paid == NOT_TOLD).any():
        paid = np.where(paid == NOT_TOLD, prices(scenario.demand.stated.amount, draw), paid)
    every = variants()
    part = every.part[variant]
    asked = whole((part[:, 0] + unit(luck) * part[:, 1]) * paid)
    asked = np.minimum(np.clip(asked, np.maximum(every.least[variant], 1), every.most[variant]), paid)
    rows["amount"] = np.where(told.amount == NOT_TOLD, asked, told.amount)
    rows["paid"] = np.maximum(paid, rows["amount"])  # an export may give the price without its freight


def prices(price: Price, draw: Draws) -> Seconds:
    """What order lines cost, in fen."""
    in_fen = Lognormal.model_construct(mean=max(price.mean, 1), sd=price.sd)  # unchecked: fen may be more than seconds
    return whole(np.clip(quantiles(draw.family("paid", 1)[:, 0], ladder_of(in_fen)), LEAST_PRICE, MOST_FEN))


def _in_house(stage: NDArray[np.int64], span: Rows, u: Floats, scenario: Scenario, draw: Draws) -> Seconds:
    """Seconds from filing until a parcel in house leaves: at `u` of the time in which it is labelled, or picked and not labelled yet."""
    labelled, picked = span[:, S_LABELLED].astype(np.int64), span[:, S_PICKED].astype(np.int64)
    least = np.minimum(labelled + 1, picked)
    waits = {
        WAITS: whole(inverse(scenario.spans.parcel_leaves, draw("parcel_leaves"))),
        LABELLED: np.ceil(u * labelled).astype(np.int64),
        PICKED: least + np.floor(u * (picked - least + 1)).astype(np.int64),
    }
    return np.asarray(np.maximum(np.choose(np.maximum(stage, 0), [waits[each] for each in sorted(waits)]), 1), np.int64)


def _true(shares: Floats, variant: NDArray[np.int64], luck: NDArray[np.uint32], usual: float = 0.0) -> NDArray[np.bool_]:
    """Of whom a fact is true, by the share that each variant gives it (NaN = `usual`) and by words of 32 bits."""
    share = np.where(np.isnan(shares), usual, shares)
    if np.isin(share, (0.0, 1.0)).all():
        return np.asarray((share == 1)[variant])
    return np.asarray(luck < (share * 2.0**32)[variant])


def _setting(scenario: Scenario, setting: str) -> Any:
    """What stands at a dotted key of the scenario."""
    value: Any = scenario
    for part in setting.split("."):
        value = getattr(value, part)
    return value
