"""Money that a bank sends back after the vault had recorded it as paid, which the vault cannot undo.

It lies in the bank account and is owed to the member; the vault knows of neither.
"""

from datetime import date

from settlement.domain.accounting.account import AccountKind
from settlement.domain.accounting.entry import Entry, EntryKind
from settlement.domain.accounting.posting import credit, debit, postings
from settlement.domain.bank_orders import BankPayment


def sent_back_late(payment: BankPayment) -> Entry:
    """The payment's sum is in the account again, and owed to the member. Effective: the bank's day."""
    assert payment.member is not None, "a bank pays members alone"
    lines = [
        debit(AccountKind.SENT_BACK, payment.amount_micro_eur),
        credit(AccountKind.REPAYABLE, payment.amount_micro_eur, payment.member),
    ]
    note = f"{payment.end_to_end_id} {payment.return_reason or ''}".strip()
    return Entry(EntryKind.LATE_RETURN, postings(lines), payment.payout_id, payment.returned_on, note=note)


def repaid(member: str, amount_micro_eur: int, paid_on: date, reference: str) -> Entry:
    """The member has been paid by another transfer, beside the vault."""
    lines = [
        debit(AccountKind.REPAYABLE, amount_micro_eur, member),
        credit(AccountKind.SENT_BACK, amount_micro_eur),
    ]
    return Entry(EntryKind.REPAYMENT, postings(lines), effective_on=paid_on, note=reference)
