"""My record: what was answered, as figures and as a file, and how all of it is deleted."""

import streamlit as st

from sim import words
from sim.report import format as figures
from sim.report.markup import escaped
from trainer_app.services import record
from trainer_app.services.record import Counts
from trainer_app.ui import session
from trainer_app.ui.card_style import card_style
from trainer_app.ui.heading import heading, section
from trainer_app.ui.session import plain
from trainer_app.words import _

FILE = "refund-desk-answers.csv"
DELETED = "record_deleted"
"""Key of the session: the answers were deleted just now."""


def page() -> None:
    """Figures, the file, and deletion."""
    card_style()
    here = session.session()
    with session.database().reading() as reading:
        counts = record.counts(reading, here.person)
    heading(_("My record"))
    st.html(_figures(counts))
    if st.session_state.pop(DELETED, False):
        st.success(_("Your answers are deleted."))
    section(_("Take it along"))
    st.text(_("All your answers as a CSV file that spreadsheets open: card, answer, marks, times."))
    locale, person, place = here.locale, here.person, session.zone()

    def made() -> bytes:
        with words.speaking(locale), session.database().reading() as asked:
            return record.export(asked, person, place)

    st.download_button(
        _("Download my answers (CSV)"),
        made,
        file_name=FILE,
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        disabled=counts.answers == 0,
    )
    section(_("Delete what is mine"))
    _deletion(person, here.name or "")


def _figures(counts: Counts) -> str:
    shown = (
        (_("cards answered"), figures.count(counts.answers), ""),
        (_("all three right"), _of(counts.right, counts), _share(counts.right, counts)),
        (_("path right"), _of(counts.path, counts), _share(counts.path, counts)),
        (_("response right"), _of(counts.response, counts), _share(counts.response, counts)),
        (_("deadline right"), _of(counts.deadline, counts), _share(counts.deadline, counts)),
    )
    every = "".join(
        f"<div><dt>{escaped(name)}</dt><dd><b>{escaped(value)}</b><span>{escaped(about)}</span></dd></div>" for name, value, about in shown
    )
    span = ""
    if counts.first is not None and counts.last is not None:
        first, last = (figures.moment(moment.astimezone(session.zone())) for moment in (counts.first, counts.last))
        told = _("first {first}, last {last}").format(first=first, last=last)
        span = f'<p class="small">{escaped(told)}</p>'
    return f'<div class="said record"><dl class="price">{every}</dl>{span}</div>'


def _of(part: int, counts: Counts) -> str:
    return figures.count(part) if counts.answers else figures.NOTHING


def _share(part: int, counts: Counts) -> str:
    return figures.share(part / counts.answers) if counts.answers else ""


def _deletion(person: str, name: str) -> None:
    """Deletion, after the own name was typed."""
    st.text(_("Deleted is deleted: nothing brings it back. Take the file along first if you may want it."))
    with st.form("delete", border=True):
        typed = st.text_input(_("Type your name ({name}) to confirm").format(name=plain(name)), key="typed_name", autocomplete="off")
        everything = st.checkbox(_("Delete my name and my comparisons too"), key="everything")
        if not st.form_submit_button(_("Delete"), icon=":material/delete_forever:"):
            return
    if typed.strip().casefold() != name.casefold():
        st.error(_("That is not your name: nothing was deleted."))
        return
    with session.database().session() as writing:
        if everything:
            record.forget_all(writing, person)
        else:
            record.forget_answers(writing, person)
    if everything:
        session.enter(None)
    else:
        st.session_state[DELETED] = True
    st.rerun()
