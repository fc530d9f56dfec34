"""What a run answers, as people read it: a sentence, six figures, a line to check by hand, tables. Terminal and page show the same."""

from dataclasses import dataclass, field

GOOD, BAD, PLAIN = "good", "bad", "plain"
"""How a figure is to be taken: as hoped, alarming, or as it is."""


@dataclass(frozen=True)
class Figure:
    """One of the six figures of the first screen: name, value with its unit, a few words beside it."""

    name: str
    value: str
    about: str = ""
    state: str = PLAIN


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading with the unit, whether it holds numbers (set to the right), and whether it can be spared.

    What can be spared is left out where there is little room (a narrow terminal).
    """

    title: str
    number: bool = True
    spare: bool = False


@dataclass(frozen=True)
class Table:
    """A table: key (unique), title, what it shows, columns, rows of text, and the cells that alarm as (row, column)."""

    key: str
    title: str
    about: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    alarms: frozenset[tuple[int, int]] = frozenset()
    nothing: str = ""
    """What is said instead where there is no row."""


@dataclass(frozen=True)
class Answer:
    """The whole answer of a run.

    sentence: what a manager must know first; `state` says whether it alarms. by_hand: the sum that anybody can check.
    notes: how far the figures go. tables: in the order in which they are read.
    """

    title: str
    period: str
    sentence: str
    state: str
    figures: tuple[Figure, ...]
    by_hand: str
    notes: tuple[str, ...]
    tables: tuple[Table, ...]
    made: tuple[tuple[str, str], ...] = field(default_factory=tuple)
    """How the report was made: what, and its value."""

    def table(self, key: str) -> Table | None:
        """The table of that key, if it is there."""
        return next((table for table in self.tables if table.key == key), None)
