"""The variants of a board: which one is worked on, its name and levers, a further one, one less. Whatever is done is kept at once."""

from collections.abc import Callable
from typing import Any

import streamlit as st
from sqlalchemy.orm import Session

from trainer_app.db.tables import LONGEST_NAME
from trainer_app.services import levers, studies
from trainer_app.services.levers import AS_IT_IS, Levers
from trainer_app.services.studies import MOST_VARIANTS, Board, Choice
from trainer_app.ui import session
from trainer_app.ui.fields import catch_up, field, move
from trainer_app.ui.keeping import keep, say_refused
from trainer_app.ui.levers import Panel, moved_levers, panel
from trainer_app.words import _

LETTERS = "ABCDEFGH"


def begin(writing: Session, person_id: str, situation: str) -> str:
    """A new board of a situation, with a first variant to change; returns its id. Raises BadInput."""
    study_id = studies.make(writing, person_id, situation)
    studies.add(writing, study_id, person_id, _("Variant {letter}").format(letter=LETTERS[0]))
    return study_id


def variants(board: Board) -> None:
    """The panel: choose, name, move, add, remove."""
    say_refused()
    if not board.choices:
        st.text(_("No variant yet."))
        _add(board, None)
        return
    choice = _choice(board)
    if board.mine:
        _name(board, choice)
        with st.container(horizontal=True, gap="small", key="variant_actions"):
            _add(board, choice)
            st.button(
                _("As it is again"),
                key="variant_reset",
                disabled=choice.levers.is_nothing,
                on_click=keep,
                args=(lambda writing, person: studies.change(writing, choice.id, person, AS_IT_IS),),
                icon=":material/undo:",
                type="tertiary",
            )
            _remove(board, choice)
    panel(choice.levers, levers.allowed(board.situation), Panel(choice.id, _mover(board, choice), locked=not board.mine))


def _choice(board: Board) -> Choice:
    """The variant that is worked on."""
    by_id = {choice.id: choice for choice in board.choices}
    at = _at(board)
    present = by_id.get(st.session_state.get(at, ""), board.choices[0])
    if len(by_id) > 1:
        shown = st.segmented_control(
            _("Change"),
            list(by_id),
            default=present.id,
            required=True,
            format_func=lambda each: session.plain(by_id[each].title),
            key=field(at, present.id),
            on_change=_chosen,
            args=(at,),
            wrap=True,
        )
        catch_up(shown, present.id, lambda: _chosen(at))
    return present


def _at(board: Board) -> str:
    """Key of the session: the id of the variant of a board that is worked on."""
    return f"variant_of_{board.id}"


def _chosen(at: str) -> None:
    def choose(variant_id: str) -> None:
        st.session_state[at] = variant_id

    move(at, choose)


def _name(board: Board, choice: Choice) -> None:
    name = f"{choice.id}.title"
    key = field(name, choice.title)
    shown = st.text_input(_("Name"), choice.title, max_chars=LONGEST_NAME, key=key, on_change=_renamed, args=(choice.id, name))
    catch_up(shown, choice.title, lambda: _renamed(choice.id, name))


def _add(board: Board, choice: Choice | None) -> None:
    """A further variant: a copy of the one that is worked on, so that one goes on from there."""
    if not board.mine or len(board.choices) >= MOST_VARIANTS:
        return
    label = _("Add a variant") if choice is None else _("Copy")
    st.button(label, key="variant_add", on_click=_added, args=(board, choice), icon=":material/add:", type="tertiary")


def _remove(board: Board, choice: Choice) -> None:
    with st.popover(_("Remove"), icon=":material/delete:", key="variant_remove", type="tertiary"):
        st.text(_("Remove this variant? Its levers are lost."))
        st.button(
            _("Remove it"),
            key="variant_remove_yes",
            type="primary",
            on_click=keep,
            args=(lambda writing, person: studies.drop(writing, choice.id, person),),
        )


# ---------------------------------------------------------------- what is done
def _mover(board: Board, choice: Choice) -> Callable[[str, Any], None]:
    """Keeps one lever as it was moved, on top of whatever else was changed meanwhile."""

    def moved(name: str, value: Any) -> None:
        def on_top(writing: Session, person: str) -> None:
            now = _levers_now(writing, board, choice, person)
            studies.change(writing, choice.id, person, moved_levers(now, name, value))

        keep(on_top)

    return moved


def _levers_now(writing: Session, board: Board, choice: Choice, person: str) -> Levers:
    present = studies.seen(writing, board.id, person)
    return next((each.levers for each in (present.choices if present else ()) if each.id == choice.id), choice.levers)


def _renamed(variant_id: str, name: str) -> None:
    move(name, lambda title: keep(lambda writing, person: studies.rename(writing, variant_id, person, title)))


def _added(board: Board, choice: Choice | None) -> None:
    taken = {each.title for each in board.choices}

    def add(writing: Session, person: str) -> None:
        titles = (_("Variant {letter}").format(letter=letter) for letter in LETTERS)
        title = next(title for title in titles if title not in taken)
        st.session_state[_at(board)] = studies.add(writing, board.id, person, title, AS_IT_IS if choice is None else choice.levers)

    keep(add)
