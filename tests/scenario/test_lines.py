"""On which line a key stands."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario.lines import key_lines
from sim.shipped import scenarios_folder

TRICKY = '''# a comment with [brackets] = and "quotes"
plain = 1  # another = comment
"quoted key" = "a # is no comment here"
a.b . "c.d" = 'it"s'

[table]
text = """
not = a key
[not.a.table]
"""
raw = \'\'\'
also = none\'\'\'
list = [
  1, # one
  { x = 2, y = { z = "}" } },
]
empty = ""
date = 2025-11-10 08:00:00

[[rows]]
name = "first"
[rows.inside]
deep = 1
[[rows]]
name = "second"
[ spaced . "out" ]
"esc\\"aped" = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("plain",), 2),
        (("quoted key",), 3),
        (("a", "b", "c.d"), 4),
        (("table",), 6),
        (("table", "text"), 7),
        (("table", "raw"), 11),
        (("table", "list", "0"), 14),
        (("table", "list", "1", "y", "z"), 15),
        (("table", "empty"), 17),
        (("table", "date"), 18),
        (("rows", "0", "name"), 21),
        (("rows", "0", "inside", "deep"), 23),
        (("rows", "1", "name"), 25),
        (("spaced", "out", 'esc"aped'), 27),
    ],
)
def test_every_key_has_its_line_whatever_stands_around_it(path: tuple[str, ...], line: int) -> None:
    tomllib.loads(TRICKY)
    assert key_lines(TRICKY)[path] == line


def test_text_in_strings_is_not_taken_for_keys() -> None:
    assert ("table", "not") not in key_lines(TRICKY)
    assert ("not",) not in key_lines(TRICKY)


def test_windows_line_ends_count_as_one() -> None:
    assert key_lines("a = 1\r\nb = 2\r\n")[("b",)] == 2


def paths(tree: Any, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    found = {path} if path else set()
    for key, value in items:
        found |= paths(value, (*path, str(key)))
    return found


@pytest.mark.parametrize("file", sorted(scenarios_folder().rglob("*.toml")), ids=lambda file: file.name)
def test_every_key_of_every_shipped_file_has_a_line_that_names_it(file: Path) -> None:
    text = file.read_text("utf-8")
    lines = key_lines(text)
    assert set(lines) == paths(tomllib.loads(text))
    for path, line in lines.items():
        assert path[-1].isdigit() or path[-1] in text.splitlines()[line - 1]


KEYS = st.text("ab\"'\\.[]{}=#é中 \t", min_size=1, max_size=4)
TREES = st.recursive(
    st.one_of(st.text("ab\"'\\.[]{}=#中,\n"), st.integers(), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=12,
)


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{toml(key)} = {toml(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[\n" + "".join(f"  {toml(each)}, # ]\n" for each in value) + "]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
        return f'"{escaped}"'
    return str(value).lower()


@given(st.dictionaries(KEYS, TREES, max_size=4))
def test_the_scanner_finds_exactly_the_keys_that_the_parser_finds(tree: dict[str, Any]) -> None:
    text = "\n".join(f"{toml(key)} = {toml(value)}" for key, value in tree.items())
    assert tomllib.loads(text) == tree
    assert set(key_lines(text)) == paths(tree)
