"""Which rules of the decision tables decided something, how often, and which never did."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.measure.curves import Records
from sim.rules.masks import BITS, masks


@dataclass(frozen=True)
class RuleUse:
    """A rule, its skill cell, and how many requests it decided something for."""

    id: str
    cell: str
    requests: int


@dataclass(frozen=True)
class Coverage:
    """Every rule in the order of the tables; requests: how many were looked at."""

    rules: tuple[RuleUse, ...]
    requests: int

    @property
    def share(self) -> float:
        """Share 0-1 of the rules that decided something at least once."""
        return sum(rule.requests > 0 for rule in self.rules) / len(self.rules)

    @property
    def never(self) -> tuple[RuleUse, ...]:
        """The rules that decided nothing."""
        return tuple(rule for rule in self.rules if not rule.requests)

    @property
    def cells_never(self) -> tuple[str, ...]:
        """The skill cells none of whose rules decided anything, in the order of the tables."""
        met = {rule.cell for rule in self.rules if rule.requests}
        return tuple(dict.fromkeys(rule.cell for rule in self.rules if rule.cell not in met))


def coverage(ledgers: Iterable[Records]) -> Coverage:
    """What the rules decided over the ledgers of one or several runs (`log.ledger`, or the records of Outcomes)."""
    rules = masks().rules
    found = np.zeros(len(rules), np.int64)
    requests = 0
    for ledger in ledgers:
        requests += len(ledger)
        for number in range(len(rules)):
            found[number] += np.count_nonzero(ledger["rules"][:, number // BITS] >> (number % BITS) & 1)
    return Coverage(tuple(RuleUse(rule.id, rule.cell, int(count)) for rule, count in zip(rules, found, strict=True)), requests)
