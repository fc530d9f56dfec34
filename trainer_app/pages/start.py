"""The first page: what one can do here, for managers and for trainees."""

import streamlit as st

from trainer_app.ui import session
from trainer_app.ui.name import ask_name
from trainer_app.ui.ways import lead
from trainer_app.words import _


def page() -> None:
    """Two doors, and who comes in."""
    here = session.session()
    st.title(_("Refund desk"))
    st.text(_("How many people does the next sale need, and which of the four paths is this refund?"))
    if here.person_id is None:
        ask_name()
        return
    plan, learn = st.columns(2, border=True)
    with plan:
        st.header(_("Plan a sale"))
        st.text(_("Pick a situation, move people and rules, and see within a second what becomes of answers, backlog and money."))
        lead("situation", _("Look at a situation"), ":material/monitoring:")
        lead("compare", _("Compare variants"), ":material/balance:")
    with learn:
        st.header(_("Practise the paths"))
        st.text(_("Ten minutes a day: case cards as they come in, the right path, the right response, the right deadline."))
        lead("practice", _("Practise now"), ":material/school:")
        lead("skills", _("What I can do already"), ":material/checklist:")
