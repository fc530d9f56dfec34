"""What a procedure can ask of an engine. Each function returns the same seven whole numbers, so that plain Python and compiled code agree.

(kind, next step, line or item or outcome, key or until, give up at, step after giving up, handoff)
"""

from sim.demand.workload import NEVER
from sim.desk.records import DONE, END, GO_ON, GO_TO, JOIN, SIDE, WAIT, WORK

Action = tuple[int, int, int, int, int, int, int]


def work(step: int, line: int, key: int, give_up: int = NEVER, otherwise: int = -1, handoff: int = -1) -> Action:
    """Stand in a line until somebody works on it; then go on at `step`.

    `key` orders the line (smallest first; seconds as a rule) and is fixed now. At `give_up` (seconds since start) a
    case still in line goes to the step `otherwise`. With `handoff` >= 0 this is a question to another pool: asked
    when it joins the line, answered when the work is finished.
    """
    return WORK, step, line, key, give_up, otherwise, handoff


def wait(step: int, until: int) -> Action:
    """Go on at `step` at the time `until` (seconds since start); at once if that has passed."""
    return WAIT, step, 0, until, NEVER, -1, -1


def join(step: int) -> Action:
    """Go on at `step` when the refund has no other open item."""
    return JOIN, step, 0, 0, NEVER, -1, -1


def side(step: int, side_step: int) -> Action:
    """Open a side item that starts at `side_step`; this item goes on at `step` at once.

    When all items of the refund are taken, no side item is opened.
    """
    return SIDE, step, side_step, 0, NEVER, -1, -1


def end() -> Action:
    """This side item is over (for item 0: an error of the procedure)."""
    return END, -1, 0, 0, NEVER, -1, -1


def done(outcome: int, again_at: int = NEVER) -> Action:
    """The refund is over. Its other items leave their lines; a reserved second application is filed at `again_at`."""
    return DONE, -1, outcome, again_at, NEVER, -1, -1


def go_on() -> Action:
    """An alarm changes nothing about where the refund is."""
    return GO_ON, -1, 0, 0, NEVER, -1, -1


def go_to(step: int) -> Action:
    """An alarm sends item 0 to `step`: it leaves its line or wait; work under way is finished first."""
    return GO_TO, step, 0, 0, NEVER, -1, -1


def at_once(step: int) -> Action:
    """Go on at `step` now."""
    return WAIT, step, 0, -NEVER, NEVER, -1, -1
