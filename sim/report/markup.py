"""Text as HTML: nothing in it is markup, and no line ends where a number would lose its unit."""

import html
import re

from sim.report.untrusted import harmless

MEASURES = "个人件笔元天小分秒次条"
"""First characters of what Chinese numbers count."""


def escaped(text: str) -> str:
    """Text of anybody made harmless for HTML, also inside quotation marks."""
    kept_together = re.sub(r"(?<=\d)–(?=\d)", "\u2060–\u2060", harmless(text))  # no line ends inside 08:00–16:00 or 95 %
    kept_together = re.sub(rf"(?<=\d) (?=%|[{MEASURES}])", "\u00a0", kept_together)  # nor between a number and what it counts
    return html.escape(kept_together, quote=True)
