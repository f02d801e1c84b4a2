"""What is computed here and what is written there are compared before and after: the first difference stops.

publish
├── when readings no longer add up to what was settled it should name the hour and post nothing
├── when the ledger holds another report it should name the day
├── when the ledger's month differs it should name month and direction, and settle nothing
├── when the ledger has other shares than the community it should settle nothing
├── when the vault divides otherwise it should name the part, and order no payout
└── when the leaves do not fit the funded sum it should sign nothing
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from oracle.chain.contracts import LedgerContract, VaultContract
from oracle.errors import LedgerDiverges
from oracle.ports import MonthTotals, Outcome, SettledFacts
from oracle.store.unit_of_work import OracleUnitOfWork
from oracle.usecases.context import Context
from oracle.usecases.publish import publish
from oracle.wiring import OpenChain, publishing
from settlement.domain.case import Shares
from settlement.domain.day_vectors import DayGrid
from tests.oracle.world import AFTER, FIRST, World
from tests.settlement.store.world import RECEIVED, case

pytestmark = pytest.mark.node


def difference(context: Context, world: World) -> str:
    """The sentence at which the community's queue stands."""
    error = publish(context).stopped[world.community_id]
    assert isinstance(error, LedgerDiverges)
    return str(error)


def steps(world: World) -> set[str]:
    """Steps that were signed."""
    return {transaction.step for transaction in world.transactions()}


def test_publish__readings_were_put_behind_the_settlement__posts_nothing(
    world: World, opened: OpenChain
) -> None:
    with OracleUnitOfWork(world.engine) as work:
        # Past the use case, which would date them after the settlement: as with the database's own tools.
        backdated = case(FIRST, AFTER, factor=2)
        grid = DayGrid.of(backdated.community.start, backdated.community.end)
        every_day = np.ones(len(grid.days), dtype=np.bool_)
        chosen = [(series, every_day) for series in backdated.series]
        work.readings.add(world.community_id, grid, chosen, RECEIVED + timedelta(hours=1))
        work.commit()

    sentence = difference(publishing(world.engine, opened), world)
    assert sentence.startswith(
        "injected and withdrawn Wh of the hour 2024-06-30 22:00:00+00:00: computed here "
    )
    assert "post" not in steps(world)


def test_publish__ledger_holds_another_report__names_the_day(world: World, opened: OpenChain) -> None:
    class Other(LedgerContract):
        def report_of(self, ledger: bytes, configuration: bytes, day: int) -> bytes:
            return bytes(32)

    context = replace(publishing(world.engine, opened), ledger=Other(opened.chain))
    assert difference(context, world).startswith("report of 2024-07-01: computed here ")


@pytest.mark.parametrize("direction", ["injected", "withdrawn", "shared"])
def test_publish__ledgers_month_differs__names_month_and_direction(
    world: World, opened: OpenChain, direction: str
) -> None:
    class Crooked(LedgerContract):
        def totals_of(self, ledger: bytes, configuration: bytes, month: int) -> MonthTotals:
            honest = super().totals_of(ledger, configuration, month)
            return honest._replace(**{f"{direction}_wh": getattr(honest, f"{direction}_wh") + 1})

    context = replace(publishing(world.engine, opened), ledger=Crooked(opened.chain))
    assert difference(context, world).startswith(f"{direction} Wh of 2024-07: computed here ")
    assert "settle" not in steps(world)


def test_publish__ledgers_month_incomplete__names_the_days(world: World, opened: OpenChain) -> None:
    class Forgetful(LedgerContract):
        def totals_of(self, ledger: bytes, configuration: bytes, month: int) -> MonthTotals:
            honest = super().totals_of(ledger, configuration, month)
            return honest._replace(accepted_days=honest.accepted_days & ~(1 << 30))

    context = replace(publishing(world.engine, opened), ledger=Forgetful(opened.chain))
    assert difference(context, world) == "accepted days of 2024-07: computed here 31, on the chain 30"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("producers_micro_eur", 1),
        ("social_micro_eur", 2),
        ("root", bytes(32)),
        ("shared_wh", 3),
        ("carry_micro_eur", 4),
        ("adjustment_wh", 5),
        ("receipts", ()),
    ],
)
def test_publish__vault_divides_otherwise__names_the_part_and_orders_no_payout(
    world: World, opened: OpenChain, field: str, value: Any
) -> None:
    class Crooked(VaultContract):
        def settled(self, vault: bytes, outcome: Outcome) -> SettledFacts:
            return super().settled(vault, outcome)._replace(**{field: value})

    context = replace(publishing(world.engine, opened), vault=Crooked(opened.chain))
    assert difference(context, world).startswith(f"{field} of distribution 1: computed here ")
    assert world.open_messages() == ["settle"]


def test_publish__ledger_divides_by_other_shares__settles_nothing(world: World, opened: OpenChain) -> None:
    class Crooked(LedgerContract):
        def shares_of(self, ledger: bytes, community: bytes, month: int) -> Shares:
            return Shares(7_000, 1_000, 2_000)

    context = replace(publishing(world.engine, opened), ledger=Crooked(opened.chain))
    assert difference(context, world).startswith("shares of 2024-07 in basis points: computed here ")
    assert "settle" not in steps(world)


def test_publish__leaves_do_not_fit_the_funded_sum__signs_nothing(world: World, opened: OpenChain) -> None:
    with world.engine.begin() as connection:
        connection.execute(text("ALTER TABLE payouts DISABLE TRIGGER payouts_leaf_is_fixed"))
        connection.execute(
            text("UPDATE payouts SET amount_micro_eur = amount_micro_eur + 10000 WHERE leaf_index = 0")
        )
    sentence = difference(publishing(world.engine, opened), world)
    assert sentence.startswith("sum of the leaves in micro-euro: computed here ")
    assert "settle" not in steps(world)
