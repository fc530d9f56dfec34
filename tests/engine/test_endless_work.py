"""Work of no seconds, done again and again by somebody on shift, never lets time move on: an error, and the same on both engines."""

import pytest

from sim.desk.compiled_engine import run_compiled
from sim.desk.contract import EndlessInstant
from sim.desk.simpy_engine import Desk
from sim.desk.toy import OP_WORK, TOY
from tests.engine.small_desks import SmallDesk

# Item 0 comes back to its own line for ever; refund 1 works 5 seconds a time, refund 0 none.
LOOP = SmallDesk(refunds=[{"filed": 10, "work": [0]}, {"filed": 3, "work": [5]}], program={0: (OP_WORK, 0, 0, 0, 0, -1, 0, -1, 0, 0)})


def test_work_of_no_seconds_that_never_ends_is_named_on_the_simpy_engine() -> None:
    with pytest.raises(EndlessInstant, match=r"refund 0 .* last at step 0") as endless:
        Desk(*LOOP.parts(), TOY).run()
    assert (endless.value.refund, endless.value.step) == (0, 0)


def test_the_compiled_engine_says_the_same() -> None:
    with pytest.raises(EndlessInstant) as reference:
        Desk(*LOOP.parts(), TOY).run()
    with pytest.raises(EndlessInstant) as fast:
        run_compiled(*LOOP.parts(), TOY)
    assert str(fast.value) == str(reference.value)
