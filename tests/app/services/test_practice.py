"""Practice: one card on the table, answered part by part, stored once, and nobody else's."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from sim.errors import BadInput
from sim.rules.facts import Deadline, Response
from tests.app.services.practising import START, dealt, hint, practised, right, say, somebody, wrong
from trainer_app.db.connect import Database, database
from trainer_app.db.tables import Answer, OpenCard
from trainer_app.services import people, practice, shop
from trainer_app.services.practice import Key, seed_of
from trainer_app.training.cases import cells
from trainer_app.training.choices import offered

MINUTE = timedelta(minutes=1)


def stored(db: Database, person: str) -> list[Answer]:
    with db.reading() as session:
        return list(session.scalars(select(Answer).where(Answer.person_id == person).order_by(Answer.id)))


def lying(db: Database, person: str) -> practice.Table | None:
    with db.reading() as session:
        return practice.on_table(session, person)


# ---------------------------------------------------------------- the card
def test_the_first_card_is_the_first_skills_and_lies_there_until_it_is_answered(db: Database) -> None:
    person = somebody(db)
    first = dealt(db, person)
    assert (first.key.cell, first.key.number, first.why, first.part) == (cells()[0], 0, "new", "path")
    assert dealt(db, person, START + 5 * MINUTE) == first
    assert first.shown_at == START


def test_two_people_get_different_cases(db: Database) -> None:
    one, other = (dealt(db, somebody(db, name)) for name in ("one", "other"))
    assert one.key.cell == other.key.cell
    assert one.key.seed != other.key.seed
    assert one.case.card.text("zh") != other.case.card.text("zh")


@given(st.text(min_size=1, max_size=30))
def test_a_persons_seed_fits_a_column_of_64_bits(person: str) -> None:
    assert 0 <= seed_of(person) < 2**63


def test_what_is_answered_of_a_card_survives_a_reload(db: Database) -> None:
    person = somebody(db)
    key = dealt(db, person).key
    with db.session() as session:
        practice.choose_path(session, person, key, 2)
    assert dealt(db, person, START + MINUTE).path == 2
    assert dealt(db, person, START + MINUTE).part == "response"
    with db.session() as session:
        practice.choose_response(session, person, key, Response.RECALL)
    hint(db, person, key, 2)
    again = dealt(db, person, START + 2 * MINUTE)
    assert (again.path, again.response, again.hints, again.part, again.shown_at) == (2, Response.RECALL, 2, "deadline", START)


def test_a_response_is_not_taken_before_the_path(db: Database) -> None:
    person = somebody(db)
    key = dealt(db, person).key
    with db.session() as session:
        assert practice.choose_response(session, person, key, Response.RECALL).response is None
    assert practice.answer(db, person, key, Deadline.AT_ONCE, START + MINUTE) is None
    assert stored(db, person) == []


def test_what_was_said_first_stands(db: Database) -> None:
    person = somebody(db)
    key = dealt(db, person).key
    for path in (3, 1):
        with db.session() as session:
            assert practice.choose_path(session, person, key, path).path == 3
    for response in (Response.SUBMIT, Response.RECALL):
        with db.session() as session:
            assert practice.choose_response(session, person, key, response).response is Response.SUBMIT
    first = practice.answer(db, person, key, Deadline.AT_ONCE, START + MINUTE)
    second = practice.answer(db, person, key, Deadline.CARRIER, START + 2 * MINUTE)
    assert first == second
    assert [(row.path, row.response, row.deadline) for row in stored(db, person)] == [(3, "submit", "at_once")]


def test_a_hint_is_noted_by_its_highest_grade(db: Database) -> None:
    person = somebody(db)
    key = dealt(db, person).key
    for level in (1, 3, 2):
        hint(db, person, key, level)
    assert lying(db, person).hints == 3
    with db.session() as session, pytest.raises(BadInput):
        practice.take_hint(session, person, key, 4)


def test_a_path_beyond_the_four_is_refused(db: Database) -> None:
    person = somebody(db)
    key = dealt(db, person).key
    with db.session() as session, pytest.raises(BadInput):
        practice.choose_path(session, person, key, 5)


# ---------------------------------------------------------------- the answer
def test_a_right_answer_is_stored_with_its_marks_and_the_next_card_is_a_fresh_one(db: Database) -> None:
    person = somebody(db)
    table = dealt(db, person)
    found = say(db, person, table.key, right(table), START + MINUTE)
    assert found.verdict.right
    assert found.marks == (True, True, True)
    assert found.same_rules
    assert found.again > START + MINUTE
    (row,) = stored(db, person)
    assert (row.cell, row.seed, row.number, row.hints) == (*table.key, 0)
    assert (row.shown_at, row.answered_at) == (START, START + MINUTE)
    assert row.rules_version == shop.rules_version()
    assert lying(db, person) is None
    assert dealt(db, person, START + 2 * MINUTE).case.card != table.case.card


def test_a_wrong_answer_is_marked_part_by_part(db: Database) -> None:
    person = somebody(db)
    table = dealt(db, person)
    found = say(db, person, table.key, wrong(table), START + MINUTE)
    assert found.marks == (False, True, False)
    (row,) = stored(db, person)
    assert (row.right_path, row.right_response, row.right_deadline) == found.marks


def test_a_clock_that_went_back_gives_no_negative_time(db: Database) -> None:
    person = somebody(db)
    table = dealt(db, person)
    found = say(db, person, table.key, right(table), START - MINUTE)
    assert found.said.seconds == 0


def test_cases_of_a_skill_are_counted_on(db: Database) -> None:
    person = somebody(db)
    found = practised(db, person, "rwrwr", cell="p2.lost")
    assert [each.key.number for each in found] == [0, 1, 2, 3, 4]
    assert len({each.case.card.text("en") for each in found}) == 5


def test_the_verdict_is_returned_after_it_is_stored(db: Database, db_url: str) -> None:
    person = somebody(db)
    table = dealt(db, person)
    found = say(db, person, table.key, right(table), START + MINUTE)
    other = database(db_url)
    with other.reading() as session:
        assert practice.given(session, person, table.key) == found
    other.close()


def test_an_answer_that_cannot_be_stored_gives_no_verdict(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    person = somebody(db)
    table = dealt(db, person)
    monkeypatch.setattr(practice, "rules_version", lambda: None)  # the column takes no null
    with pytest.raises(IntegrityError):
        say(db, person, table.key, right(table), START + MINUTE)
    assert stored(db, person) == []
    assert lying(db, person).part == "deadline"


Step = st.one_of(
    st.tuples(st.just("path"), st.integers(1, 4)),
    st.tuples(st.just("response"), st.integers(0, 5)),
    st.tuples(st.just("deadline"), st.integers(0, 13)),
    st.tuples(st.just("hint"), st.integers(1, 3)),
    st.tuples(st.just("reload"), st.just(0)),
)


@given(st.lists(st.tuples(st.integers(0, 2), Step), max_size=40))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_several_tabs_repeat_each_card_is_stored_once_as_it_was_first_answered(db: Database, steps) -> None:
    """Tabs show the card that lay there when they were last loaded, and press whatever they like."""
    person = somebody(db, f"tabs {os.urandom(8).hex()}")
    tabs = [dealt(db, person) for _ in range(3)]
    said: dict[Key, dict[str, object]] = {}
    for place, (tab, (what, which)) in enumerate(steps):
        key, at = tabs[tab].key, START + place * MINUTE
        first = said.setdefault(key, {})
        with db.session() as session:
            if what == "path":
                practice.choose_path(session, person, key, which)
                first.setdefault("path", which)
            if what == "response":
                chosen = offered(tabs[tab].case)[which]
                practice.choose_response(session, person, key, chosen)
                if "path" in first:
                    first.setdefault("response", chosen.value)
            if what == "hint" and "deadline" not in first:
                practice.take_hint(session, person, key, which)
                first["hints"] = max(which, first.get("hints", 0))
        if what == "deadline":
            found = practice.answer(db, person, key, list(Deadline)[which], at)
            if "response" in first:
                first.setdefault("deadline", list(Deadline)[which].value)
                assert found.said.deadline == first["deadline"]
            else:
                assert found is None
        if what == "reload":
            tabs[tab] = dealt(db, person, at)
    wanted = {key: first for key, first in said.items() if "deadline" in first}
    rows = {Key(row.cell, row.seed, row.number): row for row in stored(db, person)}
    assert len(rows) == len(stored(db, person))
    assert rows.keys() == wanted.keys()
    for key, first in wanted.items():
        row = rows[key]
        assert (row.path, row.response, row.deadline, row.hints) == (
            first["path"],
            first["response"],
            first["deadline"],
            first.get("hints", 0),
        )


def test_many_at_the_same_moment_store_one_answer_and_all_see_it(db: Database) -> None:
    person = somebody(db)
    key = dealt(db, person).key
    with db.session() as session:
        practice.choose_path(session, person, key, 1)
        practice.choose_response(session, person, key, Response.RECALL)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda each: practice.answer(db, person, key, each, START + MINUTE), list(Deadline)))
    assert len(stored(db, person)) == 1
    assert len({each.said.deadline for each in found}) == 1


def test_many_tabs_that_open_at_once_find_one_card(db: Database) -> None:
    person = somebody(db)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: dealt(db, person), range(16)))
    assert len({each.key for each in found}) == 1


def test_a_card_that_was_answered_elsewhere_is_not_answered_again(db: Database) -> None:
    """The unique key holds, even where a card came back to the table."""
    person = somebody(db)
    first = practised(db, person, "w")[0]
    with db.session() as session:
        session.add(OpenCard(person_id=person, **first.key._asdict(), kind="due", path=1, response="recall", hints=0, shown_at=START))
    again = practice.answer(db, person, first.key, Deadline.AT_ONCE, START + 9 * MINUTE)
    assert again.id == first.id
    assert again.said == first.said
    assert lying(db, person) is None


def test_stored_answers_cannot_be_changed(db: Database) -> None:
    person = somebody(db)
    practised(db, person, "w")
    with pytest.raises(Exception, match="append-only"), db.session() as session:
        session.execute(update(Answer).values(right_path=True))


SAY_AND_DIE = """
import os, signal, sys
from datetime import timedelta
from trainer_app.db.connect import database
from tests.app.services.practising import START, dealt, right, say
db, person = database(sys.argv[1]), sys.argv[2]
table = dealt(db, person)
found = say(db, person, table.key, right(table), START + timedelta(seconds=30))
sys.stdout.write(f"{found.verdict.rule}\\n")
sys.stdout.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_server_killed_right_after_the_verdict_has_lost_nothing(db: Database, db_url: str) -> None:
    person = somebody(db)
    killed = subprocess.run(
        [sys.executable, "-c", SAY_AND_DIE, db_url, person], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": "."}
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    (row,) = stored(db, person)
    assert (row.right_path, row.right_response, row.right_deadline) == (True, True, True)
    with db.reading() as session:
        assert practice.given(session, person, Key(row.cell, row.seed, row.number)).verdict.rule == killed.stdout.strip()


# ---------------------------------------------------------------- whose it is
def test_nobody_can_look_into_or_answer_the_card_of_another(db: Database) -> None:
    mine, yours = somebody(db, "mine"), somebody(db, "yours")
    key = dealt(db, yours).key
    dealt(db, mine)
    with db.session() as session:
        assert practice.choose_path(session, mine, key, 1) is None
        assert practice.take_hint(session, mine, key, 3) is None
    assert lying(db, yours).path is None
    assert lying(db, yours).hints == 0
    assert practice.answer(db, mine, key, Deadline.AT_ONCE, START) is None
    say(db, yours, key, (1, Response.RECALL, Deadline.CARRIER), START + MINUTE)
    with db.reading() as session:
        assert practice.given(session, mine, key) is None
        assert practice.given(session, yours, key) is not None


# ---------------------------------------------------------------- a wanted skill
def test_a_skill_can_be_practised_on_request(db: Database) -> None:
    person = somebody(db)
    table = dealt(db, person, cell="p4.exchange")
    assert (table.key.cell, table.why) == ("p4.exchange", "wanted")


def test_a_card_only_looked_at_makes_room_for_a_wanted_one(db: Database) -> None:
    person = somebody(db)
    first = dealt(db, person)
    assert dealt(db, person, START + MINUTE, cell="p4.exchange").key.cell == "p4.exchange"
    assert first.key.cell != "p4.exchange"


def test_a_card_that_was_begun_stays_so_that_no_hint_is_forgotten(db: Database) -> None:
    person = somebody(db)
    first = dealt(db, person)
    hint(db, person, first.key, 1)
    assert dealt(db, person, START + MINUTE, cell="p4.exchange").key == first.key


def test_a_skill_that_is_none_is_refused(db: Database) -> None:
    person = somebody(db)
    with pytest.raises(BadInput, match=r"p4\.exchange"):
        dealt(db, person, cell="p4.exchang")


def test_a_card_of_a_skill_that_is_no_more_makes_room(db: Database) -> None:
    person = somebody(db)
    with db.session() as session:
        session.add(OpenCard(person_id=person, cell="p9.gone", seed=1, number=0, kind="due", hints=0, shown_at=START))
    assert dealt(db, person).key.cell == cells()[0]


# ---------------------------------------------------------------- the version of the rules
def test_an_answer_under_other_rules_is_told_apart(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    person = somebody(db)
    monkeypatch.setattr(practice, "rules_version", lambda: "0123456789abcdef")
    found = practised(db, person, "r")[0]
    assert found.same_rules
    monkeypatch.undo()
    with db.reading() as session:
        assert not practice.given(session, person, found.key).same_rules


def test_the_version_hangs_on_what_decides_and_on_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "from trainer_app.services.shop import rules_version; print(rules_version())"
    other = {**os.environ, "PYTHONPATH": ".", "PYTHONHASHSEED": "7"}
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=other).stdout.strip()
    assert told == shop.rules_version()
    assert len(told) == 16
    draw = shop.draw_case
    monkeypatch.setattr(shop, "draw_case", lambda cell, seed, number, settled: draw(cell, seed + 1, number, settled))
    assert shop.rules_version.__wrapped__() != told
    monkeypatch.undo()
    monkeypatch.setitem(shop.DECIDE, "trainer_app.training", ("card.toml",))
    assert shop.rules_version.__wrapped__() != told


def test_deleting_a_person_takes_card_and_answers_along(db: Database) -> None:
    person = somebody(db)
    practised(db, person, "rw")
    dealt(db, person, START + 5 * MINUTE)
    with db.session() as session:
        people.forget(session, person)
    assert stored(db, person) == []
    assert lying(db, person) is None
