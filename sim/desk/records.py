"""The record layouts that the procedure, both engines and the log share: one layout for all procedures, so that engines compile once."""

import numpy as np

ITEMS = 4
"""Open items of one refund at a time: the refund itself (item 0) and up to three pieces of side work."""
ALARMS = 6
LINES = 16
POOLS = 12
GROUPS = 8
HANDOFFS = 5
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
        ("refunded", "i4"),  # fen
        ("compensation", "i4"),  # fen owed on top and paid
        ("lost", "i4"),  # fen of goods gone though the money was refunded
        ("freight", "i4"),  # fen of return freight and recall fees the shop bears
        ("coupon", "i4"),  # fen
        ("path", "i1"),  # by the rules, as filed
        ("believed", "i1"),  # by the staff
        ("chases", "i1"),
        ("complained", "i1"),
        ("intervened", "i1"),  # the platform stepped in
        ("automatic", "i1"),  # 1: ended by a seller's clock, 2: closed by the buyer's clock
        ("refused", "i1"),
        ("mistakes", "i1"),
    ],
    align=True,
)
"""What is known of a refund at its end (or at the horizon); written by the procedure, kept by the log."""

STATE = np.dtype(
    [
        ("due", "i8", (ALARMS,)),  # when each alarm goes off, NEVER = off
        ("joined", "i8", (ITEMS,)),  # when the item last joined a line (written by the engine)
        ("group", "i2", (ITEMS,)),  # the staff group that last took the item (written by the engine)
        ("left", "i1"),  # the parcel has physically left
        ("online", "i1"),
        ("answered", "i1"),  # first response begun
        ("contacts", "i1"),
        ("secured", "i1"),  # the goods cannot be lost any more
        ("promised", "i1"),  # the carrier promised to bring the parcel back
        ("rounds", "i1"),  # how often a repeatable step was taken
        ("flag", "i1", (8,)),
        ("since", "i8", (2,)),  # moments the procedure remembers
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
        ("clock", "i8", (8,)),  # the platform's clocks in seconds, NEVER = none
        ("authority", "i8", (GROUPS,)),  # fen a member of the group grants alone
        ("pace", "f8", (GROUPS,)),  # seconds of work are multiplied by this
        ("slip", "f8", (GROUPS,)),  # share of requests whose path a member of the group takes wrongly
        ("chats", "f8", (GROUPS,)),  # each further chat at once lengthens the group's work by this share
        ("switch", "i8", (32,)),  # on/off and small numbers of the policy, by the indices P_...
        ("share", "f8", (32,)),  # probabilities of the policy and the field, by the indices Q_...
        ("money", "i8", (16,)),  # fen, by the indices M_...
        ("owed", "f8", (64,)),  # by reason: share of the price owed as compensation when the claim holds
        ("ask_both", "i1", (64,)),  # by reason: carrier and warehouse are asked side by side
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
