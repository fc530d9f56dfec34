"""The one look of all charts, and how a chart becomes part of a page: SVG with its text told aloud as well."""

import html
import re
from functools import lru_cache
from typing import Any

from sim.report.font import CHARTS_FAMILY, MEASURED_FAMILY, embedded

INK, MUTED, RULE, PAPER = "#1b2733", "#51606f", "#d5dce3", "#ffffff"
ACCENT, GOOD, BAD, WARN = "#0b63a5", "#1a7f5a", "#b3261e", "#b26a00"
SERIES = ("#0b63a5", "#d55e00", "#1a7f5a", "#8a4f9e", "#6b5b00")
"""Told apart also by people who see no red or green (after Okabe and Ito)."""

HEAT = ("#b3261e", "#e2725b", "#f3b49f", "#f7e3d4", "#e4efe9", "#bfe0d2")
"""From nobody answered in time to all."""

FONT_SIZE = 12

OTHERS = "'PingFang SC', 'Microsoft YaHei', system-ui, sans-serif"
"""Fonts that a reader may have where none goes along."""

KEPT = 64
"""Fonts that a process keeps: a chart that is drawn anew mostly needs the same characters."""

CONFIG: dict[str, Any] = {
    "font": MEASURED_FAMILY,
    "background": "transparent",
    "padding": 4,
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": MUTED,
        "gridColor": RULE,
        "domainColor": RULE,
        "tickColor": RULE,
        "labelFontSize": FONT_SIZE,
        "titleFontSize": FONT_SIZE,
        "titleFontWeight": "normal",
        "titlePadding": 8,
        "labelLimit": 400,
    },
    "header": {
        "labelColor": INK,
        "labelFontSize": FONT_SIZE + 1,
        "labelFontWeight": "bold",
        "labelAnchor": "start",
        "labelLimit": 600,
        "title": None,
    },
    "legend": {
        "labelColor": INK,
        "titleColor": MUTED,
        "labelFontSize": FONT_SIZE,
        "titleFontSize": FONT_SIZE,
        "titleFontWeight": "normal",
        "labelLimit": 400,
    },
    "text": {"fontSize": FONT_SIZE, "color": INK},
    "range": {"category": list(SERIES)},
}


def as_part(svg: str, name: str, told: str) -> str:
    """SVG of its own made part of a page: ids of its own, no fixed size, the page's font, a text alternative."""
    width, height = (float(found) for found in re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)[0])
    body = re.sub(r"<\?xml[^>]*>|<!DOCTYPE[^>]*>", "", svg).strip()
    inner = body[body.index(">") + 1 : body.rindex("</svg>")]
    inner = re.sub(r'\b(id|xlink:href|href)="(#?)', rf'\1="\2{name}-', inner)
    inner = inner.replace("url(#", f"url(#{name}-")
    inner = re.sub(r'font-family="[^"]*"', f"font-family=\"'{CHARTS_FAMILY}', system-ui, sans-serif\"", inner)
    inner = re.sub(r' aria-[a-z]+="[^"]*"| role="[^"]*"', "", inner)  # the text alternative says it all, once
    said = html.escape(told, quote=True)
    return (
        f'<svg role="img" aria-labelledby="{name}-told" viewBox="0 0 {width:g} {height:g}" style="max-width:{width:g}px">'
        f'<desc id="{name}-told">{said}</desc><g aria-hidden="true">{inner}</g></svg>'
    )


def as_file(svg: str, told: str) -> str:
    """SVG made a file of its own: with the characters that it needs, and a text alternative."""
    body = re.sub(r"<\?xml[^>]*>|<!DOCTYPE[^>]*>", "", svg).strip()
    body = re.sub(r'font-family="[^"]*"', f"font-family=\"'{CHARTS_FAMILY}', '{MEASURED_FAMILY}', {OTHERS}\"", body)
    body = re.sub(r' aria-[a-z]+="[^"]*"| role="[^"]*"', "", body)
    body = re.sub(r' d="([^"]*)"', _short_path, body)
    font = _font(frozenset("".join(re.findall(r">([^<]+)<", body))))
    begun = body.index(">") + 1
    opening = body[: begun - 1] + ' role="img" aria-labelledby="told">'
    return f'{opening}<desc id="told">{html.escape(told)}</desc>{f"<style>{font}</style>" if font else ""}{body[begun:]}'


@lru_cache(maxsize=KEPT)
def _font(characters: frozenset[str]) -> str:
    return embedded("", "".join(sorted(characters)))


def _short_path(path: re.Match[str]) -> str:
    """A path with one digit after the point: a tenth of a pixel is not seen, and makes up half of the file."""
    return re.sub(r"\d+\.\d{2,}(?:e-?\d+)?", lambda number: f"{float(number[0]):.1f}", path[0])
