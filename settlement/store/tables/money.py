"""Money: bank receipts, distributions, payout leaves and members' balances, all in whole micro-euro."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, Column, Date, ForeignKeyConstraint, Index, Integer, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from settlement.store import columns


class BankReceiptRow(SQLModel, table=True):
    """What GSE paid into the community's account; `receipt_hash` is SHA-256 of `document`."""

    __tablename__ = "bank_receipts"
    __table_args__ = (UniqueConstraint("community_id", "bank_reference"),)

    id: UUID = Field(sa_column=columns.key())
    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id"))
    kind: str = Field(sa_column=columns.text(20))
    received_on: date = Field(sa_column=Column(Date, nullable=False))
    gross_micro_eur: int = Field(sa_column=columns.whole())
    fee_withheld_micro_eur: int = Field(sa_column=columns.whole())
    costs_micro_eur: int = Field(sa_column=columns.whole())
    net_micro_eur: int = Field(sa_column=columns.whole())
    bank_reference: str = Field(sa_column=columns.text(255))
    document: bytes = Field(sa_column=columns.octets())
    receipt_hash: bytes = Field(sa_column=columns.octets(unique=True))
    created_at: datetime = Field(sa_column=columns.recorded())


class DistributionRow(SQLModel, table=True):
    """Receipts joined with settled periods; `number` counts from 1 in each community.

    The latest `plan` of a number is the one that counts.
    """

    __tablename__ = "distributions"
    __table_args__ = (UniqueConstraint("community_id", "number", "plan"),)

    id: UUID = Field(sa_column=columns.key())
    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id"))
    number: int = Field(sa_column=Column(Integer, nullable=False))
    amount_micro_eur: int = Field(sa_column=columns.whole())
    producers_micro_eur: int = Field(sa_column=columns.whole())
    social_micro_eur: int = Field(sa_column=columns.whole())
    grid_micro_eur: int = Field(sa_column=columns.whole())
    previous_carry_micro_eur: int = Field(sa_column=columns.whole())
    pool_micro_eur: int = Field(sa_column=columns.whole())
    carry_micro_eur: int = Field(sa_column=columns.whole())
    unallocated_micro_eur: int = Field(sa_column=columns.whole())
    moved_to_social_micro_eur: int = Field(sa_column=columns.whole())
    evidence: bytes = Field(sa_column=columns.octets())
    plan: int = Field(sa_column=Column(Integer, nullable=False, server_default="1"))
    created_at: datetime = Field(sa_column=columns.recorded())


class DistributionCancellationRow(SQLModel, table=True):
    """A distribution that the guardian cancelled when its vault had `after_number` of them."""

    __tablename__ = "distribution_cancellations"

    distribution_id: UUID = Field(sa_column=columns.reference("distributions.id", primary_key=True))
    after_number: int = Field(sa_column=Column(Integer, nullable=False))
    created_at: datetime = Field(sa_column=columns.recorded())


class DistributionReceiptRow(SQLModel, table=True):
    """Which receipts a distribution divides, by its first plan; a receipt is divided once."""

    __tablename__ = "distribution_receipts"
    __table_args__ = (UniqueConstraint("receipt_id"),)

    distribution_id: UUID = Field(sa_column=columns.reference("distributions.id", primary_key=True))
    receipt_id: UUID = Field(sa_column=columns.reference("bank_receipts.id", primary_key=True))


class DistributionSettlementRow(SQLModel, table=True):
    """Whose weights a plan of a distribution divides by; a settlement may serve several."""

    __tablename__ = "distribution_settlements"

    distribution_id: UUID = Field(sa_column=columns.reference("distributions.id", primary_key=True))
    settlement_id: UUID = Field(sa_column=columns.reference("settlements.id", primary_key=True))


class PayoutRow(SQLModel, table=True):
    """A leaf of a distribution's payout tree. Only its state and bank reference ever change."""

    __tablename__ = "payouts"
    __table_args__ = (
        UniqueConstraint("distribution_id", "leaf_index"),
        UniqueConstraint("distribution_id", "member"),
        ForeignKeyConstraint(
            ["community_id", "member"], ["community_members.community_id", "community_members.code"]
        ),
        Index("idx_payouts_member", "community_id", "member"),
    )

    id: UUID = Field(sa_column=columns.key())
    distribution_id: UUID = Field(sa_column=columns.reference("distributions.id"))
    leaf_index: int = Field(sa_column=Column(Integer, nullable=False))
    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id"))
    member: str | None = Field(sa_column=columns.text(100, nullable=True))
    channel: str = Field(sa_column=columns.text(10))
    wallet_address: bytes | None = Field(sa_column=columns.octets(nullable=True))
    iban: str | None = Field(sa_column=columns.text(34, nullable=True))
    salt: bytes | None = Field(sa_column=columns.octets(nullable=True))
    amount_micro_eur: int = Field(sa_column=columns.whole())
    state: str = Field(sa_column=columns.text(20, server_default="pending"))
    bank_reference: str | None = Field(sa_column=columns.text(255, nullable=True))
    state_changed_at: datetime = Field(sa_column=columns.recorded())


class StatementRow(SQLModel, table=True):
    """A member's statement of a distribution, byte for byte as it was drawn."""

    __tablename__ = "member_statements"
    __table_args__ = (Index("idx_member_statements_member", "community_id", "member"),)

    distribution_id: UUID = Field(sa_column=columns.reference("distributions.id", primary_key=True))
    member: str = Field(sa_column=columns.text(100, primary_key=True))
    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id"))
    document: bytes = Field(sa_column=columns.octets())
    sha256: bytes = Field(sa_column=columns.octets())


class MemberBalanceRow(SQLModel, table=True):
    """A member's account after a distribution; member "" is the social fund's residue below a cent."""

    __tablename__ = "member_balances"
    __table_args__ = (Index("idx_member_balances_member", "community_id", "member"),)

    distribution_id: UUID = Field(sa_column=columns.reference("distributions.id", primary_key=True))
    member: str = Field(sa_column=columns.text(100, primary_key=True))
    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id"))
    previous_micro_eur: int = Field(sa_column=columns.whole())
    entitlement_micro_eur: int = Field(sa_column=columns.whole())
    leaf_micro_eur: int = Field(sa_column=columns.whole())
    balance_micro_eur: int = Field(sa_column=columns.whole())


class BankOrderRow(SQLModel, table=True):
    """A payment file that was written for the bank. Never changed."""

    __tablename__ = "bank_orders"
    __table_args__ = (UniqueConstraint("community_id", "number"),)

    id: UUID = Field(sa_column=columns.key())
    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id"))
    distribution_id: UUID = Field(sa_column=columns.reference("distributions.id"))
    number: int = Field(sa_column=Column(Integer, nullable=False))
    debtor_name: str = Field(sa_column=columns.text(255))
    debtor_iban: str = Field(sa_column=columns.text(34))
    debtor_bic: str | None = Field(sa_column=columns.text(11, nullable=True))
    execution_date: date = Field(sa_column=Column(Date, nullable=False))
    payments: int = Field(sa_column=Column(Integer, nullable=False))
    sum_micro_eur: int = Field(sa_column=columns.whole())
    file_sha256: bytes = Field(sa_column=columns.octets())
    file: bytes = Field(sa_column=columns.octets())
    created_at: datetime = Field(sa_column=columns.instant())


class BankPaymentRow(SQLModel, table=True):
    """One attempt to pay one bank leaf, of which at most one is open. Only what the bank says changes."""

    __tablename__ = "bank_payments"
    __table_args__ = (
        UniqueConstraint("payout_id", "attempt"),
        Index("idx_bank_payments_open", "payout_id", unique=True, postgresql_where=text("state = 'ordered'")),
        Index("idx_bank_payments_order", "order_id"),
    )

    end_to_end_id: str = Field(sa_column=columns.text(35, primary_key=True))
    order_id: UUID = Field(sa_column=columns.reference("bank_orders.id"))
    payout_id: UUID = Field(sa_column=columns.reference("payouts.id"))
    attempt: int = Field(sa_column=Column(Integer, nullable=False))
    amount_micro_eur: int = Field(sa_column=columns.whole())
    state: str = Field(sa_column=columns.text(10, server_default="ordered"))
    bank_reference: str | None = Field(sa_column=columns.text(255, nullable=True))
    credited_on: date | None = Field(sa_column=Column(Date))
    returned_on: date | None = Field(sa_column=Column(Date))
    return_reason: str | None = Field(sa_column=columns.text(255, nullable=True))
    late: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=text("false")))


class SinglePayoutRow(SQLModel, table=True):
    """A single payout of a vault: a fund's spending, or what took the place of a leaf or of another one."""

    __tablename__ = "single_payouts"
    __table_args__ = (
        UniqueConstraint("chain_id", "vault", "number"),
        Index("idx_single_payouts_community", "community_id"),
    )

    id: UUID = Field(sa_column=columns.key())
    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id"))
    chain_id: int = Field(sa_column=columns.whole())
    vault: bytes = Field(sa_column=columns.octets())
    number: int = Field(sa_column=columns.whole())
    amount_micro_eur: int = Field(sa_column=columns.whole())
    fund: str | None = Field(sa_column=columns.text(10, nullable=True))
    replaces: int | None = Field(sa_column=columns.whole(nullable=True))
    transaction_hash: bytes = Field(sa_column=columns.octets())
    opened_on: date = Field(sa_column=Column(Date, nullable=False))
    state: str = Field(sa_column=columns.text(10, server_default="open"))
    ended_on: date | None = Field(sa_column=Column(Date))
