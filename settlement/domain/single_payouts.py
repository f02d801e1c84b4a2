"""Single payouts of a vault: what a resolution spent from a fund, and what took the place of a leaf.

A single payout may be replaced by another one, when its payee moves it: only the last of them is paid.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from settlement.domain.accounting.fund import Fund


class SingleState(StrEnum):
    """What became of what a fund spent: paid to whomever it was moved to last, or back in the social fund."""

    OPEN = "open"
    PAID = "paid"
    SWEPT = "swept"


@dataclass(frozen=True, slots=True)
class SinglePayout:
    """A single payout as the vault's logs tell it; `vault` has 20 bytes, `transaction_hash` 32.

    `fund` is set of a spending, `replaces` of what took the place of another single payout; of what took the
    place of a leaf neither is. `state` and `ended_on` are noted of spendings alone.
    """

    id: UUID
    community_id: UUID
    chain_id: int
    vault: bytes
    number: int
    amount_micro_eur: int
    fund: Fund | None
    replaces: int | None
    transaction_hash: bytes
    opened_on: date
    state: SingleState = SingleState.OPEN
    ended_on: date | None = None


def last_of(singles: Collection[SinglePayout]) -> Mapping[int, int]:
    """The number of each first single payout, and of the one that stands in its place in the end."""
    after = {row.replaces: row.number for row in singles if row.replaces is not None}
    replacing = set(after.values())
    last = {}
    for row in singles:
        if row.number not in replacing:
            number = row.number
            while number in after:
                number = after[number]
            last[row.number] = number
    return last
