"""What the store keeps, as values: the rows that use cases, the API and the ledger's side read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from settlement.domain.disclosure import Refusal
from settlement.domain.payout_states import Channel, PayoutState


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """What has to happen outside the database; `payload` refers to rows by id (text of the UUID)."""

    id: UUID
    community_id: UUID
    key: str
    topic: str
    payload: Mapping[str, Any]
    created_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredSettlement:
    """A closed period [start, end) of a community.

    `document` is settlement.json byte for byte, `manifest` the list of SHA-256 of the canonical case files
    and the document, `evidence` SHA-256 of the manifest. `refusals` name what hour totals stay hidden.
    `supersedes` is the former settlement of the same period, which stays as it was, and `reason` why the
    period was settled anew; both are None for the first.
    `terms` is community.toml as it was settled: members, PODs and shares may change afterwards. None where a
    version before it was kept closed the period. `unverified_rules` gives the sources of the rules, none of
    them a parameter, that no text that was read confirms; None where they were not noted yet.
    """

    id: UUID
    community_id: UUID
    start: datetime
    end: datetime
    as_of: datetime
    document: bytes = field(repr=False)
    manifest: bytes = field(repr=False)
    evidence: bytes
    injected_wh: int
    withdrawn_wh: int
    shared_wh: int
    revenue_micro_eur: int
    producers_micro_eur: int
    social_micro_eur: int
    grid_micro_eur: int
    carried_micro_eur: int
    moved_to_social_micro_eur: int
    enterprise_cap_micro_eur: int | None
    refusals: tuple[Refusal, ...]
    supersedes: UUID | None = None
    reason: str | None = None
    terms: bytes | None = field(default=None, repr=False)
    unverified_rules: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class SettledPeriod:
    """The period [start, end) of a settlement."""

    settlement_id: UUID
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class SettlementMember:
    """A member's figures in a settlement; `weight` divides later distributions."""

    member: str
    enterprise: bool
    injected_wh: int
    withdrawn_wh: int
    shared_injection_wh: int
    shared_withdrawal_wh: int
    weight: int
    payout_micro_eur: int


@dataclass(frozen=True, slots=True)
class EnergyHour:
    """One hour of a configuration: shared = min(injected, withdrawn); the zone's price of that hour.

    `settlement_status` is "measured", or "estimated" when a reading of the hour was.
    """

    configuration_id: UUID
    hour: datetime
    injected_wh: int
    withdrawn_wh: int
    shared_wh: int
    grid_zone: str
    market_price_eur_per_mwh: Decimal
    settlement_status: str


class ReceiptKind(StrEnum):
    """What GSE paid: an advance, the balance of a period, or a correction."""

    ADVANCE = "advance"
    BALANCE = "balance"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that arrived: net = gross - fee withheld - costs resolved by the community.

    `document` is its canonical JSON, `receipt_hash` SHA-256 of it. `distribution_id` is None until divided.
    """

    id: UUID
    community_id: UUID
    kind: ReceiptKind
    received_on: date
    gross_micro_eur: int
    fee_withheld_micro_eur: int
    costs_micro_eur: int
    net_micro_eur: int
    bank_reference: str
    document: bytes = field(repr=False)
    receipt_hash: bytes
    distribution_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Distribution:
    """Receipts divided by the weights of settlements; `number` counts from 1 in each community.

    producers + social + grid = amount; pool = producers + previous carry; carry = pool - sum of leaves.
    Without receipts it pays what is owed already. `plan` counts how often it was planned: a later plan takes
    the place of the earlier ones, which never reached the ledger.
    """

    id: UUID
    community_id: UUID
    number: int
    receipts: tuple[UUID, ...]
    settlements: tuple[UUID, ...]
    amount_micro_eur: int
    producers_micro_eur: int
    social_micro_eur: int
    grid_micro_eur: int
    previous_carry_micro_eur: int
    pool_micro_eur: int
    carry_micro_eur: int
    unallocated_micro_eur: int
    moved_to_social_micro_eur: int
    evidence: bytes
    plan: int = 1


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A distribution that the guardian cancelled when the vault had `after_number` of them.

    What it promised is in the pool of the distribution after that.
    """

    distribution_id: UUID
    after_number: int


@dataclass(frozen=True, slots=True)
class Balance:
    """A member's account after a distribution; member "" is the social fund's residue below a cent."""

    member: str
    previous_micro_eur: int
    entitlement_micro_eur: int
    leaf_micro_eur: int
    balance_micro_eur: int


@dataclass(frozen=True, slots=True)
class Payout:
    """A leaf of a distribution's payout tree; `leaf_index` is its position.

    `member` is None for the social leaf. `salt` (32 bytes) hides the IBAN of a bank leaf on the ledger;
    `wallet_address` (20 bytes) is the payee of a wallet leaf, and the owner of a bank leaf when known.
    """

    id: UUID
    distribution_id: UUID
    leaf_index: int
    member: str | None
    channel: Channel
    wallet_address: bytes | None
    iban: str | None = field(repr=False)
    salt: bytes | None = field(repr=False)
    amount_micro_eur: int
    state: PayoutState
    bank_reference: str | None
