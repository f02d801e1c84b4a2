"""What the one who asks may see.

Two questions, in this order, so that an answer never tells more than it must:
1. May this role call this operation at all? It depends on the route alone: 403 otherwise (`deps.Admits`).
2. Is the thing within reach? Otherwise 404, word for word the answer for a thing that does not exist.
"""

from typing import NoReturn
from uuid import UUID

from api.errors import ApiError
from api.service import ReadWork
from community.domain.records import CommunityRecord, MemberRecord, Principal, Role


def unknown(kind: str) -> NoReturn:
    """404, the same for what does not exist and for what is not the asker's to see."""
    raise ApiError("NOT_FOUND", f"there is no such {kind}, or it is not yours to see")


def require_community(work: ReadWork, asker: Principal, community_id: UUID) -> None:
    """404 unless the community exists as far as the asker is told."""
    if asker.community_id == community_id:
        return  # it exists: the token's row refers to it
    if asker.community_id is not None or work.communities.name_of(community_id) is None:
        unknown("community")


def community_of(work: ReadWork, asker: Principal, community_id: UUID) -> CommunityRecord:
    """The community, if it exists as far as the asker is told."""
    record = work.communities.get(community_id) if asker.may_read(community_id) else None
    return record or unknown("community")


def require_member(work: ReadWork, asker: Principal, community_id: UUID, member_id: UUID) -> MemberRecord:
    """The member, if the asker may see it: a member sees itself alone."""
    require_community(work, asker, community_id)
    visible = asker.member_id is None or asker.member_id == member_id
    record = work.communities.member(community_id, member_id) if visible else None
    return record or unknown("member")


def reads_names(asker: Principal) -> bool:
    """Wallets, IBANs, places and bank references: never for auditors, who work with member codes."""
    return asker.role is not Role.AUDITOR


def sees_member(asker: Principal, member: str | None) -> bool:
    """Whether the figures of the member of that code are for this asker."""
    return asker.role is not Role.MEMBER or (member is not None and member == asker.member)
