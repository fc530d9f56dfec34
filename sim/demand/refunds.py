"""Refunds from requests: kinds, facts and causes drawn by number; the returns that only come because the shop pays their freight; and the
reserved second applications."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.demand.causes import OF_PARCEL, chances_of, fill_causes, fill_facts, fill_parcels, share_parcels
from sim.demand.columns import C_AGAIN
from sim.demand.draws import Draws, uniforms_at
from sim.demand.kinds import Kinds, draw_kinds
from sim.demand.skills import induced_reasons
from sim.demand.told import Parcels, Told, joined, some
from sim.demand.workload import NEVER, REFUND
from sim.scenario.schema import Scenario

COPY = 2**32
"""Numbers between one copy of a history and the next, where the demand is scaled beyond 1."""

INDUCED = 2**50
"""Numbers between a request and the first of those that it brings with it, and from that to the next; all others are smaller."""

SECOND = 2**55
"""Added to a refund's number for its reserved second application, so that more refunds shift no draw of a second one."""

CHAT = 2**57
"""Added to a line's number for the chat of a buyer who finds the gate closed."""

WHOLE = f"V{REFUND.itemsize}"
"""A refund as bytes: rows copied so keep the zeros between their columns, and equal workloads are equal byte for byte."""

PART, WEIGHED = 2**12, 2**16
"""Rows that are filled, and whose kinds are weighed, at a time: all is the same whatever they are; a draw hangs on its number alone."""

Rows = NDArray[Any]


def draw_refunds(told: Told, scenario: Scenario, seed: int, replication: int, chats: Told | None = None) -> Rows:
    """Rows of dtype REFUND: requests, those they bring with them, the reserved second applications, and the chats of buyers who find the
    gate closed, in the order of their numbers."""
    kinds = _kinds(told, scenario, seed, replication)
    if told.parcels is None and scenario.policy.freight.insurance and scenario.chances.induced > 0:
        more = _induced(told, kinds, scenario, seed, replication)
        told, kinds = joined([told, more]), joined([kinds, _kinds(more, scenario, seed, replication)])
    again = np.flatnonzero(chances_of(Draws(seed, replication, told.number), C_AGAIN + 1)[:, C_AGAIN] < scenario.buyer.again)

    first = len(told)
    last = first + len(again)
    rows = np.zeros(last + (0 if chats is None else len(chats)), REFUND)
    for here in _parts(0, first):
        _first_applications(rows[here], some(told, here), some(kinds, here), scenario, seed, replication)
    rows["again"] = -1
    rows["again"][again] = np.arange(first, last)
    if chats is not None:
        chats = replace(chats, number=chats.number + CHAT)
        _first_applications(rows[last:], chats, _kinds(chats, scenario, seed, replication), scenario, seed, replication)
        rows["only_asks"][last:] = 1
    for here in _parts(first, last):
        of = again[here.start - first : here.stop - first]
        _second_applications(rows[here], rows, of, kinds.variant[of], scenario, seed, replication)
        if told.parcels is not None:
            _share_parcel(rows[here], rows, of, told.parcels)
    return rows


def _kinds(told: Told, scenario: Scenario, seed: int, replication: int) -> Kinds:
    parts = (some(told, here) for here in _parts(0, max(len(told), 1), WEIGHED))
    return joined([draw_kinds(part, scenario.demand, Draws(seed, replication, part.number)) for part in parts])


def _first_applications(rows: Rows, told: Told, kinds: Kinds, scenario: Scenario, seed: int, replication: int) -> None:
    """Fill rows with requests as they are filed."""
    draw = Draws(seed, replication, told.number)
    rows["number"], rows["filed"] = told.number, told.filed
    fill_facts(rows, told, kinds, scenario, draw)
    fill_causes(rows, kinds.variant, scenario, draw)
    share_parcels(rows, told, scenario, seed, replication)
    fill_parcels(rows, told, kinds.variant, scenario, draw)


def _second_applications(
    rows: Rows, of: Rows, which: NDArray[np.int64], variant: NDArray[np.int64], scenario: Scenario, seed: int, replication: int
) -> None:
    """Fill rows with the reserved second applications of the rows `which` in `of`: the same parcel and the same facts; work, patience and
    luck are drawn anew."""
    np.take(of.view(WHOLE), which, out=rows.view(WHOLE), mode="clip")
    rows["number"] += SECOND
    rows["filed"], rows["again"], rows["second"] = NEVER, -1, 1
    fill_causes(rows, variant, scenario, Draws(seed, replication, rows["number"]))


def _share_parcel(rows: Rows, of: Rows, which: NDArray[np.int64], parcels: Parcels) -> None:
    """What belongs to the parcel is the same for a second application as it was for the first; but lines are applied for again one by one,
    so that none takes a parcel of several as a whole."""
    rows["one_of_several"] |= parcels.lines[which] > 1
    for column, places in OF_PARCEL.items():
        for place in places:
            rows[column][:, place] = of[column][which, place]


def _induced(told: Told, kinds: Kinds, scenario: Scenario, seed: int, replication: int) -> Told:
    """Returns on top of those without a fault: `chances.induced` for each, filed in the same span of time and for the same reason. Where
    there are orders, it is some of their lines that are asked back beside (see asks)."""
    parents = np.flatnonzero((kinds.path == 4) & np.isin(kinds.reason, induced_reasons()))
    which, number = [], []
    share = scenario.chances.induced
    for copy in range(int(np.ceil(share))):
        candidates = told.number[parents] + (copy + 1) * INDUCED
        comes = uniforms_at(seed, replication, "induced", candidates) < share - copy
        which.append(parents[comes])
        number.append(candidates[comes])
    parent, numbers = np.concatenate(which), np.concatenate(number)
    more = some(told, parent)
    moved = np.floor(uniforms_at(seed, replication, "induced.filed", numbers) * more.length).astype(np.int64)
    return replace(more, number=numbers, filed=more.begin + moved, reason=kinds.reason[parent], path=kinds.path[parent])


def _parts(begin: int, end: int, size: int = PART) -> Iterator[slice]:
    """Parts small enough to stay in the processor's cache while their columns are filled."""
    return (slice(at, min(at + size, end)) for at in range(begin, end, size))
