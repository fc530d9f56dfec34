"""Machine code follows the sources: an edit anywhere below the engine is never answered by code of yesterday (trap 17)."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from sim import machine_code
from sim.desk.compiled_loop import run

ROOT = Path(machine_code.__file__).resolve().parents[1]

ASK = """
import numpy as np
from sim.demand.workload import REFUND
from sim.desk.compiled_engine import run_compiled
from sim.desk.contract import Floor
from sim.desk.records import LINE, POOL, SLOT
from sim.scenario.calendar import CHANGE, ON
from sim.desk.toy import OP_DONE, OP_WORK, TOY, toy_tables
refunds = np.zeros(1, REFUND)
refunds["work"] = 100
floor = Floor(np.zeros(1, POOL), np.array([(0, 1, 0, 0)], LINE), np.array([(0, 0, 1)], SLOT), np.array([(0, 0, ON)], CHANGE))
tables = toy_tables({0: (OP_WORK, 1, 0, 0, 0, -1, 0, -1, 0, 0), 1: (OP_DONE, 0, -1)})
print("closed at", run_compiled(refunds, floor, tables, TOY).rows["time"][-1])
"""


def answer(checkout: Path, home: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(checkout), "REFUND_DESK_HOME": str(home)}
    done = subprocess.run([sys.executable, "-c", ASK], cwd=checkout, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_an_edit_in_a_file_that_the_engine_only_calls_takes_effect(tmp_path: Path) -> None:
    checkout, home = tmp_path / "checkout", tmp_path / "home"
    for package in ("desk", "demand", "rules", "scenario"):
        shutil.copytree(ROOT / "sim" / package, checkout / "sim" / package, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("__init__.py", "errors.py", "machine_code.py", "shipped.py"):
        shutil.copy(ROOT / "sim" / file, checkout / "sim" / file)
    assert answer(checkout, home) == "closed at 100"

    kernel = checkout / "sim" / "desk" / "compiled_kernel.py"  # compiled into the loop of another file
    before = kernel.read_text(encoding="utf-8")
    edited = before.replace("    entry.time = world.now\n", "    entry.time = world.now + 7\n")
    assert edited != before
    kernel.write_text(edited, encoding="utf-8")
    assert answer(checkout, home) == "closed at 107"


def test_every_function_that_the_loop_calls_is_compiled_with_it() -> None:
    names = {function.__name__ for function in machine_code.called_functions([run])}
    assert {"follow", "close", "note", "sift_up", "push_event"} <= names


def test_the_key_of_the_sources_is_the_same_every_time_and_names_their_folder() -> None:
    assert machine_code.sources_key() == machine_code.sources_key()
    assert machine_code.cache_folder().name == machine_code.sources_key()
