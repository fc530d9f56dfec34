"""The causes behind refunds: facts, parcels, work content, patience, waits outside the shop, latent uniforms. Never outcomes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.demand import columns
from sim.demand.columns import (
    CHANCE_SETTINGS,
    REPEATED_CHANCES,
    S_LABELLED,
    S_PICKED,
    S_SENDS,
    SPAN_SETTINGS,
    WORK_SETTINGS,
)
from sim.demand.draws import Draws, Floats, Seconds, chosen, inverse, whole
from sim.demand.kinds import Kinds
from sim.demand.skills import FACTS, IN_HOUSE, LABELLED, PICKED, WAITS, variants
from sim.demand.told import NOT_TOLD, Told
from sim.demand.workload import ATTEMPTS, NEVER
from sim.rules.path import FACTS as KEYS
from sim.scenario.calendar import Roster
from sim.scenario.distribution import Lognormal
from sim.scenario.schema import MOST_DAYS, Scenario
from sim.scenario.units import MOST_FEN

LARGEST_SECONDS = 2**31 - 1

LEAST_PRICE = 100
"""Fen: nobody asks for the refund of less."""

Rows = NDArray[Any]


def fill_chances(chance: NDArray[np.float32], draw: Draws) -> None:
    """Fill the latent uniforms of some refunds, in [0, 1), shape (refunds, CHANCES)."""
    for name in CHANCE_SETTINGS:
        chance[:, getattr(columns, name)] = draw.coarse(name)
    for name in REPEATED_CHANCES:
        for attempt in range(ATTEMPTS):
            chance[:, getattr(columns, name) + attempt] = draw.coarse(name, attempt)


def fill_facts(rows: Rows, told: Told, kinds: Kinds, scenario: Scenario, draw: Draws) -> None:
    """Fill what the form shows and what is true behind it, from the variant of each refund's cell."""
    every, variant = variants(), kinds.variant
    rows["cell"], rows["reason"] = kinds.cell, kinds.reason
    rows["state"] = np.choose(kinds.path - 1, [KEYS[path][0] for path in KEYS])
    sends_back = _true(every.sends_back, variant, draw, "cell.sends_back")
    rows["sends_back"] = np.where(told.sends_back == NOT_TOLD, sends_back, told.sends_back)
    _fill_money(rows, told, variant, scenario, draw)
    for name in FACTS:
        rows[name] = _true(every.facts[name], variant, draw, f"cell.{name}")
    rows["not_received"] |= told.signed == 1
    rows["to_locker"] = _true(every.facts["to_locker"], variant, draw, "to_locker", scenario.chances.to_locker)
    rows["insured"] = draw("insured") < scenario.chances.insured
    rows["weight"] = 1
    differs = np.flatnonzero(every.weight[variant, 0] < 1)
    rows["weight"][differs] = 1 + chosen(every.weight[variant[differs]], draw("cell.weight")[differs])


def fill_causes(rows: Rows, variant: NDArray[np.int64], scenario: Scenario, draw: Draws) -> None:
    """Fill work, contact, patience, span and chance of `rows` (dtype REFUND), each from its own named draw at the row's number."""
    for name, setting in WORK_SETTINGS.items():
        rows["work"][:, getattr(columns, name)] = _seconds(scenario, setting, draw, name)
    for name, setting in SPAN_SETTINGS.items():
        rows["span"][:, getattr(columns, name)] = _seconds(scenario, setting, draw, name)
    for attempt in range(ATTEMPTS):
        rows["contact"][:, attempt] = _seconds(scenario, "work.contact", draw, "contact", attempt)
        rows["patience"][:, attempt] = _seconds(scenario, "buyer.chase_after", draw, "patience", attempt)
    fill_chances(rows["chance"], draw)
    times = variants().sends_times[variant]
    late = np.flatnonzero(times != 1)
    rows["span"][late, S_SENDS] = np.minimum(whole(times[late] * rows["span"][late, S_SENDS]), LARGEST_SECONDS)


def fill_parcels(rows: Rows, variant: NDArray[np.int64], scenario: Scenario, draw: Draws) -> None:
    """Fill `leaves`, `stalls` and `arrives` (seconds since the scenario's start) from the variants; `span` must be filled.

    In house: it leaves after the filing. On its way: the variant's part of it is over; what is silent was last scanned so long ago, and
    moves on when it has been silent for spans.stalled, if ever. Arrived: at the filing or before. A parcel that is lost was scanned last
    on its way, and never arrives.
    """
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

    lost = np.flatnonzero(_true(every.facts["lost"], variant, draw, "lost", scenario.chances.lost) & ~there)
    last_scan = leaves + np.floor(draw("parcel.last_scan") * transit).astype(np.int64)
    rows["stalls"][lost] = np.where(rows["stalls"][lost] < NEVER, rows["stalls"][lost], last_scan[lost])
    arrives[lost] = NEVER
    rows["arrives"] = arrives


def absence(seed: int, replication: int, roster: Roster) -> NDArray[np.float64]:
    """Uniforms in (0, 1), shape (slots, days of the roster), each keyed by the slot's name and the day: nobody's luck hangs on who else
    is hired, or on where the roster begins."""
    draw = Draws(seed, replication, np.arange(roster.first_day, roster.last_day + 1) + MOST_DAYS)
    return np.array([draw(f"absence.{name}") for name in roster.names]).reshape(len(roster), roster.days)


def _fill_money(rows: Rows, told: Told, variant: NDArray[np.int64], scenario: Scenario, draw: Draws) -> None:
    """What the order line cost and what is asked for, as told or by the stated prices and the variant's part; never more than it cost."""
    paid = told.paid
    if scenario.demand.stated is not None and (paid == NOT_TOLD).any():
        price = scenario.demand.stated.amount
        in_fen = Lognormal.model_construct(mean=max(price.mean, 1), sd=price.sd)  # unchecked: fen may be more than seconds
        drawn = inverse(in_fen, draw("paid"))
        paid = np.where(paid == NOT_TOLD, whole(np.clip(drawn, LEAST_PRICE, MOST_FEN)), paid)
    every = variants()
    part = every.part[variant]
    asked = whole((part[:, 0] + draw("cell.amount") * part[:, 1]) * paid)
    asked = np.minimum(np.clip(asked, np.maximum(every.least[variant], 1), every.most[variant]), paid)
    rows["amount"] = np.where(told.amount == NOT_TOLD, asked, told.amount)
    rows["paid"] = np.maximum(paid, rows["amount"])  # an export may give the price without its freight


def _in_house(stage: NDArray[np.int64], span: Rows, u: Floats, scenario: Scenario, draw: Draws) -> Seconds:
    """Seconds from filing until a parcel in house leaves: at `u` of the time in which it is labelled, or picked and not labelled yet."""
    labelled, picked = span[:, S_LABELLED].astype(np.int64), span[:, S_PICKED].astype(np.int64)
    least = np.minimum(labelled + 1, picked)
    waits = {
        WAITS: whole(inverse(scenario.spans.parcel_leaves, draw("parcel_leaves"))),
        LABELLED: np.ceil(u * labelled).astype(np.int64),
        PICKED: least + np.floor(u * (picked - least + 1)).astype(np.int64),
    }
    return np.asarray(np.maximum(np.choose(np.maximum(stage, 0), [waits[name] for name in IN_HOUSE]), 1), np.int64)


def _true(shares: Floats, variant: NDArray[np.int64], draw: Draws, name: str, usual: float = 0.0) -> NDArray[np.bool_]:
    """Of whom a fact is true, by the share that each variant gives it; NaN = `usual`. Certain shares need no draw."""
    share = np.where(np.isnan(shares), usual, shares)
    if np.isin(share, (0.0, 1.0)).all():
        return np.asarray((share == 1)[variant])
    return np.asarray(draw(name) < share[variant])


def _seconds(scenario: Scenario, setting: str, draw: Draws, name: str, attempt: int = 0) -> NDArray[np.int64] | int:
    """Whole seconds of the distribution that stands at a dotted key of the scenario; 0 where it has none."""
    value: Any = scenario
    for part in setting.split("."):
        value = getattr(value, part)
    if value is None:
        return 0
    if value.dist == "fixed":
        return min(int(value.value), LARGEST_SECONDS)
    return np.minimum(whole(inverse(value, draw(name, attempt))), LARGEST_SECONDS)
