"""A small community up to the point at which its money goes to the chain; tests state only what differs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from community.usecases.register_community import register_community
from oracle.chain.trust import Trust
from oracle.records import StoredTransaction
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork, OracleUnitOfWork
from oracle.usecases.pay import confirm_payouts
from oracle.usecases.payout_tree import payout_tree
from oracle.usecases.publish import publish
from oracle.usecases.readings_list import readings_list
from oracle.usecases.receipts import payout_receipts, reading_receipt
from oracle.wiring import OpenChain, publishing, trust_of
from settlement.bootstrap import case_manifest
from settlement.domain.case import Allocation, Case, Community, Member, MemberCategory
from settlement.domain.payees import Payee
from settlement.domain.payout_states import Channel
from settlement.domain.records import Distribution, Payout, ReceiptKind, StoredSettlement
from settlement.usecases.close_period import close_period
from settlement.usecases.distribute import distribute
from settlement.usecases.import_readings import import_readings
from settlement.usecases.record_receipt import ReceiptTerms, record_receipt
from tests.settlement.store.world import PERSONS, RECEIVED, case, pod_of

FIRST, AFTER = date(2024, 7, 1), date(2024, 8, 1)
CLOSED = datetime(2024, 12, 2, tzinfo=UTC)
IBAN = "IT60X0542811101000000123456"


def wallet(number: int) -> bytes:
    """A made-up address."""
    return bytes([0xAA]) * 18 + number.to_bytes(2, "big")


WALLETS = {
    "P1": Payee("P1", Channel.WALLET, wallet(1), None, consent=True),
    "P2": Payee("P2", Channel.WALLET, wallet(2), None),
    "P3": Payee("P3", Channel.BANK, wallet(3), IBAN),
}
ALL_CONSENT = {one: replace(WALLETS.get(one, Payee(one)), consent=True) for one in PERSONS}
BANK_ONLY = {"P1": Payee("P1", consent=True), "P3": Payee("P3", Channel.BANK, None, IBAN)}


@dataclass(frozen=True, slots=True)
class World:
    """A community in a database: P1 and P2 are paid to wallets, P3 to an IBAN, the others by bank."""

    engine: Engine
    community_id: UUID
    configurations: Mapping[str, UUID]
    settlement: StoredSettlement
    distribution: Distribution

    def payouts(self) -> list[Payout]:
        """The leaves of the first distribution."""
        with OracleUnitOfWork(self.engine) as work:
            return work.payouts.of_distribution(self.distribution.id)

    def transactions(self) -> list[StoredTransaction]:
        """All that was signed for the community."""
        with OracleUnitOfWork(self.engine) as work:
            return work.transactions.of_community(self.community_id)

    def open_messages(self) -> list[str]:
        """Topics of the messages that are not done."""
        with OracleUnitOfWork(self.engine) as work:
            return [row.topic for row in work.outbox.open_rows(self.community_id)]


def _moved(given: Case, offset: int) -> Case:
    """The same case with other PODs."""

    def other(code: str) -> str:
        return f"{code[:6]}{int(code[6:]) + offset:08d}"

    community = replace(
        given.community,
        pods=tuple(replace(row, code=other(row.code)) for row in given.community.pods),
        plants=tuple(replace(row, pod=other(row.pod)) for row in given.community.plants),
    )
    series = tuple(replace(row, pod=other(row.pod)) for row in given.series)
    return replace(given, community=community, series=series)


def _crowded(community: Community, idle_members: int) -> Community:
    """The same community with members who have no POD, all with equal weight."""
    idle = (Member(f"Z{number:03d}", MemberCategory.NATURAL_PERSON) for number in range(idle_members))
    return replace(community, members=(*community.members, *idle), allocation=Allocation.EQUAL)


def settled_world(
    engine: Engine,
    *,
    payees: Mapping[str, Payee] | None = None,
    two_areas: bool = False,
    name: str = "Prova",
    offset: int = 0,
    idle_members: int = 0,
) -> World:
    """Register, import, close and distribute one receipt of 1,234.56 euro.

    `offset` is added to the PODs' numbers: a POD is in one community at a time. With idle members, who have
    no POD, everybody gets the same.
    """
    with OracleUnitOfWork(engine) as work:
        wanted = _moved(case(FIRST, AFTER, name=name, two_areas=two_areas), offset)
        if idle_members:
            wanted = replace(wanted, community=_crowded(wanted.community, idle_members))
        registered = register_community(work, wanted.community, WALLETS if payees is None else payees)
        import_readings(work, registered.community_id, wanted, RECEIVED)
        start, end = wanted.community.start, wanted.community.end
        settlement = close_period(work, case_manifest, registered.community_id, start, end, CLOSED)
        terms = ReceiptTerms(ReceiptKind.ADVANCE, date(2024, 12, 3), 1_234_560_000, f"TRN-{name}")
        receipt = record_receipt(work, registered.community_id, terms)
        distribution = distribute(
            work,
            registered.community_id,
            [receipt.id],
            [settlement.id],
            acknowledged=["RECEIVED_ABOVE_COMPUTED"],
        )
        work.commit()
    return World(engine, registered.community_id, registered.configurations, settlement, distribution)


@dataclass(frozen=True, slots=True)
class Published:
    """A world on a chain: every leaf but the last bank leaf is paid, that one is reserved."""

    world: World
    opened: OpenChain
    trust: Trust
    payouts: list[dict[str, Any]]
    tree: dict[str, Any]
    reading: dict[str, Any]
    list: dict[str, Any]


def publish_world(world: World, opened: OpenChain) -> Published:
    """Publish, confirm all bank leaves but the last, and make the receipts."""
    publish(publishing(world.engine, opened))
    bank = [payout.leaf_index for payout in world.payouts() if payout.channel is Channel.BANK]
    with OracleUnitOfWork(world.engine) as work:
        confirm_payouts(work, world.distribution.id, {index: f"SEPA-{index}" for index in bank[:-1]})
        work.commit()
    result = publish(publishing(world.engine, opened))
    assert result.stopped == {}
    day = date(2024, 7, 14)
    with OracleReadOnlyUnitOfWork(world.engine) as work:
        return Published(
            world,
            opened,
            trust_of(world.engine, opened, world.community_id),
            [dict(receipt) for receipt in payout_receipts(work, world.distribution.id)],
            dict(payout_tree(work, world.distribution.id)),
            dict(reading_receipt(work, world.community_id, pod_of("P1"), day)),
            dict(readings_list(work, world.community_id, world.configurations[""], day)),
        )
