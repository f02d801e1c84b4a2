"""Blocks and decoded events of our contracts, as the follower asks for them.

Source: Ethereum execution API (eth_getBlockByNumber, eth_getLogs); names and fields from the committed
artifacts. A log of an address of ours that no artifact knows is kept under the name `unknown`, undecoded.
"""

from collections.abc import Mapping
from typing import Any

from oracle.chain.artifacts import artifact
from oracle.chain.contracts import LEDGER, TIMELOCK, VAULT
from oracle.chain.rpc import Node
from oracle.errors import NodeUnreachable
from oracle.ports import BlockHeader, ChainEvent, Log

ARTIFACTS = {"ledger": LEDGER, "timelock": TIMELOCK, "vault": VAULT}
UNKNOWN = "unknown"


class NodeEvents:
    """Implements `EventSource` over a node."""

    def __init__(self, node: Node, chain_id: int) -> None:
        self._node = node
        self._chain_id = chain_id

    @property
    def chain_id(self) -> int:
        """The chain that is read."""
        return self._chain_id

    def head(self) -> BlockHeader:
        """The newest block."""
        return self._header(self._node.call("eth_getBlockByNumber", "latest", False))

    def headers(self, first: int, last: int) -> list[BlockHeader]:
        """Blocks first to last, those that there are, in few requests."""
        each = [(hex(number), False) for number in range(first, last + 1)]
        found = self._node.call_each("eth_getBlockByNumber", each)
        return [self._header(block) for block in found if block is not None]

    def events(self, contracts: Mapping[bytes, str], first: int, last: int) -> list[ChainEvent]:
        """Events of the contracts in blocks first to last, in the order of the chain."""
        if not contracts:
            return []
        addresses = ["0x" + address.hex() for address in contracts]
        query = {"address": addresses, "fromBlock": hex(first), "toBlock": hex(last)}
        logs = self._node.call("eth_getLogs", query)
        try:
            found = [self._event(contracts, log) for log in logs if not log.get("removed")]
        except (AttributeError, KeyError, TypeError) as error:
            raise NodeUnreachable(f"{self._node.url} answered logs that are none") from error
        return sorted(found, key=lambda event: (event.block_number, event.log_index))

    def _header(self, block: Any) -> BlockHeader:
        read = self._node
        if not isinstance(block, dict):
            raise NodeUnreachable(f"{read.url} answered {block!r:.60} where a block belongs")
        number, timestamp = read.integer(block.get("number")), read.integer(block.get("timestamp"))
        return BlockHeader(
            number, read.octets(block.get("hash")), read.octets(block.get("parentHash")), timestamp
        )

    def _event(self, contracts: Mapping[bytes, str], raw: dict[str, Any]) -> ChainEvent:
        read = self._node
        topics = tuple(read.octets(topic) for topic in raw["topics"])
        log = Log(read.octets(raw["address"]), topics, read.octets(raw["data"]))
        name, arguments = artifact(ARTIFACTS[contracts[log.address]]).plain_event(log) or _undecoded(log)
        return ChainEvent(
            read.integer(raw["blockNumber"]), read.integer(raw["logIndex"]), read.octets(raw["blockHash"]),
            read.octets(raw["transactionHash"]), log.address, name, arguments,
            _named(arguments, "community"), _named(arguments, "configuration"),
        )  # fmt: skip


def _undecoded(log: Log) -> tuple[str, dict[str, Any]]:
    return UNKNOWN, {"topics": ["0x" + topic.hex() for topic in log.topics], "data": "0x" + log.data.hex()}


def _named(arguments: Mapping[str, Any], name: str) -> bytes | None:
    value = arguments.get(name)
    return bytes.fromhex(value[2:]) if isinstance(value, str) else None
