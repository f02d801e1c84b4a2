"""The keys that send and sign: one operator, and those reporters whose keys this service holds.

The operator's account is relayer (it sends every transaction), registrar (it registers configurations at the
ledger) and treasurer (it credits receipts and confirms bank payouts) in one: the demo shows the mechanism, it
does not separate powers. The same holds for the reporters: a threshold of keys in one place is one party.
Reporters that keep their own keys are named by their addresses.

A file, JSON: {"operator": "0x<32 bytes>", "reporters": ["0x<32 bytes, or the 20 of an address>", …],
"threshold": 3}. For the local node it is generated on first use; for any other node it must exist.
Or a folder: operator.json and reporters/*.json, each a key as oracle.chain.keystore reads it, and quorum.json
{"threshold": 3, "reporters": ["0x<20 bytes>", …]} with the reporters that keep their own.
The node itself never sees a key: transactions are signed here, or by a remote signer, and the local node is
started without accounts of its own.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oracle.chain.keystore import Account, Passphrase, no_passphrase, open_keystore
from oracle.errors import KeysUnusable
from oracle.secret_file import read_secret, write_secret_once

REPORTER_COUNT = 5
THRESHOLD = 3
_KEY = re.compile(r"0x[0-9a-fA-F]{64}")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


@dataclass(frozen=True, slots=True)
class Keys:
    """Accounts that can sign; reporters in ascending order of their addresses.

    `others` are the addresses (20 bytes) of reporters that keep their own keys. `threshold` is how many of
    all must sign for a community that is registered with them.
    """

    operator: Account
    reporters: tuple[Account, ...]
    others: tuple[bytes, ...] = ()
    threshold: int = THRESHOLD

    @property
    def reporter_addresses(self) -> list[bytes]:
        """The 20-byte addresses of the reporters whose keys are held here."""
        return [_octets(reporter) for reporter in self.reporters]

    @property
    def registered_addresses(self) -> list[bytes]:
        """All reporters, ascending: those that a community is registered with."""
        return sorted([*self.reporter_addresses, *self.others])

    @property
    def operator_address(self) -> bytes:
        """The 20-byte address of relayer, registrar and treasurer."""
        return _octets(self.operator)


def load_or_create_keys(path: Path, passphrase: Passphrase = no_passphrase) -> Keys:
    """The keys of `path`; generated there, mode 0600, when the file does not exist."""
    if not path.exists():
        document = {
            "operator": _new_key(),
            "reporters": [_new_key() for _ in range(REPORTER_COUNT)],
        }
        write_secret_once(path, json.dumps(document, indent=2) + "\n")
    return load_keys(path, passphrase)


def load_keys(path: Path, passphrase: Passphrase = no_passphrase) -> Keys:
    """The keys of an existing file or folder. Raises KeysUnusable with the remedy, SignerUnreachable."""
    if path.is_dir():
        return _of_folder(path, passphrase)
    remedy = 'expected {"operator": "0x…", "reporters": ["0x…", …]} with 32-byte keys, mode 0600'
    return _parsed(path, _json(path, remedy), remedy)


def _of_folder(path: Path, passphrase: Passphrase) -> Keys:
    remedy = 'expected {"threshold": 3, "reporters": ["0x…", …]} with the addresses of reporters, mode 0600'
    named = path / "quorum.json"
    document = _json(named, remedy) if named.exists() else {}
    others = document.get("reporters", []) if isinstance(document, dict) else None
    if not isinstance(others, list) or not all(_is(_ADDRESS, text) for text in others):
        raise KeysUnusable(f"{named} does not name reporters: {remedy}")
    held = [open_keystore(file, passphrase) for file in sorted((path / "reporters").glob("*.json"))]
    threshold = document.get("threshold", THRESHOLD)
    return _checked(path, open_keystore(path / "operator.json", passphrase), held, others, threshold)


def _parsed(path: Path, document: Any, remedy: str) -> Keys:
    operator = document.get("operator") if isinstance(document, dict) else None
    reporters = document.get("reporters") if isinstance(document, dict) else None
    listed = reporters if isinstance(reporters, list) else [None]
    if not _is(_KEY, operator) or not all(_is(_KEY, one) or _is(_ADDRESS, one) for one in listed):
        raise KeysUnusable(f"{path} is not a keys file: {remedy}")
    from eth_account import Account as Accounts

    held = [Accounts.from_key(key) for key in listed if _is(_KEY, key)]
    others = [str(text) for text in listed if _is(_ADDRESS, text)]
    return _checked(path, Accounts.from_key(operator), held, others, document.get("threshold", THRESHOLD))


def _checked(path: Path, operator: Account, held: list[Any], others: list[str], threshold: object) -> Keys:
    held.sort(key=lambda account: int(account.address, 16))
    addresses = [bytes.fromhex(text[2:]) for text in others]
    named = {_octets(account) for account in held} | set(addresses)
    if len(named) != len(held) + len(addresses):
        raise KeysUnusable(f"{path} names a reporter twice: one signature would count for two")
    if type(threshold) is not int or threshold < 1:
        raise KeysUnusable(f"{path}: threshold must be a whole number from 1 on")
    if len(named) < threshold:
        raise KeysUnusable(f"{path} has {len(named)} reporters, {threshold} must sign")
    return Keys(operator, tuple(held), tuple(sorted(addresses)), threshold)


def _json(path: Path, remedy: str) -> Any:
    text = read_secret(path, remedy)
    try:
        return json.loads(text)
    except ValueError as error:
        raise KeysUnusable(f"{path} is not JSON ({error}): {remedy}") from error


def _is(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _octets(account: Account) -> bytes:
    return bytes.fromhex(account.address[2:])


def _new_key() -> str:
    from eth_account import Account as Accounts

    key: bytes = bytes(Accounts.create().key)
    return "0x" + key.hex()
