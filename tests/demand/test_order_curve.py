"""Expected orders: ordinary days, single dates, sales with their course, forecasts, and the doubt about a sale's size."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from sim.demand.draws import uniforms
from sim.demand.envelope import buckets_of, first_day
from sim.demand.order_curve import expected_orders, size_of
from sim.demand.orders import draw_orders
from sim.errors import BadInput
from sim.scenario import Scenario
from sim.scenario.demand import Curve, Sale
from sim.scenario.units import DAY, HOUR

from .conftest import APRIL, SALE_DAY, changed, with_orders

BY_HOUR = tuple(float(hour) for hour in range(1, 25))


def of_day(scenario: Scenario, day: int, **more: int) -> float:
    expected = expected_orders(scenario, 1, 0, **more)
    return float(expected.means[expected.buckets.day == day].sum())


# ---------------------------------------------------------------- days
def test_orders_come_on_every_day_from_the_warm_up_to_the_end_of_the_drain(shop: Scenario) -> None:
    paid = draw_orders(shop, 1, 0).lines.paid
    assert set((paid // DAY).tolist()) == set(range(-14, 14))
    assert paid.min() >= -14 * DAY
    assert paid.max() < 14 * DAY


def test_an_ordinary_day_has_its_orders_its_weekdays_and_its_hours(shop: Scenario) -> None:
    weekdays = (1.2, 1.0, 1.0, 1.0, 0.8, 0.5, 1.5)
    expected = expected_orders(with_orders(shop, by_weekday=weekdays, by_hour=BY_HOUR), 1, 0)
    by_day = np.bincount(expected.buckets.day + 14, expected.means)
    assert by_day == pytest.approx(400 * np.tile(weekdays, 4))  # day -14 is a Monday
    monday = expected.means[expected.buckets.day == 0]
    assert monday == pytest.approx(480 * np.array(BY_HOUR) / sum(BY_HOUR))


def test_a_date_may_have_orders_of_its_own(shop: Scenario) -> None:
    scenario = with_orders(shop, by_date={APRIL + timedelta(days=2): 900.0, APRIL - timedelta(days=3): 0.0})
    assert [of_day(scenario, day) for day in (2, -3, 1)] == pytest.approx([900.0, 0.0, 400.0])


def test_scale_multiplies_all_days(sale: Scenario) -> None:
    larger = changed(sale, demand__scale=1.4)
    assert [of_day(larger, day) for day in (0, 3)] == pytest.approx([560.0, 5_600.0])


# ---------------------------------------------------------------- the course of a sale day
def test_a_sale_day_follows_its_curve(sale: Scenario) -> None:
    """Within sampling error of every point: the largest distance between the two distribution functions."""
    goods = draw_orders(with_orders(sale, sales={"main": _main(sale).model_copy(update={"orders": 40_000.0})}), 1, 0)
    paid = np.unique(np.stack([goods.lines.order, goods.lines.paid]), axis=1)[1] - 3 * DAY
    on_the_day = np.sort(paid[(paid >= 0) & (paid < DAY)])
    curve = _main(sale).curve
    assert curve is not None
    judge = stats.kstest(on_the_day + 0.5, lambda x: np.interp(x, [0, *curve.at, DAY], [0.0, *curve.upto, 1.0]))
    assert judge.pvalue > 1e-3


def test_the_published_double_11_is_met_at_every_point(sale: Scenario, shared_data: Path) -> None:
    points = json.loads((shared_data / "profiles.json").read_text())["double11_2019_cum_gmv_share"]
    at, upto = zip(*points[:-1], strict=True)
    curve = Curve(at=tuple(round(hours * HOUR) for hours in at), upto=upto)
    goods = draw_orders(with_orders(sale, sales={"main": _main(sale).model_copy(update={"orders": 40_000.0, "curve": curve})}), 1, 0)
    here = (goods.lines.paid >= 3 * DAY) & (goods.lines.paid < 4 * DAY)
    value, moment = goods.lines.price[here], goods.lines.paid[here] - 3 * DAY
    for hours, share in points[:-1]:
        assert abs(value[moment < hours * HOUR].sum() / value.sum() - share) < 0.03, f"{hours} h"


def test_a_rate_read_at_now_instead_of_at_the_candidates_time_is_found_out(sale: Scenario) -> None:
    """Trap 6: whoever draws the next gap with the rate of the present moment misses what the rate becomes meanwhile; ours does not."""
    scenario = with_orders(sale, per_day=24.0, by_hour=(1.0,) * 12 + (400.0,) + (1.0,) * 11, sales={})  # a peak of one hour
    rates = expected_orders(scenario, 1, 0)
    days = len(np.unique(rates.buckets.day))
    at_noon = rates.means[rates.buckets.hour == 12].sum()

    naive, gaps = 0, -np.log(uniforms(1, 0, "naive", 20_000))
    for start in range(0, days * DAY, DAY):
        now = float(start)
        while now < start + DAY:
            now += gaps[naive % len(gaps)] * HOUR / rates.means[int(now % DAY // HOUR)]  # the rate at "now"
            naive += 1
    paid = np.unique(np.stack([*_orders(scenario)]), axis=1)[1]
    ours = np.count_nonzero(paid % DAY // HOUR == 12)
    assert abs(ours - at_noon) < 4 * np.sqrt(at_noon)
    assert abs(naive - rates.means.sum()) > 4 * np.sqrt(rates.means.sum())


def _orders(scenario: Scenario) -> tuple[np.ndarray, np.ndarray]:
    lines = draw_orders(scenario, 1, 0).lines
    return lines.order, lines.paid


def test_a_changed_hour_of_the_curve_moves_no_order_of_another_hour(sale: Scenario) -> None:
    other = Curve(at=(600, HOUR, 10 * HOUR, 15 * HOUR, 20 * HOUR), upto=(0.2, 0.4, 0.6, 0.69, 0.7))
    before, after = (
        _orders(with_orders(sale, sales={"main": _main(sale).model_copy(update={"curve": curve})})) for curve in (_main(sale).curve, other)
    )
    apart = [(order, paid) for order, paid in ((before[0], before[1]), (after[0], after[1]))]
    kept = [
        {(o, p) for o, p in zip(o_.tolist(), p_.tolist(), strict=True) if not 3 * DAY + 10 * HOUR <= p < 3 * DAY + 20 * HOUR}
        for o_, p_ in apart
    ]
    assert kept[0] == kept[1]
    assert len(kept[0]) > 5_000


def _main(scenario: Scenario) -> Sale:
    assert scenario.demand.orders is not None
    return scenario.demand.orders.sales["main"]


# ---------------------------------------------------------------- how large the sale is
def test_the_size_of_a_sale_is_fixed_ignorance(sale: Scenario) -> None:
    """Trap 21: all replications of an outer draw have the same size. Were it drawn per replication, more of them would shrink the interval
    around what nobody knows."""
    unsure = with_orders(sale, spread=0.3)
    sizes = [of_day(unsure, 3, size=outer) / 4_000 for outer in range(20)]
    again = [
        float(found.means[found.buckets.day == 3].sum()) / 4_000
        for found in (expected_orders(unsure, 1, replication, size=outer) for outer, replication in ((0, 5), (0, 99), (7, 3)))
    ]
    assert again == pytest.approx([sizes[0], sizes[0], sizes[7]])
    assert len({round(size, 9) for size in sizes}) == 20


def test_the_doubt_does_not_shrink_with_more_replications(sale: Scenario) -> None:
    unsure = with_orders(sale, spread=0.3, burst=1.0)

    def doubt(outer: int, inner: int) -> float:
        """Half of the range of the middle 90 % of outer means."""
        means = [
            np.mean([expected_orders(unsure, 1, replication, size=size).means.sum() for replication in range(inner)])
            for size in range(outer)
        ]
        low, high = np.quantile(means, [0.05, 0.95])
        return float(high - low) / 2

    assert doubt(60, 4) == pytest.approx(doubt(60, 1), rel=0.05)


def test_sizes_are_lognormal_with_mean_one_and_the_stated_spread() -> None:
    sizes = np.array([size_of(0.3, 1, outer) for outer in range(2_000)])
    sigma = np.sqrt(np.log1p(0.09))
    assert stats.kstest(np.log(sizes), stats.norm(-(sigma**2) / 2, sigma).cdf).pvalue > 1e-3
    assert size_of(0.3, 1, None) == size_of(0.0, 1, 3) == 1.0


def test_a_sale_of_unknown_size_leaves_ordinary_days_alone(sale: Scenario) -> None:
    unsure = with_orders(sale, spread=0.5)
    assert of_day(unsure, 2, size=4) == pytest.approx(of_day(unsure, 2))
    assert of_day(unsure, 3, size=4) != pytest.approx(of_day(unsure, 3), rel=0.01)


# ---------------------------------------------------------------- a forecast
@pytest.fixture
def forecast(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "forecast.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_forecast_per_day_takes_the_place_of_its_days(sale: Scenario, forecast: Callable[[str], Path]) -> None:
    days = "日期,订单数\n" + "".join(f"{APRIL + timedelta(days=day)},{1_000 + day}\n" for day in range(5))
    scenario = changed(with_orders(sale, forecast=forecast(days)), demand__scale=2.0)
    assert [of_day(scenario, day) for day in range(-1, 6)] == pytest.approx([800.0, *(2_000.0 + 2 * day for day in range(5)), 800.0])
    curve = expected_orders(scenario, 1, 0)
    first_hour = curve.means[(curve.buckets.day == 3) & (curve.buckets.hour == 0)]
    assert first_hour == pytest.approx([2_006 * 0.4])  # the sale's course stays


def test_a_forecast_per_hour_sets_the_hours_too(sale: Scenario, forecast: Callable[[str], Path]) -> None:
    rows = [f"{SALE_DAY} {hour:02d}:00,{10 * hour}\n" for hour in range(24)]
    scenario = with_orders(sale, forecast=forecast("hour,orders\n" + "".join(rows)))
    found = expected_orders(scenario, 1, 0)
    assert found.means[found.buckets.day == 3] == pytest.approx([10.0 * hour for hour in range(24)])


def test_a_forecast_of_other_days_is_refused(sale: Scenario, forecast: Callable[[str], Path]) -> None:
    scenario = with_orders(sale, forecast=forecast("date,orders\n2023-11-11,5000\n"))
    with pytest.raises(BadInput, match="2023-11-11") as caught:
        expected_orders(scenario, 1, 0)
    assert caught.value.field == "calendar.start"


def test_buckets_cover_the_horizon_once(sale: Scenario) -> None:
    buckets = buckets_of(sale.calendar)
    assert buckets.begin[0] == first_day(sale.calendar) * DAY
    assert np.array_equal(buckets.begin[1:], (buckets.begin + buckets.length)[:-1])
    assert buckets.begin[-1] + buckets.length[-1] == 14 * DAY
    assert date(2024, 4, 11) == SALE_DAY
