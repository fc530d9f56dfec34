from datetime import UTC, date, datetime

import pytest

from sim.report import format
from sim.words import speaking


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (0, "0 s", "0 秒"),
        (59.6, "1 min", "1 分钟"),
        (125, "2 min 5 s", "2 分 5 秒"),
        (3_599.6, "1 h", "1 小时"),
        (86_400, "24 h", "24 小时"),
        (129_600, "36 h", "36 小时"),
        (200_000, "2 d 8 h", "2 天 8 小时"),
        (-61, "−1 min 1 s", "−1 分 1 秒"),
        (None, "–", "–"),
        (float("nan"), "–", "–"),
    ],
)
def test_a_duration_is_told_in_its_two_largest_units(seconds: float | None, english: str, chinese: str) -> None:
    with speaking("en"):
        assert format.duration(seconds) == english
    with speaking("zh"):
        assert format.duration(seconds) == chinese


@pytest.mark.parametrize(
    ("part", "text"),
    [(0, "0 %"), (1, "100 %"), (0.953, "95.3 %"), (0.0042, "0.42 %"), (0.00005, "<0.01 %"), (0.99997, ">99.9 %"), (None, "–")],
)
def test_a_share_is_never_rounded_to_none_or_all(part: float | None, text: str) -> None:
    with speaking("en"):
        assert format.share(part) == text


@pytest.mark.parametrize(("hours", "text"), [(12.5, "12.5 h"), (0, "0.0 h"), (0.01, "36 s"), (-0.02, "−1 min 12 s"), (0.05, "0.1 h")])
def test_a_little_time_is_not_told_as_none(hours: float, text: str) -> None:
    with speaking("en"):
        assert format.hours(hours) == text


def test_money_carries_its_unit() -> None:
    with speaking("en"):
        assert format.money(3_500) == "35.00 yuan"
        assert format.money(123_456_78) == "123,457 yuan"
        assert format.money(0) == "0 yuan"
    with speaking("zh"):
        assert format.money(3_500) == "35.00 元"


def test_days_are_named_as_people_name_them() -> None:
    with speaking("en"):
        assert format.day_named(date(2025, 11, 12)) == "Wed 12 Nov"
    with speaking("zh"):
        assert format.day_named(date(2025, 11, 12)) == "11月12日 周三"
        assert format.moment(datetime(2025, 11, 12, 2, 0, tzinfo=UTC)) == "11月12日 02:00"
