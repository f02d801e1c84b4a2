"""Receipts, distributions and payouts in the database."""

import hashlib
import json
import threading
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import text

from community.store.unit_of_work import ReadOnlyUnitOfWork, UnitOfWork
from settlement.domain.calendar import day_start
from settlement.domain.case import Case
from settlement.domain.errors import (
    AlreadyDistributed,
    NotFound,
    NothingToDistribute,
    ReceiptNotPayable,
    ReceiptReferenceReused,
    TransitionRefused,
)
from settlement.domain.identifiers import uuid7
from settlement.domain.payees import Payee
from settlement.domain.payout_states import Channel, PayoutState
from settlement.domain.records import ReceiptKind
from settlement.usecases.import_readings import import_readings
from settlement.usecases.mark_payouts import mark_payouts
from tests.settlement.store import world
from tests.settlement.usecases import shop

WALLET = bytes(range(20))
IBAN = "IT60X0542811101000000123456"
PAYEES = {
    "P1": Payee("P1", Channel.WALLET, WALLET, None, True),
    "P2": Payee("P2", Channel.BANK, None, IBAN),
    "P3": Payee("P3", Channel.BANK, WALLET, IBAN),
}


@pytest.fixture
def case() -> Case:
    return world.case()


@pytest.fixture
def community(engine, case):
    """A community with closed days that may be published (P1 alone injects, and agreed)."""
    community_id = shop.stocked(engine, case, PAYEES)
    return community_id, shop.close(engine, community_id, case).id


def test_record_receipt__new__is_hashed_and_its_credit_ordered(engine, community) -> None:
    community_id, _ = community
    wanted = shop.terms(gross_eur=200, fee_withheld_micro_eur=15_000_000, costs_micro_eur=5_000_000)
    receipt = shop.receive(engine, community_id, wanted)
    assert receipt.net_micro_eur == 180_000_000
    assert receipt.receipt_hash == hashlib.sha256(receipt.document).digest()
    assert json.loads(receipt.document) == {
        "document": "condivisa/receipt/1",
        "community": "Prova",
        "kind": "advance",
        "received_on": "2024-09-30",
        "gross_eur": "200.000000",
        "fee_withheld_eur": "15.000000",
        "costs_eur": "5.000000",
        "net_eur": "180.000000",
        "bank_reference": "CRO 1",
    }
    with ReadOnlyUnitOfWork(engine) as work:
        assert work.receipts.of_community(community_id) == [receipt]
        assert [row.topic for row in work.outbox.rows(community_id)][-1] == "credit"
        assert work.outbox.by_key(f"credit:{receipt.id}").payload == {"receipt_id": str(receipt.id)}


def test_record_receipt__before_anything_was_published__orders_deployment_first(engine, case) -> None:
    community_id = shop.stocked(engine, case)
    shop.receive(engine, community_id, shop.terms())
    with ReadOnlyUnitOfWork(engine) as work:
        assert [row.topic for row in work.outbox.rows(community_id)] == ["deploy", "credit"]


def test_record_receipt__again__returns_the_first(engine, community) -> None:
    community_id, _ = community
    assert shop.receive(engine, community_id, shop.terms()) == shop.receive(
        engine, community_id, shop.terms()
    )


def test_record_receipt__reference_with_another_amount__names_what_differs(engine, community) -> None:
    community_id, _ = community
    shop.receive(engine, community_id, shop.terms())
    other = replace(shop.terms(gross_eur=201), kind=ReceiptKind.BALANCE)
    with pytest.raises(ReceiptReferenceReused) as refusal:
        shop.receive(engine, community_id, other)
    assert refusal.value.differing == ("kind", "gross_micro_eur")


@pytest.mark.parametrize(
    "change",
    [
        {"gross_micro_eur": 200_000_001},
        {"gross_micro_eur": -10_000},
        {"fee_withheld_micro_eur": 200_000_000},
        {"costs_micro_eur": 5_000},
        {"bank_reference": ""},
    ],
)
def test_record_receipt__amounts_make_no_sense__is_refused(engine, community, change) -> None:
    with pytest.raises(ReceiptNotPayable):
        shop.receive(engine, community[0], replace(shop.terms(), **change))


def test_record_receipt__community_unknown__is_not_found(engine) -> None:
    with pytest.raises(NotFound):
        shop.receive(engine, uuid7(), shop.terms())


def test_distribute__one_receipt__stores_leaves_balances_and_the_order(engine, community) -> None:
    community_id, settlement_id = community
    receipt = shop.receive(engine, community_id, shop.terms())
    distribution = shop.share_out(engine, community_id, [receipt.id], [settlement_id])
    with ReadOnlyUnitOfWork(engine) as work:
        assert work.distributions.get(distribution.id) == distribution
        assert work.distributions.latest(community_id) == distribution
        settlement = work.settlements.get(settlement_id)
        payouts = work.payouts.of_distribution(distribution.id)
        balances = work.distributions.balances(distribution.id)
        assert work.outbox.rows(community_id)[-1].payload == {"distribution_id": str(distribution.id)}
        assert work.receipts.get(receipt.id).distribution_id == distribution.id
    assert distribution.evidence == settlement.evidence
    assert (distribution.number, distribution.pool_micro_eur) == (1, 140_000_000)
    paid = sum(row.amount_micro_eur for row in payouts)
    assert (
        distribution.carry_micro_eur == 140_000_000 - paid == sum(row.balance_micro_eur for row in balances)
    )
    assert [row.leaf_index for row in payouts] == list(range(len(payouts)))
    assert [row.member for row in payouts] == [*world.PERSONS, world.TOWN]


def test_distribute__payees__decide_the_channel_of_each_leaf(engine, community) -> None:
    community_id, settlement_id = community
    receipt = shop.receive(engine, community_id, shop.terms())
    distribution = shop.share_out(engine, community_id, [receipt.id], [settlement_id])
    with ReadOnlyUnitOfWork(engine) as work:
        leaves = {row.member: row for row in work.payouts.of_distribution(distribution.id)}
    wallet, bank, owned, silent = (leaves[member] for member in ("P1", "P2", "P3", "P4"))
    assert (wallet.channel, wallet.wallet_address, wallet.iban, wallet.salt) == (
        Channel.WALLET,
        WALLET,
        None,
        None,
    )
    assert (bank.channel, bank.iban, bank.wallet_address) == (Channel.BANK, IBAN, None)
    assert (owned.channel, owned.wallet_address) == (Channel.BANK, WALLET)
    assert (silent.channel, silent.iban) == (Channel.BANK, None)
    salts = [row.salt for row in (bank, owned, silent)]
    assert len(set(salts)) == 3
    assert all(len(salt) == 32 for salt in salts)


def test_distribute__vault_without_a_token__makes_bank_leaves_of_all(engine, community) -> None:
    community_id, settlement_id = community
    receipt = shop.receive(engine, community_id, shop.terms())
    distribution = shop.share_out(engine, community_id, [receipt.id], [settlement_id], wallets=False)
    with ReadOnlyUnitOfWork(engine) as work:
        leaves = work.payouts.of_distribution(distribution.id)
    assert {row.channel for row in leaves} == {Channel.BANK}
    assert (leaves[0].member, leaves[0].wallet_address) == ("P1", WALLET)
    assert all(row.salt for row in leaves)


def test_distribute__final_year_of_enterprises__caps_all_its_distributions_together(engine) -> None:
    year = world.case(date(2024, 1, 20), date(2025, 1, 1))
    started = replace(year.community, start=day_start(date(2024, 1, 1)))
    members = tuple(replace(row, enterprise=row.id != "P2") for row in started.members)
    year = _from_new_year(replace(year, community=replace(started, members=members)))
    agreed = {member: Payee(member, consent=True) for member in world.PERSONS}
    community_id = shop.stocked(engine, year, agreed)
    settlement = shop.close(engine, community_id, year)
    cap = settlement.enterprise_cap_micro_eur
    assert cap is not None
    first = shop.receive(engine, community_id, shop.terms("CRO 1", cap // 1_000_000))
    second = shop.receive(engine, community_id, shop.terms("CRO 2", cap // 1_000_000))
    moved = []
    enterprises = {row.id for row in members if row.enterprise}
    received = 0
    for receipt in (first, second):
        distribution = shop.share_out(engine, community_id, [receipt.id], [settlement.id])
        moved.append(distribution.moved_to_social_micro_eur)
        with ReadOnlyUnitOfWork(engine) as work:
            rows = work.distributions.balances(distribution.id)
            leaves = work.payouts.of_distribution(distribution.id)
        received += sum(row.entitlement_micro_eur for row in rows if row.member in enterprises)
    assert moved[0] == 0 < moved[1]
    assert received == cap
    assert (leaves[-1].channel, leaves[-1].member) == (Channel.SOCIAL, None)
    assert leaves[-1].amount_micro_eur == moved[1] // 10_000 * 10_000
    assert _mark(engine, distribution, {leaves[-1].leaf_index: None}, PayoutState.PAID) == 1


def test_distribute__year_settled_anew_between_receipts__cap_counts_what_was_paid_before(engine) -> None:
    year = world.case(date(2024, 1, 20), date(2025, 1, 1))
    started = replace(year.community, start=day_start(date(2024, 1, 1)))
    members = tuple(replace(row, enterprise=row.id != "P2") for row in started.members)
    year = _from_new_year(replace(year, community=replace(started, members=members)))
    community_id = shop.stocked(engine, year, {one: Payee(one, consent=True) for one in world.PERSONS})
    settlement = shop.close(engine, community_id, year)
    assert settlement.enterprise_cap_micro_eur is not None
    gross_eur = settlement.enterprise_cap_micro_eur // 1_000_000
    first = shop.receive(engine, community_id, shop.terms("CRO 1", gross_eur))
    before = shop.share_out(engine, community_id, [first.id], [settlement.id])
    with UnitOfWork(engine) as work:
        dearer = replace(
            year.prices[0], quarter_micro_eur_per_mwh=year.prices[0].quarter_micro_eur_per_mwh + 1
        )
        received_at = shop.AS_OF + timedelta(days=1)
        import_readings(work, community_id, replace(year, prices=(dearer,)), received_at)
        work.commit()
    anew = shop.close(engine, community_id, year, shop.AS_OF + timedelta(days=2))
    second = shop.receive(engine, community_id, shop.terms("CRO 2", gross_eur))
    after = shop.share_out(engine, community_id, [second.id], [anew.id])
    enterprises = {row.id for row in members if row.enterprise}
    with ReadOnlyUnitOfWork(engine) as work:
        rows = work.distributions.balances(before.id) + work.distributions.balances(after.id)
    received = sum(row.entitlement_micro_eur for row in rows if row.member in enterprises)
    assert received == anew.enterprise_cap_micro_eur
    assert after.moved_to_social_micro_eur > 0


def _from_new_year(case: Case) -> Case:
    """The case from 1 January on: the days before its readings begin are zero."""
    hours = case.community.hours
    series = []
    for row in case.series:
        count = hours * 60 // row.resolution_minutes
        zeros = count - len(row.wh)
        wh = np.concatenate([np.zeros(zeros, dtype=np.int32), row.wh])
        estimated = np.concatenate([np.zeros(zeros, dtype=np.bool_), row.estimated])
        series.append(replace(row, wh=wh, present=np.ones(count, dtype=np.bool_), estimated=estimated))
    quarters = case.prices[0].quarter_micro_eur_per_mwh
    padded = np.concatenate([np.full(4 * hours - len(quarters), 90_000_000), quarters])
    return replace(
        case, series=tuple(series), prices=(replace(case.prices[0], quarter_micro_eur_per_mwh=padded),)
    )


def test_distribute__second_receipt__goes_on_from_the_balances(engine, community) -> None:
    community_id, settlement_id = community
    first = shop.receive(engine, community_id, shop.terms())
    second = shop.receive(engine, community_id, shop.terms("CRO 2", 100))
    before = shop.share_out(engine, community_id, [first.id], [settlement_id])
    after = shop.share_out(engine, community_id, [second.id], [settlement_id])
    assert (after.number, after.previous_carry_micro_eur) == (2, before.carry_micro_eur)
    assert after.pool_micro_eur == 70_000_000 + before.carry_micro_eur


def test_distribute__again__returns_the_first(engine, community) -> None:
    community_id, settlement_id = community
    receipt = shop.receive(engine, community_id, shop.terms())
    first = shop.share_out(engine, community_id, [receipt.id], [settlement_id])
    assert shop.share_out(engine, community_id, [receipt.id], [settlement_id]) == first


def test_distribute__receipt_in_another_company__is_refused(engine, community) -> None:
    community_id, settlement_id = community
    first = shop.receive(engine, community_id, shop.terms())
    second = shop.receive(engine, community_id, shop.terms("CRO 2"))
    shop.share_out(engine, community_id, [first.id], [settlement_id])
    with pytest.raises(AlreadyDistributed):
        shop.share_out(engine, community_id, [first.id, second.id], [settlement_id])


def test_distribute__two_at_once__divide_the_receipt_once(engine, community) -> None:
    community_id, settlement_id = community
    receipt = shop.receive(engine, community_id, shop.terms())
    gate, found = threading.Barrier(2), []

    def run() -> None:
        gate.wait()
        found.append(shop.share_out(engine, community_id, [receipt.id], [settlement_id]))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert found[0] == found[1]


def test_distribute__nothing_named__is_refused(engine, community) -> None:
    community_id, settlement_id = community
    receipt = shop.receive(engine, community_id, shop.terms())
    with pytest.raises(NothingToDistribute, match="receipt"):
        shop.share_out(engine, community_id, [], [settlement_id])
    with pytest.raises(NothingToDistribute, match="settlement"):
        shop.share_out(engine, community_id, [receipt.id], [])
    with pytest.raises(NotFound, match="receipt"):
        shop.share_out(engine, community_id, [uuid7()], [settlement_id])


def test_distribute__settlements_that_share_hours__are_refused(engine, community, case) -> None:
    community_id, settlement_id = community
    day = replace(case, community=replace(case.community, end=world.case(end=date(2024, 7, 2)).community.end))
    other = shop.close(engine, community_id, day)
    receipt = shop.receive(engine, community_id, shop.terms())
    with pytest.raises(NothingToDistribute, match="twice"):
        shop.share_out(engine, community_id, [receipt.id], [settlement_id, other.id])


def test_distribute__two_settlements__adds_their_weights(engine) -> None:
    first, second = world.case(), world.case(date(2024, 7, 4), date(2024, 7, 6), factor=3)
    community_id = shop.stocked(engine, first, PAYEES)
    shop.stocked(engine, second, PAYEES)
    closed = [shop.close(engine, community_id, one) for one in (second, first)]
    receipt = shop.receive(engine, community_id, shop.terms())
    distribution = shop.share_out(engine, community_id, [receipt.id], [row.id for row in closed])
    lines = f"{closed[1].evidence.hex()}\n{closed[0].evidence.hex()}\n"
    assert distribution.evidence == hashlib.sha256(lines.encode()).digest()
    with ReadOnlyUnitOfWork(engine) as work:
        weights = [{row.member: row.weight for row in work.settlements.members(one.id)} for one in closed]
        entitlements = {
            row.member: row.entitlement_micro_eur for row in work.distributions.balances(distribution.id)
        }
    together = {member: weights[0][member] + weights[1][member] for member in weights[0]}
    exact = 140_000_000 * together["P1"] / sum(together.values())
    assert abs(entitlements["P1"] - exact) <= 1


@pytest.fixture
def distribution(engine, community):
    community_id, settlement_id = community
    receipt = shop.receive(engine, community_id, shop.terms())
    return shop.share_out(engine, community_id, [receipt.id], [settlement_id])


def _mark(engine, distribution, leaves, state) -> int:
    with UnitOfWork(engine) as work:
        changed = mark_payouts(work, distribution.id, leaves, state)
        work.commit()
    return changed


def test_mark_payouts__bank_leaf__is_reserved_ordered_confirmed(engine, distribution) -> None:
    for state, reference in (
        (PayoutState.RESERVED, None),
        (PayoutState.RELEASED, None),
        (PayoutState.RESERVED, None),
        (PayoutState.ORDERED, "MSG-1/2"),
        (PayoutState.CONFIRMED, None),
    ):
        assert _mark(engine, distribution, {1: reference}, state) == 1
        assert _mark(engine, distribution, {1: reference}, state) == 0
    with ReadOnlyUnitOfWork(engine) as work:
        leaf = work.payouts.of_distribution(distribution.id)[1]
    assert (leaf.state, leaf.bank_reference) == (PayoutState.CONFIRMED, "MSG-1/2")


def test_mark_payouts__one_of_them_may_not__changes_none(engine, distribution) -> None:
    with pytest.raises(TransitionRefused, match=r"leaf 1 \(bank\) cannot go from pending to paid"):
        _mark(engine, distribution, {0: None, 1: None}, PayoutState.PAID)
    with ReadOnlyUnitOfWork(engine) as work:
        states = {row.state for row in work.payouts.of_distribution(distribution.id)}
    assert states == {PayoutState.PENDING}


def test_mark_payouts__paid__is_never_left(engine, distribution) -> None:
    _mark(engine, distribution, {0: None}, PayoutState.PAID)
    for state in (PayoutState.PENDING, PayoutState.RESERVED, PayoutState.RELEASED):
        with pytest.raises(TransitionRefused):
            _mark(engine, distribution, {0: None}, state)


def test_mark_payouts__no_such_leaf__is_not_found(engine, distribution) -> None:
    with pytest.raises(NotFound, match="leaf 99"):
        _mark(engine, distribution, {99: None}, PayoutState.PAID)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE settlements SET revenue_micro_eur = 0",
        "DELETE FROM settlement_members",
        "UPDATE energy_transactions SET shared_wh = 0",
        "UPDATE meter_readings SET wh[1] = 0",
        "DELETE FROM meter_readings",
        "DELETE FROM market_prices",
        "UPDATE bank_receipts SET kind = 'balance'",
        "UPDATE distributions SET carry_micro_eur = 0",
        "DELETE FROM distribution_receipts",
        "DELETE FROM distribution_settlements",
        "UPDATE member_balances SET balance_micro_eur = 0",
        "UPDATE payouts SET amount_micro_eur = amount_micro_eur + 10000",
        "DELETE FROM payouts",
        "UPDATE outbox SET payload = '{}'",
    ],
)
def test_database__change_of_a_settled_row__is_refused(engine, distribution, statement) -> None:
    with engine.connect() as connection, pytest.raises(Exception, match="append-only"):
        connection.execute(text(statement))


def test_views__one_settled_community__show_each_figure_once(engine, case, distribution) -> None:
    with engine.connect() as connection:
        performance = connection.execute(text("SELECT * FROM community_performance_view")).mappings().one()
        reporting = connection.execute(text("SELECT * FROM gse_reporting_view")).mappings().one()
        total = connection.execute(text("SELECT shared_wh FROM settlements")).scalar()
    assert (performance["member_count"], performance["prosumer_count"]) == (7, 2)
    assert performance["total_solar_capacity_kw"] == performance["total_capacity_kw"]
    assert str(performance["total_capacity_kw"]) == "149.500000"
    assert performance["avg_daily_shared_wh"] == round(total / 3)
    assert (reporting["total_shared_wh"], reporting["asset_count"]) == (total, 2)
    assert reporting["primary_substation_id"] == "AC001E00001"
