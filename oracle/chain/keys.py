"""The keys that send and sign: one operator, some reporters, in one file that only its owner can read.

The operator's account is relayer (it sends every transaction), registrar (it registers configurations at the
ledger) and treasurer (it credits receipts and confirms bank payouts) in one: the demo shows the mechanism, it
does not separate powers. The same holds for the reporters: five keys in one file are one party.

File, JSON: {"operator": "0x<32 bytes>", "reporters": ["0x<32 bytes>", …]}. For the local node it is generated
on first use; for any other node it must exist. The node itself never sees a key: transactions are signed here
and the local node is started without accounts of its own.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oracle.errors import KeysUnusable
from oracle.secret_file import read_secret, write_secret_once

if TYPE_CHECKING:  # loading it takes a third of a second, which commands without keys need not wait
    from eth_account.signers.local import LocalAccount

REPORTER_COUNT = 5
THRESHOLD = 3
_KEY = re.compile(r"0x[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class Keys:
    """Accounts that can sign; reporters in ascending order of their addresses."""

    operator: "LocalAccount"
    reporters: tuple["LocalAccount", ...]

    @property
    def reporter_addresses(self) -> list[bytes]:
        """The 20-byte addresses that the contracts are deployed with."""
        return [bytes.fromhex(reporter.address[2:]) for reporter in self.reporters]

    @property
    def operator_address(self) -> bytes:
        """The 20-byte address of relayer, registrar and treasurer."""
        return bytes.fromhex(self.operator.address[2:])


def load_or_create_keys(path: Path) -> Keys:
    """The keys of `path`; generated there, mode 0600, when the file does not exist."""
    if not path.exists():
        document = {
            "operator": _new_key(),
            "reporters": [_new_key() for _ in range(REPORTER_COUNT)],
        }
        write_secret_once(path, json.dumps(document, indent=2) + "\n")
    return load_keys(path)


def load_keys(path: Path) -> Keys:
    """The keys of an existing file. Raises KeysUnusable with the remedy."""
    remedy = 'expected {"operator": "0x…", "reporters": ["0x…", …]} with 32-byte keys, mode 0600'
    text = read_secret(path, remedy)
    try:
        document = json.loads(text)
    except ValueError as error:
        raise KeysUnusable(f"{path} is not JSON ({error}): {remedy}") from error
    return _parsed(path, document, remedy)


def _parsed(path: Path, document: Any, remedy: str) -> Keys:
    operator = document.get("operator") if isinstance(document, dict) else None
    reporters = document.get("reporters") if isinstance(document, dict) else None
    listed = [operator, *reporters] if isinstance(reporters, list) else [None]
    if not all(isinstance(key, str) and _KEY.fullmatch(key) for key in listed):
        raise KeysUnusable(f"{path} is not a keys file: {remedy}")
    from eth_account import Account

    accounts = [Account.from_key(key) for key in listed[1:]]
    accounts.sort(key=lambda account: int(account.address, 16))
    if len({account.address for account in accounts}) != len(accounts):
        raise KeysUnusable(f"{path} names a reporter twice: one signature would count for two")
    if len(accounts) < THRESHOLD:
        raise KeysUnusable(f"{path} has {len(accounts)} reporters, {THRESHOLD} must sign")
    return Keys(Account.from_key(operator), tuple(accounts))


def _new_key() -> str:
    from eth_account import Account

    key: bytes = bytes(Account.create().key)
    return "0x" + key.hex()
