"""Requests from stated figures: counts, hours and weekdays as stated, and more demand that keeps what was there."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sim.demand.refunds import INDUCED, SECOND, WHOLE
from sim.demand.replay import draw_workload, replay
from sim.demand.skills import induced_reasons
from sim.demand.stated import bucket_means, buckets_of, stated_requests
from sim.demand.workload import REFUND
from sim.errors import BadInput
from sim.rules.path import path_of
from sim.scenario import Scenario, day_start, moment_at
from sim.scenario.schema import Price, Stated

from .conftest import changed

DAY = 86_400
BY_HOUR = (3.7, 1.9, 1.2, 0.7, 0.5, 0.4, 0.9, 2.0, 3.1, 4.6, 6.0, 5.9, 4.9, 4.8, 5.4, 6.1, 5.3, 4.3, 4.5, 5.5, 7.1, 7.9, 7.6, 5.9)
BY_WEEKDAY = (1.3, 1.1, 1.0, 1.0, 0.9, 0.8, 0.0)


def with_stated(scenario: Scenario, days: int = 7, **figures: Any) -> Scenario:
    stated = scenario.demand.stated
    assert stated is not None
    return changed(scenario, demand__stated=Stated(**(dict(stated) | figures)), calendar__days=days)


def by_number(refunds: np.ndarray) -> dict[int, bytes]:
    """Each refund by its number as bytes; of the second application only whether there is one (it stands in another row)."""
    plain = refunds.view(WHOLE).copy().view(REFUND)
    plain["again"] = np.where(refunds["again"] < 0, -1, 0)
    return {int(number): bytes(row) for number, row in zip(plain["number"], plain.view(WHOLE), strict=True)}


def drawn(scenario: Scenario, seed: int = 1) -> dict[int, bytes]:
    return by_number(draw_workload(scenario, seed).refunds)


def daily(scenario: Scenario, seed: int = 1) -> np.ndarray:
    filed = stated_requests(scenario, seed, 0).filed
    starts = [day_start(scenario.calendar, day) for day in range(scenario.calendar.days + 1)]
    return np.histogram(filed, starts)[0]


# ---------------------------------------------------------------- more demand keeps the old refunds
def test_more_demand_keeps_every_refund_byte_for_byte(evenly: Scenario) -> None:
    scenario = with_stated(evenly, by_hour=BY_HOUR, burst=5.0)
    few, more = drawn(scenario), drawn(changed(scenario, demand__scale=1.7))
    assert set(few.items()) < set(more.items())
    assert len(more) / len(few) == pytest.approx(1.7, rel=0.1)


@settings(max_examples=15, deadline=None)
@given(
    st.floats(0.1, 3.0),
    st.floats(0.1, 3.0),
    st.sampled_from([1.0, 1.2, 5.0, 40.0]),
    st.floats(5.0, 300.0),
    st.integers(0, 99),
    st.booleans(),
)
def test_a_larger_demand_holds_a_smaller_one(
    evenly: Scenario, one: float, other: float, burst: float, per_day: float, seed: int, by_scale: bool
) -> None:
    few, more = sorted((one, other))
    scenario = with_stated(evenly, days=2, burst=burst, per_day=per_day)
    if by_scale:
        smaller, larger = (changed(scenario, demand__scale=scale) for scale in (few, more))
    else:
        smaller, larger = (with_stated(scenario, days=2, per_day=per_day * scale) for scale in (few, more))
    assert set(drawn(smaller, seed).items()) <= set(drawn(larger, seed).items())


def test_more_at_one_hour_changes_no_other_hour(evenly: Scenario) -> None:
    flat, peak = (1.0,) * 24, (1.0,) * 20 + (3.0,) + (1.0,) * 3
    before = draw_workload(with_stated(evenly, by_hour=flat, per_day=240.0)).refunds
    after = draw_workload(with_stated(evenly, by_hour=peak, per_day=260.0)).refunds
    new = after[~np.isin(after["number"], before["number"])]
    assert set(by_number(before).items()) < set(by_number(after).items())
    assert set(new["filed"][new["second"] == 0] // 3600 % 24) == {20}


def test_more_days_change_none_of_the_earlier_ones(evenly: Scenario) -> None:
    assert set(drawn(with_stated(evenly, days=3, burst=5.0)).items()) < set(drawn(with_stated(evenly, days=5, burst=5.0)).items())


def test_a_date_has_the_same_requests_wherever_the_scenario_begins(evenly: Scenario) -> None:
    whole, part = (
        draw_workload(changed(with_stated(evenly, days, burst=5.0), calendar__start=start)).refunds
        for days, start in ((7, date(2025, 11, 10)), (3, date(2025, 11, 13)))
    )
    same = whole[np.isin(whole["number"], part["number"])]
    assert len(same) == len(part) > 1_000
    later = np.where(part["second"] == 0, 3 * DAY, 0)
    assert np.array_equal(same["filed"], part["filed"] + later)
    for name in set(whole.dtype.names or ()) - {"again", "filed", "leaves", "stalls", "arrives"}:
        assert np.array_equal(same[name], part[name]), name


def test_other_prices_change_the_amounts_alone(evenly: Scenario) -> None:
    cheap = draw_workload(evenly).refunds
    dear = draw_workload(with_stated(evenly, amount=Price(mean=50_000, sd=10_000))).refunds
    assert dear["paid"].mean() > 2 * cheap["paid"].mean()
    for name in set(cheap.dtype.names or ()) - {"amount", "paid"}:
        assert np.array_equal(cheap[name], dear[name]), name


def test_numbers_are_in_order_and_nobody_shares_one(evenly: Scenario) -> None:
    scenario = changed(with_stated(evenly, burst=3.0), policy__freight=evenly.policy.freight.model_copy(update={"insurance": True}))
    numbers = draw_workload(changed(scenario, chances__induced=2.5)).refunds["number"]
    assert (np.diff(numbers) > 0).all()
    assert numbers.min() >= 0


# ---------------------------------------------------------------- counts
def test_counts_are_poisson_at_burst_1(evenly: Scenario) -> None:
    counts = daily(with_stated(evenly, days=400, per_day=60.0, by_hour=BY_HOUR))
    assert abs(counts.mean() - 60) < 4 * np.sqrt(60 / 400)
    dispersion = ((counts - counts.mean()) ** 2).sum() / counts.mean()
    assert 1e-3 < stats.chi2(399).sf(dispersion) < 1 - 1e-3
    assert stats.kstest(counts + np.random.default_rng(0).random(400), _smoothed(stats.poisson(60))).pvalue > 1e-3


@pytest.mark.parametrize("per_day", [3.0, 60.0, 700.0])
def test_counts_have_the_stated_variance_over_mean(evenly: Scenario, per_day: float) -> None:
    counts = daily(with_stated(evenly, days=400, per_day=per_day, burst=5.0))
    assert abs(counts.mean() - per_day) < 4 * np.sqrt(5 * per_day / 400)
    judge = stats.nbinom(per_day / 4, 1 / 5)  # mean per_day, variance 5 x per_day
    assert judge.var() / judge.mean() == pytest.approx(5)
    assert stats.kstest(counts + np.random.default_rng(0).random(400), _smoothed(judge)).pvalue > 1e-3
    assert counts.var(ddof=1) / counts.mean() == pytest.approx(5, rel=0.25 if per_day > 10 else 0.45)


def test_bursts_are_those_of_the_day_and_leave_the_hours_alone(evenly: Scenario) -> None:
    filed = stated_requests(with_stated(evenly, days=400, per_day=60.0, burst=5.0), 1, 0).filed
    counts = np.bincount(filed // DAY, minlength=400)
    evening = np.bincount(filed // DAY, filed % DAY >= DAY // 2, minlength=400)
    assert np.corrcoef(counts - evening, evening)[0, 1] > 0.5
    assert evening.sum() / counts.sum() == pytest.approx(0.5, abs=0.02)


def _smoothed(judge: Any) -> Any:
    """The distribution function of a count plus a uniform."""
    return lambda x: judge.cdf(np.floor(x) - 1) + (x - np.floor(x)) * judge.pmf(np.floor(x))


def test_two_days_have_nothing_to_do_with_each_other(evenly: Scenario) -> None:
    counts = daily(with_stated(evenly, days=400, per_day=60.0, burst=5.0))
    assert abs(np.corrcoef(counts[1:], counts[:-1])[0, 1]) < 4 / np.sqrt(400)


# ---------------------------------------------------------------- hours, weekdays, prices, paths
def test_hours_and_weekdays_are_as_stated(evenly: Scenario) -> None:
    scenario = with_stated(evenly, days=70, per_day=500.0, by_hour=BY_HOUR, by_weekday=BY_WEEKDAY)
    filed = stated_requests(scenario, 1, 0).filed
    hours = np.bincount(filed % DAY // 3600, minlength=24)
    assert stats.chisquare(hours, np.array(BY_HOUR) / sum(BY_HOUR) * len(filed)).pvalue > 1e-3
    weekdays = np.bincount(filed // DAY % 7, minlength=7)  # day 0 is a Monday
    assert evenly.calendar.start.weekday() == 0
    assert weekdays[6] == 0
    assert np.abs(weekdays - 10 * 500 * np.array(BY_WEEKDAY)).max() < 4 * np.sqrt(6_500)


def test_requests_are_spread_evenly_over_their_hour_and_stay_inside_the_days(evenly: Scenario) -> None:
    filed = stated_requests(evenly, 1, 0).filed
    assert stats.kstest((filed % 3600 + 0.5) / 3600, "uniform").pvalue > 1e-3
    assert 0 <= filed.min() < filed.max() < 7 * DAY


def test_prices_and_paths_are_as_stated(evenly: Scenario) -> None:
    shares = evenly.demand.shares.model_copy(update={"path_1": 0.5, "path_2": 0.1, "path_3": 0.1, "path_4": 0.3})
    refunds = draw_workload(changed(with_stated(evenly, per_day=3_000.0), demand__shares=shares, buyer__again=0.0)).refunds
    assert refunds["paid"].mean() == pytest.approx(14_600, rel=0.03)
    assert refunds["paid"].std() == pytest.approx(11_800, rel=0.1)
    counts = np.bincount(path_of(refunds["state"], refunds["sends_back"]), minlength=5)[1:]
    assert stats.chisquare(counts, np.array([0.5, 0.1, 0.1, 0.3]) * counts.sum()).pvalue > 1e-3


# ---------------------------------------------------------------- days on which the clock is changed
def test_an_hour_that_comes_twice_brings_twice_and_one_that_is_skipped_brings_none(evenly: Scenario) -> None:
    """In London, 26 October 2025 has 25 hours and 30 March 2025 has 23; the hour is the one from 1 o'clock."""
    for start, hours, ones in ((date(2025, 10, 26), 25, 2), (date(2025, 3, 30), 23, 0)):
        scenario = changed(evenly, calendar__zone="Europe/London", calendar__start=start)
        scenario = with_stated(scenario, days=2, per_day=24_000.0)
        filed = stated_requests(scenario, 1, 0).filed
        first_day = filed[filed < day_start(scenario.calendar, 1)]
        assert len(first_day) == pytest.approx(1_000 * hours, rel=0.03)
        wall = np.array([moment_at(scenario.calendar, second).hour for second in first_day])
        assert (wall == 1).sum() == pytest.approx(1_000 * ones, rel=0.15)
        assert filed.max() < day_start(scenario.calendar, 2)


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("Australia/Lord_Howe", date(2025, 4, 5)),  # half an hour
        ("America/Havana", date(2025, 3, 8)),  # at midnight
        ("Pacific/Apia", date(2011, 12, 29)),  # a day that never was
        ("Antarctica/Casey", date(2012, 2, 20)),  # three hours
        ("Asia/Shanghai", date(1990, 4, 14)),
    ],
)
def test_every_second_of_odd_days_is_in_the_bucket_of_its_hour(evenly: Scenario, zone: str, start: date) -> None:
    calendar = changed(evenly, calendar__zone=zone, calendar__start=start, calendar__days=4).calendar
    buckets = buckets_of(calendar)
    assert buckets.begin[0] == day_start(calendar, 0)
    assert np.array_equal(buckets.begin[1:], (buckets.begin + buckets.length)[:-1])
    assert buckets.begin[-1] + buckets.length[-1] == day_start(calendar, 4)
    assert (buckets.length > 0).all()
    assert buckets.place.max() < 28
    for begin, length, hour in zip(buckets.begin.tolist(), buckets.length.tolist(), buckets.hour.tolist(), strict=True):
        assert {moment_at(calendar, second).hour for second in range(begin, begin + length, 300)} == {hour}


def test_a_day_that_never_was_has_no_requests(evenly: Scenario) -> None:
    scenario = changed(evenly, calendar__zone="Pacific/Apia", calendar__start=date(2011, 12, 30), calendar__days=1)
    assert len(draw_workload(scenario)) == 0


def test_the_mean_of_an_ordinary_day_is_what_is_stated(evenly: Scenario) -> None:
    scenario = with_stated(evenly, per_day=500.0, by_hour=BY_HOUR, by_weekday=BY_WEEKDAY)
    assert scenario.demand.stated is not None
    buckets = buckets_of(scenario.calendar)
    means = bucket_means(scenario.demand.stated, 1.5, scenario.calendar, buckets)
    assert np.bincount(buckets.day, means) == pytest.approx(750 * np.array(BY_WEEKDAY))


def test_more_than_can_be_told_apart_is_refused(evenly: Scenario) -> None:
    with pytest.raises(BadInput) as caught:
        draw_workload(changed(with_stated(evenly, per_day=10_000_000.0), demand__scale=1_000.0))
    assert caught.value.field == "demand.stated.per_day"
    assert "416,666,667" in str(caught.value)


# ---------------------------------------------------------------- returns that come because the shop pays their freight
def insuring(scenario: Scenario, induced: float) -> Scenario:
    policy = scenario.policy.model_copy(update={"freight": scenario.policy.freight.model_copy(update={"insurance": True})})
    return changed(scenario.model_copy(update={"policy": policy}), chances__induced=induced)


@pytest.mark.parametrize("induced", [0.08, 1.0, 2.4])
def test_freight_insurance_brings_more_returns_and_changes_no_other(evenly: Scenario, induced: float) -> None:
    scenario = with_stated(evenly, per_day=2_000.0)
    without, with_ = draw_workload(scenario).refunds, draw_workload(insuring(scenario, induced)).refunds
    assert set(by_number(without).items()) < set(by_number(with_).items())
    new = with_[~np.isin(with_["number"], without["number"])]
    more = new[new["second"] == 0]
    path, reason = path_of(more["state"], more["sends_back"]), more["reason"]
    assert set(path.tolist()) == {4}
    assert set(reason.tolist()) <= set(induced_reasons())
    first = without[without["second"] == 0]
    parents = (path_of(first["state"], first["sends_back"]) == 4) & np.isin(first["reason"], induced_reasons())
    assert abs(len(more) - induced * parents.sum()) <= 4 * np.sqrt(induced * parents.sum()) * (induced % 1 > 0)
    parent = np.searchsorted(first["number"], more["number"] % INDUCED)
    assert np.array_equal(first["number"][parent], more["number"] % INDUCED)
    assert np.array_equal(first["filed"][parent] // 3600, more["filed"] // 3600)
    assert len(np.intersect1d(more["chance"][:, 0], first["chance"][:, 0])) < 5 + len(more) // 100


def test_freight_insurance_brings_more_returns_to_a_history_too(busy_week: Scenario) -> None:
    without, with_ = draw_workload(busy_week).refunds, draw_workload(insuring(busy_week, 0.5)).refunds
    assert set(by_number(without).items()) < set(by_number(with_).items())
    new = with_[~np.isin(with_["number"], without["number"])]
    assert set(path_of(new["state"], new["sends_back"]).tolist()) == {4}
    more = new[new["second"] == 0]
    parent = np.searchsorted(without["number"], more["number"] % INDUCED)
    assert np.array_equal(without["filed"][parent] // 60, more["filed"] // 60)
    for name in ("amount", "paid", "reason"):
        assert np.array_equal(without[name][parent], more[name])


def test_what_insurance_brings_keeps_its_number_and_luck_when_demand_grows(evenly: Scenario) -> None:
    few = insuring(with_stated(evenly, per_day=300.0), 0.5)
    assert set(drawn(few).items()) < set(drawn(changed(few, demand__scale=1.7)).items())
    assert set(drawn(few).items()) < set(drawn(insuring(few, 0.9)).items())


def test_numbers_of_second_applications_and_of_induced_ones_never_meet(evenly: Scenario) -> None:
    refunds = draw_workload(changed(insuring(evenly, 3.0), buyer__again=1.0)).refunds
    first = refunds[refunds["second"] == 0]
    assert first["number"].max() < SECOND
    assert np.array_equal(refunds["number"][refunds["second"] == 1], first["number"] + SECOND)


def test_a_history_that_is_replayed_takes_nothing_from_stated_figures(busy_week: Scenario) -> None:
    assert busy_week.demand.stated is None
    assert busy_week.demand.history is not None
    from sim.demand.history import read_history

    assert draw_workload(busy_week).refunds.tobytes() == replay(read_history(busy_week.demand.history), busy_week).refunds.tobytes()
