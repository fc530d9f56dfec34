"""Cost against service: which policies no other beats in both, and where their names have room beside their points."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from sim.report.answer import Column
from sim.report.chart import Chart, chart_of, of_words, rows_of
from sim.report.comparison_charts import HALO, axis_of, domain_of, interval_of, scale_on
from sim.report.theme import ACCENT, INK, MUTED, PAPER, RULE
from sim.words import _

SMALL, LARGE = 130, 380
"""Areas of the points in square pixels: the present policy's shows around one that lies on it."""


@dataclass(frozen=True)
class Alternative:
    """A policy, or the present one, by two metrics, each with its 95 % interval (low, high)."""

    name: str
    short: str
    x: float
    y: float
    x_interval: tuple[float, float]
    y_interval: tuple[float, float]
    present: bool = False


def efficient(alternatives: Sequence[Alternative], y_better: str) -> list[Alternative]:
    """Those that no other beats: none costs no more and is no worse, and is better in one of both. From the cheapest on."""
    sign = 1 if y_better == "up" else -1

    def beats(one: Alternative, other: Alternative) -> bool:
        no_worse = one.x <= other.x and sign * one.y >= sign * other.y
        return no_worse and (one.x, one.y) != (other.x, other.y)

    kept = [each for each in alternatives if not any(beats(other, each) for other in alternatives)]
    return sorted(kept, key=lambda each: (each.x, -sign * each.y))


def cost_against_service(alternatives: Sequence[Alternative], y_better: str, x_title: str, y_title: str) -> Chart:
    """Each alternative as a point with the 95 % intervals of both means; those that no other beats are joined."""
    width, height = 620, 340
    best = efficient(alternatives, y_better)
    x_domain = domain_of(*(end for each in alternatives for end in each.x_interval), least=0.1)
    y_domain = domain_of(*(end for each in alternatives for end in each.y_interval), least=0.1)

    def at(each: Alternative) -> tuple[float, float]:
        across = (each.x - x_domain[0]) / (x_domain[1] - x_domain[0])
        return width * across, height * (1 - (each.y - y_domain[0]) / (y_domain[1] - y_domain[0]))

    places = placed([at(each) for each in alternatives], [each.short for each in alternatives], (width, height))
    values: list[dict[str, Any]] = [
        {
            "x": each.x,
            "y": each.y,
            "x_low": each.x_interval[0],
            "x_high": each.x_interval[1],
            "y_low": each.y_interval[0],
            "y_high": each.y_interval[1],
            "present": each.present,
            "best": each in best,
        }
        for each in alternatives
    ]
    x_scale, y_scale = scale_on(x_domain), scale_on(y_domain)
    x = alt.X("x:Q", scale=x_scale, axis=axis_of(x_title))
    y = alt.Y("y:Q", scale=y_scale, axis=axis_of(y_title, minExtent=42))
    base = alt.Chart(rows_of(values))
    across = base.mark_rule(color=RULE, strokeWidth=2).encode(x=alt.X("x_low:Q", scale=x_scale), x2="x_high:Q", y=y)
    along = base.mark_rule(color=RULE, strokeWidth=2).encode(x=x, y=alt.Y("y_low:Q", scale=y_scale), y2="y_high:Q")
    line = (
        alt.Chart(rows_of([{"x": each.x, "y": each.y, "order": place} for place, each in enumerate(best)]))
        .mark_line(color=ACCENT, strokeWidth=2, strokeDash=[5, 4])
        .encode(x=alt.X("x:Q", scale=x_scale), y=alt.Y("y:Q", scale=y_scale), order="order:Q")
    )
    points = base.mark_point(strokeWidth=2.5, opacity=1).encode(
        x=x,
        y=y,
        color=alt.condition("datum.present", alt.value(INK), alt.value(ACCENT)),
        fill=alt.condition("datum.best", alt.value(ACCENT), alt.value(PAPER)),
        size=alt.condition("datum.present", alt.value(LARGE), alt.value(SMALL)),
        shape=alt.condition("datum.present", alt.value("square"), alt.value("circle")),
    )
    texts = [
        alt.Chart(rows_of([{"text": each.short}]))
        .mark_text(align="left", baseline="middle", fontWeight="bold", color=INK if each.present else ACCENT, **edge)
        .encode(x=alt.value(place[0]), y=alt.value(place[1]), text="text:N")
        for each, place in zip(alternatives, places, strict=True)
        for edge in (HALO, {})
    ]
    leaders = [
        alt.Chart(rows_of([{}]))
        .mark_rule(color=MUTED, strokeWidth=1)
        .encode(x=alt.value(at(each)[0]), y=alt.value(at(each)[1]), x2=alt.value(place[0]), y2=alt.value(place[1]))
        for each, place in zip(alternatives, places, strict=True)
        if abs(place[0] - at(each)[0]) > 40 or abs(place[1] - at(each)[1]) > 24
    ]
    chart = alt.layer(across, along, line, *leaders, points, *texts).properties(width=width, height=height)
    names = _("; ").join(each.name for each in best)
    told = _("{y} against {x}. No other beats: {names}.").format(y=y_title, x=x_title, names=names)
    columns = (of_words(_("policy")), *(Column(text) for title in (x_title, y_title) for text in (title, *interval_of(title))))
    rows = [(each.name, each.x, *each.x_interval, each.y, *each.y_interval) for each in alternatives]
    return chart_of(chart, "cost-against-service", told, columns, rows)


LETTER, LINE = 7.5, 16.0
"""Pixels of a letter and of a line of text at the charts' size; a Chinese character takes two letters."""


def placed(points: Sequence[tuple[float, float]], texts: Sequence[str], size: tuple[float, float]) -> list[tuple[float, float]]:
    """Where texts beside points begin (left edge, middle of the line), so that none lies on another, on a point or outside the picture."""
    boxes: list[tuple[float, float, float, float]] = []
    found = []
    for (x, y), text in zip(points, texts, strict=True):
        wide = LETTER * sum(2 if character > "⺀" else 1 for character in text)
        options = [
            (x + across, y + down)
            for far in range(12)
            for across, down in (
                (11 + 8 * far, -13 - 9 * far),
                (11 + 8 * far, 13 + 9 * far),
                (-wide - 11 - 8 * far, -13 - 9 * far),
                (-wide - 11 - 8 * far, 13 + 9 * far),
                (13 + 8 * far, 0),
                (-wide - 13 - 8 * far, 0),
            )
        ]
        best = min(options, key=lambda option: _trouble(_box(option, wide), boxes, points, size))
        boxes.append(_box(best, wide))
        found.append(best)
    return found


def _box(place: tuple[float, float], wide: float) -> tuple[float, float, float, float]:
    return place[0], place[1] - LINE / 2, place[0] + wide, place[1] + LINE / 2


def _trouble(
    box: tuple[float, float, float, float],
    others: Sequence[tuple[float, float, float, float]],
    points: Sequence[tuple[float, float]],
    size: tuple[float, float],
) -> int:
    left, top, right, bottom = box
    on_texts = sum(left < other[2] and other[0] < right and top < other[3] and other[1] < bottom for other in others)
    on_points = sum(left - 7 < x < right + 7 and top - 7 < y < bottom + 7 for x, y in points)
    outside = left < 0 or top < 0 or right > size[0] or bottom > size[1]
    return 3 * on_texts + 2 * on_points + 3 * outside
