"""kill -9 at the steps that other files do not reach: import by command, attest, pay.

condivisa import
└── when it is killed between copying and committing it should leave nothing, and store each reading once
attest
├── when asking and collecting die around each of their commits
│   └── it should ask for the same reports, keep each signature once, and post the month once
└── when a file is written by a process that dies it should be there whole or not at all
pay
└── when dividing, ordering, the bank's statement and the vault's orders die around their commits
    └── it should end with the leaves, payments, messages and books of who did not die
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, text

from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork, OracleUnitOfWork
from oracle.usecases.ask_reporters import ask_reporters, collect
from oracle.usecases.attestation_request import request_document
from oracle.usecases.import_statement import import_statement
from oracle.usecases.pay import confirm_payouts, reserve_again
from oracle.usecases.publish import publish
from oracle.wiring import OpenChain, publishing
from settlement.bankfile import read_statement, write_payment_file
from settlement.bootstrap import upgrade_database
from settlement.casefile.atomic import atomic_stream
from settlement.domain.records import ReceiptKind
from settlement.store.engine import open_engine
from settlement.usecases.approve_distribution import approve_distribution
from settlement.usecases.check_distribution import check_distribution
from settlement.usecases.draft_distribution import draft_distribution
from settlement.usecases.order_at_bank import order_at_bank
from settlement.usecases.reconcile_accounts import reconcile_accounts
from settlement.usecases.record_receipt import ReceiptTerms, record_receipt
from tests.cli.processes import ROOT, command, run
from tests.cli.small_case import write_small_case
from tests.faults.dying import FORK, DyingWork, die_at_every_commit
from tests.oracle.usecases.anew import accepted, undistributed_world
from tests.oracle.usecases.reporters import THREE, deployed, signed
from tests.oracle.usecases.test_bank import (
    BY_BANK,
    NOW,
    TERMS,
    camt,
    debits,
    eur,
    payments,
    reserve_all,
    returned,
)
from tests.oracle.world import World, settled_world

Action = Callable[[Engine, type[DyingWork]], Any]

# --- import ----------------------------------------------------------------------------------------------


def blocked_by(holder: psycopg.Connection[Any], process: subprocess.Popen[bytes]) -> None:
    """Wait until a process stands at the lock that we hold."""
    deadline = time.monotonic() + 60
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    while holder.execute(waiting).fetchone() == (0,):
        assert process.poll() is None, "it ended before it came to the lock"
        assert time.monotonic() < deadline, "it did not come to the lock"
        time.sleep(0.05)


def test_import__command_killed_between_copy_and_commit__leaves_nothing_and_goes_on(
    database_url: str, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    case = write_small_case(tmp_path / "case")
    arguments = ("import", case, "--state", tmp_path / "state")

    def rows() -> int:
        with engine.connect() as connection:
            return connection.execute(text("SELECT count(*) FROM meter_readings")).scalar_one()

    address = database_url.replace("+psycopg", "")
    with psycopg.connect(address) as holder:
        # Prices are stored after the readings were copied, and all who store prices wait for each other.
        holder.execute("SELECT pg_advisory_xact_lock(hashtextextended('prices', 0))")
        process = subprocess.Popen(
            command(*arguments), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        blocked_by(holder, process)
        process.send_signal(signal.SIGKILL)
        process.wait()
        holder.rollback()
    assert rows() == 0
    for _ in range(2):
        done = run(*arguments)
        assert done.returncode == 0, done.stderr
        assert rows() == 14 * 28


# --- attest ----------------------------------------------------------------------------------------------


@pytest.mark.node
def test_attest__asking_and_collecting_die_around_each_commit__posts_the_month_once(
    engine: Engine, database_url: str, opened: OpenChain
) -> None:
    operator = deployed(undistributed_world(engine), opened)
    world = operator.world

    def ask(engine: Engine, work: type[DyingWork]) -> None:
        context = replace(publishing(engine, operator.opened), unit=lambda: work(engine))
        ask_reporters(context, lambda: OracleReadOnlyUnitOfWork(engine), world.community_id)

    assert die_at_every_commit(database_url, ask) > 8
    documents = [request_document(request) for request in operator.ask().requests]
    assert documents == operator.documents()
    deaths = 0
    for document in documents:
        for account in THREE:
            attestation = signed(operator, document, account)

            def take(engine: Engine, work: type[DyingWork], attestation: Any = attestation) -> None:
                context = replace(publishing(engine, operator.opened), unit=lambda: work(engine))
                found = collect(context, world.community_id, attestation)
                assert (found.refused, len(found.new) + len(found.known)) == ([], 1)

            if document is documents[0]:
                deaths += die_at_every_commit(database_url, take)
            operator.collect(attestation)
    assert deaths >= 2 * len(THREE)
    with engine.connect() as connection:
        counted = connection.execute(text("SELECT count(*) FROM attestations")).scalar_one()
    assert counted == len(documents) * len(THREE)
    assert publish(publishing(engine, operator.opened)).stopped == {}
    assert len(accepted(world)) == 31
    nonces = [row.nonce for row in world.transactions()]
    assert nonces == list(range(len(nonces)))


@pytest.mark.parametrize("before", [None, b"what was there"])
def test_file__writer_dies_before_the_end__is_the_former_one(before: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "attestation.json"
    if before is not None:
        file.write_bytes(before)

    def write() -> None:
        with atomic_stream(file) as stream:
            stream.write(b"half of a sig")
            stream.flush()
            os.kill(os.getpid(), signal.SIGKILL)

    process = FORK.Process(target=write)
    process.start()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL
    assert (file.read_bytes() if file.exists() else None) == before


# --- pay -------------------------------------------------------------------------------------------------


def steps_of_the_treasurer(world: World) -> list[Action]:
    """From money that came in to what came back; each is done again and again."""
    community, first = world.community_id, world.distribution.id
    terms = ReceiptTerms(ReceiptKind.BALANCE, NOW.date(), 77_770_000, "TRN-2")
    late = NOW + timedelta(days=3)

    def divide(engine: Engine, unit: type[DyingWork]) -> None:
        with unit(engine) as work:
            receipt = record_receipt(work, community, terms)
            work.commit()
        if receipt.distribution_id is None:
            with OracleReadOnlyUnitOfWork(engine) as reading:
                (receipt,) = reading.receipts.of_ids([receipt.id])
        if receipt.distribution_id is not None:
            return
        with unit(engine) as work:
            draft = draft_distribution(work, community, [receipt.id], [world.settlement.id], "Ada")
            work.commit()
            check_distribution(work, draft.id, "Ada")
            work.commit()
            seen = ["RECEIVED_ABOVE_COMPUTED", "RECEIVED_BELOW_COMPUTED", "SHORTFALL"]
            approve_distribution(work, draft.id, "Bo", seen)
            work.commit()

    def order(engine: Engine, unit: type[DyingWork]) -> None:
        with unit(engine) as work:
            order_at_bank(work, write_payment_file, community, first, TERMS, NOW)
            work.commit()

    def hear(engine: Engine, unit: type[DyingWork]) -> None:
        rows = payments(replace(world, engine=engine))
        gone = [returned(row.end_to_end_id, eur(row)) for row in rows[:2]]
        found = read_statement("estratto.xml", camt(*debits(rows[2:]), *gone))
        with unit(engine) as work:
            import_statement(work, community, found.entries, accept=True)
            work.commit()

    def confirm(engine: Engine, unit: type[DyingWork]) -> None:
        with unit(engine) as work:
            confirm_payouts(work, first, {3: "DEB31"})
            work.commit()

    def again(engine: Engine, unit: type[DyingWork]) -> None:
        with unit(engine) as work:
            reserve_again(work, first)
            order_at_bank(work, write_payment_file, community, first, TERMS, late)
            work.commit()

    return [divide, order, hear, confirm, again]


def money_of(world: World) -> dict[str, Any]:
    """What must not depend on deaths, without identities."""
    with OracleReadOnlyUnitOfWork(world.engine) as work:
        assert reconcile_accounts(work, world.community_id) == []
        distributions = work.distributions.of_community(world.community_id)
        return {
            "leaves": [
                (row.leaf_index, row.state, row.amount_micro_eur, row.bank_reference)
                for distribution in distributions
                for row in work.payouts.of_distribution(distribution.id)
            ],
            "payments": [
                (row.leaf_index, row.attempt, row.state, row.amount_micro_eur)
                for row in work.bank_orders.payments(world.community_id)
            ],
            "orders": [row.number for row in work.bank_orders.of_community(world.community_id)],
            "messages": [row.topic for row in work.outbox.open_rows(world.community_id)],
            "books": dict(work.journal.balances(world.community_id).amounts_micro_eur),
        }


def test_pay__every_step_dies_around_its_commits__ends_as_without_deaths(
    engine: Engine, database_url: str, empty_database_url: str
) -> None:
    ends, deaths = [], 0
    for url, dies in ((database_url, True), (empty_database_url, False)):
        opened = open_engine(url)
        upgrade_database(opened)
        world = settled_world(opened, payees=BY_BANK)
        reserve_all(world)
        for action in steps_of_the_treasurer(world):
            if dies:
                deaths += die_at_every_commit(url, action)
            action(opened, OracleUnitOfWork)  # type: ignore[arg-type]
        ends.append(money_of(world))
        opened.dispose()
    assert deaths > 10
    assert ends[0] == ends[1]
    assert ends[0]["messages"]
