"""The reference engine: the desk in SimPy, staff as processes. What the compiled engine does is specified here.

An instant has two phases. First everything due now happens, ranked finish, shift change, arrival, clock; inside a rank by
refund, item, and last the refund's alarm (shift changes: by slot). Then idle staff are given work: pools in their order,
the line by (key, refund, item), staff by (chats open, slot). Work that ends in the instant it began repeats both phases.
"""

import struct
from collections import Counter
from collections.abc import Generator
from heapq import heapify, heappop, heappush
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
import simpy
from simpy.events import Event

from sim.demand.workload import NEVER
from sim.desk.contract import EndlessInstant, Floor, Procedure, ProcedureError
from sim.desk.live import (
    FIRST_ORDER,
    RANKS,
    At,
    Case,
    Item,
    Line,
    Pool,
    Seat,
    Slot,
    Tables,
    in_filing_order,
    ledger_array,
    one_row,
)
from sim.desk.log import Log
from sim.desk.records import (
    ALARMED,
    ARRIVAL,
    AT_WORK,
    BEGAN,
    CLOCK,
    CLOSED,
    DONE,
    END,
    ENDED,
    FILED,
    FINISH,
    FINISHED,
    FREE,
    GAVE_UP,
    GO_ON,
    GO_TO,
    GOING,
    HAND_BACK,
    HANDED_BACK,
    IN_JOIN,
    IN_LINE,
    IN_WAIT,
    ITEMS,
    JOIN,
    JOINED,
    KEEP,
    LEFT,
    LOG,
    MOST_STEPS,
    OPENED,
    SHIFT,
    SIDE,
    TO_OPEN,
    WAIT,
    WAITING,
    WORK,
)
from sim.scenario.calendar import BREAK_BEGINS, OFF, ON

_pack = struct.Struct("<qiihbbbbbb").pack
"""One row of LOG: time, refund, slot, step, item, kind, pool, group, line, handoff."""


FINISH_FIRST = RANKS[FINISH]

NOBODY: list[Any] = []
"""Who else is worked on where there is no batch; never added to."""


class Desk:
    """One run of the desk. `step()` runs one whole instant, `run(until)` all that begin before `until` (seconds)."""

    def __init__(self, refunds: np.ndarray, floor: Floor, tables: np.ndarray, procedure: Procedure, ties: np.ndarray | None = None) -> None:
        """`ties`, a permutation of the refunds, replaces their numbers in ties of phase one: no result may hang on it."""
        self.env = simpy.Environment()
        self.queue: list[Any] = self.env._queue
        self.now = self.steps = self.abandoned = 0
        self.steps_of = Counter[int]()
        self.rows = bytearray()
        self.columns = {name: refunds[name] for name in refunds.dtype.names or ()}
        self.tables = Tables(tables)
        self.advance, self.begin, self.alarm, self.first_step = procedure.advance, procedure.begin, procedure.alarm, procedure.first_step
        self.ties: Any = range(len(refunds)) if ties is None else ties.tolist()
        self.count = self.env._eid.__next__
        self.ledgers: dict[int, Any] = {}
        self.pools = [Pool(number, *values) for number, values in enumerate(floor.pools.tolist())]
        self.lines = {number: Line(number, self.pools[pool], *values) for number, (pool, *values) in enumerate(floor.lines.tolist())}
        self.waiting = [0] * len(self.lines)
        self.slots = [Slot(number, self.pools[pool], *values) for number, (pool, *values) in enumerate(floor.slots.tolist())]
        for line in self.lines.values():
            line.pool.lines.append(line)
            line.pool.has_one_line = len(line.pool.lines) == 1
        for slot in self.slots:
            slot.places = [Seat(slot, At(self.env)) for _ in range(slot.seats)]
            slot.free = slot.places[:]
            for seat in slot.places:
                seat.process = self.env.process(self.work(seat))
        self.env.process(self.shifts(floor.changes.tolist()))
        for _ in range(len(self.queue)):  # everybody is in place before the first instant, which may lie before second 0
            self.env.step()
        self.filings = in_filing_order(self.columns, self.ties, self.ledgers)
        self.filing: Case | None = next(self.filings, None)

    # ---------------------------------------------------------------- instants
    def step(self) -> int:
        """Run one whole instant; returns its time, NEVER when nothing is left to happen."""
        at = min(self.queue[0][0] if self.queue else NEVER, self.filing.filed if self.filing else NEVER)
        if at < NEVER:
            self.run(at + 1)
        return int(at)

    def run(self, until: int = NEVER) -> None:
        """Run every instant before `until`."""
        queue, happen, pools, filings, file = self.queue, self.env.step, self.pools, self.filings, self.file
        filing = self.filing
        while True:
            now = filing.filed if filing is not None else NEVER
            if queue and queue[0][0] < now:
                now = queue[0][0]
            if now >= until:
                break
            self.now, self.steps = now, 0
            while True:
                while filing is not None and filing.filed == now:  # among what is in SimPy's list
                    if queue and queue[0][0] == now and queue[0][1] < filing.order:
                        happen()
                    else:
                        file(filing)
                        filing = next(filings, None)
                while queue and queue[0][0] == now:
                    happen()
                for pool in pools:
                    if pool.idle:
                        self.dispatch(pool)
                self.tables.waiting = self.waiting[:]
                if not queue or queue[0][0] != now:
                    break
            if self.steps > MOST_STEPS:
                self.steps_of.clear()
            if self.abandoned > 1024 and self.abandoned * 2 > len(queue):
                queue[:] = [entry for entry in queue if type(entry[3]) is not At or entry[3].is_live()]
                heapify(queue)
                self.abandoned = 0
        self.filing = filing

    def log(self, until: int = NEVER) -> Log:
        """What happened so far; refunds still on the desk show the ledger they have now."""
        return Log(np.frombuffer(bytes(self.rows), LOG), ledger_array(len(self.ties), self.ledgers), until, "simpy")

    def on_desk(self) -> dict[int, Case]:
        """The open refunds by row, found where they are: in line, at work, waiting, or with an alarm set."""
        in_line = [entry[5] for line in self.lines.values() for entry in line.entries if entry[4].token == entry[3]]
        moments = [entry[3] for entry in self.queue if type(entry[3]) is At and entry[3].case is not None]
        return {case.row: case for case in (*in_line, *(moment.case for moment in moments if moment.is_live())) if not case.closed}

    def set(self, moment: At, at: int, rank: int, case: Case, code: int) -> None:
        """Put a moment into SimPy's list at `at` (now or later), by rank, then refund, then item or alarm."""
        heappush(self.queue, (at, case.order + RANKS[rank] + code, self.count(), moment))

    def count_step(self, row: int, step: int) -> None:
        """An instant must come to an end: what could go round in it is counted by refund, once the desk took MOST_STEPS in all."""
        self.steps_of[row] += 1
        if self.steps_of[row] > MOST_STEPS:
            raise EndlessInstant(row, step, self.now)

    # ---------------------------------------------------------------- who comes: refunds and staff
    def file(self, case: Case) -> None:
        self.rows += _pack(self.now, case.row, -1, self.first_step, 0, FILED, -1, -1, -1, -1)
        self.follow(case, case, self.first_step)

    def shifts(self, changes: list[tuple[int, int, int]]) -> Generator[Event, Any, None]:
        for time, together in groupby(changes, key=itemgetter(0)):
            moment = At(self.env)
            heappush(self.queue, (time, FIRST_ORDER + RANKS[SHIFT], self.count(), moment))
            yield moment
            for _, number, what in together:
                slot = self.slots[number]
                if what == ON or what == OFF:
                    slot.on = what == ON
                else:
                    slot.away = what == BREAK_BEGINS
                if what == OFF or what == BREAK_BEGINS:
                    self.call_away(slot)
                else:
                    slot.pool.offer(slot)

    def call_away(self, slot: Slot) -> None:
        """The shift ends or a break begins: the pool's rule says whether work in hand is finished or handed back."""
        pool = slot.pool
        if pool.rule == KEEP:
            return
        busy = [seat for seat in slot.places if seat.lead is not None]
        given_back = [seat for seat in busy if pool.rule == HAND_BACK or seat.ends - self.now > pool.cap]
        in_hand = [pair for seat in given_back for pair in ((seat.moment.case, seat.lead), *seat.others)]
        for case, item in sorted(in_hand, key=lambda pair: (pair[0].row, pair[1].number)):
            self.hand_back(case, item)
        for seat in given_back:
            self.free_seat(seat, slot)
            seat.process.interrupt()

    def hand_back(self, case: Case, item: Item) -> None:
        """Back into the line with the same key; the share not yet done is worked when somebody takes it again."""
        now, seat = self.now, item.seat
        slot = seat.slot
        self.rows += _pack(
            now, case.row, slot.number, item.step, item.number, HANDED_BACK, item.line.in_pool, slot.group, item.line.number, item.handoff
        )
        item.token += 1
        if case.closed:
            item.status = FREE
            return
        worked = now - item.began
        if seat.own > 0:
            item.share = item.share * (seat.own - max(0, worked - seat.reopening)) / seat.own
        item.back = True
        item.status = IN_LINE
        self.waiting[item.line.number] += 1
        heappush(item.line.entries, (item.key, case.row, item.number, item.token, item, case))
        if item.give_up < NEVER:
            item.give_up += worked
            self.arm(case, item, max(item.give_up, now), CLOCK)

    # ---------------------------------------------------------------- phase one: what happens to a refund
    def follow(self, case: Case, item: Item, step: int) -> None:
        """Ask the procedure until the item stands, waits or is over; then likewise for the side items it opened."""
        now, row, number = self.now, case.row, item.number
        refund, state, tables, advance = case.refund, case.state, self.tables, self.advance
        item.status = GOING
        while True:
            action, following, target, at, give_up, otherwise, handoff = advance(number, step, refund, state, tables, now)
            if action == WORK:
                try:
                    line = self.lines[target]
                except KeyError:
                    raise ProcedureError(f"step {step} of refund {row} asks for line {target}, which is not there") from None
                item.step, item.next, item.otherwise, item.handoff = step, following, otherwise, handoff
                item.line, item.key, item.give_up = line, at, give_up
                if item.back:
                    item.back, item.share = False, 1.0
                state.joined[number] = now
                self.rows += _pack(now, row, -1, step, number, JOINED, line.in_pool, -1, target, handoff)
                item.status = IN_LINE
                self.waiting[target] += 1
                heappush(line.entries, (at, row, number, item.token, item, case))
                if give_up < NEVER:
                    self.arm(case, item, max(give_up, now), CLOCK)
                break
            if action == WAIT:
                if at > now:
                    item.status, item.step, item.next = IN_WAIT, step, following
                    self.rows += _pack(now, row, -1, step, number, WAITING, -1, -1, -1, -1)
                    self.arm(case, item, at, ARRIVAL)
                    break
                step = following
            elif action == DONE:
                self.close(case, number, target, at)
                return
            elif action == SIDE:
                case.open_side(target)
                step = following
            elif action == JOIN:
                if any(other.status != FREE for other in case.items if other is not item):
                    item.status, item.next = IN_JOIN, following
                    self.rows += _pack(now, row, -1, step, number, WAITING, -1, -1, -1, -1)
                    break
                step = following
            elif action == END and number:
                item.status = FREE
                self.rows += _pack(now, row, -1, step, number, ENDED, -1, -1, -1, -1)
                rest = [other for other in case.items if other.status != FREE]
                if len(rest) > 1 or rest[0].status != IN_JOIN:
                    break
                item = rest[0]
                step, number, item.status = item.next, item.number, GOING
            else:
                raise ProcedureError(f"step {step} of refund {row}: action {action} is not one that its item may take there")
            self.steps += 1
            if self.steps > MOST_STEPS:
                self.count_step(row, step)
        if case.to_open:
            self.start_side(case)
        elif state.has_due:
            self.set_alarm(case)

    def start_side(self, case: Case) -> None:
        case.to_open -= 1
        item = next(item for item in case.sides if item.status == TO_OPEN)
        self.rows += _pack(self.now, case.row, -1, item.next, item.number, OPENED, -1, -1, -1, -1)
        self.follow(case, item, item.next)

    def close(self, case: Case, number: int, outcome: int, again_at: int) -> None:
        """The refund is over. Its items leave lines and waits; work under way is finished and comes to nothing."""
        self.rows += _pack(self.now, case.row, -1, outcome, number, CLOSED, -1, -1, -1, -1)
        case.closed = True
        if case.sides or case.status != GOING:
            for item in case.items:
                if item.status != AT_WORK:
                    self.disarm(item)
                    if item.status == IN_LINE:
                        self.leave_line(case, item, LEFT)
                    item.status = FREE
            case.sides, case.to_open = (), 0
        if case.alarm_at < NEVER:
            self.abandoned += 1
        if again_at < NEVER and case.refund.again >= 0:
            again = one_row(self.columns, self.ties, self.ledgers, case.refund.again)
            self.set(At(self.env, lambda _: self.file(again)), max(again_at, self.now), ARRIVAL, again, 0)

    # ---------------------------------------------------------------- lines, waits and clocks
    def leave_line(self, case: Case, item: Item, how: int) -> None:
        """Somebody's wait in line ends without work."""
        line = item.line
        self.rows += _pack(self.now, case.row, -1, item.step, item.number, how, line.in_pool, -1, line.number, item.handoff)
        self.waiting[line.number] -= 1
        line.tidy(self.waiting[line.number])

    def arm(self, case: Case, item: Item, at: int, rank: int) -> None:
        item.armed = True
        self.set(At(self.env, self.moment_comes, case, item, item.token), at, rank, case, item.number)

    def disarm(self, item: Item) -> None:
        item.token += 1
        self.abandoned += item.armed
        item.armed = False

    def moment_comes(self, moment: Any) -> None:
        """A wait ends, or the clock of a case in line runs out."""
        case, item = moment.case, moment.item
        if item.token != moment.token:
            self.abandoned -= 1
            return
        item.token += 1
        item.armed = False
        self.steps += 1
        if self.steps > MOST_STEPS:
            self.count_step(case.row, item.step)
        if item.status == IN_WAIT:
            self.follow(case, item, item.next)
            return
        self.leave_line(case, item, GAVE_UP)
        self.follow(case, item, item.otherwise)

    # ---------------------------------------------------------------- alarms
    def set_alarm(self, case: Case) -> None:
        """One moment per refund, for its earliest alarm; that an alarm was put off is found when the old moment comes."""
        at = min(case.state.due)
        if at < case.alarm_at and not case.closed:
            at = max(at, self.now)
            if at < case.alarm_at:
                self.abandoned += case.alarm_at < NEVER
                case.alarm_at = at
                self.set(At(self.env, self.alarm_comes, case, None, at), at, CLOCK, case, ITEMS)

    def alarm_comes(self, moment: Any) -> None:
        case, now = moment.case, self.now
        if not moment.is_live():
            self.abandoned -= 1
            return
        case.alarm_at = NEVER
        which = next((which for which, at in enumerate(case.state.due) if at <= now), -1)
        if which < 0:
            self.set_alarm(case)
            return
        case.state.due[which] = NEVER
        self.steps += 1
        if self.steps > MOST_STEPS:
            self.count_step(case.row, which)
        self.rows += _pack(now, case.row, -1, which, 0, ALARMED, -1, -1, -1, -1)
        action, step, target, at, _, _, _ = self.alarm(which, case.refund, case.state, self.tables, now)
        if action == DONE:
            self.close(case, 0, target, at)
            return
        if action == SIDE:
            case.open_side(target)
            if case.to_open:
                self.start_side(case)
        elif action == GO_TO and case.status == AT_WORK:
            case.next = step
        elif action == GO_TO:
            self.disarm(case)
            if case.status == IN_LINE:
                self.leave_line(case, case, LEFT)
            self.follow(case, case, step)
        elif action != GO_ON:
            raise ProcedureError(f"alarm {which} of refund {case.row}: action {action} is not one that an alarm may take")
        self.set_alarm(case)

    # ---------------------------------------------------------------- phase two: who works on what
    def dispatch(self, pool: Pool) -> None:
        """Give work to who is idle in the pool."""
        idle = pool.idle
        while idle:
            line = pool.lines[0] if pool.has_one_line else pool.first_line()
            if line is None or not line.entries:
                break
            if line.entries[0][4].token != line.entries[0][3]:
                heappop(line.entries)
                continue
            chats, _, slot = idle[0]
            if slot.listed != chats:
                heappop(idle)
            elif slot.on and not slot.away:
                self.take(line, slot)
            else:
                slot.listed = -1
                heappop(idle)

    def take(self, line: Line, slot: Slot) -> None:
        """The slot takes the head of the line, or a batch: the head until the next case would break a limit."""
        now, pool, group, seat = self.now, line.pool, slot.group, slot.free.pop()
        seconds, reopening, fen = line.seconds, 0, 0
        others: list[tuple[Case, Item]] = [] if line.cases > 1 else NOBODY
        while True:
            _, row, number, _, item, case = heappop(line.entries)
            self.waiting[line.number] -= 1
            item.token += 1
            if item.armed:
                item.armed = False
                self.abandoned += 1
            item.status, item.began, item.seat = AT_WORK, now, seat
            step, state = item.step, case.state
            state.group[number] = group
            own = self.begin(number, step, case.refund, state, self.tables, now, group, slot.open)
            if own <= 0:
                if own < 0:
                    raise ProcedureError(f"step {step} of refund {row}: work of {own} seconds")
                self.steps += 1
                if self.steps > MOST_STEPS:
                    self.count_step(row, step)
            if item.back:
                own = int(own * item.share + 0.5)
                reopening += pool.reopening
            seconds += own
            self.rows += _pack(now, row, slot.number, step, number, BEGAN, pool.number, group, line.number, item.handoff)
            if state.has_due:
                self.set_alarm(case)
            if line.cases == 1:
                break
            others.append((case, item))
            fen += case.refund.amount
            head = line.head()
            if head is None or len(others) == line.cases or (line.fen and fen + head[5].refund.amount > line.fen):
                case, item = others.pop(0)
                break
        heappop(pool.idle)
        slot.listed = -1
        slot.open += 1
        if slot.open < slot.seats:
            pool.offer(slot)
        seat.lead, seat.others, seat.own, seat.reopening = item, others, seconds, reopening
        seat.ends = ends = now + seconds + reopening
        moment = seat.moment
        moment.case, moment.item, moment.token = case, item, item.token
        heappush(self.queue, (ends, case.order + FINISH_FIRST + item.number, self.count(), moment))
        for case, item in others:
            self.set(At(self.env, self.member_finishes, case, item, item.token), ends, FINISH, case, item.number)

    def work(self, seat: Seat) -> Generator[Event, Any, None]:
        """A seat's life: it sleeps until the end of the work it was given in phase two, or until that is handed back."""
        while True:
            try:
                yield seat.moment
            except simpy.Interrupt:
                seat.moment = At(self.env)
                continue
            moment = seat.moment
            moment.callbacks = []  # it serves for the seat's next work as well
            self.finish(moment.case, moment.item)

    def member_finishes(self, moment: Any) -> None:
        if moment.is_live():
            self.finish(moment.case, moment.item)

    def finish(self, case: Case, item: Item) -> None:
        """Work is done; the lead of a batch gives the seat back."""
        line, seat = item.line, item.seat
        slot = seat.slot
        if seat.lead is item:
            self.free_seat(seat, slot)
        self.rows += _pack(
            self.now, case.row, slot.number, item.step, item.number, FINISHED, line.in_pool, slot.group, line.number, item.handoff
        )
        if case.closed:
            item.status = FREE
        else:
            self.follow(case, item, item.next)

    def free_seat(self, seat: Seat, slot: Slot) -> None:
        seat.lead = None
        slot.free.append(seat)
        slot.open = chats = slot.open - 1
        if slot.on and not slot.away:
            slot.listed = chats
            heappush(slot.pool.idle, (chats, slot.number, slot))
