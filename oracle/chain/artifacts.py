"""Bindings from the committed artifacts: call data, answers, events and custom errors of our contracts."""

import json
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from eth_abi.exceptions import DecodingError

from oracle.attest.keccak import keccak256
from oracle.chain.code import code_difference
from oracle.ports import Log

ARTIFACTS = Path(__file__).resolve().parents[2] / "contracts/artifacts"
CONTRACTS = ("EnergyLedger", "CommunityTimelock", "CommunityVault", "TestEuro")
SELECTOR_BYTES = 4


class Artifact:
    """One compiled contract: its ABI and creation code."""

    def __init__(self, name: str) -> None:
        # Loaded here: it takes half a second, which commands that ask no contract need not wait.
        from web3 import Web3

        document = json.loads((ARTIFACTS / f"{name}.json").read_text(encoding="utf-8"))
        self._document: dict[str, Any] = document
        self._abi: list[dict[str, Any]] = document["abi"]
        # Encoding and decoding need no node: this Web3 has no provider.
        self._codec = Web3().codec
        self._contract = Web3().eth.contract(abi=document["abi"], bytecode=document["bytecode"])

    def creation(self, *arguments: object) -> bytes:
        """Creation code followed by the constructor's arguments."""
        return bytes.fromhex(self._contract.constructor(*arguments).data_in_transaction[2:])

    def code_difference(self, code: bytes) -> str | None:
        """Where code on a chain departs from this contract's, in words; None where it does not."""
        return code_difference(code, self._document)

    def call(self, function: str, *arguments: object) -> bytes:
        """Call data of a function."""
        return bytes.fromhex(self._contract.encode_abi(function, args=list(arguments))[2:])

    def decoded(self, data: bytes) -> tuple[str, dict[str, Any]] | None:
        """Name and arguments of a function from its call data; None when it is none of this contract's."""
        try:
            function, arguments = self._contract.decode_function_input(data)
        except (ValueError, DecodingError):
            return None
        return str(function.fn_name), arguments

    def topic(self, event: str) -> bytes:
        """What the logs of an event begin with."""
        return keccak256(_signature(self._entry("event", event)).encode())

    def answer(self, function: str, octets: bytes) -> tuple[Any, ...]:
        """Decoded return values of a view. Raises DecodingError on bytes of another shape."""
        return self._codec.decode(_types(self._entry("function", function)["outputs"]), octets)

    def event(self, name: str, log: Log) -> dict[str, Any] | None:
        """Arguments of an event by name, or None when the log is another one."""
        entry = self._entry("event", name)
        if not log.topics or log.topics[0] != self.topic(name):
            return None
        indexed = [field for field in entry["inputs"] if field["indexed"]]
        others = [field for field in entry["inputs"] if not field["indexed"]]
        values = [
            self._codec.decode(_types([field]), topic)[0]
            for field, topic in zip(indexed, log.topics[1:], strict=True)
        ]
        values += self._codec.decode(_types(others), log.data)
        return dict(zip([field["name"] for field in indexed + others], values, strict=True))

    def plain_event(self, log: Log) -> tuple[str, dict[str, Any]] | None:
        """Name and arguments of an event as JSON keeps them exactly; None when it is none of this contract's.

        Whole numbers become decimal text, bytes and addresses lower-case 0x text, structs objects.
        """
        entry = self._events.get(log.topics[0]) if log.topics else None
        if entry is None:
            return None
        try:
            found = self.event(entry["name"], log)
        except (DecodingError, ValueError):
            return None
        fields = {field["name"]: field for field in entry["inputs"]}
        return entry["name"], {name: _plain(fields[name], value) for name, value in (found or {}).items()}

    @cached_property
    def _events(self) -> dict[bytes, dict[str, Any]]:
        events = [entry for entry in self._abi if entry["type"] == "event"]
        return {keccak256(_signature(entry).encode()): entry for entry in events}

    def error(self, data: bytes) -> str | None:
        """A custom error with its facts, e.g. `EnergyLedger_NotRegistrar(caller=0x…)`, or None if unknown."""
        for entry in self._abi:
            if (
                entry["type"] == "error"
                and keccak256(_signature(entry).encode())[:SELECTOR_BYTES] == data[:SELECTOR_BYTES]
            ):
                try:
                    values = self._codec.decode(_types(entry["inputs"]), data[SELECTOR_BYTES:])
                except DecodingError:
                    return str(entry["name"])
                facts = zip([field["name"] for field in entry["inputs"]], values, strict=True)
                return f"{entry['name']}({', '.join(f'{name}={_shown(value)}' for name, value in facts)})"
        return None

    def _entry(self, kind: str, name: str) -> dict[str, Any]:
        return next(entry for entry in self._abi if entry["type"] == kind and entry["name"] == name)


@cache
def artifact(name: str) -> Artifact:
    """The bindings of one of our contracts, read once."""
    return Artifact(name)


def error_sentence(data: bytes) -> str | None:
    """The custom error of any of our contracts behind a revert's data."""
    return next((found for name in CONTRACTS if (found := artifact(name).error(data))), None)


def _types(fields: list[dict[str, Any]]) -> list[str]:
    return [_type(field) for field in fields]


def _type(field: dict[str, Any]) -> str:
    if not field["type"].startswith("tuple"):
        return str(field["type"])
    inner = ",".join(_types(field["components"]))
    return f"({inner}){field['type'].removeprefix('tuple')}"


def _signature(entry: dict[str, Any]) -> str:
    return f"{entry['name']}({','.join(_types(entry['inputs']))})"


def _shown(value: object) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)


def _plain(field: dict[str, Any], value: Any) -> Any:
    """A decoded value as JSON keeps it exactly; `field` is its entry in the ABI."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return value.lower()
    if field["type"] == "tuple":
        inner = zip(field["components"], value, strict=True)
        return {one["name"]: _plain(one, part) for one, part in inner}
    return [_plain({**field, "type": field["type"].removesuffix("[]")}, part) for part in value]
