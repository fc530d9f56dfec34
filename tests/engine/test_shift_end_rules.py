"""The three rules for work in hand when a shift or a break calls its holder away; times to the second, on both engines."""

import pytest

from sim.desk.records import CAP, HAND_BACK, KEEP
from sim.scenario.calendar import BREAK_BEGINS, BREAK_ENDS, OFF, ON
from tests.engine.small_desks import SmallDesk, served, shift, story

TOLD = ("began", "finished", "handed_back", "gave_up")


def two_shifts(rule: int, cap: int = 0, reopening: int = 0, work: int = 1000, **columns: object) -> SmallDesk:
    """One refund at second 0; slot 0 until second 600, slot 1 from second 900."""
    return SmallDesk(
        [{"filed": 0, "work": [work], **columns}],
        served(0 if "patience" in columns else -1),
        changes=[*shift(0, (0, 600)), (900, 1, ON)],
        slots=[(0, 0, 1), (0, 1, 1)],
        pools=[(rule, cap, reopening)],
    )


def test_finish_works_overtime() -> None:
    assert story(two_shifts(KEEP), *TOLD) == [(0, 0, "began", 0), (1000, 0, "finished", 0)]


def test_who_works_overtime_takes_nothing_new() -> None:
    desk = two_shifts(KEEP)
    desk.refunds.append({"filed": 100, "work": [50]})
    assert story(desk, "began") == [(0, 0, "began", 0), (900, 1, "began", 1)]


def test_hand_back_works_only_the_share_not_yet_done() -> None:
    assert story(two_shifts(HAND_BACK), *TOLD) == [
        (0, 0, "began", 0),
        (600, 0, "handed_back", 0),
        (900, 0, "began", 1),
        (1300, 0, "finished", 1),  # 1000 × (1 - 600/1000)
    ]


def test_reopening_comes_on_top_of_the_share_not_yet_done() -> None:
    assert story(two_shifts(HAND_BACK, reopening=120), "finished") == [(900 + 120 + 400, 0, "finished", 1)]


def test_reopening_is_not_work_done_when_the_case_is_handed_back_twice() -> None:
    desk = SmallDesk(
        [{"filed": 0, "work": [1000]}],
        served(),
        changes=shift(0, (0, 600), (900, 1000), (2000, 2300), (3000, 9000)),
        pools=[(HAND_BACK, 0, 120)],
    )
    # 400 left at 600; at 900-1000 not even reopened; at 2000-2300 reopened and 180 done; 220 left
    assert story(desk, "began", "finished") == [
        (0, 0, "began", 0),
        (900, 0, "began", 0),
        (2000, 0, "began", 0),
        (3000, 0, "began", 0),
        (3000 + 120 + 220, 0, "finished", 0),
    ]


def test_work_handed_back_keeps_its_key() -> None:
    """Trap 5: it stands before those who came after it, though they joined the line earlier than it came back."""
    desk = two_shifts(HAND_BACK)
    desk.refunds.extend([{"filed": 100, "work": [10]}, {"filed": 500, "work": [10]}])
    assert [event[:2] for event in story(desk, "began")] == [(0, 0), (900, 0), (1300, 1), (1310, 2)]


@pytest.mark.parametrize(
    ("cap", "told"), [(400, [(1000, 0, "finished", 0)]), (399, [(600, 0, "handed_back", 0), (1300, 0, "finished", 1)])]
)
def test_finish_within_finishes_what_has_at_most_the_cap_left(cap: int, told: list[object]) -> None:
    assert story(two_shifts(CAP, cap), "finished", "handed_back") == told


@pytest.mark.parametrize("rule", [KEEP, HAND_BACK, CAP])
def test_work_that_ends_in_the_instant_the_shift_ends_is_finished(rule: int) -> None:
    """Trap 5: finishing comes before the change of shift inside an instant."""
    assert story(two_shifts(rule, work=600), *TOLD) == [(0, 0, "began", 0), (600, 0, "finished", 0)]


@pytest.mark.parametrize("rule", [KEEP, HAND_BACK, CAP])
def test_who_leaves_at_eight_finishes_while_who_comes_at_eight_starts(rule: int) -> None:
    desk = two_shifts(rule, work=600)
    desk.changes.append((600, 1, ON))
    desk.refunds.append({"filed": 600, "work": [50]})
    assert story(desk, *TOLD)[1:3] == [(600, 0, "finished", 0), (600, 1, "began", 1)]


def test_a_break_follows_the_same_rule_and_the_same_person_goes_on_after_it() -> None:
    changes = [(0, 0, ON), (600, 0, BREAK_BEGINS), (900, 0, BREAK_ENDS)]
    refunds = [{"filed": 0, "work": [1000]}]
    kept = SmallDesk(refunds, served(), changes=changes)
    given = SmallDesk(refunds, served(), changes=changes, pools=[(HAND_BACK, 0, 60)])
    assert story(kept, *TOLD) == [(0, 0, "began", 0), (1000, 0, "finished", 0)]
    assert story(given, *TOLD) == [(0, 0, "began", 0), (600, 0, "handed_back", 0), (900, 0, "began", 0), (1360, 0, "finished", 0)]


def test_nobody_is_given_work_on_a_break_or_when_a_break_ends_after_the_shift() -> None:
    changes = [(0, 0, ON), (10, 0, BREAK_BEGINS), (50, 0, OFF), (90, 0, BREAK_ENDS), (200, 0, ON)]
    assert story(SmallDesk([{"filed": 20, "work": [5]}], served(), changes=changes), "began") == [(200, 0, "began", 0)]


def test_time_at_work_does_not_count_towards_giving_up() -> None:
    """Patience 700: 600 s at work do not count, so it ends at 1,300; slot 1 comes at 900 in time, or at 1,400 too late."""
    in_time = two_shifts(HAND_BACK, patience=[700])
    assert story(in_time, "gave_up", "finished") == [(1300, 0, "finished", 1)]
    late = SmallDesk(in_time.refunds, in_time.program, [*shift(0, (0, 600)), (1400, 1, ON)], in_time.slots, in_time.pools)
    assert story(late, "gave_up", "finished") == [(1300, 0, "gave_up", -1)]


def test_time_in_line_before_work_does_count_towards_giving_up() -> None:
    """In line 0-100 and again from 700: patience 300 ends at 900, 600 seconds at work later than its own clock said."""
    desk = SmallDesk([{"filed": 0, "work": [1000], "patience": [300]}], served(0), changes=shift(0, (100, 700)), pools=[(HAND_BACK, 0, 0)])
    assert story(desk, "gave_up") == [(900, 0, "gave_up", -1)]
