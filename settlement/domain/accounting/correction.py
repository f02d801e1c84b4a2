"""A settled period was settled again with better readings: what each member gains or loses.

The money that a distribution allotted is divided again by the newer weights; the difference to what its
members have had of it so far is signed, adds up to zero with what goes back to the pool or to social
purposes, and is taken once, before the next distribution. What the newer settlement earned more or less is
GSE's to pay or to claim: it arrives as a receipt.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from settlement.domain.accounting.account import AccountKind
from settlement.domain.accounting.entry import Cause, Entry, EntryKind
from settlement.domain.accounting.posting import credit, postings
from settlement.domain.allocation import divide_pool


@dataclass(frozen=True, slots=True)
class Allotment:
    """What a distribution has allotted so far, its corrections included, in micro-euro."""

    members_micro_eur: Mapping[str, int]
    social_micro_eur: int = 0
    pool_micro_eur: int = 0

    @property
    def total_micro_eur(self) -> int:
        """What there is to divide again."""
        return sum(self.members_micro_eur.values()) + self.social_micro_eur + self.pool_micro_eur


def divided_again(
    before: Allotment,
    weights: Mapping[str, int],
    enterprises: Collection[str] = (),
    enterprise_cap_micro_eur: int | None = None,
) -> Allotment:
    """The same money by other weights, under the bound on enterprises (FACTS 3.4)."""
    bound = [member for member in enterprises if member in weights]
    division = divide_pool(before.total_micro_eur, weights, bound, enterprise_cap_micro_eur)
    return Allotment(
        division.payouts_micro_eur, division.moved_to_social_micro_eur, division.carried_micro_eur
    )


def correction(
    before: Allotment, after: Allotment, entitlement_id: UUID, settlement_id: UUID, cause: Cause
) -> Entry | None:
    """The signed differences, linked to the entry that allotted; None where nobody's share changed."""
    members = set(before.members_micro_eur) | set(after.members_micro_eur)
    lines = [
        credit(
            AccountKind.MEMBER,
            after.members_micro_eur.get(member, 0) - before.members_micro_eur.get(member, 0),
            member,
        )
        for member in members
    ]
    lines.append(credit(AccountKind.SOCIAL_RESIDUE, after.social_micro_eur - before.social_micro_eur))
    lines.append(credit(AccountKind.PRODUCERS_POOL, after.pool_micro_eur - before.pool_micro_eur))
    moved = postings(lines)
    if not moved:
        return None
    return Entry(EntryKind.CORRECTION, moved, settlement_id, corrects=entitlement_id, cause=cause)
