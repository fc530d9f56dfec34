"""The courses of a run that are of no pool: what stays open by path, what was answered in time by hour of filing, who was needed."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.measure.readings import HOURLY, IN_TIME, NEEDED, OPEN, REQUESTS, THERE, hourly
from sim.measure.summary import RunSummary
from sim.study.block import measured as kept_of
from sim.study.block import one_run, table_of
from sim.study.samples import Replications
from tests.measure.conftest import WARM_UP, Measure, scenario_with
from tests.measure.test_readings import SCENARIOS, summary_of
from tests.measure.tiny import DAY, HOUR, MINUTE, Diary
from tests.study.quick import quick_scenario

HOURS = 48
"""Of the two reported days of the small scenario."""


def level(summary: RunSummary, path: int) -> list[float]:
    found = hourly(summary)[OPEN[path - 1]]
    assert len(found) == HOURS
    return [round(float(each), 9) for each in found]


def hours_of(of: dict[int, float]) -> list[float]:
    return [round(of.get(hour, 0.0), 9) for hour in range(HOURS)]


def test_a_request_stands_open_from_its_filing_until_it_is_completed(measure: Measure) -> None:
    """Filed at 09:30, closed at 11:15: half of the tenth hour, all of the next, a quarter of the third."""
    diary = Diary().filed(9 * HOUR + 30 * MINUTE).closed(11 * HOUR + 15 * MINUTE)
    assert level(measure(diary.log(path=[2])), 2) == hours_of({9: 0.5, 10: 1.0, 11: 0.25})


def test_each_path_has_a_course_of_its_own_and_what_is_on_none_has_none(measure: Measure) -> None:
    diary = Diary()
    for number in range(5):
        diary.filed(number * HOUR, number).closed((number + 1) * HOUR, number)
    summary = measure(diary.log(path=[1, 2, 3, 4, 0]))
    assert [level(summary, path) for path in (1, 2, 3, 4)] == [hours_of({path - 1: 1.0}) for path in (1, 2, 3, 4)]


def test_a_request_whose_money_is_back_is_open_no_longer_though_the_warehouse_goes_on(measure: Measure) -> None:
    diary = Diary().filed(0).waits(HOUR, step=5).closed(5 * HOUR)  # step 5 pays by itself
    assert level(measure(diary.log(path=[4])), 4) == hours_of({0: 1.0})


def test_what_was_filed_before_the_reported_days_or_stays_open_beyond_them_counts_while_they_last(measure: Measure) -> None:
    diary = Diary().filed(-3 * HOUR).closed(90 * MINUTE).filed(46 * HOUR, 1).filed(2 * DAY, 2).closed(3 * DAY, 2)
    assert level(measure(diary.log(path=[1, 1, 1]), WARM_UP), 1) == hours_of({0: 1.0, 1: 0.5, 46: 1.0, 47: 1.0})


def test_requests_and_those_in_time_stand_in_the_hour_in_which_they_were_filed(measure: Measure) -> None:
    diary = Diary().answered(9 * HOUR, 10 * MINUTE).answered(9 * HOUR + 1, 40 * MINUTE, refund=1, slot=1).answered(35 * HOUR, 0, refund=2)
    found = hourly(measure(diary.log()))
    assert found[REQUESTS].tolist() == hours_of({9: 2.0, 35: 1.0})
    assert found[IN_TIME].tolist() == hours_of({9: 1.0, 35: 1.0})


def test_without_a_standard_nothing_is_in_time_and_nobody_is_needed(measure: Measure) -> None:
    found = hourly(measure(Diary().answered(9 * HOUR, 10).log(), {"standards": {"first_response": "none"}}))
    assert found[REQUESTS].tolist() == found[IN_TIME].tolist() == [0.0] * HOURS
    assert found[NEEDED].tolist() == found[THERE].tolist() == []


def test_people_needed_and_there_stand_stretch_by_stretch(measure: Measure) -> None:
    """100 requests x 10 min at 08:00 need 3 people, and 2 are there; on the second day nothing is due."""
    diary = Diary()
    for number in range(100):
        diary.answered(8 * HOUR, 0, 10 * MINUTE, number, slot=number % 2)
    summary = measure(diary.log())
    found = hourly(summary)
    assert found[NEEDED].tolist() == [3.0, 0.0]
    assert found[THERE].tolist() == [2.0, 2.0]
    assert [(need.needed, need.staffed) for need in summary.needs] == [(3, 2), (0, 2)]


@given(
    st.lists(
        st.tuples(st.integers(-DAY, 3 * DAY), st.none() | st.integers(0, 3 * DAY), st.integers(0, 4)),
        min_size=1,
        max_size=12,
    )
)
def test_the_open_requests_are_those_counted_second_by_second(tmp_path_factory: pytest.TempPathFactory, each: Any) -> None:
    from sim.measure.summary import summarise
    from tests.measure.conftest import its_floor
    from tests.measure.tiny import DESK, workload

    diary = Diary()
    for number, (filed, lasts, _) in enumerate(each):
        diary.filed(filed, number)
        if lasts is not None:
            diary.closed(filed + lasts, number)
    log = diary.log(refunds=len(each), path=[path for *_, path in each])
    scenario = scenario_with(tmp_path_factory.mktemp("desk"), WARM_UP)
    summary = summarise(log, workload(log), its_floor(scenario), scenario, DESK)
    for path in (1, 2, 3, 4):
        standing = np.zeros(HOURS * HOUR)
        for filed, lasts, of in each:
            if of == path:
                standing[max(0, filed) : None if lasts is None else max(0, filed + lasts)] += 1
        assert level(summary, path) == pytest.approx(standing.reshape(HOURS, HOUR).mean(axis=1).tolist(), abs=1e-8)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_courses_of_real_runs_add_up(name: str) -> None:
    summary = summary_of(name)
    found = hourly(summary)
    end = summary.pools.end
    every = summary.every
    on_a_path = every["path"] > 0
    stood = np.minimum(every["completed"], end).clip(0) - np.minimum(every["filed"], end).clip(0)
    assert sum(float(found[course].sum()) for course in OPEN) * HOUR == pytest.approx(float(stood[on_a_path].sum()), abs=1e-3)
    assert all((found[course] >= 0).all() for course in OPEN)
    share = summary.kpis["first_response_within_30min"].parts
    assert (found[IN_TIME].sum(), found[REQUESTS].sum()) == (share["in"], share["of"])
    assert (found[IN_TIME] <= found[REQUESTS]).all()
    assert (found[NEEDED] - found[THERE]).max(initial=0) == max(0, *(need.short for need in summary.needs))


def test_no_course_is_taken_for_one_of_a_pool_or_for_a_figure() -> None:
    """Courses of pools are found by how they end."""
    run = one_run(quick_scenario(), 0, 0)
    kept = Replications([table_of({0: kept_of(run)})])
    pools = {pool.name for pool in run.summary.pools.pools}
    for kind in HOURLY:
        assert {course.removesuffix(f".{kind}") for course in kept.courses(kind)} == pools
    assert not {*OPEN, REQUESTS, IN_TIME, NEEDED, THERE} & set(kept.numbers().column("address").to_pylist())
    assert kept.hours([OPEN[0]]).tolist() == [hourly(run.summary)[OPEN[0]].tolist()]


def test_the_stretches_are_the_same_whoever_is_absent() -> None:
    """So that their places can be averaged over replications."""
    scenario = quick_scenario()
    bounds = {tuple((need.begin, need.end) for need in one_run(scenario, 0, number).summary.needs) for number in range(4)}
    assert len(bounds) == 1
