"""What a vault's logs tell of its single payouts, in blocks that count by the chain's profile."""

from collections.abc import Sequence
from typing import Any

from oracle.attest.payout_tree import SUM_BYTES
from oracle.chain.artifacts import artifact
from oracle.chain.client import EvmChain
from oracle.ports import EndedSingle, Log, OpenedSingle
from oracle.usecases.resolutions import FIRST_SINGLE

VAULT = "CommunityVault"
_PAID = ("LeafClaimed", "BankConfirmed", "BatchPaid")
_SWEPT = "LeavesSwept"


def single_count(chain: EvmChain, vault: bytes) -> int:
    """How many single payouts there are."""
    (count,) = chain.view(artifact(VAULT), vault, "singleCount", block=chain.newest_that_counts())
    return int(count)


def opened_singles(chain: EvmChain, vault: bytes) -> list[OpenedSingle]:
    """All single payouts by number. Raises NodeRefused where the node keeps or searches too few logs."""
    funds = {int(event["single"]): int(event["fund"]) for event, _ in _events(chain, vault, "FundSpent")}
    replaced = {
        int(event["single"]): int(event["distribution"])
        for name in ("LeafMoved", "LeafRedirected")
        for event, _ in _events(chain, vault, name)
    }
    refused = _events(chain, vault, "RedirectionRefused")
    replaced |= {int(event["single"]): int(event["refused"]) for event, _ in refused}
    opened = [
        _opened(chain, event, raw, funds, replaced)
        for event, raw in _events(chain, vault, "SinglePayoutOpened")
    ]
    return sorted(opened, key=lambda row: row.number)


def ended_single(chain: EvmChain, vault: bytes, number: int) -> EndedSingle | None:
    """What became of a single payout; None while it is open, and where another one took its place."""
    of_it = number.to_bytes(32, "big")
    for name in (*_PAID, _SWEPT):
        for event, raw in _events(chain, vault, name, of_it):
            # A push that failed is logged as well.
            if name != "BatchPaid" or event["paid"]:
                return EndedSingle(name == _SWEPT, _time(chain, raw))
    return None


def _opened(
    chain: EvmChain,
    event: dict[str, Any],
    raw: dict[str, Any],
    funds: dict[int, int],
    replaced: dict[int, int],
) -> OpenedSingle:
    number = int(event["distribution"])
    former = replaced.get(number)
    return OpenedSingle(
        number,
        int.from_bytes(bytes(event["leaf"])[-SUM_BYTES:], "big"),
        funds.get(number),
        former if former is not None and former >= FIRST_SINGLE else None,
        _octets(raw["transactionHash"]),
        _time(chain, raw),
    )


def _events(
    chain: EvmChain, vault: bytes, name: str, *indexed: bytes
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Events of a kind, decoded and as the node answers them, oldest first."""
    topics = [_hexed(topic) for topic in (artifact(VAULT).topic(name), *indexed)]
    query = {
        "address": _hexed(vault),
        "fromBlock": "0x0",
        "toBlock": chain.newest_that_counts(),
        "topics": topics,
    }
    found: Sequence[dict[str, Any]] = chain.rpc.call("eth_getLogs", query)
    decoded = [(artifact(VAULT).event(name, _log(raw)), raw) for raw in found]
    return [(event, raw) for event, raw in decoded if event is not None]


def _time(chain: EvmChain, raw: dict[str, Any]) -> int:
    """Seconds since 1970 of a log's block."""
    block = chain.rpc.call("eth_getBlockByNumber", raw["blockNumber"], False)
    return int(block["timestamp"], 16)


def _log(raw: dict[str, Any]) -> Log:
    return Log(_octets(raw["address"]), tuple(map(_octets, raw["topics"])), _octets(raw["data"]))


def _octets(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def _hexed(octets: bytes) -> str:
    return "0x" + octets.hex()
