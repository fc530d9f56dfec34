"""The worker: first looks at once, replications until it is enough, and nothing lost whoever is killed, cancelled or doubled."""

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import event, select, update
from sqlalchemy.exc import OperationalError

from sim.desk.contract import EndlessInstant
from sim.errors import BadInput
from sim.study.block import BLOCK, jobs_of, simulated
from sim.study.stopping import MOST
from sim.study.store import Store
from tests.app.services.asking import (
    FEWER,
    FEWEST,
    MORE,
    SITUATION,
    ask,
    at_work,
    blocks,
    process,
    progress,
    shown,
    somebody,
    studied,
    until,
    until_over,
)
from tests.study.quick import DEADLINE
from trainer_app.db.connect import Database
from trainer_app.db.tables import Job, Worker
from trainer_app.services import first_runs, in_hand, jobs, leases, sharpening, studies, telling, views
from trainer_app.services.jobs import CANCELLED, DONE, FAILED, QUEUED, READY, RUNNING
from trainer_app.services.levers import Levers, given
from trainer_app.services.problems import problem_text
from trainer_app.services.telling import METRICS

QUICK_TABLE = pa.table({})

FINE = 0.002
"""A precision that takes far more replications than any test waits for."""


def view_data(db: Database, job: str) -> dict[str, Any]:
    """All that is shown of a job, without how often it was written."""
    scenarios, comparison = shown(db, job)
    found: dict[str, Any] = {str(number): each.to_json() for number, each in scenarios.items()}
    return found | {"comparison": comparison and comparison.to_json()}


def is_ready(db: Database) -> bool:
    with db.reading() as session:
        return jobs.worker_state(session).state == READY


# ---------------------------------------------------------------- the two lanes
def test_a_study_is_looked_at_at_once_and_then_sharpened_until_it_is_enough(db: Database, tmp_path: Path) -> None:
    person = somebody(db)
    job = ask(db, person, studied(db, person, MORE, FEWER))
    with at_work(db, tmp_path):
        until(lambda: "comparison" in progress(db, job).versions)
        over = until_over(db, job)
    assert (over.state, over.replications, over.problem, over.restarts) == (DONE, FEWEST, None, 0)
    assert over.reached is not None
    assert over.reached <= 0.5
    scenarios, comparison = shown(db, job)
    assert {number: each.replications for number, each in scenarios.items()} == {0: FEWEST, 1: FEWEST, 2: FEWEST}
    assert comparison is not None
    assert (comparison.replications, comparison.ended, comparison.reached, comparison.wanted) == (FEWEST, True, over.reached, 0.5)
    assert "better" in {comparison.difference(1, metric).verdict for metric in METRICS}
    assert set(over.versions) == {"scenario.0", "scenario.1", "scenario.2", "comparison"}
    assert over.versions["scenario.1"] > 2  # the first look, and more than one telling after it


def test_a_situation_alone_is_sharpened_too(db: Database, tmp_path: Path) -> None:
    person = somebody(db)
    job = ask(db, person, studied(db, person))
    with at_work(db, tmp_path):
        over = until_over(db, job)
    assert (over.state, over.replications) == (DONE, FEWEST)
    _, comparison = shown(db, job)
    assert comparison is not None
    assert comparison.differences == ()
    assert comparison.figure(0, METRICS[0]).low is not None


def test_variants_that_are_the_same_are_simulated_once_and_shown_each(db: Database, tmp_path: Path) -> None:
    person = somebody(db)
    job = ask(db, person, studied(db, person, MORE, MORE, Levers()))
    with at_work(db, tmp_path):
        until_over(db, job)
    found = view_data(db, job)
    assert found["1"] == found["2"] != found["0"] == found["3"]
    folders = {file.parent.parent.name for file in Store(tmp_path).files()}
    assert folders == {given(SITUATION).hash[:16], given(SITUATION, MORE).hash[:16]}


def test_what_is_asked_later_is_looked_at_while_others_are_sharpened(db: Database, tmp_path: Path) -> None:
    person = somebody(db)
    long = ask(db, person, studied(db, person, MORE), FINE)
    with at_work(db, tmp_path):
        until(lambda: progress(db, long).replications >= 2 * BLOCK)
        short = ask(db, person, studied(db, person, FEWER))
        assert until_over(db, short).state == DONE
        assert progress(db, long).state == RUNNING
        with db.session() as session:
            jobs.cancel(session, long, person)


def test_the_job_that_is_least_advanced_is_first() -> None:
    class Hand:
        """Nobody's."""

    lane = sharpening.Sharpening(Hand(), Hand(), 2, Store(Path("nowhere")))  # type: ignore[arg-type]
    works = [in_hand.Work(leases.Taken(name, SITUATION, variants, 0, 0.5, 0)) for name, variants in (("a", ({"refresh": 5},)), ("b", ()))]
    lane.add(works[0])
    for _ in range(4):
        lane._next()  # three blocks, the first of two groups
    lane.add(works[1])
    assert turns_of(lane, 5) == ["b", "b", "b", "a", "b"]
    works[1].over.set()
    assert set(turns_of(lane, 4)) == {"a"}


def sharp(*, replications: int = 0) -> sharpening.Sharp:
    """A job of two scenarios on two benches, of which so many replications are shown already."""
    return sharpening.sharp_of(in_hand.Work(leases.Taken("a", SITUATION, ({"refresh": 5},), 0, 0.5, replications)), 2)


def come(to: sharpening.Sharp, *blocks: int) -> int:
    """Blocks become known, of all scenarios; how many of them are told."""
    for block in blocks:
        to.done[block] = dict.fromkeys(range(len(to.scenarios)), QUICK_TABLE)
    return len(to.new_blocks())


def test_blocks_are_told_in_order_and_each_once() -> None:
    of = sharp()
    of.done[0] = {0: QUICK_TABLE}  # of one scenario alone
    assert of.new_blocks() == []
    assert come(of, 1) == 0
    assert come(of, 0) == 2
    assert come(of, 3) == 0
    assert come(of, 2, 4) == 3
    assert (of.told, of.done) == (5, {})


def test_what_is_shown_already_is_never_set_back() -> None:
    of = sharp(replications=3 * BLOCK + 2)
    assert come(of, 0, 1) == 0
    assert come(of, 2) == 3
    assert come(of, 3) == 1


def test_many_replications_are_told_less_often_and_the_last_ones_always() -> None:
    of = sharp()
    assert come(of, *range(40)) == 40
    assert come(of, 40, 41, 42) == 0
    assert come(of, 43) == 4
    last = MOST // BLOCK
    assert come(of, *range(44, last - 1)) == last - 1 - 44
    assert come(of, last - 1) == 1


def test_no_more_is_handed_out_than_may_be_made_or_once_it_is_enough() -> None:
    of = sharp()
    turns = [of.next_turn() for _ in range(3)]
    assert [turn and (turn.block, turn.places) for turn in turns] == [(0, (0,)), (0, (1,)), (1, (0, 1))]
    of.handed = MOST // BLOCK
    assert of.next_turn() is not None
    assert of.next_turn() is None
    of.handed, of.enough = 0, True
    assert of.next_turn() is None


def test_what_was_made_beyond_the_end_is_not_shown(tmp_path: Path) -> None:
    """Where it ends hangs on the replications alone, never on how many were made at once."""
    shows: list[views.ComparisonView] = []

    class Hand:
        """Where views are written to."""

        def show(self, _work: object, seen: dict[int, views.ScenarioView], comparison: views.ComparisonView) -> None:
            assert {each.replications for each in seen.values()} == {comparison.replications}
            shows.append(comparison)

    lane = sharpening.Sharpening(Hand(), first_runs.FirstRuns(0), 1, Store(tmp_path))  # type: ignore[arg-type]
    of = sharpening.sharp_of(in_hand.Work(leases.Taken("a", SITUATION, (), 0, 0.5, 0)), 1)
    count = FEWEST + 2 * BLOCK
    tables = [simulated([job])[0] for job in jobs_of(given(SITUATION).scenario, 0, range(count))]
    lane._join(of, [{0: table} for table in tables])
    (shown_,) = shows
    assert (shown_.replications, shown_.ended, of.enough) == (FEWEST, True, True)


def turns_of(lane: sharpening.Sharpening, count: int) -> list[str]:
    """Whose the next turns are."""
    turns = [lane._next() for _ in range(count)]
    return [turn.sharp.work.id for turn in turns if isinstance(turn, sharpening.Turn)]


@pytest.mark.proof
def test_a_map_is_drawn_for_whoever_wishes_for_it_also_after_the_end(db: Database, tmp_path: Path) -> None:
    person = somebody(db)
    job = ask(db, person, studied(db, person, MORE))

    def drawn(number: int, locale: str) -> views.MapView | None:
        with db.reading() as session:
            return views.process_map(session, job, number, locale)

    with at_work(db, tmp_path) as worker:
        until_over(db, job)
        assert drawn(1, "zh") is None
        for number, locale in ((1, "zh"), (0, "en")):
            with db.session() as session:
                jobs.ask_map(session, job, number, locale)
            found = until(lambda number=number, locale=locale: drawn(number, locale))  # type: ignore[misc]
            assert found == telling.map_view(worker.runs.whole(worker_scenario(number)), locale)
    assert progress(db, job).state == DONE


def worker_scenario(number: int) -> Any:
    return given(SITUATION, MORE) if number else given(SITUATION)


# ---------------------------------------------------------------- cancelled, changed, forgotten
def test_a_job_that_is_cancelled_stops_and_keeps_what_it_has_and_goes_on_when_asked_again(db: Database, tmp_path: Path) -> None:
    person = somebody(db)
    study = studied(db, person, MORE)
    job = ask(db, person, study, FINE)
    with at_work(db, tmp_path) as worker:
        until(lambda: progress(db, job).replications >= BLOCK)
        with db.session() as session:
            jobs.cancel(session, job, person)
        until(lambda: worker.in_hand.is_empty)
        cancelled = progress(db, job)
        assert (cancelled.state, cancelled.is_over) == (CANCELLED, True)
        assert cancelled.replications >= BLOCK
        assert shown(db, job)[1] is not None
        ask(db, person, study, FINE)
        again = until(lambda: each if (each := progress(db, job)).replications > cancelled.replications else None)
        assert again.state == RUNNING
        with db.session() as session:
            jobs.cancel(session, job, person)


def test_a_study_that_is_changed_is_looked_at_anew_and_the_old_question_is_dropped(db: Database, tmp_path: Path) -> None:
    person = somebody(db)
    study = studied(db, person, MORE)
    before = ask(db, person, study, FINE)
    with at_work(db, tmp_path) as worker:
        until(lambda: progress(db, before).replications >= BLOCK)
        with db.session() as session:
            board = studies.seen(session, study, person)
            assert board is not None
            studies.change(session, board.choices[0].id, person, FEWER)
        now = ask(db, person, study)
        assert until_over(db, now).state == DONE
        until(lambda: worker.in_hand.is_empty)
    with db.reading() as session:
        assert jobs.progress(session, before) is None


# ---------------------------------------------------------------- killed
@pytest.fixture
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Database], dict[str, Any]]:
    """What a worker shows that nobody disturbs, from a database and a store of its own."""

    def found(db: Database) -> dict[str, Any]:
        from trainer_app.db.connect import database

        folder = tmp_path_factory.mktemp("undisturbed")
        own = database(f"sqlite:///{folder / 'app.sqlite3'}")
        own.upgrade()
        person = somebody(own)
        job = ask(own, person, studied(own, person, MORE, Levers(batch=False)))
        with at_work(own, folder / "runs"):
            until_over(own, job)
        shows = view_data(own, job)
        own.close()
        return shows

    return found


def test_a_worker_killed_in_the_middle_loses_nothing_and_the_next_one_ends_as_if_nothing_had_been(
    db: Database, tmp_path: Path, undisturbed: Callable[[Database], dict[str, Any]]
) -> None:
    person = somebody(db)
    job = ask(db, person, studied(db, person, MORE, Levers(batch=False)))
    with process(db, tmp_path) as worker:
        until(lambda: progress(db, job).replications >= BLOCK or worker.poll())
        worker.kill()
        worker.wait(DEADLINE)
    killed, before = progress(db, job), blocks(tmp_path)
    assert (killed.state, killed.restarts) == (RUNNING, 0)
    assert BLOCK <= killed.replications < FEWEST
    assert len(before) >= 3
    seen: list[int] = []
    with process(db, tmp_path) as worker:
        over = until(lambda: each if seen.append((each := progress(db, job)).replications) or each.is_over else None)  # type: ignore[func-returns-value]
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(DEADLINE) == 0
    assert (over.state, over.restarts) == (DONE, 1)
    assert seen == sorted(seen)  # what was shown is never taken back
    after = blocks(tmp_path)
    assert {name: after[name] for name in before} == before  # not simulated again
    assert view_data(db, job) == undisturbed(db)


def test_two_workers_on_one_database_share_the_jobs_and_neither_does_one_twice(db: Database, tmp_path: Path) -> None:
    person = somebody(db)
    wanted = [ask(db, person, studied(db, person, Levers(refresh=number))) for number in range(1, 5)]
    written: list[str] = []
    show = in_hand.InHand.show

    def watched(self: in_hand.InHand, work: in_hand.Work, *more: Any) -> bool:
        written.append(f"{work.id} {self.me}")
        return show(self, work, *more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(in_hand.InHand, "show", watched)
        with at_work(db, tmp_path / "one", benches=1), at_work(db, tmp_path / "two", benches=1):
            assert {until_over(db, job).state for job in wanted} == {DONE}
    by_job = {job: {each.split()[1] for each in written if each.startswith(job)} for job in wanted}
    assert {len(workers) for workers in by_job.values()} == {1}
    assert {progress(db, job).restarts for job in wanted} == {0}
    with db.reading() as session:
        assert session.scalars(select(Worker)).all() == []


def test_a_worker_that_ends_gives_back_what_it_has_and_the_next_one_goes_on(db: Database, tmp_path: Path) -> None:
    person = somebody(db)
    job = ask(db, person, studied(db, person, MORE), FINE)
    with at_work(db, tmp_path):
        until(lambda: progress(db, job).replications >= BLOCK)
    given_back = progress(db, job)
    assert (given_back.state, given_back.restarts) == (QUEUED, 0)
    with at_work(db, tmp_path):
        until(lambda: progress(db, job).replications > given_back.replications)
        with db.session() as session:
            jobs.cancel(session, job, person)


def test_a_worker_that_was_taken_for_lost_writes_nothing_more(db: Database, tmp_path: Path) -> None:
    person = somebody(db)
    job = ask(db, person, studied(db, person, MORE), FINE)
    with at_work(db, tmp_path) as worker:
        until(lambda: progress(db, job).replications >= BLOCK)
        with db.session() as session:
            session.execute(update(Job).values(worker="afar:1:aa"))
            leases.enlist(session, "afar:1:aa")
            before = session.get_one(Job, job).replications
        until(lambda: worker.in_hand.is_empty)
        assert progress(db, job).replications == before


# ---------------------------------------------------------------- a process of its own
def test_a_worker_ends_when_its_server_is_gone(db: Database, tmp_path: Path) -> None:
    with process(db, tmp_path) as worker:
        until(lambda: is_ready(db) or worker.poll())
        assert worker.stdin is not None
        worker.stdin.close()
        assert worker.wait(DEADLINE) == 0
    assert not is_ready(db)


@pytest.mark.skipif(os.name != "posix", reason="there are no such parents elsewhere")
def test_a_worker_ends_when_its_parent_is_killed_though_somebody_else_holds_its_pipe(db: Database, tmp_path: Path) -> None:
    parent = "import subprocess, sys; child = subprocess.Popen([sys.executable, '-m', 'trainer_app.services.worker']); child.wait()"
    with process(db, tmp_path) as stranger:
        environment = {**os.environ, "PYTHONPATH": os.getcwd(), "REFUND_DESK_DATABASE": url_of(db), "REFUND_DESK_RUNS": str(tmp_path)}
        with subprocess.Popen(
            [stranger.args[0], "-c", parent],
            env=environment,
            stdin=subprocess.PIPE,  # type: ignore[index]
        ) as begun:
            until(lambda: len(names(db)) == 2)
            begun.kill()
            begun.wait(DEADLINE)
            until(lambda: len(names(db)) == 1)


def url_of(db: Database) -> str:
    return db.engine.url.render_as_string(hide_password=False)


def names(db: Database) -> list[str]:
    with db.reading() as session:
        return list(session.scalars(select(Worker.name)))


def test_the_page_sees_that_the_engine_is_being_compiled(db: Database, tmp_path: Path) -> None:
    with process(db, tmp_path, REFUND_DESK_HOME=str(tmp_path / "nothing compiled yet")) as worker:

        def state() -> str | None:
            with db.reading() as session:
                return jobs.worker_state(session).state

        until(lambda: state() == jobs.COMPILING or worker.poll())
        assert state() == jobs.COMPILING


# ---------------------------------------------------------------- what goes wrong
def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def raises(*_: object) -> None:
        raise error

    monkeypatch.setattr(first_runs, "run_of", raises)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (BadInput("is too small", field="people", value=-1), "people = -1"),
        (EndlessInstant(3, 7, 7_200), "2 h"),
        (MemoryError("no memory"), "MemoryError"),
        (RuntimeError("secret"), "RuntimeError"),
    ],
)
def test_an_error_in_a_job_ends_it_with_a_sentence_and_the_worker_goes_on(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception, says: str
) -> None:
    person = somebody(db)
    study = studied(db, person, MORE)
    with at_work(db, tmp_path):
        until(lambda: is_ready(db))
        with monkeypatch.context() as patch:
            failing(patch, error)
            job = ask(db, person, study)
            failed = until_over(db, job)
        assert failed.state == FAILED
        assert failed.problem is not None
        assert says in problem_text(failed.problem)
        assert "secret" not in str(failed.problem)
        assert job in caplog.text  # with its traceback
        assert "Traceback" in caplog.text
        assert ask(db, person, study) == job  # tried again
        assert until_over(db, job).state == DONE


def test_an_invariant_that_does_not_hold_fails_the_job(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.study import block

    monkeypatch.setattr(block, "check", lambda *_: ["a refund was paid twice"])
    monkeypatch.setattr(sharpening.Bench, "_done", lambda _self, task: simulated(task))  # in this process, where the check is another
    person = somebody(db)
    job = ask(db, person, studied(db, person, MORE))
    with at_work(db, tmp_path):
        failed = until_over(db, job)
    assert failed.state == FAILED
    assert failed.problem is not None
    assert "a refund was paid twice" in problem_text(failed.problem)


def test_a_disk_that_is_full_is_told_and_the_figures_are_right(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undisturbed: Callable[[Database], dict[str, Any]]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    person = somebody(db)
    job = ask(db, person, studied(db, person, MORE, Levers(batch=False)))
    with monkeypatch.context() as patch:
        patch.setattr(Store, "write", full)
        with at_work(db, tmp_path):
            over = until_over(db, job)
    assert over.state == DONE
    assert over.problem is not None
    assert "disk" in problem_text(over.problem)
    assert blocks(tmp_path) == {}
    assert view_data(db, job) == undisturbed(db)


def test_a_database_that_is_away_for_a_while_delays_and_loses_nothing(db: Database, tmp_path: Path) -> None:
    person = somebody(db)
    job = ask(db, person, studied(db, person, MORE))
    away = [0]

    def fails(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("INSERT INTO view", 'INSERT INTO "view"')) and away[0] < 3:
            away[0] += 1
            raise OperationalError(statement, {}, Exception("the database is away"))

    event.listen(db.engine, "before_cursor_execute", fails)
    try:
        with at_work(db, tmp_path):
            over = until_over(db, job)
    finally:
        event.remove(db.engine, "before_cursor_execute", fails)
    assert away[0] == 3
    assert (over.state, over.replications, over.restarts) == (DONE, FEWEST, 0)


def test_a_job_of_a_situation_that_ships_no_longer_fails_with_its_name(db: Database, tmp_path: Path) -> None:
    person = somebody(db)
    job = ask(db, person, studied(db, person, MORE))
    with db.session() as session:
        session.execute(update(Job).values(asked={"situation": "618-2030", "variants": [], "seed": 0}))
    with at_work(db, tmp_path):
        failed = until_over(db, job)
    assert failed.state == FAILED
    assert failed.problem is not None
    assert "618-2030" in problem_text(failed.problem)
