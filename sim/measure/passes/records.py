"""The records that passes write."""

import numpy as np

VISIT = np.dtype(
    [
        ("refund", "i8"),  # row in the workload
        ("item", "i1"),
        ("how", "i1"),  # FINISHED, GAVE_UP, LEFT, HANDED_BACK (given back after the refund was closed) or OPEN
        ("pool", "i2"),
        ("line", "i2"),
        ("handoff", "i2"),
        ("step", "i2"),  # the step that asked for the work
        ("group", "i2"),  # who took it last; -1 nobody
        ("slot", "i4"),
        ("joined", "i8"),  # seconds since the start
        ("began", "i8"),  # first taken; NEVER = not yet
        ("ended", "i8"),  # finished, given up or left; NEVER = not yet
        ("worked", "i8"),  # seconds that somebody worked on it, up to the horizon
        ("waited", "i8"),  # seconds in line, up to the horizon; also those after it was handed back
        ("spells", "i4"),  # how often it was taken
    ],
    align=True,
)

SPELL = np.dtype(
    [
        ("visit", "i8"),  # index of the stay
        ("row", "i8"),  # index of the BEGAN row in the log
        ("seat", "i8"),  # index of the spell that stands for the seat: of a batch the first one, else its own
        ("slot", "i8"),
        ("group", "i2"),
        ("pool", "i2"),
        ("line", "i2"),
        ("how", "i1"),  # FINISHED, HANDED_BACK or OPEN
        ("began", "i8"),
        ("ended", "i8"),  # NEVER = still at it
    ],
    align=True,
)

PIECE = np.dtype([("spell", "i8"), ("stretch", "i8"), ("begin", "i8"), ("end", "i8")])
