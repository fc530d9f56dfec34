"""Where every order line and every parcel of a run is, hour by hour: goods and money neither appear nor vanish.

Physical truth comes from the orders (`Workload.goods`), what the desk did from the rows of the log (`sim.measure.acts`). A line that was
stopped before its parcel left is cut; the other lines of the parcel go, and a parcel all of whose lines are cut never leaves. A parcel is
recalled from the moment at which the carrier said so and turned it round, refused from its refusal at the door, and lost from its last scan
on: nobody ever sees it again, whenever the desk gives it up. It is delivered when the buyer has it; one that waits at a locker is still in
transit. Requests are handled one by one, so two for one parcel may tell two stories: the earliest act that moved the parcel is the truth.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from sim.demand.asks import AT_ONE_GO
from sim.demand.orders import Goods
from sim.demand.refunds import SECOND
from sim.demand.workload import NEVER, Workload
from sim.desk.contract import Procedure
from sim.desk.log import Log
from sim.desk.steps import STEPS
from sim.measure.acts import Acts, acts
from sim.measure.curves import HOUR, Flags, Records, Whole
from sim.measure.outcomes import Outcomes, horizon

LINE_STATES = ("unshipped", "cut", "gone")
"""Where an order line is once it is paid: in house, taken out of its parcel, or in a parcel that has left."""
UNSHIPPED, TAKEN_OUT, GONE = range(len(LINE_STATES))

PARCEL_STATES = ("waiting", "cut", "in_transit", "delivered", "recalled", "refused", "lost")
"""Where the parcel is that an order makes once it is paid. Recalled and refused ones stay that when they are back in house (`back`)."""
WAITING, CUT, IN_TRANSIT, DELIVERED, RECALLED, REFUSED, LOST = range(len(PARCEL_STATES))

_AFTER_LINE = {UNSHIPPED: [TAKEN_OUT, GONE]}
_AFTER_PARCEL = {WAITING: [CUT, IN_TRANSIT], IN_TRANSIT: [DELIVERED, RECALLED, REFUSED, LOST]}
"""What may follow each state; after the others comes nothing."""


@dataclass(frozen=True)
class Course:
    """What became of all goods of a run. Times are seconds since the start, NEVER = it did not happen, or not until the end of the run.

    line: per refund of the workload the row of its order line, -1 = there is none. acts: what the desk did, per refund.
    lines_begin [state, line], parcels_begin [state, parcel]: when each was first in each of LINE_STATES, of PARCEL_STATES. back: when a
    recalled or refused parcel was received, per parcel. hours: the full hours from before the first payment to the end of the run, in
    seconds. lines_in [state, hour], parcels_in [state, hour]: how many were there just then.
    """

    goods: Goods
    refunds: Records
    ledger: Records
    line: Whole
    acts: Acts
    lines_begin: Whole
    parcels_begin: Whole
    back: Whole
    hours: Whole
    lines_in: Whole
    parcels_in: Whole

    def __post_init__(self) -> None:
        for array in (self.line, self.lines_begin, self.parcels_begin, self.back, self.hours, self.lines_in, self.parcels_in):
            array.flags.writeable = False

    @property
    def parcel(self) -> Whole:
        """Per refund the row of its parcel, -1 = there is none."""
        return _parcel_of(self.goods, self.line)

    @property
    def brought_back(self) -> Whole:
        """Per parcel when it was turned round or refused at the door."""
        return np.asarray(np.minimum(self.parcels_begin[RECALLED], self.parcels_begin[REFUSED]))

    @property
    def contradicted(self) -> Whole:
        """Refunds that found their goods with the buyer, although the parcel was brought back for another request."""
        gone = (self.line >= 0) & (self.acts.cut == NEVER)
        return np.flatnonzero(gone & self.acts.in_hands & (np.append(self.brought_back, NEVER)[self.parcel] < NEVER))

    @property
    def both_kept(self) -> Whole:
        """Order lines whose goods and whose money the shop has: all requests are closed, nothing was refunded or sent anew."""
        count = len(self.goods.lines)
        requests = np.flatnonzero((self.line >= 0) & (self.refunds["only_asks"] == 0) & (self.acts.filed < NEVER))
        of = self.line[requests]
        given = (self.ledger["refunded"] + self.ledger["reshipped"])[requests] > 0
        still = given | (self.acts.closed[requests] == NEVER)
        settled = np.bincount(of, still, count) == 0
        with_shop = (self.lines_begin[TAKEN_OUT] < NEVER) | (self.brought_back[self.goods.lines.parcel] < NEVER)
        return np.flatnonzero((np.bincount(of, minlength=count) > 0) & settled & with_shop)

    @property
    def unbooked(self) -> Whole:
        """Refunds whose money a machine, a clock or the platform moved for an unshipped order that then went to the buyer, and whose books
        tell of no loss, though no carrier had promised to bring it back."""
        paid = (self.ledger["refunded"] > 0) & (self.ledger["lost"] == 0) & (self.ledger["path"] == 1) & (self.ledger["recall"] == 0)
        moved = (self.ledger["automatic"] > 0) | (self.ledger["ruled"] > 0)
        delivered = (self.line >= 0) & (self.acts.cut == NEVER) & (np.append(self.parcels_begin[DELIVERED], NEVER)[self.parcel] < NEVER)
        return np.flatnonzero(paid & moved & delivered)

    @property
    def overbooked(self) -> Whole:
        """Refunds whose books tell of lost goods that the shop has, or that come back to it."""
        with_shop = (self.acts.cut < NEVER) | (np.append(self.brought_back, NEVER)[self.parcel] < NEVER)
        return np.flatnonzero((self.ledger["lost"] > 0) & (self.line >= 0) & with_shop)


@dataclass(frozen=True)
class Sold:
    """What was paid on the reported days: orders, order lines and their worth (fen); and of these the lines asked back by the end of the
    run, and what was asked for them (fen), second applications not counted again."""

    orders: int
    lines: int
    value: int
    lines_asked: int
    value_asked: int


def sold(workload: Workload, every: Outcomes, end: int) -> Sold | None:
    """What was paid from second 0 on and before `end`; None where the requests do not come from orders."""
    goods = workload.goods
    if goods is None:
        return None
    lines = goods.lines
    now = (lines.paid >= 0) & (lines.paid < end)
    line = line_of(goods, every["number"])
    first = (line >= 0) & (every["second"] == 0)
    first[first] = now[line[first]]
    return Sold(
        orders=int(np.count_nonzero(now & (lines.number == lines.order))),
        lines=int(np.count_nonzero(now)),
        value=int(lines.price[now].sum()),
        lines_asked=len(np.unique(line[first])),
        value_asked=int(every["amount"][first].sum()),
    )


def course_of_goods(log: Log, workload: Workload) -> Course:
    """What became of all goods of a run of the refund procedure. ValueError where the workload does not come from orders."""
    goods = workload.goods
    if goods is None:
        raise ValueError("the requests of this run do not come from orders: there are no goods to follow")
    end = horizon(log)
    done = acts(log, workload)
    line = line_of(goods, workload.refunds["number"])
    cut, leaves = _least(done.cut, line, len(goods.lines)), goods.parcels.leaves[goods.lines.parcel]
    parcels_begin, back = _parcels_begin(goods, done, workload.refunds, line, cut)
    lines_begin = np.full((len(LINE_STATES), len(goods.lines)), NEVER)
    lines_begin[UNSHIPPED], lines_begin[TAKEN_OUT] = goods.lines.paid, cut
    lines_begin[GONE] = np.where(cut <= leaves, NEVER, leaves)
    for begins in (lines_begin, parcels_begin):
        begins[begins >= end] = NEVER
    hours = _hours(goods, end)
    return Course(
        goods,
        workload.refunds,
        log.ledger,
        line,
        done,
        lines_begin,
        parcels_begin,
        np.where(back < end, back, NEVER),
        hours,
        _there(lines_begin, _AFTER_LINE, hours),
        _there(parcels_begin, _AFTER_PARCEL, hours),
    )


def line_of(goods: Goods, number: Whole) -> Whole:
    """The row of the order line that each refund is about, by the refund's number: a second application and a chat have their line's; -1
    where there is no such line."""
    wanted = number % SECOND
    if not len(goods.lines):
        return np.full(len(number), -1)
    row = np.minimum(np.searchsorted(goods.lines.number, wanted), len(goods.lines) - 1)
    return np.where(goods.lines.number[row] == wanted, row, -1)


def in_buyers_hands(goods: Goods) -> Whole:
    """When the buyer would have each parcel that nobody brings back (seconds; NEVER = it is lost). What a buyer says never came is where
    the trace shows it."""
    parcels = goods.parcels
    return np.where(parcels.signed < NEVER, parcels.signed, parcels.arrives)


def in_time(goods: Goods, done: Acts, parcel: Whole) -> Flags:
    """Per refund whether its recall found the parcel on its way: before the buyer has it; or at a locker, for who has asked for the money,
    or says that it never came, leaves it there."""
    parcels = goods.parcels
    has_it = np.append(in_buyers_hands(goods), -NEVER)[parcel]
    stays = (done.filed < has_it) | (np.append(parcels.signed, 0)[parcel] == NEVER)
    on_its_way = (done.recalled < has_it) | (np.append(parcels.to_locker, False)[parcel] & stays)
    return np.asarray((done.recalled < NEVER) & (has_it < NEVER) & on_its_way)


def _parcel_of(goods: Goods, line: Whole) -> Whole:
    return np.asarray(np.append(goods.lines.parcel, -1)[line])


def _parcels_begin(goods: Goods, done: Acts, refunds: Records, line: Whole, cut: Whole) -> tuple[Whole, Whole]:
    """When each parcel was first in each state, and when it was received back."""
    parcels, count, parcel = goods.parcels, len(goods.parcels), _parcel_of(goods, line)
    last_cut = np.full(count, -NEVER)
    np.maximum.at(last_cut, goods.lines.parcel, cut)
    leaves = np.where(last_cut <= parcels.leaves, NEVER, parcels.leaves)

    recalled = _least(np.where(in_time(goods, done, parcel), done.recalled, NEVER), parcel, count)
    refused = _least(done.refused, parcel, count)
    asked = _least(np.where(refunds["only_asks"] == 1, NEVER, done.filed), parcel, count)
    refused = np.where(parcels.refused & (asked >= parcels.arrives), parcels.arrives, refused)
    came_back = (leaves < NEVER) & (np.minimum(recalled, refused) < NEVER)
    goes_on = (leaves < NEVER) & ~came_back

    begins = np.full((len(PARCEL_STATES), count), NEVER)
    begins[WAITING] = goods.lines.paid[np.flatnonzero(np.diff(goods.lines.parcel, prepend=-1) > 0)]
    begins[CUT], begins[IN_TRANSIT] = np.where(leaves < NEVER, NEVER, last_cut), leaves
    begins[RECALLED] = np.where(came_back, recalled, NEVER)  # in time: before it could be refused
    begins[REFUSED] = np.where(came_back & (recalled == NEVER), refused, NEVER)
    begins[LOST] = np.where(goes_on & (parcels.arrives == NEVER), parcels.stalls, NEVER)
    begins[DELIVERED] = np.where(goes_on, in_buyers_hands(goods), NEVER)
    return begins, np.where(came_back, _least(done.back, parcel, count), NEVER)


def _least(times: Whole, place: Whole, count: int) -> Whole:
    """The earliest of the times that belong to each place; -1 = a time of none."""
    found = np.full(count, NEVER)
    here = place >= 0
    np.minimum.at(found, place[here], times[here])
    return found


# ---------------------------------------------------------------- hour by hour
def _hours(goods: Goods, end: int) -> Whole:
    first = int(goods.lines.paid.min()) if len(goods.lines) else 0
    return np.arange(first // HOUR, -(-end // HOUR)) * HOUR


def _there(begins: Whole, followed_by: Mapping[int, list[int]], hours: Whole) -> Whole:
    """[state, hour]: how many are in each state at each hour: from its begin on, and before that of one that follows it."""
    found = np.zeros((len(begins), len(hours)), np.int64)
    for state, begin in enumerate(begins):
        ends = begins[followed_by[state]].min(axis=0) if state in followed_by else np.full(len(begin), NEVER)
        found[state] = _upto(begin[begin < NEVER], hours) - _upto(ends[(begin < NEVER) & (ends < NEVER)], hours)
    return found


def _upto(times: Whole, hours: Whole) -> Whole:
    """How many of the times are there by each hour."""
    return np.searchsorted(np.sort(times), hours, side="right")


# ---------------------------------------------------------------- what must hold
def goods_are_kept(log: Log, workload: Workload, procedure: Procedure) -> Iterator[str]:
    """What broke the keeping of goods and money in a run on orders, in words; nothing where the requests do not come from orders, or were
    not handled by the refund procedure.

    Every line is in one parcel and asked back once; every parcel is in one state at a time; what is there at each hour is what came less
    what went; and no more goes back for a line than it cost.
    """
    goods = workload.goods
    if goods is None or procedure.steps != STEPS:
        return
    found = list(lines_are_in_parcels(goods))
    if found:  # all else is built on that
        yield from found
        return
    course = course_of_goods(log, workload)
    yield from lines_are_asked_back_once(course)
    yield from stops_are_in_time(course)
    yield from parcels_come_back_as_they_may(course)
    yield from nobody_is_in_two_states(course)
    yield from flows_and_states_agree(course)


def lines_are_in_parcels(goods: Goods) -> Iterator[str]:
    """Every line is in one parcel, with as many lines as that says it holds, and was paid before that leaves."""
    lines, parcels = goods.lines, goods.parcels
    outside = (lines.parcel < 0) | (lines.parcel >= len(parcels))
    yield from _told(outside, "order lines are in no parcel", lines.number)
    inside = lines.parcel[~outside]
    held = np.bincount(inside, minlength=len(parcels))
    yield from _told(held != parcels.lines, "parcels do not hold as many lines as they say", parcels.number)
    unpaid = np.zeros(len(lines), np.bool_)
    unpaid[~outside] = lines.paid[~outside] >= parcels.leaves[inside]
    yield from _told(unpaid, "order lines left before they were paid", lines.number)


def lines_are_asked_back_once(course: Course) -> Iterator[str]:
    """Every request is about a line that exists, each line is asked back once and once more at most as a second application, and no more
    than its price goes back."""
    lines, refunds = course.goods.lines, course.refunds
    yield from _told(course.line < 0, "requests or chats are about an order line that does not exist", refunds["number"])
    known = (course.line >= 0) & (refunds["only_asks"] == 0)
    for second, what in ((0, "asked back by two requests"), (1, "asked back by two second applications")):
        asked = np.bincount(course.line[known & (refunds["second"] == second)], minlength=len(lines))
        yield from _told(asked > 1, f"order lines are {what}", lines.number)
    given = np.bincount(course.line[known], course.ledger["refunded"][known], len(lines))
    yield from _told(given > lines.price, "order lines had more refunded than they cost", lines.number)


def stops_are_in_time(course: Course) -> Iterator[str]:
    """What has left cannot be cut, and what is cut does not leave: no desk takes a line for stopped that is on its way."""
    yield from _told(course.acts.stopped_late, "refunds took a line for cut that was gone with its parcel", course.refunds["number"])
    cut, gone = course.lines_begin[TAKEN_OUT], course.lines_begin[GONE]
    both = (cut < NEVER) & ((gone < NEVER) | (cut > course.goods.parcels.leaves[course.goods.lines.parcel]))
    yield from _told(both, "order lines are cut and gone with their parcel", course.goods.lines.number)


def parcels_come_back_as_they_may(course: Course) -> Iterator[str]:
    """A parcel comes back only if somebody asked for that, while it is on its way, and not for one line while others are still wanted."""
    goods, done, parcel = course.goods, course.acts, course.parcel
    number, known = course.refunds["number"], parcel >= 0
    at = np.where(known, np.minimum(done.recalled, done.refused), NEVER)
    back = at < NEVER
    yield from _told(known & done.unasked, "refunds had a parcel back that nobody had recalled or refused", number)
    late = known & (done.recalled < NEVER) & ~in_time(goods, done, parcel)
    yield from _told(late, "refunds recalled a parcel that the buyer had, or that was lost", number)
    left = np.append(course.parcels_begin[IN_TRANSIT], NEVER)[parcel]
    early = back & ((at < left) | (done.cut < NEVER))
    yield from _told(early, "refunds had a parcel back that had not left", number)

    by_itself = np.append(goods.parcels.refused, False)[parcel] & (done.refused < NEVER)  # the buyer's own act, for all that is in it
    lines = goods.lines
    asked = _least(np.where(course.refunds["only_asks"] == 0, done.filed, NEVER), course.line, len(lines))
    asked[course.lines_begin[TAKEN_OUT] < NEVER] = -NEVER
    last_asked = np.full(len(goods.parcels), -NEVER)
    np.maximum.at(last_asked, lines.parcel, asked)
    wanted = back & ~by_itself & (np.append(last_asked, -NEVER)[parcel] > np.minimum(done.filed, NEVER - AT_ONE_GO) + AT_ONE_GO)
    yield from _told(wanted, "refunds had a parcel brought back of which other lines were still wanted", number)


def nobody_is_in_two_states(course: Course) -> Iterator[str]:
    """A line, and a parcel, goes from state to state in order of time, and comes to one end."""
    lines, parcels = course.lines_begin, course.parcels_begin
    ends = (parcels[[CUT, DELIVERED, RECALLED, REFUSED, LOST]] < NEVER).sum(axis=0)
    yield from _told(ends > 1, "parcels are in two states at once", course.goods.parcels.number)
    on_its_way = parcels[IN_TRANSIT]
    end = parcels[[DELIVERED, RECALLED, REFUSED, LOST]].min(axis=0)
    wrong = (parcels[CUT] < NEVER) & (on_its_way < NEVER)
    wrong |= (end < on_its_way) | (np.minimum(parcels[CUT], on_its_way) < parcels[WAITING])
    yield from _told(wrong, "parcels are somewhere before they can be there", course.goods.parcels.number)
    yield from _told(
        lines[[TAKEN_OUT, GONE]].min(axis=0) < lines[UNSHIPPED], "order lines moved before they were paid", course.goods.lines.number
    )
    early = (course.back < NEVER) & (course.back < course.brought_back)
    yield from _told(early, "parcels were received before they were turned round", course.goods.parcels.number)


def flows_and_states_agree(course: Course) -> Iterator[str]:
    """At every hour the lines in each state are those that came less those that went, event by event; likewise the parcels; and together
    they are all that was paid."""
    hours = course.hours
    for what, states, there, flows, paid in (
        ("order lines", LINE_STATES, course.lines_in, _line_flows(course), course.goods.lines.paid),
        ("parcels", PARCEL_STATES, course.parcels_in, _parcel_flows(course), course.parcels_begin[WAITING]),
    ):
        for state, name in enumerate(states):
            differ = np.flatnonzero(there[state] != flows[state])
            if len(differ):
                at = differ[0]
                yield (
                    f"{what} {name}: {there[state, at]} are there at second {hours[at]}, but by what came and went it must be"
                    f" {flows[state, at]} (and so at {len(differ)} hours)"
                )
        missing = np.flatnonzero(there.sum(axis=0) != _upto(paid[paid < NEVER], hours))
        if len(missing):
            at = missing[0]
            yield f"{what}: {there[:, at].sum()} are somewhere at second {hours[at]}, but {_upto(paid, hours)[at]} were paid"


def _line_flows(course: Course) -> Whole:
    """[state, hour] from events alone: each payment, each act that stops a line, each parcel that leaves with what is left in it."""
    goods, hours = course.goods, course.hours
    in_it = _left_in_it(course)
    paid, cut = _upto(goods.lines.paid, hours), _upto(course.acts.cut[_stops(course)], hours)
    gone = _upto(np.repeat(goods.parcels.leaves, in_it), hours)
    return np.array([paid - cut - gone, cut, gone])


def _parcel_flows(course: Course) -> Whole:
    """[state, hour] likewise: each parcel that is made, and that leaves, each act that takes out its last line or brings it back."""
    goods, hours, done, parcel = course.goods, course.hours, course.acts, course.parcel
    parcels, has_it, leaves = goods.parcels, in_buyers_hands(goods), _left_in_it(course) > 0
    stops = _stops(course)
    last_stop = np.full(len(parcels), -NEVER)
    np.maximum.at(last_stop, parcel[stops], done.cut[stops])
    made = _upto(goods.lines.paid[np.isin(goods.lines.number, parcels.number)], hours)
    cut, left = _upto(last_stop[~leaves], hours), _upto(parcels.leaves[leaves], hours)

    asked = set(parcel[(course.refunds["only_asks"] == 0) & (done.filed < np.append(parcels.arrives, 0)[parcel])].tolist())
    turns = [(at, RECALLED, of) for at, of in _acted(np.where(in_time(goods, done, parcel), done.recalled, NEVER), parcel)]
    turns += [(at, REFUSED, of) for at, of in _acted(done.refused, parcel)]
    turns += [(int(parcels.arrives[of]), REFUSED, of) for of in np.flatnonzero(parcels.refused).tolist() if of not in asked]
    first: dict[int, tuple[int, int]] = {}
    for at, how, of in sorted(turns):
        if leaves[of]:
            first.setdefault(of, (at, how))
    came_back = [_upto(np.array([at for at, by in first.values() if by == how], np.int64), hours) for how in (RECALLED, REFUSED)]
    goes_on = leaves.copy()
    goes_on[list(first)] = False
    lost = _upto(parcels.stalls[goes_on & (parcels.arrives == NEVER)], hours)
    delivered = _upto(has_it[goes_on & (parcels.arrives < NEVER)], hours)
    return np.array([made - cut - left, cut, left - delivered - sum(came_back) - lost, delivered, *came_back, lost])


def _stops(course: Course) -> Whole:
    """Refunds whose line was stopped in house."""
    return np.flatnonzero((course.line >= 0) & (course.acts.cut < NEVER))


def _left_in_it(course: Course) -> Whole:
    """How many lines each parcel takes with it."""
    stopped = np.bincount(course.parcel[_stops(course)], minlength=len(course.goods.parcels))
    return np.asarray(np.maximum(course.goods.parcels.lines - stopped, 0))


def _acted(times: Whole, parcel: Whole) -> list[tuple[int, int]]:
    """(time, parcel) of each act."""
    which = np.flatnonzero((parcel >= 0) & (times < NEVER))
    return list(zip(times[which].tolist(), parcel[which].tolist(), strict=True))


def _told(wrong: Flags, what: str, number: Whole) -> Iterator[str]:
    """The violation in words, if there is one: how many, and the number of the first."""
    if wrong.any():
        yield f"{int(wrong.sum())} {what}, first number {int(number[wrong][0])}"
