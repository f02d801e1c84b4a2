"""The accounts beside receipts, distributions, payouts and settlements in the database."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import text

from community.store.unit_of_work import ReadOnlyUnitOfWork, UnitOfWork
from settlement.domain.accounting.account import Account, AccountKind
from settlement.domain.accounting.entry import Cause, EntryKind
from settlement.domain.accounting.lifecycle import DistributionState as State
from settlement.domain.accounting.trial_balance import TrialBalance
from settlement.domain.errors import (
    AlreadyDistributed,
    ChangedSinceCheck,
    FindingsNotAcknowledged,
    LifecycleRefused,
    NotFound,
)
from settlement.domain.identifiers import uuid7
from settlement.domain.payees import Payee
from settlement.domain.payout_states import Channel, PayoutState
from settlement.domain.records import StoredSettlement
from settlement.usecases.advance_distribution import advance, note_posted, state_of
from settlement.usecases.approve_distribution import approve_distribution
from settlement.usecases.check_distribution import check_distribution
from settlement.usecases.draft_distribution import draft_distribution, withdraw_distribution
from settlement.usecases.import_readings import import_readings
from settlement.usecases.mark_payouts import mark_payouts
from settlement.usecases.reconcile_accounts import reconcile_accounts
from tests.settlement.store import world
from tests.settlement.usecases import shop

WALLET = bytes(range(20))
PAYEES = {
    "P1": Payee("P1", Channel.WALLET, WALLET, None, True),
    "P2": Payee("P2", Channel.BANK, None, "IT60X0542811101000000123456"),
}
ABOVE = ["RECEIVED_ABOVE_COMPUTED"]


@pytest.fixture
def community(engine):
    """A community with closed days; P1 alone injects and agreed to publication."""
    case = world.case()
    community_id = shop.stocked(engine, case, PAYEES)
    return community_id, shop.close(engine, community_id, case)


@pytest.fixture
def distribution(engine, community):
    community_id, settlement = community
    receipt = shop.receive(engine, community_id, shop.terms(fee_withheld_micro_eur=15_000_000))
    return shop.share_out(engine, community_id, [receipt.id], [settlement.id])


def accounts(engine, community_id) -> TrialBalance:
    with ReadOnlyUnitOfWork(engine) as work:
        return work.journal.balances(community_id)


def kinds(engine, community_id) -> list[EntryKind]:
    with ReadOnlyUnitOfWork(engine) as work:
        return [row.entry.kind for row in work.journal.of_community(community_id)]


def test_close__settled_period__is_claimed_from_gse(engine, community) -> None:
    community_id, settlement = community
    found = accounts(engine, community_id)
    assert found.of(AccountKind.GSE_RECEIVABLE) == settlement.revenue_micro_eur > 0


def test_close__again__claims_nothing_more(engine, community) -> None:
    community_id, _ = community
    shop.close(engine, community_id, world.case())
    assert kinds(engine, community_id) == [EntryKind.CLAIM]


def test_close__wider_period__replaces_the_claims_inside_it(engine) -> None:
    first, second = world.case(), world.case(date(2024, 7, 4), date(2024, 7, 6))
    community_id = shop.stocked(engine, first)
    shop.stocked(engine, second)
    whole = replace(first, community=replace(first.community, end=second.community.end))
    shop.close(engine, community_id, first)
    settled = shop.close(engine, community_id, whole)
    found = accounts(engine, community_id)
    assert found.of(AccountKind.GSE_RECEIVABLE) == settled.revenue_micro_eur
    assert kinds(engine, community_id) == [EntryKind.CLAIM, EntryKind.REVERSAL, EntryKind.CLAIM]
    shop.close(engine, community_id, second)
    assert accounts(engine, community_id) == found


def test_distribute__accounts__are_the_distribution_s_balances_pool_and_carry(
    engine, community, distribution
) -> None:
    community_id, settlement = community
    found = accounts(engine, community_id)
    with ReadOnlyUnitOfWork(engine) as work:
        balances = work.distributions.balances(distribution.id)
        leaves = work.payouts.of_distribution(distribution.id)
    assert found.members(AccountKind.MEMBER) == {
        row.member: row.balance_micro_eur for row in balances if row.balance_micro_eur
    }
    assert found.members(AccountKind.PAYABLE) == {row.member: row.amount_micro_eur for row in leaves}
    assert found.carry_micro_eur == distribution.carry_micro_eur
    assert found.of(AccountKind.PRODUCERS_POOL) == distribution.unallocated_micro_eur
    assert found.of(AccountKind.SOCIAL_FUND) == distribution.social_micro_eur
    assert found.of(AccountKind.BANK) == 185_000_000
    assert found.of(AccountKind.GSE_FEE) == 15_000_000
    assert found.of(AccountKind.GSE_RECEIVABLE) == settlement.revenue_micro_eur - 200_000_000


def _mark(engine, distribution, leaves, state) -> None:
    with UnitOfWork(engine) as work:
        mark_payouts(work, distribution.id, leaves, state)
        work.commit()


def test_mark_payouts__ordered_returned_and_confirmed__move_between_the_accounts(
    engine, community, distribution
) -> None:
    community_id, _ = community
    before = accounts(engine, community_id)
    for state in (PayoutState.RESERVED, PayoutState.ORDERED):
        _mark(engine, distribution, {1: None}, state)
    ordered = accounts(engine, community_id).of(AccountKind.IN_TRANSIT, "P2")
    assert ordered == before.of(AccountKind.PAYABLE, "P2") > 0
    _mark(engine, distribution, {1: None}, PayoutState.RELEASED)
    assert accounts(engine, community_id) == before
    for state in (PayoutState.RESERVED, PayoutState.ORDERED, PayoutState.CONFIRMED):
        _mark(engine, distribution, {1: "TRN 7"}, state)
    found = accounts(engine, community_id)
    assert found.of(AccountKind.BANK) == before.of(AccountKind.BANK) - ordered
    assert found.promised_micro_eur == before.promised_micro_eur - ordered


def test_mark_payouts__refused__posts_nothing(engine, community, distribution) -> None:
    before = accounts(engine, community[0])
    with pytest.raises(Exception, match="cannot go"):
        _mark(engine, distribution, {0: None, 1: None}, PayoutState.PAID)
    assert accounts(engine, community[0]) == before


def _state(engine, distribution_id):
    with UnitOfWork(engine) as work:
        return state_of(work, distribution_id)


def test_life__leaves_all_paid__is_paid_once_it_was_posted(engine, distribution) -> None:
    assert _state(engine, distribution.id) is State.APPROVED
    with UnitOfWork(engine) as work:
        note_posted(work, distribution.id, "publisher")
        note_posted(work, distribution.id, "publisher")
        leaves = work.payouts.of_distribution(distribution.id)
        work.commit()
    assert _state(engine, distribution.id) is State.POSTED
    bank = {row.leaf_index: None for row in leaves if row.channel is Channel.BANK}
    _mark(engine, distribution, {0: None}, PayoutState.PAID)
    _mark(engine, distribution, bank, PayoutState.RESERVED)
    assert _state(engine, distribution.id) is State.POSTED
    _mark(engine, distribution, bank, PayoutState.CONFIRMED)
    assert _state(engine, distribution.id) is State.PAID


@pytest.mark.parametrize("state", [State.DRAFT, State.CHECKED, State.PAID, State.FINAL, State.WITHDRAWN])
def test_life__step_that_is_not_allowed__is_refused(engine, distribution, state) -> None:
    with UnitOfWork(engine) as work, pytest.raises(LifecycleRefused, match=f"from approved to {state}"):
        advance(work, distribution.id, state, "somebody")


def test_life__steps__say_who_made_them(engine, distribution) -> None:
    with ReadOnlyUnitOfWork(engine) as work:
        steps = work.lifecycles.steps(distribution.id)
    assert [row.state for row in steps] == [State.DRAFT, State.CHECKED, State.APPROVED]
    assert {row.actor for row in steps} == {"the service"}
    assert [row.name for row in steps[1].findings] == ABOVE
    assert steps[2].acknowledged == ("RECEIVED_ABOVE_COMPUTED", "RECEIVED_BELOW_COMPUTED")


@pytest.fixture
def draft(engine, community):
    community_id, settlement = community
    receipt = shop.receive(engine, community_id, shop.terms())
    with UnitOfWork(engine) as work:
        made = draft_distribution(work, community_id, [receipt.id], [settlement.id], "ada")
        work.commit()
    return made


def _checked(engine, draft):
    with UnitOfWork(engine) as work:
        findings = check_distribution(work, draft.id, "ben")
        work.commit()
    return [row.name for row in findings]


def _approve(engine, draft, acknowledged=ABOVE):
    with UnitOfWork(engine) as work:
        found = approve_distribution(work, draft.id, "cleo", acknowledged)
        work.commit()
    return found


def test_draft__again__is_the_open_one(engine, community, draft) -> None:
    with UnitOfWork(engine) as work:
        again = draft_distribution(work, draft.community_id, draft.receipts, draft.settlements, "dan")
    assert again == draft


def test_draft__alone__binds_nobody(engine, community, draft) -> None:
    _checked(engine, draft)
    with ReadOnlyUnitOfWork(engine) as work:
        assert work.distributions.of_community(draft.community_id) == []
        assert [row.topic for row in work.outbox.rows(draft.community_id)][-1] == "credit"
    assert kinds(engine, draft.community_id) == [EntryKind.CLAIM, EntryKind.RECEIPT]


def test_approve__not_checked__is_refused(engine, draft) -> None:
    with pytest.raises(LifecycleRefused, match="from draft to approved"):
        _approve(engine, draft)


def test_approve__findings_not_acknowledged__names_them_and_changes_nothing(engine, draft) -> None:
    assert _checked(engine, draft) == ABOVE
    with pytest.raises(FindingsNotAcknowledged) as refusal:
        _approve(engine, draft, [])
    assert refusal.value.names == tuple(ABOVE)
    assert _state(engine, draft.id) is State.CHECKED


def test_approve__checked_and_acknowledged__is_the_distribution_of_that_id(engine, draft) -> None:
    _checked(engine, draft)
    found = _approve(engine, draft)
    assert (found.id, found.number) == (draft.id, 1)
    assert _approve(engine, draft) == found
    assert _state(engine, draft.id) is State.APPROVED


def test_approve__payee_changed_since_the_check__is_refused(engine, draft) -> None:
    _checked(engine, draft)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE community_members SET iban = 'IT07X0542811101000000654321' WHERE code = 'P2'")
        )
    with pytest.raises(ChangedSinceCheck):
        _approve(engine, draft)
    assert _checked(engine, draft) == ABOVE
    _approve(engine, draft)


def test_withdraw__draft__frees_its_receipts(engine, draft) -> None:
    with UnitOfWork(engine) as work:
        withdraw_distribution(work, draft.id, "ada")
        again = draft_distribution(work, draft.community_id, draft.receipts, draft.settlements, "ada")
        assert again.id != draft.id
        with pytest.raises(LifecycleRefused):
            check_distribution(work, draft.id, "ada")


def test_approve__receipt_divided_by_another_draft__is_refused(engine, community, draft) -> None:
    _checked(engine, draft)
    shop.share_out(engine, draft.community_id, draft.receipts, draft.settlements, wallets=False)
    with pytest.raises(AlreadyDistributed):
        _approve(engine, draft)


def test_check__no_such_draft__is_not_found(engine) -> None:
    with UnitOfWork(engine) as work, pytest.raises(NotFound, match="draft"):
        check_distribution(work, uuid7(), "ada")


def settled_again(engine, settlement: StoredSettlement, weights: dict[str, int]) -> StoredSettlement:
    """The same period with other weights, as better readings would give."""
    newer = replace(settlement, id=uuid7(), supersedes=settlement.id, reason="better readings")
    with UnitOfWork(engine) as work:
        rows = [
            replace(row, weight=weights.get(row.member, 0)) for row in work.settlements.members(settlement.id)
        ]
        work.settlements.add(newer, rows, [])
        work.commit()
    return newer


def test_correction__period_settled_again__is_netted_by_the_next_distribution(
    engine, community, distribution
) -> None:
    community_id, settlement = community
    with ReadOnlyUnitOfWork(engine) as work:
        old = {row.member: row.entitlement_micro_eur for row in work.distributions.balances(distribution.id)}
        residues = {row.member: row.balance_micro_eur for row in work.distributions.balances(distribution.id)}
    newer = settled_again(engine, settlement, {"P2": 1, "P3": 1})
    receipt = shop.receive(engine, community_id, shop.terms("CRO 2", 100))
    after = shop.share_out(engine, community_id, [receipt.id], [newer.id], acknowledged=[*ABOVE, "SHORTFALL"])
    divided = sum(old.values())
    with ReadOnlyUnitOfWork(engine) as work:
        rows = {row.member: row for row in work.distributions.balances(after.id)}
        (corrected,) = [
            row.entry
            for row in work.journal.of_community(community_id)
            if row.entry.kind is EntryKind.CORRECTION
        ]
        (entitlement,) = [
            row for row in work.journal.of_source(distribution.id) if row.kind is EntryKind.ENTITLEMENT
        ]
    assert (corrected.corrects, corrected.source_id) == (entitlement.id, newer.id)
    assert corrected.cause is Cause.METER_CORRECTION
    for member, before in old.items():
        now = {"P2": divided - divided // 2, "P3": divided // 2}.get(member, 0)
        assert rows[member].previous_micro_eur == residues[member] + now - before
        if member not in {"P2", "P3"}:
            assert rows[member].leaf_micro_eur == 0
            assert rows[member].balance_micro_eur < 0
    assert sum(row.leaf_micro_eur for row in rows.values()) <= after.pool_micro_eur
    found = accounts(engine, community_id)
    assert found.carry_micro_eur == after.carry_micro_eur


def test_correction__taken__is_not_taken_again(engine, community, distribution) -> None:
    community_id, settlement = community
    newer = settled_again(engine, settlement, {"P2": 1, "P3": 1})
    for number in (2, 3):
        receipt = shop.receive(engine, community_id, shop.terms(f"CRO {number}", 100))
        shop.share_out(engine, community_id, [receipt.id], [newer.id], acknowledged=[*ABOVE, "SHORTFALL"])
    assert kinds(engine, community_id).count(EntryKind.CORRECTION) == 1


def test_correction__owed_more_than_the_pool__is_a_finding_and_stays_owed(
    engine, community, distribution
) -> None:
    community_id, settlement = community
    newer = settled_again(engine, settlement, {"P2": 1})
    receipt = shop.receive(engine, community_id, shop.terms("CRO 2", 1))
    with pytest.raises(FindingsNotAcknowledged, match="SHORTFALL"):
        shop.share_out(engine, community_id, [receipt.id], [newer.id])
    after = shop.share_out(engine, community_id, [receipt.id], [newer.id], acknowledged=[*ABOVE, "SHORTFALL"])
    with ReadOnlyUnitOfWork(engine) as work:
        rows = {row.member: row for row in work.distributions.balances(after.id)}
    assert rows["P2"].leaf_micro_eur == after.pool_micro_eur // 10_000 * 10_000
    assert rows["P2"].balance_micro_eur > 0


def test_leaver__negative_balance__becomes_a_receivable_and_carry_stays(
    engine, community, distribution
) -> None:
    community_id, settlement = community
    newer = settled_again(engine, settlement, {"P2": 1, "P3": 1})
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE community_members SET joined_on = '2024-01-01', left_on = '2024-08-31', "
                "status = 'left' WHERE code = 'P4'"
            )
        )
    receipt = shop.receive(engine, community_id, shop.terms("CRO 2", 100))
    after = shop.share_out(engine, community_id, [receipt.id], [newer.id], acknowledged=[*ABOVE, "SHORTFALL"])
    found = accounts(engine, community_id)
    assert found.of(AccountKind.MEMBER_RECEIVABLE, "P4") > 0
    assert found.of(AccountKind.MEMBER, "P4") == 0
    assert found.carry_micro_eur == after.carry_micro_eur


def test_correction__better_readings_closed_again__changes_claim_and_balances(engine) -> None:
    """From a meter's correction to the member's balance, through the closing itself."""
    case = world.case()
    community_id = shop.stocked(engine, case)
    first = shop.close(engine, community_id, case)
    receipt = shop.receive(engine, community_id, shop.terms())
    divided = shop.share_out(engine, community_id, [receipt.id], [first.id])
    with UnitOfWork(engine) as work:
        better = world.case(date(2024, 7, 1), date(2024, 7, 2), factor=3)
        import_readings(work, community_id, better, shop.AS_OF + timedelta(days=1))
        work.commit()
    second = shop.close(engine, community_id, case, shop.AS_OF + timedelta(days=2))
    assert second.supersedes == first.id
    found = accounts(engine, community_id)
    assert found.of(AccountKind.GSE_RECEIVABLE) == second.revenue_micro_eur - 200_000_000
    late = shop.receive(engine, community_id, shop.terms("CRO 2", 100))
    after = shop.share_out(engine, community_id, [late.id], [second.id], acknowledged=[*ABOVE, "SHORTFALL"])
    with ReadOnlyUnitOfWork(engine) as work:
        (corrected,) = work.journal.standing(community_id, EntryKind.CORRECTION)
        weights = {row.member: row.weight for row in work.settlements.members(second.id)}
        old = {row.member: row.entitlement_micro_eur for row in work.distributions.balances(divided.id)}
        assert reconcile_accounts(work, community_id) == []
    # By the other weights each member's part of the 140 EUR would have been this, to the micro-euro.
    for member, weight in weights.items():
        exact = Fraction(140_000_000 * weight, sum(weights.values()))
        moved = -corrected.amount_of(Account(AccountKind.MEMBER, member))
        assert abs(old[member] + moved - exact) < 1
    assert accounts(engine, community_id).carry_micro_eur == after.carry_micro_eur


def test_leaver__who_stays_after_all__has_its_negative_balance_again(engine, community, distribution) -> None:
    community_id, settlement = community
    newer = settled_again(engine, settlement, {"P2": 1, "P3": 1})
    for number, left in ((2, "'2024-08-31'"), (3, "NULL")):
        with engine.begin() as connection:
            words = f"joined_on = '2024-01-01', left_on = {left}, status = 'active'"
            connection.execute(text(f"UPDATE community_members SET {words} WHERE code = 'P4'"))
        receipt = shop.receive(engine, community_id, shop.terms(f"CRO {number}", 100))
        shop.share_out(engine, community_id, [receipt.id], [newer.id], acknowledged=[*ABOVE, "SHORTFALL"])
    found = accounts(engine, community_id)
    assert found.of(AccountKind.MEMBER_RECEIVABLE, "P4") == 0
    assert found.of(AccountKind.MEMBER, "P4") < 0
