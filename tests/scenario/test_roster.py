"""Who is on duty when."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.scenario import POOLS, Roster, Scenario, absences, changes, day_start, load_scenario, roster
from sim.scenario.calendar import BREAK_BEGINS, BREAK_ENDS, OFF, ON
from sim.scenario.staff import WEEK
from tests.scenario.conftest import AFTER_SALES, OUTSIDE, SMALL

HOUR, DAY = 3600, 86400
Change = tuple[int, int, int]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("roster") / "small.toml"
    path.write_text(SMALL, "utf-8")
    return path


def with_shifts(base: Path, shifts: dict[str, Any], **calendar: Any) -> Scenario:
    """The small scenario whose agents have one more group "x" with these shifts and nobody else."""
    nobody = {"day": {"count": 0}, "night": {"count": 0}}
    groups = {"regular": {"shifts": nobody}, "x": {"cost_per_hour": "1 yuan", "shifts": shifts}}
    return load_scenario(base, [{"pools": {"agents": {"groups": groups}}, "calendar": calendar}])


def shift(begin: str, end: str, count: int = 1, **more: Any) -> dict[str, Any]:
    return {"from": begin, "to": end, "count": count, **more}


def nobody_absent(table: Roster) -> NDArray[np.bool_]:
    return np.zeros((len(table), table.days), np.bool_)


def of_group_x(table: Roster, absent: NDArray[np.bool_] | None = None) -> list[Change]:
    every = changes(table, nobody_absent(table) if absent is None else absent)
    return [(int(time), int(slot), int(what)) for time, slot, what in every.tolist() if table.names[slot].startswith("agents/x/")]


def test_slots_are_named_and_stand_in_dispatch_order(scenario: Scenario) -> None:
    table = roster(scenario, 0, 1)
    assert table.names == (
        "agents/regular/day/1",
        "agents/regular/day/2",
        "agents/regular/night/1",
        "supervisors/regular/day/1",
        "warehouse/regular/day/1",
        "inspection/regular/day/1",
        "carriers/express/always/1",
    )
    assert [POOLS[pool] for pool in table.pool] == [name.split("/")[0] for name in table.names]
    assert table.group.tolist() == [0, 0, 0, 1, 2, 3, 4]
    assert [(pool, name) for pool, name, _ in scenario.groups()][4] == ("carriers", "express")


def test_inside_a_group_shifts_stand_by_begin_then_name_then_number(base: Path) -> None:
    shifts = {"b": shift("08:00", "10:00"), "a": shift("08:00", "12:00", 11), "early": shift("06:00", "10:00")}
    names = [name.removeprefix("agents/x/") for name in roster(with_shifts(base, shifts), 0, 0).names if "/x/" in name]
    assert names == ["early/1", *(f"a/{number}" for number in range(1, 12)), "b/1"]


def test_groups_keep_the_order_of_the_file(base: Path) -> None:
    table = roster(
        load_scenario(
            base, [{"pools": {"agents": {"groups": {"a": {"cost_per_hour": "1 yuan", "shifts": {"s": shift("08:00", "9:00")}}}}}}]
        ),
        0,
        0,
    )
    assert [name.split("/")[1] for name in table.names[:4]] == ["regular", "regular", "regular", "a"]
    assert table.group.tolist() == [0, 0, 0, 1, 2, 3, 4, 5]


def test_a_day_s_changes_are_those_of_the_plan(base: Path) -> None:
    table = roster(with_shifts(base, {"d": shift("08:00", "16:00", breaks=[{"at": "12:00", "length": "30 min"}])}), 0, 0)
    assert of_group_x(table) == [(8 * HOUR, 0, ON), (12 * HOUR, 0, BREAK_BEGINS), (12 * HOUR + 1800, 0, BREAK_ENDS), (16 * HOUR, 0, OFF)]


def test_a_shift_over_midnight_belongs_to_the_day_it_begins(base: Path) -> None:
    shifts = {"n": shift("22:00", "06:00", days=["tue"], breaks=[{"at": "02:00", "length": "30 min"}])}
    table = roster(with_shifts(base, shifts), 0, 6)
    begin = DAY + 22 * HOUR
    assert of_group_x(table) == [
        (begin, 0, ON),
        (begin + 4 * HOUR, 0, BREAK_BEGINS),
        (begin + 4 * HOUR + 1800, 0, BREAK_ENDS),
        (begin + 8 * HOUR, 0, OFF),
    ]
    spells = table.shifts[table.shifts["slot"] == 0]
    assert spells["day"].tolist() == [1]


def test_whoever_is_absent_on_tuesday_is_gone_for_tuesday_s_whole_night(base: Path) -> None:
    table = roster(with_shifts(base, {"n": shift("22:00", "06:00")}), 0, 3)
    absent = nobody_absent(table)
    absent[0, 1] = True
    times = [time for time, _, what in of_group_x(table, absent) if what == ON]
    assert times == [0, 22 * HOUR, 2 * DAY + 22 * HOUR, 3 * DAY + 22 * HOUR]


@pytest.mark.parametrize("end", ["24:00", "00:00"])
def test_a_shift_may_end_on_monday_at_midnight(base: Path, end: str) -> None:
    table = roster(with_shifts(base, {"s": shift("16:00", end, days=["sun"])}), 0, 13)
    assert of_group_x(table) == [
        (6 * DAY + 16 * HOUR, 0, ON),
        (7 * DAY, 0, OFF),
        (13 * DAY + 16 * HOUR, 0, ON),
        (14 * DAY, 0, OFF),
    ]


def test_the_night_before_the_first_day_reaches_into_it(base: Path) -> None:
    shifts = {"n": shift("22:00", "06:00", breaks=[{"at": "23:30", "length": "1 h"}])}
    table = roster(with_shifts(base, shifts), 0, 0)
    assert of_group_x(table)[:3] == [(0, 0, ON), (0, 0, BREAK_BEGINS), (1800, 0, BREAK_ENDS)]
    assert of_group_x(table)[3] == (6 * HOUR, 0, OFF)
    assert (table.shifts["begin"] >= 0).all()


def test_round_the_clock_is_one_stay_without_a_change_at_midnight(base: Path) -> None:
    for hours in (("00:00", "24:00"), ("00:00", "00:00")):
        assert of_group_x(roster(with_shifts(base, {"s": shift(*hours)}), 0, 4)) == [(0, 0, ON), (5 * DAY, 0, OFF)]
    assert of_group_x(roster(with_shifts(base, {"s": shift("08:00", "08:00")}), 0, 4)) == [(0, 0, ON), (5 * DAY + 8 * HOUR, 0, OFF)]


def test_an_absence_cuts_a_stay_round_the_clock(base: Path) -> None:
    table = roster(with_shifts(base, {"s": shift("00:00", "24:00")}), 0, 4)
    absent = nobody_absent(table)
    absent[0, 2] = True
    assert of_group_x(table, absent) == [(0, 0, ON), (2 * DAY, 0, OFF), (3 * DAY, 0, ON), (5 * DAY, 0, OFF)]


def test_a_break_is_clipped_to_its_shift_and_ends_with_it(base: Path) -> None:
    table = roster(with_shifts(base, {"s": shift("08:00", "16:00", breaks=[{"at": "15:45", "length": "1 h"}])}), 0, 0)
    assert of_group_x(table)[-3:] == [(15 * HOUR + 2700, 0, BREAK_BEGINS), (16 * HOUR, 0, OFF), (16 * HOUR, 0, BREAK_ENDS)]


def test_breaks_that_meet_are_one(base: Path) -> None:
    pauses = [{"at": "12:00", "length": "30 min"}, {"at": "12:30", "length": "30 min"}]
    table = roster(with_shifts(base, {"s": shift("08:00", "16:00", breaks=pauses)}), 0, 0)
    assert [time for time, _, what in of_group_x(table) if what in (BREAK_BEGINS, BREAK_ENDS)] == [12 * HOUR, 13 * HOUR]


def test_days_before_the_start_have_staff_too(base: Path) -> None:
    table = roster(with_shifts(base, {"s": shift("08:00", "16:00")}), -2, 0)
    assert [time for time, _, what in of_group_x(table) if what == ON] == [-2 * DAY + 8 * HOUR, -DAY + 8 * HOUR, 8 * HOUR]


def test_summer_time_shortens_and_lengthens_the_night(base: Path) -> None:
    for start, hours in (("2025-03-29", 7), ("2025-10-25", 9), ("2025-05-10", 8)):
        table = roster(with_shifts(base, {"n": shift("22:00", "06:00")}, start=date.fromisoformat(start), zone="Europe/Berlin"), 0, 0)
        stay = table.shifts[(table.shifts["slot"] == 0) & (table.shifts["day"] == 0)]
        assert int(stay["end"][0] - stay["begin"][0]) == hours * HOUR


def test_a_shift_inside_the_hour_that_is_skipped_does_no_harm(base: Path) -> None:
    shifts = {"a": shift("02:15", "02:45"), "b": shift("02:30", "03:10", breaks=[{"at": "02:40", "length": "20 min"}])}
    table = roster(with_shifts(base, shifts, start=date(2025, 3, 29), zone="Europe/Berlin"), 0, 2)
    assert (table.shifts["end"] > table.shifts["begin"]).all()
    assert (table.breaks["end"] > table.breaks["begin"]).all()


def test_absence_is_drawn_below_the_group_s_rate(base: Path) -> None:
    table = roster(load_scenario(base, [{"pools": {"agents": {"groups": {"regular": {"absence": 0.1}}}}}]), 0, 1)
    uniforms = np.full((len(table), 2), 0.0999)
    assert absences(table, uniforms)[:, 0].tolist() == [True, True, True, False, False, False, False]
    assert not absences(table, uniforms + 0.0001).any()


def test_the_roster_and_its_changes_are_read_only(scenario: Scenario) -> None:
    table = roster(scenario, 0, 1)
    for array in (table.pool, table.shifts, table.absence, changes(table, nobody_absent(table))):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[0]


def test_misuse_is_told(scenario: Scenario) -> None:
    with pytest.raises(ValueError, match="before first_day"):
        roster(scenario, 1, 0)
    with pytest.raises(ValueError, match="shape"):
        changes(roster(scenario, 0, 1), np.zeros((1, 1), np.bool_))


# -- properties

TIMES = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02d}:{quarter % 4 * 15:02d}")
DAYS = st.sets(st.sampled_from(WEEK), min_size=1).map(sorted)
SHIFTS = st.dictionaries(st.sampled_from("abcd"), st.tuples(TIMES, TIMES, st.integers(1, 3), DAYS), min_size=1)


def is_plan(shifts: dict[str, tuple[str, str, int, list[str]]]) -> bool:
    return len({(begin, end, tuple(days)) for begin, end, _, days in shifts.values()}) == len(shifts)


def planned_seconds(begin: str, end: str, days: list[str], scenario: Scenario, last_day: int) -> int:
    """By hand: 24 h minus what is outside, for each day on the plan; of the day before only what reaches into day 0."""
    from_, to = (int(text[:2]) * HOUR + int(text[3:]) * 60 for text in (begin, end))
    length = (to - from_ - 1) % DAY + 1
    total = 0
    for day in range(-1, last_day + 1):
        if WEEK[(scenario.calendar.start + timedelta(days=day)).weekday()] in days:
            total += length if day >= 0 else max(0, from_ + length - DAY)
    return total


@given(SHIFTS.filter(is_plan), st.integers(0, 9))
def test_time_on_duty_is_the_sum_of_the_shifts(base: Path, shifts: dict[str, tuple[str, str, int, list[str]]], last_day: int) -> None:
    plan = {name: shift(begin, end, count, days=days) for name, (begin, end, count, days) in shifts.items()}
    scenario = with_shifts(base, plan)
    table = roster(scenario, 0, last_day)
    every = changes(table, nobody_absent(table))
    for slot, name in enumerate(table.names):
        pool, group, shift_name, _ = name.split("/")
        if (pool, group) != ("agents", "x"):
            continue
        mine = every[every["slot"] == slot]
        on_duty = int(mine["time"][mine["what"] == OFF].sum() - mine["time"][mine["what"] == ON].sum())
        begin, end, _, days = shifts[shift_name]
        assert on_duty == planned_seconds(begin, end, days, scenario, last_day)


@given(SHIFTS.filter(is_plan), st.integers(-3, 3), st.integers(0, 9), st.integers(0, 2**32 - 1))
def test_whoever_comes_goes_and_the_changes_are_in_order(
    base: Path, shifts: dict[str, tuple[str, str, int, list[str]]], first_day: int, more: int, seed: int
) -> None:
    plan = {
        name: shift(begin, end, count, days=days, breaks=[{"at": begin, "length": "20 min"}])
        for name, (begin, end, count, days) in shifts.items()
    }
    scenario = with_shifts(base, plan)
    table = roster(scenario, first_day, first_day + more)
    absent = np.random.default_rng(seed).random((len(table), table.days)) < 0.3
    every = changes(table, absent)
    rows = every.tolist()
    assert rows == sorted(rows)
    for slot in range(len(table)):
        mine = [(time, what) for time, who, what in rows if who == slot]
        stays = [(time, what) for time, what in mine if what in (ON, OFF)]
        breaks = [(time, what) for time, what in mine if what in (BREAK_BEGINS, BREAK_ENDS)]
        for pair, (first, second) in ((stays, (ON, OFF)), (breaks, (BREAK_BEGINS, BREAK_ENDS))):
            assert [what for _, what in pair] == [first, second] * (len(pair) // 2)
            assert all(earlier < later for (earlier, _), (later, _) in pairwise(pair))
        inside = list(zip(stays[::2], stays[1::2], strict=True))
        for (begin, _), (end, _) in zip(breaks[::2], breaks[1::2], strict=True):
            assert any(on <= begin and end <= off for (on, _), (off, _) in inside)
    assert not len(rows) or rows[0][0] >= day_start(scenario.calendar, first_day)


@given(st.permutations(POOLS))
def test_the_order_of_pools_in_the_file_changes_no_slot(base: Path, order: list[str]) -> None:
    scenario = load_scenario(base, [AFTER_SALES, OUTSIDE])
    assert set(scenario.pools) == set(POOLS)
    turned = Scenario.model_validate({**scenario.model_dump(by_alias=True), "pools": {name: scenario.pools[name] for name in order}})
    assert roster(turned, 0, 0).names == roster(scenario, 0, 0).names
    assert list(dict.fromkeys(name.split("/")[0] for name in roster(scenario, 0, 0).names)) == list(POOLS)
