"""Takes up contracts that another program deployed and registered, after asking the chain for all of it."""

from community.domain.records import CommunityRecord
from oracle.attest.identifiers import configuration_id
from oracle.errors import AdoptionRefused, OtherChainInUse
from oracle.ports import Inspector
from oracle.records import ContractKind, Deployment
from oracle.usecases.deployment_record import DeploymentRecord
from oracle.work import Work


def adopt(work: Work, inspector: Inspector, community: CommunityRecord, record: DeploymentRecord) -> None:
    """Note a community's contracts and its names on the ledger; the caller commits.

    Raises AdoptionRefused with the first thing that is not as it must be, OtherChainInUse.
    """
    chains, found = work.deployments.chains(), inspector.node().chain_id
    if chains and record.chain_id not in chains:
        raise OtherChainInUse(chains, record.chain_id)
    _require("chain of the node", record.chain_id, found)
    _require_free(work, community, record)
    for kind, address in record.addresses.items():
        difference = inspector.code_difference(kind, address)
        if difference is not None:
            sentence = f"the {kind} at 0x{address.hex()} is not the committed contract: {difference}"
            raise AdoptionRefused(sentence)
    token = _require_vault(inspector, record)
    _require_registration(inspector, community, record)
    _note(work, community, record, token)


def _require(what: str, wanted: object, found: object) -> None:
    if wanted != found:
        shown = [f"0x{value.hex()}" if isinstance(value, bytes) else str(value) for value in (wanted, found)]
        raise AdoptionRefused(f"{what}: needed {shown[0]}, on the chain {shown[1]}")


def _require_free(work: Work, community: CommunityRecord, record: DeploymentRecord) -> None:
    """Nothing that is on record contradicts the deployment."""
    for kind in (ContractKind.TIMELOCK, ContractKind.VAULT):
        known = work.deployments.find(record.chain_id, kind, community.id)
        if known is not None:
            raise AdoptionRefused(
                f"{community.name} has a {kind} already, at 0x{known.address.hex()}: a community moves to "
                "another one by a resolution, which is not part of this version"
            )
    for kind in (ContractKind.LEDGER, ContractKind.TOKEN):
        known = work.deployments.find(record.chain_id, kind)
        wanted = record.addresses.get(kind)
        if known is not None and wanted is not None and known.address != wanted:
            raise AdoptionRefused(
                f"the communities of this database share the {kind} at 0x{known.address.hex()}, and the "
                f"record names 0x{wanted.hex()}"
            )


def _require_vault(inspector: Inspector, record: DeploymentRecord) -> bytes | None:
    """The vault is this community's and the operator its treasurer; returns the token that it counts in."""
    facts = inspector.vault_facts(record.addresses[ContractKind.VAULT])
    _require("ledger of the vault", record.addresses[ContractKind.LEDGER], facts.ledger)
    _require("community of the vault", record.community, facts.community)
    _require("treasurer of the vault (the operator)", inspector.account().address, facts.treasurer)
    return facts.token


def _require_registration(inspector: Inspector, community: CommunityRecord, record: DeploymentRecord) -> None:
    """The ledger has community, governor, vault and configurations, and we hold or know enough reporters."""
    named = (record.addresses[ContractKind.LEDGER], record.community)
    _require("governor", record.addresses[ContractKind.TIMELOCK], inspector.roles(*named).governor)
    _require("vault of the community", record.addresses[ContractKind.VAULT], inspector.vault_of(*named))
    for configuration in community.configurations:
        area = configuration.area_code
        there = inspector.community_of(named[0], configuration_id(record.community, area))
        _require(f"community of {area}", record.community, there)
    quorum = inspector.quorum(*named)
    known = len(inspector.known_reporters() & set(quorum.reporters))
    if known < quorum.threshold:
        raise AdoptionRefused(
            f"{quorum.threshold} of the community's {len(quorum.reporters)} reporters must sign, and this "
            f"operator's keys hold or name {known} of them"
        )


def _note(work: Work, community: CommunityRecord, record: DeploymentRecord, token: bytes | None) -> None:
    for kind, address in record.addresses.items():
        owned = kind in (ContractKind.TIMELOCK, ContractKind.VAULT)
        owner = community.id if owned else None
        if work.deployments.find(record.chain_id, kind, owner) is None:
            work.deployments.add(
                Deployment(
                    chain_id=record.chain_id,
                    kind=kind,
                    community_id=owner,
                    address=address,
                    transaction_id=None,
                    token=token if kind is ContractKind.VAULT else None,
                    ledger_id=record.community if owned else None,
                )
            )
    work.communities.set_ledger_id(community.id, record.community)
    for configuration in community.configurations:
        name = configuration_id(record.community, configuration.area_code)
        work.communities.set_configuration_ledger_id(configuration.id, name)
