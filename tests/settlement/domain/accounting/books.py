"""Receipts, settlements and leaves for tests of the accounts: each states only what matters there."""

from datetime import UTC, date, datetime

from settlement.domain.identifiers import uuid7
from settlement.domain.payout_states import Channel, PayoutState
from settlement.domain.records import Payout, Receipt, ReceiptKind, StoredSettlement

COMMUNITY = uuid7()


def receipt(gross: int, fee: int = 0, costs: int = 0, kind: ReceiptKind = ReceiptKind.ADVANCE) -> Receipt:
    """A receipt in micro-euro."""
    return Receipt(
        uuid7(), COMMUNITY, kind, date(2024, 9, 30), gross, fee, costs, gross - fee - costs, "CRO 1", b"", b""
    )


def settlement(revenue: int, start: datetime = datetime(2024, 7, 1, tzinfo=UTC)) -> StoredSettlement:
    """A settled day that earned this much, in micro-euro."""
    figures = (0, 0, 0, revenue, revenue, 0, 0, 0, 0, None)
    end = start.replace(day=start.day + 1)
    return StoredSettlement(uuid7(), COMMUNITY, start, end, end, b"", b"", b"", *figures, ())


def payout(
    member: str | None, amount: int, channel: Channel, state: PayoutState = PayoutState.PENDING
) -> Payout:
    """A leaf in a state."""
    return Payout(uuid7(), uuid7(), 0, member, channel, None, None, None, amount, state, None)
