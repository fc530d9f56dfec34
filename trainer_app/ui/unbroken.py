"""What a press does is done whole.

Streamlit breaks off whatever it runs as soon as the page sends its next message, which it looks for at each access to the session and at
each thing drawn. That is well for drawing, since the page is drawn anew. A callback broken off is lost: nobody presses that button again.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from streamlit.runtime.scriptrunner import get_script_run_ctx

ASKED = "on_scriptrunner_yield"
"""What Streamlit calls to learn whether the next message is in."""


@contextmanager
def unbroken() -> Iterator[None]:
    """For callbacks, around them or as their decorator: the next message waits until they are done."""
    context = get_script_run_ctx(suppress_warning=True)
    requests = None if context is None else context.script_requests
    if requests is None or ASKED in vars(requests):
        yield
        return
    setattr(requests, ASKED, lambda: None)
    try:
        yield
    finally:
        delattr(requests, ASKED)
