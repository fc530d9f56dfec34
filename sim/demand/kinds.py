"""What kind of case each request is: its path, its skill cell, the variant of it and the reason, drawn where they are not told."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.demand.draws import Draws, Floats, chosen
from sim.demand.skills import Variants, plainest, skills, variants
from sim.demand.told import NOT_TOLD, Told
from sim.rules.path import FACTS
from sim.scenario.schema import Demand, Shares

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Kinds:
    """One row per request. path: 1-4. variant: row of `variants()`. cell: place in load_cells(). reason: place in the rules' list."""

    path: Places
    variant: Places
    cell: Places
    reason: Places


def draw_kinds(told: Told, demand: Demand, draw: Draws) -> Kinds:
    """The kind of each request, by what is told of it and the scenario's shares.

    A cell is drawn from the shares of its path, each weighed by how often the cell gives what is told (its reason; on path 2 also whether
    the trace says signed for and whether a return is filed; the amount). Where no cell of the scenario fits, it is the plainest cell, or
    the one that fits best all but the reason. What is told always stays.
    """
    every = variants()
    path = _paths(told, demand.shares, draw("path"))
    variant = np.zeros(len(told), np.int64)
    u = draw("cell"), draw("cell.variant")
    for each in FACTS:
        rows = np.flatnonzero(path == each)
        if len(rows):
            variant[rows] = _variants_of_path(each, rows, told, demand, (u[0][rows], u[1][rows]))
    reason = told.reason.copy()
    drawn = np.flatnonzero(reason == NOT_TOLD)
    reason[drawn] = chosen(every.reason[variant[drawn]], draw("cell.reason")[drawn])
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
    limits = np.unique(np.append(every.least[first:after], every.most[first:after] + 1))
    band = np.searchsorted(limits, told.amount[rows], side="right")
    alike = np.column_stack([told.reason[rows], told.sends_back[rows], told.signed[rows], np.where(told.amount[rows] < 0, -1, band)])
    _, at, place = np.unique(_packed(alike), return_index=True, return_inverse=True)
    fits = _fits(path, rows[at], told, every)  # [sign, variant]
    reason = told.reason[rows[at]]
    named = fits * np.where((reason == NOT_TOLD)[:, None], 1.0, every.reason[first:after, reason].T)

    cells = every.cell[first:after]
    here = np.arange(cells[0], cells[-1] + 1)
    in_cell = (cells[:, None] == here) * every.share[first:after, None]  # [variant, cell]
    weights = (named @ in_cell) * _shares(path, here, demand)
    none = np.flatnonzero(weights.sum(axis=1) == 0)
    if len(none):
        weights[none] = _best_fit(fits[none] @ in_cell, plainest()[path] - cells[0])
    cell = here[chosen(weights[place], u[0])]

    within = (cells == cell[:, None]) * every.share[first:after]  # [row, variant]
    likely = within * named[place]
    for looser in (within * fits[place], within):
        likely = np.where(likely.any(axis=1, keepdims=True), likely, looser)
    return np.asarray(first + chosen(likely, u[1]), np.int64)


def _packed(columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """One number for each row of small whole numbers (-1 to 254)."""
    return np.asarray(((columns + 1) << np.array([0, 8, 16, 24])).sum(axis=1), np.int64)


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


def _best_fit(fits: Floats, plain: int) -> Floats:
    """Weights [row, cell] with 1 for the plainest cell, or where it does not fit for the one that gives most often what is told."""
    best = np.where(fits[:, plain] > 0, plain, np.argmax(fits, axis=1))
    return np.asarray(best[:, None] == np.arange(fits.shape[1]), np.float64)
