"""Chain, index, database and books are compared; each kind of difference is named and alerts.

reconcile_community
├── when everything agrees it should say nothing, and resolve what was open
├── when one row of the database was changed it should name the first difference of that kind, as an alert
├── when the index lost an event or has one that never was it should name it
├── when the chain took back what is recorded it should say which transactions, until they are sent again
└── before there are contracts it should say so
publish
└── after a distribution was settled it should call what compares, once for each community
"""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from oracle.chain.rpc import Rpc
from oracle.errors import NodeUnreachable, NotDeployed
from oracle.records import Severity
from oracle.store.unit_of_work import OracleUnitOfWork
from oracle.usecases.alerts import open_alerts
from oracle.usecases.publish import publish
from oracle.wiring import OpenChain, publishing, reconcile_community
from tests.oracle.mining import reorganise
from tests.oracle.usecases.anew import distribute_again, settle_anew
from tests.oracle.world import ALL_CONSENT, World, settled_world

pytestmark = pytest.mark.node
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def kinds(world: World, own: OpenChain) -> dict[str, str]:
    """The sentences of what differs, by kind."""
    found = reconcile_community(world.engine, own, world.community_id, NOW)
    return {one.kind: one.sentence for one in found.divergences}


def alerts(engine: Engine) -> dict[str, str]:
    """Sentences of the open alerts, by subject."""
    with OracleUnitOfWork(engine) as work:
        rows = open_alerts(work)
    assert all(row.alert.severity is Severity.CRITICAL for row in rows)
    return {row.alert.subject: row.alert.sentence for row in rows}


def change(engine: Engine, statement: str) -> None:
    """What no code of ours does: rows changed by hand, past the triggers that guard them."""
    with engine.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        assert connection.execute(text(statement)).rowcount > 0


def test_reconcile__corrected_settled_and_paid__everything_agrees(engine: Engine, own: OpenChain) -> None:
    world = settled_world(engine, payees=ALL_CONSENT, two_areas=True)
    publish(publishing(engine, own))
    distribute_again(world, settle_anew(world, two_areas=True))
    assert publish(publishing(engine, own)).stopped == {}
    assert kinds(world, own) == {}
    assert alerts(engine) == {}


@pytest.mark.parametrize(
    ("statement", "kind", "words"),
    [
        (
            "UPDATE day_reports SET accepted_at = NULL WHERE day = '2024-07-05'",
            None,
            "",
        ),
        (
            "UPDATE day_reports SET report = sha256(report) WHERE day = '2024-07-05'",
            "days",
            "report of day 19909",
        ),
        (
            "UPDATE chain_events SET arguments = arguments || '{\"carry\": \"1\"}' WHERE name = 'Settled'",
            "settlements",
            "carry of distribution 1",
        ),
        ("DELETE FROM chain_events WHERE name = 'BatchPaid'", "payouts", "leaf 0 of distribution 1"),
        ("DELETE FROM chain_events WHERE name = 'Settled'", "settlements", "distribution 1"),
        (
            "UPDATE chain_transactions SET block_hash = sha256(block_hash) WHERE step = 'settle'",
            "transactions",
            "settle distribution",
        ),
        (
            "UPDATE accounting_postings SET amount_micro_eur = amount_micro_eur * 2 WHERE entry_id = "
            "(SELECT id FROM accounting_entries WHERE kind = 'receipt' LIMIT 1)",
            "accounts",
            "the accounts hold 2469.120000 EUR",
        ),
    ],
)
def test_reconcile__changed_by_hand__is_named_and_alerts(
    statement: str, kind: str | None, words: str, paid: World, own: OpenChain
) -> None:
    assert kinds(paid, own) == {}
    change(paid.engine, statement)
    found = kinds(paid, own)
    assert alerts(paid.engine) == found
    if kind is None:
        # The chain is ahead of the record, as after a crash: that is no divergence.
        assert found == {}
    else:
        assert words in found[kind]


def test_reconcile__taken_back_and_sent_again__alerts_until_it_is_there_again(
    paid: World, own: OpenChain
) -> None:
    reorganise(Rpc(own.url), 3)
    found = kinds(paid, own)
    assert {"transactions", "payouts"} <= set(found)
    assert alerts(paid.engine) == found
    publish(publishing(paid.engine, own))
    assert kinds(paid, own) == {}
    assert alerts(paid.engine) == {}


def test_reconcile__before_there_are_contracts__says_so(world: World, own: OpenChain) -> None:
    with pytest.raises(NotDeployed, match="has no contracts"):
        reconcile_community(world.engine, own, world.community_id, NOW)


def test_publish__distribution_settled__compares_once_and_fails_for_nothing(
    world: World, own: OpenChain
) -> None:
    compared: list[UUID] = []
    said: list[str] = []

    def compare(community_id: UUID) -> None:
        compared.append(community_id)
        assert reconcile_community(world.engine, own, community_id, NOW).divergences == ()
        raise NodeUnreachable("away again")

    context = publishing(
        world.engine,
        own,
        after_settling=compare,
        progress=lambda stage, _done, _total, sentence: said.append(f"{stage}: {sentence}"),
    )
    assert publish(context).stopped == {}
    assert compared == [world.community_id]
    assert said[-1] == "reconcile: not compared: away again"
    assert publish(context).stopped == {}
    assert len(compared) == 1
