"""Compiled contracts for tests and measurements, mocks included."""

import hashlib
import json
import os
import tempfile
from pathlib import Path

from tools.compile_contracts import (
    CONTRACTS,
    PUBLISHED,
    SETTINGS,
    SOURCES,
    compile_units,
    compiler_version,
    gather_sources,
)
from tools.testchain.client import Artifact

CACHE = CONTRACTS.parent / ".build" / "compiled"


def published() -> dict[str, Artifact]:
    """The committed artifacts, by name."""
    documents = [json.loads((CONTRACTS / "artifacts" / f"{name}.json").read_text()) for name in PUBLISHED]
    return {
        document["contractName"]: Artifact(
            document["contractName"], document["abi"], bytes.fromhex(document["bytecode"][2:])
        )
        for document in documents
    }


def compiled() -> dict[str, Artifact]:
    """Our contracts and mocks as the sources are now, by name; compiled once per state of the sources."""
    units = [f"{name}.sol" for name in PUBLISHED]
    units += sorted(f"mocks/{path.name}" for path in (SOURCES / "mocks").glob("*.sol"))
    key = json.dumps([gather_sources(units), SETTINGS, compiler_version()])
    cached = CACHE / f"{hashlib.sha256(key.encode()).hexdigest()}.json"
    if not cached.is_file():
        contracts = compile_units(units).values()
        content = {contract.name: [contract.abi, contract.bytecode] for contract in contracts}
        _write_atomically(cached, json.dumps(content))
    return {
        name: Artifact(name, abi, bytes.fromhex(bytecode[2:]))
        for name, (abi, bytecode) in json.loads(cached.read_text()).items()
    }


def _write_atomically(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    Path(name).replace(path)
