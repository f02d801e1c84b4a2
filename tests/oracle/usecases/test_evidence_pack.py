"""
evidence_pack
├── given a distribution that the vault settled
│   ├── it should be the same bytes at every call, whatever was paid or changed since
│   └── it should come out, for several areas, settlements and distributions too
├── given a month that was corrected after it was distributed
│   ├── it should hold the correction, which the auditor divides again; the former pack should match too
│   ├── when the pool is too small and a debtor left, leaves should be scaled, and what it owes lie outside
│   ├── when any figure of it is changed … it should not come out
│   └── when the next distribution is of another month … the correction should be told as not computed
├── given members that changed since the period was closed
│   ├── when its terms were kept … it should hold the case as it was settled
│   └── when they were not … it should refuse, naming the file
└── given a distribution that no vault has accepted … it should refuse
"""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, text

from community.usecases.members import update_member
from oracle.audit.pack import PackFacts, audit
from oracle.chain.rpc import Rpc
from oracle.chain.verify import Verdict, verify_pack
from oracle.errors import EvidenceLost, NotDeployed
from oracle.store.unit_of_work import OracleUnitOfWork
from oracle.usecases.evidence_pack import evidence_pack
from oracle.usecases.publish import publish
from oracle.usecases.settled_case import settled_files
from oracle.wiring import OpenChain, publishing, trust_of
from settlement.bootstrap import case_manifest
from settlement.domain.canonical import canonical_json
from settlement.domain.records import ReceiptKind, StoredSettlement
from settlement.domain.rule_files import rule_texts
from settlement.usecases.close_period import close_period
from settlement.usecases.distribute import distribute
from settlement.usecases.import_readings import import_readings
from settlement.usecases.load_case import load_case
from settlement.usecases.record_receipt import ReceiptTerms, record_receipt
from tests.oracle.audit.forging import fields_of, forged, other, rehashed, with_value
from tests.oracle.usecases.anew import close_again, import_better
from tests.oracle.world import AFTER, CLOSED, FIRST, World, settled_world
from tests.settlement.store.world import LATER, RECEIVED, case, pod_of

Files = dict[str, bytes]
NONE = "0.000000"
BETTER = (date(2024, 7, 10), date(2024, 7, 20))


def pack_of(world: World, number: int = 1) -> Files:
    """The pack of a distribution of the world."""
    with OracleUnitOfWork(world.engine) as work:
        found = next(
            row for row in work.distributions.of_community(world.community_id) if row.number == number
        )
        return dict(evidence_pack(work, found.id))


def divide_again(
    world: World, cents: int, reference: str, settlement: StoredSettlement | None = None
) -> None:
    """A further receipt, for the same settlement or another one."""
    with OracleUnitOfWork(world.engine) as work:
        terms = ReceiptTerms(ReceiptKind.BALANCE, date(2025, 3, 3), cents * 10_000, reference, 10_000)
        receipt = record_receipt(work, world.community_id, terms)
        distribute(
            work,
            world.community_id,
            [receipt.id],
            [(settlement or world.settlement).id],
            acknowledged=["RECEIVED_ABOVE_COMPUTED", "RECEIVED_BELOW_COMPUTED", "SHORTFALL"],
        )
        work.commit()


def facts_of(files: Files) -> PackFacts:
    """What a pack that comes out says of the chain."""
    found = audit(files, rule_texts())
    assert found.difference is None
    assert found.facts is not None
    return found.facts


def require_chain(world: World, opened: OpenChain, *packs: Files) -> None:
    """The packs come out, and the chain has what they say."""
    trust = trust_of(world.engine, opened, world.community_id)
    for files in packs:
        result = verify_pack(facts_of(files), trust, Rpc(opened.url))
        assert (result.verdict, result.reason) == (Verdict.MATCHES, "")


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
    require_chain(world, opened, first, second)
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


@pytest.fixture
def corrected(engine: Engine, opened: OpenChain) -> tuple[World, StoredSettlement]:
    """A world whose July was distributed and then settled anew, with more of it for P2; both on the chain."""
    world = settled_world(engine)
    assert publish(publishing(engine, opened)).stopped == {}
    better = case(*BETTER, factor=9)
    used_more = tuple(row for row in better.series if row.pod == pod_of("P2"))
    import_better(world, CLOSED + timedelta(hours=1), replace(better, series=used_more))
    newer = close_again(world, CLOSED + timedelta(days=1))
    assert publish(publishing(engine, opened)).stopped == {}
    return world, newer


def allotted(division: Any, key: str) -> dict[str, str]:
    """Amounts of the only correction, by member."""
    (correction,) = division["corrections"]
    return {row["member"]: row[key] for row in correction["members"]}


@pytest.mark.node
def test_pack__distribution_after_a_correction__holds_it_and_is_divided_again(
    opened: OpenChain, corrected: tuple[World, StoredSettlement]
) -> None:
    world, newer = corrected
    divide_again(world, 20_000, "TRN-2", newer)
    assert publish(publishing(world.engine, opened)).stopped == {}
    first, second = pack_of(world), pack_of(world, 2)
    require_chain(world, opened, first, second)
    accounts = facts_of(second).division.accounts
    assert (accounts.corrections, accounts.divided_again) == (1, 1)
    before, after = json.loads(first["division.json"]), json.loads(second["division.json"])
    assert allotted(after, "before_eur") == {
        row["member"]: row["entitlement_eur"] for row in before["members"]
    }
    held = {row["member"]: row["balance_eur"] for row in after["before"]["members"]}
    assert held == {
        row["member"]: row["balance_eur"] for row in before["members"] if row["balance_eur"] != NONE
    }
    assert after["departures"] == []


def leave(world: World, member: str) -> None:
    """A member is no member any more."""
    with world.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE community_members SET joined_on = '2024-01-01', left_on = '2024-12-31', "
                "status = 'left' WHERE code = :code"
            ),
            {"code": member},
        )


def debtors(world: World, newer: StoredSettlement) -> list[str]:
    """Members with a smaller part of July's weights than before, who lost most first."""
    with OracleUnitOfWork(world.engine) as work:
        old, new = (
            {row.member: row.weight for row in work.settlements.members(one.id)}
            for one in (world.settlement, newer)
        )
    total, sum_of_new = sum(old.values()), sum(new.values())
    lost = {name: old[name] * sum_of_new - new[name] * total for name in old}
    return sorted((name for name in old if lost[name] > 0), key=lambda name: -lost[name])


@pytest.mark.node
def test_pack__pool_too_small_and_a_debtor_that_left__scales_and_leaves_it_outside(
    opened: OpenChain, corrected: tuple[World, StoredSettlement]
) -> None:
    world, newer = corrected
    debtor, gone, *_ = debtors(world, newer)
    leave(world, gone)
    divide_again(world, 100, "TRN-2", newer)
    divide_again(world, 300, "TRN-3", newer)
    assert publish(publishing(world.engine, opened)).stopped == {}
    files, third = pack_of(world, 2), pack_of(world, 3)
    require_chain(world, opened, files, third)
    division, later = (json.loads(pack["division.json"]) for pack in (files, third))
    (departure,) = division["departures"]
    assert departure["member"] == gone
    assert departure["owed_eur"] == division["previous"]["outside_eur"] != NONE
    assert division["before"]["outside_eur"] == NONE
    balances = {row["member"]: Decimal(row["balance_eur"]) for row in division["members"]}
    assert balances[debtor] < 0
    assert max(balances.values()) > 1
    assert later["before"]["outside_eur"] == departure["owed_eur"]
    assert (later["corrections"], later["departures"]) == ([], [])
    require_tampering_is_found(files, division)


def require_tampering_is_found(files: Files, division: Any) -> None:
    """Whatever field is changed and every hash made to fit, the pack does not come out."""
    dayless = {name: content for name, content in files.items() if not name.startswith("days/")}
    whole = rehashed(dayless, json.loads(files["manifest.json"]))
    for path, value in fields_of(division):
        changed = canonical_json(with_value(division, path, other(value)))
        difference = audit(forged(whole, "division.json", changed), rule_texts()).difference
        assert difference is not None, path
        assert difference.startswith("division.json: "), (path, difference)


@pytest.mark.node
def test_pack__correction_taken_by_another_months_distribution__is_divided_again(
    opened: OpenChain, corrected: tuple[World, StoredSettlement], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, newer = corrected
    august = case(AFTER, date(2024, 9, 1))
    period = (august.community.start, august.community.end)
    with OracleUnitOfWork(world.engine) as work:
        import_readings(work, world.community_id, august, RECEIVED)
        closed = close_period(work, case_manifest, world.community_id, *period, CLOSED)
        work.commit()
    divide_again(world, 20_000, "TRN-2", closed)
    assert publish(publishing(world.engine, opened)).stopped == {}
    files = pack_of(world, 2)
    require_chain(world, opened, files)
    (correction,) = json.loads(files["division.json"])["corrections"]
    assert correction["evidence"] == ["0x" + newer.evidence.hex()]
    assert correction["enterprises"] is not None
    assert files["corrections/1/settlement.json"] == newer.document
    assert "1 corrections divided again" in audited(files)
    require_correcting_settlement_counts(files)
    require_lost_one_is_told(world, monkeypatch, newer)


def audited(files: Files) -> str:
    """What was compared in a pack that holds together."""
    found = audit(files, rule_texts())
    assert found.difference is None
    return "\n".join(found.compared)


def require_correcting_settlement_counts(files: Files) -> None:
    """Without it, with one that no correction names, or with another figure, nothing comes out."""
    manifest = json.loads(files["manifest.json"])
    fewer = {name: content for name, content in files.items() if not name.startswith("corrections/")}
    bare = {key: value for key, value in manifest.items() if key != "corrections"}
    difference = audit(rehashed(fewer, bare), rule_texts()).difference
    assert difference is not None
    assert difference.startswith("division.json: corrections[0]")
    division = json.loads(files["division.json"]) | {"corrections": []}
    forgery = dict(files) | {"division.json": canonical_json(division)}
    difference = audit(rehashed(forgery, manifest), rule_texts()).difference
    assert difference is not None
    assert "divide by no settlement 0x" in difference
    document = files["corrections/1/settlement.json"].replace(b'"hours": ', b'"hours": 1')
    forgery = dict(files) | {"corrections/1/settlement.json": document}
    difference = audit(rehashed(forgery, manifest), rule_texts()).difference
    assert difference is not None
    assert difference.startswith("corrections/1/settlement.json: hours")


def require_lost_one_is_told(world: World, monkeypatch: pytest.MonkeyPatch, newer: StoredSettlement) -> None:
    """A settlement whose case cannot be made again is left out, and the auditor says so."""

    def lost(work: Any, settlement: StoredSettlement) -> Any:
        if settlement.id == newer.id:
            raise EvidenceLost("its terms were not kept")
        return settled_files(work, settlement)

    monkeypatch.setattr("oracle.usecases.evidence_pack.settled_files", lost)
    files = pack_of(world, 2)
    assert not [name for name in files if name.startswith("corrections/")]
    sentence = "1 corrections by settlements that are not in the pack, which were not computed"
    assert sentence in audited(files)


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
