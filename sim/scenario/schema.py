"""A scenario: everything asked of the simulator except the luck. Durations are whole seconds, money is whole fen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, model_validator

from sim.errors import BadInput, msgid, nearest_name, raise_all
from sim.scenario.demand import CELLS, Day, Demand, Orders, Price, Shares, Stated, from_list
from sim.scenario.distribution import AT_ONCE, Distribution
from sim.scenario.fields import Duration, Factor, Money, Name, Share, Table, Text, Titled
from sim.scenario.goods import Asks, Gate, Shipping
from sim.scenario.lines import Path, Place, place_of
from sim.scenario.policy import Clocks, Policy, Standards
from sim.scenario.staff import Group, Pools

GRADES = {"A": "the article", "H": "high", "M": "medium", "L": "low", "P": "our own prior"}
"""How far a figure is to be trusted."""

MOST_DAYS = 3_660
ATTEMPTS = 4
"""A repeatable step has draws of its own this often (design §3); a buyer cannot chase more."""


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

    start: Day
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)]
    warmup_days: Annotated[int, Field(ge=0, le=MOST_DAYS)] = 0
    drain_days: Annotated[int, Field(ge=0, le=MOST_DAYS)] = 30
    zone: Annotated[str, BeforeValidator(_zone)] = "Asia/Shanghai"


class Buyer(Table):
    """How buyers wait: seconds online after filing, seconds until each chase, and what silence and refusals lead to.

    complaint: hazard of a complaint at a chase or a refusal, multiplied by 1 + hours waited / complaint_hours, by complaint_refused after a
    refusal and by complaint_empty after an empty one. Those with a default do not happen unless given.
    """

    online_for: Distribution
    chase_after: Distribution
    chases_most: Annotated[int, Field(ge=0, le=ATTEMPTS)]
    complaint: Share
    complaint_hours: Annotated[float, Field(gt=0, le=10_000)] = 24.0
    complaint_refused: Factor = 1.0
    complaint_empty: Factor = 1.0
    calls_platform: Share = 0.0
    again: Share
    again_after: Distribution
    reached_offline: Share = 1.0
    reached_again_after: Distribution = AT_ONCE
    enquires_after: Distribution | None = None
    enquiry_passed_on: Share = 0.0
    withdraws: Share = 0.0
    withdraws_after: Distribution = AT_ONCE
    sends_after: Distribution
    sends_for_coupon_after: Distribution = AT_ONCE
    coupon_moves: Share = 0.0
    chased_number_comes: Share = 0.0
    sends_goods: Share = 1.0
    balks_at_freight: Share = 0.0
    changes_form: Share = 1.0
    gives_number: Share = 0.0
    refuses_at_door: Share
    collects_after: Distribution = AT_ONCE
    wants_reshipment: Share = 0.0
    keeps_wrong_item: Share = 0.0


class Work(Table):
    """Seconds of work content by kind of work, at pace 1 and one chat at a time. search: per question where there is no named contact."""

    respond: Distribution
    contact: Distribution
    talk: Distribution
    judge: Distribution
    decide: Distribution
    chase: Distribution
    pay: Distribution
    plead: Distribution
    approve: Distribution
    cut: Distribution
    repick: Distribution
    ask_warehouse: Distribution
    weigh: Distribution
    receive: Distribution
    pack: Distribution
    inspect: Distribution
    inspect_outside: Distribution
    recall: Distribution
    inquire: Distribution
    proof: Distribution
    search: Distribution


class Spans(Table):
    """Seconds that pass outside the shop. parcel_leaves: from filing, for unshipped orders. picked_before, labelled_before: before it
    leaves. linehaul_after: after it left. last_mile_before: before it arrives. stalled: how long a slow parcel is not scanned.
    ruling: until the platform has ruled."""

    parcel_leaves: Distribution
    picked_before: Distribution
    labelled_before: Distribution
    transit: Distribution
    linehaul_after: Distribution
    last_mile_before: Distribution
    stalled: Distribution
    parcel_returns: Distribution
    return_transit: Distribution
    ruling: Distribution


class Chances(Table):
    """Probabilities of what nobody at the desk decides, each 0-1; those with a default do not happen unless given.

    recall_*: the carrier brings the parcel back, by where it is when asked. proof_found: the carrier can prove a delivery that the buyer
    disputes. anomaly: something is wrong with a return; empty_return: of these, the share that is empty or other goods, the rest worn.
    approved: a supervisor grants what is asked. granted_in_full: the whole amount asked for is owed, else `part_owed` of it.
    unstated_claim: compensation is owed though the stated reason does not say so. lost: parcels on their way; induced: path-4 requests on
    top of all others that come only where the shop insures the freight.
    """

    recall_before_linehaul: Share
    recall_in_transit: Share
    recall_out_for_delivery: Share
    promise_kept: Share
    proof_found: Share = 1.0
    anomaly: Share
    empty_return: Share
    lost: Share = 0.0
    to_locker: Share = 0.0
    exchange_in_stock: Share = 1.0
    offer_accepted: Share = 1.0
    approved: Share = 1.0
    granted_in_full: Share = 1.0
    part_owed: Share = 1.0
    unstated_claim: Share = 0.0
    ruled_for_shop: Share = 0.0
    insured: Share = 0.0
    induced: Annotated[float, Field(ge=0, le=10)] = 0.0


WRONG_PATHS = tuple(f"path_{right}_as_{taken}" for right in range(1, 5) for taken in range(1, 5) if right != taken)


class WrongPath(Table):
    """What comes of taking one path for another.

    kind: "impossible" (the platform offers no such act: `seconds` are lost), "caught" (the system warns: `seconds` are lost, then the case
    is answered once more), "later" (the wrong act is carried out and found out where it fails).
    act, where found later: "pay" money moves unsecured · "recall" the carrier is asked in vain · "submit" a supervisor is asked in vain ·
    "agree" the buyer is asked to send goods back in vain.
    """

    kind: Literal["impossible", "caught", "later"]
    seconds: Duration = 0
    act: Literal["none", "pay", "recall", "submit", "agree"] = "none"

    @model_validator(mode="after")
    def _an_act_found_later(self) -> Self:
        if (self.kind == "later") != (self.act != "none"):
            raise BadInput("an act belongs to what is found later, and to nothing else", field="act", value=self.act)
        return self


def _wrong_paths(table: dict[str, WrongPath]) -> dict[str, WrongPath]:
    unknown = [name for name in table if name not in WRONG_PATHS]
    if unknown:
        raise BadInput("unknown key", field=unknown[0], allowed=WRONG_PATHS, nearest=nearest_name(unknown[0], WRONG_PATHS))
    return {name: table.get(name, WrongPath(kind="caught")) for name in WRONG_PATHS}


class Costs(Table):
    """What things cost the shop: fen, or a share of the price.

    recall_fee, recall_fee_late: before and after line-haul. compensation_share of the price, between _least and _most fen.
    contact_person: per named contact person and day. insurance_premium: per request of a shop that insures (the premiums of the orders
    behind it included). reshipment: a second parcel. worn_share: of the price lost when a return is worn.
    wrong_path: what comes of taking one path for another. preset: the file in costs/ these came from, for people.
    """

    preset: str | None = None
    coupon: Money
    freight: Money
    recall_fee: Money
    recall_fee_late: Money = 0
    compensation_share: Share
    compensation_least: Money = 0
    compensation_most: Money = 2**31 - 1
    contact_person: Money = 0
    insurance_premium: Money = 0
    reshipment: Money = 0
    worn_share: Share = 0.0
    wrong_path: Annotated[dict[str, WrongPath], AfterValidator(_wrong_paths)] = Field(default_factory=lambda: _wrong_paths({}))


class Figure(Table):
    """A value as the file gives it (a row of numbers is one figure too), with where it comes from and how far to trust it (GRADES)."""

    value: Annotated[str | int | float | bool | tuple[float, ...], BeforeValidator(from_list)]
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
    shipping: Shipping | None = None
    asks: Asks | None = None
    gate: Gate = Field(default_factory=Gate)
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

    @model_validator(mode="after")
    def _work_for_all_and_all_for_work(self) -> Self:
        """A policy that needs a pool of its own has people in it, and nobody stands in a pool to which no work comes."""
        problems = []
        for setting, needed, pool in (
            ("policy.split.after_sales", self.policy.split.after_sales, "after_sales"),
            ("policy.inspection.outside", self.policy.inspection.outside, "outside"),
        ):
            if needed and not self.staffed(pool):
                problems.append(
                    BadInput(
                        'needs people in the pool "{pool}"',
                        field=setting,
                        value=True,
                        pool=pool,
                        allowed=msgid('false, or a pool "{pool}" with at least one shift with a count above 0'),
                    )
                )
            if self.staffed(pool) and not needed:
                problems.append(
                    BadInput(
                        'nothing comes to the people in the pool "{pool}" unless {setting} = true',
                        field=f"pools.{pool}",
                        pool=pool,
                        setting=setting,
                        allowed=msgid("{setting} = true, or no count above 0 in this pool"),
                    )
                )
        raise_all(problems)
        return self

    @model_validator(mode="after")
    def _orders_are_shipped_and_asked_back(self) -> Self:
        if self.demand.orders is not None:
            missing = [name for name in ("shipping", "asks") if getattr(self, name) is None]
            raise_all([BadInput("is missing: demand.orders needs it", field=name) for name in missing])
        return self

    @property
    def by_orders(self) -> tuple[Orders, Shipping, Asks]:
        """Orders, shipping and the chances to ask; ValueError where requests do not come from orders."""
        if self.demand.orders is None or self.shipping is None or self.asks is None:
            raise ValueError(f"the requests of {self.name} do not come from orders")
        return self.demand.orders, self.shipping, self.asks

    def place(self, field: str) -> Place:
        """File and line where a dotted key was written (or the table it would stand in): for errors found later on."""
        return place_of(tuple(field.split(".")), self._origin.places)

    def staffed(self, pool: str) -> bool:
        """Whether the pool is there and has people in it."""
        return pool in self.pools and self.pools[pool].staffed

    def groups(self) -> tuple[tuple[str, str, Group], ...]:
        """(pool, name, group) of every group; its index here is the group's number in the roster and the desk's tables."""
        return tuple((pool, name, group) for pool, each in self.pools.items() for name, group in each.groups.items())


__all__ = [
    "CELLS",
    "GRADES",
    "Asks",
    "Buyer",
    "Calendar",
    "Chances",
    "Costs",
    "Demand",
    "Figure",
    "Gate",
    "Orders",
    "Price",
    "Scenario",
    "Shares",
    "Shipping",
    "Spans",
    "Stated",
    "Text",
    "Work",
]
