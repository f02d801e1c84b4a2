"""A file against the digests that a community anchored on the ledger, which keeps them in its logs alone."""

from dataclasses import dataclass
from typing import Any

from oracle.attest.keccak import keccak256
from oracle.chain.check import Check, hexed

ANCHORED = hexed(keccak256(b"Anchored(bytes32,bytes32,address,bytes32)"))


@dataclass(frozen=True, slots=True)
class AnchoredFile:
    """Digests of a file by the name of their hash, and the topic (32 bytes) to look under, None: any."""

    digests: dict[str, bytes]
    topic: bytes | None = None


def check_anchor(check: Check, file: AnchoredFile) -> None:
    """Check 5 of an anchor: one of the file's digests is anchored by the trusted vault's community."""
    (community,) = check.view(check.trust.vault, "community()", words=1)
    check.compared.append(f"community {hexed(community)}")
    found = [log for log in _logs(check, community, file.topic) if _name(log, file) is not None]
    tried = ", ".join(f"{name} {hexed(digest)}" for name, digest in file.digests.items())
    check.require(
        bool(found),
        f"no anchor of this community{_under(file)} holds the file's {tried}: the file was changed, or never "
        "anchored, or this node keeps no old logs (then ask another one with --rpc)",
    )
    first = found[0]
    check.compared.append(f"the file's {_name(first, file)} {first['data']} is anchored")
    account = f"0x{first['topics'][3][-40:]}"
    check.status = f"anchored by {account} in block {int(first['blockNumber'], 16)}, {_time(check, first)}"
    if len(found) > 1:
        check.status += f", and {len(found) - 1} times more since"


def _logs(check: Check, community: bytes, topic: bytes | None) -> list[dict[str, Any]]:
    """Anchors of the community as of the head, oldest first."""
    assert check.head is not None
    topics = [ANCHORED, hexed(community)] + ([] if topic is None else [hexed(topic)])
    query = {
        "address": check.trust.ledger,
        "fromBlock": "0x0",
        "toBlock": hex(check.head.number),
        "topics": topics,
    }
    return list(check.rpc.call("eth_getLogs", query))


def _name(log: dict[str, Any], file: AnchoredFile) -> str | None:
    """Which of the file's hashes an anchor holds."""
    names = (name for name, digest in file.digests.items() if hexed(digest) == log["data"])
    return next(names, None)


def _under(file: AnchoredFile) -> str:
    return "" if file.topic is None else f" under the topic {hexed(file.topic)}"


def _time(check: Check, log: dict[str, Any]) -> str:
    block = check.rpc.call("eth_getBlockByNumber", log["blockNumber"], False)
    return f"timestamp {int(block['timestamp'], 16)}"
