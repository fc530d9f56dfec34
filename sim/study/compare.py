"""Which policy is better, by how much, and is that more than luck: the same refunds under every policy, replication by replication."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pyarrow as pa

from sim.errors import BadInput, msgid
from sim.measure.address import Address, parse_address
from sim.measure.figures import Better, metrics
from sim.measure.pools import OUTSIDE, family
from sim.scenario.fields import Text
from sim.scenario.schema import Scenario
from sim.study.block import BLOCK, jobs_of
from sim.study.intervals import Interval, mean_of, ratio_of
from sim.study.laboratory import Laboratory
from sim.study.paired import SIGNIFICANT, Difference, Sample, holm, paired
from sim.study.samples import Hours, Replications
from sim.study.selection import FIRST as FIRST_OF_SELECTION
from sim.study.selection import Selection, select
from sim.study.sizes import check_sizes, doubt_of
from sim.study.skill import as_skilled
from sim.study.stopping import FIRST, MOST, Stop, look_ahead, stop_of

USUAL = ("first_response_within_30min", "completion_hours", "total_cost")
"""Metrics that are compared unless others are named."""

TUNING = 1_000_000
"""The first replication on which policies are chosen from. What is reported has others: the best of many on its own luck looks better
than it is."""

BASELINE = "baseline"
"""What the baseline is called in a document, so that no policy may be called so."""

Verdict = Literal["better", "worse", "different", "no clear difference"]
"""`different`: where a metric is neither better nor worse for being more."""


@dataclass(frozen=True)
class Policy:
    """What is compared with the baseline: the same situation under other rules. name: unique; title: for people."""

    name: str
    title: Text
    scenario: Scenario


@dataclass(frozen=True)
class Compared:
    """One metric under one policy. difference: policy - baseline, None where one of them has no figure in every replication, then `reason`
    (a key of metrics.toml). p_adjusted: by Holm over all policies and metrics of the comparison."""

    policy: str
    metric: str
    difference: Difference | None
    p_adjusted: float | None
    verdict: Verdict
    reason: str | None = None


@dataclass(frozen=True)
class OverSizes:
    """Differences over outer draws of the sale's size: one mean difference for each, with the same luck inside.

    by: (policy, metric) → differences, in the order of `drawn`, None where a size has no figure.
    """

    drawn: tuple[float, ...]
    by: Mapping[tuple[str, str], tuple[float, ...] | None]


@dataclass(frozen=True)
class Best:
    """Which of baseline ("") and policies is best by one metric. zone: the indifference zone in the metric's unit."""

    metric: str
    zone: float
    selection: Selection
    names: tuple[str, ...]

    @property
    def pick(self) -> str | None:
        """The best one's name, None where the replications did not suffice to tell."""
        return None if self.selection.best is None else self.names[self.selection.best]


@dataclass(frozen=True)
class Comparison:
    """Policies against a baseline.

    metrics: addresses that are judged. stop: where the wanted precision ended it, None for a fixed number. compared: policy by policy,
    metric by metric. tables: of baseline ("") and policies, what is known of their replications. problems: invariants that do not hold in
    any run that was made for it.
    """

    baseline: Scenario
    policies: tuple[Policy, ...]
    metrics: tuple[str, ...]
    seed: int
    replications: int
    precision: float | None
    stop: Stop | None
    compared: tuple[Compared, ...]
    tables: Mapping[str, Replications]
    over_sizes: OverSizes | None = None
    best: Best | None = None
    problems: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The baseline's ("") and the policies'."""
        return ("", *(policy.name for policy in self.policies))

    def of(self, policy: str, metric: str) -> Compared:
        """What is found of one metric under one policy; KeyError where it was not compared."""
        for each in self.compared:
            if (each.policy, each.metric) == (policy, metric):
                return each
        raise KeyError((policy, metric))

    def figure(self, name: str, address: str) -> Interval | str:
        """A figure of baseline or policy with its interval over the replications, or why there is none."""
        found = self.tables[name].sample(address)
        return found if isinstance(found, str) else interval_of(found)

    @cached_property
    def ranked(self) -> tuple[str, ...]:
        """Policies, the best first: by how many metrics are better less how many are worse, then by the first metric."""
        return tuple(sorted((policy.name for policy in self.policies), key=self._rank))

    def _rank(self, policy: str) -> tuple[int, float]:
        verdicts = [self.of(policy, metric).verdict for metric in self.metrics]
        first = self.of(policy, self.metrics[0]).difference
        sign = -1 if better_of(self.metrics[0]) == "up" else 1
        return verdicts.count("worse") - verdicts.count("better"), math.inf if first is None else sign * first.estimate

    def money(self, name: str) -> dict[str, Interval]:
        """Yuan by cause of baseline or policy."""
        return {cause: mean_of(sample.values.tolist()) for cause, sample in self.tables[name].costs().items()}

    def backlog(self, name: str) -> Hours:
        """Cases in the lines of the shop's own pools, hour by hour, shape (replications, hours)."""
        of = self.tables[name]
        return of.hours([course for course in of.courses("in_line") if family(course.removesuffix(".in_line")) not in OUTSIDE])


def compare(
    baseline: Scenario,
    policies: Sequence[Policy],
    addresses: Sequence[str] = USUAL,
    precision: float | None = None,
    replications: int = FIRST,
    seed: int = 0,
    sizes: int = 0,
    best: tuple[str, float] | None = None,
    laboratory: Laboratory | None = None,
) -> Comparison:
    """Compare policies with a baseline on the same refunds and the same luck.

    precision: go on until half the 95 % interval of every paired difference is at most this times the baseline's mean, and stays there
    (at least 20, at most 1,000 replications); None: `replications`. sizes: so many outer draws of the sale's size, each with as many
    replications as are reported. best: (metric, indifference zone in its unit): also pick the best, on replications of its own.

    Raises BadInput for no policy, two of a name or one called BASELINE, a wrong address, one named twice, a precision or zone that is not
    above 0, a metric to pick by that is neither better for more nor for less or has no figure; and what `draw_workload` and `simulate`
    raise.
    """
    wanted = _addresses(addresses)
    _check(policies, precision, replications, best)
    if sizes:
        check_sizes(sizes)
        doubt_of(baseline)
    scenarios = {"": baseline, **{policy.name: policy.scenario for policy in policies}}
    at_work = laboratory or Laboratory()
    known_before = len(at_work.problems)
    stop = None
    if precision is None:
        tables = _tables(scenarios, seed, range(replications), at_work)
    else:
        stop, tables = _until_precise(scenarios, seed, wanted, precision, at_work)
        replications = stop.replications
    found = {name: Replications(each) for name, each in tables.items()}
    return Comparison(
        baseline=baseline,
        policies=tuple(policies),
        metrics=wanted,
        seed=seed,
        replications=replications,
        precision=precision,
        stop=stop,
        compared=judged(found, wanted),
        tables=found,
        over_sizes=_over_sizes(scenarios, seed, wanted, sizes, replications, at_work) if sizes else None,
        best=None if best is None else pick(scenarios, seed, *best, at_work),
        problems=tuple(at_work.problems[known_before:]),
    )


def judged(tables: Mapping[str, Replications], addresses: Sequence[str]) -> tuple[Compared, ...]:
    """Every metric under every policy against the baseline (""), with p-values adjusted over all of them."""
    found: list[tuple[str, str, Difference | str]] = []
    for address in addresses:
        baseline = tables[""].sample(address)
        for name in tables:
            if name:
                policy = tables[name].sample(address)
                missing = next((each for each in (baseline, policy) if isinstance(each, str)), None)
                found.append((name, address, missing or paired(_known(policy), _known(baseline))))
    asked = [place for place, (_, _, each) in enumerate(found) if isinstance(each, Difference) and each.p is not None]
    adjusted = dict(zip(asked, holm([found[place][2].p for place in asked]), strict=True))  # type: ignore[union-attr, misc]
    return tuple(_compared(*each, adjusted.get(place)) for place, each in enumerate(found))


def verdict_of(address: str, difference: Difference, adjusted: float | None) -> Verdict:
    """What a difference of a metric is, once its p-value is adjusted for all that was asked beside it."""
    if adjusted is None or adjusted > SIGNIFICANT or not difference.estimate:
        return "no clear difference"
    better = better_of(address)
    if better == "neither":
        return "different"
    return "better" if (difference.estimate > 0) == (better == "up") else "worse"


def better_of(address: str) -> Better:
    """Which way a metric is better."""
    return metrics()[parse_address(address).name].better


def interval_of(sample: Sample) -> Interval:
    """A figure over its replications: a share as the ratio of sums, else a mean."""
    if sample.parts is None or sample.wholes is None:
        return mean_of(sample.values.tolist())
    found = ratio_of(list(zip(sample.parts.tolist(), sample.wholes.tolist(), strict=True)))
    return found or mean_of(sample.values.tolist())


# ---------------------------------------------------------------- how many replications
def _tables(
    scenarios: Mapping[str, Scenario], seed: int, replications: range, at_work: Laboratory, size: int | None = None
) -> dict[str, list[pa.Table]]:
    """The tables of the blocks of all scenarios, in order."""
    columns = [jobs_of(scenario, seed, replications, size) for scenario in scenarios.values()]
    rows = at_work.tables(list(zip(*columns, strict=True)))
    return {name: [row[place] for row in rows] for place, name in enumerate(scenarios)}


def _until_precise(
    scenarios: Mapping[str, Scenario], seed: int, addresses: Sequence[str], precision: float, at_work: Laboratory
) -> tuple[Stop, dict[str, list[pa.Table]]]:
    """Replications until every difference is precise. How many are made at once changes nothing about where it stops."""
    tables: dict[str, list[pa.Table]] = {name: [] for name in scenarios}
    made, wanted = 0, FIRST + look_ahead(FIRST)
    while True:
        more = _tables(scenarios, seed, range(made, wanted), at_work)
        for name, each in more.items():
            tables[name] += each
        made = wanted
        found = {name: Replications(each) for name, each in tables.items()}
        holds = precise(found, addresses, precision, made)
        stop = stop_of(holds)
        if stop is not None:
            used = -(-stop.replications // BLOCK)
            kept = {name: each[:used] for name, each in tables.items()}
            return stop, {name: _first(each, stop.replications) for name, each in kept.items()}
        wanted = _next(found, addresses, precision, made)


def _first(tables: list[pa.Table], count: int) -> list[pa.Table]:
    return [*tables[:-1], tables[-1].filter(pa.array(tables[-1].column("replication").to_numpy() < count))]


def precise(tables: Mapping[str, Replications], addresses: Sequence[str], precision: float, count: int) -> list[bool]:
    """Whether every paired difference is precise enough with the first 1, 2, … `count` replications.

    What has no figure in one of those is not asked. Nor does it hang on later ones: else it would on how many are made at once.
    """
    pairs = [(tables[name].begin(address), tables[""].begin(address)) for address in addresses for name in tables if name]
    return [all(_is_precise(*pair, precision, made) for pair in pairs) if made >= FIRST else False for made in range(1, count + 1)]


def _is_precise(policy: Sample, baseline: Sample, precision: float, count: int) -> bool:
    if count > min(len(policy), len(baseline)):
        return True
    return paired(policy.first(count), baseline.first(count)).half <= precision * abs(baseline.first(count).figure)


def _next(tables: Mapping[str, Replications], addresses: Sequence[str], precision: float, made: int) -> int:
    """How many replications to make before the next look: what the present spread asks for, at most as many again, in whole blocks."""
    worst = 1.0
    for address in addresses:
        baseline = tables[""].sample(address)
        for name in tables:
            policy = tables[name].sample(address)
            if name and isinstance(policy, Sample) and isinstance(baseline, Sample):
                allowed = precision * abs(baseline.figure)
                worst = max(worst, paired(policy, baseline).half / allowed if allowed else math.inf)
    asked = min(made * min(worst, math.sqrt(2)) ** 2, MOST)
    blocks = max(-(-int(asked + look_ahead(int(asked))) // BLOCK), made // BLOCK + 2)
    return min(blocks * BLOCK, MOST)


# ---------------------------------------------------------------- verdicts
def _compared(policy: str, metric: str, found: Difference | str, adjusted: float | None) -> Compared:
    if isinstance(found, str):
        return Compared(policy, metric, None, None, "no clear difference", found)
    return Compared(policy, metric, found, adjusted, verdict_of(metric, found, adjusted))


def _known(sample: Sample | str) -> Sample:
    assert isinstance(sample, Sample)
    return sample


# ---------------------------------------------------------------- outer draws, and the best
def _over_sizes(
    scenarios: Mapping[str, Scenario], seed: int, addresses: Sequence[str], sizes: int, replications: int, at_work: Laboratory
) -> OverSizes:
    from sim.demand.order_curve import size_of

    spread = doubt_of(scenarios[""])
    by: dict[tuple[str, str], list[float | None]] = {}
    for size in range(sizes):
        skilled = {name: as_skilled(scenario, seed, size) for name, scenario in scenarios.items()}
        tables = {name: Replications(each) for name, each in _tables(skilled, seed, range(replications), at_work, size).items()}
        for each in judged(tables, addresses):
            by.setdefault((each.policy, each.metric), []).append(None if each.difference is None else each.difference.estimate)
    known = {key: None if None in values else tuple(value for value in values if value is not None) for key, values in by.items()}
    return OverSizes(tuple(size_of(spread, seed, size) for size in range(sizes)), known)


def pick(scenarios: Mapping[str, Scenario], seed: int, metric: str, zone: float, at_work: Laboratory) -> Best:
    """The best of some scenarios by one metric, on replications that are used for nothing else. Raises BadInput where one has no figure."""
    names = tuple(scenarios)
    address = str(parse_address(metric, "--best"))
    sign = 1 if better_of(address) == "up" else -1
    tables: dict[str, list[pa.Table]] = {name: [] for name in names}
    left, made, wanted = names, 0, FIRST_OF_SELECTION
    while True:
        more = {name: scenarios[name] for name in left}
        for name, each in _tables(more, seed, range(TUNING + made, TUNING + wanted), at_work).items():
            tables[name] += each
        made = wanted
        values = [sign * _must(Replications(tables[name]).sample(address), address).values for name in names]
        selection = select(values, zone)
        if selection.best is not None or made >= MOST:
            return Best(address, zone, selection, names)
        left = tuple(names[place] for place in selection.left)
        wanted = min(made + max(BLOCK * 2, made // 2 // BLOCK * BLOCK), MOST)


def _must(sample: Sample | str, address: str) -> Sample:
    if isinstance(sample, str):
        raise BadInput("has no figure in every replication, so none can be picked by it", field="--best", value=address)
    return sample


# ---------------------------------------------------------------- what was asked
def _addresses(addresses: Sequence[str]) -> tuple[str, ...]:
    found = tuple(str(parse_address(address, "--metric")) for address in addresses)
    twice = next((each for place, each in enumerate(found) if each in found[:place]), None)
    if twice is not None:
        raise BadInput("is named twice", field="--metric", value=twice)
    return found


def _check(policies: Sequence[Policy], precision: float | None, replications: int, best: tuple[str, float] | None) -> None:
    if not policies:
        raise BadInput("there is nothing to compare", field="--policy", allowed=msgid("at least one policy"))
    names = [policy.name for policy in policies]
    twice = next((name for place, name in enumerate(names) if name in names[:place] or not name), None)
    if twice is not None:
        raise BadInput("is named twice", field="--policy", value=twice)
    if BASELINE in names:
        raise BadInput("is what the scenario itself is called", field="--policy", value=BASELINE, allowed=msgid("another name"))
    if precision is not None and not 0 < precision <= 1:
        raise BadInput(
            "is out of range", field="--precision", value=precision, allowed=msgid("a share above 0 and at most 1, such as 0.02")
        )
    if precision is None and not 2 <= replications <= MOST:
        raise BadInput("is out of range", field="--replications", value=replications, allowed=msgid("2 to {most}"), most=f"{MOST:,}")
    if best is not None:
        address: Address = parse_address(best[0], "--best")
        if metrics()[address.name].better == "neither":
            raise BadInput("is neither better for more nor for less", field="--best", value=str(address))
        if not best[1] > 0 or not np.isfinite(best[1]):
            raise BadInput("is out of range", field="--zone", value=best[1], allowed=msgid("a number above 0, in the metric's unit"))
