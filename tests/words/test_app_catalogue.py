"""Every text that the web app shows to people has its Chinese, and no page shows text that is not looked up."""

import ast
import re
import string
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import trainer_app
from sim import words as sim_words
from trainer_app import words

APP = Path(trainer_app.__file__).resolve().parent
MARKS = {"_": None, "BadInput": None, "msgid": None}
SPEAKS = {
    *("title", "header", "subheader", "caption", "text", "markdown", "write", "info", "success", "warning", "error", "toast", "badge"),
    *("button", "form_submit_button", "download_button", "link_button", "page_link", "selectbox", "multiselect", "radio", "checkbox"),
    *("toggle", "slider", "select_slider", "number_input", "text_input", "text_area", "segmented_control", "pills", "expander"),
    *("popover", "status", "spinner", "metric", "menu_button", "dialog", "progress", "Page", "set_page_config"),
}
"""Functions of Streamlit whose text is seen."""
SEEN = {"label", "help", "placeholder", "title", "page_title", "body", "text"}
"""Their named arguments that are seen."""
NO_WORDS = re.compile(r"[\W\d_]*", re.UNICODE)


@cache
def in_the_code() -> dict[str, str]:
    found = extract_from_dir(str(APP), keywords=MARKS, strip_comment_tags=True)
    return {message: file for file, _line, message, _comments, _context in found if isinstance(message, str) and message}


@cache
def read(file: Path) -> Catalog:
    with file.open("rb") as text:
        return read_po(text, locale="zh", abort_invalid=True)


def of_app() -> Catalog:
    return read(words.CATALOGUES / "zh" / "LC_MESSAGES" / "app.po")


def of_sim() -> Catalog:
    return read(sim_words.CATALOGUES / "zh" / "LC_MESSAGES" / "sim.po")


def places(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def test_every_message_of_the_app_has_its_chinese() -> None:
    known = {entry.id for of in (of_app(), of_sim()) for entry in of if entry.string}
    assert {message: file for message, file in in_the_code().items() if message not in known} == {}


def test_no_translation_of_the_app_is_left_over() -> None:
    assert [entry.id for entry in of_app() if entry.id and entry.id not in in_the_code()] == []


def test_a_translation_of_the_app_has_the_places_of_its_original_and_is_chinese() -> None:
    assert [entry.id for entry in of_app() if entry.id and places(str(entry.id)) != places(str(entry.string))] == []
    assert [entry.id for entry in of_app() if entry.id and entry.fuzzy] == []
    assert [entry.id for entry in of_app() if entry.id and not re.search(r"[一-鿿；、。：（{]", str(entry.string))] == []


def test_the_app_speaks_its_own_text_and_that_of_sim() -> None:
    with sim_words.speaking("zh"):
        assert words._("Practise now") == "开始练习"
        assert words._("is missing") == "缺失"
    with sim_words.speaking("en"):
        assert words._("Practise now") == "Practise now"


def bare(tree: ast.AST) -> list[str]:
    """Words in the source that a page would show as they are."""
    found = []
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in SPEAKS:
            shown = [*call.args[:1], *(named.value for named in call.keywords if named.arg in SEEN)]
            for each in shown:
                parts = each.values if isinstance(each, ast.JoinedStr) else [each]
                found += [
                    str(part.value)
                    for part in parts
                    if isinstance(part, ast.Constant) and isinstance(part.value, str) and not NO_WORDS.fullmatch(part.value)
                ]
    return found


def test_no_page_shows_words_that_are_not_looked_up() -> None:
    files = [APP / "frame.py", *(APP / "pages").rglob("*.py"), *(APP / "ui").rglob("*.py")]
    assert {file.name: words for file in files if (words := bare(ast.parse(file.read_text("utf-8"))))} == {}


def test_words_that_are_not_looked_up_would_be_found() -> None:
    assert bare(ast.parse('st.title("Hello"); st.button(f"{x} cases", help="More"); st.caption(_("fine")); st.text("—")')) == [
        "Hello",
        " cases",
        "More",
    ]
