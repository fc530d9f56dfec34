"""What comes to the desk: one row per refund request, with causes only (work content, patience, latent uniforms), never outcomes."""

from dataclasses import dataclass, field

import numpy as np

NEVER = 2**62
"""A time that does not come (seconds)."""

ATTEMPTS = 4
"""How often a repeatable step has draws of its own; after that there is a way out."""

WORKS, CHANCES, SPANS = 16, 24, 8

REFUND = np.dtype(
    [
        # -- visible to rules and policy
        ("number", "i8"),  # the candidate's number in the envelope; rows stand in its order
        ("filed", "i8"),  # seconds since the scenario's start; NEVER for a reserved second application
        ("amount", "i4"),  # fen asked for
        ("paid", "i4"),  # fen the order line cost
        ("again", "i4"),  # row of the reserved second application, -1 = none
        ("reason", "i2"),  # index into rules' list of reasons
        ("state", "i1"),  # order state in the system when filed: 0 unshipped, 1 shipped, 2 signed
        ("sends_back", "i1"),  # the filed request sends goods back
        ("second", "i1"),  # this row is a second application
        ("kind", "i1"),  # class of customer (toys), else 0
        # -- hidden: what will happen, seen by rules and policy only after it has
        ("leaves", "i8"),  # the parcel physically leaves the warehouse
        ("arrives", "i8"),  # the parcel is delivered or offered at the door
        ("work", "i4", (WORKS,)),  # work content in seconds, by the indices W_...
        ("contact", "i4", (ATTEMPTS,)),  # seconds of the 1st, 2nd, ... contact with the buyer
        ("patience", "i4", (ATTEMPTS,)),  # seconds until the buyer chases for the 1st, 2nd, ... time
        ("span", "i4", (SPANS,)),  # seconds of waits outside the shop, by the indices S_...
        ("chance", "f4", (CHANCES,)),  # uniforms in [0, 1), only ever compared, by the indices C_...
    ],
    align=True,
)

VISIBLE = ("number", "filed", "amount", "paid", "again", "reason", "state", "sends_back", "second", "kind")
HIDDEN = tuple(name for name in REFUND.names or () if name not in VISIBLE)


@dataclass(frozen=True)
class Workload:
    """The refunds of one replication. `refunds` is read-only, of dtype REFUND, in the order of `number`."""

    refunds: np.ndarray
    seed: int = 0
    replication: int = 0
    absence: np.ndarray = field(default_factory=lambda: np.ones((0, 0)))  # uniforms [slot, day]: below the group's rate = absent
    automatic: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))  # requests that a machine refunded before anyone saw them
    left_out: dict[str, int] = field(default_factory=dict)  # refunds of a replayed history that lie outside the scenario's days, by cause

    def __post_init__(self) -> None:
        self.refunds.flags.writeable = False
        self.absence.flags.writeable = False
        self.automatic.flags.writeable = False

    def __len__(self) -> int:
        return len(self.refunds)
