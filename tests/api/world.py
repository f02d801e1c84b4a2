"""Two communities behind the API: "Prova" is settled, paid out and published, "Altrove" is another one.

Nothing here needs a node: what the publisher would store is stored by hand, with real commitments and roots.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine

from community.domain.records import Role
from community.usecases.register_community import register_community
from community.usecases.tokens import create_token
from oracle.attest.identifiers import community_id as ledger_community
from oracle.attest.identifiers import community_salt
from oracle.attest.identifiers import configuration_id as ledger_configuration
from oracle.attest.messages import report_id
from oracle.records import (
    ContractKind,
    Deployment,
    HiddenDay,
    NotedQuorum,
    SettledDistribution,
    SignedReport,
    StoredTransaction,
    TransactionState,
)
from oracle.store.unit_of_work import OracleUnitOfWork
from oracle.usecases.attest import DayAttestation, attest_days
from settlement.bootstrap import case_manifest
from settlement.domain.calendar import civil_days
from settlement.domain.case import Case
from settlement.domain.identifiers import uuid7
from settlement.domain.payees import Payee
from settlement.domain.payout_states import Channel
from settlement.domain.records import Distribution, OutboxRow, ReceiptKind, StoredSettlement
from settlement.usecases.close_period import close_period
from settlement.usecases.distribute import distribute
from settlement.usecases.import_readings import import_readings
from settlement.usecases.load_case import load_case
from settlement.usecases.record_receipt import ReceiptTerms, record_receipt
from tests.settlement.store.world import RECEIVED, case, community

NOW = datetime(2024, 12, 4, 9, tzinfo=UTC)
CHAIN_ID = 31337
SALT = bytes([0x51]) * 32
CLOSED = datetime(2024, 12, 2, tzinfo=UTC)
IBAN = "IT60X0542811101000000123456"
WALLET = bytes([0xAA]) * 20
PAYEES = {
    "P1": Payee("P1", Channel.WALLET, WALLET, None, consent=True),
    "P3": Payee("P3", Channel.BANK, None, IBAN),
}
FIRST, AFTER = date(2024, 7, 1), date(2024, 7, 8)
"""The day after the last settled one: a short period keeps the tests quick."""


@dataclass(frozen=True, slots=True)
class World:
    """Ids, stored records and tokens; `tokens` by the name of who holds it, `members` by code."""

    engine: Engine
    community_id: UUID
    configuration_id: UUID
    altrove: UUID
    case: Case
    settlement: StoredSettlement
    distribution: Distribution
    members: Mapping[str, UUID]
    tokens: Mapping[str, str]

    @property
    def path(self) -> str:
        """Where "Prova" stands."""
        return f"/communities/{self.community_id}"


def api_world(engine: Engine, *, published: bool = True, hides: bool = False) -> World:
    """Both communities and a token for everybody who may ask; where it hides, reports show no totals."""
    given = case(FIRST, AFTER, name="Prova")
    with OracleUnitOfWork(engine) as work:
        registered = register_community(work, given.community, PAYEES)
        prova = registered.community_id
        import_readings(work, prova, given, RECEIVED)
        settlement = close_period(
            work, case_manifest, prova, given.community.start, given.community.end, CLOSED
        )
        terms = ReceiptTerms(ReceiptKind.ADVANCE, date(2024, 12, 3), 1_234_560_000, "TRN 1")
        receipt = record_receipt(work, prova, terms)
        distribution = distribute(
            work, prova, [receipt.id], [settlement.id], acknowledged=["RECEIVED_ABOVE_COMPUTED"]
        )
        if published:
            publish_by_hand(work, settlement, distribution, SALT if hides else None)
        elsewhere = replace(community(FIRST, AFTER, name="Altrove"), members=(), pods=(), plants=())
        altrove = register_community(work, elsewhere).community_id
        tokens = _tokens(work, prova, altrove, registered.members)
        work.commit()
    configuration = registered.configurations[""]
    return World(
        engine, prova, configuration, altrove, given, settlement, distribution, registered.members, tokens
    )


def _tokens(
    work: OracleUnitOfWork, prova: UUID, altrove: UUID, members: Mapping[str, UUID]
) -> dict[str, str]:
    holders: dict[str, tuple[Role, UUID | None, UUID | None]] = {
        "root": (Role.ADMINISTRATOR, None, None),
        "administrator": (Role.ADMINISTRATOR, prova, None),
        "auditor": (Role.AUDITOR, prova, None),
        "owner": (Role.MEMBER, prova, members["P1"]),
        "member": (Role.MEMBER, prova, members["P4"]),
        "stranger": (Role.ADMINISTRATOR, altrove, None),
    }
    later = NOW + timedelta(days=365)
    return {
        name: create_token(work, role, name, NOW, later, community_id, member_id).secret
        for name, (role, community_id, member_id) in holders.items()
    }


def publish_by_hand(
    work: OracleUnitOfWork,
    settlement: StoredSettlement,
    distribution: Distribution,
    salt: bytes | None = None,
) -> None:
    """Store what a publisher would: contracts, transactions, accepted reports, the settled distribution."""
    messages = work.outbox.open_rows(settlement.community_id)
    by_topic = {row.topic: row for row in messages}
    deployed = _mined(by_topic["deploy"], 0, "Deploys the community's vault.")
    posted = _mined(by_topic["post-days"], 1, "Posts the hours of 1 to 7 July 2024.")
    for transaction in (deployed, posted):
        work.transactions.add(transaction)
    contracts = ((ContractKind.LEDGER, None), (ContractKind.VAULT, settlement.community_id))
    for number, (kind, owner) in enumerate(contracts, start=1):
        work.deployments.add(Deployment(CHAIN_ID, kind, owner, bytes([number]) * 20, deployed.id))
    work.settled_distributions.put(SettledDistribution(distribution.id, posted.id))
    reporters = tuple(bytes([number]) * 20 for number in range(1, 6))
    work.noted_quorums.put(NotedQuorum(settlement.community_id, 1, 3, reporters, 5))
    _accept_reports(work, settlement, by_topic["post-days"], salt)
    for message in messages:
        work.outbox.done(message.id)


def _accept_reports(
    work: OracleUnitOfWork, settlement: StoredSettlement, message: OutboxRow, salt: bytes | None
) -> None:
    record = work.communities.get(settlement.community_id)
    assert record is not None
    own_id = ledger_community(bytes(20), community_salt(record.name))
    work.communities.set_ledger_id(record.id, own_id)
    given = load_case(work, record.id, settlement.start, settlement.end, settlement.as_of)
    for row in record.configurations:
        name = ledger_configuration(own_id, row.area_code)
        work.communities.set_configuration_ledger_id(row.id, name)
        days = civil_days(settlement.start, settlement.end)
        attested = list(attest_days(given, row.code, days, work.pod_keys.make))
        work.reports.add([_signed(day, row.id, settlement.id, message.id, salt) for day in attested])
        work.reports.accept([report_id(day.report(salt)) for day in attested])
        if salt is not None:
            work.hidden_days.add(
                [
                    HiddenDay(report_id(day.report(salt)), salt, day.blinding, day.report().hours)
                    for day in attested
                ]
            )


def _signed(
    day: DayAttestation, configuration_id: UUID, settlement_id: UUID, outbox_id: UUID, salt: bytes | None
) -> SignedReport:
    report = day.report(salt)
    return SignedReport(
        report=report_id(report),
        configuration_id=configuration_id,
        day=day.day,
        settlement_id=settlement_id,
        outbox_id=outbox_id,
        predecessor=report.predecessor,
        root=report.root,
        roster=report.roster,
        blinding=report.blinding,
        hour_totals=report.hours,
        pods=day.pods,
        entries=day.list.entries,
    )


def _mined(message: OutboxRow, nonce: int, sentence: str) -> StoredTransaction:
    return StoredTransaction(
        id=uuid7(),
        chain_id=CHAIN_ID,
        sender=bytes(20),
        nonce=nonce,
        outbox_id=message.id,
        step=message.topic,
        attempt=1,
        sentence=sentence,
        receiver=None,
        raw=b"",
        hash=bytes([nonce + 1]) * 32,
        state=TransactionState.MINED,
        block_number=nonce + 7,
        block_hash=bytes([nonce + 33]) * 32,
        gas_used=21_000,
        mined_at=NOW,
    )
