"""Changes that a click makes: kept at once, as the person who looks; what one is refused for is shown when the page is drawn."""

from collections.abc import Callable

import streamlit as st
from sqlalchemy.orm import Session

from sim import words
from sim.errors import BadInput
from trainer_app.ui import session
from trainer_app.ui.unbroken import unbroken
from trainer_app.words import _

WRONG = "refused"
"""Key of the session: what the last change was refused for."""

Change = Callable[[Session, str], None]
"""A change, given a session of the database that is committed afterwards, and who makes it."""


@unbroken()
def keep(change: Change) -> None:
    """Make a change. For callbacks of widgets: Streamlit calls these before the page speaks its language."""
    words.use(session.locale())
    try:
        with session.database().session() as writing:
            change(writing, session.session().person)
    except BadInput as error:
        st.session_state[WRONG] = error.text(_)


def say_refused() -> None:
    """Say what the last change was refused for, once."""
    wrong = st.session_state.pop(WRONG, None)
    if wrong is not None:
        st.error(session.plain(wrong), icon=":material/error:")
