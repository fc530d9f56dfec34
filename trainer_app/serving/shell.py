"""The page before Streamlit has drawn anything: its index.html in the reader's language, without what belongs to Streamlit's own site.

Screen readers and browsers read the language, the title and what to do without JavaScript from the first bytes, long before a script
could mend them. So the file that Streamlit ships is rewritten once for each language.
"""

import re
from collections.abc import Callable, Mapping
from html import escape
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.file_util import get_static_dir

from sim import words
from sim.report.theme import ACCENT, MUTED, PAPER
from trainer_app.serving.chinese import SCRIPT
from trainer_app.serving.settings import FONTS, stack
from trainer_app.ui.browser import TAGS
from trainer_app.ui.session import COOKIE, LOCALE
from trainer_app.words import _

FILE = "index.html"
OK = 200
ICON = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="{ACCENT}"/>'
    f'<path d="M13 8 7 14l6 6M7 14h11a6 6 0 0 1 0 12h-6" fill="none" stroke="{PAPER}" stroke-width="3.2" stroke-linecap="round" '
    'stroke-linejoin="round"/></svg>'
)
"""The sign in the browser's tab: a way back. (Streamlit fetches the icons that pages name from a server of Google.)"""
LOOK = f"font-family:{stack(FONTS)};color:{MUTED};padding:1rem"
NO_PAGES = ("/_stcore/", "/media/", "/component/", "/static/", "/app/", "/fonts/")
"""Where files lie: an HTML file among them is somebody's download."""

CHANGES: tuple[tuple[str, Callable[[str], str]], ...] = (
    (r'(?<=<html lang=")[^"]*(?=")', lambda locale: TAGS[locale]),
    (r"(?<=<title>).*?(?=</title>)", lambda locale: escape(_("Refund desk"))),
    (r'(?<=<link rel="shortcut icon" href=")[^"]*(?=")', lambda locale: f"data:image/svg+xml,{quote(ICON)}"),
    (r"(?<=<noscript>).*?(?=</noscript>)", lambda locale: f"<p>{escape(_('The refund desk needs JavaScript: please allow it here.'))}</p>"),
    (
        r'(?<=<div id="root">)(?=</div>)',
        lambda locale: f'<p class="opening">{escape(_("Opening …"))}</p>',
    ),
    (
        r'<link\s+rel="preload"[^>]*as="font"[^>]*>',
        lambda locale: f'<style>.opening{{{LOOK}}}</style><script defer src="{SCRIPT}"></script>',
    ),
    (r"<!--(?:(?!-->).)*RFC 8631.*?-->", lambda locale: ""),
    (r'<link\s+rel="service-desc"[^>]*>', lambda locale: ""),
    (r"<!--(?:(?!-->).)*prerenderReady.*?-->", lambda locale: ""),
    (r"<script>[^<]*prerenderReady[^<]*</script>", lambda locale: ""),
)
"""What is changed in Streamlit's page, and into what: language, title, icon, the words without JavaScript, a word while it opens.

Streamlit's own font gives way to what fetches ours. Gone are the pointer to its agent API, and the one script inside the page, which the
policy would refuse.
"""


def shells() -> dict[str, bytes]:
    """The first page by language."""
    page = (Path(get_static_dir()) / FILE).read_text("utf-8")
    return {locale: rewritten(page, locale).encode() for locale in words.LOCALES}


def rewritten(page: str, locale: str) -> str:
    """Streamlit's page in this language. What is not found in it stays as Streamlit has it."""
    with words.speaking(locale):
        for pattern, text in CHANGES:
            page = re.sub(pattern, _always(text(locale)), page, count=1, flags=re.DOTALL)
    return page


def _always(text: str) -> Callable[[re.Match[str]], str]:
    return lambda found: text


class FirstPage:
    """ASGI middleware: wherever Streamlit would answer with its page, the reader gets it in his language."""

    def __init__(self, app: ASGIApp, pages: Mapping[str, bytes]) -> None:
        self.app = app
        self.pages = dict(pages)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or str(scope["path"]).startswith(NO_PAGES):
            await self.app(scope, receive, send)
            return
        is_page = False

        async def send_page(message: Message) -> None:
            nonlocal is_page
            if message["type"] == "http.response.start":
                is_page = message["status"] == OK and Headers(raw=message["headers"]).get("content-type", "").startswith("text/html")
            if not is_page:
                await send(message)
            elif message["type"] == "http.response.body" and not message.get("more_body", False):
                await self._answer(scope)(scope, receive, send)

        anew = [(name, value) for name, value in scope["headers"] if name not in (b"if-none-match", b"if-modified-since", b"range")]
        await self.app({**scope, "headers": anew}, receive, send_page)

    def _answer(self, scope: Scope) -> Response:
        asked = Headers(scope=scope)
        locale = locale_of(asked.get("cookie", ""), asked.get("accept-language", ""))
        headers = {"Cache-Control": "no-cache", "Vary": "Accept-Language, Cookie", "Content-Language": TAGS[locale]}
        return HTMLResponse(self.pages[locale], headers=headers)


def locale_of(cookies: str, accepted: str) -> str:
    """The language to begin in: that of the last visit (Cookie header), else the first that the browser accepts (Accept-Language)."""
    try:
        kept = SimpleCookie(cookies).get(COOKIE + LOCALE)
    except CookieError:
        kept = None
    if kept is not None and kept.value in words.LOCALES:
        return kept.value
    first = max(accepted.split(","), key=_weight, default="")
    return "zh" if first.strip().lower().startswith("zh") else "en"


def _weight(wanted: str) -> float:
    found = re.search(r";\s*q=([\d.]{1,5})\s*$", wanted)
    try:
        return float(found[1]) if found else 1.0
    except ValueError:
        return 0.0
