"""Instructions per event: what the compiled engine and the drawing cost, without the noise of a clock.

`python -m benchmarks.instructions [--record]` runs fixed workloads in a child process under valgrind's callgrind and prints the
instructions they took: of the compiled engine per row of the log and per refund, on the M/M/10, on week-20k and on every-lever-50k; of the
drawing per request, with its orders. Each is compared with its figure in instructions.toml; `--record` writes the figures anew.

Exit status: 0 all figures hold, 1 one is exceeded by more than its tolerance, 3 nothing can be counted here (said on stderr): valgrind is
not installed, or this is no x86-64.

Counted is what the process itself does between two requests to valgrind, after a first run that loads and compiles: no start-up, no
kernel, no caches. So the figures say nothing about misses of the caches; the clock of `python -m benchmarks` does. For the same figures on
every processor the machine code is made for PROCESSOR, not for the processor here; numpy chooses its own by what valgrind shows of the
processor (AVX2 at most). The counters of the processor (`perf stat -e instructions:u`) are not used: what they count depends on the
processor, and where the machine is a virtual one they are often not there.
"""

import argparse
import ctypes
import gc
import json
import mmap
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

PROCESSOR = "x86-64-v3"
"""LLVM's name of what the machine code is made for: all that valgrind 3.19 can run."""

RECORDED = Path(__file__).with_suffix(".toml")
NOT_HERE = 3
CUSTOMERS = 50_000

START, STOP, DUMP = 0x43540004, 0x43540005, 0x43540000
"""Callgrind's requests, from callgrind.h."""


# ---------------------------------------------------------------- the child: what is counted
def workloads() -> Iterator[tuple[str, Callable[[], Any], Callable[[Any], dict[str, int]]]]:
    """What is counted: a name, the run itself, and from what it returned how many of which unit it made."""
    from benchmarks.scenario import DEFAULT, EVERY_LEVER, SALE
    from benchmarks.station import STATION, desk_of
    from sim import draw_workload, load_scenario
    from sim.desk.compiled_engine import run_compiled
    from sim.desk.procedure import PROCEDURE
    from sim.desk.records import FILED
    from sim.desk.simulate import end_of, floor_of
    from sim.desk.tables import tables_of

    def of_log(log: Any) -> dict[str, int]:
        return {"event": len(log), "refund": int((log.rows["kind"] == FILED).sum())}

    refunds, people, tables = desk_of(CUSTOMERS)
    yield "station", lambda: run_compiled(refunds, people, tables, STATION), of_log
    for path in (DEFAULT, EVERY_LEVER):
        scenario = load_scenario(path)
        workload = draw_workload(scenario, 1, 0)
        parts: Any = workload.refunds, floor_of(scenario, workload), tables_of(scenario), PROCEDURE, end_of(scenario)
        yield path.stem, lambda parts=parts: run_compiled(*parts), of_log  # type: ignore[misc]
    sale = load_scenario(SALE, [{"demand": {"scale": 1.65}}])
    yield "drawing", lambda: draw_workload(sale, 1, 1), lambda drawn: {"request": len(drawn)}


def count_all(only: str | None = None) -> None:
    """Run everything twice, the second time counted, and print a JSON line of units for each."""
    for name, run, units in workloads():
        if only is None or only == name:
            run()
            gc.collect()
            gc.disable()
            request(START)
            made = run()
            request(STOP)
            request(DUMP)
            gc.enable()
            print(json.dumps({"name": name, "units": units(made)}), flush=True)


REQUEST = bytes.fromhex("4889f8 31d2 48c1c703 48c1c70d 48c1c73d 48c1c733 4887db 4889d0 c3")
"""mov rax, rdi; xor edx, edx; rol rdi by 3, 13, 61, 51; xchg rbx, rbx; mov rax, rdx; ret. It does nothing on a processor; valgrind takes
the turns and the exchange for a request to itself that lies where rax points (valgrind.h)."""


def request(code: int) -> None:
    """Ask valgrind for something."""
    words = (ctypes.c_uint64 * 6)(code)
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(REQUEST)
    at = ctypes.addressof(ctypes.c_char.from_buffer(page))
    ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_uint64)(at)(ctypes.addressof(words))


# ---------------------------------------------------------------- the parent: who counts
def counted(only: str | None = None) -> dict[str, dict[str, float]]:
    """Instructions per unit of each workload. Raises CannotCount."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise CannotCount("valgrind is not installed")
    if platform.machine() not in ("x86_64", "AMD64"):
        raise CannotCount(f"the figures are of x86-64, this is {platform.machine()}")
    child = [sys.executable, "-m", "benchmarks.instructions", "--child", *([only] if only else [])]
    environment = {**os.environ, "NUMBA_CPU_NAME": PROCESSOR, "NUMBA_CPU_FEATURES": "", "PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"}
    subprocess.run(child, check=True, env=environment, stdout=subprocess.DEVNULL)  # compiles, at full speed
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "counts"
        options = ["--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={out}", "-q"]
        done = subprocess.run([valgrind, *options, *child], check=True, env=environment, stdout=subprocess.PIPE, text=True)
        told = [json.loads(line) for line in done.stdout.splitlines()]
        return {
            each["name"]: {unit: total(out.with_name(f"counts.{place}")) / many for unit, many in each["units"].items()}
            for place, each in enumerate(told, 1)
        }


class CannotCount(RuntimeError):
    """There is nothing here that counts instructions."""


def total(dump: Path) -> int:
    """All instructions of one of callgrind's dumps."""
    found = re.search(r"^totals: (\d+)", dump.read_text(), re.MULTILINE)
    if found is None:
        raise RuntimeError(f"{dump} has no total")
    return int(found.group(1))


def compared(figures: dict[str, dict[str, float]], recorded: dict[str, Any]) -> tuple[list[str], bool]:
    """A line for each figure beside the one recorded, and whether all hold."""
    lines, hold = [], True
    for name, units in figures.items():
        for unit, found in units.items():
            figure = recorded.get(name, {}).get(unit)
            if figure is None:
                lines.append(f"{name:<18} {found:>10,.1f} per {unit:<8} not recorded")
                continue
            change = found / figure - 1
            exceeded = change > recorded["tolerance"]
            hold &= not exceeded
            mark = "EXCEEDED" if exceeded else "holds"
            lines.append(f"{name:<18} {found:>10,.1f} per {unit:<8} recorded {figure:>10,.1f}  {change:>+7.1%}  {mark}")
    return lines, hold


def recorded_figures() -> dict[str, Any]:
    """What instructions.toml says: the tolerance, and by workload the figure of each unit."""
    return tomllib.loads(RECORDED.read_text(encoding="utf-8"))


def record(figures: dict[str, dict[str, float]], tolerance: float) -> None:
    """Write the figures, with what they were counted on."""
    import numba

    lines = [
        "# Instructions per event, request or refund; written by `python -m benchmarks.instructions --record`.",
        f"# Counted by callgrind on machine code for {PROCESSOR}; numba {numba.__version__}, numpy {np.__version__}, Python "
        f"{platform.python_version()}.",
        f"tolerance = {tolerance}",
    ]
    for name, units in figures.items():
        lines += ["", f"[{name}]", *(f"{unit} = {found:.1f}" for unit, found in units.items())]
    RECORDED.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.instructions", description="Instructions per event, without noise.")
    parser.add_argument("--record", action="store_true", help="write the figures to instructions.toml")
    parser.add_argument("--only", metavar="NAME", help="one workload: station, week-20k, every-lever-50k or drawing")
    parser.add_argument("--child", nargs="?", const="", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child is not None:
        count_all(chosen.child or None)
        return 0
    try:
        figures = counted(chosen.only)
    except CannotCount as cause:
        print(f"no instructions are counted: {cause}", file=sys.stderr)
        return NOT_HERE
    recorded = recorded_figures()
    lines, hold = compared(figures, recorded)
    print("\n".join(lines))
    if chosen.record:
        record(figures, recorded["tolerance"])
        return 0
    return 0 if hold else 1


if __name__ == "__main__":
    sys.exit(main())
