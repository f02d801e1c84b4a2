"""What was deployed where, with what: deployments/<chain id>/<name>.json, which nothing overwrites.

The record is written after every transaction, so that a deployment that broke off is continued and no address
is lost.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from settlement.casefile.atomic import write_atomically

EQUAL = "equals the committed artifact"


class RecordRefused(Exception):  # noqa: N818 - the names of errors say what happened
    """The record does not allow this deployment; the sentence holds the remedy."""


@dataclass(frozen=True, slots=True)
class Mined:
    """A transaction, and the contract that it created or called. Hashes and addresses are text with 0x."""

    address: str
    deployer: str
    transaction: str
    block_number: int
    block_hash: str
    gas_used: int


class Record:
    """A deployment's record on disk."""

    def __init__(self, folder: Path, chain_id: int, name: str) -> None:
        self.path = folder / str(chain_id) / f"{name}.json"
        self._document: dict[str, Any] = {
            "name": name,
            "chain_id": chain_id,
            "contracts": {},
            "registrations": {},
        }
        if self.path.exists():
            try:
                self._document |= json.loads(self.path.read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise RecordRefused(f"{self.path} cannot be read: {error}; set it aside") from error

    def require_open(self, names: list[str], registrations: list[str]) -> None:
        """Raises RecordRefused when all is recorded, and the contracts compared: nothing is left to do."""
        recorded = self._document["contracts"]
        compared = all(recorded.get(name, {}).get("code") == EQUAL for name in names)
        if compared and all(step in self._document["registrations"] for step in registrations):
            raise RecordRefused(
                f"{self.path} records this deployment already: choose another name, or set the file aside"
            )

    def address_of(self, name: str, arguments: Mapping[str, Any]) -> str | None:
        """Address of a recorded contract. Raises RecordRefused when it has other arguments than these."""
        entry = self._document["contracts"].get(name)
        if entry is None:
            return None
        for key, value in arguments.items():
            if entry["arguments"].get(key) != value:
                recorded = entry["arguments"].get(key)
                raise RecordRefused(
                    f"{self.path}: {name} was deployed with {key} = {recorded!r}, the file of arguments says "
                    f"{value!r}: choose another name, or set the record aside"
                )
        return str(entry["address"])

    def add(
        self,
        name: str,
        mined: Mined,
        arguments: Mapping[str, Any],
        encoded: bytes,
        artifact: Mapping[str, Any],
    ) -> None:
        """Note a contract and write the record."""
        self._document["contracts"][name] = {
            "address": mined.address,
            "deployer": mined.deployer,
            "transaction": mined.transaction,
            "block_number": mined.block_number,
            "block_hash": mined.block_hash,
            "gas_used": mined.gas_used,
            "arguments": dict(arguments),
            "encoded_arguments": "0x" + encoded.hex(),
            "compiler": artifact["compiler"],
            "creation_code_sha256": hashlib.sha256(bytes.fromhex(artifact["bytecode"][2:])).hexdigest(),
        }
        self._write()

    def note_community(self, community: Mapping[str, Any]) -> None:
        """Note what the community is called, and whose it is. Raises RecordRefused when it is another one."""
        known = self._document.setdefault("community", dict(community))
        for key in ("id", "name", "administrator"):
            if known[key] != community[key]:
                raise RecordRefused(
                    f"{self.path}: the community's {key} is {known[key]}, now it would be {community[key]}: "
                    "choose another name, or set the record aside"
                )
        self._document["community"] = dict(community)
        self._write()

    def note_registration(self, step: str, mined: Mined | None, arguments: Mapping[str, Any]) -> None:
        """Note a registration at the ledger; None where the chain has it and its transaction is not known."""
        if step in self._document["registrations"]:
            return
        transaction = None if mined is None else mined.transaction
        entry: dict[str, Any] = {"transaction": transaction}
        if mined is not None:
            entry |= {
                "sender": mined.deployer,
                "block_number": mined.block_number,
                "block_hash": mined.block_hash,
                "gas_used": mined.gas_used,
            }
        self._document["registrations"][step] = entry | {"arguments": dict(arguments)}
        self._write()

    def note_code(self, name: str, difference: str | None) -> None:
        """Note whether the code on the chain is the committed artifact's, immutables aside."""
        self._document["contracts"][name]["code"] = difference or EQUAL
        self._write()

    def _write(self) -> None:
        write_atomically(self.path, (json.dumps(self._document, indent=2) + "\n").encode())
