"""Why a job could not be done, or not as it should: as plain values that stand in the database, from which a sentence is made in either
language."""

from collections.abc import Mapping
from typing import Any

from sim.errors import BadInput, BadInputs, each_problem
from sim.report import format
from sim.report.untrusted import harmless, in_a_line
from trainer_app.words import _

INPUT, ENDLESS, BROKEN, LOST, NOT_KEPT, UNEXPECTED = "input", "endless", "broken", "lost", "not_kept", "unexpected"

MOST_LISTED = 5
"""Broken invariants that are kept with a job; all of them are in the log."""

PLAIN = (str, int, float, bool)


def of_error(error: BaseException) -> dict[str, Any]:
    """What is kept of an error that ended a job."""
    from sim.desk.contract import EndlessInstant

    if isinstance(error, BadInput):
        return {"kind": INPUT, "problems": [_of_bad_input(each) for each in each_problem(error)]}
    if isinstance(error, EndlessInstant):
        return {"kind": ENDLESS, "refund": error.refund, "step": error.step, "time": error.time}
    return {"kind": UNEXPECTED, "error": type(error).__name__}


def of_broken(violations: list[str]) -> dict[str, Any]:
    """What is kept of runs that broke what must hold of any run."""
    return {"kind": BROKEN, "count": len(violations), "some": violations[:MOST_LISTED]}


def of_lost(restarts: int) -> dict[str, Any]:
    """What is kept of a job over which a worker was lost again and again."""
    return {"kind": LOST, "times": restarts}


def of_not_kept() -> dict[str, Any]:
    """A note with a job that goes on: its replications cannot be kept on the disk."""
    return {"kind": NOT_KEPT}


def problem_text(problem: Mapping[str, Any]) -> str:
    """The problem as sentences in the language spoken now, harmless to show as text."""
    kind = problem.get("kind")
    if kind == INPUT:
        return harmless(_bad_input(problem["problems"]).text(_))
    if kind == ENDLESS:
        told = _("A request took more than 1,000 steps without any time passing ({when} after the start): what is asked for has no end.")
        return told.format(when=format.duration(problem["time"]))
    if kind == BROKEN:
        told = _("The simulation broke what must hold of any run ({count} times), so its figures are not shown. First: {first}")
        return told.format(count=format.count(problem["count"]), first=in_a_line(next(iter(problem["some"]), "")))
    if kind == LOST:
        return _("The calculation ended without a word {times} times, perhaps for want of memory; it is not tried again by itself.").format(
            times=problem["times"]
        )
    if kind == NOT_KEPT:
        return _("The disk takes no more: the figures are right, but what is simulated cannot be kept.")
    return _("Something went wrong in the calculation ({error}). It has been written to the log; asking once more tries again.").format(
        error=in_a_line(str(problem.get("error", "")))
    )


def _of_bad_input(error: BadInput) -> dict[str, Any]:
    return {
        "template": error.template,
        "values": {name: value if isinstance(value, PLAIN) else str(value) for name, value in error.values.items()},
        "field": error.field,
        "value": error.value if isinstance(error.value, PLAIN) else None,
        "allowed": list(error.allowed) if isinstance(error.allowed, tuple) else error.allowed,
        "nearest": error.nearest,
    }


def _bad_input(problems: list[Mapping[str, Any]]) -> BadInput:
    found = [_again(**each) for each in problems]
    return found[0] if len(found) == 1 else BadInputs(found)


def _again(template: str, values: Mapping[str, Any], **place: Any) -> BadInput:
    """The error as it was."""
    return BadInput(template, **place, **values)
