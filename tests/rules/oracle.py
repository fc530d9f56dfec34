"""A second opinion on every refund, written from the field alone (`domain.md`) and from the numbered choices in `sim.rules.facts`.

Its author has seen neither the tables nor the code that reads them: where the two agree, they agree because the text says so.
Numbers in brackets below are those of the choices. Change it only when a sentence of the field or of the choices changes.
"""

from dataclasses import dataclass

from sim.rules.facts import (
    BuyerSays,
    Claim,
    Deadline,
    Facts,
    Goods,
    Inquiry,
    OrderState,
    Recall,
    Response,
    Return,
    ReturnRule,
    Settings,
    Weight,
)
from sim.rules.reasons import reasons

OWES = frozenset(reason.key for reason in reasons() if reason.owes_compensation)
SHOWN = frozenset(reason.key for reason in reasons() if reason.publicly_shown)

IN_HOUSE = (Goods.UNPICKED, Goods.PICKED, Goods.LABELLED)
MOVING = (Goods.HANDED_OVER, Goods.IN_TRANSIT, Goods.OUT_FOR_DELIVERY)

Act = tuple[Response, Deadline]
Opinion = tuple[Response, Deadline, tuple[int, ...]]

# What the choices say once and for all about an act and its clock (6).
REFUND: Act = (Response.REFUND_NOW, Deadline.AT_ONCE)
WAIT_FOR_PARCEL: Act = (Response.REFUND_WHEN_BACK, Deadline.PARCEL_ARRIVES)
LOST: Act = (Response.TREAT_AS_LOST, Deadline.AT_ONCE)
REFUSAL: Act = (Response.REFUSE_WITH_REASON, Deadline.FIRST_RESPONSE)
ASK: Act = (Response.ASK_BOTH_SIDES, Deadline.CARRIER)
JUDGE: Act = (Response.CHECK_CLAIM, Deadline.FIRST_RESPONSE)
GUIDE: Act = (Response.GUIDE_TO_RETURN, Deadline.FIRST_RESPONSE)
LATER: Act = (Response.RETURN_LATER, Deadline.FIRST_RESPONSE)
WEIGH: Act = (Response.CHECK_WEIGHT, Deadline.WAREHOUSE)
EXCHANGE: Act = (Response.SETTLE_EXCHANGE, Deadline.FIRST_RESPONSE)
TAKE_OUT_LINE: Act = (Response.REPICK, Deadline.BEFORE_HANDOVER)
HOLD_BACK: Act = (Response.STOP_IN_WAREHOUSE, Deadline.BEFORE_HANDOVER)


@dataclass(frozen=True)
class Answer:
    """What the oracle holds to be right. `responses`: the right one and those as good."""

    accepted_paths: tuple[int, ...]
    responses: frozenset[Response]
    response: Response
    deadline: Deadline
    seconds: int | None


def oracle(facts: Facts, settings: Settings) -> Answer:
    """The right response to one refund, its deadline, and the paths that may be named for it."""
    if facts.order_state == OrderState.UNSHIPPED:
        response, deadline, paths = not_shipped(facts, settings)
    elif facts.order_state == OrderState.SHIPPED:
        response, deadline, paths = on_its_way(facts, settings)
    elif facts.sends_back:
        response, deadline, paths = goods_come_back(facts, settings)
    else:
        response, deadline, paths = money_only(facts, settings)
    as_good = {response}
    if response == Response.ASK_TO_REFUSE:  # (19)
        as_good.add(Response.RETURN_LATER)
    if response == Response.RECALL and facts.sends_back and facts.goods in MOVING:  # (19)
        as_good.add(Response.ASK_TO_REFUSE)
    return Answer(paths, frozenset(as_good), response, deadline, length(deadline, settings))


def length(deadline: Deadline, settings: Settings) -> int | None:
    """Seconds that the shop's settings give to a deadline; 0 = at once, None = an event."""
    if deadline == Deadline.AT_ONCE:
        return 0
    hours = {
        Deadline.FIRST_RESPONSE: settings.response_minutes / 60,
        Deadline.CARRIER: settings.carrier_hours,
        Deadline.WAREHOUSE: settings.warehouse_hours,
        Deadline.SUPERVISOR: settings.supervisor_hours,
        Deadline.SUPERVISOR_AMOUNT: settings.supervisor_amount_hours,
        Deadline.COUPON: settings.coupon_hours,
        Deadline.BUYER_CLOCK: settings.buyer_sends_back_days * 24,
        Deadline.INSPECTION: settings.inspection_outside_hours if settings.inspection_outside else settings.inspection_hours,
    }.get(deadline)
    return None if hours is None else round(hours * 3600)


# --- path 1 -----------------------------------------------------------------------------------------------------------


def not_shipped(facts: Facts, settings: Settings) -> Opinion:
    """Paid, not shipped: 1 alone is accepted, whatever has come to light (1)."""
    if facts.goods not in IN_HOUSE:  # (7) before everything else
        return *left_the_house(facts, settings), (1,)
    if facts.reason in OWES and facts.claim == Claim.UNJUDGED:  # (8)
        return *JUDGE, (1,)
    if facts.reason in OWES and facts.claim == Claim.HOLDS:
        return Response.REFUND_AND_COMPENSATE, Deadline.AT_ONCE, (1,)
    if facts.one_of_several:  # (9)
        return *TAKE_OUT_LINE, (1,)
    if facts.goods != Goods.UNPICKED:  # (10)
        return *HOLD_BACK, (1,)
    return Response.BATCH_REFUND, Deadline.BEFORE_PICKING, (1,)


# --- path 2 -----------------------------------------------------------------------------------------------------------


def on_its_way(facts: Facts, settings: Settings) -> Opinion:
    """Shipped in the system, not signed for. Money wishes, forms and claims do not change the next act (4)."""
    if facts.goods in IN_HOUSE:  # (11) shipped in the system only
        return *(TAKE_OUT_LINE if facts.one_of_several else HOLD_BACK), (2,)
    if facts.goods != Goods.BACK:
        if facts.inquiry == Inquiry.DELIVERED:  # (12) after proof, 3 is a fair reading
            return *REFUSAL, (2, 3)
        if facts.inquiry == Inquiry.NOT_ASKED and facts.reason == "empty_parcel":  # (13)
            return *by_weight(facts.weight, light=LOST), (2, 3)
    return *left_the_house(facts, settings), (2,)


def by_weight(weight: Weight, light: Act) -> Act:
    """A parcel said to be empty or short: the scales decide (13, 22)."""
    if weight == Weight.NOT_CHECKED:
        return WEIGH
    return REFUSAL if weight == Weight.MATCHES else light


def after_inquiry(inquiry: Inquiry) -> Act:
    """What carrier and warehouse say to "I did not receive it" (12, 20, 24)."""
    if inquiry == Inquiry.NOT_ASKED:
        return ASK
    if inquiry == Inquiry.ASKED:
        return Response.KEEP_POSTED, Deadline.CARRIER
    return REFUSAL if inquiry == Inquiry.DELIVERED else LOST


def left_the_house(facts: Facts, settings: Settings) -> Act:
    """A parcel that has left, on path 2, or on path 1 though the system says unshipped (7, 11-19)."""
    unseen = facts.order_state == OrderState.UNSHIPPED
    reason = "" if unseen else facts.reason  # (7) on path 1 the reasons of path 2 weigh nothing
    not_received = facts.buyer_says == BuyerSays.NOT_RECEIVED
    pays_on_word = facts.agreement and settings.refund_on_promise

    if facts.goods == Goods.BACK:  # (11)
        return REFUND
    if facts.inquiry != Inquiry.NOT_ASKED:  # (12) whatever the buyer or a recall says
        return after_inquiry(facts.inquiry)
    if facts.goods == Goods.REFUSED:  # (14) secured by the agreement, or not before it is back
        return REFUND if facts.agreement else WAIT_FOR_PARCEL
    if reason == "refused_damaged":
        return ASK
    if facts.buyer_says == BuyerSays.RECEIVED or (facts.goods == Goods.DELIVERED and not not_received):  # (15)
        return GUIDE
    if facts.goods in MOVING:
        if facts.hours_since_scan > settings.lost_after_days * 24:  # (2, 16)
            # One line cannot be recalled (18): no refund is due on a promise that cannot be kept, and the parcel is lost.
            return REFUND if pays_on_word and facts.recall == Recall.PROMISED and not facts.one_of_several else LOST
        if reason in ("never_delivered", "no_trace") and facts.recall == Recall.NOT_ASKED:  # (17)
            return ASK
    elif not_received:  # (17) against a scan at a locker, with a neighbour, at the door
        return ASK
    if facts.one_of_several:  # (18)
        return LATER

    if facts.recall == Recall.NOT_ASKED:  # (6, 7, 19)
        if unseen:
            return Response.STOP_PARCEL, Deadline.CARRIER
        return Response.RECALL, Deadline.CARRIER if facts.agreement else Deadline.FIRST_RESPONSE
    if facts.recall == Recall.ASKED:
        return Response.KEEP_POSTED, Deadline.CARRIER if facts.agreement or unseen else Deadline.FIRST_RESPONSE
    if facts.recall == Recall.PROMISED:
        return REFUND if pays_on_word else WAIT_FOR_PARCEL
    return Response.ASK_TO_REFUSE, Deadline.FIRST_RESPONSE


# --- path 3 -----------------------------------------------------------------------------------------------------------


def money_only(facts: Facts, settings: Settings) -> Opinion:
    """Signed for, and the buyer filed for money alone."""
    if facts.buyer_says == BuyerSays.NOT_RECEIVED:  # (20)
        return *after_inquiry(facts.inquiry), (3,) if facts.inquiry == Inquiry.DELIVERED else (3, 2)
    if facts.unfounded or facts.second_application:
        return *REFUSAL, (3,)
    if facts.wants_exchange:  # (21)
        return *EXCHANGE, (3, 4)
    keeps_wrong_item = facts.reason == "wrong_item" and facts.may_keep
    if facts.mistaken_form or facts.reason == "seven_days" or (facts.reason == "wrong_item" and not keeps_wrong_item):
        return *(REFUND if facts.tracking_given else GUIDE), (3,)
    if facts.special_wish:  # (23)
        return Response.SUBMIT, supervisor(Deadline.SUPERVISOR, settings), (3,)

    if facts.amount <= facts.limit:  # (2, 3) binding here, and only here
        money: Act = (Response.DECIDE_NOW, Deadline.FIRST_RESPONSE)
    else:
        money = (Response.SUBMIT, supervisor(Deadline.SUPERVISOR_AMOUNT, settings))
    if facts.reason in ("piece_missing", "empty_parcel"):  # (22)
        return *by_weight(facts.weight, light=money), (3,)
    if facts.reason in OWES and facts.claim == Claim.UNJUDGED:
        return *JUDGE, (3,)
    if facts.reason in OWES and facts.claim == Claim.FAILS:
        return *REFUSAL, (3,)
    return *money, (3,)


def supervisor(standard: Deadline, settings: Settings) -> Deadline:
    """Without delegated authority supervisors answer at fixed times only (23)."""
    return standard if settings.delegated else Deadline.FIXED_TIMES


# --- path 4 -----------------------------------------------------------------------------------------------------------


def goods_come_back(facts: Facts, settings: Settings) -> Opinion:
    """Signed for, and the filed request sends goods back."""
    if facts.returned in (Return.SIGNED, Return.FINE, Return.WRONG_OR_EMPTY):
        return *return_at_the_shop(facts, settings), (4,)
    if facts.returned == Return.IN_TRANSIT or facts.tracking_given:  # (26)
        return Response.FOLLOW_RETURN, Deadline.PARCEL_ARRIVES, (4,)
    if facts.agreed:
        can_earn = facts.hours_since_agreed <= settings.coupon_hours  # (2)
        return Response.CHASE_TRACKING, Deadline.COUPON if can_earn else Deadline.BUYER_CLOCK, (4,)
    if facts.buyer_says == BuyerSays.NOT_RECEIVED:  # (24) nothing on its way, agreed or numbered
        return *after_inquiry(facts.inquiry), (4,) if facts.inquiry == Inquiry.DELIVERED else (4, 2)

    if facts.unfounded or facts.second_application:  # (4) from here on they weigh
        return *REFUSAL, (4,)
    if facts.special_wish:
        return Response.SUBMIT, supervisor(Deadline.SUPERVISOR, settings), (4,)
    if facts.reason == "wrong_item" and facts.may_keep:  # (27)
        return Response.OFFER_KEEP, Deadline.FIRST_RESPONSE, (4, 3)
    if facts.wants_exchange:
        return *EXCHANGE, (4,)
    if facts.reason in OWES | SHOWN and facts.claim == Claim.UNJUDGED:
        return *JUDGE, (4,)
    if facts.reason in OWES and facts.claim == Claim.HOLDS:
        return Response.AGREE_AND_COMPENSATE, Deadline.COUPON, (4,)
    return Response.AGREE_RETURN, Deadline.COUPON, (4,)  # (28) insured or not


def return_at_the_shop(facts: Facts, settings: Settings) -> Act:
    """The shop has signed for the return: its risk from now on (25)."""
    if facts.returned == Return.WRONG_OR_EMPTY:
        return Response.SECURE_EVIDENCE, Deadline.NO_CLOCK
    if facts.returned == Return.SIGNED:
        if settings.return_rule == ReturnRule.AFTER_INSPECTION:
            return Response.INSPECT_FIRST, Deadline.INSPECTION
        if settings.return_rule == ReturnRule.AT_DOOR and facts.returns_waiting < settings.door_threshold:
            return Response.INSPECT_AT_DOOR, Deadline.NO_CLOCK
    return (Response.SEND_EXCHANGE, Deadline.AT_ONCE) if facts.wants_exchange else REFUND
