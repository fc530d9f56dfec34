"""A manager's forecast: orders expected per day or per hour, read from a table."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.demand.cells import CAUSES, clean, heading
from sim.demand.forecast_cells import A_TOTAL, HOURS, day_alone, day_and_hour, hour_alone, orders_of, plain, words
from sim.demand.table import Table, read_table
from sim.errors import BadInput, msgid, nearest_name, raise_all

MOST_PROBLEMS = 20
"""Problems that are told one by one; of the rest only how many."""

SOME = 6
"""Names, days or hours that an error lists."""

LONGEST_NAME = 20
"""Characters of a column's name in such a list."""

_WHEN = ("date", "hour")
_TORN = CAUSES["cells"]
_EVERY_DAY = msgid("a row for each day from the first to the last, with 0 where no orders are expected")
_EVERY_HOUR = msgid("24 rows for each day, with 0 where no orders are expected")
_ONE_KIND = msgid("days in all rows, or hours in all rows")


class ExpectedDay(NamedTuple):
    """What is expected of one day. orders: of the whole day. by_hour: shape (24,), read-only, from midnight on; their sum is `orders`.
    None where the forecast is per day."""

    orders: float
    by_hour: NDArray[np.float64] | None


@dataclass(frozen=True)
class Forecast:
    """Orders expected to be paid on days that follow each other, as the file gives them (no scale is applied).

    file: as it was named. dates: local calendar days, none left out. orders: read-only; shape (days,) where the file gives days, (days,
    24) from midnight on where it gives hours (`hourly`).
    """

    file: str
    hourly: bool
    dates: tuple[date, ...]
    orders: NDArray[np.float64]

    def __post_init__(self) -> None:
        self.orders.flags.writeable = False

    def on(self, day: date) -> ExpectedDay | None:
        """What is expected of a day; None where the forecast does not speak of it."""
        place = (day - self.dates[0]).days
        if not 0 <= place < len(self.dates):
            return None
        return ExpectedDay(float(self.orders[place].sum()), self.orders[place] if self.hourly else None)


def read_forecast(path: str | Path) -> Forecast:
    """Read a table of orders per day or per hour; columns are found by name (see forecast.toml), rows may stand in any order.

    Per day: a date in each row. Per hour: a date and an hour in each row, in one column or two, and all 24 hours of each day. A title above
    the heading is passed over. Formulas are never worked out.

    Raises BadInput (BadInputs for several problems): a file that cannot be read as a table (see read_table), a column that is missing or
    there twice, more rows than ten years have hours, a row whose date, hour or number cannot be read, a row that sums up others, a
    negative number, days and hours mixed, a day or an hour that is given twice or is missing.
    """
    table = read_table(path)
    columns, rows = _columns(table)
    if not rows:
        raise BadInput("there is no row below the heading", file=table.file, allowed=msgid("at least one day"))
    most = words()["limits"]["rows"]
    if len(rows) > most:
        too_long = msgid("at most {limit}: a row for each day or hour")
        raise BadInput("has {count} rows", file=table.file, count=f"{len(rows):,}", allowed=too_long, limit=f"{most:,}")
    problems = _Problems(table.file)
    read = [row for line, cells in rows if (row := _row(columns, line, cells, problems)) is not None]
    problems.stop()
    hourly = _hourly(read, columns, problems)
    problems.stop()
    _given_once(read, hourly, columns, problems)
    problems.stop()
    _without_holes(read, hourly, columns, problems)
    problems.stop()
    ordered = sorted(read, key=lambda row: (row.day, row.hour or 0))
    orders = np.array([row.orders for row in ordered], np.float64)
    dates = tuple(dict.fromkeys(row.day for row in ordered))
    return Forecast(table.file, hourly, dates, orders.reshape(len(dates), HOURS) if hourly else orders)


class _Problems:
    """What is wrong, so far."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.told: list[BadInput] = []
        self.more = 0

    def add(self, problem: BadInput) -> None:
        if len(self.told) < MOST_PROBLEMS:
            self.told.append(problem.at(file=self.file))
        else:
            self.more += 1

    def stop(self) -> None:
        """Raise what was found, if anything."""
        rest = [BadInput("… and {count} more", file=self.file, count=self.more)] if self.more else []
        raise_all([*self.told, *rest])


# ---------------------------------------------------------------- columns
@dataclass(frozen=True)
class _Columns:
    """heading: the names as the file writes them; place: where "orders", "date" and "hour" stand among them, if they are there."""

    heading: tuple[str, ...]
    place: dict[str, int]

    def name(self, what: str) -> str:
        return self.heading[self.place[what]]

    @property
    def when(self) -> str:
        """The column that names the day."""
        return "date" if "date" in self.place else "hour"

    @property
    def hour_apart(self) -> bool:
        """Whether the hour stands in a column of its own."""
        return "date" in self.place and "hour" in self.place


def _columns(table: Table) -> tuple[_Columns, Sequence[tuple[int, tuple[str, ...]]]]:
    """The columns of the first row that names all that is needed, and the rows below it."""
    above: int = words()["limits"]["rows_above"]
    candidates = [(1, table.heading), *table.rows[:above]]
    found = [_found(cells) for _line, cells in candidates]
    whole = [at for at, names in enumerate(found) if "orders" in names and any(each in names for each in _WHEN)]
    at = whole[0] if whole else max(range(len(found)), key=lambda each: len(found[each]))
    (line, cells), names = candidates[at], found[at]
    shown = tuple(clean(cell) for cell in cells)
    problems = []
    for what, places in names.items():
        if len(places) > 1:
            several = ", ".join(shown[place] for place in places)
            problems.append(
                BadInput(
                    "several columns could be meant: {columns}",
                    file=table.file,
                    line=line,
                    field=words()["columns"][what][0],
                    columns=several,
                    allowed=msgid("one of them: delete or rename the others"),
                )
            )
    if not whole:
        problems += _absent(table.file, line, shown, names)
    raise_all(problems)
    return _Columns(shown, {what: places[0] for what, places in names.items()}), table.rows[at:]


def _found(cells: Iterable[str]) -> dict[str, list[int]]:
    """Where each field stands in a row, if that row is the heading."""
    folded = [_folded(cell) for cell in cells]
    found = {
        what: [place for place, name in enumerate(folded) if name in {_folded(each) for each in names}]
        for what, names in words()["columns"].items()
    }
    return {what: places for what, places in found.items() if places}


def _folded(name: str) -> str:
    return heading(name).replace("_", "").replace("-", "")


def _absent(file: str, line: int, shown: tuple[str, ...], found: dict[str, list[int]]) -> list[BadInput]:
    taken = {place for places in found.values() for place in places}
    free = [name for place, name in enumerate(shown) if place not in taken]
    problems = []
    for template, fields in (
        (msgid("no column tells the number of orders; the columns are: {columns}"), ("orders",)),
        (msgid("no column tells the day or the hour; the columns are: {columns}"), _WHEN),
    ):
        if not any(each in found for each in fields):
            names = [name for each in fields for name in words()["columns"][each]]
            nearest = next((near for name in names if (near := nearest_name(name, free)) is not None), None)
            allowed = [name for each in fields for name in words()["columns"][each][: SOME // len(fields)]]
            some = _some([name[:LONGEST_NAME] for name in shown if name])
            problems.append(BadInput(template, file=file, line=line, allowed=allowed, nearest=nearest, columns=some))
    return problems


def _some(names: Sequence[str]) -> str:
    return ", ".join([*names[:SOME], *(["…"] if len(names) > SOME else [])])


# ---------------------------------------------------------------- rows
@dataclass(frozen=True)
class _Row:
    """What a row says. hour: None where it names a day alone. text: date and hour as the file writes them."""

    line: int
    day: date
    hour: int | None
    orders: float
    text: str


def _row(columns: _Columns, line: int, cells: tuple[str, ...], problems: _Problems) -> _Row | None:
    """Read one row, or note all that is wrong with it."""
    width = len(columns.heading)
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        allowed = msgid("numbers without commas, or in quotes")
        problems.add(BadInput(_TORN, line=line, value=f"{len(cells)} ≠ {width}", allowed=allowed))
        return None
    told = {what: plain(cells[place]) for what, place in columns.place.items()}
    noted: list[BadInput] = []

    def read(what: str, by: Callable[[str], Any]) -> Any:
        try:
            return by(told[what])
        except BadInput as wrong:
            noted.append(wrong.at(line=line, field=columns.name(what)))
            return None

    if columns.hour_apart:
        day, hour = read("date", day_alone), read("hour", hour_alone)
    else:
        day, hour = read(columns.when, day_and_hour) or (None, None)
    orders = read("orders", orders_of)
    totals = [each for each in noted if each.template == A_TOTAL]
    for each in totals[:1] or noted:  # that the other cells of a total are strange needs no telling
        problems.add(each)
    return None if noted else _Row(line, day, hour, orders, " ".join(told[what] for what in _WHEN if what in told))


# ---------------------------------------------------------------- the whole
def _hourly(rows: Sequence[_Row], columns: _Columns, problems: _Problems) -> bool:
    """Whether the rows are hours. Midnight may stand for a day; what the rarer kind of row says is noted as wrong."""
    if columns.hour_apart:
        return True
    timed = [row for row in rows if row.hour]
    hourly = 2 * len(timed) > len(rows)
    name = columns.name(columns.when)
    for row in [row for row in rows if row.hour is None] if hourly else timed:
        template = msgid("is a day among hours") if hourly else msgid("is an hour among days")
        problems.add(BadInput(template, line=row.line, field=name, value=row.text, allowed=_ONE_KIND))
    return hourly


def _given_once(rows: Sequence[_Row], hourly: bool, columns: _Columns, problems: _Problems) -> None:
    first: dict[tuple[date, int | None], _Row] = {}
    name = columns.name(columns.when)
    for row in rows:
        before = first.setdefault((row.day, row.hour if hourly else None), row)
        if before is not row:
            wrong = BadInput("is given twice, before in line {before}", line=row.line, field=name, value=row.text, before=before.line)
            problems.add(wrong)


def _without_holes(rows: Sequence[_Row], hourly: bool, columns: _Columns, problems: _Problems) -> None:
    lines = {row.day: row.line for row in reversed(rows)}
    days = sorted(lines)
    count = (days[-1] - days[0]).days + 1 - len(days)
    if count:
        after = next(later for day, later in pairwise(days) if (later - day).days > 1)
        missing = _some([day.isoformat() for day in islice(_between(days), SOME + 1)])
        problems.add(
            BadInput(
                "days are missing between {first} and {last}: {days} ({count} in all)",
                line=lines[after],
                field=columns.name(columns.when),
                first=days[0].isoformat(),
                last=days[-1].isoformat(),
                days=missing,
                count=f"{count:,}",
                allowed=_EVERY_DAY,
            )
        )
    if hourly:
        given = {(row.day, row.hour) for row in rows}
        for day in days:
            absent = [f"{hour:02}:00" for hour in range(HOURS) if (day, hour) not in given]
            if absent:
                problems.add(
                    BadInput(
                        "hours are missing: {hours} ({count} in all)",
                        line=lines[day],
                        field=columns.name(columns.when),
                        value=day.isoformat(),
                        hours=_some(absent),
                        count=len(absent),
                        allowed=_EVERY_HOUR,
                    )
                )


def _between(days: Sequence[date]) -> Iterator[date]:
    """The days that are missing in a rising row of them."""
    for day, later in pairwise(days):
        for more in range(1, (later - day).days):
            yield day + timedelta(days=more)
