"""What the database itself guards on the ledger's side: nonces, steps, keys, signed reports."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from oracle.attest.day_list import Entry
from oracle.ports import Outcome, Signed
from oracle.records import ContractKind, Deployment, SignedReport, StoredTransaction, TransactionState
from oracle.store.unit_of_work import OracleUnitOfWork
from settlement.domain.identifiers import uuid7
from tests.oracle.world import FIRST, World, settled_world
from tests.settlement.store.world import pod_of

MONTH = 54 * 12 + 6
ENTRIES = (Entry(b"\x07" * 32, b"\x02" * 33), Entry(b"\x08" * 32, b"\x03" * 33))
OUTCOME = Outcome(b"\x01" * 32, True, 7, b"\x02" * 32, 21_000, None, ())


@pytest.fixture
def stored(engine: Engine) -> World:
    """A community whose messages wait."""
    return settled_world(engine)


@pytest.fixture
def work(stored: World) -> Iterator[OracleUnitOfWork]:
    """A transaction."""
    with OracleUnitOfWork(stored.engine) as opened:
        yield opened


@pytest.fixture
def message(work: OracleUnitOfWork, stored: World) -> UUID:
    """Id of the first message."""
    found = work.outbox.next_open(stored.community_id)
    assert found is not None
    return found.id


def signed(message: UUID, nonce: int = 0, step: str = "deploy ledger", attempt: int = 1) -> StoredTransaction:
    """A transaction to store."""
    return StoredTransaction(
        id=uuid7(),
        chain_id=31337,
        sender=b"\x0a" * 20,
        nonce=nonce,
        outbox_id=message,
        step=step,
        attempt=attempt,
        sentence="deploy",
        receiver=None,
        raw=b"raw",
        hash=nonce.to_bytes(16, "big") + attempt.to_bytes(16, "big"),
    )


def test_transactions__added__come_back_as_they_were(work: OracleUnitOfWork, message: UUID) -> None:
    transaction = signed(message)
    work.transactions.add(transaction)
    assert work.transactions.of_message(message) == {"deploy ledger": transaction}
    assert work.transactions.of_sender(31337, b"\x0a" * 20) == [transaction]
    assert work.transactions.next_nonce(31337, b"\x0a" * 20) == 1
    assert work.transactions.next_nonce(1, b"\x0a" * 20) is None


def test_transactions__nonce_taken__the_database_refuses(work: OracleUnitOfWork, message: UUID) -> None:
    work.transactions.add(signed(message))
    with pytest.raises(IntegrityError):
        work.transactions.add(replace(signed(message, step="other"), hash=b"\x09" * 32))


def test_transactions__step_taken__the_database_refuses(work: OracleUnitOfWork, message: UUID) -> None:
    work.transactions.add(signed(message))
    with pytest.raises(IntegrityError):
        work.transactions.add(signed(message, nonce=1))


def test_transactions__second_attempt__is_the_one_that_counts(work: OracleUnitOfWork, message: UUID) -> None:
    work.transactions.add(signed(message))
    second = signed(message, nonce=1, attempt=2)
    work.transactions.add(second)
    assert work.transactions.of_message(message) == {"deploy ledger": second}


def test_transactions__outcome__is_recorded_and_a_reorganisation_moves_it(
    work: OracleUnitOfWork, message: UUID
) -> None:
    transaction = signed(message)
    work.transactions.add(transaction)
    work.transactions.record(transaction.id, OUTCOME)
    first = work.transactions.of_message(message)["deploy ledger"]
    work.transactions.record(transaction.id, OUTCOME._replace(block_number=9, block_hash=b"\x03" * 32))
    second = work.transactions.of_message(message)["deploy ledger"]

    assert (first.state, first.block_number, first.gas_used) == (TransactionState.MINED, 7, 21_000)
    assert (second.block_number, second.mined_at) == (9, first.mined_at)


def test_transactions__replaced__keeps_every_hash(work: OracleUnitOfWork, message: UUID) -> None:
    transaction = signed(message)
    work.transactions.add(transaction)
    work.transactions.replace(transaction, Signed(b"dearer", b"\x05" * 32))
    once = work.transactions.of_message(message)["deploy ledger"]
    work.transactions.replace(once, Signed(b"dearest", b"\x06" * 32))
    twice = work.transactions.of_message(message)["deploy ledger"]
    assert twice.hashes == (b"\x06" * 32, b"\x05" * 32, transaction.hash)
    assert twice.raw == b"dearest"


@pytest.mark.parametrize("column", ["nonce = 5", "step = 'x'", "sender = '\\x00'"])
def test_transactions__what_was_decided__never_changes(
    work: OracleUnitOfWork, message: UUID, column: str
) -> None:
    work.transactions.add(signed(message))
    with pytest.raises(DBAPIError):
        work.session.execute(text(f"UPDATE chain_transactions SET {column}"))


def test_deployments__one_ledger_a_chain__a_second_is_refused(work: OracleUnitOfWork, message: UUID) -> None:
    transaction = signed(message)
    work.transactions.add(transaction)
    ledger = Deployment(31337, ContractKind.LEDGER, None, b"\x01" * 20, transaction.id)
    work.deployments.add(ledger)
    assert work.deployments.find(31337, ContractKind.LEDGER) == ledger
    assert work.deployments.find(1, ContractKind.LEDGER) is None
    with pytest.raises(IntegrityError):
        work.deployments.add(replace(ledger, address=b"\x02" * 20))


def test_deployments__vault_without_community__is_refused(work: OracleUnitOfWork, message: UUID) -> None:
    transaction = signed(message)
    work.transactions.add(transaction)
    with pytest.raises(IntegrityError):
        work.deployments.add(Deployment(31337, ContractKind.VAULT, None, b"\x01" * 20, transaction.id))


def test_pod_keys__made_twice__are_the_same_and_random(work: OracleUnitOfWork) -> None:
    pods = [pod_of("P1"), pod_of("P2")]
    made = work.pod_keys.make(pods, MONTH)
    assert work.pod_keys.make([*pods, pod_of("P3")], MONTH).items() >= made.items()
    assert len(set(made.values())) == 2
    assert work.pod_keys.make(pods, MONTH + 1) != made


def test_pod_keys__changed__the_database_refuses(work: OracleUnitOfWork) -> None:
    work.pod_keys.make([pod_of("P1")], MONTH)
    with pytest.raises(DBAPIError):
        work.session.execute(text("UPDATE pod_month_keys SET key = decode(repeat('00', 32), 'hex')"))


def test_pod_keys__forgotten__key_and_name_are_gone_and_the_list_stays(
    work: OracleUnitOfWork, stored: World, message: UUID
) -> None:
    pods = (pod_of("P1"), pod_of("P2"))
    work.pod_keys.make(pods, MONTH)
    work.reports.add([report(stored, message, pods)])

    assert work.pod_keys.forget(pods[0], MONTH)
    assert not work.pod_keys.forget(pods[0], MONTH)

    assert set(work.pod_keys.of_month(pods, MONTH)) == {pods[1]}
    (kept,) = work.reports.of_message(message)
    assert kept.pods == (None, pods[1])
    assert kept.entries == ENTRIES
    assert kept.message.pods == 2


def test_pod_keys__forgotten_in_another_month__changes_nothing_here(
    work: OracleUnitOfWork, stored: World, message: UUID
) -> None:
    pods = (pod_of("P1"), pod_of("P2"))
    work.pod_keys.make(pods, MONTH + 1)
    work.reports.add([report(stored, message, pods)])
    work.pod_keys.forget(pods[0], MONTH + 1)
    assert work.reports.of_message(message)[0].pods == pods


def report(stored: World, message: UUID, pods: tuple[str, ...], number: int = 0) -> SignedReport:
    """A report of the first day."""
    return SignedReport(
        report=bytes([number]) * 32,
        configuration_id=stored.configurations[""],
        day=FIRST,
        settlement_id=stored.settlement.id,
        outbox_id=message,
        predecessor=bytes(31) + bytes([number]),
        root=b"\x04" * 32,
        roster=b"\x05" * 32,
        blinding=b"\x06" * 32,
        hour_totals=bytes(240),
        pods=pods,
        entries=ENTRIES,
    )


def test_reports__accepted__the_latest_of_a_day_counts(
    work: OracleUnitOfWork, stored: World, message: UUID
) -> None:
    pods = (pod_of("P1"), pod_of("P2"))
    first, second, third = (report(stored, message, pods, number) for number in range(3))
    work.reports.add([first, second, third])
    configuration = stored.configurations[""]
    assert work.reports.accepted(configuration, FIRST, FIRST) == {}
    work.reports.accept([first.report])
    assert work.reports.accepted(configuration, FIRST, FIRST)[FIRST].report == first.report
    work.reports.accept([second.report])
    assert work.reports.accepted(configuration, FIRST, FIRST)[FIRST].report == second.report


def test_reports__same_day_and_predecessor__the_database_refuses(
    work: OracleUnitOfWork, stored: World, message: UUID
) -> None:
    first = report(stored, message, (pod_of("P1"), pod_of("P2")))
    work.reports.add([first])
    with pytest.raises(IntegrityError):
        work.reports.add([replace(first, report=b"\x0f" * 32)])


@pytest.mark.parametrize("column", ["root", "roster", "blinding", "entries"])
def test_reports__what_was_signed__never_changes(
    work: OracleUnitOfWork, stored: World, message: UUID, column: str
) -> None:
    work.reports.add([report(stored, message, (pod_of("P1"), pod_of("P2")))])
    with pytest.raises(DBAPIError):
        work.session.execute(text(f"UPDATE day_reports SET {column} = report"))


def test_reports__withdrawn__make_room_unless_they_were_accepted(
    work: OracleUnitOfWork, stored: World, message: UUID
) -> None:
    one = report(stored, message, (pod_of("P1"), pod_of("P2")))
    work.reports.add([one])
    assert work.reports.withdraw(message, one.configuration_id) == 1
    work.reports.add([one])
    work.reports.accept([one.report])
    assert work.reports.withdraw(message, one.configuration_id) == 0
    with pytest.raises(DBAPIError):
        work.session.execute(text("DELETE FROM day_reports"))


def test_attestations__added_twice__stay_as_they_came(work: OracleUnitOfWork) -> None:
    digest, signer, signature = b"\x01" * 32, b"\x02" * 20, b"\x03" * 65
    assert work.attestations.add(digest, signer, signature)
    assert not work.attestations.add(digest, signer, b"\x04" * 65)
    assert work.attestations.of(digest) == {signer: signature}
    with pytest.raises(DBAPIError):
        work.session.execute(text("DELETE FROM attestations"))


def test_reports__one_entry_too_few__the_database_refuses(
    work: OracleUnitOfWork, stored: World, message: UUID
) -> None:
    pods = (pod_of("P1"), pod_of("P2"))
    with pytest.raises(IntegrityError):
        work.reports.add([replace(report(stored, message, pods), entries=ENTRIES[:1])])


def test_bank_accounts__noted_twice_and_forgotten__are_there_once_and_gone(
    work: OracleUnitOfWork, stored: World
) -> None:
    payee, salt, iban = b"\x0b" * 32, b"\x0c" * 32, "IT60X0542811101000000123456"
    for _ in range(2):
        work.bank_accounts.add(stored.community_id, payee, salt, iban)
    assert work.bank_accounts.of(stored.community_id) == {payee: iban}
    assert work.bank_accounts.forget(stored.community_id, payee)
    assert not work.bank_accounts.forget(stored.community_id, payee)
    assert work.bank_accounts.of(stored.community_id) == {}


def test_bank_accounts__changed__the_database_refuses(work: OracleUnitOfWork, stored: World) -> None:
    work.bank_accounts.add(stored.community_id, b"\x0b" * 32, b"\x0c" * 32, "IT60X0542811101000000123456")
    with pytest.raises(DBAPIError):
        work.session.execute(text("UPDATE bank_accounts SET iban = 'IT00'"))
