"""`refund-desk trace`: one refund's story in the terminal."""

import sys
from functools import reduce
from typing import TYPE_CHECKING

from sim.cli.places import Asked, loaded, whole_number
from sim.cli.speak import progress
from sim.errors import BadInput, msgid
from sim.report import format
from sim.report.untrusted import harmless
from sim.words import _

if TYPE_CHECKING:
    from sim.demand.workload import Workload
    from sim.report.story import Story
    from sim.scenario.schema import Scenario

BY_ROW = "row:"
LONGEST_NUMBER = 19
"""Digits that are surely more than any refund's number has."""

STYLES = {"happened": "", "waited": "dim", "late": "bold red", "clock": "yellow", "hidden": "italic dim", "rule": "green"}
MUTED = "dim"


def trace_refund(asked: Asked, seed: int, refund: str) -> None:
    """Print the story of one refund. Raises BadInput for a refund that is none of the workload's."""
    from sim.demand.replay import draw_workload
    from sim.report.story import tell
    from sim.report.watched import watch

    scenario = loaded(asked)
    workload = draw_workload(scenario, seed)
    row = row_of(workload, refund)
    with progress(_("Running the reference engine")) as tick:
        watched = watch(workload, scenario, {row}, lambda share: tick(int(1_000 * share), 1_000))
    show(tell(scenario, workload, row, watched), scenario)


def row_of(workload: "Workload", refund: str) -> int:
    """The row of a refund named by its number, or as row:N. Raises BadInput with the range."""
    import numpy as np

    numbers = workload.refunds["number"]
    if refund.startswith(BY_ROW):
        return whole_number(refund.removeprefix(BY_ROW), "REFUND", 0, len(numbers) - 1)
    first = numbers[workload.refunds["second"] == 0]
    least, most = int(first.min()), int(first.max())

    def wrong(template: str) -> BadInput:
        allowed = msgid("a number from {first} to {last}, or row:0 to row:{rows}")
        return BadInput(template, field="REFUND", value=refund, allowed=allowed, first=least, last=most, rows=len(numbers) - 1)

    if not (refund.isascii() and refund.isdigit()):
        raise wrong(msgid("is not a refund's number"))
    number = int(refund[:LONGEST_NUMBER])
    found = np.flatnonzero(numbers == number)
    if len(found) and len(refund) < LONGEST_NUMBER:
        return int(found[0])
    if workload.left_out and least < number < most:  # a history's own numbers have no gaps
        raise wrong(msgid("is a refund that a machine paid at once, or one outside the scenario's days: nobody worked on it"))
    raise wrong(msgid("there is no refund of that number"))


def show(story: "Story", scenario: "Scenario") -> None:
    """The story as text: what was filed, a line per event under the day it happened on, and the end."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from sim.scenario.calendar import moment_at

    console = Console(file=sys.stdout, highlight=False, soft_wrap=False)
    console.print(Text(_("Refund {number}").format(number=story.number), style="bold"))
    for text in story.opening:
        console.print(Text(harmless(text)))
    if story.hidden:
        unseen = reduce(lambda first, second: _("{first} {second}").format(first=first, second=second), story.hidden)
        console.print(Text(harmless(_("What nobody at the desk can see: {what}").format(what=unseen)), style=STYLES["hidden"]))
    day = None
    for line in story.lines:
        when = moment_at(scenario.calendar, line.time)
        if when.date() != day:
            day = when.date()
            console.print()
            console.print(Text(format.day_named(day), style="bold"))
        row = Table.grid(padding=(0, 2, 0, 0))
        told = Text(harmless(line.text), style=STYLES[line.kind])
        if line.reference:
            told = Text.assemble(told, ("  " + harmless(line.reference), MUTED))
        row.add_row(Text(""), Text(format.clock(when, seconds=True), style="cyan"), told)
        console.print(row)
    console.print()
    for text in story.ending:
        console.print(Text(harmless(text)))
