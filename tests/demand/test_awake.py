"""When buyers are about: waits run by the hours of orders, keep their length in whole days, and never end early."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.demand.awake import awake
from sim.demand.replay import draw_workload
from sim.rules.path import path_of
from sim.scenario import Scenario
from sim.scenario.units import DAY, HOUR

from .conftest import with_orders

BY_HOUR = (3.7, 1.9, 1.2, 0.7, 0.5, 0.4, 0.9, 2.0, 3.1, 4.6, 6.0, 5.9, 4.9, 4.8, 5.4, 6.1, 5.3, 4.3, 4.5, 5.5, 7.1, 7.9, 7.6, 5.9)
SINCE = st.integers(-13 * DAY, 12 * DAY)
WAIT = st.integers(0, 20 * DAY)


@settings(deadline=None)
@given(SINCE, WAIT, WAIT)
def test_a_wait_never_ends_before_it_begins_and_the_longer_of_two_never_sooner(sale: Scenario, since: int, one: int, other: int) -> None:
    clock = awake(with_orders(sale, by_hour=BY_HOUR))
    ends = clock.later(np.array([since, since]), np.array(sorted((one, other))))
    assert since <= ends[0] <= ends[1]


@settings(deadline=None)
@given(st.integers(-13 * DAY, 2 * DAY), st.integers(0, 8))
def test_a_wait_of_whole_days_ends_at_the_time_of_day_at_which_it_began(shop: Scenario, since: int, days: int) -> None:
    clock = awake(with_orders(shop, by_hour=BY_HOUR))
    assert abs(clock.later(np.array([since]), np.array([days * DAY]))[0] - since - days * DAY) <= 1


def test_where_all_hours_are_alike_a_wait_is_as_long_as_it_says(shop: Scenario) -> None:
    since, wait = np.arange(-DAY, DAY, 977), np.full(len(np.arange(-DAY, DAY, 977)), 5 * HOUR)
    assert np.array_equal(awake(shop).later(since, wait), since + wait)


def test_who_waits_through_the_night_asks_in_the_morning(shop: Scenario) -> None:
    clock = awake(with_orders(shop, by_hour=BY_HOUR))
    late = clock.later(np.full(1_000, DAY + HOUR), np.linspace(0, 6 * HOUR, 1_000).astype(np.int64)) % DAY // HOUR
    assert np.isin(late, (3, 4, 5)).mean() < 0.35
    assert np.isin(late, range(7, 12)).mean() > 0.3


def test_only_those_who_bought_at_the_sale_are_up_for_it(sale: Scenario) -> None:
    """Returns of earlier orders do not come at midnight because others buy then."""
    scenario = with_orders(sale, by_hour=BY_HOUR)
    refunds = draw_workload(scenario, 1).refunds
    first = refunds[(refunds["second"] == 0) & (refunds["only_asks"] == 0)]
    path, hour = path_of(first["state"], first["sends_back"]), first["filed"] // HOUR
    returns = np.bincount(hour[(path == 4) & (hour >= 0)], minlength=7 * 24)
    midnight, others = returns[3 * 24], returns[[0, 24, 48]]
    assert midnight <= others.mean() + 4 * np.sqrt(others.mean() + 1)
    clock = awake(scenario)
    begin = 3 * DAY + 60
    bought, before = (clock.later(np.array([since]), np.array([2 * HOUR]))[0] for since in (begin, begin - 120))
    assert bought < before
