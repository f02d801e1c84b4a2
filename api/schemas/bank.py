"""Payment orders and statements of the bank on the wire."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from api.schemas.member import AccountHolder, Code, Iban
from api.schemas.wire import Count, Day, Euro, Id, Instant, Page, Request, Response, Sha256, rome
from settlement.domain.bank_orders import BankOrder, BankPayment, PaymentState
from settlement.domain.rounding import micro_eur_text
from settlement.domain.statement_matching import Proposal
from settlement.usecases.order_at_bank import Ordered, OrderTerms

HOLDERS_MAX = 10_000


class HolderIn(Request):
    """Whose name an account bears, for this order alone."""

    member: Code
    name: AccountHolder


class BankOrderIn(Request):
    """Order a distribution's reserved bank payouts. Sent again, nothing is ordered twice."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "distribution_id": "0193d2f0-0000-7000-8000-000000000001",
                    "execution_date": "2024-12-06",
                    "debtor_iban": "IT60X0542811101000000123456",
                }
            ]
        }
    )

    distribution_id: Id
    execution_date: Day
    debtor_iban: Annotated[
        Iban | None, Field(description="Account to pay from; default: that of the community's latest order")
    ] = None
    debtor_bic: Annotated[
        str | None, Field(pattern="^[A-Z0-9]{8}([A-Z0-9]{3})?$", description="Its bank, if that is asked for")
    ] = None
    holders: Annotated[
        list[HolderIn],
        Field(max_length=HOLDERS_MAX, description="Instead of the names that are kept beside the accounts"),
    ] = Field(default_factory=list)

    @model_validator(mode="after")
    def _names_each_member_once(self) -> Self:
        if len({row.member for row in self.holders}) < len(self.holders):
            raise ValueError("a member's account holder is named twice")
        return self

    @property
    def terms(self) -> OrderTerms:
        """The order as a use case takes it."""
        holders = {row.member: row.name for row in self.holders}
        return OrderTerms(self.execution_date, self.debtor_iban, self.debtor_bic, holders)


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


class OrderedOut(Response):
    """An order at the bank, and what it leaves out."""

    new: bool = Field(description="False: nothing more was reserved, this is the distribution's latest order")
    order: BankOrderOut
    left_out: list[str] = Field(description="One sentence per reserved payout that cannot be ordered")

    @classmethod
    def of(cls, done: Ordered, payments: Sequence[BankPayment]) -> Self:
        """The order as it is sent."""
        return cls(new=done.new, order=BankOrderOut.of(done.order, payments), left_out=list(done.left_out))


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
