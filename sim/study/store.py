"""Blocks on disk: immutable Parquet files under the keys of all that decides what is in them, so that what was stopped goes on.

A block is written under another name and renamed: it is there as a whole or not at all, and its name ends in a hash of its content.
Reading believes nothing: a block that is cut short, altered, or of another run than its place says is not there, and is made again.
Anybody may delete any of it at any time.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.files import TEMPORARY, write_together
from sim.study.block import SCHEMA, Job
from sim.study.code_version import code_version

HOME, RUNS_HERE = "REFUND_DESK_HOME", "REFUND_DESK_RUNS"
"""The program's folder, and the folder of the blocks where it is to be another."""

FORMAT = "refund-desk block 1"
SUFFIX = ".parquet"
EXPECTED = "expected"
"""What stands for the size of a sale where it is as expected."""

KEYS = ("format", "code", "hash", "engine", "seed", "size", "block")
"""What a block is known by."""

TOLD = (*KEYS, "name", "title", "count")
"""What its file says of it."""

PREFIX = "refund-desk."
UNREADABLE = (OSError, ValueError, KeyError, pa.ArrowException)
"""What reading a file that is no sound block ends in."""

SHORT = 16
"""Digits of a hash in a file's name; the whole one is inside."""


@dataclass(frozen=True)
class Kept:
    """What the store holds of one scenario under one seed and size. code: the version of the program that made it; replications, blocks
    and bytes: how many and how large; written: when the last was; files: of the blocks, in order, the longest of each."""

    name: str
    title: str
    hash: str
    code: str
    engine: str
    seed: int
    size: int | None
    replications: int
    blocks: int
    bytes: int
    written: datetime
    folder: Path
    files: tuple[Path, ...]

    @property
    def is_current(self) -> bool:
        return self.code == code_version()


def home() -> Path:
    """Where results are kept: REFUND_DESK_RUNS, else `runs` in REFUND_DESK_HOME, else in the user's data folder."""
    import platformdirs

    here, given = os.environ.get(RUNS_HERE), os.environ.get(HOME)
    if here:
        return Path(here)
    return (Path(given) if given else Path(platformdirs.user_data_dir("refund-desk", appauthor=False))) / "runs"


RUNS = "file varchar, code varchar, hash varchar, name varchar, engine varchar, seed bigint, size integer"
"""Columns of the table that tells whose block a file is."""


class Store:
    """The blocks in a folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = home() if folder is None else folder

    def place(self, job: Job) -> Path:
        """The folder of a job's block and its neighbours."""
        return self.folder / code_version()[:SHORT] / job.hash[:SHORT] / f"{job.engine}-seed-{job.seed}-{_size(job)}"

    def _files_of(self, job: Job) -> list[Path]:
        return sorted(self.place(job).glob(f"{_stem(job.block)}-*{SUFFIX}"))

    def read(self, job: Job) -> pa.Table | None:
        """The wanted replications of a block, or None where they are not there, or not as they were written."""
        for file in self._files_of(job):
            try:
                table = _read(file)
            except UNREADABLE:
                continue
            told = _told(table)
            if all(told[key] == value for key, value in _key(job).items()) and int(told["count"]) >= job.count:
                wanted = table.column("replication").to_numpy() < job.replications.stop
                return (table if wanted.all() else table.filter(pa.array(wanted))).replace_schema_metadata()
        return None

    def write(self, job: Job, table: pa.Table) -> None:
        """Keep a block, in place of what was there of it. Raises OSError, or BadInput where the folder cannot be written."""
        told = {**_key(job), "name": job.scenario.name, "title": job.scenario.title.en, "count": str(job.count)}
        sink = pa.BufferOutputStream()
        pq.write_table(table.replace_schema_metadata({f"{PREFIX}{key}": value for key, value in told.items()}), sink, compression="zstd")
        content = sink.getvalue().to_pybytes()
        before = self._files_of(job)
        place = self.place(job) / f"{_stem(job.block)}-{_digest(content)}{SUFFIX}"
        write_together(place.parent, {place.name: content}, HOME)
        for file in before:
            if file != place:
                with suppress(OSError):
                    file.unlink()

    def files(self) -> Iterator[Path]:
        """All files of blocks, sound or not, in order."""
        yield from sorted(self.folder.glob(f"*/*/*/block-*{SUFFIX}"))

    def kept(self) -> tuple[Kept, ...]:
        """What is there, scenario by scenario, by name; what is damaged or lies in a wrong place is left out (see `unsound`)."""
        found: dict[Path, dict[str, _File]] = {}
        for path in self.files():
            with suppress(*UNREADABLE):
                file = _File(path, _heading(path), path.stat())
                blocks = found.setdefault(path.parent, {})
                if _fits(path, file.told) and file.count > (blocks[file.block].count if file.block in blocks else 0):
                    blocks[file.block] = file
        all_kept = (_kept(list(blocks.values())) for blocks in found.values() if blocks)
        return tuple(sorted(all_kept, key=lambda kept: (kept.name, kept.seed, -1 if kept.size is None else kept.size)))

    def unsound(self) -> tuple[Path, ...]:
        """Files that nobody will ever read: what is damaged or lies in a wrong place, and what a stopped writer left behind."""
        broken = []
        for file in self.files():
            try:
                sound = _fits(file, _told(_read(file)))
            except UNREADABLE:
                sound = False
            if not sound:
                broken.append(file)
        return (*broken, *sorted(self.folder.glob(f"*/*/*/.*{TEMPORARY}")))

    def remove(self, files: tuple[Path, ...]) -> int:
        """Delete files of the store (a folder in a block's place, with all in it) and folders that become empty; returns how many bytes
        that frees. Raises OSError, and ValueError for what is not in the store."""
        freed = 0
        for file in files:
            place = file.parent.resolve() / file.name if file.is_symlink() else file.resolve()
            if self.folder.resolve() not in place.parents:
                raise ValueError(f"{file} is not in the store {self.folder}")
            freed += place.lstat().st_size
            if place.is_dir() and not place.is_symlink():
                shutil.rmtree(place)
            else:
                place.unlink()
            for folder in list(file.parents)[:3]:
                with suppress(OSError):
                    folder.rmdir()
        return freed


def figures(store: Store, query: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Ask across runs with SQL: rows of `query` over the view `figures` (code, hash, name, engine, seed, size, replication, address, value,
    part, whole, reason), which has every number of every block that is as it was written, once. `values` stand for the ? in it."""
    import duckdb

    kept = store.kept()
    rows = [(file, each.code, each.hash, each.name, each.engine, each.seed, each.size) for each in kept for file in each.files]
    with duckdb.connect() as connection:
        connection.execute(f"create table runs ({RUNS})")
        for file, *told in rows:
            connection.execute("insert into runs values (?, ?, ?, ?, ?, ?, ?)", (file.as_posix(), *told))
        if rows:
            connection.execute("set variable files = ?", [[_plainly(file) for file, *_ in rows]])
            blocks = "read_parquet(getvariable('files'), filename = true)"
        else:
            columns = "0::int replication, ''::varchar address, 0::double value, 0::double part, 0::double whole, ''::varchar reason"
            blocks = f"(select {columns}, ''::varchar filename, null::varchar[] as hours, null::varchar as text where false)"
        connection.execute(
            "create view figures as select runs.* exclude (file), replication, address, value, part, whole, reason"
            f" from {blocks} blocks join runs on runs.file = filename"
            " where hours is null and text is null"
        )
        return connection.execute(query, values).fetchall()


def _plainly(file: Path) -> str:
    """A file's name for DuckDB, which would take *, ? and [ for a pattern."""
    return re.sub(r"[*?[]", r"[\g<0>]", file.as_posix())


# ---------------------------------------------------------------- one file
@dataclass(frozen=True)
class _File:
    """A block's file, what it tells of itself, and what the disk tells of it."""

    path: Path
    told: dict[str, str]
    on_disk: os.stat_result

    @property
    def block(self) -> str:
        return self.told["block"]

    @property
    def count(self) -> int:
        return int(self.told["count"])


def _size(job: Job) -> str:
    return EXPECTED if job.size is None else f"size-{job.size}"


def _key(job: Job) -> dict[str, str]:
    values = (FORMAT, code_version(), job.hash, job.engine, str(job.seed), _size(job), str(job.block))
    return dict(zip(KEYS, values, strict=True))


def _stem(block: int) -> str:
    return f"block-{block:06}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:SHORT]


def _read(file: Path) -> pa.Table:
    """A block's table with what is told of it. Raises one of UNREADABLE for what is no sound block."""
    table = pq.read_table(pa.BufferReader(_content(file)))
    told = _told(table)
    if not table.schema.equals(SCHEMA) or pc.count_distinct(table.column("replication")).as_py() != int(told["count"]):
        raise ValueError(f"{file} is no block")
    return table


def _content(file: Path) -> bytes:
    """What stands in a block's file. Raises ValueError where that is not what was written, and OSError."""
    content = file.read_bytes()
    if not file.stem.endswith(_digest(content)):
        raise ValueError(f"{file} is not as it was written")
    return content


def _heading(file: Path) -> dict[str, str]:
    return _of_metadata(pq.read_metadata(pa.BufferReader(_content(file))).metadata)


def _told(table: pa.Table) -> dict[str, str]:
    return _of_metadata(table.schema.metadata)


def _of_metadata(metadata: dict[bytes, bytes] | None) -> dict[str, str]:
    found = {key: (metadata or {})[f"{PREFIX}{key}".encode()].decode() for key in TOLD}
    if found["format"] != FORMAT:
        raise ValueError(f"a block of another kind: {found['format']}")
    return found


def _fits(file: Path, told: dict[str, str]) -> bool:
    """Whether a block lies where one that tells this of itself belongs."""
    folders = (told["code"][:SHORT], told["hash"][:SHORT], f"{told['engine']}-seed-{told['seed']}-{told['size']}")
    return file.parts[-4:-1] == folders and file.name.startswith(f"{_stem(int(told['block']))}-")


def _kept(files: list[_File]) -> Kept:
    told = files[0].told
    return Kept(
        name=told["name"],
        title=told["title"],
        hash=told["hash"],
        code=told["code"],
        engine=told["engine"],
        seed=int(told["seed"]),
        size=None if told["size"] == EXPECTED else int(told["size"].removeprefix("size-")),
        replications=sum(file.count for file in files),
        blocks=len(files),
        bytes=sum(file.on_disk.st_size for file in files),
        written=datetime.fromtimestamp(max(file.on_disk.st_mtime for file in files), UTC),
        folder=files[0].path.parent,
        files=tuple(file.path for file in files),
    )
