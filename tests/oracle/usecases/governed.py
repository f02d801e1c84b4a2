"""A registered community on a chain, nothing settled yet; tests say who holds which office."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from eth_utils.address import to_checksum_address
from sqlalchemy import Engine

from community.usecases.register_community import register_community
from oracle.chain.artifacts import artifact
from oracle.chain.client import EvmChain
from oracle.chain.governance import GovernanceContracts
from oracle.chain.keys import load_or_create_keys
from oracle.ports import Call
from oracle.records import ContractKind
from oracle.store.unit_of_work import OracleUnitOfWork
from oracle.usecases.context import Context, TokenChoice, VaultPolicy
from oracle.usecases.governance import Order, Seats, carry_out
from oracle.usecases.places import place_of
from oracle.usecases.publish import publish
from oracle.wiring import OpenChain, publishing
from settlement.usecases.publication import announce_deployment
from tests.oracle.world import AFTER, FIRST, WALLETS
from tests.settlement.store.world import case


@dataclass(frozen=True, slots=True)
class Governed:
    """A community whose contracts are deployed, and an account that is the guardian unless told otherwise."""

    engine: Engine
    opened: OpenChain
    context: Context
    community_id: UUID
    guardian: EvmChain

    @property
    def contracts(self) -> GovernanceContracts:
        """The offices as the operator sees them."""
        return GovernanceContracts(self.opened.chain)

    @property
    def seats(self) -> Seats:
        """Who holds which office now."""
        place = place_of(self.context, self.community_id)
        return self.contracts.seats(place.ledger, place.community)

    def send(self, order: Order) -> None:
        """Send an order from the operator's account."""
        carry_out(self.context, self.community_id, order.call)

    def view(self, name: str, address: bytes, function: str, *arguments: object) -> Any:
        """Answer of a view function."""
        return self.opened.chain.view(artifact(name), address, function, *arguments)

    def ledger_view(self, function: str) -> Any:
        """What the ledger answers for the community."""
        return self.view("EnergyLedger", self.seats.ledger, function, self.seats.community)

    def donate(self, amount_micro_eur: int) -> None:
        """Bring money into the social fund."""
        vault = self.seats.vault
        with OracleUnitOfWork(self.engine) as work:
            token = work.deployments.find(self.opened.chain.chain_id, ContractKind.TOKEN)
        assert token is not None
        give = artifact("TestEuro").call("transfer", to_checksum_address(vault), amount_micro_eur)
        for call in (
            self.context.vault.mint(token.address, amount_micro_eur),
            Call(token.address, give, "give the vault euro"),
            Call(vault, artifact("CommunityVault").call("takeDonation"), "take the donation"),
        ):
            carry_out(self.context, self.community_id, call)


def found_governed(engine: Engine, opened: OpenChain, folder: Path, **terms: Any) -> Governed:
    """Register a community here and on the ledger; `terms` are those of VaultPolicy."""
    keys = load_or_create_keys(folder / "guardian.json")
    guardian = EvmChain(opened.chain.rpc, keys, opened.chain.chain_id)
    policy = replace(VaultPolicy(TokenChoice.TEST_EURO, guardian=guardian.sender), **terms)
    with OracleUnitOfWork(engine) as work:
        community = case(FIRST, AFTER, name="Prova").community
        registered = register_community(work, community, WALLETS)
        announce_deployment(work, registered.community_id)
        work.commit()
    context = publishing(engine, opened, policy=policy)
    assert publish(context).stopped == {}
    return Governed(engine, opened, context, registered.community_id, guardian)
