"""The words in which a refund is judged: what can be seen, what can be done, by when it must be done.

`Facts` is all that the desk can see of one refund at the moment of deciding; `Settings` is what the shop has agreed on;
`Verdict` is what is right. The rules that lead from the one to the other are in `tables/`, and `decide` reads them.
Nothing here says what to do: only what the words mean.

Choices where the field is silent
---------------------------------
Our own priors (grade P); the article and the platforms leave these open.

General
 1. `order_state` is the state when the request was filed, all other facts are as seen now. What has come to light since (a parcel
    that left, proof of delivery) changes the response and never takes away the path as filed: it stands first among those accepted.
 2. Boundaries: "more than five days" is strictly more (exactly 120 h is not lost yet); an amount equal to the limit is within it;
    a tracking number outstanding exactly at the end of the coupon's hours can still earn it; returns waiting equal to the
    threshold are many.
 3. The limit binds what an agent *grants*: money while the buyer keeps the goods (path 3). It does not bind the refund of goods that
    never left, are secured, lost or come back, nor compensation that a platform rule prescribes (paths 1 and 4).
 4. `unfounded`, `second_application`, `special_wish`, `mistaken_form` and `wants_exchange` weigh on signed orders only: before delivery
    a buyer may always withdraw. On path 4 they weigh only until the shop has agreed or the return is on its way; but who wants an
    exchange gets new goods, not money, when the return has come back. On path 4 `mistaken_form` means nothing.
 5. `partly_shipped` changes nothing but the name of the rule: the line is judged by itself.
 6. Deadlines: what the agent does alone has FIRST_RESPONSE (claim, guiding, asking to refuse, returning later, deciding within the
    limit, refusing, offering to keep, settling an exchange); what is secured, lost or owed is paid AT_ONCE (and an exchange sent);
    BATCH_REFUND is BEFORE_PICKING, REPICK and STOP_IN_WAREHOUSE BEFORE_HANDOVER; STOP_PARCEL and ASK_BOTH_SIDES have CARRIER, agreement
    or not; RECALL has CARRIER under an agreement, else FIRST_RESPONSE; KEEP_POSTED has the clock of what was asked; CHECK_WEIGHT has
    WAREHOUSE; REFUND_WHEN_BACK and FOLLOW_RETURN have PARCEL_ARRIVES; agreeing to a return has COUPON; stamped proof and inspection
    at the door have NO_CLOCK, inspection before a refund has INSPECTION.

Path 1 (accepted: 1 alone), in this order: out of the house · claim · one of several · picked or labelled · batch.
 7. A parcel that has left the house, even if it is back by now, comes before everything else, compensation included: first the stop,
    then the money. From there on it is handled as on path 2 (order and answers as there), except that the first question goes to
    warehouse *and* carrier (STOP_PARCEL in place of RECALL), that KEEP_POSTED always has CARRIER, and that the reasons of path 2
    (empty, damaged, never delivered, no record) weigh nothing.
 8. In house, a reason that owes compensation: unjudged = judged first; holds = refunded and compensated at once, picked or labelled as
    it may be, one line or all; fails = an ordinary path-1 refund (back into the batch, if nothing else speaks against it).
 9. One line of several is re-picked, whatever has been picked or labelled of it.
10. Only unpicked orders go through the batch. Picked or labelled ones are stopped by the warehouse by hand and refunded when it confirms.

Path 2, in this order: back in house · in house · inquiry asked or answered · empty parcel · refused or damaged · in the buyer's hands ·
lost · dispute · never delivered · one of several · recall. The claim never changes the next act here: what is owed is paid with the refund.
11. A recalled or refused parcel that is back in house: REFUND_NOW. Shipped in the system only: the warehouse stops it (one line of
    several: re-picks).
12. An inquiry that is running means waiting for it (CARRIER), whatever the buyer or a recall says; proven delivered: a reasoned refusal
    that shows the proof (accepted: 2 or 3); shown not to be delivered: treated as lost.
13. Empty parcel said to be not received (reason "empty_parcel", 2 or 3 accepted throughout): unchecked = the weight is checked; short or
    empty = treated as lost; matching = reasoned refusal.
14. Refused at the door (whatever the reason): the goods are secured where an agreement says so (REFUND_NOW, whatever
    `refund_on_promise` says), else the refund waits until
    the parcel is back. Reason "refused_damaged" without a refusal on the trace is asked of both sides.
15. The buyer says "received", or the scan says delivered and the buyer does not say "not received": GUIDE_TO_RETURN, still path 2.
16. Lost: no scan for more than the settled days while the parcel is moving (handed over, in transit, out for delivery), with or
    without an agreement; without one the shop bears it. Locker and delivery scans are never "lost": silence is normal there. Lost
    goes before a recall's answer, except a promise on which the refund is due (agreement, `refund_on_promise`, and the whole parcel
    asked for: one line of several is lost whatever was promised).
17. "Not received" against a scan at locker, neighbour or door is a dispute, whatever reason is left by then: both sides are asked.
    "Never delivered" or "no tracking record" of a moving parcel, not lost, no recall asked yet: both sides are asked, whether the buyer
    says "not received" or nothing.
18. One line of a moving parcel (or at a locker) cannot be recalled: RETURN_LATER.
19. Recall of a moving parcel or one at a locker. Where a return is filed while the parcel is moving, asking the buyer to refuse it is
    as good (at a locker there is no door to refuse it at). Without an agreement it is asked all the same, but no clock binds the
    carrier, and a promise is not enough: REFUND_WHEN_BACK. With one, `refund_on_promise` decides between REFUND_NOW and
    REFUND_WHEN_BACK. "No" or silence: the buyer is asked to refuse the parcel; sending it back later is as good.

Path 3, in this order: dispute · unfounded or second · exchange · mistaken form · special wish · reason · amount.
20. The system says signed, the buyer "not received": asked of both sides; 3 or 2 accepted until delivery is proven, then 3 alone. The
    answers as in 12, but an inquiry counts only while the buyer says so.
21. A wish for exchange filed as money only: SETTLE_EXCHANGE, 3 as filed or 4. "Seven days, no reason" filed as money only, and a wrong
    item that the buyer may not keep, are mistaken forms even if nobody said so. With a tracking number given off the record: REFUND_NOW.
    A wrong item that may be kept is a matter of the amount.
22. Missing piece or empty parcel: no weight yet = the weight is checked; matches = reasoned refusal; short or empty = a matter of the
    amount. A reason that owes compensation: unjudged = judged first; fails = reasoned refusal; holds = a matter of the amount.
    Reasons that are only publicly shown are a matter of the amount.
23. An application about money has SUPERVISOR_AMOUNT, about a special wish SUPERVISOR; without delegated authority both FIXED_TIMES.

Path 4, in this order: dispute · what the return shows · agreed · unfounded or second · special wish · wrong item kept · exchange ·
claim · freight.
24. "Not received" although goods are to be sent back, and no return on its way, agreed or numbered: as in 20, 4 or 2 accepted until
    proven, then 4 alone.
25. Return signed, uninspected: `return_rule` decides (see `ReturnRule`). Where money would go back now, an exchange goes out instead.
    Wrong or empty: SECURE_EVIDENCE, whatever was wished.
26. A return in transit, or a number given, is followed. Agreed and no number: CHASE_TRACKING, with COUPON while it can be earned, then
    BUYER_CLOCK.
27. A wrong item that may be kept: OFFER_KEEP, 4 or 3. A reason that owes compensation or is publicly shown: unjudged = CHECK_CLAIM;
    owes and holds = agree and compensate; else an ordinary return.
28. Freight: insured or not, the return is agreed at once; uninsured, who pays is settled in the same message.
"""

import enum
from dataclasses import dataclass


class Labelled(enum.StrEnum):
    """A word with a key (its value, used in tables and files) and a label in Chinese and English."""

    zh: str
    en: str

    def __new__(cls, key: str, zh: str = "", en: str = "") -> "Labelled":
        word = str.__new__(cls, key)
        word._value_ = key
        word.zh = zh
        word.en = en
        return word


class OrderState(Labelled):
    """State of the order line in the system when the request was filed."""

    UNSHIPPED = "unshipped", "未发货", "Paid, not shipped"
    SHIPPED = "shipped", "已发货未签收", "Shipped, not signed for"
    SIGNED = "signed", "已签收", "Signed for"


class Goods(Labelled):
    """Where the goods are now, as far as the desk can see (ERP, warehouse, trace): the physical side, whatever the system says."""

    UNPICKED = "unpicked", "在库未拣货", "In house, not picked"
    PICKED = "picked", "在库已拣货", "In house, picked"
    LABELLED = "labelled", "在库已打单", "In house, label printed"
    HANDED_OVER = "handed_over", "已交给快递", "Handed over to the carrier"
    IN_TRANSIT = "in_transit", "运输中", "In transit"
    OUT_FOR_DELIVERY = "out_for_delivery", "派送中", "Out for delivery"
    REFUSED = "refused", "已拒收", "Refused at the door, with the carrier"
    LOCKER = "locker", "驿站/快递柜/邻居代收", "Left at a locker, a station or with a neighbour: scanned as signed for"
    DELIVERED = "delivered", "已送达", "Scanned as delivered into the buyer's hands"
    BACK = "back", "已退回仓库", "Recalled or refused before the buyer had it, and back in the warehouse"


class BuyerSays(Labelled):
    """What the buyer says about having the goods."""

    NOTHING = "nothing", "未说明", "Nothing about it"
    RECEIVED = "received", "已收到", "Received"
    NOT_RECEIVED = "not_received", "未收到", "Not received"


class Claim(Labelled):
    """How the shop has judged the claim behind the stated reason (late, out of stock, counterfeit, quality, …)."""

    UNJUDGED = "unjudged", "尚未判断", "Not judged yet"
    HOLDS = "holds", "成立", "Holds"
    FAILS = "fails", "不成立", "Does not hold"


class Recall(Labelled):
    """The carrier's answer to the question whether it can bring the parcel back."""

    NOT_ASKED = "not_asked", "未询问", "Not asked"
    ASKED = "asked", "已询问，时限内", "Asked, the standard is still running"
    PROMISED = "promised", "承诺追回", "Promised"
    REFUSED = "refused", "答复追不回", "Says no"
    SILENT = "silent", "超时未答复", "No answer within the standard"


class Inquiry(Labelled):
    """What carrier and warehouse say to "the buyer did not receive it": a question of its own beside the recall."""

    NOT_ASKED = "not_asked", "未核实", "Not asked"
    ASKED = "asked", "核实中", "Asked, no answer yet"
    DELIVERED = "delivered", "凭证证明已送达", "Proof that the buyer, or whom they named, got it"
    NOT_DELIVERED = "not_delivered", "无法证明送达", "Not delivered, or no proof of it"


class Weight(Labelled):
    """The parcel's weight compared with what it should have weighed (warehouse and carrier scales)."""

    NOT_CHECKED = "not_checked", "未核重", "Not checked"
    MATCHES = "matches", "重量相符", "As it should be: complete"
    SHORT = "short", "重量不足", "Too light: a piece is missing"
    EMPTY = "empty", "空包", "Weight of an empty parcel"


class Return(Labelled):
    """The parcel by which the buyer sends signed goods back."""

    NONE = "none", "未寄回", "None on its way"
    IN_TRANSIT = "in_transit", "退货在途", "On its way to the shop"
    SIGNED = "signed", "已签收未质检", "Signed for by the shop, not inspected"
    FINE = "fine", "质检合格", "Inspected: in order"
    WRONG_OR_EMPTY = "wrong_or_empty", "错件或空包", "Inspected: wrong goods or empty"


class ReturnRule(Labelled):
    """When the shop refunds a return that it has signed for. AT_DOOR: few returns waiting (fewer than the threshold) are inspected before
    the refund, many are refunded on signing and inspected afterwards."""

    ON_SIGNING = "on_signing", "签收即退", "Refund on signing, always"
    AT_DOOR = "at_door", "少则当面验、多则先退", "Inspect at the door while returns are few, else refund on signing"
    AFTER_INSPECTION = "after_inspection", "质检后退", "Refund after inspection, always"


class Response(Labelled):
    """The right next act of the agent. All of them include telling the buyer what happens and by when."""

    # goods not shipped
    BATCH_REFUND = "batch_refund", "确认截单，批量退款", "Confirm the cut and refund through the batch tool"
    CHECK_CLAIM = "check_claim", "先核实诉求再处理", "Out of the batch: judge the claim and talk to the buyer before granting anything"
    REFUND_AND_COMPENSATE = "refund_and_compensate", "优先单独退款并按规则赔付", "Out of the batch: refund first thing, compensate by rule"
    REPICK = "repick", "仓库重新拣货，只退这一行", "The warehouse takes this line out; refund this line only"
    STOP_IN_WAREHOUSE = (
        "stop_in_warehouse",
        "仓库拦下在库包裹，确认后退款",
        "The warehouse stops the parcel by hand; refund when it confirms",
    )
    STOP_PARCEL = (
        "stop_parcel",
        "同时找仓库和快递拦截，告知买家，先不退款",
        "Stop it through warehouse and carrier, tell the buyer, no money yet",
    )
    # goods on their way
    RECALL = "recall", "请快递追件，承诺后退款", "Ask the carrier to recall the parcel; no money before its answer"
    KEEP_POSTED = "keep_posted", "等待答复，告知买家时限，先不退款", "An answer is due: tell the buyer by when, no money yet"
    REFUND_NOW = "refund_now", "货已有保障，立即退款", "The goods are secured: refund at once"
    REFUND_WHEN_BACK = "refund_when_back", "包裹退回仓库后退款", "Tell the buyer: refund when the parcel is back in the warehouse"
    ASK_TO_REFUSE = "ask_to_refuse", "请买家拒收，退回后退款", "Ask the buyer to refuse the parcel at the door; refund when it is back"
    RETURN_LATER = "return_later", "先收货，之后再退这件", "Let it be delivered; the buyer sends this item back afterwards"
    TREAT_AS_LOST = "treat_as_lost", "按丢件补发或退款，向快递索赔", "Lost: reship or refund as the buyer wishes, claim from the carrier"
    ASK_BOTH_SIDES = (
        "ask_both_sides",
        "同时向快递和仓库核实取证，不退也不拒",
        "Ask carrier and warehouse side by side, with proof; neither refund nor refuse",
    )
    # goods with the buyer, money only
    GUIDE_TO_RETURN = "guide_to_return", "引导改为退货退款", "Guide the buyer to change to return and refund"
    DECIDE_NOW = "decide_now", "额度内当场协商决定", "Within the limit: settle the amount with the buyer and decide now"
    SUBMIT = "submit", "告知买家并提交上级", "Tell the buyer and submit to the supervisor"
    CHECK_WEIGHT = "check_weight", "请仓库核重", "Ask the warehouse to check weight and packing"
    REFUSE_WITH_REASON = "refuse_with_reason", "说明理由与下一步后拒绝", "Refuse, with the reason and the next step"
    # goods come back
    AGREE_RETURN = "agree_return", "讲清运费，马上同意退货，请填单号", "Settle the freight, agree at once, ask for the tracking number"
    AGREE_AND_COMPENSATE = "agree_and_compensate", "同意退货并按规则赔付", "Agree to the return and compensate by rule"
    OFFER_KEEP = "offer_keep", "提议留下错发商品并补发或退款", "Offer that the buyer keeps the wrong item, and reship or refund"
    SETTLE_EXCHANGE = (
        "settle_exchange",
        "查库存，谈定换货方式",
        "Check the stock and agree how to exchange: return and buy again, or amount set to 0",
    )
    CHASE_TRACKING = "chase_tracking", "催填退货单号", "Ask for the tracking number, in the buyer's interest"
    FOLLOW_RETURN = "follow_return", "跟踪退货包裹，等签收", "Follow the return until the warehouse signs; nothing else is due"
    INSPECT_AT_DOOR = "inspect_at_door", "当面验货后退款", "Inspect at the door, then refund"
    INSPECT_FIRST = "inspect_first", "质检后退款", "Send it to inspection, refund afterwards"
    SEND_EXCHANGE = "send_exchange", "发出换货", "Send the exchange out"
    SECURE_EVIDENCE = (
        "secure_evidence",
        "保全凭证、请快递开红章证明，暂不退款",
        "Keep the evidence, get the carrier's stamped proof, tell the buyer; no refund yet",
    )


class Deadline(Labelled):
    """The clock by which the response is measured: a standard of the shop, or an event. `Verdict.seconds` has its length."""

    FIRST_RESPONSE = "first_response", "首次响应时限（从申请起）", "The first-response standard, from filing"
    AT_ONCE = "at_once", "立即", "At once: nothing is left to wait for"
    BEFORE_PICKING = "before_picking", "拣货之前", "Before the order is picked"
    BEFORE_HANDOVER = "before_handover", "交给快递之前", "Before the parcel is handed over"
    CARRIER = "carrier", "快递答复时限（从询问起）", "The carrier's standard for answers, from asking"
    WAREHOUSE = "warehouse", "仓库答复时限（从询问起）", "The warehouse's standard for answers, from asking"
    SUPERVISOR = "supervisor", "上级答复时限（从提交起）", "The supervisor's standard, from submission"
    SUPERVISOR_AMOUNT = "supervisor_amount", "上级审批金额时限（从提交起）", "The supervisor's standard for amounts, from submission"
    FIXED_TIMES = "fixed_times", "上级下一个固定答复时点", "The next fixed time at which supervisors answer"
    COUPON = "coupon", "领券时限（从同意退货起）", "The hours in which a tracking number earns the coupon, from agreement"
    BUYER_CLOCK = "buyer_clock", "平台买家寄回时限", "The platform's clock for sending goods back, from agreement"
    INSPECTION = "inspection", "质检时限（从签收起）", "The inspection standard (in house or outside), from signing"
    PARCEL_ARRIVES = "parcel_arrives", "包裹回到店里时", "When the parcel comes back to the shop: no clock"
    NO_CLOCK = "no_clock", "不设时限", "No clock: it secures the shop's claim"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the desk can see of one refund. Money in fen (whole), times in hours."""

    order_state: OrderState
    """State of *this line* in the system when the request was filed: one of the two keys of the path."""
    sends_back: bool = False
    """The request as filed (return and refund, or exchange) sends goods back: the other key."""
    goods: Goods = Goods.UNPICKED
    """Where the goods physically are, as far as visible."""
    hours_since_scan: float = 0.0
    """Hours since the carrier's last scan, or since hand-over if there was none; 0 while in house."""
    reason: str = "other"
    """Key of `reasons.toml`; whether it owes compensation or is publicly shown is read there."""
    claim: Claim = Claim.UNJUDGED
    """How the shop judged the claim behind the reason. Looked at only for reasons that owe compensation or are publicly shown."""
    amount: int = 0
    """Fen asked for, 0 ≤ amount ≤ paid."""
    paid: int = 0
    """Fen the buyer paid for the line, freight included."""
    limit: int = 0
    """Fen that this agent may grant alone."""
    buyer_says: BuyerSays = BuyerSays.NOTHING
    """What the buyer says about having the goods (ticked in the form or said in the chat)."""
    recall: Recall = Recall.NOT_ASKED
    """The carrier's answer to a recall (or to the stop of a parcel that left unseen)."""
    inquiry: Inquiry = Inquiry.NOT_ASKED
    """What carrier and warehouse answered about a parcel said not to be received."""
    agreement: bool = False
    """The shop has an agreement with this carrier: answer within the standard, refund on promise, lost after so many days at its cost."""
    one_of_several: bool = False
    """The request is for one line while other lines of the order, in the same parcel, are still wanted."""
    partly_shipped: bool = False
    """Some lines of the order have left, others not; `order_state` and `goods` speak of this line."""
    weight: Weight = Weight.NOT_CHECKED
    """Result of the weight check."""
    may_keep: bool = False
    """A wrong item that the shop is ready to leave with the buyer. Means something only with the reason "wrong_item"."""
    mistaken_form: bool = False
    """The buyer filed "refund only" but wants to send the goods back (said so, or the reason makes no sense otherwise)."""
    wants_exchange: bool = False
    """The buyer wants other goods instead of money: another size, colour, an intact piece."""
    special_wish: bool = False
    """The buyer asks for something outside the shop's rules that only a supervisor can allow."""
    unfounded: bool = False
    """The desk's evidence contradicts the application (photos, chat, expired period)."""
    second_application: bool = False
    """The same matter was decided before, and nothing new is brought."""
    insured: bool = False
    """Freight insurance pays the return freight."""
    agreed: bool = False
    """The shop has agreed to the return."""
    hours_since_agreed: float = 0.0
    """Hours since the shop agreed; where a number was given, hours from agreement to the number."""
    tracking_given: bool = False
    """The buyer gave a return tracking number (on path 3: off the record, in the chat)."""
    returned: Return = Return.NONE
    """Where the return is and what was found in it."""
    returns_waiting: int = 0
    """Returns waiting for the warehouse now, this one not counted."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the shop has settled: standards, and who may do what when. Defaults come from `standards.toml`, with source and grade."""

    response_minutes: float
    """First response, from filing."""
    carrier_hours: float
    """The carrier's answer, from asking. Queries always have it, recalls only under an agreement."""
    warehouse_hours: float
    """The warehouse's answer to a difficult question."""
    supervisor_hours: float
    """The supervisor's answer to an application, from submission."""
    supervisor_amount_hours: float
    """The supervisor's answer to an application about money."""
    delegated: bool
    """Supervisors answer within their standards; else (no delegated authority) only at fixed times."""
    inspection_hours: float
    """Inspection in house, from signing."""
    inspection_outside_hours: float
    """Inspection outside, from signing."""
    inspection_outside: bool
    """Inspection is done outside."""
    lost_after_days: float
    """A parcel without a scan for more than this counts as lost."""
    coupon_hours: float
    """A tracking number within this time of the agreement earns a coupon."""
    buyer_sends_back_days: float
    """The platform's clock for the buyer to send goods back."""
    refund_on_promise: bool
    """Under an agreement the carrier's promise is enough to refund; else the refund waits until the parcel is back."""
    return_rule: ReturnRule
    """When a signed return is refunded."""
    door_threshold: int
    """Fewer returns waiting than this are "few"."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is right. `accepted_paths`: the path as filed comes first; more than one = ambiguous, for practice only."""

    accepted_paths: tuple[int, ...]
    response: Response
    deadline: Deadline
    seconds: int | None
    """Length of the deadline by the shop's settings; 0 = at once; None = an event, no clock."""
    rule: str
    """Id of the rule that decided, such as "P1.compensation-holds"."""
    alternatives: tuple[Response, ...] = ()
    """Other responses that are as good."""
