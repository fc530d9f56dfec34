"""A press is done whole, whatever message comes in meanwhile."""

import pytest
from streamlit.testing.v1 import AppTest

OFF, WHOLE, DRAWN = "broken off", "whole", "drawn"


def script(kept: bool) -> None:
    """A page with a button; its callback looks at the session after the next message is in, as any callback may."""
    from contextlib import nullcontext

    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx
    from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

    from trainer_app.ui.unbroken import unbroken

    def press() -> None:
        context = get_script_run_ctx()
        assert context is not None
        assert context.script_requests is not None
        context.script_requests.request_rerun(RerunData())
        with unbroken() if kept else nullcontext(), unbroken() if kept else nullcontext():
            st.session_state["came"] = "here"
            st.query_params["came"] = "here"
            st.session_state["end"] = "whole"

    st.button("press", on_click=press, key="press")
    st.text(st.session_state.get("end", "broken off"))
    st.session_state["drawn"] = st.session_state.get("drawn", 0) + 1


@pytest.mark.parametrize(("kept", "end"), [(False, OFF), (True, WHOLE)])
def test_a_press_is_broken_off_by_the_next_message_unless_it_is_kept_from_it(kept: bool, end: str) -> None:
    page = AppTest.from_function(script, args=(kept,)).run()
    page.button(key="press").click().run()
    assert not page.exception
    assert page.text[0].value == end


def test_the_message_that_waited_is_heard_at_once_afterwards() -> None:
    page = AppTest.from_function(script, args=(True,)).run()
    before = page.session_state[DRAWN]
    page.button(key="press").click().run()
    assert page.session_state[DRAWN] == before + 1
