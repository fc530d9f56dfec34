"""The policy in a real Chromium: all that a page of ours needs works under it, and nothing leaves this machine."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.app.browser import bring
from tests.app.server.conftest import HERE, Served, served_for_a_file
from trainer_app.serving.chinese import FAMILY

pytestmark = pytest.mark.xdist_group("browser")
INSIDE = ("data", "blob", "about")
RAN = "new Promise(found => { const look = () => window.ranComponent ? found(true) : requestAnimationFrame(look); look(); })"
"""Waits for the component; the page's own policy forbids what Playwright waits with."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    program = bring.chromium()
    if program is None:
        if os.environ.get("CI"):
            pytest.fail(bring.MISSING)
        pytest.skip(bring.MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--disable-gpu", "--disable-background-networking"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def elements(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from served_for_a_file(tmp_path_factory, str(HERE / "many_elements.py"))


class Visit:
    """A page, the addresses that it asked for, and the errors on its console."""

    def __init__(self, browser: Browser, app: Served, query: str = "") -> None:
        self.page: Page = browser.new_page(locale="zh-CN")
        self.asked: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("websocket", lambda socket: self.asked.append(socket.url))
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"http://127.0.0.1:{app.port}/{query}")
        expect(self.page.get_by_text("the end")).to_be_visible(timeout=30_000)
        expect(self.page.locator("[data-testid=stVegaLiteChart] text", has_text="积压")).to_be_attached(timeout=30_000)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def wait_for_error(self, part: str) -> None:
        """Wait until an error on the console holds this."""
        if not any(part in error for error in self.errors):
            self.page.wait_for_event("console", lambda message: message.type == "error" and part in message.text)

    @property
    def hosts(self) -> set[str]:
        parts = [urlsplit(url) for url in self.asked]
        return {part.netloc for part in parts if part.scheme not in INSIDE}


def test_every_element_works_and_nobody_else_is_asked(chromium: Browser, elements: Served) -> None:
    visit = Visit(chromium, elements)
    page = visit.page
    expect(page.get_by_text("ticks 3")).to_be_visible(timeout=30_000)
    assert page.evaluate(RAN)
    assert page.evaluate("window.ranInline") is None
    with page.expect_download() as download:
        page.get_by_test_id("stDownloadButton").get_by_role("button").click()
    assert download.value.suggested_filename.endswith(".csv")
    assert visit.hosts == {f"127.0.0.1:{elements.port}"}
    assert len(visit.errors) == 1  # the inline script, which nobody should run
    assert "Executing inline script" in visit.errors[0]
    asked = {each.raddr.ip for each in psutil.Process(elements.pid).net_connections("inet") if each.raddr}
    assert asked <= {"127.0.0.1"}
    page.close()


def test_a_picture_or_a_call_to_another_host_is_stopped_before_it_leaves(chromium: Browser, elements: Served) -> None:
    visit = Visit(chromium, elements, "?evil=1")
    page = visit.page
    outcome = page.evaluate("fetch('http://127.0.0.1:1/x').then(() => 'asked', error => String(error))")
    assert "Failed to fetch" in outcome
    for rule in ("img-src", "connect-src"):
        visit.wait_for_error(rule)
    page.close()


def test_a_machine_without_chinese_fonts_reads_chinese(chromium: Browser, elements: Served) -> None:
    visit = Visit(chromium, elements)
    page = visit.page
    page.evaluate("document.fonts.ready.then(() => true)")
    stack = page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")
    assert stack.index(FAMILY) < stack.index("PingFang SC") < stack.index("sans-serif")
    assert page.evaluate(f"document.fonts.check('16px \"{FAMILY}\"', '退')")
    chart = page.locator("[data-testid=stVegaLiteChart] text", has_text="积压")
    assert FAMILY in (chart.get_attribute("font-family") or "")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    page.close()


def test_the_page_cannot_be_framed(chromium: Browser, elements: Served) -> None:
    page = chromium.new_page()
    page.set_content(f"<iframe src='http://127.0.0.1:{elements.port}/'></iframe>")
    page.wait_for_timeout(500)
    assert all("退款台" not in frame.content() for frame in page.frames[1:])
    page.close()
