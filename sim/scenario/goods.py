"""What happens to orders before anybody at the desk hears of them: shipping, when buyers ask for their money, and the sale's gate."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from sim.errors import BadInput, msgid
from sim.scenario.distribution import AT_ONCE, Distribution
from sim.scenario.fields import Duration, Factor, LongerThanZero, MaybeDuration, Share, Table


class Shipping(Table):
    """How orders become parcels on their way. promised: until an order is to be shipped, from payment (sales may promise otherwise).

    leaves_in: from payment until the parcel leaves, when nothing is in arrears; presale_leaves_in: of orders packed before the balance
    was paid. per_day: parcels that can leave a day; what comes beyond it waits, first come, first served. clicked_early, clicked_late:
    shares of parcels for which "Ship" is clicked before, or after, the parcel leaves; early_by, late_by: how long. silent: share of
    parcels that are not scanned for spans.stalled somewhere on their way.
    """

    promised: LongerThanZero
    leaves_in: Distribution
    presale_leaves_in: Distribution | None = None
    per_day: Annotated[float, Field(gt=0, le=10_000_000)] | None = None
    clicked_early: Share = 0.0
    early_by: Distribution = AT_ONCE
    clicked_late: Share = 0.0
    late_by: Distribution = AT_ONCE
    silent: Share = 0.0

    @model_validator(mode="after")
    def _early_or_late(self) -> Self:
        if self.clicked_early + self.clicked_late > 1:
            raise BadInput("the shares of early and of late clicks sum to more than 1", field="clicked_late")
        return self


class Ask(Table):
    """A share of the order lines that come to a point, and the time from that point until the request is filed."""

    share: Share
    after: Distribution


class Regret(Ask):
    """A change of mind, counted from the payment (of the deposit, if there was one). still: of those whose parcel was shipped meanwhile,
    the share that files all the same."""

    still: Share = 1.0


class Late(Ask):
    """Shipment that is overdue, counted from the promised time. out_of_stock: of these, the share that was told there is no stock."""

    out_of_stock: Share = 0.0


class Disputed(Ask):
    """ "Not received" although the trace says delivered, counted from the delivery. locker_times: as likely at a locker."""

    locker_times: Factor = 1.0


class Asks(Table):
    """The chances that a line is asked back, state by state; of several wishes for one line the earliest is filed.

    regret: before the parcel is signed for. late: shipment is overdue, counted from the promised time. stuck: not scanned any more,
    counted from the last scan. refused: at the door. disputed: "not received" after delivery. refund_only, return_goods: counted from
    signing. together: of orders with several lines, those whose lines are all asked back at once or not at all.
    """

    regret: Regret
    late: Late
    stuck: Ask
    refused: Share
    disputed: Disputed
    refund_only: Ask
    return_goods: Ask
    together: Share = 0.0


class Gate(Table):
    """When the platform takes no refund requests for unshipped orders on sale days: from `closes` to `opens` after the day's midnight
    (`opens` "none": no gate). late_opens: when "late" and "out of stock" can be given as a reason again ("none": with the gate).

    What becomes of a wish that finds the gate closed: `persists` files once it is open (after returns_after) or once the parcel has been
    shipped, whichever comes first; `chats` asks the agents now and files like those; the rest fades. machine: of what is let loose at the
    opening, the share that a machine refunds. preset: the file in gate/ these came from, for people.
    """

    preset: str | None = None
    closes: Duration = 0
    opens: MaybeDuration = None
    late_opens: MaybeDuration = None
    persists: Share = 1.0
    chats: Share = 0.0
    returns_after: Distribution = AT_ONCE
    machine: Share = 0.0

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens is not None and self.opens <= self.closes:
            raise BadInput("the gate opens before it closes", field="opens", allowed=msgid('later than closes, or "none"'))
        if self.late_opens is not None and (self.opens is None or self.late_opens < self.opens):
            raise BadInput("the late reasons open before the gate", field="late_opens", allowed=msgid('not before opens, or "none"'))
        if self.persists + self.chats > 1:
            raise BadInput("the shares of what persists and what turns to chat sum to more than 1", field="chats")
        return self
