"""What the command says beside its result: sentences and progress, always on stderr and never as markup."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sim.errors import BadInput, each_problem
from sim.report.untrusted import LONGEST, harmless, in_a_line
from sim.words import _

Progress = Callable[[int, int], None]
"""Told how much is done, of how much."""


def say(text: str) -> None:
    """One sentence for people."""
    sys.stderr.write(harmless(text) + "\n")
    sys.stderr.flush()


def say_bad_input(error: BadInput) -> None:
    """Every problem on its own line; how many, if there are several."""
    problems = each_problem(error)
    for problem in problems:
        say(in_a_line(problem.text(_), LONGEST))
    if len(problems) > 1:
        say(_("{count} problems in all.").format(count=len(problems)))


class Announcer:
    """Tells that the fast engine is being compiled, and how long it took; called once before and once after."""

    def __init__(self) -> None:
        self.begun = 0.0

    def __call__(self, _text: str) -> None:
        if not self.begun:
            self.begun = time.perf_counter()
            say(_("Compiling the fast engine, once after each change of the program (up to a minute) …"))
        else:
            say(_("Compiled in {seconds} s.").format(seconds=f"{time.perf_counter() - self.begun:.0f}"))


@contextmanager
def progress(what: str) -> Iterator[Progress]:
    """A bar on stderr while something long goes on; silent where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
