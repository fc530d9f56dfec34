"""Which path requests were first taken for, and by whom: the confusion of the staff as it came out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.measure.curves import Whole
from sim.measure.outcomes import Outcomes

PATHS = 4


@dataclass(frozen=True)
class Confusion:
    """What one staff group took requests for. counts: requests, [right path - 1, path first taken for - 1]."""

    group: str
    counts: Whole

    def __post_init__(self) -> None:
        self.counts.flags.writeable = False

    @property
    def judged(self) -> int:
        """Requests whose path the group was the first to judge."""
        return int(self.counts.sum())

    @property
    def wrong(self) -> int:
        """Of these, those that it took for another path."""
        return self.judged - int(np.trace(self.counts))


def confusion(of: Outcomes, groups: Sequence[str]) -> tuple[Confusion, ...]:
    """One table per staff group (their names by number), in their order; requests that nobody judged are in none.

    Right is the path as filed. A request that was never taken wrongly, and still not for that path, had become another before anybody
    saw it (a click on "Ship"): then right is what it was taken for.
    """
    records = of.records.compress((of["taken_for"] > 0) & (of["taken_by"] >= 0) & (of["path"] > 0))
    taken = records["taken_for"].astype(np.int64)
    right = np.where(records["mistakes"] > 0, records["path"], taken)
    cells = (records["taken_by"].astype(np.int64) * PATHS + right - 1) * PATHS + taken - 1
    counts = np.bincount(cells, minlength=len(groups) * PATHS * PATHS).reshape(-1, PATHS, PATHS)
    return tuple(Confusion(name, counts[number].copy()) for number, name in enumerate(groups))
