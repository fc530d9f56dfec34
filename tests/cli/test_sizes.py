"""`run --sizes`: the doubt about how large a sale will be, beside the luck."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.cli.test_forecast import FEW_ORDERS

UNSURE = """[demand.orders]
spread = 0.4
[demand.orders.sales.main]
date = 2025-11-11
orders = 120.0
"""


@pytest.fixture
def unsure(tmp_path: Path) -> Path:
    path = tmp_path / "unsure.toml"
    path.write_text(UNSURE, "utf-8")
    return path


def test_the_range_over_sizes_stands_in_the_document(command: Command, unsure: Path) -> None:
    result = command("run", FEW_ORDERS, "--overlay", unsure, "--sizes", 4, "--engine", "simpy", "--json")
    document = json.loads(result.out)
    over = document["sizes"]
    assert over["count"] == 4
    assert over["spread"] == 0.4
    cost = over["kpis"]["total_cost"]
    assert cost["low"] < cost["high"]


@pytest.mark.parametrize(("language", "title"), [("en", "If the sale is smaller or larger"), ("zh", "大促比预期小或大时")])
def test_the_range_is_shown_in_the_terminal_and_on_the_page(
    command: Command, unsure: Path, tmp_path: Path, language: str, title: str
) -> None:
    out = tmp_path / "out"
    result = command("--lang", language, "run", FEW_ORDERS, "--overlay", unsure, "--sizes", 3, "--engine", "simpy", "--out", out)
    assert title in result.out
    assert title in (out / "index.html").read_text("utf-8")


def test_where_there_is_no_doubt_it_is_refused_before_anything_runs(command: Command) -> None:
    result = command("run", FEW_ORDERS, "--sizes", 3)
    assert result.status == 2
    assert "demand.orders.spread" in result.err


@pytest.mark.parametrize("word", ["-1", "many", "1.5"])
def test_a_number_of_sizes_that_is_none_is_told(command: Command, word: str) -> None:
    result = command("run", FEW_ORDERS, f"--sizes={word}")
    assert result.status == 2
    assert "--sizes" in result.err
