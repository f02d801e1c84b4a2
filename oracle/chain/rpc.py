"""A JSON-RPC client of one page: either an answer, or a sentence that says why there is none.

Source: JSON-RPC 2.0; Ethereum execution API. The verifier uses this alone, so that a member's check depends
on the standard library and nothing else, and so that every way in which a node can fail has one name.
"""

import contextlib
import http.client
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from oracle.errors import CallReverted, NodeRefused, NodeUnreachable

MAX_ANSWER_BYTES = 32 * 1024 * 1024
LOOPBACK = ("127.0.0.1", "localhost", "::1")
# Error 3 is "execution reverted" in the execution API; other numbers come with one of these words.
REVERT_NUMBER = 3
_REVERT_WORDS = re.compile(r"revert|invalid opcode|invalid jump|VM execution", re.IGNORECASE)


def _revert_data(data: object) -> bytes:
    """The custom error that a contract raised, where the node passes it on."""
    with contextlib.suppress(ValueError):
        if isinstance(data, str) and data.startswith("0x"):
            return bytes.fromhex(data[2:])
    return b""


@dataclass(frozen=True, slots=True)
class Rpc:
    """A node's address and how many seconds one whole answer may take."""

    url: str
    timeout_s: float = 10.0
    opener: urllib.request.OpenerDirector = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parts = urllib.parse.urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise NodeUnreachable(
                f"{self.url!r} is no address of a node: it must start with http:// or https://"
            )
        # A proxy of the environment cannot reach this machine's own loopback.
        proxies: dict[str, str] | None = {} if parts.hostname in LOOPBACK else None
        object.__setattr__(self, "opener", urllib.request.build_opener(urllib.request.ProxyHandler(proxies)))

    def call(self, method: str, *params: object) -> Any:
        """The `result` of one request. Raises NodeUnreachable, NodeRefused, CallReverted."""
        body = self._post({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)})
        answer = self._parsed(body)
        if answer.get("error") is not None:
            self._refuse(method, answer["error"])
        if "result" not in answer:
            raise NodeUnreachable(f"{self.url} answered without a result: it is not an Ethereum node")
        return answer["result"]

    def _post(self, request: dict[str, object]) -> bytes:
        http_request = urllib.request.Request(
            self.url,
            data=json.dumps(request).encode(),
            headers={"Content-Type": "application/json", "User-Agent": "condivisa"},
        )
        deadline = time.monotonic() + self.timeout_s
        try:
            with self.opener.open(http_request, timeout=self.timeout_s) as response:
                return self._read(response, deadline)
        except urllib.error.HTTPError as error:
            return self._body_of(error)
        except TimeoutError as error:
            raise NodeUnreachable(f"{self.url} did not answer within {self.timeout_s:g} seconds") from error
        except urllib.error.URLError as error:
            raise NodeUnreachable(f"{self.url} cannot be reached: {error.reason}") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NodeUnreachable(f"{self.url} cannot be reached: {error or type(error).__name__}") from error

    def _read(self, response: http.client.HTTPResponse, deadline: float) -> bytes:
        """The whole body; a server that drips bytes must not hold the caller past the deadline."""
        parts: list[bytes] = []
        size = 0
        while part := response.read1(1 << 16):
            size += len(part)
            if size > MAX_ANSWER_BYTES:
                raise NodeUnreachable(f"{self.url} answered with more than {MAX_ANSWER_BYTES} bytes")
            if time.monotonic() > deadline:
                raise TimeoutError
            parts.append(part)
        return b"".join(parts)

    def _body_of(self, error: urllib.error.HTTPError) -> bytes:
        """Some nodes send JSON-RPC errors with an HTTP error status: keep those, name the others."""
        try:
            body = error.read(MAX_ANSWER_BYTES)
            if isinstance(json.loads(body), dict) and "error" in json.loads(body):
                return body
        except (OSError, http.client.HTTPException, ValueError):
            pass
        raise NodeUnreachable(
            f"{self.url} answered with HTTP status {error.code} ({error.reason})"
        ) from error

    def _parsed(self, body: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(body)
        except ValueError as error:
            raise NodeUnreachable(f"{self.url} did not answer in JSON: it is not an Ethereum node") from error
        if not isinstance(answer, dict):
            raise NodeUnreachable(f"{self.url} did not answer a JSON-RPC object: it is not an Ethereum node")
        return answer

    def _refuse(self, method: str, error: object) -> None:
        facts = error if isinstance(error, dict) else {"message": str(error)}
        number, message = facts.get("code", 0), str(facts.get("message", "no message"))
        reverted = number == REVERT_NUMBER or bool(_REVERT_WORDS.search(message))
        if method in ("eth_call", "eth_estimateGas") and reverted:
            raise CallReverted(method, message, _revert_data(facts.get("data")))
        raise NodeRefused(self.url, method, number if isinstance(number, int) else 0, message)

    def chain_id(self) -> int:
        """The chain's number (EIP-155)."""
        return self.integer(self.call("eth_chainId"))

    def head(self) -> tuple[int, str, int]:
        """Number, hash and timestamp (seconds since 1970) of the newest block."""
        block = self.call("eth_getBlockByNumber", "latest", False)
        if not isinstance(block, dict) or not isinstance(block.get("hash"), str):
            raise NodeUnreachable(f"{self.url} has no newest block: it is not an Ethereum node, or not ready")
        return self.integer(block.get("number")), block["hash"], self.integer(block.get("timestamp"))

    def code(self, address: str, block: int) -> bytes:
        """Byte code at an address; empty where there is no contract."""
        return self.octets(self.call("eth_getCode", address, hex(block)))

    def eth_call(self, to: str, calldata: bytes, block: int) -> bytes:
        """Answer of a view function at the end of a block."""
        return self.octets(self.call("eth_call", {"to": to, "data": "0x" + calldata.hex()}, hex(block)))

    def integer(self, answer: object) -> int:
        """A hexadecimal quantity; anything else means that this is no node."""
        try:
            return int(str(answer), 16)
        except ValueError as error:
            raise NodeUnreachable(f"{self.url} answered {answer!r:.60} where a number belongs") from error

    def octets(self, answer: object) -> bytes:
        """Hexadecimal bytes; anything else means that this is no node."""
        try:
            if isinstance(answer, str) and answer.startswith("0x"):
                return bytes.fromhex(answer[2:])
        except ValueError:
            pass
        raise NodeUnreachable(f"{self.url} answered {answer!r:.60} where bytes belong")
