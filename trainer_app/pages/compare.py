"""The manager's board: up to four variants beside the situation as it is, and what each of them would bring."""

import streamlit as st
from sqlalchemy.orm import Session

from sim import words
from sim.report.markup import escaped
from sim.words import either
from trainer_app.services import jobs, levers, situations, studies
from trainer_app.services.jobs import Progress, WorkerState
from trainer_app.services.studies import Board
from trainer_app.services.views import ComparisonView
from trainer_app.ui import drawings, session
from trainer_app.ui.board import best_of, board, headline
from trainer_app.ui.figures import note, sentence, six_figures
from trainer_app.ui.following import calm, comparison, has_moved, look, pace, progress_line, scenario
from trainer_app.ui.keeping import keep, say_refused
from trainer_app.ui.levers import changes
from trainer_app.ui.looks import looks
from trainer_app.ui.results import Beside, of_one, of_several, tabs
from trainer_app.ui.session import fragment
from trainer_app.ui.take_away import STUDY, WANTED, take_away
from trainer_app.ui.unbroken import unbroken
from trainer_app.ui.variants import begin, variants
from trainer_app.words import _

LEVERS = "levers"
"""What the levers' heading is called in a link inside the page: on a phone they lie far below."""

JOB, SHOWN, CALM = "board_job", "board_shown", "board_calm"
"""Keys of the session: the job about the board as it is now, the last one of which there were figures, and what the charts show."""


def page() -> None:
    """The board of the link, or the choice of one."""
    here = session.session()
    looks()
    _open_what_is_wanted()
    wanted = st.query_params.get(STUDY)
    with session.database().reading() as reading:
        found = studies.seen(reading, wanted, here.person) if wanted else None
    if found is None:
        _choose(here.person, missing=wanted is not None)
        return
    st.title(_("Compare"))
    note(either(situations.situation(found.situation).title))
    if not found.mine:
        _not_mine(found)
    job_id = _job_of(found, here.person)
    with st.container(key="board"):
        results, controls = st.columns([7, 3], gap="large")
    with controls, st.container(key="levers"):
        st.header(_("What would you change?"), anchor=LEVERS)
        variants(found)
    progress, _worker = look(job_id)
    seconds, still = pace(progress), None if progress is None else calm(progress, CALM)
    with results:
        down = escaped(_("What would you change?"))
        st.html(f'<p class="rd-jump"><a href="#{LEVERS}">{down} ↓</a></p>')
        fragment(_first_screen, run_every=seconds)(found, job_id, seconds)
    if still is not None:
        fragment(_details)(found, still)
    with st.expander(_("Link and files"), icon=":material/link:"):
        take_away(found)


# ---------------------------------------------------------------- which board
def _choose(person: str, missing: bool) -> None:
    """A new board, or one of those that this person has."""
    st.title(_("Compare"))
    if missing:
        st.warning(_("There is no such board (any more). Pick another one, or begin a new one."), icon=":material/link_off:")
    say_refused()
    st.text(_("Pick a situation, change people and rules, and see at once what becomes better or worse."))
    known = {each.name: either(each.title) for each in situations.situations()}
    first = list(known).index(situations.FIRST)
    name = st.selectbox(_("Situation"), list(known), index=first, format_func=lambda each: known[each], key="new_situation")
    st.button(_("Begin a board"), type="primary", key="new_board", on_click=_begin, args=(name,))
    with session.database().reading() as reading:
        mine = studies.mine(reading, person)
    if mine:
        st.header(_("Your boards"))
    for each in mine:
        titles = _("; ").join(choice.title for choice in each.choices) or _("No variant yet.")
        label = _("{first} · {second}").format(first=known.get(each.situation, each.situation), second=session.plain(titles))
        st.button(label, key=f"open_{each.id}", on_click=_open, args=(each.id,), type="tertiary", icon=":material/balance:")


def _begin(situation: str) -> None:
    keep(lambda writing, person: _open(begin(writing, person, situation)))


@unbroken()
def _open(study_id: str) -> None:
    st.session_state[WANTED] = study_id


def _open_what_is_wanted() -> None:
    """Have the link name the board that a press asked for. It is wanted until then, however often the drawing is broken off."""
    if WANTED in st.session_state:
        st.query_params[STUDY] = st.session_state[WANTED]
        del st.session_state[WANTED]


def _not_mine(found: Board) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="not_mine"):
        told = _("This is {name}'s board. You can look; copy it to change it.")
        st.info(told.format(name=session.plain(found.owner)), icon=":material/visibility:")
        st.button(_("Copy to mine"), key="copy_board", on_click=_copy, args=(found.id,), type="primary")


def _copy(study_id: str) -> None:
    keep(lambda writing, person: _open(studies.copied(writing, study_id, person)))


# ---------------------------------------------------------------- its job
def _job_of(found: Board, person: str) -> str:
    """The job about the board as it is now. What was cancelled or failed is not begun again unasked, nor what somebody else looks at."""
    content = (found.id, person, tuple(str(choice.levers.to_json()) for choice in found.choices))
    known = st.session_state.get(JOB)
    if known is not None and known[0] == content and look(known[1])[0] is not None:
        return str(known[1])
    with session.database().session() as writing:
        job_id = jobs.asked_for(writing, found.id)
        before = None if job_id is None else jobs.progress(writing, job_id)
        if job_id is None or before is None or (found.mine and before.state not in (jobs.FAILED, jobs.CANCELLED)):
            job_id = jobs.ask(writing, person, found.id)
    st.session_state[JOB] = (content, job_id)
    return job_id


def _first_screen(found: Board, job_id: str, seconds: float | None) -> None:
    """The sentence, how far the job is, and the figures; drawn again while more runs come. seconds: between two times, None where none is
    awaited."""
    progress, worker = look(job_id)
    if progress is None or pace(progress) != seconds or has_moved(progress, CALM):
        st.rerun()
    shown = _shown(found, progress)
    if shown is None:
        _line(found, progress, worker)
        return
    result, of = shown
    if not found.choices:
        view = scenario(of, 0)
        if view is not None:
            answer = view.answer[words.spoken()]
            sentence(answer.sentence, answer.state, _("As it is; add a variant to compare."))
            six_figures(answer.figures)
        _line(found, progress, worker)
        return
    titles, model, can = _titles(found), situations.as_it_is(found.situation).scenario, levers.allowed(found.situation)
    told = headline(result, titles, model)
    old = of.id != job_id
    sentence(told.text, told.state, told.sure, old=old)
    _line(found, progress, worker)
    board(result, titles, [changes(choice.levers, can) for choice in found.choices], model, old=old)


def _details(found: Board, still: Progress) -> None:
    """The tabs, of a state of the job that does not change under who reads them, or takes a file from them."""
    shown = _shown(found, still)
    if shown is None:
        return
    result, of = shown
    if found.choices:
        model = situations.as_it_is(found.situation).scenario
        tabs(of_several(Beside(of, result, drawings.labels(_titles(found)), model, best_of(result))), "board_tabs")
        return
    view = scenario(of, 0)
    if view is not None:
        tabs(of_one(of, view), "board_tabs_alone")


def _titles(found: Board) -> list[str]:
    return [choice.title for choice in found.choices]


def _line(found: Board, progress: Progress, worker: WorkerState) -> None:
    def again(writing: Session, person: str) -> None:
        jobs.ask(writing, person, found.id)

    def cancel(writing: Session, person: str) -> None:
        jobs.cancel(writing, progress.id, person)

    progress_line(progress, worker, "board", again, cancel if found.mine else None)


def _shown(found: Board, progress: Progress) -> tuple[ComparisonView, Progress] | None:
    """The comparison of the job; before its first look that of the board as it was, if it has as many variants."""
    result = comparison(progress)
    if result is not None:
        st.session_state[SHOWN] = (found.id, result, progress)
        return result, progress
    study_id, before, of = st.session_state.get(SHOWN, (None, None, None))
    return (before, of) if study_id == found.id and len(before.differences) == len(found.choices) else None
