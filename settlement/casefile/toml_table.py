"""Tables of a TOML file, read key by key; what is wrong with a key becomes a finding at its line."""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from typing import NamedTuple

from settlement.casefile.toml_lines import Path, TomlLines
from settlement.domain.decimals import INTEGER_DIGITS_MAX, parse_scaled
from settlement.domain.findings import Finding, quote

COMMUNITY_FILE = "community.toml"
_FIRST_YEAR, _LAST_YEAR = 1970, 9000
# A hexadecimal integer may be longer than Python shows in decimal digits.
_INTEGER_END = 10**INTEGER_DIGITS_MAX
_TOO_LARGE = f"has more than {INTEGER_DIGITS_MAX} digits"


class TomlFloat(NamedTuple):
    """A float of the text, kept as written: no number of a case is one."""

    text: str


class Notes:
    """Findings of a file, each at the line of a table or key."""

    def __init__(self, lines: TomlLines, shown_as: str) -> None:
        self._lines = lines
        self._shown_as = shown_as
        self.findings: list[Finding] = []

    def add(self, sentence: str, *path: str | int) -> None:
        """Note a finding at the line of the table or key."""
        self.findings.append(Finding(self._shown_as, self._lines.of(*path), sentence))


class Table:
    """One table; every reader gives None, and notes a finding, where the value is not what it must be."""

    def __init__(self, values: Mapping[str, object], path: Path, notes: Notes) -> None:
        self.values = values
        self.path = path
        self.notes = notes

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def note(self, sentence: str, key: str | None = None) -> None:
        """Note a finding at a key, or at the table."""
        self.notes.add(sentence, *self.path, *([] if key is None else [key]))

    def only(self, known: Collection[str]) -> None:
        """Note every key that is not known here."""
        for key in self.values:
            if key not in known:
                self.note(f"the key {quote(key)} is unknown {self._where()}", key)

    def text(self, key: str) -> str | None:
        """A text of at least one character."""
        value = self._required(key)
        if isinstance(value, str) and value:
            return value
        self._refuse(key, value, "is empty" if value == "" else "is not a text")
        return None

    def pattern(self, key: str, pattern: re.Pattern[str], shape: str) -> str | None:
        """A text of a given shape."""
        value = self.text(key)
        if value is None or pattern.fullmatch(value):
            return value
        self._refuse(key, value, f"is {quote(value)}, which has not the form {shape}")
        return None

    def choice(self, key: str, allowed: Collection[str], default: str | None = None) -> str | None:
        """One of the allowed texts."""
        if default is not None and key not in self.values:
            return default
        value = self.text(key)
        if value is None or value in allowed:
            return value
        self._refuse(key, value, f"is {quote(value)}, not one of {', '.join(allowed)}")
        return None

    def decimal(self, key: str, decimals: int = 6) -> int | None:
        """A non-negative decimal text or whole number, in units of 10^-decimals."""
        value = self._required(key)
        if isinstance(value, str):
            units = parse_scaled(value, decimals)
            problem = f"is {quote(value)}, not a plain decimal of at most {decimals} places without a sign"
        elif isinstance(value, int) and not isinstance(value, bool):
            units = value * 10**decimals if 0 <= value < _INTEGER_END else None
            problem = "is negative" if value < 0 else _TOO_LARGE
        elif isinstance(value, TomlFloat):
            units, problem = None, f'is the float {value.text}; write it as text: "{value.text}"'
        else:
            units, problem = None, "is not a decimal text"
        if units is None:
            self._refuse(key, value, problem)
        return units

    def count(self, key: str) -> int | None:
        """A whole number, not negative."""
        value = self._required(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            self._refuse(key, value, "is not a whole number from 0 on")
        elif value >= _INTEGER_END:
            self._refuse(key, value, _TOO_LARGE)
        else:
            return value
        return None

    def flag(self, key: str) -> bool | None:
        """true or false; false where the key is absent."""
        value = self.values.get(key, False)
        if isinstance(value, bool):
            return value
        self._refuse(key, value, "is neither true nor false")
        return None

    def day(self, key: str) -> date | None:
        """A date without time."""
        value = self._required(key)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        self._refuse(key, value, "is not a date like 2026-01-01")
        return None

    def instant(self, key: str) -> datetime | None:
        """An offset date-time on the full hour, in UTC."""
        value = self._required(key)
        if not isinstance(value, datetime) or value.tzinfo is None:
            self._refuse(key, value, "is not an offset date-time like 2026-06-01T00:00:00+02:00")
            return None
        if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
            self._refuse(key, value, f"lies outside the years {_FIRST_YEAR} to {_LAST_YEAR}")
            return None
        instant = value.astimezone(UTC)
        if instant != instant.replace(minute=0, second=0, microsecond=0):
            self._refuse(key, value, "is not on the full hour")
            return None
        return instant

    def table(self, key: str) -> "Table | None":
        """A table below this one."""
        value = self._required(key)
        if isinstance(value, Mapping):
            return Table(value, (*self.path, key), self.notes)
        self._refuse(key, value, "is not a table")
        return None

    def tables(self, key: str) -> list["Table"]:
        """Elements of an array of tables; none where the key is absent."""
        value = self.values.get(key, [])
        if not isinstance(value, list):
            self._refuse(key, value, f"is not an array of tables; write [[{key}]]")
            return []
        found = []
        for index, element in enumerate(value):
            if isinstance(element, Mapping):
                found.append(Table(element, (*self.path, key, index), self.notes))
            else:
                self.notes.add(f"an element of {key} is not a table", *self.path, key, index)
        return found

    def _required(self, key: str) -> object:
        if key not in self.values:
            self.note(f"{key} is missing {self._where()}")
        return self.values.get(key)

    def _refuse(self, key: str, value: object, problem: str) -> None:
        """Note a problem with a value; an absent key, whose value is None, has been noted already."""
        if value is not None:
            self.note(f"{key} {problem}", key)

    def _where(self) -> str:
        if not self.path:
            return "at the top of the file"
        names = ".".join(part for part in self.path if isinstance(part, str))
        return f"in [[{names}]]" if isinstance(self.path[-1], int) else f"in [{names}]"
