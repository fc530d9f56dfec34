"""The compiled engine's code is plain Python as well: without numba it tells the same story, for who wants to step through it."""

import pytest

from sim.desk.compiled_engine import run_compiled
from sim.desk.log import first_difference
from sim.desk.toy import TOY
from tests.engine.random_desks import random_desk


@pytest.mark.parametrize("seed", [3, 8, 21])
def test_the_same_code_runs_as_python(seed: int) -> None:
    desk = random_desk(seed)
    plain = run_compiled(desk.refunds, desk.floor, desk.tables, TOY, desk.until, plain=True)
    assert first_difference(plain, run_compiled(desk.refunds, desk.floor, desk.tables, TOY, desk.until)) is None
