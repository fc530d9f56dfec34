"""Chinese for machines without Chinese fonts: one font of the characters that the app can show, cut when it is first asked for.

It is cut out of Noto Sans CJK (sim.report.font) and kept in the data folder under a hash of its characters, so that a browser may keep
it for ever. Besides the app's own text it holds the 3,755 everyday characters of GB 2312, for names and titles that people type.
"""

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

from sim.files import write_together
from sim.report.font import CHINESE_RANGE, FIRST_CHINESE, LATIN, _cut
from sim.shipped import scenarios_folder
from sim.study.store import HOME, home

FAMILY = "Refund Desk Chinese"
ROUTE = "/fonts/{name}.woff"
SCRIPT = "/fonts/chinese.js"
CUT_SECONDS = 60
"""Cutting takes some 3 s; a machine that needs this long will not do it."""

AGAIN_MS = 2_000
TIMES_AGAIN = 30
"""How often, and how soon, a page asks again for a font that did not come."""

CUTTING = threading.Lock()
"""Who asks while it is being cut waits for it."""

PROJECT = Path(__file__).resolve().parents[2]
TEXTS = ("*.toml", "*.po")


def everyday() -> str:
    """The 3,755 characters of the first level of GB 2312."""
    rows = bytes(byte for first in range(0xB0, 0xD8) for second in range(0xA1, 0xFF) for byte in (first, second))
    return rows[: 2 * 3_755].decode("gb2312")


@cache
def characters() -> str:
    """All characters that the font holds, each once, sorted."""
    found = {*everyday(), *LATIN}
    for file in _texts():
        found.update(character for character in file.read_text("utf-8") if ord(character) >= FIRST_CHINESE)
    return "".join(sorted(found))


@cache
def name() -> str:
    """What the font is called: another one for other characters, or another edition of the font it is cut from."""
    edition = metadata.version("noto-cjk-sans-otc")
    return f"chinese-{hashlib.sha256(f'{edition}|{characters()}'.encode()).hexdigest()[:16]}"


def script() -> str:
    """What gives the font to a page whose browser has no other for Chinese, as the first of the text's fonts, for Chinese alone.

    A sign of Chinese is as wide as it is high, and the box that stands for a missing one is not. The font is fetched whole before it is
    made known, and comes before all others: else Chromium shows the boxes that it drew meanwhile for good. Where it does not come, the
    page asks again, so that a connection lost for a moment leaves no boxes behind.
    """
    descriptors = json.dumps({"unicodeRange": CHINESE_RANGE})
    file = json.dumps(f'url("{ROUTE.format(name=name())}") format("woff")')
    return (
        'const pen = document.createElement("canvas").getContext("2d");\n'
        'pen.font = "100px sans-serif";\n'
        'if (Math.abs(pen.measureText("退").width - 100) > 5)\n'
        "{\n"
        "  const fetched = left =>\n"
        f"    new FontFace({json.dumps(FAMILY)}, {file}, {descriptors}).load().then(\n"
        "      font => document.fonts.add(font),\n"
        f"      () => left && setTimeout(fetched, {AGAIN_MS}, left - 1));\n"
        f"  fetched({TIMES_AGAIN});\n"
        "}\n"
    )


def folder() -> Path:
    """Where cut fonts are kept."""
    return (Path(os.environ[HOME]) if os.environ.get(HOME) else home().parent) / "fonts"


def font() -> Path | None:
    """The font's file, cut now if need be; None where it cannot be cut."""
    kept = folder() / f"{name()}.woff"
    with CUTTING:
        if not kept.is_file():
            try:
                _cut_elsewhere(kept)
            except (OSError, subprocess.TimeoutExpired):
                return None
    return kept if kept.is_file() else None


def _cut_elsewhere(file: Path) -> None:
    """In a process of its own: cutting takes 100 MB for a moment, and would hold up the pages. It ends with this process."""
    command = [sys.executable, "-m", "trainer_app.serving.chinese", str(file)]
    silent = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=silent, stderr=silent, process_group=0) as cutting:
        try:
            cutting.wait(CUT_SECONDS)
        finally:
            cutting.kill()


def cut_into(file: Path) -> None:
    """Cut the font and put it there as a whole. Raises BadInput where the folder cannot be written."""
    write_together(file.parent, {file.name: _cut(frozenset(characters()))}, "REFUND_DESK_HOME")


def _texts() -> Iterator[Path]:
    for root in (PROJECT / "sim", PROJECT / "trainer_app", scenarios_folder()):
        for pattern in TEXTS:
            yield from sorted(root.rglob(pattern))


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    cut_into(Path(sys.argv[1]))
