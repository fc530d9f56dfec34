"""Practice: a case card, its path, response and deadline by single keys, and what came of it."""

import functools
import time

import streamlit as st
from sqlalchemy.orm import Session

from sim import words
from sim.report.markup import escaped
from sim.rules.facts import Deadline, Response
from sim.words import either
from trainer_app.services import practice
from trainer_app.services.practice import Given, Key, Table
from trainer_app.services.prices import price_of
from trainer_app.services.progress import Today, today
from trainer_app.services.shop import rules_version
from trainer_app.training.cases import cell_name
from trainer_app.ui import session
from trainer_app.ui.card import card_html
from trainer_app.ui.card_style import card_style
from trainer_app.ui.clock import now
from trainer_app.ui.heading import heading
from trainer_app.ui.look import look_at
from trainer_app.ui.table import ANSWERED, WISH, ask_for, choices, hints, question, seat
from trainer_app.ui.unbroken import unbroken
from trainer_app.ui.verdict import price_html, verdict_html
from trainer_app.words import _

FRESH, PRESSED, HAND = "practice_fresh", "practice_pressed", "practice_hand"
"""Keys of the session: what was drawn last, and when; when a key was pressed last; what the next drawing shows, read already."""

ROOM = "practice_room"
"""The name of the part of the page that is drawn with each card."""

HASTE = 0.25
"""Seconds after a press, or after a new question, in which a press counts as none: nobody reads six lines in them."""

LOOK_AGAIN = 0.4
"""Seconds between looks whether the price of a mistake is there."""

CARD, PANEL = 8, 5
"""Shares of the width."""


def page() -> None:
    """The card on the table, and what is asked about it."""
    card_style()
    rules_version()  # worked out once in a process: here, and not while somebody waits for a verdict
    _room()


@functools.partial(st.fragment, key=ROOM)
def _room() -> None:
    """All of the page below the frame; drawn anew with each card."""
    words.use(session.locale())
    person, at = session.session().person_id, now()
    if person is None:  # deleted meanwhile: the frame asks who looks
        st.rerun()
    with session.database().reading() as reading:
        shown = _lying(reading, person)
        day = today(reading, person, at, session.zone())
    wish: str | None = st.session_state.get(WISH)
    if shown is None or (wish is not None and isinstance(shown, Table) and not shown.touched):
        with session.database().session() as writing:
            shown = practice.card(writing, person, at, wish)
    if wish is not None and shown.key.cell == wish:
        st.session_state[WISH] = None
    _headline(day)
    left, right = st.columns([CARD, PANEL], gap="medium")
    left.html(card_html(shown.case.card))
    st.session_state[HAND] = shown
    with right:
        _panel(person, shown.key)
    look_at("card", shown.key.cover, ".case")


@session.fragment
def _panel(person: str, key: Key) -> None:
    """What stands beside the card of that key: a press draws this and nothing else."""
    shown: Table | Given | None = st.session_state.pop(HAND, None)
    if shown is None:
        with session.database().reading() as reading:
            shown = _lying(reading, person)
    if shown is None or shown.key != key:  # another tab went on to another card
        st.rerun()
    with st.container(key="panel"):
        if isinstance(shown, Table):
            _ask(shown, person)
        else:
            _tell(shown)


def _lying(reading: Session, person: str) -> Table | Given | None:
    """What lies before the person: an answered card as long as its verdict is looked at, else the open one, if there is one."""
    answered: Key | None = st.session_state.get(ANSWERED)
    given = practice.given(reading, person, answered) if answered else None
    return given or practice.on_table(reading, person)


def _headline(day: Today) -> None:
    """The day at a glance."""
    due = _("due now: {count}").format(count=day.due)
    later = _("later today: {count}").format(count=day.later)
    done = _("answered today: {count}").format(count=day.done)
    heading(_("Practice"), due, later, done)


def _ask(table: Table, person: str) -> None:
    _mark_fresh((table.key, table.part))
    question(table)
    choices(table, functools.partial(_take, person))
    hints(table, functools.partial(_take_hint, person))
    wish: str | None = st.session_state.get(WISH)
    if wish is not None:
        waiting = _("This card is begun: finish it first. Then comes “{name}”.").format(name=either(cell_name(wish)))
        st.html(f'<div class="said"><p class="note">{escaped(waiting)}</p></div>')


def _tell(given: Given) -> None:
    _mark_fresh((given.key, "told"))
    at = seat(given.key)
    with st.container(horizontal=True, key="onward"):
        st.button(_("Next card"), key=f"next.{at}", type="primary", shortcut="n", on_click=_onward)
        st.button(_("Another of this skill"), key=f"more.{at}", shortcut="m", on_click=_onward, args=(given.key.cell,))
        st.button(_("Next card"), key=f"also.{at}", shortcut="enter", on_click=_onward)  # unseen: the second key of the first
    st.html(verdict_html(given, now()))
    price = price_of(given)
    if price is not None:
        if price.cost is None and not price.failed:
            _await_price(given)
        else:
            st.html(price_html(price))
    look_at("verdict", given.key.cover, ".st-key-onward", from_the_first=True)


@session.fragment(run_every=LOOK_AGAIN)
def _await_price(given: Given) -> None:
    """Looks again until the price is there, then has the page drawn without this."""
    price = price_of(given)
    if price is not None and (price.cost is not None or price.failed):
        st.rerun()
    if price is not None:
        st.html(price_html(price))


@unbroken()
def _take(person: str, key: Key, choice: int | Response | Deadline) -> None:
    """A choice was pressed."""
    if _hasty():
        return
    base = session.database()
    found: Table | Given | None
    if isinstance(choice, Deadline):
        found = practice.answer(base, person, key, choice, now())
    else:
        with base.session() as writing:
            if isinstance(choice, Response):
                found = practice.choose_response(writing, person, key, choice)
            else:
                found = practice.choose_path(writing, person, key, choice)
    if found is None:  # answered in another tab
        with base.reading() as reading:
            found = practice.given(reading, person, key)
    if isinstance(found, Given):
        st.session_state[ANSWERED] = key
    st.session_state[HAND] = found


@unbroken()
def _take_hint(person: str, key: Key, level: int) -> None:
    """A hint was asked for."""
    if not _hasty():
        with session.database().session() as writing:
            st.session_state[HAND] = practice.take_hint(writing, person, key, level)


@unbroken()
def _onward(cell: str | None = None) -> None:
    """The verdict was read: on to the next card, of a skill where one was asked for."""
    if not _hasty():
        ask_for(cell)
        st.rerun(ROOM)


def _mark_fresh(what: object) -> None:
    """Note when a question or verdict was drawn first."""
    before = st.session_state.get(FRESH)
    if before is None or before[0] != what:
        st.session_state[FRESH] = (what, time.monotonic())


def _hasty() -> bool:
    """Whether a press comes so soon after the last one, or after the page changed, that it is none of its own: a double click, or a key
    that is held down."""
    fresh, pressed, at = st.session_state.get(FRESH), st.session_state.get(PRESSED), time.monotonic()
    st.session_state[PRESSED] = at
    return (fresh is not None and at - fresh[1] < HASTE) or (pressed is not None and at - pressed < HASTE)
