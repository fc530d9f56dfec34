"""What kind of case each request is: its path, its skill cell, the variant of it and the reason, drawn where they are not told."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.demand.choices import alike, chosen_of
from sim.demand.columns import KIND_DRAWS
from sim.demand.draws import Draws, Floats, chosen, unit
from sim.demand.skills import Variants, plainest, skills, variants
from sim.demand.told import AT_DOOR, NOT_TOLD, ON_ITS_WAY, Parcels, Told, some
from sim.rules.path import FACTS
from sim.scenario.schema import Demand, Shares
from sim.scenario.units import DAY, HOUR

Places = NDArray[np.int64]

TOLD_FACTS = ("one_of_several", "partly_shipped", "to_locker", "claim_holds")
"""Facts that an order may decide."""

FAR = 1e-6
"""What a variant weighs that fits in all but a fact, or how far the parcel has come."""

NEARLY = {"over": 0.25, "silent": 24.0 * HOUR}
"""Up to how far outside its range a variant still fits in part: the less, the farther. In ways, and in seconds."""

FINE = {"over": 0.05, "silent": 6.0 * HOUR}
"""Requests whose parcels are alike to that are weighed once."""


@dataclass(frozen=True)
class Kinds:
    """One row per request. path: 1-4. variant: row of `variants()`. cell: place in load_cells(). reason: place in the rules' list."""

    path: Places
    variant: Places
    cell: Places
    reason: Places


def draw_kinds(told: Told, demand: Demand, draw: Draws) -> Kinds:
    """The kind of each request, by what is told of it and the scenario's shares.

    A variant is drawn by its share of its cell and its cell's of the path, weighed by how often it gives what is told (the reason; on path
    2 also whether the trace says signed for and whether a return is filed; the amount; where the parcel is, if an order tells it). Where no
    cell of the scenario fits, it is of the plainest cell, or of the one that fits best all but the reason. What is told always stays.
    """
    every = variants()
    luck = unit(draw.family("kind", len(KIND_DRAWS)))
    path = _paths(told, demand.shares, luck[:, KIND_DRAWS.index("path")])
    variant = np.zeros(len(told), np.int64)
    u = luck[:, KIND_DRAWS.index("cell")], luck[:, KIND_DRAWS.index("variant")]
    for each in FACTS:
        rows = np.flatnonzero(path == each)
        if len(rows):
            variant[rows] = _variants_of_path(each, rows, told, demand, (u[0][rows], u[1][rows]))
    reason = told.reason.copy()
    drawn = np.flatnonzero(reason == NOT_TOLD)
    reason[drawn] = chosen_of(every.reason, variant[drawn], luck[drawn, KIND_DRAWS.index("reason")])
    return Kinds(path, variant, every.cell[variant], reason)


def _paths(told: Told, shares: Shares | None, u: Floats) -> Places:
    """The path of each row: as told, else drawn from the shares among the paths that what is told allows."""
    if shares is None:
        return told.path
    weights = np.tile([shares.path_1, shares.path_2, shares.path_3, shares.path_4], (len(told), 1))
    if (told.state != NOT_TOLD).any() or (told.sends_back != NOT_TOLD).any():
        allowed = np.ones(weights.shape, np.bool_)
        for path, (state, back) in FACTS.items():
            allowed[:, path - 1] &= (told.state == NOT_TOLD) | (told.state == state)
            if path in (3, 4):  # for what is not signed for, a return asked for changes nothing
                allowed[:, path - 1] &= (told.sends_back == NOT_TOLD) | (told.sends_back == back)
        weights = np.where(allowed, weights, 0.0)
        weights = np.where(weights.sum(axis=1, keepdims=True) > 0, weights, allowed)
    return np.where(told.path == NOT_TOLD, 1 + chosen(weights, u), told.path)


def _variants_of_path(path: int, rows: Places, told: Told, demand: Demand, u: tuple[Floats, Floats]) -> Places:
    """The variants of some requests of one path; requests of which the same is told are weighed once."""
    every = variants()
    first, after = every.of_path(path)
    at, place, parcels = _alike(path, rows, told, every)
    fits = _fits(path, rows[at], told, every)  # [sign, variant]
    if parcels is not None:
        fits = fits * _fits_parcel(parcels, slice(first, after), every)
    reason = told.reason[rows[at]]
    named = fits * np.where((reason == NOT_TOLD)[:, None], 1.0, every.reason[first:after, reason].T)

    share, cells = every.share[first:after], every.cell[first:after]
    here = np.arange(cells[0], cells[-1] + 1)
    in_cell = (cells[:, None] == here) * share[:, None]  # [variant, cell]
    weights = (named @ in_cell) * _shares(path, here, demand)
    none = np.flatnonzero(weights.sum(axis=1) == 0)
    if len(none):
        weights[none] = _best_fit(fits[none] @ in_cell, plainest()[path] - cells[0])
    cell = chosen_of(weights, place, u[0])

    within = (cells == here[:, None]) * share  # [cell, variant]
    likely = within * named[:, None, :]  # [sign, cell, variant]
    for looser in (within * fits[:, None, :], within):
        likely = np.where(likely.any(axis=2, keepdims=True), likely, looser)
    return np.asarray(first + chosen_of(likely.reshape(-1, len(share)), place * len(here) + cell, u[1]), np.int64)


def _alike(path: int, rows: Places, told: Told, every: Variants) -> tuple[Places, Places, Parcels | None]:
    """Of requests of which the same is told as to their variant: one of each sign, and the place of each request's sign among them; and the
    parcels of the signs, how far they have come told no finer than it matters."""
    of_path = slice(*every.of_path(path))
    band, _ = _banded(told.amount[rows], np.append(every.least[of_path], every.most[of_path] + 1))
    signs = [(told.reason[rows], 8), (told.sends_back[rows], 2), (told.signed[rows], 2), (np.where(told.amount[rows] < 0, -1, band), 5)]
    parcels = None
    if told.parcels is not None:
        parcels = some(told.parcels, rows)
        signs += [(getattr(parcels, name), 4) for name in ("occasion", "stage", *TOLD_FACTS)]
        ranges = {"over": every.over[of_path], "silent": every.silent[of_path]}
        coarse: dict[str, Any] = {}
        for name, most in (("over", 1.0), ("silent", 10.0 * DAY)):
            marks = np.concatenate([ranges[name][:, 0], ranges[name].sum(axis=1), np.arange(0.0, most, FINE[name])])
            value = getattr(parcels, name)
            band, coarse[name] = _banded(value, marks)
            signs.append((np.where(value == NOT_TOLD, -1, band), 7))
            coarse[name] = np.where(value == NOT_TOLD, NOT_TOLD, coarse[name])
        parcels = replace(parcels, **coarse)
    packed = np.zeros(len(rows), np.int64)
    for column, bits in signs:
        packed = packed << bits | column + 1
    at, place = alike(packed)
    return at, place, None if parcels is None else some(parcels, at)


def _banded(values: NDArray[Any], limits: NDArray[Any]) -> tuple[Places, Floats]:
    """Between which of the limits (NaN = none) each value lies, and the middle of that band."""
    marks = np.unique(limits[~np.isnan(limits.astype(np.float64))])
    band = np.searchsorted(marks, values, side="right")
    ends = np.concatenate([marks[:1] - 1.0, marks, marks[-1:] + 1.0])
    return band, np.asarray(((ends[1:] + ends[:-1]) / 2)[band])


def _shares(path: int, cells: Places, demand: Demand) -> Floats:
    """The scenario's shares of the cells of a path; a path that names none has its plainest alone."""
    named = demand.cells.get(f"p{path}", {})
    keys = [skills()[cell].key.split(".")[1] for cell in cells]
    if not any(named.values()):
        return np.array(cells == plainest()[path], np.float64)
    return np.array([named.get(key, 0.0) for key in keys])


def _fits(path: int, rows: Places, told: Told, every: Variants) -> Floats:
    """How often each variant of a path gives what is told of some requests beside the reason, [row, variant]."""
    of_path = slice(*every.of_path(path))
    amount, back, signed = told.amount[rows, None], told.sends_back[rows, None], told.signed[rows, None]
    fits = ((amount == NOT_TOLD) | ((every.least[of_path] <= amount) & (amount <= every.most[of_path]))).astype(np.float64)
    if path == 2:
        sends = every.sends_back[of_path]
        fits *= np.where(back == NOT_TOLD, 1.0, np.where(back == 1, sends, 1.0 - sends))
        disputed = every.scanned[of_path] * every.facts["not_received"][of_path]
        fits *= np.where(signed == NOT_TOLD, 1.0, np.where(signed == 1, disputed, ~every.scanned[of_path]))
    return np.asarray(fits, np.float64)


def _fits_parcel(parcels: Parcels, of_path: slice, every: Variants) -> Floats:
    """The same for where the parcel is: the place must fit, how far it has come may be near, or the nearest that there is."""
    stage = parcels.stage[:, None]
    gone = np.where(every.at_door, AT_DOOR, ON_ITS_WAY + (every.over[:, 0] >= 1))  # ARRIVED follows ON_ITS_WAY
    there = np.where(every.in_house >= 0, every.in_house, gone)[of_path]
    in_house = (stage < ON_ITS_WAY) & (there < ON_ITS_WAY)
    fits = every.asked[of_path].T[parcels.occasion] * np.where(stage == there, 1.0, np.where(in_house, FAR, 0.0))
    over, silent = parcels.over[:, None], parcels.silent[:, None]
    fits = fits * np.where(stage == ON_ITS_WAY, _nearness(over, every.over[of_path], NEARLY["over"]), 1.0)
    never = np.isnan(every.silent[of_path, 0])
    gone_silent = np.where(never, FAR * FAR, _nearness(silent.astype(np.float64), every.silent[of_path], NEARLY["silent"]))
    fits = fits * np.where(silent == NOT_TOLD, np.where(never, 1.0, 0.0), gone_silent)
    for name in TOLD_FACTS:
        value, share = getattr(parcels, name)[:, None], every.facts[name][of_path]
        given = np.maximum(np.where(value == 1, share, 1.0 - share), FAR)
        fits = fits * np.where((value == NOT_TOLD) | np.isnan(share), 1.0, given)
    return np.asarray(fits)


def _nearness(value: Floats, ranges: Floats, nearly: float) -> Floats:
    """1 within a range (from, length), less outside, by the distance; 1 for a variant that has no range."""
    away = np.maximum(np.maximum(ranges[:, 0] - value, value - ranges.sum(axis=1)), 0.0) / nearly
    return np.asarray(np.where(np.isnan(away), 1.0, np.where(away < 1, 1.0 - away, 0.0) + np.where(away > 0, FAR / (1 + away), 0.0)))


def _best_fit(fits: Floats, plain: int) -> Floats:
    """Weights [row, cell] with 1 for the plainest cell, or where it does not fit for the one that gives most often what is told."""
    best = np.where(fits[:, plain] > 0, plain, np.argmax(fits, axis=1))
    return np.asarray(best[:, None] == np.arange(fits.shape[1]), np.float64)
