"""A distribution in the accounts: divided into pools, allotted to members, promised as leaves.

Three entries, so that each can be taken back alone: a cancelled payout root undoes the promise only.
"""

from datetime import date
from uuid import UUID

from settlement.domain.accounting.account import Account, AccountKind
from settlement.domain.accounting.entry import Entry, EntryKind
from settlement.domain.accounting.posting import credit, debit, postings
from settlement.domain.payouts import SOCIAL_FUND, Plan

Line = tuple[Account, int]


def distribution_approved(distribution_id: UUID, plan: Plan, effective_on: date | None) -> list[Entry]:
    """Division, entitlement and leaves of a plan; entries that would move nothing are left out."""
    made = [
        (EntryKind.DIVISION, _division(plan)),
        (EntryKind.ENTITLEMENT, _entitlement(plan)),
        (EntryKind.LEAVES, _leaves(plan)),
    ]
    return [
        Entry(kind, postings(lines), distribution_id, effective_on) for kind, lines in made if postings(lines)
    ]


def _division(plan: Plan) -> list[Line]:
    return [
        debit(AccountKind.UNDIVIDED, plan.amount_micro_eur),
        credit(AccountKind.PRODUCERS_POOL, plan.producers_micro_eur),
        credit(AccountKind.SOCIAL_FUND, plan.social_micro_eur),
        credit(AccountKind.GRID_FUND, plan.grid_micro_eur),
    ]


def _entitlement(plan: Plan) -> list[Line]:
    """Members' shares, and what the enterprise cap moves to social purposes, leave the pool."""
    lines = [
        credit(AccountKind.MEMBER, row.entitlement_micro_eur, row.member)
        for row in plan.balances
        if row.member != SOCIAL_FUND
    ]
    lines.append(credit(AccountKind.SOCIAL_RESIDUE, plan.moved_to_social_micro_eur))
    allotted = sum(row.entitlement_micro_eur for row in plan.balances)
    return [debit(AccountKind.PRODUCERS_POOL, allotted), *lines]


def _leaves(plan: Plan) -> list[Line]:
    """What is promised leaves the members' balances in whole cents."""
    lines = []
    for row in plan.leaves:
        if row.member == SOCIAL_FUND:
            lines.append(debit(AccountKind.SOCIAL_RESIDUE, row.leaf_micro_eur))
            lines.append(credit(AccountKind.SOCIAL_PAYABLE, row.leaf_micro_eur))
        else:
            lines.append(debit(AccountKind.MEMBER, row.leaf_micro_eur, row.member))
            lines.append(credit(AccountKind.PAYABLE, row.leaf_micro_eur, row.member))
    return lines
