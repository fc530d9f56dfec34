"""The head of a page of practice: its title, and what one knows at a glance beside it."""

import streamlit as st

from sim.report.markup import escaped


def heading(title: str, *facts: str) -> None:
    """The title of a page, with facts beside it."""
    st.html(f'<div class="today"><h1>{escaped(title)}</h1>{"".join(f"<p>{escaped(fact)}</p>" for fact in facts)}</div>')


def section(title: str) -> None:
    """The title of a part of a page."""
    st.html(f'<div class="today"><h2>{escaped(title)}</h2></div>')


def small(text: str) -> None:
    """A line in small print."""
    st.html(f'<p class="small">{escaped(text)}</p>')
