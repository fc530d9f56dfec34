"""Which of the four paths a refund is on: the two keys of the rule, and how to read them from a row of a shop's export.

Source: the article on refund timeliness (the order's state in the system when the request is filed, and whether the filed request sends
goods back); for rows of an export, its own columns.
"""

import re
from datetime import datetime
from enum import IntEnum
from typing import Any, NamedTuple

UNSHIPPED, SHIPPED, SIGNED = range(3)
STATES = ("unshipped", "shipped", "signed")

FACTS = {1: (UNSHIPPED, 0), 2: (SHIPPED, 0), 3: (SIGNED, 0), 4: (SIGNED, 1)}
"""The plainest facts that lead to each path: (order state, sends back)."""


def path_of(order_state: Any, sends_back: Any) -> Any:
    """The path, 1-4, from what the system shows; whole numbers or arrays of them (same shape out).

    order_state: 0 unshipped, 1 shipped and not signed for, 2 signed for. sends_back: 0 or 1; it matters only once the goods are
    signed for: a return asked for while the parcel is on its way is still path 2.
    """
    return order_state + 1 + (order_state == SIGNED) * (sends_back != 0)


class Confidence(IntEnum):
    """How far a path read from an export is to be trusted."""

    NONE = 0  # the row does not tell
    GUESS = 1  # from a column that shows today, not the day of filing
    LIKELY = 2  # one of the two keys is missing or contradicted by another column
    SURE = 3


class Verdict(NamedTuple):
    """What a row of an export says: path 0 = it does not; `column` is the field that decided, "" = none."""

    path: int
    state: int  # -1 = not known
    sends_back: int  # -1 = not known
    confidence: Confidence
    column: str
    disputed: bool = False  # the buyer says "not received", the trace says signed for


GOODS_NOT_RECEIVED, GOODS_RECEIVED, GOODS_UNKNOWN = range(3)
_RECEIVED = ("已收到", "已退货", "BUYER_RECEIVED", "BUYER_RETURNED_GOODS")
_NOT_RECEIVED = ("未收到", "未发货", "未签收", "BUYER_NOT_RECEIVED")
_SIGNED_WORDS = ("签收", "送达", "代收", "驿站", "暂存")
_NOT_SIGNED_WORDS = ("未签收", "未送达", "待签收", "拒绝签收", "拒签")
_ORDER_STATUS = {
    "WAIT_SELLER_SEND_GOODS": UNSHIPPED,
    "SELLER_CONSIGNED_PART": SHIPPED,
    "WAIT_BUYER_CONFIRM_GOODS": SHIPPED,
    "TRADE_BUYER_SIGNED": SIGNED,
    "TRADE_FINISHED": SIGNED,
}
_MOMENT = re.compile(r"\d{4}-\d{1,2}-\d{1,2}[ T]\d{1,2}:\d{2}(?::\d{2})?")


def goods_received(status: str) -> int:
    """货物状态 as the buyer ticked it: not received, received (or already sent back), or unknown."""
    if any(word in status for word in _NOT_RECEIVED):
        return GOODS_NOT_RECEIVED
    return GOODS_RECEIVED if any(word in status for word in _RECEIVED) else GOODS_UNKNOWN


def trace_until(trace: str, filed: datetime) -> tuple[str, bool]:
    """The part of an outbound trace that was there when the request was filed, and whether the trace has times at all.

    Events are "time text" or "text time"; a trace without times is taken whole.
    """
    marks = list(_MOMENT.finditer(trace))
    if not marks:
        return trace, False
    time_first = not trace[: marks[0].start()].strip(" ;；,，|")
    starts = [mark.start() for mark in marks] if time_first else [0, *(mark.end() for mark in marks[:-1])]
    kept = []
    for mark, start, stop in zip(marks, starts, [*starts[1:], len(trace)], strict=True):
        day, clock = re.split("[ T]", mark.group())
        try:
            year, month, date, hour, minute, second = (int(x) for x in [*day.split("-"), *clock.split(":"), "0"][:6])
            happened = datetime(year, month, date, hour, minute, second)  # noqa: DTZ001 - a wall clock
        except ValueError:  # digits that look like a time and are none
            return trace, False
        if happened <= filed:
            kept.append(trace[start:stop])
    return "".join(kept), True


def says_signed(trace: str) -> bool:
    """The trace says signed for, delivered, or left with a locker, a station or a neighbour."""
    for word in _NOT_SIGNED_WORDS:
        trace = trace.replace(word, "")
    return any(word in trace for word in _SIGNED_WORDS)


def classify_row(goods: str, trace: str | None, sends_back: int, order_status: str, filed: datetime) -> Verdict:
    """The path of one order line of an export, first key first: unshipped, not signed for, goods to come back, none.

    goods: 货物状态; trace: 发货物流信息 (None = the file has no such column, "" = blank); sends_back: 是否需要退货 as 1, 0 or -1 unknown;
    order_status: API field, today's and not that of the day of filing, so asked last; filed: local wall clock.
    """
    received = goods_received(goods)
    today = _ORDER_STATUS.get(order_status)
    if received == GOODS_RECEIVED:
        return _signed(sends_back, "goods_status")
    if today == UNSHIPPED:  # still unshipped today: it was then, too
        return Verdict(1, UNSHIPPED, sends_back, Confidence.SURE, "order_status")
    ticked = received == GOODS_NOT_RECEIVED
    if trace is not None:
        seen, timed = trace_until(trace, filed)
        if not seen.strip():
            return Verdict(1, UNSHIPPED, sends_back, Confidence.SURE if ticked else Confidence.LIKELY, "trace")
        if not says_signed(seen):
            return Verdict(2, SHIPPED, sends_back, Confidence.SURE if ticked and timed else Confidence.LIKELY, "trace")
        if ticked:
            return Verdict(2, SHIPPED, sends_back, Confidence.LIKELY, "goods_status", disputed=True)
        return _signed(sends_back, "trace", Confidence.LIKELY)
    if today is not None and (ticked or today == SHIPPED):
        return Verdict(2, SHIPPED, sends_back, Confidence.GUESS, "order_status")
    if today == SIGNED:
        return _signed(sends_back, "order_status", Confidence.GUESS)
    return Verdict(0, -1, sends_back, Confidence.NONE, "")


def _signed(sends_back: int, column: str, confidence: Confidence = Confidence.SURE) -> Verdict:
    """Signed for: what goes back decides between paths 3 and 4; `column` said that it was signed for."""
    if sends_back < 0:
        return Verdict(0, SIGNED, -1, Confidence.NONE, column)
    return Verdict(4 if sends_back else 3, SIGNED, sends_back, confidence, "sends_back" if confidence == Confidence.SURE else column)
