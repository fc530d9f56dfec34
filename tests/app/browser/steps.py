"""What a person does in the app, and what waits for it to be done."""

import os
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from sim.words import speaking
from trainer_app.words import _

WORDS = {
    "zh": {"begin": "开始", "other": "English", "title": "退款工作台", "lang": "zh-CN"},
    "en": {"begin": "Begin", "other": "中文", "title": "Refund desk", "lang": "en"},
}
START = ""
"""The address of the first page."""
PAGES = (START, "situation", "compare", "runs", "practice", "mistakes", "skills", "record")
PICTURES = "REFUND_DESK_PICTURES"
"""Names a folder for pictures of every page, to be looked at."""
BEFORE_RUNNING = 150
"""Milliseconds in which a click has reached the server, so that the app says it runs."""


def say(language: str, text: str, **values: object) -> str:
    """A text of the app in a language."""
    with speaking(language):
        return _(text).format(**values) if values else _(text)


def settled(page: Page) -> None:
    """Wait until the app is connected and does nothing."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-connection-state", "CONNECTED")
    page.wait_for_timeout(BEFORE_RUNNING)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def connected(page: Page) -> Locator:
    """The app while it is connected to its server; nothing while it is not."""
    return page.locator("[data-testid=stApp][data-test-connection-state=CONNECTED]")


def visit(page: Page, path: str = START) -> None:
    """Go to a page by its address (below the app's own)."""
    page.goto(f"/{path}", wait_until="domcontentloaded")
    settled(page)


def again(page: Page) -> None:
    """Load the page anew, as the browser's button does."""
    page.reload(wait_until="domcontentloaded")
    settled(page)


def name_field(page: Page) -> Locator:
    """Where a name is typed or picked."""
    return page.get_by_role("combobox").or_(page.get_by_role("main").get_by_role("textbox")).first


def who(page: Page) -> Locator:
    """Who is here, as the page's head says it."""
    return page.locator(".st-key-change_person").get_by_role("button").locator("p")


def tab_to(page: Page, place: Locator, most: int = 80) -> None:
    """Walk with Tab until the place has the focus. AssertionError where Tab never comes there."""
    for _step in range(most):
        if place.evaluate("each => each === document.activeElement || each.contains(document.activeElement)"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {place}")


def enter(page: Page, name: str, path: str = START) -> None:
    """Go to a page and be that person."""
    visit(page, path)
    give_name(page, name)
    expect(who(page)).to_be_visible()
    settled(page)


def give_name(page: Page, name: str) -> None:
    """Type a name where it is asked for, and begin."""
    field = name_field(page)
    field.fill(name)
    if field.get_attribute("role") == "combobox":
        field.press("Enter")
    page.get_by_test_id("stFormSubmitButton").get_by_role("button").click()


def picture(page: Page, file: Path) -> None:
    """The whole page as an image: what scrolls inside it too."""
    shown = page.viewport_size
    assert shown is not None
    height = int(page.evaluate("document.querySelector('[data-testid=stMain]')?.scrollHeight ?? 0"))
    file.parent.mkdir(parents=True, exist_ok=True)
    page.set_viewport_size({"width": shown["width"], "height": max(height + 60, shown["height"])})
    page.wait_for_timeout(300)
    page.screenshot(path=file)
    page.set_viewport_size(shown)


def keep(page: Page, name: str) -> None:
    """A picture of the page to be looked at, where somebody asked for pictures."""
    folder = os.environ.get(PICTURES)
    if folder:
        picture(page, Path(folder) / f"{name}.png")


def file_name(text: str) -> str:
    """A text as the name of a file."""
    return re.sub(r"[^\w.-]+", "-", text).strip("-")
