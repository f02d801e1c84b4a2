"""What a member that left still owes."""

from datetime import date

from settlement.domain.accounting.account import AccountKind
from settlement.domain.accounting.entry import Entry, EntryKind
from settlement.domain.accounting.posting import credit, debit, postings
from settlement.domain.accounting.trial_balance import TrialBalance


def member_left(member: str, accounts: TrialBalance) -> Entry | None:
    """A negative balance becomes a receivable, which no later share nets; None where nothing is owed."""
    owed = -accounts.of(AccountKind.MEMBER, member)
    if owed <= 0:
        return None
    lines = [
        debit(AccountKind.MEMBER_RECEIVABLE, owed, member),
        credit(AccountKind.MEMBER, owed, member),
    ]
    return Entry(EntryKind.DEPARTURE, postings(lines))


def member_returned(member: str, accounts: TrialBalance) -> Entry | None:
    """Who is a member again has its negative balance again; None where nothing is owed."""
    owed = accounts.of(AccountKind.MEMBER_RECEIVABLE, member)
    if owed == 0:
        return None
    lines = [
        debit(AccountKind.MEMBER, owed, member),
        credit(AccountKind.MEMBER_RECEIVABLE, owed, member),
    ]
    return Entry(EntryKind.DEPARTURE, postings(lines))


def receivable_collected(member: str, amount_micro_eur: int, collected_on: date, reference: str) -> Entry:
    """The member that left has paid; its money is in the bank account, the vault does not know of it."""
    lines = [
        debit(AccountKind.RECOVERED, amount_micro_eur),
        credit(AccountKind.MEMBER_RECEIVABLE, amount_micro_eur, member),
    ]
    return Entry(EntryKind.COLLECTION, postings(lines), effective_on=collected_on, note=reference)
