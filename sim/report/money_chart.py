"""Money by cause, several variants beside each other, each with its interval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from sim.report import format
from sim.report.answer import Column
from sim.report.chart import Chart, Value, chart_of, of_words, rows_of
from sim.report.comparison_charts import interval_of
from sim.report.theme import INK, SERIES
from sim.words import _

FEN = 100
BAR = 15
"""Height of a bar in pixels."""

ROOM = 1.22
"""The axis reaches so many times the longest bar, so that its amount has room."""


@dataclass(frozen=True)
class Money:
    """What one cause costs, in yuan, with its 95 % interval where there is one."""

    mean: float
    low: float | None = None
    high: float | None = None

    @property
    def end(self) -> float:
        """How far it reaches with its interval."""
        return self.mean if self.high is None else max(self.mean, self.high)


NOTHING = Money(0.0)


def money_beside(variants: Sequence[tuple[str, Mapping[str, Money]]]) -> Chart:
    """A group of bars for each cause, the dearest first, a bar for each variant; thin lines are 95 % intervals.

    variants: names, and money by cause in words; at most as many as theme.SERIES has colours. What costs no variant anything is left out.
    """
    causes = dict.fromkeys(cause for _name, of in variants for cause in of)
    dearest = {cause: max((of[cause].mean for _name, of in variants if cause in of), default=0.0) for cause in causes}
    order = sorted((cause for cause in causes if dearest[cause]), key=lambda cause: -dearest[cause])
    names = [name for name, _of in variants]
    values: list[dict[str, Any]] = [
        {
            "cause": cause,
            "variant": name,
            "yuan": amount.mean,
            "low": amount.mean if amount.low is None else amount.low,
            "high": amount.end,
            "shown": format.money(amount.mean * FEN),
        }
        for cause in order
        for name, amount in ((name, of.get(cause, NOTHING)) for name, of in variants)
    ]
    scale = alt.Scale(
        domain=[min([0.0, *(value["low"] for value in values)]), ROOM * max([1.0, *(value["high"] for value in values)])], nice=False
    )
    base = alt.Chart(rows_of(values)).encode(
        y=alt.Y("cause:N", sort=order, title=None, axis=alt.Axis(domain=False, ticks=False, labelLimit=300, offset=8)),
        yOffset=alt.YOffset("variant:N", sort=names),
    )
    colour = alt.Color(
        "variant:N",
        sort=names,
        scale=alt.Scale(domain=names, range=list(SERIES[: len(names)])),
        legend=alt.Legend(title=None, orient="top", symbolType="square", columns=2) if len(names) > 1 else None,
    )
    x = alt.X("yuan:Q", title=_("yuan"), axis=alt.Axis(format=",d", tickCount=5), scale=scale)
    bars = base.mark_bar(height=BAR - 3).encode(x=x, color=colour)
    certain = "datum.low < datum.high"
    ends = base.transform_filter(certain).mark_rule(color=INK, strokeWidth=1.2).encode(x=alt.X("low:Q", scale=scale), x2="high:Q")
    text = base.mark_text(align="left", baseline="middle", dx=6).encode(x=alt.X("high:Q", scale=scale), text="shown:N")
    height = alt.Step(BAR, **{"for": "offset"})
    chart = alt.layer(bars, ends, text).properties(width=680, height=height)
    told = _("; ").join(
        _("{what}: {value}").format(
            what=cause, value=_(", ").join(_within(name, of.get(cause, NOTHING), len(names)) for name, of in variants)
        )
        for cause in order
    )
    said = _("Money by cause. {rows}.").format(rows=told or format.NOTHING)
    return chart_of(chart, "money", said, *_numbers(variants, order))


def _within(name: str, amount: Money, variants: int) -> str:
    text = format.money(amount.mean * FEN)
    return text if variants == 1 else _("{what} {value}").format(what=name, value=text)


def _numbers(variants: Sequence[tuple[str, Mapping[str, Money]]], order: Sequence[str]) -> tuple[list[Column], list[list[Value]]]:
    columns = [of_words(_("cause"))]
    for name, _of in variants:
        title = _("{what} ({unit})").format(what=name, unit=_("yuan"))
        columns += [Column(title), *map(Column, interval_of(title))]
    rows: list[list[Value]] = []
    for cause in order:
        amounts = [of.get(cause, NOTHING) for _name, of in variants]
        rows.append([cause, *(value for each in amounts for value in (each.mean, each.low, each.high))])
    return columns, rows
