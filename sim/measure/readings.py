"""All numbers of one run by their addresses: what is kept of a replication when its log is gone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from sim.measure.address import Address
from sim.measure.curves import HOUR, Real, packed
from sim.measure.curves import hourly as per_place
from sim.measure.figures import PATHS, Figure
from sim.measure.summary import RunSummary

COST = "cost"
"""First word of the places of money by cause, "cost.labour": no metric, but kept beside them."""

HOURLY = ("in_line", "at_work", "staffed", "busy")
"""What is kept of each pool hour by hour over the reported days."""

OPEN = tuple(f"{path}.open" for path in PATHS)
"""Courses of the requests that are filed and not yet completed, path by path."""

REQUESTS, IN_TIME = "first_response.requests", "first_response.in_time"
"""Courses of the judged requests by hour of filing, and of those of them that were answered in time."""

NEEDED, THERE = "stretches.people_needed", "stretches.people_there"
"""Courses with a place for each stretch of `RunSummary.needs`, whatever it lasts: who was needed, and who was there."""


@dataclass(frozen=True)
class Reading:
    """One number of one run. value: in the metric's unit, None where there is none, then `reason` (a key of metrics.toml).

    part, whole: of a share, what it is the ratio of; None for what is no share."""

    value: float | None
    part: float | None = None
    whole: float | None = None
    reason: str | None = None


def readings(summary: RunSummary) -> dict[str, Reading]:
    """Every number that a metric address can name, by the address as text, and yuan by cause ("cost.labour")."""
    found = {str(address): reading for name, figure in summary.kpis.items() for address, reading in _of(name, figure)}
    return found | {f"{COST}.{cause}": Reading(amount) for cause, amount in summary.costs.items()}


def _of(name: str, figure: Figure) -> Iterator[tuple[Address, Reading]]:
    yield from _with_statistics(name, "", figure)
    for part, of_part in {**figure.by_path, **figure.by}.items():
        yield from _with_statistics(name, part, of_part)


def _with_statistics(name: str, part: str, figure: Figure) -> Iterator[tuple[Address, Reading]]:
    is_ratio = {"in", "of"} <= set(figure.parts)
    part_of, whole = (figure.parts["in"], figure.parts["of"]) if is_ratio else (None, None)
    reason = None if figure.reason is None else figure.reason.key
    yield Address(name, part), Reading(figure.value, part_of, whole, reason if figure.value is None else None)
    for statistic, value in figure.quantiles.items():
        yield Address(name, part, statistic), Reading(value, reason=(reason or _missing(statistic)) if value is None else None)


def _missing(statistic: str) -> str:
    return "nobody_staffed" if statistic in ("worst_hour", "peak") else "not_reached"


def hourly(summary: RunSummary) -> Mapping[str, Real]:
    """The courses of a run over its reported days, by name; a number for each hour, but for those of NEEDED and THERE.

    Per pool and kind ("agents.in_line"): HOURLY. OPEN: averaged over the hour, of all requests that the desk has, whenever they were filed.
    REQUESTS, IN_TIME: nothing but 0 where there is no standard.
    """
    hours = -(-summary.pools.end // HOUR)
    of_pools = {f"{pool.name}.{kind}": getattr(pool, kind)[:hours] for pool in summary.pools.pools for kind in HOURLY}
    return {**of_pools, **_open(summary, hours), **_responses(summary, hours), **_stretches(summary)}


def _open(summary: RunSummary, hours: int) -> Mapping[str, Real]:
    """OPEN: each request counts from its filing to its completion."""
    every = summary.every
    place = packed(every["path"]) - 1  # what is on no path is in no course
    begun, over = (per_place(packed(every[end]), np.ones(len(every), np.int64), place, len(OPEN), hours) for end in ("filed", "completed"))
    return dict(zip(OPEN, (begun - over) / HOUR, strict=True))


def _responses(summary: RunSummary, hours: int) -> Mapping[str, Real]:
    """REQUESTS and IN_TIME."""
    found = np.zeros((2, hours))
    for course, column in zip(found, ("requests", "in_time"), strict=True):
        course[summary.response_hours["hour"]] = summary.response_hours[column]
    return {REQUESTS: found[0], IN_TIME: found[1]}


def _stretches(summary: RunSummary) -> Mapping[str, Real]:
    """NEEDED and THERE."""
    people = [(need.needed, need.staffed) for need in summary.needs]
    needed, there = np.array(people, np.float64).reshape(-1, 2).T
    return {NEEDED: needed.copy(), THERE: there.copy()}
