"""The steps, alarms and outcomes of the refund procedure: their numbers, and their names in Chinese and English.

Numbers stand in logs: add at the end of a list, never reorder.
"""

from sim.desk.contract import Step

# Item 0 carries one of these with it; the second item is a chaser, or a question asked beside another.
STEPS = (
    Step("FILE", "买家提交退款申请", "The buyer files the request"),
    Step("LOOK", "刷新列表看到申请", "The request shows in the refreshed list"),
    Step("RESPOND", "首次响应买家", "First response to the buyer", by="agents", answers=True),
    Step("ANSWERED", "判断退款路径", "Which path is it?"),
    # path 1: paid, not shipped
    Step("BATCH", "批量退款", "Batch refund tool", 1, by="agents", answers=True),
    Step("CUT", "截单", "Cut the order before it leaves", 1, by="warehouse"),
    Step("CUT_DONE", "截单结果", "Cut, or already gone?", 1),
    # path 2: shipped, not signed for; and parcels that left although the system said unshipped
    Step("TRACE", "向物流与仓库核实", "Ask the carrier, and the warehouse beside it", 2),
    Step("RECALL", "物流追件", "The carrier says whether the parcel can be recalled", 2, by="carriers"),
    Step("ASK_WAREHOUSE", "仓库核实发货", "The warehouse says what was shipped", 2, by="warehouse"),
    Step("BOTH_KNOWN", "等两边答复", "Wait for both answers", 2),
    Step("PROMISED", "物流是否承诺追回", "Does the carrier promise to bring it back?", 2),
    Step("FATE", "包裹下落", "What becomes of the parcel", 2),
    Step("LOST", "超期无走件,按丢件处理", "No scan for days: the parcel counts as lost", 2),
    Step("OFFERED", "派送上门", "The parcel is offered at the door", 2),
    Step("SIGNED_FOR", "买家已签收", "The buyer has taken the parcel in", 2),
    # path 3: signed for, money only
    Step("DECIDE", "核实并协商金额", "Check the claim and settle the amount", 3, by="agents"),
    Step("DECIDED", "额度内还是报上级", "Within the limit, or the supervisor's?", 3),
    Step("APPROVE", "上级审批", "The supervisor decides", 3, by="supervisors"),
    Step("REFUSE", "说明理由并拒绝", "Refusal with a reason", 3),
    # path 4: signed for, goods come back
    Step("AGREED", "同意退货,等买家寄回", "Return agreed: the buyer sends the goods back", 4),
    Step("TRACKING", "买家提供退货单号", "The buyer gives the tracking number", 4),
    Step("RECEIVE", "仓库签收退货", "The warehouse signs for the return", 4, by="warehouse"),
    Step("RECEIVED", "立即退款还是先验货", "Refund now, or inspect first?", 4),
    Step("INSPECT", "退款前质检", "Inspection before the refund", 4, by="inspection"),
    Step("INSPECTED", "质检结果", "What the inspection found", 4),
    Step("PROOF", "物流开具凭证", "Stamped proof from the carrier", 4, by="carriers"),
    Step("PROVEN", "凭证到手", "The proof is there", 4),
    Step("SEND_NEW", "换货发出", "The exchange goes out", 4, by="warehouse"),
    Step("SENT", "换货完成", "The exchange is on its way", 4),
    # every path again
    Step("PAY", "执行退款", "Refund the money", by="agents", pays=True),
    Step("MONEY_BACK", "款已退回", "The money is back"),
    Step("BOOK_IN", "退款后质检入库", "Inspection after the refund", 4, by="inspection"),
    Step("BOOKED", "退货已入库", "The return is booked in", 4),
    Step("CHASED", "回复催单", "Answer a chaser", by="agents", answers=True),
    Step("END_SIDE", "支线结束", "Side work is over"),
)
(
    FILE,
    LOOK,
    RESPOND,
    ANSWERED,
    BATCH,
    CUT,
    CUT_DONE,
    TRACE,
    RECALL,
    ASK_WAREHOUSE,
    BOTH_KNOWN,
    PROMISED,
    FATE,
    LOST,
    OFFERED,
    SIGNED_FOR,
    DECIDE,
    DECIDED,
    APPROVE,
    REFUSE,
    AGREED,
    TRACKING,
    RECEIVE,
    RECEIVED,
    INSPECT,
    INSPECTED,
    PROOF,
    PROVEN,
    SEND_NEW,
    SENT,
    PAY,
    MONEY_BACK,
    BOOK_IN,
    BOOKED,
    CHASED,
    END_SIDE,
) = range(len(STEPS))

ALARM_NAMES = ("chase", "offline", "leaves", "seller_clock", "buyer_clock")
A_CHASE, A_OFFLINE, A_LEAVES, A_SELLER_CLOCK, A_BUYER_CLOCK = range(len(ALARM_NAMES))

OUTCOMES = (
    "refunded",
    "partly_refunded",
    "refused",
    "withdrawn",
    "auto_refunded",
    "closed_by_clock",
    "exchanged",
    "closed_by_shipping",
)
REFUNDED, PARTLY_REFUNDED, REFUSED, WITHDRAWN, AUTO_REFUNDED, CLOSED_BY_CLOCK, EXCHANGED, CLOSED_BY_SHIPPING = range(len(OUTCOMES))
