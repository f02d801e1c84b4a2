"""The operator's account on a chain: nonces, fees, signatures, sending, outcomes. Any Ethereum JSON-RPC node.

Fees follow the node: with a base fee the cap is twice it plus the tip that the node asks for (EIP-1559),
without one the node's gas price is paid; where gas is free both come out as zero. Gas is what the node
estimates and a quarter more, never above the cap of a transaction (EIP-7825) or of a block.
"""

from dataclasses import dataclass
from typing import Any

import rlp  # type: ignore[import-untyped]
from eth_abi.exceptions import DecodingError
from eth_utils.address import to_checksum_address

from oracle.chain.artifacts import Artifact, error_sentence
from oracle.chain.keys import Keys
from oracle.chain.rpc import Node
from oracle.errors import CallReverted, NodeRefused, WrongChain
from oracle.ports import Call, Log, Outcome, Signed

GAS_LIMIT_MAX = 16_777_216
DYNAMIC_FEE_TYPE = b"\x02"


@dataclass(frozen=True, slots=True)
class Finality:
    """When an outcome counts: `depth` blocks on top of it, or at the node's tag ("safe", "finalized")."""

    depth: int = 0
    tag: str | None = None

    @property
    def sentence(self) -> str:
        """The profile in words."""
        if self.tag is not None:
            return f'an outcome counts when the node tags its block "{self.tag}"'
        if self.depth:
            return f"an outcome counts with {self.depth} blocks on top of it"
        return "an outcome counts as soon as it is in a block"


class _Fees:
    """Transaction fields that pay for gas, in wei."""

    def __init__(self, cap: int, tip: int | None) -> None:
        self.cap = cap
        self.tip = tip

    def fields(self) -> dict[str, int]:
        if self.tip is None:
            return {"gasPrice": self.cap}
        return {"type": 2, "maxFeePerGas": self.cap, "maxPriorityFeePerGas": self.tip}

    def raised(self) -> "_Fees":
        """An eighth more and one wei: nodes replace a waiting transaction for ten per cent or more."""
        tip = None if self.tip is None else self.tip + self.tip // 8 + 1
        return _Fees(self.cap + self.cap // 8 + 1, tip)


class EvmChain:
    """One chain seen through one node, and the operator's account on it."""

    def __init__(self, rpc: Node, keys: Keys, chain_id: int, finality: Finality | None = None) -> None:
        self.rpc = rpc
        self.keys = keys
        self._chain_id = chain_id
        self._finality = finality or Finality()

    @property
    def chain_id(self) -> int:
        """The chain that everything is signed for (EIP-155)."""
        return self._chain_id

    @property
    def sender(self) -> bytes:
        """The operator's address."""
        return self.keys.operator_address

    @property
    def held_reporters(self) -> frozenset[bytes]:
        """Addresses of the reporters whose keys are held here."""
        return frozenset(self.keys.reporter_addresses)

    @property
    def finality(self) -> Finality:
        """When an outcome counts."""
        return self._finality

    def require_chain(self) -> None:
        """Raises WrongChain when the node serves another chain, NodeUnreachable when it does not answer."""
        found = self.rpc.chain_id()
        if found != self._chain_id:
            raise WrongChain(self.rpc.url, self._chain_id, found)

    def transaction_count(self) -> int:
        """Transactions of the operator in the chain's newest block: the next nonce."""
        return self.rpc.integer(
            self.rpc.call("eth_getTransactionCount", self.keys.operator.address, "latest")
        )

    def gas_of(self, call: Call) -> int:
        """What the node estimates for the call, simulated now. Raises CallReverted."""
        request = {"from": self.keys.operator.address, "data": _hex(call.data)}
        if call.to is not None:
            request["to"] = _hex(call.to)
        try:
            return self.rpc.integer(self.rpc.call("eth_estimateGas", request))
        except CallReverted as error:
            raise CallReverted(
                call.sentence, error_sentence(error.data) or error.reason, error.data
            ) from error

    def sign(self, call: Call, nonce: int) -> Signed:
        """Simulate the call, then sign it with the fees of the moment. Raises CallReverted before signing.

        What needs more gas than a transaction or a block may have is refused: it would be mined for nothing.
        """
        gas, most = self.gas_of(call), self._gas_max()
        if gas > most:
            raise CallReverted(
                call.sentence, f"it needs {gas} gas, and a transaction here has at most {most}"
            )
        return self._signed(nonce, call.to, call.data, min(gas + gas // 4, most), self._market_fees())

    def rehearse(self, raw: bytes, sentence: str) -> None:
        """Simulate a signed transaction on the newest block. Raises CallReverted when it would do nothing."""
        _, to, data, _, _ = _decoded(raw)
        self.gas_of(Call(to, data, sentence))

    def outbid(self, raw: bytes) -> Signed | None:
        """The same transaction at the market's fee when its own is below it, else None."""
        nonce, to, data, gas, fees = _decoded(raw)
        market = self._market_fees()
        if self._current_price() <= fees.cap:
            return None
        raised = fees.raised()
        tip = None if raised.tip is None else max(raised.tip, market.tip or 0)
        return self._signed(nonce, to, data, gas, _Fees(max(raised.cap, market.cap), tip))

    def send(self, signed: Signed) -> None:
        """Hand the transaction to the node. One that the chain knows is no error; else NodeRefused."""
        try:
            self.rpc.call("eth_sendRawTransaction", _hex(signed.raw))
        except NodeRefused:
            if not self.knows(signed.hash):
                raise

    def knows(self, transaction: bytes) -> bool:
        """Whether the node has the transaction, mined or waiting."""
        return self.rpc.call("eth_getTransactionByHash", _hex(transaction)) is not None

    def outcome(self, transaction: bytes) -> Outcome | None:
        """The outcome once it is final by this chain's profile, None before."""
        receipt = self.rpc.call("eth_getTransactionReceipt", _hex(transaction))
        if receipt is None or not self._is_final(self.rpc.integer(receipt["blockNumber"])):
            return None
        return _outcome(receipt) if self._is_canonical(receipt) else None

    def block_of(self, transaction: bytes) -> int | None:
        """Number of the block that holds the transaction now, whether it counts or not; None: none."""
        receipt = self.rpc.call("eth_getTransactionReceipt", _hex(transaction))
        return None if receipt is None else self.rpc.integer(receipt["blockNumber"])

    def notes(self) -> list[str]:
        """What happened to the node's addresses since this was asked last."""
        return self.rpc.notes()

    def has_code(self, address: bytes) -> bool:
        """Whether there is a contract at the address."""
        return self.rpc.octets(self.rpc.call("eth_getCode", _hex(address), "latest")) != b""

    def newest_that_counts(self) -> str:
        """The newest block whose outcomes count, as a node is asked for it."""
        if self._finality.tag is not None:
            return self._finality.tag
        return hex(max(0, self.rpc.head()[0] - self._finality.depth))

    def view(
        self, artifact: Artifact, address: bytes, function: str, *arguments: object, block: str = "latest"
    ) -> tuple[Any, ...]:
        """Decoded answer of a view function, at the newest block by default. Raises CallReverted."""
        request = {"to": _hex(address), "data": _hex(artifact.call(function, *arguments))}
        try:
            return artifact.answer(function, self.rpc.octets(self.rpc.call("eth_call", request, block)))
        except CallReverted as error:
            raise CallReverted(function, error_sentence(error.data) or error.reason) from error
        except DecodingError as error:
            raise CallReverted(function, f"there is no such contract at {_hex(address)}") from error

    def _is_canonical(self, receipt: dict[str, Any]) -> bool:
        """Some nodes keep receipts of blocks that a reorganisation took back, or have not heard of it yet."""
        block = self.rpc.call("eth_getBlockByNumber", receipt["blockNumber"], False)
        return block is not None and block["hash"] == receipt["blockHash"]

    def _gas_max(self) -> int:
        block = self.rpc.call("eth_getBlockByNumber", "latest", False)
        return min(GAS_LIMIT_MAX, self.rpc.integer(block["gasLimit"]))

    def _is_final(self, block_number: int) -> bool:
        if self._finality.tag is not None:
            block = self.rpc.call("eth_getBlockByNumber", self._finality.tag, False)
            return block is not None and self.rpc.integer(block["number"]) >= block_number
        return self.rpc.head()[0] - block_number >= self._finality.depth

    def _base_fee(self) -> int | None:
        block = self.rpc.call("eth_getBlockByNumber", "latest", False)
        return self.rpc.integer(block["baseFeePerGas"]) if "baseFeePerGas" in block else None

    def _current_price(self) -> int:
        """The least that the next block asks for, in wei per gas."""
        base = self._base_fee()
        return self.rpc.integer(self.rpc.call("eth_gasPrice")) if base is None else base

    def _market_fees(self) -> _Fees:
        base = self._base_fee()
        price = self.rpc.integer(self.rpc.call("eth_gasPrice"))
        if base is None:
            return _Fees(price, None)
        tip = max(price - base, 0)
        return _Fees(2 * base + tip, tip)

    def _signed(self, nonce: int, to: bytes | None, data: bytes, gas: int, fees: _Fees) -> Signed:
        transaction: dict[str, Any] = {"chainId": self._chain_id, "nonce": nonce, "gas": gas, "value": 0}
        transaction |= {"data": data, "to": to_checksum_address(to) if to else b"", **fees.fields()}
        signed = self.keys.operator.sign_transaction(transaction)
        return Signed(bytes(signed.raw_transaction), bytes(signed.hash))


def _decoded(raw: bytes) -> tuple[int, bytes | None, bytes, int, _Fees]:
    """Nonce, receiver, data, gas and fees of a transaction that `_signed` made."""
    if raw[:1] == DYNAMIC_FEE_TYPE:
        _, nonce, tip, cap, gas, to, _, data = rlp.decode(raw[1:])[:8]
        fees = _Fees(_integer(cap), _integer(tip))
    else:
        nonce, price, gas, to, _, data = rlp.decode(raw)[:6]
        fees = _Fees(_integer(price), None)
    return _integer(nonce), to or None, data, _integer(gas), fees


def _outcome(receipt: dict[str, Any]) -> Outcome:
    logs = tuple(
        Log(_octets(log["address"]), tuple(_octets(topic) for topic in log["topics"]), _octets(log["data"]))
        for log in receipt["logs"]
    )
    contract = receipt.get("contractAddress")
    return Outcome(
        hash=_octets(receipt["transactionHash"]),
        succeeded=int(receipt["status"], 16) == 1,
        block_number=int(receipt["blockNumber"], 16),
        block_hash=_octets(receipt["blockHash"]),
        gas_used=int(receipt["gasUsed"], 16),
        contract=_octets(contract) if contract else None,
        logs=logs,
    )


def _octets(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()


def _integer(octets: bytes) -> int:
    return int.from_bytes(octets, "big")
