"""Single cells of an export."""

# ruff: noqa: DTZ001 - the wall clocks of an export have no zone

import contextlib
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.demand.cells import UnreadableCell, clean, fen, heading, moment, sends_goods_back, yes_no


@pytest.mark.parametrize("cell", ["123", " 123\t", "\t123", '="123"', '"123"', '=""123""', "'123", "\ufeff123", '" 123 "'])
def test_long_numbers_are_freed_of_their_wrapping(cell: str) -> None:
    assert clean(cell) == "123"


def test_a_formula_stays_text() -> None:
    assert clean("=1+1") == "=1+1"
    with pytest.raises(UnreadableCell) as unreadable:
        fen("=1+1")
    assert unreadable.value.cause == "amount_unreadable"


def test_headings_match_across_full_and_half_width() -> None:
    assert heading("卖家真实姓名（新）") == heading(" 卖家真实姓名(新)\t")


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("35", 3500),
        ("35.1", 3510),
        ("0", 0),
        ("1,234.56", 123456),
        ("¥35.00", 3500),
        ("￥35", 3500),
        ("35元", 3500),
        ("0.005", 1),
        ("1e2", 10000),
    ],
)
def test_amounts_are_whole_fen(text: str, amount: int) -> None:
    assert fen(text) == amount


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "amount_absent"),
        ("***", "amount_absent"),
        ("-5.00", "amount_negative"),
        ("abc", "amount_unreadable"),
        ("NaN", "amount_unreadable"),
        ("Infinity", "amount_unreadable"),
        ("1e999999", "amount_too_large"),
    ],
)
def test_what_is_no_amount_says_why(text: str, cause: str) -> None:
    with pytest.raises(UnreadableCell) as unreadable:
        fen(text)
    assert unreadable.value.cause == cause


@given(st.integers(0, 10**10))
def test_no_fen_is_lost(amount: int) -> None:
    assert fen(f"{amount // 100}.{amount % 100:02d}") == amount


@pytest.mark.parametrize(
    "text", ["2025-11-12 00:00:03", "2025/11/12 0:00:03", "2025-11-12T00:00:03", "2025-11-12 00:00:02.6", "2025年11月12日 00:00:03"]
)
def test_times_are_read_as_exports_write_them(text: str) -> None:
    assert moment(text) == datetime(2025, 11, 12, 0, 0, 3)


def test_a_spreadsheets_day_number_is_a_time() -> None:
    assert moment("45973.5") == datetime(2025, 11, 12, 12, 0, 0)


@pytest.mark.parametrize("text", ["yesterday", "2025-13-01 00:00:00", "2025-11-31", "1025-11-12 00:00", "2025-11-12 25:00:00", "=NOW()"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UnreadableCell) as unreadable:
        moment(text)
    assert unreadable.value.cause == "time_unreadable"


@given(st.text(max_size=30))
def test_no_text_breaks_a_cell(text: str) -> None:
    cell = clean(text)
    yes_no(cell)
    sends_goods_back(cell)
    for read in (fen, moment):
        with contextlib.suppress(UnreadableCell):
            assert read(cell) is not None


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("是", 1),
        ("否", 0),
        ("true", 1),
        ("退货退款", 1),
        ("换货", 1),
        ("仅退款", 0),
        ("未发货仅退款", 0),
        ("我要退款(无需退货)", 0),
        ("", -1),
        ("?", -1),
    ],
)
def test_both_columns_tell_whether_goods_come_back(text: str, back: int) -> None:
    assert sends_goods_back(text) == back
