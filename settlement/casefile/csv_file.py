"""CSV files of a case as bytes: the header, and blocks of whole lines with their numbers.

UTF-8 with an optional BOM, LF or CRLF, comma separated, without quotation; empty lines are ignored.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from settlement.domain.findings import Finding, quote

BLOCK_BYTES = 1 << 22
_BOM = b"\xef\xbb\xbf"
_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True, slots=True)
class Columns:
    """What a file's header must name: all of `required`, perhaps `optional`, in any order."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of a file, each ended by LF; `first_line` is the number of the first of them."""

    content: bytes
    first_line: int


@dataclass(frozen=True, slots=True)
class CsvLines:
    """A file behind its header: position of each column, and its blocks of lines."""

    positions: dict[str, int]
    blocks: Iterator[Block]

    @property
    def width(self) -> int:
        """Fields of a row."""
        return len(self.positions)


def open_csv(path: Path, columns: Columns, stream: BinaryIO) -> CsvLines | list[Finding]:
    """The lines behind the header of an open file, or what is wrong with the header."""
    line, text = 0, b""
    while not text.strip(b"\r\n"):
        line += 1
        text = stream.readline()
        if line == 1:
            text = text.removeprefix(_BOM)
        if not text:
            return [Finding(path.name, 1, "the file is empty")]
    header = text.removesuffix(b"\n").removesuffix(b"\r")
    if b"\r" in header:
        return [Finding(path.name, line, "lines end in CR alone; save the file with LF or CRLF")]
    try:
        names = header.decode().split(",")
    except UnicodeDecodeError:
        return [Finding(path.name, line, "the header is not valid UTF-8")]
    problems = _header_problems(names, columns)
    if problems:
        return [Finding(path.name, line, problem) for problem in problems]
    positions = {name: position for position, name in enumerate(names)}
    return CsvLines(positions, _blocks(stream, line + 1))


def _header_problems(names: Sequence[str], columns: Columns) -> list[str]:
    separators = [word for mark, word in _OTHER_SEPARATORS.items() if mark in names[0]]
    if len(names) == 1 and separators:
        return [f"columns are separated by {separators[0]}, not by commas"]
    known = (*columns.required, *columns.optional)
    problems = [f"the column {quote(name)} is unknown" for name in names if name not in known]
    problems += [f"the column {name} is missing" for name in columns.required if name not in names]
    problems += [f"the column {name} is named twice" for name in known if names.count(name) > 1]
    return problems


def _blocks(stream: BinaryIO, first_line: int) -> Iterator[Block]:
    """Blocks of about BLOCK_BYTES; a last line without LF is given one."""
    rest = b""
    while chunk := stream.read(BLOCK_BYTES):
        whole, mark, rest = (rest + chunk).rpartition(b"\n")
        if mark:
            yield Block(whole + mark, first_line)
            first_line += whole.count(b"\n") + 1
    if rest:
        yield Block(rest + b"\n", first_line)


def text_lines(block: Block) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each line that is not empty, without its line end."""
    for offset, line in enumerate(block.content.removesuffix(b"\n").split(b"\n")):
        content = line.removesuffix(b"\r")
        if content:
            yield block.first_line + offset, content


def split_fields(content: bytes, width: int) -> list[str] | str:
    """The fields of a row, or the sentence that says why it has none."""
    try:
        fields = content.decode().split(",")
    except UnicodeDecodeError:
        return "the row is not valid UTF-8"
    if len(fields) != width:
        return f"the row has {len(fields)} fields, the header names {width}"
    return fields
