"""The charts of a report, each from plain numbers to SVG with a text alternative. Every axis carries its unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from sim.report import format
from sim.report.theme import ACCENT, BAD, HEAT, INK, MUTED, PAPER, RULE, WARN, svg_of
from sim.words import _

DAY_HOURS = 24
MOST_DAY_NAMES = 8
"""Names of days that have room beside each other on an axis."""


@dataclass(frozen=True)
class Cell:
    """One hour of one day: requests filed in it that count, and how many of them were answered in time."""

    day: int
    hour: int
    requests: int
    in_time: int


@dataclass(frozen=True)
class Course:
    """How many there were, of cases in the lines of a pool or of what came: value i holds for hour i after the start."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Span:
    """Durations of a class of cases, in hours: half of them took at most `half`, nine in ten at most `nine_in_ten`."""

    name: str
    cases: int
    half: float
    nine_in_ten: float


@dataclass(frozen=True)
class Amount:
    """Money by what it was spent on, in fen."""

    name: str
    fen: float


def first_response_map(cells: Sequence[Cell], days: Sequence[str], standard: str) -> str:
    """Share answered in time by hour of filing (columns) and day (rows), with the number in each cell."""
    values: list[dict[str, Any]] = [
        {
            "day": days[cell.day],
            "hour": cell.hour,
            "share": cell.in_time / cell.requests,
            "shown": f"{100 * cell.in_time / cell.requests:.0f}",
        }
        for cell in cells
        if cell.requests and cell.day < len(days)
    ]
    base = alt.Chart(rows_of(values)).encode(
        x=alt.X(
            "hour:O",
            title=_("hour of the day in which the request was filed"),
            scale=alt.Scale(domain=list(range(DAY_HOURS))),
            axis=alt.Axis(labelAngle=0, orient="top", domain=False, ticks=False),
        ),
        y=alt.Y("day:O", title=None, sort=list(days), scale=alt.Scale(domain=list(days)), axis=alt.Axis(domain=False, ticks=False)),
    )
    colour = alt.Color("share:Q", scale=alt.Scale(domain=[0, 0.2, 0.4, 0.6, 0.8, 1], range=list(HEAT)), legend=None)
    dark = alt.condition("datum.share < 0.3", alt.value(PAPER), alt.value(INK))
    chart = alt.layer(
        base.mark_rect(stroke=PAPER, strokeWidth=2).encode(color=colour), base.mark_text(fontSize=12).encode(text="shown:N", color=dark)
    )
    worst = sorted(values, key=lambda value: value["share"])[:3]
    told = _("Per cent of the requests filed in each hour that were answered within {standard}. Worst: {worst}.").format(
        standard=standard, worst=_("; ").join(f"{value['day']} {value['hour']:02d}:00 {value['shown']} %" for value in worst)
    )
    return svg_of(chart.properties(width=40 * DAY_HOURS, height=30 * len(days)), "first-response", told)


def backlog(courses: Sequence[Course], days: Sequence[str]) -> str:
    """Cases waiting per pool over time, a panel per pool with its own scale."""
    told = _("Cases waiting in line, per pool and hour. Most at once: {most}.").format(
        most=_("; ").join(f"{course.name} {format.count(max(course.values, default=0))}" for course in courses)
    )
    return svg_of(_panels(courses, days, _("cases waiting")), "backlog", told)


def what_comes(courses: Sequence[Course], days: Sequence[str]) -> str:
    """What comes in an hour (orders, requests by path, returned parcels), a panel each with its own scale."""
    told = _("What comes in an hour. Most in one hour: {most}.").format(
        most=_("; ").join(f"{course.name} {format.count(max(course.values, default=0))}" for course in courses)
    )
    return svg_of(_panels(courses, days, _("in an hour")), "what-comes", told)


def _panels(courses: Sequence[Course], days: Sequence[str], of_value: str) -> Any:
    """A panel for each course over the hours, one above the other."""
    panels = []
    for course in courses:
        most = max(course.values, default=0.0)
        values: list[dict[str, Any]] = [{"hour": hour, "level": level} for hour, level in enumerate(course.values)]
        hours = len(course.values)
        panels.append(
            alt.Chart(rows_of(values), title=alt.Title(course.name, anchor="start", fontSize=13, color=INK))
            .mark_area(interpolate="step-after", line={"color": ACCENT, "strokeWidth": 1.5}, color=ACCENT, fillOpacity=0.15)
            .encode(
                x=alt.X("hour:Q", scale=alt.Scale(domain=[0, hours], nice=False), axis=day_axis(days)),
                y=alt.Y(
                    "level:Q",
                    title=of_value,
                    scale=alt.Scale(domain=[0, max(most, 4)]),
                    axis=alt.Axis(tickMinStep=1, tickCount=3, format=",d", minExtent=42),
                ),
            )
            .properties(width=980, height=90)
        )
    return alt.vconcat(*panels, spacing=14)


@dataclass(frozen=True)
class Stretch:
    """People there and people needed from `begin` to `end`, in hours after the start."""

    begin: float
    end: float
    there: int
    needed: int


def staffing(stretches: Sequence[Stretch], days: Sequence[str]) -> str:
    """People there (filled) against people needed (line) over time; red where more are needed."""
    values: list[dict[str, Any]] = [
        {"begin": stretch.begin, "end": stretch.end, "there": stretch.there, "needed": stretch.needed} for stretch in stretches
    ]
    hours = max(stretch.end for stretch in stretches)
    base = alt.Chart(rows_of(values)).encode(
        x=alt.X("begin:Q", scale=alt.Scale(domain=[0, hours], nice=False), axis=day_axis(days)), x2="end:Q"
    )
    most = max(max(stretch.there, stretch.needed) for stretch in stretches)
    scale, axis = alt.Scale(domain=[0, most + 1], nice=False), alt.Axis(format=",d", tickMinStep=1, minExtent=42)
    people = alt.Y("there:Q", title=None, scale=scale, axis=axis)
    there = base.mark_rect(color=ACCENT, fillOpacity=0.18).encode(y=people, y2=alt.datum(0))
    short = base.mark_rect(color=BAD, fillOpacity=0.35).encode(y="there:Q", y2="needed:Q").transform_filter("datum.needed > datum.there")
    needed = base.mark_rule(color=INK, strokeWidth=2.5).encode(y="needed:Q")
    told = _("People there and people needed, shift by shift. Too few: {short}.").format(
        short=_("; ").join(
            f"{days[int(stretch.begin // DAY_HOURS)]} {stretch.begin % DAY_HOURS:02.0f}:00 {stretch.there}/{stretch.needed}"
            for stretch in stretches
            if stretch.needed > stretch.there
        )
        or "0"
    )
    unit = alt.Title(_("people"), anchor="start", fontSize=12, fontWeight="normal", color=MUTED)
    return svg_of(alt.layer(there, short, needed).properties(title=unit, width=980, height=150), "staffing", told)


def completion(spans: Sequence[Span]) -> str:
    """How long cases took: half of them, and nine in ten, in hours."""
    names = [span.name for span in spans]
    values: list[dict[str, Any]] = [{"name": span.name, "half": span.half, "nine": span.nine_in_ten} for span in spans]
    base = alt.Chart(rows_of(values)).encode(y=alt.Y("name:N", sort=names, title=None, axis=alt.Axis(domain=False, ticks=False, offset=10)))
    title = _("hours from filing to completion")
    line = base.mark_rule(strokeWidth=6, color=RULE, strokeCap="round").encode(
        x=alt.X("half:Q", title=title, axis=alt.Axis(format=",d")), x2="nine:Q"
    )
    half = base.mark_point(filled=True, size=110, color=ACCENT, opacity=1).encode(x="half:Q")
    nine = base.mark_point(filled=True, size=110, color=WARN, opacity=1, shape="diamond").encode(x="nine:Q")
    half_text = base.mark_text(align="center", dy=16, color=ACCENT).encode(x="half:Q", text=alt.Text("half:Q", format=",.1f"))
    nine_text = base.mark_text(align="center", dy=-13, color=WARN).encode(x="nine:Q", text=alt.Text("nine:Q", format=",.1f"))
    told = _("; ").join(
        _("{name}: half within {half}, nine in ten within {nine}").format(
            name=span.name, half=format.hours(span.half), nine=format.hours(span.nine_in_ten)
        )
        for span in spans
    )
    chart = alt.layer(line, half, nine, half_text, nine_text).properties(width=800, height=50 * len(spans))
    return svg_of(chart, "completion", told)


def money(amounts: Sequence[Amount]) -> str:
    """Money by cause, in yuan, the largest first."""
    ordered = sorted(amounts, key=lambda amount: -amount.fen)
    values: list[dict[str, Any]] = [
        {"name": amount.name, "yuan": amount.fen / 100, "shown": format.money(amount.fen)} for amount in ordered
    ]
    base = alt.Chart(rows_of(values)).encode(
        y=alt.Y("name:N", sort=[amount.name for amount in ordered], title=None, axis=alt.Axis(domain=False, ticks=False)),
        x=alt.X("yuan:Q", title=_("yuan"), axis=alt.Axis(format=",d", tickCount=5), scale=_room_for_text(values)),
    )
    chart = alt.layer(base.mark_bar(color=ACCENT, height=18), base.mark_text(align="left", dx=6).encode(text="shown:N"))
    told = _("; ").join(f"{value['name']}: {value['shown']}" for value in values)
    return svg_of(chart.properties(width=760, height=32 * len(ordered)), "money", told)


def rows_of(values: list[dict[str, Any]]) -> Any:
    """Rows as they are: no data frame is needed for them."""
    data: Any = alt.Data
    return data(values=values)


def _room_for_text(values: Sequence[dict[str, Any]]) -> alt.Scale:
    return alt.Scale(domain=[0, max([value["yuan"] for value in values] + [1]) * 1.2], nice=False)


def day_axis(days: Sequence[str]) -> alt.Axis:
    """Hours after the start, told as days: a mark at each midnight, a name at every few."""
    every = -(-len(days) // MOST_DAY_NAMES)
    marks = [day * DAY_HOURS for day in range(0, len(days), every)]
    return alt.Axis(values=marks, labelExpr=f"{_list(days)}[datum.value / 24]", labelAlign="left", title=None, labelFlush=False, grid=True)


def _list(texts: Sequence[str]) -> str:
    """Texts as a list in a Vega expression."""
    return "[" + ",".join("'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'" for text in texts) + "]"
