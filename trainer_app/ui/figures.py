"""A sentence, the six figures and tables, as HTML that a screen reader, a phone and a colour-blind reader can use."""

import re
from collections.abc import Mapping, Sequence

import streamlit as st

from sim.report.answer import BAD, GOOD, Figure, Table
from sim.report.markup import escaped
from trainer_app.words import _

MOST_ROWS = 120
"""Rows of a table that are shown: what has more is for a file."""


def sentence(text: str, state: str, about: str = "", *, old: bool = False) -> None:
    """What one must know first; `about`: a line in small print below; old: new figures are being worked out, this was said of others."""
    pale = ' old" aria-busy="true' if old else ""
    below = f'<p class="rd-small">{escaped(about)}</p>' if about else ""
    st.html(f'<p class="rd-sentence {state}{pale}">{escaped(text)}</p>{below}')


def note(text: str) -> None:
    """A line in small print, dark enough to be read; Streamlit's own captions are too pale for that."""
    st.html(f'<p class="rd-small">{escaped(text)}</p>')


def six_figures(figures: Sequence[Figure]) -> None:
    """Name, value, and a few words below; what alarms says so in a word too."""
    st.html(f'<dl class="rd-figures">{"".join(map(_figure, figures))}</dl>')


def _figure(figure: Figure) -> str:
    about = f'<dd class="rd-about">{escaped(figure.about)}</dd>' if figure.about else ""
    return (
        f'<div class="rd-figure {figure.state}"><dt>{escaped(figure.name)}</dt><dd class="rd-value">{value_html(figure.value)}</dd>'
        f"{mark(figure.state, _states().get(figure.state, ''))}{about}</div>"
    )


def value_html(text: str) -> str:
    """A value, its interval in smaller print."""
    found = re.fullmatch(r"(.*\S)(\s*[(（][^()（）]*–[^()（）]*[)）])", text, re.DOTALL)
    return escaped(text) if found is None else f'{escaped(found[1])}<span class="rd-interval">{escaped(found[2])}</span>'


def _states() -> Mapping[str, str]:
    """Good and bad in a word."""
    return {GOOD: _("✓ fine"), BAD: _("! needs attention")}


def mark(state: str, text: str) -> str:
    """A word that says how a figure is to be taken, as the last part of a definition; nothing for no word."""
    return f'<dd class="rd-mark {state}">{escaped(text)}</dd>' if text else ""


def table(shown: Table, label: str = "") -> None:
    """A table that scrolls where there is no room; cells that alarm have a sign as well as a colour."""
    st.html(table_html(shown, label))


def table_html(shown: Table, label: str = "") -> str:
    """The same as HTML."""
    if not shown.rows:
        nothing = shown.nothing or _("Nothing to show.")
        return f'<p class="rd-small">{escaped(nothing)}</p>'
    heads = "".join(f'<th scope="col"{_number(column.number)}>{escaped(column.title)}</th>' for column in shown.columns)
    alarm = _("alarm:")
    sign = f'<span aria-hidden="true">! </span><span class="rd-unseen">{escaped(alarm)} </span>'
    rows = "".join(_row(shown, at, sign) for at in range(min(len(shown.rows), MOST_ROWS)))
    more = _("The first {shown} of {count} rows; the CSV file has all of them.").format(shown=MOST_ROWS, count=f"{len(shown.rows):,}")
    below = f'<p class="rd-small">{escaped(more)}</p>' if len(shown.rows) > MOST_ROWS else ""
    return wide(f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>", label or shown.title) + below


def _row(shown: Table, at: int, sign: str) -> str:
    """A row; `sign` goes before what alarms."""
    cells = []
    for place, (column, text) in enumerate(zip(shown.columns, shown.rows[at], strict=True)):
        bad = (at, place) in shown.alarms
        before = sign if bad else ""
        classes = " ".join(name for name, given in (("number", column.number), ("bad", bad)) if given)
        kind = f' class="{classes}"' if classes else ""
        cells.append(
            f'<th scope="row">{before}{escaped(text)}</th>'
            if place == 0 and not column.number
            else f"<td{kind}>{before}{escaped(text)}</td>"
        )
    return f"<tr>{''.join(cells)}</tr>"


def wide(content: str, label: str) -> str:
    """Room of its own for what may be wider than a phone: it scrolls, also by keyboard."""
    return f'<div class="rd-wide" tabindex="0" role="group" aria-label="{escaped(label)}">{content}</div>'


def _number(is_number: bool) -> str:
    return ' class="number"' if is_number else ""
