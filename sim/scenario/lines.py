"""On which line of a TOML text each key stands. tomllib does not say, and an error without a line helps nobody.

The text must have been parsed by tomllib before: the scanner trusts it to be valid.
"""

import re
from collections.abc import Mapping

Path = tuple[str, ...]
"""The keys from the top of the file down; places in a list count from "0"."""

Place = tuple[str | None, int | None]
"""File and line, as far as known."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\])*"|\'[^\']*\'', re.DOTALL)
_SCALAR = re.compile(r"[^,\]}#\n]+")


def key_lines(text: str) -> dict[Path, int]:
    """The line (from 1) of every key and table of a valid TOML text; a key named twice (a table's parts) keeps the first."""
    return _Scanner(text).document()


def place_of(path: Path, places: Mapping[Path, Place]) -> Place:
    """Where `path` was written, or else the nearest table around it that was."""
    return next((places[path[:length]] for length in range(len(path), -1, -1) if path[:length] in places), (None, None))


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.counted = 0  # up to here the line ends have been counted
        self.lines: dict[Path, int] = {}
        self.lists: dict[Path, int] = {}  # [[lists of tables]] and how many tables they have so far

    def document(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip_blank() < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
        return self.lines

    def _header(self) -> Path:
        of_list = self.text.startswith("[[", self.at)
        self.at += 2 if of_list else 1
        line = self._line()
        path: Path = ()
        keys = self._key()
        for depth, key in enumerate(keys):
            path = (*path, key)
            if of_list and depth == len(keys) - 1:
                self.lists[path] = self.lists.get(path, 0) + 1
            self.lines.setdefault(path, line)
            if path in self.lists:
                path = (*path, str(self.lists[path] - 1))
                self.lines.setdefault(path, line)
        self._skip_blank()
        self.at += 2 if of_list else 1
        return path

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = table
        for key in self._key():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self._skip_blank()
        self.at += 1  # the equals sign
        self._value(path)

    def _key(self) -> Path:
        keys: Path = ()
        while True:
            self._skip_blank()
            if self.text[self.at] in "\"'":
                keys = (*keys, self._string())
            else:
                found = _BARE_KEY.match(self.text, self.at)
                if found is None:
                    raise ValueError(f"no key at character {self.at}")
                self.at = found.end()
                keys = (*keys, found[0])
            self._skip_blank()
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def _value(self, path: Path) -> None:
        self._skip_blank()
        first = self.text[self.at]
        if first in "\"'":
            self._string()
        elif first == "[":
            self._list(path)
        elif first == "{":
            self._inline_table(path)
        else:
            found = _SCALAR.match(self.text, self.at)
            self.at = found.end() if found else self.at + 1

    def _list(self, path: Path) -> None:
        self.at += 1
        number = 0
        self._skip_blank()
        while self.text[self.at] != "]":
            inside = (*path, str(number))
            self.lines.setdefault(inside, self._line())
            self._value(inside)
            number += 1
            self._comma()
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        self._skip_blank()
        while self.text[self.at] != "}":
            self._pair(path)
            self._comma()
        self.at += 1

    def _comma(self) -> None:
        self._skip_blank()
        if self.text[self.at] == ",":
            self.at += 1
            self._skip_blank()

    def _string(self) -> str:
        found = _STRING.match(self.text, self.at)
        if found is None:
            raise ValueError(f"no string at character {self.at}")
        self.at = found.end()
        quoted = found[0]
        if quoted[0] == '"' and "\\" in quoted:
            import tomllib  # a key with escapes: rare, and the parser knows them all

            return str(tomllib.loads(f"key = {quoted}")["key"])
        return quoted[1:-1]

    def _skip_blank(self) -> int:
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at

    def _line(self) -> int:
        self.line += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        return self.line
