"""From replications to what pages show: the views of a scenario and of the comparison, and the process map."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.measure.figures import metrics
from sim.measure.readings import COST, IN_TIME, NEEDED, OPEN, REQUESTS, THERE
from sim.report.headline import answer_of
from sim.study.block import Run, kept_in
from sim.study.compare import Compared as Judged
from sim.study.compare import better_of, interval_of, judged
from sim.study.intervals import mean_of
from sim.study.paired import Sample
from sim.study.replicate import Parts, Replicated, joined, parts_of
from sim.study.samples import Hours, Replications
from sim.words import LOCALES, speaking
from trainer_app.services.first_runs import HOUR, FirstRun
from trainer_app.services.precision import AS_IT_IS
from trainer_app.services.views import (
    MIDDLE,
    QUANTILES,
    Compared,
    ComparisonView,
    Estimate,
    MapView,
    Panel,
    ScenarioView,
    Staffing,
)

METRICS = (
    "first_response_within_30min",
    "short_staffed",
    "backlog.peak",
    "auto_refund_count",
    "double_loss_amount",
    "total_cost",
    "completion_hours",
    *(f"completion_hours.path_{number}.p90" for number in range(1, 5)),
    "intervention_rate",
    "auto_refund_rate",
)
"""What is compared: the six figures of the first screen, and what else tells one way of running the desk from another."""

COURSES = (*OPEN, REQUESTS, IN_TIME, NEEDED, THERE)
DIGITS = 1
"""Decimals of the backlog: a tenth of a request."""


class Kept:
    """The replications of one scenario so far: of the tables of its blocks what the views need, so that many take little room."""

    def __init__(self) -> None:
        self._tables: list[pa.Table] = []
        self._documents: list[dict[str, Any]] = []
        self._parts: list[Parts] = []

    def add(self, table: pa.Table) -> None:
        """The next block."""
        for _, kept in kept_in(table):
            self._documents.append(dict(kept.document))
            self._parts.append(parts_of(kept))
        address = table.column("address").cast(pa.string())
        wanted = pc.or_(pc.is_in(address, pa.array([*METRICS, *COURSES])), pc.starts_with(address, f"{COST}."))
        self._tables.append(table.filter(wanted))

    @property
    def replications(self) -> int:
        return len(self._documents)

    def first(self, count: int) -> "Kept":
        """Only the first `count` replications."""
        found = Kept()
        found._documents, found._parts = self._documents[:count], self._parts[:count]
        cut = (table.filter(pa.array(table.column("replication").to_numpy() < count)) for table in self._tables)
        found._tables = [table for table in cut if table.num_rows]
        return found

    def figures(self) -> Replications:
        """Their figures and courses."""
        return Replications(self._tables)

    def document(self) -> dict[str, Any]:
        """The document of all of them together, without courses over the hours."""
        return joined(self._documents, self._parts)


# ---------------------------------------------------------------- one scenario
def scenario_view(first: FirstRun, kept: Kept, figures: Replications) -> ScenarioView:
    """A scenario over what is kept of its replications; `figures` are those of `kept`."""
    run = Replicated(first.scenario, first.run.first, kept.document(), kept.replications, ())
    return ScenarioView(
        replications=kept.replications,
        start=first.scenario.calendar.start.isoformat(),
        days=first.scenario.calendar.days,
        answer=_answers(run),
        coming=first.coming,
        backlog=_backlog(figures),
        responses=_responses(figures),
        standard=first.scenario.standards.first_response,
        staffing=_staffing(first, figures),
        money={cause: Estimate(*_plain(sample)) for cause, sample in figures.costs().items()},
        gate=first.gate,
    )


def _answers(run: Replicated) -> dict[str, Any]:
    found = {}
    for locale in LOCALES:
        with speaking(locale):
            found[locale] = replace(answer_of(run), made=())
    return found


def _backlog(figures: Replications) -> dict[str, dict[str, tuple[float, ...]]]:
    wanted = QUANTILES if figures.count > 1 else (MIDDLE,)
    found = {}
    for course in OPEN:
        quantiles = np.quantile(figures.hours([course]), [float(at) for at in wanted], axis=0)
        found[course.removesuffix(".open")] = {at: _rounded(each) for at, each in zip(wanted, quantiles, strict=True)}
    return found


def _rounded(hours: Hours) -> tuple[float, ...]:
    return tuple(np.round(hours, DIGITS).tolist())


def _responses(figures: Replications) -> tuple[tuple[int, int, int], ...]:
    requests, in_time = (figures.hours([course]).sum(axis=0) for course in (REQUESTS, IN_TIME))
    return tuple((hour, round(requests[hour]), round(in_time[hour])) for hour in np.flatnonzero(requests).tolist())


def _staffing(first: FirstRun, figures: Replications) -> tuple[Staffing, ...]:
    there, needed = (figures.hours([course]).mean(axis=0) for course in (THERE, NEEDED))
    needs = first.run.first.summary.needs
    return tuple(
        Staffing(need.begin / HOUR, need.end / HOUR, float(there[place]), float(needed[place])) for place, need in enumerate(needs)
    )


def _plain(sample: Sample) -> tuple[float, float | None, float | None]:
    found = mean_of(sample.values.tolist())
    return found.mean, found.low, found.high


# ---------------------------------------------------------------- all beside each other
def names_of(count: int) -> tuple[str, ...]:
    """What the scenarios of a job are called in its comparison: the situation as it is, and the variants by their place."""
    return (AS_IT_IS, *(str(number) for number in range(1, count)))


def comparison_view(figures: Sequence[Replications], wanted: float, reached: float | None, ended: bool) -> ComparisonView:
    """The scenarios of a job beside each other, the situation as it is first."""
    by_name = dict(zip(names_of(len(figures)), figures, strict=True))
    found = {(each.policy, each.metric): each for each in judged(by_name, METRICS)}
    return ComparisonView(
        replications=figures[0].count,
        wanted=wanted,
        reached=reached,
        ended=ended,
        metrics=METRICS,
        unit=tuple(metrics()[address.partition(".")[0]].unit for address in METRICS),
        better=tuple(better_of(address) for address in METRICS),
        figures=tuple(tuple(_estimate(each, address) for address in METRICS) for each in figures),
        differences=tuple(tuple(_compared(found[name, address]) for address in METRICS) for name in by_name if name),
    )


def _estimate(figures: Replications, address: str) -> Estimate:
    sample = figures.sample(address)
    if isinstance(sample, str):
        return Estimate(None)
    found = interval_of(sample)
    return Estimate(found.mean, found.low, found.high)


def _compared(judgement: Judged) -> Compared:
    each = judgement.difference
    if each is None:
        return Compared(None, None, None, None, judgement.verdict, judgement.reason)
    return Compared(each.estimate, each.low, each.high, judgement.p_adjusted, judgement.verdict, judgement.reason)


# ---------------------------------------------------------------- the process map
def map_view(run: Run, locale: str) -> MapView:
    """The process map of a first run, in a language."""
    from sim.report.process_map import process_map

    replicated = Replicated(run.summary.scenario, run, run.summary.to_json(), 1, ())
    with speaking(locale):
        drawn = process_map(replicated)
        panels = zip(drawn.pictures, drawn.text, strict=True)
        return MapView(tuple(Panel(each.key, each.title, each.told, each.svg(), sentences) for each, (_, sentences) in panels))
