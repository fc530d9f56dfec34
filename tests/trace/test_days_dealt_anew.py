"""Days of the real trace dealt anew look like its own: as bursty, and of the same shape over the week. Two simpler ways do not."""

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from sim.demand.bootstrap import dealt, dealt_days
from sim.demand.history import History, read_history
from sim.demand.replay import draw_workload
from sim.desk.log import first_difference
from sim.desk.procedure import PROCEDURE
from sim.desk.records import FILED
from sim.desk.simulate import floor_of, simulate
from sim.measure.invariants import check
from sim.scenario import Scenario, load_scenario
from sim.scenario.calendar import day_start
from sim.shipped import scenarios_folder

REPLICATIONS = 250
BURST = 7.6
"""Variance over mean of the trace's daily refunds on its 305 trading days, as domain.md gives it (section 5)."""

SATURDAY = 5


@dataclass(frozen=True)
class Shape:
    """Daily refunds: how many, on which weekday (0 = Monday), on a trading day or not. Shapes (…, days)."""

    counts: np.ndarray
    weekday: np.ndarray
    trading: np.ndarray

    def burst(self) -> float:
        """Variance over mean on trading days; of several samples, the mean of theirs."""
        of_each = [
            counts[open_].var() / counts[open_].mean()
            for counts, open_ in zip(*map(np.atleast_2d, (self.counts, self.trading)), strict=True)
        ]
        return float(np.mean(of_each))


def unlike(samples: Shape, own: Shape) -> Iterator[str]:
    """What of many samples differs from the trace: its bursts by more than 10 %, or a weekday's mean by more than 3.5 standard errors
    (a sound sampler has one of seven weekdays there once in 300 seeds)."""
    if abs(samples.burst() / own.burst() - 1) > 0.10:
        yield "bursts"
    for weekday in range(7):
        of_own = own.counts[own.weekday == weekday].mean()
        of_each = samples.counts[:, samples.weekday == weekday].mean(axis=1)
        error = of_each.std(ddof=1) / np.sqrt(len(of_each))
        if abs(of_each.mean() - of_own) > 3.5 * error:
            yield f"weekday {weekday}"


@pytest.fixture(scope="module")
def history(trace: Path) -> History:
    return read_history(trace)


@pytest.fixture(scope="module")
def open_days(orders: Path) -> np.ndarray:
    """Days since 1970 on which the shop took orders."""
    with gzip.open(orders, "rt", encoding="utf-8") as file:
        return np.array(sorted({row["order_at"][:10] for row in csv.DictReader(file)}), "M8[D]").astype(np.int64)


@pytest.fixture(scope="module")
def own(history: History, open_days: np.ndarray) -> Shape:
    days = history.column("filed").astype("M8[D]").astype(np.int64)
    every = np.arange(days[0], days[-1] + 1)
    return Shape(np.bincount(days - days[0], minlength=len(every)), (every + 3) % 7, np.isin(every, open_days))


def scenario_of(trace: Path, **calendar: object) -> Scenario:
    """Two years of days of the trace, dealt anew in weeks."""
    where = {"start": "2026-01-01", "days": 730, "drain_days": 0, "zone": "Europe/London"} | calendar
    return load_scenario(
        scenarios_folder() / "busy-week.toml", [{"calendar": where, "demand": {"history": str(trace), "bootstrap": {"days": 7}}}]
    )


@pytest.fixture(scope="module")
def anew(trace: Path, history: History, open_days: np.ndarray) -> Shape:
    scenario = scenario_of(trace)
    counts, trading = [], []
    for replication in range(REPLICATIONS):
        dates, sources = dealt_days(history, scenario, 11, replication)
        of_day = dealt(history, scenario, 11, replication).filed.astype("M8[D]").astype(np.int64)
        counts.append(np.bincount(of_day - dates[0], minlength=len(dates)))
        trading.append(np.isin(sources, open_days))
    return Shape(np.array(counts), (dates + 3) % 7, np.array(trading))


def test_the_trace_is_as_bursty_as_its_source_says(own: Shape) -> None:
    assert own.trading.sum() == 305
    assert own.burst() == pytest.approx(BURST, abs=0.05)


def test_days_dealt_anew_are_as_bursty_as_the_trace_and_keep_its_week(anew: Shape, own: Shape) -> None:
    assert list(unlike(anew, own)) == []
    assert anew.burst() == pytest.approx(BURST, rel=0.10)
    assert anew.counts.sum() > 0
    assert not anew.counts[:, anew.weekday == SATURDAY].any()
    assert not anew.counts[~anew.trading].any()


def test_single_days_whatever_their_weekday_lose_the_week(anew: Shape, own: Shape) -> None:
    place = np.random.default_rng(1).integers(0, len(own.counts), anew.counts.shape)
    naive = Shape(own.counts[place], anew.weekday, own.trading[place])
    assert {f"weekday {SATURDAY}", "weekday 3", "weekday 6"} <= set(unlike(naive, own))


def test_poisson_counts_of_each_weekday_lose_the_bursts(anew: Shape, own: Shape) -> None:
    means = np.array([own.counts[own.weekday == weekday].mean() for weekday in range(7)])
    counts = np.random.default_rng(1).poisson(means[anew.weekday], anew.counts.shape)
    naive = Shape(counts, anew.weekday, np.broadcast_to(anew.weekday != SATURDAY, counts.shape))
    assert list(unlike(naive, own)) == ["bursts"]
    assert naive.burst() < 0.5 * BURST


def test_a_spring_of_dealt_days_goes_through_both_engines_from_the_warm_up_to_the_drain(trace: Path) -> None:
    scenario = scenario_of(trace, start="2026-03-16", days=30, warmup_days=7, drain_days=20)
    work = draw_workload(scenario, 4, 2)
    log = simulate(work, scenario)
    filed = log.rows["time"][log.rows["kind"] == FILED]
    assert filed.min() < 0
    assert filed.max() >= day_start(scenario.calendar, 30)
    assert (work.refunds["second"] == 0).sum() == len(set(log.rows["refund"]) & set(np.flatnonzero(work.refunds["second"] == 0)))
    assert first_difference(simulate(work, scenario, "simpy"), log) is None
    assert check(log, work, floor_of(scenario, work), PROCEDURE) == []
