"""The history that ships with the program."""

import csv
import io
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from sim.demand.history import History, formats, read_history
from sim.demand.sample_history import main
from sim.rules.path import Confidence
from sim.shipped import scenarios_folder

FOLDER = scenarios_folder() / "history"


@pytest.fixture(scope="module")
def week() -> History:
    return read_history(FOLDER / "busy-week.csv")


def test_the_shipped_file_is_what_its_module_makes(tmp_path: Path) -> None:
    main(tmp_path / "made.csv")
    assert (tmp_path / "made.csv").read_bytes() == (FOLDER / "busy-week.csv").read_bytes()


def test_it_is_small_and_a_spreadsheet_opens_it() -> None:
    raw = (FOLDER / "busy-week.csv").read_bytes()
    assert len(raw) < 2_500_000
    assert raw.startswith(b"\xef\xbb\xbf")


def test_it_has_the_42_columns_of_the_export() -> None:
    rows = list(csv.reader(io.StringIO((FOLDER / "busy-week.csv").read_text("utf-8-sig"))))
    assert rows[0] == formats()["qianniu"]["columns"]
    assert len(rows[0]) == 42
    assert {len(row) for row in rows} == {42}


def test_nobody_is_in_it() -> None:
    rows = list(csv.DictReader(io.StringIO((FOLDER / "busy-week.csv").read_text("utf-8-sig"))))
    for column in (
        "卖家真实姓名",
        "卖家真实姓名(新)",
        "卖家退货地址",
        "卖家邮编",
        "卖家电话",
        "卖家手机",
        "审核操作人",
        "退款操作人",
        "买家退款说明",
    ):
        assert {row[column] for row in rows} <= {"", "***"}
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", (FOLDER / "busy-week.csv").read_text("utf-8-sig"))


def test_every_row_is_read_and_every_path_is_known(week: History) -> None:
    assert len(week) == 5_000
    assert (week.dropped, week.mended, week.unlisted) == ({}, {}, {})
    assert set(week.column("path")) == {1, 2, 3, 4}
    assert (week.column("confidence") >= Confidence.LIKELY).all()
    assert (week.first.date().isoformat(), week.last.date().isoformat()) == ("2025-11-10", "2025-11-16")


def test_nothing_unshipped_is_filed_behind_the_gate_and_much_right_after_it(week: History) -> None:
    filed = week.column("filed")[week.column("path") == 1]
    assert not ((filed >= np.datetime64("2025-11-11")) & (filed < np.datetime64("2025-11-12"))).any()
    hours = np.bincount((filed - np.datetime64("2025-11-10")).astype("m8[h]").astype(int), minlength=168)
    assert hours[48] == hours.max()
    assert hours[48] > 4 * np.median(hours[72:])
    assert hours[56] > hours[55]


def test_the_path_follows_from_the_columns_it_was_made_from(week: History) -> None:
    settings = tomllib.loads((FOLDER / "busy-week.toml").read_text("utf-8"))
    shares = np.bincount(week.column("path"), minlength=5)[1:] / len(week)
    assert shares == pytest.approx(settings["path_shares"]["value"], abs=0.02)


def test_part_of_path_1_was_refunded_by_a_machine(week: History) -> None:
    automatic = week.column("automatic")
    assert set(week.column("path")[automatic]) == {1}
    assert 0.1 < automatic.sum() / (week.column("path") == 1).sum() < 0.3


def test_every_figure_behind_it_has_a_source_and_a_grade() -> None:
    settings = tomllib.loads((FOLDER / "busy-week.toml").read_text("utf-8"))
    for name, table in settings.items():
        assert table["grade"] in "AHMLP", name
        assert table["source"], name
