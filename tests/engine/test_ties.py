"""No result hangs on the order in which refunds of one instant are taken in phase one."""

import numpy as np
import pytest

from sim.desk.contract import EndlessInstant
from sim.desk.log import Log
from sim.desk.records import BEGAN
from sim.desk.simpy_engine import Desk
from sim.desk.toy import TOY
from tests.engine.random_desks import RandomDesk, random_desk


def run(desk: RandomDesk, ties: np.ndarray | None = None) -> Log:
    reference = Desk(desk.refunds, desk.floor, desk.tables, TOY, ties)
    reference.run(desk.until)
    return reference.log(desk.until)


def canonical(log: Log) -> np.ndarray:
    """Rows by time and refund; those of one refund in one instant stay as they were written."""
    return log.rows[np.lexsort((np.arange(len(log)), log.rows["refund"], log.rows["time"]))]


@pytest.mark.parametrize("first", range(0, 100, 25))
def test_shuffling_ties_of_phase_one_changes_nothing_but_the_order_of_rows(first: int) -> None:
    moved = 0
    for seed in range(first, first + 25):
        desk = random_desk(seed)
        try:
            as_numbered = run(desk)
        except EndlessInstant:
            continue
        for shuffle in range(2):
            shuffled = run(desk, np.random.default_rng([seed, shuffle]).permutation(len(desk.refunds)))
            assert np.array_equal(canonical(as_numbered), canonical(shuffled)), f"desk {seed}"
            assert np.array_equal(as_numbered.ledger, shuffled.ledger), f"desk {seed}"
            moved += int(not np.array_equal(as_numbered.rows, shuffled.rows))
    assert moved > 5, "hardly a row moved, so nothing was shown"


def test_sorting_rows_hides_no_difference_in_who_was_taken_when() -> None:
    """The test above can fail: one row told of another slot is seen."""
    log = run(random_desk(3))
    rows = log.rows.copy()
    rows["slot"][np.flatnonzero(rows["kind"] == BEGAN)[0]] += 1
    assert not np.array_equal(canonical(log), canonical(Log(rows, log.ledger.copy(), log.until, log.engine)))
