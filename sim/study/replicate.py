"""The same scenario under different luck: replications joined to means with 95 % intervals.

A replayed history is one sample: its arrivals are the same in every replication, only what it does not tell (work content, patience,
absence, fate of parcels) is drawn anew. The intervals show that luck and no other doubt.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.desk.simulate import EngineName
from sim.measure.figures import PATHS, metrics
from sim.measure.handoffs import CODE as HANDOFFS
from sim.measure.readings import HOURLY, Reading
from sim.scenario.schema import Scenario
from sim.study.block import Measured, Run, broken, jobs_of, kept_in, one_run
from sim.study.intervals import mean_of, ratio_of
from sim.study.laboratory import Laboratory, Progress
from sim.study.sizes import check_sizes, doubt_of, over_sizes
from sim.study.skill import as_skilled

Key = tuple[str, ...]
Parts = Mapping[Key, tuple[float, float]]

NO_MEAN = ("backlog_peak_at",)
"""Numbers of a document whose mean over replications says nothing: the peak may come on one night or on another."""


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


def replicate(
    scenario: Scenario,
    seed: int = 0,
    replications: int = 1,
    engine: EngineName = "compiled",
    progress: Progress | None = None,
    announce: Callable[[str], None] | None = None,
    sizes: int = 0,
    laboratory: Laboratory | None = None,
) -> Replicated:
    """Run replications 0 … `replications` - 1 and join their figures.

    sizes: so many outer draws of the sale's size, each with the same replications inside; what they say stands in the document under
    "sizes", and all other figures are those of the expected size. laboratory: who simulates and where results are kept; by default
    threads of this process, and nowhere. The invariants of the first run of
    every block are checked; what is broken stands in `problems`. Raises what
    draw_workload and simulate raise, BadInput for `sizes` where there is no doubt about them, and ValueError for fewer than one
    replication.
    """
    if replications < 1:
        raise ValueError(f"replications ({replications}) must be at least 1")
    if sizes:
        check_sizes(sizes)
        doubt_of(scenario)
    at_work = laboratory or Laboratory()
    at_work.progress, at_work.announce = progress or at_work.progress, announce or at_work.announce
    first = one_run(scenario, seed, 0, engine, announce=at_work.announce)
    if replications == 1 and not sizes:
        at_work.progress(1, 1)
        problems = broken(first)
        return Replicated(scenario, first, first.summary.to_json(), 1, tuple(problems))
    jobs = [
        job for size in (None, *range(sizes)) for job in jobs_of(as_skilled(scenario, seed, size), seed, range(replications), size, engine)
    ]
    tables = at_work.tables([[job] for job in jobs])
    of_sizes: dict[int | None, list[Measured]] = {}
    found: list[str] = []
    for job, (table,) in zip(jobs, tables, strict=True):
        for number, kept in kept_in(table):
            of_sizes.setdefault(job.size, []).append(kept)
            found += [f"{0 if job.size is None else job.size + 1}.{number}: {problem}" for problem in kept.problems]
    expected, *others = (joined_runs(each) for each in of_sizes.values())
    document = {**expected, "scenario": first.summary.to_json()["scenario"]}  # what is kept may have been made under another name
    if sizes:
        document["sizes"] = over_sizes(others, scenario, seed)
    return Replicated(scenario, first, document, replications, tuple(found))


def joined_runs(each: Sequence[Measured]) -> dict[str, Any]:
    """The document of several replications."""
    return joined([_document(kept) for kept in each], [parts_of(kept) for kept in each])


def _document(kept: Measured) -> dict[str, Any]:
    """The document of a replication, its courses over the hours back in their places."""
    pools = {
        name: {**pool, "hours": {kind: kept.hourly[f"{name}.{kind}"].tolist() for kind in HOURLY}}
        for name, pool in kept.document["pools"].items()
    }
    return {**kept.document, "pools": pools}


def parts_of(kept: Measured) -> Parts:
    """(part, whole) of every share of a replication, by its place in the document."""
    return dict(_shares(kept.readings))


def _shares(readings: Mapping[str, Reading]) -> Iterator[tuple[Key, tuple[float, float]]]:
    for text, reading in readings.items():
        name, _, part = text.partition(".")
        if reading.part is None or reading.whole is None or metrics()[name].unit != "share":
            continue
        if not part:
            yield ("kpis", name), (reading.part, reading.whole)
        elif part in PATHS:
            yield ("kpis", name, "by_path", part), (reading.part, reading.whole)
        elif name == HANDOFFS:
            yield ("handoffs", part, "within_standard"), (reading.part, reading.whole)


# ---------------------------------------------------------------- joining
def joined(documents: Sequence[dict[str, Any]], parts: Sequence[Parts]) -> dict[str, Any]:
    """One document from those of several replications: figures with intervals, other numbers as means."""
    if len(documents) == 1:
        return documents[0]
    whole: dict[str, Any] = _join((), documents, parts)
    return {**whole, "schema": documents[0]["schema"], "seed": documents[0]["seed"], "replications": len(documents)}


def _join(place: Key, values: Sequence[Any], parts: Sequence[Parts]) -> Any:
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


def _figure(place: Key, values: Sequence[Any], parts: Sequence[Parts]) -> dict[str, float | None]:
    """Mean, low and high of a figure; null where a replication has none, for then the mean of the others would be of the lucky ones."""
    if all(place in each for each in parts):
        found = ratio_of([each[place] for each in parts])
    else:
        means = [value["mean"] for value in values]
        found = None if any(mean is None for mean in means) else mean_of(means)
    return {"mean": None, "low": None, "high": None} if found is None else {"mean": found.mean, "low": found.low, "high": found.high}
