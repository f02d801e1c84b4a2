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
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from oracle.errors import AnswerTooLarge, CallReverted, NodeRefused, NodeUnreachable

MAX_ANSWER_BYTES = 32 * 1024 * 1024
BATCH_MAX = 100  # questions in one request; public nodes take no more
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


def _request(number: int, method: str, params: Sequence[object]) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}


class Node(ABC):
    """What is asked of a node, whoever carries the questions: one address, or several that stand in."""

    __slots__ = ()
    url: str

    @abstractmethod
    def call(self, method: str, *params: object) -> Any:
        """The `result` of one request. Raises NodeUnreachable, NodeRefused, CallReverted."""

    @abstractmethod
    def call_each(self, method: str, each: Sequence[Sequence[object]]) -> list[Any]:
        """Results of one method for several parameters, in few requests. Raises as `call`."""

    def notes(self) -> list[str]:
        """What happened to the addresses since this was asked last."""
        return []

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

    def eth_calls(self, to: str, calldatas: Sequence[bytes], block: int) -> list[bytes]:
        """Answers of view functions of one contract at the end of a block."""
        each = [({"to": to, "data": "0x" + calldata.hex()}, hex(block)) for calldata in calldatas]
        return [self.octets(answer) for answer in self.call_each("eth_call", each)]

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


@dataclass(frozen=True, slots=True)
class Rpc(Node):
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
        return self._result(method, self._parsed(self._post(_request(1, method, params))))

    def call_each(self, method: str, each: Sequence[Sequence[object]]) -> list[Any]:
        """Results of one method for several parameters, in few requests. Raises as `call`."""
        parts = [each[start : start + BATCH_MAX] for start in range(0, len(each), BATCH_MAX)]
        return [result for part in parts for result in self._call_part(method, part)]

    def _call_part(self, method: str, part: Sequence[Sequence[object]]) -> list[Any]:
        if len(part) == 1:
            return [self.call(method, *part[0])]
        answers = self._json(self._post([_request(at, method, params) for at, params in enumerate(part)]))
        if not isinstance(answers, list):
            # The node takes no batches, which the specification leaves to it.
            return [self.call(method, *params) for params in part]
        by_id = {str(answer.get("id")): answer for answer in answers if isinstance(answer, dict)}
        if set(by_id) != {str(at) for at in range(len(part))}:
            raise NodeUnreachable(f"{self.url} left questions of a batch unanswered")
        return [self._result(method, by_id[str(at)]) for at in range(len(part))]

    def _result(self, method: str, answer: dict[str, Any]) -> Any:
        if answer.get("error") is not None:
            self._refuse(method, answer["error"])
        if "result" not in answer:
            raise NodeUnreachable(f"{self.url} answered without a result: it is not an Ethereum node")
        return answer["result"]

    def _post(self, request: object) -> bytes:
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
                raise AnswerTooLarge(f"{self.url} answered with more than {MAX_ANSWER_BYTES} bytes")
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

    def _json(self, body: bytes) -> Any:
        try:
            return json.loads(body)
        except ValueError as error:
            raise NodeUnreachable(f"{self.url} did not answer in JSON: it is not an Ethereum node") from error

    def _parsed(self, body: bytes) -> dict[str, Any]:
        answer = self._json(body)
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
