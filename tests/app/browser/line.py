"""The line between a browser and the app, which can be cut and mended: what a browser itself calls offline leaves open WebSockets alone."""

import socket
import threading
from contextlib import suppress

BYTES = 65_536
WAITING = 128


class Line:
    """Carries all that comes to `url` on to the app's port, unless it is cut."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._whole = True
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._place = socket.create_server(("127.0.0.1", 0), backlog=WAITING)
        self.url = f"http://127.0.0.1:{self._place.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End all connections and let no new one through."""
        with self._lock:
            self._whole = False
            ended, self._open = self._open, set()
        for each in ended:
            _end(each)

    def mend(self) -> None:
        """Let connections through again."""
        with self._lock:
            self._whole = True

    def close(self) -> None:
        """Cut it for good."""
        self.cut()
        _end(self._place)

    def _accept(self) -> None:
        while True:
            try:
                here, _ = self._place.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(here,), daemon=True).start()

    def _carry(self, here: socket.socket) -> None:
        try:
            there = socket.create_connection(("127.0.0.1", self._to))
        except OSError:
            _end(here)
            return
        with self._lock:
            whole = self._whole
            if whole:
                self._open |= {here, there}
        if not whole:
            _end(here)
            _end(there)
            return
        threading.Thread(target=_pump, args=(there, here), daemon=True).start()
        _pump(here, there)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(BYTES):
            target.sendall(data)
    _end(source)
    _end(target)


def _end(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()
