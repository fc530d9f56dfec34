"""Metric addresses: NAME[.path_N|.FROM_TO|.POOL|.ACT][.mean|.p50|.p90|.p99|.peak|.worst_hour], such as `completion_hours.path_4.p90`."""

from collections.abc import Mapping
from dataclasses import dataclass

from sim.desk.tables import ERROR_NAMES, HANDOFF_NAMES
from sim.errors import BadInput, nearest_name
from sim.measure.figures import PATHS, Figure, Reason, metrics, reasons
from sim.measure.pools import family
from sim.scenario.staff import POOLS

MEAN = "mean"
PARTS: Mapping[str, tuple[str, ...]] = {"path": PATHS, "pool": POOLS, "handoff": HANDOFF_NAMES, "act": ERROR_NAMES}


@dataclass(frozen=True)
class Address:
    """A metric, the part of it that is meant ("" = all), and the statistic."""

    name: str
    part: str = ""
    statistic: str = MEAN

    def __str__(self) -> str:
        return ".".join(word for word in (self.name, self.part, "" if self.statistic == MEAN else self.statistic) if word)


def parse_address(text: str, field: str = "metric") -> Address:
    """Read an address. Raises BadInput, with what is allowed and the nearest name, for a word that is not one of that metric's."""
    name, *words = text.strip().split(".")
    if name not in metrics():
        raise _not_allowed(text, field, name, tuple(metrics()))
    metric = metrics()[name]
    parts = tuple(part for kind in metric.by for part in PARTS[kind])
    part = words.pop(0) if words and family(words[0]) in parts else ""  # also "agents_12"
    statistics = (MEAN, *(each for each in metric.statistics if not part or each != "worst_hour"))
    statistic = words.pop(0) if words and words[0] in statistics else MEAN
    if words:
        after = text.strip().removesuffix("." + ".".join(words))
        known = statistics if part else (*parts, *statistics)
        none_left = statistic != MEAN or after.endswith("." + MEAN)
        raise _not_allowed(text, field, words[0], (after,) if none_left else tuple(f"{after}.{word}" for word in known), prefix=f"{after}.")
    return Address(name, part, statistic)


def read(kpis: Mapping[str, Figure], address: Address | str) -> tuple[float | None, Reason | None]:
    """(number, None), or (None, why there is none). Raises BadInput for a wrong address."""
    at = parse_address(address) if isinstance(address, str) else address
    figure: Figure | None = kpis[at.name]
    if figure is not None and at.part:
        figure = {**figure.by_path, **figure.by}.get(at.part)
    if figure is None:
        missing = "no_such_pool" if "pool" in metrics()[at.name].by else "no_requests"
        return None, kpis[at.name].reason or reasons()[missing]
    if figure.value is None:
        return None, figure.reason
    value = figure.value if at.statistic == MEAN else figure.quantiles.get(at.statistic)
    if value is None:
        return None, reasons()["nobody_staffed" if at.statistic in ("worst_hour", "peak") else "not_reached"]
    return value, None


def _not_allowed(text: str, field: str, word: str, allowed: tuple[str, ...], prefix: str = "") -> BadInput:
    likest = nearest_name(prefix + word, allowed)
    return BadInput("is none of the allowed words", field=field, value=text, allowed=allowed, nearest=likest)
