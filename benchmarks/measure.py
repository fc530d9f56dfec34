"""Interleaved repetitions: each round runs every peer once, so that a busy machine is busy for all of them."""

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.station import Draws

Runner = Callable[[Draws], tuple[float, float]]


@dataclass(frozen=True)
class Row:
    """One line of the table. floor, aim: `at_most` turns them round; None = told, not judged."""

    name: str
    value: float | None
    unit: str = "×"
    floor: float | None = None
    aim: float | None = None
    at_most: bool = False
    note: str = ""

    @property
    def holds(self) -> bool | None:
        if self.value is None or self.floor is None:
            return None
        return self.value <= self.floor if self.at_most else self.value >= self.floor


def rounds_of(runners: Mapping[str, Runner], drawn: Draws, rounds: int) -> dict[str, list[float]]:
    """Seconds of each runner in each round; all must find the same mean wait, or they did not do the same work.

    cimba stops at the last arrival, so its mean lacks those still waiting then: 0.5 % is allowed.
    """
    seconds: dict[str, list[float]] = {name: [] for name in runners}
    for number in range(rounds + 1):
        waits = {}
        for name, runner in runners.items():
            took, waits[name] = runner(drawn)
            if number:  # the first round warms up
                seconds[name].append(took)
        least, most = min(waits.values()), max(waits.values())
        if most - least > 0.005 * most:
            raise RuntimeError(f"the peers did not serve the same customers: mean waits in seconds {waits}")
    return seconds


def ratio(seconds: Mapping[str, list[float]], ours: str, peer: str) -> float:
    """How many times faster ours is: the median over rounds of the ratio within a round."""
    return statistics.median(theirs / own for own, theirs in zip(seconds[ours], seconds[peer], strict=True))


def per_second(seconds: Mapping[str, list[float]], name: str, customers: int) -> float:
    return customers / statistics.median(seconds[name])
