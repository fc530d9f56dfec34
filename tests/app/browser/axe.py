"""What axe finds, without what Streamlit draws itself and nobody here can change."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

STREAMLIT = {
    ("list", "[data-testid=stSidebarNavItems]"): "on a telephone the pages stand in sections, which Streamlit makes <div>s inside the <ul>",
    ("listitem", "[data-testid=stSidebarNavItems] li"): "the same list",
}
"""Rule and place of what is Streamlit's own, and why it is so."""
OPTIONS = {"resultTypes": ["violations"]}


def violations(page: Page) -> list[dict[str, Any]]:
    """All that axe finds: rule, place, and what it says of it."""
    found: dict[str, Any] = Axe().run(page, options=OPTIONS).response
    return [
        {"rule": violation["id"], "place": node["target"][0], "html": node["html"], "says": node["failureSummary"]}
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def excuse(page: Page, violation: dict[str, Any]) -> tuple[str, str] | None:
    """The entry of STREAMLIT that it falls under."""
    for rule, place in STREAMLIT:
        if violation["rule"] == rule and page.locator(violation["place"]).first.evaluate("(each, place) => each.matches(place)", place):
            return rule, place
    return None


def of_ours(page: Page) -> list[str]:
    """What axe finds and we could change."""
    return [f"{each['rule']}: {each['html'][:300]}: {each['says']}" for each in violations(page) if excuse(page, each) is None]
