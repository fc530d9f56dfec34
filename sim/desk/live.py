"""What the SimPy engine handles while it runs: refunds, items, seats and tables as plain Python objects."""

from collections import namedtuple
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.demand.workload import NEVER, REFUND
from sim.desk.records import ALARMS, FREE, ITEMS, LEDGER, STATE

if TYPE_CHECKING:
    from simpy.events import Event, Process

Refund = namedtuple("Refund", REFUND.names or ())  # type: ignore[misc]
"""One row of the workload; array columns are lists."""


class Ledger:
    """What is known of a refund at its end; fields of LEDGER, all 0 at first."""


class State:
    """What a procedure may write: fields of STATE, all 0 at first but `due`."""

    def __init__(self) -> None:
        self.due = [NEVER] * ALARMS
        self.joined = [0] * ITEMS
        self.group = [0] * ITEMS
        self.flag = [0] * 8
        self.since = [0, 0]
        self.ledger = Ledger()


for _name in LEDGER.names or ():
    setattr(Ledger, _name, 0)
for _name in STATE.names or ():
    if STATE[_name].shape == () and _name != "ledger":
        setattr(State, _name, 0)


class Item:
    """A refund's main errand (number 0) or a piece of side work: where it stands and what comes next."""

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
        "own",
        "reopening",
        "seat",
        "share",
        "status",
        "step",
        "token",
    )

    def __init__(self, number: int) -> None:
        self.number = number
        self.status = FREE
        self.token = 0
        self.armed = False


class Case:
    """A refund on the desk."""

    __slots__ = ("alarm_at", "closed", "instant", "items", "refund", "row", "state", "steps", "to_open")

    def __init__(self, row: int, refund: Any) -> None:
        self.row, self.refund, self.state = row, refund, State()
        self.items = [Item(0)]
        self.closed, self.alarm_at, self.to_open = False, NEVER, 0
        self.instant, self.steps = -1, 0

    def free_item(self) -> Item | None:
        """The lowest item not in use; None when all are."""
        for item in self.items:
            if item.status == FREE:
                return item
        if len(self.items) < ITEMS:
            self.items.append(Item(len(self.items)))
            return self.items[-1]
        return None


class Slot:
    """One member of staff on one shift."""

    __slots__ = ("away", "free", "group", "listed", "number", "on", "open", "pool", "seats", "working")

    def __init__(self, number: int, pool: int, group: int, seats: int) -> None:
        self.number, self.pool, self.group, self.seats = number, pool, group, seats
        self.on, self.away, self.open = False, False, 0
        self.listed = -1
        self.free: list[Seat] = []
        self.working: list[Seat] = []


class Seat:
    """One chat that a slot can hold: a SimPy process that waits for its turn, works, and waits again."""

    __slots__ = ("cases", "ends", "moment", "process", "slot", "turn")

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        self.cases: list[tuple[Case, Item]] = []
        self.ends = 0
        self.moment: Event
        self.process: Process
        self.turn: Event


def plain_tables(tables: np.ndarray) -> Any:
    """The TABLES record as an object whose arrays are lists."""

    class Tables:
        pass

    found = Tables()
    for name in tables.dtype.names or ():
        setattr(found, name, tables[0][name].tolist())
    return found


def one_row(refunds: np.ndarray, row: int) -> Any:
    """One refund of the workload as a plain object."""
    return Refund(*(refunds[name][row].tolist() for name in Refund._fields))


def in_filing_order(refunds: np.ndarray, block: int = 1024) -> Iterator[tuple[int, int, Any]]:
    """(row, time of filing, refund) by time, ties by row; reserved second applications are left out."""
    order = np.argsort(refunds["filed"], kind="stable")
    order = order[: np.count_nonzero(refunds["filed"] < NEVER)]
    for begin in range(0, len(order), block):
        rows = order[begin : begin + block]
        part = refunds[rows]
        for row, values in zip(rows.tolist(), zip(*(part[name].tolist() for name in Refund._fields), strict=True), strict=True):
            refund = Refund._make(values)
            yield row, refund.filed, refund


def ledger_array(count: int, ledgers: dict[int, Any]) -> np.ndarray:
    """The ledgers of all refunds, in the order of the workload; 0 where a refund never came."""
    array = np.zeros(count, LEDGER)
    for row, ledger in ledgers.items():
        array[row] = tuple(getattr(ledger, name) for name in LEDGER.names or ())
    return array
