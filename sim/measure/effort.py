"""The shop's own work on each refund: whether there was any, and how much of it put right what had gone wrong."""

from dataclasses import dataclass

import numpy as np

from sim.desk.contract import Floor, Procedure
from sim.measure.curves import Flags, Real
from sim.measure.outcomes import Outcomes
from sim.measure.pools import outsiders
from sim.measure.visits import Visits


@dataclass(frozen=True)
class Effort:
    """By row in the workload. touched: somebody of the shop's own pools began work on it. rework: seat seconds of that work, up to the
    horizon, at steps that would not be there had all gone right."""

    touched: Flags
    rework: Real

    def __post_init__(self) -> None:
        self.touched.flags.writeable = False
        self.rework.flags.writeable = False

    def untouched(self, of: Outcomes) -> Flags:
        """Which refunds were completed and nobody of the shop's own ever worked on them."""
        return np.asarray(~of.unfinished & ~self.touched[of["refund"]])


def effort(stays: Visits, floor: Floor, procedure: Procedure, refunds: int) -> Effort:
    """The work on each of so many `refunds` of a workload."""
    records = stays.records
    own = ~outsiders(floor)[records["pool"]]
    touched = np.zeros(refunds, np.bool_)
    touched[records["refund"][own & (records["spells"] > 0)]] = True
    again = np.flatnonzero([step.rework for step in procedure.steps])
    mine = np.flatnonzero(own & np.isin(records["step"], again))
    rework = np.bincount(records["refund"][mine], weights=stays.seat_seconds[mine], minlength=refunds)
    return Effort(touched, rework.astype(np.float64))
