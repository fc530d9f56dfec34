"""A chart on a page: the picture, and below it the same as PNG, as CSV and as a table.

Streamlit cleans HTML of everything that is SVG, so the picture is an image that holds its SVG; its text alternative is the image's.
"""

import base64
import re
from collections.abc import Callable
from functools import partial

import streamlit as st
from altair.utils import schemapi

from sim import words
from sim.report.chart import PNG_SCALE, Chart
from sim.report.font import register_for_charts
from sim.report.markup import escaped
from trainer_app.ui.figures import note, table_html, wide
from trainer_app.words import _

schemapi.disable_debug_mode()  # altair checks each part of each chart against its schema: ten times what building it takes; tests do it

KEPT = 64
"""Pictures that the process keeps, some 0.2 MB each."""

LEAST = 0.85
"""A picture is shown at this share of its size or larger, or its text could not be read: narrower places scroll."""

Make = Callable[[], Chart | None]


def chart(make: Make, key: str, title: str, content: str) -> None:
    """A chart with its downloads.

    make: draws it, in the language spoken then; None where there is nothing to draw. key: unique in the page. title: what is seen, for
    those who hear the page and for files. content: stands for the numbers that it is drawn from: with the same ones it is not drawn again.
    """
    show(_picture(f"{content} {title}", words.spoken(), title, make), make, key, title)


def show(html: str, make: Make, key: str, title: str) -> None:
    """What is shown instead of a picture of a chart, with the chart's downloads; "" where there is nothing to show."""
    if not html:
        note(_("Nothing to show."))
        return
    st.html(html)
    as_file = partial(_made, words.spoken(), make)
    with st.container(horizontal=True, gap="small", key=f"{key}_files"):
        st.download_button(
            _("PNG picture"),
            lambda: as_file(lambda drawn: drawn.png(title)),
            file_name=f"{file_name(key)}.png",
            mime="image/png",
            on_click="ignore",
            key=f"{key}_png",
            type="tertiary",
            icon=":material/image:",
        )
        st.download_button(
            _("CSV table"),
            lambda: as_file(Chart.csv),
            file_name=f"{file_name(key)}.csv",
            mime="text/csv",
            on_click="ignore",
            key=f"{key}_csv",
            type="tertiary",
            icon=":material/table:",
        )
        numbers = st.popover(_("Numbers"), on_change="rerun", key=f"{key}_numbers", type="tertiary", icon=":material/123:")
        if numbers.open and (drawn := make()) is not None:
            with numbers:
                st.html(table_html(drawn.numbers(title)))


def image(svg: str, told: str, title: str, key: str) -> None:
    """A picture that is an SVG file already, with a download of its pixels. told: its text alternative."""
    st.html(as_image(svg, told, title))
    st.download_button(
        _("PNG picture"),
        lambda: _pixels(svg),
        file_name=f"{file_name(key)}.png",
        mime="image/png",
        on_click="ignore",
        key=f"{key}_png",
        type="tertiary",
        icon=":material/image:",
    )


def _pixels(svg: str) -> bytes:
    import vl_convert

    register_for_charts()
    return bytes(vl_convert.svg_to_png(svg, scale=PNG_SCALE))


def _made(locale: str, make: Make, kind: Callable[[Chart], bytes]) -> bytes:
    """The chart as a file. Streamlit asks for it in a thread of its own, which speaks no language yet."""
    with words.speaking(locale):
        drawn = make()
        return b"" if drawn is None else kind(drawn)


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _picture(content: str, locale: str, title: str, _make: Make) -> str:
    drawn = _make()
    return "" if drawn is None else as_image(drawn.file(), drawn.told, title)


def as_image(svg: str, told: str, title: str) -> str:
    """An SVG file as an image inside HTML, in a place that scrolls."""
    opening = svg[: svg.index(">")]
    across, down = (float(re.findall(rf' {size}="([\d.]+)', opening)[0]) for size in ("width", "height"))
    source = base64.b64encode(svg.encode()).decode("ascii")
    shown = (
        f'<img alt="{escaped(told)}" width="{across:.0f}" height="{down:.0f}" '
        f'style="min-width:{LEAST * across:.0f}px;max-width:{across:.0f}px" src="data:image/svg+xml;base64,{source}">'
    )
    return wide(shown, _("{title}, chart").format(title=title))


def file_name(text: str) -> str:
    """A name for a file that every system takes."""
    return "refund-desk-" + re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
