"""One rule of law as data: a value or a declared gap, with unit, validity, source and status."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeAlias

from settlement.domain.decimals import parse_scaled
from settlement.domain.rounding import plain_text

WORDS = frozenset(
    {"text", "texts", "categories", "regions", "band of each hour", "month-day", "civil time", "sheet"}
)
"""Units whose values are words; any other unit counts something, but for dates."""
DECIMALS = 6

Value: TypeAlias = int | str | date | tuple[int, ...] | tuple[str, ...]
"""A number times a million, words, a day, or a list of numbers or words."""


class Status(StrEnum):
    """How far a value may be trusted."""

    SPECIFIED = "S"
    VERIFIED = "V"
    UNVERIFIED = "K"
    MODELLING_CHOICE = "M"


STATUS_WORDS = {
    Status.SPECIFIED: "project specification",
    Status.VERIFIED: "read in the source named",
    Status.UNVERIFIED: "unverified",
    Status.MODELLING_CHOICE: "modelling choice, unverified",
}


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One value of a rule in force in [valid_from, valid_to), Europe/Rome days; None is open.

    `value` is None where `gap` says why no value is known. `theme` is the file that the row stands in,
    `formula` the one that the value enters ("" for none), `overridable` whether a case may
    state its own value and settlement.json lists it.
    """

    key: str
    value: Value | None
    gap: str
    unit: str
    valid_from: date | None
    valid_to: date | None
    source: str
    status: Status
    theme: str
    formula: str
    note: str
    overridable: bool

    @property
    def verified(self) -> bool:
        """Whether a text that was read, or the specification, states the value."""
        return self.status in (Status.VERIFIED, Status.SPECIFIED)

    @property
    def value_micro(self) -> int:
        """The number, times a million; raises TypeError if the value is none."""
        if not isinstance(self.value, int):
            raise TypeError(f"rule {self.key} is no number")
        return self.value

    @property
    def values_micro(self) -> tuple[int, ...]:
        """The numbers of a list, each times a million; raises TypeError if the value is no such list."""
        numbers = self.value if isinstance(self.value, tuple) else (None,)
        found = tuple(number for number in numbers if isinstance(number, int))
        if len(found) != len(numbers):
            raise TypeError(f"rule {self.key} is no list of numbers")
        return found

    @property
    def day(self) -> date:
        """The day; raises TypeError if the value is none."""
        if not isinstance(self.value, date):
            raise TypeError(f"rule {self.key} is no day")
        return self.value

    @property
    def text(self) -> str:
        """The word or sentence; raises TypeError if the value is none."""
        if not isinstance(self.value, str):
            raise TypeError(f"rule {self.key} is no text")
        return self.value

    @property
    def texts(self) -> tuple[str, ...]:
        """The words of a list; raises TypeError if the value is no such list."""
        words = self.value if isinstance(self.value, tuple) else (None,)
        found = tuple(word for word in words if isinstance(word, str))
        if len(found) != len(words):
            raise TypeError(f"rule {self.key} is no list of words")
        return found

    def holds_on(self, day: date) -> bool:
        """Whether the row is in force on the day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day < self.valid_to
        )


def value_texts(row: RuleRow) -> str | list[str] | None:
    """The value as text, or a list as texts; numbers without trailing zeros, None for a declared gap."""
    if isinstance(row.value, tuple):
        return [_text(entry) for entry in row.value]
    return None if row.value is None else _text(row.value)


def _text(value: int | str | date) -> str:
    return plain_text(value, DECIMALS) if isinstance(value, int) else str(value)


def row_of(table: Mapping[str, Any], theme: str, formulas: Mapping[str, str], overridable: bool) -> RuleRow:
    """The row that a TOML table states; raises ValueError naming the key of a row that states none."""
    key, unit = table["key"], table["unit"]
    if ("gap" in table) == ("value" in table):
        raise ValueError(f"rule {key} states a value or a gap, one of them")
    return RuleRow(
        key=key,
        value=_value(key, unit, table["value"]) if "value" in table else None,
        gap=table.get("gap", ""),
        unit=unit,
        valid_from=table.get("valid_from"),
        valid_to=table.get("valid_to"),
        source=table["source"],
        status=Status(table["status"]),
        theme=theme,
        formula=formulas[table["used_in"]] if "used_in" in table else "",
        note=table.get("note", ""),
        overridable=overridable,
    )


def _value(key: str, unit: str, stated: Any) -> Value:
    if unit == "date":
        if not isinstance(stated, date):
            raise ValueError(f"rule {key}: {stated!r} is not a day")
        return stated
    if unit in WORDS:
        return tuple(stated) if isinstance(stated, list) else str(stated)
    if isinstance(stated, list):
        return tuple(_micro(key, entry) for entry in stated)
    return _micro(key, stated)


def _micro(key: str, stated: str) -> int:
    micro = parse_scaled(stated, DECIMALS)
    if micro is None:
        raise ValueError(f"rule {key}: {stated!r} is not a decimal")
    return micro
