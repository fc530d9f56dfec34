"""What I asked for: every run of mine, how far it is, and the way back to its figures."""

import streamlit as st

from sim.report import format
from sim.report.untrusted import in_a_line
from sim.words import either
from trainer_app.services import jobs, studies
from trainer_app.services.jobs import Asked
from trainer_app.services.situations import situation
from trainer_app.ui import session
from trainer_app.ui.unbroken import unbroken
from trainer_app.ui.ways import lead
from trainer_app.words import _

LOOK_EVERY = 1.0
"""Seconds after which the list is looked at again while something runs."""


def page() -> None:
    """The list, and what can be done with each run."""
    st.title(_("My runs"))
    person = session.session().person
    with session.database().reading() as reading:
        runs = any(not each.progress.is_over for each in jobs.mine(reading, person))
    (_followed if runs else _still)(person)


def _still(person: str) -> None:
    _listed(person)


@session.fragment(run_every=LOOK_EVERY)
def _followed(person: str) -> None:
    if not _listed(person):
        st.rerun()  # all is done: nothing is left to be followed


def _listed(person: str) -> bool:
    """Draw the list; whether something of it still runs."""
    with session.database().reading() as reading:
        found = jobs.mine(reading, person)
        there = {board.id: len(board.choices) for board in studies.mine(reading, person)}
    if not found:
        st.text(_("Nothing yet. Look at a situation or compare variants; what you ask for is kept here."))
    for each in found:
        _one(person, each, each.study_id if each.study_id in there else None)
    return any(not each.progress.is_over for each in found)


def _one(person: str, asked: Asked, study_id: str | None) -> None:
    at = asked.progress
    with st.container(border=True, key=f"run_{at.id}"):
        st.header(either(situation(asked.situation).title))
        variants = len(asked.variants)
        what = _("as it is") if not variants else _("as it is and one variant") if variants == 1 else _("as it is and {count} variants")
        when = format.moment(asked.asked_at.astimezone(session.zone()))
        st.text(_("{what} · asked on {when}").format(what=what.format(count=variants), when=when))
        st.text(told(asked))
        with st.container(horizontal=True, vertical_alignment="center"):
            if study_id is not None:
                lead("compare", _("Open"), ":material/open_in_new:", study=study_id)
            elif not variants:
                lead("situation", _("Open"), ":material/open_in_new:", situation=asked.situation)
            if not at.is_over:
                st.button(_("Cancel"), key=f"cancel_{at.id}", on_click=_cancel, args=(at.id, person))
            else:
                st.button(_("Take off the list"), key=f"forget_{at.id}", on_click=_forget, args=(at.id, person))


def told(asked: Asked) -> str:
    """How a run stands, in words."""
    at = asked.progress
    count, wanted = format.count(at.replications), format.share(at.wanted)
    if at.state == jobs.FAILED:
        return in_a_line(_("Failed. {why}").format(why=jobs.problem_text(at.problem or {})), 400)
    if at.state == jobs.CANCELLED:
        return _("Cancelled after {count} runs; what was done is kept.").format(count=count)
    if at.reached is None:
        doing = _("Waiting.") if at.state == jobs.QUEUED and not at.replications else _("{count} runs so far.")
    elif at.state == jobs.DONE:
        doing = _("Done: {count} runs, precise to {reached} (wanted: {wanted}).")
    else:
        doing = _("{count} runs so far, precise to {reached} (wanted: {wanted}).")
    text = doing.format(count=count, reached=format.share(at.reached), wanted=wanted)
    if at.restarts:
        text = _("{first} {second}").format(first=text, second=_("It was interrupted and went on where it was."))
    return text


@unbroken()
def _cancel(job_id: str, person: str) -> None:
    with session.database().session() as writing:
        jobs.cancel(writing, job_id, person)


@unbroken()
def _forget(job_id: str, person: str) -> None:
    with session.database().session() as writing:
        jobs.forget(writing, job_id, person)
