"""Who may ask, and what every answer carries: foreign hosts and origins are refused, browsers are told what a page may do.

A page of another site can send requests to 127.0.0.1, and by DNS rebinding even under a name of its own. So a request is answered only
when it calls this machine by a name of this machine, and comes from the app's own page if it says where it comes from. This is
stricter than Streamlit, which lets every page of localhost in, whatever its port, and asks a server on the internet for this machine's
address before it refuses another.
"""

from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FORBIDDEN, NOT_FOUND, MISDIRECTED = 403, 404, 421
POLICY_VIOLATION = 1008
"""Why a WebSocket is closed (RFC 6455)."""

CLOSED = ("/_stcore/agent/", "/_stcore/metrics")
"""What Streamlit serves beyond the page itself, and nobody needs here."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": ", ".join(
        f"{power}=()"
        for power in (
            "accelerometer",
            "autoplay",
            "camera",
            "display-capture",
            "encrypted-media",
            "geolocation",
            "gyroscope",
            "magnetometer",
            "microphone",
            "midi",
            "payment",
            "usb",
            "xr-spatial-tracking",
        )
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def content_policy(scripts: Iterable[str] = (), host: str = "") -> str:
    """The Content-Security-Policy. scripts: further sources of scripts, such as hashes; host: the app's own, for its WebSocket."""
    parts = {
        "default-src": "'none'",
        "script-src": " ".join(["'self'", "blob:", *scripts]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": f"'self' ws://{host}" if host else "'self'",
        "media-src": "'self'",
        "manifest-src": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in parts.items())


class Guard:
    """ASGI middleware around everything else.

    names: what this machine may be called; scripts: what the page may run besides its own files.
    """

    def __init__(self, app: ASGIApp, names: Collection[str], scripts: Collection[str] = ()) -> None:
        self.app = app
        self.names = frozenset(names)
        self.scripts = tuple(scripts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "")

        async def send_with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                answer = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    answer[name] = value
                answer["Content-Security-Policy"] = content_policy(self.scripts, host if is_named(host, self.names) else "")
            await send(message)

        status = self._refusal(scope, headers, host)
        if status and scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        elif status:
            await PlainTextResponse("", status)(scope, receive, send_with_headers)
        else:
            await self.app(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope, headers: Headers, host: str) -> int:
        """The status that a request is refused with, else 0."""
        if not is_named(host, self.names):
            return MISDIRECTED
        origins = headers.getlist("origin")
        if any(not is_own(origin, host) for origin in origins):
            return FORBIDDEN
        if headers.get("sec-fetch-site") in ("cross-site", "same-site") and headers.get("sec-fetch-mode") != "navigate":
            return FORBIDDEN
        return NOT_FOUND if str(scope["path"]).startswith(CLOSED) else 0


def is_named(host: str, names: Collection[str]) -> bool:
    """Whether a Host header is one of these names, with a port or without."""
    name, colon, port = host.partition(":")
    return name.lower() in names and (not colon or (port.isascii() and port.isdigit()))


def is_own(origin: str, host: str) -> bool:
    """Whether an Origin header is that of the app's own page, asked for under this host."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower() and origin == f"{parts.scheme}://{parts.netloc}"
