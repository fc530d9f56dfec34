"""The luck of one case: named uniforms, each a function of (seed, case number, cell, name) and of nothing else."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from sim.demand.draws import uniforms

Choice = TypeVar("Choice")


class Luck:
    """Draws by name, so that a new one shifts no other. `seed` and `number` are those of the case, `kind` tells what is drawn."""

    def __init__(self, seed: int, number: int, kind: str) -> None:
        self.seed, self.number, self.kind = seed, number, kind

    def __call__(self, name: str) -> float:
        """A uniform in (0, 1)."""
        return float(uniforms(self.seed, self.number, f"trainer.{self.kind}.{name}", 1)[0])

    def chance(self, name: str, share: float) -> bool:
        """True in `share` (0-1) of all cases."""
        return self(name) < share

    def whole(self, name: str, low: int, high: int) -> int:
        """A whole number, `low` to `high`, both possible; `low` where the span is empty."""
        return min(low + int(self(name) * max(high - low + 1, 1)), max(low, high))

    def pick(self, name: str, choices: Sequence[Choice]) -> Choice:
        """One of several, equally likely."""
        return choices[min(int(self(name) * len(choices)), len(choices) - 1)]

    def weighted(self, name: str, weights: Mapping[Choice, float]) -> Choice:
        """One of several by their weights (any sum above 0)."""
        left = self(name) * sum(weights.values())
        for choice, weight in weights.items():
            left -= weight
            if left < 0:
                return choice
        return list(weights)[-1]
