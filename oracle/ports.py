"""What the use cases need of the chain and of the signing keys, as Protocols and plain values.

Money is whole micro-euro, energy whole Wh, addresses 20 bytes, hashes 32 bytes, timestamps in seconds.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

from oracle.attest.messages import DayReport, Settlement
from oracle.attest.payout_tree import Leaf, Node
from settlement.domain.case import Shares


class Call(NamedTuple):
    """What a transaction does: call data for a contract, or creation code when there is no receiver."""

    to: bytes | None
    data: bytes
    sentence: str


class Signed(NamedTuple):
    """A signed transaction, ready to be sent again byte for byte."""

    raw: bytes
    hash: bytes


class Log(NamedTuple):
    """An event that a transaction left behind."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


class Outcome(NamedTuple):
    """What became of a transaction; `contract` is the address that it created, if any."""

    hash: bytes
    succeeded: bool
    block_number: int
    block_hash: bytes
    gas_used: int
    contract: bytes | None
    logs: tuple[Log, ...]


class MonthTotals(NamedTuple):
    """A configuration's month on the ledger.

    The sums are of the days whose hour totals are known; bit d - 1 of `accepted_days` is day d. `final_at` is
    when the challenge window of the latest acceptance ends, `corrections` how many reports were replaced.
    """

    injected_wh: int
    withdrawn_wh: int
    shared_wh: int
    accepted_days: int
    final_at: int
    corrections: int
    hidden_days: int
    settled: bool
    disputed: bool


class Adjustment(NamedTuple):
    """What a community's next settlement takes up: new less old Wh of settled months, and corrections."""

    shared_wh: int
    corrections: int


class SettledFacts(NamedTuple):
    """What the vault computed from a settlement, from its Settled event."""

    distribution: int
    evidence: bytes
    root: bytes
    depth: int
    amount_micro_eur: int
    producers_micro_eur: int
    social_micro_eur: int
    grid_micro_eur: int
    pool_micro_eur: int
    carry_micro_eur: int
    shared_wh: int
    adjustment_wh: int
    hidden_days: int
    valid_at: int
    receipts: tuple[bytes, ...]


class PaidBatch(NamedTuple):
    """What a push did: bit i of `paid` and `failed` stands for leaf start + i."""

    start: int
    paid: int
    failed: int


class RegistrationTerms(NamedTuple):
    """What a community is registered with beside the operator's reporters; `smallest_group` are persons."""

    governor: bytes
    guardian: bytes
    smallest_group: int
    shares: Shares


class VaultTerms(NamedTuple):
    """Constructor arguments of a vault beside its ledger. No token: bookkeeping euro."""

    community: bytes
    treasurer: bytes
    token: bytes | None
    root_delay_s: int


class Quorum(NamedTuple):
    """Who may sign for a community, ascending, how many of them must, and the epoch that they name."""

    reporters: tuple[bytes, ...]
    threshold: int
    epoch: int


class Roles(NamedTuple):
    """Who administers, governs and guards a community; zeros where nobody registered it."""

    administrator: bytes
    governor: bytes
    guardian: bytes


class VaultFacts(NamedTuple):
    """What a vault was deployed with, and who keeps its bank account. No token: bookkeeping euro."""

    ledger: bytes
    community: bytes
    treasurer: bytes
    token: bytes | None


class PayoutTreeFacts(NamedTuple):
    """A distribution as the vault keeps it; zeros where there is none. `valid_at` is when payment may begin.

    `seal` stands for root and promised sum.
    """

    seal: bytes
    depth: int
    valid_at: int

    @property
    def settled(self) -> bool:
        """Whether the vault has accepted the distribution."""
        return self.valid_at != 0

    @property
    def cancelled(self) -> bool:
        """Whether the guardian cancelled it."""
        return self.settled and not any(self.seal)


class Roster(NamedTuple):
    """Root over the members' pseudonymous ids, zeros without one, and how many they are."""

    root: bytes
    members: int


class Funds(NamedTuple):
    """Sums of a vault; `held` is what its token balance must cover."""

    social_micro_eur: int
    grid_micro_eur: int
    carry_micro_eur: int
    held_micro_eur: int


class NodeFacts(NamedTuple):
    """A node, its newest block, and when an outcome counts. The gas price is in wei."""

    url: str
    chain_id: int
    block_number: int
    block_hash: str
    block_timestamp: int
    finality: str
    gas_price_wei: int


class AccountFacts(NamedTuple):
    """The operator's account: balance in wei, transactions in the newest block and with those that wait."""

    address: bytes
    balance_wei: int
    transactions: int
    transactions_with_waiting: int


class OpenedSingle(NamedTuple):
    """A single payout as the vault's logs tell it; `opened_at` is the block's time in seconds.

    `fund` is the vault's number of the fund that a resolution spent from, None of what took the place of a
    leaf or, then `replaces` is its number, of another single payout.
    """

    number: int
    amount_micro_eur: int
    fund: int | None
    replaces: int | None
    transaction: bytes
    opened_at: int


class EndedSingle(NamedTuple):
    """What became of a single payout that counts as paid; `ended_at` is the block's time in seconds."""

    swept: bool
    ended_at: int


class Branch(NamedTuple):
    """Aligned leaves of a distribution and their common path."""

    distribution: int
    start: int
    leaves: tuple[Leaf, ...]
    proof: tuple[Node, ...]


class AreaReports(NamedTuple):
    """Reports of one configuration, by the code of its area."""

    area_code: str
    reports: Sequence[DayReport]


class Chain(Protocol):
    """A node and the operator's account on it."""

    @property
    def chain_id(self) -> int: ...
    @property
    def sender(self) -> bytes: ...
    @property
    def held_reporters(self) -> frozenset[bytes]:
        """Addresses of the reporters whose keys this operator holds."""

    def require_chain(self) -> None:
        """Raises WrongChain, or NodeUnreachable when the node does not answer."""

    def transaction_count(self) -> int:
        """Transactions of the operator that the chain holds."""

    def sign(self, call: Call, nonce: int) -> Signed:
        """Simulate, then sign with the fees of the moment. Raises CallReverted with the contract's reason."""

    def rehearse(self, raw: bytes, sentence: str) -> None:
        """Simulate a signed transaction. Raises CallReverted when it would do nothing now."""

    def outbid(self, raw: bytes) -> Signed | None:
        """The same transaction with a higher fee when its fee is below the market's, else None."""

    def send(self, signed: Signed) -> None:
        """Hand to the node; a transaction that the chain knows already is no error."""

    def outcome(self, transaction: bytes) -> Outcome | None:
        """The outcome once it is final by the chain's profile, None before."""

    def block_of(self, transaction: bytes) -> int | None:
        """Number of the block that holds the transaction now, whether it counts yet or not."""

    def knows(self, transaction: bytes) -> bool:
        """Whether the node has the transaction, mined or waiting."""

    def notes(self) -> list[str]:
        """What happened to the node's addresses since this was asked last."""

    def has_code(self, address: bytes) -> bool: ...


class Ledger(Protocol):
    """Calls and views of EnergyLedger, which also registers communities, and of their timelocks."""

    def deployment(self, finality_delay_s: int) -> Call: ...
    def timelock_deployment(self, ledger: bytes, community: bytes, delay_s: int) -> Call: ...
    def register_community(self, ledger: bytes, salt: bytes, terms: RegistrationTerms) -> Call: ...
    def set_vault(self, ledger: bytes, community: bytes, vault: bytes) -> Call: ...
    def register_configuration(self, ledger: bytes, community: bytes, area_code: str) -> Call: ...
    def post(self, ledger: bytes, community: bytes, area_code: str, reports: Sequence[DayReport]) -> Call:
        """Signed by the reporters; at most 31 reports."""

    def post_all(self, ledger: bytes, community: bytes, batches: Sequence[AreaReports]) -> Call:
        """The same for several configurations; what the ledger refuses it skips."""

    def skipped(self, ledger: bytes, community: bytes, outcome: Outcome) -> frozenset[str]:
        """Area codes of the community's batches that the transaction skipped."""

    def correct(
        self,
        ledger: bytes,
        community: bytes,
        area_code: str,
        reports: Sequence[DayReport],
        replaced: Sequence[DayReport],
    ) -> Call:
        """Signed by the reporters; each report with the accepted one that it replaces."""

    def open_day(
        self, ledger: bytes, configuration: bytes, report: DayReport, salt: bytes, hours: bytes
    ) -> Call:
        """Shows hour totals that a report hides."""

    def report_of(self, ledger: bytes, configuration: bytes, day: int) -> bytes: ...
    def is_opened(self, ledger: bytes, configuration: bytes, day: int) -> bool: ...
    def totals_of(self, ledger: bytes, configuration: bytes, month: int) -> MonthTotals: ...
    def roles(self, ledger: bytes, community: bytes) -> Roles: ...
    def quorum(self, ledger: bytes, community: bytes) -> Quorum: ...
    def smallest_group_of(self, ledger: bytes, community: bytes) -> int: ...
    def vault_of(self, ledger: bytes, community: bytes) -> bytes: ...
    def community_of(self, ledger: bytes, configuration: bytes) -> bytes: ...
    def shares_of(self, ledger: bytes, community: bytes, month: int) -> Shares: ...
    def adjustment_of(self, ledger: bytes, community: bytes) -> Adjustment: ...


class Vault(Protocol):
    """Calls, views and events of CommunityVault, and of the demo's token."""

    def token_deployment(self) -> Call: ...
    def deployment(self, ledger: bytes, terms: VaultTerms) -> Call: ...
    def mint(self, token: bytes, amount_micro_eur: int) -> Call: ...
    def approve(self, token: bytes, vault: bytes, amount_micro_eur: int) -> Call: ...
    def credit(self, vault: bytes, receipt: bytes, amount_micro_eur: int) -> Call: ...
    def settle(self, vault: bytes, settlement: Settlement, quorum: Quorum) -> Call:
        """Signed by as many reporters as the quorum asks for."""

    def push(self, vault: bytes, branch: Branch) -> Call: ...
    def fits(self, vault: bytes, branch: Branch) -> bool:
        """Whether one transaction can push the branch."""

    def reserve(self, vault: bytes, branch: Branch, selection: int) -> Call: ...
    def release(self, vault: bytes, branch: Branch, selection: int) -> Call: ...
    def confirm(self, vault: bytes, branch: Branch, references: Sequence[bytes]) -> Call: ...
    def distribution_of(self, vault: bytes, number: int) -> PayoutTreeFacts: ...
    def is_cancelled(self, vault: bytes, number: int) -> bool:
        """Whether the guardian cancelled the distribution, in a block that counts by the chain's profile."""

    def carry_of(self, vault: bytes) -> int: ...
    def credit_of(self, vault: bytes, receipt: bytes) -> tuple[int, bool]: ...
    def token_of(self, vault: bytes) -> bytes | None: ...
    def is_paid(self, vault: bytes, distribution: int, index: int) -> bool: ...
    def single_count(self, vault: bytes) -> int:
        """How many single payouts there are, in blocks that count by the chain's profile."""

    def opened_singles(self, vault: bytes) -> list[OpenedSingle]:
        """All single payouts, in blocks that count. Raises NodeRefused where the node keeps no such logs."""

    def ended_single(self, vault: bytes, number: int) -> EndedSingle | None:
        """Whether a single payout was paid or swept, in a block that counts. Raises as `opened_singles`."""

    def settled(self, vault: bytes, outcome: Outcome) -> SettledFacts: ...
    def paid_batch(self, vault: bytes, outcome: Outcome) -> PaidBatch: ...


class Inspector(Protocol):
    """Looks at a chain and changes nothing. All answers are of the block that was newest at the first."""

    def node(self) -> NodeFacts: ...
    def account(self) -> AccountFacts: ...
    def held_reporters(self) -> frozenset[bytes]:
        """Addresses of the reporters whose keys this operator holds."""

    def known_reporters(self) -> frozenset[bytes]:
        """Addresses of the reporters that this operator's keys hold or name."""

    def code_difference(self, kind: str, address: bytes) -> str | None:
        """Where the code of a contract of ours departs from the committed artifact; None: nowhere."""

    def roles(self, ledger: bytes, community: bytes) -> Roles: ...
    def quorum(self, ledger: bytes, community: bytes) -> Quorum: ...
    def roster(self, ledger: bytes, community: bytes) -> Roster: ...
    def is_paused(self, ledger: bytes, community: bytes) -> bool: ...
    def adjustment_of(self, ledger: bytes, community: bytes) -> Adjustment: ...
    def report_of(self, ledger: bytes, configuration: bytes, day: int) -> bytes: ...
    def is_opened(self, ledger: bytes, configuration: bytes, day: int) -> bool: ...
    def totals_of(self, ledger: bytes, configuration: bytes, month: int) -> MonthTotals: ...
    def is_final(self, ledger: bytes, configuration: bytes, month: int) -> bool: ...
    def vault_of(self, ledger: bytes, community: bytes) -> bytes: ...
    def community_of(self, ledger: bytes, configuration: bytes) -> bytes: ...
    def vault_facts(self, vault: bytes) -> VaultFacts: ...
    def distribution_count(self, vault: bytes) -> int: ...
    def single_count(self, vault: bytes) -> int: ...
    def distribution_of(self, vault: bytes, number: int) -> PayoutTreeFacts: ...
    def is_paid(self, vault: bytes, distribution: int, index: int) -> bool: ...
    def funds(self, vault: bytes) -> Funds: ...
    def token_balance(self, token: bytes, account: bytes) -> int: ...


class BlockHeader(NamedTuple):
    """A block of the chain; `timestamp` in seconds since 1970."""

    number: int
    hash: bytes
    parent: bytes
    timestamp: int


class ChainEvent(NamedTuple):
    """An event of a contract of ours; whole numbers among its arguments are text, bytes 0x text.

    `community` and `configuration` (32 bytes) are what the event names, None where it names none.
    """

    block_number: int
    log_index: int
    block_hash: bytes
    transaction: bytes
    address: bytes
    name: str
    arguments: Mapping[str, Any]
    community: bytes | None
    configuration: bytes | None


class EventSource(Protocol):
    """Blocks and events as a node tells them."""

    @property
    def chain_id(self) -> int: ...
    def head(self) -> BlockHeader:
        """The newest block."""

    def headers(self, first: int, last: int) -> list[BlockHeader]:
        """Blocks first to last, those that there are. Raises NodeRefused for too many at once."""

    def events(self, contracts: Mapping[bytes, str], first: int, last: int) -> list[ChainEvent]:
        """Events of the contracts (address, kind) in blocks first to last. Raises as `headers`."""


Progress: TypeAlias = Callable[[str, int, int, str], None]
"""Called with a stage's name, what of it is done, how much there is, and one sentence."""
