"""Do the accounts hold what receipts, distributions and payouts say? Reads both, writes nothing.

The accounts are sums of postings; here the same sums are made from the rows that the postings are about.
"""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from settlement.domain.accounting.account import Account, AccountKind, Side
from settlement.domain.accounting.entry import Entry, EntryKind
from settlement.domain.accounting.trial_balance import TrialBalance
from settlement.domain.payout_states import Channel, PayoutState
from settlement.domain.payouts import SOCIAL_FUND
from settlement.domain.records import Distribution, Payout, Receipt
from settlement.domain.rounding import micro_eur_text
from settlement.domain.single_payouts import SinglePayout, SingleState
from settlement.ports import AccountsWork

_GONE = frozenset({PayoutState.PAID, PayoutState.CONFIRMED})
# Facts that stand in the journal alone; of spendings those that somebody typed.
_JOURNAL_ONLY = frozenset(
    {
        EntryKind.CLAIM,
        EntryKind.SPENDING,
        EntryKind.CORRECTION,
        EntryKind.DEPARTURE,
        EntryKind.COLLECTION,
        EntryKind.REPAYMENT,
    }
)
_ENDS = {
    SingleState.OPEN: AccountKind.FUND_PAYABLE,
    SingleState.PAID: AccountKind.BANK,
    SingleState.SWEPT: AccountKind.SOCIAL_FUND,
}


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
    expected = _expected(work, community_id)
    found = work.journal.balances(community_id).amounts_micro_eur
    return [
        _difference(account, expected[account], found.get(account, 0))
        for account in sorted(expected.keys() | found.keys())
        if expected[account] != found.get(account, 0)
    ]


def outside_the_vault(accounts: TrialBalance) -> list[str]:
    """One sentence for each sum that is in the bank account and not in the vault, and what it is for."""
    recovered, sent_back = accounts.of(AccountKind.RECOVERED), accounts.of(AccountKind.SENT_BACK)
    sentences = []
    if recovered:
        owed = sum(amount for amount in accounts.members(AccountKind.MEMBER).values() if amount > 0)
        sentences.append(
            f"{micro_eur_text(recovered)} EUR that members who left paid back are in the bank account, for "
            f"the vault cannot take them in whole; {micro_eur_text(owed)} EUR stay owed to members"
        )
    if sent_back:
        owed_to = ", ".join(accounts.members(AccountKind.REPAYABLE))
        sentences.append(
            f"{micro_eur_text(sent_back)} EUR that the bank sent back late are owed to {owed_to}: pay them "
            "by a transfer of your own, then `condivisa accounts repay`"
        )
    return sentences


def _expected(work: AccountsWork, community_id: UUID) -> Counter[Account]:
    """What the rows say that the accounts hold, debits positive."""
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
    for single in work.single_payouts.of_community(community_id):
        _single(expected, single)
    for payment in work.bank_orders.sent_back_late(community_id):
        _add(expected, Account(AccountKind.SENT_BACK), payment.amount_micro_eur)
        _add(expected, Account(AccountKind.REPAYABLE, payment.member or ""), payment.amount_micro_eur)
    _journal(expected, [row.entry for row in work.journal.of_community(community_id)])
    return expected


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


def _single(sums: Counter[Account], single: SinglePayout) -> None:
    """What a resolution spent left its fund, and stands where its state says; other singles move no sum."""
    if single.fund is not None:
        place, amount = _ENDS[single.state], single.amount_micro_eur
        _add(sums, Account(single.fund.account), -amount)
        _add(sums, Account(place), -amount if place is AccountKind.BANK else amount)


def _journal(sums: Counter[Account], entries: Sequence[Entry]) -> None:
    """What only the journal knows, and what took it back."""
    known = {row.id for row in entries if row.kind in _JOURNAL_ONLY and not _has_row(row)}
    for entry in entries:
        if entry.id in known or (entry.kind is EntryKind.REVERSAL and entry.corrects in known):
            for row in entry.postings:
                sums[row.account] += row.amount_micro_eur


def _has_row(entry: Entry) -> bool:
    """Whether a spending is the vault's, and not one that somebody typed."""
    return entry.kind is EntryKind.SPENDING and entry.source_id is not None


def _balance_of(member: str) -> Account:
    if member == SOCIAL_FUND:
        return Account(AccountKind.SOCIAL_RESIDUE)
    return Account(AccountKind.MEMBER, member)


def _difference(account: Account, expected: int, found: int) -> str:
    sign = 1 if account.kind.side is Side.DEBIT else -1
    said, held = micro_eur_text(sign * expected), micro_eur_text(sign * found)
    return f"{account}: receipts, distributions and payouts say {said} EUR, the accounts hold {held} EUR"
