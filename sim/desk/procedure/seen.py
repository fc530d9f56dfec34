"""What the desk sees of a refund at this moment, as the two words of `sim.rules.masks`, and which rule that leads to.

Only visible columns, and what has come to light since, go in: hidden causes are read where a step reveals them, never here.
"""

from typing import Any

from sim.demand.columns import S_LABELLED, S_LAST_MILE, S_LINEHAUL, S_PICKED
from sim.demand.workload import NEVER
from sim.desk.tables import L_RETURNS, P_AGREEMENT, P_COUPON_WITHIN, P_DOOR_THRESHOLD, P_INSURANCE, P_LOST_AFTER
from sim.rules.facets import domains
from sim.rules.masks import BITS, shifts

_AT = shifts()
REASON, GOODS, BUYER_SAYS, CLAIM = _AT["reason"], _AT["goods"], _AT["buyer_says"], _AT["claim"]
RECALL, INQUIRY, WEIGHT, RETURNED = _AT["recall"], _AT["inquiry"], _AT["weight"], _AT["returned"]
SENDS_BACK, AGREEMENT, ONE_OF_SEVERAL = _AT["sends_back"], _AT["agreement"], _AT["one_of_several"]
PARTLY_SHIPPED, MAY_KEEP, MISTAKEN_FORM = _AT["partly_shipped"], _AT["may_keep"], _AT["mistaken_form"]
WANTS_EXCHANGE, SPECIAL_WISH, UNFOUNDED = _AT["wants_exchange"], _AT["special_wish"], _AT["unfounded"]
SECOND_APPLICATION, INSURED, AGREED, TRACKING_GIVEN = _AT["second_application"], _AT["insured"], _AT["agreed"], _AT["tracking_given"]
SCAN, AMOUNT, RETURNS, COUPON = _AT["scan"], _AT["amount"], _AT["returns"], _AT["coupon"]

_GOODS = domains()["goods"]
UNPICKED, PICKED, LABELLED, HANDED_OVER, IN_TRANSIT, OUT_FOR_DELIVERY = range(6)
AT_DOOR, LOCKER, DELIVERED, BACK = range(6, 10)
"""Where the goods are, by their place in the rules' vocabulary."""
if _GOODS != (
    "unpicked",
    "picked",
    "labelled",
    "handed_over",
    "in_transit",
    "out_for_delivery",
    "refused",
    "locker",
    "delivered",
    "back",
):
    raise AssertionError("the rules' words for where the goods are have changed")

NOTHING, SAYS_RECEIVED, SAYS_NOT_RECEIVED = range(3)
UNJUDGED, HOLDS, FAILS = range(3)
NOT_ASKED, ASKED, PROMISED, NO, SILENT = range(5)
PROVEN_DELIVERED, NOT_DELIVERED = 2, 3
NOT_RETURNED, RETURN_IN_TRANSIT, RETURN_SIGNED, RETURN_FINE, RETURN_WRONG = range(5)


def rule_row(refund: Any, state: Any, tables: Any, now: int) -> int:
    """The row of the decision tables that says what is right now; it is noted in the ledger."""
    where = goods(refund, state, now)
    first = first_word(where, refund, state)
    second = second_word(where, refund, state, tables, now)
    at = tables.rule_begin[state.handled - 1]
    while (first & tables.rule_first[at]) != 0 or (second & tables.rule_second[at]) != 0:
        at += 1
    number = tables.rule_number[at]
    state.ledger.rules[number // BITS] |= 1 << (number % BITS)
    return int(at)


def first_word(where: int, refund: Any, state: Any) -> int:
    """Bits of the facets that are words."""
    says = SAYS_RECEIVED if state.collected == 1 else SAYS_NOT_RECEIVED if refund.not_received == 1 else NOTHING
    return int(
        1 << (REASON + refund.reason)
        | 1 << (GOODS + where)
        | 1 << (BUYER_SAYS + says)
        | 1 << (CLAIM + state.claim)
        | 1 << (RECALL + state.recall)
        | 1 << (INQUIRY + state.inquiry)
        | 1 << (WEIGHT + state.weight)
        | 1 << (RETURNED + state.returned)
    )


def second_word(where: int, refund: Any, state: Any, tables: Any, now: int) -> int:
    """Bits of yes and no, of the numbers against the shop's settings, and of the settings."""
    insured = 1 if refund.insured == 1 or tables.switch[P_INSURANCE] == 1 else 0
    sends_back = 1 if state.converted == 1 else refund.sends_back
    many = 1 if tables.waiting[tables.line[L_RETURNS]] >= tables.switch[P_DOOR_THRESHOLD] else 0
    over = 1 if state.agreed == 1 and now - state.agreed_at > tables.switch[P_COUPON_WITHIN] else 0
    above = 1 if refund.amount > tables.authority[state.agent] else 0
    old = 1 if HANDED_OVER <= where <= OUT_FOR_DELIVERY and now > lost_at(refund, tables) else 0
    return int(
        tables.settled
        | 1 << (SENDS_BACK + sends_back)
        | 1 << (AGREEMENT + tables.switch[P_AGREEMENT])
        | 1 << (ONE_OF_SEVERAL + refund.one_of_several)
        | 1 << (PARTLY_SHIPPED + refund.partly_shipped)
        | 1 << (MAY_KEEP + (refund.may_keep if state.keep_declined == 0 else 0))
        | 1 << (MISTAKEN_FORM + (refund.mistaken_form if state.reached == 1 else 0))
        | 1 << (WANTS_EXCHANGE + (1 if wants_exchange(refund, state) else 0))
        | 1 << (SPECIAL_WISH + (refund.special_wish if state.reached == 1 and state.wish_settled == 0 else 0))
        | 1 << (UNFOUNDED + (refund.unfounded if state.answered == 1 else 0))
        | 1 << (SECOND_APPLICATION + refund.second)
        | 1 << (INSURED + insured)
        | 1 << (AGREED + state.agreed)
        | 1 << (TRACKING_GIVEN + state.tracking)
        | 1 << (SCAN + old)
        | 1 << (AMOUNT + above)
        | 1 << (RETURNS + many)
        | 1 << (COUPON + over)
    )


def wants_exchange(refund: Any, state: Any) -> bool:
    """The buyer was reached and wants other goods, and they are not known to be out of stock."""
    return bool(state.exchange == 1 or (refund.wants_exchange == 1 and state.reached == 1 and state.exchange == 0))


def goods(refund: Any, state: Any, now: int) -> int:
    """Where the goods are, as far as ERP, warehouse and trace show."""
    if state.handled >= 3:
        return LOCKER if refund.to_locker == 1 else DELIVERED
    if state.back == 1:
        return BACK
    if state.refused_at_door == 1:
        return AT_DOOR
    if not out_of_house(refund, state, now):
        if state.handled == 2:
            return LABELLED  # the system says shipped, and there is no scan of a carrier
        if refund.leaves <= state.filed:
            return UNPICKED  # it left unseen: the system shows an order that nobody touched
        if now >= refund.leaves - refund.span[S_LABELLED]:
            return LABELLED
        return PICKED if now >= refund.leaves - refund.span[S_PICKED] else UNPICKED
    if coming_back(state):
        return IN_TRANSIT
    if now >= refund.arrives:
        return DELIVERED if refund.to_locker == 0 or state.collected == 1 else LOCKER
    if refund.arrives < NEVER and now >= refund.arrives - refund.span[S_LAST_MILE]:
        return OUT_FOR_DELIVERY
    return IN_TRANSIT if now >= refund.leaves + refund.span[S_LINEHAUL] else HANDED_OVER


def out_of_house(refund: Any, state: Any, now: int) -> bool:
    """The desk knows that the parcel has left: it was told, or the system says shipped and the trace begins."""
    return bool(state.known_left == 1 or (state.handled == 2 and refund.leaves <= now))


def coming_back(state: Any) -> bool:
    """The carrier has turned the parcel round, as promised."""
    return bool(state.recall == PROMISED and state.kept == 1)


def lost_at(refund: Any, tables: Any) -> int:
    """The last second at which a silent parcel does not count as lost yet; NEVER while it is scanned."""
    if refund.stalls < NEVER:
        return int(refund.stalls + tables.switch[P_LOST_AFTER])
    return int(NEVER if refund.arrives < NEVER else refund.leaves + tables.switch[P_LOST_AFTER])


def wishes(refund: Any, state: Any) -> bool:
    """The buyer is known to wish for something outside the rules, and no supervisor has said yes or no."""
    return bool(refund.special_wish == 1 and state.reached == 1 and state.wish_settled == 0)


def comes_back(state: Any) -> bool:
    """The goods are on their way to the shop: recalled and turned round, refused at the door, or sent back."""
    if state.handled <= 2:
        return bool(state.back == 0 and (coming_back(state) or state.refused_at_door == 1))
    return bool(state.tracking == 1 and state.returned <= RETURN_IN_TRANSIT)
