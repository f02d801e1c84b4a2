"""Do the accounts hold what receipts, distributions and payouts say? Reads both, writes nothing.

The accounts are sums of postings; here the same sums are made from the rows that the postings are about.
"""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from settlement.domain.accounting.account import Account, AccountKind, Side
from settlement.domain.accounting.entry import Entry, EntryKind
from settlement.domain.payout_states import Channel, PayoutState
from settlement.domain.payouts import SOCIAL_FUND
from settlement.domain.records import Distribution, Payout, Receipt
from settlement.domain.rounding import micro_eur_text
from settlement.ports import AccountsWork

_GONE = frozenset({PayoutState.PAID, PayoutState.CONFIRMED})
# Facts that stand in the journal alone.
_JOURNAL_ONLY = frozenset(
    {EntryKind.CLAIM, EntryKind.SPENDING, EntryKind.CORRECTION, EntryKind.DEPARTURE, EntryKind.COLLECTION}
)


def reconcile_accounts(work: AccountsWork, community_id: UUID) -> list[str]:
    """One sentence for each account that differs, by account; none where all agree.

    Where entries do not balance any more, these are the sentences: the sums mean nothing then.
    """
    broken = work.journal.unbalanced(community_id)
    if broken:
        return [
            f"the {kind} {entry} does not balance: its postings add up to {micro_eur_text(total)} EUR"
            for entry, kind, total in broken
        ]
    expected: Counter[Account] = Counter()
    for receipt in work.receipts.of_community(community_id):
        _receipt(expected, receipt)
    for distribution in work.distributions.of_community(community_id):
        _distribution(expected, distribution)
        for row in work.distributions.balances(distribution.id):
            _add(expected, _balance_of(row.member), row.entitlement_micro_eur)
            _add(expected, Account(AccountKind.PRODUCERS_POOL), -row.entitlement_micro_eur)
    for payout in work.payouts.of_community(community_id):
        _payout(expected, payout)
    _journal(expected, [row.entry for row in work.journal.of_community(community_id)])
    found = work.journal.balances(community_id).amounts_micro_eur
    return [
        _difference(account, expected[account], found.get(account, 0))
        for account in sorted(expected.keys() | found.keys())
        if expected[account] != found.get(account, 0)
    ]


def _add(sums: Counter[Account], account: Account, amount_micro_eur: int) -> None:
    """Let an account grow."""
    sums[account] += amount_micro_eur if account.kind.side is Side.DEBIT else -amount_micro_eur


def _receipt(sums: Counter[Account], receipt: Receipt) -> None:
    net = receipt.net_micro_eur
    _add(sums, Account(AccountKind.BANK), net)
    _add(sums, Account(AccountKind.GSE_FEE), receipt.fee_withheld_micro_eur)
    _add(sums, Account(AccountKind.COSTS), receipt.costs_micro_eur)
    _add(sums, Account(AccountKind.GSE_RECEIVABLE), -receipt.gross_micro_eur)
    _add(sums, Account(AccountKind.APPROPRIATED), net)
    if receipt.distribution_id is None:
        _add(sums, Account(AccountKind.UNDIVIDED), net)


def _distribution(sums: Counter[Account], distribution: Distribution) -> None:
    _add(sums, Account(AccountKind.PRODUCERS_POOL), distribution.producers_micro_eur)
    _add(sums, Account(AccountKind.SOCIAL_FUND), distribution.social_micro_eur)
    _add(sums, Account(AccountKind.GRID_FUND), distribution.grid_micro_eur)


def _payout(sums: Counter[Account], payout: Payout) -> None:
    """A leaf left its member's balance, unless it was cancelled, and stands where its state says."""
    if payout.state is PayoutState.CANCELLED:
        return
    amount, social = payout.amount_micro_eur, payout.channel is Channel.SOCIAL
    member = payout.member or SOCIAL_FUND
    _add(sums, _balance_of(member), -amount)
    if payout.state in _GONE:
        place = Account(AccountKind.SOCIAL_FUND if social else AccountKind.BANK)
        _add(sums, place, amount if social else -amount)
    elif social:
        _add(sums, Account(AccountKind.SOCIAL_PAYABLE), amount)
    else:
        ordered = payout.state is PayoutState.ORDERED
        _add(sums, Account(AccountKind.IN_TRANSIT if ordered else AccountKind.PAYABLE, member), amount)


def _journal(sums: Counter[Account], entries: Sequence[Entry]) -> None:
    """What only the journal knows, and what took it back."""
    known = {row.id for row in entries if row.kind in _JOURNAL_ONLY}
    for entry in entries:
        if entry.id in known or (entry.kind is EntryKind.REVERSAL and entry.corrects in known):
            for row in entry.postings:
                sums[row.account] += row.amount_micro_eur


def _balance_of(member: str) -> Account:
    if member == SOCIAL_FUND:
        return Account(AccountKind.SOCIAL_RESIDUE)
    return Account(AccountKind.MEMBER, member)


def _difference(account: Account, expected: int, found: int) -> str:
    sign = 1 if account.kind.side is Side.DEBIT else -1
    said, held = micro_eur_text(sign * expected), micro_eur_text(sign * found)
    return f"{account}: receipts, distributions and payouts say {said} EUR, the accounts hold {held} EUR"
