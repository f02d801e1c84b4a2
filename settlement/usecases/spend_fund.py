"""A resolution spends from the social or the grid fund."""

from datetime import date
from uuid import UUID

from settlement.domain.accounting.entry import EntryKind
from settlement.domain.accounting.fund import Fund, fund_spent
from settlement.domain.errors import SpendingRefused
from settlement.domain.rounding import MICRO_EUR_PER_CENT, micro_eur_text
from settlement.ports import UnitOfWork


def spend_fund(
    work: UnitOfWork, community_id: UUID, fund: Fund, amount_micro_eur: int, spent_on: date, reference: str
) -> bool:
    """Post a payment out of a fund; False if this reference was posted before with the same content.

    The accounts follow the bank: on the ledger the money moves by its own resolution. Raises SpendingRefused
    when the fund has less, the amount is not whole cents, or the reference stands for another payment.
    """
    work.lock(f"money:{community_id}")
    if amount_micro_eur <= 0 or amount_micro_eur % MICRO_EUR_PER_CENT or not reference:
        raise SpendingRefused("a payment out of a fund has a reference and an amount in whole cents")
    wanted = fund_spent(fund, amount_micro_eur, spent_on, reference)
    for known in work.journal.standing(community_id, EntryKind.SPENDING):
        if known.note == reference:
            if known.postings == wanted.postings and known.effective_on == spent_on:
                return False
            raise SpendingRefused(f"reference {reference} already stands for another payment")
    held = work.journal.balances(community_id).of(fund.account)
    if held < amount_micro_eur:
        raise SpendingRefused(f"the {fund} fund has {micro_eur_text(held)} EUR")
    work.journal.add(community_id, [wanted])
    return True
