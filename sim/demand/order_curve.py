"""How many orders are expected in each hour, and at which moments of it they are paid: ordinary days, single dates, a forecast, sales."""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.demand.draws import Floats, Seconds, uniforms_at
from sim.demand.envelope import Buckets, buckets_of, first_day, with_bursts
from sim.demand.forecast import Forecast, read_forecast
from sim.demand.table import stamp
from sim.errors import BadInput, msgid
from sim.scenario.calendar import day_start
from sim.scenario.demand import Curve, Orders, Sale
from sim.scenario.schema import Calendar, Scenario
from sim.scenario.units import DAY, HOUR


@dataclass(frozen=True)
class SaleDay:
    """A sale and its day: day (0 = the start date), begin and end in seconds since the start."""

    sale: Sale
    day: int
    begin: int
    end: int


@dataclass(frozen=True)
class Expected:
    """Orders expected by hour. means: one for each bucket, scale, size of the sale and bursts included. sales: those within the horizon."""

    buckets: Buckets
    means: Floats
    sales: tuple[SaleDay, ...]


def expected_orders(scenario: Scenario, seed: int, replication: int, size: int | None = None) -> Expected:
    """What is expected from the first day of the warm-up to the last of the drain.

    size: which draw of the sale's size; None = as large as expected. Raises BadInput for an unreadable forecast, or one of other days.
    """
    orders, _, _ = scenario.by_orders
    calendar = scenario.calendar
    buckets = buckets_of(calendar)
    sales = sale_days(orders, calendar)
    means = _means(orders, calendar, buckets, {each.day: each for each in sales}) * scenario.demand.scale
    means = _with_forecast(means, orders, scenario, buckets, {each.day: each for each in sales})
    means = np.where(np.isin(buckets.day, [each.day for each in sales]), means * size_of(orders.spread, seed, size), means)
    return Expected(buckets, with_bursts(means, orders.burst, buckets, calendar, seed, replication), sales)


def size_of(spread: float, seed: int, size: int | None) -> float:
    """How large the sale is, as a multiple of what is expected: lognormal of mean 1 and standard deviation `spread`, one for each outer
    draw `size`; it is the same in all replications of that draw."""
    if size is None or spread == 0:
        return 1.0
    from scipy import special

    variance = np.log1p(spread**2)
    u = float(uniforms_at(seed, 0, "sale.size", [size])[0])
    return float(np.exp(np.sqrt(variance) * special.ndtri(u) - variance / 2))


def sale_days(orders: Orders, calendar: Calendar) -> tuple[SaleDay, ...]:
    """The sales whose day is within the scenario's days, its warm-up or its drain, by day."""
    found = []
    for sale in orders.sales.values():
        day = (sale.date - calendar.start).days
        if first_day(calendar) <= day < calendar.days + calendar.drain_days:
            found.append(SaleDay(sale, day, day_start(calendar, day), day_start(calendar, day + 1)))
    return tuple(sorted(found, key=lambda each: each.day))


def paid_at(number: NDArray[np.int64], bucket: NDArray[np.int64], expected: Expected, seed: int, replication: int) -> Seconds:
    """When each order is paid: a moment of its hour, on a sale day by the sale's curve within it."""
    buckets = expected.buckets
    u = uniforms_at(seed, replication, "filed", number)
    begin, length = buckets.begin[bucket], buckets.length[bucket]
    paid = begin + np.floor(u * length).astype(np.int64)
    day = buckets.day[bucket]
    for sale in expected.sales:
        if sale.sale.curve is None:
            continue
        at, upto = _knots(sale.sale.curve)
        mine = np.flatnonzero(day == sale.day)
        from_ = np.interp(begin[mine] - sale.begin, at, upto)
        to = np.interp(begin[mine] + length[mine] - sale.begin, at, upto)
        moment = np.interp(from_ + u[mine] * (to - from_), upto, at)
        flat = to <= from_  # a forecast may see orders in an hour that the curve leaves empty
        paid[mine] = np.where(flat, paid[mine], sale.begin + np.floor(moment).astype(np.int64))
        paid[mine] = np.clip(paid[mine], begin[mine], begin[mine] + length[mine] - 1)
    return paid


def _means(orders: Orders, calendar: Calendar, buckets: Buckets, sales: dict[int, SaleDay]) -> Floats:
    """Orders in each bucket by the scenario's own figures: those of the sale, of the date, or of an ordinary day."""
    by_hour = np.array(orders.by_hour) / sum(orders.by_hour)
    weekday = (calendar.start.weekday() + buckets.day) % 7
    of_day = orders.per_day * np.array(orders.by_weekday)[weekday]
    for day, many in ((day, orders.by_date.get(calendar.start + timedelta(days=day))) for day in np.unique(buckets.day).tolist()):
        if many is not None:
            of_day[buckets.day == day] = many
    means = of_day * by_hour[buckets.hour] * buckets.length / HOUR
    for day, sale in sales.items():
        here = np.flatnonzero(buckets.day == day)
        means[here] = sale.sale.orders * hour_shares(sale, buckets, here, by_hour)
    return np.asarray(means)


def _with_forecast(means: Floats, orders: Orders, scenario: Scenario, buckets: Buckets, sales: dict[int, SaleDay]) -> Floats:
    """The means, with those of the forecast's days in place of the scenario's own."""
    if orders.forecast is None:
        return means
    forecast = _read(*stamp(orders.forecast))
    check_days(forecast, scenario)
    by_hour = np.array(orders.by_hour) / sum(orders.by_hour)
    means = means.copy()
    start = scenario.calendar.start
    for place, of_date in enumerate(forecast.dates):
        day = (of_date - start).days
        here = np.flatnonzero(buckets.day == day)
        if not len(here):
            continue
        if forecast.hourly:
            means[here] = forecast.orders[place][buckets.hour[here]] * buckets.length[here] / HOUR
        else:
            shares = hour_shares(sales[day], buckets, here, by_hour) if day in sales else by_hour[buckets.hour[here]]
            means[here] = forecast.orders[place] * shares
        means[here] *= scenario.demand.scale
    return means


def hour_shares(sale: SaleDay, buckets: Buckets, here: NDArray[np.int64], by_hour: Floats) -> Floats:
    """Which share of a sale day's orders comes in each of its hours."""
    if sale.sale.curve is None:
        return by_hour[buckets.hour[here]]
    at, upto = _knots(sale.sale.curve)
    begin = buckets.begin[here] - sale.begin
    return np.asarray(np.interp(begin + buckets.length[here], at, upto) - np.interp(begin, at, upto))


def _knots(curve: Curve) -> tuple[Floats, Floats]:
    """Seconds after midnight and the share paid by then."""
    return np.array([0, *curve.at, DAY], np.float64), np.array([0.0, *curve.upto, 1.0])


def check_days(forecast: Forecast, scenario: Scenario) -> None:
    """Raises BadInput for a forecast of none of the scenario's reported days."""
    calendar = scenario.calendar
    last = calendar.start + timedelta(days=calendar.days - 1)
    if forecast.dates[0] > last or forecast.dates[-1] < calendar.start:
        file, line = scenario.place("calendar.start")
        raise BadInput(
            "the forecast {forecast} is for {first} to {last}, none of the scenario's days",
            file=file,
            line=line,
            field="calendar.start",
            value=calendar.start.isoformat(),
            allowed=msgid("a start and days that meet the forecast; now {begin} to {end}"),
            forecast=forecast.file,
            first=forecast.dates[0].isoformat(),
            last=forecast.dates[-1].isoformat(),
            begin=calendar.start.isoformat(),
            end=last.isoformat(),
        )


@lru_cache(maxsize=4)
def _read(path: Path, mtime: int, size: int) -> Forecast:
    """The same file is read once, not once per replication."""
    return read_forecast(path)
