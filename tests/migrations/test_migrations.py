"""The schema that the migrations make is the one that the tables describe, with rows in it too."""

import ast
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, text
from sqlmodel import SQLModel

import community.store.tables  # noqa: F401 - its tables join SQLModel.metadata
import oracle.store.tables  # noqa: F401 - its tables join SQLModel.metadata
import settlement.store.tables  # noqa: F401 - its tables join SQLModel.metadata
from community.store.unit_of_work import UnitOfWork
from community.usecases.register_community import register_community
from settlement.bankfile import write_payment_file
from settlement.bootstrap import database_revision, downgrade_database, upgrade_database
from settlement.domain.accounting.fund import Fund
from settlement.domain.accounting.late_return import sent_back_late
from settlement.domain.bank_orders import PaymentState
from settlement.domain.identifiers import uuid7
from settlement.domain.payees import Payee
from settlement.domain.payout_states import Channel, PayoutState
from settlement.domain.single_payouts import SinglePayout, SingleState
from settlement.store.engine import open_engine
from settlement.usecases.booking import Booking
from settlement.usecases.mark_payouts import mark_payouts
from settlement.usecases.note_singles import note_ended, note_opened
from settlement.usecases.order_at_bank import OrderTerms, order_at_bank
from settlement.usecases.reconcile_accounts import reconcile_accounts
from settlement.usecases.redivide import cancel_distributions
from settlement.usecases.repay_member import repay_member
from tests.settlement.store import world
from tests.settlement.usecases import shop

VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"
IBAN = "IT60X0542811101000000123456"
FILES = sorted(VERSIONS.glob("*.py"))


@pytest.fixture
def empty(empty_database_url):
    opened = open_engine(empty_database_url)
    yield opened
    opened.dispose()


def _differences(engine: Engine) -> list:
    with engine.connect() as connection:
        partitions = set(
            connection.execute(text("SELECT relname FROM pg_class WHERE relispartition")).scalars()
        )
        options = {
            "compare_type": True,
            "compare_server_default": True,
            "include_name": lambda name, kind, parents: kind != "table" or name not in partitions,
        }
        context = MigrationContext.configure(connection, opts=options)
        return compare_metadata(context, SQLModel.metadata)


def test_migrations__from_nothing__make_what_the_tables_describe(engine) -> None:
    assert _differences(engine) == []


def test_migrations__with_partitions__still_are_what_the_tables_describe(engine) -> None:
    shop.stocked(engine, world.case(date(2024, 6, 29), date(2024, 7, 2)))
    assert _differences(engine) == []


def test_migrations__rows_of_every_kind__survive_the_newest_revision(engine) -> None:
    """Each release adds revisions above rows that are there: go one step down and up again over them."""
    case = world.case()
    community_id = shop.stocked(engine, case)
    stored = shop.close(engine, community_id, case)
    before = _counts(engine)
    downgrade_database(engine, "2026_11_22_01e")
    upgrade_database(engine)
    assert _counts(engine) == before
    with UnitOfWork(engine) as work:
        # The way down drops what an earlier version did not keep.
        assert work.settlements.get(stored.id) == replace(stored, terms=None, unverified_rules=None)
    assert _differences(engine) == []


def test_migrations__money_from_before_the_accounts__enters_them_as_if_it_had_always(engine) -> None:
    """Leaves in each state, a cancellation, a new plan: down and up again, the sums are equal."""
    case = world.case()
    community_id = shop.stocked(engine, case, {"P1": Payee("P1", Channel.WALLET, bytes(20), consent=True)})
    settlement = shop.close(engine, community_id, case)
    for number, euro in enumerate((200, 100), start=1):
        wanted = shop.terms(f"CRO {number}", euro, fee_withheld_micro_eur=15_000_000)
        receipt = shop.receive(engine, community_id, wanted)
        distribution = shop.share_out(engine, community_id, [receipt.id], [settlement.id])
    planned = shop.receive(engine, community_id, shop.terms("CRO 4", 30))
    shop.share_out(engine, community_id, [planned.id], [settlement.id])
    shop.receive(engine, community_id, shop.terms("CRO 3", 7))
    with UnitOfWork(engine) as work:
        mark_payouts(work, distribution.id, {0: None}, PayoutState.PAID)
        for state, leaves in (("reserved", (1, 2, 3, 4)), ("ordered", (2, 3)), ("confirmed", (3, 4))):
            mark_payouts(work, distribution.id, dict.fromkeys(leaves), PayoutState(state))
        # The first was cancelled when the vault had two: the third is planned anew.
        cancel_distributions(work, community_id, [1], 2, wallets=True)
        work.commit()
        before = work.journal.balances(community_id)
        states = work.lifecycles.states(community_id)
    downgrade_database(engine, "2026_11_25_61")
    upgrade_database(engine)
    with UnitOfWork(engine) as work:
        assert work.journal.balances(community_id) == before
        assert work.lifecycles.states(community_id) == states
        assert reconcile_accounts(work, community_id) == []


def test_migrations__spendings_and_late_returns__enter_the_accounts(engine) -> None:
    """Down, where neither had entries, and up again: late returns are there, the books agree."""
    case = world.case()
    community_id = shop.stocked(engine, case, {"P2": Payee("P2", Channel.BANK, None, IBAN)})
    settlement = shop.close(engine, community_id, case)
    receipt = shop.receive(engine, community_id, shop.terms())
    distribution = shop.share_out(engine, community_id, [receipt.id], [settlement.id])
    with UnitOfWork(engine) as work:
        leaves = {row.leaf_index: None for row in work.payouts.of_distribution(distribution.id)}
        mark_payouts(work, distribution.id, leaves, PayoutState.RESERVED)
        now = datetime(2024, 12, 4, tzinfo=UTC)
        terms = OrderTerms(date(2024, 12, 6), IBAN)
        order_at_bank(work, write_payment_file, community_id, distribution.id, terms, now)
        (payment,) = work.bank_orders.payments(community_id)
        day = date(2024, 12, 9)
        back = replace(payment, state=PaymentState.RETURNED, returned_on=day, return_reason="AC04", late=True)
        work.bank_orders.set_payment(back)
        work.journal.add(community_id, [sent_back_late(back)])
        late = work.journal.balances(community_id)
        spent = SinglePayout(
            uuid7(), community_id, 31337, bytes(20), 2**31, 10_000, Fund.SOCIAL, None, bytes(32), day
        )
        note_opened(work, community_id, [spent])
        note_ended(work, community_id, spent.vault, spent.number, SingleState.PAID, day)
        repay_member(work, community_id, "P2", Booking(10_000, day, "TRN 5"))
        assert reconcile_accounts(work, community_id) == []
        work.commit()
    downgrade_database(engine, "2026_11_26_40")
    upgrade_database(engine)
    with UnitOfWork(engine) as work:
        assert work.journal.balances(community_id) == late
        assert reconcile_accounts(work, community_id) == []


def test_migrations__rows_of_the_first_revision__survive_all_others(empty) -> None:
    upgrade_database(empty)
    with UnitOfWork(empty) as work:
        wanted = world.community(date(2024, 7, 1), date(2024, 8, 1))
        community_id = register_community(work, wanted).community_id
        work.commit()
    # Down to the tables of the first revision: later columns are gone, and come back with their defaults.
    downgrade_database(empty, "2026_11_22_01a")
    upgrade_database(empty)
    with UnitOfWork(empty) as work:
        assert work.communities.terms(community_id, wanted.start, wanted.end) == wanted


def test_migrations__down_to_nothing_and_up_again__make_the_same(engine) -> None:
    downgrade_database(engine, "base")
    with engine.connect() as connection:
        tables = (
            connection.execute(
                text(
                    "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'v') "
                    "AND relnamespace = 'public'::regnamespace"
                )
            )
            .scalars()
            .all()
        )
    assert tables == ["alembic_version"]
    upgrade_database(engine)
    assert _differences(engine) == []


def test_upgrade__already_there__changes_nothing(engine) -> None:
    current, newest = database_revision(engine)
    assert current == newest
    upgrade_database(engine)
    assert database_revision(engine) == (current, newest)


def test_revision__empty_database__has_none(empty) -> None:
    assert database_revision(empty)[0] is None


def test_upgrade__two_processes_at_once__both_find_it_done(empty_database_url) -> None:
    program = (
        "import sys; from settlement.bootstrap import upgrade_database; "
        "from settlement.store.engine import open_engine; upgrade_database(open_engine(sys.argv[1]))"
    )
    command = [sys.executable, "-c", program, empty_database_url]
    both = [subprocess.Popen(command) for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]


def test_upgrade__table_is_locked__gives_up_soon(empty, monkeypatch) -> None:
    upgrade_database(empty, "2026_11_22_01e")
    with empty.connect() as holder:
        holder.execute(text("LOCK TABLE energy_transactions IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(Exception, match="lock timeout"):
            upgrade_database(empty)


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_migration__each__is_named_explained_and_imports_no_application_code(file: Path) -> None:
    tree = ast.parse(file.read_text())
    revision = next(
        node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "revision"
    )
    assert re.fullmatch(r"\d{4}_\d{2}_\d{2}_\w+_[a-z_]+", file.stem)
    assert file.stem.startswith(revision)
    assert ast.get_docstring(tree)
    imported = {
        name
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert {name.split(".")[0] for name in imported} <= {"alembic", "sqlalchemy"}


def _counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {name: _count(connection, name) for name in _tables(connection)}


def _tables(connection: Connection) -> list[str]:
    query = (
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    )
    names = connection.execute(text(query)).scalars().all()
    return sorted(name for name in names if name != "alembic_version")


def _count(connection: Connection, table: str) -> int:
    return connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
