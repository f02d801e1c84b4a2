"""A node that misbehaves: it passes questions on to a real one, and does with them what a script says.

A script is a list of faults, each for one question of a method; `random_script` draws one from a seed.

`drop`     pass on and close the connection without an answer
`refuse`   answer with JSON-RPC error -32000 and pass nothing on
`stale`    pass on, and lower the block number of the answer by `lag`
`twice`    pass on twice, answer with the second answer
`timeout`  pass on and answer after the client has given up
"""

import json
import random
import threading
import time
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

FAULTS = ("drop", "refuse", "stale", "twice", "timeout")
REFUSAL = {"code": -32000, "message": "header not found"}
LATE_S = 0.5


class Fault(NamedTuple):
    """What is done with one question of that method."""

    method: str
    kind: str


@dataclass(slots=True)
class FaultyNode:
    """A running proxy. Faults are used up as their methods are asked; `met` are those that were."""

    url: str
    behind: str
    script: list[Fault] = field(default_factory=list)
    met: list[Fault] = field(default_factory=list)
    lag: int = 10
    always: str | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fault_of(self, method: str) -> str | None:
        """The fault that the script has next for the method, used up by asking."""
        with self.lock:
            if self.always is not None:
                return self.always
            for fault in self.script:
                if fault.method == method:
                    self.script.remove(fault)
                    self.met.append(fault)
                    return fault.kind
        return None

    def pass_on(self, body: bytes) -> bytes:
        """The real node's answer."""
        request = urllib.request.Request(self.behind, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as response:
            answer: bytes = response.read()
        return answer


def random_script(seed: int, methods: Sequence[str], count: int, kinds: Sequence[str]) -> list[Fault]:
    """So many faults of these methods and kinds, the same for the same seed."""
    draw = random.Random(seed)
    return [Fault(draw.choice(methods), draw.choice(kinds)) for _ in range(count)]


@contextmanager
def faulty_node(behind: str, script: Iterable[Fault] = ()) -> Iterator[FaultyNode]:
    """A misbehaving node before a real one, on the loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = answered(node, body)
            if answer is None:
                self.close_connection = True
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *arguments: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # clients that gave up
    node = FaultyNode(f"http://127.0.0.1:{server.server_port}", behind, list(script))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield node
    finally:
        server.shutdown()
        server.server_close()


def answered(node: FaultyNode, body: bytes) -> bytes | None:
    """What the faulty node answers; None for a connection that ends without an answer."""
    asked = json.loads(body)
    kind = None if isinstance(asked, list) else node.fault_of(asked["method"])
    if kind == "refuse":
        return json.dumps({"jsonrpc": "2.0", "id": asked["id"], "error": REFUSAL}).encode()
    answer = node.pass_on(body)
    if kind == "drop":
        return None
    if kind == "twice":
        return node.pass_on(body)
    if kind == "timeout":
        time.sleep(LATE_S)
    if kind == "stale":
        return json.dumps(_older(node, asked["method"], json.loads(answer))).encode()
    return answer


def _older(node: FaultyNode, method: str, answer: dict[str, Any]) -> dict[str, Any]:
    if method == "eth_blockNumber":
        answer["result"] = hex(max(0, int(answer["result"], 16) - node.lag))
    elif method == "eth_getTransactionReceipt":
        answer["result"] = None
    elif method == "eth_getTransactionCount":
        answer["result"] = hex(max(0, int(answer["result"], 16) - 1))
    return answer
