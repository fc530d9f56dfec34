"""What the SimPy engine handles while it runs: refunds, items, lines, pools, seats and tables as plain Python objects."""

from collections import namedtuple
from collections.abc import Callable, Iterator
from heapq import heapify, heappop, heappush
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np
from simpy.events import Event

from sim.demand.workload import NEVER, REFUND
from sim.desk.records import ALARMS, ARRIVAL, CLOCK, FINISH, FREE, ITEMS, LEDGER, SHIFT, STATE, TO_OPEN

if TYPE_CHECKING:
    import simpy
    from simpy.events import Process


SCALARS = ("filed", "amount", "again")
"""Columns that every refund is asked for; the others are read when they are."""


class Made:
    """An attribute made when it is first asked for; from then on it lies in the object itself."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        self.make = make

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, each: Any, owner: type) -> Any:
        value = self.make(each)
        setattr(each, self.name, value)
        return value


def _column(name: str) -> Made:
    return Made(lambda refund: refund.columns[name][refund.row].tolist())


class Refund(namedtuple("Scalars", ("row", "columns", *SCALARS))):  # type: ignore[misc]
    """One row of the workload as a plain object; columns are read, and array columns become lists, when first asked for."""

    if TYPE_CHECKING:
        row: int
        filed: int
        amount: int
        again: int


for _name in REFUND.names or ():
    if _name not in SCALARS:
        _made = _column(_name)
        _made.__set_name__(Refund, _name)
        setattr(Refund, _name, _made)


class Ledger:
    """What is known of a refund at its end; fields of LEDGER, all 0 at first."""

    rules = Made(lambda _: [0] * LEDGER["rules"].shape[0])


class State:
    """What a procedure may write: fields of STATE, all 0 at first but `due`. Most are made when first asked for.

    has_due: whether alarms were. A ledger enters the desk's `ledgers` when it is made.
    """

    flag = Made(lambda _: [0] * STATE["flag"].shape[0])
    asked = Made(lambda _: [0] * STATE["asked"].shape[0])
    again = Made(lambda _: [0] * STATE["again"].shape[0])

    def __init__(self, row: int, ledgers: dict[int, Ledger]) -> None:
        self.row, self.ledgers = row, ledgers
        self.joined, self.group = [0] * ITEMS, [0] * ITEMS
        self.has_due = False

    @Made
    def due(self) -> list[int]:
        self.has_due = True
        return [NEVER] * ALARMS

    @Made
    def ledger(self) -> Ledger:
        return self.ledgers.setdefault(self.row, Ledger())


for _name in LEDGER.names or ():
    if LEDGER[_name].shape == ():
        setattr(Ledger, _name, 0)
for _name in STATE.names or ():
    if STATE[_name].shape == () and _name != "ledger":
        setattr(State, _name, 0)


FIRST_ORDER = 2 + (ARRIVAL << 40)
"""The first priority of arrivals in SimPy's list, whose own priorities are 0 and 1; a refund has eight places in each rank."""

RANKS = tuple((rank - ARRIVAL) << 40 for rank in (FINISH, SHIFT, ARRIVAL, CLOCK))
"""How far each rank lies from that of arrivals among the priorities of SimPy's list."""


class At(Event):
    """A moment with a rank inside its instant, above SimPy's own priorities 0 and 1; `Desk.set` puts it into SimPy's list.

    Ties are broken by (rank, refund, item), never by the order of setting. A moment of an item (or of a refund's alarm) means
    nothing any more when the item's token (or the case's alarm_at) has moved on.
    """

    __slots__ = ("case", "item", "token")

    def __init__(self, env: "simpy.Environment", callback: Any = None, case: Any = None, item: Any = None, token: int = 0) -> None:
        self.env = env
        self.callbacks = [callback] if callback else []
        self._ok, self._value, self._defused = True, None, False
        self.case: Any = case
        self.item: Any = item
        self.token = token

    def is_live(self) -> bool:
        if self.item is not None:
            return bool(self.item.token == self.token)
        return self.case is None or (not self.case.closed and self.case.alarm_at == self.token)


class Item:
    """Where an errand of a refund stands, and what comes next: item 0 its main one, the others side work.

    token moves on whenever what the item waited for means nothing any more; armed: a moment with the present token is on its way.
    back: handed back, with `share` of the work not yet done.
    """

    __slots__ = (
        "armed",
        "back",
        "began",
        "give_up",
        "handoff",
        "key",
        "line",
        "next",
        "number",
        "otherwise",
        "seat",
        "share",
        "status",
        "step",
        "token",
    )
    began: int
    give_up: int
    handoff: int
    key: int
    line: "Line"
    next: int
    otherwise: int
    seat: "Seat"
    step: int

    def __init__(self, number: int) -> None:
        self.number, self.status, self.token = number, FREE, 0
        self.armed, self.back, self.share = False, False, 1.0


class Case(Item):
    """A refund on the desk, itself the carrier of its main errand (item 0).

    order: its priority among arrivals of one instant. sides: side items; to_open: how many of them are about to start.
    alarm_at: the moment set for the earliest alarm.
    """

    __slots__ = ("alarm_at", "closed", "filed", "order", "refund", "row", "sides", "state", "to_open")

    def __init__(self, refund: Refund, order: int, ledgers: dict[int, Ledger]) -> None:
        self.number, self.status, self.token = 0, FREE, 0
        self.armed, self.back, self.share = False, False, 1.0
        self.refund, self.row, self.filed, self.order = refund, refund.row, refund.filed, order
        self.state = State(refund.row, ledgers)
        self.closed, self.alarm_at, self.to_open = False, NEVER, 0
        self.sides: tuple[Item, ...] = ()

    @property
    def items(self) -> "tuple[Item, ...]":
        return (self, *self.sides)

    def open_side(self, step: int) -> None:
        """Give the lowest side item not in use this step to start with; when all are in use, nothing happens."""
        item = next((item for item in self.sides if item.status == FREE), None)
        if item is None:
            if len(self.sides) == ITEMS - 1:
                return
            item = Item(len(self.sides) + 1)
            self.sides += (item,)
        item.status, item.next = TO_OPEN, step
        self.to_open += 1


Entry = tuple[int, int, int, int, Item, Case]
"""A place in a line: key, refund, item, token, and who stands there."""


class Line:
    """Cases that wait for a pool, smallest (key, refund, item) first. Who leaves without work is passed over later."""

    def __init__(self, number: int, pool: "Pool", cases: int, fen: int, seconds: int) -> None:
        self.number, self.pool, self.in_pool = number, pool, pool.number
        self.cases, self.fen, self.seconds = cases, fen, seconds
        self.entries: list[Entry] = []

    def head(self) -> Entry | None:
        """Who is next, if anybody waits."""
        entries = self.entries
        while entries:
            head = entries[0]
            if head[4].token == head[3]:
                return head
            heappop(entries)
        return None

    def tidy(self, waiting: int) -> None:
        """Entries to be passed over never make up most of the list when only `waiting` stand in line."""
        if len(self.entries) > 64 + 2 * waiting:
            self.entries[:] = [entry for entry in self.entries if entry[4].token == entry[3]]
            heapify(self.entries)


class Pool:
    """Staff who share lines: its rule for the end of a shift, and who of them is idle, by (chats open, number)."""

    def __init__(self, number: int, rule: int, cap: int, reopening: int) -> None:
        self.number, self.rule, self.cap, self.reopening = number, rule, cap, reopening
        self.lines: list[Line] = []
        self.has_one_line = False
        self.idle: list[tuple[int, int, Slot]] = []

    def offer(self, slot: "Slot") -> None:
        """List the slot as idle if it can take another chat."""
        chats = slot.open
        if slot.on and chats < slot.seats and not slot.away and slot.listed != chats:
            slot.listed = chats
            heappush(self.idle, (chats, slot.number, slot))

    def first_line(self) -> Line | None:
        """The line whose head has the smallest (key, refund, item); None when nobody waits."""
        best: Line | None = None
        first: Entry | None = None
        for line in self.lines:
            head = line.head()
            if head is not None and (first is None or head < first):
                best, first = line, head
        return best


class Slot:
    """One member of staff on one shift. on: on shift; away: on a break; open: chats; listed: chats it is listed with as idle, -1 = not."""

    def __init__(self, number: int, pool: Pool, group: int, seats: int) -> None:
        self.number, self.pool, self.group, self.seats = number, pool, group, seats
        self.on, self.away, self.open, self.listed = False, False, 0, -1
        self.places: list[Seat] = []
        self.free: list[Seat] = []


class Seat:
    """One chat that a slot can hold: a SimPy process that sleeps until its work ends.

    lead: what it works on, None = nothing; others: the rest of the lead's batch; own: seconds of the work; reopening: seconds of
    getting back into it before.
    """

    process: "Process"

    def __init__(self, slot: Slot, moment: At) -> None:
        self.slot, self.moment = slot, moment
        self.lead: Any = None
        self.others: list[tuple[Case, Item]] = []
        self.ends = self.own = self.reopening = 0


class Tables:
    """The TABLES record with lists for its arrays."""

    waiting: list[int]

    def __init__(self, tables: np.ndarray) -> None:
        for name in tables.dtype.names or ():
            setattr(self, name, tables[0][name].tolist())


def one_row(columns: dict[str, np.ndarray], ties: Any, ledgers: dict[int, Ledger], row: int) -> Case:
    """The case of one refund of the workload."""
    return Case(Refund._make((row, columns, *(columns[name][row].item() for name in SCALARS))), FIRST_ORDER + 8 * int(ties[row]), ledgers)


def in_filing_order(columns: dict[str, np.ndarray], ties: Any, ledgers: dict[int, Ledger], block: int = 1024) -> Iterator[Case]:
    """Cases by time of filing, ties by their number in `ties`; reserved second applications are left out."""
    numbers = np.asarray(ties, np.int64)
    by_time = np.lexsort((numbers, columns["filed"]))
    by_time = by_time[: np.count_nonzero(columns["filed"] < NEVER)]
    for begin in range(0, len(by_time), block):
        rows = by_time[begin : begin + block]
        scalars = (columns[name][rows].tolist() for name in SCALARS)
        orders = (FIRST_ORDER + 8 * numbers[rows]).tolist()
        for order, values in zip(orders, zip(rows.tolist(), repeat(columns), *scalars), strict=True):
            yield Case(tuple.__new__(Refund, values), order, ledgers)


def ledger_array(count: int, ledgers: dict[int, Ledger]) -> np.ndarray:
    """The ledgers of all refunds, in the order of the workload; 0 where a refund never came or nothing was written."""
    array = np.zeros(count, LEDGER)
    columns = {name: array[name] for name in LEDGER.names or ()}
    for row, ledger in ledgers.items():
        for name, value in ledger.__dict__.items():
            columns[name][row] = value
    return array
