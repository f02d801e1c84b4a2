"""The error catalogue of the service: each failure has one name, one code, one sentence and its facts."""
# ruff: noqa: N818 - each is named as the fact that it states

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from settlement.domain.findings import Finding


class ServiceError(Exception):
    """A request that cannot be carried out, for a reason that the caller can understand."""

    code = "SERVICE_ERROR"


class NotFound(ServiceError):
    """Nothing of that kind has that id."""

    code = "NOT_FOUND"

    def __init__(self, kind: str, identity: UUID | str) -> None:
        self.kind, self.identity = kind, identity
        super().__init__(f"there is no {kind} {identity}")


class PeriodNotWholeDays(ServiceError):
    """The service keeps and settles whole Europe/Rome days."""

    code = "PERIOD_NOT_WHOLE_DAYS"

    def __init__(self, start: datetime, end: datetime) -> None:
        self.start, self.end = start, end
        super().__init__(
            f"the period {start.isoformat()} to {end.isoformat()} is not one of whole days in Italy"
        )


class ReadingsNotAdmitted(ServiceError):
    """Readings of a POD on days on which it does not belong to the community."""

    code = "READINGS_NOT_ADMITTED"

    def __init__(self, pods: Sequence[tuple[str, date]]) -> None:
        self.pods = tuple(pods)
        named = ", ".join(f"{pod} on {day}" for pod, day in self.pods[:5])
        more = f" and {len(self.pods) - 5} more" if len(self.pods) > 5 else ""
        super().__init__(f"readings of PODs that are not the community's on that day: {named}{more}")


class ReceivedOutOfOrder(ServiceError):
    """A value that differs from the one known must have been received later than it."""

    code = "RECEIVED_OUT_OF_ORDER"

    def __init__(self, what: str, day: date, received_at: datetime, known_at: datetime) -> None:
        self.what, self.day, self.received_at, self.known_at = what, day, received_at, known_at
        super().__init__(
            f"{what} of {day} as received at {received_at.isoformat()} differs from what was received "
            f"at {known_at.isoformat()}: a correction must be received later than what it corrects"
        )


class CaseNotReady(ServiceError):
    """The stored case has findings: absent readings or prices, broken limits."""

    code = "CASE_NOT_READY"

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        more = f" (and {len(self.findings) - 1} more)" if len(self.findings) > 1 else ""
        super().__init__(f"the period cannot be settled: {self.findings[0].sentence}{more}")


class ReceiptReferenceReused(ServiceError):
    """The bank reference already stands for another receipt."""

    code = "RECEIPT_REFERENCE_REUSED"

    def __init__(self, bank_reference: str, differing: Sequence[str]) -> None:
        self.bank_reference, self.differing = bank_reference, tuple(differing)
        named = ", ".join(differing)
        super().__init__(f"bank reference {bank_reference} already stands for a receipt with another {named}")


class ReceiptNotPayable(ServiceError):
    """The amounts of a receipt leave nothing to distribute, or are not whole cents."""

    code = "RECEIPT_NOT_PAYABLE"


class AlreadyDistributed(ServiceError):
    """A receipt is divided once."""

    code = "ALREADY_DISTRIBUTED"

    def __init__(self, receipt_id: UUID, distribution_id: UUID) -> None:
        self.receipt_id, self.distribution_id = receipt_id, distribution_id
        super().__init__(f"receipt {receipt_id} was already divided by distribution {distribution_id}")


class NothingToDistribute(ServiceError):
    """A distribution names at least one receipt and one settlement, all of one community, periods apart."""

    code = "NOTHING_TO_DISTRIBUTE"


class AccountsDiffer(ServiceError):
    """The accounts do not hold what receipts, distributions and payouts say."""

    code = "ACCOUNTS_DIFFER"

    def __init__(self, differences: Sequence[str]) -> None:
        self.differences = tuple(differences)
        more = f" (and {len(self.differences) - 1} more)" if len(self.differences) > 1 else ""
        super().__init__(f"the books cannot be closed: {self.differences[0]}{more}")


class BookingRefused(ServiceError):
    """What somebody typed into the books and the accounts cannot take."""

    code = "BOOKING_REFUSED"


class LifecycleRefused(ServiceError):
    """A distribution does not go from where it stands to the wanted state."""

    code = "LIFECYCLE_REFUSED"

    def __init__(self, distribution_id: UUID, before: str, after: str) -> None:
        self.distribution_id, self.before, self.after = distribution_id, before, after
        super().__init__(f"distribution {distribution_id} cannot go from {before} to {after}")


class ChangedSinceCheck(ServiceError):
    """What a draft would be is no longer what was checked."""

    code = "CHANGED_SINCE_CHECK"

    def __init__(self, distribution_id: UUID) -> None:
        self.distribution_id = distribution_id
        super().__init__(
            f"accounts, payees or settlements changed since distribution {distribution_id} was checked; "
            "check it again"
        )


class FindingsNotAcknowledged(ServiceError):
    """The checks found what the approver did not acknowledge by name."""

    code = "FINDINGS_NOT_ACKNOWLEDGED"

    def __init__(self, findings: Sequence[str], names: Sequence[str]) -> None:
        self.findings, self.names = tuple(findings), tuple(names)
        super().__init__(f"{'; '.join(findings)}; to approve all the same, acknowledge: {', '.join(names)}")


class SettlementSuperseded(ServiceError):
    """A newer settlement of the same period stands in the place of the one that was named."""

    code = "SETTLEMENT_SUPERSEDED"

    def __init__(self, settlement_id: UUID, newer: UUID) -> None:
        self.settlement_id, self.newer = settlement_id, newer
        super().__init__(
            f"settlement {settlement_id} was superseded: better readings or prices arrived, and the period "
            f"was settled anew as {newer}; distribute by that one"
        )


class TransitionRefused(ServiceError):
    """A payout leaf cannot go from its state to the wanted one."""

    code = "TRANSITION_REFUSED"

    def __init__(self, leaf_index: int, channel: str, before: str, after: str) -> None:
        self.leaf_index, self.channel, self.before, self.after = leaf_index, channel, before, after
        super().__init__(f"leaf {leaf_index} ({channel}) cannot go from {before} to {after}")


class NothingToOrder(ServiceError):
    """An order at the bank names at least one reserved leaf with a valid IBAN."""

    code = "NOTHING_TO_ORDER"


class OrderRefused(ServiceError):
    """The debtor, the date or a leaf's history does not permit a payment order."""

    code = "ORDER_REFUSED"


class QuarantineRefused(ServiceError):
    """A held day does not go where it is sent."""

    code = "QUARANTINE_REFUSED"


class EstimateRefused(ServiceError):
    """The method cannot estimate the day, or the day was measured."""

    code = "ESTIMATE_REFUSED"
