"""Where a community's contracts are, and what it is called there."""

from typing import NamedTuple
from uuid import UUID

from community.domain.records import CommunityRecord, ConfigurationRecord
from oracle.attest.identifiers import configuration_id
from oracle.errors import NotDeployed
from oracle.records import ContractKind, Deployment
from oracle.usecases.context import Context
from oracle.work import Work
from settlement.domain.errors import NotFound


class Place(NamedTuple):
    """Addresses (20 bytes) of the ledger and of a community's vault; the community's id (32 bytes) there."""

    ledger: bytes
    vault: bytes
    community: bytes

    def ledger_name(self, configuration: ConfigurationRecord) -> bytes:
        """The 32 bytes under which a configuration stands on the ledger."""
        return configuration_id(self.community, configuration.area_code)


def place_of(context: Context, community_id: UUID) -> Place:
    """Contracts of a community on the context's chain. Raises NotDeployed."""
    chain_id = context.chain.chain_id
    with context.unit() as work:
        ledger = work.deployments.find(chain_id, ContractKind.LEDGER)
        vault = work.deployments.find(chain_id, ContractKind.VAULT, community_id)
    if ledger is None or vault is None:
        raise NotDeployed(f"community {community_id} has no contracts on chain {chain_id} yet")
    return placed(ledger, vault)


def placed(ledger: Deployment, vault: Deployment) -> Place:
    """The place of contracts on record. Raises NotDeployed when they are of a version without registry."""
    if vault.ledger_id is None:
        raise NotDeployed(
            f"the vault at 0x{vault.address.hex()} is of an earlier version of the contracts, which this one "
            "cannot publish to: begin with a new state"
        )
    return Place(ledger.address, vault.address, vault.ledger_id)


def community_of(work: Work, community_id: UUID) -> CommunityRecord:
    """The community of that id. Raises NotFound."""
    community = work.communities.get(community_id)
    if community is None:
        raise NotFound("community", community_id)
    return community
