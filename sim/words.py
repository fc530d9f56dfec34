"""Text shown to people, in Chinese and English: which language is spoken now, and `_()` that speaks it.

English is the source: a text in the code is its own message id. The Chinese of each stands in
`locales/zh/LC_MESSAGES/sim.po`, which is read as it is when Chinese is first spoken (nothing is compiled at install time, so
the text that is edited is the text that is shown). The language belongs to the context (thread or task), so that a server can
speak both at once.
"""

import gettext
import io
import locale as system_locale
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Protocol

LOCALES = ("zh", "en")
VARIABLE = "REFUND_DESK_LANG"
CATALOGUES = Path(__file__).resolve().parent / "locales"

_spoken: ContextVar[str | None] = ContextVar("refund_desk_locale", default=None)


def use(locale: str | None = None) -> str:
    """Speak a language from here on: the one given, else that of REFUND_DESK_LANG, else the system's; returns it.

    Raises LookupError for a given one, or a REFUND_DESK_LANG, that is neither Chinese nor English.
    """
    chosen = _wanted(locale, os.environ)
    _spoken.set(chosen)
    return chosen


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Speak a language inside a `with` block."""
    before = _spoken.get()
    use(locale)
    try:
        yield
    finally:
        _spoken.set(before)


def spoken() -> str:
    """The language spoken now: "zh" or "en"."""
    return _spoken.get() or _system(os.environ)


def _(text: str) -> str:
    """The text in the language spoken now (the message id itself where it is English)."""
    return text if not text or spoken() == "en" else catalogue(spoken()).gettext(text)


class Bilingual(Protocol):
    """What carries its own text in both languages: a scenario's title, a step, a reason."""

    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...


def either(text: Bilingual) -> str:
    """The one of its two texts that is in the language spoken now."""
    return text.zh if spoken() == "zh" else text.en


@cache
def catalogue(locale: str) -> gettext.NullTranslations:
    """The translations of a language; English has none to look up."""
    return read_catalogue(CATALOGUES / locale / "LC_MESSAGES" / "sim.po", locale)


def read_catalogue(file: Path, locale: str) -> gettext.NullTranslations:
    """The translations of a .po file; none where there is no such file."""
    if not file.is_file():
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with file.open("rb") as text:
        write_mo(compiled, read_po(text, locale=locale))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _wanted(given: str | None, environment: Mapping[str, str]) -> str:
    for name in (given, environment.get(VARIABLE)):
        if name:
            return _known(name)
    return _system(environment)


def _known(name: str) -> str:
    language = name.replace("-", "_").split("_")[0].split(".")[0].lower()
    if language not in LOCALES:
        raise LookupError(name)
    return language


def _system(environment: Mapping[str, str]) -> str:
    """zh for any Chinese system, else en."""
    named = next((environment[name] for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    if not named:  # Windows keeps it elsewhere
        named = system_locale.getlocale()[0] or ""
    return "zh" if named.lower().startswith(("zh", "chinese")) else "en"
