"""All numbers of one run by their addresses: what is kept of a replication when its log is gone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sim.measure.address import Address
from sim.measure.curves import HOUR, Real
from sim.measure.figures import Figure
from sim.measure.summary import RunSummary

COST = "cost"
"""First word of the places of money by cause, "cost.labour": no metric, but kept beside them."""

HOURLY = ("in_line", "at_work", "staffed", "busy")
"""What is kept of each pool hour by hour over the reported days."""


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
    """Per pool and kind ("agents.in_line") one number for each hour of the reported days: HOURLY."""
    hours = -(-summary.pools.end // HOUR)
    return {f"{pool.name}.{kind}": getattr(pool, kind)[:hours] for pool in summary.pools.pools for kind in HOURLY}
