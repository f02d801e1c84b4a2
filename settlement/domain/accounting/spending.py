"""Money that a resolution spends from a fund on the vault."""

from settlement.domain.accounting.account import AccountKind
from settlement.domain.accounting.entry import Entry, EntryKind
from settlement.domain.accounting.posting import credit, debit, postings
from settlement.domain.single_payouts import SinglePayout, SingleState


def spent_by_resolution(single: SinglePayout) -> Entry:
    """What a resolution spent on the vault is promised to its payee. Effective: the block's day."""
    assert single.fund is not None, "a fund spent it"
    lines = [
        debit(single.fund.account, single.amount_micro_eur),
        credit(AccountKind.FUND_PAYABLE, single.amount_micro_eur),
    ]
    note = f"single payout {single.number}, transaction 0x{single.transaction_hash.hex()}"
    return Entry(EntryKind.SPENDING, postings(lines), single.id, single.opened_on, note=note)


def spending_ended(single: SinglePayout) -> Entry:
    """What a resolution spent was paid, or swept into the social fund after five years."""
    swept = single.state is SingleState.SWEPT
    lines = [
        debit(AccountKind.FUND_PAYABLE, single.amount_micro_eur),
        credit(AccountKind.SOCIAL_FUND if swept else AccountKind.BANK, single.amount_micro_eur),
    ]
    note = f"{single.state} single payout {single.number}"
    return Entry(EntryKind.PAYOUT, postings(lines), single.id, single.ended_on, note=note)
