"""The worker beside the server: started with it, started again when it dies, ended with it.

It is a process of its own (simulations would hold up the pages), in a group of its own (Ctrl-C in the terminal is the server's to handle)
but in the server's session (Linux shares the processor among sessions first: in one of its own it would not give way to the pages, however
nice). Its standard input is a pipe from the server: when that ends, however the server died, the worker has nobody to work for.
"""

import logging
import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

LOG = logging.getLogger("refund_desk.worker")
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before it is started again: doubled each time, up to the longest."""
STEADY_SECONDS = 60.0
"""Who lived this long starts again after the first pause."""
END_SECONDS = 5.0
"""How long it may take to end when asked; then it is killed."""


class Child:
    """A process that is kept alive by a thread. All methods may be called from any thread."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self.command = list(command)
        self.environment = dict(os.environ if environment is None else environment)
        self.starts = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._watch = threading.Thread(target=self._keep_alive, name="worker-watch", daemon=True)

    def start(self) -> None:
        """Start the process and keep it alive from now on."""
        self._watch.start()

    def stop(self) -> None:
        """End the process for good: asked first, killed after END_SECONDS. Harmless when it never started or has ended."""
        self._ended.set()
        with self._lock:
            process = self._process
        if process is not None:
            _end(process)
        if self._watch.is_alive():
            self._watch.join(END_SECONDS)

    @property
    def pid(self) -> int | None:
        """The process that runs now, if any."""
        with self._lock:
            return None if self._process is None or self._process.poll() is not None else self._process.pid

    def told(self) -> dict[str, Any]:
        """What /healthz says of it."""
        return {"alive": self.pid is not None, "restarts": max(0, self.starts - 1)}

    def _keep_alive(self) -> None:
        pause = FIRST_PAUSE
        while not self._ended.is_set():
            begun = time.monotonic()
            process = self._begin()
            if process is not None:
                status = process.wait()
                if self._ended.is_set():
                    return
                LOG.warning("the worker (process %d) ended with status %d", process.pid, status)
            if time.monotonic() - begun >= STEADY_SECONDS:
                pause = FIRST_PAUSE
            self._ended.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _begin(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._ended.is_set():
                return None
            try:
                self._process = subprocess.Popen(
                    self.command, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, process_group=0
                )
            except OSError as error:
                LOG.error("the worker cannot be started: %s", error)
                self._process = None
            self.starts += 1
            return self._process


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
