"""Which order lines are asked back, and when: chances to ask in each state. Of several wishes for one line the earliest is filed."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.demand.awake import awake
from sim.demand.columns import S_LABELLED, S_PICKED
from sim.demand.draws import Draws, Floats, Seconds, below, unit, whole
from sim.demand.envelope import after_last_day, first_day
from sim.demand.gate import Closed, closed_times, through_gate
from sim.demand.kinds import draw_kinds
from sim.demand.ladders import ladder_of, quantiles
from sim.demand.orders import Goods
from sim.demand.skills import induced_reasons
from sim.demand.told import ARRIVED, AT_DOOR, LABELLED, NOT_TOLD, OCCASIONS, ON_ITS_WAY, PICKED, WAITS, Parcels, Told, joined, some
from sim.demand.workload import NEVER
from sim.rules.path import SHIPPED, SIGNED, UNSHIPPED, path_of
from sim.rules.reasons import reasons
from sim.scenario.calendar import day_start
from sim.scenario.distribution import Distribution
from sim.scenario.schema import Scenario
from sim.scenario.units import HOUR, MINUTE

REGRET, LATE, STUCK, REFUSED, DISPUTED, REFUND_ONLY, RETURN_GOODS = range(len(OCCASIONS))

# Places in the family of a line's wishes. A new one comes last.
(
    A_REGRET,
    A_REGRET_AFTER,
    A_STILL,
    A_LATE,
    A_LATE_AFTER,
    A_STUCK,
    A_STUCK_AFTER,
    A_MONEY,
    A_MONEY_AFTER,
    A_RETURN,
    A_RETURN_AFTER,
    A_GATE,
    A_GATE_AFTER,
    A_MACHINE,
    A_OUT_OF_STOCK,
) = range(15)

LATE_SHIPMENT, OUT_OF_STOCK = (next(each.index for each in reasons() if each.key == key) for key in ("late_shipment", "out_of_stock"))

AT_ONE_GO = HOUR
"""Requests for all lines of a parcel, the first and the last filed so soon after each other, are one wish: to have none of it."""

Places = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Asked:
    """Requests for order lines, in the order of their numbers (that of the line), and chats in their stead.

    chats: the same of buyers who found the gate closed and wrote to the shop; a line may be in both.
    """

    requests: Told
    chats: Told


@dataclass
class _Wishes:
    """The earliest wish of each line so far. at: seconds, NEVER = none. occasion: place in OCCASIONS. chat: when its buyer writes.
    machine: a machine refunds it. freely: it only comes up because the shop pays for its return."""

    at: Seconds
    occasion: Places
    chat: Seconds
    machine: Flags
    freely: Flags

    def consider(self, which: Places, at: Seconds, occasion: int, chat: Seconds | None = None, machine: Flags | None = None) -> None:
        earlier = at < self.at[which]
        mine = which[earlier]
        self.at[mine], self.occasion[mine] = at[earlier], occasion
        self.machine[mine] = False if machine is None else machine[earlier]
        if chat is not None:
            self.chat[which] = np.minimum(self.chat[which], chat)


def draw_asks(goods: Goods, scenario: Scenario, seed: int, replication: int) -> Asked:
    """The requests and chats of a replication's orders, within the warm-up, the days and the drain."""
    lines = goods.lines
    never, no = np.full(len(lines), NEVER), np.zeros(len(lines), np.bool_)
    wishes = _Wishes(never, np.full(len(lines), NOT_TOLD), never.copy(), no, no.copy())
    words = Draws(seed, replication, lines.luck).family("asks", A_OUT_OF_STOCK + 1)
    _before_it_is_shipped(wishes, goods, words, scenario)
    _on_its_way(wishes, goods, words, scenario)
    _once_signed(wishes, goods, words, scenario)

    _fill_in_one_form_after_another(wishes, goods, scenario)
    wishes.chat[lines.number != lines.luck] = NEVER  # and one chat speaks for all
    begin = day_start(scenario.calendar, first_day(scenario.calendar))
    end = day_start(scenario.calendar, after_last_day(scenario.calendar))
    asked = (wishes.at >= begin) & (wishes.at < end)
    chatting = np.flatnonzero((wishes.chat >= begin) & (wishes.chat < end))

    def told(which: Places) -> Told:
        return _told(which, wishes.at[which], wishes.occasion[which], wishes.machine[which], goods, scenario, seed, replication)

    requests = told(np.flatnonzero(asked & ~wishes.freely))
    freely = told(np.flatnonzero(asked & wishes.freely))  # apart: what is asked back anyway is as it would be without them
    if len(freely):
        kinds = draw_kinds(freely, scenario.demand, Draws(seed, replication, freely.number))
        without_fault = np.flatnonzero(np.isin(kinds.reason, induced_reasons()))
        requests = joined([requests, some(replace(freely, reason=kinds.reason), without_fault)])
        requests = some(requests, np.argsort(requests.number))
    plain, no = np.full(len(chatting), REGRET), np.zeros(len(chatting), np.bool_)
    return Asked(requests, _told(chatting, wishes.chat[chatting], plain, no, goods, scenario, seed, replication))


# ---------------------------------------------------------------- wishes
def _before_it_is_shipped(wishes: _Wishes, goods: Goods, words: Any, scenario: Scenario) -> None:
    """A change of mind, and shipment that is overdue: both may find the gate closed, or the parcel shipped meanwhile."""
    lines, parcels, gate = goods.lines, goods.parcels, scenario.gate
    _, _, asks = scenario.by_orders
    which = _true(words, A_REGRET, asks.regret.share)
    clock = awake(scenario)
    wish = clock.later(lines.decided[which], _span(words, A_REGRET_AFTER, asks.regret.after, which))
    wish = np.where(wish < lines.paid[which], lines.asked_back[which], wish)  # the balance is paid, and asked back
    clicked, signed = parcels.clicked[lines.parcel[which]], parcels.signed[lines.parcel[which]]
    found = _through(words, which, wish, clicked, scenario, closed_times(gate, goods.sales))
    after_shipping = found.filed >= clicked
    given_up = after_shipping & ((found.filed >= signed) | ~below(words[which, A_STILL], asks.regret.still))
    machine = found.released & below(words[which, A_MACHINE], gate.machine)
    wishes.consider(which, np.where(given_up, NEVER, found.filed), REGRET, found.chat, machine)

    overdue = np.flatnonzero(parcels.clicked[lines.parcel] > lines.promised)
    which = overdue[below(words[overdue, A_LATE], asks.late.share)]
    wish = clock.later(lines.promised[which], _span(words, A_LATE_AFTER, asks.late.after, which))
    clicked = parcels.clicked[lines.parcel[which]]
    found = _through(words, which, np.where(wish < clicked, wish, NEVER), clicked, scenario, closed_times(gate, goods.sales, late=True))
    machine = found.released & below(words[which, A_MACHINE], gate.machine)
    wishes.consider(which, np.where(found.filed < clicked, found.filed, NEVER), LATE, machine=machine)


def _on_its_way(wishes: _Wishes, goods: Goods, words: Any, scenario: Scenario) -> None:
    """A parcel that is not scanned any more, is refused at the door, or is said not to have come."""
    lines, parcels = goods.lines, goods.parcels
    _, _, asks = scenario.by_orders
    of = lines.parcel
    silent = np.flatnonzero(parcels.stalls[of] < NEVER)
    which = silent[below(words[silent, A_STUCK], asks.stuck.share)]
    wish = awake(scenario).later(parcels.stalls[of[which]], _span(words, A_STUCK_AFTER, asks.stuck.after, which))
    clicked = parcels.clicked[of[which]]
    wish = np.where((wish >= clicked) & (wish < parcels.arrives[of[which]]), wish, NEVER)
    wishes.consider(which, wish, STUCK)
    which = np.flatnonzero(parcels.refused[of])
    filed, arrives = wishes.at[which] + MINUTE * (lines.number - lines.luck)[which], parcels.arrives[of[which]]
    first = np.full(len(parcels), NEVER)
    np.minimum.at(first, of[which], filed)
    wishes.at[which[filed >= arrives]] = NEVER
    at_door = first[of[which]] >= arrives  # who has asked for some of it before leaves it to the shop what becomes of the parcel
    wishes.consider(which[at_door], arrives[at_door], REFUSED)
    which = np.flatnonzero(parcels.disputed[of] < NEVER)
    wishes.consider(which, parcels.disputed[of[which]], DISPUTED)


def _once_signed(wishes: _Wishes, goods: Goods, words: Any, scenario: Scenario) -> None:
    """Money only, or the goods back."""
    lines, parcels = goods.lines, goods.parcels
    _, _, asks = scenario.by_orders
    signed = parcels.signed[lines.parcel]
    for occasion, chance, after, ask in (
        (REFUND_ONLY, A_MONEY, A_MONEY_AFTER, asks.refund_only),
        (RETURN_GOODS, A_RETURN, A_RETURN_AFTER, asks.return_goods),
    ):
        which = _true(words, chance, ask.share)
        which = which[signed[which] < NEVER]
        wishes.consider(which, awake(scenario).later(signed[which], _span(words, after, ask.after, which)), occasion)
    if scenario.policy.freight.insurance and asks.refund_only.share < 1:
        share = asks.return_goods.share
        more = share * scenario.chances.induced / (1 - asks.refund_only.share)  # of the lines that nobody asks back otherwise
        chance = words[:, A_RETURN] * 2.0**-32
        which = np.flatnonzero((chance >= share) & (chance < share + more) & (wishes.at == NEVER) & (signed < NEVER))
        wishes.consider(
            which, awake(scenario).later(signed[which], _span(words, A_RETURN_AFTER, asks.return_goods.after, which)), RETURN_GOODS
        )
        wishes.freely[which] = True


def _fill_in_one_form_after_another(wishes: _Wishes, goods: Goods, scenario: Scenario) -> None:
    """The forms for several lines are filed a minute apart; who sees the gate about to close files them all before."""
    lines = goods.lines
    rows = np.flatnonzero((lines.number != lines.luck) & (wishes.at < NEVER))
    before, after = wishes.at[rows], wishes.at[rows] + MINUTE * (lines.number - lines.luck)[rows]
    unshipped = after < goods.parcels.clicked[lines.parcel[rows]]
    for late in (False, True):
        asks_so = (wishes.occasion[rows] == LATE) == late
        for each in closed_times(scenario.gate, goods.sales, late):
            after = np.where(asks_so & unshipped & (before < each.begin) & (after >= each.begin), before, after)
    wishes.at[rows] = after


def _through(words: Any, which: Places, wish: Seconds, clicked: Seconds, scenario: Scenario, closed: tuple[Closed, ...]) -> Any:
    after = _span(words, A_GATE_AFTER, scenario.gate.returns_after, which) if closed else np.zeros(len(which), np.int64)
    return through_gate(wish, clicked, unit(words[which, A_GATE]), after, scenario.gate, closed)


def _true(words: Any, place: int, share: float) -> Places:
    return np.flatnonzero(below(words[:, place], share))


def _span(words: Any, place: int, distribution: Distribution, which: Places) -> Seconds:
    return whole(quantiles(words[which, place], ladder_of(distribution)))


# ---------------------------------------------------------------- what is told of a request
def _told(
    which: Places, at: Seconds, occasion: Places, machine: Flags, goods: Goods, scenario: Scenario, seed: int, replication: int
) -> Told:
    """Requests for some lines, filed at a time each, as far as their orders tell of them."""
    lines, parcels = goods.lines, goods.parcels
    _, _, asks = scenario.by_orders
    of = lines.parcel[which]
    clicked, signed = parcels.clicked[of], parcels.signed[of]
    state = np.where(at < clicked, UNSHIPPED, np.where(signed <= at, SIGNED, SHIPPED))
    back = np.where(state == SIGNED, occasion == RETURN_GOODS, NOT_TOLD).astype(np.int64)
    unknown = np.full(len(which), NOT_TOLD)
    late = np.flatnonzero(occasion == LATE)
    luck = Draws(seed, replication, lines.luck[which[late]]).family("asks", A_OUT_OF_STOCK + 1)
    reason = unknown.copy()
    reason[late] = np.where(below(luck[:, A_OUT_OF_STOCK], asks.late.out_of_stock), OUT_OF_STOCK, LATE_SHIPMENT)
    stage, over, silent = _place(at, of, goods, scenario, seed, replication)
    return Told(
        number=lines.number[which],
        filed=at,
        begin=at - at % HOUR,
        length=np.full(len(which), HOUR),
        amount=unknown,
        paid=lines.price[which],
        reason=reason,
        path=path_of(state, back == 1),
        state=state,
        sends_back=back,
        signed=np.where(state == SHIPPED, occasion == DISPUTED, NOT_TOLD).astype(np.int64),
        parcels=Parcels(
            number=parcels.number[of],
            lines=parcels.lines[of],
            occasion=occasion,
            stage=stage,
            over=over,
            silent=silent,
            leaves=parcels.leaves[of],
            stalls=parcels.stalls[of],
            arrives=parcels.arrives[of],
            one_of_several=(~_all_at_one_go(of, at, parcels.lines[of])).astype(np.int64),
            partly_shipped=_partly_shipped(which, at, goods).astype(np.int64),
            to_locker=parcels.to_locker[of].astype(np.int64),
            claim_holds=np.where(occasion == LATE, 1, NOT_TOLD),
            by_machine=(machine & (state == UNSHIPPED)).astype(np.int64),
        ),
    )


def _partly_shipped(which: Places, at: Seconds, goods: Goods) -> Flags:
    """Whether some parcels of each line's order have left at a time, and others not."""
    found = np.zeros(len(which), np.bool_)
    lines = goods.lines
    asked, every = np.flatnonzero(lines.split[which]), np.flatnonzero(lines.split)
    if len(asked):
        starts = np.flatnonzero(np.diff(lines.order[every], prepend=-1))
        of_order = np.searchsorted(lines.order[every[starts]], lines.order[which[asked]])
        leaves = goods.parcels.leaves[lines.parcel[every]]
        first, last = np.minimum.reduceat(leaves, starts)[of_order], np.maximum.reduceat(leaves, starts)[of_order]
        found[asked] = (first <= at[asked]) & (last > at[asked])
    return found


def _place(at: Seconds, of: Places, goods: Goods, scenario: Scenario, seed: int, replication: int) -> tuple[Places, Floats, Seconds]:
    """Where each parcel is at a time: its stage, the part of its way behind it, and for how long it has been silent."""
    parcels = goods.parcels
    leaves, arrives, stalls, moves = parcels.leaves[of], parcels.arrives[of], parcels.stalls[of], parcels.moves[of]
    stage = np.where(at < leaves, WAITS, np.where(at < arrives, ON_ITS_WAY, np.where(parcels.refused[of], AT_DOOR, ARRIVED)))
    house = np.flatnonzero(at < leaves)
    spans = Draws(seed, replication, parcels.number[of[house]]).family("span", max(S_LABELLED, S_PICKED) + 1)
    left = leaves[house] - at[house]
    for which, place, before in ((PICKED, S_PICKED, scenario.spans.picked_before), (LABELLED, S_LABELLED, scenario.spans.labelled_before)):
        stage[house[left <= whole(quantiles(spans[:, place], ladder_of(before)))]] = which
    still = np.minimum(at, stalls)
    over = np.clip((still - leaves) / moves, 0.0, 0.999)
    here = np.flatnonzero(stage >= ARRIVED)
    over[here] = 1.0 + (at - arrives)[here] / moves[here]
    silent = np.where((stalls <= at) & (at < arrives), at - stalls, NOT_TOLD)
    return stage, over, silent


def _all_at_one_go(of: Places, at: Seconds, held: Places) -> Flags:
    """Whether all lines of the parcel of each request (`held` of them) are asked back at one go; rows of one parcel stand together."""
    starts = np.flatnonzero(np.diff(of, prepend=-1))
    if not len(starts):
        return np.zeros(0, np.bool_)
    many = np.diff(starts, append=len(of))
    apart = np.maximum.reduceat(at, starts) - np.minimum.reduceat(at, starts)
    return np.repeat((many == held[starts]) & (apart <= AT_ONE_GO), many)
