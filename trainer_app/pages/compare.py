"""Soon."""

import streamlit as st


def page() -> None:
    """Soon."""
    st.title("compare")
