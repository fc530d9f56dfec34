"""The charts of a comparison, each from plain numbers. Every axis carries its unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import altair as alt
import numpy as np
from numpy.typing import NDArray

from sim.report import fan
from sim.report.answer import Column
from sim.report.chart import Chart, chart_of, of_words, rows_of
from sim.report.theme import ACCENT, BAD, GOOD, INK, MUTED, PAPER, SERIES
from sim.words import _

Mark = Literal["better", "worse", "different", "no clear difference"]

COLOURS: Mapping[Mark, str] = {"better": GOOD, "worse": BAD, "different": ACCENT, "no clear difference": MUTED}
SHAPES: Mapping[Mark, str] = {"better": "circle", "worse": "diamond", "different": "square", "no clear difference": "circle"}
"""Better is a full dot, worse a full diamond; what is not clear is an open dot."""

HALO: dict[str, Any] = {"stroke": PAPER, "strokeWidth": 4, "strokeJoin": "round"}
"""Drawn under a text, so that no line behind it crosses the letters."""

ROW = 30
"""Height of a row in pixels."""

LONGEST_NAME = 210
"""Pixels of a name before an axis."""

LEFT_OUT = 0.05
"""Share of an axis that is left free beyond the outermost mark."""


def domain_of(*values: float, least: float = LEFT_OUT) -> list[float]:
    """From the smallest to the largest value with some room on both sides; never empty."""
    low, high = min(values), max(values)
    room = least * (high - low) or 0.5 * abs(high) or 1.0
    return [low - room, high + room]


def interval_of(title: str) -> tuple[str, str]:
    """What stands over both ends of the 95 % interval of a figure."""
    return _("{what}, 95 % from").format(what=title), _("{what}, 95 % to").format(what=title)


def scale_on(domain: Sequence[float]) -> alt.Scale:
    """A scale over just this domain; every layer of a chart needs it, or 0 is added."""
    return alt.Scale(domain=list(domain), nice=False, zero=False)


# ---------------------------------------------------------------- differences
@dataclass(frozen=True)
class Row:
    """A difference with its interval, in the unit of its panel (shares in percentage points); text: both as written, and the verdict."""

    name: str
    value: float
    low: float
    high: float
    mark: Mark
    text: str


@dataclass(frozen=True)
class Panel:
    """The differences of one metric. unit: what stands on the axis; better: which way is better."""

    title: str
    unit: str
    better: Literal["up", "down", "neither"]
    rows: tuple[Row, ...]


def differences(panels: Sequence[Panel]) -> Chart:
    """A panel for each metric, a row for each policy: the difference with its 95 % interval beside a line at 0."""
    told = _("; ").join(
        _("{first} · {second}").format(first=panel.title, second=f"{row.name} {row.text}") for panel in panels for row in panel.rows
    )
    chart = alt.vconcat(*map(_panel, panels), spacing=26)
    columns = [of_words(title) for title in (_("figure"), _("policy"), _("unit"))]
    columns += [*map(Column, (_("difference"), _("95 % from"), _("95 % to"))), of_words(_("verdict"))]
    rows = [(panel.title, row.name, panel.unit, row.value, row.low, row.high, _(row.mark)) for panel in panels for row in panel.rows]
    return chart_of(chart, "differences", _("Differences with 95 % intervals. {rows}.").format(rows=told), columns, rows)


def _panel(panel: Panel) -> Any:
    order = [row.name for row in panel.rows]
    values: list[dict[str, Any]] = [
        {"name": row.name, "value": row.value, "low": row.low, "high": row.high, "mark": row.mark, "text": row.text} for row in panel.rows
    ]
    ends = [each for row in panel.rows for each in (row.low, row.high)]
    domain = domain_of(0.0, *ends, least=0.08)
    reach = domain[1] - domain[0]
    domain = [min(domain[0], -0.3 * reach), max(domain[1], 0.3 * reach)]  # room for the words on both sides of 0
    width, height = 460, ROW * len(order)
    y = alt.Y("name:N", sort=order, title=None, axis=_names_axis())
    scale = scale_on(domain)
    x = alt.X("value:Q", scale=scale, axis=axis_of(panel.unit))
    base = alt.Chart(rows_of(values)).encode(y=y)
    names = list(COLOURS)
    colour = alt.Color("mark:N", scale=alt.Scale(domain=names, range=[COLOURS[each] for each in names]), legend=None)
    shape = alt.Shape("mark:N", scale=alt.Scale(domain=names, range=[SHAPES[each] for each in names]), legend=None)
    fill = alt.condition("datum.mark == 'no clear difference'", alt.value(PAPER), colour)
    zero = alt.Chart(rows_of([{"zero": 0}])).mark_rule(color=INK, strokeWidth=1.5).encode(x=alt.X("zero:Q", scale=scale))
    bar = base.mark_rule(strokeWidth=3).encode(x=alt.X("low:Q", scale=scale), x2="high:Q", color=colour)
    point = base.mark_point(size=110, strokeWidth=2.5, opacity=1).encode(x=x, color=colour, shape=shape, fill=fill)
    text = base.mark_text(align="left", baseline="middle").encode(x=alt.value(width + 14), text="text:N", color=colour)
    layers = [zero, bar, point, text]
    if panel.better != "neither":
        layers += [_direction(domain, panel.better, side) for side in ("left", "right")]
    title = alt.Title(panel.title, anchor="start", fontSize=13, color=INK, offset=22, limit=900)
    return alt.layer(*layers).properties(title=title, width=width, height=height)


def _direction(domain: Sequence[float], better: str, side: str) -> Any:
    """“← better” or “worse →”, on its side of 0, above the rows."""
    is_better = (better == "up") == (side == "right")
    word = _("better") if is_better else _("worse")
    text = f"← {word}" if side == "left" else f"{word} →"
    align: Any = "right" if side == "left" else "left"
    mark = alt.Chart(rows_of([{"zero": 0, "text": text}])).mark_text(
        align=align, dx=-6 if side == "left" else 6, baseline="bottom", color=GOOD if is_better else BAD
    )
    return mark.encode(x=alt.X("zero:Q", scale=scale_on(domain)), y=alt.value(-6), text="text:N")


def axis_of(title: str, **more: Any) -> alt.Axis:
    """An axis of numbers, its unit in the title."""
    return alt.Axis(title=title, tickCount=5, format=",~f", **more)


def _names_axis() -> alt.Axis:
    return alt.Axis(domain=False, ticks=False, labelLimit=LONGEST_NAME, minExtent=LONGEST_NAME, offset=6)


# ---------------------------------------------------------------- guesses
@dataclass(frozen=True)
class End:
    """One end of a guess: the value tried, and the answer with it. clear: more than luck."""

    tried: str
    answer: float
    clear: bool


@dataclass(frozen=True)
class Guessed:
    """A guess with both of its ends; None: no figure."""

    name: str
    low: End | None
    high: End | None


def tornado(guesses: Sequence[Guessed], answer: float, axis: str, *, turns_at_zero: bool) -> Chart:
    """What the answer would be with each guess lower and higher, around what it is; where it turns, a line at 0."""
    lower, higher = _("lower value"), _("higher value")
    order = [guess.name for guess in guesses]
    values: list[dict[str, Any]] = [
        {
            "name": guess.name,
            "which": which,
            "from": answer,
            "to": end.answer,
            "text": end.tried,
            "opacity": 1.0 if end.clear else 0.4,
            "right": end.answer >= answer,
        }
        for guess in guesses
        for which, end in ((lower, guess.low), (higher, guess.high))
        if end is not None
    ]
    ends = [value["to"] for value in values]
    domain = domain_of(answer, *ends, *([0.0] if turns_at_zero and _is_near(answer, ends) else []), least=0.2)
    y = alt.Y("name:N", sort=order, title=None, axis=alt.Axis(domain=False, ticks=False, labelLimit=380, minExtent=200))
    offset = alt.YOffset("which:N", sort=[lower, higher])
    colour = alt.Color("which:N", scale=alt.Scale(domain=[lower, higher], range=[SERIES[1], SERIES[0]]), legend=_legend())
    scale = scale_on(domain)
    x = alt.X("from:Q", scale=scale, axis=axis_of(axis))
    base = alt.Chart(rows_of(values)).encode(y=y, yOffset=offset)
    bars = base.mark_bar(height=13).encode(x=x, x2="to:Q", color=colour, opacity=alt.Opacity("opacity:Q", scale=None, legend=None))
    as_it_is = alt.Chart(rows_of([{"at": answer}])).mark_rule(color=INK, strokeWidth=1.5).encode(x=alt.X("at:Q", scale=scale))
    layers = [bars, as_it_is]
    if turns_at_zero and domain[0] < 0 < domain[1]:
        zero = alt.Chart(rows_of([{"at": 0, "text": _("from here on the other answer is right")}]))
        words = zero.mark_text(color=BAD, align="left" if answer < 0 else "right", dx=5 if answer < 0 else -5, baseline="bottom")
        layers += [
            zero.mark_rule(color=BAD, strokeWidth=1.5, strokeDash=[4, 3]).encode(x=alt.X("at:Q", scale=scale)),
            words.encode(x=alt.X("at:Q", scale=scale), y=alt.value(-5), text="text:N"),
        ]
    at_end = alt.X("to:Q", scale=scale)
    sides: tuple[tuple[str, Literal["left", "right"], int], ...] = (("datum.right", "left", 5), ("!datum.right", "right", -5))
    for side, align, away in sides:
        text = base.transform_filter(side)
        layers += [text.mark_text(align=align, dx=away, baseline="middle", **edge).encode(x=at_end, text="text:N") for edge in (HALO, {})]
    told = _("; ").join(f"{value['name']} {value['text']}: {value['to']:,.2f}" for value in values)
    chart = alt.layer(*layers).properties(width=560, height=40 * len(order))
    columns = (of_words(_("key in the scenario")), of_words(_("value")), Column(axis))
    rows = [(value["name"], value["text"], value["to"]) for value in values]
    told = _("{axis}, as it is {answer}. With other guesses: {told}.").format(axis=axis, answer=f"{answer:,.2f}", told=told)
    return chart_of(chart, "tornado", told, columns, rows)


def _is_near(answer: float, ends: Sequence[float]) -> bool:
    """Whether 0 is so near that showing it leaves the bars room."""
    return abs(answer) <= 2 * (max([answer, *ends]) - min([answer, *ends]))


def _legend() -> alt.Legend:
    return alt.Legend(title=None, orient="top", symbolType="square", offset=22)


# ---------------------------------------------------------------- the line, hour by hour
def backlog_fan(of: Sequence[tuple[str, NDArray[np.float64]]], days: Sequence[str]) -> Chart:
    """Cases in line as they may come: the middle run of each hour, and bands that hold 50, 80 and 95 of 100 runs; one scale for all.

    of: names, and cases by hour of shape (replications, hours).
    """
    return fan.backlog_fan([fan.of_replications(name, hours) for name, hours in of], days, "backlog-fan", fan.in_line(), one_scale=True)


# ---------------------------------------------------------------- money
@dataclass(frozen=True)
class Step:
    """What one cause adds to the total cost, in yuan."""

    name: str
    yuan: float


def steps_of(changes: Mapping[str, float], most: int, rest: str) -> list[Step]:
    """The causes that change most, and the others together as `rest`. changes: yuan by cause."""
    ordered = sorted((Step(cause, yuan) for cause, yuan in changes.items() if yuan), key=lambda step: -abs(step.yuan))
    small = ordered[most:]
    return [*ordered[:most], *([Step(rest, sum(step.yuan for step in small))] if small else [])]


def waterfall(before: tuple[str, float], steps: Sequence[Step], after: tuple[str, float]) -> Chart:
    """From one total cost over what each cause adds or saves to the other. The axis does not begin at 0: totals are marks, no bars."""
    values: list[dict[str, Any]] = [_total(*before)]
    at = before[1]
    for step in steps:
        text = f"{'−' if step.yuan < 0 else '+'}{abs(step.yuan):,.0f}"
        values.append(
            {"name": step.name, "from": at, "to": at + step.yuan, "end": max(at, at + step.yuan), "text": text, "kind": _kind(step)}
        )
        at += step.yuan
    values.append(_total(*after))
    ends = [value[key] for value in values for key in ("from", "to")]
    domain = domain_of(*ends, least=0.22)
    order = [value["name"] for value in values]
    y = alt.Y("name:N", sort=order, title=None, axis=alt.Axis(domain=False, ticks=False, labelLimit=300, minExtent=200))
    scale = scale_on(domain)
    x = alt.X("from:Q", scale=scale, axis=axis_of(_("total cost, yuan")))
    colour = alt.Color("kind:N", scale=alt.Scale(domain=["more", "less", "total"], range=[BAD, GOOD, INK]), legend=None)
    base = alt.Chart(rows_of(values)).encode(y=y)
    bars = base.transform_filter("datum.kind != 'total'").mark_bar(height=18).encode(x=x, x2="to:Q", color=colour)
    totals = base.transform_filter("datum.kind == 'total'").mark_tick(thickness=4, size=26, color=INK).encode(x=x)
    text = base.mark_text(align="left", dx=8, baseline="middle").encode(x=alt.X("end:Q", scale=scale), text="text:N", color=colour)
    joins = [{"at": value["to"], "name": value["name"], "next": following["name"]} for value, following in pairwise(values)]
    join = (
        alt.Chart(rows_of(joins))
        .mark_rule(color=MUTED, strokeWidth=1, strokeDash=[2, 2])
        .encode(x=alt.X("at:Q", scale=scale), y=alt.Y("name:N", sort=order), y2="next:N")
    )
    chart = alt.layer(join, bars, totals, text).properties(width=620, height=34 * len(order))
    told = _("; ").join(f"{value['name']} {value['text']}" for value in values)
    columns = (of_words(_("cause")), Column(_("amount (yuan)")))
    rows = [(before[0], before[1]), *((step.name, step.yuan) for step in steps), (after[0], after[1])]
    return chart_of(chart, "waterfall", _("Total cost in yuan: {told}.").format(told=told), columns, rows)


def _total(name: str, yuan: float) -> dict[str, Any]:
    return {"name": name, "from": yuan, "to": yuan, "end": yuan, "text": f"{yuan:,.0f}", "kind": "total"}


def _kind(step: Step) -> str:
    return "more" if step.yuan > 0 else "less"
