"""Which worker does which job: one at a time, taken again when the worker is lost, and nothing written by one that lost it."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from tests.app.services.asking import FEWER, MORE, SITUATION, ask, progress, somebody, studied, until
from trainer_app.db.connect import Database
from trainer_app.db.tables import Worker
from trainer_app.services import jobs, leases, views
from trainer_app.services.jobs import FAILED, LEASE, QUEUED, RUNNING
from trainer_app.services.leases import MOST_RESTARTS, Taken
from trainer_app.services.levers import Levers
from trainer_app.services.problems import problem_text

A, B = "afar:1:aa", "afar:2:bb"


def enlisted(db: Database, *names: str) -> None:
    with db.session() as session:
        for name in names:
            leases.enlist(session, name)


def take(db: Database, me: str) -> Taken | None:
    with db.session() as session:
        return leases.take(session, me)


def silent(db: Database, name: str) -> None:
    """A worker that was last heard of too long ago."""
    with db.session() as session:
        session.execute(update(Worker).where(Worker.name == name).values(beat_at=datetime.now(UTC) - LEASE - timedelta(seconds=1)))


def asked(db: Database, count: int = 1) -> list[str]:
    person = somebody(db)
    return [ask(db, person, studied(db, person, Levers(refresh=number + 1))) for number in range(count)]


def test_jobs_are_taken_in_the_order_in_which_they_were_asked(db: Database) -> None:
    enlisted(db, A)
    first, second = asked(db, 2)
    taken = [take(db, A) for _ in range(3)]
    assert [each and each.id for each in taken] == [first, second, None]
    assert taken[0] == Taken(first, SITUATION, ({"refresh": 1},), 0, 0.5, 0)
    found = progress(db, first)
    assert (found.state, found.restarts) == (RUNNING, 0)
    assert found.began_at is not None


def test_two_workers_never_take_the_same_job(db: Database) -> None:
    enlisted(db, A, B)
    wanted = asked(db, 12)
    with ThreadPoolExecutor(8) as pool:
        taken = [each.id for each in pool.map(lambda number: take(db, (A, B)[number % 2]), range(24)) if each]
    assert sorted(taken) == sorted(wanted)


def test_a_job_is_taken_again_when_its_worker_is_silent_for_too_long_and_that_is_counted(db: Database) -> None:
    enlisted(db, A, B)
    (job,) = asked(db)
    assert take(db, A)
    assert take(db, B) is None
    with db.session() as session:
        assert leases.hold(session, job, A, replications=15)
        assert leases.under_way(session, B) == (set(), False)
    silent(db, A)
    with db.reading() as session:
        assert leases.under_way(session, B) == (set(), True)
    taken = take(db, B)
    assert taken is not None
    assert (taken.id, taken.replications, progress(db, job).restarts) == (job, 15, 1)


def test_who_lost_a_job_writes_nothing_of_it_any_more(db: Database) -> None:
    enlisted(db, A, B)
    (job,) = asked(db)
    take(db, A)
    silent(db, A)
    take(db, B)
    with db.session() as session:
        assert not leases.hold(session, job, A, replications=5)
        assert leases.hold(session, job, B)
        assert leases.under_way(session, A) == (set(), False)
        assert leases.under_way(session, B) == ({job}, False)
    assert progress(db, job).replications == 0


def test_a_job_that_is_cancelled_or_forgotten_is_held_no_longer(db: Database) -> None:
    enlisted(db, A)
    person = somebody(db)
    cancelled, forgotten = (ask(db, person, studied(db, person, levers)) for levers in (MORE, FEWER))
    take(db, A)
    take(db, A)
    with db.session() as session:
        jobs.cancel(session, cancelled, person)
        jobs.forget(session, forgotten, person)
    with db.session() as session:
        assert leases.under_way(session, A) == (set(), False)
        assert not leases.hold(session, cancelled, A)
        assert not leases.hold(session, forgotten, A)


def test_who_leaves_gives_back_what_was_in_hand_and_no_restart_is_counted(db: Database) -> None:
    enlisted(db, A, B)
    (job,) = asked(db)
    take(db, A)
    with db.session() as session:
        leases.leave(session, A)
    assert progress(db, job).state == QUEUED
    assert take(db, B)
    assert progress(db, job).restarts == 0
    with db.reading() as session:
        assert jobs.worker_state(session).is_alive


def test_a_job_that_costs_worker_after_worker_fails_with_a_sentence_and_the_next_one_is_taken(db: Database) -> None:
    (deadly, other) = asked(db, 2)
    for number in range(MOST_RESTARTS):
        enlisted(db, f"afar:{number}:cc")
        taken = take(db, f"afar:{number}:cc")
        assert taken is not None
        assert taken.id == deadly
        silent(db, f"afar:{number}:cc")
    enlisted(db, A)
    taken = take(db, A)
    assert taken is not None
    assert taken.id == other
    found = progress(db, deadly)
    assert (found.state, found.restarts) == (FAILED, MOST_RESTARTS)
    assert found.problem is not None
    assert str(MOST_RESTARTS) in problem_text(found.problem)


# ---------------------------------------------------------------- who lives
def test_a_process_of_this_machine_that_ended_is_known_to_be_gone_at_once(db: Database) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        name = leases.new_name().replace(f":{os.getpid()}:", f":{other.pid}:")
        assert not leases.is_gone(name)
        enlisted(db, name, B)
        (job,) = asked(db)
        take(db, name)
        assert take(db, B) is None
        other.kill()
        until(lambda: leases.is_gone(name))  # nobody has waited for it yet
    assert leases.is_gone(name)
    taken = take(db, B)
    assert taken is not None
    assert (taken.id, progress(db, job).restarts) == (job, 1)


@pytest.mark.parametrize("name", ["", "afar:1:aa", "afar", ":::", "afar:x:aa"])
def test_of_another_machine_nobody_knows_who_is_gone(name: str) -> None:
    assert not leases.is_gone(name)


def test_this_process_lives_and_has_a_name_of_its_own() -> None:
    names = {leases.new_name() for _ in range(3)}
    assert len(names) == 3
    assert not any(map(leases.is_gone, names))
    assert all(len(name) <= 64 for name in names)


def test_a_worker_that_was_struck_off_is_on_the_list_again_with_its_next_beat(db: Database) -> None:
    enlisted(db, A)
    with db.session() as session:
        session.execute(update(Worker).values(beat_at=datetime.now(UTC) - timedelta(days=2)))
    enlisted(db, B)
    with db.session() as session:
        assert session.get(Worker, A) is None
        leases.beat(session, A, jobs.READY)
    with db.reading() as session:
        assert session.get_one(Worker, A).state == jobs.READY


# ---------------------------------------------------------------- wishes
def test_a_wish_is_fulfilled_once_and_by_the_worker_that_did_the_job(db: Database) -> None:
    enlisted(db, A, B)
    (job,) = asked(db)
    take(db, A)
    with db.session() as session:
        jobs.ask_map(session, job, 1, "en")
    with db.session() as session:
        (wish,) = leases.wishes(session, A)
        assert leases.wishes(session, B) == ()
        empty = views.MapView(())
        leases.fulfil(session, wish, empty.to_json())
        leases.fulfil(session, wish, {"panels": "later"})
        assert leases.wishes(session, A) == ()
        jobs.ask_map(session, job, 1, "en")
    with db.reading() as session:
        assert views.process_map(session, job, 1, "en") == empty
        assert leases.wishes(session, A) == ()


def test_a_wish_of_a_worker_that_is_gone_is_anybodys(db: Database) -> None:
    enlisted(db, A, B)
    (job,) = asked(db)
    take(db, A)
    with db.session() as session:
        jobs.ask_map(session, job, 0, "zh")
    silent(db, A)
    with db.reading() as session:
        assert [wish.part for wish in leases.wishes(session, B)] == ["map.0.zh"]
