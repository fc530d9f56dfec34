"""The log of a run as Parquet: one row per event, names beside the numbers, for whoever wants to ask questions of his own."""

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.demand.workload import NEVER, Workload
from sim.desk.contract import Floor, Procedure
from sim.desk.log import Log
from sim.desk.records import ALARMED, CLOSED, FILED, KINDS
from sim.desk.tables import HANDOFF_KINDS
from sim.scenario.calendar import day_start, moment_at
from sim.scenario.schema import Calendar

if TYPE_CHECKING:
    import pyarrow

COLUMNS = {
    "time": "seconds since the scenario's start; below 0 on the days of the warm-up",
    "wall_clock": "the same moment, in the scenario's zone",
    "refund": "the refund's number",
    "row": "its row in the workload",
    "reported": "whether it was filed on the reported days: figures about requests are over those",
    "only_asks": "whether it is no request, but a buyer who asks in chat while refunds are closed",
    "item": "0 the refund itself, 1-3 side work",
    "event": "what happened",
    "step": "the step it happened at; null for alarms and the end",
    "alarm": "the clock that went off",
    "outcome": "how the refund ended",
    "pool": "",
    "line": "",
    "group": "pool/group",
    "slot": "pool/group/shift/number of the person",
    "handoff": "who asked whom, by the kind of question",
}
"""Columns of the table and what they mean; null where a column says nothing."""


def event_table(log: Log, workload: Workload, floor: Floor, procedure: Procedure, calendar: Calendar) -> "pyarrow.Table":
    """The log's rows in their order, as an Arrow table with the columns COLUMNS: warm-up and drain days included."""
    import pyarrow

    rows = log.rows
    kind, step = rows["kind"], rows["step"]
    alarm, closed = kind == ALARMED, kind == CLOSED
    epoch = int(moment_at(calendar, 0).timestamp())
    filings = rows[kind == FILED]
    filed = np.full(len(workload), NEVER)
    filed[filings["refund"]] = filings["time"]
    reported = (filed >= 0) & (filed < day_start(calendar, calendar.days))
    columns = {
        "time": pyarrow.array(rows["time"]),
        "wall_clock": pyarrow.array(((rows["time"] + epoch) * 1_000).astype("M8[ms]"), pyarrow.timestamp("ms", tz=calendar.zone)),
        "refund": pyarrow.array(workload.refunds["number"][rows["refund"]]),
        "row": pyarrow.array(rows["refund"]),
        "reported": pyarrow.array(reported[rows["refund"]]),
        "only_asks": pyarrow.array(workload.refunds["only_asks"][rows["refund"]] == 1),
        "item": pyarrow.array(rows["item"]),
        "event": _named(kind, KINDS),
        "step": _named(np.where(alarm | closed, -1, step), [each.name for each in procedure.steps]),
        "alarm": _named(np.where(alarm, step, -1), procedure.alarms),
        "outcome": _named(np.where(closed, step, -1), procedure.outcomes),
        "pool": _named(rows["pool"], floor.names),
        "line": _named(rows["line"], floor.line_names),
        "group": _named(rows["group"], floor.group_names),
        "slot": _named(rows["slot"], floor.slot_names),
        "handoff": _named(rows["handoff"], HANDOFF_KINDS),
    }
    schema = pyarrow.schema([pyarrow.field(name, array.type, metadata={"about": COLUMNS[name]}) for name, array in columns.items()])
    return pyarrow.Table.from_arrays(list(columns.values()), schema=schema)


def parquet_bytes(table: "pyarrow.Table", manifest: dict[str, Any]) -> bytes:
    """A table as a Parquet file that carries the run's manifest in its own metadata (key `refund_desk`)."""
    import json

    import pyarrow.parquet

    told = {**(table.schema.metadata or {}), b"refund_desk": json.dumps(manifest, ensure_ascii=False, sort_keys=True).encode()}
    stream = io.BytesIO()
    pyarrow.parquet.write_table(table.replace_schema_metadata(told), stream, compression="zstd")
    return stream.getvalue()


def _named(codes: np.ndarray, names: Any) -> "pyarrow.DictionaryArray[Any, Any]":
    """Numbers as words of a dictionary; below 0 = null."""
    import pyarrow

    places: Any = pyarrow.array(codes.astype(np.int32), mask=codes < 0)
    return pyarrow.DictionaryArray.from_arrays(places, pyarrow.array(list(names), pyarrow.string()))
