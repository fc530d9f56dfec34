"""Keeping what is new in sight: a fresh card begins at its top, a verdict at its headline, on a phone as on a desk."""

from typing import Any

import streamlit as st

SCRIPT = """
export default function ({ data }) {
  const shown = (window.refundDeskShown ??= {});
  const before = shown[data.name];
  shown[data.name] = data.what;
  if (before === undefined ? data.first : before === data.what) return;
  requestAnimationFrame(() => {
    const place = document.querySelector(data.where);
    if (!place) return;
    const top = place.getBoundingClientRect().top;
    if (top < 0 || top > window.innerHeight * 0.8) place.scrollIntoView({ block: "start" });
  });
}
"""


def look_at(name: str, what: str, where: str, *, from_the_first: bool = False) -> None:
    """Bring the element `where` (a selector) into sight when another `what` of this name is shown than before; nothing moves if it is in
    sight. from_the_first: also for the first one since the page was loaded."""
    data = {"name": name, "what": what, "where": where, "first": not from_the_first}
    _component()(data=data, key=f"look-{name}", height=1)


def _component() -> Any:
    return st.components.v2.component("refund_desk_look", js=SCRIPT)
