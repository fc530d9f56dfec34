"""What comes, hour by hour: orders with the hours shaded in which the sale's gate is shut, and requests stacked by path."""

from collections.abc import Sequence
from typing import Any

import altair as alt

from sim.report import format
from sim.report.chart import Chart, chart_of, rows_of
from sim.report.charts import DAY_HOURS, Course, day_axis, hourly
from sim.report.theme import ACCENT, INK, MUTED, SERIES
from sim.words import _

WIDTH, HEIGHT = 980, 120
GATE = "#e8e4d8"
"""Ground of the hours in which nobody can ask for money back of what is not shipped."""

Hours = tuple[float, float]


def demand(
    orders: Course | None, paths: Sequence[Course], gates: Sequence[Hours], days: Sequence[str], others: Sequence[Course] = ()
) -> Chart:
    """Orders in an hour, requests in an hour stacked by path, and a panel for each of `others`.

    gates: from and to in hours after the start. The shares of the paths are told in words.
    """
    panels = [_single(orders, gates, days)] if orders is not None else []
    if paths:
        panels.append(_stacked(paths, gates, days))
    panels += [_single(course, [], days) for course in others]
    courses = [*([] if orders is None else [orders]), *paths, *others]
    parts = [_("What comes in an hour. Most in one hour: {most}.").format(most=_("; ").join(map(_most, courses)))]
    if any(sum(course.values) for course in paths):
        parts.append(_("Requests by path: {shares}.").format(shares=mix(paths)))
    if gates:
        parts.append(_("Shaded: {hours}.").format(hours=shut(gates, days)))
    told = parts[0]
    for more in parts[1:]:
        told = _("{first} {second}").format(first=told, second=more)
    chart = alt.vconcat(*panels, spacing=16).resolve_scale(color="independent")
    return chart_of(chart, "demand", told, *hourly(courses, days, _("in an hour")))


def mix(paths: Sequence[Course]) -> str:
    """The share of each path in all requests, in words."""
    every = sum(sum(course.values) for course in paths)
    shares = [(course.name, sum(course.values) / every if every else None) for course in paths]
    return _("; ").join(_("{what} {value}").format(what=name, value=format.share(part)) for name, part in shares)


def shut(gates: Sequence[Hours], days: Sequence[str]) -> str:
    """When the gate is shut: Thu 10 Nov 20:00 to Sat 12 Nov 00:00."""
    spans = [_("{low} to {high}").format(low=_moment(begin, days), high=_moment(end, days)) for begin, end in gates]
    return _("; ").join(spans)


def _moment(hour: float, days: Sequence[str]) -> str:
    day, minutes = int(hour // DAY_HOURS), round(60 * (hour % DAY_HOURS))
    if day >= len(days) and minutes == 0 and days:
        return _("{first} {second}").format(first=days[-1], second="24:00")
    return _("{first} {second}").format(first=days[min(day, len(days) - 1)], second=f"{minutes // 60:02d}:{minutes % 60:02d}")


def _most(course: Course) -> str:
    return _("{what} {value}").format(what=course.name, value=format.count(max(course.values, default=0.0)))


def _single(course: Course, gates: Sequence[Hours], days: Sequence[str]) -> Any:
    values = [{"hour": hour, "level": level} for hour, level in enumerate(course.values)]
    base = alt.Chart(rows_of(values)).mark_area(
        interpolate="step-after", line={"color": ACCENT, "strokeWidth": 1.5}, color=ACCENT, fillOpacity=0.15
    )
    drawn = base.encode(x=_x(course, days), y=_y("level:Q"))
    return alt.layer(*_shaded(gates, course), drawn).properties(title=_title(course.name), width=WIDTH, height=HEIGHT)


def _stacked(paths: Sequence[Course], gates: Sequence[Hours], days: Sequence[str]) -> Any:
    names = [course.name for course in paths]
    values = [
        {"hour": hour, "level": level, "path": course.name, "order": place}
        for place, course in enumerate(paths)
        for hour, level in enumerate(course.values)
    ]
    legend = alt.Legend(title=None, orient="top", symbolType="square", columns=2, offset=6)
    colour = alt.Color("path:N", sort=names, scale=alt.Scale(domain=names, range=list(SERIES[: len(names)])), legend=legend)
    drawn = (
        alt.Chart(rows_of(values))
        .mark_area(interpolate="step-after", fillOpacity=0.75)
        .encode(x=_x(paths[0], days), y=_y("level:Q"), color=colour, order="order:Q")
    )
    return alt.layer(*_shaded(gates, paths[0])[:1], drawn).properties(title=_title(_("requests by path")), width=WIDTH, height=HEIGHT + 50)


def _shaded(gates: Sequence[Hours], course: Course) -> list[Any]:
    """The ground of the hours in which the gate is shut, and a word at its top; nothing where it never is."""
    inside = [(begin, min(end, len(course.values))) for begin, end in gates if begin < len(course.values)]
    if not inside:
        return []
    base = alt.Chart(rows_of([{"begin": begin, "end": end, "text": _("refund gate shut")} for begin, end in inside]))
    x = alt.X("begin:Q", scale=alt.Scale(domain=[0, len(course.values)], nice=False))
    ground = base.mark_rect(color=GATE).encode(x=x, x2="end:Q")
    word = base.mark_text(align="left", baseline="bottom", color=MUTED, dx=2).encode(x=x, y=alt.value(-3), text="text:N")
    return [ground, word]


def _x(course: Course, days: Sequence[str]) -> alt.X:
    return alt.X("hour:Q", scale=alt.Scale(domain=[0, len(course.values)], nice=False), axis=day_axis(days))


def _y(field: str) -> alt.Y:
    return alt.Y(field, title=_("in an hour"), axis=alt.Axis(tickMinStep=1, tickCount=3, format=",d", minExtent=42))


def _title(text: str) -> alt.Title:
    return alt.Title(text, anchor="start", fontSize=13, color=INK, limit=900, offset=14)
