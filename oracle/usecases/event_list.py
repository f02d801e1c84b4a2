"""A community's events, as the index has them."""

from community.domain.records import CommunityRecord
from oracle.attest.identifiers import configuration_id
from oracle.records import ContractKind, EventScope
from oracle.work import EventsWork

OWN = frozenset({ContractKind.TIMELOCK, ContractKind.VAULT})


def scope_of(work: EventsWork, community: CommunityRecord, chain_id: int) -> EventScope:
    """Whose events are the community's on a chain: its contracts', and those that name it."""
    deployed = [row for row in work.deployments.of_chain(chain_id) if row.community_id == community.id]
    names = sorted({row.ledger_id for row in deployed if row.ledger_id is not None})
    return EventScope(
        addresses=tuple(row.address for row in deployed if row.kind in OWN),
        communities=tuple(names),
        configurations=tuple(
            configuration_id(name, one.area_code) for name in names for one in community.configurations
        ),
    )
