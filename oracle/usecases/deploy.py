"""Topic `deploy`: a community gets its contracts and registers at the ledger, which serves all.

A community's id follows from its administrator and its name, so its timelock is deployed before the
registration that names it as governor.
"""

from collections.abc import Generator
from dataclasses import dataclass
from uuid import UUID

from community.domain.records import CommunityRecord
from oracle.attest.identifiers import community_id as community_ledger_id
from oracle.attest.identifiers import community_salt, configuration_id
from oracle.errors import LedgerDiverges
from oracle.ports import Call, Outcome, RegistrationTerms, VaultTerms
from oracle.records import ContractKind, Deployment, StoredTransaction
from oracle.usecases.context import Context, Finish, Step, Steps, TokenChoice, ready
from oracle.usecases.places import community_of, placed
from oracle.work import Work
from settlement.domain.records import OutboxRow


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose timelock or vault it is: the community, and its id on the ledger."""

    community_id: UUID
    ledger_id: bytes


def deploy(context: Context, message: OutboxRow) -> Steps:
    """Contracts that are missing are deployed; what is not registered is registered."""
    with context.unit() as work:
        community = community_of(work, UUID(message.payload["community_id"]))
    policy, chain = context.policy, context.chain
    ledger = yield from _contract(
        context, ContractKind.LEDGER, context.ledger.deployment(policy.finality_delay_s)
    )
    salt = community_salt(community.name)
    owner = _Owner(community.id, _known_id(context, community) or community_ledger_id(chain.sender, salt))
    creation = context.ledger.timelock_deployment(ledger, owner.ledger_id, policy.governance_delay_s)
    timelock = yield from _contract(context, ContractKind.TIMELOCK, creation, owner)
    if not any(context.ledger.roles(ledger, owner.ledger_id).administrator):
        terms = _registration(context, community, timelock)
        call = context.ledger.register_community(ledger, salt, terms)
        yield Step("register community", ready(call))
    vault = yield from _vault(context, ledger, owner)
    for configuration in community.configurations:
        name = configuration_id(owner.ledger_id, configuration.area_code)
        if not any(context.ledger.community_of(ledger, name)):
            area = configuration.area_code
            call = context.ledger.register_configuration(ledger, owner.ledger_id, area)
            yield Step(f"register {area}", ready(call))
    _require_bound(context, ledger, owner, vault)
    return _finish(community, owner.ledger_id)


def _known_id(context: Context, community: CommunityRecord) -> bytes | None:
    """The community's id where its timelock or vault is on record already."""
    with context.unit() as work:
        ledger = work.deployments.find(context.chain.chain_id, ContractKind.LEDGER)
        timelock = work.deployments.find(context.chain.chain_id, ContractKind.TIMELOCK, community.id)
        vault = work.deployments.find(context.chain.chain_id, ContractKind.VAULT, community.id)
    if ledger is not None and vault is not None:
        return placed(ledger, vault).community
    return None if timelock is None else timelock.ledger_id


def _vault(context: Context, ledger: bytes, owner: _Owner) -> Generator[Step, Outcome, bytes]:
    """The community's vault, deployed with what it counts in and bound at the ledger."""
    policy = context.policy
    with context.unit() as work:
        existing = work.deployments.find(context.chain.chain_id, ContractKind.VAULT, owner.community_id)
    if existing is not None:
        vault = existing.address
    else:
        token = policy.token_address if policy.token is TokenChoice.ERC20 else None
        if policy.token is TokenChoice.TEST_EURO:
            token = yield from _contract(context, ContractKind.TOKEN, context.vault.token_deployment())
        terms = VaultTerms(owner.ledger_id, context.chain.sender, token, policy.root_delay_s)
        creation = context.vault.deployment(ledger, terms)
        vault = yield from _contract(context, ContractKind.VAULT, creation, owner, token)
    if not any(context.ledger.vault_of(ledger, owner.ledger_id)):
        yield Step("bind vault", ready(context.ledger.set_vault(ledger, owner.ledger_id, vault)))
    return vault


def _contract(
    context: Context,
    kind: ContractKind,
    creation: Call,
    owner: _Owner | None = None,
    token: bytes | None = None,
) -> Generator[Step, Outcome, bytes]:
    """Address of a contract of ours, which is deployed unless it is on record."""
    community_id = None if owner is None else owner.community_id
    ledger_id = None if owner is None else owner.ledger_id
    with context.unit() as work:
        existing = work.deployments.find(context.chain.chain_id, kind, community_id)
    if existing is not None:
        return existing.address

    def record(work: Work, transaction: StoredTransaction, outcome: Outcome) -> None:
        assert outcome.contract is not None
        known = work.deployments.find(transaction.chain_id, kind, community_id)
        if known is None:
            address = outcome.contract
            row = (transaction.chain_id, kind, community_id, address, transaction.id, token, ledger_id)
            work.deployments.add(Deployment(*row))

    outcome = yield Step(f"deploy {kind}", ready(creation), record)
    assert outcome.contract is not None
    return outcome.contract


def _registration(context: Context, community: CommunityRecord, timelock: bytes) -> RegistrationTerms:
    policy = context.policy
    return RegistrationTerms(
        governor=timelock,
        guardian=policy.guardian or context.chain.sender,
        smallest_group=policy.smallest_group,
        shares=community.shares_bps,
    )


def _require_bound(context: Context, ledger: bytes, owner: _Owner, vault: bytes) -> None:
    """The ledger names our vault. Raises LedgerDiverges when somebody bound another one."""
    bound = context.ledger.vault_of(ledger, owner.ledger_id)
    if bound != vault:
        raise LedgerDiverges("vault of the community", vault.hex(), bound.hex())


def _finish(community: CommunityRecord, ledger_id: bytes) -> Finish:
    def finish(work: Work) -> None:
        work.communities.set_ledger_id(community.id, ledger_id)
        for configuration in community.configurations:
            name = configuration_id(ledger_id, configuration.area_code)
            work.communities.set_configuration_ledger_id(configuration.id, name)

    return finish
