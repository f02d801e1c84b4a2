"""Looking at a chain without changing it: what `condivisa chain status` compares with the database."""

from functools import cached_property
from typing import Any

from eth_abi.exceptions import DecodingError
from eth_utils.address import to_checksum_address

from oracle.chain.artifacts import artifact, error_sentence
from oracle.chain.client import EvmChain
from oracle.chain.contracts import LEDGER, TIMELOCK, TOKEN, VAULT, quorum_of
from oracle.errors import CallReverted
from oracle.ports import (
    AccountFacts,
    Adjustment,
    Funds,
    MonthTotals,
    NodeFacts,
    PayoutTreeFacts,
    Quorum,
    Roles,
    Roster,
    VaultFacts,
)

_ARTIFACTS = {"ledger": LEDGER, "timelock": TIMELOCK, "vault": VAULT, "token": TOKEN}


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

    def known_reporters(self) -> frozenset[bytes]:
        """Addresses of the reporters that this operator's keys hold or name."""
        return frozenset(self._chain.keys.registered_addresses)

    def code_difference(self, kind: str, address: bytes) -> str | None:
        """Where the code of a contract of ours departs from the committed artifact; None: nowhere."""
        code = self._chain.rpc.code(to_checksum_address(address), self._number)
        return artifact(_ARTIFACTS[kind]).code_difference(code)

    def roles(self, ledger: bytes, community: bytes) -> Roles:
        """Who administers, governs and guards a community; zeros where nobody registered it."""
        functions = ("administratorOf", "governorOf", "guardianOf")
        return Roles(*(self._address(ledger, function, community) for function in functions))

    def quorum(self, ledger: bytes, community: bytes) -> Quorum:
        """Reporters and threshold of a community, and the epoch that what they sign names."""
        return quorum_of(self._view(LEDGER, ledger, "reportersOf", community))

    def roster(self, ledger: bytes, community: bytes) -> Roster:
        """Root over the members' pseudonymous ids, and how many they are."""
        return Roster(*self._view(LEDGER, ledger, "rosterOf", community))

    def is_paused(self, ledger: bytes, community: bytes) -> bool:
        """Whether nothing that reporters sign is accepted."""
        (paused,) = self._view(LEDGER, ledger, "isPaused", community)
        return bool(paused)

    def adjustment_of(self, ledger: bytes, community: bytes) -> Adjustment:
        """What the community's next settlement takes up of corrected months."""
        return Adjustment(*self._view(LEDGER, ledger, "adjustmentOf", community))

    def report_of(self, ledger: bytes, configuration: bytes, day: int) -> bytes:
        """Id of the day's accepted report; zeros where there is none."""
        (report,) = self._view(LEDGER, ledger, "reportOf", configuration, day)
        return bytes(report)

    def is_opened(self, ledger: bytes, configuration: bytes, day: int) -> bool:
        """Whether the day's report hid its hour totals and they were shown."""
        (opened,) = self._view(LEDGER, ledger, "isOpened", configuration, day)
        return bool(opened)

    def totals_of(self, ledger: bytes, configuration: bytes, month: int) -> MonthTotals:
        """What the ledger has added up for the month."""
        (totals,) = self._view(LEDGER, ledger, "totalsOf", configuration, month)
        return MonthTotals(*totals)

    def is_final(self, ledger: bytes, configuration: bytes, month: int) -> bool:
        """Whether every day of the month is accepted and the finality delay has passed."""
        (final,) = self._view(LEDGER, ledger, "isFinal", configuration, month)
        return bool(final)

    def vault_of(self, ledger: bytes, community: bytes) -> bytes:
        """The vault that settles the community's months; zeros before."""
        return self._address(ledger, "vaultOf", community)

    def community_of(self, ledger: bytes, configuration: bytes) -> bytes:
        """The community of a configuration; zeros where nobody registered it."""
        (community,) = self._view(LEDGER, ledger, "communityOf", configuration)
        return bytes(community)

    def vault_facts(self, vault: bytes) -> VaultFacts:
        """What a vault was deployed with, and its treasurer."""
        answers = [
            self._view(VAULT, vault, name)[0] for name in ("ledger", "community", "treasurer", "token")
        ]
        ledger, community, treasurer, token = answers
        unit = bytes.fromhex(token[2:])
        return VaultFacts(
            bytes.fromhex(ledger[2:]),
            bytes(community),
            bytes.fromhex(treasurer[2:]),
            unit if any(unit) else None,
        )

    def distribution_count(self, vault: bytes) -> int:
        """Number of the latest distribution."""
        (count,) = self._view(VAULT, vault, "distributionCount")
        return int(count)

    def single_count(self, vault: bytes) -> int:
        """How many single payouts there are: moved leaves, and what resolutions spent."""
        (count,) = self._view(VAULT, vault, "singleCount")
        return int(count)

    def distribution_of(self, vault: bytes, number: int) -> PayoutTreeFacts:
        """A distribution as the vault keeps it."""
        (found,) = self._view(VAULT, vault, "distributionOf", number)
        return PayoutTreeFacts(*found)

    def is_paid(self, vault: bytes, distribution: int, index: int) -> bool:
        """Whether a leaf's payout is recorded."""
        paid, _ = self._view(VAULT, vault, "statusOf", distribution, index)
        return bool(paid)

    def funds(self, vault: bytes) -> Funds:
        """Sums of a vault."""
        return Funds(*self._view(VAULT, vault, "funds"))

    def token_balance(self, token: bytes, account: bytes) -> int:
        """Micro-euro of an account at a token."""
        (balance,) = self._view(TOKEN, token, "balanceOf", to_checksum_address(account))
        return int(balance)

    def _address(self, ledger: bytes, function: str, community: bytes) -> bytes:
        """The address that a view of the ledger answers."""
        (address,) = self._view(LEDGER, ledger, function, community)
        return bytes.fromhex(address[2:])

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
