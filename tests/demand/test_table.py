"""Files of a shop as tables: encodings, packing, and every way in which a file as a whole cannot be used."""

import contextlib
import gzip
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.demand import table as tables
from sim.demand.table import read_table
from sim.errors import BadInput

TEXT = "订单编号,退款原因\r\n1,不想要\r\n\r\n2,质量问题\r\n"


def written(tmp_path: Path, raw: bytes, name: str = "file.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(raw)
    return path


def refusal(path: Path) -> BadInput:
    with pytest.raises(BadInput) as caught:
        read_table(path)
    assert caught.value.file == str(path)
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_every_encoding_of_the_trade_gives_the_same_table(tmp_path: Path, encoding: str) -> None:
    table = read_table(written(tmp_path, TEXT.encode(encoding)))
    assert table.heading == ("订单编号", "退款原因")
    assert table.rows == ((2, ("1", "不想要")), (4, ("2", "质量问题")))


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_the_separator_is_found_in_the_heading(tmp_path: Path, separator: str) -> None:
    assert read_table(written(tmp_path, TEXT.replace(",", separator).encode())).rows[1] == (4, ("2", "质量问题"))


def test_a_gzipped_table_is_unpacked(tmp_path: Path) -> None:
    assert len(read_table(written(tmp_path, gzip.compress(TEXT.encode()), "file.csv.gz")).rows) == 2


def test_a_row_over_two_lines_counts_from_its_first(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, b'a,b\n1,"x\ny"\n2,z\n'))
    assert [line for line, _ in table.rows] == [2, 4]


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xef\xbb\xbf", b" \r\n\r\n", gzip.compress(b"", mtime=0), b",,,\n,,,\n", "\ufeff".encode("utf-16")],
    ids=["nothing", "mark", "blank", "gzip", "commas", "utf-16"],
)
def test_an_empty_file_is_called_empty(tmp_path: Path, raw: bytes) -> None:
    assert "empty" in str(refusal(written(tmp_path, raw)))


def test_a_file_cut_off_in_a_row_is_told_with_its_line(tmp_path: Path) -> None:
    error = refusal(written(tmp_path, b"a,b,c\n1,2,3\n4,5"))
    assert "cut off" in str(error)
    assert error.line == 3


def test_a_last_row_without_a_line_end_is_whole(tmp_path: Path) -> None:
    assert len(read_table(written(tmp_path, b"a,b,c\n1,2,3\n4,5,6")).rows) == 2


def test_a_file_cut_off_inside_quotes_is_told(tmp_path: Path) -> None:
    assert "quote" in str(refusal(written(tmp_path, b'a,b\n1,2\n3,"four')))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_file_cut_off_in_a_character_is_told(tmp_path: Path, encoding: str) -> None:
    raw = "订单编号,退款原因\n1,不想要".encode(encoding)[:-1]
    assert "middle of a character" in str(refusal(written(tmp_path, raw)))


def test_a_gzip_file_cut_off_is_told(tmp_path: Path) -> None:
    assert "cut off" in str(refusal(written(tmp_path, gzip.compress(TEXT.encode() * 500)[:-20])))


def test_a_damaged_gzip_file_is_told(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(TEXT.encode() * 500))
    packed[20:30] = b"\xff" * 10
    assert "gzip" in str(refusal(written(tmp_path, bytes(packed))))


def test_a_wrong_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    error = refusal(written(tmp_path, "订单编号\n".encode() + b"\xff\xff\xff\n"))
    assert error.line == 2
    assert "GB18030" in str(error)


def test_a_zip_bomb_is_refused_before_it_fills_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "LARGEST", 100_000)
    assert "unpacks" in str(refusal(written(tmp_path, gzip.compress(b"a,b\n" + b"0,0\n" * 100_000))))


def test_a_workbook_bomb_is_refused_unopened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "LARGEST", 100_000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * 200_000)
    assert "unpacks" in str(refusal(written(tmp_path, packed.getvalue(), "bomb.xlsx")))


def test_too_large_a_file_is_not_even_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "LARGEST", 10)
    assert "too large" in str(refusal(written(tmp_path, TEXT.encode())))


def test_an_old_excel_file_is_named(tmp_path: Path) -> None:
    assert ".xls" in str(refusal(written(tmp_path, b"\xd0\xcf\x11\xe0" + bytes(100), "old.xls")))


def test_a_missing_file_names_the_one_that_was_meant(tmp_path: Path) -> None:
    written(tmp_path, b"a\n1\n", "refunds.csv")
    assert refusal(tmp_path / "refund.csv").nearest == "refunds.csv"


def test_a_folder_is_not_a_table(tmp_path: Path) -> None:
    refusal(tmp_path)


def test_a_workbook_is_read_as_text_and_its_formulas_are_not_worked_out(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["订单编号", "金额", "时间"])
    book.active.append([12345, 35.5, "2025-11-12 00:00:03"])
    book.active.append([None, None, None])
    book.active.append(["2", "=1+1", None])
    book.save(tmp_path / "book.xlsx")
    assert read_table(tmp_path / "book.xlsx").rows == ((2, ("12345", "35.5", "2025-11-12 00:00:03")), (4, ("2", "=1+1", "")))


def test_a_damaged_workbook_is_told(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "book.xlsx")
    raw = (tmp_path / "book.xlsx").read_bytes()
    assert "XLSX" in str(refusal(written(tmp_path, raw[: len(raw) // 2], "book.xlsx")))


@given(st.binary(max_size=300))
def test_no_bytes_end_in_anything_but_a_table_or_a_refusal(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = written(tmp_path_factory.getbasetemp(), raw)
    with contextlib.suppress(BadInput):
        assert read_table(path).heading
