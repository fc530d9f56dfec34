"""The rules of style for cards and what is said about an answer: `card.css`, in the colours of the charts."""

from functools import cache
from importlib import resources

import streamlit as st

from sim.report.theme import ACCENT, BAD, GOOD, INK, MUTED, RULE, WARN

COLOURS = {
    "ink": INK,
    "muted": MUTED,
    "rule": RULE,
    "accent": ACCENT,
    "good": GOOD,
    "bad": BAD,
    "warn": WARN,
    "soft": "#f4f6f8",
    "accent-soft": "#e8f1f8",
    "good-soft": "#f0f8f4",
    "bad-soft": "#fbeceb",
    "warn-soft": "#fdf3e3",
}
"""The soft ones are grounds under text: each leaves it readable (a contrast of at least 4.5)."""


def card_style() -> None:
    """Lay the rules over the page."""
    st.html(_rules())


@cache
def _rules() -> str:
    colours = "".join(f"--{name}:{value};" for name, value in COLOURS.items())
    rules = resources.files("trainer_app.ui").joinpath("card.css").read_text("utf-8")
    return f"<style>:root{{{colours}}}\n{rules}</style>"
