"""One key in a file: encrypted (Ethereum keystore, version 3), or a note of who keeps it.

The key is in no other place: not in the database, not in a log, not on a command line. A file says either
{"version": 3, "crypto": {…}, "address": "…"} or {"signer": "http://…", "public_key": "0x<64 bytes>"}.
Source: Web3 Secret Storage Definition; eth_account implements it (scrypt and AES-128-CTR).
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, Union
from urllib.parse import urlsplit

from oracle.attest.signature import PUBLIC_KEY_BYTES
from oracle.chain.remote_signer import RemoteAccount
from oracle.errors import KeysUnusable
from oracle.secret_file import read_secret, write_secret_once

if TYPE_CHECKING:  # loading it takes a third of a second, which commands without keys need not wait
    from eth_account.signers.local import LocalAccount

Account: TypeAlias = Union["LocalAccount", RemoteAccount]
Passphrase: TypeAlias = Callable[[Path], str]
"""Gives the passphrase of a keystore; asked only when one has to be opened."""

KEY_BYTES = 32
PASSPHRASE_CHARACTERS_MIN = 12
REMEDY = (
    "`condivisa keys create FILE` makes an encrypted keystore; a key of a remote signer is a file "
    '{"signer": "http://…", "public_key": "0x<64 bytes>"}'
)
_PUBLIC_KEY = re.compile(rf"0x[0-9a-fA-F]{{{2 * PUBLIC_KEY_BYTES}}}", re.ASCII)


def no_passphrase(path: Path) -> str:
    """Where nobody can be asked. Raises KeysUnusable with the remedy."""
    raise KeysUnusable(
        f"{path} is encrypted: name the file with its passphrase in CONDIVISA_KEYSTORE_PASSPHRASE_FILE"
    )


def passphrase_in(file: Path) -> Passphrase:
    """The passphrase that the first line of a file of one's own holds."""

    def read(_keystore: Path) -> str:
        lines = read_secret(file, "its first line is the keystores' passphrase, mode 0600").splitlines()
        if not lines or not lines[0]:
            raise KeysUnusable(f"{file} holds no passphrase in its first line")
        return lines[0]

    return read


def open_keystore(path: Path, passphrase: Passphrase = no_passphrase) -> Account:
    """The account of a keystore or of a remote signer's key. Raises KeysUnusable with the remedy."""
    document = _document(path)
    if "signer" in document:
        return _remote(path, document)
    if document.get("version") != 3 or not isinstance(document.get("crypto"), dict):
        raise KeysUnusable(f"{path} is no keystore: {REMEDY}")
    from eth_account import Account as Accounts

    try:
        key = Accounts.decrypt(document, passphrase(path))
    except (ValueError, TypeError, KeyError, NotImplementedError) as error:
        # The library's sentence may quote the file; ours says what to do.
        raise KeysUnusable(f"{path} does not open: another passphrase, or the file is damaged") from error
    account: LocalAccount = Accounts.from_key(key)
    return account


def create_keystore(path: Path, passphrase: str, key: bytes | None = None) -> str:
    """Write a new key, or a given one (32 bytes), encrypted, mode 0600; its address with check sum.

    Raises KeysUnusable when the file exists, the passphrase is short, or the bytes are no key.
    """
    from eth_account import Account as Accounts

    if path.exists():
        raise KeysUnusable(f"{path} exists: a key is never overwritten")
    if len(passphrase) < PASSPHRASE_CHARACTERS_MIN:
        raise KeysUnusable(f"a passphrase has at least {PASSPHRASE_CHARACTERS_MIN} characters")
    try:
        account = Accounts.create() if key is None else Accounts.from_key(key)
    except ValueError as error:
        raise KeysUnusable("this is no key: 32 bytes below the order of the curve are one") from error
    document = Accounts.encrypt(account.key, passphrase)
    write_secret_once(path, json.dumps(document, indent=2) + "\n")
    if open_address(path) != account.address:
        raise KeysUnusable(f"{path} was written by another process meanwhile: a key is never overwritten")
    return str(account.address)


def open_address(path: Path) -> str:
    """The address that a key's file names, with check sum; no passphrase is needed."""
    from eth_utils.address import to_checksum_address

    document = _document(path)
    if "signer" in document:
        return _remote(path, document).address
    named = document.get("address")
    if not isinstance(named, str) or not re.fullmatch(r"(0x)?[0-9a-fA-F]{40}", named, re.ASCII):
        raise KeysUnusable(f"{path} names no address: {REMEDY}")
    return str(to_checksum_address("0x" + named.removeprefix("0x")))


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(read_secret(path, REMEDY))
    except ValueError as error:
        raise KeysUnusable(f"{path} is no keystore: {REMEDY}") from error
    if not isinstance(document, dict):
        raise KeysUnusable(f"{path} is no keystore: {REMEDY}")
    return document


def _remote(path: Path, document: dict[str, Any]) -> RemoteAccount:
    url, key = document["signer"], document.get("public_key")
    if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https"):
        raise KeysUnusable(f"{path}: signer must be the address of a Web3Signer, http:// or https://")
    if not isinstance(key, str) or not _PUBLIC_KEY.fullmatch(key):
        raise KeysUnusable(f"{path}: public_key must be 0x and {2 * PUBLIC_KEY_BYTES} hexadecimal digits")
    return RemoteAccount(url, bytes.fromhex(key[2:]))
