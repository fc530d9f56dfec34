import io

import numpy as np
import pyarrow.parquet

from sim.desk.procedure import PROCEDURE
from sim.report.event_log import COLUMNS, event_table, parquet_bytes
from sim.study.replicate import Replicated


def test_the_table_holds_every_event_of_the_log(run: Replicated) -> None:
    first = run.first
    table = event_table(first.log, first.workload, first.floor, PROCEDURE, run.scenario.calendar)
    assert table.schema.names == list(COLUMNS)
    assert np.array_equal(table["time"].to_numpy(), first.log.rows["time"])
    assert np.array_equal(table["row"].to_numpy(), first.log.rows["refund"])
    assert np.array_equal(table["refund"].to_numpy(), first.workload.refunds["number"][first.log.rows["refund"]])
    nobody = np.asarray(first.log.rows["slot"]) < 0
    assert table["slot"].null_count == nobody.sum()


def test_the_file_carries_its_manifest(run: Replicated) -> None:
    first = run.first
    table = event_table(first.log, first.workload, first.floor, PROCEDURE, run.scenario.calendar)
    content = parquet_bytes(table, {"seed": 0})
    assert content == parquet_bytes(table, {"seed": 0})
    read = pyarrow.parquet.read_table(io.BytesIO(content))
    assert read.schema.metadata[b"refund_desk"] == b'{"seed": 0}'
    assert read.equals(table)
