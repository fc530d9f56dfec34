"""How the app is served: one web process on this machine's own address, and the worker beside it."""

import errno
import gc
import importlib
import os
import pkgutil
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import streamlit as st
import uvicorn
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from sim.cli.speak import say
from sim.errors import BadInput, msgid
from trainer_app import pages
from trainer_app.db.connect import VARIABLE, Database, database
from trainer_app.services.elsewhere import elsewhere, get_ready
from trainer_app.serving import chinese, settings
from trainer_app.serving.child import Child
from trainer_app.serving.guard import Guard
from trainer_app.serving.health import PATH, health
from trainer_app.serving.log import write_log
from trainer_app.serving.mishaps import Mishaps
from trainer_app.serving.shell import FirstPage, shells
from trainer_app.words import _

DONE, FAILED, STOPPED = 0, 1, 130
"""Exit statuses, as those of `refund-desk`; bad input is 2, and whoever calls `serve` tells it."""

SCRIPT = Path(__file__).resolve().parent / "main.py"
WORKER = (sys.executable, "-m", "trainer_app.services.worker")

GOODBYE_SECONDS = 2
"""How long open pages may take to hear that the server ends."""
WAITING = 2_048
"""Connections that may wait to be accepted."""
LARGEST_REQUEST = 5_000_000
"""Bytes of one message from a browser."""

THRESHOLDS = (20_000, 20, 20)
"""Objects that come and go between two looks for garbage: a page makes some thousands, of which all but a few end without a look."""

ELSEWHERE = ("sim.report.chart", "vl_convert", "trainer_app.services.prices")
"""What is needed where charts are drawn and prices worked out."""

FOR_EVER = "public, max-age=31536000, immutable"
NOT_FOUND = 404


@dataclass(frozen=True)
class Serving:
    """What is served. script: Streamlit's main script; worker: its command, None for none; warm: what to import before it is needed."""

    script: Path = SCRIPT
    worker: Sequence[str] | None = WORKER
    warm: Sequence[str] = (*(f"{pages.__name__}.{page.name}" for page in pkgutil.iter_modules(pages.__path__)), "altair", "pandas")


def serve(port: int, url: str | None = None, browser: bool = True, what: Serving | None = None) -> int:
    """Serve the app at this port of this machine until it is told to end; returns the exit status.

    url: of the database, instead of REFUND_DESK_DATABASE. browser: open one where there is a display.
    Raises BadInput where the port or the database cannot be used.
    """
    what = Serving() if what is None else what
    if url:
        os.environ[VARIABLE] = url
    kept = database()
    place = listen(port)
    with place:
        port = place.getsockname()[1]
        write_log(chinese.folder().parent)
        settings.apply(settings.options(port))
        try:
            kept.upgrade()
        except SQLAlchemyError as error:
            say(_("The database cannot be used: {reason}").format(reason=_reason(error)))
            return FAILED
        address = f"http://{settings.ADDRESS}:{port}"
        child = None if what.worker is None else Child(what.worker)

        def ready() -> None:
            say(_("The refund desk is open at {address} (Ctrl-C ends it).").format(address=address))
            if browser and has_display():
                threading.Thread(target=_open, args=(address,), daemon=True).start()

        try:
            return _run(build(what, kept, child, ready), place)
        finally:
            if child is not None:
                child.stop()
            elsewhere().close()
            kept.close()


def listen(port: int) -> socket.socket:
    """A socket at this port of this machine's own address. Raises BadInput where it is taken, or not to be had."""
    place = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        place.bind((settings.ADDRESS, port))
        place.listen(WAITING)
    except OSError as error:
        place.close()
        if error.errno == errno.EADDRINUSE:
            wrong = msgid("is taken, perhaps by a refund desk that is open already")
        elif error.errno == errno.EACCES:
            wrong = msgid("is kept for the system")
        else:
            wrong = msgid("cannot be used ({reason})")
        raise BadInput(
            wrong, field="--port", value=port, allowed=msgid("another port, such as --port {other}"), other=port + 1, reason=error.strerror
        ) from None
    place.set_inheritable(False)
    return place


def build(what: Serving, kept: Database, child: Child | None, ready: Callable[[], None]) -> st.App:
    """The app: Streamlit's script, health and fonts beside it, guarded. ready: called when it answers."""

    @asynccontextmanager
    async def lifespan(_app: st.App) -> AsyncIterator[None]:
        if child is not None:
            child.start()
        threading.Thread(target=warm_up, args=(what.warm,), name="warm-up", daemon=True).start()
        ready()
        try:
            yield
        finally:
            if child is not None:
                await run_in_threadpool(child.stop)

    return st.App(
        what.script,
        lifespan=lifespan,
        routes=[Route(PATH, health(kept, child)), Route(chinese.SCRIPT, font_script), Route(chinese.ROUTE, font)],
        middleware=[Middleware(Guard, names=settings.NAMES), Middleware(FirstPage, pages=shells())],
        on_script_error=Mishaps(),
    )


async def font_script(request: Request) -> Response:
    """What fetches the Chinese font."""
    return Response(chinese.script(), media_type="text/javascript", headers={"Cache-Control": "no-cache"})


async def font(request: Request) -> Response:
    """The Chinese font."""
    asked = request.path_params["name"]
    file = await run_in_threadpool(chinese.font) if asked == chinese.name() else None
    if file is None:
        return Response(status_code=NOT_FOUND)
    return FileResponse(file, media_type="font/woff", headers={"Cache-Control": FOR_EVER})


def warm_up(modules: Iterable[str]) -> None:
    """Import what the first page would wait for; then take all that is loaded out of the search for garbage.

    A look for garbage holds up every page. What is loaded once stays for good: modules, classes, compiled patterns, some 400,000 objects.
    """
    for module in modules:
        with suppress(ImportError):  # the page that needs it says so
            importlib.import_module(module)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    elsewhere().submit(get_ready, ELSEWHERE)
    chinese.font()


def has_display() -> bool:
    """Whether there is a screen that a browser could open on."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _open(address: str) -> None:
    with suppress(webbrowser.Error):
        webbrowser.open(address)


def _run(app: Any, place: socket.socket) -> int:
    """Run the app until a signal ends it; returns the exit status."""
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            lifespan="on",
            ws="websockets-sansio",
            ws_max_size=LARGEST_REQUEST,
            ws_ping_interval=settings.PING_SECONDS,
            ws_ping_timeout=settings.PING_SECONDS,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=GOODBYE_SECONDS,
            access_log=False,
            log_config=None,
            proxy_headers=False,
            server_header=False,
        )
    )
    ended: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        ended.append(number)
        server.should_exit = True

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # uvicorn takes the first two itself while it runs, and raises them again at its end
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), end)
    server.run(sockets=[place])
    if not server.started:
        return FAILED
    return STOPPED if signal.SIGINT in ended else DONE


def _reason(error: SQLAlchemyError) -> str:
    """The first line of what the database says; SQLAlchemy's own lines repeat the statement."""
    told = getattr(error, "orig", None) or error
    return (str(told).strip().splitlines() or [type(told).__name__])[0]
