"""The fast engine: the desk over plain arrays in machine code, event for event the same as the SimPy engine."""

from collections.abc import Callable
from typing import Any

import numpy as np

from sim.demand.workload import NEVER, REFUND
from sim.desk import compiled_kernel as kernel
from sim.desk import compiled_moments as moments
from sim.desk.compile import compiled_procedure, compiled_run
from sim.desk.contract import EndlessInstant, Floor, Procedure, ProcedureError
from sim.desk.log import Log
from sim.desk.procedure import PROCEDURE
from sim.desk.records import ITEMS, LEDGER, LOG, STATE, TABLES

FIRST_ROOM = 1024

MOST_MARKED = 62
"""Pools, and lines, of which a whole number holds a bit each."""

ROWS_EACH = 28
"""Rows of the log that a refund has room for at first: pages that nobody writes cost nothing, and a log that grows is moved."""


def get_ready(announce: Callable[[str], None] | None = None) -> None:
    """Have the machine code of the desk's own procedure at hand, so that threads need not wait for each other; `announce` as in
    `run_compiled`."""
    compiled_run(announce)
    compiled_procedure(PROCEDURE)


def run_compiled(
    refunds: np.ndarray,
    floor: Floor,
    tables: np.ndarray,
    procedure: Procedure,
    until: int = NEVER,
    announce: Callable[[str], None] | None = None,
    *,
    plain: bool = False,
) -> Log:
    """Run the desk up to `until` (seconds, exclusive). With `plain` the same code runs as Python (slow, for debugging)."""
    if refunds.dtype != REFUND or tables.dtype != TABLES:
        raise TypeError("refunds must be of dtype REFUND and tables of dtype TABLES")
    if max(len(floor.pools), len(floor.lines)) > MOST_MARKED:
        raise ValueError(f"a floor has at most {MOST_MARKED} pools and as many lines")
    if plain:
        from sim.desk.compiled_loop import run as run_plainly

        run: Any = run_plainly

        functions: tuple[Any, Any, Any] = (procedure.advance, procedure.begin, procedure.alarm)
    else:
        run = compiled_run(announce)
        functions = compiled_procedure(procedure)

    count, people = len(refunds), len(floor.slots)
    filed = np.ascontiguousarray(refunds["filed"])
    filings = np.argsort(filed, kind="stable")[: np.count_nonzero(filed < NEVER)].astype(np.int32)
    filed = filed[filings]
    room = max(FIRST_ROOM, min(count, 8 * FIRST_ROOM))
    served = np.zeros(len(floor.pools), np.int64)
    np.bitwise_or.at(served, floor.lines["pool"], 1 << np.arange(len(floor.lines)))
    blank = np.zeros(1, STATE)
    blank["due"] = NEVER
    slots_now = np.zeros(people, kernel.SLOT_NOW)
    slots_now["listed"] = slots_now["first"] = -1
    desk: dict[str, Any] = {
        "refunds": refunds,
        "tables": tables.copy(),
        "pools": floor.pools,
        "lines": floor.lines,
        "served": served,
        "slots": floor.slots,
        "changes": floor.changes,
        "filings": filings,
        "filed": filed,
        "folders": np.full(count, kernel.NOT_YET, np.int32),
        "free": np.arange(room, dtype=np.int32)[::-1].copy(),
        "blank": blank,
        "cases": np.zeros(room, kernel.CASE),
        "states": np.zeros(room, STATE),
        "items": np.zeros(room * ITEMS, kernel.ITEM),
        "moments": np.zeros(moments.EACH * room, moments.MOMENT),
        "heads": np.full(moments.PLACES, -1, np.int32),
        "marks": np.zeros(moments.MARKS, np.uint64),
        "agenda": np.empty(moments.EACH * room + FIRST_ROOM, np.int64),
        "entries": np.empty((len(floor.lines), 4 * FIRST_ROOM, 3), np.int64),
        "sizes": np.zeros(len(floor.lines), np.int64),
        "waiting": np.zeros(len(floor.lines), np.int64),
        "slots_now": slots_now,
        "idle": np.empty((len(floor.pools), 2 * people + 64), np.int64),
        "idle_size": np.zeros(len(floor.pools), np.int64),
        "log": np.empty(max(4096, ROWS_EACH * count), LOG),
        "ledger": np.zeros(count, LEDGER),
        "world": np.zeros(1, kernel.WORLD),
    }
    world = desk["world"]
    world["free"] = room
    world["block"], world["later"] = -moments.NO_BLOCK, moments.NO_BLOCK
    world["changed"] = (1 << len(floor.lines)) - 1
    while True:
        arrays = [array.view(np.recarray) if plain and array.dtype.names else array for array in desk.values()]
        status = run(*functions, procedure.first_step, *arrays, until)
        if status == kernel.COMPLETE:
            break
        if status == kernel.FAILED:
            raise _error(desk["world"][0])
        _make_room(desk, status)
    folders = desk["folders"]
    on_desk = np.flatnonzero(folders >= 0)
    for row in on_desk.tolist():
        if not desk["cases"][folders[row]]["closed"]:
            desk["ledger"][row] = desk["states"][folders[row]]["ledger"]
    log = desk["log"]
    log.resize(int(world["rows"][0]), refcheck=False)
    return Log(log, desk["ledger"], until, "compiled")


def _make_room(desk: dict[str, Any], status: int) -> None:
    """Half as much again of what is full. The log grows where it lies (the system moves pages, not bytes)."""
    if status == kernel.MORE_ROWS:
        desk["log"].resize(len(desk["log"]) * 3 // 2 + 4096, refcheck=False)
    elif status == kernel.MORE_EVENTS:
        desk["agenda"] = _longer(desk["agenda"])
    elif status == kernel.MORE_ENTRIES:
        lines, length, width = desk["entries"].shape
        longer = np.empty((lines, 2 * length, width), np.int64)
        for line, size in enumerate(desk["sizes"].tolist()):
            longer[line, :size] = desk["entries"][line, :size]
        desk["entries"] = longer
    elif status == kernel.MORE_FOLDERS:
        before = len(desk["cases"])
        desk["cases"], desk["states"], desk["items"] = _longer(desk["cases"]), _longer(desk["states"]), _longer(desk["items"])
        desk["moments"] = _longer(desk["moments"])
        desk["agenda"] = _longer(desk["agenda"])
        free = np.zeros(2 * before, np.int32)
        free[:before] = np.arange(before, 2 * before, dtype=np.int32)[::-1]
        desk["free"] = free
        desk["world"]["free"] = before


def _longer(array: np.ndarray) -> np.ndarray:
    longer = np.zeros((2 * len(array), *array.shape[1:]), array.dtype)
    longer[: len(array)] = array
    return longer


def _error(world: Any) -> Exception:
    error, refund, step, value = (int(world[name]) for name in ("error", "refund", "step", "value"))
    if error == kernel.ENDLESS:
        return EndlessInstant(refund, step, int(world["now"]))
    return ProcedureError(
        {
            kernel.NO_SUCH_LINE: f"step {step} of refund {refund} asks for line {value}, which is not there",
            kernel.NOT_AN_ACTION: f"step {step} of refund {refund}: action {value} is not one that its item may take there",
            kernel.NOT_AN_ALARM_ACTION: f"alarm {step} of refund {refund}: action {value} is not one that an alarm may take",
            kernel.NEGATIVE_WORK: f"step {step} of refund {refund}: work of {value} seconds",
        }[error]
    )
