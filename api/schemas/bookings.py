"""What is typed into the community's accounts, on the wire."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field

from api.schemas.member import Code
from api.schemas.wire import Day, EuroCents, Id, Request, Response, Text, micro_eur_of
from oracle.usecases.standing import Findings
from settlement.domain.accounting.entry import Cause
from settlement.domain.accounting.fund import Fund
from settlement.usecases.booking import Booking


class BookingIn(Request):
    """A payment that the bank made or received; the same reference again is the same payment."""

    amount_eur: EuroCents
    paid_on: Day
    reference: Annotated[Text, Field(description="The bank's, or the resolution's", examples=["CRO 123"])]

    @property
    def booking(self) -> Booking:
        """The payment as a use case takes it. Raises BookingRefused."""
        return Booking(micro_eur_of(self.amount_eur), self.paid_on, self.reference)


class SpendingIn(BookingIn):
    """A payment out of a fund that the vault does not know of."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"fund": "social", "amount_eur": "120.00", "paid_on": "2024-12-03", "reference": "CRO 123"}
            ]
        }
    )

    fund: Fund


class MemberBookingIn(BookingIn):
    """A payment of a member, or to a member."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"member": "M07", "amount_eur": "12.00", "paid_on": "2024-12-03", "reference": "CRO 124"}
            ]
        }
    )

    member: Code


class ReversalIn(Request):
    """What is to be taken back, and why."""

    entry_id: Id
    cause: Cause = Cause.MISTAKE
    note: Annotated[Text, Field(description="For whoever reads the journal")]


class ClosingIn(Request):
    """That the books are to be closed over what is paid."""

    final: Literal[True] = Field(description="It is meant: nothing makes a final distribution open again")


class ReconciliationOut(Response):
    """Whether the accounts hold what receipts, distributions, payouts and the vault say."""

    agrees: bool
    differences: list[str] = Field(description="One sentence per account or sum that differs")
    notes: list[str] = Field(description="What is worth knowing; also why the chain was not compared")

    @classmethod
    def of(cls, differences: list[str], chain: Findings, notes: list[str]) -> Self:
        """The comparison as it is sent."""
        found = differences + chain.divergences
        return cls(agrees=not found, differences=found, notes=notes + chain.notes)


class ClosingOut(Response):
    """The books were closed over what is paid."""

    final: list[Id] = Field(description="Distributions that this closing made final")
    notes: list[str] = Field(description="What is worth knowing; also why the chain was not compared")
