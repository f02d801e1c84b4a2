"""Compiles the contracts with the pinned npm compiler and writes their artifacts.

    python -m tools.compile_contracts            writes contracts/artifacts/*.json
    python -m tools.compile_contracts --check    exit status 1 if the committed artifacts differ

The bytecode carries no metadata hash, so the same sources give the same bytes on every machine.
"""

import json
import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import solcx

CONTRACTS = Path(__file__).resolve().parent.parent / "contracts"
SOURCES = CONTRACTS / "src"
ARTIFACTS = CONTRACTS / "artifacts"
PUBLISHED = ("EnergyLedger", "CommunityVault", "CommunityTimelock", "TestEuro")
PACKAGES = ("@", "solady/")
CODE_SIZE_MAX_BYTES = 24_576  # EIP-170
# Through the intermediate representation a push costs a sixth less, and functions may be cut as they read
# best.
SETTINGS: dict[str, Any] = {
    "viaIR": True,
    "optimizer": {"enabled": True, "runs": 10_000},
    "evmVersion": "prague",
    "metadata": {"appendCBOR": False, "bytecodeHash": "none"},
}
OUTPUTS = [
    "abi",
    "evm.bytecode.object",
    "evm.deployedBytecode.object",
    "evm.deployedBytecode.immutableReferences",
]
WORD_BYTES = 32
IMPORT = re.compile(r'^\s*import\s[^;]*?"(?P<path>[^"]+)"\s*;', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Compiled:
    """One contract as the compiler gave it. `bytecode` and `deployed_bytecode` are hex with 0x.

    `immutables` are the offsets of the 32-byte words of the deployed code that its constructor fills in.
    """

    name: str
    abi: list[dict[str, Any]]
    bytecode: str
    deployed_bytecode: str
    immutables: tuple[int, ...]

    @property
    def deployed_bytes(self) -> int:
        """Size of the code on chain, in bytes."""
        return len(self.deployed_bytecode) // 2 - 1


def source_path(unit: str, folder: Path = SOURCES) -> Path:
    """File of a source unit: a package's below node_modules, ours below the folder."""
    return (CONTRACTS / "node_modules" if unit.startswith(PACKAGES) else folder) / unit


def imports_of(unit: str, text: str) -> list[str]:
    """Source units that a source unit imports."""
    found = []
    for match in IMPORT.finditer(text):
        path = match["path"]
        if path.startswith("."):
            path = os.path.normpath(PurePosixPath(unit).parent / path)
        found.append(path)
    return found


def gather_sources(units: Iterable[str], folder: Path = SOURCES) -> dict[str, str]:
    """Text of the source units and of all that they import: the compiler opens no file itself."""
    texts: dict[str, str] = {}
    waiting = list(units)
    while waiting:
        unit = waiting.pop()
        if unit not in texts:
            texts[unit] = source_path(unit, folder).read_text(encoding="utf-8")
            waiting.extend(imports_of(unit, texts[unit]))
    return dict(sorted(texts.items()))


def compile_units(units: Iterable[str], folder: Path = SOURCES) -> dict[str, Compiled]:
    """Contracts of source units, by name. Raises SolcError on errors, ValueError on warnings."""
    wanted = tuple(units)
    request = {
        "language": "Solidity",
        "sources": {unit: {"content": text} for unit, text in gather_sources(wanted, folder).items()},
        "settings": {**SETTINGS, "outputSelection": {unit: {"*": OUTPUTS} for unit in wanted}},
    }
    answer = solcx.compile_standard(request, solc_binary=CONTRACTS / "solc")
    refuse_warnings(answer.get("errors", []))
    return {
        name: Compiled(
            name=name,
            abi=contract["abi"],
            bytecode="0x" + contract["evm"]["bytecode"]["object"],
            deployed_bytecode="0x" + contract["evm"]["deployedBytecode"]["object"],
            immutables=immutable_offsets(contract["evm"]["deployedBytecode"].get("immutableReferences", {})),
        )
        for unit in wanted
        for name, contract in answer["contracts"].get(unit, {}).items()
    }


def immutable_offsets(references: dict[str, list[dict[str, int]]]) -> tuple[int, ...]:
    """Offsets of all immutables in ascending order. The compiler names them by numbers of syntax nodes, which
    move with every edit of any source, so the names are left out."""
    places = [place for of_one in references.values() for place in of_one]
    if any(place["length"] != WORD_BYTES for place in places):
        raise ValueError(f"an immutable is not {WORD_BYTES} bytes long: {places}")
    return tuple(sorted(place["start"] for place in places))


def refuse_warnings(messages: Iterable[dict[str, Any]]) -> None:
    """A warning is about a line that somebody would have to read again: it stops the build."""
    shown = [
        message["formattedMessage"]
        for message in messages
        if message["severity"] != "info" and not in_package(message)
    ]
    if shown:
        raise ValueError("\n".join(shown))


def in_package(message: dict[str, Any]) -> bool:
    """Whether a message is about a library's source, which is not ours to change."""
    return str(message.get("sourceLocation", {}).get("file", "")).startswith(PACKAGES)


def artifact(contract: Compiled) -> str:
    """Committed text of a contract's artifact: JSON with a final newline."""
    if contract.deployed_bytes >= CODE_SIZE_MAX_BYTES:
        raise ValueError(f"{contract.name} has {contract.deployed_bytes} bytes, limit {CODE_SIZE_MAX_BYTES}")
    content = {
        "contractName": contract.name,
        "compiler": {"version": compiler_version(), "settings": SETTINGS},
        "deployedBytes": contract.deployed_bytes,
        "abi": contract.abi,
        "bytecode": contract.bytecode,
        "deployedBytecode": contract.deployed_bytecode,
        # Where the code of a deployed contract may differ from deployedBytecode: 32 bytes from each offset.
        "immutableOffsets": list(contract.immutables),
    }
    return json.dumps(content, indent=2) + "\n"


def compiler_version() -> str:
    """Version of the pinned compiler package."""
    package = CONTRACTS / "node_modules" / "solc" / "package.json"
    return str(json.loads(package.read_text(encoding="utf-8"))["version"])


def main(arguments: list[str]) -> int:
    """Writes the artifacts, or with --check compares them. Exit status 1 names what differs."""
    compiled = compile_units(f"{name}.sol" for name in PUBLISHED)
    texts = {ARTIFACTS / f"{name}.json": artifact(compiled[name]) for name in PUBLISHED}
    if "--check" in arguments:
        stale = [path for path, text in texts.items() if not path.is_file() or path.read_text() != text]
        for path in stale:
            print(f"{path.relative_to(CONTRACTS.parent)} is not what the sources give: run `make artifacts`")
        return 1 if stale else 0
    ARTIFACTS.mkdir(exist_ok=True)
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
        print(f"{path.relative_to(CONTRACTS.parent)}: {compiled[path.stem].deployed_bytes} bytes of code")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
