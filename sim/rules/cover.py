"""Proof that a list of rules is whole: which facts reach a rule, and whether any are left that reach none.

A condition is a box: for some facets the values allowed, all others free. As facets are finite, the question "is there a point in
this box outside those?" is answered exactly, by cutting the box along the facets of each of the others in turn.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Box = Mapping[str, frozenset[Any]]
"""Facet → values allowed; a facet that is not named is free."""


def outside(box: Box, others: Sequence[Box], domains: Mapping[str, tuple[Any, ...]]) -> dict[str, Any] | None:
    """A point of `box` that lies in none of `others` (every facet named, first values of the domain preferred), or None."""
    whole = {name: frozenset(values) for name, values in domains.items()} | dict(box)
    found = _cut(whole, sorted(others, key=len))
    if found is None:
        return None
    return {name: next(value for value in values if value in found[name]) for name, values in domains.items()}


def _cut(box: dict[str, frozenset[Any]], others: Sequence[Box]) -> dict[str, frozenset[Any]] | None:
    for place, other in enumerate(others):
        if any(not box[name] & allowed for name, allowed in other.items()):
            continue  # they do not meet
        for name, allowed in other.items():
            rest = box[name] - allowed
            found = _cut({**box, name: rest}, others[place + 1 :]) if rest else None
            if found is not None:
                return found
        return None
    return box
