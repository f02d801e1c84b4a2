"""A-7: what the database refuses of the accounts, whoever writes."""

from datetime import date

import pytest
from sqlalchemy import text

from community.store.unit_of_work import ReadOnlyUnitOfWork, UnitOfWork
from settlement.domain.accounting.account import AccountKind
from settlement.domain.accounting.entry import Cause, Entry, EntryKind
from settlement.domain.accounting.fund import Fund, fund_spent
from settlement.domain.accounting.posting import credit, debit, postings
from settlement.domain.accounting.reversal import reversal
from settlement.domain.identifiers import uuid7
from tests.settlement.store import world
from tests.settlement.usecases import shop


@pytest.fixture
def community_id(engine):
    return shop.stocked(engine, world.case())


@pytest.fixture
def entry(engine, community_id):
    made = fund_spent(Fund.GRID, 5, date(2024, 9, 30), "resolution 3")
    _add(engine, community_id, made)
    return made


def _add(engine, community_id, *entries: Entry) -> None:
    with UnitOfWork(engine) as work:
        work.journal.add(community_id, entries)
        work.commit()


def test_journal__entry__is_read_back_as_it_was_written(engine, community_id, entry) -> None:
    with ReadOnlyUnitOfWork(engine) as work:
        (found,) = work.journal.of_community(community_id)
        balances = work.journal.balances(community_id)
    assert (found.entry, found.entry.id) == (entry, entry.id)
    assert balances.of(AccountKind.GRID_FUND) == -5


@pytest.mark.parametrize(("day", "expected"), [(date(2024, 9, 29), 0), (date(2024, 9, 30), -5)])
def test_balances__up_to_a_day__hold_what_took_effect(engine, community_id, entry, day, expected) -> None:
    with ReadOnlyUnitOfWork(engine) as work:
        assert work.journal.balances(community_id, day).of(AccountKind.GRID_FUND) == expected


@pytest.mark.parametrize("amounts", [(5, -4), (5,), ()])
def test_database__entry_that_does_not_balance__is_refused_at_commit(engine, community_id, amounts) -> None:
    entry_id = uuid7()
    with engine.connect() as connection:
        connection.execute(
            text(
                "INSERT INTO accounting_entries (id, community_id, kind, effective_on, note) "
                "VALUES (:id, :community, 'spending', '2024-09-30', '')"
            ),
            {"id": entry_id, "community": community_id},
        )
        for account, amount in zip(("grid_fund", "bank"), amounts, strict=False):
            connection.execute(
                text("INSERT INTO accounting_postings VALUES (:entry, :account, '', :community, :amount)"),
                {"entry": entry_id, "account": account, "community": community_id, "amount": amount},
            )
        with pytest.raises(Exception, match="does not balance"):
            connection.commit()


def test_database__posting_to_an_earlier_entry__is_refused(engine, community_id, entry) -> None:
    with engine.connect() as connection, pytest.raises(Exception, match="was recorded before"):
        connection.execute(
            text("INSERT INTO accounting_postings VALUES (:entry, 'costs', '', :community, 1)"),
            {"entry": entry.id, "community": community_id},
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounting_postings SET amount_micro_eur = amount_micro_eur + 1",
        "DELETE FROM accounting_postings",
        "UPDATE accounting_entries SET note = 'x'",
        "DELETE FROM accounting_entries",
    ],
)
def test_database__change_of_what_was_posted__is_refused(engine, entry, statement) -> None:
    with engine.connect() as connection, pytest.raises(Exception, match="append-only"):
        connection.execute(text(statement))


def test_database__same_fact_twice__is_refused(engine, community_id) -> None:
    lines = postings([debit(AccountKind.GSE_RECEIVABLE, 5), credit(AccountKind.INCENTIVE, 5)])
    source = uuid7()
    _add(engine, community_id, Entry(EntryKind.CLAIM, lines, source))
    with pytest.raises(Exception, match="uq_accounting_entries_fact"):
        _add(engine, community_id, Entry(EntryKind.CLAIM, lines, source))


def test_database__entry_taken_back_twice__is_refused(engine, community_id, entry) -> None:
    _add(engine, community_id, reversal(entry, Cause.MISTAKE))
    with pytest.raises(Exception, match="uq_accounting_entries_reversal"):
        _add(engine, community_id, reversal(entry, Cause.MISTAKE))


def test_standing__entry_that_was_taken_back__is_not_there(engine, community_id, entry) -> None:
    with UnitOfWork(engine) as work:
        assert work.journal.standing(community_id, EntryKind.SPENDING) == [entry]
        work.journal.add(community_id, [reversal(entry, Cause.MISTAKE)])
        assert work.journal.standing(community_id, EntryKind.SPENDING) == []
