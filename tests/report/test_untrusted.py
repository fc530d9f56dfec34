import pytest

from sim.report.untrusted import harmless, in_a_line


@pytest.mark.parametrize(
    "hostile", ["\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "a\rb", "\x9b31m", "abc\u202egnp.exe", "\u2066x\u2069", "\x00", "\x7f", "\ud800"]
)
def test_no_character_that_drives_a_terminal_is_left(hostile: str) -> None:
    shown = harmless(hostile)
    assert shown.isprintable()
    shown.encode("utf-8")


def test_ordinary_text_stays_as_it_is() -> None:
    text = "7天无理由 · “Ship” [red] <b> 100 %"
    assert harmless(text) == text


def test_lines_are_kept_or_joined_and_long_text_is_cut() -> None:
    assert harmless("a\nb") == "a\nb"
    assert in_a_line("a\nb") == "a␊b"
    assert len(harmless("x" * 10_000)) == 2_000
