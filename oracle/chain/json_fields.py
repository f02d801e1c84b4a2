"""Typed access to the JSON files that members and auditors check; every defect is named by its key."""

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

from settlement.domain.calendar import day_number

UINT64_MAX = 2**64 - 1
UINT32_MAX = 2**32 - 1
TEXT_MAX_CHARACTERS = 262_144
BRACKETS_MAX = 256
_EURO = re.compile(r"(0|[1-9][0-9]{0,13})\.([0-9]{6})")


class ReceiptUnreadable(Exception):  # noqa: N818 - the names of errors say what happened
    """The file is not a receipt; the sentence names the first thing that is wrong with it."""


def document(
    text: str, kind: str, characters_max: int = TEXT_MAX_CHARACTERS, brackets_max: int = BRACKETS_MAX
) -> dict[str, Any]:
    """The object of a file of one kind. Raises ReceiptUnreadable."""
    # A parser that follows deep nesting may exhaust the stack, so what no receipt has is not parsed at all.
    if len(text) > characters_max or text.count("[") + text.count("{") > brackets_max:
        raise ReceiptUnreadable("the file is too long for a receipt")
    try:
        parsed = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise ReceiptUnreadable(f"this is not a JSON file ({error})") from error
    found = parsed.get("kind") if isinstance(parsed, dict) else None
    if found != kind:
        raise ReceiptUnreadable(f'the file is not a receipt of kind "{kind}" (its kind is {found!r:.60})')
    fields: dict[str, Any] = parsed
    return fields


def _refuse(key: str, what: str) -> NoReturn:
    raise ReceiptUnreadable(f'"{key}" {what}')


def octets(key: str, value: object, size: int | None) -> bytes:
    """Bytes of 0x text; any number of them where no size is given."""
    digits = "*" if size is None else f"{{{size}}}"
    if not isinstance(value, str) or not re.fullmatch(f"0x([0-9a-fA-F]{{2}}){digits}", value):
        _refuse(key, f"must be 0x and {'hexadecimal bytes' if size is None else f'{size} hexadecimal bytes'}")
    return bytes.fromhex(value[2:])


@dataclass(frozen=True, slots=True)
class Fields:
    """Typed access to the keys of one JSON object; every defect names its key."""

    values: dict[str, Any]
    path: str = ""

    def refuse(self, key: str, what: str) -> NoReturn:
        _refuse(self.path + key, what)

    def _get(self, key: str) -> Any:
        if key not in self.values:
            self.refuse(key, "is missing")
        return self.values[key]

    def text(self, key: str) -> str:
        value = self._get(key)
        if not isinstance(value, str):
            self.refuse(key, "must be a text")
        return str(value)

    def integer(self, key: str, highest: int) -> int:
        value = self._get(key)
        if type(value) is not int or not 0 <= value <= highest:
            self.refuse(key, f"must be a whole number from 0 to {highest}")
        return int(value)

    def octets(self, key: str, size: int | None) -> bytes:
        return octets(self.path + key, self._get(key), size)

    def micro_eur(self, key: str) -> int:
        match = _EURO.fullmatch(self.text(key))
        if match is None:
            self.refuse(key, 'must be euro with six decimals, e.g. "12.340000"')
        amount_micro_eur = int(match[1] + match[2])
        if amount_micro_eur > UINT64_MAX:
            self.refuse(key, "is larger than any amount of the vault")
        return amount_micro_eur

    def day(self, key: str) -> int:
        text = self.text(key)
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self.refuse(key, "must be a date, e.g. 2024-07-01")
        if day.isoformat() != text or not date(1970, 1, 1) <= day:
            self.refuse(key, "must be a date since 1970, e.g. 2024-07-01")
        return day_number(day)

    def items(self, key: str, most: int = 32) -> list[Any]:
        value = self._get(key)
        if not isinstance(value, list):
            self.refuse(key, "must be a list")
        if len(value) > most:
            self.refuse(key, f"has more than {most} entries")
        return list(value)

    def energies(self, key: str) -> tuple[int, ...]:
        value = self.items(key)
        if not 23 <= len(value) <= 25:
            self.refuse(key, "must have 23, 24 or 25 hours")
        if not all(type(wh) is int and 0 <= wh <= UINT32_MAX for wh in value):
            self.refuse(key, f"must hold whole Wh from 0 to {UINT32_MAX}")
        return tuple(value)

    def inner(self, key: str) -> "Fields":
        value = self._get(key)
        if not isinstance(value, dict):
            self.refuse(key, "must be an object")
        return Fields(value, f"{self.path}{key}.")

    def inners(self, key: str, most: int = 32) -> list["Fields"]:
        values = self.items(key, most)
        if not all(isinstance(value, dict) for value in values):
            self.refuse(key, "must hold objects")
        return [Fields(value, f"{self.path}{key}[{number}].") for number, value in enumerate(values)]
