"""What the use cases need from outside; `settlement.store` and `community.store` supply it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from settlement.domain.accounting.entry import Entry, EntryKind, RecordedEntry
from settlement.domain.accounting.lifecycle import DistributionState, Draft, LifecycleStep
from settlement.domain.accounting.trial_balance import TrialBalance
from settlement.domain.bank_orders import BankOrder, BankPayment, PaymentOrder
from settlement.domain.case import Case, Community, Direction, MeterSeries
from settlement.domain.community_rules import AdoptedRule
from settlement.domain.day_vectors import DayGrid, DayVector
from settlement.domain.findings import Finding
from settlement.domain.payees import Payee
from settlement.domain.payout_states import PayoutState
from settlement.domain.quality.estimation import RecordedEstimate
from settlement.domain.quality.quarantine import HeldState, QuarantinedDay
from settlement.domain.records import (
    Balance,
    Cancellation,
    Distribution,
    EnergyHour,
    Payout,
    Receipt,
    SettledPeriod,
    SettlementMember,
    StoredSettlement,
)
from settlement.domain.settlement import Settlement
from settlement.domain.single_payouts import SinglePayout


class Settle(Protocol):
    """Settles a case with whatever program suits it; the bytes do not depend on the program."""

    def __call__(self, case: Case) -> Settlement | list[Finding]:
        """The settlement, or everything that keeps the case from being settled; raises ParameterMissing."""
        ...


class Evidence(Protocol):
    """Writes the manifest of a settled case: what an auditor compares the evidence pack with."""

    def __call__(self, case: Case, settlement_json: bytes) -> bytes:
        """Bytes of the manifest over the case's canonical files and its settlement.json."""
        ...


class PaymentFile(Protocol):
    """Writes an order as the file that the bank reads."""

    def __call__(self, order: PaymentOrder) -> bytes:
        """The file: the same order is the same bytes."""
        ...


class CommunityTerms(Protocol):
    """What settlement needs to know of communities and members."""

    def terms(self, community_id: UUID, start: datetime, end: datetime) -> Community | None:
        """The community as an engine's case names it, for the period [start, end)."""
        ...

    def name_of(self, community_id: UUID) -> str | None:
        """The community's name."""
        ...

    def configuration_ids(self, community_id: UUID) -> Mapping[str, UUID]:
        """Ids of the community's configurations by their code in case files."""
        ...

    def adopted_rules(self, community_id: UUID) -> Sequence[AdoptedRule]:
        """The rules that the community adopted by resolution, the earliest first."""
        ...

    def payees(self, community_id: UUID) -> Mapping[str, Payee]:
        """How each member is paid, by its id in case files."""
        ...

    def departed(self, community_id: UUID, on: date) -> set[str]:
        """The members that had left by that day, by their ids in case files."""
        ...


class ReadingsReader(Protocol):
    """Day vectors of readings, as of an instant."""

    def days(
        self, community_id: UUID, first: date, last: date, as_of: datetime | None = None
    ) -> Mapping[tuple[str, Direction], dict[date, DayVector]]:
        """The latest vectors received up to `as_of`, by POD and direction, then day."""
        ...

    def has_any(self, community_id: UUID, first: date, last: date) -> bool:
        """Whether anything was ever received for these days."""
        ...

    def received_days(
        self, community_id: UUID, first: date, last: date, after: datetime, until: datetime
    ) -> set[date]:
        """Days of which a reading was received in (after, until]."""
        ...

    def versions(
        self, community_id: UUID, pod: str, first: date, last: date
    ) -> list[tuple[Direction, DayVector]]:
        """Everything that was ever received of a POD's days, by day and direction, the oldest first."""
        ...


class Readings(ReadingsReader, Protocol):
    """Adds day vectors."""

    def add(
        self,
        community_id: UUID,
        grid: DayGrid,
        chosen: Iterable[tuple[MeterSeries, NDArray[np.bool_]]],
        received_at: datetime,
    ) -> None:
        """Add the chosen days (mask over the grid's days) of each series."""
        ...


class QuarantineReader(Protocol):
    """Days of readings that are held, or were."""

    def of_days(self, community_id: UUID, first: date, last: date) -> list[QuarantinedDay]:
        """What was ever held of these days, both included, in whatever state."""
        ...

    def of_ids(self, community_id: UUID, ids: Collection[UUID]) -> list[QuarantinedDay]:
        """Those of these ids that the community has."""
        ...

    def waiting(self, community_id: UUID) -> list[QuarantinedDay]:
        """What is held and not decided."""
        ...


class Quarantine(QuarantineReader, Protocol):
    """Holds days, and decides on them."""

    def add(self, days: Iterable[QuarantinedDay]) -> None:
        """Store held days; one that arrived with the same values before is left as it is."""
        ...

    def decide(
        self, ids: Collection[UUID], state: HeldState, by: str, reason: str, decided_at: datetime
    ) -> None:
        """Take the decision on days that are held."""
        ...


class EstimatesReader(Protocol):
    """The methods behind versions of days that were estimated here."""

    def in_force(
        self, community_id: UUID, first: date, last: date, as_of: datetime | None = None
    ) -> list[RecordedEstimate]:
        """Estimates of these days that no later version had replaced at `as_of`."""
        ...

    def of_pod(self, community_id: UUID, pod: str, first: date, last: date) -> list[RecordedEstimate]:
        """All estimates of a POD's days, replaced or not."""
        ...


class Estimates(EstimatesReader, Protocol):
    """Adds estimates."""

    def add(self, estimates: Iterable[RecordedEstimate]) -> None:
        """Note the methods of versions that entered the readings."""
        ...


class PricesReader(Protocol):
    """Day-ahead prices per zone and day, as of an instant."""

    def days(
        self, zones: Iterable[str], first: date, last: date, as_of: datetime | None = None
    ) -> Mapping[tuple[str, date], tuple[datetime, list[int]]]:
        """When the latest prices arrived and one price per quarter-hour, in micro-euro per MWh."""
        ...


class Prices(PricesReader, Protocol):
    """Adds prices."""

    def add(self, days: Mapping[tuple[str, date], list[int]], received_at: datetime) -> None:
        """Add days of prices."""
        ...


class SettlementsReader(Protocol):
    """Settled periods."""

    def get(self, settlement_id: UUID) -> StoredSettlement | None:
        """The settlement of that id."""
        ...

    def of_period(self, community_id: UUID, start: datetime, end: datetime) -> StoredSettlement | None:
        """The settlement of exactly that period, the newest where it was settled anew."""
        ...

    def of_community(self, community_id: UUID) -> list[StoredSettlement]:
        """All settlements of a community, by period, each after what it supersedes."""
        ...

    def latest_instant(self, community_id: UUID | None, start: datetime, end: datetime) -> datetime | None:
        """The latest `as_of` of settlements with hours of [start, end); None: of all communities."""
        ...

    def periods(self, community_id: UUID) -> list[SettledPeriod]:
        """The periods of all settlements of a community, in the order in which they were settled."""
        ...

    def members(self, settlement_id: UUID) -> list[SettlementMember]:
        """The members' figures."""
        ...


class Settlements(SettlementsReader, Protocol):
    """Adds settled periods."""

    def add(
        self, settlement: StoredSettlement, members: Iterable[SettlementMember], hours: Iterable[EnergyHour]
    ) -> None:
        """Store a settlement."""
        ...


class ReceiptsReader(Protocol):
    """Bank receipts."""

    def of_ids(self, receipt_ids: Collection[UUID]) -> list[Receipt]:
        """The receipts of these ids that exist, oldest first."""
        ...

    def of_community(self, community_id: UUID) -> list[Receipt]:
        """All receipts of a community, oldest first."""
        ...


class DistributionsReader(Protocol):
    """Distributions and the balances after each."""

    def of_community(self, community_id: UUID) -> list[Distribution]:
        """The distributions of a community by number, each in its latest plan."""
        ...

    def balances(self, distribution_id: UUID) -> list[Balance]:
        """The members' accounts after a distribution."""
        ...


class PayoutsReader(Protocol):
    """Payout leaves."""

    def of_community(self, community_id: UUID, member: str | None = None) -> list[Payout]:
        """All leaves of a community, oldest distribution first."""
        ...


class JournalReader(Protocol):
    """The community's accounts."""

    def balances(self, community_id: UUID, on: date | None = None) -> TrialBalance:
        """What the accounts hold after everything that took effect up to a day, by default all of it."""
        ...

    def unbalanced(self, community_id: UUID) -> list[tuple[UUID, str, int]]:
        """Id, kind and sum in micro-euro of entries that do not balance."""
        ...

    def of_community(
        self, community_id: UUID, limit: int | None = None, offset: int = 0
    ) -> list[RecordedEntry]:
        """The journal in the order in which it was written."""
        ...


class Receipts(ReceiptsReader, Protocol):
    """Bank receipts."""

    def of_community(self, community_id: UUID) -> list[Receipt]:
        """All receipts of a community, oldest first."""
        ...

    def by_reference(self, community_id: UUID, bank_reference: str) -> Receipt | None:
        """The receipt with that bank reference."""
        ...

    def add(self, receipt: Receipt) -> None:
        """Store a receipt."""
        ...


class Distributions(DistributionsReader, Protocol):
    """Distributions and the balances after each."""

    def get(self, distribution_id: UUID) -> Distribution | None:
        """The distribution of that id."""
        ...

    def latest(self, community_id: UUID) -> Distribution | None:
        """The distribution with the highest number, in its latest plan."""
        ...

    def numbered(self, community_id: UUID, number: int) -> Distribution | None:
        """The distribution of that number, in its latest plan."""
        ...

    def cancellations(self, community_id: UUID) -> list[Cancellation]:
        """What the guardian cancelled, by number."""
        ...

    def add(self, distribution: Distribution, balances: Iterable[Balance]) -> None:
        """Store a distribution."""
        ...

    def cancel(self, cancellation: Cancellation) -> None:
        """Note that the guardian cancelled a distribution."""
        ...


class Journal(JournalReader, Protocol):
    """The community's accounts, to write as well."""

    def of_source(self, source_id: UUID) -> list[Entry]:
        """The entries about a row: a settlement, a receipt, a distribution, a payout."""
        ...

    def correcting(self, entry_id: UUID) -> list[Entry]:
        """The corrections and the reversal that are linked to an entry."""
        ...

    def of_kind(self, community_id: UUID, kind: EntryKind) -> list[Entry]:
        """All entries of a kind."""
        ...

    def standing(self, community_id: UUID, kind: EntryKind) -> list[Entry]:
        """The entries of a kind that no other one took back."""
        ...

    def add(self, community_id: UUID, entries: Iterable[Entry]) -> None:
        """Record entries."""
        ...


class Lifecycles(Protocol):
    """Drafts of distributions, and the steps of their lives."""

    def draft(self, distribution_id: UUID) -> Draft | None:
        """What a distribution was to be made of."""
        ...

    def steps(self, distribution_id: UUID) -> list[LifecycleStep]:
        """The steps of a distribution's life, oldest first."""
        ...

    def drafts(self, community_id: UUID) -> list[Draft]:
        """All drafts of a community, oldest first, whatever became of them."""
        ...

    def states(self, community_id: UUID) -> Mapping[UUID, DistributionState]:
        """Where each draft and distribution of a community stands."""
        ...

    def add(self, draft: Draft) -> None:
        """Store a draft."""
        ...

    def add_step(self, step: LifecycleStep) -> None:
        """Store a step."""
        ...


class Payouts(PayoutsReader, Protocol):
    """Payout leaves."""

    def of_distribution(self, distribution_id: UUID) -> list[Payout]:
        """The leaves of a distribution in the order of its tree."""
        ...

    def locked(self, distribution_id: UUID) -> list[Payout]:
        """The leaves of a distribution, kept from others until the transaction ends."""
        ...

    def add(self, community_id: UUID, payouts: Iterable[Payout]) -> None:
        """Store leaves."""
        ...

    def set_state(self, states: Mapping[UUID, tuple[PayoutState, str | None]]) -> None:
        """Set state and bank reference of leaves by id."""
        ...


class StatementsReader(Protocol):
    """Members' statements of distributions."""

    def of(self, distribution_id: UUID, member: str) -> bytes | None:
        """The bytes of a member's statement."""
        ...

    def hashes(self, distribution_id: UUID) -> Mapping[str, bytes]:
        """SHA-256 of every statement of a distribution, by member."""
        ...


class Statements(StatementsReader, Protocol):
    """Adds statements."""

    def add(self, distribution: Distribution, statements: Mapping[str, bytes]) -> None:
        """Store the statements of a distribution by member."""
        ...


class BankOrdersReader(Protocol):
    """Payment files written for the bank, and their payments."""

    def of_community(self, community_id: UUID) -> list[BankOrder]:
        """The orders of a community by number."""
        ...

    def of_distribution(self, distribution_id: UUID) -> list[BankOrder]:
        """The orders of a distribution by number."""
        ...

    def named(
        self, community_id: UUID, end_to_end_ids: Collection[str], order_ids: Collection[UUID]
    ) -> list[BankPayment]:
        """The community's payments that a statement names, singly or by their order."""
        ...

    def sent_back_late(self, community_id: UUID) -> list[BankPayment]:
        """The payments that the bank sent back after the vault was told that they arrived."""
        ...

    def booked_days(self, distribution_id: UUID, state: PayoutState) -> Mapping[UUID, date]:
        """When the bank booked the latest payment of leaves, or its return, by the leaf's id."""
        ...

    def attempts(self, distribution_id: UUID) -> dict[UUID, int]:
        """How many times each leaf of a distribution was ordered, by the leaf's id."""
        ...


class BankOrders(BankOrdersReader, Protocol):
    """Payment files, to add; payments, to change by the bank's word."""

    def add(self, order: BankOrder, payments: Iterable[tuple[str, UUID, int, int]]) -> None:
        """Store an order; a payment is (end-to-end id, leaf's id, attempt, micro-euro)."""
        ...

    def set_payment(self, payment: BankPayment) -> None:
        """Keep a payment's state and the bank's word on it."""
        ...


class SinglePayoutsReader(Protocol):
    """Single payouts of vaults."""

    def of_community(self, community_id: UUID) -> list[SinglePayout]:
        """All single payouts of a community by number."""
        ...


class SinglePayouts(SinglePayoutsReader, Protocol):
    """Single payouts, to add; what became of them, to note."""

    def add(self, singles: Sequence[SinglePayout]) -> None:
        """Store single payouts."""
        ...

    def set_state(self, single: SinglePayout) -> None:
        """Keep the state of a single payout, and since when."""
        ...


class Outbox(Protocol):
    """Messages to the ledger's side."""

    def add(self, community_id: UUID, topic: str, key: str, payload: Mapping[str, Any]) -> UUID:
        """Id of the message of that key, added unless it exists."""
        ...

    def announced_days(self, configuration_id: UUID) -> dict[date, UUID]:
        """Days of a configuration that messages name, each with the settlement of the latest of them."""
        ...


class UnitOfWork(Protocol):
    """One transaction. Use cases never commit; the edge does."""

    @property
    def communities(self) -> CommunityTerms: ...
    @property
    def readings(self) -> Readings: ...
    @property
    def quarantine(self) -> Quarantine: ...
    @property
    def estimates(self) -> Estimates: ...
    @property
    def prices(self) -> Prices: ...
    @property
    def settlements(self) -> Settlements: ...
    @property
    def receipts(self) -> Receipts: ...
    @property
    def distributions(self) -> Distributions: ...
    @property
    def payouts(self) -> Payouts: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def lifecycles(self) -> Lifecycles: ...
    @property
    def statements(self) -> Statements: ...
    @property
    def bank_orders(self) -> BankOrders: ...
    @property
    def single_payouts(self) -> SinglePayouts: ...
    @property
    def outbox(self) -> Outbox: ...

    def lock(self, name: str, *, shared: bool = False) -> None:
        """Wait until no other transaction holds the lock of that name; hold it until this one ends.

        Those who share it wait for those who do not, and not for each other.
        """
        ...


class ReadOnlyUnitOfWork(Protocol):
    """What `load_case` reads; a unit of work that writes serves as well."""

    @property
    def communities(self) -> CommunityTerms: ...
    @property
    def readings(self) -> ReadingsReader: ...
    @property
    def prices(self) -> PricesReader: ...


class QualityWork(ReadOnlyUnitOfWork, Protocol):
    """What a report on readings is made of."""

    @property
    def quarantine(self) -> QuarantineReader: ...
    @property
    def estimates(self) -> EstimatesReader: ...


class AccountsWork(Protocol):
    """What the accounts are compared with, all of it from one snapshot."""

    @property
    def receipts(self) -> ReceiptsReader: ...
    @property
    def distributions(self) -> DistributionsReader: ...
    @property
    def payouts(self) -> PayoutsReader: ...
    @property
    def journal(self) -> JournalReader: ...
    @property
    def bank_orders(self) -> BankOrdersReader: ...
    @property
    def single_payouts(self) -> SinglePayoutsReader: ...
