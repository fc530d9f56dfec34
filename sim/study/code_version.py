"""Which code made a result: a hash of all sources that decide what a replication's figures are, and of what they stand on."""

import hashlib
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

DECIDING = ("rules", "scenario", "demand", "desk", "measure", "study")
"""Folders of sim; what only shows or asks (report, cli, words) changes no figure."""

LIBRARIES = ("numpy", "numba", "scipy", "simpy", "pydantic")
"""A new version of one of these may round another way."""


@cache
def code_version() -> str:
    """64 hexadecimal digits, the same for the same sources, Python and libraries."""
    package = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for folder in DECIDING:
        for source in sorted(each for each in (package / folder).rglob("*") if each.suffix in (".py", ".toml")):
            digest.update(str(source.relative_to(package)).encode() + b"\0" + source.read_bytes() + b"\0")
    versions = (f"{name} {metadata.version(name)}" for name in LIBRARIES)
    digest.update("\n".join((sys.version, *versions)).encode())
    return digest.hexdigest()
