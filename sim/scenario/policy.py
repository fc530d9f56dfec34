"""What the shop decides (policy), promises between its hands (standards) and is bound by (the platform's clocks)."""

from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.fields import Duration, MaybeDuration, Money, Share, Table

Count = Annotated[int, Field(ge=0, le=1_000_000)]


class Batch(Table):
    """The batch refund tool for path 1: at most `cases` and `amount` (fen) a batch; seconds per batch and per case."""

    on: bool
    cases: Annotated[int, Field(ge=1, le=10_000)]
    amount: Money
    per_batch: Duration
    per_case: Duration


class ErpCut(Table):
    """Cutting unshipped orders in the shop's ERP, and the share of cuts that reach the parcel in time."""

    on: bool
    success: Share


class Recall(Table):
    """Refund when the carrier promises to bring the parcel back, or when it is back; ask no longer after `give_up` seconds."""

    refund_on: Literal["promise", "return"]
    give_up: Duration


class Returns(Table):
    """Refund when the return is signed for, after a look at the door, or after inspection.

    `door`: inspected at the door while fewer than `door_threshold` returns wait, else refunded on signing.
    """

    refund_on: Literal["signing", "door", "inspection"]
    door_threshold: Count


class NamedContact(Table):
    """Whether one named person answers on the other side."""

    carrier: bool
    warehouse: bool


class Approval(Table):
    """How long an agent waits for the supervisor (seconds) before deciding without."""

    give_up: Duration


class Policy(Table):
    """The shop's levers. refresh: seconds between looks at the list, 0 = live."""

    refresh: Duration
    line_order: Literal["first_come", "by_path", "earliest_deadline", "online_first"]
    batch: Batch
    erp_cut: ErpCut
    recall: Recall
    returns: Returns
    named_contact: NamedContact
    approval: Approval


class Standards(Table):
    """Seconds within which an answer is due, per handoff; None = no clock."""

    first_response: MaybeDuration
    agent_carrier: MaybeDuration
    agent_supervisor: MaybeDuration
    agent_warehouse: MaybeDuration
    warehouse_inspection: MaybeDuration
    warehouse_carrier: MaybeDuration


class Clocks(Table):
    """The platform's clocks in seconds, None = none. A seller's clock that runs out refunds; a buyer's closes the request.

    seller_recall: replaces seller_shipped once a recall has been started (None = the clock stays as it is).
    ship_click: what a click on "Ship" does to an open path-1 request: it closes, or is routed on as path 2.
    preset: the file in clocks/ these came from, for people.
    """

    preset: str | None = None
    seller_unshipped: MaybeDuration
    seller_shipped: MaybeDuration
    seller_recall: MaybeDuration = None
    seller_return_request: MaybeDuration
    buyer_sends_back: MaybeDuration
    seller_confirms_return: MaybeDuration
    after_refusal: MaybeDuration
    ship_click: Literal["closes", "reroutes"] = "reroutes"
