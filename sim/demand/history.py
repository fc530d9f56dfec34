"""A shop's own history: every refund of an export as numbers, without names, addresses, phones or free text."""

import tomllib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from hashlib import blake2b
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.demand.cells import CAUSES, UnreadableCell, clean, fen, heading, moment, sends_goods_back, yes_no
from sim.demand.table import Table, read_table
from sim.errors import BadInput, BadInputs, msgid, nearest_name
from sim.rules.path import FACTS, Confidence, Verdict, classify_row
from sim.rules.reasons import OTHER, reason_index
from sim.scenario.units import MOST_FEN

MOST_PROBLEMS = 100
"""Problems kept with line and value; the counts in `dropped` are complete."""

NOT_GIVEN = -1
"""In place of a reason where the row has none."""

DECIDED_BY = ("", "path", "order_status", "goods_status", "trace", "sends_back")
"""Fields that can decide a row's path; `History.decided_by` holds places in this list."""

HISTORY = np.dtype(
    [
        ("filed", "M8[s]"),  # local wall clock
        ("completed", "M8[s]"),  # local wall clock, NaT = not (yet)
        ("amount", "i4"),  # fen asked for
        ("paid", "i4"),  # fen paid for the order line; the amount where the export does not say
        ("reason", "i2"),  # index into the rules' reasons, 0 = other, -1 = not given
        ("path", "i1"),  # 1-4, 0 = not given
        ("state", "i1"),  # order state when filed: 0 unshipped, 1 shipped, 2 signed, -1 = not known
        ("sends_back", "i1"),  # 1, 0, -1 = not known
        ("confidence", "i1"),  # of the path: sim.rules.path.Confidence
        ("decided_by", "i1"),  # which field decided the path: place in DECIDED_BY
        ("disputed", "?"),  # the buyer says "not received", the trace says signed for
        ("automatic", "?"),  # a machine refunded it before anyone saw it
        ("by_clock", "?"),  # the system refunded it later, when a clock ran out: it had been waiting for somebody
        ("order", "u8"),  # hash of the order number, 0 = none
        ("refund", "u8"),  # hash of the refund number, 0 = none
        ("line", "i4"),  # line in the file
    ]
)


@dataclass(frozen=True)
class History:
    """The refunds of an export, read-only, of dtype HISTORY, in filing order (ties by the hash of the refund number, so that the
    order of rows in the file does not matter).

    dropped: rows left out, by cause (CAUSES). mended: rows kept though a column had to be filled or capped, by what was done.
    unlisted: reasons that no entry of the rules matches, with their counts. problems: the first 100 rows left out, each with its line,
    column and value.
    """

    file: str
    format: str
    refunds: NDArray[Any]
    dropped: dict[str, int] = field(default_factory=dict)
    mended: dict[str, int] = field(default_factory=dict)
    unlisted: dict[str, int] = field(default_factory=dict)
    problems: tuple[BadInput, ...] = ()

    def __post_init__(self) -> None:
        self.refunds.flags.writeable = False

    def __len__(self) -> int:
        return len(self.refunds)

    def column(self, name: str) -> NDArray[Any]:
        """One column of HISTORY by name, shape (refunds,)."""
        return np.asarray(self.refunds[name])

    @property
    def first(self) -> datetime:
        """When the first refund was filed (local wall clock)."""
        return self.column("filed")[0].item()  # type: ignore[no-any-return]

    @property
    def last(self) -> datetime:
        """When the last refund was filed (local wall clock)."""
        return self.column("filed")[-1].item()  # type: ignore[no-any-return]

    def per_day(self) -> dict[str, int]:
        """Refunds filed on each calendar day that has any: {"2025-11-12": 1234, …}."""
        days, counts = np.unique(self.column("filed").astype("M8[D]"), return_counts=True)
        return {str(day): int(count) for day, count in zip(days, counts, strict=True)}


def read_history(path: str | Path, cap: int | None = None, instant_seconds: int = 60) -> History:
    """Read a 千牛 export or a plain table (see formats.toml); columns are found by name, whatever their order.

    cap: fen; a larger amount is an entry error and is set to this (counted in `mended`), None = no cap. instant_seconds: a refund by
    the system this soon after filing was made by a machine; later ones were waiting until a clock ran out.

    Raises BadInput when the file as a whole cannot be used (see read_table), when a required column is missing (the nearest name is
    given), and when no row can be read (the first problem is given).
    """
    table = read_table(path)
    name, columns = _columns(table)
    reading = _Reading(table, columns, cap, instant_seconds)
    for line, cells in table.rows:
        reading.read(line, cells, formats()[name]["lines_of_one_refund"])
    rows = reading.rows()
    if not len(rows):
        if not reading.problems:
            raise BadInput("there is no row below the heading: 0 refunds", file=table.file, allowed=msgid("at least one refund"))
        summary = BadInput("none of {rows} rows can be read", file=table.file, rows=f"{len(table.rows):,}")
        raise BadInputs([reading.problems[0], summary])
    return History(
        table.file,
        name,
        rows,
        dropped=dict(sorted(reading.dropped.items())),
        mended=dict(sorted(reading.mended.items())),
        unlisted=dict(reading.unlisted.most_common()),
        problems=tuple(reading.problems),
    )


@cache
def formats() -> dict[str, Any]:
    """The formats that can be read: name → title, columns, fields (field → names of its column), required."""
    return tomllib.loads(resources.files("sim.demand").joinpath("formats.toml").read_text("utf-8"))


def _columns(table: Table) -> tuple[str, dict[str, int]]:
    """The format whose fields the heading names best, and where each field stands."""
    place: dict[str, int] = {}
    for at, cell in enumerate(table.heading):
        place.setdefault(heading(cell), at)
    found = {
        name: {
            field: next(place[heading(alias)] for alias in aliases if heading(alias) in place)
            for field, aliases in layout["fields"].items()
            if any(heading(alias) in place for alias in aliases)
        }
        for name, layout in formats().items()
    }
    name = max(found, key=lambda each: len(found[each]))
    layout = formats()[name]
    if not found[name]:
        raise BadInput(
            "no column of a refund export in the first row: another kind of file, or another encoding than UTF-8 and GB18030",
            file=table.file,
            line=1,
            value=", ".join(table.heading),
            allowed=[layout["fields"][each][0] for each in layout["required"]],
        )
    for each in layout["required"]:
        if each not in found[name]:
            names = layout["fields"][each]
            near = (nearest_name(name, [clean(cell) for cell in table.heading]) for name in names)
            nearest = next((cell for cell in near if cell is not None), None)
            raise BadInput("the column is missing", file=table.file, line=1, field=names[0], allowed=names, nearest=nearest)
    return name, found[name]


class _Reading:
    """Rows on their way to a History: what was read, what was left out and why."""

    def __init__(self, table: Table, columns: dict[str, int], cap: int | None, instant_seconds: int) -> None:
        self.table, self.columns, self.cap, self.instant_seconds = table, columns, cap, instant_seconds
        self.kept: list[dict[str, Any]] = []
        self.at: dict[str, int] = {}  # refund number → place in kept
        self.problems: list[BadInput] = []
        self.dropped: Counter[str] = Counter()
        self.mended: Counter[str] = Counter()
        self.unlisted: Counter[str] = Counter()

    def read(self, line: int, cells: tuple[str, ...], lines_of_one_refund: bool) -> None:
        """Take one row in, or note why not."""
        width = len(self.table.heading)
        if len(cells) < width or any(cell.strip() for cell in cells[width:]):
            return self._drop(line, "", f"{len(cells)} cells, not {width}", "cells")
        row = {name: clean(cells[at]) for name, at in self.columns.items()}
        number = row.get("refund", "")
        earlier = self.at.get(number) if number else None
        if earlier is not None and not lines_of_one_refund:
            return self._drop(line, "refund", number, "duplicate")
        looking_at = "filed"
        try:
            filed = moment(row["filed"])
            looking_at = "amount"
            amount = fen(row["amount"])
            if amount > MOST_FEN and self.cap is None:
                raise UnreadableCell("amount_too_large")
            looking_at = "path"
            verdict = self._verdict(row, filed)
        except UnreadableCell as unreadable:
            return self._drop(line, looking_at, row[looking_at], unreadable.cause)
        if earlier is not None:
            first = self.kept[earlier]
            first["filed"] = min(first["filed"], filed)
            first["amount"] += amount
            return None
        if number:
            self.at[number] = len(self.kept)
        self.kept.append(self._refund(line, row, filed, amount, verdict))
        return None

    def _refund(self, line: int, row: dict[str, str], filed: datetime, amount: int, verdict: Verdict) -> dict[str, Any]:
        completed = _or_none(moment, row.get("completed", ""))
        system = "系统" in row.get("by_machine", "")
        soon = completed is None or (completed - filed).total_seconds() <= self.instant_seconds
        automatic = yes_no(row.get("zero_seconds", "")) == 1 or (system and soon)
        text = row.get("reason", "")
        reason = reason_index(text, verdict.state) if text else NOT_GIVEN
        if reason is None:
            self.unlisted[text[:40]] += 1
        return {
            "filed": filed,
            "completed": completed,
            "amount": amount,
            "paid": _or_none(fen, row.get("paid", "")),
            "reason": OTHER if reason is None else reason,
            "path": verdict.path,
            "state": verdict.state,
            "sends_back": verdict.sends_back,
            "confidence": verdict.confidence,
            "decided_by": DECIDED_BY.index(verdict.column),
            "disputed": verdict.disputed,
            "automatic": automatic,
            "by_clock": system and not automatic,
            "order": _hash(row.get("order", "")),
            "refund": _hash(row.get("refund", "")),
            "line": line,
        }

    def _verdict(self, row: dict[str, str], filed: datetime) -> Verdict:
        given = row.get("path", "")
        if given:
            if given not in ("1", "2", "3", "4"):
                raise UnreadableCell("path_unreadable")
            return Verdict(int(given), *FACTS[int(given)], Confidence.SURE, "path")
        back = sends_goods_back(row.get("sends_back", ""))
        return classify_row(row.get("goods_status", ""), row.get("trace"), back, row.get("order_status", ""), filed)

    def _drop(self, line: int, name: str, value: str, cause: str) -> None:
        self.dropped[cause] += 1
        if len(self.problems) < MOST_PROBLEMS:
            column = clean(self.table.heading[self.columns[name]]) if name in self.columns else name
            self.problems.append(BadInput(CAUSES[cause], file=self.table.file, line=line, field=column or None, value=value[:40]))

    def rows(self) -> NDArray[Any]:
        """What was kept, of dtype HISTORY, in filing order."""
        most = MOST_FEN if self.cap is None else self.cap
        rows = np.zeros(len(self.kept), HISTORY)
        for row in self.kept:
            if row["amount"] > most:
                row["amount"] = most
                self.mended["amount_capped"] += 1
            if row["paid"] is None or row["paid"] > MOST_FEN:
                row["paid"] = row["amount"]
                self.mended["paid_taken_from_amount"] += 1
        for name in HISTORY.names or ():
            rows[name] = [row[name] for row in self.kept]
        return rows[np.lexsort((rows["line"], rows["refund"], rows["filed"]))]


def _or_none(read: Any, text: str) -> Any:
    """What a cell that may be blank or unreadable says, else None."""
    try:
        return read(text)
    except UnreadableCell:
        return None


def _hash(number: str) -> int:
    """64 bits that tell equal numbers from different ones and do not show them; 0 = none."""
    return int.from_bytes(blake2b(number.encode(), digest_size=8).digest(), "little") if number else 0
