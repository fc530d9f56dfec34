"""The decision tables as bit masks: what compiled code reads, rule for rule the same as `decide`.

Every value of every facet has one bit in one of two words. A reading of facts sets exactly one bit per facet; a box of a rule fits if no
bit is set that the box does not allow. So a rule is looked up with two `and` operations a box, in machine code as in plain Python.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.rules.decide import tables
from sim.rules.facets import SETTLED, domains
from sim.rules.facts import Deadline, Response, Settings
from sim.rules.tables import PATHS, Rule

FIRST_WORD = ("reason", "goods", "buyer_says", "claim", "recall", "inquiry", "weight", "returned")
"""Facets whose bits lie in the first word; those of all others lie in the second."""

BITS = 62
"""Bits of a word in use: it stays a positive int64."""

RESPONSES = tuple(Response)
DEADLINES = tuple(Deadline)
"""Responses and deadlines by the numbers that masks hold."""


@cache
def shifts() -> dict[str, int]:
    """The place of each facet's first bit in its word; value `n` of the facet's domain has bit shift + n."""
    found: dict[str, int] = {}
    free = {True: 0, False: 0}
    for name, values in domains().items():
        first = name in FIRST_WORD
        found[name] = free[first]
        free[first] += len(values)
    if max(free.values()) > BITS:
        raise AssertionError(f"the facets need {free} bits, a word has {BITS}")
    return found


def words_of(reading: tuple[Any, ...]) -> tuple[int, int]:
    """The two words of a reading (one value per facet, in the order of `domains()`)."""
    first = second = 0
    for (name, values), value in zip(domains().items(), reading, strict=True):
        bit = 1 << (shifts()[name] + values.index(value))
        if name in FIRST_WORD:
            first |= bit
        else:
            second |= bit
    return first, second


def words_of_settings(settings: Settings) -> int:
    """The bits that the shop's settings set, all of them in the second word."""
    chosen = {name: getattr(settings, name) for name in SETTLED}
    return sum(1 << (shifts()[name] + SETTLED[name].index(value)) for name, value in chosen.items())


@dataclass(frozen=True)
class Masks:
    """One row per box of a rule, the paths one after another, in the order of the tables; arrays are read-only.

    begin: first row of each path (index path - 1). first, second: bits that must not be set. rule: place in `rules`.
    response, deadline: places in RESPONSES and DEADLINES.
    """

    rules: tuple[Rule, ...]
    begin: NDArray[np.int64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    rule: NDArray[np.int64]
    response: NDArray[np.int64]
    deadline: NDArray[np.int64]

    def row_for(self, path: int, words: tuple[int, int]) -> int:
        """The first row of a path's that fits."""
        at = int(self.begin[path - 1])
        while words[0] & int(self.first[at]) or words[1] & int(self.second[at]):
            at += 1
        return at


@cache
def masks() -> Masks:
    """The masks of the tables as shipped."""
    rules = tuple(rule for path in PATHS for rule in tables()[path].rules)
    rows: list[tuple[int, int, int, int, int]] = []
    begin: list[int] = []
    for path in PATHS:
        begin.append(len(rows))
        for number, rule in enumerate(rules):
            if rule.path == path:
                for box in rule.when:
                    rows.append((*_forbidden(box), number, RESPONSES.index(rule.response), DEADLINES.index(rule.deadline)))
    columns = np.array(rows, np.int64).T.copy()
    found = Masks(rules, np.array(begin, np.int64), *columns)
    for array in (found.begin, found.first, found.second, found.rule, found.response, found.deadline):
        array.flags.writeable = False
    return found


def _forbidden(box: Any) -> tuple[int, int]:
    first = second = 0
    for name, allowed in box.items():
        for place, value in enumerate(domains()[name]):
            if value not in allowed:
                bit = 1 << (shifts()[name] + place)
                if name in FIRST_WORD:
                    first |= bit
                else:
                    second |= bit
    return first, second
