"""Receipts come from the database alone, and stop where a secret was deleted."""

import json
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, text

from oracle.attest.payout_tree import hash_leaf
from oracle.chain.receipt import parse_payout, parse_reading, parse_tree
from oracle.errors import DistributionNotSettled, NotDeployed, NotPosted, SaltsForgotten
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork, OracleUnitOfWork
from oracle.usecases.payout_tree import payout_tree
from oracle.usecases.publish import publish
from oracle.usecases.receipts import payout_receipt, payout_receipts, reading_receipt
from oracle.wiring import OpenChain, publishing
from settlement.domain.calendar import month_number
from settlement.domain.rounding import micro_eur_text
from settlement.usecases.import_readings import import_readings
from tests.oracle.world import FIRST, IBAN, Published, World, settled_world
from tests.settlement.store.world import case, pod_of

pytestmark = pytest.mark.node

DAY = date(2024, 7, 14)


def test_payout_receipts__all_leaves__parse_and_carry_the_statement(published: Published) -> None:
    with OracleReadOnlyUnitOfWork(published.world.engine) as work:
        balances = {row.member: row for row in work.distributions.balances(published.world.distribution.id)}
    for receipt in published.payouts:
        parsed = parse_payout(json.dumps(receipt))
        statement = receipt["statement"]
        balance = balances[statement["member"]]
        assert parsed.leaf.amount_micro_eur == balance.leaf_micro_eur
        assert statement["entitlement_eur"] == micro_eur_text(balance.entitlement_micro_eur)
        assert statement["from"] == "2024-07-01T00:00+02:00"
        assert statement["to"] == "2024-08-01T00:00+02:00"
        assert "zone_NORD_regions" in statement["unverified"]


def test_payout_receipts__bank_leaf__shows_no_iban(published: Published) -> None:
    assert IBAN not in json.dumps(published.payouts)


def test_payout_receipt__one_leaf__is_the_same_as_among_all(published: Published) -> None:
    payout = published.world.payouts()[2]
    with OracleReadOnlyUnitOfWork(published.world.engine) as work:
        assert payout_receipt(work, payout.id) == published.payouts[2]


def test_payout_receipts__nothing_deployed__says_so(world: World) -> None:
    with OracleReadOnlyUnitOfWork(world.engine) as work, pytest.raises(NotDeployed):
        payout_receipts(work, world.distribution.id)


def test_payout_tree__all_leaves__carry_hash_and_place_and_no_iban(published: Published) -> None:
    tree = parse_tree(json.dumps(published.tree))
    assert [parse_payout(json.dumps(receipt)).leaf for receipt in published.payouts] == list(tree.leaves)
    assert tree.hashes == tuple(hash_leaf(index, leaf) for index, leaf in enumerate(tree.leaves))
    assert IBAN not in json.dumps(published.tree)


def test_payout_tree__deployed_and_not_settled__says_so(engine: Engine, opened: OpenChain) -> None:
    world = settled_world(engine)
    publish(publishing(engine, opened))
    with OracleUnitOfWork(engine) as work:
        work._session.execute(text("DELETE FROM settled_distributions"))
        for make in (payout_tree, payout_receipts):
            with pytest.raises(DistributionNotSettled, match="no vault has accepted distribution 1 yet"):
                make(work, world.distribution.id)


def test_reading_receipt__before_publication__is_not_posted(world: World) -> None:
    with OracleReadOnlyUnitOfWork(world.engine) as work, pytest.raises(NotPosted):
        reading_receipt(work, world.community_id, pod_of("P1"), DAY)


@pytest.mark.parametrize(("pod", "day"), [("IT001E09999999", DAY), (pod_of("P1"), date(2024, 8, 14))])
def test_reading_receipt__not_in_a_report__is_not_posted(published: Published, pod: str, day: date) -> None:
    with OracleReadOnlyUnitOfWork(published.world.engine) as work, pytest.raises(NotPosted):
        reading_receipt(work, published.world.community_id, pod, day)


def test_reading_receipt__quarter_hours__are_shown_by_the_hour(published: Published) -> None:
    with OracleReadOnlyUnitOfWork(published.world.engine) as work:
        receipt = reading_receipt(work, published.world.community_id, pod_of("P2"), DAY)
    assert len(parse_reading(json.dumps(receipt)).withdrawn_wh) == 24


def test_reading_receipt__reading_corrected_later__is_still_what_was_committed_to(
    engine: Engine, opened: OpenChain
) -> None:
    world = settled_world(engine)
    publish(publishing(engine, opened))
    with OracleUnitOfWork(engine) as work:
        before = reading_receipt(work, world.community_id, pod_of("P1"), DAY)
        corrected = case(FIRST, date(2024, 8, 1), factor=2)
        import_readings(work, world.community_id, corrected, datetime(2025, 1, 1, tzinfo=UTC))
        work.commit()
    with OracleReadOnlyUnitOfWork(engine) as work:
        assert reading_receipt(work, world.community_id, pod_of("P1"), DAY) == before


def test_reading_receipt__key_forgotten__is_gone_and_the_others_are_as_they_were(
    engine: Engine, opened: OpenChain
) -> None:
    world = settled_world(engine)
    publish(publishing(engine, opened))
    with OracleReadOnlyUnitOfWork(engine) as work:
        before = reading_receipt(work, world.community_id, pod_of("P2"), DAY)
    with OracleUnitOfWork(engine) as work:
        assert work.pod_keys.forget(pod_of("P1"), month_number(DAY))
        work.commit()

    with OracleReadOnlyUnitOfWork(engine) as work:
        assert reading_receipt(work, world.community_id, pod_of("P2"), DAY) == before
        with pytest.raises(SaltsForgotten, match="can no more be proved"):
            reading_receipt(work, world.community_id, pod_of("P1"), DAY)
