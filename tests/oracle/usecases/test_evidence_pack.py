"""
evidence_pack
├── given a distribution that the vault settled
│   ├── it should be the same bytes at every call, whatever was paid or changed since
│   └── it should come out, for several areas, settlements and distributions too
├── given members that changed since the period was closed
│   ├── when its terms were kept … it should hold the case as it was settled
│   └── when they were not … it should refuse, naming the file
└── given a distribution that no vault has accepted … it should refuse
"""

import json
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine

from community.usecases.members import update_member
from oracle.audit.pack import audit
from oracle.chain.rpc import Rpc
from oracle.chain.verify import Verdict, verify_pack
from oracle.errors import EvidenceLost, NotDeployed
from oracle.store.unit_of_work import OracleUnitOfWork
from oracle.usecases.evidence_pack import evidence_pack
from oracle.usecases.publish import publish
from oracle.usecases.settled_case import settled_files
from oracle.wiring import OpenChain, publishing, trust_of
from settlement.domain.records import ReceiptKind
from settlement.domain.rule_files import rule_texts
from settlement.usecases.distribute import distribute
from settlement.usecases.import_readings import import_readings
from settlement.usecases.load_case import load_case
from settlement.usecases.record_receipt import ReceiptTerms, record_receipt
from tests.oracle.world import AFTER, FIRST, World, settled_world
from tests.settlement.store.world import LATER, case

Files = dict[str, bytes]


def pack_of(world: World, number: int = 1) -> Files:
    """The pack of a distribution of the world."""
    with OracleUnitOfWork(world.engine) as work:
        found = next(
            row for row in work.distributions.of_community(world.community_id) if row.number == number
        )
        return dict(evidence_pack(work, found.id))


def divide_again(world: World, cents: int, reference: str) -> None:
    """A further receipt for the same settlement."""
    with OracleUnitOfWork(world.engine) as work:
        terms = ReceiptTerms(ReceiptKind.BALANCE, date(2025, 3, 3), cents * 10_000, reference, 10_000)
        receipt = record_receipt(work, world.community_id, terms)
        distribute(work, world.community_id, [receipt.id], [world.settlement.id])
        work.commit()


def end_pod(world: World, member: str) -> None:
    """A member's POD leaves the community, from a day after the settled month on."""
    with OracleUnitOfWork(world.engine) as work:
        record = work.communities.member_by_code(world.community_id, member)
        assert record is not None
        pods = tuple(replace(pod, valid_to=date(2024, 9, 1)) for pod in record.member.pods)
        update_member(work, world.community_id, record.id, replace(record.member, pods=pods))
        work.commit()


@pytest.mark.node
def test_pack__second_distribution_of_two_areas__comes_out_and_matches_the_chain(
    engine: Engine, opened: OpenChain
) -> None:
    world = settled_world(engine, two_areas=True)
    assert publish(publishing(engine, opened)).stopped == {}
    divide_again(world, 33_333, "TRN-2")
    assert publish(publishing(engine, opened)).stopped == {}
    first, second = pack_of(world), pack_of(world, 2)
    for files in (first, second):
        found = audit(files, rule_texts())
        assert found.difference is None
        assert found.facts is not None
        result = verify_pack(found.facts, trust_of(engine, opened, world.community_id), Rpc(opened.url))
        assert (result.verdict, result.reason) == (Verdict.MATCHES, "")
    assert len([name for name in second if name.startswith("days/AC001E0000")]) == 62
    before, after = json.loads(first["division.json"]), json.loads(second["division.json"])
    assert after["previous"]["carry_eur"] == before["carry_eur"]
    assert [row["previous_eur"] for row in after["members"]] == [
        row["balance_eur"] for row in before["members"]
    ]


@pytest.mark.node
def test_pack__members_and_payouts_changed_since__is_the_same_bytes(
    engine: Engine, opened: OpenChain
) -> None:
    world = settled_world(engine)
    assert publish(publishing(engine, opened)).stopped == {}
    before = pack_of(world)
    end_pod(world, "P2")
    divide_again(world, 10_000, "TRN-2")
    assert publish(publishing(engine, opened)).stopped == {}
    assert pack_of(world) == before


def test_settled_files__terms_kept__are_the_ones_that_were_hashed(world: World) -> None:
    end_pod(world, "P2")
    with OracleUnitOfWork(world.engine) as work:
        files = settled_files(work, world.settlement)
    assert files["community.toml"] == world.settlement.terms
    assert b"valid_to" not in files["community.toml"]


def test_settled_files__terms_not_kept_and_nothing_changed__are_found_again(world: World) -> None:
    with OracleUnitOfWork(world.engine) as work:
        files = settled_files(work, replace(world.settlement, terms=None))
    assert files["community.toml"] == world.settlement.terms


def test_settled_files__terms_not_kept_and_members_changed__are_lost_and_named(world: World) -> None:
    end_pod(world, "P2")
    with OracleUnitOfWork(world.engine) as work, pytest.raises(EvidenceLost) as caught:
        settled_files(work, replace(world.settlement, terms=None))
    assert "community.toml would differ from what was hashed" in str(caught.value)


def test_settled_files__readings_corrected_since__are_those_that_were_settled(world: World) -> None:
    corrected = case(FIRST, AFTER)
    corrected.series[0].wh[0] += 7
    with OracleUnitOfWork(world.engine) as work:
        import_readings(work, world.community_id, corrected, LATER)
        now = load_case(work, world.community_id, world.settlement.start, world.settlement.end)
        files = settled_files(work, world.settlement)
    assert now.series[0].wh[0] == corrected.series[0].wh[0]
    assert b",injected,%d," % (corrected.series[0].wh[0] - 7) in files["readings.csv"].splitlines()[1]


def test_pack__nothing_published__is_refused(world: World) -> None:
    with pytest.raises(NotDeployed):
        pack_of(world)
