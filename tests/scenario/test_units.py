"""Quantities as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import BadInput
from sim.scenario.units import parse_duration, parse_money, parse_time


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30 min", 1800),
        ("4 h", 14400),
        ("5 d", 432000),
        ("20 s", 20),
        ("1.5 h", 5400),
        ("4.2 h", 15120),
        ("30分钟", 1800),
        ("4 小时", 14400),
        ("5 天", 432000),
        ("20 秒", 20),
        ("2 hours", 7200),
        ("0 s", 0),
    ],
)
def test_a_duration_is_read_in_english_and_chinese_units(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


def test_half_a_second_is_rounded_up_and_never_truncated() -> None:
    assert [parse_duration(text) for text in ("0.4 s", "0.5 s", "1.5 s", "99.99 s")] == [0, 1, 2, 100]


@pytest.mark.parametrize(
    ("text", "fen"), [("50 yuan", 5000), ("50 元", 5000), ("50元", 5000), ("12.50 yuan", 1250), ("7 fen", 7), ("0 yuan", 0)]
)
def test_money_is_read_in_fen(text: str, fen: int) -> None:
    assert parse_money(text) == fen


@pytest.mark.parametrize(("text", "seconds"), [("08:00", 28800), ("8:00", 28800), ("24:00", 86400), ("00:00", 0), ("16:30", 59400)])
def test_a_time_of_day_is_read_as_seconds_after_midnight(text: str, seconds: int) -> None:
    assert parse_time(text) == seconds


@pytest.mark.parametrize("bare", [30, 1.5, "30", "1.5"])
def test_a_bare_number_is_refused_because_its_unit_is_anybody_s_guess(bare: object) -> None:
    for parse in (parse_duration, parse_money):
        with pytest.raises(BadInput, match="bare number"):
            parse(bare)


@pytest.mark.parametrize(
    ("text", "nearest"), [("30 mins", "min"), ("2 huors", "hours"), ("5 dya", "day"), ("1 m", "min"), ("3 小", "小时")]
)
def test_an_unknown_unit_is_refused_with_the_nearest(text: str, nearest: str) -> None:
    with pytest.raises(BadInput, match="unknown unit") as caught:
        parse_duration(text)
    assert caught.value.nearest == nearest


def test_a_unit_of_money_is_no_unit_of_time() -> None:
    with pytest.raises(BadInput, match="unknown unit"):
        parse_duration("5 yuan")
    with pytest.raises(BadInput, match="unknown unit"):
        parse_money("5 h")


@pytest.mark.parametrize("parse", [parse_duration, parse_money])
@pytest.mark.parametrize("text", ["", " ", "h", "1,5 h", "1..5 h", "NaN h", "1e3 s", "1 h 30 min", None, True, []])
def test_what_is_no_quantity_is_refused(parse: object, text: object) -> None:
    assert callable(parse)
    with pytest.raises(BadInput):
        parse(text)


def test_negative_amounts_are_refused() -> None:
    for parse, text in ((parse_duration, "-2 h"), (parse_money, "-2 yuan")):
        with pytest.raises(BadInput, match="negative"):
            parse(text)


def test_fractions_of_a_fen_and_absurd_sizes_are_refused() -> None:
    with pytest.raises(BadInput, match="one fen"):
        parse_money("1.005 yuan")
    with pytest.raises(BadInput, match="more than"):
        parse_money("99999999999 yuan")
    with pytest.raises(BadInput, match="ten years"):
        parse_duration("99999 d")


@pytest.mark.parametrize("text", ["25:00", "24:01", "08:60", "8", "8.30", "-1:00", "0800", 8, None])
def test_what_is_no_time_of_day_is_refused(text: object) -> None:
    with pytest.raises(BadInput, match="not a time of day"):
        parse_time(text)


@given(st.integers(0, 10**6))
def test_whole_seconds_come_back_unchanged(seconds: int) -> None:
    assert parse_duration(f"{seconds} s") == parse_duration(f" {seconds}秒 ") == seconds


@given(st.integers(0, 2**31 - 1))
def test_every_amount_in_fen_can_be_written_in_yuan(fen: int) -> None:
    assert parse_money(f"{fen // 100}.{fen % 100:02d} yuan") == fen


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none()))
def test_no_text_at_all_makes_a_traceback(anything: object) -> None:
    for parse in (parse_duration, parse_money, parse_time):
        told = "nothing to tell"
        try:
            assert parse(anything) >= 0
        except BadInput as error:
            told = str(error)
        assert told
