"""One browser and one app for all tests of this folder; each test has pages of its own, and persons of names of its own."""

import os
from collections.abc import Callable, Generator, Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.app.browser import bring
from tests.app.browser.app import ROOT, App
from tests.app.browser.steps import file_name, picture
from tests.app.browser.watch import Watch
from trainer_app.serving import chinese
from trainer_app.ui.session import COOKIE, PERSON

HERE = Path(__file__).parent
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
"""What a browser says of its language."""
HEIGHTS = {1280: 900, 390: 844}
PATIENCE_MS = 30_000
FAILED = ROOT / "out" / "browser"
"""Where the pictures of failed tests are kept."""
ARGUMENTS = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run", "--disable-dev-shm-usage"]

BOTH_LANGUAGES = ("test_pages.py", "test_start.py")
"""Every page is seen in both languages each time; what is done on them in English only in `make proof`."""

_names = count(1)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them run in one worker: two browsers at once would only slow each other down. (xdist reads the groups in the same hook.)"""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))
            if item.path.name not in BOTH_LANGUAGES and _language(item) == "en":
                item.add_marker(pytest.mark.proof)


def _language(item: pytest.Item) -> str | None:
    return item.callspec.params.get("language") if isinstance(item, pytest.Function) and hasattr(item, "callspec") else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep for the fixtures whether the test failed."""
    report = yield
    item.stash[FAILURE] = item.stash.get(FAILURE, False) or report.failed
    return report


FAILURE = pytest.StashKey[bool]()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A real Chromium."""
    program = bring.chromium()
    if program is None:
        if os.environ.get("CI"):
            pytest.fail(bring.MISSING)
        pytest.skip(bring.MISSING)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="package")
def app(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app that all tests share; who must end or kill it takes `own_app`.

    Its font is cut before the first test, whose patience is for pages.
    """
    started = App(tmp_path_factory.mktemp("app"))
    started.start()
    with urlopen(started.url + chinese.ROUTE.format(name=chinese.name()), timeout=chinese.CUT_SECONDS) as font:
        font.read()
    yield started
    started.end()


@pytest.fixture
def own_app(browser: Browser, tmp_path: Path) -> Iterator[App]:
    """An app of the test's own."""
    started = App(tmp_path / "own")
    started.start()
    yield started
    started.end()


class Browsers:
    """Opens browsers as different people have them: a language, a width, cookies of their own."""

    def __init__(self, browser: Browser, app: App) -> None:
        self.browser = browser
        self.app = app
        self.opened: list[tuple[BrowserContext, Page, Watch]] = []

    def __call__(self, language: str = "zh", width: int = 1280, like: Page | None = None, **options: Any) -> Page:
        """An empty page; like: another tab of the same browser as this page's."""
        context = (
            like.context
            if like is not None
            else self.browser.new_context(
                **{
                    "base_url": self.app.url,
                    "locale": LOCALES[language],
                    "viewport": {"width": width, "height": HEIGHTS[width]},
                    "timezone_id": "Asia/Shanghai",
                    "reduced_motion": "reduce",
                    **options,
                }
            )
        )
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        self.opened.append((context, page, Watch(page)))
        return page

    def as_person(self, name: str, language: str = "zh", width: int = 1280, **options: Any) -> Page:
        """An empty page of somebody who was here before: that name's cookie is there."""
        page = self(language, width, **options)
        page.context.add_cookies([{"name": COOKIE + PERSON, "value": self.app.person(name), "url": options.get("base_url", self.app.url)}])
        return page

    def watch(self, page: Page) -> Watch:
        """What watches this page."""
        return next(watch for _, each, watch in self.opened if each is page)


@pytest.fixture
def open_page(app: App, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Browsers]:
    """Opens pages of the shared app. What went wrong behind any of them fails the test."""
    yield from _pages(Browsers(browser, app), request)


@pytest.fixture
def open_own_page(own_app: App, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Browsers]:
    """Opens pages of the test's own app."""
    yield from _pages(Browsers(browser, own_app), request)


def _pages(browsers: Browsers, request: pytest.FixtureRequest) -> Iterator[Browsers]:
    before = len(browsers.app.written())
    yield browsers
    failed = request.node.stash.get(FAILURE, False)
    for place, (_, page, _) in enumerate(browsers.opened):
        if failed and not page.is_closed():
            picture(page, FAILED / f"{file_name(request.node.name)}-{place}.png")
    for context in {id(context): context for context, _, _ in browsers.opened}.values():
        context.close()
    browsers.app.rest()
    wrong = [mishap for _, _, watch in browsers.opened for mishap in watch.wrong]
    written = browsers.app.written()[before:]
    if "Traceback" in written:
        wrong.append(f"the app wrote:\n{written}")
    if wrong and not failed:
        pytest.fail("behind the page:\n" + "\n".join(wrong))


@pytest.fixture(params=["zh", "en"])
def language(request: pytest.FixtureRequest) -> str:
    """Each language in turn."""
    return str(request.param)


@pytest.fixture(params=[1280, 390])
def width(request: pytest.FixtureRequest) -> int:
    """A desk's screen and a telephone's, in CSS pixels."""
    return int(request.param)


@pytest.fixture
def new_name() -> Callable[[str], str]:
    """Names that no other test has."""

    def made(stem: str = "Li Na") -> str:
        return f"{stem} {os.getpid()}-{next(_names)}"

    return made
