"""A-11: the books are compared with what they are about, and closed only where both agree."""

from datetime import date

import pytest
from sqlalchemy import text

from community.store.unit_of_work import ReadOnlyUnitOfWork, UnitOfWork
from settlement.domain.accounting.account import AccountKind
from settlement.domain.accounting.entry import Cause, Entry, EntryKind
from settlement.domain.accounting.fund import Fund
from settlement.domain.accounting.lifecycle import DistributionState
from settlement.domain.accounting.posting import credit, debit, postings
from settlement.domain.errors import AccountsDiffer, BookingRefused
from settlement.domain.payout_states import PayoutState
from settlement.usecases.advance_distribution import note_posted, state_of
from settlement.usecases.booking import Booking
from settlement.usecases.close_accounts import close_accounts
from settlement.usecases.collect_receivable import collect_receivable
from settlement.usecases.mark_payouts import mark_payouts
from settlement.usecases.reconcile_accounts import reconcile_accounts
from settlement.usecases.reverse_entry import reverse_entry
from settlement.usecases.spend_fund import spend_fund
from tests.settlement.store import world
from tests.settlement.usecases import shop

DAY = date(2024, 10, 1)


@pytest.fixture
def community(engine):
    """Two distributions, leaves in several states, a receipt not divided, a fund that was spent from."""
    case = world.case()
    community_id = shop.stocked(engine, case)
    settlement = shop.close(engine, community_id, case)
    for number in (1, 2):
        wanted = shop.terms(f"CRO {number}", 200 * number, fee_withheld_micro_eur=15_000_000)
        receipt = shop.receive(engine, community_id, wanted)
        distribution = shop.share_out(engine, community_id, [receipt.id], [settlement.id])
    shop.receive(engine, community_id, shop.terms("CRO 3", 7))
    with UnitOfWork(engine) as work:
        for state, leaves in (("reserved", range(4)), ("ordered", (1, 2)), ("confirmed", (2, 3))):
            mark_payouts(work, distribution.id, dict.fromkeys(leaves), PayoutState(state))
        spend_fund(work, community_id, Fund.SOCIAL, Booking(5_000_000, DAY, "resolution 1"))
        work.commit()
    return community_id, distribution


def _differences(engine, community_id) -> list[str]:
    with ReadOnlyUnitOfWork(engine) as work:
        return reconcile_accounts(work, community_id)


def _tamper(engine, statement: str) -> None:
    """Change a row as somebody would who may drop triggers."""
    with engine.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text(statement))


def test_reconcile__everything_as_it_was_written__finds_nothing(engine, community) -> None:
    assert _differences(engine, community[0]) == []


@pytest.mark.parametrize(
    ("statement", "account"),
    [
        ("UPDATE bank_receipts SET net_micro_eur = net_micro_eur - 1, costs_micro_eur = 1 "
         "WHERE bank_reference = 'CRO 3'", "bank"),
        ("UPDATE distributions SET grid_micro_eur = grid_micro_eur + 1, "
         "social_micro_eur = social_micro_eur - 1 WHERE number = 1", "social_fund"),
        ("UPDATE payouts SET state = 'released' WHERE state = 'ordered'", "in_transit:P2"),
        ("UPDATE member_balances SET entitlement_micro_eur = entitlement_micro_eur + 1, "
         "balance_micro_eur = balance_micro_eur + 1 WHERE member = 'P3'", "member:P3"),
    ],
)  # fmt: skip
def test_reconcile__row_or_posting_changed_by_hand__names_the_account(
    engine, community, statement, account
) -> None:
    _tamper(engine, statement)
    assert account in [sentence.split(": ")[0] for sentence in _differences(engine, community[0])]


def test_reconcile__posting_deleted_by_hand__names_the_entry(engine, community) -> None:
    _tamper(engine, "DELETE FROM accounting_postings WHERE account = 'grid_fund'")
    found = _differences(engine, community[0])
    assert len(found) == 2
    assert found[0].endswith("does not balance: its postings add up to 18.500000 EUR")


def test_close__paid_distribution__becomes_final(engine, community) -> None:
    community_id, distribution = community
    with UnitOfWork(engine) as work:
        note_posted(work, distribution.id, "the vault")
        leaves = work.payouts.of_distribution(distribution.id)
        waiting = {row.leaf_index: None for row in leaves if row.state is PayoutState.PENDING}
        mark_payouts(work, distribution.id, waiting, PayoutState.RESERVED)
        mark_payouts(work, distribution.id, {row.leaf_index: None for row in leaves}, PayoutState.CONFIRMED)
        assert close_accounts(work, community_id, "ada") == [distribution.id]
        assert state_of(work, distribution.id) is DistributionState.FINAL
        assert close_accounts(work, community_id, "ada") == []


def test_close__accounts_that_differ__are_not_closed(engine, community) -> None:
    _tamper(engine, "UPDATE payouts SET state = 'released' WHERE state = 'ordered'")
    with UnitOfWork(engine) as work, pytest.raises(AccountsDiffer, match="in_transit"):
        close_accounts(work, community[0], "ada")


def test_spend__same_reference__is_posted_once(engine, community) -> None:
    with UnitOfWork(engine) as work:
        assert not spend_fund(work, community[0], Fund.SOCIAL, Booking(5_000_000, DAY, "resolution 1")).new
        with pytest.raises(BookingRefused, match="stands for another"):
            spend_fund(work, community[0], Fund.SOCIAL, Booking(6_000_000, DAY, "resolution 1"))


@pytest.mark.parametrize(
    ("amount", "reference", "reason"),
    [
        (10**9, "resolution 2", "the grid fund has"),
        (5, "resolution 2", "whole cents"),
        (0, "resolution 2", "more than nothing"),
        (10_000, "", "reference"),
    ],
)
def test_spend__more_than_there_is_or_nonsense__is_refused(
    engine, community, amount, reference, reason
) -> None:
    with UnitOfWork(engine) as work, pytest.raises(BookingRefused, match=reason):
        spend_fund(work, community[0], Fund.GRID, Booking(amount, DAY, reference))


def test_reverse__spending__is_taken_back_once_and_can_be_posted_anew(engine, community) -> None:
    community_id, _ = community
    with UnitOfWork(engine) as work:
        (spent,) = work.journal.standing(community_id, EntryKind.SPENDING)
        taken = reverse_entry(work, community_id, spent.id, Cause.MISTAKE, "the wrong fund")
        again = reverse_entry(work, community_id, spent.id, Cause.MISTAKE, "the wrong fund")
        assert (taken.new, again.new, again.entry.id) == (True, False, taken.entry.id)
        with pytest.raises(BookingRefused, match="still stands"):
            reverse_entry(work, community_id, spent.id, Cause.MISTAKE, "again")
        assert spend_fund(work, community_id, Fund.GRID, Booking(5_000_000, DAY, "resolution 1")).new
        assert reconcile_accounts(work, community_id) == []


def test_reverse__entry_that_follows_a_fact__is_refused(engine, community) -> None:
    community_id, distribution = community
    with UnitOfWork(engine) as work:
        division = work.journal.of_source(distribution.id)[0]
        with pytest.raises(BookingRefused):
            reverse_entry(work, community_id, division.id, Cause.MISTAKE, "no")


@pytest.fixture
def leaver(engine, community):
    """P4 left and owes 2 euro."""
    moved = [
        debit(AccountKind.MEMBER_RECEIVABLE, 2_000_000, "P4"),
        credit(AccountKind.MEMBER, 2_000_000, "P4"),
    ]
    with UnitOfWork(engine) as work:
        work.journal.add(community[0], [Entry(EntryKind.DEPARTURE, postings(moved))])
        work.commit()
    return community[0]


def test_collect__part_of_what_a_leaver_owes__is_posted_once(engine, leaver) -> None:
    with UnitOfWork(engine) as work:
        assert collect_receivable(work, leaver, "P4", Booking(1_500_000, DAY, "CRO 9")).new
        assert not collect_receivable(work, leaver, "P4", Booking(1_500_000, DAY, "CRO 9")).new
        found = work.journal.balances(leaver)
        assert found.of(AccountKind.MEMBER_RECEIVABLE, "P4") == 500_000
        assert found.of(AccountKind.RECOVERED) == 1_500_000
        assert reconcile_accounts(work, leaver) == []


def test_collect__more_than_is_owed__is_refused(engine, leaver) -> None:
    with UnitOfWork(engine) as work, pytest.raises(BookingRefused, match=r"owes 2\.000000 EUR"):
        collect_receivable(work, leaver, "P4", Booking(2_010_000, DAY, "CRO 9"))
