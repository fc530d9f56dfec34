"""Asking who looks: a name, picked or typed. At this machine a name is no secret."""

import streamlit as st

from sim.errors import BadInput
from trainer_app.services import people
from trainer_app.ui import session
from trainer_app.words import _


def ask_name() -> None:
    """Ask for a name, and draw the page anew once there is one."""
    st.header(_("Who are you?"))
    st.text(_("A name is enough: your answers and comparisons are kept under it on this computer."))
    with session.database().reading() as reading:
        known = [person.name for person in people.everybody(reading)]
    with st.form("name", border=False):
        if known:
            name = st.selectbox(
                _("Your name"),
                known,
                index=None,
                accept_new_options=True,
                placeholder=_("pick your name, or type a new one"),
                key="name_field",
            )
        else:
            name = st.text_input(_("Your name"), max_chars=60, key="name_field", autocomplete="name")
        if st.form_submit_button(_("Begin"), type="primary"):
            wrong = _enter(name or "")
            if wrong is None:
                st.rerun()
            st.error(session.plain(wrong))


def _enter(name: str) -> str | None:
    """Be the person of that name from now on; what is wrong with the name, if anything."""
    try:
        with session.database().session() as writing:
            session.enter(people.enter(writing, name).id)
    except BadInput as error:
        told = error.at()
        told.field = told.value = None  # what is wrong stands below the field, which shows what was typed
        return told.text(_)
    return None
