"""What stands around every page: its language, its name, the way to the others, and who looks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from sim import words
from trainer_app.pages import compare, mistakes, practice, record, runs, situation, skills, start
from trainer_app.ui import session
from trainer_app.ui.browser import tell_browser
from trainer_app.ui.name import ask_name
from trainer_app.ui.style import style
from trainer_app.ui.ways import remember
from trainer_app.words import _

ICON = Path(__file__).parent / "ui" / "icon.svg"
"""A file of ours: Streamlit would fetch a named icon from another host."""

LANGUAGES = {"zh": "中文", "en": "English"}
"""Each language by its own name."""


def frame() -> None:
    """Draw the page that is asked for, with all that stands around it."""
    words.use(session.locale())
    st.set_page_config(page_title=_("Refund desk"), page_icon=ICON, layout="wide")
    here = session.session()
    pages = _pages(here.person_id is not None)
    remember(page for of_section in pages.values() for page in of_section)
    page = st.navigation(pages, position="top")
    style()
    with st.container(key="browser"):
        tell_browser(here)
    _who_and_how(here)
    page.run()


def _pages(known: bool) -> dict[str, list[Any]]:
    first = st.Page(start.page, title=_("Start"), icon=":material/home:", url_path="start", default=True)
    plan = [
        _page(situation.page, _("Situation"), ":material/monitoring:", "situation", known),
        _page(compare.page, _("Compare"), ":material/balance:", "compare", known),
        _page(runs.page, _("My runs"), ":material/history:", "runs", known),
    ]
    learn = [
        _page(practice.page, _("Practice"), ":material/school:", "practice", known),
        _page(mistakes.page, _("My mistakes"), ":material/assignment_late:", "mistakes", known),
        _page(skills.page, _("My skills"), ":material/checklist:", "skills", known),
        _page(record.page, _("My record"), ":material/folder_managed:", "record", known),
    ]
    return {"": [first], _("Plan"): plan, _("Practise"): learn}


def _page(draw: Callable[[], None], title: str, icon: str, path: str, known: bool) -> Any:
    return st.Page(draw if known else ask_name, title=title, icon=icon, url_path=path)


def _who_and_how(here: session.Here) -> None:
    """Who looks, and the switch of the language."""
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", key="who"):
        if here.name is not None:
            st.button(
                session.plain(here.name),
                icon=":material/person:",
                type="tertiary",
                key="change_person",
                help=_("Somebody else"),
                on_click=session.enter,
                args=(None,),
            )
        other = next(each for each in words.LOCALES if each != here.locale)
        st.button(LANGUAGES[other], icon=":material/translate:", type="tertiary", key="language", on_click=session.speak, args=(other,))
