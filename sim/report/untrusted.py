"""Text that comes from files (titles, reasons, sources, file names) made harmless before it is shown.

Control characters could drive a terminal, and marks of writing direction could turn a line around. Both become visible signs.
Markup is left to where it would work: HTML is escaped by the page, and Rich is only ever given `Text`, which knows no markup.
"""

import unicodedata

LONGEST = 2_000
"""Characters shown of one text."""

_DIRECTION = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C}
_KEPT_CONTROLS = {"\n"}


def harmless(text: str, longest: int = LONGEST) -> str:
    """The text on one or more lines, with signs in place of control characters, at most `longest` characters of it."""
    shown = "".join(_shown(character) for character in text[: longest + 1])
    return shown if len(text) <= longest else shown[: longest - 1] + "…"


def in_a_line(text: str, longest: int = 200) -> str:
    """The same on a single line."""
    return harmless(text, longest).replace("\n", "␊")


def _shown(character: str) -> str:
    code = ord(character)
    if character in _KEPT_CONTROLS:
        return character
    if code < 0x20:
        return chr(0x2400 + code)  # the control pictures: ESC is shown as ␛
    if code == 0x7F:
        return "␡"
    if code in _DIRECTION or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
        return "\ufffd"
    return character


FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def cell(text: str) -> str:
    """Text for a cell of a CSV or XLSX file: a spreadsheet would work out what begins like a formula, so that gets a ' before it."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text
