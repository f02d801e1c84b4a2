"""Where a distribution stands, from what is recorded of it."""

from typing import Literal, TypeAlias

from api.service import ReadWork
from settlement.domain.records import Distribution

DistributionState: TypeAlias = Literal["planned", "settled", "cancelled", "replaced"]


def distribution_state(work: ReadWork, distribution: Distribution) -> DistributionState:
    """`replaced` by a later plan of the same number, `cancelled` by the guardian, `settled`, or `planned`."""
    community_id, number = distribution.community_id, distribution.number
    latest = work.distributions.numbered(community_id, number)
    assert latest is not None
    if latest.plan != distribution.plan:
        return "replaced"
    cancelled = {row.distribution_id for row in work.distributions.cancellations(community_id)}
    if distribution.id in cancelled:
        return "cancelled"
    return "planned" if work.settled_distributions.of(distribution.id) is None else "settled"
