"""One line of an entry: an account and a signed amount."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from settlement.domain.accounting.account import Account, AccountKind


@dataclass(frozen=True, slots=True, order=True)
class Posting:
    """Whole micro-euro on an account: a debit is positive, a credit negative, nothing is no posting."""

    account: Account
    amount_micro_eur: int

    def __post_init__(self) -> None:
        if type(self.amount_micro_eur) is not int:
            raise TypeError(f"micro-euro are whole numbers, got {self.amount_micro_eur!r}")
        if self.amount_micro_eur == 0:
            raise ValueError(f"a posting moves something, got nothing on {self.account}")

    @property
    def reversed(self) -> Self:
        """The same amount on the other side."""
        return type(self)(self.account, -self.amount_micro_eur)


def debit(kind: AccountKind, amount_micro_eur: int, member: str = "") -> tuple[Account, int]:
    """A debit, for `postings`; a negative amount is a credit."""
    return Account(kind, member), amount_micro_eur


def credit(kind: AccountKind, amount_micro_eur: int, member: str = "") -> tuple[Account, int]:
    """A credit, for `postings`; a negative amount is a debit."""
    return Account(kind, member), -amount_micro_eur


def postings(lines: Iterable[tuple[Account, int]]) -> tuple[Posting, ...]:
    """Postings in the order of the chart's names; what moves nothing is left out."""
    return tuple(sorted(Posting(account, amount) for account, amount in lines if amount))
