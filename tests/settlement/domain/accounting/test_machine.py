"""A-2, A-3, A-5: drawn histories of receipts, payments, returns, corrections and leavers, and a dictionary.

The model adds up what each side has had; it knows neither entries nor accounts.
"""

from collections import Counter
from dataclasses import replace
from datetime import date
from fractions import Fraction

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from settlement.domain.accounting.account import AccountKind as Kind
from settlement.domain.accounting.correction import Allotment, correction, divided_again
from settlement.domain.accounting.division import distribution_approved
from settlement.domain.accounting.entry import Cause, Entry, EntryKind
from settlement.domain.accounting.fund import Fund, fund_spent
from settlement.domain.accounting.payment import payout_moved
from settlement.domain.accounting.receivable import member_left
from settlement.domain.accounting.received import receipt_recorded
from settlement.domain.accounting.reversal import reversal
from settlement.domain.accounting.trial_balance import TrialBalance, trial_balance
from settlement.domain.case import Shares
from settlement.domain.identifiers import uuid7
from settlement.domain.payout_states import Channel, PayoutState, may_follow
from settlement.domain.payouts import Account, plan_distribution
from settlement.domain.records import Payout
from tests.settlement.domain.accounting import books

DAY = date(2024, 10, 1)
SHARES = Shares(7000, 2000, 1000)
CENT = 10_000
WEIGHTS = st.dictionaries(st.sampled_from("ABCD"), st.integers(0, 99), max_size=4)


def shares_of(total: int, weights: dict[str, int]) -> dict[str, int]:
    """Largest remainders, by fractions."""
    whole = sum(weights.values())
    exact = {
        key: Fraction(total * weight, whole) if whole else Fraction(0) for key, weight in weights.items()
    }
    parts = {key: int(part) for key, part in exact.items()}
    left = total - sum(parts.values()) if whole else 0
    for key in sorted(exact, key=lambda key: (parts[key] - exact[key], key))[:left]:
        parts[key] += 1
    return parts


class Books(RuleBasedStateMachine):
    """Entries beside a dictionary of what is where."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []
        self.leaves: list[Payout] = []
        self.last: Entry | None = None  # the latest entitlement, with its members' shares in the model
        self.shares: dict[str, int] = {}
        self.promise: Entry | None = None
        self.has: Counter[str] = Counter()

    @property
    def accounts(self) -> TrialBalance:
        return trial_balance(self.entries)

    @rule(cents=st.integers(3, 10**7), fee=st.integers(0, 1), costs=st.integers(0, 1))
    def receive(self, cents: int, fee: int, costs: int) -> None:
        self.entries.append(receipt_recorded(books.receipt(cents * CENT, fee * CENT, costs * CENT)))
        self.has["bank"] += (cents - fee - costs) * CENT
        self.has["undivided"] += (cents - fee - costs) * CENT

    @precondition(lambda self: self.has["undivided"] > 0)
    @rule(weights=WEIGHTS)
    def distribute(self, weights: dict[str, int]) -> None:
        accounts = self.accounts
        pool = accounts.of(Kind.PRODUCERS_POOL)
        start = Account(
            accounts.members(Kind.MEMBER), accounts.carry_micro_eur, pool, accounts.outside_micro_eur
        )
        plan = plan_distribution(self.has["undivided"], SHARES, weights, start)
        made = distribution_approved(uuid7(), plan, DAY)
        self.entries += made
        self.last = next((row for row in made if row.kind is EntryKind.ENTITLEMENT), None)
        self.promise = next((row for row in made if row.kind is EntryKind.LEAVES), None)
        self.leaves = [
            books.payout(
                row.member, row.leaf_micro_eur, Channel.WALLET if row.member == "A" else Channel.BANK
            )
            for row in plan.leaves
        ]
        social, grid = self.has["undivided"] // 5, self.has["undivided"] // 10
        self.has["social"] += social
        self.has["grid"] += grid
        divisible = self.has["undivided"] - social - grid + self.has["pool"]
        self.shares = shares_of(divisible, weights)
        self.has["pool"] = divisible - sum(self.shares.values())
        for member, share in self.shares.items():
            self.has[f"due {member}"] += share
        for leaf in self.leaves:
            self.has[f"due {leaf.member}"] -= leaf.amount_micro_eur
            self.has["promised"] += leaf.amount_micro_eur
        self.has["undivided"] = 0

    @precondition(lambda self: self.leaves)
    @rule(which=st.integers(0, 3), state=st.sampled_from(PayoutState))
    def move(self, which: int, state: PayoutState) -> None:
        position = which % len(self.leaves)
        leaf = self.leaves[position]
        if not may_follow(leaf.channel, leaf.state, state):
            return
        entry = payout_moved(leaf, state)
        self.entries += [] if entry is None else [entry]
        self.leaves[position] = replace(leaf, state=state)
        if state is PayoutState.CANCELLED:
            self.has[f"due {leaf.member}"] += leaf.amount_micro_eur
            self.has["promised"] -= leaf.amount_micro_eur
        if state in {PayoutState.PAID, PayoutState.CONFIRMED}:
            self.has["bank"] -= leaf.amount_micro_eur
            self.has["promised"] -= leaf.amount_micro_eur

    @precondition(lambda self: self.promise and all(row.state is PayoutState.PENDING for row in self.leaves))
    @rule()
    def cancel(self) -> None:
        assert self.promise is not None
        self.entries.append(reversal(self.promise, Cause.CANCELLATION))
        for leaf in self.leaves:
            self.has[f"due {leaf.member}"] += leaf.amount_micro_eur
            self.has["promised"] -= leaf.amount_micro_eur
        self.leaves, self.promise = [], None

    @precondition(lambda self: self.last)
    @rule(weights=WEIGHTS)
    def correct(self, weights: dict[str, int]) -> None:
        assert self.last is not None
        linked = [row for row in self.entries if self.last.id in (row.id, row.corrects)]
        held = trial_balance(linked)
        members = held.members(Kind.MEMBER)
        before = Allotment(members)
        entry = correction(
            before, divided_again(before, weights), self.last.id, uuid7(), Cause.METER_CORRECTION
        )
        self.entries += [] if entry is None else [entry]
        total = sum(self.shares.values())
        again = shares_of(total, weights)
        self.has["pool"] += total - sum(again.values())
        for member in self.shares.keys() | again.keys():
            self.has[f"due {member}"] += again.get(member, 0) - self.shares.get(member, 0)
        self.shares = again

    @rule(member=st.sampled_from("ABCD"))
    def leave(self, member: str) -> None:
        entry = member_left(member, self.accounts)
        self.entries += [] if entry is None else [entry]
        owed = max(0, -self.has[f"due {member}"])
        self.has[f"owes {member}"] += owed
        self.has[f"due {member}"] += owed

    @precondition(lambda self: self.has["social"] > 0)
    @rule()
    def spend(self) -> None:
        self.entries.append(fund_spent(Fund.SOCIAL, self.has["social"], DAY, "resolution 1"))
        self.has["bank"] -= self.has["social"]
        self.has["social"] = 0

    @invariant()
    def accounts_hold_what_the_dictionary_says(self) -> None:
        found = self.accounts
        assert found.of(Kind.BANK) == self.has["bank"]
        assert found.of(Kind.UNDIVIDED) == self.has["undivided"]
        assert found.of(Kind.SOCIAL_FUND) == self.has["social"]
        assert found.of(Kind.GRID_FUND) == self.has["grid"]
        assert found.of(Kind.PRODUCERS_POOL) == self.has["pool"]
        assert found.promised_micro_eur == self.has["promised"]
        for member in "ABCD":
            assert found.of(Kind.MEMBER, member) == self.has[f"due {member}"]
            assert found.of(Kind.MEMBER_RECEIVABLE, member) == self.has[f"owes {member}"]

    @invariant()
    def bank_covers_exactly_what_it_is_for(self) -> None:
        found = self.accounts
        funds = found.of(Kind.SOCIAL_FUND) + found.of(Kind.GRID_FUND)
        kept = found.of(Kind.UNDIVIDED) + funds + found.carry_micro_eur + found.promised_micro_eur
        assert found.of(Kind.BANK) == kept


TestBooks = Books.TestCase
TestBooks.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
