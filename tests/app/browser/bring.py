"""Finds a Chromium for the tests, or brings one: `python tests/app/browser/bring.py` (make browser). Quick where there is one."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache

VARIABLE = "REFUND_DESK_CHROMIUM"
"""Names the program to take."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MISSING = f"no Chromium: `make browser` brings one, or name yours in {VARIABLE}"


@cache
def chromium() -> str | None:
    """The path of a Chromium that starts; None where there is none. LookupError where the one that was named does not start."""
    named = os.environ.get(VARIABLE)
    if named:
        if not _starts(named):
            raise LookupError(f"{VARIABLE}: {named} does not start")
        return named
    return next((program for program in _candidates() if _starts(program)), None)


def bring() -> str | None:
    """The path of a Chromium, installed where there was none; None where that does not work."""
    for way in _ways():
        found = chromium()
        if found:
            return found
        sys.stderr.write(f"no Chromium here yet: {' '.join(way)}\n")
        if not _runs(way):
            continue
        chromium.cache_clear()
    return chromium()


def _candidates() -> Iterator[str]:
    yield from filter(None, map(shutil.which, NAMES))
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.executable_path


def _ways() -> Iterator[list[str]]:
    """Debian's own for root; what Playwright brings for everybody else, and for a root whose system has none."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if root and shutil.which("apt-get"):
        yield ["apt-get", "update", "-qq"]
        yield ["apt-get", "install", "-qq", "-y", "--no-install-recommends", "chromium"]
    yield [sys.executable, "-m", "playwright", "install", *(["--with-deps"] if root else []), "chromium"]


def _starts(program: str) -> bool:
    """Whether it is there and is no empty shell: Ubuntu's chromium-browser may only say what else to install."""
    try:
        return subprocess.run([program, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _runs(command: list[str]) -> bool:
    try:
        return subprocess.run(command, stdout=sys.stderr, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}).returncode == 0
    except OSError:
        return False


if __name__ == "__main__":
    sys.stdout.write(f"{bring() or MISSING + '; the browser tests will be skipped'}\n")
