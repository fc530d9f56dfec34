"""Quantities as people write them ("30 min", "4 小时", "12.50 yuan", "08:00") as the whole numbers the simulator counts in.

Durations become seconds, money becomes fen, times of day become seconds after midnight. Bad input raises
`sim.errors.BadInput` without a place; the loader adds file, line and field.
"""

import re
from decimal import ROUND_HALF_UP, Decimal

from sim.errors import BadInput, msgid, nearest_name

MINUTE, HOUR, DAY = 60, 3_600, 86_400

SECONDS = {
    **dict.fromkeys(("s", "sec", "second", "seconds", "秒", "秒钟"), 1),
    **dict.fromkeys(("min", "minute", "minutes", "分", "分钟"), MINUTE),
    **dict.fromkeys(("h", "hour", "hours", "小时", "时"), HOUR),
    **dict.fromkeys(("d", "day", "days", "天", "日"), DAY),
}
FEN = {**dict.fromkeys(("yuan", "元"), 100), **dict.fromkeys(("fen", "分"), 1)}

MOST_SECONDS = 3_650 * DAY
"""Ten years: longer is a slip of the pen, and would not fit the 32 bits that a workload gives to a span."""
MOST_FEN = 2**31 - 1
"""What 32 bits hold: 21,474,836.47 yuan."""

A_DURATION = msgid('a number and a unit, such as "20 s", "30 min", "4 h", "5 d", "30 分钟", "4 小时"')
AN_AMOUNT = msgid('a number and a unit, such as "50 yuan", "12.50 yuan", "50 元"')
A_TIME = msgid('a time of day from "00:00" to "24:00"')

_QUANTITY = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*([^\W\d_]+)\s*")
_NUMBER = re.compile(r"\s*[+-]?\d+(?:\.\d+)?\s*")
_TIME = re.compile(r"\s*(\d{1,2})[:：](\d{2})\s*")  # a Chinese keyboard gives the wide colon


def parse_duration(text: object) -> int:
    """Whole seconds of a duration, rounded half up ("1.5 h" → 5400). Raises BadInput."""
    number, unit = _split(text, SECONDS, A_DURATION)
    seconds = int((number * SECONDS[unit]).to_integral_value(ROUND_HALF_UP))
    if seconds > MOST_SECONDS:
        raise BadInput("is longer than ten years", value=text, allowed=A_DURATION)
    return seconds


def parse_money(text: object) -> int:
    """Fen of an amount ("12.50 yuan" → 1250). Raises BadInput, also for fractions of a fen."""
    number, unit = _split(text, FEN, AN_AMOUNT)
    fen = number * FEN[unit]
    if fen != int(fen):
        raise BadInput("is finer than one fen (0.01 yuan)", value=text, allowed=AN_AMOUNT)
    if fen > MOST_FEN:
        raise BadInput("is more than {most} yuan", value=text, allowed=AN_AMOUNT, most=f"{MOST_FEN / 100:,.2f}")
    return int(fen)


def parse_time(text: object) -> int:
    """Seconds after midnight of a time of day; "24:00" is the midnight that ends the day. Raises BadInput."""
    found = _TIME.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise BadInput("is not a time of day", value=text, allowed=A_TIME)
    seconds = int(found[1]) * HOUR + int(found[2]) * MINUTE
    if int(found[2]) > 59 or seconds > DAY:
        raise BadInput("is not a time of day", value=text, allowed=A_TIME)
    return seconds


def _split(text: object, units: dict[str, int], allowed: str) -> tuple[Decimal, str]:
    if isinstance(text, int | float) and not isinstance(text, bool):
        raise BadInput("is a bare number: write the unit with it", value=text, allowed=allowed)
    if not isinstance(text, str):
        raise BadInput("is not a quantity", value=text, allowed=allowed)
    found = _QUANTITY.fullmatch(text)
    if found is None:
        if _NUMBER.fullmatch(text):
            raise BadInput("is a bare number: write the unit with it", value=text, allowed=allowed)
        raise BadInput("is not a quantity", value=text, allowed=allowed)
    unit = found[2].lower()
    if unit not in units:
        raise BadInput('has an unknown unit "{unit}"', value=text, allowed=allowed, nearest=_nearest_unit(unit, units), unit=found[2])
    number = Decimal(found[1])
    if number < 0:
        raise BadInput("is negative", value=text, allowed=allowed)
    return number, unit


def _nearest_unit(unit: str, units: dict[str, int]) -> str | None:
    """Units are so short that likeness says little: "m" and "mins" begin as "min" does."""
    begins = [each for each in units if each.startswith(unit) or (unit.startswith(each) and len(each) > 1)]
    return begins[0] if begins else nearest_name(unit, units)
