"""The estimate of people short, as a line that can be checked by hand."""

from sim.measure.summary import RunSummary
from tests.measure.conftest import COUNT_STAFFED, DEDICATED, Measure
from tests.measure.tiny import DAY, HOUR, MACHINE, MINUTE, Diary

MORNING = 8 * HOUR


def rush(requests: int, filed: int, minutes: int, diary: Diary | None = None, first: int = 0) -> Diary:
    diary = diary or Diary()
    for number in range(requests):
        diary.answered(filed, 0, minutes * MINUTE, first + number, slot=number % 2)
    return diary


def needs(summary: RunSummary) -> list[tuple[float, float, int, int, int, int]]:
    return [(need.begin / HOUR, need.end / HOUR, need.due, need.needed, need.staffed, need.short) for need in summary.needs]


def test_requests_due_times_minutes_over_productive_time_less_the_people_there(measure: Measure) -> None:
    """100 requests x 10 min = 1,000 min; a person gives 8 h - 30 min = 450 min: 2.2, so 3 people, and 2 are there."""
    summary = measure(rush(100, MORNING, 10).log())
    assert needs(summary)[0] == (8.0, 16.0, 100, 3, 2, 1)
    assert summary.needs[0].seconds_each == 600
    assert summary.needs[0].productive == 450 * MINUTE
    assert summary.at("short_staffed")[0] == 1
    assert summary.kpis["short_staffed"].estimate


def test_an_exact_fit_asks_for_nobody_more(measure: Measure) -> None:
    assert needs(measure(rush(90, MORNING, 10).log()))[0][3:] == (2, 2, 0)


def test_a_request_belongs_to_the_shift_in_which_its_standard_runs_out(measure: Measure) -> None:
    summary = measure(rush(1, 7 * HOUR + 45 * MINUTE, 10, rush(1, 15 * HOUR + 45 * MINUTE, 10), first=1).log())
    assert [need[2] for need in needs(summary)] == [1, 1]  # the second one is due after the shift: it waits for the next


def test_what_is_due_while_nobody_is_planned_falls_to_the_next_shift(measure: Measure) -> None:
    summary = measure(rush(5, 20 * HOUR, 10).log())
    assert [(need[0], need[2]) for need in needs(summary)] == [(8.0, 0), (32.0, 5)]


def test_shifts_that_overlap_are_cut_where_people_come_and_go(measure: Measure) -> None:
    late = {"from": "14:00", "to": "22:00", "count": 1}
    summary = measure(rush(1, DAY + MORNING, 10).log(), {"pools": {"agents": {"groups": {"regular": {"shifts": {"late": late}}}}}})
    assert [need[:2] + need[4:5] for need in needs(summary)][:3] == [(8.0, 14.0, 2), (14.0, 16.0, 3), (16.0, 22.0, 1)]


def test_two_chats_at_once_count_twice(measure: Measure) -> None:
    two = {"pools": {"agents": {"groups": {"regular": {"seats": 2}}}}}
    assert measure(rush(1, MORNING, 10).log(), two).needs[0].productive == 900 * MINUTE


def test_people_to_spare_are_not_people_short(measure: Measure) -> None:
    summary = measure(rush(1, MORNING, 10).log())
    assert summary.needs[0].short == -1
    assert summary.at("short_staffed")[0] == 0


def test_without_a_standard_nothing_is_due(measure: Measure) -> None:
    value, reason = measure(rush(1, MORNING, 10).log(), {"standards": {"first_response": "none"}}).at("short_staffed")
    assert value is None
    assert reason is not None
    assert reason.key == "no_standard"


def test_what_a_machine_refunded_unseen_needs_nobody(measure: Measure) -> None:
    diary = rush(10, MORNING, 10)
    for refund in range(10, 20):
        diary.filed(MORNING, refund).closed(MORNING, refund)
    summary = measure(diary.log(automatic=[0] * 10 + [MACHINE] * 10))
    assert (summary.needs[0].due, summary.needs[0].seconds_each) == (10, 600)


def test_on_staffed_hours_the_standard_runs_out_in_the_shift_that_takes_it_up(measure: Measure) -> None:
    """Filed at 11:50, ten minutes before the break of all: by the calendar due at 12:20, on staffed hours at 12:50."""
    late = {"from": "12:30", "to": "20:00", "count": 1}
    shifts = {"pools": {"agents": {"groups": {"regular": {"shifts": {"late": late}}}}}}
    log = rush(1, 11 * HOUR + 50 * MINUTE, 10).log()
    assert [need[2] for need in needs(measure(log, shifts))][:3] == [1, 0, 0]
    assert [need[2] for need in needs(measure(log, COUNT_STAFFED, shifts))][:3] == [0, 1, 0]


def test_agents_dedicated_to_paths_are_counted_together(measure: Measure) -> None:
    assert [need[:2] + need[4:5] for need in needs(measure(rush(1, MORNING, 10).log(), DEDICATED))][:3] == [
        (8.0, 12.0, 2),
        (12.0, 16.0, 3),
        (16.0, 20.0, 1),
    ]
