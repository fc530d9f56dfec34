"""What is open hour by hour, as it may come: the middle of the runs, and bands that hold 50, 80 and 95 of 100 of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from sim.report.answer import Column
from sim.report.chart import Chart, Value, chart_of, of_words, rows_of
from sim.report.charts import DAY_HOURS, day_axis
from sim.report.theme import INK
from sim.words import _

BANDS = (0.95, 0.8, 0.5)
"""Shares of the replications that a band holds, the widest first."""

TINTS = ("#d3e3f1", "#9fc3e0", "#5b9bcb")

LEAST_MOST = 4
"""The scale of a panel reaches at least so far, in cases."""

Ends = tuple[Sequence[float], Sequence[float]]


@dataclass(frozen=True)
class Fan:
    """How many there are, hour by hour. middle: of the runs; bands: by the share of runs that each holds, its lower and upper end."""

    name: str
    middle: Sequence[float]
    bands: Mapping[float, Ends] = field(default_factory=dict)

    @property
    def most(self) -> float:
        """The largest of all that is drawn."""
        outer = max(self.bands, default=None)
        return max(self.middle if outer is None else self.bands[outer][1], default=0.0)


@dataclass(frozen=True)
class Counted:
    """What is counted, in words. axis: over the numbers, with their unit; told: a sentence with a place for {told}; unit: alone."""

    axis: str
    told: str
    unit: str


def in_line() -> Counted:
    """Cases that wait in line."""
    return Counted(_("cases waiting"), _("Cases waiting in line, hour by hour. {told}."), _("number of cases"))


def not_done() -> Counted:
    """Requests that are filed and not yet completed."""
    return Counted(_("requests open"), _("Requests filed and not yet completed, hour by hour. {told}."), _("number of requests"))


def bands(hours: NDArray[np.float64]) -> dict[float, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Lower and upper end of each band, hour by hour: quantiles of the replications. hours: shape (replications, hours)."""
    return {share: (np.quantile(hours, (1 - share) / 2, axis=0), np.quantile(hours, (1 + share) / 2, axis=0)) for share in BANDS}


def of_replications(name: str, hours: NDArray[np.float64]) -> Fan:
    """The fan of some replications. hours: shape (replications, hours)."""
    ends = {share: (low.tolist(), high.tolist()) for share, (low, high) in bands(hours).items()}
    return Fan(name, np.median(hours, axis=0).tolist(), ends)


def of_quantiles(name: str, quantiles: Mapping[str, Sequence[float]]) -> Fan:
    """The fan of quantiles by their name ("0.5", "0.025" …); with "0.5" alone it has no band."""
    ends = {share: (_quantile(quantiles, (1 - share) / 2), _quantile(quantiles, (1 + share) / 2)) for share in BANDS}
    return Fan(name, quantiles["0.5"], {share: (low, high) for share, (low, high) in ends.items() if low and high})


def _quantile(quantiles: Mapping[str, Sequence[float]], at: float) -> Sequence[float]:
    return quantiles.get(f"{at:.3f}".rstrip("0"), ())


def backlog_fan(fans: Sequence[Fan], days: Sequence[str], name: str, of: Counted, *, one_scale: bool, height: int = 150) -> Chart:
    """A panel for each fan, one above the other, days below; `one_scale`: the same for all, else each has its own."""
    most = max((fan.most for fan in fans), default=0.0)
    shares = [_("{share} of 100 runs").format(share=round(100 * share)) for share in BANDS] if any(fan.bands for fan in fans) else []
    panels = [_panel(fan, days, shares, of.axis, most if one_scale else fan.most, height) for fan in fans]
    told = _("; ").join(map(_told, fans))
    return chart_of(alt.vconcat(*panels, spacing=18), name, of.told.format(told=told), *_numbers(fans, days, of.unit))


def _panel(fan: Fan, days: Sequence[str], shares: Sequence[str], title_of_axis: str, most: float, height: int) -> Any:
    middle = _("middle run")
    median = [{"hour": hour, "level": level, "band": middle} for hour, level in enumerate(_rounded(fan.middle))]
    x = alt.X("hour:Q", scale=alt.Scale(domain=[0, len(fan.middle)], nice=False), axis=day_axis(days))
    scale = alt.Scale(domain=[0, max(most, LEAST_MOST)])
    axis = alt.Axis(tickMinStep=1, tickCount=4, format=",d", minExtent=42)
    y = alt.Y("low:Q", title=title_of_axis, scale=scale, axis=axis)
    legend = alt.Legend(title=None, orient="top", symbolType="square", offset=22)
    colour = alt.Color("band:N", scale=alt.Scale(domain=[middle, *reversed(shares)], range=[INK, *reversed(TINTS)]), legend=legend)
    areas = [
        alt.Chart(rows_of(_area(fan.bands[share], text))).mark_area(opacity=1).encode(x=x, y=y, y2="high:Q", color=colour)
        for share, text in zip(BANDS, shares, strict=False)
        if share in fan.bands
    ]
    line = alt.Chart(rows_of(median)).mark_line(strokeWidth=2)
    line = (
        line.encode(x="hour:Q", y="level:Q", color=colour)
        if areas
        else line.encode(x=x, y=alt.Y("level:Q", title=title_of_axis, scale=scale, axis=axis), color=alt.value(INK))
    )
    title = alt.Title(fan.name, anchor="start", fontSize=13, color=INK, limit=900)
    return alt.layer(*areas, line).properties(title=title, width=980, height=height)


def _area(ends: Ends, text: str) -> list[dict[str, Any]]:
    return [
        {"hour": hour, "low": low, "high": high, "band": text} for hour, (low, high) in enumerate(zip(*map(_rounded, ends), strict=True))
    ]


def _rounded(values: Sequence[float]) -> list[float]:
    rounded: list[float] = np.round(np.asarray(values, np.float64), 2).tolist()
    return rounded


def _told(fan: Fan) -> str:
    middle = f"{max(fan.middle, default=0.0):,.0f}"
    if not fan.bands:
        return _("{name}: at most {most}").format(name=fan.name, most=middle)
    told = _("{name}: in the middle run at most {middle}, in 95 of 100 runs at most {most}")
    return told.format(name=fan.name, middle=middle, most=f"{fan.most:,.0f}")


def _numbers(fans: Sequence[Fan], days: Sequence[str], unit: str) -> tuple[list[Column], list[list[Value]]]:
    """A row for each hour; for each fan its middle and the ends of its bands."""
    columns = [of_words(_("day")), Column(_("hour of the day (0–23)"))]
    courses: list[Sequence[float]] = []
    for fan in fans:
        columns.append(Column(_("{name}, middle run ({unit})").format(name=fan.name, unit=unit)))
        courses.append(fan.middle)
        for share in sorted(fan.bands):
            of = {"name": fan.name, "share": round(100 * share), "unit": unit}
            columns.append(Column(_("{name}, {share} of 100 runs, from ({unit})").format(**of)))
            columns.append(Column(_("{name}, {share} of 100 runs, to ({unit})").format(**of)))
            courses += fan.bands[share]
    rows: list[list[Value]] = [
        [days[hour // DAY_HOURS] if hour // DAY_HOURS < len(days) else None, hour % DAY_HOURS, *values]
        for hour, values in enumerate(zip(*courses, strict=True))
    ]
    return columns, rows
