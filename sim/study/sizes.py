"""The doubt about how large a sale will be, and how good people are: outer draws, each with replications inside, told apart from luck.

A size that nobody knows is fixed ignorance: drawn anew in every replication it would look like luck, and its interval would shrink with
their number. So it is drawn outside; what is told is how the inner means lie over the outer draws, and more replications do not narrow it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.demand.order_curve import size_of
from sim.errors import BadInput, msgid
from sim.scenario.schema import Scenario
from sim.study.skill import doubtful_groups, slips_of

QUANTILES = {"low": 0.05, "mid": 0.5, "high": 0.95}
"""What is told of a figure over the sizes: the middle 90 % and the middle."""

LEAST_SIZES = 2
"""One size has no range."""


def check_sizes(sizes: int) -> None:
    """Raise BadInput for one size: it has no range. 0 = none are asked for."""
    if 0 < sizes < LEAST_SIZES:
        raise BadInput("is too small", field="--sizes", value=sizes, allowed=msgid("0, or {limit} or more"), limit=LEAST_SIZES)


def doubt_of(scenario: Scenario) -> float:
    """Standard deviation of the sale's size over what is expected; 0 where only the people's skill is in doubt. Raises BadInput where the
    scenario leaves no doubt about either."""
    orders = scenario.demand.orders
    spread = 0.0 if orders is None or not orders.sales else orders.spread
    if spread == 0 and not doubtful_groups(scenario):
        file, line = scenario.place("demand.orders.spread")
        raise BadInput(
            "the scenario leaves no doubt about a sale's size or about how good people are",
            file=file,
            line=line,
            field="demand.orders.spread",
            value=None if orders is None else orders.spread,
            allowed=msgid("orders with a sale and a spread above 0, or a group with judged requests"),
        )
    return spread


def over_sizes(documents: Sequence[dict[str, Any]], scenario: Scenario, seed: int) -> dict[str, Any]:
    """What the document of `run --json` says of the sizes: one joined document for each outer draw 0, 1, …

    A figure that one of them cannot give has null: the range of the others would be that of the lucky sizes.
    """
    kpis = {}
    for name in documents[0]["kpis"]:
        means = [document["kpis"][name]["mean"] for document in documents]
        kpis[name] = between(None if None in means else means)
    doubt = doubt_of(scenario)
    return {
        "count": len(documents),
        "spread": doubt,
        "drawn": [size_of(doubt, seed, size) for size in range(len(documents))],
        **({"slips": [slips_of(scenario, seed, size) for size in range(len(documents))]} if doubtful_groups(scenario) else {}),
        "share_between": QUANTILES["high"] - QUANTILES["low"],
        "kpis": kpis,
    }


def between(values: Sequence[float] | None) -> dict[str, float | None]:
    """The quantiles of a figure over the sizes; None where one of them has none."""
    return {key: None if values is None else float(np.quantile(values, at)) for key, at in QUANTILES.items()}
