"""The unit of work as the use cases see it: one transaction with the service's and this side's repositories.

`oracle.store` supplies it. Use cases that answer a request never commit; the publisher does, once per step.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Protocol
from uuid import UUID

from community.domain.records import CommunityRecord
from oracle.ports import Outcome, Signed
from oracle.records import (
    ContractKind,
    Deployment,
    HiddenDay,
    KnownReport,
    NotedQuorum,
    SettledDistribution,
    SignedReport,
    StoredTransaction,
)
from settlement.domain.records import (
    Balance,
    Cancellation,
    Distribution,
    EnergyHour,
    OutboxRow,
    Payout,
    Receipt,
    SettledPeriod,
    SettlementMember,
    StoredSettlement,
)
from settlement.ports import (
    AccountsWork,
    CommunityTerms,
    JournalReader,
    Payouts,
    PricesReader,
    ReadingsReader,
    UnitOfWork,
)
from settlement.ports import Distributions as SettlementDistributions
from settlement.ports import DistributionsReader as SettlementDistributionsReader
from settlement.ports import Outbox as SettlementOutbox
from settlement.ports import PayoutsReader as SettlementPayoutsReader
from settlement.ports import Settlements as SettlementSettlements


class Communities(CommunityTerms, Protocol):
    """Communities, and their names on the ledger."""

    def get(self, community_id: UUID) -> CommunityRecord | None: ...
    def all(self) -> list[CommunityRecord]: ...
    def set_ledger_id(self, community_id: UUID, ledger_id: bytes) -> None: ...
    def set_configuration_ledger_id(self, configuration_id: UUID, ledger_id: bytes) -> None: ...


class CommunitiesReader(CommunityTerms, Protocol):
    """Communities."""

    def get(self, community_id: UUID) -> CommunityRecord | None: ...


class SettlementsReader(Protocol):
    """Settled periods and their hours."""

    def get(self, settlement_id: UUID) -> StoredSettlement | None: ...
    def hours(self, settlement_id: UUID, configuration_id: UUID | None = None) -> list[EnergyHour]: ...


class Settlements(SettlementSettlements, SettlementsReader, Protocol):
    """Settled periods and their hours, to write as well."""


class DistributionsReader(Protocol):
    """Distributions and the balances after each."""

    def get(self, distribution_id: UUID) -> Distribution | None: ...
    def balances(self, distribution_id: UUID) -> list[Balance]: ...


class Distributions(SettlementDistributions, DistributionsReader, Protocol):
    """Distributions, to write as well."""

    def of_community(self, community_id: UUID) -> list[Distribution]: ...


class PayoutsReader(Protocol):
    """Payout leaves."""

    def get(self, payout_id: UUID) -> Payout | None: ...
    def of_distribution(self, distribution_id: UUID) -> list[Payout]: ...


class PayoutsWriter(Payouts, PayoutsReader, Protocol):
    """Payout leaves, to write as well."""


class Outbox(SettlementOutbox, Protocol):
    """Messages to this side."""

    def next_open(self, community_id: UUID | None = None) -> OutboxRow | None: ...
    def open_rows(self, community_id: UUID | None = None) -> list[OutboxRow]: ...
    def done(self, message_id: UUID) -> None: ...


class StatementsReader(Protocol):
    """Hashes of members' statements."""

    def hashes(self, distribution_id: UUID) -> Mapping[str, bytes]: ...


class PodKeysReader(Protocol):
    """Secrets of PODs' months."""

    def of_month(self, pods: Collection[str], month: int) -> dict[str, bytes]: ...


class PodKeys(PodKeysReader, Protocol):
    """Secrets of PODs' months, to make and to forget."""

    def make(self, pods: Collection[str], month: int) -> dict[str, bytes]: ...
    def forget(self, pod: str, month: int) -> bool: ...


class ReportsReader(Protocol):
    """Signed reports."""

    def of_message(self, outbox_id: UUID) -> list[SignedReport]: ...
    def accepted(self, configuration_id: UUID, first: date, last: date) -> dict[date, SignedReport]: ...
    def known(self, configuration_id: UUID) -> list[KnownReport]: ...


class Reports(ReportsReader, Protocol):
    """Signed reports, to write as well."""

    def add(self, reports: Collection[SignedReport]) -> None: ...
    def withdraw(self, outbox_id: UUID, configuration_id: UUID) -> int: ...
    def accept(self, reports: Collection[bytes]) -> None: ...


class TransactionsReader(Protocol):
    """Signed transactions."""

    def of_message(self, outbox_id: UUID) -> dict[str, StoredTransaction]: ...
    def of_sender(self, chain_id: int, sender: bytes) -> list[StoredTransaction]: ...
    def of_community(self, community_id: UUID) -> list[StoredTransaction]: ...
    def next_nonce(self, chain_id: int, sender: bytes) -> int | None: ...


class Transactions(TransactionsReader, Protocol):
    """Signed transactions, to write as well."""

    def add(self, transaction: StoredTransaction) -> None: ...
    def replace(self, transaction: StoredTransaction, signed: Signed) -> None: ...
    def record(self, transaction_id: UUID, outcome: Outcome) -> None: ...


class DeploymentsReader(Protocol):
    """Our contracts."""

    def find(
        self, chain_id: int, kind: ContractKind, community_id: UUID | None = None
    ) -> Deployment | None: ...
    def of_chain(self, chain_id: int) -> list[Deployment]: ...
    def chains(self) -> list[int]: ...
    def of_community(self, community_id: UUID) -> list[Deployment]: ...


class Deployments(DeploymentsReader, Protocol):
    """Our contracts, to write as well."""

    def add(self, deployment: Deployment) -> None: ...


class SettledDistributionsReader(Protocol):
    """Distributions that a vault accepted."""

    def of(self, distribution_id: UUID) -> SettledDistribution | None: ...


class SettledDistributions(SettledDistributionsReader, Protocol):
    """Distributions that a vault accepted, to write as well."""

    def put(self, settled: SettledDistribution) -> None: ...


class HiddenDaysReader(Protocol):
    """What opens hidden hour totals."""

    def of(self, report: bytes) -> HiddenDay | None: ...


class HiddenDays(HiddenDaysReader, Protocol):
    """What opens hidden hour totals, to write as well."""

    def add(self, hidden: Collection[HiddenDay]) -> None: ...
    def opened(self, report: bytes) -> None: ...


class AttestationsReader(Protocol):
    """Signatures of reporters that keep their own keys."""

    def of(self, digest: bytes) -> Mapping[bytes, bytes]: ...


class Attestations(AttestationsReader, Protocol):
    """Signatures of reporters that keep their own keys, to take as well."""

    def add(self, digest: bytes, signer: bytes, signature: bytes) -> bool: ...


class NotedQuorums(Protocol):
    """Who reports for a community, as last noted."""

    def of(self, community_id: UUID) -> NotedQuorum | None: ...
    def put(self, noted: NotedQuorum) -> None: ...


class ReadingWork(Protocol):
    """What receipts and attestations read; a unit of work that writes serves as well."""

    @property
    def communities(self) -> CommunitiesReader: ...
    @property
    def readings(self) -> ReadingsReader: ...
    @property
    def prices(self) -> PricesReader: ...
    @property
    def settlements(self) -> SettlementsReader: ...
    @property
    def distributions(self) -> DistributionsReader: ...
    @property
    def payouts(self) -> PayoutsReader: ...
    @property
    def statements(self) -> StatementsReader: ...
    @property
    def pod_keys(self) -> PodKeysReader: ...
    @property
    def reports(self) -> ReportsReader: ...
    @property
    def deployments(self) -> DeploymentsReader: ...
    @property
    def settled_distributions(self) -> SettledDistributionsReader: ...
    @property
    def hidden_days(self) -> HiddenDaysReader: ...


class PackSettlements(SettlementsReader, Protocol):
    """Settled periods with their members' figures."""

    def members(self, settlement_id: UUID) -> list[SettlementMember]: ...
    def periods(self, community_id: UUID) -> list[SettledPeriod]: ...


class PackDistributions(DistributionsReader, Protocol):
    """All distributions of a community."""

    def of_community(self, community_id: UUID) -> list[Distribution]: ...


class PackReceipts(Protocol):
    """Bank receipts."""

    def of_ids(self, receipt_ids: Collection[UUID]) -> list[Receipt]: ...


class PackReports(ReportsReader, Protocol):
    """Signed reports, replaced ones too."""

    def of_days(self, configuration_id: UUID, first: date, last: date) -> list[SignedReport]: ...


class PackWork(ReadingWork, Protocol):
    """What an evidence pack is made of."""

    @property
    def settlements(self) -> PackSettlements: ...
    @property
    def distributions(self) -> PackDistributions: ...
    @property
    def receipts(self) -> PackReceipts: ...
    @property
    def reports(self) -> PackReports: ...
    @property
    def transactions(self) -> TransactionsReader: ...
    @property
    def journal(self) -> JournalReader: ...


class StatusCommunities(Protocol):
    """All communities."""

    def all(self) -> list[CommunityRecord]: ...


class StatusDistributions(Protocol):
    """Distributions of a community."""

    def of_community(self, community_id: UUID) -> list[Distribution]: ...
    def cancellations(self, community_id: UUID) -> list[Cancellation]: ...


class StatusOutbox(Protocol):
    """Messages that are not done."""

    def open_rows(self, community_id: UUID | None = None) -> list[OutboxRow]: ...


class StatusReports(Protocol):
    """Signed reports in short."""

    def known(self, configuration_id: UUID) -> list[KnownReport]: ...


class AdjustmentWork(Protocol):
    """What the adjustment of corrected months is computed from."""

    @property
    def settlements(self) -> SettlementsReader: ...
    @property
    def distributions(self) -> StatusDistributions: ...
    @property
    def settled_distributions(self) -> SettledDistributionsReader: ...
    @property
    def reports(self) -> StatusReports: ...


class StatusWork(Protocol):
    """What is compared with a chain, all of it from one snapshot."""

    @property
    def communities(self) -> StatusCommunities: ...
    @property
    def settlements(self) -> SettlementsReader: ...
    @property
    def distributions(self) -> StatusDistributions: ...
    @property
    def payouts(self) -> PayoutsReader: ...
    @property
    def outbox(self) -> StatusOutbox: ...
    @property
    def reports(self) -> StatusReports: ...
    @property
    def transactions(self) -> TransactionsReader: ...
    @property
    def deployments(self) -> DeploymentsReader: ...
    @property
    def settled_distributions(self) -> SettledDistributionsReader: ...


class AccountsPayouts(PayoutsReader, SettlementPayoutsReader, Protocol):
    """Payout leaves, of a distribution and of a community."""


class AccountsDistributions(StatusDistributions, SettlementDistributionsReader, Protocol):
    """Distributions, what became of them, and the balances after each."""


class AccountsStatusWork(StatusWork, AccountsWork, Protocol):
    """What accounts and chain are compared over, all of it from one snapshot."""

    @property
    def distributions(self) -> AccountsDistributions: ...
    @property
    def payouts(self) -> AccountsPayouts: ...


class Work(UnitOfWork, Protocol):
    """One transaction that writes: the settlement's unit of work and this side's repositories."""

    @property
    def communities(self) -> Communities: ...
    @property
    def settlements(self) -> Settlements: ...
    @property
    def distributions(self) -> Distributions: ...
    @property
    def payouts(self) -> PayoutsWriter: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def pod_keys(self) -> PodKeys: ...
    @property
    def reports(self) -> Reports: ...
    @property
    def transactions(self) -> Transactions: ...
    @property
    def deployments(self) -> Deployments: ...
    @property
    def settled_distributions(self) -> SettledDistributions: ...
    @property
    def hidden_days(self) -> HiddenDays: ...
    @property
    def attestations(self) -> Attestations: ...
    @property
    def noted_quorums(self) -> NotedQuorums: ...

    def commit(self) -> None: ...
