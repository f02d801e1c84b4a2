"""What a verifier trusts, in a file of the verifier's own: never taken from the receipt that is checked."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

DEFAULT_FILES = (Path(".condivisa/trust.toml"), Path("~/.config/condivisa/trust.toml"))
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


class TrustUnusable(Exception):  # noqa: N818 - the names of errors say what happened
    """The verifier's own file is missing or unreadable; the sentence holds the remedy."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Chain, node and contracts that the verifier believes in. Addresses are lower-case."""

    chain_id: int
    rpc: str
    ledger: str
    vault: str


def trust_file(given: Path | None = None) -> Path:
    """The given file, else the first of the default ones that exists. Raises TrustUnusable."""
    for path in [given] if given else [file.expanduser() for file in DEFAULT_FILES]:
        if path.is_file():
            return path
    looked = str(given) if given else " and ".join(str(file) for file in DEFAULT_FILES)
    raise TrustUnusable(
        f"no trust file at {looked}. Write one with the values that your community published: "
        'chain_id = 31337, rpc = "http://…", ledger = "0x…", vault = "0x…"'
    )


def load_trust(path: Path) -> Trust:
    """The trust file's four values. Raises TrustUnusable naming the first that is missing or malformed."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrustUnusable(f"{path} cannot be read: {error}") from error
    chain_id, rpc = values.get("chain_id"), values.get("rpc")
    if type(chain_id) is not int or chain_id < 1:
        raise TrustUnusable(f"{path}: chain_id must be a positive integer, e.g. chain_id = 31337")
    if not isinstance(rpc, str) or not rpc:
        raise TrustUnusable(f'{path}: rpc must be the address of a node, e.g. rpc = "http://127.0.0.1:8545"')
    addresses = [values.get(name) for name in ("ledger", "vault")]
    for name, address in zip(("ledger", "vault"), addresses, strict=True):
        if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
            raise TrustUnusable(f'{path}: {name} must be the address of a contract, e.g. {name} = "0x…"')
    return Trust(chain_id, rpc, str(addresses[0]).lower(), str(addresses[1]).lower())


def trust_text(trust: Trust) -> str:
    """The file's text, with the warning that belongs to a file written by the operator."""
    return (
        "# What `condivisa verify` believes in. This copy was written by the operator for its own machine:\n"
        "# a member compares the four values with those that the community published elsewhere.\n"
        f'chain_id = {trust.chain_id}\nrpc = "{trust.rpc}"\n'
        f'ledger = "{trust.ledger}"\nvault = "{trust.vault}"\n'
    )
