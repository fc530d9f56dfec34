"""Spaced repetition: what is due comes first, new skills at a stated pace, the weakest else; how sure a mastery is stands beside it."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import BadInput
from tests.app.training.drawn import drawn
from trainer_app.training.cases import cells
from trainer_app.training.grading import Answer, Verdict, grade
from trainer_app.training.skill import (
    NEW,
    Trainee,
    answered,
    due_cells,
    from_data,
    mastery,
    may_begin,
    next_task,
    rate,
    recall_chance,
    skipped,
    standard_pace,
    to_data,
    wilson,
)

DAY = timedelta(days=1)
START = datetime(2025, 11, 12, 9, 0, tzinfo=UTC)


def verdict(cell: str, right: bool = True) -> Verdict:
    case = next(case for case in drawn(cell, 60) if not case.ambiguous)
    truth = case.truth
    wrong = Answer(case.path % 4 + 1, truth.response, truth.deadline)
    return grade(case, Answer(case.path, truth.response, truth.deadline) if right else wrong)


def practised(trainee: Trainee, cell: str, marks: str, at: datetime) -> Trainee:
    """Answers a day apart: r right, w wrong."""
    for place, mark in enumerate(marks):
        trainee = answered(trainee, cell, verdict(cell, mark == "r"), 20, at + place * DAY)
    return trainee


def test_three_of_four_leave_30_to_95_percent_open() -> None:
    low, high = wilson(3, 4, 0.95)
    assert (round(low, 2), round(high, 2)) == (0.30, 0.95)
    assert wilson(0, 0, 0.95) == (0.0, 1.0)


@given(st.integers(1, 60), st.data())
def test_an_interval_holds_the_share_and_shrinks_with_more_answers(tries: int, data) -> None:
    right = data.draw(st.integers(0, tries))
    low, high = wilson(right, tries, 0.95)
    assert 0 <= low <= right / tries <= high <= 1
    more = wilson(4 * right, 4 * tries, 0.95)
    assert more[1] - more[0] < high - low
    mirrored = wilson(tries - right, tries, 0.95)
    assert mirrored == pytest.approx((1 - high, 1 - low))


def test_the_first_task_is_the_first_cell() -> None:
    task = next_task(NEW, START)
    assert (task.cell, task.number, task.why) == (cells()[0], 0, "new")


def test_no_more_new_cells_a_day_than_the_pace_says() -> None:
    trainee, seen = NEW, []
    for minute in range(40):
        at = START + timedelta(minutes=minute)
        task = next_task(trainee, at)
        seen.append((task.cell, task.number))
        trainee = answered(trainee, task.cell, verdict(task.cell), 20, at)
    assert len(trainee.progress) == standard_pace().cells_a_day
    assert len(set(seen)) == len(seen)  # a fresh case every time
    assert may_begin(trainee, START + DAY + timedelta(hours=1))


def test_no_new_cell_while_too_many_have_never_gone_right() -> None:
    trainee = NEW
    for place, cell in enumerate(cells()[: standard_pace().open_most]):
        trainee = practised(trainee, cell, "w", START + 2 * place * DAY)
    late = START + 40 * DAY
    assert not may_begin(trainee, late)
    assert may_begin(practised(trainee, cells()[0], "r", late), late)


def test_what_was_wrong_comes_back_sooner_than_what_was_right() -> None:
    right = practised(NEW, "p1.one-line", "rrr", START)
    wrong = practised(NEW, "p1.one-line", "rrw", START)
    assert wrong.progress["p1.one-line"].due < right.progress["p1.one-line"].due


def test_a_slow_answer_comes_back_sooner_than_a_quick_one() -> None:
    before = practised(NEW, "p1.one-line", "rr", START)
    quick, slow = (answered(before, "p1.one-line", verdict("p1.one-line"), seconds, START + 5 * DAY) for seconds in (10, 300))
    assert slow.progress["p1.one-line"].due < quick.progress["p1.one-line"].due


def test_the_longest_overdue_is_next() -> None:
    trainee = practised(practised(NEW, "p2.lost", "r", START), "p4.freight", "r", START - DAY)
    late = START + 30 * DAY
    assert due_cells(trainee, late) == ("p4.freight", "p2.lost")
    task = next_task(trainee, late)
    assert (task.cell, task.number, task.why) == ("p4.freight", 1, "due")
    assert due_cells(trainee, START - 2 * DAY) == ()


def test_when_nothing_is_due_and_nothing_new_may_begin_the_weakest_comes() -> None:
    trainee = NEW
    for place, cell in enumerate(cells()):
        trainee = practised(trainee, cell, "rrrr" if cell != "p3.unfounded" else "rwrr", START + place * timedelta(minutes=1))
    quiet = min(each.due for each in trainee.progress.values()) - timedelta(seconds=1)
    task = next_task(trainee, quiet)
    assert (task.cell, task.why) == ("p3.unfounded", "weakest")
    assert mastery(trainee)[0].cell == "p3.unfounded"


def test_mastery_counts_the_last_answers_only() -> None:
    trainee = practised(NEW, "p2.lost", "w" * 5 + "r" * standard_pace().last, START)
    found = next(each for each in mastery(trainee) if each.cell == "p2.lost")
    assert (found.right, found.tries) == (standard_pace().last, standard_pace().last)


def test_an_ambiguous_case_is_practice_and_counts_for_no_figure() -> None:
    case = next(case for case in drawn("p3.wrong-item", 200) if case.ambiguous)
    graded = grade(case, Answer(case.path, case.truth.response, case.truth.deadline))
    trainee = answered(NEW, "p3.wrong-item", graded, 20, START)
    assert trainee.progress["p3.wrong-item"].answers == ()
    assert trainee.progress["p3.wrong-item"].seen == 1
    assert next(each for each in mastery(trainee) if each.cell == "p3.wrong-item").tries == 0


def test_a_state_goes_out_and_in_as_plain_data() -> None:
    trainee = practised(practised(NEW, "p2.lost", "rwr", START), "p4.exchange", "r", START)
    data = json.loads(json.dumps(to_data(trainee)))
    assert from_data(data) == trainee
    assert answered(from_data(data), "p2.lost", verdict("p2.lost"), 9, START + 9 * DAY) == answered(
        trainee, "p2.lost", verdict("p2.lost"), 9, START + 9 * DAY
    )


def test_the_same_answers_at_the_same_times_give_the_same_state() -> None:
    assert practised(NEW, "p2.lost", "rrwrrr", START) == practised(NEW, "p2.lost", "rrwrrr", START)


def test_the_zone_of_the_clock_makes_no_difference() -> None:
    east = START.astimezone(timezone(timedelta(hours=8)))
    assert practised(NEW, "p2.lost", "rr", START) == practised(NEW, "p2.lost", "rr", east)


def test_memory_fades() -> None:
    trainee = practised(NEW, "p2.lost", "rrr", START)
    soon, later = (recall_chance(trainee, "p2.lost", START + days * DAY) for days in (3, 60))
    assert soon is not None
    assert later is not None
    assert later < soon
    assert recall_chance(trainee, "p4.freight", START) is None


def test_a_case_that_was_shown_and_not_answered_is_not_shown_again() -> None:
    trainee = practised(NEW, "p2.lost", "r", START)
    assert skipped(trainee, "p2.lost").progress["p2.lost"].seen == 2
    assert skipped(NEW, "p2.lost") == NEW


@pytest.mark.parametrize(
    ("right", "seconds", "rated"), [(True, 20, "right"), (True, 400, "slow"), (True, None, "right"), (False, 5, "wrong")]
)
def test_an_answer_is_rated_by_its_marks_and_its_time(right: bool, seconds: float | None, rated: str) -> None:
    assert rate(verdict("p2.lost", right), seconds) == rated


def test_the_right_path_with_a_wrong_act_is_partly_right() -> None:
    case = drawn("p1.plain-batch", 1)[0]
    assert rate(grade(case, Answer(1)), 5) == "partly"


def test_bad_data_is_told() -> None:
    with pytest.raises(BadInput):
        from_data({"schema": 2, "cells": {}})
    with pytest.raises(BadInput) as error:
        answered(NEW, "p2.lots", verdict("p2.lost"), 1, START)
    assert error.value.nearest == "p2.lost"
    with pytest.raises(BadInput):
        next_task(NEW, START.replace(tzinfo=None))
