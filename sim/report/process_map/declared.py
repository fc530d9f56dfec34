"""What the declaration of the steps says: which arrows there are between steps that are shown, and what lies between two steps."""

from collections.abc import Iterable, Mapping, Sequence

from sim.desk.contract import Step

OVER = -1
"""In place of a step: the refund is closed."""

Chain = tuple[str, ...]
"""Names of steps that follow each other: the first and the last are shown, those between are passed through."""


def visible_arrows(
    steps: Iterable[Step], hidden: Iterable[str], again: Mapping[str, str] | None = None
) -> dict[tuple[str, str], tuple[Chain, ...]]:
    """Every declared arrow between steps that are shown, hidden ones passed through, with the chains of steps it stands for.

    again: detours that lead back to where they came from, by their first step their last one: each becomes an arrow from the step that
    takes it to itself.
    """
    declared = {step.name: step.then for step in steps}
    found: dict[tuple[str, str], list[Chain]] = {}
    for away, back in (again or {}).items():
        for name in declared:
            if away in declared[name] and name in declared.get(back, ()):
                found[name, name] = [(name, away, back, name)]
        declared = {name: tuple(each for each in then if each != away) for name, then in declared.items() if name not in (away, back)}
    passed = frozenset(hidden)
    for start in [name for name in declared if name not in passed]:
        open_chains: list[Chain] = [(start,)]
        while open_chains:
            chain = open_chains.pop()
            for following in declared[chain[-1]]:
                if following not in declared or following in chain[1:]:
                    continue
                longer = (*chain, following)
                if following in passed:
                    open_chains.append(longer)
                else:
                    found.setdefault((start, following), []).append(longer)
    return {ends: tuple(sorted(chains, key=lambda chain: (len(chain), chain))) for ends, chains in found.items()}


def between(steps: Sequence[Step], start: int, end: int) -> tuple[int, ...]:
    """The steps on the shortest declared way from one step to another, at none of which anybody works; () where there is no way.

    `end` OVER stands for the nearest step from which nothing follows; that one is part of what lies between.
    """
    place = {step.name: at for at, step in enumerate(steps)}
    before: dict[int, int] = {}
    ways = [start]
    while ways:
        onward: list[int] = []
        for at in ways:
            for following in (place[name] for name in steps[at].then if name in place):
                if following in before:
                    continue
                before[following] = at
                if end == OVER and not steps[following].then:
                    return _back(before, start, following)
                if following == end:
                    return _back(before, start, at) if at != start else ()
                if not steps[following].by:
                    onward.append(following)
        ways = onward
    return ()


def _back(before: dict[int, int], start: int, last: int) -> tuple[int, ...]:
    """The steps after `start` up to `last`."""
    found = [last]
    while before[found[-1]] != start:
        found.append(before[found[-1]])
    return tuple(reversed(found))
