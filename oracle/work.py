"""The unit of work as the use cases see it: one transaction with the service's and this side's repositories.

`oracle.store` supplies it. Use cases that answer a request never commit; the publisher does, once per step.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from community.domain.records import CommunityRecord, PlantRecord
from community.ports import Devices, DevicesReader
from oracle.ports import BlockHeader, ChainEvent, Outcome, Signed
from oracle.records import (
    Alert,
    ContractKind,
    Cursor,
    Deployment,
    EventScope,
    HiddenDay,
    KnownReport,
    Measured,
    MeterMessageRecord,
    NotedQuorum,
    RaisedAlert,
    SettledDistribution,
    SignedReport,
    StoredTransaction,
)
from oracle.sources.meter_day import CollectedDay, DayKey
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
    SinglePayoutsReader,
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

    def of_message(self, outbox_id: UUID, configuration_id: UUID | None = None) -> list[SignedReport]: ...
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
    def of_sender(self, chain_id: int, sender: bytes, from_nonce: int = 0) -> list[StoredTransaction]: ...
    def of_community(self, community_id: UUID) -> list[StoredTransaction]: ...
    def next_nonce(self, chain_id: int, sender: bytes) -> int | None: ...
    def first_block(self, chain_id: int) -> int | None: ...
    def mined_nonce(self, chain_id: int, sender: bytes) -> int | None: ...


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


class AlertsReader(Protocol):
    """What somebody must look at."""

    def of_community(self, community_id: UUID | None, *, resolved: bool = False) -> list[RaisedAlert]: ...
    def all(self, *, resolved: bool = False) -> list[RaisedAlert]: ...
    def get(self, alert_id: UUID) -> RaisedAlert | None: ...


class Alerts(AlertsReader, Protocol):
    """What somebody must look at, to raise and to resolve."""

    def raise_(self, alert: Alert, now: datetime) -> bool: ...
    def resolve(self, kind: str, community_id: UUID | None, subject: str, now: datetime) -> bool: ...


class AlertWork(Protocol):
    """What raises alerts; every unit of work that writes serves."""

    @property
    def alerts(self) -> Alerts: ...


class VitalSigns(Protocol):
    """How the service is doing."""

    def last_read_of_pods(self, community_id: UUID) -> Mapping[str, date]: ...


class WatchOutbox(Protocol):
    """What waits for the publisher."""

    def open_rows(self, community_id: UUID | None = None) -> list[OutboxRow]: ...


class ChainIndexReader(Protocol):
    """Blocks and events that were read from a chain."""

    def cursor(self, chain_id: int) -> Cursor | None: ...
    def blocks(self, chain_id: int, first: int, last: int) -> dict[int, bytes]: ...
    def events(
        self, chain_id: int, scope: EventScope | None = None, names: Collection[str] = ()
    ) -> list[ChainEvent]: ...


class ChainIndex(ChainIndexReader, Protocol):
    """Blocks and events that were read from a chain, to write as well."""

    def put_cursor(self, cursor: Cursor) -> None: ...
    def add_blocks(self, chain_id: int, headers: Sequence[BlockHeader]) -> None: ...
    def add_events(self, chain_id: int, events: Sequence[ChainEvent]) -> None: ...
    def rewind(self, chain_id: int, number: int) -> int: ...


class FollowWork(Protocol):
    """What the follower reads and writes, in one transaction."""

    @property
    def chain_index(self) -> ChainIndex: ...
    @property
    def deployments(self) -> DeploymentsReader: ...
    @property
    def transactions(self) -> TransactionsReader: ...

    def lock(self, name: str) -> None: ...
    def commit(self) -> None: ...


class EventsWork(Protocol):
    """Whose events are whose."""

    @property
    def deployments(self) -> DeploymentsReader: ...


class MeterMessages(Protocol):
    """Messages of readings, as they were accepted."""

    def digest(self, device_id: UUID, message: str) -> bytes | None: ...
    def add(self, record: MeterMessageRecord) -> None: ...


class MeterDays(Protocol):
    """Days of meters while they are being collected."""

    def of(self, community_id: UUID, pod: str, keys: Collection[DayKey]) -> dict[DayKey, CollectedDay]: ...
    def put(self, community_id: UUID, pod: str, days: Collection[CollectedDay]) -> None: ...


class TelemetryReader(Protocol):
    """Measured values for monitoring."""

    def newest(self, device_ids: Collection[UUID], metrics: Collection[str]) -> list[Measured]: ...
    def series(
        self, device_id: UUID, metric: str, start: datetime, end: datetime, limit: int
    ) -> list[Measured]: ...


class Telemetry(TelemetryReader, Protocol):
    """Measured values, to add and to drop."""

    def add(self, values: Collection[Measured]) -> int: ...
    def drop_before(self, instant: datetime) -> int: ...


class PlantsReader(Protocol):
    """Plants of a community."""

    def plants(self, community_id: UUID) -> list[PlantRecord]: ...


class PodDaysReader(CommunityTerms, Protocol):
    """Communities' terms, and when a POD is theirs."""

    def pod_days(self, community_id: UUID, pod: str) -> list[tuple[date, date | None]]: ...


class MeterWork(UnitOfWork, Protocol):
    """What a message of readings is taken with."""

    @property
    def communities(self) -> PodDaysReader: ...
    @property
    def devices(self) -> Devices: ...
    @property
    def meter_messages(self) -> MeterMessages: ...
    @property
    def meter_days(self) -> MeterDays: ...


class LiveReading(Protocol):
    """What is shown of devices; every unit of work serves."""

    @property
    def devices(self) -> DevicesReader: ...
    @property
    def telemetry(self) -> TelemetryReader: ...


class LiveWork(Protocol):
    """What telemetry is taken and watched with; it sees no reading and no settlement."""

    @property
    def communities(self) -> PlantsReader: ...
    @property
    def devices(self) -> Devices: ...
    @property
    def telemetry(self) -> Telemetry: ...
    @property
    def alerts(self) -> Alerts: ...


class WatchCommunities(Communities, PlantsReader, Protocol):
    """Communities with their terms and plants."""


class WatchWork(LiveWork, Protocol):
    """What is looked at for what is late, stands still, runs out or misbehaves."""

    @property
    def communities(self) -> WatchCommunities: ...
    @property
    def outbox(self) -> WatchOutbox: ...
    @property
    def vital_signs(self) -> VitalSigns: ...


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
    def single_payouts(self) -> SinglePayoutsReader: ...

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


class ReconcileCommunities(StatusCommunities, CommunityTerms, Protocol):
    """Communities, all and one by one."""

    def get(self, community_id: UUID) -> CommunityRecord | None: ...


class ReconcileWork(AccountsStatusWork, Protocol):
    """What database, chain and books are compared over, all of it from one snapshot."""

    @property
    def communities(self) -> ReconcileCommunities: ...


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
    def alerts(self) -> Alerts: ...
    @property
    def attestations(self) -> Attestations: ...
    @property
    def noted_quorums(self) -> NotedQuorums: ...

    def commit(self) -> None: ...
