"""Orders and what becomes of them before anybody asks: lines, parcels, shipping, delivery. Causes only; what the desk does comes later."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.demand.awake import awake
from sim.demand.causes import prices
from sim.demand.columns import S_COLLECTS
from sim.demand.draws import Draws, Floats, Seconds, below, unit, whole
from sim.demand.envelope import kept
from sim.demand.ladders import ladder_of, quantiles
from sim.demand.order_curve import Expected, SaleDay, expected_orders, paid_at
from sim.demand.workload import NEVER
from sim.scenario.distribution import Distribution
from sim.scenario.schema import Scenario
from sim.scenario.units import DAY

LINES = 8
"""Numbers of an order's lines: line k of candidate c is c x LINES + k."""

Places = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Places in the families of an order (by its first line's number) and of a parcel (by its own). A new one comes last.
O_LINES, O_SPLIT, O_TOGETHER, O_PRESALE, O_DEPOSIT, O_BALANCE = range(6)
(
    P_LEAVES,
    P_PRESALE_LEAVES,
    P_CLICK,
    P_EARLY,
    P_LATE,
    P_TRANSIT,
    P_SILENT,
    P_SILENT_FROM,
    P_STALLED,
    P_LOST,
    P_LAST_SCAN,
    P_LOCKER,
    P_REFUSED,
    P_DISPUTED,
    P_DISPUTED_AFTER,
) = range(15)


@dataclass(frozen=True)
class Lines:
    """One row per order line, in the order of `number`. order: the number of its order's first line. luck: number of the line by whose luck
    it is asked back: that of the first line where an order's lines go together, else its own. parcel: row of its parcel.

    paid: when the order was paid. decided: when the buyer decided: paid the deposit, if there was one. asked_back: when a change of mind
    from before the payment is filed. promised: until when it is to be shipped. price: fen. presale: it is the balance of a pre-sale. split:
    each line of the order goes in a parcel of its own.
    """

    number: Places
    order: Places
    luck: Places
    parcel: Places
    paid: Seconds
    decided: Seconds
    asked_back: Seconds
    promised: Seconds
    price: Places
    presale: Flags
    split: Flags

    def __len__(self) -> int:
        return len(self.number)


@dataclass(frozen=True)
class Consignments:
    """One row per parcel, in the order of `number` (that of its first line). lines: how many it holds.

    clicked: when the system says shipped. leaves: when it leaves the house. stalls: the last scan before a long silence, NEVER = scanned
    all along. arrives: delivered, left at a locker or offered at the door; NEVER = lost. signed: when the buyer has it; NEVER = never.
    moves: seconds that it moves from leaving to arriving. to_locker, refused (at the door): flags. disputed: when the buyer says
    "not received" of what the trace shows as delivered; NEVER = not.
    """

    number: Places
    lines: Places
    clicked: Seconds
    leaves: Seconds
    stalls: Seconds
    arrives: Seconds
    signed: Seconds
    moves: Seconds
    to_locker: Flags
    refused: Flags
    disputed: Seconds

    def __len__(self) -> int:
        return len(self.number)


@dataclass(frozen=True)
class Goods:
    """All orders of a replication."""

    lines: Lines
    parcels: Consignments
    sales: tuple[SaleDay, ...]

    def __post_init__(self) -> None:
        for table in (self.lines, self.parcels):
            for each in fields(table):
                getattr(table, each.name).flags.writeable = False


def draw_orders(scenario: Scenario, seed: int, replication: int, size: int | None = None) -> Goods:
    """The orders from the first day of the warm-up to the last of the drain. Raises BadInput as expected_orders and kept do."""
    expected = expected_orders(scenario, seed, replication, size)
    lines = _lines(scenario, expected, seed, replication)
    return Goods(lines, _parcels(scenario, lines, expected, seed, replication), expected.sales)


# ---------------------------------------------------------------- orders and their lines
def _lines(scenario: Scenario, expected: Expected, seed: int, replication: int) -> Lines:
    orders, shipping, asks = scenario.by_orders
    come = kept(expected.means, expected.buckets, scenario, "demand.orders", seed, replication)
    paid = paid_at(come.number, come.bucket, expected, seed, replication)
    first = come.number * LINES
    words = Draws(seed, replication, first).family("order", O_BALANCE + 1)
    shares = np.cumsum(orders.lines) / sum(orders.lines)
    many = np.ones(len(first), np.int64)
    for share in shares[:-1].tolist():
        many += ~below(words[:, O_LINES], share)
    decided, asked_back, presale = _deposits(paid, words, expected.sales)
    promised = paid + shipping.promised
    for sale in expected.sales:
        if sale.sale.promised is not None:
            promised = np.where((paid >= sale.begin) & (paid < sale.end), paid + sale.sale.promised, promised)

    of = np.repeat(np.arange(len(first)), many)
    begins = np.cumsum(many) - many
    nth = np.arange(len(of)) - begins[of]
    number = first[of] + nth
    split = (many > 1) & below(words[:, O_SPLIT], orders.split)
    own = (nth == 0) | split[of]
    together = below(words[:, O_TOGETHER], asks.together)
    return Lines(
        number=number,
        order=first[of],
        luck=np.where(together[of], first[of], number),
        parcel=np.cumsum(own) - 1,
        paid=paid[of],
        decided=decided[of],
        asked_back=asked_back[of],
        promised=promised[of],
        price=prices(orders.amount, Draws(seed, replication, number)),
        presale=presale[of],
        split=split[of],
    )


def _deposits(paid: Seconds, words: NDArray[np.uint32], sales: tuple[SaleDay, ...]) -> tuple[Seconds, Seconds, Flags]:
    """When buyers decided, when those who changed their mind before they paid file, and which orders are balances of a pre-sale."""
    decided, asked_back, presale = paid.copy(), paid.copy(), np.zeros(len(paid), np.bool_)
    for sale in sales:
        told = sale.sale.presale
        if told is None:
            continue
        mine = np.flatnonzero((paid >= sale.begin) & (paid < sale.begin + told.until) & below(words[:, O_PRESALE], told.share))
        decided[mine] -= whole(quantiles(words[mine, O_DEPOSIT], ladder_of(told.deposit_before)))
        asked_back[mine] += whole(quantiles(words[mine, O_BALANCE], ladder_of(told.asked_back_after)))
        presale[mine] = True
    return decided, asked_back, presale


# ---------------------------------------------------------------- parcels
def _parcels(scenario: Scenario, lines: Lines, expected: Expected, seed: int, replication: int) -> Consignments:
    _, shipping, asks = scenario.by_orders
    first = np.flatnonzero(np.diff(lines.parcel, prepend=-1) > 0)
    number, paid, presale = lines.number[first], lines.paid[first], lines.presale[first]
    draw = Draws(seed, replication, number)
    words = draw.family("parcel", P_DISPUTED_AFTER + 1)

    def some(place: int, distribution: Distribution, which: Places | slice = slice(None)) -> Seconds:
        return whole(quantiles(words[which, place], ladder_of(distribution)))

    def true(place: int, share: float | Floats) -> Flags:
        return below(words[:, place], share)

    leaves = paid + some(P_LEAVES, shipping.leaves_in) + _arrears(paid, expected, scenario)
    if shipping.presale_leaves_in is not None:
        packed = np.flatnonzero(presale)
        leaves[packed] = paid[packed] + some(P_PRESALE_LEAVES, shipping.presale_leaves_in, packed)
    leaves = np.maximum(leaves, paid + 1)

    clicked = leaves.copy()
    early = np.flatnonzero(true(P_CLICK, shipping.clicked_early))
    late = np.flatnonzero(~true(P_CLICK, 1 - shipping.clicked_late))
    clicked[early] = np.maximum(leaves[early] - some(P_EARLY, shipping.early_by, early), paid[early] + 1)
    clicked[late] += some(P_LATE, shipping.late_by, late)
    transit = scenario.spans.transit
    moves = np.maximum(whole(quantiles(words[:, P_TRANSIT], ladder_of(transit)) * _times(paid, expected.sales)), 1)
    stalls, arrives = np.full(len(first), NEVER), leaves + moves
    silent = np.flatnonzero(true(P_SILENT, shipping.silent))
    stalls[silent] = leaves[silent] + np.floor(unit(words[silent, P_SILENT_FROM]) * moves[silent]).astype(np.int64)
    arrives[silent] += some(P_STALLED, scenario.spans.stalled, silent)
    lost = np.flatnonzero(true(P_LOST, scenario.chances.lost))
    last_scan = leaves[lost] + np.floor(unit(words[lost, P_LAST_SCAN]) * moves[lost]).astype(np.int64)
    stalls[lost] = np.minimum(stalls[lost], last_scan)
    arrives[lost] = NEVER

    clicked = np.minimum(clicked, arrives)  # what is delivered was shipped
    there = arrives < NEVER
    locker = true(P_LOCKER, scenario.chances.to_locker)
    refused = true(P_REFUSED, asks.refused) & there & ~locker
    disputed = np.full(len(first), NEVER)
    disputing = true(P_DISPUTED, asks.disputed.share * np.where(locker, asks.disputed.locker_times, 1.0)) & there & ~refused
    disputing = np.flatnonzero(disputing)
    disputed[disputing] = awake(scenario).later(arrives[disputing], some(P_DISPUTED_AFTER, asks.disputed.after, disputing))
    signed = arrives.copy()
    waits = np.flatnonzero(locker & there)
    collects = Draws(seed, replication, number[waits]).family("span", S_COLLECTS + 1)[:, S_COLLECTS]
    signed[waits] += whole(quantiles(collects, ladder_of(scenario.buyer.collects_after)))
    signed[refused | (disputed < NEVER)] = NEVER
    return Consignments(
        number, np.diff(np.append(first, len(lines))), clicked, leaves, stalls, arrives, signed, moves, locker, refused, disputed
    )


def _arrears(paid: Seconds, expected: Expected, scenario: Scenario) -> Seconds | int:
    """How long an order paid at a time waits because the warehouse is in arrears: what is expected before it, beyond what can leave.

    A fluid line, first come, first served: it hangs on what is expected and on no other order's luck, so more demand makes parcels leave
    later and changes nothing else.
    """
    orders, shipping, _ = scenario.by_orders
    if shipping.per_day is None:
        return 0
    buckets = expected.buckets
    shares = np.array(orders.lines) / sum(orders.lines)
    beyond_the_first = float((shares * np.arange(len(shares))).sum())
    coming = expected.means * (1 + orders.split * beyond_the_first)  # an order that is split is a parcel a line
    for sale in expected.sales:  # what is packed beforehand does not wait
        if sale.sale.presale is not None and shipping.presale_leaves_in is not None:
            here = (buckets.day == sale.day) & (buckets.begin < sale.begin + sale.sale.presale.until)
            coming = np.where(here, coming * (1 - sale.sale.presale.share), coming)
    capacity = shipping.per_day / DAY
    standing = np.zeros(len(coming) + 1)
    for place, (more, length) in enumerate(zip(coming.tolist(), buckets.length.tolist(), strict=True)):
        standing[place + 1] = max(0.0, standing[place] + more - capacity * length)
    ends = np.append(buckets.begin, buckets.begin[-1] + buckets.length[-1])
    return whole(np.interp(paid, ends, standing) / capacity)


def _times(paid: Seconds, sales: tuple[SaleDay, ...]) -> Floats | float:
    """So many times as long as usual is a parcel on its way, by the sale on whose day it was paid."""
    times = np.ones(len(paid))
    for sale in sales:
        times[(paid >= sale.begin) & (paid < sale.end)] = sale.sale.transit_times
    return times
