"""Contracts that another program deployed are taken up when the chain has everything as it must be.

adopt
├── given a record of what is on the chain
│   ├── it should let the community publish, without a contract of its own making
│   └── when the community has contracts already it should refuse
├── given something that is not as it must be
│   └── it should name the first of it with both values, and note nothing
└── given a text that is no record
    └── it should say what a record is
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from oracle.attest.identifiers import community_id, community_salt
from oracle.chain.client import EvmChain
from oracle.chain.contracts import LedgerContract, VaultContract
from oracle.chain.inspection import Inspection
from oracle.chain.keys import load_or_create_keys
from oracle.errors import AdoptionRefused
from oracle.ports import Call, Quorum, RegistrationTerms, Roles, VaultFacts, VaultTerms
from oracle.records import ContractKind
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork, OracleUnitOfWork
from oracle.usecases.adopt import adopt
from oracle.usecases.chain_status import chain_status
from oracle.usecases.deployment_record import parse_record
from oracle.usecases.publish import publish
from oracle.wiring import OpenChain, publishing
from settlement.domain.case import Shares
from tests.oracle.mining import mine
from tests.oracle.usecases.test_publish import addresses
from tests.oracle.world import BANK_ONLY, World, settled_world

pytestmark = pytest.mark.node
AREA_CODE = "AC001E00001"


def record_text(opened: OpenChain, deployer: EvmChain) -> str:
    """What a deployment by another account leaves behind; the operator is treasurer."""

    def deployed(call: Call) -> bytes:
        contract = mine(deployer, call).contract
        assert contract is not None
        return contract

    ledger, salt = LedgerContract(deployer), community_salt("Prova")
    named = community_id(deployer.sender, salt)
    place = deployed(ledger.deployment(0))
    timelock = deployed(ledger.timelock_deployment(place, named, 0))
    terms = RegistrationTerms(timelock, deployer.sender, 5, Shares(7_000, 2_000, 1_000))
    assert mine(deployer, ledger.register_community(place, salt, terms)).succeeded
    vault = deployed(
        VaultContract(deployer).deployment(place, VaultTerms(named, opened.chain.sender, None, 0))
    )
    assert mine(deployer, ledger.set_vault(place, named, vault)).succeeded
    assert mine(deployer, ledger.register_configuration(place, named, AREA_CODE)).succeeded
    contracts = {"EnergyLedger": place, "CommunityTimelock": timelock, "CommunityVault": vault}
    return json.dumps(
        {
            "chain_id": deployer.chain_id,
            "contracts": {name: {"address": "0x" + address.hex()} for name, address in contracts.items()},
            "community": {"id": "0x" + named.hex(), "ledger": "0x" + place.hex()},
        }
    )


@pytest.fixture
def text(opened: OpenChain, tmp_path: Path) -> str:
    """A record of contracts on the test's chain."""
    keys = load_or_create_keys(tmp_path / "deployer.json")
    shared = replace(keys, reporters=opened.chain.keys.reporters)
    return record_text(opened, EvmChain(opened.chain.rpc, shared, opened.chain.chain_id))


def take_up(world: World, inspector: Inspection, text: str) -> None:
    """Adopt the record for the world's community."""
    with OracleUnitOfWork(world.engine) as work:
        community = work.communities.get(world.community_id)
        assert community is not None
        adopt(work, inspector, community, parse_record("prova.json", text))
        work.commit()


def test_adopt__what_is_on_the_chain__is_published_to(engine: Engine, opened: OpenChain, text: str) -> None:
    world = settled_world(engine, payees=BANK_ONLY)
    take_up(world, Inspection(opened.chain), text)
    result = publish(publishing(engine, opened))

    assert result.stopped == {}
    steps = {row.step for row in world.transactions()}
    assert steps == {"post", "credit", "settle", "reserve"}
    contracts = json.loads(text)["contracts"]
    assert addresses(world, opened)[ContractKind.VAULT].hex() == contracts["CommunityVault"]["address"][2:]
    with OracleReadOnlyUnitOfWork(engine) as work:
        assert chain_status(work, Inspection(opened.chain)).divergences == ()


def test_adopt__twice__is_refused(engine: Engine, opened: OpenChain, text: str) -> None:
    world = settled_world(engine, payees=BANK_ONLY)
    take_up(world, Inspection(opened.chain), text)
    with pytest.raises(AdoptionRefused, match="Prova has a timelock already, at 0x"):
        take_up(world, Inspection(opened.chain), text)


class Crooked(Inspection):
    """The chain as it is, but for one answer."""

    def __init__(self, chain: EvmChain, **answers: Any) -> None:
        super().__init__(chain)
        self.answers = answers

    def code_difference(self, kind: str, address: bytes) -> str | None:
        return str(self.answers["code"]) if "code" in self.answers else super().code_difference(kind, address)

    def vault_facts(self, vault: bytes) -> VaultFacts:
        return super().vault_facts(vault)._replace(**self.answers.get("vault", {}))

    def roles(self, ledger: bytes, community: bytes) -> Roles:
        return super().roles(ledger, community)._replace(**self.answers.get("roles", {}))

    def quorum(self, ledger: bytes, community: bytes) -> Quorum:
        return super().quorum(ledger, community)._replace(**self.answers.get("quorum", {}))

    def vault_of(self, ledger: bytes, community: bytes) -> bytes:
        return bytes(self.answers.get("bound", super().vault_of(ledger, community)))

    def community_of(self, ledger: bytes, configuration: bytes) -> bytes:
        return bytes(self.answers.get("area", super().community_of(ledger, configuration)))


DIFFERENCES: dict[str, tuple[dict[str, Any], str]] = {
    "code": ({"code": "byte 7 differs"}, r"the ledger at 0x\w+ is not the committed contract: byte 7"),
    "ledger": ({"vault": {"ledger": bytes(20)}}, "ledger of the vault: needed 0x"),
    "community": ({"vault": {"community": bytes(32)}}, "community of the vault: needed 0x"),
    "treasurer": ({"vault": {"treasurer": bytes(20)}}, r"treasurer of the vault \(the operator\): needed 0x"),
    "governor": ({"roles": {"governor": bytes(20)}}, "governor: needed 0x"),
    "vault": ({"bound": bytes(20)}, "vault of the community: needed 0x"),
    "area": ({"area": bytes(32)}, "community of AC001E00001: needed 0x"),
    "reporters": ({"quorum": {"reporters": (b"\x01" * 20,) * 5}}, "hold or name 0 of them"),
}


@pytest.mark.parametrize(("answers", "sentence"), DIFFERENCES.values(), ids=DIFFERENCES.keys())
def test_adopt__something_differs__is_named_and_nothing_noted(
    world: World, opened: OpenChain, text: str, answers: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(AdoptionRefused, match=sentence):
        take_up(world, Crooked(opened.chain, **answers), text)
    assert addresses(world, opened) == {}


def test_parse__record_without_vault__names_it() -> None:
    entry = {"address": "0x" + "11" * 20}
    document = {
        "chain_id": 1,
        "contracts": {"CommunityTimelock": entry},
        "community": {"id": "0x" + "22" * 32, "ledger": "0x" + "33" * 20},
    }
    with pytest.raises(AdoptionRefused, match=r"prova\.json holds no vault: complete the deployment first"):
        parse_record("prova.json", json.dumps(document))
    document["contracts"] = {"CommunityTimelock": entry, "CommunityVault": entry}
    assert parse_record("prova.json", json.dumps(document)).addresses[ContractKind.LEDGER] == b"\x33" * 20


@pytest.mark.parametrize("text", ["", "[]", '{"chain_id": 1, "contracts": {}}', '{"community": 7}'])
def test_parse__no_record__says_what_one_is(text: str) -> None:
    with pytest.raises(AdoptionRefused, match=r"prova\.json is no record of a community's deployment"):
        parse_record("prova.json", text)
