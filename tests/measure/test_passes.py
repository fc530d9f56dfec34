"""The passes over a log as machine code: the same as in Python, from all the sources that they are made of, and never out of bounds."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from sim import machine_code
from sim.demand.workload import Workload
from sim.desk.log import Log
from sim.desk.simpy_engine import Desk
from sim.measure import curves, invariants, outcomes, pools, presence, visits
from sim.measure.passes.compile import PASSES, signatures
from tests.engine.random_desks import RandomDesk, random_desk
from tests.measure.test_invariants_hold import NAMED
from tests.measure.tiny import DESK, Diary, floor, workload

MODULES: tuple[ModuleType, ...] = (curves, invariants, outcomes, pools, presence, visits)


def logged(seed: int) -> tuple[RandomDesk, Log]:
    desk = random_desk(seed)
    on = Desk(desk.refunds, desk.floor, desk.tables, NAMED)
    on.run(desk.until)
    return desk, on.log(desk.until)


def read(desk: RandomDesk, log: Log) -> list[Any]:
    """What every pass but those of handoffs finds in a log, and in one that is broken."""
    work, there = Workload(desk.refunds), presence.presence(desk.floor)
    stays = visits.visits(log, desk.floor, work)
    pieces = there.cut(stays.spells["slot"], stays.spells["began"], np.minimum(stays.spells["ended"], stays.horizon))
    lines = [pools.changes(log, by_kind).of_lines(len(desk.floor.lines)) for by_kind in (pools.TO_LINE, pools.TO_WORK)]
    became = outcomes.outcomes(log, work, NAMED)
    lasted, reached = stays.records["waited"], stays.records["how"] != visits.OPEN
    broken = Log(log.rows[1:].copy(), log.ledger, log.until, log.engine)
    return [
        *(stays.records.tolist(), stays.spells.tolist(), pieces.tolist()),
        *(each.tolist() for some in lines for one in some for each in (one.moments, one.standing)),
        *(became.records[name].tolist() for name in outcomes.OUTCOME.names or ()),
        curves.per_hour(stays.records["joined"], stays.records["worked"], 40).tolist(),
        [each.tolist() for each in curves.still_open(lasted, reached)],
        *(invariants.check(each, work, desk.floor, NAMED) for each in (log, broken)),
    ]


@pytest.mark.parametrize("seed", [1, 2, 3, 5, 8])
def test_a_pass_finds_the_same_in_machine_code_as_in_python(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, log = logged(seed)
    fast = read(desk, log)

    def plain(function: Callable[..., Any]) -> Callable[..., Any]:
        return function

    for module in MODULES:
        monkeypatch.setattr(module, "machine_code_of", plain)
    assert read(desk, log) == fast
    assert fast[-2] == []
    assert fast[-1] != []


def test_the_key_of_the_passes_is_made_of_all_that_they_call() -> None:
    folders = tuple(f"sim.{folder.replace('/', '.')}" for folder in (*machine_code.COMPILED_PACKAGES, "measure/passes"))
    called = [*signatures(), *machine_code.called_functions(signatures())]
    assert {function.__module__ for function in called if not function.__module__.startswith(folders)} == set()
    assert machine_code.cache_folder(PASSES) != machine_code.cache_folder()


def test_an_edit_of_a_source_is_another_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_code, "__file__", str(tmp_path / "machine_code.py"))
    source = tmp_path / "measure" / "passes" / "rows.py"
    source.parent.mkdir(parents=True)
    source.write_text("one", "utf-8")
    before = machine_code.sources_of(["measure/passes"])
    (tmp_path / "measure" / "pools.py").write_text("beside", "utf-8")
    assert machine_code.sources_of(["measure/passes"]) == before
    source.write_text("two", "utf-8")
    assert machine_code.sources_of(["measure/passes"]) != before


@pytest.mark.parametrize(("column", "value"), [("refund", 7), ("refund", -1), ("item", 4), ("item", -1), ("kind", 12), ("kind", -1)])
def test_a_row_about_what_is_not_there_is_an_error_and_no_read_beyond_the_end(column: str, value: int) -> None:
    log = Diary().answered(0, 0).log()
    rows = log.rows.copy()
    rows[column][2] = value
    stray, work = Log(rows, log.ledger, log.until, log.engine), workload(log)
    for measure in (
        lambda: visits.visits(stray, floor(), work),
        lambda: outcomes.outcomes(stray, work, DESK),
        lambda: pools.changes(stray, pools.TO_LINE),
        lambda: invariants.check(stray, work, floor(), DESK),
    ):
        with pytest.raises(IndexError, match="row or spell 2 is about"):
            measure()


@pytest.mark.parametrize("column", ["slot", "line"])
def test_work_of_a_slot_or_on_a_line_that_is_not_there_is_an_error(column: str) -> None:
    log = Diary().answered(0, 0).log()
    rows = log.rows.copy()
    rows[column][1:4] = 99
    with pytest.raises(IndexError, match="a line or a slot that is not there"):
        invariants.check(Log(rows, log.ledger, log.until, log.engine), workload(log), floor(), DESK)
