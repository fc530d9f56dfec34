"""What lies beside the card: the question, the choices with their keys, the hints."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from sim.errors import msgid
from sim.report import names
from sim.report.markup import escaped
from sim.rules.facts import Deadline, Response
from sim.rules.tables import PATHS
from sim.words import either
from trainer_app.services.practice import Key, Table
from trainer_app.training.choices import deadlines, offered
from trainer_app.training.grading import deadline_length
from trainer_app.training.hints import GRADES, hint
from trainer_app.ui.session import plain
from trainer_app.ui.verdict import PARTS
from trainer_app.words import _

Choice = int | Response | Deadline

ANSWERED, WISH = "practice_answered", "practice_wish"
"""Keys of the session: the answered card whose verdict is shown; the skill that was asked for."""

KEYS = (*"1234567890", *"asdf")
"""The keys of the choices, in their order; C and R belong to Streamlit."""
HINT_KEY = "h"

SEATS, SEATED = 4, "practice_seated"
"""How many cards in a row have buttons of their own; key of the session: who sits where, and where the next card will sit."""

QUESTIONS = {"path": msgid("Which path is it?"), "response": msgid("What do you do now?"), "deadline": msgid("By when?")}
WHY = {
    "due": msgid("due again"),
    "new": msgid("a new skill"),
    "weakest": msgid("ahead of time: one of your weaker skills"),
    "wanted": msgid("as you asked"),
}


def ask_for(cell: str | None) -> None:
    """Have a fresh card on the table next, of a skill where one is asked for."""
    st.session_state[ANSWERED] = None
    if cell is not None:
        st.session_state[WISH] = cell


def seat(key: Key) -> int:
    """The number in the names of a card's buttons: that of none of the cards just before, so that a press that comes late is no answer to
    another card; and one of a few, since Streamlit keeps every button that a session ever had."""
    following, seated = st.session_state.get(SEATED, (0, (None,) * SEATS))
    if key not in seated:
        seated = (*seated[:following], key, *seated[following + 1 :])
        st.session_state[SEATED] = ((following + 1) % SEATS, seated)
    return int(seated.index(key))


def question(table: Table) -> None:
    """What is asked now, and what was answered so far; it has the same height in every part."""
    answered = {"path": None if table.path is None else names.path(table.path), "response": table.response and either(table.response)}
    lines = "".join(_step(place, part, table.part, answered.get(part)) for place, part in enumerate(PARTS, 1))
    why = _("{why} · card {number} of its kind").format(why=_(WHY[table.why]), number=table.key.number + 1)
    st.html(f'<div class="asked"><p class="small">{escaped(why)}</p><ol>{lines}</ol><h2>{escaped(_(QUESTIONS[table.part]))}</h2></div>')


def choices(table: Table, take: Callable[..., None]) -> None:
    """A button and a key for each choice. `take` is called with the card's key and the choice."""
    with st.container(key="choices", gap="xxsmall"):
        for key, (choice, label) in zip(KEYS, _choices(table), strict=False):
            st.button(
                plain(label),
                key=f"{table.part}.{seat(table.key)}.{key}",
                shortcut=key,
                on_click=take,
                args=(table.key, choice),
                width="stretch",
                wrap=True,
            )


def hints(table: Table, take: Callable[..., None]) -> None:
    """A button for the next hint, and those that were seen. `take` is called with the card's key and the hint's grade."""
    following = table.hints + 1
    st.button(
        _("Hint {number} of {most}").format(number=min(following, GRADES[-1]), most=GRADES[-1]),
        key=f"hint.{seat(table.key)}.{following}",
        icon=":material/lightbulb:",
        type="tertiary",
        shortcut=HINT_KEY,
        on_click=take,
        args=(table.key, following),
        disabled=following not in GRADES,
    )
    seen = "".join(f'<p class="hint">{escaped(either(hint(table.case, level)))}</p>' for level in GRADES if level <= table.hints)
    if seen:
        st.html(f'<div class="said" role="status">{seen}</div>')


def _step(place: int, part: str, current: str, answer: str | None) -> str:
    """A line of what is answered: done, asked now, or still to come."""
    state = "now" if part == current else "done" if answer else "later"
    here = ' aria-current="step"' if part == current else ""
    told = f"<b>{escaped(_(PARTS[part]))}</b>"
    if answer:
        told = f'{told} <span class="answer">{escaped(answer)}</span>'
    return f'<li class="{state}"{here}><b>{place}</b><span>{told}</span></li>'


def _choices(table: Table) -> Sequence[tuple[Choice, str]]:
    """The choices of the part that is asked, each with its words."""
    if table.part == "path":
        return [(path, names.path(path)) for path in PATHS]
    if table.part == "response":
        return [(response, either(response)) for response in offered(table.case)]
    return [(deadline, _deadline(deadline, table)) for deadline in deadlines()]


def _deadline(deadline: Deadline, table: Table) -> str:
    length: Any = deadline_length(deadline, table.case)
    if length is None:
        return either(deadline)
    return _("{deadline} · {length}").format(deadline=either(deadline), length=either(length))
