"""The app's own text in the language spoken now; what it does not know is looked up where `sim` keeps its text."""

from functools import cache
from gettext import NullTranslations
from pathlib import Path

from sim import words

CATALOGUES = Path(__file__).resolve().parent / "locales"


def _(text: str) -> str:
    """The text in the language spoken now (the message id itself where it is English)."""
    return text if not text or words.spoken() == "en" else _catalogue(words.spoken()).gettext(text)


@cache
def _catalogue(locale: str) -> NullTranslations:
    found = words.read_catalogue(CATALOGUES / locale / "LC_MESSAGES" / "app.po", locale)
    found.add_fallback(words.catalogue(locale))
    return found
