"""Plain functions of the desk made into machine code, kept between processes under a key of all their sources."""

import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from sim.demand.workload import REFUND
from sim.desk import compiled_kernel as kernel
from sim.desk import compiled_loop
from sim.desk.contract import Procedure
from sim.desk.records import LEDGER, LINE, LOG, POOL, SLOT, STATE, TABLES
from sim.scenario.calendar import CHANGE

COMPILED_PACKAGES = ("desk", "demand", "rules")
"""Folders of sim whose sources decide what is compiled: numba looks at the outermost function's own file only. Tables count too: the
places of bits come from them."""


def cache_folder() -> Path:
    """Where machine code is kept: REFUND_DESK_HOME or the user's cache folder, below it one folder per state of the sources."""
    import platformdirs

    home = os.environ.get("REFUND_DESK_HOME")
    base = Path(home) if home else Path(platformdirs.user_cache_dir("refund-desk", appauthor=False))
    return base / "compiled" / sources_key()


def _sources() -> bytes:
    """A hash of all sources that end up in machine code."""
    digest = hashlib.sha256()
    package = Path(__file__).resolve().parent.parent
    for folder in COMPILED_PACKAGES:
        for source in sorted(each for each in (package / folder).rglob("*") if each.suffix in (".py", ".toml")):
            digest.update(str(source.relative_to(package)).encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.digest()


SOURCES = _sources()
"""As they were when this process imported them: an edit from then on belongs to the next process."""


@lru_cache(maxsize=1)
def sources_key() -> str:
    """A hash of the sources, of Python and of numba."""
    import numba
    import numpy

    return hashlib.sha256(SOURCES + f"{sys.version} {numba.__version__} {numpy.__version__}".encode()).hexdigest()[:24]


def called_functions(functions: Iterable[Callable[..., Any]]) -> list[FunctionType]:
    """The plain functions that these call by a global name, and those that they call: what must compile along with them."""
    found: dict[FunctionType, None] = {}
    todo: list[Any] = list(functions)
    while todo:
        function = todo.pop()
        for name in _names(function.__code__):
            value = function.__globals__.get(name)
            if isinstance(value, FunctionType) and value not in found:
                found[value] = None
                todo.append(value)
    return list(found)


def _names(code: CodeType) -> Iterable[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


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
        rows(SLOT, readonly=True),
        rows(CHANGE, readonly=True),
        rows(types.int64, readonly=True),  # filings
        rows(types.int32),  # folders
        rows(types.int32),  # free
        rows(STATE),  # blank
        rows(kernel.CASE),
        rows(STATE),
        rows(kernel.ITEM),
        rows(types.int64, 2),  # events
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


def _compile(functions: dict[Callable[..., Any], Any]) -> dict[Callable[..., Any], Any]:
    """Machine code of these functions by their explicit signatures, from the cache where it is there."""
    import numba
    from numba.core import config
    from numba.extending import register_jitable

    # The desk's functions create no arrays: without numba's reference counts they run two to three times as fast, and three times
    # as fast again where they are one piece of code (a call hands over each array as seven numbers).
    uncounted: Any = {"_nrt": False}
    for function in called_functions(functions):
        if function not in _registered:
            _registered.add(function)
            register_jitable(forceinline=True, **uncounted)(function)
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    settings: Any = config
    before, settings.CACHE_DIR = settings.CACHE_DIR, str(folder)
    try:
        njit: Any = numba.njit
        options = {"cache": True, "nogil": True, "error_model": "numpy", **uncounted}
        return {function: njit(signature, **options)(function) for function, signature in functions.items()}
    finally:
        settings.CACHE_DIR = before


_registered: set[FunctionType] = set()
_compiled: dict[Any, Any] = {}


def compiled_run(announce: Callable[[str], None] | None = None) -> Any:
    """The main loop as machine code. `announce` is told when it has to be compiled first, and how long that took."""
    if "run" not in _compiled:
        first_use = not any(cache_folder().glob("**/*.nbc")) if cache_folder().exists() else True
        if announce and first_use:
            announce("Compiling the fast engine (once after each change of the program) …")
        begun = time.perf_counter()
        _compiled["run"] = _compile({compiled_loop.run: signatures().run})[compiled_loop.run]
        if announce and first_use:
            announce(f"Compiled in {time.perf_counter() - begun:.0f} s.")
    return _compiled["run"]


def compiled_procedure(procedure: Procedure) -> tuple[Any, Any, Any]:
    """advance, begin and alarm of a procedure as machine code."""
    key = (procedure.advance, procedure.begin, procedure.alarm)
    if key not in _compiled:
        types = signatures()
        done = _compile({procedure.advance: types.advance, procedure.begin: types.begin, procedure.alarm: types.alarm})
        _compiled[key] = (done[procedure.advance], done[procedure.begin], done[procedure.alarm])
    found: tuple[Any, Any, Any] = _compiled[key]
    return found
