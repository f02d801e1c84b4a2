"""Records of a table, whether it is text with a separator or a sheet of a workbook, each with its line."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, datetime, timedelta
from itertools import accumulate, islice
from typing import Any

import openpyxl

from oracle.sources.content import PARSED_BYTES_MAX, Content, oversize
from oracle.sources.xml_stream import stream_xml
from settlement.domain.findings import Finding, quote

CHUNK = 1 << 16
_LINE_END = re.compile(r"\r\n|\r|\n")
ROWS_MAX = 1_048_576
COLUMNS_MAX = 1_024
HALF_SECOND = timedelta(milliseconds=500)
Record = tuple[int, list[str]]
Chunk = tuple[Sequence[int], list[list[str]]]


class Unreadable(Exception):  # noqa: N818 - a defect of the file, turned into a finding where it is caught
    """What keeps a file from being read at all."""

    def __init__(self, name: str, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.finding = Finding(name, line, sentence)


def text_records(content: Content, separator: str) -> Iterator[Record]:
    """Records that are not empty, with the line on which each ends. Raises Unreadable."""
    for lines, rows in text_chunks(content, separator):
        yield from zip(lines, rows, strict=True)


def text_chunks(content: Content, separator: str) -> Iterator[Chunk]:
    """The same, some ten thousand records at a time. Raises Unreadable."""
    text = content.text()
    if isinstance(text, Finding):
        raise Unreadable(text.file, text.line, text.sentence)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 0
    while True:
        try:
            rows = list(islice(reader, CHUNK))
        except csv.Error as error:
            raise Unreadable(content.name, reader.line_num, f"not readable as a table: {error}") from error
        if not rows:
            return
        lines: Sequence[int] = range(line + 1, line + len(rows) + 1)
        if reader.line_num != line + len(rows):
            lines = list(accumulate(map(_lines_of, rows), initial=line))[1:]
        line = reader.line_num
        if not all(map(_filled, rows)):
            kept = [pair for pair in zip(lines, rows, strict=True) if _filled(pair[1])]
            lines, rows = [pair[0] for pair in kept], [pair[1] for pair in kept]
        if rows:
            yield lines, rows


def _lines_of(row: list[str]) -> int:
    """Lines that a record covers: cells in quotation marks may hold line ends."""
    return 1 + sum(len(_LINE_END.findall(cell)) for cell in row)


def _filled(row: list[str]) -> bool:
    return len(row) > 1 or (len(row) == 1 and bool(row[0].strip()))


def places_of(name: str, line: int, header: list[str], columns: Sequence[str]) -> list[int]:
    """Position of each column in a header. Raises Unreadable where one is missing."""
    missing = [column for column in columns if column not in header]
    if missing:
        raise Unreadable(name, line, f"the header has no column {', '.join(missing)}")
    return [header.index(column) for column in columns]


def sheet_chunks(content: Content, sheet: str | None) -> Iterator[Chunk]:
    """Rows of a sheet, some ten thousand at a time. Raises Unreadable."""
    records = sheet_records(content, sheet)
    while block := list(islice(records, CHUNK)):
        yield [line for line, _ in block], [record for _, record in block]


def sheet_names(content: Content) -> list[str]:
    """The sheets of a workbook, out of its list of contents alone. Raises Unreadable."""
    _require_harmless(content)
    names: list[str] = []
    try:
        with zipfile.ZipFile(io.BytesIO(content.raw)) as archive:
            listing = Content(content.name, archive.read("xl/workbook.xml"))
    except Exception as error:  # as below: whatever a damaged archive happens to break
        raise Unreadable(content.name, 1, _damaged(error)) from error
    found = stream_xml(listing, {"sheet"}, lambda element: names.append(element.get("name", "")))
    if isinstance(found, Finding):
        raise Unreadable(found.file, found.line, found.sentence)
    return names


def sheet_records(content: Content, sheet: str | None) -> Iterator[Record]:
    """Rows of a sheet (the first by default) as texts, with their numbers. Raises Unreadable.

    A number is the shortest decimal that gives the cell's own, which is what its sender typed; a moment is
    ISO text.
    """
    with _workbook(content) as book:
        if sheet is not None and sheet not in book.book.sheetnames:
            raise Unreadable(content.name, 1, f"the workbook has no sheet {quote(sheet)}")
        found = book.book[sheet] if sheet is not None else book.book.worksheets[0]
        rows = found.iter_rows(values_only=True, max_row=ROWS_MAX, max_col=COLUMNS_MAX)
        for number, row in enumerate(_guarded(content, rows), start=1):
            if row[-1] is not None:
                sentence = f"the sheet has {COLUMNS_MAX} columns or more: split it"
                raise Unreadable(content.name, number, sentence)
            if cells := _trimmed(row):
                yield number, cells


def _trimmed(row: tuple[object, ...]) -> list[str]:
    """The cells as texts, without the blank ones at the end that every row is filled up with."""
    left = len(row) - row.count(None)
    cells = []
    for cell in row:
        if left == 0:
            break
        left -= cell is not None
        cells.append(_text(cell))
    return cells


@dataclass(slots=True)
class _workbook:  # noqa: N801 - used like a function
    """Opens a workbook for reading; every way in which one can be damaged becomes Unreadable."""

    content: Content
    book: Any = None

    def __enter__(self) -> "_workbook":
        _require_harmless(self.content)
        try:
            stream = io.BytesIO(self.content.raw)
            self.book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
            worksheets = self.book.worksheets
        except Exception as error:  # the library raises whatever a damaged part happens to break
            raise Unreadable(self.content.name, 1, _damaged(error)) from error
        if not worksheets:
            raise Unreadable(self.content.name, 1, "the workbook has no sheet")
        return self

    def __exit__(self, *exception: object) -> None:
        self.book.close()


def _guarded(content: Content, rows: Iterator[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    while True:
        try:
            row = next(rows, None)
        except Exception as error:  # as above: a damaged sheet shows when it is read
            raise Unreadable(content.name, 1, _damaged(error)) from error
        if row is None:
            return
        yield row


def _require_harmless(content: Content) -> None:
    """Refuse what unpacks too large, and parts with a document type, which no workbook needs."""
    try:
        with zipfile.ZipFile(io.BytesIO(content.raw)) as archive:
            sentence = oversize(archive.infolist(), PARSED_BYTES_MAX)
            if sentence is None:
                for info in archive.infolist():
                    if info.filename.endswith((".xml", ".rels")):
                        with archive.open(info) as part:
                            head = part.read(4096)
                        if b"<!" in head.replace(b"<!--", b"") or b"\x00" in head:
                            sentence = (
                                "a part of the workbook has a document type or is no UTF-8: save it anew"
                            )
    except Exception as error:  # as above
        raise Unreadable(content.name, 1, _damaged(error)) from error
    if sentence is not None:
        raise Unreadable(content.name, 1, sentence)


def _damaged(error: Exception) -> str:
    return f"the workbook is damaged ({type(error).__name__}): open it and save it anew"


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return _to_minute(cell).isoformat(timespec="seconds")
    # repr of a number is the shortest text that gives it back: the decimal that was typed.
    return cell.strip() if isinstance(cell, str) else repr(cell)


def _to_minute(moment: datetime) -> datetime:
    """Sheets count time in fractions of a day, which may lie some milliseconds beside the minute."""
    return moment + HALF_SECOND if moment.year < MAXYEAR else moment
