"""Money that GSE paid into the bank account."""

from settlement.domain.accounting.account import AccountKind
from settlement.domain.accounting.entry import Entry, EntryKind
from settlement.domain.accounting.posting import credit, debit, postings
from settlement.domain.records import Receipt


def receipt_recorded(receipt: Receipt) -> Entry:
    """The gross amount settles GSE's debt; the net amount is in the bank and waits to be divided."""
    net = receipt.net_micro_eur
    lines = [
        debit(AccountKind.BANK, net),
        debit(AccountKind.GSE_FEE, receipt.fee_withheld_micro_eur),
        debit(AccountKind.COSTS, receipt.costs_micro_eur),
        credit(AccountKind.GSE_RECEIVABLE, receipt.gross_micro_eur),
        debit(AccountKind.APPROPRIATED, net),
        credit(AccountKind.UNDIVIDED, net),
    ]
    note = receipt.bank_reference
    return Entry(EntryKind.RECEIPT, postings(lines), receipt.id, receipt.received_on, note=note)
