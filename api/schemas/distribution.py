"""Bank receipts, distributions and payouts on the wire."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field

from api.queries.distribution_state import DistributionState
from api.schemas.settlement import SplitOut
from api.schemas.wire import (
    Count,
    Day,
    Euro,
    EuroCents,
    Id,
    Page,
    Request,
    Response,
    Sha256,
    Text,
    micro_eur_of,
)
from settlement.domain.records import Distribution, Payout, Receipt, ReceiptKind
from settlement.domain.rounding import micro_eur_text
from settlement.usecases.record_receipt import ReceiptTerms

Acknowledged = Annotated[
    list[Text],
    Field(
        default_factory=list,
        max_length=20,
        description="Names of findings of the checks that were seen",
        examples=[["RECEIVED_ABOVE_COMPUTED"]],
    ),
]


class ReceiptIn(Request):
    """What reached the community's bank account."""

    kind: ReceiptKind
    received_on: Day
    gross_eur: EuroCents
    fee_withheld_eur: EuroCents = "0"
    costs_eur: Annotated[EuroCents, Field(description="Costs that were resolved to be paid from it")] = "0"
    bank_reference: Annotated[
        Text, Field(description="Unique in the community", examples=["CRO 12345678901"])
    ]

    @property
    def terms(self) -> ReceiptTerms:
        """The receipt as the use case takes it."""
        return ReceiptTerms(
            kind=self.kind,
            received_on=self.received_on,
            gross_micro_eur=micro_eur_of(self.gross_eur),
            bank_reference=self.bank_reference,
            fee_withheld_micro_eur=micro_eur_of(self.fee_withheld_eur),
            costs_micro_eur=micro_eur_of(self.costs_eur),
        )


class DraftRequest(Request):
    """A bank receipt that is to be divided by the weights of settled periods, once somebody approves."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "receipt": {
                        "kind": "advance",
                        "received_on": "2024-12-03",
                        "gross_eur": "1234.56",
                        "bank_reference": "TRN 12345678901",
                    },
                    "settlements": ["0193d2f0-0000-7000-8000-000000000001"],
                }
            ]
        }
    )

    receipt: ReceiptIn
    settlements: Annotated[list[Id], Field(min_length=1, max_length=120)]


class DistributeRequest(DraftRequest):
    """Divide one bank receipt by the weights of settled periods.

    Sent again with the same content it answers the same distribution; the bank reference names the receipt.
    """

    acknowledged: Acknowledged


class ReceiptOut(Response):
    """A bank receipt that was divided."""

    id: Id
    kind: str
    received_on: Day
    gross_eur: Euro
    fee_withheld_eur: Euro
    costs_eur: Euro
    net_eur: Euro
    bank_reference: str | None = Field(description="Null for members")
    receipt_hash: Sha256 = Field(description="What the vault knows the receipt by")

    @classmethod
    def of(cls, record: Receipt, *, with_reference: bool) -> Self:
        """The receipt as it is sent."""
        return cls(
            id=record.id,
            kind=record.kind,
            received_on=record.received_on,
            gross_eur=micro_eur_text(record.gross_micro_eur),
            fee_withheld_eur=micro_eur_text(record.fee_withheld_micro_eur),
            costs_eur=micro_eur_text(record.costs_micro_eur),
            net_eur=micro_eur_text(record.net_micro_eur),
            bank_reference=record.bank_reference if with_reference else None,
            receipt_hash=record.receipt_hash.hex(),
        )


class DistributionOut(Response):
    """Receipts joined with settled periods and divided."""

    id: Id
    number: Count = Field(description="Its number in the vault, from 1")
    state: DistributionState = Field(
        description="planned; settled by the vault; cancelled by the guardian, so that a later one divides "
        "it anew; or replaced by another plan of the same number, because one before it was cancelled"
    )
    amount_eur: Euro
    split_eur: SplitOut
    previous_carry_eur: Euro
    pool_eur: Euro = Field(description="Producers' share and previous carry: what may be paid at most")
    carry_eur: Euro = Field(description="What the payouts leave of the pool")
    moved_to_social_eur: Euro
    evidence: Sha256
    receipts: list[ReceiptOut] = Field(description="None where only what was cancelled is divided anew")
    settlements: list[Id]

    @classmethod
    def of(cls, record: Distribution, state: DistributionState, receipts: list[ReceiptOut]) -> Self:
        """The distribution as it is sent."""
        return cls(
            id=record.id,
            number=record.number,
            state=state,
            amount_eur=micro_eur_text(record.amount_micro_eur),
            split_eur=SplitOut.of(record.producers_micro_eur, record.social_micro_eur, record.grid_micro_eur),
            previous_carry_eur=micro_eur_text(record.previous_carry_micro_eur),
            pool_eur=micro_eur_text(record.pool_micro_eur),
            carry_eur=micro_eur_text(record.carry_micro_eur),
            moved_to_social_eur=micro_eur_text(record.moved_to_social_micro_eur),
            evidence=record.evidence.hex(),
            receipts=receipts,
            settlements=list(record.settlements),
        )


class DistributionPage(Page):
    """Distributions, the latest first."""

    distributions: list[DistributionOut]


class PayoutOut(Response):
    """One leaf of a distribution's payout tree."""

    index: Count = Field(description="Position in the tree")
    member: str | None = Field(description="Null for what moves to social purposes")
    channel: str = Field(description="wallet, bank or social")
    amount_eur: Euro
    state: str = Field(description="pending, paid, reserved, ordered, confirmed, released or cancelled")

    @classmethod
    def of(cls, record: Payout) -> Self:
        """The leaf as it is sent: never the IBAN, the salt or the bank's reference."""
        return cls(
            index=record.leaf_index,
            member=record.member,
            channel=record.channel,
            amount_eur=micro_eur_text(record.amount_micro_eur),
            state=record.state,
        )


class PayoutPage(Page):
    """Leaves by position; a member finds its own alone."""

    distribution_id: Id
    number: Count
    payouts: list[PayoutOut]
