"""Canonical JSON: one document has one sequence of bytes."""

import json


def canonical_json(document: dict[str, object]) -> bytes:
    """UTF-8 bytes with sorted keys, two-space indent and a final newline.

    Keys are sorted by code point, which is their UTF-8 byte order. Raises TypeError for a float: no energy
    and no money may pass through one.
    """
    _refuse_floats(document)
    return (json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def _refuse_floats(value: object) -> None:
    if isinstance(value, dict):
        for inner in value.values():
            _refuse_floats(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_floats(inner)
    elif not isinstance(value, str | int | None):
        raise TypeError(f"canonical JSON holds text, whole numbers and flags, got {value!r}")
