"""Our gas beside two reference designs, in one run on the pinned node, for 10 to 10,000 members.

    python -m benchmarks.gas_beside

Reference (a): every reading of a member-hour in a storage slot, in transactions as wide as the cap of
16,777,216 gas allows. Reference (b): a plain cumulative Merkle claim. Money rows are of a later month, in
which recipients hold tokens and counters are in use, unless they say "fresh". Nothing is estimated: where not
every transaction was sent, the last column says how many were.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.gas import BATCH, EURO, Gas, drawn, measure_posts, per_piece, wallets
from benchmarks.reference import HOURS, ClaimDrop, ClaimTree, NaiveLedger, reference_artifacts
from oracle.attest.payout_tree import PayoutTree
from tools.testchain.anvil import HARDFORK, running_anvil
from tools.testchain.artifacts import published
from tools.testchain.client import Chain
from tools.testchain.community import MONTH, Community, Payouts, found_community
from tools.testchain.transports import AnvilTransport

SIZES = (10, 100, 1_000, 10_000)
DAYS = 30
CLAIMS_MAX = 100
GOAL_MEMBERS = 10_000
GOAL_GAS_PER_MEMBER_HOUR = 0.40
Answer = TypeVar("Answer")
DAY_WHAT = "a member-hour, posted day by day"


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison; `measured` says on what."""

    what: str
    ours: float
    reference: float
    measured: str

    @property
    def ratio(self) -> float:
        """Ours as a part of the reference."""
        return self.ours / self.reference


@dataclass(frozen=True, slots=True)
class Money:
    """Gas of a month's money: bringing and dividing it, and one payout of each kind, rounded up."""

    settle: int
    pay_all: int
    funded: int
    fresh: int
    claim: int


def compare(chain: Chain, members: int, posts: Gas) -> list[Row]:
    """All rows for a community of that many members. `posts` does not depend on their number."""
    ours = restored(chain, lambda: our_money(chain, members))
    theirs = restored(chain, lambda: reference_money(chain, members))
    day, sent = restored(chain, lambda: NaiveLedger(chain).post_day(members, 1))
    claims = f"(b) {min(members, CLAIMS_MAX):,} of {members:,} claims"
    hours = HOURS * members
    days = f"(a) a day, {sent:,} transaction{'s' if sent > 1 else ''}"
    month = posts["post_day_first_of_month"] + (DAYS - 1) * posts["post_day"] + ours.settle + ours.pay_all
    return [
        Row("a day posted", posts["post_day"], day, days),
        Row("a day posted, seven signed together", posts["post_week_per_day"], day, days),
        Row(DAY_WHAT, posts["post_day"] / hours, day / hours, days),
        Row("a member-hour, seven days together", posts["post_week_per_day"] / hours, day / hours, days),
        Row("a receipt and its settlement", ours.settle, theirs.settle, "(b) one of each"),
        Row("a payout: our push, their claim", ours.funded, theirs.funded, claims),
        Row("the same to a fresh wallet", ours.fresh, theirs.fresh, claims),
        Row("a payout: our claim, their claim", ours.claim, theirs.funded, claims),
        Row("a month: 30 days, settled, all paid", month, DAYS * day + theirs.settle + theirs.pay_all,
            f"(a) 30 × a day; {claims}"),
    ]  # fmt: skip


def our_money(chain: Chain, members: int) -> Money:
    """Three distributions to the same wallets: fresh ones, funded ones, and one to claim from."""
    community = found_community(chain)
    tree = PayoutTree(wallets(members, members))
    first, _ = settle_month(community, tree, 0)
    fresh = push_all(community, first)
    second, settled = settle_month(community, tree, 1)
    funded = push_all(community, second)
    third, _ = settle_month(community, tree, 2)
    community.claim(third, 0)  # the bitmap word is in use from here on
    claim = community.claim(third, 1).gas_used
    return Money(settled, funded, per_piece(funded, members), per_piece(fresh, members), claim)


def settle_month(community: Community, tree: PayoutTree, number: int) -> tuple[Payouts, int]:
    """A distribution over a receipt and a month of its own, and the gas of crediting and settling it."""
    month = MONTH + number
    community.post_month(month)
    amount = tree.total_micro_eur * 10 // 7 + 10
    receipt = f"receipt {number}".encode().ljust(32, b".")
    community.fund_treasurer(2 * amount)  # so that neither balance falls to zero
    credited = community.vault.send("credit", receipt, amount, sender=community.treasurer)
    settlement = community.propose(tree, [receipt], months=((community.configuration, month),))
    gas = credited.gas_used + community.settle(settlement).gas_used
    return Payouts(settlement.distribution, tree), gas


def push_all(community: Community, payouts: Payouts) -> int:
    """Gas of pushing every leaf. Raises ValueError unless all are paid."""
    gas = 0
    leaves = len(payouts.tree.leaves)
    for start in range(0, leaves, BATCH):
        receipt = community.push(payouts, start)
        if receipt.only("BatchPaid")["paid"] != (1 << min(BATCH, leaves - start)) - 1:
            raise ValueError(f"the push from leaf {start} of {leaves} did not pay all")
        gas += receipt.gas_used
    return gas


def reference_money(chain: Chain, members: int) -> Money:
    """Two periods of the claim contract for the same accounts; the second is a later month."""
    drop = ClaimDrop(chain)
    accounts = ["0x" + drawn(f"account/{number}", 20).hex() for number in range(members)]
    claimed = range(0, members, max(1, members // CLAIMS_MAX))
    gas = []
    for period in (1, 2):
        tree = ClaimTree([(account, period * EURO) for account in accounts])
        # A euro more than promised, so that its balance never falls to zero: nor does our vault's.
        settled = drop.settle(tree, (members + 1) * EURO)
        gas.append(sum(drop.claim(index) for index in claimed))
    fresh, funded = (per_piece(total, len(claimed)) for total in gas)
    pay_all = per_piece(gas[1] * members, len(claimed))
    return Money(settled, pay_all, funded, fresh, funded)


def restored(chain: Chain, measure: Callable[[], Answer]) -> Answer:
    """What the measurement gives, with the chain as it was before it."""
    snapshot = chain.transport.snapshot()
    answer = measure()
    chain.transport.restore(snapshot)
    return answer


def table(members: int, rows: list[Row]) -> Table:
    """The rows of one size."""
    shown = Table("gas of", "ours", "reference", "ours / reference", "measured on",
                  title=f"{members:,} members, anvil ({HARDFORK})")  # fmt: skip
    for row in rows:
        shown.add_row(row.what, figure(row.ours), figure(row.reference), ratio_text(row.ratio), row.measured)
    for column in shown.columns[1:4]:
        column.justify = "right"
    return shown


def figure(gas: float) -> str:
    """Whole gas from 1,000 on, two decimals below."""
    return f"{gas:,.0f}" if gas >= 1_000 else f"{gas:,.2f}"


def ratio_text(ratio: float) -> str:
    """Two significant digits, never as a power of ten."""
    return np.format_float_positional(ratio, precision=2, fractional=False, trim="-")


def main() -> int:
    """Prints a table for each size; exit status 1 when the goal for a member-hour is missed."""
    console = Console(width=140)
    with running_anvil() as url:
        chain = Chain(AnvilTransport(url), published() | reference_artifacts())
        posts = restored(chain, lambda: measure_posts(chain))
        for members in SIZES:
            rows = compare(chain, members, posts)
            console.print(table(members, rows))
    (reached,) = [row.ours for row in rows if row.what == DAY_WHAT]
    met = reached <= GOAL_GAS_PER_MEMBER_HOUR
    print(
        f"a member-hour at {GOAL_MEMBERS:,} members: {reached:.3f} gas, goal {GOAL_GAS_PER_MEMBER_HOUR:.2f}: "
        f"{'met' if met else 'missed'}"
    )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
