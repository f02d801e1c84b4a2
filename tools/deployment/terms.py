"""What a deployment is asked for, from a TOML file: what the contracts take stands in their ABIs, not here.

A key is the ABI's name in small letters with underscores: `finalityDelay_` is `finality_delay`. Of
[community], `name` becomes the salt, `governance_delay` is the timelock's delay, and each entry of `areas`
registers a configuration. Delays are seconds, shares basis points, addresses 0x and 40 digits.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_utils.address import is_checksum_address, to_checksum_address

from oracle.attest.identifiers import area

Abi = list[dict[str, Any]]
LEDGER, TIMELOCK, VAULT = "EnergyLedger", "CommunityTimelock", "CommunityVault"
ZERO_ADDRESS = "0x" + "0" * 40
BOOKKEEPING = "bookkeeping"
TEST_EURO = "test-euro"
SECTIONS = ("ledger", "community", "vault")
OWN_KEYS = frozenset({"name", "chain_id", "deployer"})
# What this deployment itself brings, and so no file holds.
BROUGHT = {
    "ledger": frozenset[str](),
    "community": frozenset({"registry", "community", "governor", "salt"}),
    "vault": frozenset({"ledger", "community"}),
}
_RENAMED = {"delay": "governance_delay"}
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class TermsUnusable(Exception):  # noqa: N818 - the names of errors say what happened
    """The file of arguments cannot be used; the sentence names file, key and remedy."""

    def __init__(self, path: Path, key: str, remedy: str) -> None:
        super().__init__(f"{path}: {key}: {remedy}")


@dataclass(frozen=True, slots=True)
class Deployer:
    """Who sends: an account that Ape manages, or the operator's key of a keys file."""

    account: str | None
    keys: Path | None


@dataclass(frozen=True, slots=True)
class Terms:
    """A file of arguments; `tables` holds its sections."""

    path: Path
    name: str
    chain_id: int
    deployer: Deployer
    tables: Mapping[str, Mapping[str, Any]]

    def refused(self, key: str, remedy: str) -> TermsUnusable:
        """The error that names this file."""
        return TermsUnusable(self.path, key, remedy)

    def wants_test_euro(self) -> bool:
        """Whether the vault counts in a test euro that is deployed with it."""
        return self.tables.get("vault", {}).get("token") == TEST_EURO


def load_terms(path: Path, abis: Mapping[str, Abi]) -> Terms:
    """The file's terms, with every key known to its section. Raises TermsUnusable."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TermsUnusable(path, "the file", f"cannot be read as TOML: {error}") from error
    tables = {name: table for name, table in document.items() if name in SECTIONS}
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise TermsUnusable(path, name, f"must be a table: write [{name}] and its keys below")
    terms = Terms(path, _name(path, document), _chain_id(path, document), _deployer(path, document), tables)
    for key in document:
        if key not in OWN_KEYS | set(SECTIONS):
            raise terms.refused(key, "is no argument of any contract: remove it")
    _require_sections(terms)
    _require_known_keys(terms, abis)
    return terms


def _require_sections(terms: Terms) -> None:
    if not terms.tables:
        raise terms.refused("ledger", "neither [ledger] nor [community] is there: nothing would be deployed")
    if "vault" in terms.tables and "community" not in terms.tables:
        raise terms.refused("community", "[vault] is a community's: write [community] and its keys")


def arguments_of(terms: Terms, section: str, abis: Mapping[str, Abi]) -> dict[str, Any]:
    """What a section says, by its keys, checked by the types that the contracts take. Raises TermsUnusable.

    Of a test euro there is no address yet: `token` is missing then.
    """
    # The test euro is named in the file and brought by the deployment.
    given = {key: value for key, value in terms.tables[section].items() if value != TEST_EURO}
    found = {}
    for key, kind in keys_of(terms, section, abis).items():
        if key in given:
            found[key] = _parsed(terms, f"[{section}] {key}", kind, given[key])
        elif key not in terms.tables[section]:
            raise terms.refused(f"[{section}] {key}", f"is missing: {_expected(kind)}")
    return found


def keys_of(terms: Terms, section: str, abis: Mapping[str, Abi]) -> dict[str, str]:
    """The keys of a section and their types, in the order in which the contracts take them."""
    inputs = {
        "ledger": lambda: _inputs(abis[LEDGER]),
        "community": lambda: _inputs(abis[TIMELOCK]) + _inputs(abis[LEDGER], "registerCommunity"),
        "vault": lambda: _inputs(abis[VAULT]),
    }[section]()
    keys = {_RENAMED.get(key_of(field), key_of(field)): str(field["type"]) for field in _flat(inputs)}
    found = {key: kind for key, kind in keys.items() if key not in BROUGHT[section]}
    if section == "community":
        found = {"name": "string", "areas": "area[]"} | found
        if "ledger" not in terms.tables:
            found = {"ledger": "address"} | found
    return found


def _inputs(abi: Abi, function: str | None = None) -> list[dict[str, Any]]:
    """What a function takes; without a name, the constructor."""
    return [
        argument
        for entry in abi
        if entry["type"] == ("function" if function else "constructor") and entry.get("name") == function
        for argument in entry["inputs"]
    ]


def _flat(fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Members of structs in their struct's place."""
    return [
        inner
        for field in fields
        for inner in (_flat(field["components"]) if field["type"] == "tuple" else [field])
    ]


def key_of(field: Mapping[str, Any]) -> str:
    """The key of an ABI argument: small letters with underscores."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", field["name"].strip("_")).lower()


def _require_known_keys(terms: Terms, abis: Mapping[str, Abi]) -> None:
    for section, table in terms.tables.items():
        known = keys_of(terms, section, abis)
        for key in table:
            if key not in known:
                listed = ", ".join(sorted(known))
                raise terms.refused(f"[{section}] {key}", f"is no argument; known are {listed}")


def _name(path: Path, document: Mapping[str, Any]) -> str:
    name = document.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise TermsUnusable(path, "name", 'must be letters a to z, digits and hyphens, e.g. name = "prova"')
    return name


def _chain_id(path: Path, document: Mapping[str, Any]) -> int:
    chain_id = document.get("chain_id")
    if type(chain_id) is not int or chain_id < 1:
        raise TermsUnusable(path, "chain_id", "must be the number of the chain, e.g. chain_id = 31337")
    return chain_id


def _deployer(path: Path, document: Mapping[str, Any]) -> Deployer:
    table = document.get("deployer")
    given = table if isinstance(table, dict) else {}
    (who,) = given.values() if len(given) == 1 else (None,)
    if not isinstance(who, str) or not set(given) <= {"account", "keys"}:
        raise TermsUnusable(
            path, "[deployer]", 'must hold account = "alias" (see `ape accounts list`) or keys = "keys.json"'
        )
    keys = given.get("keys")
    return Deployer(given.get("account"), None if keys is None else path.parent / keys)


def _parsed(terms: Terms, key: str, kind: str, value: Any) -> Any:
    if kind.endswith("[]"):
        if not isinstance(value, list):
            raise terms.refused(key, f"must be {_expected(kind)}")
        return [_parsed(terms, f"{key}[{place}]", kind[:-2], entry) for place, entry in enumerate(value)]
    if kind == "address":
        return _address(terms, key, value)
    if kind in ("string", "area"):
        return _text(terms, key, kind, value)
    if kind.startswith("uint"):
        return _number(terms, key, int(kind.removeprefix("uint")), value)
    raise terms.refused(key, f"is of type {kind}, which this program cannot read from a file")


def _address(terms: Terms, key: str, value: Any) -> str:
    if value == BOOKKEEPING and key.endswith("token"):
        return ZERO_ADDRESS
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        raise terms.refused(key, f"must be {_expected('address')}")
    digits = value[2:]
    if digits not in (digits.lower(), digits.upper()) and not is_checksum_address(value):
        raise terms.refused(key, f"{value} has a wrong digit: it does not fit its check sum (EIP-55)")
    return to_checksum_address(value)


def _text(terms: Terms, key: str, kind: str, value: Any) -> str:
    try:
        if isinstance(value, str) and value:
            if kind == "area":
                area(value)
            return value
    except ValueError:
        pass
    raise terms.refused(key, f"must be {_expected(kind)}")


def _number(terms: Terms, key: str, bits: int, value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << bits:
        raise terms.refused(key, f"must be {_expected(f'uint{bits}')}, not {value!r}")
    return value


def _expected(kind: str) -> str:
    if kind.endswith("[]"):
        return f"a list, each entry {_expected(kind[:-2])}"
    if kind == "address":
        return "an address, 0x and 40 hexadecimal digits"
    if kind == "string":
        return "the community's name, as the service has it"
    if kind == "area":
        return "a primary substation's code, 1 to 32 ASCII characters"
    return f"a whole number from 0 to {(1 << int(kind.removeprefix('uint'))) - 1}"
