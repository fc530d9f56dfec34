"""Text from files is shown and never obeyed: no markup, no HTML, no control characters."""

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Command

TITLE = r"[red]markup[/red] <script>alert(1)</script> \u001B[31mred\u001B[0m \u202Eback"


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    overlay = tmp_path / "hostile.toml"
    overlay.write_text(
        f'title = "{TITLE}"\n[policy]\nrefresh = {{ value = "0 s", source = "{TITLE}", grade = "P" }}\n',
        "utf-8",
    )
    return overlay


def test_terminal_and_page_show_hostile_text_as_text(command: Command, quick: tuple[str, ...], hostile: Path, tmp_path: Path) -> None:
    result = command("run", *quick, "--overlay", hostile, "--out", tmp_path / "out")
    assert result.status == 0
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert "[red]markup[/red]" in result.out
    assert "[red]markup[/red]" in page
    for text in (result.out, result.err, page):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_nothing_in_the_page_can_run_or_be_fetched(command: Command, quick: tuple[str, ...], tmp_path: Path) -> None:
    assert command("run", *quick, "--out", tmp_path).status == 0
    page = (tmp_path / "index.html").read_text("utf-8")
    assert "default-src 'none'" in page
    assert not re.search(r"<(script|link|iframe|object|embed|img|base|form)\b", page)
    assert not re.search(r"\son[a-z]+=", page)
    outside = set(re.findall(r"https?://[^\s\"'<)]+", page)) - {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert outside == set()
    assert re.findall(r"url\((?!data:|#)", page) == []


def test_an_error_about_hostile_text_stays_on_its_line(command: Command, tmp_path: Path) -> None:
    overlay = tmp_path / "bad.toml"
    overlay.write_text('[policy]\nline_order = "x\\u001B[2J\\nfake.toml: all is well"\n', "utf-8")
    result = command("check", "busy-week", "--overlay", overlay)
    assert result.status == 2
    assert "\x1b" not in result.err
    assert len(result.err.strip().splitlines()) == 1


def test_a_hostile_word_of_the_command_line_is_shown_as_text(command: Command) -> None:
    result = command("check", "\x1b[31m[bold]no\nsuch")
    assert result.status == 2
    assert "\x1b" not in result.err
    assert "[bold]" in result.err
