"""The time that counts towards a standard, second by second."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.demand.workload import NEVER
from sim.desk.contract import Floor
from sim.measure.counted import CALENDAR, STAFFED, Counted, counted
from sim.measure.presence import presence
from sim.scenario.calendar import BREAK_BEGINS, BREAK_ENDS, OFF, ON
from tests.measure.tiny import AGENTS, CARRIERS, SUPERVISORS, floor

TOGETHER = -1
SHIFTS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 80), st.integers(1, 40), st.integers(0, 40), st.integers(1, 10)), max_size=6)
"""(pool, begin, length, break after so long, length of the break), one person each."""


def clocks(on: Floor, count: str = STAFFED, together: tuple[int, ...] = (AGENTS, SUPERVISORS)) -> Counted:
    return counted(count, on, presence(on), together)


def between(of: Counted, clock: int, since: int, until: int) -> int:
    return int(of.between(np.array([clock]), np.array([since]), np.array([until]))[0])


def manned(shifts: list[tuple[int, int, int, int, int]]) -> tuple[Floor, np.ndarray]:
    """The floor of these shifts, and for each of seconds 0-149 and pools 0-2 whether anybody is ready there."""
    changes, there = [], np.zeros((150, 3), bool)
    for slot, (pool, begin, length, after, pause) in enumerate(shifts):
        changes += [(begin, slot, ON), (begin + length, slot, OFF)]
        ready = np.zeros(150, bool)
        ready[begin : begin + length] = True
        if after < length:
            changes += [(begin + after, slot, BREAK_BEGINS), (min(begin + after + pause, begin + length), slot, BREAK_ENDS)]
            ready[begin + after : begin + after + pause] = False
        there[:, pool] |= ready
    return floor(slots=[(pool, 1) for pool, *_ in shifts], changes=changes), there


@given(SHIFTS, st.integers(0, 149), st.integers(0, 149))
def test_it_is_the_number_of_seconds_in_which_somebody_is_there(shifts: list[tuple[int, int, int, int, int]], one: int, other: int) -> None:
    on, there = manned(shifts)
    since, until = sorted((one, other))
    of = clocks(on)
    for pool in range(3):
        assert between(of, pool, since, until) == there[since:until, pool].sum()
    assert between(of, TOGETHER, since, until) == there[since:until, :2].any(axis=1).sum()


@given(SHIFTS, st.integers(0, 100), st.integers(1, 50))
def test_it_runs_out_in_the_first_second_by_which_so_many_have_counted(
    shifts: list[tuple[int, int, int, int, int]], since: int, seconds: int
) -> None:
    on, there = manned(shifts)
    of = clocks(on)
    for pool in range(3):
        due = int(of.runs_out(np.array([pool]), np.array([since]), seconds)[0])
        if there[since:, pool].sum() < seconds:
            assert due == NEVER
        else:
            assert between(of, pool, since, due) == seconds
            assert between(of, pool, since, due - 1) == seconds - 1


def test_by_the_calendar_every_second_counts() -> None:
    of = clocks(floor(), CALENDAR)
    for clock in (AGENTS, CARRIERS, TOGETHER):
        assert between(of, clock, -50, 10_000) == 10_050
        assert of.runs_out(np.array([clock]), np.array([-50]), 70).tolist() == [20]


def test_nothing_has_run_out_before_it_began_to_run() -> None:
    of = clocks(floor(changes=[(100, 0, ON), (200, 0, OFF)]))
    assert of.runs_out(np.array([AGENTS]), np.array([7]), 0).tolist() == [7]


def test_where_nobody_ever_goes_home_it_runs_on() -> None:
    of = clocks(floor(slots=[(pool, 1) for pool in range(5)], changes=[(100 * pool, pool, ON) for pool in range(5)]))
    for clock in (*range(5), TOGETHER):
        assert between(of, clock, -50, 10**9) == 10**9 - max(0, 100 * clock)


def test_a_word_that_is_no_way_of_counting_is_refused() -> None:
    with pytest.raises(ValueError, match="standards count office hours; it must be calendar or staffed"):
        clocks(floor(), "office hours")
