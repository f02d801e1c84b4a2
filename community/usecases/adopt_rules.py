"""A community adopts rules of its own, by resolution, for energy after the day of adoption."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from community.ports import UnitOfWork
from settlement.domain.community_rules import AdoptedRule, CommunityRule
from settlement.domain.errors import NotFound


def adopt_rules(
    work: UnitOfWork, community_id: UUID, rules: Sequence[CommunityRule], adopted_at: datetime
) -> bool:
    """Store the rules as adopted at that instant; False if they are what was adopted last.

    They count for periods that begin on that Europe/Rome day or later; settled periods keep what they were
    settled with. Raises NotFound for the community.
    """
    work.lock(f"community:{community_id}")
    if work.communities.get(community_id) is None:
        raise NotFound("community", community_id)
    known = work.communities.adopted_rules(community_id)
    latest = {row.rule for row in known if row.adopted_at == known[-1].adopted_at}
    if latest == set(rules):
        return False
    work.communities.add_rules(community_id, [AdoptedRule(rule, adopted_at) for rule in rules])
    return True
