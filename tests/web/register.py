"""An independent model of what the contracts hold: trees, report ids and a node that answers from it.

Written from the interface alone, without the project's own encoders, so that both can be wrong only apart.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from eth_hash.auto import keccak

from tests import curve

VAULT = "0x" + "5a" * 20
LEDGER = "0x" + "1e" * 20
CONFIGURATION = "0x" + "77" * 32
CHANNELS = ["WALLET", "BANK", "SOCIAL"]
EMPTY = (bytes(32), 0)
COMMUNITYOF = keccak(b"communityOf(bytes32)")[:4].hex()
COMMUNITY = keccak(b"community()")[:4].hex()
ISOPENED = keccak(b"isOpened(bytes32,uint32)")[:4].hex()


def euro(amount_micro_eur: int) -> str:
    """Six decimals, as receipts write amounts."""
    return f"{amount_micro_eur // 10**6}.{amount_micro_eur % 10**6:06d}"


def raw(text: str) -> bytes:
    """Bytes of a 0x string."""
    return bytes.fromhex(text.removeprefix("0x"))


def leaf_of(index: int, amount_micro_eur: int) -> dict[str, str]:
    """A leaf whose channel changes with the index."""
    channel = CHANNELS[index % 3]
    payee = {"WALLET": "00" * 12 + f"{index + 1:040x}", "BANK": f"{index + 1:064x}", "SOCIAL": "00" * 32}[
        channel
    ]
    return {
        "channel": channel,
        "payee": "0x" + payee,
        "owner": "0x" + "00" * 20,
        "amount_eur": euro(amount_micro_eur),
    }


def leaf_node(index: int, leaf: dict[str, str]) -> tuple[bytes, int]:
    """Hash and sum of a leaf."""
    amount = int(leaf["amount_eur"].replace(".", ""))
    head = b"\x00" + index.to_bytes(4, "big") + bytes([CHANNELS.index(leaf["channel"])])
    return keccak(head + raw(leaf["payee"]) + raw(leaf["owner"]) + amount.to_bytes(8, "big")), amount


def parent(left: tuple[bytes, int], right: tuple[bytes, int]) -> tuple[bytes, int]:
    """Hash and sum of an inner node."""
    encoded = b"".join(digest + total.to_bytes(8, "big") for digest, total in (left, right))
    return keccak(b"\x01" + encoded), left[1] + right[1]


@dataclass
class Payouts:
    """A distribution whose leaves have the given amounts in micro-euro."""

    amounts: list[int]
    distribution: int = 1
    valid_at: int = 1_720_000_000
    levels: list[list[tuple[bytes, int]]] = field(init=False)

    def __post_init__(self) -> None:
        """Build the padded tree."""
        depth = max(len(self.amounts) - 1, 0).bit_length()
        leaves = [leaf_node(i, leaf_of(i, amount)) for i, amount in enumerate(self.amounts)]
        self.levels = [leaves + [EMPTY] * (2**depth - len(leaves))]
        while len(self.levels[-1]) > 1:
            below = self.levels[-1]
            self.levels.append([parent(below[i], below[i + 1]) for i in range(0, len(below), 2)])

    def receipt(self, index: int) -> dict[str, Any]:
        """The receipt of one leaf as its member gets it."""
        path = [level[(index >> height) ^ 1] for height, level in enumerate(self.levels[:-1])]
        return {
            "kind": "condivisa/payout/2",
            "chain_id": 31337,
            "vault": VAULT,
            "distribution": self.distribution,
            "index": index,
            "leaf": leaf_of(index, self.amounts[index]),
            "proof": [{"hash": "0x" + digest.hex(), "sum_eur": euro(total)} for digest, total in path],
            "statement": {
                "community": "Comunità di prova",
                "member": f"M{index:02d}",
                "from": "2024-07-01T00:00+02:00",
                "to": "2024-08-01T00:00+02:00",
                "entitlement_eur": euro(self.amounts[index] + 4_321),
                "previous_balance_eur": "0.001200",
                "balance_eur": "0.005521",
            },
        }

    def tree(self) -> dict[str, Any]:
        """The published tree of all leaves."""
        leaves = [leaf_of(index, amount) for index, amount in enumerate(self.amounts)]
        return {
            "kind": "condivisa/payout-tree/1",
            "chain_id": 31337,
            "vault": VAULT,
            "distribution": self.distribution,
            "total_eur": euro(sum(self.amounts)),
            "leaves": [
                leaf | {"hash": "0x" + leaf_node(index, leaf)[0].hex()} for index, leaf in enumerate(leaves)
            ],
        }

    def kept(self) -> bytes:
        """What the vault answers: seal, depth and time of first payment, a word each."""
        root, funded = self.levels[-1][0]
        seal = keccak(root + words([funded], 32))[:26]
        return seal.ljust(32, b"\0") + words([len(self.levels) - 1, self.valid_at], 32)


def words(values: list[int], size: int) -> bytes:
    """Big-endian words of `size` bytes."""
    return b"".join(value.to_bytes(size, "big") for value in values)


def report_id(report: dict[str, Any], day: int) -> bytes:
    """EIP-712 struct hash of a day's report."""
    kind = keccak(
        b"DayReport(uint32 day,bytes32 predecessor,bytes32 root,bytes32 roster,uint32 pods,"
        b"bytes32 blinding,bytes hours)"
    )
    before = words([day], 32) + raw(report["predecessor"]) + raw(report["root"]) + raw(report["roster"])
    after = words([report["pods"]], 32) + raw(report["blinding"]) + keccak(raw(report["hours"]))
    return keccak(kind + before + after)


def pseudonym(salt: bytes, day: str, pod: str) -> bytes:
    """Id of a POD in the lists of a day's month."""
    month = (int(day[:4]) - 1970) * 12 + int(day[5:7]) - 1
    return keccak(b"\x02" + salt + month.to_bytes(4, "big") + pod.encode().ljust(16, b"\0"))


def root_of_leaves(leaves: list[bytes]) -> bytes:
    """Root of the padded tree; zeros of no leaves."""
    if not leaves:
        return bytes(32)
    level = leaves + [bytes(32)] * (2 ** (len(leaves) - 1).bit_length() - len(leaves))
    while len(level) > 1:
        level = [keccak(b"\x03" + level[i] + level[i + 1]) for i in range(0, len(level), 2)]
    return level[0]


def hour_totals(injected_wh: list[int], withdrawn_wh: list[int]) -> str:
    """A report's hours."""
    return "0x" + b"".join(words([i, w], 5) for i, w in zip(injected_wh, withdrawn_wh, strict=True)).hex()


def hidden(listed: dict[str, Any]) -> dict[str, Any]:
    """The list with a report that hides its totals, and what opens them."""
    report, salt = listed["report"], b"\x51" * 32
    hours = "0x" + keccak(salt + raw(report["hours"])).hex()
    opening = {"salt": "0x" + salt.hex(), "hours": report["hours"], "blinding": report["blinding"]}
    return listed | {"report": report | {"hours": hours, "blinding": "0x" + "00" * 32}, "opening": opening}


def day_list(
    day: str, injected_wh: list[list[int]], withdrawn_wh: list[list[int]], *, more_wh: int = 0
) -> dict[str, Any]:
    """The published list of these PODs' day; `more_wh` is added to the first total that was signed."""
    rows = sorted(
        (keccak(b"id" + bytes([number])), 1_000_003**9 * (number + 1) % curve.N, injected, withdrawn)
        for number, (injected, withdrawn) in enumerate(zip(injected_wh, withdrawn_wh, strict=True))
    )
    entries = [(name, curve.commitment(hidden_by, *hours)) for name, hidden_by, *hours in rows]
    totals = [[sum(row[way][hour] for row in rows) for hour in range(24)] for way in (2, 3)]
    totals[0][0] += more_wh
    return {
        "kind": "condivisa/readings-list/1",
        "chain_id": 31337,
        "ledger": LEDGER,
        "configuration": CONFIGURATION,
        "day": day,
        "report": {
            "predecessor": "0x" + "00" * 32,
            "root": "0x" + root_of_leaves([keccak(b"\x04" + name + point) for name, point in entries]).hex(),
            "roster": "0x" + root_of_leaves([keccak(b"\x05" + name) for name, _ in entries]).hex(),
            "pods": len(entries),
            "blinding": f"0x{sum(row[1] for row in rows) % curve.N:064x}",
            "hours": hour_totals(*totals),
        },
        "entries": [{"id": "0x" + name.hex(), "commitment": "0x" + point.hex()} for name, point in entries],
    }


def reading_receipt(day: str, injected_wh: list[int], withdrawn_wh: list[int]) -> dict[str, Any]:
    """The receipt of one POD's day, third of four in its tree."""
    pod, salt, hidden_by = "IT001E00000007", b"\x31" * 32, b"\x32" * 32
    point = curve.commitment(int.from_bytes(hidden_by, "big"), injected_wh, withdrawn_wh)
    own = keccak(b"\x04" + pseudonym(salt, day, pod) + point)
    siblings = [keccak(b"fourth"), keccak(b"first pair")]
    root = keccak(b"\x03" + siblings[1] + keccak(b"\x03" + own + siblings[0]))
    return {
        "kind": "condivisa/reading/2",
        "chain_id": 31337,
        "ledger": LEDGER,
        "configuration": CONFIGURATION,
        "pod": pod,
        "day": day,
        "salt": "0x" + salt.hex(),
        "blinding": "0x" + hidden_by.hex(),
        "injected_wh": injected_wh,
        "withdrawn_wh": withdrawn_wh,
        "position": 2,
        "proof": ["0x" + digest.hex() for digest in siblings],
        "report": {
            "predecessor": "0x" + "00" * 32,
            "root": "0x" + root.hex(),
            "roster": "0x" + keccak(b"roster").hex(),
            "pods": 4,
            "blinding": "0x" + "33" * 32,
            "hours": hour_totals([3 * wh + 500 for wh in injected_wh], [4 * wh for wh in withdrawn_wh]),
        },
    }


@dataclass
class FakeNode:
    """State of a chain with one vault and one ledger; a test changes single fields."""

    payouts: Payouts
    reading: dict[str, Any]
    listed: dict[str, Any]
    chain_id: int = 31337
    codes: dict[str, str] = field(default_factory=lambda: {VAULT: "0x6001", LEDGER: "0x6001"})
    paid: bool = True
    reserved: bool = False
    cancelled: bool = False
    opened: bool = False
    owner: str = "0x" + "66" * 32
    community: str = "0x" + "66" * 32
    batches: bool = True
    logs: list[dict[str, Any]] = field(default_factory=list)
    html: bool = False
    delay_s: float = 0.0
    odd: dict[str, Any] = field(default_factory=dict)
    url: str = ""
    asked: list[str] = field(default_factory=list)
    requests: int = 0

    def _view(self, data: bytes) -> bytes:
        selector, arguments = data[:4].hex(), data[4:]
        first = int.from_bytes(arguments[:32], "big")
        if selector == "c40af24d":  # distributionOf(uint32)
            if first != self.payouts.distribution:
                return bytes(96)
            return words([0, 2, 1], 32) if self.cancelled else self.payouts.kept()
        if selector == "a5832cc3":  # statusOf(uint32,uint32)
            return words([int(self.paid), int(self.reserved)], 32)
        if selector in (COMMUNITYOF, COMMUNITY):
            return raw(self.owner if selector == COMMUNITYOF else self.community)
        if selector == ISOPENED:
            return words([int(self.opened)], 32)
        for known in (self.reading, self.listed):
            day = date_number(known["day"])
            if arguments == raw(known["configuration"]) + day.to_bytes(32, "big"):
                return report_id(known["report"], day)
        return bytes(32)

    def answer(self, method: str, params: list[Any]) -> Any:
        """Result of one JSON-RPC call; `odd` holds whole answers that a test puts in its place."""
        self.asked.append(method)
        if method == "eth_chainId":
            return hex(self.chain_id)
        if method == "eth_getBlockByNumber":
            return {"number": "0x1b4", "hash": "0x" + "b1" * 32, "timestamp": hex(1_722_500_000)}
        if method == "eth_getCode":
            return self.codes.get(params[0], "0x")
        if method == "eth_getLogs":
            return [row for row in self.logs if _chosen(row["topics"], params[0]["topics"])]
        return "0x" + self._view(raw(params[0]["data"])).hex()


def _chosen(topics: list[str], wanted: list[Any]) -> bool:
    """Whether a log's topics are those that a filter wants; a list wants any of its own."""
    pairs = zip(topics, wanted, strict=False)
    return all(topic in want if isinstance(want, list) else topic == want for topic, want in pairs)


def log(signature: str, topics: list[int], data: list[int]) -> dict[str, Any]:
    """A log of the vault, in block 300."""
    return {
        "topics": ["0x" + keccak(signature.encode()).hex(), *(f"0x{topic:064x}" for topic in topics)],
        "data": "0x" + words(data, 32).hex(),
        "transactionHash": "0x" + "7a" * 32,
        "blockNumber": "0x12c",
    }


def pushed(distribution: int, start: int, leaves: int) -> dict[str, Any]:
    """The log of a push that paid the leaves of a bitmap."""
    return log(
        "BatchPaid(uint32,uint32,uint256,uint256,uint64,uint64)", [distribution], [start, leaves, 0, 0, 0]
    )


def date_number(day: str) -> int:
    """Days since 1970-01-01."""
    return (date.fromisoformat(day) - date(1970, 1, 1)).days


def _answered(node: FakeNode, call: dict[str, Any]) -> Any:
    if call["method"] in node.odd:
        return node.odd[call["method"]]
    return {"jsonrpc": "2.0", "id": call["id"], "result": node.answer(call["method"], call["params"])}


class _Handler(BaseHTTPRequestHandler):
    """JSON-RPC over HTTP with the CORS headers that a local node sends."""

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("access-control-allow-origin", "*")
        self.send_header("access-control-allow-headers", "content-type")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_OPTIONS(self) -> None:
        self._send(b"")

    def do_POST(self) -> None:
        node = cast("_Server", self.server).node
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        node.requests += 1
        time.sleep(node.delay_s)
        if node.html:
            return self._send(b"<html>login</html>")
        if isinstance(asked, list) and not node.batches:
            return self._send(b'{"error": {"code": -32600, "message": "no batches"}}')
        answers = [_answered(node, call) for call in (asked if isinstance(asked, list) else [asked])]
        return self._send(json.dumps(answers if isinstance(asked, list) else answers[0]).encode())

    def log_message(self, *_: Any) -> None:
        """Stay silent in test output."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    node: FakeNode


@contextmanager
def serving(node: FakeNode) -> Iterator[FakeNode]:
    """The node at a free port of this machine; its address is `node.url`."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.node = node
    node.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield node
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
