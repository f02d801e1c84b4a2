"""Looking at a chain without changing it: what `condivisa chain status` compares with the database."""

from functools import cached_property
from typing import Any

from eth_abi.exceptions import DecodingError
from eth_utils.address import to_checksum_address

from oracle.chain.artifacts import artifact, error_sentence
from oracle.chain.client import EvmChain
from oracle.errors import CallReverted
from oracle.ports import AccountFacts, Funds, MonthTotals, NodeFacts, PayoutRoot, Quorum

LEDGER = "EnergyLedger"
VAULT = "CommunityVault"
TOKEN = "TestEuro"
_ARTIFACTS = {"ledger": LEDGER, "vault": VAULT, "token": TOKEN}


class Inspection:
    """Implements `Inspector`: all views are of the block that is the newest when the first is asked for."""

    def __init__(self, chain: EvmChain) -> None:
        self._chain = chain

    @cached_property
    def _head(self) -> tuple[int, str, int]:
        return self._chain.rpc.head()

    @property
    def _number(self) -> int:
        return self._head[0]

    def node(self) -> NodeFacts:
        """The node, the block of this inspection and the gas price of the moment."""
        rpc = self._chain.rpc
        price = rpc.integer(rpc.call("eth_gasPrice"))
        return NodeFacts(rpc.url, self._chain.chain_id, *self._head, self._chain.finality.sentence, price)

    def account(self) -> AccountFacts:
        """The operator's account."""
        rpc, address, block = self._chain.rpc, self._chain.keys.operator.address, hex(self._number)
        return AccountFacts(
            self._chain.sender,
            rpc.integer(rpc.call("eth_getBalance", address, block)),
            rpc.integer(rpc.call("eth_getTransactionCount", address, block)),
            rpc.integer(rpc.call("eth_getTransactionCount", address, "pending")),
        )

    def held_reporters(self) -> frozenset[bytes]:
        """Addresses of the reporters whose keys this operator holds."""
        return frozenset(self._chain.keys.reporter_addresses)

    def code_difference(self, kind: str, address: bytes) -> str | None:
        """Where the code of a ledger, vault or token departs from the committed artifact; None: nowhere."""
        code = self._chain.rpc.code(to_checksum_address(address), self._number)
        return artifact(_ARTIFACTS[kind]).code_difference(code)

    def quorum(self, kind: str, address: bytes) -> Quorum:
        """Reporters and threshold of a ledger or a vault."""
        (reporters,) = self._view(_ARTIFACTS[kind], address, "reporters")
        (threshold,) = self._view(_ARTIFACTS[kind], address, "threshold")
        return Quorum(tuple(bytes.fromhex(reporter[2:]) for reporter in reporters), int(threshold))

    def report_of(self, ledger: bytes, configuration: bytes, day: int) -> bytes:
        """Id of the day's accepted report; zeros where there is none."""
        (report,) = self._view(LEDGER, ledger, "reportOf", configuration, day)
        return bytes(report)

    def totals_of(self, ledger: bytes, configuration: bytes, month: int) -> MonthTotals:
        """What the ledger has added up for the month."""
        (totals,) = self._view(LEDGER, ledger, "totalsOf", configuration, month)
        return MonthTotals(*totals)

    def is_final(self, ledger: bytes, configuration: bytes, month: int) -> bool:
        """Whether every day of the month is accepted and the finality delay has passed."""
        (final,) = self._view(LEDGER, ledger, "isFinal", configuration, month)
        return bool(final)

    def vault_of(self, ledger: bytes, configuration: bytes) -> bytes:
        """The vault that the configuration is bound to; zeros before."""
        (vault,) = self._view(LEDGER, ledger, "vaultOf", configuration)
        return bytes.fromhex(vault[2:])

    def distribution_count(self, vault: bytes) -> int:
        """Number of the latest distribution."""
        (count,) = self._view(VAULT, vault, "distributionCount")
        return int(count)

    def distribution_of(self, vault: bytes, number: int) -> PayoutRoot:
        """A distribution as the vault keeps it."""
        return PayoutRoot(*self._view(VAULT, vault, "distributionOf", number))

    def funds(self, vault: bytes) -> Funds:
        """Sums of a vault."""
        return Funds(*self._view(VAULT, vault, "funds"))

    def token_balance(self, token: bytes, account: bytes) -> int:
        """Micro-euro of an account at a token."""
        (balance,) = self._view(TOKEN, token, "balanceOf", to_checksum_address(account))
        return int(balance)

    def _view(self, name: str, address: bytes, function: str, *arguments: object) -> tuple[Any, ...]:
        """Decoded answer at the block of this inspection. Raises CallReverted."""
        contract = artifact(name)
        try:
            octets = self._chain.rpc.eth_call(
                to_checksum_address(address), contract.call(function, *arguments), self._number
            )
            return contract.answer(function, octets)
        except CallReverted as error:
            raise CallReverted(function, error_sentence(error.data) or error.reason) from error
        except DecodingError as error:
            raise CallReverted(function, f"there is no such contract at 0x{address.hex()}") from error
