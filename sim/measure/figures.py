"""A figure: its value with unit and direction, its quantiles, the same by path and by pool, or why there is none."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal, cast

import numpy as np

from sim.measure.curves import Flags, Whole, reached_by

Better = Literal["up", "down", "neither"]

PATHS = ("path_1", "path_2", "path_3", "path_4")
QUANTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99}
NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Reason:
    """Why a figure is null, for people."""

    key: str
    zh: str
    en: str


@dataclass(frozen=True)
class Metric:
    """What a figure is: code name, names and definition in Chinese and English, unit, which way is better, grade of the definition.

    by: what an address may name after the code: "path", "pool", "handoff". statistics: what it may ask for besides the mean.
    """

    code: str
    zh: str
    en: str
    unit: str
    better: Better
    by: tuple[str, ...]
    statistics: tuple[str, ...]
    grade: str
    definition_zh: str
    definition_en: str


@dataclass(frozen=True)
class Figure:
    """One measured figure.

    value: in `unit`, None where the input cannot give it (then `reason`). quantiles: other statistics of it ("p90", "peak",
    "worst_hour"), None where not known. by_path: "path_1" … "path_4"; by: pools or handoffs by name. parts: the whole numbers and sums
    it is made of ("in" and "of" of a share), so that shares are joined as ratios of sums. estimate: computed, not observed.
    """

    value: float | None
    unit: str
    better: Better
    quantiles: Mapping[str, float | None] = field(default_factory=lambda: NONE)
    by_path: Mapping[str, "Figure"] = field(default_factory=lambda: NONE)
    by: Mapping[str, "Figure"] = field(default_factory=lambda: NONE)
    parts: Mapping[str, float] = field(default_factory=lambda: NONE)
    reason: Reason | None = None
    estimate: bool = False


def figure(code: str, value: float | None, reason: str | None = None, **more: Any) -> Figure:
    """A figure of the metric `code`, with that metric's unit and direction; `reason` is a key of metrics.toml."""
    metric = metrics()[code]
    if value is None and reason is None:
        raise ValueError(f"{code} is null without a reason")
    return Figure(value, metric.unit, metric.better, reason=reasons()[reason] if value is None and reason else None, **more)


def share(code: str, part: float, whole: float, reason: str, **more: Any) -> Figure:
    """`part` of `whole` as a share 0-1, with both kept in `parts`; null for `reason` where there is no whole."""
    parts = {"in": part, "of": whole, **more.pop("parts", {})}
    return figure(code, part / whole if whole else None, reason, parts=parts, **more)


def lengths(code: str, seconds: Whole, reached: Flags, unit_seconds: int, reason: str, **more: Any) -> Figure:
    """Mean and quantiles of lengths of time, in units of `unit_seconds`; those that have not `reached` their end count as they are."""
    if not len(seconds):
        return figure(code, None, reason, quantiles=dict.fromkeys(QUANTILES), **more)
    found = reached_by(tuple(QUANTILES.values()), seconds, reached)
    quantiles = {name: None if at is None else at / unit_seconds for name, at in zip(QUANTILES, found, strict=True)}
    parts = {"of": len(seconds), "unfinished": int(np.count_nonzero(~reached))}
    return figure(code, int(seconds.sum()) / len(seconds) / unit_seconds, quantiles=quantiles, parts=parts, **more)


@cache
def metrics() -> Mapping[str, Metric]:
    """All metrics by code name, in the order of metrics.toml."""
    table = _table()["metric"]
    return MappingProxyType(
        {
            code: Metric(
                code=code,
                by=tuple(entry["by"]),
                statistics=tuple(entry["statistics"]),
                better=cast(Better, entry["better"]),
                **{name: entry[name] for name in ("zh", "en", "unit", "grade", "definition_zh", "definition_en")},
            )
            for code, entry in table.items()
        }
    )


@cache
def reasons() -> Mapping[str, Reason]:
    """Why a figure may be null, by key."""
    return MappingProxyType({key: Reason(key, entry["zh"], entry["en"]) for key, entry in _table()["reason"].items()})


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(resources.files("sim.measure").joinpath("metrics.toml").read_text("utf-8"))
