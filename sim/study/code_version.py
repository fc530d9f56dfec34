"""Which code made a result: a hash of all sources that decide what a replication's figures are, and of what they stand on."""

import hashlib
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

DECIDING = ("rules", "scenario", "demand", "desk", "measure", "study")
"""Folders of sim; what only shows or asks (report, cli, words) changes no figure."""

ALSO = ("machine_code.py",)
"""Files of sim beside these folders that do: how sources are made into machine code."""

LIBRARIES = ("numpy", "numba", "scipy", "simpy", "pydantic")
"""A new version of one of these may round another way."""


def sources_of(package: Path) -> bytes:
    """A hash of all sources that decide, in the package's folder."""
    digest = hashlib.sha256()
    inside = (each for folder in DECIDING for each in sorted((package / folder).rglob("*")) if each.suffix in (".py", ".toml"))
    for source in (*inside, *(package / name for name in ALSO)):
        digest.update(source.relative_to(package).as_posix().encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.digest()


SOURCES = sources_of(Path(__file__).resolve().parents[1])
"""As they were when this process imported them: an edit from then on belongs to the next process."""


@cache
def code_version() -> str:
    """64 hexadecimal digits, the same for the same sources, Python and libraries."""
    versions = (f"{name} {metadata.version(name)}" for name in LIBRARIES)
    return hashlib.sha256(SOURCES + "\n".join((sys.version, *versions)).encode()).hexdigest()
