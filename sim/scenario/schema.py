"""A scenario: everything asked of the simulator except the luck. Durations are whole seconds, money is whole fen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainValidator, PrivateAttr, WithJsonSchema, model_validator

from sim.errors import BadInput, msgid, nearest_name
from sim.scenario.distribution import Distribution
from sim.scenario.fields import Factor, Money, Name, Share, Table, Text, Titled
from sim.scenario.lines import Path, Place, place_of
from sim.scenario.policy import Clocks, Policy, Standards
from sim.scenario.staff import Group, Pools

GRADES = {"A": "the article", "H": "high", "M": "medium", "L": "low", "P": "our own prior"}
"""How far a figure is to be trusted."""

MOST_DAYS = 3_660
ATTEMPTS = 4
"""A repeatable step has draws of its own this often (design §3); a buyer cannot chase more."""

_A_DATE = msgid("a date such as 2025-11-10, from 1990 to 2200")


def _date(value: Any) -> date:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise BadInput("is not a date", value=value, allowed=_A_DATE) from None
    if not isinstance(day, date) or isinstance(day, datetime) or not 1990 <= day.year <= 2200:
        raise BadInput("is not a date", value=value, allowed=_A_DATE)
    return day


def _zone(value: Any) -> str:
    from zoneinfo import ZoneInfo, available_timezones

    try:
        return ZoneInfo(value).key
    except Exception:  # zoneinfo raises seven kinds of error for a bad name
        known = available_timezones()
        raise BadInput(
            "is not a time zone",
            value=value,
            allowed=msgid('a name such as "Asia/Shanghai"'),
            nearest=nearest_name(str(value), known) if known else None,
        ) from None


class Calendar(Table):
    """Day 0 is `start`, from 00:00 in `zone`. Reported: `days`; before them `warmup_days`, after them `drain_days`."""

    start: Annotated[date, BeforeValidator(_date)]
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)]
    warmup_days: Annotated[int, Field(ge=0, le=MOST_DAYS)] = 0
    drain_days: Annotated[int, Field(ge=0, le=MOST_DAYS)] = 30
    zone: Annotated[str, BeforeValidator(_zone)] = "Asia/Shanghai"


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


HistoryFile = Annotated[FilePath, PlainValidator(_path), WithJsonSchema({"type": "string", "format": "path"})]


class Demand(Table):
    """Where requests come from: a history file (the loader makes its path absolute) and its multiple `scale`."""

    history: HistoryFile | None = None
    shares: Shares
    scale: Factor = 1.0


class Buyer(Table):
    """How buyers wait: seconds online after filing, seconds until each chase, and what silence and refusals lead to."""

    online_for: Distribution
    chase_after: Distribution
    chases_most: Annotated[int, Field(ge=0, le=ATTEMPTS)]
    complaint: Share
    again: Share
    again_after: Distribution


class Work(Table):
    """Seconds of work content by kind of work, at pace 1 and one chat at a time. search: per question where there is no named contact."""

    respond: Distribution
    contact: Distribution
    decide: Distribution
    chase: Distribution
    cut: Distribution
    ask_warehouse: Distribution
    approve: Distribution
    recall: Distribution
    proof: Distribution
    receive: Distribution
    inspect: Distribution
    pay: Distribution
    search: Distribution


class Spans(Table):
    """Seconds that pass outside the shop. parcel_leaves: from filing, for unshipped orders."""

    parcel_leaves: Distribution
    transit: Distribution
    parcel_returns: Distribution
    buyer_ships: Distribution
    return_transit: Distribution
    lost_after: Distribution


class Chances(Table):
    """Probabilities of what nobody at the desk decides, each 0-1; those with a default do not happen unless given."""

    claim_holds: Share
    left_unseen: Share
    recall_promised: Share
    promise_kept: Share
    refused_at_door: Share
    mistaken_form: Share
    refused: Share
    anomaly: Share
    empty_return: Share
    lost: Share = 0.0
    exchange: Share = 0.0
    offer_accepted: Share = 0.0


class Costs(Table):
    """Fen per coupon, return freight and recall; compensation as a share of the price."""

    coupon: Money
    freight: Money
    recall_fee: Money
    compensation_share: Share


class Figure(Table):
    """A value as the file gives it, with where it comes from and how far to trust it (GRADES)."""

    value: str | int | float | bool
    source: str
    grade: Literal["A", "H", "M", "L", "P"]
    unit: str | None = None


@dataclass(frozen=True)
class Origin:
    """Where each key was written. It takes no part in comparisons: equal scenarios may come from different files."""

    places: Mapping[Path, Place] = field(default_factory=dict, compare=False)


class Scenario(Table):
    """One situation of the shop. Made by `load_scenario`; `figures` maps dotted keys to the sourced figures in it."""

    name: Name
    title: Titled
    about: Titled | None = None
    calendar: Calendar
    demand: Demand
    pools: Pools
    policy: Policy
    standards: Standards
    clocks: Clocks
    buyer: Buyer
    work: Work
    spans: Spans
    chances: Chances
    costs: Costs
    figures: dict[str, Figure] = Field(default_factory=dict)

    _origin: Origin = PrivateAttr(default_factory=Origin)

    def place(self, field: str) -> Place:
        """File and line where a dotted key was written (or the table it would stand in): for errors found later on."""
        return place_of(tuple(field.split(".")), self._origin.places)

    def groups(self) -> tuple[tuple[str, str, Group], ...]:
        """(pool, name, group) of every group; its index here is the group's number in the roster and the desk's tables."""
        return tuple((pool, name, group) for pool, each in self.pools.items() for name, group in each.groups.items())


__all__ = [
    "GRADES",
    "Buyer",
    "Calendar",
    "Chances",
    "Costs",
    "Demand",
    "Figure",
    "Scenario",
    "Shares",
    "Spans",
    "Text",
    "Work",
]
