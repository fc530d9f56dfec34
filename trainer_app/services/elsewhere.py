"""Work that would hold up the pages, done in a process beside them: drawing a chart, working out a price.

One interpreter serves all pages, and some work keeps it for itself: a chart that is drawn stops every page for some 0.3 s, a price makes
them share for as long. A function and its arguments go to the other process, the result comes back; both must be picklable, and the
function known by its name. The process is started when first needed, gives way to the pages, ends with this one, and is started again
when it dies: what it was at then fails with `Lost`, what waits is not lost.
"""

import atexit
import importlib
import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import cache
from queue import SimpleQueue
from typing import Any, BinaryIO, ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

LENGTH = struct.Struct("!Q")
NICE = 5
"""How far the process beside the pages gives way: less than the worker, since somebody looks at what it makes."""

STOP = getattr(signal, "SIGUSR1", None)
"""What asks for an end of what is being done; where the system has no such signal, it is done to its end."""


class Lost(RuntimeError):
    """The process ended while it was at it."""


class Elsewhere:
    """One process, one piece of work after another. May be used from several threads. nice: how far it gives way."""

    def __init__(self, nice: int = NICE) -> None:
        self._nice = nice
        self._waiting: SimpleQueue[tuple[Future[Any], bytes] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def submit(self, function: Callable[Arguments, Result], *arguments: Arguments.args, **named: Arguments.kwargs) -> "Future[Result]":
        """Have it done; the future brings its result or its exception. Raises what pickle raises for what cannot be sent."""
        work = pickle.dumps((function, arguments, named), pickle.HIGHEST_PROTOCOL)
        found: Future[Result] = Future()
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="elsewhere", daemon=True)
                self._thread.start()
        self._waiting.put((found, work))
        return found

    def stop(self) -> None:
        """Ask it to stop what it is at: `is_to_stop` says so there, to a function that asks. Harmless when it is at nothing."""
        process = self._process
        if process is not None and STOP is not None and process.poll() is None:
            process.send_signal(STOP)

    def close(self) -> None:
        """End the process. Harmless when it never started."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._waiting.put(None)
        process = self._process
        if process is not None:
            process.kill()
            process.wait()

    @property
    def pid(self) -> int | None:
        """The process, if there is one now."""
        process = self._process
        return None if process is None or process.poll() is not None else process.pid

    def _serve(self) -> None:
        while True:
            next_one = self._waiting.get()
            if next_one is None:
                return
            found, work = next_one
            if not found.set_running_or_notify_cancel():
                continue
            try:
                result, error = self._done(work)
            except (OSError, EOFError, pickle.PickleError) as lost:
                self._end()
                found.set_exception(Lost(f"the process that should have done it ended: {type(lost).__name__}"))
            else:
                if error is None:
                    found.set_result(result)
                else:
                    found.set_exception(error)

    def _done(self, work: bytes) -> tuple[Any, BaseException | None]:
        process = self._process
        if process is None or process.poll() is not None:
            process = self._process = _started(self._nice)
        assert process.stdin is not None
        assert process.stdout is not None
        _send(process.stdin, work)
        answer: tuple[Any, BaseException | None] = pickle.loads(_received(process.stdout))
        return answer

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()


@cache
def elsewhere() -> Elsewhere:
    """The one beside this process."""
    made = Elsewhere()
    atexit.register(made.close)
    return made


def done_elsewhere(function: Callable[Arguments, Result], *arguments: Arguments.args, **named: Arguments.kwargs) -> Result:
    """Have it done elsewhere and wait for it; others are served meanwhile. Raises what the function raises, and Lost."""
    return elsewhere().submit(function, *arguments, **named).result()


def get_ready(modules: Sequence[str]) -> None:
    """Import modules: sent to the process, it spares the first who needs it the wait."""
    for module in modules:
        importlib.import_module(module)


def is_to_stop() -> bool:
    """Whether somebody asked for an end of what this process is at."""
    return _asked_to_stop.is_set()


_asked_to_stop = threading.Event()


def _started(nice: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "trainer_app.services.elsewhere", str(nice)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0)


def _send(stream: BinaryIO | Any, content: bytes) -> None:
    stream.write(LENGTH.pack(len(content)) + content)
    stream.flush()


def _received(stream: BinaryIO | Any) -> bytes:
    """What was sent. EOFError where the other side is gone."""
    (length,) = LENGTH.unpack(_read(stream, LENGTH.size))
    return _read(stream, length)


def _read(stream: BinaryIO | Any, length: int) -> bytes:
    content: bytes = stream.read(length)
    if len(content) < length:
        raise EOFError
    return content


def _work(nice: int) -> None:
    """The process itself: does what comes until nothing more can come."""
    if STOP is not None:
        signal.signal(STOP, lambda _number, _frame: _asked_to_stop.set())
    reading, answering = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whoever prints does not print into the answers
    with suppress(OSError, AttributeError):
        os.nice(nice)
    while True:
        try:
            work = _received(reading)
        except EOFError:
            return
        _asked_to_stop.clear()
        try:
            function, arguments, named = pickle.loads(work)
            answer = pickle.dumps((function(*arguments, **named), None), pickle.HIGHEST_PROTOCOL)
        except Exception as error:
            answer = _told(error)
        try:
            _send(answering, answer)
        except OSError:
            return


def _told(error: Exception) -> bytes:
    """An exception as an answer; one that cannot be sent as its text."""
    try:
        answer = pickle.dumps((None, error), pickle.HIGHEST_PROTOCOL)
        pickle.loads(answer)
    except Exception:
        answer = pickle.dumps((None, RuntimeError(f"{type(error).__name__}: {error}")), pickle.HIGHEST_PROTOCOL)
    return answer


if __name__ == "__main__":
    from trainer_app.services import elsewhere as itself  # under its own name, so that its exceptions are the same classes

    itself._work(int(sys.argv[1]))
