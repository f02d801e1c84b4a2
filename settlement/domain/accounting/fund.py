"""Money that leaves a fund by resolution."""

from datetime import date
from enum import StrEnum

from settlement.domain.accounting.account import AccountKind
from settlement.domain.accounting.entry import Entry, EntryKind
from settlement.domain.accounting.posting import credit, debit, postings


class Fund(StrEnum):
    """The community's two funds."""

    SOCIAL = "social"
    GRID = "grid"

    @property
    def account(self) -> AccountKind:
        """Its line of the chart."""
        return AccountKind.SOCIAL_FUND if self is Fund.SOCIAL else AccountKind.GRID_FUND


def fund_spent(fund: Fund, amount_micro_eur: int, spent_on: date, reference: str) -> Entry:
    """A payment out of a fund that the vault does not know of; `reference` is the bank's, or names it."""
    lines = [debit(fund.account, amount_micro_eur), credit(AccountKind.BANK, amount_micro_eur)]
    return Entry(EntryKind.SPENDING, postings(lines), effective_on=spent_on, note=reference)
