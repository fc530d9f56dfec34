"""The charts of a run, each from plain numbers. Every axis carries its unit."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from sim.report import format
from sim.report.answer import Column
from sim.report.chart import Chart, Value, chart_of, of_words, rows_of
from sim.report.theme import ACCENT, BAD, HEAT, INK, MUTED, PAPER, RULE, WARN
from sim.words import _

DAY_HOURS = 24
MOST_DAYS = 28
"""Days in the map of first responses; of more, those with the most late ones are shown."""

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


def cells_of(hours: Iterable[tuple[int, int, int]]) -> tuple[list[Cell], list[int]]:
    """The cells of the map, and the days that its rows stand for. hours: (hour after the start, requests, in time)."""
    by_day: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for hour, requests, in_time in hours:
        by_day[hour // DAY_HOURS].append((hour % DAY_HOURS, requests, in_time))
    late = {day: sum(requests - in_time for _hour, requests, in_time in cells) for day, cells in by_day.items()}
    shown = sorted(sorted(late, key=lambda day: (-late[day], day))[:MOST_DAYS])
    return [Cell(row, *cell) for row, day in enumerate(shown) for cell in by_day[day]], shown


def first_response_map(cells: Sequence[Cell], days: Sequence[str], standard: str) -> Chart:
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
    columns = (of_words(_("day")), Column(_("hour of the day (0–23)")), Column(_("requests")), Column(_("in time (requests)")))
    rows = [
        (days[cell.day], cell.hour, cell.requests, cell.in_time, 100 * cell.in_time / cell.requests)
        for cell in cells
        if cell.requests and cell.day < len(days)
    ]
    return chart_of(
        chart.properties(width=40 * DAY_HOURS, height=30 * len(days)), "first-response", told, (*columns, Column(_("in time (%)"))), rows
    )


def backlog(courses: Sequence[Course], days: Sequence[str]) -> Chart:
    """Cases waiting per pool over time, a panel per pool with its own scale."""
    told = _("Cases waiting in line, per pool and hour. Most at once: {most}.").format(
        most=_("; ").join(f"{course.name} {format.count(max(course.values, default=0))}" for course in courses)
    )
    return chart_of(_panels(courses, days, _("cases waiting")), "backlog", told, *hourly(courses, days, _("number of cases")))


def what_comes(courses: Sequence[Course], days: Sequence[str]) -> Chart:
    """What comes in an hour (orders, requests by path, returned parcels), a panel each with its own scale."""
    told = _("What comes in an hour. Most in one hour: {most}.").format(
        most=_("; ").join(f"{course.name} {format.count(max(course.values, default=0))}" for course in courses)
    )
    return chart_of(_panels(courses, days, _("in an hour")), "what-comes", told, *hourly(courses, days, _("in an hour")))


def hourly(courses: Sequence[Course], days: Sequence[str], unit: str) -> tuple[tuple[Column, ...], list[tuple[Value, ...]]]:
    """The numbers of some courses, a row for each hour, a column for each course."""
    columns = (
        of_words(_("day")),
        Column(_("hour of the day (0–23)")),
        *(Column(_("{what} ({unit})").format(what=course.name, unit=unit)) for course in courses),
    )
    hours = zip(*(course.values for course in courses), strict=True)
    rows: list[tuple[Value, ...]] = [(days[hour // DAY_HOURS], hour % DAY_HOURS, *values) for hour, values in enumerate(hours)]
    return columns, rows


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
    there: float
    needed: float


def staffing(stretches: Sequence[Stretch], days: Sequence[str]) -> Chart:
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
    short_told = _("; ").join(_short(stretch, days) for stretch in stretches if stretch.needed > stretch.there)
    told = _("People there and people needed, shift by shift. Too few: {short}.").format(short=short_told or "0")
    unit = alt.Title(_("people"), anchor="start", fontSize=12, fontWeight="normal", color=MUTED)
    columns = (of_words(_("day")), of_words(_("hours")), *map(Column, (_("there (people)"), _("needed (people)"), _("short (people)"))))
    rows = [
        (days[int(each.begin // DAY_HOURS)], _from_to(each), each.there, each.needed, max(0, each.needed - each.there))
        for each in stretches
    ]
    chart = alt.layer(there, short, needed).properties(title=unit, width=980, height=150)
    return chart_of(chart, "staffing", told, columns, rows)


def _short(stretch: Stretch, days: Sequence[str]) -> str:
    """Wed 12 Nov 08:00 2/5."""
    begin = f"{days[int(stretch.begin // DAY_HOURS)]} {stretch.begin % DAY_HOURS:02.0f}:00"
    return f"{begin} {format.count(stretch.there)}/{format.count(stretch.needed)}"


def _from_to(stretch: Stretch) -> str:
    """08:00–16:00; the end of a day is 24:00."""
    begin, end = (round(60 * hours) % (60 * DAY_HOURS) for hours in (stretch.begin, stretch.end))
    return "–".join(f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in (begin, end or 60 * DAY_HOURS))


def completion(spans: Sequence[Span]) -> Chart:
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
    columns = (of_words(_("path")), *map(Column, (_("requests"), _("half within (hours)"), _("9 in 10 within (hours)"))))
    return chart_of(chart, "completion", told, columns, [(span.name, span.cases, span.half, span.nine_in_ten) for span in spans])


def money(amounts: Sequence[Amount]) -> Chart:
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
    columns = (of_words(_("cause")), Column(_("amount (yuan)")))
    rows = [(amount.name, amount.fen / 100) for amount in ordered]
    return chart_of(chart.properties(width=760, height=32 * len(ordered)), "money", told, columns, rows)


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
