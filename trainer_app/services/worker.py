"""The worker: `python -m trainer_app.services.worker`, a process beside the server that simulates what people ask for.

It ends by itself when whoever started it is gone: when its standard input, a pipe from the server, ends, or its parent is another process
than at the start. It ends cleanly on SIGTERM and SIGINT, and gives back what it had in hand. When it is killed, the next worker goes on.
"""

import ctypes
import gc
import logging
import os
import signal
import stat
import sys
from contextlib import suppress
from math import inf
from threading import Event, Thread
from time import monotonic

from sim.desk.compiled_engine import get_ready
from sim.study.store import Store
from sim.study.workers import usable_cores
from trainer_app.db.connect import Database, database
from trainer_app.services import leases
from trainer_app.services.first_looks import FirstLooks
from trainer_app.services.first_runs import FirstRuns, told_of
from trainer_app.services.in_hand import LOG, PASSING, InHand
from trainer_app.services.jobs import COMPILING, QUEUED, READY, SEED, STARTING
from trainer_app.services.precision import AS_IT_IS, reached, stop
from trainer_app.services.sharpening import Sharpening
from trainer_app.services.telling import Kept, comparison_view, scenario_view
from trainer_app.services.trial import trial

POLL_SECONDS = 0.1
"""How often it looks whether there is something to do: half of it is what a first look waits on average."""
BEAT_SECONDS = 1.0
WISH_SECONDS = 0.5
PAUSE_SECONDS = 1.0
"""How long it waits for a database that does not answer."""
REST_SECONDS = 2.0
"""How long there must be nothing to do before memory is given back."""
END_SECONDS = 3.0
"""How long what is under way may take to stop."""


class Worker:
    """A worker over a database, with its two lanes. benches: threads that sharpen, by default one for each core."""

    def __init__(self, kept: Database, store: Store | None = None, benches: int | None = None) -> None:
        self.database = kept
        self.me = leases.new_name()
        self.in_hand = InHand(kept, self.me)
        self.runs = FirstRuns(SEED)
        self.sharpening = Sharpening(self.in_hand, self.runs, benches or usable_cores(), store)
        self.first_looks = FirstLooks(self.in_hand, self.runs, self.sharpening)
        self.state = STARTING
        self._ending = Event()
        self._parent = os.getppid()

    def end(self) -> None:
        """Ask it to end; from any thread, or a signal."""
        self._ending.set()

    def run(self) -> None:
        """Work until asked to end. Raises SQLAlchemyError where the database cannot be used at the start."""
        with self.database.session() as session:
            leases.enlist(session, self.me)
        Thread(target=self._get_ready, name="get-ready", daemon=True).start()
        next_beat = next_wishes = rest_at = 0.0
        while not self._ending.wait(POLL_SECONDS):
            if os.getppid() != self._parent:
                LOG.warning("whoever started this worker is gone")
                break
            try:
                if monotonic() >= next_beat:
                    next_beat = monotonic() + BEAT_SECONDS
                    with self.database.session() as session:
                        leases.beat(session, self.me, self.state)
                if self.state == READY:
                    self._take_up()
                    rest_at = self._rest(rest_at)
                    if monotonic() >= next_wishes:
                        next_wishes = monotonic() + WISH_SECONDS
                        self._look_for_wishes()
            except PASSING as error:
                LOG.error("the database does not answer: %s", error)
                self._ending.wait(PAUSE_SECONDS)
        self._leave()

    def _take_up(self) -> None:
        """Agree with the database about what is in hand, and take what nobody does."""
        with self.database.reading() as session:
            own, free = leases.under_way(session, self.me)
        for job_id in self.in_hand.agree(own):  # let go of while the database was away
            with self.database.session() as session:
                leases.hold(session, job_id, self.me, state=QUEUED, worker=None)
        while free and not self._ending.is_set():
            with self.database.session() as session:
                taken = leases.take(session, self.me)
            if taken is None:
                return
            self.first_looks.add(self.in_hand.add(taken))

    def _rest(self, rest_at: float) -> float:
        """Give memory back when there has been nothing to do for a while; the moment at which that will be."""
        if not self.in_hand.is_empty or self.sharpening.is_drawing:
            return monotonic() + REST_SECONDS
        if monotonic() < rest_at:
            return rest_at
        if rest_at < inf:
            give_memory_back()
        return inf

    def _look_for_wishes(self) -> None:
        with self.database.reading() as session:
            wishes = leases.wishes(session, self.me)
        if wishes:
            self.sharpening.wish(wishes)

    def _get_ready(self) -> None:
        """Compile the engine where it is not, and try everything once: what people ask for then takes no longer than it must."""
        try:
            get_ready(self._compiles)
            try_everything()
            gc.collect()
            gc.freeze()
        except Exception:
            LOG.exception("the worker cannot get ready")
            self.end()
            return
        self.sharpening.start()
        self.first_looks.start()
        self.state = READY

    def _compiles(self, _told: str) -> None:
        self.state = COMPILING

    def _leave(self) -> None:
        """Stop what is under way and give it back."""
        self.first_looks.close()
        self.sharpening.close()
        until = monotonic() + END_SECONDS
        for thread in (self.first_looks, *self.sharpening.benches):
            if thread.is_alive():
                thread.join(max(0.0, until - monotonic()))
        try:
            with self.database.session() as session:
                leases.leave(session, self.me)
        except PASSING as error:
            LOG.error("what was in hand cannot be given back; the next worker takes it: %s", error)


def give_memory_back() -> None:
    """What many runs at once needed for a moment goes back to the system, where it takes it."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # not every C library can
            ctypes.CDLL(None).malloc_trim(0)


def try_everything() -> None:
    """A handful of requests, from the drawing to the views."""
    run = trial()
    first, kept = told_of(run), Kept()
    kept.add(first.table)
    figures = kept.figures()
    scenario_view(first, kept, figures)
    found = {AS_IT_IS: figures, "1": figures}
    stop(found, 1.0)
    comparison_view(list(found.values()), 1.0, reached(found), ended=False)


def main() -> int:
    """Work until told to end; returns the exit status."""
    logging.basicConfig(format="%(asctime)s worker %(message)s")
    kept = database()
    kept.upgrade()
    worker = Worker(kept)
    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda _number, _frame: worker.end())
    if _is_pipe():
        Thread(target=_until_it_ends, args=(worker,), name="server-watch", daemon=True).start()
    try:
        worker.run()
    finally:
        kept.close()
    sys.stderr.flush()
    return 0


def _is_pipe() -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(0).st_mode)
    except OSError:
        return False


def _until_it_ends(worker: Worker) -> None:
    """The server holds the other end of the pipe: when it is gone, however it went, nobody needs this worker."""
    try:
        while os.read(0, 1024):
            pass
    except OSError:
        pass
    worker.end()


if __name__ == "__main__":
    os._exit(main())  # a thread in the middle of machine code does not hold it up
