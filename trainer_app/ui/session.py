"""Who looks, in which language, and where the data is: what every page asks first."""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from sim import words
from trainer_app.db.connect import Database
from trainer_app.db.connect import database as connect
from trainer_app.services.people import by_id
from trainer_app.ui.unbroken import unbroken

PERSON, LOCALE = "person", "locale"
"""Keys of the session, and of the cookies (with COOKIE before them) that outlive a reload."""

COOKIE = "refund_desk_"

SHOP_ZONE = "Asia/Shanghai"

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Here:
    """Who looks, and in which language ("zh" or "en"). person_id, name: None where nobody has said who they are."""

    locale: str
    person_id: str | None
    name: str | None

    @property
    def person(self) -> str:
        """The id of who looks. LookupError where nobody has said it: the frame asks before a page that needs it."""
        if self.person_id is None:
            raise LookupError("nobody has said who they are")
        return self.person_id


@functools.cache
def database() -> Database:
    """The database of this process."""
    return connect()


def session() -> Here:
    """Who looks now. Whoever was deleted meanwhile is nobody."""
    wanted = st.session_state.get(PERSON, st.context.cookies.get(COOKIE + PERSON))
    with database().reading() as reading:
        person = by_id(reading, wanted if isinstance(wanted, str) else None)
    return Here(locale(), None, None) if person is None else Here(locale(), person.id, person.name)


def locale() -> str:
    """The language of this session: the one chosen, else that of an earlier visit, else the browser's."""
    for told in (st.session_state.get(LOCALE), st.context.cookies.get(COOKIE + LOCALE)):
        if told in words.LOCALES:
            return str(told)
    return "zh" if (st.context.locale or "").lower().startswith("zh") else "en"


def zone() -> ZoneInfo:
    """The time zone of who looks, by the browser; the shop's where it tells none."""
    try:
        return ZoneInfo(st.context.timezone or SHOP_ZONE)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # whatever a browser may call a zone
        return ZoneInfo(SHOP_ZONE)


@unbroken()
def enter(person_id: str | None) -> None:
    """Be somebody from now on, or nobody."""
    st.session_state[PERSON] = person_id


@unbroken()
def speak(chosen: str) -> None:
    """Speak another language from now on."""
    st.session_state[LOCALE] = chosen


def fragment(function: Callable[Arguments, Result] | None = None, *, run_every: float | None = None) -> Callable[..., Any]:
    """A part of a page that is drawn again alone (each `run_every` seconds, where given), in the session's language."""
    if function is None:
        return functools.partial(fragment, run_every=run_every)

    @functools.wraps(function)
    def drawn(*args: Arguments.args, **named: Arguments.kwargs) -> Result:
        words.use(locale())
        return function(*args, **named)

    found: Callable[..., Any] = st.fragment(drawn, run_every=run_every)
    return found


def plain(text: str) -> str:
    """Text of people for a label: what would be markup is shown as it is written."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)
