"""The record layouts that the procedure, both engines and the log share: one layout for all procedures, so that engines compile once."""

import numpy as np

ITEMS = 4
"""Open items of one refund at a time: the refund itself (item 0) and up to three pieces of side work."""
ALARMS = 8
LINES = 16
POOLS = 12
GROUPS = 12
HANDOFFS = 7
ERRORS = 6
BOXES = 160
"""Rows that the decision tables may have."""
PROGRAM_STEPS, PROGRAM_WIDTH = 32, 16

# The ranks inside an instant, and what an item is doing.
FINISH, SHIFT, ARRIVAL, CLOCK = range(4)
FREE, GOING, TO_OPEN, IN_LINE, AT_WORK, IN_WAIT, IN_JOIN = range(7)

# Actions that `advance` and `alarm` return (see sim.desk.actions).
WORK, WAIT, JOIN, SIDE, END, DONE, GO_ON, GO_TO = range(8)

# What a row of the log tells.
FILED, JOINED, BEGAN, FINISHED, GAVE_UP, HANDED_BACK, LEFT, WAITING, OPENED, ENDED, ALARMED, CLOSED = range(12)
KINDS = ("filed", "joined", "began", "finished", "gave_up", "handed_back", "left", "waiting", "opened", "ended", "alarm", "closed")

# What happens to work in hand when a shift or a break calls its holder away.
KEEP, HAND_BACK, CAP = range(3)
SHIFT_END_RULES = ("finish", "hand_back", "finish_within")


MOST_STEPS = 1000
"""Steps that one refund may take in one instant."""

LEDGER = np.dtype(
    [
        # fen
        ("refunded", "i4"),
        ("compensation", "i4"),  # owed on top and paid
        ("lost", "i4"),  # goods gone though the money was refunded, at the shop's cost
        ("over_granted", "i4"),  # granted beyond what was owed
        ("freight", "i4"),  # return freight the shop bears
        ("recall", "i4"),  # recall fees
        ("coupon", "i4"),
        ("premium", "i4"),  # freight insurance
        ("fees", "i4"),  # cuts in the ERP, inspection by an outside company
        ("reshipped", "i4"),  # goods and freight of a second parcel
        # what happened
        ("path", "i1"),  # by the rules, as filed
        ("believed", "i1"),  # by the staff
        ("chases", "i1"),
        ("enquiries", "i1"),
        ("complained", "i1"),
        ("intervened", "i1"),  # the platform stepped in
        ("ruled", "i1"),  # 1: for the shop, 2: against it
        ("automatic", "i1"),  # 1: ended by a seller's clock, 2: closed by the buyer's clock, 3: refunded by a machine, 4: by force
        ("refused", "i1"),  # 1: with a reason, 2: a blank refusal
        ("mistakes", "i1"),  # paths taken wrongly
        ("wrong_acts", "i1"),  # one bit for each of ERRORS
        ("blank_first", "i1"),  # the first answer was a blank refusal: no response
        ("missed", "i1"),  # compensation was owed and not paid
        ("asked_again", "i1"),  # questions that got lost or no answer, and were asked again
        ("converted", "i1"),  # 1: the buyer changed the form, 2: gave a number off the record
        ("taken_for", "i1"),  # path that staff first took it for, 0 = never judged by staff
        ("taken_by", "i1"),  # staff group that took it so
        # the rules that decided: one bit for each, in the order of the tables
        ("rules", "i8", (2,)),
    ],
    align=True,
)
"""What is known of a refund at its end (or at the horizon); written by the procedure, kept by the log."""

STATE = np.dtype(
    [
        ("due", "i8", (ALARMS,)),  # when each alarm goes off, NEVER = off
        ("joined", "i8", (ITEMS,)),  # when the item last joined a line (written by the engine)
        ("group", "i2", (ITEMS,)),  # the staff group that last took the item (written by the engine)
        # moments, in seconds since the start
        ("filed", "i8"),  # when it was filed: a second application has no moment of its own in the workload
        ("came", "i8"),  # since when the refund is with the agents: its place in their line
        ("since", "i8"),  # since when the buyer waits for the shop, NEVER = it is the buyer's turn
        ("deadline", "i8"),  # of what the rules said last
        ("agreed_at", "i8"),
        ("sends_at", "i8"),  # when the buyer gives the return's tracking number
        # the buyer
        ("online", "i1"),
        ("answered", "i1"),  # first response begun
        ("contacts", "i1"),  # talks so far
        ("reached", "i1"),  # the buyer was reached: what is wished for is known
        ("handled", "i1"),  # the path whose table is used: as filed, or as the buyer changed the form
        ("wish_settled", "i1"),
        ("keep_declined", "i1"),
        ("exchange", "i1"),  # 1 agreed on, 2 not in stock
        ("converted", "i1"),
        # the parcel, as it is
        ("left", "i1"),  # has physically left
        ("secured", "i1"),  # cannot be lost any more
        ("kept", "i1"),  # the carrier keeps its promise
        # the parcel, as the desk knows it
        ("known_left", "i1"),
        ("refused_at_door", "i1"),
        ("back", "i1"),  # back in the warehouse
        ("collected", "i1"),  # in the buyer's hands
        ("claim", "i1"),  # places in the vocabulary of the rules: 0 unjudged, 1 holds, 2 fails
        ("recall", "i1"),  # 0 not asked, 1 asked, 2 promised, 3 refused, 4 silent
        ("inquiry", "i1"),  # 0 not asked, 1 asked, 2 delivered, 3 not delivered
        ("weight", "i1"),  # 0 not checked, 1 matches, 2 short, 3 empty
        ("agreed", "i1"),
        ("tracking", "i1"),
        ("returned", "i1"),  # 0 none, 1 in transit, 2 signed, 3 fine, 4 wrong or empty
        # the work
        ("agent", "i1"),  # group of the agent who last had it: whose limit and whose errors count
        ("approved", "i1"),  # a supervisor has granted it
        ("asked_to_refuse", "i1"),
        ("pleaded", "i1"),
        ("rounds", "i1"),  # how often a repeatable step was taken
        ("again", "i2", (2,)),  # the step at which a question that got lost is asked again: the main errand's, one beside it
        ("asked", "i1", (2,)),  # how often the same question was asked: by the main errand, beside it
        ("by_batch", "i1"),
        ("compensates", "i1"),  # the refund is to go with compensation
        ("inspected", "i1"),
        ("paid", "i1"),  # the money is back
        ("slipped", "i1"),  # the path as which this was wrongly taken, until that is found out
        ("urged", "i1"),  # tracking number asked for
        ("about_wish", "i1"),  # the application that lies above is about a wish, not about money
        ("writes_back", "i1"),  # not reached: the buyer will write
        ("seen", "i1"),  # it showed in the list
        ("lost", "i1"),  # treated as lost
        ("blank", "i1"),  # the answer was a refusal without a reason
        ("proven", "i1"),  # the carrier gave stamped proof
        ("open_question", "i1"),  # the warehouse has been asked beside the carrier, and has not answered
        ("flag", "i1", (8,)),  # a toy's
        ("ledger", LEDGER),
    ],
    align=True,
)

TABLES = np.dtype(
    [
        ("waiting", "i4", (LINES,)),  # line lengths after the last dispatch (written by the engine)
        ("line", "i4", (LINES,)),  # the procedure's lines → the floor's lines
        ("order", "i8"),  # index of the line order
        ("refresh", "i8"),  # seconds between looks at the list, 0 = live
        ("standard", "i8", (HANDOFFS,)),  # seconds, 0 = no clock
        ("clock", "i8", (10,)),  # the platform's clocks in seconds, NEVER = none
        ("deadline", "i8", (16,)),  # seconds of the rules' deadlines, NEVER = an event
        ("settled", "i8"),  # bits of the shop's settings in the second word of what is seen
        ("authority", "i8", (GROUPS,)),  # fen a member of the group grants alone
        ("pace", "f8", (GROUPS,)),  # seconds of work are multiplied by this
        ("confusion", "f8", (GROUPS, 16)),  # 4 x (right path - 1) + (path it is taken for - 1): share
        ("errors", "f8", (GROUPS, ERRORS)),  # share of occasions on which a member of the group acts wrongly
        ("chats", "f8", (GROUPS,)),  # each further chat at once lengthens the group's work by this share
        ("switch", "i8", (40,)),  # on/off and small numbers of the policy, by the indices P_...
        ("share", "f8", (56,)),  # probabilities of the policy and the field, by the indices Q_...
        ("money", "i8", (16,)),  # fen, by the indices M_...
        ("owed", "f8", (64,)),  # by reason: share of the price owed as compensation when the claim holds
        ("says_refused", "i1", (64,)),  # by reason: the buyer refused the parcel
        ("at_fault", "i1", (64,)),  # by reason: the shop is at fault, and pays the freight
        ("wrong_kind", "i1", (16,)),  # by right path and path it is taken for, as in `confusion`
        ("wrong_act", "i1", (16,)),
        ("wrong_seconds", "i8", (16,)),
        # the decision tables: see sim.rules.masks
        ("rule_begin", "i8", (4,)),
        ("rule_first", "i8", (BOXES,)),
        ("rule_second", "i8", (BOXES,)),
        ("rule_number", "i8", (BOXES,)),
        ("rule_response", "i8", (BOXES,)),
        ("rule_deadline", "i8", (BOXES,)),
        ("program", "i8", (PROGRAM_STEPS, PROGRAM_WIDTH)),  # the table-driven toy's
    ],
    align=True,
)

LOG = np.dtype(
    [
        ("time", "i8"),
        ("refund", "i4"),  # row in the workload
        ("slot", "i4"),  # -1 where nobody
        ("step", "i2"),  # step, or alarm number, or outcome
        ("item", "i1"),
        ("kind", "i1"),
        ("pool", "i1"),
        ("group", "i1"),
        ("line", "i1"),
        ("handoff", "i1"),
    ]
)
"""One row per event, 24 bytes; -1 where a column says nothing."""

POOL = np.dtype([("rule", "i8"), ("cap", "i8"), ("reopening", "i8")])
LINE = np.dtype([("pool", "i8"), ("cases", "i8"), ("fen", "i8"), ("seconds", "i8")])
SLOT = np.dtype([("pool", "i8"), ("group", "i8"), ("seats", "i8")])
