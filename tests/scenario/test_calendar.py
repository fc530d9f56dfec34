"""Wall clock and seconds since the start."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario import Calendar, day_of, day_start, moment_at, seconds_at

SHANGHAI = Calendar(start=date(2025, 11, 10), days=7)
BERLIN_SPRING = Calendar(start=date(2025, 3, 29), days=3, zone="Europe/Berlin")
BERLIN_AUTUMN = Calendar(start=date(2025, 10, 25), days=3, zone="Europe/Berlin")
CALENDARS = [SHANGHAI, BERLIN_SPRING, BERLIN_AUTUMN]


def test_second_zero_is_midnight_of_the_start() -> None:
    assert seconds_at(SHANGHAI, datetime(2025, 11, 10)) == 0  # noqa: DTZ001  (the scenario's own wall clock)
    assert moment_at(SHANGHAI, 0) == datetime(2025, 11, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_the_warm_up_lies_before_zero() -> None:
    assert seconds_at(SHANGHAI, datetime(2025, 11, 9, 23, 59, 59)) == -1  # noqa: DTZ001
    assert (day_start(SHANGHAI, -1), day_of(SHANGHAI, -1)) == (-86400, -1)


def test_a_moment_of_another_zone_is_converted() -> None:
    assert seconds_at(SHANGHAI, datetime(2025, 11, 9, 16, tzinfo=UTC)) == 0


def test_fractions_of_a_second_are_rounded() -> None:
    at = datetime(2025, 11, 10, 0, 0, 7, 500_000)  # noqa: DTZ001
    assert seconds_at(SHANGHAI, at) == 8
    assert seconds_at(SHANGHAI, at - timedelta(microseconds=1)) == 7


@pytest.mark.parametrize(("calendar", "hours"), [(SHANGHAI, 24), (BERLIN_SPRING, 23), (BERLIN_AUTUMN, 25)])
def test_a_day_has_as_many_hours_as_its_zone_gives_it(calendar: Calendar, hours: int) -> None:
    assert day_start(calendar, 2) - day_start(calendar, 1) == hours * 3600
    assert day_start(calendar, 1) == 86400


def test_an_hour_that_comes_twice_is_two_hours() -> None:
    first = seconds_at(BERLIN_AUTUMN, datetime(2025, 10, 26, 2, 30))  # noqa: DTZ001
    again = seconds_at(BERLIN_AUTUMN, datetime(2025, 10, 26, 2, 30, fold=1))  # noqa: DTZ001
    assert again - first == 3600


@given(st.sampled_from(CALENDARS), st.integers(-(10**7), 10**7))
def test_there_and_back_is_the_same_second(calendar: Calendar, seconds: int) -> None:
    assert seconds_at(calendar, moment_at(calendar, seconds)) == seconds


@given(st.sampled_from(CALENDARS), st.integers(-(10**7), 10**7))
def test_every_second_belongs_to_the_day_it_lies_in(calendar: Calendar, seconds: int) -> None:
    day = day_of(calendar, seconds)
    assert day_start(calendar, day) <= seconds < day_start(calendar, day + 1)
