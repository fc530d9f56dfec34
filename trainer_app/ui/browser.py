"""What only the browser can do: say the page's language aloud, and remember who looks until the next visit."""

from typing import Any

import streamlit as st

from sim import words
from trainer_app.ui.session import COOKIE, LOCALE, PERSON, Here

TAGS = {"zh": "zh-CN", "en": "en"}
"""Languages as pages name them."""

SECONDS_KEPT = 365 * 86_400

SCRIPT = """\
export default function ({ data }) {
  document.documentElement.lang = data.lang;
  for (const [name, value] of Object.entries(data.cookies)) {
    const lasts = value === null ? 0 : data.seconds;
    document.cookie = `${name}=${encodeURIComponent(value ?? "")}; path=/; max-age=${lasts}; samesite=strict`;
  }
}
"""


def tell_browser(here: Here) -> None:
    """Let the browser know the page's language and remember language and person."""
    cookies: dict[str, Any] = {COOKIE + LOCALE: here.locale}
    if here.person_id is not None or PERSON in st.session_state:
        cookies[COOKIE + PERSON] = here.person_id
    _component()(data={"lang": TAGS[words.spoken()], "cookies": cookies, "seconds": SECONDS_KEPT}, key="told_browser", height=1)


def _component() -> Any:
    return st.components.v2.component("refund_desk_browser", js=SCRIPT)
