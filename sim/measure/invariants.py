"""What must hold after any run, whatever the scenario, the procedure and the engine. `check` names what does not.

Each invariant is a function of the run that yields a sentence per kind of violation, with how often it occurs and where first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.demand.workload import NEVER, Workload
from sim.desk.contract import Floor, Procedure
from sim.desk.log import Log, describe
from sim.desk.records import (
    ALARMED,
    BEGAN,
    CLOSED,
    ENDED,
    ERRORS,
    FILED,
    FINISHED,
    GAVE_UP,
    HANDED_BACK,
    ITEMS,
    JOINED,
    KEEP,
    KINDS,
    LEDGER,
    LEFT,
    OPENED,
    WAITING,
)
from sim.desk.records import CAP as CAPPED
from sim.measure.curves import Flags, Records, Whole, integral, packed
from sim.measure.goods import goods_are_kept
from sim.measure.outcomes import (
    AGAINST_SHOP,
    AUTO_REFUNDED,
    BY_FORCE,
    BY_MACHINE,
    CHAT_ANSWERED,
    CLOSED_BY_CLOCK,
    FORCED,
    INSTANT,
    MONEY,
    RULED_FOR_BUYER,
    TOLD,
    Outcomes,
    horizon,
    outcomes,
)
from sim.measure.passes import machine_code_of
from sim.measure.passes.rows import (
    AFTER_CLOSE,
    BAD_NEXT,
    BAD_START,
    BEYOND,
    CLOSED_TWICE,
    EARLIER,
    FILED_TWICE,
    MOVED,
    NEVER_LEAVES,
    NOT_AT_WORK,
    NOT_FILED,
    OFF_TIME,
    TAKEN_OVER,
    TOO_SOON,
    find_more,
    read_faults,
    read_held,
    unless_stray,
)
from sim.measure.pools import TO_LINE, TO_WORK, changes, outsiders
from sim.measure.presence import Presence, presence
from sim.measure.visits import Visits, visits
from sim.rules.masks import BITS, masks

_AFTER_WORK = (JOINED, WAITING, ENDED)
_MAY_FOLLOW = {
    FILED: _AFTER_WORK,
    OPENED: _AFTER_WORK,
    JOINED: (BEGAN, GAVE_UP, LEFT),
    BEGAN: (FINISHED, HANDED_BACK),
    HANDED_BACK: (BEGAN, GAVE_UP, LEFT),
    FINISHED: _AFTER_WORK,
    GAVE_UP: _AFTER_WORK,
    LEFT: _AFTER_WORK,
    WAITING: _AFTER_WORK,
    ENDED: (OPENED,),
}
"""What may come next in the life of one item of a refund."""

_FOLLOWS = np.zeros((len(KINDS), len(KINDS)), np.bool_)
for _kind, _next in _MAY_FOLLOW.items():
    _FOLLOWS[_kind, list(_next)] = True
_FOLLOWS.flags.writeable = False
_MOST = {
    "path": 4,
    "believed": 4,
    "complained": 1,
    "intervened": 1,
    "ruled": 2,
    "automatic": 4,
    "refused": 2,
    "wrong_acts": 2**ERRORS - 1,
    "missed": 1,
    "converted": 2,
    "taken_for": 4,
}
"""The largest value that a mark of the ledger can have; the others are counts."""

_MORE_THAN_ANSWERS = np.isin(np.arange(len(KINDS)), (WAITING, OPENED, ENDED, ALARMED, GAVE_UP))
"""By kind of log row."""


@dataclass(frozen=True)
class Run:
    """A run under examination."""

    log: Log
    workload: Workload
    floor: Floor
    procedure: Procedure

    @property
    def rows(self) -> Records:
        return self.log.rows

    def of_kind(self, kind: int) -> Whole:
        """Indices of the log's rows of a kind."""
        return np.flatnonzero(self._kinds == kind)

    @cached_property
    def _kinds(self) -> Records:
        return np.ascontiguousarray(self.rows["kind"])


def check(log: Log, workload: Workload, floor: Floor, procedure: Procedure, measured: tuple[Visits, Outcomes] | None = None) -> list[str]:
    """Every violation of an invariant, in words; [] when all hold.

    measured: the visits and outcomes of this very log, where somebody has them already. Where rows do not even follow from each other,
    what is built on that (visits, presence, Little's law) is not looked at.
    """
    run = Run(log, workload, floor, procedure)
    each = followed(run)
    found = [*in_order_of_time(run, each), *each_item_goes_its_way(run, each), *filed_and_closed_once(run, each)]
    if found:
        return found
    stays, became = measured or (visits(log, floor, workload), outcomes(log, workload, procedure))
    there = presence(floor)
    return [
        *littles_law(run, stays),
        *nobody_has_more_cases_than_seats(run, stays),
        *work_is_done_on_duty(run, stays, there),
        *answered_before_the_end(became),
        *clocks_are_noticed(run, became),
        *machines_come_before_people(run, became, stays),
        *chats_are_no_requests(run),
        *marks_mean_something(run, became),
        *money_adds_up(run, became),
        *goods_are_kept(log, workload, procedure),
    ]


# ---------------------------------------------------------------- rows
@dataclass(frozen=True)
class Followed:
    """What following every row and every item found. faults: per row bits of what is wrong with it (see `read_faults`); seen: all that
    occur; filed_at: per refund the row that files it, -1 = none."""

    faults: Whole
    seen: int
    filed_at: Whole

    def told(self, run: Run, fault: int, what: str) -> Iterator[str]:
        """The rows with a fault, in words, if there are any."""
        if self.seen & fault:
            yield from _told(run, np.flatnonzero(self.faults & fault), what)


def followed(run: Run) -> Followed:
    """Follow the rows. IndexError where one is about a refund, an item or an event that is not there."""
    rows, refunds, count = run.rows, run.workload.refunds, len(run.workload)
    parent = np.full(count, -1)
    asks = np.flatnonzero(refunds["again"] >= 0)
    parent[refunds["again"][asks]] = asks
    last, filed_at, closed_at = np.full(count * ITEMS, -1), np.full(count, -1), np.full(count, -1)
    faults, due = np.zeros(len(rows), np.int64), packed(refunds["filed"])
    seen = machine_code_of(read_faults)(rows, count, run.log.until, _FOLLOWS, due, parent, last, filed_at, closed_at, faults)
    return Followed(faults, unless_stray(seen), filed_at)


def in_order_of_time(run: Run, found: Followed) -> Iterator[str]:
    """Rows stand in order of time, none at or after the end of the run."""
    yield from found.told(run, EARLIER, "stand before an earlier event")
    yield from found.told(run, BEYOND, f"are not before the end of the run ({run.log.until})")


def each_item_goes_its_way(run: Run, found: Followed) -> Iterator[str]:
    """Each item of a refund goes from row to row as it may: who joins a line is taken, gives up or leaves, once; who is taken finishes."""
    yield from found.told(run, BAD_START, "are the first of their item, yet neither filed nor opened")
    yield from found.told(run, BAD_NEXT, "cannot follow what the same item did before")
    yield from found.told(run, MOVED, "are about another line or step than the one that was joined")
    yield from found.told(run, TAKEN_OVER, "end work that somebody else began")


def filed_and_closed_once(run: Run, found: Followed) -> Iterator[str]:
    """A refund is filed once, when it should be, and closes at most once; after that only work under way comes to its end."""
    yield from found.told(run, FILED_TWICE, "file a refund a second time")
    yield from found.told(run, CLOSED_TWICE, "close a refund a second time")
    yield from found.told(run, NOT_FILED, "are about a refund that was not filed yet")
    yield from found.told(run, AFTER_CLOSE, "come after their refund was closed")
    yield from found.told(run, NEVER_LEAVES, "stand in line for ever: their refund was closed, and they never left")
    due = run.workload.refunds["filed"]
    missing = np.flatnonzero((due < min(run.log.until, NEVER)) & (found.filed_at < 0))
    if len(missing):
        yield f"{len(missing)} refunds were never filed although their time came, first refund {missing[0]} (second {due[missing[0]]})"
    yield from found.told(run, OFF_TIME, "file a refund at another time than the workload says")
    yield from found.told(run, TOO_SOON, "file a second application before the first was closed")


# ---------------------------------------------------------------- queues and staff
def littles_law(run: Run, stays: Visits) -> Iterator[str]:
    """For every line the time integral of the number in it is the sum of the waits, and for work the sum of the time worked: exactly."""
    end, count = horizon(run.log), len(run.floor.lines)
    begin = int(run.rows["time"][0]) if len(run.rows) else 0
    place = np.clip(stays.records["line"], -1, count) + 1  # first and last: of no line
    told = {name: np.bincount(place, stays.records[name], count + 2)[1:-1].astype(np.int64) for name in ("waited", "worked")}
    in_line, at_work = (changes(run.log, by_kind).of_lines(count) for by_kind in (TO_LINE, TO_WORK))
    for line in range(count):
        for what, cases, name in (("in line", in_line[line], "waited"), ("at work", at_work[line], "worked")):
            stood = integral(cases.moments, cases.steps, begin, end)
            if stood != told[name][line]:
                yield f"Little's law: line {line} held {stood} case seconds {what}, but its cases {name} {told[name][line]} seconds"
            if cases.standing.min(initial=0) < 0:
                yield f"line {line} once held {int(cases.standing.min())} cases {what}"


def nobody_has_more_cases_than_seats(run: Run, stays: Visits) -> Iterator[str]:
    """At any moment a slot has at most as many pieces of work in hand as seats; a batch is one piece."""
    spells, slots = stays.spells, run.floor.slots
    at_work, members = np.full(len(run.workload) * ITEMS, NOT_AT_WORK), np.zeros(len(spells), np.int64)
    over = np.zeros(len(spells), np.bool_)
    unless_stray(machine_code_of(read_held)(run.rows, spells, slots, at_work, members, np.zeros(len(slots), np.int64), over))
    yield from _told(run, spells["row"][over], "give a slot more work at once than it has seats")


def work_is_done_on_duty(run: Run, stays: Visits, there: Presence) -> Iterator[str]:
    """Nobody begins off shift or on a break, in another pool or as another group; beyond the end only as the pool's rule allows."""
    spells, slots = stays.spells, run.floor.slots
    yield from _told(run, spells["row"][~there.staffed[there.at(spells["slot"], spells["began"])]], "begin work off shift or on a break")
    foreign = (slots["pool"][spells["slot"]] != spells["pool"]) | (slots["group"][spells["slot"]] != spells["group"])
    foreign |= run.floor.lines["pool"][spells["line"]] != spells["pool"]
    yield from _told(run, spells["row"][foreign], "begin work that is not their pool's or group's")
    pieces = there.cut(spells["slot"], spells["began"], np.minimum(spells["ended"], stays.horizon))
    away = pieces.compress(~there.staffed[pieces["stretch"]])
    pool = run.floor.pools[spells["pool"][away["spell"]]]
    beyond = away["end"] - there.stretches["begin"][away["stretch"]]
    allowed = np.where(pool["rule"] == KEEP, NEVER, np.where(pool["rule"] == CAPPED, pool["cap"], 0))
    broken = np.unique(spells["row"][away["spell"][beyond > allowed]])
    yield from _told(run, broken, "begin work that goes on past the end of the shift, or into a break, longer than the pool's rule allows")


# ---------------------------------------------------------------- refunds
def answered_before_the_end(of: Outcomes) -> Iterator[str]:
    """The first response begins between filing and close; nothing is completed before it was filed."""
    late = of["first_response"][of["first_response"] < NEVER] > of["closed"][of["first_response"] < NEVER]
    if late.any():
        first = of["refund"][of["first_response"] < NEVER][late][0]
        yield f"{int(late.sum())} refunds were answered after they were closed, first refund {first}"
    early = (of["first_response"] < of["filed"]) | (of["completed"] < of["filed"])
    if early.any():
        yield f"{int(early.sum())} refunds were answered or completed before they were filed, first refund {of['refund'][early][0]}"


def clocks_are_noticed(run: Run, of: Outcomes) -> Iterator[str]:
    """An end by a clock comes with the alarm that brought it about, in the row before, or by one that paid before; the ledger and the
    outcome tell the same clock, unless the goods are still on their way after a clock has paid."""
    rows = run.rows
    alarms = run.of_kind(ALARMED)
    known = len(run.procedure.alarms)
    if known:
        yield from _told(run, alarms[(rows["step"][alarms] < 0) | (rows["step"][alarms] >= known)], "tell of an alarm that has no name")
    closings = run.of_kind(CLOSED)
    if len(run.procedure.outcomes):
        unknown = (rows["step"][closings] < 0) | (rows["step"][closings] >= len(run.procedure.outcomes))
        yield from _told(run, closings[unknown], "close a refund with an outcome that has no name")
    told = run.log.ledger["automatic"]
    for name, clock in ((AUTO_REFUNDED, 1), (CLOSED_BY_CLOCK, 2)):
        if name not in run.procedure.outcomes:
            continue
        ended = closings[rows["step"][closings] == run.procedure.outcomes.index(name)]
        before = np.maximum(ended - 1, 0)
        alarmed = (rows["kind"][before] == ALARMED) & (rows["refund"][before] == rows["refund"][ended])
        alarmed &= rows["time"][before] == rows["time"][ended]
        paying = alarms[np.isin(rows["step"][alarms], run.procedure.paying_alarms)] if clock == 1 else alarms[:0]
        if clock == 1 and run.procedure.paying_alarms:  # the money went back then; what came back was received afterwards
            alarmed = np.isin(rows["refund"][ended], rows["refund"][paying])
        yield from _told(run, ended[~alarmed], f"end as {name}, and no alarm went off")
        differ = told[rows["refund"][ended]] != clock
        yield from _told(run, ended[differ], f"end as {name}, and the ledger says another clock")
        on_its_way = (of["closed"] == NEVER) & np.isin(of["refund"], rows["refund"][paying])
        by_ledger = of["refund"][(told[of["refund"]] == clock) & ~on_its_way]
        other = np.setdiff1d(by_ledger, rows["refund"][ended])
        if len(other):
            yield f"{len(other)} refunds have clock {clock} in the ledger and did not end as {name}, first refund {other[0]}"


def machines_come_before_people(run: Run, of: Outcomes, stays: Visits) -> Iterator[str]:
    """What was refunded by force, or by a machine, was seen by nobody before; but for returns, whose money a machine sends ahead on the
    tracking number, after somebody agreed."""
    answered = of["first_response"] < NEVER
    ahead = (of["automatic"] == BY_MACHINE) & answered
    no_return = ahead & (of["path"] != 4) & (of["converted"] == 0)
    yield from _refunds(of, no_return, "were answered before a machine refunded them, and are no returns")
    yield from _refunds(of, (of["automatic"] == BY_FORCE) & answered, "were answered before they were refunded by force")
    first_work = np.full(len(run.workload), NEVER)
    own = stays.records.compress(~outsiders(run.floor)[stays.records["pool"]])
    np.minimum.at(first_work, own["refund"], own["began"])
    early = of.unseen & (first_work[of["refund"]] < of["completed"])
    yield from _refunds(of, early, "were worked on before a machine, or force, refunded them unseen")
    if INSTANT in run.procedure.outcomes:
        meant = (run.workload.refunds["by_machine"][of["refund"]] == 1) & ~(of.unseen & (of["automatic"] == BY_MACHINE))
        yield from _refunds(of, meant, "were a machine's to refund at filing, and it did not")


def chats_are_no_requests(run: Run) -> Iterator[str]:
    """Who only asks in chat is answered, and that is all: no side work, wait, clock or question to another pool; nothing stands in the
    ledger; and the outcome is one of its own, which no request has."""
    rows, asks = run.rows, run.workload.refunds["only_asks"] == 1
    more = np.zeros(len(rows), np.bool_)
    if unless_stray(machine_code_of(find_more)(rows, len(asks), asks, _MORE_THAN_ANSWERS, more)):
        yield from _told(run, np.flatnonzero(more), "do more for a buyer who only asks than answer")
    written = np.flatnonzero(asks)[_is_written(run.log.ledger.compress(asks))]
    if len(written):
        yield f"{len(written)} buyers who only ask have a ledger, first refund {written[0]}"
    if CHAT_ANSWERED in run.procedure.outcomes:
        closings = run.of_kind(CLOSED)
        answered = rows["step"][closings] == run.procedure.outcomes.index(CHAT_ANSWERED)
        yield from _told(run, closings[answered & ~asks[rows["refund"][closings]]], "close a request as if it were a chat")
        yield from _told(run, closings[~answered & asks[rows["refund"][closings]]], "close a chat as if it were a request")


def marks_mean_something(run: Run, of: Outcomes) -> Iterator[str]:
    """The ledger's marks are those that have a meaning, and tell the same as the outcome; the platform rules only where it stepped in;
    only rules that exist decide."""
    ledger = run.log.ledger
    for name, most in _MOST.items():
        strange = np.flatnonzero((ledger[name] < 0) | (ledger[name] > most))
        if len(strange):
            yield f"{len(strange)} refunds have a mark of {name} that means nothing, first refund {strange[0]}"
    counts = [name for name in TOLD if name not in _MOST and name != "taken_by"]
    for name in counts:
        below = np.flatnonzero(ledger[name] < 0)
        if len(below):
            yield f"{len(below)} refunds have a count of {name} below 0, first refund {below[0]}"
    for name, column, value in (
        (INSTANT, "automatic", BY_MACHINE),
        (FORCED, "automatic", BY_FORCE),
        (RULED_FOR_BUYER, "ruled", AGAINST_SHOP),
    ):
        if name in run.procedure.outcomes:
            ended = of["outcome"] == run.procedure.outcomes.index(name)
            yield from _refunds(of, ended & (of[column] != value), f"ended as {name}, and the ledger's {column} says something else")
    yield from _refunds(of, (of["ruled"] != 0) & (of["intervened"] == 0), "were ruled on by a platform that never stepped in")
    nobody = (of["taken_for"] > 0) & ((of["taken_by"] < 0) | (of["taken_by"] > run.floor.slots["group"].max(initial=-1)))
    yield from _refunds(of, nobody, "were taken for a path by a group that nobody is in")
    unknown = np.flatnonzero((ledger["rules"] & ~_known_rules()).any(axis=1))
    if len(unknown):
        yield f"{len(unknown)} refunds were decided by a rule that does not exist, first refund {unknown[0]}"


def _known_rules() -> Whole:
    """The bits of the ledger's `rules` that stand for a rule."""
    found = np.zeros(LEDGER["rules"].shape, np.int64)
    for number in range(len(masks().rules)):
        found[number // BITS] |= 1 << (number % BITS)
    return found


def money_adds_up(run: Run, of: Outcomes) -> Iterator[str]:
    """No amount is negative; no more is refunded than was paid, or than the request itself states, and no more granted beyond what was
    owed than was given; what was never filed cost nothing; goods count as lost only where money was refunded or new goods were sent; by
    cause the sums are those of the ledger."""
    ledger, refunds = run.log.ledger, run.workload.refunds
    for cause in MONEY:
        amounts = ledger[cause].astype(np.int64)
        negative = np.flatnonzero(amounts < 0)
        if len(negative):
            yield f"{len(negative)} refunds have a negative amount of {cause}, first refund {negative[0]}"
        of_filed = int(of[cause].sum())
        if of_filed != int(amounts.sum()):
            yield f"{cause}: the ledger holds {int(amounts.sum())} fen, the refunds that were filed {of_filed} fen"
    over = np.flatnonzero(ledger["refunded"] > np.maximum(refunds["paid"], refunds["amount"]))
    if len(over):
        yield f"{len(over)} refunds gave back more than was paid, first refund {over[0]}"
    unpaid = np.flatnonzero((ledger["lost"] > 0) & (ledger["refunded"] == 0) & (ledger["reshipped"] == 0))
    if len(unpaid):
        yield f"{len(unpaid)} refunds have goods and money both lost, yet nothing was refunded or sent anew, first refund {unpaid[0]}"
    given = ledger["refunded"].astype(np.int64) + ledger["compensation"]
    beyond = np.flatnonzero(ledger["over_granted"] > given)
    if len(beyond):
        yield f"{len(beyond)} refunds were granted more beyond what was owed than was given at all, first refund {beyond[0]}"
    came = refunds["only_asks"] == 1  # about chats see chats_are_no_requests
    came[of["refund"]] = True
    written = np.flatnonzero(~came)[_is_written(ledger.compress(~came))]
    if len(written):
        yield f"{len(written)} refunds have a ledger although they were never filed, first refund {written[0]}"


def _is_written(ledger: Records) -> Flags:
    """In which of these ledgers anything stands."""
    return np.asarray(ledger != np.zeros(1, LEDGER))


def _refunds(of: Outcomes, which: Flags, what: str) -> Iterator[str]:
    """The violation in words, if there is one: how many refunds, and the first of them."""
    if which.any():
        yield f"{int(which.sum())} refunds {what}, first refund {of['refund'][which][0]}"


def _told(run: Run, indices: Whole | Flags, what: str) -> Iterator[str]:
    """The violation in words, if there is one: how many rows, and the first of them."""
    if len(indices):
        first = int(np.min(indices))
        yield f"{len(indices)} rows {what}, first row {first:,}: {describe(run.rows[first])}"
