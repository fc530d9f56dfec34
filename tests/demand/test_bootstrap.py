"""A history's ordinary days dealt anew: which day comes when, that it comes whole, and what it does not hang on."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sim.demand import bootstrap
from sim.demand.bootstrap import A_COPY, A_DAY, EPOCH, dealt, dealt_days, ordinary_requests
from sim.demand.columns import C_INSTANT
from sim.demand.history import History, read_history
from sim.demand.refunds import INDUCED, WHOLE
from sim.demand.replay import draw_workload, replay
from sim.demand.workload import REFUND, Workload
from sim.errors import BadInput, BadInputs
from sim.rules.path import path_of
from sim.scenario import Scenario, load_scenario
from sim.scenario.calendar import day_start, moment_at
from sim.scenario.demand import Bootstrap
from sim.shipped import scenarios_folder

from .conftest import changed, export_text

FIRST, LAST = date(2025, 9, 3), date(2025, 10, 14)  # a Wednesday and a Tuesday: six whole weeks
SALE = date(2025, 9, 19)  # a Friday
SUNDAY = 6


def rows_of(day: date) -> list[dict[str, str]]:
    """A day's requests: as many as its date says, none on Sundays, hundreds on the sale; every fourth is refunded by a machine."""
    count = 0 if day.weekday() == SUNDAY else 300 if day == SALE else 1 + day.toordinal() * 7 % 11
    return [
        {
            "退款编号": f"{day}-{number}",
            "退款的申请时间": f"{datetime(day.year, day.month, day.day, 1) + timedelta(minutes=4 * number, seconds=number)}",  # noqa: DTZ001
            "买家退款金额": f"{day.toordinal() % 1000 + 1}.{number % 100:02d}",
            "是否零秒响应": "是" if number % 4 == 3 else "否",
        }
        for number in range(count)
    ]


def shop(folder: Path, first: date = FIRST, last: date = LAST) -> History:
    """The export of a shop over some days."""
    days = [first + timedelta(days=day) for day in range((last - first).days + 1)]
    path = folder / "shop.csv"
    path.write_text(export_text(row for day in days for row in rows_of(day)), "utf-8-sig")
    return read_history(path)


@pytest.fixture(scope="module")
def six_weeks(tmp_path_factory: pytest.TempPathFactory) -> History:
    return shop(tmp_path_factory.mktemp("six_weeks"))


@pytest.fixture(scope="module")
def anew(busy_week: Scenario) -> Callable[..., Scenario]:
    """anew(days=…, leave_out=…, …) is a scenario of four weeks of days dealt anew; other settings as in `changed`."""

    def scenario(days: int = 7, leave_out: tuple[date, ...] = (SALE,), **figures: Any) -> Scenario:
        calendar = {"calendar__start": date(2025, 11, 3), "calendar__days": 28, "calendar__drain_days": 7}
        return changed(busy_week, **calendar | {"demand__bootstrap": Bootstrap(days=days, leave_out=leave_out)} | figures)

    return scenario


def as_dates(days: np.ndarray) -> list[date]:
    return [EPOCH + timedelta(days=day) for day in days.tolist()]


def by_date(history: History, scenario: Scenario, seed: int = 1, replication: int = 0) -> dict[date, date]:
    """The day of the history dealt to each date of the scenario."""
    dates, sources = dealt_days(history, scenario, seed, replication)
    return dict(zip(as_dates(dates), as_dates(sources), strict=True))


def by_number(work: Workload) -> dict[int, bytes]:
    """Each refund by its number as bytes; of the second application only whether there is one (it stands in another row)."""
    plain = work.refunds.view(WHOLE).copy().view(REFUND)
    plain["again"] = np.where(plain["again"] < 0, -1, 0)
    return {int(number): bytes(row) for number, row in zip(plain["number"], plain.view(WHOLE), strict=True)}


def numbered(history: History, scenario: Scenario) -> Counter[tuple[int, int, str]]:
    """What is dealt: number, row in the history and time of each request."""
    anew = dealt(history, scenario, 1, 0)
    return Counter(zip(anew.number.tolist(), anew.place.tolist(), anew.filed.astype(str).tolist(), strict=True))


HORIZONS = {
    "seed": st.integers(0, 2**32),
    "replication": st.integers(0, 1_000),
    "days": st.integers(1, 20),
    "begins": st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    "length": st.integers(1, 60),
    "before": st.integers(0, 20),
    "after": st.integers(0, 20),
}


# ---------------------------------------------------------------- what a date is dealt
@settings(max_examples=40, deadline=None)
@given(**HORIZONS, scale=st.sampled_from([0.5, 1.0, 2.5]))
def test_dealt_requests_lie_in_the_horizon_under_ascending_numbers_of_their_own(
    six_weeks: History, anew: Callable[..., Scenario], scale: float, **drawn: Any
) -> None:
    scenario = over(anew, drawn, demand__scale=scale)
    calendar = scenario.calendar
    work = replay(six_weeks, scenario, drawn["seed"], drawn["replication"])
    first = work.refunds[work.refunds["second"] == 0]
    assert (np.diff(work.refunds["number"]) > 0).all()
    assert first["number"].max(initial=0) < INDUCED
    for filed in (first["filed"], work.automatic):
        assert (filed >= day_start(calendar, -calendar.warmup_days)).all()
        assert (filed < day_start(calendar, calendar.days + calendar.drain_days)).all()
    assert work.left_out == {}


@settings(max_examples=40, deadline=None)
@given(**HORIZONS)
def test_each_date_has_all_requests_of_one_day_of_its_weekday_at_their_times(
    six_weeks: History, anew: Callable[..., Scenario], **drawn: Any
) -> None:
    scenario = over(anew, drawn)
    sources = by_date(six_weeks, scenario, drawn["seed"], drawn["replication"])
    assert list(sources) == [drawn["begins"] + timedelta(days=day) for day in range(-drawn["before"], drawn["length"] + drawn["after"])]
    of_day: dict[date, list[tuple[Any, ...]]] = {}
    for row in six_weeks.refunds.tolist():
        of_day.setdefault(row[0].date(), []).append((row[0].time(), row[2], row[11]))
    work = replay(six_weeks, scenario, drawn["seed"], drawn["replication"])
    came: dict[date, Counter[Any]] = {}
    for refund in work.refunds[work.refunds["second"] == 0]:
        at = moment_at(scenario.calendar, refund["filed"])
        came.setdefault(at.date(), Counter())[(at.time(), int(refund["amount"]))] += 1
    by_machine = Counter(moment_at(scenario.calendar, at).date() for at in work.automatic.tolist())
    for day, source in sources.items():
        assert source.weekday() == day.weekday()
        assert source != SALE
        assert came.get(day, Counter()) == Counter(row[:2] for row in of_day.get(source, []) if not row[2])
        assert by_machine[day] == sum(row[2] for row in of_day.get(source, []))


def over(anew: Callable[..., Scenario], drawn: dict[str, Any], **figures: Any) -> Scenario:
    return anew(
        drawn["days"],
        calendar__start=drawn["begins"],
        calendar__days=drawn["length"],
        calendar__warmup_days=drawn["before"],
        calendar__drain_days=drawn["after"],
        **figures,
    )


def test_a_closed_day_is_dealt_as_a_closed_day(six_weeks: History, anew: Callable[..., Scenario]) -> None:
    scenario = anew(calendar__days=70)
    sundays = {day for day in by_date(six_weeks, scenario) if day.weekday() == SUNDAY}
    assert len(sundays) == 11
    filed = replay(six_weeks, scenario).refunds["filed"]
    assert not sundays & {moment_at(scenario.calendar, at).date() for at in filed[filed < 2**61].tolist()}


def test_a_day_left_out_is_never_dealt_and_would_be_otherwise(six_weeks: History, anew: Callable[..., Scenario]) -> None:
    dealt_without = {day for replication in range(60) for day in by_date(six_weeks, anew(), replication=replication).values()}
    dealt_with = {day for replication in range(60) for day in by_date(six_weeks, anew(leave_out=()), replication=replication).values()}
    every = {FIRST + timedelta(days=day) for day in range((LAST - FIRST).days + 1)}
    assert dealt_with == every
    assert dealt_without == every - {SALE}


# ---------------------------------------------------------------- every ordinary day alike, whole blocks
@pytest.mark.parametrize(
    ("first", "last", "leave_out", "days"),
    [
        (FIRST, LAST, (), 7),  # whole weeks: the last day is followed by the first
        (FIRST, LAST, (SALE,), 7),
        (FIRST, date(2025, 10, 9), (SALE,), 5),  # some weekdays come six times, others five
        (FIRST, date(2025, 9, 23), (date(2025, 9, 8), SALE), 3),
        (FIRST, LAST, (SALE,), 1),
    ],
)
def test_every_ordinary_day_of_a_weekday_is_equally_likely_on_every_date(
    first: date, last: date, leave_out: tuple[date, ...], days: int, tmp_path: Path, anew: Callable[..., Scenario]
) -> None:
    """Also the first and last days and those beside a sale, which a block that must lie whole in the history would seldom reach."""
    history = shop(tmp_path, first, last)
    scenario = anew(days, leave_out, calendar__days=14, calendar__drain_days=0)
    dealt_to = np.array([dealt_days(history, scenario, 3, replication)[1] for replication in range(1_500)])
    ordinary = {first + timedelta(days=day) for day in range((last - first).days + 1)} - set(leave_out)
    found = []
    for of_date, day in zip(dealt_to.T, by_date(history, scenario), strict=True):
        alike = [(each - EPOCH).days for each in sorted(ordinary) if each.weekday() == day.weekday()]
        counts = [int((of_date == each).sum()) for each in alike]
        assert sum(counts) == len(of_date)
        found.append(stats.chisquare(counts).pvalue)
    assert min(found) > 0.001 / len(found)  # Bonferroni: a sound sampler fails once in a thousand seeds
    assert np.mean(found) > 0.2


@pytest.mark.parametrize("days", [1, 3, 7, 10])
def test_days_of_a_block_follow_each_other_and_blocks_begin_on_any_weekday(
    days: int, tmp_path: Path, anew: Callable[..., Scenario]
) -> None:
    """In whole weeks without a gap, circularly: a block breaks nowhere."""
    history = shop(tmp_path)
    span = (LAST - FIRST).days + 1
    begin = (FIRST - EPOCH).days
    breaks = Counter[int]()
    for replication in range(70):
        dates, sources = dealt_days(history, anew(days, (), calendar__days=210), 1, replication)
        follows = (sources[1:] - begin) == (sources[:-1] - begin + 1) % span
        seams = dates[1:][~follows]
        assert len(set((seams % days).tolist())) <= 1
        assert len(seams) > 0.5 * len(dates) / days  # the next block goes on where this one ends once in six times
        breaks += Counter(((seams + EPOCH.weekday()) % 7).tolist())
    assert set(breaks) == set(range(7))


def test_one_block_may_be_as_long_as_the_history(tmp_path: Path, anew: Callable[..., Scenario]) -> None:
    sources = list(by_date(shop(tmp_path), anew(42, (), calendar__days=42, calendar__drain_days=0)).values())
    assert len(set(sources)) >= 21  # of at most two blocks, one has half of the horizon


# ---------------------------------------------------------------- what a date's day does not hang on
@settings(max_examples=40, deadline=None)
@given(days=st.integers(1, 20), later=st.integers(0, 90), before=st.integers(0, 30), length=st.integers(1, 120))
def test_a_date_has_the_same_requests_wherever_the_scenario_begins_and_ends(
    six_weeks: History, anew: Callable[..., Scenario], days: int, later: int, before: int, length: int
) -> None:
    one = by_date(six_weeks, anew(days, calendar__days=90))
    begins = date(2025, 11, 3) + timedelta(days=later)
    scenario = anew(days, calendar__start=begins, calendar__days=length, calendar__warmup_days=before)
    other = by_date(six_weeks, scenario)
    both = one.keys() & other.keys()
    assert both
    assert {day: one[day] for day in both} == {day: other[day] for day in both}
    one_dealt, other_dealt = numbered(six_weeks, anew(days, calendar__days=90)), numbered(six_weeks, scenario)
    shared = {str(day) for day in both}
    assert {each for each in one_dealt if each[2][:10] in shared} == {each for each in other_dealt if each[2][:10] in shared}


def test_more_days_and_more_demand_change_no_earlier_refund(six_weeks: History, anew: Callable[..., Scenario]) -> None:
    few = by_number(replay(six_weeks, anew(calendar__drain_days=0), 2))
    longer = by_number(replay(six_weeks, anew(calendar__days=50, calendar__drain_days=10), 2))
    more = by_number(replay(six_weeks, anew(calendar__drain_days=0, demand__scale=2.3), 2))
    assert set(few.items()) < set(longer.items())
    assert set(few.items()) < set(more.items())
    assert len(more) / len(few) == pytest.approx(2.3, rel=0.15)


def test_a_copy_is_filed_in_the_minute_of_its_original(six_weeks: History, anew: Callable[..., Scenario]) -> None:
    scenario = anew(demand__scale=2.0, buyer__again=0.0)
    refunds = replay(six_weeks, scenario).refunds
    copies = refunds["number"] % A_DAY >= A_COPY
    originals = refunds[np.searchsorted(refunds["number"], refunds["number"][copies] - A_COPY)]
    assert copies.sum() == len(refunds) / 2
    assert np.array_equal(originals["number"] + A_COPY, refunds["number"][copies])
    assert np.array_equal(originals["filed"] // 60, refunds["filed"][copies] // 60)
    assert not np.array_equal(originals["filed"], refunds["filed"][copies])


def test_other_seeds_and_replications_deal_other_days(six_weeks: History, anew: Callable[..., Scenario]) -> None:
    dealt_anew = [tuple(by_date(six_weeks, anew(), *luck).values()) for luck in [(1, 0), (1, 1), (2, 0), (1, 0)]]
    assert len(set(dealt_anew)) == 3
    assert dealt_anew[0] == dealt_anew[3]


def test_one_more_day_left_out_leaves_most_dates_what_they_had(six_weeks: History, anew: Callable[..., Scenario]) -> None:
    """Only blocks that held the day, or might go on from beside it, are dealt otherwise."""
    kept, held = [], []
    for replication in range(40):
        before = by_date(six_weeks, anew(calendar__days=70), replication=replication)
        after = by_date(six_weeks, anew(calendar__days=70, leave_out=(SALE, date(2025, 9, 30))), replication=replication)
        kept += [before[day] == after[day] for day in before]
        held += [before[day] == date(2025, 9, 30) for day in before]
    assert np.mean(held) == pytest.approx(1 / 42, abs=0.012)
    assert np.mean(kept) > 0.75


# ---------------------------------------------------------------- clocks, machines, a scenario file
@pytest.mark.parametrize(("start", "length"), [(date(2026, 4, 22), -3_600), (date(2026, 10, 27), 3_600)])
def test_requests_stay_on_the_wall_clock_when_it_is_changed(
    start: date, length: int, six_weeks: History, anew: Callable[..., Scenario]
) -> None:
    """In Cairo a Friday in April begins at one o'clock, and a Thursday in October has its last hour twice."""
    scenario = anew(calendar__start=start, calendar__days=4, calendar__drain_days=0, calendar__zone="Africa/Cairo", buyer__again=0.0)
    assert day_start(scenario.calendar, 4) == 4 * 86_400 + length
    anew_dealt = dealt(six_weeks, scenario, 1, 0)
    told = [moment_at(scenario.calendar, at).replace(tzinfo=None) for at in replay(six_weeks, scenario, 1).refunds["filed"].tolist()]
    by_hand = ~six_weeks.column("automatic")[anew_dealt.place]
    assert told == anew_dealt.filed[by_hand].tolist()
    assert np.array_equal(anew_dealt.filed.astype("M8[D]").astype(np.int64), anew_dealt.number // A_DAY)
    in_history = six_weeks.column("filed")[anew_dealt.place]
    assert np.array_equal(anew_dealt.filed - anew_dealt.filed.astype("M8[D]"), in_history - in_history.astype("M8[D]"))
    assert {at.date() for at in told} == {start + timedelta(days=day) for day in range(4)}


def test_the_machines_share_is_that_of_the_ordinary_days(six_weeks: History, anew: Callable[..., Scenario]) -> None:
    """A scenario's machine refunds count those that come along with the dealt days; the sale's have no say."""
    scenario = anew()
    ordinary = ordinary_requests(six_weeks, scenario)
    assert (~ordinary).sum() == 300
    automatic, path = six_weeks.column("automatic")[ordinary], six_weeks.column("path")[ordinary]
    assert set(path.tolist()) == {1}
    rows = np.concatenate([replay(six_weeks, scenario, 1, replication).refunds for replication in range(10)])
    first = rows[(rows["second"] == 0) & (path_of(rows["state"], rows["sends_back"]) == 1)]
    assert first["chance"][:, C_INSTANT].min() == pytest.approx(automatic.mean(), abs=0.002)


def test_a_scenario_file_asks_for_days_dealt_anew(tmp_path: Path, busy_week: Scenario) -> None:
    shop(tmp_path)
    overlay = {
        "calendar": {"start": "2025-11-03", "days": 14, "warmup_days": 3},
        "demand": {"history": str(tmp_path / "shop.csv"), "bootstrap": {"days": 7, "leave_out": ["2025-09-19"]}},
    }
    scenario = load_scenario(scenarios_folder() / "busy-week.toml", [overlay])
    works = [draw_workload(scenario, 1, replication) for replication in (0, 1, 0)]
    assert works[0].refunds.tobytes() == works[2].refunds.tobytes()
    assert not np.array_equal(works[0].refunds["number"], works[1].refunds["number"])
    assert works[0].refunds["filed"].min() < 0


# ---------------------------------------------------------------- what cannot be dealt
def test_a_weekday_without_an_ordinary_day_is_named(tmp_path: Path, anew: Callable[..., Scenario]) -> None:
    history = shop(tmp_path, FIRST, FIRST + timedelta(days=8))  # Wednesday to Thursday of the next week
    with pytest.raises(BadInput) as caught:
        replay(history, anew(1, (date(2025, 9, 5), date(2025, 9, 9))))
    assert caught.value.field == "demand.bootstrap"
    assert caught.value.line is not None
    assert "deal on: tue, fri." in str(caught.value)


def test_a_history_with_no_run_of_days_as_long_as_a_block_is_refused(six_weeks: History, anew: Callable[..., Scenario]) -> None:
    with pytest.raises(BadInput) as caught:
        replay(six_weeks, anew(30))
    assert (caught.value.field, caught.value.value, caught.value.allowed) == ("demand.bootstrap.days", 30, ("1-25",))
    assert "at most 25" in str(caught.value)
    assert len(replay(six_weeks, anew(25))) > 0


def test_a_day_to_leave_out_that_the_history_does_not_have_is_named_with_the_nearest(
    six_weeks: History, anew: Callable[..., Scenario]
) -> None:
    with pytest.raises(BadInputs) as caught:
        replay(six_weeks, anew(leave_out=(date(2025, 9, 2), SALE, date(2025, 11, 11))))
    assert [(each.field, each.value, each.nearest) for each in caught.value] == [
        ("demand.bootstrap.leave_out", "2025-09-02", "2025-09-03"),
        ("demand.bootstrap.leave_out", "2025-11-11", "2025-10-14"),
    ]
    assert all("2025-09-03" in str(each) and "2025-10-14" in str(each) for each in caught.value)


def test_a_day_of_more_requests_than_there_are_numbers_is_refused(
    six_weeks: History, anew: Callable[..., Scenario], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether or not it is dealt this time; a day left out does not matter."""
    monkeypatch.setattr(bootstrap, "A_COPY", 200)
    assert len(replay(six_weeks, anew())) > 0
    with pytest.raises(BadInput) as caught:
        replay(six_weeks, anew(leave_out=(), calendar__days=1, calendar__drain_days=0))
    assert (caught.value.file, caught.value.value) == (six_weeks.file, "2025-09-19")
    assert "300" in str(caught.value)


def test_every_copy_that_a_scenario_may_ask_for_has_numbers(busy_week: Scenario) -> None:
    most = A_DAY // A_COPY
    assert load_scenario(scenarios_folder() / "busy-week.toml", [{"demand": {"scale": 1000.0}}]).demand.scale <= most
    with pytest.raises(BadInput):
        load_scenario(scenarios_folder() / "busy-week.toml", [{"demand": {"scale": float(most)}}])


def test_numbers_stay_below_those_of_requests_brought_along_to_the_last_date_a_scenario_can_have(
    six_weeks: History, anew: Callable[..., Scenario]
) -> None:
    """And the draws of the longest warm-up before the earliest start have numbers at all."""
    late = dealt(six_weeks, anew(calendar__start=date(2200, 12, 31), calendar__days=3_660, calendar__drain_days=3_660), 0, 0)
    assert late.number.max() + A_DAY < INDUCED
    early = anew(20, calendar__start=date(1990, 1, 1), calendar__days=1, calendar__warmup_days=3_660)
    assert dealt(six_weeks, early, 0, 0).number.min() >= 0
