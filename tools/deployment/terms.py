"""Constructor arguments from a TOML file: what a contract asks for stands in its ABI and nowhere here.

A key is the ABI's name in small letters with underscores: `finalityDelay_` is `finality_delay`. Keys above
the tables hold for every contract. Delays are seconds, shares basis points, addresses 0x and 40 digits.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_utils.address import is_checksum_address, to_checksum_address

from oracle.attest.identifiers import community_id

Abi = list[dict[str, Any]]
ZERO_ADDRESS = "0x" + "0" * 40
BOOKKEEPING = "bookkeeping"
TEST_EURO = "test-euro"
SECTIONS = {"ledger": "EnergyLedger", "vault": "CommunityVault"}
OWN_KEYS = frozenset({"name", "chain_id", "deployer"})
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_WORD = re.compile(r"0x[0-9a-fA-F]{64}")
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
    """A file of arguments; `tables` holds its sections, `common` what holds for every contract."""

    path: Path
    name: str
    chain_id: int
    deployer: Deployer
    common: Mapping[str, Any]
    tables: Mapping[str, Mapping[str, Any]]

    def refused(self, key: str, remedy: str) -> TermsUnusable:
        """The error that names this file."""
        return TermsUnusable(self.path, key, remedy)

    def wants_test_euro(self) -> bool:
        """Whether the vault counts in a test euro that is deployed with it."""
        return self.tables.get("vault", {}).get("token") == TEST_EURO


def load_terms(path: Path, abis: Mapping[str, Abi]) -> Terms:
    """The file's terms, with every key known to some contract. Raises TermsUnusable."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TermsUnusable(path, "the file", f"cannot be read as TOML: {error}") from error
    tables = {name: table for name, table in document.items() if name in SECTIONS}
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise TermsUnusable(path, name, f"must be a table: write [{name}] and its keys below")
    common = {key: value for key, value in document.items() if key not in OWN_KEYS | set(SECTIONS)}
    terms = Terms(
        path, _name(path, document), _chain_id(path, document), _deployer(path, document), common, tables
    )
    if not tables:
        raise terms.refused("ledger", "neither [ledger] nor [vault] is there, so nothing would be deployed")
    _require_known_keys(terms, abis)
    return terms


def constructor_arguments(
    terms: Terms, section: str, abi: Abi, supplied: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Arguments of a section's contract by their keys, in the order of the ABI. Raises TermsUnusable.

    `supplied` are addresses that this deployment itself brings, for keys that the file leaves out.
    """
    # The test euro is named in the file and brought by the deployment.
    named = {key: value for key, value in terms.tables[section].items() if value != TEST_EURO}
    given = {**terms.common, **(supplied or {}), **named}
    found = {}
    for field in constructor_fields(abi):
        key = key_of(field)
        if key not in given:
            raise terms.refused(f"[{section}] {key}", f"is missing: {_expected(field['type'])}")
        found[key] = _parsed(terms, f"[{section}] {key}", field["type"], given[key])
    return found


def constructor_fields(abi: Abi) -> list[dict[str, Any]]:
    """What a constructor takes; the members of its struct where that is its only argument."""
    inputs = _constructor_inputs(abi)
    return list(inputs[0]["components"]) if takes_struct(abi) else inputs


def takes_struct(abi: Abi) -> bool:
    """Whether the constructor's only argument is a struct."""
    return [argument["type"] for argument in _constructor_inputs(abi)] == ["tuple"]


def _constructor_inputs(abi: Abi) -> list[dict[str, Any]]:
    return [argument for entry in abi if entry["type"] == "constructor" for argument in entry["inputs"]]


def key_of(field: Mapping[str, Any]) -> str:
    """The key of an ABI argument: small letters with underscores."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", field["name"].strip("_")).lower()


def _require_known_keys(terms: Terms, abis: Mapping[str, Abi]) -> None:
    known = {section: {key_of(field) for field in constructor_fields(abis[SECTIONS[section]])}
             for section in SECTIONS}  # fmt: skip
    for section, table in terms.tables.items():
        for key in table:
            if key not in known[section]:
                raise terms.refused(
                    f"[{section}] {key}", f"is no argument; known are {', '.join(sorted(known[section]))}"
                )
    for key in terms.common:
        if not any(key in keys for keys in known.values()):
            raise terms.refused(key, "is no argument of any contract: remove it")


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
    if kind == "bytes32":
        return _word(terms, key, value)
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


def _word(terms: Terms, key: str, value: Any) -> str:
    if isinstance(value, str) and _WORD.fullmatch(value):
        return value.lower()
    if isinstance(value, str) and value and not value.startswith("0x"):
        return "0x" + community_id(value).hex()
    raise terms.refused(key, f"must be {_expected('bytes32')}")


def _number(terms: Terms, key: str, bits: int, value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << bits:
        raise terms.refused(key, f"must be {_expected(f'uint{bits}')}, not {value!r}")
    return value


def _expected(kind: str) -> str:
    if kind.endswith("[]"):
        return f"a list, each entry {_expected(kind[:-2])}"
    if kind == "address":
        return "an address, 0x and 40 hexadecimal digits"
    if kind == "bytes32":
        return "the community's name, or 0x and 64 hexadecimal digits"
    return f"a whole number from 0 to {(1 << int(kind.removeprefix('uint'))) - 1}"
