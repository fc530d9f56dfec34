"""How soon requests are first answered: which count, which were in time, and the same by hour of filing."""

from dataclasses import dataclass

import numpy as np

from sim.demand.workload import NEVER
from sim.desk.contract import Floor, Procedure
from sim.measure.counted import Counted
from sim.measure.curves import HOUR, Flags, Records
from sim.measure.outcomes import Outcomes
from sim.measure.pools import PoolsUse, family, pool_names

RESPONSE_HOUR = np.dtype([("hour", "i8"), ("requests", "i8"), ("in_time", "i8"), ("staffed", "?")])
"""hour: whole hours after the start; requests: filed in it and judged; in_time: of these; staffed: somebody who answers was there."""


@dataclass(frozen=True)
class Standard:
    """The standard of the first response: `seconds` by the clocks of the pools that answer; None = no clock."""

    seconds: int | None
    clocks: Counted


def judged(of: Outcomes, standard: Standard) -> tuple[Flags, Flags]:
    """(which requests are judged, which of them were answered in time).

    In time: the first response starts at the latest when the standard runs out, by the clock of the pool that gave it. Open ones not
    older than that are not judged yet, by the clock of the pool in whose line they stand; nor are those that a machine refunded before
    anybody answered. All others are misses, also those that ended before anybody answered. Raises ValueError without a standard.
    """
    if standard.seconds is None:
        raise ValueError("there is no standard to judge by")
    filed, pool = of["filed"], of["pool"]
    answered = of["first_response"] < NEVER
    heard = np.minimum(of["first_response"], of.horizon)
    within = standard.clocks.between(pool, filed, heard) <= standard.seconds
    young = ~answered & (of["closed"] == NEVER) & within
    return np.asarray(~young & ~of.unseen), np.asarray(answered & within)


def answering_pools(procedure: Procedure, floor: Floor) -> tuple[str, ...]:
    """The floor's pools that give first responses, by the procedure's steps; also where they are dedicated to paths."""
    by = {step.by for step in procedure.steps if step.answers}
    return tuple(name for name in pool_names(floor) if family(name) in by)


def response_hours(of: Outcomes, standard: Standard, pools: PoolsUse, answering: tuple[str, ...]) -> Records:
    """RESPONSE_HOUR records of the hours in which judged requests were filed, in order."""
    counted, in_time = judged(of, standard)
    hours, place = np.unique(of["filed"][counted] // HOUR, return_inverse=True)
    found = np.zeros(len(hours), RESPONSE_HOUR)
    found["hour"] = hours
    found["requests"] = np.bincount(place, minlength=len(hours))
    found["in_time"] = np.bincount(place, weights=in_time[counted], minlength=len(hours))
    for pool in pools.pools:
        if pool.name in answering:
            found["staffed"] |= pool.staffed[hours] > 0
    found.flags.writeable = False
    return found
