"""A small app in place of ours: what `?show=` asks for."""

import threading
import time

import streamlit as st

from sim import words
from sim.errors import BadInput, msgid

words.use("en")
st.title("Stand-in")
show = st.query_params.get("show", "")
if show == "error":
    raise ZeroDivisionError("a secret in the text")
if show == "bad input":
    raise BadInput(msgid("is none of the allowed words"), field="pools.agents", value="<b>*x*</b>", allowed=("a", "b"))
if show == "endless":
    threading.Event().wait()
if show == "slow":
    time.sleep(0.5)
if st.button("Count", key="count"):
    st.session_state["times"] = st.session_state.get("times", 0) + 1
st.text(f"counted {st.session_state.get('times', 0)}")
