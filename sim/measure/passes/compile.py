"""The passes as machine code, by explicit signatures, kept under a key of their own: what is edited elsewhere in sim.measure compiles
nothing anew, and an edit here leaves the engine's machine code as it is."""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from sim.demand.workload import REFUND
from sim.desk.records import LINE, LOG, SLOT
from sim.machine_code import SOURCES, compiled, sources_of
from sim.measure.passes import levels, rows
from sim.measure.passes.records import PIECE, SPELL, VISIT

PASSES = SOURCES + sources_of(("measure/passes",))
"""A hash of all that the passes are made of."""


@lru_cache(maxsize=1)
def signatures() -> dict[Callable[..., Any], Any]:
    """The one explicit signature of each pass."""
    from numba import from_dtype, types

    def array(kind: Any, dimensions: int = 1, *, written: bool = False) -> Any:
        return types.Array(kind, dimensions, "C", readonly=not written)

    i8, nothing = types.int64, types.void
    whole, flags, flag_table = array(i8), array(types.boolean), array(types.boolean, 2)
    log, refunds, lines, slots, spells = (array(from_dtype(dtype)) for dtype in (LOG, REFUND, LINE, SLOT, SPELL))
    new_whole, new_flags = array(i8, written=True), array(types.boolean, written=True)
    new_stays, new_spells, new_pieces = (array(from_dtype(dtype), written=True) for dtype in (VISIT, SPELL, PIECE))
    return {
        rows.order_by_item: i8(log, i8, flags, *[new_whole] * 2),
        rows.count_stays: i8(log, i8, new_whole),
        rows.fill_stays: i8(log, i8, *[new_whole] * 2, new_flags, new_stays, new_spells),
        rows.fill_seats: i8(new_spells, new_stays, refunds, lines, slots),
        rows.read_held: i8(log, spells, slots, *[new_whole] * 3, new_flags),
        rows.read_refunds: i8(log, i8, flag_table, new_flags, *[new_whole] * 6),
        rows.read_changes: i8(log, i8, whole, new_flags, array(types.int32, written=True), array(types.int8, written=True)),
        rows.split_courses: nothing(log, array(types.int32), array(types.int8), types.boolean, whole, *[new_whole] * 4),
        rows.read_faults: i8(log, i8, i8, flag_table, *[whole] * 2, *[new_whole] * 4),
        rows.find_more: i8(log, i8, flags, flags, new_flags),
        rows.count_waits: i8(log, i8, flags, new_whole),
        levels.add_hours: nothing(*[whole] * 3, i8, *[array(i8, 2, written=True)] * 2),
        levels.fill_still_open: i8(whole, new_whole, array(types.float64, written=True)),
        levels.find_stretches: i8(*[whole] * 2, new_whole, *[whole] * 2, new_whole),
        levels.count_pieces: i8(*[whole] * 4),
        levels.fill_pieces: nothing(*[whole] * 5, new_pieces),
    }


@cache
def machine_code_of(function: Callable[..., Any]) -> Callable[..., Any]:
    """One of the passes as machine code, compiled when it is first asked for."""
    found: Callable[..., Any] = compiled({function: signatures()[function]}, PASSES)[function]
    return found
