"""How soon requests are first answered: which count, which were in time, and the same by hour of filing."""

import numpy as np

from sim.demand.workload import NEVER
from sim.desk.contract import Floor, Procedure
from sim.measure.curves import HOUR, Flags, Records
from sim.measure.outcomes import Outcomes
from sim.measure.pools import PoolsUse, pool_names

RESPONSE_HOUR = np.dtype([("hour", "i8"), ("requests", "i8"), ("in_time", "i8"), ("staffed", "?")])
"""hour: whole hours after the start; requests: filed in it and judged; in_time: of these; staffed: somebody who answers was there."""


def judged(of: Outcomes, standard: int) -> tuple[Flags, Flags]:
    """(which requests are judged, which of them were answered in time) against a standard in seconds of calendar time.

    In time: the first response starts at the latest `standard` after filing. Open ones not older than that are not judged yet; all
    others are misses, also those that ended before anybody answered.
    """
    filed = of["filed"]
    in_time = (of["first_response"] < NEVER) & (of["first_response"] - filed <= standard)
    waits = (of["first_response"] == NEVER) & (of["closed"] == NEVER)
    young = waits & (of.horizon - filed <= standard)
    return np.asarray(~young), np.asarray(in_time & ~young)


def answering_pools(procedure: Procedure, floor: Floor) -> tuple[str, ...]:
    """The pools that give first responses, by the procedure's steps."""
    by = {step.by for step in procedure.steps if step.answers}
    return tuple(name for name in pool_names(floor) if name in by)


def response_hours(of: Outcomes, standard: int, pools: PoolsUse, answering: tuple[str, ...]) -> Records:
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
