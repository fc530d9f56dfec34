"""How wide a text is in the font of the charts, and where it breaks into lines."""

from functools import cache
from importlib import import_module
from typing import Any

from sim.report.font import FIRST_CHINESE, SIMPLIFIED_CHINESE, font_file

FULL, HALF = 1.0, 0.56
"""Ems of a Chinese and of another character where the font cannot be read."""

NOT_FIRST = set("，。、；：？！）》”’%,.;:?!)…")
"""Signs that begin no line."""

NOT_LAST = set("（《“‘(")
"""Signs that end no line."""


def width(text: str, size: float) -> float:
    """Pixels that `text` takes in the given font size."""
    return size * sum(map(_ems, text))


def lines(text: str, size: float, room: float) -> tuple[str, ...]:
    """The text in as few lines of at most `room` pixels as it needs, all about equally long."""
    broken = _broken(text, size, room)
    low, high = room / 2, room
    while high - low > 1 and len(broken) > 1:
        middle = (low + high) / 2
        tried = _broken(text, size, middle)
        if len(tried) == len(broken) and max(width(line, size) for line in tried) <= middle:
            broken, high = tried, middle
        else:
            low = middle
    return broken


def cut(text: str, size: float, room: float) -> str:
    """As much of the text as `room` pixels hold, with … where something was left out."""
    if width(text, size) <= room:
        return text
    kept = text
    while kept and width(kept + "…", size) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def _broken(text: str, size: float, room: float) -> tuple[str, ...]:
    done: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line and width((line + piece).rstrip(), size) > room:
            done.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
        while width(line.rstrip(), size) > room and len(line) > 1:  # one word wider than the room
            fits = next((end for end in range(len(line) - 1, 1, -1) if width(line[:end], size) <= room), 1)
            done.append(line[:fits])
            line = line[fits:]
    return (*done, line.rstrip()) if line.strip() or not done else tuple(done)


def _pieces(text: str) -> list[str]:
    """What stays together: a word with the space after it, a Chinese character with the signs around it."""
    pieces: list[str] = []
    for character in text:
        before = pieces[-1] if pieces else ""
        glued = character in NOT_FIRST or character == " " or (before and before[-1] in NOT_LAST)
        latin = ord(character) < FIRST_CHINESE and before and ord(before[-1]) < FIRST_CHINESE and before[-1] != " "
        if before and (glued or latin):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


@cache
def _ems(character: str) -> float:
    font = _font()
    if font is None:
        return FULL if ord(character) >= FIRST_CHINESE else HALF
    glyphs, advances, unit = font
    name = glyphs.get(ord(character))
    return FULL if name is None else float(advances[name][0]) / unit


@cache
def _font() -> tuple[Any, Any, int] | None:
    """Glyph names by character, advances by glyph name, units of an em; None where the font or what reads it is missing."""
    try:
        reader: Any = import_module("fontTools.ttLib")
        font = reader.TTFont(font_file(), fontNumber=SIMPLIFIED_CHINESE, lazy=True)
        return font.getBestCmap(), font["hmtx"], int(font["head"].unitsPerEm)
    except (ImportError, OSError):
        return None
