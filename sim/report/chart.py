"""A chart as one thing: what is drawn, what is told instead, and the numbers behind it; as SVG, PNG and CSV."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
from altair.utils import schemapi

from sim.report import format
from sim.report.answer import Column, Table
from sim.report.font import MEASURED_FAMILY
from sim.report.measuring import measuring_family
from sim.report.theme import CONFIG, FONT_SIZE, INK, PAPER, as_file, as_part
from sim.report.untrusted import cell

Value = str | int | float | None
"""What stands in a cell of the numbers behind a chart; None where there is no figure."""

BOM = "\ufeff"
"""Makes a spreadsheet read UTF-8 as such."""

DIGITS = 6
"""Digits after the point of a number in a CSV file."""

PNG_SCALE = 2.0
"""Pixels for each of the chart's own."""


@dataclass(frozen=True)
class Chart:
    """What is drawn of some numbers.

    name: unique in a page. spec: Vega-Lite, without the look (`theme.CONFIG`). told: the text alternative. columns: what stands in the
    columns of the numbers, with units; rows: the numbers themselves.
    """

    name: str
    spec: Mapping[str, Any]
    told: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]

    def svg(self) -> str:
        """Part of a page: scaled to its place, with `told` as its text alternative."""
        return as_part(self._drawn(), self.name, self.told)

    def file(self) -> str:
        """SVG on its own, with the characters it needs: it looks the same on a machine that has no Chinese font."""
        return as_file(self._drawn(), self.told)

    def png(self, title: str = "", scale: float = PNG_SCALE) -> bytes:
        """Pixels on white, with a title above where one is given."""
        import vl_convert

        spec: dict[str, Any] = {**self.spec}
        if title:
            heading = {"text": title, "anchor": "start", "fontSize": FONT_SIZE + 3, "color": INK, "offset": 14, "limit": 0}
            spec = {"vconcat": [spec], "title": heading}
        family = measuring_family()
        spec["config"] = {**CONFIG, "font": family, "background": PAPER, "padding": 4 * CONFIG["padding"]}
        svg = vl_convert.vegalite_to_svg(spec).replace(family, MEASURED_FAMILY)  # as wide, and with every character there is
        return bytes(vl_convert.svg_to_png(svg, scale=scale))

    def csv(self) -> bytes:
        """The numbers as a CSV file that spreadsheets open as it is: UTF-8 with its mark, no cell a formula."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow([cell(column.title) for column in self.columns])
        writer.writerows([_plain(value) for value in row] for row in self.rows)
        return (BOM + text.getvalue()).encode("utf-8")

    def numbers(self, title: str = "") -> Table:
        """The numbers as a table for people."""
        rows = tuple(tuple(_written(value) for value in row) for row in self.rows)
        return Table(self.name, title, "", self.columns, rows)

    def _drawn(self) -> str:
        import vl_convert

        look = {**CONFIG, "font": measuring_family()}
        return str(vl_convert.vegalite_to_svg({**self.spec, "config": look}))


def chart_of(drawn: Any, name: str, told: str, columns: Sequence[Column], rows: Sequence[Sequence[Value]]) -> Chart:
    """A chart from one of altair's."""
    spec = _with_rows(drawn.to_dict(validate=schemapi.DEBUG_MODE))
    return Chart(name, spec, told, tuple(columns), tuple(map(tuple, rows)))


class _Named(str):
    """The name of some rows, which carries them along."""

    rows: list[dict[str, Any]]


def rows_of(rows: list[dict[str, Any]]) -> Any:
    """Rows as they are, for a chart of altair: no data frame is needed for them. altair sees their name only: walking through thousands of
    rows would take it longer than all else about a chart. Give equal rows of one chart as the same list."""
    name = _Named(f"rows {id(rows)}")
    name.rows = rows
    data: Any = alt.NamedData
    return data(name=name)


def _with_rows(spec: Any) -> Any:
    """A specification with rows in place of their names."""
    if isinstance(spec, dict):
        name = spec.get("name")
        return {"values": name.rows} if isinstance(name, _Named) else {key: _with_rows(value) for key, value in spec.items()}
    return [_with_rows(each) for each in spec] if isinstance(spec, list) else spec


def of_words(title: str) -> Column:
    """A column of words."""
    return Column(title, number=False)


def _plain(value: Value) -> str:
    """A value as a machine reads it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return cell(value)
    return f"{round(value, DIGITS):.{DIGITS}f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _written(value: Value) -> str:
    """A value as people read it."""
    return value if isinstance(value, str) else format.count(value)
