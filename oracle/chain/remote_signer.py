"""A key that another program keeps: it is asked to sign and never shows the key.

Source: Web3Signer's REST interface, POST /api/v1/eth1/sign/{identifier} with {"data": "0x…"}: it answers the
signature over keccak256 of the data. The identifier is the public key, so the answer can be checked here
before it is used. It signs what it is given: which programs may reach it, its own configuration says.
"""

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any, NamedTuple

from eth_utils.address import to_checksum_address

from oracle.attest.keccak import keccak256
from oracle.attest.signature import address_of, normalised
from oracle.errors import SignerUnreachable

ANSWER_BYTES_MAX = 1_000
TIMEOUT_S = 10.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")
DYNAMIC_FEE_TYPE = b"\x02"
_V_OFFSET = 27
_EIP155_OFFSET = 35


class SignedTransaction(NamedTuple):
    """A signed transaction: its bytes and its hash."""

    raw_transaction: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class RemoteAccount:
    """An account whose key is kept at `url`; `public_key` has 64 bytes."""

    url: str
    public_key: bytes

    @property
    def address(self) -> str:
        """The account's address with its check sum (EIP-55)."""
        return str(to_checksum_address(address_of(self.public_key)))

    def sign(self, message: bytes) -> bytes:
        """65 bytes over the message's hash. Raises SignerUnreachable, also for an answer of another key."""
        answer = self._ask({"data": "0x" + message.hex()})
        try:
            signature = bytes.fromhex(answer.strip().strip('"').removeprefix("0x"))
            return normalised(keccak256(message), signature, address_of(self.public_key))
        except ValueError as error:
            raise SignerUnreachable(
                f"the signer at {self.url} answered no signature of {self.address}: {error}"
            ) from error

    def sign_transaction(self, transaction: dict[str, Any]) -> SignedTransaction:
        """A transaction of either fee model, as the operator's account fills it in."""
        import rlp  # type: ignore[import-untyped]

        fields = [transaction["gas"], transaction["to"] or b"", transaction["value"], transaction["data"]]
        fields[1] = bytes.fromhex(fields[1][2:]) if fields[1] else b""
        chain, nonce = transaction["chainId"], transaction["nonce"]
        if "gasPrice" in transaction:
            unsigned = [nonce, transaction["gasPrice"], *fields]
            signature = self.sign(rlp.encode([*unsigned, chain, 0, 0]))
            v = 2 * chain + _EIP155_OFFSET + signature[64] - _V_OFFSET
            raw = rlp.encode([*unsigned, v, *_numbers(signature)])
        else:
            tip, cap = transaction["maxPriorityFeePerGas"], transaction["maxFeePerGas"]
            unsigned = [chain, nonce, tip, cap, *fields, []]
            signature = self.sign(DYNAMIC_FEE_TYPE + rlp.encode(unsigned))
            parity = signature[64] - _V_OFFSET
            raw = DYNAMIC_FEE_TYPE + rlp.encode([*unsigned, parity, *_numbers(signature)])
        return SignedTransaction(raw, keccak256(raw))

    def _ask(self, body: dict[str, str]) -> str:
        request = urllib.request.Request(
            f"{self.url.rstrip('/')}/api/v1/eth1/sign/0x{self.public_key.hex()}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "User-Agent": "condivisa"},
        )
        try:
            with _opener(self.url).open(request, timeout=TIMEOUT_S) as response:
                return str(response.read(ANSWER_BYTES_MAX).decode("ascii", "replace"))
        except urllib.error.HTTPError as error:
            what = "does not keep this key" if error.code == http.HTTPStatus.NOT_FOUND else "refused to sign"
            raise SignerUnreachable(
                f"the signer at {self.url} {what}: {self.address} (HTTP {error.code})"
            ) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise SignerUnreachable(f"the signer at {self.url} cannot be reached: {error}") from error


def _opener(url: str) -> urllib.request.OpenerDirector:
    # A proxy of the environment cannot reach this machine's own loopback.
    proxies: dict[str, str] | None = {} if urllib.parse.urlsplit(url).hostname in LOOPBACK else None
    return urllib.request.build_opener(urllib.request.ProxyHandler(proxies))


def _numbers(signature: bytes) -> tuple[int, int]:
    """r and s, which stand in a transaction without leading zeros."""
    return int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
