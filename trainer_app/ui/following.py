"""Following a job: what of it is known, how far it is, and what it says when it waits, fails, was cancelled or interrupted."""

from functools import lru_cache

import streamlit as st

from sim.report import format
from sim.study.stopping import FIRST
from trainer_app.services import jobs, views
from trainer_app.services.jobs import Progress, WorkerState
from trainer_app.services.views import COMPARISON, ComparisonView, ScenarioView, scenario_part
from trainer_app.ui import session
from trainer_app.ui.keeping import Change, keep
from trainer_app.words import _

SOON, NOW_AND_THEN = 0.2, 0.5
"""Seconds between two looks at a job: until there are first figures, and until it is over."""

GROWTH = 1.6
"""How many times as many runs there are when charts are drawn anew."""

COMPARISONS, SCENARIOS = 16, 24
"""Views that the process keeps, for all who look at the same; those of one comparison take some 0.5 MB."""


# ---------------------------------------------------------------- what is known
def comparison(of: Progress) -> ComparisonView | None:
    """The comparison of a job as far as it is; None before its first look."""
    version = of.versions.get(COMPARISON)
    return None if version is None else _comparison(of.id, version)


def scenario(of: Progress, number: int) -> ScenarioView | None:
    """A scenario of a job (0 = as it is) as far as it is; None before its first look."""
    version = of.versions.get(scenario_part(number))
    return None if version is None else _scenario(of.id, number, version)


def look(job_id: str) -> tuple[Progress | None, WorkerState]:
    """How a job stands now, and who works."""
    with session.database().reading() as reading:
        return jobs.progress(reading, job_id), jobs.worker_state(reading)


@lru_cache(maxsize=COMPARISONS)
def _comparison(job_id: str, version: int) -> ComparisonView | None:
    with session.database().reading() as reading:
        return views.comparison(reading, job_id)


@lru_cache(maxsize=SCENARIOS)
def _scenario(job_id: str, number: int, version: int) -> ScenarioView | None:
    with session.database().reading() as reading:
        return views.scenario(reading, job_id, number)


def pace(of: Progress | None) -> float | None:
    """Seconds until a page should look at a job again; None for never: nothing more comes of it."""
    if of is None or of.is_over:
        return None
    return NOW_AND_THEN if COMPARISON in of.versions else SOON


def calm(of: Progress, key: str) -> Progress:
    """The state of a job that charts are drawn of: it moves on when there are GROWTH times as many runs, and when the job is over.

    Who looks at a chart wants it to stand still for a while, drawing one takes longer than adding some runs to a figure, and Streamlit
    forgets the files that a button offers whenever the button is drawn anew.
    """
    if has_moved(of, key):
        st.session_state[key] = of
    still: Progress = st.session_state[key]
    return still


def has_moved(of: Progress, key: str) -> bool:
    """Whether charts of this job are to be drawn anew."""
    before: Progress | None = st.session_state.get(key)
    if before is None or before.id != of.id or (of.is_over and not before.is_over):
        return True
    return of.replications > before.replications and of.replications >= GROWTH * before.replications


# ---------------------------------------------------------------- how far it is
def progress_line(of: Progress, worker: WorkerState, key: str, again: Change, cancel: Change | None) -> None:
    """How far a job is, in one line, with the button that ends it or begins it anew. again, cancel: what these do; None: not to be had."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_progress", gap="small"):
        if of.state == jobs.FAILED:
            st.error(session.plain(jobs.problem_text(of.problem or {})), icon=":material/error:")
            st.button(_("Try again"), key=f"{key}_again", on_click=keep, args=(again,))
        elif of.state == jobs.CANCELLED:
            st.text(cancelled(of))
            st.button(_("Go on"), key=f"{key}_again", on_click=keep, args=(again,), type="tertiary", icon=":material/play_arrow:")
        elif of.state == jobs.DONE:
            st.text(done(of))
        else:
            st.progress(share_done(of), text=under_way(of, worker))
            if cancel is not None:
                st.button(_("Cancel"), key=f"{key}_cancel", on_click=keep, args=(cancel,), type="tertiary", icon=":material/stop_circle:")
    if of.state != jobs.FAILED and of.problem is not None:
        st.warning(session.plain(jobs.problem_text(of.problem)), icon=":material/warning:")


def share_done(of: Progress) -> float:
    """How much of the work is done, 0 to 1: the precision grows with the square root of the runs, and FIRST of them are the least."""
    if of.reached is None:
        return 0.0
    precise = 1.0 if of.reached <= of.wanted else (of.wanted / of.reached) ** 2
    return min(1.0, precise, of.replications / FIRST)


def under_way(of: Progress, worker: WorkerState) -> str:
    """What is going on with a job that is not over."""
    if worker.state is None and worker.silent is not None:
        return _("The calculation was interrupted; it goes on by itself in a moment. Nothing done is lost.")
    if worker.state == jobs.COMPILING:
        return _("Preparing the simulator, once after each update: up to a minute.")
    if worker.state is None or worker.state == jobs.STARTING:
        return _("The simulator is starting…")
    if of.replications == 0:
        return _("Working out the figures…")
    told = _runs(of.replications)
    if of.reached is not None:
        told = _("{runs} · precise to ±{reached}, aim ±{wanted}").format(
            runs=told, reached=format.share(of.reached), wanted=format.share(of.wanted)
        )
    if of.restarts:
        return _("{first} · {second}").format(first=told, second=_("interrupted and taken up again"))
    return told


def done(of: Progress) -> str:
    """What is said of a job that is done."""
    told = _runs(of.replications)
    if of.reached is None:
        return told
    if of.reached <= of.wanted:
        return _("Done: {runs}, precise to ±{reached}.").format(runs=told, reached=format.share(of.reached))
    return _("Stopped after {runs}: precise to ±{reached}, not to ±{wanted}.").format(
        runs=told, reached=format.share(of.reached), wanted=format.share(of.wanted)
    )


def cancelled(of: Progress) -> str:
    """What is said of a job that somebody ended."""
    if not of.replications:
        return _("Cancelled before the first figures.")
    return _("Cancelled after {runs}; what is known so far stays.").format(runs=_runs(of.replications))


def _runs(count: int) -> str:
    return _("1 run") if count == 1 else _("{count} runs").format(count=format.count(count))
