"""The font that charts are measured with: the 800 characters of our own texts out of Noto Sans CJK, cut once and kept in the data folder.

vl-convert opens the font anew for every text that it measures, which takes 2 ms with the whole collection of 65,000 characters and a
fifth of that with these. The widths are the same; a character that is not among them is measured in the collection.
"""

import hashlib
import io
import logging
import os
from functools import cache
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

from sim.errors import BadInput
from sim.files import write_together
from sim.report.font import FIRST_CHINESE, LATIN, MEASURED_FAMILY, SIMPLIFIED_CHINESE, font_file, register_for_charts
from sim.study.store import HOME, home
from sim.words import CATALOGUES

FAMILY = "Refund Desk Measuring"
FOLDER, FILE = "measuring", "measuring.otf"

MORE = "←"
"""Signs of charts beyond font.LATIN."""

FAMILY_NAMES, WHOLE_NAME, SHORT_NAME = (1, 16), 4, 6
"""Numbers of the entries of a font's table of names."""


@cache
def measuring_family() -> str:
    """Let vl-convert know its fonts, once in a process; returns the family to measure with: the whole collection where none can be cut."""
    import vl_convert

    register_for_charts()
    try:
        folder = _kept()
    except (ImportError, OSError, BadInput):
        return MEASURED_FAMILY
    vl_convert.register_font_directory(str(folder))
    return FAMILY


@cache
def characters() -> str:
    """What the font holds, each once, sorted."""
    told = (CATALOGUES / "zh" / "LC_MESSAGES" / "sim.po").read_text("utf-8")
    return "".join(sorted({*LATIN, *MORE, *(character for character in told if ord(character) >= FIRST_CHINESE)}))


def _kept() -> Path:
    """The folder of the font, cut now if need be. Raises ImportError, OSError, or BadInput where it cannot be."""
    edition = metadata.version("noto-cjk-sans-otc")
    key = hashlib.sha256(f"{edition}|{characters()}".encode()).hexdigest()[:16]
    data = Path(os.environ[HOME]) if os.environ.get(HOME) else home().parent
    folder = data / "fonts" / f"{FOLDER}-{key}"
    if not (folder / FILE).is_file():
        write_together(folder, {FILE: _cut()}, HOME)
    return folder


def _cut() -> bytes:
    subset: Any = import_module("fontTools.subset")
    collections: Any = import_module("fontTools.ttLib")
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    options = subset.Options()
    options.hinting = False
    options.name_IDs = [*FAMILY_NAMES, WHOLE_NAME, SHORT_NAME]
    font = collections.TTFont(font_file(), fontNumber=SIMPLIFIED_CHINESE, lazy=True, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[ord(character) for character in characters()])
    cutter.subset(font)
    for entry in font["name"].names:
        if entry.nameID in (*FAMILY_NAMES, WHOLE_NAME):
            entry.string = FAMILY
        elif entry.nameID == SHORT_NAME:
            entry.string = FAMILY.replace(" ", "")
    stream = io.BytesIO()
    font.save(stream)
    font.close()
    return stream.getvalue()
