"""What is asked of every page, whatever it shows."""

from collections.abc import Collection

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.app.browser.axe import of_ours
from tests.app.browser.reading import boxes, in_another_language
from tests.app.browser.room import cut_off, out_of_reach, over_one_another, wider_than_the_screen
from tests.app.browser.steps import WORDS, keep, settled

TELEPHONE: ViewportSize = {"width": 390, "height": 844}


def must_be_whole(page: Page, language: str, name: str, given: Collection[str] = ()) -> None:
    """Hold a page to what is asked of all, as wide as it is and on a telephone. name: of its pictures."""
    found = []
    for size in (page.viewport_size, TELEPHONE):
        assert size is not None
        page.set_viewport_size(size)
        settled(page)
        keep(page, f"{name}-{language}-{size['width']}")
        found += flaws(page, language, given)
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def flaws(page: Page, language: str, given: Collection[str] = ()) -> list[str]:
    """All that is wrong with a page, each with the width at which it was seen. given: what people called themselves and their things."""
    width = 0 if page.viewport_size is None else page.viewport_size["width"]
    head = {
        "title": (page.title(), WORDS[language]["title"]),
        "lang": (page.evaluate("document.documentElement.lang"), WORDS[language]["lang"]),
        "first headings": (page.get_by_role("main").get_by_role("heading", level=1).count(), 1),
    }
    found = {
        "is not as it should be": [f"{what}: {seen!r}" for what, (seen, wanted) in head.items() if seen != wanted],
        "in another language": in_another_language(page, language, given),
        "drawn as boxes": boxes(page),
        "axe": of_ours(page),
        "wider than the screen": wider_than_the_screen(page),
        "cut off": cut_off(page),
        "over one another": over_one_another(page),
        "under something else": out_of_reach(page),
    }
    return [f"{width} px: {what}: {each}" for what, several in found.items() for each in several]
