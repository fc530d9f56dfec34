"""Every text that sim shows to people has its Chinese, with the same places for values, and nothing is left over."""

import ast
import re
import string
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from sim import words

SIM = Path(words.__file__).resolve().parent
MARKS = {"_": None, "BadInput": None, "msgid": None}


@cache
def in_the_code() -> dict[str, str]:
    """Every message id that the code uses, and one file that uses it."""
    found = extract_from_dir(str(SIM), keywords=MARKS, strip_comment_tags=True)
    return {message: file for file, _line, message, _comments, _context in found if isinstance(message, str) and message}


@cache
def chinese() -> Catalog:
    with (words.CATALOGUES / "zh" / "LC_MESSAGES" / "sim.po").open("rb") as file:
        return read_po(file, locale="zh", abort_invalid=True)


def places(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def test_every_message_of_the_code_has_its_chinese() -> None:
    missing = {message: file for message, file in in_the_code().items() if not (entry := chinese().get(message)) or not entry.string}
    assert missing == {}


def test_no_translation_is_left_over() -> None:
    assert [entry.id for entry in chinese() if entry.id and entry.id not in in_the_code()] == []


def test_a_translation_has_the_places_of_its_original_and_no_others() -> None:
    differ = [entry.id for entry in chinese() if entry.id and places(str(entry.id)) != places(str(entry.string))]
    assert differ == []


def test_nothing_is_marked_as_unsure() -> None:
    assert [entry.id for entry in chinese() if entry.id and entry.fuzzy] == []


def test_chinese_is_chinese() -> None:
    without = [entry.id for entry in chinese() if entry.id and not re.search(r"[一-鿿；、。{]", str(entry.string))]
    assert without == []


@pytest.mark.parametrize(("id", "chinese_text"), [("is missing", "缺失"), ("path 1 · paid, not shipped", "路径一·未发货仅退款")])
def test_the_catalogue_is_read_as_it_is(id: str, chinese_text: str) -> None:
    with words.speaking("zh"):
        assert words._(id) == chinese_text
    with words.speaking("en"):
        assert words._(id) == id


def test_no_text_hides_where_a_catalogue_is_not_extracted_from() -> None:
    """Babel does not look into f-strings: what is marked there would never reach the translators."""
    marked = {
        call.args[0].value: str(file.relative_to(SIM))
        for file in SIM.rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in MARKS
        if call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str) and call.args[0].value
    }
    assert {text: file for text, file in marked.items() if text not in in_the_code()} == {}
