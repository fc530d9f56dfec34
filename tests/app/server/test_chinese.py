"""The font for machines without Chinese: it has every character that we write, and is made once."""

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from sim.report.font import CHINESE_RANGE
from tests.app.server.conftest import ROOT, Served
from trainer_app.serving import chinese, settings


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("fonts") / f"{chinese.name()}.woff"
    chinese.cut_into(file)
    return file


def test_every_chinese_character_of_ours_is_in_it(cut: Path) -> None:
    held = set(TTFont(cut).getBestCmap())
    for file in (ROOT / "sim/locales/zh/LC_MESSAGES/sim.po", ROOT / "trainer_app/training/words.toml", ROOT / "scenarios/618.toml"):
        assert {ord(character) for character in file.read_text("utf-8") if ord(character) >= 0x2E80} <= held
    assert {ord(character) for character in "赵钱孙李退款台，。：（）"} <= held
    assert len(chinese.everyday()) == len(set(chinese.everyday())) == 3_755


def test_it_is_small_enough_to_be_fetched_in_a_moment(cut: Path) -> None:
    assert cut.stat().st_size < 1_000_000


def test_it_is_served_for_ever_under_the_name_of_its_content(stand_in: Served) -> None:
    answer = stand_in.ask(chinese.ROUTE.format(name=chinese.name()))
    assert answer.status == 200
    assert answer.body[:4] == b"wOFF"
    assert answer.headers["content-type"] == "font/woff"
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("name", ["chinese-0", "..%2f..%2fapp.sqlite3", "%2e%2e"])
def test_no_other_file_is_served_there(stand_in: Served, name: str) -> None:
    answer = stand_in.ask(chinese.ROUTE.format(name=name))
    assert answer.status in (400, 404)
    assert b"SQLite" not in answer.body


def test_a_font_that_is_there_is_not_cut_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFUND_DESK_HOME", str(tmp_path))
    kept = tmp_path / "fonts" / f"{chinese.name()}.woff"
    kept.parent.mkdir()
    kept.write_bytes(b"there")
    assert chinese.font() == kept
    assert kept.read_bytes() == b"there"


def test_a_folder_that_cannot_be_written_gives_no_font_and_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "fonts"
    blocked.write_text("a file where the folder would be")
    monkeypatch.setenv("REFUND_DESK_HOME", str(tmp_path))
    assert chinese.font() is None


def test_other_characters_are_another_font(monkeypatch: pytest.MonkeyPatch) -> None:
    before = chinese.name()
    chinese.name.cache_clear()
    monkeypatch.setattr(chinese, "characters", lambda: "一")
    try:
        assert chinese.name() != before
    finally:
        chinese.name.cache_clear()


def test_a_page_is_told_of_it_by_a_script_that_is_asked_for_anew_each_time(stand_in: Served) -> None:
    answer = stand_in.ask(chinese.SCRIPT)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    assert chinese.ROUTE.format(name=chinese.name()) in answer.body.decode()
    assert f'src="{chinese.SCRIPT}"' in stand_in.ask("/").body.decode()


def test_it_is_the_first_of_the_fonts_and_for_chinese_only() -> None:
    assert settings.FONTS[0] == settings.CODE_FONTS[0] == chinese.FAMILY
    assert CHINESE_RANGE in chinese.script()
