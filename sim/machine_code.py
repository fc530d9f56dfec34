"""Plain functions made into machine code, kept between processes under a key of all their sources."""

import hashlib
import os
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from threading import Lock
from types import CodeType, FunctionType
from typing import Any

COMPILED_PACKAGES = ("desk", "demand", "rules")
"""Folders of sim whose sources decide what is compiled: numba looks at the outermost function's own file only. Tables count too: the
places of bits come from them."""


def sources_of(packages: Iterable[str]) -> bytes:
    """A hash of all sources below these folders of sim."""
    digest = hashlib.sha256()
    package = Path(__file__).resolve().parent
    for folder in packages:
        for source in sorted(each for each in (package / folder).rglob("*") if each.suffix in (".py", ".toml")):
            digest.update(str(source.relative_to(package)).encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.digest()


SOURCES = sources_of(COMPILED_PACKAGES)
"""As they were when this process imported them: an edit from then on belongs to the next process."""


def cache_folder(sources: bytes = SOURCES) -> Path:
    """Where machine code is kept: REFUND_DESK_HOME or the user's cache folder, below it one folder per state of the sources."""
    import platformdirs

    home = os.environ.get("REFUND_DESK_HOME")
    base = Path(home) if home else Path(platformdirs.user_cache_dir("refund-desk", appauthor=False))
    return base / "compiled" / sources_key(sources)


@cache
def sources_key(sources: bytes = SOURCES) -> str:
    """A hash of the sources (itself one), of Python and of numba."""
    import numba
    import numpy

    return hashlib.sha256(sources + f"{sys.version} {numba.__version__} {numpy.__version__}".encode()).hexdigest()[:24]


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


def compiled(functions: dict[Callable[..., Any], Any], sources: bytes = SOURCES) -> dict[Callable[..., Any], Any]:
    """Machine code of these functions by their explicit signatures, from the cache where it is there. They must create no arrays.

    sources: the hash of all that they are made of, where that is more than COMPILED_PACKAGES.
    """
    import numba
    from numba.core import config
    from numba.extending import register_jitable

    # Without numba's reference counts the code runs two to three times as fast, and three times as fast again where it is one piece
    # (a call hands over each array as seven numbers).
    uncounted: Any = {"_nrt": False}
    folder = cache_folder(sources)
    folder.mkdir(parents=True, exist_ok=True)
    settings: Any = config
    with _one_at_a_time:  # the folder is a setting of the whole process
        for function in called_functions(functions):
            if function not in _registered:
                _registered.add(function)
                register_jitable(forceinline=True, **uncounted)(function)
        before, settings.CACHE_DIR = settings.CACHE_DIR, str(folder)
        try:
            njit: Any = numba.njit
            options = {"cache": True, "nogil": True, "error_model": "numpy", **uncounted}
            return {function: njit(signature, **options)(function) for function, signature in functions.items()}
        finally:
            settings.CACHE_DIR = before


def stands_for(function: Any, implementation: Callable[..., Any]) -> None:
    """Machine code that calls this function is made of another: that which numba's `overload` gets from `implementation`."""
    from numba.extending import overload

    options: Any = {"_nrt": False, "forceinline": True}
    _registered.add(function)
    overload(function, jit_options=options)(implementation)


_registered: set[FunctionType] = set()
_one_at_a_time = Lock()
