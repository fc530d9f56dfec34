"""What the refunds cost the shop, by cause."""

from sim.measure.outcomes import MONEY, Outcomes
from sim.scenario.schema import Scenario

FEN = 100

CAUSES = ("compensation", "over_granted", "coupon", "freight", "recall", "premium", "fees", "reshipped", "lost")
"""Columns of the ledger that cost the shop money on top of labour. The refunded money itself is the buyer's, no cost, but for what was
granted beyond what was owed."""

if {*CAUSES, "refunded"} != set(MONEY):
    raise AssertionError(f"a column of the ledger in fen is no cause of cost: {set(MONEY) ^ {*CAUSES, 'refunded'}}")


def contact_cost(scenario: Scenario) -> int:
    """Fen for the named contact people of the reported days: one for each other side (carriers, warehouse) on which somebody is named."""
    named = scenario.policy.named_contact
    return (named.carrier + named.warehouse) * scenario.costs.contact_person * scenario.calendar.days


def costs(of: Outcomes, labour: float, contacts: float) -> dict[str, float]:
    """Yuan by cause: "labour" and "contacts" (given, in fen), those of CAUSES summed over the refunds, and "total"."""
    fen = {"labour": labour, "contacts": contacts, **{cause: float(int(of[cause].sum())) for cause in CAUSES}}
    return {**{cause: amount / FEN for cause, amount in fen.items()}, "total": sum(fen.values()) / FEN}
