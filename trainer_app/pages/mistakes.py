"""My mistakes: answers with something wrong, newest first; each is opened again, and practised again with a fresh case."""

import streamlit as st

from sim.report import format as figures
from sim.report import names
from sim.report.markup import escaped
from sim.words import either
from trainer_app.services import record
from trainer_app.services.record import Line
from trainer_app.training.cases import cell_name, cells
from trainer_app.ui import session
from trainer_app.ui.card import card_html
from trainer_app.ui.card_style import card_style
from trainer_app.ui.clock import now
from trainer_app.ui.heading import heading, small
from trainer_app.ui.table import ask_for
from trainer_app.ui.verdict import marks_text, verdict_html
from trainer_app.ui.ways import way
from trainer_app.words import _

ANSWER, BEFORE = "answer", "before"
"""What stands in the address: the answer that is open; the answer before which a page of the list begins."""

A_PAGE = 10
CARD, VERDICT = 8, 5
"""Shares of the width."""


def page() -> None:
    """The list, or the one that is open."""
    card_style()
    wanted = _number(ANSWER)
    if wanted is None:
        _list()
    else:
        _open(wanted)


def _list() -> None:
    person, before = session.session().person, _number(BEFORE)
    with session.database().reading() as reading:
        lines = record.mistakes(reading, person, before, A_PAGE + 1)
        counts = record.counts(reading, person)
    told = _("{wrong} of {all} answers had something wrong").format(wrong=figures.count(counts.wrong), all=figures.count(counts.answers))
    heading(_("My mistakes"), told)
    if not lines:
        st.text(_("None here. What you answer wrong can be looked at and practised again on this page."))
    for line in lines[:A_PAGE]:
        _row(line)
    with st.container(horizontal=True):
        if before is not None and st.button(_("Newest"), icon=":material/first_page:"):
            _go()
        if len(lines) > A_PAGE and st.button(_("Older"), icon=":material/chevron_right:"):
            _go(BEFORE, lines[A_PAGE - 1].id)


def _row(line: Line) -> None:
    known = line.cell in cells()
    name = either(cell_name(line.cell)) if known else _("a skill that is no more")
    when = figures.moment(line.answered_at.astimezone(session.zone()))
    path = figures.NOTHING if line.path is None else names.path(line.path)
    said = _("{moment} · you said: {path}").format(moment=when, path=path)
    text, button = st.columns([6, 1], vertical_alignment="center")
    text.html(
        f'<div class="skill mistake"><p><b>{escaped(name)}</b></p><p>{escaped(marks_text(line.marks))}</p>'
        f'<p class="small">{escaped(said)}</p></div>'
    )
    if button.button(_("Look at it"), key=f"open.{line.id}", width="stretch", wrap=True, disabled=not known):
        _go(ANSWER, line.id)


def _open(answer_id: int) -> None:
    with session.database().reading() as reading:
        given = record.reopened(reading, session.session().person, answer_id)
    if given is None:
        st.warning(_("There is no such answer of yours."))
        if st.button(_("To the list"), icon=":material/arrow_back:"):
            _go()
        return
    when = figures.moment(given.answered_at.astimezone(session.zone()))
    heading(_("My mistakes"), when)
    with st.container(horizontal=True):
        if st.button(_("To the list"), icon=":material/arrow_back:"):
            _go()
        if st.button(_("Practise this again"), type="primary", icon=":material/refresh:"):
            ask_for(given.key.cell)
            st.switch_page(way("practice"))
    left, right = st.columns([CARD, VERDICT], gap="medium")
    left.html(card_html(given.case.card))
    with right:
        if not given.same_rules:
            small(_("Marked then: {marks}").format(marks=marks_text(given.marks)))
        st.html(verdict_html(given, now()))


def _go(what: str | None = None, where: int = 0) -> None:
    """Draw the page anew with another address."""
    st.query_params.clear()
    if what is not None:
        st.query_params[what] = str(where)
    st.rerun()


def _number(name: str) -> int | None:
    """A number out of the address; 0, which no answer has, for what is none."""
    told = st.query_params.get(name)
    if told is None:
        return None
    return int(told) if told.isascii() and told.isdigit() and len(told) < 10 else 0
