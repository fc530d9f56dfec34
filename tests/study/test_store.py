"""The store of blocks: what is written is read back, and what is damaged, misplaced or of another version is as if it were not there."""

import os
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.cli.runs import clean_runs, list_runs
from sim.measure.readings import Reading
from sim.study import store as stored
from sim.study.block import BLOCK, Job, Measured, jobs_of, table_of
from sim.study.code_version import ALSO, DECIDING, code_version, sources_of
from sim.study.laboratory import Laboratory
from sim.study.store import Kept, Store, figures, home
from tests.study.quick import ROOT, WORLDS, figures_of, quick_luck, quick_policies, quick_scenario

OTHER_CODE = "0123456789abcdef" * 4


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "runs")


def job(block: int = 0, count: int = BLOCK, seed: int = 0, size: int | None = None, policy: int | None = None) -> Job:
    scenario = quick_scenario() if policy is None else quick_policies()[policy].scenario
    (found,) = jobs_of(scenario, seed, range(block * BLOCK, block * BLOCK + count), size)
    return found


def block_of(of: Job) -> pa.Table:
    """A block as small as one can be, with numbers that tell whose it is."""
    of_one = {}
    for number in of.replications:
        cost = 1000.0 * of.seed + number + (0.25 if of.size is None else 0.5 + of.size)
        numbers = {
            "total_cost": Reading(cost),
            "complaint_rate": Reading(0.1, 1.0, 10.0),
            "dispute_rate": Reading(None, 0.0, 0.0, "no_requests"),
        }
        of_one[number] = Measured(numbers, {"agents.in_line": np.array([1.0, number])}, {"seed": of.seed}, ("a problem",))
    return table_of(of_one)


def put(store: Store, of: Job) -> Path:
    """Write a block; its file."""
    before = set(store.files())
    store.write(of, block_of(of))
    (file,) = set(store.files()) - before
    return file


def same(found: pa.Table | None, of: Job) -> bool:
    return found is not None and found.to_pylist() == block_of(of).to_pylist()


# ---------------------------------------------------------------- there and back
@pytest.mark.parametrize("of", [job(), job(3), job(2, 1), job(seed=7), job(size=0), job(size=4, seed=2), job(policy=0)], ids=range(7))
def test_what_is_written_is_read_back(store: Store, of: Job) -> None:
    assert store.read(of) is None
    put(store, of)
    assert same(store.read(of), of)
    assert store.read(of).schema == block_of(of).schema  # type: ignore[union-attr]


def test_a_longer_block_serves_a_shorter_wish(store: Store) -> None:
    put(store, job(2, 5))
    for count in range(1, 6):
        assert same(store.read(job(2, count)), job(2, count))


def test_a_shorter_block_does_not_serve_a_longer_wish_and_gives_way_to_it(store: Store) -> None:
    put(store, job(2, 3))
    assert store.read(job(2, 4)) is None
    store.write(job(2, 4), block_of(job(2, 4)))
    assert same(store.read(job(2, 4)), job(2, 4))
    assert len(list(store.files())) == 1


def test_only_what_it_was_asked_for_is_found(store: Store) -> None:
    put(store, job())
    others = [job(1), job(seed=1), job(size=0), job(policy=0), replace(job(), engine="simpy")]
    assert [store.read(other) for other in others] == [None] * len(others)


# ---------------------------------------------------------------- damage
@given(st.floats(0, 1, exclude_max=True), st.integers(1, 255))
@settings(max_examples=100)
def test_a_block_with_one_byte_changed_is_not_there(tmp_path_factory: pytest.TempPathFactory, where: float, by: int) -> None:
    store = Store(tmp_path_factory.getbasetemp() / "flipped")
    (file,) = list(store.files()) or [put(store, job())]
    sound = file.read_bytes()
    content = bytearray(sound)
    content[int(where * len(content))] ^= by
    try:
        file.write_bytes(content)
        assert store.read(job()) is None
        assert (store.kept(), store.unsound()) == ((), (file,))
    finally:
        file.write_bytes(sound)
    assert same(store.read(job()), job())


def _cut(share: float) -> Callable[[Path], None]:
    return lambda file: os.truncate(file, int(file.stat().st_size * share))


def _flip(share: float) -> Callable[[Path], None]:
    def flip(file: Path) -> None:
        content = bytearray(file.read_bytes())
        content[int(share * (len(content) - 1))] ^= 1
        file.write_bytes(content)

    return flip


def _folder_instead(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _nowhere(file: Path) -> None:
    file.unlink()
    file.symlink_to(file.parent / "nowhere")


def _longer(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"\0")


DAMAGE: Mapping[str, Callable[[Path], None]] = {
    **{f"cut to {share:.0%}": _cut(share) for share in (0.0, 0.01, 0.5, 0.99)},
    **{f"byte at {share:.0%}": _flip(share) for share in (0.0, 0.3, 0.7, 1.0)},
    "one byte more": _longer,
    "deleted": Path.unlink,
    "a folder in its place": _folder_instead,
    "a link to nowhere": _nowhere,
}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("undisturbed"))
    Laboratory(store).tables(quick_luck(10))
    return store


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_block_is_made_again_with_the_same_figures(undisturbed: Store, tmp_path: Path, kind: str) -> None:
    luck = quick_luck(10)
    expected = figures_of([[undisturbed.read(job) for job in jobs] for jobs in luck])  # type: ignore[misc]
    store = Store(tmp_path / "runs")
    shutil.copytree(undisturbed.folder, store.folder)
    (file,) = store.place(luck[1][0]).glob("block-000001-*")
    DAMAGE[kind](file)
    warnings: list[str] = []
    laboratory = Laboratory(store, warn=warnings.append)
    assert store.read(luck[1][0]) is None
    assert figures(store, "select count(*) from figures where address = 'total_cost'") == [(10 * WORLDS - BLOCK,)]
    assert figures_of(laboratory.tables(luck)) == expected
    assert (laboratory.found, laboratory.made) == (10 * WORLDS - BLOCK, BLOCK)
    if "folder" in kind:
        assert len(warnings) == 1  # not kept, and said
    else:
        again = Laboratory(store)
        assert figures_of(again.tables(luck)) == expected
        assert again.made == 0
        assert not store.unsound()


def test_what_was_made_in_place_of_a_damaged_block_replaces_it_under_any_name(store: Store) -> None:
    file = put(store, job())
    odd = file.with_name("block-000000-0000000000000000.parquet")
    file.rename(odd)
    assert store.read(job()) is None
    store.write(job(), block_of(job()))
    assert list(store.files()) == [file]


# ---------------------------------------------------------------- a wrong place
@pytest.mark.parametrize(
    "other",
    [job(1), job(seed=7), job(size=0), job(policy=0), replace(job(), engine="simpy")],
    ids=["block", "seed", "size", "desk", "engine"],
)
def test_a_block_in_anothers_place_is_not_there(store: Store, other: Job) -> None:
    file = put(store, job())
    content = file.read_bytes()
    place = store.place(other) / file.name.replace("block-000000", f"block-{other.block:06}")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    assert store.read(other) is None
    assert store.unsound() == (place,)
    assert [(kept.seed, kept.replications) for kept in store.kept()] == [(0, BLOCK)]
    assert figures(store, "select count(*) from figures where address = 'total_cost'") == [(BLOCK,)]
    assert same(store.read(job()), job())


def test_a_block_of_another_version_is_not_there(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    file = put(store, job())
    with monkeypatch.context() as patch:
        patch.setattr(stored, "code_version", lambda: OTHER_CODE)
        assert store.read(job()) is None
        store.place(job()).mkdir(parents=True)
        moved = Path(shutil.copy(file, store.place(job())))
        assert store.read(job()) is None
    assert store.unsound() == (moved,)
    assert same(store.read(job()), job())


def test_a_block_says_itself_how_many_replications_it_has(store: Store) -> None:
    """A name tells nothing: a block with fewer than it says is no block."""
    store.write(job(count=5), block_of(job(count=3)))
    assert store.read(job(count=5)) is None
    assert len(store.unsound()) == 1


# ---------------------------------------------------------------- several at once, and what is left behind
def test_writers_at_once_leave_one_block_and_a_reader_never_sees_half_of_it(store: Store) -> None:
    together = Barrier(5)
    wishes = [job(count=count) for count in (5, 5, 4, 3)]

    def write(of: Job) -> None:
        together.wait()
        for _again in range(15):
            store.write(of, block_of(of))

    def read() -> list[pa.Table | None]:
        together.wait()
        return [store.read(job(count=3)) for _again in range(60)]

    with ThreadPoolExecutor(5) as pool:
        writing = [pool.submit(write, of) for of in wishes]
        seen = pool.submit(read).result()
        for future in writing:
            future.result()
    assert all(table is None or same(table, job(count=3)) for table in seen)
    assert same(store.read(job(count=3)), job(count=3))
    assert not list(store.folder.rglob("*.tmp"))
    store.write(job(), block_of(job()))
    assert same(store.read(job()), job())
    assert len(list(store.files())) == 1


def test_what_a_stopped_writer_left_behind_is_ignored_found_and_removed(store: Store) -> None:
    file = put(store, job())
    left = file.with_name(f".{file.name}.x8k2.tmp")
    left.write_bytes(file.read_bytes()[:100])
    assert same(store.read(job()), job())
    assert store.unsound() == (left,)
    assert store.remove(store.unsound()) == 100
    assert not left.exists()
    assert same(store.read(job()), job())


def test_nothing_outside_the_store_is_removed(store: Store, tmp_path: Path) -> None:
    inside = put(store, job())
    outside = tmp_path / "block-000000-1.parquet"
    outside.write_bytes(b"mine")
    for file in (outside, store.folder / ".." / outside.name, store.folder, tmp_path):
        with pytest.raises(ValueError, match="is not in the store"):
            store.remove((file,))
    linked = inside.with_name("block-000009-1.parquet")
    linked.symlink_to(outside)
    assert linked in store.unsound()
    store.remove((linked,))
    assert outside.read_bytes() == b"mine"
    assert not linked.is_symlink()


def test_removing_the_last_block_removes_its_folders_and_not_the_store(store: Store) -> None:
    one, other = put(store, job()), put(store, job(seed=1))
    assert store.remove((one,)) > 1000
    assert not one.parent.exists()
    assert other.exists()
    store.remove((other,))
    assert list(store.folder.iterdir()) == []


# ---------------------------------------------------------------- what is kept, and what it says
def test_an_empty_store_says_so(store: Store) -> None:
    assert (store.kept(), store.unsound(), list(store.files())) == ((), (), [])
    assert figures(store, "select * from figures") == []
    assert figures(store, "select count(*), sum(value) from figures where hash = ?", ("x",)) == [(0, None)]


JOBS = (job(), job(1), job(2, 2), job(seed=7), job(seed=7, size=0), job(seed=7, size=1), job(policy=0), job(policy=0, seed=7))


def test_what_is_kept_is_told_scenario_by_scenario(store: Store) -> None:
    files = [put(store, of) for of in JOBS]
    found = {(each.hash, each.seed, each.size): each for each in store.kept()}
    assert len(found) == len(store.kept()) == 6
    first = found[job().hash, 0, None]
    assert (first.replications, first.blocks, first.files) == (12, 3, tuple(files[:3]))
    assert first.bytes == sum(file.stat().st_size for file in files[:3])
    assert (first.name, first.title, first.engine, first.is_current) == ("few-orders", "A few orders a day", "compiled", True)
    assert sum(each.replications for each in found.values()) == 12 + 5 * BLOCK
    assert [each.size for each in store.kept() if each.seed == 7 and each.hash == job().hash] == [None, 0, 1]


def test_figures_are_those_of_the_blocks_and_of_nothing_else(store: Store) -> None:
    for of in JOBS:
        put(store, of)
    query = (
        "select value from figures where address = 'total_cost' and hash = ? and seed = ? and size is not distinct from ? order by value"
    )
    assert figures(store, query, (job().hash, 0, None)) == [(number + 0.25,) for number in range(12)]
    assert figures(store, query, (job().hash, 7, 1)) == [(7000 + number + 1.5,) for number in range(BLOCK)]
    everything = 12 + 5 * BLOCK
    assert figures(store, "select count(*), count(value), count(distinct address), sum(part) from figures") == [
        (3 * everything, 2 * everything, 3, everything)
    ]
    assert figures(store, "select distinct reason from figures where value is null") == [("no_requests",)]
    assert figures(store, "select distinct code, name, engine from figures") == [(code_version(), "few-orders", "compiled")]


def test_a_block_that_is_there_twice_counts_once(store: Store) -> None:
    long = put(store, job())
    short = Store(store.folder.parent / "another")
    sides: set[bool] = set()
    for number in range(10_000):  # so many that their names stand before and after the long one's
        short.write(job(count=3), block_of(job(count=3, seed=number)))
        other = next(short.files())
        sides.add(other.name > long.name)
        shutil.copy(other, long.parent)
        if sides == {False, True}:
            break
    assert sides == {False, True}
    shutil.copy(put(short, job(1)), long.parent)
    (kept,) = store.kept()
    assert (kept.replications, kept.blocks) == (10, 2)
    assert figures(store, "select count(*) from figures where address = 'total_cost'") == [(10,)]


@pytest.mark.parametrize("name", ["a b", "运行", "o'clock", "[x]", "x*", "x?"])
def test_a_folder_of_any_name_will_do(tmp_path: Path, name: str) -> None:
    for lookalike in ("x", "xy"):
        put(Store(tmp_path / lookalike), job(seed=9))
    store = Store(tmp_path / name)
    put(store, job())
    assert same(store.read(job()), job())
    assert figures(store, "select seed, count(*) from figures where address = 'total_cost' group by seed") == [(0, BLOCK)]


def test_where_it_is_can_be_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFUND_DESK_RUNS", str(tmp_path / "here"))
    monkeypatch.setenv("REFUND_DESK_HOME", str(tmp_path / "home"))
    assert home() == Store().folder == tmp_path / "here"
    monkeypatch.delenv("REFUND_DESK_RUNS")
    assert home() == tmp_path / "home" / "runs"
    monkeypatch.delenv("REFUND_DESK_HOME")
    assert home().name == "runs"


# ---------------------------------------------------------------- which code made it
def test_a_change_in_a_source_that_decides_makes_another_version(tmp_path: Path) -> None:
    package = tmp_path / "sim"
    for folder in (*DECIDING, "report"):
        shutil.copytree(ROOT / "sim" / folder, package / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in (*ALSO, "words.py"):
        shutil.copy(ROOT / "sim" / name, package / name)
    as_it_is = sources_of(package)
    assert sources_of(package) == as_it_is
    for source in ("desk/steps.py", "rules/reasons.toml", "rules/tables/path_4.toml", "demand/skills.toml", "study/block.py", *ALSO):
        file = package / source
        file = file if file.exists() else next((package / "rules" / "tables").glob("*.toml"))
        content = file.read_bytes()
        file.write_bytes(content + b"\n")
        assert sources_of(package) != as_it_is, source
        file.write_bytes(content)
    new = package / "measure" / "another.py"
    new.write_bytes(b"")
    assert sources_of(package) != as_it_is
    new.unlink()
    (package / "report" / "page.py").write_bytes(b"# what only shows")
    (package / "words.py").write_bytes(b"# what only speaks")
    (package / "desk" / "notes.md").write_bytes(b"what nobody reads")
    assert sources_of(package) == as_it_is


def test_blocks_of_another_version_are_listed_and_cleaned_away(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REFUND_DESK_LANG", "en")
    monkeypatch.setenv("REFUND_DESK_RUNS", str(store.folder))
    monkeypatch.setenv("COLUMNS", "200")
    with monkeypatch.context() as patch:
        patch.setattr(stored, "code_version", lambda: OTHER_CODE)
        old = [put(store, job()), put(store, job(1))]
    new = put(store, job())
    damaged = put(store, job(1))
    damaged.write_bytes(b"")
    folder = new.with_name("block-000007-0.parquet")
    folder.mkdir()
    (folder / "inside").write_bytes(b"")
    kept: dict[str, Kept] = {each.code: each for each in store.kept()}
    assert {code: (each.is_current, each.blocks) for code, each in kept.items()} == {OTHER_CODE: (False, 2), code_version(): (True, 1)}
    list_runs()
    told = capsys.readouterr().out
    assert told.count("another version") == told.count("this version") == 1
    clean_runs(everything=False)
    assert "4 files deleted" in capsys.readouterr().out
    assert list(store.files()) == [new]
    assert not any(file.exists() for file in (*old, damaged, folder))
    clean_runs(everything=True)
    assert "1 files deleted" in capsys.readouterr().out
    assert not list(store.folder.iterdir())
