"""Lines of tables and keys in a TOML text, which tomllib does not tell.

A light scan of a text that tomllib has already accepted: it follows headers, keys and the ends of values,
and leaves their meaning to tomllib.
"""

import re
import tomllib
from collections.abc import Mapping

Path = tuple[str | int, ...]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE_END = frozenset(",]}#\n")


class TomlLines:
    """Line of each table and key by its path; elements of arrays of tables are numbered from 0."""

    def __init__(self, lines: Mapping[Path, int]) -> None:
        self._lines = lines

    def of(self, *path: str | int) -> int:
        """Line of the key or table; where it is absent, that of what it would stand in, at last 1."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)


def scan_lines(text: str) -> TomlLines:
    """Lines of a text that tomllib accepts."""
    scanner = _Scanner(text.replace("\r\n", "\n"))
    scanner.document()
    return TomlLines(scanner.lines)


class _Scanner:
    """Walks the text once; `at` is the next character."""

    def __init__(self, text: str) -> None:
        self.text = text + "\n"
        self.at = 0
        self.line = 1
        self.lines: dict[Path, int] = {}
        self.array_lengths: dict[Path, int] = {}

    def document(self) -> None:
        """Headers and the key-value pairs below them."""
        table: Path = ()
        while self._skip_blank():
            if self._peek() == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Path:
        """A header line `[a.b]` or `[[a.b]]`: the path of the table that it opens."""
        line, brackets = self.line, 2 if self.text.startswith("[[", self.at) else 1
        self._move(self.at + brackets)
        *parents, last = self._key("]")
        self._move(self.at + brackets)
        path: Path = ()
        for part in parents:
            path = self._current((*path, part))
            self.lines.setdefault(path, line)
        path = (*path, last)
        if brackets == 2:
            index = self.array_lengths.get(path, 0)
            self.array_lengths[path] = index + 1
            self.lines.setdefault(path, line)
            path = (*path, index)
        self.lines[path] = line
        return path

    def _current(self, path: Path) -> Path:
        """The last element where the path names an array of tables."""
        length = self.array_lengths.get(path)
        return path if length is None else (*path, length - 1)

    def _pair(self, table: Path) -> None:
        """`key = value` with its line, and the lines of dotted keys' tables."""
        line = self.line
        path = table
        for part in self._key("="):
            path = (*path, part)
            self.lines.setdefault(path, line)
        self._move(self.at + 1)
        self._value(path)

    def _key(self, end: str) -> list[str]:
        """Parts of a dotted key up to the end mark, which is left unread."""
        start = self.at
        while self._peek() != end:
            if self._peek() in "\"'":
                self._string()
            else:
                self._move(self.at + 1)
        text = self.text[start : self.at].strip()
        if _BARE_KEY.fullmatch(text):
            return [text]
        parsed: object = tomllib.loads(f"{text} = 0")
        parts = []
        while isinstance(parsed, dict):
            ((part, parsed),) = parsed.items()
            parts.append(part)
        return parts

    def _value(self, path: Path) -> None:
        """A value of any kind; `at` is then behind it."""
        self._skip_blank()
        mark = self._peek()
        if mark in "\"'":
            self._string()
        elif mark == "[":
            self._array(path)
        elif mark == "{":
            self._inline_table(path)
        else:
            while self._peek() not in _BARE_END:
                self._move(self.at + 1)

    def _array(self, path: Path) -> None:
        index = 0
        self._move(self.at + 1)
        while self._separated("]"):
            self.lines[(*path, index)] = self.line
            self._value((*path, index))
            index += 1
        self._move(self.at + 1)

    def _inline_table(self, path: Path) -> None:
        self._move(self.at + 1)
        while self._separated("}"):
            self._pair(path)
        self._move(self.at + 1)

    def _separated(self, end: str) -> bool:
        """Skip blanks, comments and commas; whether another element follows."""
        while self._skip_blank() and self._peek() == ",":
            self._move(self.at + 1)
        return self._peek() != end

    def _string(self) -> None:
        """A string of any of the four kinds."""
        quote = self.text[self.at]
        delimiter = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        at = self.at + len(delimiter)
        while not self.text.startswith(delimiter, at):
            at += 2 if quote == '"' and self.text[at] == "\\" else 1
        end = at + len(delimiter)
        # A multi-line string may end in one or two quotation marks of its own.
        while len(delimiter) == 3 and end < at + 5 and self.text.startswith(quote, end):
            end += 1
        self._move(end)

    def _skip_blank(self) -> bool:
        """Skip blanks, line ends and comments; whether anything follows."""
        while self.at < len(self.text):
            mark = self._peek()
            if mark == "#":
                self._move(self.text.index("\n", self.at))
            elif mark.isspace():
                self._move(self.at + 1)
            else:
                return True
        return False

    def _peek(self) -> str:
        return self.text[self.at]

    def _move(self, to: int) -> None:
        self.line += self.text.count("\n", self.at, to)
        self.at = to
