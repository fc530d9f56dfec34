"""The few rules of style that Streamlit's theme has no word for."""

import streamlit as st

RULES = """<style>
.stMainBlockContainer { padding-top: 4.5rem; padding-bottom: 3rem; max-width: 1280px; }
.st-key-browser, .st-key-style { position: absolute; top: 0; left: 0; width: 0 !important; height: 0 !important; overflow: hidden; }
.st-key-who { margin-bottom: -2.5rem; position: relative; z-index: 1; }
@media (max-width: 640px) {
  .stMainBlockContainer { padding-left: 1rem; padding-right: 1rem; }
  .st-key-who { margin-bottom: -0.75rem; }
}
</style>"""


def style() -> None:
    """Lay the rules over the page."""
    with st.container(key="style"):
        st.html(RULES)
