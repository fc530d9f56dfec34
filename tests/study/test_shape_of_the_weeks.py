"""The weeks of a sale have the shape that the field reports, and nobody drew it: it follows from orders, parcels and chances to ask."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from sim.demand.asks import LATE, draw_asks
from sim.demand.order_curve import SaleDay
from sim.demand.orders import Goods
from sim.desk.procedure import PROCEDURE
from sim.desk.records import BEGAN
from sim.measure.invariants import check
from sim.measure.summary import RunSummary
from sim.rules.path import path_of
from sim.scenario import Scenario, load_scenario
from sim.scenario.units import DAY, HOUR
from sim.shipped import scenarios_folder
from sim.study.block import one_run

FOLDER = scenarios_folder()
DOUBLE_11 = ("double11-2019", "double11-2022")
SALES = ("618", *DOUBLE_11)
RECEIVE = next(index for index, step in enumerate(PROCEDURE.steps) if step.name == "RECEIVE")


@dataclass(frozen=True)
class Weeks:
    """First applications of a sale's weeks, by column: path, filed, and of their orders paid and clicked ("shipped" in the system);
    received: the days on which the warehouse signed for returns."""

    scenario: Scenario
    goods: Goods
    path: np.ndarray
    filed: np.ndarray
    paid: np.ndarray
    clicked: np.ndarray
    received: np.ndarray
    summary: RunSummary
    broken: tuple[str, ...]

    @property
    def last(self) -> SaleDay:
        return self.goods.sales[-1]

    def of(self, sale: SaleDay) -> np.ndarray:
        return (self.paid >= sale.begin) & (self.paid < sale.end)

    def by_day(self, sale: SaleDay, path: int, days: int = 30) -> np.ndarray:
        """Requests of a path on D, D + 1, …, whoever filed them."""
        return counted((self.filed[self.path == path] - sale.begin) // DAY, days)


def counted(place: np.ndarray, places: int) -> np.ndarray:
    return np.bincount(place[(place >= 0) & (place < places)], minlength=places)


@cache
def weeks(name: str) -> Weeks:
    scenario = load_scenario(FOLDER / f"{name}.toml")
    run = one_run(scenario, 1, 0)
    goods, refunds = run.workload.goods, run.workload.refunds
    assert goods is not None
    first = refunds[(refunds["second"] == 0) & (refunds["only_asks"] == 0)]
    line = np.searchsorted(goods.lines.number, first["number"])
    rows = run.log.rows
    return Weeks(
        scenario=scenario,
        goods=goods,
        path=path_of(first["state"], first["sends_back"]),
        filed=first["filed"],
        paid=goods.lines.paid[line],
        clicked=goods.parcels.clicked[goods.lines.parcel[line]],
        received=rows["time"][(rows["step"] == RECEIVE) & (rows["kind"] == BEGAN)] // DAY,
        summary=run.summary,
        broken=tuple(check(run.log, run.workload, run.floor, PROCEDURE)),
    )


@pytest.mark.parametrize("name", SALES)
def test_the_day_s_value_comes_in_as_published(name: str) -> None:
    of = weeks(name)
    lines = of.goods.lines
    for sale in of.goods.sales:
        curve = sale.sale.curve
        assert curve is not None
        day = (lines.paid >= sale.begin) & (lines.paid < sale.end)
        for at, upto in zip(curve.at, curve.upto, strict=True):
            share = lines.price[day & (lines.paid < sale.begin + at)].sum() / lines.price[day].sum()
            assert share == pytest.approx(upto, abs=0.03)


@pytest.mark.parametrize("name", DOUBLE_11)
def test_the_gate_lets_loose_a_pulse_of_path_1_that_fades_over_48_hours(name: str) -> None:
    of = weeks(name)
    gate = of.scenario.gate
    assert gate.opens is not None
    for sale in of.goods.sales:
        opens = sale.begin + gate.opens
        path_1 = of.filed[of.path == 1]
        closed = counted((path_1 - sale.begin - gate.closes) // HOUR, (gate.opens - gate.closes) // HOUR)
        by_4_hours = counted((path_1 - opens) // (4 * HOUR), 24)
        print(f"{name}, D = day {sale.day}: {closed.sum()} while closed; then by 4 h {by_4_hours.tolist()}")
        assert closed.sum() == 0
        assert by_4_hours[0] == by_4_hours.max()
        assert by_4_hours[6:12].sum() < by_4_hours[:6].sum()  # the second day
        assert by_4_hours[12:18].max() < 0.15 * by_4_hours[0]  # the third: as on ordinary days


def test_without_a_gate_nothing_is_held_up() -> None:
    of = weeks("618")
    for sale in of.goods.sales:
        assert of.by_day(sale, 1)[0] > 1_000
        assert of.by_day(sale, 1)[:14].argmax() == 0


@pytest.mark.parametrize("name", SALES)
def test_path_2_comes_1_to_5_days_after_shipping(name: str) -> None:
    of = weeks(name)
    for sale in of.goods.sales:
        days = ((of.filed - of.clicked) / DAY)[of.of(sale) & (of.path == 2)]
        by_day = of.by_day(sale, 2)
        print(
            f"{name}, D = day {sale.day}: path 2 after shipping: median {np.median(days):.1f} d, {(days < 1).mean():.0%} sooner than 1 d,"
        )
        print(f"  {((days >= 1) & (days <= 5)).mean():.0%} after 1 to 5 d; by day from D {by_day[:16].tolist()}")
        assert 1 <= np.median(days) <= 5
        assert ((days >= 1) & (days <= 5)).mean() > 0.4
        assert (days > 5).mean() < 0.2
        assert 1 <= by_day[:10].argmax() <= 5
    by_day = of.by_day(of.last, 2)
    assert by_day[1:7].min() > 1.2 * by_day[14:].mean()


@pytest.mark.parametrize("name", SALES)
def test_path_4_has_its_hump_5_to_12_days_after_the_sale(name: str) -> None:
    of = weeks(name)
    for sale in of.goods.sales:
        days = (of.filed - sale.begin)[of.of(sale) & (of.path == 4)] // DAY
        by_day = of.by_day(sale, 4)
        print(f"{name}, D = day {sale.day}: path 4 by day from D {by_day[:20].tolist()}")
        assert 5 <= counted(days, 30).argmax() <= 12
        assert ((days >= 5) & (days <= 12)).mean() > 0.7
    by_day = of.by_day(of.last, 4)
    assert by_day.max() > 3 * by_day[16:].mean()


@pytest.mark.parametrize("name", SALES)
def test_returned_parcels_reach_the_warehouse_8_to_16_days_after_the_sale(name: str) -> None:
    of = weeks(name)
    by_day = counted(of.received - of.last.day, 30)
    print(f"{name}: returns signed for by day from D {by_day.tolist()}")
    assert 8 <= by_day.argmax() <= 16
    assert by_day[8:17].mean() > 1.5 * by_day[20:].mean()
    filed = of.by_day(of.last, 4)
    later = (by_day[5:20] * np.arange(5, 20)).sum() / by_day[5:20].sum() - (filed[3:16] * np.arange(3, 16)).sum() / filed[3:16].sum()
    assert 2 <= later <= 5.5


def test_the_late_reasons_come_with_a_pulse_of_their_own_on_21_november() -> None:
    of = weeks("double11-2019")
    told = draw_asks(of.goods, of.scenario, 1, 0).requests
    assert told.parcels is not None
    late = counted((told.filed[told.parcels.occasion == LATE] - of.last.begin) // DAY, 20)
    path_1 = of.by_day(of.last, 1)
    print(f"late reasons by day from D {late.tolist()}; all of path 1 {path_1[:20].tolist()}")
    assert late[:10].sum() == 0
    assert late[10] > 4 * late[11:16].mean()
    assert path_1[10] > 1.3 * max(path_1[8], path_1[9], path_1[11])


@pytest.mark.parametrize("name", SALES)
def test_the_shop_copes_but_is_short_in_the_worst_hours(name: str) -> None:
    """A manager's situation: what the peak leaves behind is cleared within two days, and in its worst hours hardly anybody is in time."""
    of = weeks(name)
    assert of.broken == ()
    document = of.summary.to_json()
    in_time, agents = document["kpis"]["first_response_within_30min"], document["pools"]["agents"]
    peak, peak_at, clear_at = (agents[each] for each in ("backlog_peak", "backlog_peak_at", "backlog_clear_at"))
    print(f"{name}: {in_time['mean']:.1%} in time; {peak} in line at hour {peak_at:.0f}, clear at hour {clear_at:.0f}")
    assert 0.6 < in_time["mean"] < 0.95
    assert in_time["quantiles"]["worst_hour"] < 0.1
    assert peak > 300
    assert clear_at - peak_at < 48
    assert document["unfinished"]["count"] == 0
