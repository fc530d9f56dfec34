"""A file of a shop, made a table of text: CSV (also gzipped) in UTF-8, UTF-16 or GB18030, or XLSX. Nothing in it is ever evaluated."""

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import BadInput, msgid, nearest_name

LARGEST = 200 * 2**20
"""Most bytes of a table once unpacked; more is refused before it fills the memory."""


AT_MOST = msgid("at most 200 MB once unpacked; split a larger file by months")
A_TABLE = msgid("a heading and at least one row")


@dataclass(frozen=True)
class Table:
    """heading: the first row that is not blank; rows: (line in the file, cells as text), blank rows left out."""

    file: str
    heading: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_table(path: str | Path) -> Table:
    """Read a whole table.

    Raises BadInput: no such file, empty, more than 200 MB unpacked, cut off in the middle, neither UTF-8 nor GB18030 text, a quote
    that is never closed, an old .xls, a broken or protected XLSX.
    """
    file = str(path)
    packed = _bytes(Path(path))
    if not packed.strip(b"\xef\xbb\xbf \t\r\n\x00"):
        raise BadInput("the file is empty", file=file, allowed=A_TABLE)
    if packed.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadInput(
            "an old Excel file (.xls) or a protected one", file=file, allowed=msgid("CSV, CSV in gzip, or XLSX without a password")
        )
    if packed.startswith(b"PK\x03\x04"):
        return _table(file, _workbook_rows(file, packed))
    raw = _unzipped(file, packed) if packed.startswith(b"\x1f\x8b") else packed
    text = _text(file, raw)
    if not text.strip("\ufeff\x00").strip():
        raise BadInput("the file is empty", file=file, allowed=A_TABLE)
    return _table(file, _text_rows(file, text))


def stamp(path: Path) -> tuple[Path, int, int]:
    """The path with what tells one version of the file from the next."""
    try:
        stat = path.stat()
    except OSError:
        return path, 0, 0  # reading it says what is wrong
    return path, stat.st_mtime_ns, stat.st_size


def _table(file: str, rows: Iterator[tuple[int, tuple[str, ...]]]) -> Table:
    kept = [(line, cells) for line, cells in rows if any(cell.strip() for cell in cells)]
    if not kept:
        raise BadInput("the file is empty", file=file, allowed=A_TABLE)
    return Table(file, kept[0][1], tuple(kept[1:]))


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput("the file is too large", file=path, allowed=AT_MOST)
        return path.read_bytes()
    except FileNotFoundError:
        beside = path.parent.iterdir() if path.parent.is_dir() else ()
        raise BadInput("there is no such file", file=path, nearest=nearest_name(path.name, [each.name for each in beside])) from None
    except OSError as error:
        raise BadInput("the file cannot be read: {why}", file=path, why=error.strerror) from None


def _unzipped(file: str, packed: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as stream:
            raw = stream.read(LARGEST + 1)
    except EOFError:
        raise BadInput("the gzip file is cut off: its end is missing", file=file) from None
    except (OSError, zlib.error) as error:
        raise BadInput("the gzip file is damaged: {why}", file=file, why=error) from None
    if len(raw) > LARGEST:
        raise BadInput("the gzip file unpacks to more than it may", file=file, allowed=AT_MOST)
    return raw


def _text(file: str, raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return raw.decode("utf-16")
        except UnicodeDecodeError:
            raise BadInput("the UTF-16 text is cut off or damaged", file=file) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        broken = error
    if broken.reason == "unexpected end of data" and len(raw) - broken.start < 4 and any(byte > 127 for byte in raw[: broken.start]):
        raise BadInput("the file is cut off in the middle of a character", file=file, line=raw.count(b"\n", 0, broken.start) + 1)
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError as error:
        if "incomplete" in error.reason and len(raw) - error.start < 4:
            raise BadInput("the file is cut off in the middle of a character", file=file, line=raw.count(b"\n") + 1) from None
        line = raw.count(b"\n", 0, max(error.start, broken.start)) + 1
        raise BadInput(
            "the text is neither UTF-8 nor GB18030", file=file, line=line, allowed=msgid("CSV in UTF-8 or GB18030 (GBK)")
        ) from None


def _text_rows(file: str, text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    first = next(line for line in text.splitlines() if line.strip())
    delimiter = max(",\t;", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    width, line = 0, 1
    try:
        for cells in reader:
            if not width and any(cell.strip() for cell in cells):
                width = len(cells)
            ends_here = len(cells) < width and any(cell.strip() for cell in cells) and not text.endswith(("\n", "\r"))
            if ends_here and reader.line_num >= text.count("\n") + 1:
                raise BadInput(
                    "the file is cut off: its last row has {cells} of {width} cells", file=file, line=line, cells=len(cells), width=width
                )
            yield line, tuple(cells)
            line = reader.line_num + 1
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            raise BadInput("the file is cut off inside quotes, or a quote is never closed", file=file, line=line) from None
        raise BadInput("the row is not CSV: {why}", file=file, line=line, why=error) from None


def _workbook_rows(file: str, packed: bytes) -> Iterator[tuple[int, tuple[str, ...]]]:
    try:
        import openpyxl
    except ImportError:
        raise BadInput("XLSX needs the package openpyxl", file=file, allowed=msgid("CSV, or: pip install openpyxl")) from None
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as parts:
            if sum(part.file_size for part in parts.infolist()) > LARGEST:
                raise BadInput("the XLSX file unpacks to more than it may", file=file, allowed=AT_MOST)
        book = openpyxl.load_workbook(io.BytesIO(packed), read_only=True, data_only=False, keep_links=False)
        sheet: Any = book.worksheets[0]
        sheet.reset_dimensions()  # a stated size may be wrong
        rows = [tuple(_cell_text(cell) for cell in cells) for cells in sheet.iter_rows(values_only=True)]
        book.close()
    except BadInput:
        raise
    except Exception as error:  # openpyxl lets whatever it stumbles over through: BadZipFile, KeyError, ParseError, IndexError …
        raise BadInput("the XLSX file is cut off or damaged ({why})", file=file, why=type(error).__name__) from None
    width = max((len(cells) for cells in rows), default=0)
    yield from ((line, cells + ("",) * (width - len(cells))) for line, cells in enumerate(rows, start=1))


def _cell_text(value: Any) -> str:
    """A cell as a CSV would show it; a formula stays the text it is."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(getattr(value, "text", value))  # a formula over several cells is an object that holds its text
