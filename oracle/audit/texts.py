"""JSON and TOML of a pack as plain values; floats and repeated keys do not exist in them."""

import json
import tomllib
from datetime import date
from typing import Any

from oracle.audit.differences import Difference

Document = dict[str, Any]


def canonical(document: Document) -> bytes:
    """UTF-8, keys sorted, two-space indent, final newline."""
    return (json.dumps(document, sort_keys=True, indent=2, ensure_ascii=False) + "\n").encode()


def read_json(name: str, content: bytes) -> Document:
    """The object of a JSON file. Raises Difference."""
    try:
        found = json.loads(
            content.decode(), parse_float=_refuse, parse_constant=_refuse, object_pairs_hook=_object
        )
    except (ValueError, RecursionError) as error:
        raise Difference(f"{name}: this is no JSON of a pack: {error}") from error
    if not isinstance(found, dict):
        raise Difference(f"{name}: the document is no object")
    return found


def read_toml(name: str, content: bytes) -> Document:
    """The tables of a TOML file. Raises Difference."""
    try:
        return tomllib.loads(content.decode("utf-8-sig"), parse_float=_refuse)
    except (ValueError, RecursionError) as error:
        raise Difference(f"{name}: this is no TOML of a pack: {error}") from error


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is written as a float")


def _object(pairs: list[tuple[str, Any]]) -> Document:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in an object")
    return found


class Table:
    """Typed access to a table; every defect names file and key. Raises Difference."""

    def __init__(self, file: str, values: object, path: str = "") -> None:
        self.file, self.path = file, path
        if not isinstance(values, dict):
            raise Difference(f"{file}: {path or 'the document'} is no table")
        self.values: Document = values

    def fail(self, key: str, what: str) -> Difference:
        """The error that names a key."""
        return Difference(f"{self.file}: {self.path}{key} {what}")

    def only(self, *keys: str) -> None:
        """No other keys than these."""
        for key in self.values:
            if key not in keys:
                raise self.fail(key, "is unknown here")

    def get(self, key: str, kind: type, default: Any = ...) -> Any:
        """A value of exactly that type."""
        value = self.values.get(key, default)
        if value is ...:
            raise self.fail(key, "is missing")
        if value is not default and type(value) is not kind:
            raise self.fail(key, f"is no {kind.__name__}, got {value!r:.60}")
        return value

    def text(self, key: str, default: Any = ...) -> str:
        """A text that is not empty."""
        value: str = self.get(key, str, default)
        if value == "" and default is ...:
            raise self.fail(key, "is empty")
        return value

    def one_of(self, key: str, allowed: Any, default: Any = ...) -> str:
        """A text of a list."""
        value = self.text(key, default)
        if value not in allowed:
            raise self.fail(key, f"is {value!r:.60}, which is none of {', '.join(sorted(allowed))}")
        return value

    def day(self, key: str, default: Any = ...) -> int | None:
        """A date as its proleptic ordinal."""
        value = self.get(key, date, default)
        return None if value is None else int(value.toordinal())

    def tables(self, key: str) -> list["Table"]:
        """An array of tables, perhaps absent."""
        values = self.get(key, list, None) or []
        return [
            Table(self.file, value, f"{self.path}{key}[{position}].") for position, value in enumerate(values)
        ]

    def table(self, key: str) -> "Table":
        """A table."""
        return Table(self.file, self.get(key, dict), f"{self.path}{key}.")
