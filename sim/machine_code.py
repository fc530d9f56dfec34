"""Plain functions made into machine code, kept between processes under a key of all their sources."""

import hashlib
import os
import sys
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from threading import Lock
from types import CodeType, FunctionType
from typing import Any

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
    package = Path(__file__).resolve().parent
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


def compiled(functions: dict[Callable[..., Any], Any]) -> dict[Callable[..., Any], Any]:
    """Machine code of these functions by their explicit signatures, from the cache where it is there. They must create no arrays."""
    import numba
    from numba.core import config
    from numba.extending import register_jitable

    # Without numba's reference counts the code runs two to three times as fast, and three times as fast again where it is one piece
    # (a call hands over each array as seven numbers).
    uncounted: Any = {"_nrt": False}
    with _one_at_a_time:
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
_one_at_a_time = Lock()
