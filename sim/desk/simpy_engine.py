"""The reference engine: the desk in SimPy, staff as processes. What the compiled engine does is specified here.

An instant has two phases. First everything due now happens, ranked finish, shift change, arrival, clock; inside a rank by
refund, item, and last the refund's alarm (shift changes: by slot). Then idle staff are given work: pools in their order,
the line by (key, refund, item), staff by (chats open, slot). Work that ends in the instant it began repeats both phases.
"""

import struct
from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from typing import Any

import numpy as np
import simpy
from simpy.events import Event

from sim.desk.contract import EndlessInstant, Floor, Procedure, ProcedureError
from sim.desk.live import Case, Item, Seat, Slot, in_filing_order, ledger_array, one_row, plain_tables
from sim.desk.log import Log
from sim.desk.records import (
    ALARMED,
    ARRIVAL,
    AT_WORK,
    BEGAN,
    BREAK_BEGINS,
    BREAK_ENDS,
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
    HANDED_BACK,
    IN_JOIN,
    IN_LINE,
    IN_WAIT,
    ITEMS,
    JOIN,
    JOINED,
    KEEP,
    LEFT,
    LINES,
    LOG,
    MOST_STEPS,
    NEVER,
    OFF,
    ON,
    OPENED,
    SHIFT,
    SIDE,
    TO_OPEN,
    WAIT,
    WAITING,
    WORK,
)
from sim.desk.records import HAND_BACK as RULE_HAND_BACK

_pack = struct.Struct("<qiihbbbbbb").pack  # a row of LOG


class At(Event):
    """A moment with a rank inside its instant, above SimPy's own priorities 0 and 1.

    Ties are broken by (rank, refund, item), never by the order of scheduling. A moment of an item means nothing any more
    when the item's token has moved on.
    """

    __slots__ = ("case", "item", "token")

    def __init__(self, env: simpy.Environment, at: int, rank: int, number: int, code: int) -> None:
        self.env = env
        self.callbacks = []
        self._ok = True
        self._value = None
        self._defused = False
        self.case: Case | None = None
        self.item: Item | None = None
        self.token = 0
        env.schedule(self, 2 + (((rank << 32) + number) << 3) + code, at - env.now)  # type: ignore[arg-type]

    def is_live(self) -> bool:
        if self.item is not None:
            return self.item.token == self.token
        return self.case is None or (not self.case.closed and self.case.alarm_at == self.token)


class Desk:
    """One run of the desk. `step()` runs one whole instant, `run(until)` all that begin before `until` (seconds)."""

    def __init__(self, refunds: np.ndarray, floor: Floor, tables: np.ndarray, procedure: Procedure, ties: np.ndarray | None = None) -> None:
        """`ties`, a permutation of the refunds, replaces their numbers in ties of phase one: no result may hang on it."""
        self.env = simpy.Environment()
        self.refunds, self.tables = refunds, plain_tables(tables)
        self.advance, self.begin, self.alarm, self.first_step = procedure.advance, procedure.begin, procedure.alarm, procedure.first_step
        self.ties: Any = range(len(refunds)) if ties is None else ties.tolist()
        self.rows = bytearray()
        self.on_desk: dict[int, Case] = {}
        self.ledgers: dict[int, Any] = {}
        self.lines: list[list[tuple[int, int, int, int, Case]]] = [[] for _ in floor.lines]
        self.waiting = [0] * LINES
        self.pool_rules = floor.pools.tolist()
        self.line_rules = floor.lines.tolist()
        self.pool_lines = [[k for k, line in enumerate(self.line_rules) if line[0] == pool] for pool in range(len(floor.pools))]
        self.idle: list[list[int]] = [[] for _ in floor.pools]
        self.slots = [Slot(number, *values) for number, values in enumerate(floor.slots.tolist())]
        self.abandoned = 0
        for slot in self.slots:
            for _ in range(slot.seats):
                seat = Seat(slot)
                slot.free.append(seat)
                seat.process = self.env.process(self.work(seat))
        self.env.process(self.shifts(floor.changes.tolist()))
        self.env.process(self.filings())

    # ---------------------------------------------------------------- instants
    def step(self) -> int:
        """Run one whole instant; returns its time, NEVER when nothing is left to happen."""
        queue, step = self.env._queue, self.env.step
        if not queue:
            return NEVER
        now = int(queue[0][0])
        while queue and queue[0][0] == now:
            while queue and queue[0][0] == now:
                step()
            self.dispatch()
        if self.abandoned > 1024 and self.abandoned * 2 > len(queue):
            queue[:] = [entry for entry in queue if type(entry[3]) is not At or entry[3].is_live()]
            heapify(queue)
            self.abandoned = 0
        return now

    def run(self, until: int = NEVER) -> None:
        """Run every instant before `until`."""
        queue = self.env._queue
        while queue and queue[0][0] < until:
            self.step()

    def log(self, until: int = NEVER) -> Log:
        """What happened so far; refunds still on the desk show the ledger they have now."""
        ledgers = self.ledgers | {row: case.state.ledger for row, case in self.on_desk.items()}
        return Log(np.frombuffer(bytes(self.rows), LOG).copy(), ledger_array(len(self.refunds), ledgers), until, "simpy")

    # ---------------------------------------------------------------- who comes: refunds and staff
    def filings(self) -> Iterator[Event]:
        for row, filed, refund in in_filing_order(self.refunds):
            yield At(self.env, filed, ARRIVAL, self.ties[row], 0)
            self.file(row, refund)

    def file(self, row: int, refund: Any) -> None:
        case = self.on_desk[row] = Case(row, refund)
        self.rows += _pack(self.env.now, row, -1, self.first_step, 0, FILED, -1, -1, -1, -1)
        self.go_on(case, case.items[0], self.first_step)

    def shifts(self, changes: list[tuple[int, int, int]]) -> Iterator[Event]:
        at = -1
        for time, number, what in changes:
            if time != at:
                yield At(self.env, time, SHIFT, 0, 0)
                at = time
            slot = self.slots[number]
            if what == ON or what == OFF:
                slot.on = what == ON
            else:
                slot.away = what == BREAK_BEGINS
            if what == OFF or what == BREAK_BEGINS:
                self.call_away(slot)
            else:
                assert what in (ON, BREAK_ENDS)
                self.offer(slot)

    def call_away(self, slot: Slot) -> None:
        """The shift ends or a break begins: the pool's rule says whether work in hand is finished or handed back."""
        rule, cap, _ = self.pool_rules[slot.pool]
        if rule == KEEP:
            return
        given_back = [seat for seat in slot.working if rule == RULE_HAND_BACK or seat.ends - self.env.now > cap]
        for seat in given_back:
            self.free_seat(seat)
            seat.process.interrupt()
        for case, item in sorted((pair for seat in given_back for pair in seat.cases), key=lambda pair: (pair[0].row, pair[1].number)):
            self.hand_back(case, item, slot)

    def hand_back(self, case: Case, item: Item, slot: Slot) -> None:
        """Back into the line with the same key; the share not yet done is worked when somebody takes it again."""
        now = self.env.now
        self.rows += _pack(now, case.row, slot.number, item.step, item.number, HANDED_BACK, slot.pool, slot.group, item.line, item.handoff)
        item.token += 1
        if case.closed:
            item.status = FREE
            return
        worked = now - item.began
        if item.own > 0:
            item.share = item.share * (item.own - max(0, worked - item.reopening)) / item.own
        item.back = True
        if item.give_up < NEVER:
            item.give_up += worked
        self.stand_in_line(case, item)

    # ---------------------------------------------------------------- phase one: what happens to a refund
    def go_on(self, case: Case, item: Item, step: int) -> None:
        """Follow the procedure until the item stands, waits or is over; likewise the side items opened meanwhile."""
        self.follow(case, item, step)
        self.open_sides(case)

    def open_sides(self, case: Case) -> None:
        while case.to_open and not case.closed:
            case.to_open -= 1
            item = next(item for item in case.items if item.status == TO_OPEN)
            self.rows += _pack(self.env.now, case.row, -1, item.next, item.number, OPENED, -1, -1, -1, -1)
            self.follow(case, item, item.next)
        self.set_alarm(case)

    def follow(self, case: Case, item: Item, step: int) -> None:
        now, row = self.env.now, case.row
        item.status = GOING
        while True:
            self.count_step(case, step)
            action, following, target, at, give_up, otherwise, handoff = self.advance(
                item.number, step, case.refund, case.state, self.tables, now
            )
            if action == WORK:
                if not 0 <= target < len(self.lines):
                    raise ProcedureError(f"step {step} of refund {row} asks for line {target}; there are {len(self.lines)}")
                item.step, item.next, item.otherwise = step, following, otherwise
                item.line, item.key, item.give_up, item.handoff = target, at, give_up, handoff
                item.share, item.back = 1.0, False
                case.state.joined[item.number] = now
                self.rows += _pack(now, row, -1, step, item.number, JOINED, self.line_rules[target][0], -1, target, handoff)
                self.stand_in_line(case, item)
                return
            if action == WAIT:
                if at > now:
                    item.status, item.next = IN_WAIT, following
                    self.rows += _pack(now, row, -1, step, item.number, WAITING, -1, -1, -1, -1)
                    self.arm(case, item, at, ARRIVAL)
                    return
                step = following
            elif action == SIDE:
                opened = case.free_item()
                if opened:
                    opened.status, opened.next = TO_OPEN, target
                    case.to_open += 1
                step = following
            elif action == JOIN:
                if any(other.status != FREE for other in case.items if other is not item):
                    item.status, item.next = IN_JOIN, following
                    self.rows += _pack(now, row, -1, step, item.number, WAITING, -1, -1, -1, -1)
                    return
                step = following
            elif action == DONE:
                self.close(case, item.number, target, at)
                return
            elif action == END and item.number:
                item.status = FREE
                self.rows += _pack(now, row, -1, step, item.number, ENDED, -1, -1, -1, -1)
                rest = [other for other in case.items if other.status != FREE]
                if len(rest) > 1 or rest[0].status != IN_JOIN:
                    return
                item, step = rest[0], rest[0].next
                item.status = GOING
            else:
                raise ProcedureError(f"step {step} of refund {row}: action {action} is not one that item {item.number} may take there")

    def close(self, case: Case, number: int, outcome: int, again_at: int) -> None:
        """The refund is over. Other items leave lines and waits; work under way is finished and comes to nothing."""
        now, row = self.env.now, case.row
        self.rows += _pack(now, row, -1, outcome, number, CLOSED, -1, -1, -1, -1)
        case.closed = True
        for item in case.items:
            if item.status == IN_LINE:
                self.leave_line(case, item)
            elif item.status == IN_WAIT:
                self.disarm(item)
            if item.status != AT_WORK:
                item.status = FREE
        self.abandoned += case.alarm_at < NEVER
        self.ledgers[row] = case.state.ledger
        del self.on_desk[row]
        again = case.refund.again
        if again_at < NEVER and again >= 0:
            moment = At(self.env, max(again_at, now), ARRIVAL, self.ties[again], 0)
            moment.callbacks.append(lambda _: self.file(again, one_row(self.refunds, again)))

    def count_step(self, case: Case, step: int) -> None:
        if case.instant != self.env.now:
            case.instant, case.steps = self.env.now, 0
        case.steps += 1
        if case.steps > MOST_STEPS:
            raise EndlessInstant(case.row, step, self.env.now)

    # ---------------------------------------------------------------- lines, waits and clocks
    def stand_in_line(self, case: Case, item: Item) -> None:
        item.status = IN_LINE
        self.waiting[item.line] += 1
        heappush(self.lines[item.line], (item.key, case.row, item.number, item.token, case))
        if item.give_up < NEVER:
            self.arm(case, item, max(item.give_up, self.env.now), CLOCK)

    def leave_line(self, case: Case, item: Item) -> None:
        """Somebody's wait in line ends without work; the entry in the line's list is passed over later."""
        pool = self.line_rules[item.line][0]
        self.rows += _pack(self.env.now, case.row, -1, item.step, item.number, LEFT, pool, -1, item.line, item.handoff)
        self.disarm(item)
        self.clear_line(item.line)

    def clear_line(self, line: int) -> None:
        """One fewer in line; entries passed over never make up most of the list."""
        self.waiting[line] -= 1
        entries = self.lines[line]
        if len(entries) > 64 + 2 * self.waiting[line]:
            entries[:] = [entry for entry in entries if entry[4].items[entry[2]].token == entry[3]]
            heapify(entries)

    def arm(self, case: Case, item: Item, at: int, rank: int) -> None:
        moment = At(self.env, at, rank, self.ties[case.row], item.number)
        moment.case, moment.item, moment.token = case, item, item.token
        moment.callbacks.append(self.moment_comes)
        item.armed = True

    def disarm(self, item: Item) -> None:
        item.token += 1
        self.abandoned += item.armed
        item.armed = False

    def moment_comes(self, moment: At) -> None:
        """A wait ends, or the clock of a case in line runs out."""
        case, item = moment.case, moment.item
        if item.token != moment.token:
            self.abandoned -= 1
            return
        item.token += 1
        item.armed = False
        if item.status == IN_WAIT:
            self.go_on(case, item, item.next)
            return
        pool = self.line_rules[item.line][0]
        self.rows += _pack(self.env.now, case.row, -1, item.step, item.number, GAVE_UP, pool, -1, item.line, item.handoff)
        self.clear_line(item.line)
        self.go_on(case, item, item.otherwise)

    # ---------------------------------------------------------------- alarms
    def set_alarm(self, case: Case) -> None:
        """One moment per refund, for its earliest alarm; that an alarm was put off is found when the old moment comes."""
        earliest = min(case.state.due)
        if earliest < case.alarm_at and not case.closed:
            earliest = max(earliest, self.env.now)
            if earliest < case.alarm_at:
                self.abandoned += case.alarm_at < NEVER
                case.alarm_at = earliest
                moment = At(self.env, earliest, CLOCK, self.ties[case.row], ITEMS)
                moment.case, moment.token = case, earliest
                moment.callbacks.append(self.alarm_comes)

    def alarm_comes(self, moment: At) -> None:
        case, now = moment.case, self.env.now
        if not moment.is_live():
            self.abandoned -= 1
            return
        case.alarm_at = NEVER
        which = next((which for which, at in enumerate(case.state.due) if at <= now), -1)
        if which >= 0:
            case.state.due[which] = NEVER
            self.count_step(case, which)
            self.rows += _pack(now, case.row, -1, which, 0, ALARMED, -1, -1, -1, -1)
            action, step, target, at, _, _, _ = self.alarm(which, case.refund, case.state, self.tables, now)
            main = case.items[0]
            if action == DONE:
                self.close(case, 0, target, at)
            elif action == SIDE:
                opened = case.free_item()
                if opened:
                    opened.status, opened.next = TO_OPEN, target
                    case.to_open += 1
            elif action == GO_TO and main.status == AT_WORK:
                main.next = step
            elif action == GO_TO:
                if main.status == IN_LINE:
                    self.leave_line(case, main)
                else:
                    self.disarm(main)
                self.follow(case, main, step)
            elif action != GO_ON:
                raise ProcedureError(f"alarm {which} of refund {case.row}: action {action} is not one that an alarm may take")
        self.open_sides(case)

    # ---------------------------------------------------------------- phase two: who works on what
    def offer(self, slot: Slot) -> None:
        """List the slot among its pool's idle ones, by (chats open, number), if it can take another chat."""
        if slot.on and not slot.away and slot.open < slot.seats:
            key = (slot.open << 32) + slot.number
            if slot.listed != key:
                slot.listed = key
                heappush(self.idle[slot.pool], key)

    def first_idle(self, pool: int) -> Slot | None:
        idle = self.idle[pool]
        while idle:
            slot = self.slots[idle[0] & 0xFFFFFFFF]
            if slot.listed == idle[0]:
                if slot.on and not slot.away:
                    return slot
                slot.listed = -1
            heappop(idle)
        return None

    def first_line(self, pool: int) -> int:
        """The pool's line whose head has the smallest (key, refund, item); -1 when nobody waits."""
        best = -1
        for line in self.pool_lines[pool]:
            entries = self.lines[line]
            while entries and entries[0][4].items[entries[0][2]].token != entries[0][3]:
                heappop(entries)
            if entries and (best < 0 or entries[0] < self.lines[best][0]):
                best = line
        return best

    def dispatch(self) -> None:
        for pool in range(len(self.idle)):
            while (line := self.first_line(pool)) >= 0:
                slot = self.first_idle(pool)
                if slot is None:
                    break
                self.take(line, slot)
        self.tables.waiting = self.waiting[:]

    def take(self, line: int, slot: Slot) -> None:
        """The slot takes the head of the line, or a batch: the head until the next case would break a limit."""
        pool, most_cases, most_fen, seconds = self.line_rules[line]
        entries = self.lines[line]
        heappop(self.idle[pool])
        slot.listed = -1
        seat = slot.free.pop()
        cases: list[tuple[Case, Item]] = []
        fen = reopening = 0
        now = self.env.now
        while True:
            _, row, number, _, case = heappop(entries)
            item = case.items[number]
            self.waiting[line] -= 1
            self.disarm(item)
            item.status = AT_WORK
            case.state.group[number] = slot.group
            self.count_step(case, item.step)
            own = self.begin(number, item.step, case.refund, case.state, self.tables, now, slot.group, slot.open)
            if own < 0:
                raise ProcedureError(f"step {item.step} of refund {row}: work of {own} seconds")
            if item.back:
                own = int(own * item.share + 0.5)
                reopening += self.pool_rules[pool][2]
            seconds += own
            fen += case.refund.amount
            cases.append((case, item))
            self.rows += _pack(now, row, slot.number, item.step, number, BEGAN, pool, slot.group, line, item.handoff)
            self.set_alarm(case)
            if len(cases) >= most_cases:
                break
            while entries and entries[0][4].items[entries[0][2]].token != entries[0][3]:
                heappop(entries)
            if not entries or (most_fen and fen + entries[0][4].refund.amount > most_fen):
                break
        slot.open += 1
        slot.working.append(seat)
        self.offer(slot)
        seat.cases, seat.ends = cases, now + seconds + reopening
        for case, item in cases:
            item.began, item.own, item.reopening, item.seat = now, seconds, reopening, seat
        turn = seat.turn
        callbacks, turn.callbacks = turn.callbacks, None
        turn._ok, turn._value = True, None
        for resume in callbacks:
            resume(turn)

    def work(self, seat: Seat) -> Iterator[Event]:
        """A seat: given its turn in phase two, it works until the end or until the case is handed back."""
        env = self.env
        while True:
            seat.turn = env.event()
            yield seat.turn
            lead = None
            for case, item in seat.cases:
                moment = At(env, seat.ends, FINISH, self.ties[case.row], item.number)
                moment.case, moment.item, moment.token = case, item, item.token
                if lead is None:
                    lead = moment
                else:
                    moment.callbacks.append(self.member_finishes)
            case, item = seat.cases[0]
            try:
                yield lead
            except simpy.Interrupt:
                continue
            self.free_seat(seat)
            self.finish(case, item, seat.slot)

    def member_finishes(self, moment: At) -> None:
        if moment.is_live():
            self.finish(moment.case, moment.item, moment.item.seat.slot)

    def free_seat(self, seat: Seat) -> None:
        slot = seat.slot
        slot.working.remove(seat)
        slot.free.append(seat)
        slot.open -= 1
        self.offer(slot)

    def finish(self, case: Case, item: Item, slot: Slot) -> None:
        item.token += 1
        self.rows += _pack(
            self.env.now, case.row, slot.number, item.step, item.number, FINISHED, slot.pool, slot.group, item.line, item.handoff
        )
        if case.closed:
            item.status = FREE
        else:
            self.go_on(case, item, item.next)
