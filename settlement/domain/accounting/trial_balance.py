"""What the accounts hold: the sums of all postings, which add up to zero."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from settlement.domain.accounting.account import Account, AccountKind, Side
from settlement.domain.accounting.entry import Entry


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Signed micro-euro per account, debits positive; accounts that hold nothing are left out.

    Raises ValueError unless all of them add up to zero.
    """

    amounts_micro_eur: Mapping[Account, int]

    def __post_init__(self) -> None:
        total = sum(self.amounts_micro_eur.values())
        if total:
            raise ValueError(f"the accounts do not balance: they add up to {total} micro-euro")

    def of(self, kind: AccountKind, member: str = "") -> int:
        """An account in micro-euro on the side on which it grows."""
        amount = self.amounts_micro_eur.get(Account(kind, member), 0)
        return amount if kind.side is Side.DEBIT else -amount

    def members(self, kind: AccountKind) -> dict[str, int]:
        """The accounts of a personal kind by member, on the side on which they grow; none is zero."""
        return {
            account.member: self.of(kind, account.member)
            for account in sorted(self.amounts_micro_eur)
            if account.kind is kind
        }

    def after(self, entries: Iterable[Entry]) -> "TrialBalance":
        """What the accounts would hold after further entries."""
        amounts = Counter(self.amounts_micro_eur)
        for entry in entries:
            for row in entry.postings:
                amounts[row.account] += row.amount_micro_eur
        return TrialBalance({account: amount for account, amount in amounts.items() if amount})

    def total(self, kind: AccountKind) -> int:
        """All accounts of a kind in micro-euro on the side on which they grow."""
        return sum(self.members(kind).values()) if kind.personal else self.of(kind)

    @property
    def carry_micro_eur(self) -> int:
        """What no leaf has promised: pool, balances and residue, less what lies outside the vault."""
        kinds = (AccountKind.PRODUCERS_POOL, AccountKind.MEMBER, AccountKind.SOCIAL_RESIDUE)
        return sum(self.total(kind) for kind in kinds) - self.outside_micro_eur

    @property
    def outside_micro_eur(self) -> int:
        """What members that left owe or have paid back: it stands behind balances and is not in the vault."""
        return self.total(AccountKind.MEMBER_RECEIVABLE) + self.total(AccountKind.RECOVERED)

    @property
    def promised_micro_eur(self) -> int:
        """Leaves that were promised and are neither paid nor credited."""
        kinds = (AccountKind.PAYABLE, AccountKind.SOCIAL_PAYABLE, AccountKind.IN_TRANSIT)
        return sum(self.total(kind) for kind in kinds)


def trial_balance(entries: Iterable[Entry]) -> TrialBalance:
    """The accounts after these entries, in whatever order."""
    return TrialBalance({}).after(entries)
