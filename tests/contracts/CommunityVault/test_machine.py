"""A drawn sequence of payments beside a dictionary: nothing is paid twice, and the vault holds the rest.

The model knows a status and an amount for each leaf, and what each of five verbs does to it. It does not know
trees, bitmaps or batches.
"""

import os
from collections.abc import Callable, Iterable

import pytest

pytest.importorskip("hypothesis", reason="Ape's environment has no Hypothesis")

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from oracle.attest.payout_tree import Channel, Leaf
from tests.contracts.connect import connect
from tests.contracts.leaves import account, address_of, bank, social, wallet
from tools.testchain.client import Receipt
from tools.testchain.community import (
    MONTH,
    Community,
    Payouts,
    branch_row,
    found_community,
    leaf_row,
    selection,
)
from tools.testchain.errors import Reverted

DEEP = bool(os.environ.get("CONDIVISA_DEEP"))
CENT = 10_000
INDEXES = st.integers(0, 12)
AMOUNTS = st.integers(1, 10**6).map(lambda cents: cents * CENT)
KINDS = st.sampled_from(["wallet", "bank", "social"])
LEAVES = st.lists(st.tuples(KINDS, AMOUNTS), min_size=1, max_size=13)


def made(position: int, kind: str, amount: int) -> Leaf:
    """A leaf of a kind; wallets are new addresses."""
    name = f"machine {position}"
    return {
        "wallet": lambda: wallet(account(name), amount),
        "bank": lambda: bank(name, amount),
        "social": lambda: social(amount),
    }[kind]()


class PayoutMachine(RuleBasedStateMachine):
    """One distribution, paid in any order by anybody."""

    community: Community
    base: object

    @classmethod
    def prepare(cls) -> None:
        """Found the community that all runs start from."""
        cls.community = found_community(connect())
        cls.community.post_month(MONTH)
        cls.base = cls.community.chain.transport.snapshot()

    @initialize(drawn=LEAVES)
    def distribute(self, drawn: list[tuple[str, int]]) -> None:
        """Settle a distribution over drawn leaves."""
        type(self).community.used_receipts.clear()
        self.leaves = [made(position, *row) for position, row in enumerate(drawn)]
        self.payouts: Payouts = self.community.distribute(self.leaves)
        self.status = dict.fromkeys(range(len(drawn)), "open")
        self.credited = self.community.vault.call("funds")[3]
        self.social_before = self.community.vault.call("funds")[0]

    def teardown(self) -> None:
        """Return to the state before the distribution."""
        cls = type(self)
        cls.community.chain.transport.restore(cls.base)
        cls.base = cls.community.chain.transport.snapshot()

    # --- the model: from which status a leaf may go to which -------------------------------------------

    def move(self, indexes: Iterable[int], allowed: Callable[[int], bool], to: str) -> None:
        """All of them, or none."""
        chosen = list(indexes)
        if all(allowed(index) for index in chosen):
            self.status.update(dict.fromkeys(chosen, to))

    def is_open(self, index: int, *channels: Channel) -> bool:
        """Open, and of one of these channels."""
        return self.status.get(index) == "open" and self.leaves[index].channel in channels

    # --- the contract beside it --------------------------------------------------------------------------

    @rule(index=INDEXES)
    def claim(self, index: int) -> None:
        """Pays an open wallet or social leaf."""
        if index < len(self.leaves):
            self.attempt("claim", leaf_row(self.payouts, index))
            self.move([index], lambda i: self.is_open(i, Channel.WALLET, Channel.SOCIAL), "paid")

    @rule(index=INDEXES, height=st.integers(0, 4))
    def push(self, index: int, height: int) -> None:
        """Pays all open wallet and social leaves of a batch."""
        level = min(height, self.payouts.tree.depth)
        start = (index >> level) << level
        batch = range(start, min(start + (1 << level), len(self.leaves)))
        if batch:
            self.attempt("push", branch_row(self.payouts, start, level))
        for leaf in batch:
            self.move([leaf], lambda i: self.is_open(i, Channel.WALLET, Channel.SOCIAL), "paid")

    @rule(indexes=st.sets(INDEXES, min_size=1, max_size=4))
    def reserve(self, indexes: set[int]) -> None:
        """Sets open bank leaves aside."""
        self.attempt("reserve", (branch_row(self.payouts, 0, None), selection(indexes)), treasurer=True)
        self.move(indexes, lambda i: self.is_open(i, Channel.BANK), "reserved")

    @rule(indexes=st.sets(INDEXES, min_size=1, max_size=4))
    def release(self, indexes: set[int]) -> None:
        """Opens reserved leaves again."""
        self.attempt("release", (branch_row(self.payouts, 0, None), selection(indexes)), treasurer=True)
        self.move(indexes, lambda i: self.status.get(i) == "reserved", "open")

    @rule(indexes=st.sets(INDEXES, min_size=1, max_size=4))
    def confirm(self, indexes: set[int]) -> None:
        """Pays reserved leaves."""
        known = {index for index in indexes if index < len(self.leaves)}
        references = [b"\x01" * 32 if i in known else bytes(32) for i in range(len(self.leaves))]
        self.attempt("confirm", (branch_row(self.payouts, 0, None), references), treasurer=True)
        if known:
            self.move(known, lambda i: self.status.get(i) == "reserved", "paid")

    def attempt(
        self, function: str, arguments: tuple[object, ...], *, treasurer: bool = False
    ) -> Receipt | None:
        """Send it; a refusal is an answer as well."""
        sender = self.community.treasurer if treasurer else self.community.relayer
        try:
            return self.community.vault.send(function, *arguments, sender=sender)
        except Reverted:
            return None

    # --- what must be true at any time -------------------------------------------------------------------

    @invariant()
    def each_leaf_has_the_status_of_the_model(self) -> None:
        """open, reserved or paid."""
        found = {index: self.community.status(self.payouts, index) for index in self.status}
        assert found == self.status

    @invariant()
    def paid_is_the_sum_of_paid_leaves_and_at_most_funded(self) -> None:
        """Nothing is paid twice."""
        paid = sum(leaf.amount_micro_eur for leaf in self.paid(Channel.WALLET, Channel.BANK, Channel.SOCIAL))
        _, funded, counted, *_ = self.community.vault.call("distributionOf", self.payouts.distribution)
        assert counted == paid <= funded, f"{counted} == {paid} <= {funded}"

    @invariant()
    def vault_holds_what_has_not_left_it(self) -> None:
        """held == credited - paid out == token balance; social leaves stay."""
        out = sum(leaf.amount_micro_eur for leaf in self.paid(Channel.WALLET, Channel.BANK))
        social_fund, *_, held = self.community.vault.call("funds")
        balance = self.community.balance(self.community.vault.address)
        assert held == self.credited - out == balance, f"{held} == {self.credited} - {out} == {balance}"
        kept = sum(leaf.amount_micro_eur for leaf in self.paid(Channel.SOCIAL))
        assert social_fund == self.social_before + kept

    @invariant()
    def wallets_have_what_was_paid_to_them(self) -> None:
        """Each address its own leaf, once."""
        for index, leaf in enumerate(self.leaves):
            if leaf.channel is Channel.WALLET:
                expected = leaf.amount_micro_eur if self.status[index] == "paid" else 0
                assert self.community.balance(address_of(leaf)) == expected

    def paid(self, *channels: Channel) -> list[Leaf]:
        """Leaves that the model counts as paid."""
        return [
            leaf
            for index, leaf in enumerate(self.leaves)
            if self.status[index] == "paid" and leaf.channel in channels
        ]


def test_payouts__any_order_of_calls__agree_with_the_model() -> None:
    PayoutMachine.prepare()
    runs = PayoutMachine.TestCase
    runs.settings = settings(
        max_examples=200 if DEEP else 12,
        stateful_step_count=40 if DEEP else 12,
        deadline=None,
        derandomize=not DEEP,
        suppress_health_check=list(HealthCheck),
    )
    runs("runTest").runTest()
