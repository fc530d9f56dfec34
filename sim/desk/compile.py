"""The desk's functions and the main loop as machine code, by explicit signatures."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sim.demand.workload import REFUND
from sim.desk import compiled_kernel as kernel
from sim.desk import compiled_loop
from sim.desk.compiled_instructions import register_instructions
from sim.desk.compiled_moments import MOMENT
from sim.desk.contract import Procedure
from sim.desk.records import LEDGER, LINE, LOG, POOL, SLOT, STATE, TABLES
from sim.machine_code import cache_folder, compiled
from sim.scenario.calendar import CHANGE


@dataclass(frozen=True)
class Signatures:
    """The one explicit signature of each function that crosses the border between Python and machine code."""

    advance: Any
    begin: Any
    alarm: Any
    run: Any


@lru_cache(maxsize=1)
def signatures() -> Signatures:
    """Compiled functions are handed to the compiled loop as values of these types: the loop compiles once for all procedures."""
    from numba import from_dtype, types

    i8 = types.int64

    def rows(dtype: Any, dimensions: int = 1, *, readonly: bool = False) -> Any:
        kind = dtype if isinstance(dtype, types.Type) else from_dtype(dtype)
        return types.Array(kind, dimensions, "C", readonly=readonly)

    refund, state, tables = from_dtype(REFUND), from_dtype(STATE), from_dtype(TABLES)
    action = types.UniTuple(i8, 7)
    advance = action(i8, i8, refund, state, tables, i8)
    begin = i8(i8, i8, refund, state, tables, i8, i8, i8)
    alarm = action(i8, refund, state, tables, i8)
    run = i8(
        types.FunctionType(advance),
        types.FunctionType(begin),
        types.FunctionType(alarm),
        i8,  # first_step
        rows(REFUND, readonly=True),
        rows(TABLES),
        rows(POOL, readonly=True),
        rows(LINE, readonly=True),
        rows(i8, readonly=True),  # served
        rows(SLOT, readonly=True),
        rows(CHANGE, readonly=True),
        rows(types.int32, readonly=True),  # filings
        rows(i8, readonly=True),  # filed
        rows(types.int32),  # folders
        rows(types.int32),  # free
        rows(STATE),  # blank
        rows(kernel.CASE),
        rows(STATE),
        rows(kernel.ITEM),
        rows(MOMENT),
        rows(types.int32),  # heads
        rows(types.uint64),  # marks
        rows(i8),  # agenda
        rows(types.int64, 3),  # entries
        rows(types.int64),  # sizes
        rows(types.int64),  # waiting
        rows(kernel.SLOT_NOW),
        rows(types.int64, 2),  # idle
        rows(types.int64),  # idle_size
        rows(LOG),
        rows(LEDGER),
        rows(kernel.WORLD),
        i8,  # until
    )
    return Signatures(advance, begin, alarm, run)


_compiled: dict[Any, Any] = {}


def compiled_run(announce: Callable[[str], None] | None = None) -> Any:
    """The main loop as machine code. `announce` is told when it has to be compiled first, and how long that took."""
    if "run" not in _compiled:
        first_use = not any(cache_folder().glob("**/compiled_loop.*.nbc")) if cache_folder().exists() else True
        if announce and first_use:
            announce("Compiling the fast engine (once after each change of the program) …")
        begun = time.perf_counter()
        register_instructions()
        _compiled["run"] = compiled({compiled_loop.run: signatures().run})[compiled_loop.run]
        if announce and first_use:
            announce(f"Compiled in {time.perf_counter() - begun:.0f} s.")
    return _compiled["run"]


def compiled_procedure(procedure: Procedure) -> tuple[Any, Any, Any]:
    """advance, begin and alarm of a procedure as machine code."""
    key = (procedure.advance, procedure.begin, procedure.alarm)
    if key not in _compiled:
        types = signatures()
        done = compiled({procedure.advance: types.advance, procedure.begin: types.begin, procedure.alarm: types.alarm})
        _compiled[key] = (done[procedure.advance], done[procedure.begin], done[procedure.alarm])
    found: tuple[Any, Any, Any] = _compiled[key]
    return found
