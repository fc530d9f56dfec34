"""When a comparison is precise enough: replications until every interval is narrow and stays narrow (Hoad, Robinson and Davies 2010).

An interval that stopped the moment it looked narrow covers less often than it says. Two things soften that: a first sample large enough
for a variance, and a look ahead, over which the interval must stay narrow. What is reported is over all replications made, the look ahead
included; what remains of the effect is measured in tests/study.
"""

from collections.abc import Sequence
from dataclasses import dataclass

FIRST = 20
"""Replications before the first look."""

LOOK_AHEAD = 5
"""Further replications over which the precision must hold; from 100 on, in each 100."""

MOST = 1_000
"""Replications after which it is said that the precision was not reached."""


@dataclass(frozen=True)
class Stop:
    """Where it ends. precise_from: the number of replications from which on the precision held, None where it never did.
    replications: how many are made and reported."""

    precise_from: int | None
    replications: int


def look_ahead(count: int) -> int:
    """Over how many further replications a precision that is reached with `count` must hold."""
    return int(LOOK_AHEAD / 100 * max(count, 100))


def stop_of(precise: Sequence[bool], first: int = FIRST, most: int = MOST) -> Stop | None:
    """Where to stop, or None where more replications must be made to know.

    precise: whether the wanted precision holds with 1, 2, 3, … replications; what it says of fewer than `first` is not asked.
    """
    since: int | None = None
    for count in range(first, min(len(precise), most) + 1):
        if not precise[count - 1]:
            since = None
            continue
        since = since or count
        if count - since >= look_ahead(count):
            return Stop(since, count)
    return Stop(None, most) if len(precise) >= most else None
