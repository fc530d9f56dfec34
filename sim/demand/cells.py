"""What stands in one cell of an export: text freed of its wrapping, amounts, times, yes or no."""

import re
import unicodedata
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from sim.errors import msgid

CAUSES = {
    "cells": msgid("the row has another number of cells than the heading"),
    "time_absent": msgid("no time of filing"),
    "time_unreadable": msgid("not a date and time such as 2025-11-12 00:00:03"),
    "amount_absent": msgid("no amount"),
    "amount_negative": msgid("a negative amount"),
    "amount_unreadable": msgid("not an amount in yuan such as 35.00"),
    "amount_too_large": msgid("an amount above 21,474,836.47 yuan"),
    "duplicate": msgid("a refund number that was read before"),
    "path_unreadable": msgid("not a path 1-4"),
}
"""Why a row is left out: key → text."""

_WRAPPED = re.compile(r'^=?"+([^"]*)"+$')
_MOMENT = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?(?:\.(\d+))?)?$")
_SERIAL = re.compile(r"^\d{5}(?:\.\d+)?$")
_SPREADSHEET_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a wall clock: only the calendar knows its zone
_YEARS = range(1990, 2101)


class UnreadableCell(ValueError):
    """A cell that cannot be read; `cause` is a key of CAUSES."""

    def __init__(self, cause: str) -> None:
        super().__init__(CAUSES[cause])
        self.cause = cause


def clean(cell: str) -> str:
    """Text without blanks, tabs, byte-order marks, and without the ="123" or '123 that keep long numbers whole in spreadsheets."""
    text = cell.strip(" \t\r\n\u3000\u00a0\ufeff\u200b")
    wrapped = _WRAPPED.match(text)
    if wrapped:
        text = wrapped.group(1).strip()
    return text[1:].strip() if text.startswith("'") else text


def heading(cell: str) -> str:
    """A column's name, the same for full-width and half-width forms, with and without blanks."""
    return "".join(unicodedata.normalize("NFKC", clean(cell)).split()).casefold()


def fen(text: str) -> int:
    """An amount in yuan as whole fen, rounded half up; ¥, 元, CNY and thousands separators are allowed. Formulas are not amounts."""
    if text in ("", "-", "--", "***"):
        raise UnreadableCell("amount_absent")
    bare = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "").removeprefix("CNY").removeprefix("¥").removesuffix("元")
    try:
        yuan = Decimal(bare)
    except InvalidOperation:
        raise UnreadableCell("amount_unreadable") from None
    if not yuan.is_finite():
        raise UnreadableCell("amount_unreadable")
    if yuan < 0:
        raise UnreadableCell("amount_negative")
    if yuan >= 10**12:  # before rounding: Decimal refuses more digits than its context has
        raise UnreadableCell("amount_too_large")
    return int((yuan * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def moment(text: str) -> datetime:
    """A local wall clock, whole seconds: 2025-11-12 00:00:03, 2025/11/12 0:00, a bare date (midnight), or a spreadsheet's day number."""
    if text in ("", "-", "--"):
        raise UnreadableCell("time_absent")
    found = _MOMENT.match(text)
    try:
        if found:
            year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
            late = found.group(7) is not None and found.group(7)[0] >= "5"
            read = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - a wall clock
            read += timedelta(seconds=int(late))
        elif _SERIAL.match(text):
            read = _SPREADSHEET_EPOCH + timedelta(seconds=int(float(text) * 86400 + 0.5))
        else:
            raise UnreadableCell("time_unreadable")
    except (ValueError, OverflowError):
        raise UnreadableCell("time_unreadable") from None
    if read.year not in _YEARS:
        raise UnreadableCell("time_unreadable")
    return read


def yes_no(text: str) -> int:
    """1 yes, 0 no, -1 the cell does not say."""
    folded = text.casefold()
    if folded in ("是", "需要", "true", "1", "y", "yes", "有"):
        return 1
    return 0 if folded in ("否", "不需要", "无需", "false", "0", "n", "no", "无") else -1


def sends_goods_back(text: str) -> int:
    """是否需要退货 (yes or no) or 售后类型 (a kind of request): 1 goods come back (an exchange too), 0 they do not, -1 it does not say."""
    plain = yes_no(text)
    if plain >= 0:
        return plain
    if any(word in text for word in ("仅退款", "无需退货", "不退货", "不需要退货", "未发货", "补寄")):
        return 0
    return 1 if any(word in text for word in ("退货", "换货", "维修")) else -1
