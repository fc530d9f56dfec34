"""The same scenario under different luck: replications joined to means with 95 % intervals.

A replayed history is one sample: its arrivals are the same in every replication, only what it does not tell (work content, patience,
absence, fate of parcels) is drawn anew. The intervals show that luck and no other doubt.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from sim.demand.replay import draw_workload
from sim.demand.workload import Workload
from sim.desk.contract import Floor, Procedure
from sim.desk.log import Log
from sim.desk.procedure import PROCEDURE
from sim.desk.simulate import EngineName, floor_of, simulate
from sim.measure.figures import Figure
from sim.measure.invariants import check
from sim.measure.summary import RunSummary, summarise
from sim.scenario.schema import Scenario
from sim.study.sizes import doubt_of, over_sizes

Progress = Callable[[int, int], None]
Key = tuple[str, ...]

CONFIDENCE = 0.95

NO_MEAN = ("backlog_peak_at",)
"""Numbers of a document whose mean over replications says nothing: the peak may come on one night or on another."""


@dataclass(frozen=True)
class Run:
    """One replication, whole: what came, who was there, what happened, and its measures."""

    workload: Workload
    floor: Floor
    log: Log
    summary: RunSummary


@dataclass(frozen=True)
class Replicated:
    """Replications of one scenario.

    first: replication 0, whole. document: the figures of all joined, in the shape of `run --json`. replications: how many.
    problems: invariants that do not hold, with the numbers of size and replication where there are several.
    """

    scenario: Scenario
    first: Run
    document: dict[str, Any]
    replications: int
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Interval:
    """A mean and its 95 % interval; low and high are None where one value gives none."""

    mean: float
    low: float | None = None
    high: float | None = None


def replicate(
    scenario: Scenario,
    seed: int = 0,
    replications: int = 1,
    engine: EngineName = "compiled",
    procedure: Procedure = PROCEDURE,
    progress: Progress | None = None,
    announce: Callable[[str], None] | None = None,
    sizes: int = 0,
) -> Replicated:
    """Run replications 0 … `replications` - 1 one after the other and join their figures.

    sizes: so many outer draws of the sale's size, each with the same replications inside; what they say stands in the document under
    "sizes", and all other figures are those of the expected size. The invariants of every run are checked; what is broken stands in
    `problems`. Raises what draw_workload and simulate raise, BadInput for `sizes` where there is no doubt about them, and ValueError for
    fewer than one replication.
    """
    if replications < 1:
        raise ValueError(f"replications ({replications}) must be at least 1")
    if sizes:
        doubt_of(scenario)
    problems: list[str] = []
    first: Run | None = None
    of_sizes: list[dict[str, Any]] = []
    total = replications * (1 + sizes)
    for size in (None, *range(sizes)):
        documents: list[dict[str, Any]] = []
        parts: list[Mapping[Key, tuple[float, float]]] = []
        for number in range(replications):
            run = one_run(scenario, seed, number, engine, procedure, announce, size)
            first = first or run
            documents.append(run.summary.to_json())
            parts.append(shares_of(run.summary))
            broken = check(run.log, run.workload, run.floor, procedure)
            problems += [problem if total == 1 else f"{len(of_sizes)}.{number}: {problem}" for problem in broken]
            if progress:
                progress(len(of_sizes) * replications + number + 1, total)
        of_sizes.append(joined(documents, parts))
    assert first is not None
    document = of_sizes[0] if not sizes else {**of_sizes[0], "sizes": over_sizes(of_sizes[1:], scenario, seed)}
    return Replicated(scenario, first, document, replications, tuple(problems))


def one_run(
    scenario: Scenario,
    seed: int,
    replication: int,
    engine: EngineName = "compiled",
    procedure: Procedure = PROCEDURE,
    announce: Callable[[str], None] | None = None,
    size: int | None = None,
) -> Run:
    """One replication, measured; `size`: which draw of the sale's size, None = as expected."""
    workload = draw_workload(scenario, seed, replication, size)
    log = simulate(workload, scenario, engine, procedure, announce)
    floor = floor_of(scenario, workload)
    return Run(workload, floor, log, summarise(log, workload, floor, scenario, procedure))


# ---------------------------------------------------------------- joining
def mean_of(values: Sequence[float]) -> Interval:
    """The mean and its t-interval; not below 0 where no value is."""
    count = len(values)
    mean = math.fsum(values) / count
    if count < 2:
        return Interval(mean)
    return _around(mean, float(np.std(values, ddof=1)), count, least=0.0 if min(values) >= 0 else None)


def ratio_of(parts: Sequence[tuple[float, float]]) -> Interval | None:
    """A share as the ratio of sums over replications of (part, whole), with the t-interval of its linearised residuals; inside 0-1.

    None where there is no whole at all. The mean of the single ratios would weigh a quiet replication like a busy one.
    """
    whole = math.fsum(of for _, of in parts)
    if not whole:
        return None
    ratio = math.fsum(part for part, _ in parts) / whole
    if len(parts) < 2:
        return Interval(ratio)
    residuals = [(part - ratio * of) / (whole / len(parts)) for part, of in parts]
    return _around(ratio, float(np.std(residuals, ddof=1)), len(parts), least=0.0, most=1.0)


def _around(mean: float, deviation: float, count: int, least: float | None = None, most: float | None = None) -> Interval:
    half = float(special.stdtrit(count - 1, (1 + CONFIDENCE) / 2)) * deviation / math.sqrt(count)
    low, high = mean - half, mean + half
    return Interval(mean, low if least is None else max(least, low), high if most is None else min(most, high))


def shares_of(summary: RunSummary) -> dict[Key, tuple[float, float]]:
    """(part, whole) of every share of a run, by its place in the document."""
    found: dict[Key, tuple[float, float]] = {}

    def note(place: Key, figure: Figure) -> None:
        if figure.unit == "share" and {"in", "of"} <= set(figure.parts):
            found[place] = (figure.parts["in"], figure.parts["of"])

    for name, figure in summary.kpis.items():
        note(("kpis", name), figure)
        for path, part in figure.by_path.items():
            note(("kpis", name, "by_path", path), part)
    for handoff in summary.handoffs:
        note(("handoffs", handoff.name, "within_standard"), handoff.within_standard)
    return found


def joined(documents: Sequence[dict[str, Any]], parts: Sequence[Mapping[Key, tuple[float, float]]]) -> dict[str, Any]:
    """One document from those of several replications: figures with intervals, other numbers as means."""
    if len(documents) == 1:
        return documents[0]
    whole: dict[str, Any] = _join((), documents, parts)
    return {**whole, "schema": documents[0]["schema"], "seed": documents[0]["seed"], "replications": len(documents)}


def _join(place: Key, values: Sequence[Any], parts: Sequence[Mapping[Key, tuple[float, float]]]) -> Any:
    """The values that stand at one place of all documents, as one."""
    first = values[0]
    if isinstance(first, dict) and "mean" in first:
        rest = {name: _join((*place, name), [value[name] for value in values], parts) for name in first if name in ("quantiles", "by_path")}
        reason = next((value["reason"] for value in values if value.get("reason")), None)
        of_figure = _figure(place, values, parts)
        told = {} if of_figure["mean"] is not None or reason is None else {"reason": reason}
        kept = {name: first[name] for name in first if name not in ("mean", "low", "high", "reason", *rest)}
        return {**of_figure, **kept, **rest, **told}
    if isinstance(first, dict):
        return {name: _join((*place, name), [value.get(name) for value in values], parts) for name in first}
    if isinstance(first, list):
        return np.mean(np.array(values, np.float64), axis=0).tolist()
    if isinstance(first, bool | str) or all(value == first for value in values):
        return first
    if any(value is None for value in values) or place[-1] in NO_MEAN:
        return None
    return math.fsum(values) / len(values)


def _figure(place: Key, values: Sequence[Any], parts: Sequence[Mapping[Key, tuple[float, float]]]) -> dict[str, float | None]:
    """Mean, low and high of a figure; null where a replication has none, for then the mean of the others would be of the lucky ones."""
    if all(place in each for each in parts):
        found = ratio_of([each[place] for each in parts])
    else:
        means = [value["mean"] for value in values]
        found = None if any(mean is None for mean in means) else mean_of(means)
    return {"mean": None, "low": None, "high": None} if found is None else {"mean": found.mean, "low": found.low, "high": found.high}
