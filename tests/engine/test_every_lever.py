"""Both engines tell the same of the refund procedure, event for event, on random scenarios with every lever drawn."""

import numpy as np
import pytest

from sim.desk.log import Log, first_difference
from sim.desk.procedure import PROCEDURE
from sim.desk.records import WAITING
from sim.desk.simulate import run_desk
from sim.desk.steps import STEPS
from tests.engine.random_scenarios import UNTIL, random_scenario

BLOCK = 20
IN_TEST, IN_PROOF = 100, 2_000


def assert_equal_on(seeds: range) -> list[Log]:
    logs = []
    for seed in seeds:
        drawn = random_scenario(seed)
        slow = run_desk(drawn.refunds, drawn.floor, drawn.tables, UNTIL, "simpy", PROCEDURE)
        fast = run_desk(drawn.refunds, drawn.floor, drawn.tables, UNTIL, "compiled", PROCEDURE)
        difference = first_difference(slow, fast)
        assert difference is None, f"scenario {seed}: {difference}"
        logs.append(fast)
    return logs


@pytest.mark.parametrize("first", range(0, IN_TEST, BLOCK))
def test_both_engines_write_the_same_log_whatever_the_levers(first: int) -> None:
    logs = assert_equal_on(range(first, first + BLOCK))
    worked = set(np.concatenate([log.rows["step"][(log.rows["line"] >= 0) | (log.rows["kind"] == WAITING)] for log in logs]).tolist())
    missing = {step.name for number, step in enumerate(STEPS) if step.by and number not in worked}
    assert not missing, f"on the random scenarios {first}… nobody ever had this to do: {missing}"


@pytest.mark.proof
@pytest.mark.parametrize("first", range(IN_TEST, IN_TEST + IN_PROOF, 5 * BLOCK))
def test_both_engines_write_the_same_log_on_many_more_scenarios(first: int) -> None:
    assert_equal_on(range(first, first + 5 * BLOCK))
