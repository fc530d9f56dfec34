"""Orders, lines and parcels: what is stated comes out, nothing goes backwards in time, and more demand keeps what was there."""

from dataclasses import fields
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sim.demand.orders import LINES, Consignments, Goods, Lines, draw_orders
from sim.demand.refunds import CHAT, INDUCED, SECOND
from sim.demand.replay import draw_workload
from sim.demand.workload import NEVER, REFUND
from sim.scenario import Scenario
from sim.scenario.units import DAY, HOUR

from .conftest import APRIL, changed, with_orders
from .test_stated import by_number


def shipped(scenario: Scenario, **figures: Any) -> Scenario:
    assert scenario.shipping is not None
    return scenario.model_copy(update={"shipping": scenario.shipping.model_copy(update=figures)})


@pytest.fixture(scope="module")
def goods(sale: Scenario) -> Goods:
    return draw_orders(sale, 1, 0)


# ---------------------------------------------------------------- lines and parcels
def test_orders_have_lines_as_stated(shop: Scenario) -> None:
    lines = draw_orders(changed(shop, demand__scale=5.0), 1, 0).lines
    _, many = np.unique(lines.order, return_counts=True)
    counts = np.bincount(many, minlength=4)[1:]
    assert stats.chisquare(counts, np.array([0.7, 0.2, 0.1]) * counts.sum()).pvalue > 1e-3
    assert np.array_equal(lines.number // LINES * LINES, lines.order)


def test_a_parcel_holds_all_lines_of_its_order_or_one(shop: Scenario) -> None:
    found = draw_orders(changed(shop, demand__scale=5.0), 1, 0)
    lines, parcels = found.lines, found.parcels
    assert np.array_equal(np.bincount(lines.parcel), parcels.lines)
    assert np.array_equal(lines.number[np.flatnonzero(np.diff(lines.parcel, prepend=-1))], parcels.number)
    order, first, many = np.unique(lines.order, return_index=True, return_counts=True)
    in_order = np.add.reduceat(np.diff(lines.parcel, prepend=-1), first)
    several = many > 1
    assert set((in_order[several] / many[several]).tolist()) <= {1.0, 0.5, 1 / 3}
    split = (in_order == many)[several]
    assert abs(split.mean() - 0.2) < 4 * np.sqrt(0.16 / len(split))
    assert len(order) == len(first)


def test_nothing_goes_backwards_in_time(goods: Goods) -> None:
    lines, parcels = goods.lines, goods.parcels
    paid = lines.paid[np.flatnonzero(np.diff(lines.parcel, prepend=-1))]
    assert (lines.decided <= lines.paid).all()
    assert (lines.asked_back >= lines.paid).all()
    assert (parcels.leaves > paid).all()
    assert (parcels.clicked > paid).all()
    assert (parcels.clicked <= parcels.arrives).all()
    assert (parcels.arrives > parcels.leaves).all()
    assert (parcels.signed >= parcels.arrives)[parcels.arrives < NEVER].all()
    assert (parcels.stalls >= parcels.leaves).all()
    lost = parcels.arrives == NEVER
    assert (parcels.stalls[lost] < NEVER).all()
    assert (parcels.signed[lost | parcels.refused | (parcels.disputed < NEVER)] == NEVER).all()
    assert not (parcels.refused & parcels.to_locker).any()


def test_ship_is_clicked_early_late_or_when_the_parcel_leaves(shop: Scenario) -> None:
    parcels = draw_orders(changed(shop, demand__scale=5.0), 1, 0).parcels
    count = len(parcels)
    for found, share in ((parcels.clicked < parcels.leaves, 0.15), (parcels.clicked > parcels.leaves, 0.1)):
        assert abs(found.mean() - share) < 4 * np.sqrt(share / count) + 0.002  # a click early by less than half a second is none


def test_balances_of_a_pre_sale_were_decided_before_and_leave_soon(sale: Scenario, goods: Goods) -> None:
    lines = goods.lines
    early = (lines.paid >= 3 * DAY) & (lines.paid < 3 * DAY + 2 * HOUR)
    assert not lines.presale[~early].any()
    assert lines.presale[early].mean() == pytest.approx(0.5, abs=0.05)
    ago = (lines.paid - lines.decided)[lines.presale]
    assert ago.min() >= DAY
    assert ago.max() <= 14 * DAY
    assert np.array_equal(lines.paid[~lines.presale], lines.decided[~lines.presale])
    way = goods.parcels.leaves[lines.parcel] - lines.paid
    assert way[lines.presale].mean() == pytest.approx(14 * HOUR, rel=0.1)
    assert way[early & ~lines.presale].mean() == pytest.approx(26 * HOUR, rel=0.1)


def test_what_a_sale_promises_holds_for_its_day(goods: Goods) -> None:
    lines = goods.lines
    on_the_day = (lines.paid >= 3 * DAY) & (lines.paid < 4 * DAY)
    assert set((lines.promised - lines.paid)[on_the_day].tolist()) == {4 * DAY}
    assert set((lines.promised - lines.paid)[~on_the_day].tolist()) == {2 * DAY}


# ---------------------------------------------------------------- a warehouse in arrears
def test_a_warehouse_ships_no_more_than_it_can(sale: Scenario) -> None:
    """What leaves in a day of the sale's week is what it can ship; without a limit much more leaves."""
    free, full = (draw_orders(shipped(sale, per_day=limit, leaves_in=_steady()), 1, 0).parcels for limit in (None, 900.0))
    of_day = [np.bincount(each.leaves // DAY + 14, minlength=40)[17:21] for each in (free, full)]
    assert of_day[0].max() > 1_500
    presale = 4_000 * 0.4 * 0.5 * 1.2  # packed beforehand
    assert (of_day[1][1:] < 1_100).all()
    assert of_day[1][0] < 1_100 + presale


def test_orders_wait_their_turn_in_arrears(sale: Scenario) -> None:
    found = draw_orders(shipped(sale, per_day=900.0, leaves_in=_steady()), 1, 0)
    first = np.flatnonzero(np.diff(found.lines.parcel, prepend=-1))
    plain = ~found.lines.presale[first]
    order = np.argsort(found.lines.paid[first][plain], kind="stable")
    assert (np.diff(found.parcels.leaves[plain][order]) >= 0).all()  # first paid, first shipped


def _steady() -> Any:
    from sim.scenario import Fixed

    return Fixed(value=6 * HOUR)


# ---------------------------------------------------------------- more demand keeps the old refunds, draw by draw
def rows(table: Lines | Consignments) -> dict[int, tuple[Any, ...]]:
    """Each row by its number; the row of a line's parcel is not part of it."""
    names = [each.name for each in fields(table) if each.name != "parcel"]
    return dict(zip(table.number.tolist(), zip(*(getattr(table, name).tolist() for name in names), strict=True), strict=True))


@settings(max_examples=10, deadline=None)
@given(st.floats(1.0, 2.5), st.integers(0, 99), st.sampled_from([1.0, 5.0]))
def test_more_demand_keeps_every_order_line_and_parcel(sale: Scenario, scale: float, seed: int, burst: float) -> None:
    scenario = changed(with_orders(sale, per_day=60.0, burst=burst, sales={}), calendar__warmup_days=2)
    few, more = (draw_orders(changed(scenario, demand__scale=each), seed, 0) for each in (1.0, scale))
    assert rows(few.lines).items() <= rows(more.lines).items()
    assert rows(few.parcels).items() <= rows(more.parcels).items()


def test_more_demand_keeps_every_request_byte_for_byte(sale: Scenario) -> None:
    few, more = (by_number(draw_workload(changed(sale, demand__scale=scale), 3).refunds) for scale in (1.0, 1.4))
    assert set(few.items()) < set(more.items())
    assert len(more) / len(few) == pytest.approx(1.4, rel=0.05)


def test_a_larger_sale_keeps_the_requests_of_a_smaller_one(sale: Scenario) -> None:
    unsure = with_orders(sale, spread=0.4)
    drawn = [by_number(draw_workload(unsure, 3, size=size).refunds) for size in range(4)]
    small, large = min(drawn, key=len), max(drawn, key=len)
    assert len(large) > 1.1 * len(small)
    assert set(small.items()) < set(large.items())


def test_arrears_move_what_was_there_and_draw_nothing_anew(sale: Scenario) -> None:
    """A warehouse that cannot keep up makes parcels leave later; whose request comes all the same has all its luck."""
    scenario = shipped(sale, per_day=900.0)
    few, more = (draw_workload(changed(scenario, demand__scale=scale), 3).refunds for scale in (1.0, 1.4))
    old, new = (each[np.isin(each["number"], np.intersect1d(few["number"], more["number"]))] for each in (few, more))
    assert len(old) > 0.9 * len(few)
    for name in ("work", "contact", "patience", "chance", "paid"):
        assert np.array_equal(old[name], new[name]), name
    assert (new["leaves"] >= old["leaves"]).all()
    assert (new["leaves"] > old["leaves"]).mean() > 0.2


def test_more_days_change_none_of_the_earlier_requests(shop: Scenario) -> None:
    """A longer drain and an earlier begin add requests, and change none."""
    short = draw_workload(changed(shop, calendar__warmup_days=10, calendar__drain_days=2), 3).refunds
    long = draw_workload(shop, 3).refunds
    assert 0.5 * len(long) < len(short) < len(long)
    assert by_number(short).items() <= by_number(long).items()


def test_a_date_has_the_same_orders_wherever_the_scenario_begins(shop: Scenario) -> None:
    other = changed(shop, calendar__start=APRIL + timedelta(days=3))
    here, there = draw_orders(shop, 1, 0).lines, draw_orders(other, 1, 0).lines
    same = np.isin(here.number, there.number)
    assert same.sum() > 5_000
    assert np.array_equal(here.paid[same] - 3 * DAY, there.paid[np.isin(there.number, here.number)])
    assert np.array_equal(here.price[same], there.price[np.isin(there.number, here.number)])


def test_replications_and_seeds_share_no_order(shop: Scenario) -> None:
    found = [draw_orders(shop, seed, replication).lines for seed, replication in ((1, 0), (1, 1), (2, 0))]
    paid = [dict(zip(each.number.tolist(), each.paid.tolist(), strict=True)) for each in found]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert len(paid[one].items() & paid[other].items()) < 10


# ---------------------------------------------------------------- counts
def test_orders_have_the_stated_variance_over_mean(shop: Scenario) -> None:
    scenario = changed(with_orders(shop, per_day=60.0, burst=7.6), calendar__days=400, calendar__warmup_days=0, calendar__drain_days=0)
    lines = draw_orders(scenario, 1, 0).lines
    counts = np.bincount(np.unique(np.stack([lines.order, lines.paid]), axis=1)[1] // DAY, minlength=400)
    judge = stats.nbinom(60 / 6.6, 1 / 7.6)
    assert judge.var() / judge.mean() == pytest.approx(7.6)
    assert counts.var(ddof=1) / counts.mean() == pytest.approx(7.6, rel=0.25)
    smooth = counts + np.random.default_rng(0).random(400)
    assert stats.kstest(smooth, lambda x: judge.cdf(np.floor(x) - 1) + (x - np.floor(x)) * judge.pmf(np.floor(x))).pvalue > 1e-3


def test_numbers_of_requests_second_applications_and_chats_never_meet(sale: Scenario) -> None:
    insured = sale.model_copy(
        update={"policy": sale.policy.model_copy(update={"freight": sale.policy.freight.model_copy(update={"insurance": True})})}
    )
    refunds = draw_workload(changed(insured, chances__induced=1.5), 1).refunds
    numbers = refunds["number"]
    assert (np.diff(numbers[refunds["only_asks"] == 0]) > 0).all()
    assert len(np.unique(numbers)) == len(numbers)
    chats = refunds["only_asks"] == 1
    assert chats.any()
    assert (numbers[chats] >= CHAT).all()
    assert (numbers[(refunds["second"] == 1) & ~chats] >= SECOND).all()
    first = numbers[(refunds["second"] == 0) & ~chats]
    assert (first < INDUCED).all()  # returns that only come because the shop pays for them are of lines of their own


def test_the_orders_behind_a_workload_are_the_ones_drawn(sale: Scenario, goods: Goods) -> None:
    workload = draw_workload(sale, 1)
    assert workload.goods is not None
    assert rows(workload.goods.lines) == rows(goods.lines)
    assert not workload.goods.lines.paid.flags.writeable
    refunds = workload.refunds
    first = refunds[(refunds["second"] == 0) & (refunds["only_asks"] == 0)]
    assert np.isin(first["number"], goods.lines.number).all()
    assert workload.refunds.dtype == REFUND


def test_how_many_requests_are_filled_and_weighed_at_a_time_changes_nothing(sale: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = draw_workload(sale, 1).refunds
    monkeypatch.setattr("sim.demand.refunds.PART", 333)
    monkeypatch.setattr("sim.demand.refunds.WEIGHED", 501)
    assert draw_workload(sale, 1).refunds.tobytes() == whole.tobytes()
