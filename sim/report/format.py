"""One way to write a number for people: money, durations, shares, counts, dates, each with its unit, in the language spoken now."""

import math
from datetime import date, datetime

from sim.errors import msgid
from sim.words import _, spoken

NOTHING = "–"
"""Stands where there is no figure."""

MINUTE, HOUR, DAY = 60, 3_600, 86_400

MONTHS = (
    msgid("Jan"),
    msgid("Feb"),
    msgid("Mar"),
    msgid("Apr"),
    msgid("May"),
    msgid("Jun"),
    msgid("Jul"),
    msgid("Aug"),
    msgid("Sep"),
    msgid("Oct"),
    msgid("Nov"),
    msgid("Dec"),
)
WEEKDAYS = (msgid("Mon"), msgid("Tue"), msgid("Wed"), msgid("Thu"), msgid("Fri"), msgid("Sat"), msgid("Sun"))


def count(number: float | None) -> str:
    """A number of things: 4,749; with one decimal where it is a mean: 12.5."""
    if number is None or math.isnan(number):
        return NOTHING
    return f"{number:,.0f}" if float(number).is_integer() or abs(number) >= 100 else f"{number:,.1f}"


def share(part: float | None) -> str:
    """A share 0-1 in percent: 95.3 %; two decimals below 1 %, and never 0 % or 100 % for what is only near it."""
    if part is None or math.isnan(part):
        return NOTHING
    percent = 100 * part
    digits = 0 if percent in (0, 100) else 1 if percent >= 1 else 2
    if 0 < percent < 0.01:
        text = "<0.01"
    elif 99.95 <= percent < 100:
        text = ">99.9"
    else:
        text = f"{percent:.{digits}f}"
    return f"{text}%" if spoken() == "zh" else f"{text} %"


def money(fen: float | None) -> str:
    """An amount in fen as yuan: 35.00 yuan; whole yuan from 1,000 on."""
    if fen is None or math.isnan(fen):
        return NOTHING
    yuan = fen / 100
    amount = f"{yuan:,.0f}" if abs(yuan) >= 1_000 or yuan == 0 else f"{yuan:,.2f}"
    return _("{amount} yuan").format(amount=amount)


def duration(seconds: float | None) -> str:
    """A length of time in its two largest units: 45 s, 12 min 5 s, 3 h 20 min, 36 h, 2 d 4 h (days from two days on)."""
    if seconds is None or math.isnan(seconds):
        return NOTHING
    whole = math.floor(abs(seconds) + 0.5)
    for size, smaller, template in (
        (DAY, HOUR, _("{large} d {small} h")),
        (HOUR, MINUTE, _("{large} h {small} min")),
        (MINUTE, 1, _("{large} min {small} s")),
    ):
        if whole >= (2 * DAY if size == DAY else size):
            in_small = math.floor(whole / smaller + 0.5)
            large, small = divmod(in_small, size // smaller)
            text = template.format(large=f"{large:,}", small=small)
            if small == 0:
                text = {DAY: _("{large} d"), HOUR: _("{large} h"), MINUTE: _("{large} min")}[size].format(large=f"{large:,}")
            return f"−{text}" if seconds < 0 else text
    return _("{seconds} s").format(seconds=f"−{whole}" if seconds < 0 and whole else whole)


def hours(value: float | None) -> str:
    """A figure in hours: 12.5 h; what would round to nothing is told in minutes and seconds."""
    if value is None or math.isnan(value):
        return NOTHING
    if 0 < abs(value) < 0.05:
        return duration(HOUR * value)
    return _("{hours} h").format(hours=f"{value:,.1f}" if abs(value) < 1_000 else f"{value:,.0f}")


def minutes(value: float | None) -> str:
    """A figure in minutes: 8.2 min."""
    if value is None or math.isnan(value):
        return NOTHING
    return _("{minutes} min").format(minutes=f"{value:,.1f}" if abs(value) < 1_000 else f"{value:,.0f}")


def day(when: date) -> str:
    """A day: 12 Nov."""
    return _("{day} {month}").format(day=when.day, month=_(MONTHS[when.month - 1]))


def weekday(when: date) -> str:
    """The day of the week: Wed."""
    return _(WEEKDAYS[when.weekday()])


def day_named(when: date) -> str:
    """A day with its weekday: Wed 12 Nov."""
    return _("{weekday} {date}").format(weekday=weekday(when), date=day(when))


def clock(when: datetime, *, seconds: bool = False) -> str:
    """A time of day: 08:00, or 08:00:15."""
    return f"{when:%H:%M:%S}" if seconds else f"{when:%H:%M}"


def moment(when: datetime, *, seconds: bool = False) -> str:
    """A day and time of day: 12 Nov 08:00."""
    return f"{day(when)} {clock(when, seconds=seconds)}"
