"""What the tests of the laboratory share: a scenario that takes a hundredth of a second, jobs of it, and waiting for other processes."""

import os
import select
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from sim.scenario import Scenario, load_scenario
from sim.study.block import Job, jobs_of
from sim.study.compare import Policy, compare
from sim.study.laboratory import Laboratory
from sim.study.samples import Replications

ROOT = Path(__file__).parents[2]
QUICK = ROOT / "tests" / "cli" / "few-orders.toml"
QUICKER: Mapping[str, Any] = {"calendar": {"warmup_days": 0, "drain_days": 4}}
DEADLINE = 120.0
"""Seconds after which a test that waits for another process has failed."""

LEVERS: Mapping[str, Mapping[str, Any]] = {
    "refresh": {"policy": {"refresh": "20 min"}},
}
"""Policies that change what the desk does and nothing of what comes."""

WORLDS = 1 + len(LEVERS)
"""The baseline and its policies."""


@cache
def quick_scenario() -> Scenario:
    return load_scenario(QUICK, [QUICKER])


@cache
def quick_policies() -> tuple[Policy, ...]:
    title = quick_scenario().title
    return tuple(Policy(name, title, load_scenario(QUICK, [QUICKER, overlay])) for name, overlay in LEVERS.items())


def quick_luck(replications: int = 10, seed: int = 0) -> list[tuple[Job, ...]]:
    """The jobs of baseline and policies, block by block."""
    scenarios = (quick_scenario(), *(policy.scenario for policy in quick_policies()))
    columns = [jobs_of(scenario, seed, range(replications)) for scenario in scenarios]
    return list(zip(*columns, strict=True))


def figures_of(tables: Sequence[Sequence[pa.Table]]) -> list[list[list[Any]]]:
    """All that stands in some tables, comparable to the bit."""
    return [[table.to_pylist() for table in each] for each in tables]


def compared(laboratory: Laboratory, replications: int) -> list[Any]:
    """What a comparison of the policies says, and all its figures."""
    found = compare(quick_scenario(), quick_policies(), replications=replications, laboratory=laboratory)
    return [found.compared, *(numbers_of(each) for each in found.tables.values())]


def numbers_of(replications: Replications) -> list[Any]:
    return replications.numbers().to_pylist()


# ---------------------------------------------------------------- other processes
def surroundings(**more: str) -> dict[str, str]:
    """The environment of another process with this checkout's program, compiled code shared."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "REFUND_DESK_LANG": "en", **more}


@contextmanager
def process(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Another Python process, killed at the end if it still runs."""
    command = [sys.executable, *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, env=surroundings(**environment), stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as begun:
        try:
            yield begun
        finally:
            begun.kill()


def until(holds: Callable[[], bool], of: subprocess.Popen[bytes]) -> None:
    """Wait until something holds, or fail when the process ends before or the deadline passes."""
    for _ in range(int(DEADLINE / 0.005)):
        if holds():
            return
        assert of.poll() is None, f"ended with {of.returncode}: {of.stderr.read().decode() if of.stderr else ''}"
        select.select([], [], [], 0.005)
    raise AssertionError("waited in vain")
