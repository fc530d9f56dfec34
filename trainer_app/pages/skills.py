"""My skills: the 24 skills by path, how sure each is, what is due, and a card of any of them."""

import streamlit as st

from sim.report import names
from sim.rules.tables import PATHS
from trainer_app.services.progress import standing, today
from trainer_app.training.cases import cells
from trainer_app.training.skill import mastery, standard_pace
from trainer_app.ui import session
from trainer_app.ui.card_style import card_style
from trainer_app.ui.clock import now
from trainer_app.ui.heading import heading, section, small
from trainer_app.ui.skill_lines import certainty, skill_html
from trainer_app.ui.table import ask_for
from trainer_app.ui.ways import way
from trainer_app.words import _


def page() -> None:
    """All skills, path by path."""
    card_style()
    person, at = session.session().person, now()
    with session.database().reading() as reading:
        trainee = standing(reading, person).trainee
        day = today(reading, person, at, session.zone())
    begun = _("{count} of {all} skills begun").format(count=len(trainee.progress), all=len(cells()))
    due = _("due now: {count}").format(count=day.due)
    later = _("later today: {count}").format(count=day.later)
    heading(_("My skills"), begun, due, later)
    small(_about())
    found = {each.cell: each for each in mastery(trainee)}
    for path in PATHS:
        section(names.path(path))
        for cell in _cells_of(path):
            line, button = st.columns([6, 1], vertical_alignment="center")
            line.html(skill_html(found[cell], trainee.progress.get(cell), at))
            if button.button(_("Practise this"), key=f"practise.{cell}", width="stretch", wrap=True):
                ask_for(cell)
                st.switch_page(way("practice"))


def _about() -> str:
    """How the bars are to be read."""
    pace = standard_pace()
    return _(
        "The bar is where your share of right cards lies with {sure} certainty, from the last {count} cards of a skill: path, response and "
        "deadline all right, without the last hint. The more cards, the narrower it gets."
    ).format(sure=certainty(pace.confidence), count=pace.last)


def _cells_of(path: int) -> list[str]:
    """The skills of a path, in their order: their keys begin with it."""
    return [cell for cell in cells() if cell.startswith(f"p{path}.")]
