"""What the desk did to the goods of each request, read from the rows of the log: stopped in house, brought back by the carrier, refused at
the door, received back.

The log has no row that says "stopped" or "promised": it is told by the work that was finished and by where the request went from there.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.demand.workload import NEVER, Workload
from sim.desk.log import Log
from sim.desk.records import ALARMED, BEGAN, CLOSED, FILED, FINISHED, HANDED_BACK, JOINED, KINDS, WAITING
from sim.desk.steps import (
    A_LEAVES,
    A_SELLER_CLOCK,
    ASK_CARRIER,
    ASK_TO_REFUSE,
    BATCH,
    GUIDE,
    HOLD,
    HOLD_BESIDE,
    INSTANT,
    LAST_LOOK,
    MONEY_BACK,
    PARCEL_BACK,
    PAY,
    PLATFORM,
    RECEIVE,
    REPICK,
    RULED_FOR_BUYER,
)
from sim.desk.tables import E_UNCONFIRMED
from sim.measure.curves import Flags, Records, Whole
from sim.measure.outcomes import horizon
from sim.measure.visits import by_item
from sim.rules.facts import Response
from sim.rules.masks import BITS, masks
from sim.rules.reasons import reasons

_OF_A_LIFE = np.isin(np.arange(len(KINDS)), (FILED, JOINED, BEGAN, FINISHED, HANDED_BACK, WAITING))
_InHouse = Callable[[Whole, Whole], Flags]
"""(refunds, rows of the log) -> whether the parcel of each had not left when the row was written."""

_NOTHING = -1
"""In place of the step to which an item goes on: it was over there and then."""


@dataclass(frozen=True)
class Acts:
    """One element per row of the workload; times in seconds, NEVER = it did not happen.

    filed, closed: of the request. cut: the warehouse, or the ERP on the desk's or the platform's word, stopped the line in house. recalled:
    the carrier said that it turns the parcel round, and did. refused: the parcel was refused at the door, because the shop asked for it or
    as the trace showed when the request was filed. back: the warehouse received it. stopped_late: the desk took the line for stopped when
    its parcel had left. unasked: the parcel comes back, and nobody had asked for that. in_hands: the desk found, on its way to a recall or
    a refusal, that the buyer has the goods.
    """

    filed: Whole
    closed: Whole
    cut: Whole
    recalled: Whole
    refused: Whole
    back: Whole
    stopped_late: Flags
    unasked: Flags
    in_hands: Flags


@dataclass(frozen=True)
class _Lives:
    """Rows of all items, sorted by refund and item and in time inside each. row: index in the log. then: the step at which the item next
    joins a line or waits, _NOTHING = nowhere. last: nothing follows of this item."""

    row: Whole
    refund: Whole
    item: Whole
    kind: Whole
    step: Whole
    time: Whole
    then: Whole
    last: Flags

    def rows(self, kind: int, *steps: int, item: int = 0) -> Whole:
        """Places of the rows of a kind at these steps."""
        places = np.flatnonzero((self.kind == kind) & (self.item == item))
        return places[np.isin(self.step[places], steps)]


def acts(log: Log, workload: Workload) -> Acts:
    """What the desk did, for a log of the refund procedure on a workload from orders."""
    rows, refunds, ledger, count = log.rows, workload.refunds, log.ledger, len(workload)
    lives = _lives(log)
    filed_row, closed_row = _first(rows, rows["kind"] == FILED, count), _first(rows, rows["kind"] == CLOSED, count)
    left_row = _first(rows, (rows["kind"] == ALARMED) & (rows["step"] == A_LEAVES), count)
    filed, closed = _time(rows, filed_row), _time(rows, closed_row)

    def in_house(refund: Whole, row: Whole) -> Flags:
        """The parcel had not left when this row was written."""
        leaves = refunds["leaves"][refund]
        return np.asarray((filed[refund] < leaves) & (rows["time"][row] <= leaves) & (row < left_row[refund]))

    cut, late = np.full(count, NEVER), np.zeros(count, np.bool_)

    def stop(refund: Whole, row: Whole) -> None:
        here = in_house(refund, row)
        np.minimum.at(cut, refund[here], rows["time"][row[here]])

    for place, taken_for_stopped in _stops(lives, refunds, ledger):
        still_open = lives.row[place] < closed_row[lives.refund[place]]
        place, taken_for_stopped = place[still_open], taken_for_stopped[still_open]
        stop(lives.refund[place], lives.row[place])
        gone = place[taken_for_stopped & ~in_house(lives.refund[place], lives.row[place])]
        late[lives.refund[gone]] = True
    refund, row = _by_platform(rows, refunds, ledger, filed, closed_row, cut, in_house)
    stop(refund, row)

    comes_back = _comes_back(log, lives, refunds, ledger, closed)
    recalled, refused, unasked = _why_it_comes_back(lives, comes_back, refunds, ledger, filed)
    received = lives.rows(FINISHED, RECEIVE)
    received = received[received > comes_back[lives.refund[received]]]
    back = np.full(count, NEVER)
    np.minimum.at(back, lives.refund[received], lives.time[received])
    in_hands = np.zeros(count, np.bool_)
    in_hands[lives.refund[lives.rows(JOINED, GUIDE)]] = True
    return Acts(filed, closed, cut, recalled, refused, back, late, unasked, in_hands & (ledger["path"] <= 2))


def _lives(log: Log) -> _Lives:
    order = by_item(log, _OF_A_LIFE)
    rows = log.rows.take(order)  # many times faster than by indices in brackets
    refund, item, kind, step, time = (rows[name].astype(np.int64) for name in ("refund", "item", "kind", "step", "time"))
    last = np.ones(len(order), np.bool_)
    last[:-1] = (refund[1:] != refund[:-1]) | (item[1:] != item[:-1])
    then = np.append(step[1:], _NOTHING)[: len(order)]
    then[last] = _NOTHING
    return _Lives(order, refund, item, kind, step, time, then, last)


def _stops(lives: _Lives, refunds: Records, ledger: Records) -> list[tuple[Whole, Flags]]:
    """Places at which the warehouse or the ERP has stopped what is still there, and whether the desk took it for stopped.

    A refund that the platform takes away meanwhile is not looked at again: nothing comes of that stop.
    """
    by_hand = lives.rows(FINISHED, HOLD, REPICK)
    by_hand = by_hand[lives.then[by_hand] != PLATFORM]
    then = lives.then[by_hand]
    refund = lives.refund[by_hand]
    unconfirmed = (ledger["wrong_acts"] >> E_UNCONFIRMED & 1) == 1
    on_its_way = lives.time[by_hand] < np.minimum(refunds["stalls"], refunds["arrives"])[refund]  # else the money may go for a loss
    stopped = np.isin(then, (PAY, LAST_LOOK, _NOTHING)) & ~unconfirmed[refund] & on_its_way

    beside = np.concatenate([lives.rows(FINISHED, HOLD_BESIDE, item=item) for item in range(1, 4)])
    batch = lives.rows(FINISHED, BATCH)
    batch = batch[np.isin(lives.then[batch], (LAST_LOOK, _NOTHING))]  # the ERP was in time; else the warehouse is asked

    pays = lives.rows(JOINED, PAY)  # the ERP, where there is no batch tool: the money is next
    refund = lives.refund[pays]
    plain = (ledger["path"][refund] == 1) & ~unconfirmed[refund] & ~_decided(ledger, Response.REFUND_AND_COMPENSATE)[refund]
    pays = pays[plain & _decided(ledger, Response.BATCH_REFUND)[refund]]
    return [
        (by_hand, stopped),
        (beside, np.zeros(len(beside), np.bool_)),
        (batch, np.ones(len(batch), np.bool_)),
        (pays, np.zeros(len(pays), np.bool_)),
    ]


def _by_platform(
    rows: Records, refunds: Records, ledger: Records, filed: Whole, closed_row: Whole, cut: Whole, in_house: _InHouse
) -> tuple[Whole, Whole]:
    """(refunds, rows) at which money moved that no person moved, for unshipped orders whose parcel the ERP then does not pick.

    Whether the shop's ERP does so shows in the books: goods that were let go are lost. The books say nothing of a parcel that the carrier
    loses; it is treated like the others.
    """
    closed = np.flatnonzero(closed_row < len(rows))
    outcome = rows["step"][closed_row[closed]]
    ended = closed[np.isin(outcome, (INSTANT, RULED_FOR_BUYER))]
    clocks = np.flatnonzero((rows["kind"] == ALARMED) & (rows["step"] == A_SELLER_CLOCK))
    refund = np.concatenate([ended, rows["refund"][clocks].astype(np.int64)])
    row = np.concatenate([closed_row[ended], clocks])
    here = (ledger["path"][refund] == 1) & in_house(refund, row)
    refund, row = refund[here], row[here]
    told = refunds["arrives"][refund] < NEVER
    kept = ledger["lost"][refund] == 0
    does = bool((told & kept & (cut[refund] == NEVER)).any())
    stops = np.where(told, kept, does)
    return refund[stops], row[stops]


def _comes_back(log: Log, lives: _Lives, refunds: Records, ledger: Records, closed: Whole) -> Whole:
    """Per refund the place in its life from which on its parcel is known to come back; beyond all places where it is not."""
    end = horizon(log)
    never_signed = (ledger["path"] <= 2) & (ledger["converted"] == 0)
    waits = lives.rows(WAITING, MONEY_BACK)
    received = np.concatenate([lives.rows(kind, RECEIVE) for kind in (JOINED, WAITING)])
    received = received[never_signed[lives.refund[received]]]
    awaited = lives.rows(WAITING, PARCEL_BACK)
    refund = lives.refund[awaited]
    until = np.maximum(refunds["arrives"][refund], lives.time[awaited])  # a promise that is not kept would have ended by then
    awaited = awaited[lives.last[awaited] & (closed[refund] == NEVER) & (until < end)]
    found = np.full(len(refunds), len(lives.row))
    for places in (waits, received, awaited):
        np.minimum.at(found, lives.refund[places], places)
    return found


def _why_it_comes_back(lives: _Lives, comes_back: Whole, refunds: Records, ledger: Records, filed: Whole) -> tuple[Whole, Whole, Flags]:
    """When each parcel that comes back was turned round by the carrier, or refused at the door; and for which neither is to be seen."""
    count, places = len(refunds), len(lives.row)

    def last(*steps: int) -> Whole:
        """The last place before the parcel comes back at which such work was finished; -1 = none."""
        found = np.full(count, -1)
        work = lives.rows(FINISHED, *steps)
        work = work[work < comes_back[lives.refund[work]]]
        np.maximum.at(found, lives.refund[work], work)
        return found

    says_refused = np.array([reason.key == "refused_damaged" for reason in reasons()])[refunds["reason"]]
    traced = (ledger["path"] == 2) & says_refused & (refunds["arrives"] <= filed) & (refunds["to_locker"] == 0)
    known = comes_back < places
    answered, asked = last(ASK_CARRIER), last(ASK_TO_REFUSE)
    refused = traced | (known & (asked > answered))
    recalled = known & ~refused & (answered >= 0)
    at = np.where(recalled, lives.time[answered], NEVER) if places else np.full(count, NEVER)
    return at, np.where(refused, refunds["arrives"], NEVER), known & ~refused & ~recalled


def _decided(ledger: Records, response: Response) -> Flags:
    """For which refunds a rule with this response was looked up on path 1."""
    found = np.zeros(len(ledger), np.bool_)
    for number, rule in enumerate(masks().rules):
        if rule.path == 1 and rule.response == response:
            found |= (ledger["rules"][:, number // BITS] >> (number % BITS) & 1) == 1
    return found


def _first(rows: Records, of: Flags, count: int) -> Whole:
    """Per refund the index of its first row among these; one past the log where it has none."""
    found = np.full(count, len(rows))
    chosen = np.flatnonzero(of)[::-1]
    found[rows["refund"][chosen]] = chosen
    return found


def _time(rows: Records, row: Whole) -> Whole:
    return np.where(row < len(rows), rows["time"][np.minimum(row, len(rows) - 1)], NEVER) if len(rows) else np.full(len(row), NEVER)
