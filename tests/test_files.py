"""A result is there as a whole or not at all."""

import os
from pathlib import Path

import pytest

from sim import files
from sim.errors import BadInput
from sim.files import check_folder, write_together


def test_files_are_written_and_nothing_else_is_left(tmp_path: Path) -> None:
    write_together(tmp_path / "a" / "b", {"one.txt": b"1", "two.txt": b"2"}, "--out")
    assert sorted(file.name for file in (tmp_path / "a" / "b").iterdir()) == ["one.txt", "two.txt"]
    assert (tmp_path / "a" / "b" / "one.txt").read_bytes() == b"1"


def test_other_files_in_the_folder_stay(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "one.txt").write_text("old")
    write_together(tmp_path, {"one.txt": b"new"}, "--out")
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert (tmp_path / "one.txt").read_text() == "new"


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_stops_the_writing_leaves_everything_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    (tmp_path / "one.txt").write_text("old")
    written: list[int] = []

    def full_at_the_second(handle: int) -> None:
        written.append(handle)
        if len(written) == 2:
            raise error

    monkeypatch.setattr(files.os, "fsync", full_at_the_second)
    with pytest.raises(type(error)):
        write_together(tmp_path, {"one.txt": b"new", "two.txt": b"2"}, "--out")
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"one.txt": "old"}


def test_a_file_in_the_place_of_the_folder_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(BadInput, match="is a file, not a folder"):
            check_folder(folder, "--out")


def test_a_folder_in_the_place_of_a_file_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "one.txt").mkdir()
    with pytest.raises(BadInput, match="is a folder where a file is to be written"):
        write_together(tmp_path, {"one.txt": b""}, "--out")


def test_a_folder_that_cannot_be_written_is_bad_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files.tempfile, "mkstemp", refuse)
    with pytest.raises(BadInput, match="cannot be written"):
        check_folder(tmp_path, "--out")
    with pytest.raises(BadInput, match="cannot be written"):
        write_together(tmp_path, {"one.txt": b""}, "--out")


def test_looking_at_a_folder_makes_nothing(tmp_path: Path) -> None:
    check_folder(tmp_path / "new" / "deeper", "--out")
    assert list(tmp_path.iterdir()) == []


def test_a_result_may_be_read_by_whom_the_mask_allows(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_together(tmp_path, {"one.txt": b""}, "--out")
    finally:
        os.umask(before)
    assert (tmp_path / "one.txt").stat().st_mode & 0o777 == 0o644
