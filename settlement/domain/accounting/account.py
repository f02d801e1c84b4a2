"""The chart of accounts: what a posting may name, and on which side each account grows."""

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """The side on which an account grows: debit is positive, credit negative."""

    DEBIT = "debit"
    CREDIT = "credit"


class AccountKind(StrEnum):
    """A line of the chart. The carry is no line: it is a sum of lines (`trial_balance.carry_micro_eur`).

    bank               the community's bank account, and the tokens that were bought with it
    gse_receivable     computed for settled periods and not received; negative: received above the computed
    member_receivable  what a member that left still owes
    recovered          paid back by members that left: in the bank account, not in the vault
    sent_back          sent back by the bank after the vault had it as paid: in the bank account alone
    gse_fee, costs     withheld by GSE (FACTS 3.7); resolved by the community
    incentive          computed for settled periods
    appropriated       what was received net, set aside for members and funds
    undivided          received net and not divided yet
    producers_pool     producers' share that nobody's weight has taken yet
    social_fund, grid_fund   the community's two funds
    social_residue     what the social fund has from members' shares, below a cent
    member             a member's balance; below zero the member owes
    payable            leaves that were promised to a member and are not on their way
    social_payable     the leaf of the social fund, promised and not credited to it
    in_transit         leaves that the bank was ordered to pay
    fund_payable       spent from a fund by resolution and not paid yet
    repayable          what was sent back late, and is owed to the member beside the vault
    """

    BANK = "bank"
    GSE_RECEIVABLE = "gse_receivable"
    MEMBER_RECEIVABLE = "member_receivable"
    RECOVERED = "recovered"
    SENT_BACK = "sent_back"
    GSE_FEE = "gse_fee"
    COSTS = "costs"
    INCENTIVE = "incentive"
    APPROPRIATED = "appropriated"
    UNDIVIDED = "undivided"
    PRODUCERS_POOL = "producers_pool"
    SOCIAL_FUND = "social_fund"
    GRID_FUND = "grid_fund"
    SOCIAL_RESIDUE = "social_residue"
    MEMBER = "member"
    PAYABLE = "payable"
    SOCIAL_PAYABLE = "social_payable"
    IN_TRANSIT = "in_transit"
    FUND_PAYABLE = "fund_payable"
    REPAYABLE = "repayable"

    @property
    def personal(self) -> bool:
        """Whether each member has one of its own."""
        return self in _PERSONAL

    @property
    def side(self) -> Side:
        """The side on which it grows."""
        return Side.DEBIT if self in _DEBIT else Side.CREDIT


_PERSONAL = frozenset(
    {
        AccountKind.MEMBER_RECEIVABLE,
        AccountKind.MEMBER,
        AccountKind.PAYABLE,
        AccountKind.IN_TRANSIT,
        AccountKind.REPAYABLE,
    }
)
_DEBIT = frozenset(
    {
        AccountKind.BANK,
        AccountKind.GSE_RECEIVABLE,
        AccountKind.MEMBER_RECEIVABLE,
        AccountKind.RECOVERED,
        AccountKind.SENT_BACK,
        AccountKind.GSE_FEE,
        AccountKind.COSTS,
        AccountKind.APPROPRIATED,
    }
)


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """One account: a line of the chart, and the member whose it is where each member has its own."""

    kind: AccountKind
    member: str = ""

    def __post_init__(self) -> None:
        if self.kind.personal != bool(self.member):
            owner = "belongs to a member" if self.kind.personal else "belongs to nobody"
            raise ValueError(f"account {self.kind} {owner}, got member {self.member!r}")

    def __str__(self) -> str:
        return f"{self.kind}:{self.member}" if self.member else str(self.kind)
