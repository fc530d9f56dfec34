"""`kill -9` of the worker or of the server: nothing that was done is lost, and the page says what happened and goes on by itself."""

import os
import signal
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from tests.app.browser.app import App
from tests.app.browser.boards import LONG, expect_figures, make
from tests.app.browser.cards import answer, asked, on_table, right, stored
from tests.app.browser.conftest import Browsers
from tests.app.browser.reading import in_another_language
from tests.app.browser.steps import again, connected, say, visit
from trainer_app.db.tables import Worker
from trainer_app.services import jobs
from trainer_app.services.jobs import Asked
from trainer_app.services.levers import Levers

BACK_MS = 60_000
"""Until a worker or a server that was killed is there again, on a machine that does much else."""


def run_of(app: App, person: str) -> Asked:
    """The one run of a person."""
    with app.database.reading() as reading:
        (run,) = jobs.mine(reading, person)
    return run


def worker_of(app: App) -> int:
    """The process of the worker that was heard of last."""
    with app.database.reading() as reading:
        name = reading.scalars(select(Worker.name).order_by(Worker.beat_at.desc())).first()
    assert name is not None
    return int(name.split(":")[1])


@pytest.mark.proof
def test_a_worker_and_then_a_server_that_are_killed_during_a_run_lose_nothing(
    own_app: App, open_own_page: Browsers, new_name: Callable[..., str]
) -> None:
    name = new_name()
    person = own_app.person(name)
    board = make(own_app, person, {"A": Levers(authority=1_237)}, LONG)
    page = open_own_page.as_person(name, "zh")
    open_own_page.watch(page).expected = lambda mishap: True
    visit(page, f"compare?study={board}")
    expect_figures(page, 1)

    before = run_of(own_app, person).progress
    os.kill(worker_of(own_app), signal.SIGKILL)
    told = say("zh", "interrupted and taken up again")
    expect(page.get_by_text(told)).to_be_visible(timeout=BACK_MS)
    after = run_of(own_app, person).progress
    assert (after.id, after.restarts) == (before.id, 1)
    assert after.replications >= before.replications >= 1

    own_app.kill()
    expect(connected(page)).to_have_count(0)
    assert in_another_language(page, "zh", [name]) == []
    own_app.start()
    expect(connected(page)).to_have_count(1, timeout=BACK_MS)
    expect_figures(page, 1)
    expect(page.locator(".st-key-board_progress")).to_contain_text(told, timeout=BACK_MS)
    last = run_of(own_app, person).progress
    assert last.id == before.id
    assert last.replications >= after.replications


def test_a_server_that_is_killed_right_after_a_verdict_has_kept_the_answer(
    own_app: App, open_own_page: Browsers, new_name: Callable[..., str]
) -> None:
    name = new_name()
    page = open_own_page.as_person(name, "zh")
    open_own_page.watch(page).expected = lambda mishap: True
    visit(page, "practice")
    first = on_table(own_app, own_app.person(name))
    answer(page, "zh", *right(first))
    own_app.kill()
    expect(connected(page)).to_have_count(0)
    own_app.start()
    expect(connected(page)).to_have_count(1, timeout=BACK_MS)
    assert stored(own_app, own_app.person(name)) == 1
    again(page)
    expect(asked(page, "zh", "path")).to_be_visible()
    assert on_table(own_app, own_app.person(name)).key != first.key
    assert stored(own_app, own_app.person(name)) == 1
