"""What comes to the shop hour by hour: orders, requests on each path, parcels that come back."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.desk.procedure import PROCEDURE
from sim.desk.records import JOINED
from sim.report import charts, names
from sim.study.replicate import Replicated
from sim.words import _

HOUR, DAY_HOURS = 3_600, 24
RECEIVING = "RECEIVE"
"""The step at which the warehouse signs for what comes back."""


def courses(run: Replicated, hours: int) -> Iterator[charts.Course]:
    """Counts per hour over the first `hours` hours of the reported days; what never comes has no course."""
    for name, times in _times(run):
        counts = np.bincount(times[(times >= 0) & (times < hours * HOUR)] // HOUR, minlength=hours)
        if counts.any():
            yield charts.Course(name, tuple(counts.astype(float).tolist()))


def _times(run: Replicated) -> Iterator[tuple[str, NDArray[np.int64]]]:
    goods = run.first.workload.goods
    if goods is not None:
        yield _("orders paid"), goods.lines.paid[goods.lines.number == goods.lines.order]
    every = run.first.summary.every
    for path in range(1, 5):
        yield names.path(path), every["filed"][(every["path"] == path) & (every["second"] == 0)]
    rows = run.first.log.rows
    receiving = [place for place, step in enumerate(PROCEDURE.steps) if step.name == RECEIVING]
    yield _("parcels that come back"), rows["time"][(rows["kind"] == JOINED) & np.isin(rows["step"], receiving)]
