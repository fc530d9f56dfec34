"""What the shop decides (policy), promises between its hands (standards) and is bound by (the platform's clocks)."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.errors import BadInput
from sim.scenario.fields import Duration, Factor, LongerThanZero, MaybeDuration, Money, Share, Table

Count = Annotated[int, Field(ge=0, le=1_000_000)]


class Batch(Table):
    """The batch refund tool for path 1: at most `cases` and `amount` (fen) a batch; seconds per batch and per case.

    screened: requests whose reason may owe compensation are taken out first; else they go through with the rest, unseen.
    """

    on: bool
    cases: Annotated[int, Field(ge=1, le=10_000)]
    amount: Money
    per_batch: Duration
    per_case: Duration
    screened: bool = True


class ErpCut(Table):
    """Cutting unshipped orders in the shop's ERP: the share of cuts that reach the order in time, and fen per cut.

    Without it, and where it fails, the warehouse is asked order by order.
    """

    on: bool
    success: Share
    fee: Money = 0


class Recall(Table):
    """The agreement with the carrier, and what is done where there is none.

    agreement: the carrier is bound: `answer_pace` and `silent` are what it was brought to, `lost_after` counts, and what it loses or
    promised in vain is borne by `loss_borne_by`. answer_pace: the carrier's answers take this many times the field's. silent: share of
    questions that get no answer. refund_on: the carrier's promise, or the parcel's return. give_up: seconds after which an unanswered
    question counts as silence. lost_after: seconds without a scan after which a parcel counts as lost.
    """

    agreement: bool = False
    refund_on: Literal["promise", "return"]
    answer_pace: Factor = 1.0
    silent: Share = 0.0
    give_up: Duration
    lost_after: Duration = 5 * 86_400
    loss_borne_by: Literal["carrier", "shop"] = "shop"


class Returns(Table):
    """Refund when the return is signed for, after a look at the door, or after inspection.

    `door`: inspected at the door while fewer than `door_threshold` returns wait, else refunded on signing.
    """

    refund_on: Literal["signing", "door", "inspection"]
    door_threshold: Count


class Inspection(Table):
    """Who inspects returned goods: the shop's own people, or an outside company (pool "outside") for `fee` fen a parcel."""

    outside: bool = False
    fee: Money = 0


class NamedContact(Table):
    """Whether one named person answers on the other side; where nobody is named, the share of questions lost and asked twice.

    ask_again: seconds after which a lost question is noticed and asked again. A named person costs `costs.contact_person` a day.
    """

    carrier: bool
    warehouse: bool
    lost: Share = 0.0
    repeated: Share = 0.0
    ask_again: LongerThanZero = 86_400


class Approval(Table):
    """Supervisors' answers: how long an agent waits (seconds) before asking again, and whether they answer as applications come
    (delegated) or only at fixed times (their shifts say when)."""

    give_up: Duration
    delegated: bool = True


class Coupon(Table):
    """A coupon for buyers who give the return's tracking number within `within` seconds of the agreement."""

    on: bool = True
    within: Duration = 12 * 3_600


class Freight(Table):
    """Who pays the return freight where nothing is the shop's fault, and whether the shop buys freight insurance for its orders."""

    paid_by: Literal["shop", "buyer"] = "shop"
    insurance: bool = False


class Numbers(Table):
    """Asking for a tracking number that does not come: every so many seconds, None = never."""

    chase_every: MaybeDuration = None


class Split(Table):
    """Work after the first response: by the agents themselves, or by after-sales people in a pool of their own."""

    after_sales: bool = False
    reading: Duration = 0


class Policy(Table):
    """The shop's levers. refresh: seconds between looks at the list, 0 = live."""

    refresh: Duration
    line_order: Literal["first_come", "by_path", "earliest_deadline", "online_first"]
    batch: Batch
    erp_cut: ErpCut
    recall: Recall
    returns: Returns
    inspection: Inspection = Inspection()
    named_contact: NamedContact
    approval: Approval
    coupon: Coupon = Coupon()
    freight: Freight = Freight()
    numbers: Numbers = Numbers()
    split: Split = Split()


class Standards(Table):
    """Seconds within which an answer is due, per handoff; None = no clock.

    agent_supervisor: special wishes; agent_supervisor_amount: money (the article gives both 4 h and 12 h).
    warehouse_inspection_outside: inspection by an outside company.
    count: all hours, or only those in which somebody of the pool that answers is on duty.
    """

    first_response: MaybeDuration
    agent_carrier: MaybeDuration
    agent_supervisor: MaybeDuration
    agent_supervisor_amount: MaybeDuration = None
    agent_warehouse: MaybeDuration
    warehouse_inspection: MaybeDuration
    warehouse_inspection_outside: MaybeDuration = None
    warehouse_carrier: MaybeDuration
    count: Literal["calendar", "staffed"] = "calendar"


class ByMachine(Table):
    """Share of requests that a machine refunds before anybody sees them, by path."""

    path_1: Share = 0.0
    path_2: Share = 0.0
    path_3: Share = 0.0
    path_4: Share = 0.0


class Clocks(Table):
    """The platform's clocks in seconds, None = none. A seller's clock that runs out refunds; a buyer's closes the request.

    seller_recall: replaces seller_shipped once a recall has been started (None = the clock stays as it is).
    ship_click: what a click on "Ship" does to an open path-1 request: it closes, or is routed on as path 2.
    proof: seconds the shop has to make its case to the platform. instant: refunds by the platform or a tool; those of path 4 when the
    tracking number is given. forced: share of requests on signed goods that the platform refunds without the goods coming back.
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
    proof: MaybeDuration = None
    ship_click: Literal["closes", "reroutes"] = "reroutes"
    instant: ByMachine = ByMachine()
    forced: Share = 0.0

    @model_validator(mode="after")
    def _no_more_than_all(self) -> Self:
        if max(self.instant.path_3, self.instant.path_4) + self.forced > 1:
            raise BadInput("together with clocks.instant these are more than all requests", field="forced", value=self.forced)
        return self
