"""What a bank's status report says of a payment file: rejected before anything was moved, or on its way."""

from dataclasses import dataclass
from datetime import date
from enum import Enum


class Verdict(Enum):
    """What a status code means for a payment."""

    REJECTED = "rejected"
    ON_ITS_WAY = "on its way"
    UNKNOWN = "unknown"


# External payment status codes of ISO 20022. Accepted is not paid: that is the statement's to say.
_ON_ITS_WAY = frozenset(
    {"RCVD", "PDNG", "PART", "ACTC", "ACCP", "ACFC", "ACSP", "ACWC", "ACWP", "ACSC", "ACCC", "PATC", "PRES"}
)


@dataclass(frozen=True, slots=True)
class PaymentStatus:
    """A status of one payment or, by the message id `order`, of all of a file; `told_on` is the report's day.

    `amount_micro_eur` is None where the report does not repeat it.
    """

    file: str
    line: int
    told_on: date
    code: str
    end_to_end_id: str | None = None
    order: str | None = None
    reason: str | None = None
    amount_micro_eur: int | None = None

    @property
    def verdict(self) -> Verdict:
        """What the code means."""
        if self.code == "RJCT":
            return Verdict.REJECTED
        return Verdict.ON_ITS_WAY if self.code in _ON_ITS_WAY else Verdict.UNKNOWN
