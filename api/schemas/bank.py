"""Payment orders and statements of the bank on the wire."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Field

from api.schemas.wire import Count, Day, Euro, Id, Instant, Page, Response, Sha256, rome
from settlement.domain.bank_orders import BankOrder, BankPayment, PaymentState
from settlement.domain.rounding import micro_eur_text
from settlement.domain.statement_matching import Proposal


class BankOrderOut(Response):
    """A payment file that was written for the bank; never an IBAN."""

    id: Id
    number: Count = Field(description="Counts from 1 in each community")
    distribution_id: Id
    execution_date: Day
    created_at: Instant
    payments: Count
    sum_eur: Euro
    file_sha256: Sha256 = Field(description="Of the pain.001 file")
    ordered: Count = Field(description="Payments that no statement has shown yet")
    credited: Count
    returned: Count
    owed: Count = Field(description="Of the returned: sent back after the vault recorded them as paid")

    @classmethod
    def of(cls, record: BankOrder, payments: Sequence[BankPayment]) -> Self:
        """The order as it is sent."""
        states = Counter(row.state for row in payments)
        return cls(
            id=record.id,
            number=record.number,
            distribution_id=record.distribution_id,
            execution_date=record.execution_date,
            created_at=rome(record.created_at),
            payments=record.payments,
            sum_eur=micro_eur_text(record.sum_micro_eur),
            file_sha256=record.file_sha256.hex(),
            ordered=states[PaymentState.ORDERED],
            credited=states[PaymentState.CREDITED],
            returned=states[PaymentState.RETURNED],
            owed=sum(row.late for row in payments),
        )


class BankOrderPage(Page):
    """Orders, the latest first."""

    orders: list[BankOrderOut]


class BankLeafOut(Response):
    """A payout that an entry speaks of."""

    distribution: Count = Field(description="The distribution's number in the vault")
    index: Count = Field(description="Position in the payout tree")


class BankEntryOut(Response):
    """An entry of a statement and what it means."""

    line: Count = Field(description="Where it stands in the file")
    booked_on: Day
    amount_eur: Euro = Field(description="With a minus: money left the account")
    reference: str | None = Field(description="The bank's reference")
    outcome: str = Field(description="receipt, credited, returned, owed, known, held or other")
    sentence: str = Field(description="For the treasurer: what it is, or why it is held and what to do")
    kind: str | None = Field(description="Of a receipt: advance, balance or correction")
    leaves: list[BankLeafOut] = Field(description="Payouts whose state it changes")

    @classmethod
    def of(cls, proposal: Proposal) -> Self:
        """The entry as it is sent."""
        entry = proposal.entry
        return cls(
            line=entry.line,
            booked_on=entry.booked_on,
            amount_eur=micro_eur_text(entry.amount_micro_eur if entry.credit else -entry.amount_micro_eur),
            reference=entry.reference,
            outcome=proposal.outcome,
            sentence=proposal.sentence,
            kind=proposal.kind,
            leaves=[
                BankLeafOut(distribution=row.distribution, index=row.leaf_index) for row in proposal.payments
            ],
        )


class BankStatementOut(Response):
    """A statement, entry by entry."""

    accepted: bool = Field(description="Whether it was booked; otherwise nothing was written")
    unbooked: Count = Field(description="Entries that the bank has not booked yet: they are left out")
    entries: Annotated[list[BankEntryOut], Field(description="In the order of the file")]
