"""What happens to an exception that nobody caught: it is logged under a number, and the person reads one sentence with that number."""

import logging
import secrets
import threading
import time
import traceback
from dataclasses import dataclass, field

import streamlit as st
from sqlalchemy.exc import InterfaceError, OperationalError

from sim.errors import BadInput
from trainer_app.ui.session import plain
from trainer_app.words import _

LOG = logging.getLogger("refund_desk.pages")
NUMBERS = 1_000_000
SAME_SECONDS = 60.0
"""What goes wrong again at the same place within this time is the same mishap: part of a page may be drawn twice a second."""
MOST_REMEMBERED = 100


@dataclass
class Mishaps:
    """The handler for st.App(on_script_error=…). Numbers are random, so that two logs cannot be mixed up."""

    seen: dict[tuple[str, ...], tuple[str, float]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, error: Exception) -> bool:
        """Log the error, tell the person; True: Streamlit shows nothing of its own."""
        if isinstance(error, BadInput):
            st.error(plain(error.text(_)))
            return True
        number = self.number_of(error)
        if isinstance(error, OperationalError | InterfaceError):
            sentence = _(
                "The database cannot be reached just now; what was stored is safe. Load the page again in a moment (number {number})."
            )
        else:
            sentence = _(
                "Something went wrong on this page (number {number}). Load it again; if that does not help, give this number to whoever "
                "looks after the program: the log says what happened."
            )
        st.error(sentence.format(number=number))
        return True

    def number_of(self, error: Exception) -> str:
        """The number that this error is logged under; it is logged here, unless the same was within SAME_SECONDS."""
        place = (type(error).__name__, *(f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-3:]))
        now = time.monotonic()
        with self.lock:
            number, logged = self.seen.get(place, ("", 0.0))
            if number and now - logged < SAME_SECONDS:
                return number
            number = f"{secrets.randbelow(NUMBERS):06d}"
            self.seen[place] = (number, now)
            while len(self.seen) > MOST_REMEMBERED:
                self.seen.pop(next(iter(self.seen)))
        LOG.error("number %s", number, exc_info=error)
        return number
