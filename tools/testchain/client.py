"""Contracts by name: deploy, call, send, and the names of what they refuse and report."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode, encode
from eth_utils.address import to_checksum_address

from oracle.attest.keccak import keccak256
from tools.testchain.errors import Reverted, RevertedData
from tools.testchain.transports import TRANSACTION_GAS_MAX, Log, Transport

Abi = list[dict[str, Any]]
SOLIDITY_ERRORS: Abi = [
    {"type": "error", "name": "Error", "inputs": [{"name": "reason", "type": "string"}]},
    {"type": "error", "name": "Panic", "inputs": [{"name": "code", "type": "uint256"}]},
]


@dataclass(frozen=True, slots=True)
class Artifact:
    """A compiled contract."""

    name: str
    abi: Abi
    bytecode: bytes


@dataclass(frozen=True, slots=True)
class Event:
    """An event by name, with its arguments by name."""

    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Receipt:
    """A mined transaction."""

    gas_used: int
    events: tuple[Event, ...]

    def only(self, name: str) -> dict[str, Any]:
        """Arguments of the one event of this name. Raises ValueError unless there is exactly one."""
        (found,) = [event.arguments for event in self.events if event.name == name]
        return found


class Chain:
    """Deploys artifacts by name. The first account deploys and sends unless told otherwise."""

    def __init__(self, transport: Transport, artifacts: Mapping[str, Artifact]) -> None:
        self.transport = transport
        self.artifacts = artifacts
        self.accounts = [to_checksum_address(account) for account in transport.accounts]
        entries = SOLIDITY_ERRORS + [entry for artifact in artifacts.values() for entry in artifact.abi]
        self._errors = {selector(entry): entry for entry in entries if entry["type"] == "error"}
        self._events = {topic(entry): entry for entry in entries if entry["type"] == "event"}

    @property
    def chain_id(self) -> int:
        """Chain id that contracts see."""
        return self.transport.chain_id

    def deploy(self, name: str, *arguments: Any, sender: str | None = None) -> "Contract":
        """A new contract."""
        return self.deploy_measured(name, *arguments, sender=sender)[0]

    def deploy_measured(
        self, name: str, *arguments: Any, sender: str | None = None
    ) -> tuple["Contract", int]:
        """A new contract and the gas of its deployment."""
        artifact = self.artifacts[name]
        inputs = [entry["inputs"] for entry in artifact.abi if entry["type"] == "constructor"]
        payload = artifact.bytecode + (encode(types(inputs[0]), arguments) if inputs else b"")
        try:
            receipt = self.transport.send(None, payload, sender or self.accounts[0], TRANSACTION_GAS_MAX)
        except RevertedData as reverted:
            raise self.named(reverted) from None
        if receipt.contract is None:
            raise ValueError(f"{name} was not deployed")
        return Contract(self, artifact, to_checksum_address(receipt.contract)), receipt.gas_used

    def contract_at(self, name: str, address: str) -> "Contract":
        """A contract that stands on the chain already."""
        return Contract(self, self.artifacts[name], to_checksum_address(address))

    def named(self, reverted: RevertedData) -> Reverted:
        """The error that a revert names; `Unnamed` with the bytes where no artifact knows it."""
        entry = self._errors.get(reverted.reason[:4])
        if entry is None:
            return Reverted("Unnamed", (reverted.reason,))
        return Reverted(entry["name"], decode(types(entry["inputs"]), reverted.reason[4:]))

    def error_name(self, selector: bytes) -> str:
        """Name of the error with this selector; `Unnamed` where no artifact knows it."""
        entry = self._errors.get(selector)
        return entry["name"] if entry else "Unnamed"

    def read(self, log: Log) -> Event:
        """The event of a log; `Unnamed` where no artifact knows it."""
        entry = self._events.get(log.topics[0]) if log.topics else None
        if entry is None:
            return Event("Unnamed", {})
        indexed = [argument for argument in entry["inputs"] if argument["indexed"]]
        plain = [argument for argument in entry["inputs"] if not argument["indexed"]]
        arguments = {
            argument["name"]: decode([canonical(argument)], word)[0]
            for argument, word in zip(indexed, log.topics[1:], strict=True)
        }
        values = decode(types(plain), log.payload)
        return Event(
            entry["name"], arguments | dict(zip((name["name"] for name in plain), values, strict=True))
        )


class Contract:
    """A contract on a chain, whose functions are called by name with positional arguments."""

    def __init__(self, chain: Chain, artifact: Artifact, address: str) -> None:
        self.chain = chain
        self.address = address
        self.artifact = artifact
        self._functions = {entry["name"]: entry for entry in artifact.abi if entry["type"] == "function"}

    @property
    def address_bytes(self) -> bytes:
        """Address as 20 bytes."""
        return bytes.fromhex(self.address[2:])

    def call(self, function: str, *arguments: Any, sender: str | None = None) -> Any:
        """Answer of a read-only call; a tuple when there are several. Raises Reverted."""
        entry = self._functions[function]
        try:
            answer = self.chain.transport.call(
                self.address, self.encoded(function, *arguments), self._from(sender)
            )
        except RevertedData as reverted:
            raise self.chain.named(reverted) from None
        values = decode(types(entry["outputs"]), answer)
        return values[0] if len(values) == 1 else values

    def send(
        self, function: str, *arguments: Any, sender: str | None = None, gas: int = TRANSACTION_GAS_MAX
    ) -> Receipt:
        """Receipt of a transaction. Raises Reverted."""
        payload = self.encoded(function, *arguments)
        try:
            receipt = self.chain.transport.send(self.address, payload, self._from(sender), gas)
        except RevertedData as reverted:
            raise self.chain.named(reverted) from None
        return Receipt(receipt.gas_used, tuple(self.chain.read(log) for log in receipt.logs))

    def send_raw(self, payload: bytes, sender: str | None = None) -> Receipt:
        """Receipt of a transaction with these bytes as they are. Raises Reverted."""
        try:
            receipt = self.chain.transport.send(
                self.address, payload, self._from(sender), TRANSACTION_GAS_MAX
            )
        except RevertedData as reverted:
            raise self.chain.named(reverted) from None
        return Receipt(receipt.gas_used, tuple(self.chain.read(log) for log in receipt.logs))

    def encoded(self, function: str, *arguments: Any) -> bytes:
        """Calldata of a call."""
        entry = self._functions[function]
        return selector(entry) + encode(types(entry["inputs"]), arguments)

    def changing_functions(self) -> list[str]:
        """Names of the functions that may change state."""
        changing = ("nonpayable", "payable")
        return sorted(name for name, entry in self._functions.items() if entry["stateMutability"] in changing)

    def _from(self, sender: str | None) -> str:
        return sender or self.chain.accounts[0]


def canonical(argument: Mapping[str, Any]) -> str:
    """Type of an ABI argument as signatures spell it, structs as tuples."""
    kind: str = argument["type"]
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(types(argument['components']))}){kind.removeprefix('tuple')}"


def types(arguments: list[dict[str, Any]]) -> list[str]:
    """Types of ABI arguments."""
    return [canonical(argument) for argument in arguments]


def topic(entry: Mapping[str, Any]) -> bytes:
    """Hash of an ABI entry's signature."""
    return keccak256(f"{entry['name']}({','.join(types(entry['inputs']))})".encode())


def selector(entry: Mapping[str, Any]) -> bytes:
    """The four bytes that name a function or an error."""
    return topic(entry)[:4]
