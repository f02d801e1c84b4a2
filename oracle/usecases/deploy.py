"""Topic `deploy`: a community gets its contracts: a vault of its own, the ledger and demo token of all."""

from collections.abc import Generator
from uuid import UUID

from community.domain.records import CommunityRecord
from oracle.attest.identifiers import community_id as community_ledger_id
from oracle.ports import Call, Outcome, VaultTerms
from oracle.records import ContractKind, Deployment, StoredTransaction
from oracle.usecases.context import Context, Finish, Step, Steps, TokenChoice, ready
from oracle.usecases.places import community_of, ledger_name
from oracle.work import Work
from settlement.domain.records import OutboxRow


def deploy(context: Context, message: OutboxRow) -> Steps:
    """Contracts that are missing are deployed, configurations that are not registered are registered."""
    with context.unit() as work:
        community = community_of(work, UUID(message.payload["community_id"]))
    policy = context.policy
    creation = context.ledger.deployment(policy.finality_delay_s)
    ledger = yield from _contract(context, ContractKind.LEDGER, creation)
    token = policy.token_address if policy.token is TokenChoice.ERC20 else None
    if policy.token is TokenChoice.TEST_EURO:
        token = yield from _contract(context, ContractKind.TOKEN, context.vault.token_deployment())
    creation = context.vault.deployment(ledger, _terms(context, community, token))
    vault = yield from _contract(context, ContractKind.VAULT, creation, community.id, token)
    for configuration in community.configurations:
        name = ledger_name(community, configuration)
        if not any(context.ledger.vault_of(ledger, name)):
            call = context.ledger.register(ledger, name, vault)
            yield Step(f"register {configuration.area_code}", ready(call))
    return _finish(community)


def _contract(
    context: Context,
    kind: ContractKind,
    creation: Call,
    community_id: UUID | None = None,
    token: bytes | None = None,
) -> Generator[Step, Outcome, bytes]:
    """Address of a contract of ours, which is deployed unless it is on record."""
    with context.unit() as work:
        existing = work.deployments.find(context.chain.chain_id, kind, community_id)
    if existing is not None:
        return existing.address

    def record(work: Work, transaction: StoredTransaction, outcome: Outcome) -> None:
        assert outcome.contract is not None
        known = work.deployments.find(transaction.chain_id, kind, community_id)
        if known is None:
            address = outcome.contract
            work.deployments.add(
                Deployment(transaction.chain_id, kind, community_id, address, transaction.id, token)
            )

    outcome = yield Step(f"deploy {kind}", ready(creation), record)
    assert outcome.contract is not None
    return outcome.contract


def _terms(context: Context, community: CommunityRecord, token: bytes | None) -> VaultTerms:
    shares = community.shares_bps
    return VaultTerms(
        community=community_ledger_id(community.name),
        token=token,
        producers_bps=shares.producers,
        social_bps=shares.social,
        grid_bps=shares.grid,
        root_delay_s=context.policy.root_delay_s,
    )


def _finish(community: CommunityRecord) -> Finish:
    def finish(work: Work) -> None:
        work.communities.set_ledger_id(community.id, community_ledger_id(community.name))
        for configuration in community.configurations:
            work.communities.set_configuration_ledger_id(
                configuration.id, ledger_name(community, configuration)
            )

    return finish
