"""How results look: the rules of style for sentences, figures, tables and charts, on a desk and on a phone."""

from functools import cache
from importlib import resources

import streamlit as st

from sim.report.theme import ACCENT, BAD, GOOD, INK, MUTED, RULE

SOFT, BAD_SOFT = "#f4f6f8", "#fbeceb"
"""Grounds under text: each leaves it readable (a contrast of at least 4.5)."""

COLOURS = {"ink": INK, "muted": MUTED, "rule": RULE, "accent": ACCENT, "good": GOOD, "bad": BAD, "soft": SOFT, "bad-soft": BAD_SOFT}


def looks() -> None:
    """Lay the rules over the page."""
    st.html(_rules())


@cache
def _rules() -> str:
    colours = ";".join(f"--rd-{name}:{colour}" for name, colour in COLOURS.items())
    return f"<style>:root{{{colours}}}\n{resources.files('trainer_app.ui').joinpath('results.css').read_text('utf-8')}</style>"
