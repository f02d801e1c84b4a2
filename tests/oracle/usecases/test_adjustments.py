"""What corrections of settled months leave on the ledger: known here to the watt-hour before it is signed.

settle
├── given a settled month that was corrected
│   ├── it should wait on the ledger as new less old shared energy, which is what is expected here
│   ├── it should be taken up by the next distribution, once
│   └── when ledger or vault say another sum, or another number, it should name both and settle nothing
├── given a month corrected before any settlement: nothing waits
├── given a hidden day of a settled month
│   ├── it should wait with its energy once it is opened
│   └── when somebody else opened it, it should be found before the next settlement
└── chain_status
    └── given the ledger says another sum it should name both
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from oracle.chain.client import EvmChain
from oracle.chain.contracts import LedgerContract, VaultContract
from oracle.chain.inspection import Inspection
from oracle.chain.keys import load_or_create_keys
from oracle.errors import LedgerDiverges
from oracle.ports import Adjustment, Outcome, SettledFacts
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork, OracleUnitOfWork
from oracle.usecases.adjustments import expected_adjustment
from oracle.usecases.chain_status import chain_status
from oracle.usecases.context import Context
from oracle.usecases.open_day import order_opening
from oracle.usecases.places import place_of
from oracle.usecases.publish import publish
from oracle.wiring import OpenChain, publishing
from tests.oracle.mining import mine
from tests.oracle.usecases.anew import (
    BETTER_AFTER,
    BETTER_FROM,
    accepted,
    distribute_again,
    settle_anew,
    shared_wh,
    undistributed_world,
)
from tests.oracle.usecases.test_correct_days import NOBODY_AGREES
from tests.oracle.world import World, settled_world

pytestmark = pytest.mark.node

NEXT = BETTER_FROM + timedelta(days=1)


@pytest.fixture
def corrected(world: World, opened: OpenChain) -> World:
    """A world whose July was settled by the vault and corrected after."""
    assert publish(publishing(world.engine, opened)).stopped == {}
    settle_anew(world)
    assert publish(publishing(world.engine, opened)).stopped == {}
    return world


def pending(world: World, opened: OpenChain) -> Adjustment:
    """What waits on the ledger, which is what is expected here."""
    context = publishing(world.engine, opened)
    place = place_of(context, world.community_id)
    there = context.ledger.adjustment_of(place.ledger, place.community)
    assert expected(world) == there
    return there


def expected(world: World, number: int | None = None) -> Adjustment:
    """What this database computes."""
    with OracleReadOnlyUnitOfWork(world.engine) as work:
        community = work.communities.get(world.community_id)
        assert community is not None
        return expected_adjustment(work, community, number)


def grown(world: World) -> int:
    """New less old shared Wh of the days that were corrected."""
    with OracleReadOnlyUnitOfWork(world.engine) as work:
        first, newest = work.settlements.of_community(world.community_id)
    days = (BETTER_FROM, BETTER_AFTER)
    return shared_wh(world, newest, *days) - shared_wh(world, first, *days)


def newest(world: World, opened: OpenChain) -> Context:
    """A publisher of the world, whose second distribution by the newer settlement is ordered."""
    with OracleReadOnlyUnitOfWork(world.engine) as work:
        settlement = work.settlements.of_community(world.community_id)[-1]
    distribute_again(world, settlement)
    return publishing(world.engine, opened)


def test_adjustment__settled_month_corrected__is_the_difference_of_shared_energy(
    corrected: World, opened: OpenChain
) -> None:
    assert pending(corrected, opened) == Adjustment(grown(corrected), 3)
    assert grown(corrected) > 0


def test_adjustment__next_distribution__takes_it_up_once(corrected: World, opened: OpenChain) -> None:
    waiting = pending(corrected, opened)
    context = newest(corrected, opened)
    assert publish(context).stopped == {}
    assert pending(corrected, opened) == Adjustment(0, 0)
    assert expected(corrected, 1) == Adjustment(0, 0)
    assert expected(corrected, 2) == waiting
    assert expected(corrected, 3) == Adjustment(0, 0)


def test_adjustment__corrected_again_after_it_was_taken_up__is_the_second_difference(
    corrected: World, opened: OpenChain
) -> None:
    waiting = pending(corrected, opened)
    assert publish(newest(corrected, opened)).stopped == {}
    settle_anew(corrected, factor=1, days_later=2)
    assert publish(publishing(corrected.engine, opened)).stopped == {}
    assert pending(corrected, opened).corrections == 3
    assert expected(corrected, 2) == waiting


def test_adjustment__month_corrected_before_any_settlement__is_none(
    engine: Engine, opened: OpenChain
) -> None:
    world = undistributed_world(engine)
    assert publish(publishing(engine, opened)).stopped == {}
    settlement = settle_anew(world)
    assert publish(publishing(engine, opened)).stopped == {}
    assert [row.step for row in world.transactions()][-1] == "correct"
    assert pending(world, opened) == Adjustment(0, 0)
    distribute_again(world, settlement)
    assert publish(publishing(engine, opened)).stopped == {}
    assert pending(world, opened) == expected(world, 1) == Adjustment(0, 0)


class CrookedLedger(LedgerContract):
    """A ledger that says another adjustment."""

    def __init__(self, chain: EvmChain, bend: Callable[[Adjustment], Adjustment]) -> None:
        super().__init__(chain)
        self._bend = bend

    def adjustment_of(self, ledger: bytes, community: bytes) -> Adjustment:
        return self._bend(super().adjustment_of(ledger, community))


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("shared_wh", "pending adjustment of distribution 2 in Wh: computed here {0}, on the chain {1}"),
        (
            "corrections",
            "corrections behind the adjustment of distribution 2: computed here {0}, on the chain {1}",
        ),
    ],
)
def test_settle__ledger_says_another_adjustment__names_both_and_settles_nothing(
    corrected: World, opened: OpenChain, field: str, sentence: str
) -> None:
    honest: int = getattr(pending(corrected, opened), field)
    ledger = CrookedLedger(opened.chain, lambda found: found._replace(**{field: getattr(found, field) + 1}))
    context = replace(newest(corrected, opened), ledger=ledger)
    error = publish(context).stopped[corrected.community_id]
    assert isinstance(error, LedgerDiverges)
    assert str(error) == sentence.format(honest, honest + 1)
    assert [row.step for row in corrected.transactions()].count("settle") == 1


def test_settle__vault_takes_another_sum_up__names_both_and_orders_no_payout(
    corrected: World, opened: OpenChain
) -> None:
    class Crooked(VaultContract):
        def settled(self, vault: bytes, outcome: Outcome) -> SettledFacts:
            honest = super().settled(vault, outcome)
            return honest._replace(adjustment_wh=honest.adjustment_wh - 1)

    wanted = grown(corrected)
    context = newest(corrected, opened)
    error = publish(replace(context, vault=Crooked(opened.chain))).stopped[corrected.community_id]
    assert str(error) == (
        f"adjustment_wh of distribution 2: computed here {wanted}, on the chain {wanted - 1}"
    )
    assert corrected.open_messages() == ["settle"]
    # The settlement stands on the chain; the honest vault's word completes the message.
    assert publish(context).stopped == {}


@pytest.fixture
def hidden(engine: Engine, opened: OpenChain) -> World:
    """A world whose July was settled by the vault with all its totals hidden."""
    world = settled_world(engine, payees=NOBODY_AGREES)
    assert publish(publishing(engine, opened)).stopped == {}
    return world


def test_adjustment__hidden_day_opened__is_its_energy(hidden: World, opened: OpenChain) -> None:
    with OracleUnitOfWork(hidden.engine) as work:
        assert order_opening(work, hidden.community_id, hidden.configurations[""], BETTER_FROM)
        work.commit()
    assert publish(publishing(hidden.engine, opened)).stopped == {}
    energy_wh = shared_wh(hidden, hidden.settlement, BETTER_FROM, NEXT)
    assert pending(hidden, opened) == Adjustment(energy_wh, 1)


def test_adjustment__opened_and_then_corrected__is_none_of_its_energy(
    hidden: World, opened: OpenChain
) -> None:
    with OracleUnitOfWork(hidden.engine) as work:
        order_opening(work, hidden.community_id, hidden.configurations[""], BETTER_FROM)
        work.commit()
    publish(publishing(hidden.engine, opened))
    settle_anew(hidden)
    publish(publishing(hidden.engine, opened))
    assert pending(hidden, opened) == Adjustment(0, 4)


def test_settle__somebody_else_opened_a_day__is_found_and_settled(
    hidden: World, opened: OpenChain, tmp_path: Path
) -> None:
    report = accepted(hidden)[BETTER_FROM]
    with OracleReadOnlyUnitOfWork(hidden.engine) as work:
        kept = work.hidden_days.of(report.report)
        community = work.communities.get(hidden.community_id)
    assert kept is not None
    assert community is not None
    place = place_of(publishing(hidden.engine, opened), hidden.community_id)
    keys = load_or_create_keys(tmp_path / "stranger.json")
    stranger = EvmChain(opened.chain.rpc, keys, opened.chain.chain_id)
    name = place.ledger_name(community.configurations[0])
    contract = LedgerContract(stranger)
    assert mine(
        stranger, contract.open_day(place.ledger, name, report.message, kept.salt, kept.hour_totals)
    ).succeeded
    with OracleReadOnlyUnitOfWork(hidden.engine) as work:
        standing = chain_status(work, Inspection(opened.chain))
    assert standing.divergences == ()
    assert "1 hidden days of Prova were opened by others" in standing.notes[-1]

    distribute_again(hidden, hidden.settlement)
    assert publish(publishing(hidden.engine, opened)).stopped == {}
    energy_wh = shared_wh(hidden, hidden.settlement, BETTER_FROM, NEXT)
    assert expected(hidden, 2) == Adjustment(energy_wh, 1)


def test_status__ledger_says_another_adjustment__names_both(corrected: World, opened: OpenChain) -> None:
    class Crooked(Inspection):
        def adjustment_of(self, ledger: bytes, community: bytes) -> Adjustment:
            return super().adjustment_of(ledger, community)._replace(shared_wh=-1)

    with OracleReadOnlyUnitOfWork(corrected.engine) as work:
        standing = chain_status(work, Crooked(opened.chain))
    assert standing.divergences == (
        f"pending adjustment of Prova in Wh and corrections: computed here ({grown(corrected)}, 3), "
        "on the chain (-1, 3)",
    )
