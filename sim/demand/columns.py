"""What stands where in the columns `work`, `span` and `chance` of a refund, and from which setting of the scenario it is drawn.

A constant is also the place of its draw in its family (see draws.py): one that is new comes last, and shifts no other. No setting of a
policy is among them: two policies are compared on one and the same workload.
"""

from sim.demand.workload import ATTEMPTS, CHANCES, SPANS, WORKS

# Work content in seconds, at pace 1 and one chat at a time.
WORK_SETTINGS = {
    "W_RESPOND": "work.respond",  # reading the request and answering the buyer for the first time
    "W_TALK": "work.talk",  # any further talk: guiding, freight, exchange, asking to refuse, a reasoned refusal
    "W_JUDGE": "work.judge",  # judging a claim that may owe compensation
    "W_DECIDE": "work.decide",  # one round on the amount
    "W_CHASE": "work.chase",  # answering a chaser or an enquiry, asking for a tracking number
    "W_PAY": "work.pay",
    "W_PLEAD": "work.plead",  # the shop's case for the platform
    "W_APPROVE": "work.approve",
    "W_CUT": "work.cut",  # the warehouse stops an order, or a parcel in house
    "W_REPICK": "work.repick",  # the warehouse takes one line out of an order
    "W_ASK": "work.ask_warehouse",
    "W_WEIGH": "work.weigh",
    "W_RECEIVE": "work.receive",
    "W_PACK": "work.pack",  # an exchange or a second parcel goes out
    "W_INSPECT": "work.inspect",
    "W_OUTSIDE": "work.inspect_outside",
    "W_RECALL": "work.recall",  # until the carrier says whether it can bring the parcel back
    "W_INQUIRE": "work.inquire",  # until the carrier says what became of a parcel
    "W_PROOF": "work.proof",
    "W_SEARCH": "work.search",  # finding out who answers, where nobody is named
}
(
    W_RESPOND,
    W_TALK,
    W_JUDGE,
    W_DECIDE,
    W_CHASE,
    W_PAY,
    W_PLEAD,
    W_APPROVE,
    W_CUT,
    W_REPICK,
    W_ASK,
    W_WEIGH,
    W_RECEIVE,
    W_PACK,
    W_INSPECT,
    W_OUTSIDE,
    W_RECALL,
    W_INQUIRE,
    W_PROOF,
    W_SEARCH,
) = range(len(WORK_SETTINGS))

# Waits outside the shop, in seconds.
SPAN_SETTINGS = {
    "S_ONLINE": "buyer.online_for",
    "S_TRY_AGAIN": "buyer.reached_again_after",  # until a buyer who was not reached writes back
    "S_ENQUIRES": "buyer.enquires_after",  # waiting for money after an answer, until the buyer asks
    "S_WITHDRAWS": "buyer.withdraws_after",
    "S_AGAIN": "buyer.again_after",
    "S_SENDS": "buyer.sends_after",  # from agreement to the tracking number
    "S_SENDS_FOR_COUPON": "buyer.sends_for_coupon_after",  # the same for a buyer whom the coupon moves
    "S_COLLECTS": "buyer.collects_after",  # until a parcel left at a locker is in the buyer's hands
    "S_PICKED": "spans.picked_before",  # before the parcel leaves
    "S_LABELLED": "spans.labelled_before",  # before the parcel leaves
    "S_LINEHAUL": "spans.linehaul_after",  # after the parcel left
    "S_LAST_MILE": "spans.last_mile_before",  # before it arrives
    "S_PARCEL_RETURNS": "spans.parcel_returns",
    "S_RETURN_TRANSIT": "spans.return_transit",
    "S_RULING": "spans.ruling",  # until the platform has ruled
}
(
    S_ONLINE,
    S_TRY_AGAIN,
    S_ENQUIRES,
    S_WITHDRAWS,
    S_AGAIN,
    S_SENDS,
    S_SENDS_FOR_COUPON,
    S_COLLECTS,
    S_PICKED,
    S_LABELLED,
    S_LINEHAUL,
    S_LAST_MILE,
    S_PARCEL_RETURNS,
    S_RETURN_TRANSIT,
    S_RULING,
) = range(len(SPAN_SETTINGS))

# Latent uniforms: each is compared with the share that stands beside it.
CHANCE_SETTINGS = {
    # the buyer
    "C_COMPLAINT": "buyer.complaint, grown by waiting, refusal and emptiness",
    "C_PLATFORM": "buyer.calls_platform",
    "C_AGAIN": "buyer.again (already in `again`)",
    "C_WITHDRAW": "buyer.withdraws",
    "C_COUPON": "buyer.coupon_moves",
    "C_NUMBER": "buyer.chased_number_comes",
    "C_SENDS": "buyer.sends_goods",  # goods follow a refund that went ahead of them
    "C_BALKS": "buyer.balks_at_freight",
    "C_CONVERTS": "buyer.changes_form, buyer.gives_number",
    "C_DOOR": "buyer.refuses_at_door",
    "C_RESHIP": "buyer.wants_reshipment",
    "C_KEEPS": "buyer.keeps_wrong_item",
    # the warehouse and the goods
    "C_CUT": "policy.erp_cut.success",
    "C_STOCK": "chances.exchange_in_stock",
    "C_ANOMALY": "chances.anomaly",
    "C_EMPTY": "chances.empty_return",
    "C_UNSTATED": "chances.unstated_claim",
    # the carrier
    "C_RECALL": "chances.recall_..., by where the parcel is",
    "C_SILENT": "policy.recall.silent",
    "C_KEEP": "chances.promise_kept",
    "C_DELIVERED": "chances.proof_found",
    # supervisors and the platform
    "C_APPROVES": "chances.approved",
    "C_DUE": "chances.granted_in_full: the part of the amount that is really owed",
    "C_RULING": "chances.ruled_for_shop",
    "C_INSTANT": "clocks.instant",
    "C_FORCED": "clocks.forced",
    # the staff
    "C_SLIP": "slip or confusion of the staff's group",
    "C_UNCONFIRMED": "errors.unconfirmed of the group",
    "C_UNNUMBERED": "errors.unnumbered",
    "C_BEYOND": "errors.beyond_authority",
    "C_BLANK": "errors.blank_refusal",
    "C_MISSED": "errors.missed_compensation",
    "C_NEEDLESS": "errors.needless_freight",
    # questions where nobody is named
    "C_REPEATED": "policy.named_contact.repeated",
    "C_PASSED_ON": "buyer.enquiry_passed_on",
}
"""The single uniforms in their order; below them those of repeatable steps, one for each attempt."""
(
    C_COMPLAINT,
    C_PLATFORM,
    C_AGAIN,
    C_WITHDRAW,
    C_COUPON,
    C_NUMBER,
    C_SENDS,
    C_BALKS,
    C_CONVERTS,
    C_DOOR,
    C_RESHIP,
    C_KEEPS,
    C_CUT,
    C_STOCK,
    C_ANOMALY,
    C_EMPTY,
    C_UNSTATED,
    C_RECALL,
    C_SILENT,
    C_KEEP,
    C_DELIVERED,
    C_APPROVES,
    C_DUE,
    C_RULING,
    C_INSTANT,
    C_FORCED,
    C_SLIP,
    C_UNCONFIRMED,
    C_UNNUMBERED,
    C_BEYOND,
    C_BLANK,
    C_MISSED,
    C_NEEDLESS,
    C_REPEATED,
    C_PASSED_ON,
) = range(len(CHANCE_SETTINGS))

REPEATED_CHANCES = {
    "C_REACH": "buyer.reached_offline",  # the buyer is reached although offline
    "C_OFFER": "chances.offer_accepted",
    "C_LOST_QUESTION": "policy.named_contact.lost",
}
"""Uniforms with ATTEMPTS places each, the first attempt's at the constant."""
C_REACH, C_OFFER, C_LOST_QUESTION = (len(CHANCE_SETTINGS) + ATTEMPTS * place for place in range(len(REPEATED_CHANCES)))

CHANCES_IN_USE = len(CHANCE_SETTINGS) + ATTEMPTS * len(REPEATED_CHANCES)

KIND_DRAWS = ("path", "cell", "variant", "reason")
"""What the kind of a request is drawn by."""

FACT_DRAWS = (
    "sends_back",
    "amount",
    "claim_holds",
    "one_of_several",
    "partly_shipped",
    "mistaken_form",
    "wants_exchange",
    "special_wish",
    "unfounded",
    "not_received",
    "may_keep",
    "return_wrong",
    "to_locker",
    "insured",
    "weight",
)
"""What the facts of a request are drawn by, each by its own."""

if len(WORK_SETTINGS) > WORKS or len(SPAN_SETTINGS) > SPANS or CHANCES_IN_USE > CHANCES:
    raise AssertionError("the columns of a refund are too few for the constants above")
