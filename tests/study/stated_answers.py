"""A laboratory whose replications are stated, not simulated: so that what a study makes of them is known exactly."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa

from sim.measure.readings import Reading
from sim.scenario import Scenario, load_scenario
from sim.study.block import Job, Measured, table_of
from sim.study.compare import Policy
from sim.study.laboratory import Laboratory
from sim.study.samples import Replications

FEW_ORDERS = Path(__file__).parents[1] / "cli" / "few-orders.toml"

Says = Callable[[Scenario, int, int | None], Mapping[str, Reading]]
"""The numbers of a scenario's replication, by address; the size of the sale as in a job."""


class Stated(Laboratory):
    """Says what it is told to say, and remembers which jobs it was given."""

    def __init__(self, says: Says) -> None:
        super().__init__()
        self.says, self.asked = says, list[Job]()

    def tables(self, luck: Sequence[Sequence[Job]]) -> list[list[pa.Table]]:
        self.asked += [job for jobs in luck for job in jobs]
        return [[self._table(job) for job in jobs] for jobs in luck]

    def _table(self, job: Job) -> pa.Table:
        return table_of({number: Measured(self.says(job.scenario, number, job.size), {}, {}, ()) for number in job.replications})


def few_orders(**named: object) -> Scenario:
    return load_scenario(FEW_ORDERS, [named] if named else [])


def called(scenario: Scenario, name: str) -> Policy:
    """The scenario as a policy; a laboratory that is told by name knows it by its own."""
    return Policy(name, scenario.title, scenario.model_copy(update={"name": name}))


@cache
def uniform(*address: object) -> float:
    """A number from 0 to 1 that hangs on nothing but its address."""
    return float(np.random.default_rng(list("/".join(map(str, address)).encode())).random())


def replications(address: str, values: Sequence[float]) -> Replications:
    """The replications of one scenario with one figure."""
    each = {number: Measured({address: Reading(float(value))}, {}, {}, ()) for number, value in enumerate(values)}
    return Replications([table_of(each)])
