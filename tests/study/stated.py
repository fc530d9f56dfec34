"""A scenario's desk with requests from stated figures: for claims about shares of paths and skill cells that orders do not give."""

from sim.scenario import Scenario
from sim.scenario.schema import Price, Shares, Stated


def on_stated_figures(scenario: Scenario, per_day: float = 600.0) -> Scenario:
    """The scenario, its orders put aside: `per_day` requests on an ordinary day, at the hours of its orders, of an apparel shop's mix,
    and of all skill cells in the shares of the field."""
    orders, _, _ = scenario.by_orders
    stated = Stated(per_day=per_day, by_hour=orders.by_hour, burst=5.3, amount=Price(mean=orders.amount.mean, sd=orders.amount.sd))
    shares = Shares(path_1=0.40, path_2=0.08, path_3=0.07, path_4=0.45)
    return scenario.model_copy(update={"demand": scenario.demand.model_copy(update={"orders": None, "stated": stated, "shares": shares})})
