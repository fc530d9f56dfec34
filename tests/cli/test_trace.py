"""One refund's story in the terminal."""

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Command

FEW = Path(__file__).with_name("few-a-day.toml")


@pytest.fixture
def replayed(quick: tuple[str, ...]) -> tuple[str, ...]:
    return quick[:3]


def test_a_story_names_steps_people_times_and_the_end(command: Command, replayed: tuple[str, ...]) -> None:
    result = command("trace", *replayed, "row:0")
    assert result.status == 0
    assert "The buyer files the request." in result.out
    assert "First response" in result.out
    assert "The end:" in result.out
    assert "Money:" in result.out
    assert "agents, regular" in result.out


def test_a_judgement_names_its_rule_and_why(command: Command, replayed: tuple[str, ...]) -> None:
    told = command("trace", *replayed, "row:3").out
    assert "Right now: " in told
    assert re.search(r"rule P[1-4]\.[a-z-]+ · by when: ", told)


def test_what_nobody_can_see_is_said_before_the_first_day(command: Command, replayed: tuple[str, ...]) -> None:
    told = command("trace", *replayed, "row:0").out
    assert told.index("What nobody at the desk can see: The trap in it: ") < told.index("The buyer files the request.")


def test_a_story_of_a_scenario_with_stated_figures(command: Command) -> None:
    result = command("trace", "everyday-apparel", "row:0", "--overlay", FEW)
    assert result.status == 0
    assert "The buyer files the request." in result.out


def test_the_story_is_told_in_chinese(command: Command, replayed: tuple[str, ...]) -> None:
    result = command("--lang", "zh", "trace", *replayed, "row:0")
    assert result.status == 0
    assert "买家提交申请" in result.out
    assert "首次响应" in result.out
    assert "此刻该做：" in result.out


@pytest.mark.parametrize("refund", ["99999999", "row:999999", "row:", "row:-1", "12a", "٣", "9" * 40, "-5"])
def test_a_refund_that_is_none_is_bad_input_with_the_range(command: Command, replayed: tuple[str, ...], refund: str) -> None:
    result = command("trace", *replayed, "--", refund)
    assert result.status == 2
    assert "REFUND" in result.err
    assert "Traceback" not in result.err


def test_a_number_and_its_row_tell_the_same_story(command: Command, replayed: tuple[str, ...]) -> None:
    by_row = command("trace", *replayed, "row:3").out
    number = by_row.splitlines()[0].split()[-1]
    assert command("trace", *replayed, number).out == by_row
