"""A manager's boards: made as the pages make them, and what one reads and moves on them."""

import re
from collections.abc import Mapping

from playwright.sync_api import Locator, Page, expect

from sim.words import speaking
from tests.app.browser.app import App
from tests.app.browser.steps import say
from trainer_app.services import studies
from trainer_app.services.levers import Levers, Shift, allowed
from trainer_app.ui.levers import as_it_was, called, shift_name
from trainer_app.words import _

QUICK, LONG = "carrier-pilot", "double11-2022"
"""A situation whose figures are precise soon, and one that is worked on for a while."""
BETTER = Levers(agreement=True)
"""What is clearly better in the quick one."""
DAY, TEMPORARY = "agents.regular.day", "agents.temporary.peak"
EVERY = Levers(people={DAY: 6, TEMPORARY: 3}, batch=False, erp_cut=False, agreement=True, authority=200, refund_on="signing", refresh=30)
"""Every lever, moved."""
FIRST_FIGURES_MS = 60_000
"""The simulator has to start first, and other tests keep the machine busy; how soon figures come is measured by `make bench`."""
DONE_MS = 120_000


def make(app: App, person: str, variants: Mapping[str, Levers], situation: str = QUICK) -> str:
    """A board of a person with these variants by title; returns its id."""
    with app.database.session() as writing:
        study = studies.make(writing, person, situation)
        for title, levers in variants.items():
            studies.add(writing, study, person, title, levers)
    return study


def shift(situation: str, key: str) -> Shift:
    """A shift of a situation by its key."""
    return next(each for each in allowed(situation).shifts if each.key == key)


def people(page: Page, language: str, of: Shift) -> Locator:
    """The field of a shift's people."""
    with speaking(language):
        hours = _("{shift} {hours}").format(shift=shift_name(of), hours=f"{of.begin}–{of.end}")
        label = _("{who}, {shift}").format(who=called(of.pool, of.group), shift=hours)
    return number(page, language, label, of.now)


def number(page: Page, language: str, title: str, now: int) -> Locator:
    """The field of a lever that is a whole number. title: in the page's language; now: what it is in the situation."""
    with speaking(language):
        label = _("{first} · {second}").format(first=title, second=as_it_was(str(now)))
    return page.get_by_role("spinbutton", name=label, exact=True)


def switch(page: Page, language: str, title: str) -> Locator:
    """The switch of a rule."""
    return page.get_by_role("switch", name=re.compile(f"^{re.escape(say(language, title))}"))


def columns(page: Page) -> Locator:
    """The figures of the situation as it is and of each variant, side by side, when they are those of the levers as they stand."""
    return page.locator(".rd-board:not(.old) > section")


def expect_figures(page: Page, variants: int) -> None:
    """Wait for figures of this many variants."""
    expect(columns(page)).to_have_count(1 + variants, timeout=FIRST_FIGURES_MS)
    expect(columns(page).last.locator(".rd-value").first).to_have_text(re.compile(r"\d"))


def expect_done(page: Page, language: str) -> None:
    """Wait until the figures are as precise as asked for."""
    begin = say(language, "Done: {runs}, precise to ±{reached}.").split("{", maxsplit=1)[0]
    expect(page.get_by_text(begin)).to_be_visible(timeout=DONE_MS)
