"""Fields that show what is kept: whatever a person moves is kept at once, and what was changed elsewhere is shown.

A field is not told what to show while it is there. Streamlit draws the page anew after each move, and being told then would undo what
somebody types into one field while the move of another is on its way. So a field begins with what is kept, and when that is not what this
page last knew of it, another field takes its place.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st

from trainer_app.ui.unbroken import unbroken

KNOWN = "fields"
"""Key of the session: for each field, how many came before it and the value that it shows or was moved to."""


def field(name: str, value: Any) -> str:
    """The key of the field of this name, which must begin with this value."""
    known: dict[str, tuple[int, Any]] = st.session_state.setdefault(KNOWN, {})
    turn, before = known.get(name, (0, value))
    known[name] = (turn + (before != value), value)
    return field_key(name, known[name][0])


@unbroken()
def move(name: str, keep: Callable[[Any], None]) -> None:
    """Keep what the field was just moved to. For callbacks: where Streamlit breaks one off, `catch_up` finds what it left undone."""
    turn, _before = st.session_state[KNOWN][name]
    value = st.session_state[field_key(name, turn)]
    keep(value)
    st.session_state[KNOWN][name] = (turn, value)


def catch_up(shown: Any, kept: Any, moved: Callable[[], None]) -> None:
    """Keep what a field shows and nobody was told of: of moves in quick succession Streamlit breaks off the callbacks of some."""
    if shown != kept:
        moved()
        st.rerun()


def field_key(name: str, turn: int = 0) -> str:
    """The key of a field, by how many came before it."""
    return f"{name}.{turn}"
