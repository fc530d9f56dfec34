"""What stands where in the columns `work`, `span` and `chance` of a refund, and from which setting of the scenario it is drawn.

The name of a constant is also the name of its uniform: adding a constant shifts no other draw. No setting of a policy is among them: two
policies are compared on one and the same workload.
"""

from sim.demand.workload import ATTEMPTS, CHANCES, SPANS, WORKS

# Work content in seconds, at pace 1 and one chat at a time.
W_RESPOND, W_DECIDE, W_CHASE, W_CUT, W_ASK, W_APPROVE, W_RECALL, W_PROOF, W_RECEIVE, W_INSPECT, W_PAY, W_SEARCH = range(12)

WORK_SETTINGS = {
    "W_RESPOND": "work.respond",
    "W_DECIDE": "work.decide",
    "W_CHASE": "work.chase",
    "W_CUT": "work.cut",
    "W_ASK": "work.ask_warehouse",
    "W_APPROVE": "work.approve",
    "W_RECALL": "work.recall",
    "W_PROOF": "work.proof",
    "W_RECEIVE": "work.receive",
    "W_INSPECT": "work.inspect",
    "W_PAY": "work.pay",
    "W_SEARCH": "work.search",
}

# Waits outside the shop, in seconds.
S_ONLINE, S_PARCEL_RETURNS, S_BUYER_SHIPS, S_RETURN_TRANSIT, S_LOST_AFTER, S_AGAIN = range(6)

SPAN_SETTINGS = {
    "S_ONLINE": "buyer.online_for",
    "S_PARCEL_RETURNS": "spans.parcel_returns",
    "S_BUYER_SHIPS": "spans.buyer_ships",
    "S_RETURN_TRANSIT": "spans.return_transit",
    "S_LOST_AFTER": "spans.lost_after",
    "S_AGAIN": "buyer.again_after",
}

# Latent uniforms: compared with the share that stands beside each.
C_CLAIM = 0  # chances.claim_holds
C_LEFT = 1  # chances.left_unseen (already in `leaves`)
C_CUT = 2  # policy.erp_cut.success
C_RECALL = 3  # chances.recall_promised
C_KEEP = 4  # chances.promise_kept
C_DOOR = 5  # chances.refused_at_door
C_MISTAKEN = 6  # chances.mistaken_form
C_REFUSED = 7  # chances.refused
C_ANOMALY = 8  # chances.anomaly
C_EMPTY = 9  # chances.empty_return
C_COMPLAINT = 10  # buyer.complaint
C_AGAIN = 11  # buyer.again (already in `again`)
C_SLIP = 12  # slip of the staff's group
C_SLIP_PATH = 13  # which wrong path is taken for the right one
C_LOST = 14  # chances.lost (already in `arrives`)
C_EXCHANGE = 15  # chances.exchange
C_OFFER = 16  # chances.offer_accepted
C_PLATFORM = 17  # the buyer calls the platform
C_REACH = 18  # the buyer is reached: C_REACH + attempt, four attempts

CHANCE_NAMES = (
    "C_CLAIM",
    "C_LEFT",
    "C_CUT",
    "C_RECALL",
    "C_KEEP",
    "C_DOOR",
    "C_MISTAKEN",
    "C_REFUSED",
    "C_ANOMALY",
    "C_EMPTY",
    "C_COMPLAINT",
    "C_AGAIN",
    "C_SLIP",
    "C_SLIP_PATH",
    "C_LOST",
    "C_EXCHANGE",
    "C_OFFER",
    "C_PLATFORM",
)
"""The single uniforms in their order; the attempts of C_REACH stand after them."""

if len(WORK_SETTINGS) > WORKS or len(SPAN_SETTINGS) > SPANS or C_REACH + ATTEMPTS > CHANCES or len(CHANCE_NAMES) != C_REACH:
    raise AssertionError("the columns of a refund are too few for the constants above")
