"""Reading a comma-separated file, plain or gzipped, with every defect as a finding."""

import csv
import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from oracle.sources.content import TooLarge, gunzip
from settlement.domain.findings import Finding, quote


@dataclass(frozen=True, slots=True)
class Row:
    """The wanted cells of a row in the order of the wanted columns, and its line (header = 1)."""

    line: int
    cells: tuple[str, ...]


def locate(path: Path, names: Sequence[str]) -> tuple[Path, list[Finding]]:
    """The file itself, or the first of `names` that the folder holds."""
    if path.is_file():
        return path, []
    if not path.is_dir():
        return path, [Finding(path.name, 1, "the file or folder does not exist")]
    found = [path / name for name in names if (path / name).is_file()]
    if found:
        return found[0], []
    return path, [Finding(path.name, 1, f"the folder holds no {' and no '.join(names)}")]


def read_table(
    path: Path, columns: Sequence[str], others: bool, optional: Sequence[str] = ()
) -> tuple[list[Row], list[Finding]]:
    """Rows below a header that names all `columns`, in any order; empty lines are ignored.

    UTF-8, optional BOM, LF or CRLF, comma separated. `others` allows columns that nobody wants here.
    `optional` columns come after the wanted ones, empty where the header does not name them. Rows with
    findings are left out.
    """
    text, findings = _text(path)
    if findings:
        return [], findings
    try:
        return _rows(path.name, list(_records(text)), columns, others, optional)
    except csv.Error as error:
        return [], [Finding(path.name, 1, f"not readable as comma-separated text: {error}")]


def _text(path: Path) -> tuple[str, list[Finding]]:
    """The decoded file, without BOM."""
    try:
        raw = path.read_bytes()
        content = gunzip(raw) if raw[:2] == b"\x1f\x8b" else raw
        return content.decode("utf-8-sig"), []
    except OSError as error:
        return "", [Finding(path.name, 1, f"cannot be read: {error.strerror or error}")]
    except (EOFError, zlib.error, TooLarge) as error:
        return "", [Finding(path.name, 1, f"cannot be decompressed: {error}")]
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return "", [Finding(path.name, line, "is not UTF-8")]


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Non-empty records with the line on which each begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    for record in reader:
        if len(record) > 1 or any(cell.strip() for cell in record):
            yield line, [cell.strip() for cell in record]
        line = reader.line_num + 1


def _rows(
    name: str,
    records: list[tuple[int, list[str]]],
    columns: Sequence[str],
    others: bool,
    optional: Sequence[str],
) -> tuple[list[Row], list[Finding]]:
    if not records:
        return [], [Finding(name, 1, "the file is empty")]
    (header_line, header), body = records[0], records[1:]
    admitted = [*columns, *optional]
    defects = _header_defects(header, columns, admitted, others)
    findings = [Finding(name, header_line, sentence) for sentence in defects]
    if findings:
        return [], findings
    wanted = [header.index(column) if column in header else None for column in admitted]
    rows = []
    for line, record in body:
        if len(record) == len(header):
            cells = tuple("" if position is None else record[position] for position in wanted)
            rows.append(Row(line, cells))
        else:
            findings.append(Finding(name, line, f"{len(record)} cells where the header has {len(header)}"))
    return rows, findings


def _header_defects(
    header: list[str], columns: Sequence[str], admitted: Sequence[str], others: bool
) -> Iterator[str]:
    """One sentence per defect of the header."""
    expected = ",".join(columns)
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        yield f"the separator must be a comma, the header {expected}"
        return
    for column in columns:
        if column not in header:
            yield f'the column "{column}" is missing; the header is {expected}'
    for column in sorted({column for column in header if header.count(column) > 1}):
        yield f"the column {quote(column)} stands twice"
    if not others:
        for column in header:
            if column not in admitted:
                yield f"the column {quote(column)} is unknown; the header is {expected}"
