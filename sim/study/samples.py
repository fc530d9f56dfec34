"""Figures of many replications as columns: what comparisons, selections and charts read off the tables of blocks."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sim.measure.figures import metrics
from sim.measure.readings import COST
from sim.study.block import Measured, kept_in
from sim.study.paired import Sample

Hours = NDArray[np.float64]


class Replications:
    """The replications of one scenario, from the tables of its blocks in order."""

    def __init__(self, tables: Sequence[pa.Table]) -> None:
        self._table = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
        self._numbers = np.unique(self._table.column("replication").to_numpy())
        self.count = len(self._numbers)

    def sample(self, address: str) -> Sample | str:
        """The figure at an address, replication by replication; or why there is none (a key of metrics.toml): one without it is enough."""
        rows = self._rows([address])
        if rows.num_rows < self.count:
            name, _, part = address.partition(".")
            return "no_such_pool" if part and name in metrics() and "pool" in metrics()[name].by else "no_requests"
        if rows.column("value").null_count:
            return str(rows.column("reason").drop_null()[0].as_py())
        return _sample(address, rows)

    def begin(self, address: str) -> Sample:
        """The figure at an address over the first replications, up to one that has none; it may be empty."""
        rows = self._rows([address])
        known = rows.filter(pc.is_valid(rows.column("value")))
        here = np.isin(self._numbers, known.column("replication").to_numpy())
        return _sample(address, known.slice(0, len(here) if here.all() else int(here.argmin())))

    def costs(self) -> dict[str, Sample]:
        """Yuan by cause, replication by replication."""
        causes = [each for each in self._addresses() if each.startswith(f"{COST}.")]
        return {cause.removeprefix(f"{COST}."): sample for cause in causes if isinstance(sample := self.sample(cause), Sample)}

    def hours(self, courses: Iterable[str]) -> Hours:
        """The sum of some courses ("agents.in_line") hour by hour, shape (replications, hours)."""
        found: list[Hours] = []
        for course in courses:
            column = self._rows([course]).column("hours").combine_chunks()
            if len(column):
                found.append(np.array(column.to_pylist(), np.float64))
        return np.asarray(sum(found)) if found else np.zeros((self.count, 0))

    def numbers(self) -> pa.Table:
        """A row for each number: replication, address, value, part, whole, reason."""
        texts, hours = (self._table.column(name) for name in ("text", "hours"))
        rows = self._table.filter(pc.and_(texts.is_null(), hours.is_null()))
        return rows.select(["replication", "address", "value", "part", "whole", "reason"])

    def measured(self) -> list[Measured]:
        """All that is kept of each replication."""
        return [kept for _, kept in kept_in(self._table)]

    def courses(self, kind: str) -> tuple[str, ...]:
        """The courses of a kind ("in_line") that there are."""
        return tuple(each for each in self._addresses() if each.endswith(f".{kind}"))

    def _addresses(self) -> list[str]:
        return [str(each) for each in pc.unique(self._table.column("address").cast(pa.string())).to_pylist()]

    def _rows(self, addresses: list[str]) -> pa.Table:
        wanted = pc.is_in(self._table.column("address").cast(pa.string()), pa.array(addresses))
        return self._table.filter(wanted).sort_by("replication")


def _sample(address: str, rows: pa.Table) -> Sample:
    """What stands in the rows; parts and wholes of a share alone: other figures are means over the replications, as everywhere."""
    metric = metrics().get(address.partition(".")[0])
    of_share = metric is not None and metric.unit == "share"
    ratios = [None if not of_share or rows.column(name).null_count else _floats(rows.column(name)) for name in ("part", "whole")]
    return Sample(_floats(rows.column("value")), *ratios)


def _floats(column: Any) -> NDArray[np.float64]:
    return np.asarray(column.to_numpy(), np.float64).copy()
