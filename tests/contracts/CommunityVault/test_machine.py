"""A drawn sequence of calls beside a dictionary: nothing is paid twice, and the vault holds the rest.

The model knows leaves with their status, credits, funds, and what each verb does to them. It does not know
trees, bitmaps or batches.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest

pytest.importorskip("hypothesis", reason="Ape's environment has no Hypothesis")

from eth_account import Account
from eth_account.signers.local import LocalAccount
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from oracle.attest.keccak import keccak256
from oracle.attest.payout_tree import Channel, Leaf, encode_leaf
from tests.contracts.connect import connect
from tests.contracts.leaves import address_of, bank, social, wallet
from tools.testchain.client import Receipt
from tools.testchain.community import (
    MONTH,
    Community,
    Payouts,
    Terms,
    branch_row,
    found_community,
    leaf_row,
    opened_single,
    selection,
)
from tools.testchain.errors import Reverted

DEEP = bool(os.environ.get("CONDIVISA_DEEP"))
CENT = 10_000
DAY_SECONDS = 86_400
ROOT_DELAY = 10 * DAY_SECONDS
NOTICE = 60 * DAY_SECONDS
LONG = (5 * 365 + 2) * DAY_SECONDS + ROOT_DELAY
OWNERS: list[LocalAccount] = [Account.from_key(keccak256(bytes([number]))) for number in range(3)]
RESOLUTION = b"\x0e" * 32
INDEXES = st.integers(0, 12)
AMOUNTS = st.integers(1, 10**6).map(lambda cents: cents * CENT)
SMALL = st.integers(1, 10**4).map(lambda cents: cents * CENT)
KINDS = st.sampled_from(["wallet", "bank", "bank", "social"])
LEAVES = st.integers(1, 13).flatmap(
    lambda most: st.lists(st.tuples(KINDS, AMOUNTS), min_size=1, max_size=most)
)


@dataclass
class Row:
    """A leaf as the model knows it: open, reserved, paid, gone or swept; the vault says paid of the last."""

    payouts: Payouts
    index: int
    status: str = "open"

    @property
    def leaf(self) -> Leaf:
        """What it promises."""
        return self.payouts.tree.leaves[self.index]


def made(number: int, kind: str, amount: int) -> Leaf:
    """A leaf of a kind, of one of three owners."""
    owner = OWNERS[number % len(OWNERS)].address
    return {
        "wallet": lambda: wallet(owner, amount),
        "bank": lambda: bank(f"machine {number}", amount, owner),
        "social": lambda: social(amount),
    }[kind]()


class PayoutMachine(RuleBasedStateMachine):
    """One distribution and whatever singles come of it, treated in any order by anybody."""

    community: Community
    governor: str
    base: object

    @classmethod
    def prepare(cls) -> None:
        """Found the community that all runs start from; an account takes the timelock's place."""
        cls.community = found_community(connect(), Terms(root_delay=ROOT_DELAY))
        cls.governor = cls.community.chain.accounts[3]
        cls.community.govern(cls.community.ledger, "setGovernor", cls.community.id, cls.governor)
        cls.community.post_month(MONTH)
        cls.base = cls.community.chain.transport.snapshot()

    @initialize(drawn=LEAVES, age=st.sampled_from(["old", "valid", "new"]))
    def distribute(self, drawn: list[tuple[str, int]], age: str) -> None:
        """Settle a distribution over drawn leaves, and let time pass until they can be paid, or swept."""
        self.community.used_receipts.clear()
        self.payouts = self.community.distribute([made(number, *row) for number, row in enumerate(drawn)])
        self.rows = [Row(self.payouts, index) for index in range(len(drawn))]
        self.width = len(drawn)
        self.state = "waiting"
        self.old: set[int] = set()
        self.announced: set[int] = set()
        self.ripe: set[int] = set()
        self.credits: list[tuple[bytes, int]] = []
        self.funds = dict(zip(("social", "grid", "carry", "held"), self.ask("funds"), strict=True))
        if age != "new":
            self.wait()
        if age == "old":
            self.age()
            self.announce(0)
            self.notice()

    def teardown(self) -> None:
        """Return to the state before the distribution."""
        cls = type(self)
        cls.community.chain.transport.restore(cls.base)
        cls.base = cls.community.chain.transport.snapshot()

    # --- the model -----------------------------------------------------------------------------------

    def can_be_paid(self, row: Row) -> bool:
        """Its distribution is valid; singles are at once."""
        return row.payouts is not self.payouts or self.state == "valid"

    def is_open(self, row: Row, *channels: Channel) -> bool:
        """Open, of one of these channels, and payable now."""
        return row.status == "open" and row.leaf.channel in channels and self.can_be_paid(row)

    def owner_of(self, row: Row) -> int:
        """Whose leaf it is; nobody's count as the first's, and can be moved by none."""
        addresses = [owner.address.lower() for owner in OWNERS]
        named = (address_of(row.leaf), "0x" + row.leaf.owner.hex())
        return next((addresses.index(name) for name in named if name in addresses), 0)

    def settle_row(self, row: Row, status: str) -> None:
        """A leaf comes to its end, and the sums follow."""
        row.status = status
        amount = row.leaf.amount_micro_eur
        if status == "paid" and row.leaf.channel is not Channel.SOCIAL:
            self.funds["held"] -= amount
        elif status == "swept" or row.leaf.channel is Channel.SOCIAL:
            self.funds["social"] += amount

    def chosen(self, number: int) -> Row:
        """A row, by any number."""
        return self.rows[number % len(self.rows)]

    def first(self, indexes: Iterable[int]) -> list[Row]:
        """Rows of the distribution, by any numbers."""
        return [self.rows[index] for index in sorted({index % self.width for index in indexes})]

    # --- the contract beside it ----------------------------------------------------------------------

    @rule()
    def wait(self) -> None:
        """Until the root can be paid from."""
        self.community.chain.transport.travel(ROOT_DELAY)
        if self.state == "waiting":
            self.state = "valid"

    @rule()
    def cancel(self) -> None:
        """Turns what a root promised into carry, before it can be paid from."""
        tree = self.payouts.tree
        named = (self.payouts.distribution, tree.root, tree.total_micro_eur)
        self.attempt("cancel", *named, sender=self.community.guardian)
        if self.state == "waiting":
            self.state = "cancelled"
            self.funds["carry"] += self.payouts.tree.total_micro_eur

    @rule(number=INDEXES)
    def claim(self, number: int) -> None:
        """Pays an open wallet or social leaf."""
        row = self.chosen(number)
        self.attempt("claim", leaf_row(row.payouts, row.index))
        if self.is_open(row, Channel.WALLET, Channel.SOCIAL):
            self.settle_row(row, "paid")

    @rule(index=INDEXES, height=st.integers(0, 4))
    def push(self, index: int, height: int) -> None:
        """Pays all open wallet and social leaves of a batch."""
        for row in self.batch("push", index, height):
            if self.is_open(row, Channel.WALLET, Channel.SOCIAL):
                self.settle_row(row, "paid")

    @rule(indexes=st.sets(INDEXES, min_size=1, max_size=2))
    def reserve(self, indexes: set[int]) -> None:
        """Sets open bank leaves aside: all, or none."""
        self.select("reserve", indexes)
        rows = self.first(indexes)
        if all(self.is_open(row, Channel.BANK) for row in rows):
            for row in rows:
                row.status = "reserved"

    @rule(indexes=st.sets(INDEXES, min_size=1, max_size=2))
    def release(self, indexes: set[int]) -> None:
        """Opens reserved leaves again: all, or none."""
        self.select("release", indexes)
        rows = self.first(indexes)
        if all(row.status == "reserved" for row in rows):
            for row in rows:
                row.status = "open"

    @rule(indexes=st.sets(INDEXES, min_size=1, max_size=2))
    def confirm(self, indexes: set[int]) -> None:
        """Pays reserved leaves: all, or none."""
        rows = self.first(indexes)
        known = {row.index for row in rows}
        references = [b"\x01" * 32 if i in known else bytes(32) for i in range(self.width)]
        branch = branch_row(self.payouts, 0, None)
        self.attempt("confirm", branch, references, sender=self.community.treasurer)
        if all(row.status == "reserved" for row in rows):
            for row in rows:
                self.settle_row(row, "paid")

    @rule(number=INDEXES, kind=KINDS, away=st.sampled_from([0, 0, 0, 1]))
    def move(self, number: int, kind: str, away: int) -> None:
        """Opens a single payout in a leaf's place, if its owner signed; away: another signs."""
        row = self.chosen(number)
        leaf = made(number, kind, row.leaf.amount_micro_eur)
        signer = (self.owner_of(row) + away) % len(OWNERS)
        try:
            moved = self.community.move(row.payouts, row.index, leaf, OWNERS[signer])
        except Reverted:
            moved = None
        if not away and kind != "social" and self.is_open(row, Channel.WALLET, Channel.BANK):
            assert moved is not None
            row.status = "gone"
            self.rows.append(Row(opened_single(moved), 0))

    @rule(number=INDEXES)
    def announce(self, number: int) -> None:
        """Begins the notice of a sweep, which counts for what is old enough."""
        distribution = self.chosen(number).payouts.distribution
        self.attempt("announceSweep", distribution, RESOLUTION, sender=self.governor)
        self.ripe.discard(distribution)
        self.announced |= {distribution} & self.old

    @rule()
    def notice(self) -> None:
        """The notice ends: what was announced can be swept."""
        if self.announced:
            self.community.chain.transport.travel(NOTICE)
            self.ripe |= self.announced
            self.announced.clear()

    @rule()
    def age(self) -> None:
        """Years pass, once: what is there by now is old enough for a sweep."""
        if not self.old:
            self.community.chain.transport.travel(LONG)
            self.old = {row.payouts.distribution for row in self.rows}
            self.state = "valid" if self.state == "waiting" else self.state

    @rule(index=INDEXES, height=st.integers(0, 4))
    def sweep(self, index: int, height: int) -> None:
        """Gives open leaves of any channel to the social fund."""
        for row in self.batch("sweep", index, height):
            self.expect_swept(row)

    @rule(number=INDEXES)
    def sweep_one(self, number: int) -> None:
        """The same for one leaf, a single's too."""
        row = self.chosen(number)
        self.attempt("sweep", leaf_row(row.payouts, row.index))
        self.expect_swept(row)

    def expect_swept(self, row: Row) -> None:
        """Only what is old, announced, and open."""
        if row.payouts.distribution in self.ripe and self.is_open(row, *Channel):
            self.settle_row(row, "swept")

    @rule(amount=AMOUNTS)
    def credit(self, amount: int) -> None:
        """Brings a receipt."""
        self.credits.append((self.community.credit(amount), amount))
        self.funds["held"] += amount

    @rule(number=INDEXES)
    def void(self, number: int) -> None:
        """Takes back an unused receipt; a used or voided one stays as it is."""
        used = (self.community.used_receipts[0], 0)
        chosen = (self.credits or [used])[number % max(len(self.credits), 1)]
        self.attempt("voidCredit", chosen[0], sender=self.community.treasurer)
        if chosen in self.credits:
            self.credits.remove(chosen)
            self.funds["held"] -= chosen[1]

    @rule(fund=st.sampled_from([(0, "social"), (1, "grid")]), kind=KINDS, amount=SMALL, number=INDEXES)
    def spend(self, fund: tuple[int, str], kind: str, amount: int, number: int) -> None:
        """Opens a single payout over a part of a fund that has it."""
        leaf = made(number, kind, amount)
        spent = self.attempt("spend", fund[0], encode_leaf(leaf), RESOLUTION, sender=self.governor)
        if kind != "social" and amount <= self.funds[fund[1]]:
            assert spent is not None
            self.funds[fund[1]] -= amount
            self.rows.append(Row(opened_single(spent), 0))

    def batch(self, function: str, index: int, height: int) -> list[Row]:
        """Call a function with an aligned batch, and say which rows are in it."""
        level = min(height, self.payouts.tree.depth)
        start = (index % self.width >> level) << level
        self.attempt(function, branch_row(self.payouts, start, level))
        return [self.rows[index] for index in range(start, min(start + (1 << level), self.width))]

    def select(self, function: str, indexes: set[int]) -> None:
        """Call a function of the treasurer with the whole tree and a selection."""
        branch = branch_row(self.payouts, 0, None)
        chosen = selection(row.index for row in self.first(indexes))
        self.attempt(function, branch, chosen, sender=self.community.treasurer)

    def attempt(self, function: str, *arguments: Any, sender: str | None = None) -> Receipt | None:
        """Send it; a refusal is an answer as well."""
        try:
            return self.community.vault.send(function, *arguments, sender=sender)
        except Reverted:
            return None

    def ask(self, view: str) -> tuple[int, ...]:
        """Answer of a view."""
        answer: tuple[int, ...] = self.community.vault.call(view)
        return answer

    # --- what must be true at any time ---------------------------------------------------------------

    @invariant()
    def each_leaf_has_the_status_of_the_model(self) -> None:
        """open, reserved, or paid in one way or another."""
        expected = ["paid" if row.status in ("gone", "swept") else row.status for row in self.rows]
        assert [self.community.status(row.payouts, row.index) for row in self.rows] == expected

    @invariant()
    def funds_are_those_of_the_model_and_the_balance(self) -> None:
        """held == credited - paid out - voided == token balance."""
        assert self.ask("funds") == tuple(self.funds.values())
        assert self.funds["held"] == self.community.balance(self.community.vault.address)

    @invariant()
    def held_is_the_sum_of_its_parts(self) -> None:
        """Funds, unused credits, and what is promised and not paid."""
        promised = sum(
            row.leaf.amount_micro_eur
            for row in self.rows
            if row.status in ("open", "reserved")
            and not (row.payouts is self.payouts and self.state == "cancelled")
        )
        funds = self.funds["social"] + self.funds["grid"] + self.funds["carry"]
        assert self.funds["held"] == funds + sum(amount for _, amount in self.credits) + promised

    @invariant()
    def wallets_have_what_was_paid_to_them(self) -> None:
        """Each address the sum of its paid leaves."""
        for owner in OWNERS:
            paid = sum(
                row.leaf.amount_micro_eur
                for row in self.rows
                if row.status == "paid"
                and row.leaf.channel is Channel.WALLET
                and address_of(row.leaf) == owner.address.lower()
            )
            assert self.community.balance(owner.address) == paid


def test_payouts__any_order_of_calls__agree_with_the_model() -> None:
    PayoutMachine.prepare()
    runs = PayoutMachine.TestCase
    runs.settings = settings(
        max_examples=200 if DEEP else 40,
        stateful_step_count=50 if DEEP else 25,
        deadline=None,
        derandomize=not DEEP,
        suppress_health_check=list(HealthCheck),
    )
    runs("runTest").runTest()
