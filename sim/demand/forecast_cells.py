"""What stands in one cell of a forecast: a day, an hour of it, a number of orders."""

import re
import tomllib
import unicodedata
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from sim.demand.cells import UnreadableCell, clean, moment
from sim.errors import BadInput, msgid

HOURS = 24
"""Rows of a day where orders are given per hour."""

A_TOTAL = msgid("this row sums up others")
_A_DATE = msgid("a date such as 2025-11-11; with the hour, as in 2025-11-11 08:00, where orders are given per hour")
_A_DATE_ALONE = msgid("a date such as 2025-11-11")
_A_DATE_IN_EVERY_ROW = msgid("a date in every row, also where cells were merged; no row of totals")
_AN_HOUR = msgid("an hour from 0 to 23, such as 8, 08:00 or 08:00-09:00")
_A_COUNT = msgid("a number, 0 or more, such as 1200")
_VALUES = msgid("plain numbers and dates: copy the column and paste it as values")
_DAYS_ONLY = msgid("days or hours only: delete this row")

_BEHIND_A_DAY = re.compile(r"[ T]+")
_EIGHT_DIGITS = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_CLOCK = re.compile(r"([0-9]{1,2})(?::([0-9]{2})(?::([0-9]{2}))?|[时点h])?")
_UNTIL = re.compile(r"\s*[-~–—〜至到]\s*")
_COUNT = re.compile(r"([+-]?)((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?)\s*单?")


@cache
def words() -> dict[str, Any]:
    """What forecast.toml says: names of columns, words for totals, limits."""
    return tomllib.loads(resources.files("sim.demand").joinpath("forecast.toml").read_text("utf-8"))


def plain(cell: str) -> str:
    """A cell's text in half-width characters, freed of its wrapping."""
    return clean(unicodedata.normalize("NFKC", clean(cell)))


def _no_formula_or_total(text: str) -> None:
    if text.startswith("="):
        raise BadInput("is a formula, and formulas are not worked out", value=text, allowed=_VALUES)
    folded = text.casefold()
    if any(word in folded for word in words()["rows"]["totals"]):
        raise BadInput(A_TOTAL, value=text, allowed=_DAYS_ONLY)


def day_and_hour(text: str) -> tuple[date, int | None]:
    """A day and the hour behind it, None where it names none; a spreadsheet's day number names both. Raises BadInput."""
    _no_formula_or_total(text)
    if not text:
        raise BadInput("there is no date in this row", allowed=_A_DATE_IN_EVERY_ROW)
    day, *rest = _BEHIND_A_DAY.split(text, maxsplit=1)
    try:
        digits = _EIGHT_DIGITS.fullmatch(day)
        when = moment("-".join(digits.groups()) if digits else day)
    except UnreadableCell:
        raise BadInput("is not a date", value=text, allowed=_A_DATE) from None
    if rest:
        try:
            return when.date(), hour_alone(rest[0])
        except BadInput as wrong:
            raise BadInput(wrong.template, value=text, allowed=_A_DATE) from None
    if when.minute or when.second:
        raise BadInput("is not a full hour", value=text, allowed=_A_DATE)
    return when.date(), when.hour if _SERIAL.fullmatch(day) else None


def day_alone(text: str) -> date:
    """A day alone, beside a column of hours; midnight is how spreadsheets write it. Raises BadInput."""
    day, hour = day_and_hour(text)
    if hour:
        raise BadInput("gives an hour, though another column does so", value=text, allowed=_A_DATE_ALONE)
    return day


def hour_alone(text: str) -> int:
    """An hour of the day, 0-23, from 8, 08:00, 8点, 08:00-09:00 or 08:00-08:59. Raises BadInput."""
    _no_formula_or_total(text)
    if not text:
        raise BadInput("there is no hour in this row", allowed=_AN_HOUR)
    clocks = [_clock(part) for part in _UNTIL.split(text)]
    start = clocks[0]
    if start is None or len(clocks) > 2 or start[0] >= HOURS:
        raise BadInput("is not an hour of the day", value=text, allowed=_AN_HOUR)
    hour = start[0]
    ends = {(hour + 1, 0, 0), ((hour + 1) % HOURS, 0, 0), (hour, 59, 0), (hour, 59, 59)}
    if start[1:] != (0, 0) or (len(clocks) == 2 and clocks[1] not in ends):
        raise BadInput("is not a full hour", value=text, allowed=_AN_HOUR)
    return hour


def _clock(text: str) -> tuple[int, int, int] | None:
    found = _CLOCK.fullmatch(text)
    if not found:
        return None
    hour, minute, second = (int(part or 0) for part in found.groups())
    return hour, minute, second


def orders_of(text: str) -> float:
    """A number of orders, 0 or more; thousands may be set off by commas. Raises BadInput."""
    if text.startswith("="):
        raise BadInput("is a formula, and formulas are not worked out", value=text, allowed=_VALUES)
    if text in ("", "-", "--"):
        raise BadInput("there is no number of orders in this row", allowed=_A_COUNT)
    found = _COUNT.fullmatch(text)
    if not found:
        raise BadInput("is not a number", value=text, allowed=_A_COUNT)
    number = float(found[2].replace(",", ""))
    most = words()["limits"]["orders"]
    if number and found[1] == "-":
        raise BadInput("is negative", value=text, allowed=_A_COUNT)
    if number > most:
        raise BadInput("is too large", value=text, allowed=msgid("at most {limit}"), limit=f"{most:,}")
    return number
