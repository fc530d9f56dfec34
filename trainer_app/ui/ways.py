"""The ways from page to page: a page is known by the last part of its address."""

from collections.abc import Iterable
from typing import Any

import streamlit as st

WAYS = "ways"


def remember(pages: Iterable[Any]) -> None:
    """Keep the pages of this visit, so that any page can lead to any other."""
    st.session_state[WAYS] = {page.url_path or "start": page for page in pages}


def way(path: str) -> Any:
    """The page of that address ("practice"), for st.page_link and st.switch_page. KeyError for one that is none."""
    return st.session_state[WAYS][path]


def lead(path: str, label: str, icon: str, **query: str) -> None:
    """A link to another page, with what stands in its address."""
    st.page_link(way(path), label=label, icon=icon, query_params=query or None)
