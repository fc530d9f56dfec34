"""The few characters of a page that a machine may have no font for, embedded into the page itself.

A Chinese reader's machine has Chinese fonts, a bare one (a server, an English laptop) has none and would show boxes. So what a page
says in Chinese is cut out of Noto Sans CJK (the wheel `noto-cjk-sans-otc`) and goes along: about 100 kB for 500 characters.
"""

import base64
import io
import logging
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

TEXT_FAMILY = "Refund Desk Text"
"""For the Chinese of the text; Latin letters and digits are left to the reader's own font."""
CHARTS_FAMILY = "Refund Desk Charts"
"""For all characters of the charts, which are laid out by the widths of this font."""
MEASURED_FAMILY = "Noto Sans CJK SC"
"""What vl-convert finds the same font by when it measures and draws the text of charts."""

CHINESE_RANGE = "U+2E80-9FFF,U+F900-FAFF,U+FE30-FE4F,U+FF00-FFEF"
FIRST_CHINESE = 0x2E80

SIMPLIFIED_CHINESE = 2
"""Place of Noto Sans CJK SC in the collection."""

LATIN = "".join(map(chr, range(0x20, 0x7F))) + "–—“”‘’…·×÷→≤≥−"


def font_file() -> Path:
    """The font collection on this machine."""
    from noto_cjk_sans_otc import FONT_PATH

    return Path(str(FONT_PATH))


@cache
def register_for_charts() -> None:
    """Let vl-convert know the font, once in a process."""
    import vl_convert

    vl_convert.register_font_directory(str(font_file().parent))


def embedded(text: str, charts: str) -> str:
    """CSS rules @font-face with the Chinese characters of `text` and all of `charts`; "" where the tools to cut a font are missing."""
    chinese = "".join(character for character in text if ord(character) >= FIRST_CHINESE)
    return _face(TEXT_FAMILY, chinese, f"unicode-range:{CHINESE_RANGE};") + _face(CHARTS_FAMILY, charts + LATIN if charts else "", "")


def _face(family: str, text: str, more: str) -> str:
    cut = _cut(frozenset(text)) if text else b""
    if not cut:
        return ""
    content = base64.b64encode(cut).decode("ascii")
    return f'@font-face{{font-family:"{family}";{more}src:url(data:font/woff;base64,{content}) format("woff")}}\n'


def _cut(characters: frozenset[str]) -> bytes:
    try:
        subset: Any = import_module("fontTools.subset")
        collections: Any = import_module("fontTools.ttLib")
    except ImportError:
        return b""
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.name_IDs = []
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx"]
    font = collections.TTFont(font_file(), fontNumber=SIMPLIFIED_CHINESE, lazy=True, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=sorted(ord(character) for character in characters))
    cutter.subset(font)
    font.flavor = "woff"
    stream = io.BytesIO()
    font.save(stream)
    return stream.getvalue()
