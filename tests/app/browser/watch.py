"""What must not happen behind a page that looks well: errors on its console, requests that fail, requests that leave this machine."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, Response, WebSocket

HERE = "127.0.0.1"
INSIDE = ("data", "blob", "about")
"""Addresses that nobody is asked for."""
LEFT = "net::ERR_ABORTED"
"""How a request ends when its page is left."""
REFUSED = 400
LOOKED_FOR = re.compile(r"/[a-z]+/_stcore/(health|host-config)")
"""Streamlit's page asks below its own address first where the server is, whatever that address."""


class Watch:
    """Writes down what goes wrong on a page. wrong: each mishap in words; expected: says which of them a test causes itself."""

    def __init__(self, page: Page) -> None:
        self.wrong: list[str] = []
        self.expected: Callable[[str], bool] = lambda mishap: False
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._note(f"page error: {error}"))
        page.on("request", lambda request: self._address(request.url))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)
        page.on("websocket", self._socket)

    def _note(self, mishap: str) -> None:
        if not self.expected(mishap):
            self.wrong.append(mishap)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not LOOKED_FOR.fullmatch(urlsplit(message.location["url"]).path):
            self._note(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        if request.failure != LEFT:
            self._note(f"failed: {request.method} {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= REFUSED and not LOOKED_FOR.fullmatch(urlsplit(response.url).path):
            self._note(f"refused: {response.request.method} {response.url}: {response.status}")

    def _socket(self, socket: WebSocket) -> None:
        self._address(socket.url)
        socket.on("socketerror", lambda error: self._note(f"websocket: {error}"))

    def _address(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in INSIDE and parts.hostname != HERE:
            self._note(f"another host: {url}")
