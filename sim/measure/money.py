"""What the refunds cost the shop, by cause."""

from sim.measure.outcomes import Outcomes

CAUSES = ("compensation", "coupon", "freight", "lost")
"""Columns of the ledger that cost the shop money on top of labour: compensation and coupons paid, return freight and recall fees,
goods gone although the money was refunded. The refunded money itself is the buyer's, no cost."""

FEN = 100


def costs(of: Outcomes, labour: float) -> dict[str, float]:
    """Yuan by cause: "labour" (given, in fen), those of CAUSES summed over the refunds, and "total"."""
    fen = {"labour": labour, **{cause: float(int(of[cause].sum())) for cause in CAUSES}}
    return {**{cause: amount / FEN for cause, amount in fen.items()}, "total": sum(fen.values()) / FEN}
