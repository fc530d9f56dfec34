"""An answer in the terminal: the sentence, six figures, the sum to check by hand, then tables."""

import sys
from typing import Literal, TextIO

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from sim.report.answer import BAD, GOOD, Answer, Figure, Table
from sim.report.untrusted import harmless
from sim.words import _

PLAIN_WIDTH = 120
"""Characters in a line where the output is no terminal."""

ROOM = 120
"""Characters from which on no column of a table is spared."""

STYLES = {BAD: "bold red", GOOD: "bold green"}


def show(answer: Answer, stream: TextIO | None = None) -> None:
    """Print an answer. Nothing in it is read as markup: all text is set as Rich `Text`."""
    out = stream or sys.stdout
    console = Console(file=out, highlight=False, markup=False, emoji=False, width=None if out.isatty() else PLAIN_WIDTH)
    console.print(_plain(answer.title, "dim"))
    console.print(_plain(answer.period, "dim"))
    console.print()
    console.print(_plain(answer.sentence, STYLES.get(answer.state, "bold")))
    console.print()
    console.print(_figures(answer.figures))
    if answer.by_hand:
        console.print()
        console.print(Text.assemble((_("Check it by hand:") + " ", "bold"), _plain(answer.by_hand)))
    for note in answer.notes:
        console.print(_plain(note, "dim"))
    for table in answer.tables:
        console.print()
        _print_table(table, console)


def show_table(table: Table, stream: TextIO | None = None) -> None:
    """Print a table by itself."""
    out = stream or sys.stdout
    _print_table(table, Console(file=out, highlight=False, markup=False, emoji=False, width=None if out.isatty() else PLAIN_WIDTH))


def _print_table(table: Table, console: Console) -> None:
    console.print(_plain(table.title, "bold"))
    console.print(_table(table, console.width >= ROOM) if table.rows else _plain(table.nothing or _("Nothing to show."), "dim"))


def _figures(figures: tuple[Figure, ...]) -> RichTable:
    grid = RichTable.grid(padding=(0, 2, 0, 0))
    for figure in figures:
        grid.add_row(_plain(figure.name), _plain(figure.value, STYLES.get(figure.state, "bold")), _plain(figure.about, "dim"))
    return grid


def _table(table: Table, roomy: bool) -> RichTable:
    shown = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim")
    places = [place for place, column in enumerate(table.columns) if roomy or not column.spare]
    for place in places:
        column = table.columns[place]
        words = [word for text in (column.title, *(row[place] for row in table.rows)) for word in text.split()]
        longest = max(map(cell_len, words), default=0)
        align: Literal["left", "right"] = "right" if column.number else "left"
        shown.add_column(_plain(column.title), justify=align, no_wrap=roomy and place == 0, min_width=longest)
    for at, row in enumerate(table.rows):
        shown.add_row(*(_plain(row[place], STYLES[BAD] if (at, place) in table.alarms else "") for place in places))
    return shown


def _plain(text: str, style: str = "") -> Text:
    return Text(harmless(text), style=style)
