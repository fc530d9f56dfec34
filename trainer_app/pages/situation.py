"""A situation as it is: what comes, what a manager must know first, and the figures behind it."""

import streamlit as st
from sqlalchemy.orm import Session

from sim import words
from sim.words import either
from trainer_app.services import jobs, situations
from trainer_app.services.jobs import Progress
from trainer_app.ui import session
from trainer_app.ui.fields import catch_up, field, move
from trainer_app.ui.figures import sentence, six_figures
from trainer_app.ui.following import calm, has_moved, look, pace, progress_line, scenario
from trainer_app.ui.keeping import keep, say_refused
from trainer_app.ui.looks import looks
from trainer_app.ui.results import of_one, tabs
from trainer_app.ui.session import fragment
from trainer_app.ui.take_away import STUDY, WANTED
from trainer_app.ui.variants import begin
from trainer_app.ui.ways import way
from trainer_app.words import _

NAME = "situation"
"""What the situation is called in a link."""

CHOSEN, JOB, CALM = "situation_chosen", "situation_job", "situation_calm"
"""Keys of the session: the situation that is looked at, with the job about it, and what the charts show."""


def page() -> None:
    """One of the shipped situations, in full."""
    if WANTED in st.session_state:
        st.switch_page(way("compare"), query_params={STUDY: st.session_state[WANTED]})
    here = session.session()
    looks()
    st.title(_("Situation"))
    say_refused()
    name = _pick()
    about = situations.situation(name).about
    if about is not None:
        st.text(either(about))
    st.button(_("Try changes"), key="try_changes", type="primary", on_click=_begin, args=(name,), icon=":material/balance:")
    job_id = _job_of(name, here.person)
    progress, _worker = look(job_id)
    seconds, still = pace(progress), None if progress is None else calm(progress, CALM)
    fragment(_first_screen, run_every=seconds)(name, job_id, seconds)
    if still is not None:
        fragment(_details)(still)


def _pick() -> str:
    """The situation that is chosen here, else the one of the link."""
    known = {each.name: either(each.title) for each in situations.situations()}
    linked = st.query_params.get(NAME)
    name: str = st.session_state.setdefault(CHOSEN, linked if linked in known else situations.FIRST)
    shown = st.selectbox(
        _("Which sale?"),
        list(known),
        index=list(known).index(name),
        format_func=lambda each: known[each],
        key=field(NAME, name),
        on_change=_picked,
    )
    catch_up(shown, name, _picked)
    if linked != name:
        st.query_params[NAME] = name
    return name


def _picked() -> None:
    def choose(name: str) -> None:
        st.session_state[CHOSEN] = name

    move(NAME, choose)


def _begin(name: str) -> None:
    def make(writing: Session, person: str) -> None:
        st.session_state[WANTED] = begin(writing, person, name)

    keep(make)


def _job_of(name: str, person: str) -> str:
    """The job about the situation, asked for once in a visit."""
    known = st.session_state.get(JOB)
    if known is not None and known[0] == (name, person) and look(known[1])[0] is not None:
        return str(known[1])
    with session.database().session() as writing:
        job_id = jobs.ask_situation(writing, person, name)
    st.session_state[JOB] = ((name, person), job_id)
    return job_id


def _first_screen(name: str, job_id: str, seconds: float | None) -> None:
    """The sentence, how far the job is, and the figures; drawn again while more runs come. seconds: between two times, None where none is
    awaited."""
    progress, worker = look(job_id)
    if progress is None or pace(progress) != seconds or has_moved(progress, CALM):
        st.rerun()

    def again(writing: Session, person: str) -> None:
        jobs.ask_situation(writing, person, name)

    def cancel(writing: Session, person: str) -> None:
        jobs.cancel(writing, job_id, person)

    view = scenario(progress, 0)
    if view is not None:
        answer = view.answer[words.spoken()]
        sentence(answer.sentence, answer.state, answer.period)
    progress_line(progress, worker, "situation", again, cancel)
    if view is not None:
        six_figures(answer.figures)


def _details(still: Progress) -> None:
    """The tabs, and how sure all that is, of a state of the job that does not change under who reads them."""
    view = scenario(still, 0)
    if view is None:
        return
    tabs(of_one(still, view), "situation_tabs")
    answer = view.answer[words.spoken()]
    with st.expander(_("How sure is this?")):
        for line in (answer.by_hand, *answer.notes):
            st.text(line)
