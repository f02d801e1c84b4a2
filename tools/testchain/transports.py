"""Two ways to an EVM, of one shape: eth-tester in the process, anvil over HTTP."""

import ast
import time
from dataclasses import dataclass
from typing import Any, Protocol

from eth_tester.exceptions import TransactionFailed
from web3 import HTTPProvider
from web3.types import RPCEndpoint

from tools.testchain.errors import RevertedData

# A transaction may use no more (EIP-7825), so no test gets more either.
TRANSACTION_GAS_MAX = 16_777_216
ETHER = 10**18  # wei
RECEIPT_SECONDS_MAX = 60.0  # a busy machine mines the largest transactions slowly


@dataclass(frozen=True, slots=True)
class Log:
    """One raw event."""

    address: str
    topics: tuple[bytes, ...]
    payload: bytes


@dataclass(frozen=True, slots=True)
class RawReceipt:
    """What a mined transaction did."""

    succeeded: bool
    gas_used: int
    contract: str | None
    logs: tuple[Log, ...]


class Transport(Protocol):
    """Calls and transactions as bytes."""

    @property
    def accounts(self) -> list[str]:
        """Funded accounts that the transport signs for."""

    @property
    def chain_id(self) -> int:
        """Chain id that contracts see."""

    def call(self, to: str, payload: bytes, sender: str) -> bytes:
        """Answer of a read-only call. Raises RevertedData."""

    def send(self, to: str | None, payload: bytes, sender: str, gas: int) -> RawReceipt:
        """Receipt of a mined transaction. Raises RevertedData when it reverted."""

    def endow(self, account: str) -> None:
        """Give an account ether, so that calls may come from it, a contract's too."""

    def now(self) -> int:
        """Timestamp of the latest block."""

    def travel(self, seconds: int) -> None:
        """Let time pass; a block is mined."""

    def snapshot(self) -> Any:
        """A mark of the present state."""

    def restore(self, snapshot: Any) -> None:
        """Return to a mark, once."""


class EthTesterTransport:
    """The in-process EVM of eth-tester (py-evm)."""

    def __init__(self, tester: Any) -> None:
        self._tester = tester
        self.accounts: list[str] = list(tester.get_accounts())

    @property
    def chain_id(self) -> int:
        """Chain id that contracts see."""
        return int(self._tester.backend.chain.chain_id)

    def call(self, to: str, payload: bytes, sender: str) -> bytes:
        """Answer of a read-only call. Raises RevertedData."""
        transaction = {"to": to, "from": sender, "data": "0x" + payload.hex(), "gas": TRANSACTION_GAS_MAX}
        return self._answer(transaction)

    def send(self, to: str | None, payload: bytes, sender: str, gas: int) -> RawReceipt:
        """Receipt of a mined transaction. Raises RevertedData when it reverted."""
        transaction = {"from": sender, "data": "0x" + payload.hex(), "gas": gas, "to": to or ""}
        receipt = self._tester.get_transaction_receipt(self._tester.send_transaction(transaction))
        if not receipt["status"]:
            # Nothing has changed, so the same call fails for the same reason, and says so.
            self._answer(transaction)
            raise RevertedData(b"")
        logs = tuple(
            Log(
                log["address"],
                tuple(bytes.fromhex(topic[2:]) for topic in log["topics"]),
                _bytes(log["data"]),
            )
            for log in receipt["logs"]
        )
        return RawReceipt(True, receipt["gas_used"], receipt["contract_address"], logs)

    def endow(self, account: str) -> None:
        """Give an account ether, so that calls may come from it, a contract's too."""
        # Whoever destroys itself leaves its ether to an account that cannot refuse it.
        code = "0x73" + account.removeprefix("0x") + "ff"
        transaction = {"from": self.accounts[0], "data": code, "gas": 100_000, "to": "", "value": ETHER}
        self._tester.send_transaction(transaction)

    def now(self) -> int:
        """Timestamp of the latest block."""
        return int(self._tester.get_block_by_number("latest")["timestamp"])

    def travel(self, seconds: int) -> None:
        """Let time pass; a block is mined."""
        self._tester.time_travel(self._tester.get_block_by_number("pending")["timestamp"] + seconds)
        self._tester.mine_block()

    def snapshot(self) -> Any:
        """A mark of the present state."""
        # Returning runs the marked block again, so it should be an empty one.
        self._tester.mine_block()
        return self._tester.take_snapshot()

    def restore(self, snapshot: Any) -> None:
        """Return to a mark."""
        self._tester.revert_to_snapshot(snapshot)

    def _answer(self, transaction: dict[str, Any]) -> bytes:
        try:
            return _bytes(self._tester.call(transaction))
        except TransactionFailed as failure:
            raise RevertedData(_reason(failure)) from failure


class AnvilTransport:
    """A running anvil, over JSON-RPC."""

    def __init__(self, url: str) -> None:
        self._provider = HTTPProvider(url, request_kwargs={"timeout": 60})
        self.accounts: list[str] = self._request("eth_accounts")

    @property
    def chain_id(self) -> int:
        """Chain id that contracts see."""
        return int(self._request("eth_chainId"), 16)

    def call(self, to: str, payload: bytes, sender: str) -> bytes:
        """Answer of a read-only call. Raises RevertedData."""
        transaction = {
            "to": to,
            "from": sender,
            "data": "0x" + payload.hex(),
            "gas": hex(TRANSACTION_GAS_MAX),
        }
        return _bytes(self._request("eth_call", transaction, "latest"))

    def send(self, to: str | None, payload: bytes, sender: str, gas: int) -> RawReceipt:
        """Receipt of a mined transaction. Raises RevertedData when it reverted."""
        transaction = {"from": sender, "data": "0x" + payload.hex(), "gas": hex(gas)}
        if to is not None:
            transaction["to"] = to
        sent = self._request("eth_sendTransaction", transaction)
        receipt = self._wait_for_receipt(sent)
        if int(receipt["status"], 16) == 0:
            self._request("eth_call", transaction, "latest")
            raise RevertedData(b"")
        logs = tuple(
            Log(log["address"], tuple(_bytes(topic) for topic in log["topics"]), _bytes(log["data"]))
            for log in receipt["logs"]
        )
        return RawReceipt(True, int(receipt["gasUsed"], 16), receipt["contractAddress"], logs)

    def endow(self, account: str) -> None:
        """Give an account ether, so that calls may come from it, a contract's too."""
        self._request("anvil_setBalance", account, hex(ETHER))

    def now(self) -> int:
        """Timestamp of the latest block."""
        return int(self._request("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def travel(self, seconds: int) -> None:
        """Let time pass; a block is mined."""
        self._request("evm_increaseTime", seconds)
        self._request("evm_mine")

    def snapshot(self) -> Any:
        """A mark of the present state."""
        return self._request("evm_snapshot")

    def restore(self, snapshot: Any) -> None:
        """Return to a mark, once."""
        self._request("evm_revert", snapshot)

    def _wait_for_receipt(self, transaction: str) -> dict[str, Any]:
        deadline = time.monotonic() + RECEIPT_SECONDS_MAX
        while time.monotonic() < deadline:
            receipt: dict[str, Any] | None = self._request("eth_getTransactionReceipt", transaction)
            if receipt is not None:
                return receipt
            time.sleep(0.002)
        raise RuntimeError(f"no receipt of {transaction}")

    def _request(self, method: str, *parameters: Any) -> Any:
        answer: Any = self._provider.make_request(RPCEndpoint(method), parameters)
        if "error" in answer:
            reason = answer["error"].get("data")
            if isinstance(reason, str) and reason.startswith("0x"):
                raise RevertedData(_bytes(reason))
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]


def _reason(failure: TransactionFailed) -> bytes:
    """Revert data; eth-tester shows it as Python writes bytes. Empty when the EVM itself stopped the call."""
    shown = str(failure)
    return bytes(ast.literal_eval(shown)) if shown.startswith(("b'", 'b"')) else b""


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
