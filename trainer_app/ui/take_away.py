"""What one takes along from a board: its link, and each variant as a file for the command line."""

import re
from functools import partial

import streamlit as st

from trainer_app.services import levers
from trainer_app.services.studies import Board, Choice
from trainer_app.ui import session
from trainer_app.words import _

STUDY = "study"
"""What the id of a board is called in a link."""

WANTED = "board_wanted"
"""Key of the session: the id of a board that a press asked for, until the page that shows boards has opened it."""


def take_away(board: Board) -> None:
    """The link, the files, and the commands that give the same figures."""
    st.text(_("This link opens the board again; others may look and copy."))
    st.code(link(board.id), language=None, wrap_lines=True)
    if not board.choices:
        return
    st.text(_("Each variant as a file for the command line:"))
    with st.container(horizontal=True, gap="small"):
        for choice in board.choices:
            st.download_button(
                _("{title} as TOML").format(title=session.plain(choice.title)),
                partial(levers.toml, choice.levers, choice.title),
                file_name=file_of(board, choice),
                mime="application/toml",
                on_click="ignore",
                key=f"{choice.id}.toml",
                icon=":material/download:",
            )
    st.code("\n".join(commands(board)), language="bash", wrap_lines=True)


def link(study_id: str) -> str:
    """The address of a board: an id, and nothing else of it."""
    here = re.sub(r"[^/]*$", "", st.context.url or "")
    return f"{here}compare?{STUDY}={study_id}"


def file_of(board: Board, choice: Choice) -> str:
    """What the file of a variant is called: plain letters, whatever the title is."""
    return f"{board.situation}-variant-{choice.place}.toml"


def commands(board: Board) -> list[str]:
    """What gives the figures of each variant on the command line, and what compares them all."""
    files = [file_of(board, choice) for choice in board.choices]
    runs = [f"refund-desk run {board.situation} --overlay {file}" for file in files]
    return [*runs, f"refund-desk compare {board.situation} {' '.join(f'--policy {file}' for file in files)} --precision 0.02"]
