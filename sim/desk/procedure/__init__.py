"""What happens to a refund, step by step: the four paths, in the order of the article.

Deterministic functions that write nothing but the refund's own state; they run as plain Python and compile with numba. Only
+ - x /, comparison, min, max, bits and rounding int(x + 0.5). A step is first asked where it leads (`advance`); work is timed only
when somebody takes it (`begin`), for only then are the group and the waited time known; clocks go off in any state (`alarm`).
What is right is not decided here: `seen` puts what the desk can see before the decision tables, and `judge` does what they say.
"""

from typing import Any

from sim.desk.actions import Action
from sim.desk.contract import Procedure
from sim.desk.procedure.arrive import arrive
from sim.desk.procedure.chat import chat
from sim.desk.procedure.clocks import alarm
from sim.desk.procedure.path_1 import path_1
from sim.desk.procedure.path_2 import path_2
from sim.desk.procedure.path_3 import path_3
from sim.desk.procedure.path_4 import path_4
from sim.desk.procedure.settle import settle
from sim.desk.procedure.work import begin
from sim.desk.steps import A_SELLER_CLOCK, ACCEPTS_REFUSAL, ALARM_NAMES, END_SIDE, FILE, HELD, JUDGE, LOST, OUTCOMES, SENT, STEPS


def advance(item: int, step: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
    """Where the refund goes from here."""
    if step <= JUDGE:
        return arrive(step, refund, state, tables, now)
    if step <= HELD:
        return path_1(step, refund, state, tables, now)
    if step <= LOST:
        return path_2(step, refund, state, tables, now)
    if step <= ACCEPTS_REFUSAL:
        return path_3(step, refund, state, tables, now)
    if step <= SENT:
        return path_4(step, refund, state, tables, now)
    if step <= END_SIDE:
        return settle(item, step, refund, state, tables, now)
    return chat(step, state, tables, now)


PROCEDURE = Procedure("refund", advance, begin, alarm, FILE, STEPS, ALARM_NAMES, OUTCOMES, (A_SELLER_CLOCK,))

__all__ = ["PROCEDURE", "advance", "alarm", "begin"]
