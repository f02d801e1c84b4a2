"""Receipts with one field changed, the form kept."""

import json
from typing import Any


def alterations(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[tuple[Any, ...], Any]]:
    """Every proved field of a receipt as (path, another value of the same form)."""
    if isinstance(value, dict | list):
        entries = value.items() if isinstance(value, dict) else enumerate(value)
        proved = [(key, inner) for key, inner in entries if key not in ("kind", "statement")]
        return [change for key, inner in proved for change in alterations(inner, (*path, key))]
    if isinstance(value, int):
        return [(path, value ^ 1)]
    if path[-1] == "channel":
        return [(path, "SOCIAL" if value != "SOCIAL" else "BANK")]
    return [(path, value[:-1] + ("1" if value[-1] != "1" else "2"))]


def altered(receipt: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """A copy of the receipt with one field replaced."""
    copy: dict[str, Any] = json.loads(json.dumps(receipt))
    place: Any = copy
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return copy
