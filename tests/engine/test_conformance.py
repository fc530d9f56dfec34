"""Both engines, the same desk: equal logs event for event, on random desks that use everything an engine can do."""

from collections.abc import Callable

import numpy as np
import pytest

from sim.desk.compiled_engine import run_compiled
from sim.desk.contract import EndlessInstant
from sim.desk.log import Log, first_difference
from sim.desk.records import KINDS
from sim.desk.simpy_engine import Desk
from sim.desk.toy import TOY
from tests.engine.random_desks import RandomDesk, random_desk

BLOCK = 50
IN_TEST, IN_PROOF = 600, 3000


def on_simpy(desk: RandomDesk, ties: np.ndarray | None = None) -> Log:
    reference = Desk(desk.refunds, desk.floor, desk.tables, TOY, ties)
    reference.run(desk.until)
    return reference.log(desk.until)


def log_or_error(run: Callable[[], Log]) -> Log | str:
    try:
        return run()
    except EndlessInstant as endless:
        return str(endless)


def assert_equal_on(seeds: range) -> np.ndarray:
    """Compare both engines on these desks; returns how many rows of each kind there were."""
    kinds = np.zeros(len(KINDS), np.int64)
    for seed in seeds:
        desk = random_desk(seed)
        slow = log_or_error(lambda desk=desk: on_simpy(desk))  # type: ignore[misc]
        fast = log_or_error(lambda desk=desk: run_compiled(desk.refunds, desk.floor, desk.tables, TOY, desk.until))  # type: ignore[misc]
        if isinstance(slow, str) or isinstance(fast, str):
            assert slow == fast, f"desk {seed}"
            continue
        difference = first_difference(slow, fast)
        assert difference is None, f"desk {seed}: {difference}"
        kinds += np.bincount(slow.rows["kind"], minlength=len(KINDS))
    return kinds


@pytest.mark.parametrize("first", range(0, IN_TEST, BLOCK))
def test_both_engines_write_the_same_log(first: int) -> None:
    kinds = assert_equal_on(range(first, first + BLOCK))
    missing = [name for name, count in zip(KINDS, kinds, strict=True) if count == 0]
    assert not missing, f"the random desks {first}… never had a row of kind {missing}"


@pytest.mark.proof
@pytest.mark.parametrize("first", range(IN_TEST, IN_TEST + IN_PROOF, 5 * BLOCK))
def test_both_engines_write_the_same_log_on_many_more_desks(first: int) -> None:
    assert_equal_on(range(first, first + 5 * BLOCK))
