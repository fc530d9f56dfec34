"""Where requests come from: a shop's history, stated figures, or orders with a chance to ask in each state."""

from collections.abc import Callable
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path as FilePath
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, WithJsonSchema, model_validator

from sim.errors import BadInput, msgid, nearest_name, raise_all
from sim.rules.tables import load_cells
from sim.scenario.distribution import AT_ONCE, Distribution
from sim.scenario.fields import Factor, LongerThanZero, Money, Name, Share, Table

_A_DATE = msgid("a date such as 2025-11-10, from 1990 to 2200")
_A_CURVE = msgid("times that rise, as many shares that do not fall, none above 1")


def _date(value: Any) -> date:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise BadInput("is not a date", value=value, allowed=_A_DATE) from None
    if not isinstance(day, date) or isinstance(day, datetime) or not 1990 <= day.year <= 2200:
        raise BadInput("is not a date", value=value, allowed=_A_DATE)
    return day


Day = Annotated[date, BeforeValidator(_date)]


class Shares(Table):
    """Shares of the four paths among requests whose path is not given; they sum to 1."""

    path_1: Share
    path_2: Share
    path_3: Share
    path_4: Share

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        total = self.path_1 + self.path_2 + self.path_3 + self.path_4
        if abs(total - 1) > 1e-6:
            raise BadInput("the shares of the four paths sum to {total}", total=f"{total:.6g}", allowed=msgid("a sum of 1"))
        return self


def _path(value: Any) -> FilePath:
    if isinstance(value, str | FilePath) and str(value):
        return FilePath(value)
    raise BadInput(
        "is not a file name", value=value if isinstance(value, str | int | float) else None, allowed=msgid("a file name in quotes")
    )


def from_list(value: Any) -> Any:
    """A list of a TOML file as a tuple; all else as it is."""
    return tuple(value) if isinstance(value, list) else value


def _of_length(length: int) -> Callable[[tuple[float, ...]], tuple[float, ...]]:
    def check(values: tuple[float, ...]) -> tuple[float, ...]:
        if len(values) != length or not sum(values) > 0:
            raise BadInput("has {count} numbers", count=len(values), length=length, allowed=msgid("{length} numbers, not all 0"))
        return values

    return check


NotNegative = Annotated[float, Field(ge=0, le=1_000_000)]
PerDay = Annotated[float, Field(gt=0, le=10_000_000)]
ByWeekday = Annotated[tuple[NotNegative, ...], BeforeValidator(from_list), AfterValidator(_of_length(7))]
ByHour = Annotated[tuple[NotNegative, ...], BeforeValidator(from_list), AfterValidator(_of_length(24))]
Burst = Annotated[float, Field(ge=1, le=1_000)]

MOST_LINES = 8
"""Lines that one order can have."""


def _some_lines(shares: tuple[float, ...]) -> tuple[float, ...]:
    if not 1 <= len(shares) <= MOST_LINES or not sum(shares) > 0:
        raise BadInput("has {count} numbers", count=len(shares), allowed=msgid("1 to 8 shares: of orders with 1, 2, 3, … lines"))
    return shares


CELLS = {f"p{path}": tuple(cell.key.split(".")[1] for cell in load_cells() if cell.key[1] == str(path)) for path in (1, 2, 3, 4)}
"""The skill cells by path, as the decision tables name them."""


def _cells(table: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    problems = []
    for path, shares in table.items():
        if path not in CELLS:
            problems.append(BadInput("unknown key", field=path, allowed=tuple(CELLS), nearest=nearest_name(path, CELLS)))
            continue
        for name in shares:
            if name not in CELLS[path]:
                problems.append(
                    BadInput("no such skill cell", field=f"{path}.{name}", allowed=CELLS[path], nearest=nearest_name(name, CELLS[path]))
                )
        if abs(sum(shares.values()) - 1) > 1e-6:
            problems.append(
                BadInput("the shares sum to {total}", field=path, total=f"{sum(shares.values()):.6g}", allowed=msgid("a sum of 1"))
            )
    raise_all(problems)
    return table


InputFile = Annotated[FilePath, PlainValidator(_path), WithJsonSchema({"type": "string", "format": "path"})]


class Price(Table):
    """What an order line costs: lognormal with mean and standard deviation in fen."""

    mean: Money
    sd: Money


class Stated(Table):
    """Requests drawn from stated figures instead of a history: how many a day, at which hours, for how much.

    per_day: requests on an ordinary day. by_weekday: factor per day of the week, Monday first. by_hour: share per hour of the day.
    amount: what an order line costs.
    burst: variance of a day's count over its mean (1 = Poisson).
    """

    per_day: PerDay
    by_weekday: ByWeekday = (1.0,) * 7
    by_hour: ByHour = (1.0,) * 24
    amount: Price
    burst: Burst = 1.0


class Curve(Table):
    """The course of a sale day: by `at` (seconds after midnight, rising) the share `upto` of the day's orders has been paid; evenly in
    between, from 0 at midnight to 1 at its end."""

    at: Annotated[tuple[LongerThanZero, ...], BeforeValidator(from_list)]
    upto: Annotated[tuple[Share, ...], BeforeValidator(from_list)]

    @model_validator(mode="after")
    def _rising(self) -> Self:
        times, shares = (0, *self.at), (0.0, *self.upto)
        rises = all(a < b for a, b in pairwise(times)) and all(a <= b for a, b in pairwise(shares))
        if len(self.at) != len(self.upto) or not self.at or not rises or self.at[-1] >= 86_400:
            raise BadInput("is not the course of a day", field="upto", allowed=_A_CURVE)
        return self


class Presale(Table):
    """Orders of which a deposit was paid before: `share` of those paid before `until` (seconds after midnight). deposit_before: how long
    before the balance. asked_back_after: who changed their mind meanwhile pays the balance, and files so long after. They lie ready and
    leave after shipping.presale_leaves_in."""

    share: Share
    until: LongerThanZero
    deposit_before: Distribution
    asked_back_after: Distribution = AT_ONCE


class Sale(Table):
    """One sale day. orders: expected on it, balances of pre-sale orders included. promised: until when they are to be shipped, from
    payment. gate: the platform closes refunds of unshipped orders, as [gate] says. transit_times: parcels take so many times as long."""

    date: Day
    orders: PerDay
    curve: Curve | None = None
    presale: Presale | None = None
    promised: LongerThanZero | None = None
    gate: bool = True
    transit_times: Factor = 1.0


def _days(value: Any) -> Any:
    return {_date(day): orders for day, orders in value.items()} if isinstance(value, dict) else value


class Orders(Table):
    """Orders drawn hour by hour; which of their lines are asked back, and when, follows from [shipping], [asks] and [gate].

    per_day: orders paid on an ordinary day. by_weekday, by_hour, burst: as for stated requests, of orders. by_date: orders of single
    dates, in place of the ordinary day's. forecast: a file with orders per day or per hour, in place of all of these for its days (the
    loader makes its path absolute). lines: shares of orders with 1, 2, 3, … lines. split: of orders with several lines, those that
    go in a parcel for each line. amount: what a line costs. spread: standard deviation of the sale's size over what is expected.
    """

    per_day: PerDay
    by_weekday: ByWeekday = (1.0,) * 7
    by_hour: ByHour = (1.0,) * 24
    by_date: Annotated[dict[date, NotNegative], BeforeValidator(_days)] = Field(default_factory=dict)
    forecast: InputFile | None = None
    burst: Burst = 1.0
    lines: Annotated[tuple[NotNegative, ...], BeforeValidator(from_list), AfterValidator(_some_lines)] = (1.0,)
    split: Share = 0.0
    amount: Price
    sales: dict[Name, Sale] = Field(default_factory=dict)
    spread: Annotated[float, Field(ge=0, le=3)] = 0.0

    @model_validator(mode="after")
    def _one_sale_a_day(self) -> Self:
        dates = [sale.date for sale in self.sales.values()]
        for name, sale in self.sales.items():
            if dates.count(sale.date) > 1:
                raise BadInput("two sales have the same date", field=f"sales.{name}.date", value=sale.date.isoformat())
        return self


class Bootstrap(Table):
    """Days of a history dealt anew: each replication puts together blocks of `days` following days of it that lie on the same weekdays,
    so that day counts, bursts and weekdays stay as they were. Days of a sale give none: name them in `leave_out`."""

    days: Annotated[int, Field(ge=1, le=366)] = 7
    leave_out: Annotated[tuple[Day, ...], BeforeValidator(from_list)] = ()


class Demand(Table):
    """Where requests come from: a history file (the loader makes its path absolute), stated figures, or orders; and their multiple `scale`.

    shares: of the paths, where they are not told (orders tell them). cells: shares of the skill cells among the requests of each path, by
    the keys of the decision tables ("p1.plain-batch" = plain-batch under p1); those of a path sum to 1. A path without cells has only its
    plainest; where orders tell where the parcel is, only the cells that fit it are dealt. bootstrap: days of the history dealt anew.
    """

    history: InputFile | None = None
    bootstrap: Bootstrap | None = None
    stated: Stated | None = None
    orders: Orders | None = None
    shares: Shares | None = None
    cells: Annotated[dict[str, dict[str, Share]], AfterValidator(_cells)] = Field(default_factory=dict)
    scale: Factor = 1.0

    @model_validator(mode="after")
    def _from_one_place(self) -> Self:
        given = [name for name in ("history", "stated", "orders") if getattr(self, name) is not None]
        if len(given) > 1:
            raise BadInput("requests come from {first} or from {second}, not from both", field=given[1], first=given[0], second=given[1])
        if self.shares is None and given in (["history"], ["stated"]):
            raise BadInput("is missing", field="shares", allowed=msgid("the shares of the four paths"))
        if self.bootstrap is not None and self.history is None:
            raise BadInput("only the days of a history can be dealt anew", field="bootstrap")
        return self
