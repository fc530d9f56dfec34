"""The same seed is the same run, whatever order sets and dicts happen to have (trap 13)."""

import hashlib
from pathlib import Path

import pyarrow.parquet

from tests.cli.conftest import in_another_process


def fingerprint(folder: Path) -> str:
    """Of every row and column of the log, by content."""
    table = pyarrow.parquet.read_table(folder / "log.parquet")
    digest = hashlib.sha256(str(table.schema.names).encode())
    for column in table.columns:
        digest.update(repr(column.to_pylist()).encode())
    return digest.hexdigest()


def test_the_log_is_the_same_under_two_hash_seeds(quick: tuple[str, ...], tmp_path: Path) -> None:
    written = []
    for seed in ("0", "4711"):
        out = tmp_path / seed
        result = in_another_process("run", *quick, "--seed", "7", "--out", out, PYTHONHASHSEED=seed, REFUND_DESK_LANG="zh")
        assert result.status == 0, result.err
        written.append(out)
    assert fingerprint(written[0]) == fingerprint(written[1])
    for name in ("log.parquet", "results.json", "manifest.json", "index.html"):
        assert (written[0] / name).read_bytes() == (written[1] / name).read_bytes(), name


def test_another_seed_is_another_run(quick: tuple[str, ...], tmp_path: Path) -> None:
    for seed in ("7", "8"):
        assert in_another_process("run", *quick, "--seed", seed, "--out", tmp_path / seed).status == 0
    assert fingerprint(tmp_path / "7") != fingerprint(tmp_path / "8")
