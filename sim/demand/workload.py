"""What comes to the desk: one row per refund request, with causes only (work content, patience, latent uniforms), never outcomes."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sim.demand.orders import Goods

NEVER = 2**62
"""A time that does not come (seconds)."""

ATTEMPTS = 4
"""How often a repeatable step has draws of its own; after that there is a way out."""

WORKS, CHANCES, SPANS = 20, 48, 16

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
        ("one_of_several", "i1"),  # other lines in the same parcel are still wanted
        ("partly_shipped", "i1"),  # some lines of the order have left, others not
        ("insured", "i1"),  # the buyer's own freight insurance pays the return
        ("may_keep", "i1"),  # a wrong item that the shop would leave with the buyer
        ("only_asks", "i1"),  # no refund request: the platform's gate is closed, and the buyer writes to the shop's chat instead
        # -- hidden: what is true and what will happen, seen by rules and policy only after it has come to light
        ("leaves", "i8"),  # the parcel physically leaves the warehouse
        ("stalls", "i8"),  # the carrier's last scan before a long silence, NEVER = scanned all along
        ("arrives", "i8"),  # the parcel is delivered, left at a locker or offered at the door, NEVER = lost
        ("work", "i4", (WORKS,)),  # work content in seconds, by the indices W_...
        ("contact", "i4", (ATTEMPTS,)),  # seconds of the 1st, 2nd, ... contact with the buyer
        ("patience", "i4", (ATTEMPTS,)),  # seconds until the buyer chases for the 1st, 2nd, ... time
        ("span", "i4", (SPANS,)),  # seconds of waits outside the shop, by the indices S_...
        ("chance", "f4", (CHANCES,)),  # uniforms in [0, 1), only ever compared, by the indices C_...
        ("cell", "i1"),  # skill cell (place in sim.rules.tables.load_cells) whose trap this is, -1 = none
        ("claim_holds", "i1"),  # the claim behind the stated reason
        ("mistaken_form", "i1"),  # filed "refund only" and means to send the goods back
        ("wants_exchange", "i1"),
        ("special_wish", "i1"),
        ("unfounded", "i1"),  # the evidence contradicts the application
        ("not_received", "i1"),  # the buyer says "not received", whatever the trace says
        ("to_locker", "i1"),  # the parcel is left at a locker or with a neighbour
        ("return_wrong", "i1"),  # the return is wrong, worn or empty whatever chance says
        ("weight", "i1"),  # what a check of the weight shows: 1 complete, 2 a piece missing, 3 empty
        ("by_machine", "i1"),  # a machine of the platform refunds it at filing, whatever clocks.instant says
    ],
    align=True,
)

VISIBLE = (
    "number",
    "filed",
    "amount",
    "paid",
    "again",
    "reason",
    "state",
    "sends_back",
    "second",
    "kind",
    "one_of_several",
    "partly_shipped",
    "insured",
    "may_keep",
    "only_asks",
)
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
    goods: "Goods | None" = None  # the orders behind the requests, where these come from orders

    def __post_init__(self) -> None:
        self.refunds.flags.writeable = False
        self.absence.flags.writeable = False
        self.automatic.flags.writeable = False

    def __len__(self) -> int:
        return len(self.refunds)
