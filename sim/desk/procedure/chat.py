"""No refund request at all: the platform's gate is closed, and a buyer who wanted a refund asks in the shop's chat instead."""

from typing import Any

from sim.desk.actions import Action, done
from sim.desk.procedure.acts import answer_beside
from sim.desk.steps import CHAT, CHAT_ANSWERED, TOLD_IN_CHAT


def chat(step: int, state: Any, tables: Any, now: int) -> Action:
    """Answered like an enquiry, by the agents of unshipped orders. No clock runs, and nothing is written into the ledger."""
    if step == CHAT:
        state.handled = 1
        state.online = 1
        return answer_beside(TOLD_IN_CHAT, now, state, tables, now)
    # TOLD_IN_CHAT
    return done(CHAT_ANSWERED)
