"""Members stand in the roster under ids that only their salts explain.

roster
├── it should hold the members with a wallet address, ascending by id, and name the others
├── built again it should be the same; after a salt was erased it should be another
├── given nobody it should refuse to publish
├── membership should hold against the published root alone
└── a member should object to a posted day with its proof, once, and a stranger should not
"""

import json
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine

from oracle.attest.hash_tree import root_of
from oracle.attest.identifiers import member_leaf
from oracle.chain.client import EvmChain
from oracle.chain.governance import call_of
from oracle.chain.keys import load_or_create_keys
from oracle.chain.membership import parse_membership
from oracle.errors import CallReverted, GovernanceRefused
from oracle.store.unit_of_work import OracleUnitOfWork
from oracle.usecases.context import TokenChoice, VaultPolicy
from oracle.usecases.publish import publish
from oracle.usecases.roster import Membership, Roster, build_roster, dispute, membership, publish_roster
from oracle.wiring import OpenChain, publishing
from settlement.domain.calendar import month_number
from settlement.domain.payees import Payee
from settlement.domain.payout_states import Channel
from tests.oracle.mining import mine
from tests.oracle.usecases.governed import Governed, found_governed
from tests.oracle.world import FIRST, WALLETS, settled_world

MEMBERS = ("P1", "P2", "P3", "P4")
AREA = "AC001E00123"
REASON = bytes([3]) * 32


def built(engine: Engine, community_id: UUID, *, forget: str | None = None) -> Roster:
    """The roster of four members, of whom three have an address."""
    with OracleUnitOfWork(engine) as work:
        if forget is not None:
            assert work.roster_salts.forget(community_id, forget)
        found = build_roster(work.roster_salts, community_id, MEMBERS, work.communities.payees(community_id))
        work.commit()
    return found


def test_roster__members_with_and_without_address__ascends_and_names_the_others(engine: Engine) -> None:
    found = built(engine, settled_world(engine).community_id)
    assert {entry.member: entry.address for entry in found.entries} == {
        member: payee.wallet_address for member, payee in WALLETS.items()
    }
    assert found.without == ("P4",)
    ids = [entry.id for entry in found.entries]
    assert ids == sorted(ids)
    assert all(entry.id == member_leaf(entry.salt, entry.address) for entry in found.entries)
    assert len({entry.salt for entry in found.entries}) == 3


def test_roster__built_again__is_the_same_until_a_salt_is_erased(engine: Engine) -> None:
    community_id = settled_world(engine).community_id
    first = built(engine, community_id)
    assert built(engine, community_id) == first
    other = built(engine, community_id, forget="P2")
    kept = {entry for entry in first.entries if entry.member != "P2"}
    assert kept < set(other.entries)
    assert other.tree.root != first.tree.root
    with OracleUnitOfWork(engine) as work:
        assert not work.roster_salts.forget(community_id, "P4")


@pytest.mark.node
def test_publish_roster__nobody__is_refused(engine: Engine, opened: OpenChain, tmp_path: Path) -> None:
    governed = found_governed(engine, opened, tmp_path)
    with pytest.raises(GovernanceRefused, match="roster of nobody"):
        publish_roster(governed.contracts, governed.seats, Roster((), MEMBERS))


@pytest.mark.node
def test_membership__published__holds_on_the_ledger(
    engine: Engine, opened: OpenChain, tmp_path: Path
) -> None:
    governed = found_governed(engine, opened, tmp_path)
    found = built(engine, governed.community_id)
    with pytest.raises(GovernanceRefused, match="publish it first"):
        membership(1, governed.seats, found, "P1", bytes(32))
    order = publish_roster(governed.contracts, governed.seats, found)
    assert order.ours
    governed.send(order)
    held = governed.ledger_view("rosterOf")
    assert held == (found.tree.root, 3)
    for member in ("P1", "P2", "P3"):
        proof = membership(1, governed.seats, found, member, held[0])
        leaf = member_leaf(proof.salt, proof.address)
        assert root_of(proof.position, leaf, proof.proof) == held[0]
        path = (proof.address, proof.salt, proof.position, list(proof.proof))
        view = governed.view("EnergyLedger", proof.ledger, "isMember", proof.community, *path)
        assert view == (True,)
    with pytest.raises(GovernanceRefused, match="P4 is not in the roster"):
        membership(1, governed.seats, found, "P4", held[0])


@pytest.mark.node
def test_dispute__member_with_its_proof__opens_the_window_longer(
    engine: Engine, opened: OpenChain, tmp_path: Path
) -> None:
    member, stranger = (
        EvmChain(opened.chain.rpc, load_or_create_keys(tmp_path / name), opened.chain.chain_id)
        for name in ("member.json", "stranger.json")
    )
    payees = WALLETS | {"P1": Payee("P1", Channel.WALLET, member.sender, None, consent=True)}
    world = settled_world(engine, payees=payees)
    policy = VaultPolicy(TokenChoice.TEST_EURO, finality_delay_s=86_400)
    context = publishing(engine, opened, policy=policy)
    stopped = publish(context).stopped[world.community_id]
    assert "EnergyLedger_MonthNotFinal" in str(stopped)
    governed = Governed(engine, opened, context, world.community_id, member)
    found = built(engine, world.community_id)
    governed.send(publish_roster(governed.contracts, governed.seats, found))

    proof = membership(opened.chain.chain_id, governed.seats, found, "P1", found.tree.root)
    with OracleUnitOfWork(engine) as work:
        community = work.communities.get(world.community_id)
    assert community is not None
    configuration = community.configurations[0]
    action = dispute(proof, configuration.area_code, date(2024, 7, 3), REASON)
    call = call_of(action, proof.ledger, proof.community)
    with pytest.raises(CallReverted, match="EnergyLedger_MayNotObject"):
        mine(stranger, call)
    assert mine(member, call).succeeded
    assert configuration.ledger_id is not None
    totals = context.ledger.totals_of(proof.ledger, configuration.ledger_id, month_number(FIRST))
    assert totals.disputed
    with pytest.raises(CallReverted, match="EnergyLedger_AlreadyDisputed"):
        mine(member, call)
    assert action.sentence.startswith(f"dispute day 19907 of area {configuration.area_code}, reason 0x0303")


def test_dispute__no_area_code__is_refused() -> None:
    proof = Membership(1, bytes(20), bytes(32), bytes(20), bytes(32), 0, ())
    with pytest.raises(ValueError, match="ASCII characters"):
        dispute(proof, "", date(2024, 7, 3), REASON)
    with pytest.raises(ValueError, match="the reason's hash"):
        dispute(proof, AREA, date(2024, 7, 3), b"")


def test_parse_membership__written_and_read__is_the_same() -> None:
    proof = Membership(7, b"\x01" * 20, b"\x02" * 32, b"\x03" * 20, b"\x04" * 32, 5, (b"\x06" * 32,))
    assert parse_membership(json.dumps(proof.document)) == proof
