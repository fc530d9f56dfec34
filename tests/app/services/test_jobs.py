"""Jobs as pages see them: asked once for equal content, followed, cancelled, forgotten; whether anybody works."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from sim.errors import BadInput
from tests.app.services.asking import FEWER, MORE, SITUATION, ask, progress, somebody, studied
from trainer_app.db.connect import Database
from trainer_app.db.tables import Job, View, Worker
from trainer_app.services import jobs, leases, studies, views
from trainer_app.services.jobs import CANCELLED, DONE, FAILED, LEASE, PRECISION, QUEUED, RUNNING
from trainer_app.services.levers import Levers, allowed

ME = "somewhere:1:aa"


def put(db: Database, job: str, **values: Any) -> None:
    with db.session() as session:
        session.execute(update(Job).where(Job.id == job).values(values))


def listed(db: Database, person: str) -> list[str]:
    with db.reading() as session:
        return [each.progress.id for each in jobs.mine(session, person)]


def all_jobs(db: Database) -> set[str]:
    with db.reading() as session:
        return set(session.scalars(select(Job.id)))


# ---------------------------------------------------------------- asking
def test_equal_content_is_one_job_whoever_asks_and_whatever_it_is_called(db: Database) -> None:
    first, second = somebody(db, "first"), somebody(db, "second")
    one, other = studied(db, first, MORE, FEWER), studied(db, second, MORE, FEWER)
    with db.session() as session:
        for choice in studies.seen(session, other, second).choices:  # type: ignore[union-attr]
            studies.rename(session, choice.id, second, "otherwise")
    assert ask(db, first, one) == ask(db, second, other) == ask(db, first, one)
    assert listed(db, first) == listed(db, second)
    assert len(all_jobs(db)) == 1


@pytest.mark.parametrize(
    ("choices", "precision"), [((FEWER, MORE), PRECISION), ((MORE,), PRECISION), ((MORE, FEWER, FEWER), PRECISION), ((MORE, FEWER), 0.05)]
)
def test_other_content_is_another_job(db: Database, choices: tuple[Levers, ...], precision: float) -> None:
    person = somebody(db)
    before = ask(db, person, studied(db, person, MORE, FEWER), PRECISION)
    assert ask(db, person, studied(db, person, *choices), precision) != before


def test_levers_at_their_present_value_are_no_other_content(db: Database) -> None:
    person = somebody(db)
    now = Levers(people={"agents.regular.day": allowed(SITUATION).now.people["agents.regular.day"]}, batch=True)
    assert jobs.key_of(SITUATION, [now], 0.02) == jobs.key_of(SITUATION, [Levers()], 0.02)
    assert ask(db, person, studied(db, person, now)) == ask(db, person, studied(db, person, Levers()))


def test_many_who_ask_at_once_get_one_job(db: Database) -> None:
    people = [somebody(db, f"person {number}") for number in range(4)]
    boards = [studied(db, person, MORE) for person in people]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: ask(db, people[number % 4], boards[number % 4]), range(16)))
    assert len(set(found)) == len(all_jobs(db)) == 1
    assert all(listed(db, person) == found[:1] for person in people)


def test_a_situation_by_itself_is_the_study_without_variants(db: Database) -> None:
    person = somebody(db)
    with db.session() as session:
        alone = jobs.ask_situation(session, person, SITUATION)
    assert alone == ask(db, person, studied(db, person), PRECISION)


def test_what_was_asked_for_a_study_before_goes_when_it_is_changed_unless_others_want_it(db: Database) -> None:
    owner, other = somebody(db, "owner"), somebody(db, "other")
    study, same = studied(db, owner, MORE), studied(db, other, MORE)
    shared = ask(db, owner, study)
    assert ask(db, other, same) == shared
    lonely = None
    for refresh in (20, 30):
        with db.session() as session:
            (choice,) = studies.seen(session, study, owner).choices  # type: ignore[union-attr]
            studies.change(session, choice.id, owner, Levers(refresh=refresh))
        before, lonely = lonely, ask(db, owner, study)
    assert all_jobs(db) == {shared, lonely}
    assert before not in all_jobs(db)
    assert (listed(db, owner), listed(db, other)) == ([lonely], [shared])
    assert progress(db, shared).state == QUEUED


def test_what_is_done_stays_when_its_study_is_changed(db: Database) -> None:
    person = somebody(db)
    study = studied(db, person, MORE)
    done = ask(db, person, study)
    put(db, done, state=DONE)
    with db.session() as session:
        studies.add(session, study, person, "one more", FEWER)
    other = ask(db, person, study)
    assert listed(db, person) == [other, done]


def test_who_looks_at_anothers_study_may_ask_for_it_and_only_their_own_question_before_goes(db: Database) -> None:
    owner, reader = somebody(db, "owner"), somebody(db, "reader")
    study = studied(db, owner, MORE)
    job = ask(db, owner, study)
    with db.reading() as session:
        assert jobs.asked_for(session, study, 0.5) == job
        assert jobs.asked_for(session, study, 0.4) is None
    with db.session() as session:
        studies.add(session, study, owner, "one more", FEWER)
    newer = ask(db, reader, study)
    assert all_jobs(db) == {job, newer}
    assert progress(db, job).state == QUEUED
    with db.session() as session:
        studies.add(session, study, owner, "another", Levers(refresh=20))
    newest = ask(db, reader, study)
    assert all_jobs(db) == {job, newest}
    assert listed(db, reader) == [newest]


@pytest.mark.parametrize("precision", [0.0, -0.1, 1.5, float("nan"), float("inf")])
def test_a_precision_that_is_none_is_refused(db: Database, precision: float) -> None:
    person = somebody(db)
    with pytest.raises(BadInput, match="precision"):
        ask(db, person, studied(db, person), precision)
    assert all_jobs(db) == set()


@pytest.mark.parametrize("link", ["", "\0" * 22, "x" * 22, "' or 1=1 --"])
def test_a_link_to_nothing_asks_for_nothing_and_shows_nothing(db: Database, link: str) -> None:
    person = somebody(db)
    with db.session() as session:
        for asked in (
            lambda: jobs.ask(session, person, link),
            lambda: jobs.cancel(session, link, person),
            lambda: jobs.ask_map(session, link, 0, "zh"),
        ):
            with pytest.raises(BadInput, match="there is no such"):
                asked()
        jobs.forget(session, link, person)
        assert jobs.progress(session, link) is None
        assert jobs.asked_for(session, link) is None
        assert views.scenario(session, link, 0) is views.comparison(session, link) is views.process_map(session, link, 0, "zh") is None


# ---------------------------------------------------------------- following
def test_progress_tells_the_versions_of_the_views_and_no_wish(db: Database) -> None:
    person = somebody(db)
    job = ask(db, person, studied(db, person, MORE))
    with db.session() as session:
        leases.post(session, job, "scenario.0", {"a": 1})
        leases.post(session, job, "scenario.0", {"a": 2})
        leases.post(session, job, "comparison", {})
        jobs.ask_map(session, job, 1, "zh")
    found = progress(db, job)
    assert found.versions == {"scenario.0": 2, "comparison": 1}
    assert (found.state, found.replications, found.wanted, found.reached, found.restarts) == (QUEUED, 0, 0.5, None, 0)
    with db.reading() as session:
        assert session.get_one(View, (job, "scenario.0")).data == {"a": 2}


def test_a_list_of_jobs_says_what_was_asked(db: Database) -> None:
    person = somebody(db)
    study = studied(db, person, MORE, FEWER)
    ask(db, person, study)
    with db.reading() as session:
        (found,) = jobs.mine(session, person)
    assert (found.situation, found.variants, found.study_id) == (SITUATION, (MORE, FEWER), study)


def test_a_map_is_wished_for_once_and_only_of_a_scenario_that_is_there(db: Database) -> None:
    person = somebody(db)
    job = ask(db, person, studied(db, person, MORE))
    with db.session() as session:
        for _ in range(2):
            jobs.ask_map(session, job, 1, "zh")
        for number, locale in ((2, "zh"), (-1, "zh"), (0, "fr"), (0, "")):
            with pytest.raises(BadInput, match="no such map"):
                jobs.ask_map(session, job, number, locale)
    with db.reading() as session:
        assert [wish.part for wish in leases.wishes(session, ME)] == ["map.1.zh"]


# ---------------------------------------------------------------- cancelling
@pytest.mark.parametrize("state", [QUEUED, RUNNING])
def test_a_job_is_cancelled_when_the_last_who_waits_leaves(db: Database, state: str) -> None:
    first, second = somebody(db, "first"), somebody(db, "second")
    job = ask(db, first, studied(db, first, MORE))
    ask(db, second, studied(db, second, MORE))
    put(db, job, state=state, worker=ME)
    with db.session() as session:
        jobs.cancel(session, job, first)
    assert progress(db, job).state == state
    assert listed(db, first) == []
    with db.session() as session:
        jobs.cancel(session, job, second)
    found = progress(db, job)
    assert (found.state, found.is_over) == (CANCELLED, True)
    assert found.ended_at is not None
    assert listed(db, second) == [job]


def test_nobody_cancels_what_only_others_asked_for(db: Database) -> None:
    owner, other = somebody(db, "owner"), somebody(db, "other")
    job = ask(db, owner, studied(db, owner, MORE))
    with pytest.raises(BadInput, match="not yours"), db.session() as session:
        jobs.cancel(session, job, other)
    with db.session() as session:
        jobs.forget(session, job, other)
    assert progress(db, job).state == QUEUED


@pytest.mark.parametrize("state", [DONE, FAILED])
def test_what_is_over_is_not_cancelled(db: Database, state: str) -> None:
    person = somebody(db)
    job = ask(db, person, studied(db, person, MORE))
    put(db, job, state=state)
    with db.session() as session:
        jobs.cancel(session, job, person)
    assert progress(db, job).state == state


@pytest.mark.parametrize("state", [CANCELLED, FAILED])
def test_what_was_cancelled_or_failed_is_tried_again_when_somebody_asks(db: Database, state: str) -> None:
    person = somebody(db)
    study = studied(db, person, MORE)
    job = ask(db, person, study)
    put(db, job, state=state, problem={"kind": "lost", "times": 3}, restarts=3, ended_at=datetime.now(UTC), replications=15)
    assert ask(db, person, study) == job
    found = progress(db, job)
    assert (found.state, found.problem, found.restarts, found.ended_at, found.replications) == (QUEUED, None, 0, None, 15)


def test_with_the_last_who_forgets_a_job_goes_all_of_it(db: Database) -> None:
    first, second = somebody(db, "first"), somebody(db, "second")
    job = ask(db, first, studied(db, first, MORE))
    ask(db, second, studied(db, second, MORE))
    with db.session() as session:
        leases.post(session, job, "comparison", {})
        jobs.forget(session, job, first)
    assert all_jobs(db) == {job}
    with db.session() as session:
        jobs.forget(session, job, second)
    with db.reading() as session:
        assert session.scalars(select(View.part)).all() == []
    assert all_jobs(db) == set()


# ---------------------------------------------------------------- is anybody there
def test_without_a_worker_nobody_is_alive(db: Database) -> None:
    with db.reading() as session:
        found = jobs.worker_state(session)
    assert (found.is_alive, found.state, found.silent) == (False, None, None)


def test_what_a_worker_is_at_is_seen_until_it_has_been_silent_for_too_long(db: Database) -> None:
    with db.session() as session:
        leases.enlist(session, ME)
        leases.beat(session, ME, jobs.COMPILING)
    with db.reading() as session:
        found = jobs.worker_state(session)
    assert (found.is_alive, found.state) == (True, jobs.COMPILING)
    assert found.silent is not None
    assert found.silent < LEASE.total_seconds()
    with db.session() as session:
        session.execute(update(Worker).values(beat_at=datetime.now(UTC) - LEASE - timedelta(seconds=1)))
    with db.reading() as session:
        found = jobs.worker_state(session)
    assert not found.is_alive
    assert found.silent is not None
    assert found.silent > LEASE.total_seconds()


def test_one_worker_that_is_ready_is_enough(db: Database) -> None:
    with db.session() as session:
        for name, state in (("a:1:x", jobs.READY), ("b:1:x", jobs.COMPILING)):
            leases.enlist(session, name)
            leases.beat(session, name, state)
    with db.reading() as session:
        assert jobs.worker_state(session).state == jobs.READY
