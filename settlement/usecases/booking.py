"""What somebody types into the books: a payment that the bank made or received, under its reference."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from settlement.domain.accounting.entry import Entry
from settlement.domain.errors import BookingRefused
from settlement.domain.rounding import MICRO_EUR_PER_CENT


@dataclass(frozen=True, slots=True)
class Booking:
    """A payment as it is typed. `reference` is the bank's, or names the resolution behind the payment.

    Raises BookingRefused unless it has a reference and is more than nothing, in whole cents.
    """

    amount_micro_eur: int
    paid_on: date
    reference: str

    def __post_init__(self) -> None:
        if self.amount_micro_eur <= 0 or self.amount_micro_eur % MICRO_EUR_PER_CENT:
            raise BookingRefused(
                "a payment that is typed into the books is in whole cents and more than nothing"
            )
        if not self.reference:
            raise BookingRefused("what is typed into the books has a reference")


class Booked(NamedTuple):
    """The entry, and whether it is new: the same content under the same reference is posted once."""

    entry: Entry
    new: bool


def known_booking(standing: Iterable[Entry], wanted: Entry) -> Entry | None:
    """The entry that stands under the same reference already.

    Raises BookingRefused where that one is of another day, account or amount.
    """
    for entry in standing:
        if entry.note == wanted.note:
            if entry.postings == wanted.postings and entry.effective_on == wanted.effective_on:
                return entry
            raise BookingRefused(f"reference {wanted.note} already stands for another payment")
    return None
