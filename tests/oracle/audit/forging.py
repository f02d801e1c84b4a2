"""Packs that were changed: by a hand that only edits, and by one that makes every hash fit again."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from oracle.audit.statement import CASE_FILES
from settlement.domain.canonical import canonical_json

Path = tuple[str | int, ...]
KEYED = ("members", "plants", "parameters_used", "files", "configurations")
"""Objects whose keys are names of things."""


def forged(files: Mapping[str, bytes], name: str, content: bytes) -> dict[str, bytes]:
    """The pack with one file replaced and every hash of it, the evidence too, made to fit."""
    changed = {**files, name: content}
    manifest = json.loads(changed["manifest.json"])
    digests = []
    for number, row in enumerate(manifest["settlements"], start=1):
        folder = f"settlements/{number}/"
        if name.startswith(folder) and not name.endswith(".sha256"):
            lines = [f"{_sha256(changed[folder + one])}  {one}\n" for one in CASE_FILES]
            changed[folder + "manifest.sha256"] = "".join(lines).encode()
        row["evidence"] = "0x" + _sha256(changed[folder + "manifest.sha256"])
        digests.append(row["evidence"][2:])
    together = "".join(f"{digest}\n" for digest in digests).encode()
    manifest["evidence"] = "0x" + (digests[0] if len(digests) == 1 else _sha256(together))
    if name not in ("settled.json", "manifest.json"):
        settled = json.loads(changed["settled.json"]) | {"evidence": manifest["evidence"]}
        changed["settled.json"] = canonical_json(settled)
    return rehashed(changed, manifest)


def rehashed(files: Mapping[str, bytes], manifest: dict[str, Any]) -> dict[str, bytes]:
    """The pack under a manifest that names the present hashes."""
    manifest["files"] = {one: _sha256(text) for one, text in files.items() if one != "manifest.json"}
    return {**files, "manifest.json": canonical_json(manifest)}


def leaves_of(document: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value of a JSON document that is no object and no list, with its path."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield from leaves_of(value, (*path, key))
    elif isinstance(document, list):
        for position, value in enumerate(document):
            yield from leaves_of(value, (*path, position))
    else:
        yield path, document


def fields_of(document: Any) -> Iterator[tuple[Path, Any]]:
    """One value of each field: the first of a list's entries, of the members, of the plants."""
    seen = set()
    for path, value in leaves_of(document):
        shape = tuple(
            "*" if isinstance(key, int) or (at and path[at - 1] in KEYED) else key
            for at, key in enumerate(path)
        )
        if shape not in seen:
            seen.add(shape)
            yield path, value


def with_value(document: Any, path: Path, value: Any) -> Any:
    """A copy of the document with another value at the path."""
    if not path:
        return value
    first, *rest = path
    copy = document.copy()
    copy[first] = with_value(document[first], tuple(rest), value)
    return copy


def other(value: Any) -> Any:
    """A value of the same type that reads as well and says something else."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if value is None:
        return "1.000000"
    last = value[-1:]
    if value.startswith("0x") or last.isdigit():
        return value[:-1] + ("1" if last == "0" else "0")
    return value + "x"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
