"""What a person can is the fold of their answers, however it was come by; hints and ambiguous cards count for what they are."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from tests.app.services.practising import START, dealt, hint, practised, right, say, somebody, wrong
from trainer_app.db.connect import Database
from trainer_app.db.tables import Answer
from trainer_app.services import progress, record
from trainer_app.services.progress import NOTHING_YET, Standing, Standings, fold
from trainer_app.training.cases import cells
from trainer_app.training.skill import NEW, mastery, standard_pace

CELL = "p1.one-line"
SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)


def anew(db: Database, person: str) -> Standing:
    """The standing by a fold of all answers, with nothing remembered."""
    with db.reading() as session:
        return Standings(1).of(session, person)


def kept(db: Database, person: str) -> Standing:
    with db.reading() as session:
        return progress.standing(session, person)


def figure(db: Database, person: str, cell: str) -> tuple[int, int]:
    """Right answers and tries of a skill."""
    found = next(each for each in mastery(kept(db, person).trainee) if each.cell == cell)
    return found.right, found.tries


def answered_with_hint(db: Database, person: str, level: int, cell: str = CELL, rightly: bool = True) -> None:
    table = dealt(db, person, cell=cell)
    if level:
        hint(db, person, table.key, level)
    say(db, person, table.key, right(table) if rightly else wrong(table), START + timedelta(seconds=20))


marks = st.lists(st.tuples(st.sampled_from(("p1.one-line", "p2.lost", "p3.wrong-item")), st.booleans(), st.integers(0, 3)), max_size=8)


@given(marks)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_answer_after_another_comes_to_the_same_as_all_at_once(db: Database, answers) -> None:
    person = somebody(db, f"fold {time.monotonic_ns()}")
    for place, (cell, rightly, level) in enumerate(answers):
        answered_with_hint(db, person, level, cell, rightly)
        assert kept(db, person).answers == place + 1
        assert kept(db, person) == anew(db, person)


def test_nothing_is_known_of_somebody_new(db: Database) -> None:
    assert kept(db, somebody(db)) == NOTHING_YET
    assert NOTHING_YET.trainee == NEW


def test_a_fold_begins_again_when_the_answers_were_deleted(db: Database) -> None:
    person = somebody(db)
    practised(db, person, "rr", cell=CELL)
    assert kept(db, person).answers == 2
    with db.session() as session:
        record.forget_answers(session, person)
    assert kept(db, person) == NOTHING_YET
    practised(db, person, "w", cell=CELL)
    assert kept(db, person) == anew(db, person)
    assert kept(db, person).answers == 1


def test_answers_of_two_people_do_not_mix(db: Database) -> None:
    one, other = somebody(db, "one"), somebody(db, "other")
    practised(db, one, "rr", cell=CELL)
    practised(db, other, "w", cell=CELL)
    assert figure(db, one, CELL) == (2, 2)
    assert figure(db, other, CELL) == (0, 1)


def test_no_more_folds_are_kept_than_there_is_room_for(db: Database) -> None:
    few = Standings(2)
    people = [somebody(db, str(each)) for each in range(4)]
    for person in people:
        practised(db, person, "r", cell=CELL)
        with db.reading() as session:
            few.of(session, person)
    assert list(few._found) == people[-2:]


# ---------------------------------------------------------------- hints
@pytest.mark.parametrize(("level", "known"), [(0, True), (1, True), (2, True), (3, False)])
def test_after_the_hint_that_reads_out_what_decides_a_right_answer_counts_as_not_known(db: Database, level: int, known: bool) -> None:
    person = somebody(db)
    answered_with_hint(db, person, level)
    assert figure(db, person, CELL) == (int(known), 1)


def test_after_any_hint_a_skill_comes_back_sooner(db: Database) -> None:
    due = []
    for level in (0, 1, 3):
        person = somebody(db, str(level))
        practised(db, person, "rrr", at=START - 9 * DAY, cell=CELL)
        answered_with_hint(db, person, level)
        due.append(kept(db, person).trainee.progress[CELL].due)
    assert due[0] > due[1] > due[2]


def test_a_hint_does_not_make_a_wrong_answer_right(db: Database) -> None:
    person = somebody(db)
    answered_with_hint(db, person, 1, rightly=False)
    assert figure(db, person, CELL) == (0, 1)


def test_an_ambiguous_card_counts_for_no_figure_and_is_repeated_like_others(db: Database) -> None:
    person, tries = somebody(db), 0
    for place in range(60):
        table = dealt(db, person, START + place * DAY, "p3.wrong-item")
        given_ = say(db, person, table.key, right(table), START + place * DAY)
        tries += not table.case.ambiguous
        if table.case.ambiguous:
            break
    assert given_.verdict.ambiguous
    assert figure(db, person, "p3.wrong-item") == (tries, tries)
    assert kept(db, person).trainee.progress["p3.wrong-item"].seen == tries + 1


# ---------------------------------------------------------------- the day
def test_the_day_begins_at_midnight_where_the_person_is(db: Database) -> None:
    person = somebody(db)
    night = datetime(2025, 11, 12, 15, 50, tzinfo=UTC)  # ten to midnight in Shanghai
    practised(db, person, "rr", at=night)
    with db.reading() as session:
        assert progress.today(session, person, night + timedelta(minutes=5), SHANGHAI).done == 2
        assert progress.today(session, person, night + timedelta(minutes=15), SHANGHAI).done == 0
        assert progress.today(session, person, night + timedelta(minutes=15), UTC).done == 2


def test_what_is_due_now_and_later_today_is_told_apart(db: Database) -> None:
    person = somebody(db)
    practised(db, person, "w", at=START, cell=CELL)
    due = kept(db, person).trainee.progress[CELL].due
    with db.reading() as session:
        before, after = (progress.today(session, person, due + step, SHANGHAI) for step in (-timedelta(seconds=1), timedelta()))
    assert (before.due, before.later) == (0, 1)
    assert (after.due, after.later) == (1, 0)


# ---------------------------------------------------------------- what is gone, and how much there may be
def rows(count: int, cell: str = CELL):
    """So many stored answers as a fold reads them."""
    return [
        type(
            "Row",
            (),
            {
                "id": place + 1,
                "cell": cell,
                "right_path": True,
                "right_response": True,
                "right_deadline": place % 3 > 0,
                "hints": 0,
                "ambiguous": False,
                "shown_at": START + place * DAY / 50,
                "answered_at": START + place * DAY / 50 + timedelta(seconds=30),
            },
        )
        for place in range(count)
    ]


def test_answers_to_a_skill_that_is_no_more_are_passed_over() -> None:
    found = fold(NOTHING_YET, rows(3, "p9.gone"))
    assert (found.trainee, found.answers, found.last) == (NEW, 3, 3)


@given(st.integers(0, 40), st.integers(0, 40))
@settings(deadline=None, max_examples=40)
def test_a_fold_can_be_cut_anywhere(count: int, cut: int) -> None:
    every = rows(count)
    assert fold(fold(NOTHING_YET, every[:cut]), every[cut:]) == fold(NOTHING_YET, every)


def test_only_what_is_new_is_read_again(db: Database) -> None:
    person = somebody(db)
    with db.session() as session:
        for place in range(200):
            session.execute(
                insert(Answer).values(
                    person_id=person,
                    cell=cells()[place % 24],
                    seed=1,
                    number=place // 24,
                    rules_version="x",
                    right_path=True,
                    right_response=True,
                    right_deadline=place % 2 == 0,
                    shown_at=START + place * DAY,
                    answered_at=START + place * DAY,
                )
            )
    folds = Standings(4)
    with db.reading() as session:
        first = folds.of(session, person)
        assert first.answers == 200
        read = progress._rows(session, person, first.last)
        assert folds.of(session, person) == first
    assert len(read) == 1


def test_the_figure_is_of_the_last_answers_only() -> None:
    trainee = fold(NOTHING_YET, rows(100)).trainee
    assert len(trainee.progress[CELL].answers) == standard_pace().last
