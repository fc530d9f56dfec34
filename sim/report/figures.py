"""The joined figures of a run as text: value with unit, and its interval where there is one."""

from collections.abc import Callable, Mapping
from typing import Any

from sim.errors import msgid
from sim.report import format
from sim.words import _

YUAN = 100
"""Fen: documents hold money in yuan."""

Write = Callable[[float], str]

_WITH_UNIT: Mapping[str, Write] = {
    "share": format.share,
    "yuan": lambda yuan: format.money(yuan * YUAN),
    "hours": format.hours,
    "minutes": format.minutes,
}
_COUNTED: Mapping[str, str] = {"people": msgid("{count} people"), "requests": msgid("{count} requests"), "cases": msgid("{count} cases")}
_BARE: Mapping[str, Write] = {
    "share": lambda share: f"{100 * share:.1f}" if share == 0 or share >= 0.01 else f"{100 * share:.2f}",
    "yuan": lambda yuan: f"{yuan:,.0f}",
    "hours": lambda hours: f"{hours:,.1f}",
    "minutes": lambda minutes: f"{minutes:,.1f}",
}


def with_unit(value: float | None, unit: str) -> str:
    """A value of a document's unit, written with that unit; a dash where there is none."""
    if value is None:
        return format.NOTHING
    if unit in _COUNTED:
        return _(_COUNTED[unit]).format(count=format.count(value))
    return _WITH_UNIT.get(unit, format.count)(value)


def _bare_count(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:,.1f}"


def value(figure: Mapping[str, Any], unit: str | None = None) -> str:
    """A figure of a document: 91.0 %, or with its 95 % interval in the same unit: 91.0 % (90.2–91.8)."""
    unit = unit or figure.get("unit", "")
    text = with_unit(figure["mean"], unit)
    if figure.get("low") is None or figure.get("high") is None or figure["low"] == figure["high"]:
        return text
    bare = _BARE.get(unit, _bare_count)
    return _("{value} ({low}–{high})").format(value=text, low=bare(figure["low"]), high=bare(figure["high"]))
