"""Members join, change and leave; PODs are ended, never erased."""

from dataclasses import replace
from uuid import UUID

from community.domain.errors import FieldNotChangeable, MemberExists, PodTaken, UnknownConfiguration
from community.domain.records import MemberRecord, NewMember, PodRecord
from community.ports import UnitOfWork
from settlement.domain.errors import NotFound
from settlement.domain.payees import Payee


def add_member(work: UnitOfWork, community_id: UUID, member: NewMember) -> MemberRecord:
    """Add a member with its PODs; adding the same member again returns it.

    Raises NotFound, MemberExists when the code stands for another member, UnknownConfiguration and PodTaken.
    """
    configurations = _configurations(work, community_id)
    work.lock(f"community:{community_id}")
    existing = work.communities.member_by_code(community_id, member.code)
    if existing is not None:
        if _comparable(existing.member) == _comparable(member):
            return existing
        raise MemberExists(member.code)
    member_id = work.communities.add_members(community_id, [member])[member.code]
    _add_pods(work, community_id, member_id, configurations, member.pods)
    stored = work.communities.member(community_id, member_id)
    assert stored is not None
    return stored


def update_member(work: UnitOfWork, community_id: UUID, member_id: UUID, member: NewMember) -> MemberRecord:
    """Bring a member to the wanted state. Its code stays; PODs may be added, ended or get another meter.

    A POD is the same as a stored one when code and first day are equal; stored PODs that are not named stay.
    Raises NotFound, FieldNotChangeable, UnknownConfiguration and PodTaken.
    """
    configurations = _configurations(work, community_id)
    work.lock(f"community:{community_id}")
    existing = work.communities.member(community_id, member_id)
    if existing is None:
        raise NotFound("member", member_id)
    if existing.member.code != member.code:
        raise FieldNotChangeable(["code"])
    stored = {(pod.pod, pod.valid_from): pod for pod in existing.member.pods}
    for pod in member.pods:
        before = stored.get((pod.pod, pod.valid_from))
        if before is not None and before.configuration != pod.configuration:
            raise FieldNotChangeable([f"configuration of {pod.pod}"])
        if before is not None and before != pod:
            work.communities.update_pod(member_id, pod)
    work.communities.update_member(member_id, member)
    added = tuple(pod for pod in member.pods if (pod.pod, pod.valid_from) not in stored)
    _add_pods(work, community_id, member_id, configurations, added)
    updated = work.communities.member(community_id, member_id)
    assert updated is not None
    return updated


def _configurations(work: UnitOfWork, community_id: UUID) -> dict[str, UUID]:
    configurations = work.communities.configuration_ids(community_id)
    if not configurations:
        raise NotFound("community", community_id)
    return configurations


def _add_pods(
    work: UnitOfWork,
    community_id: UUID,
    member_id: UUID,
    configurations: dict[str, UUID],
    pods: tuple[PodRecord, ...],
) -> None:
    for pod in pods:
        if pod.configuration not in configurations:
            raise UnknownConfiguration(pod.configuration)
    work.lock("pods")
    taken = work.communities.pods_taken(pods)
    if taken:
        raise PodTaken(taken)
    work.communities.add_pods(
        community_id, [(member_id, configurations[pod.configuration], pod) for pod in pods]
    )


def _comparable(member: NewMember) -> NewMember:
    """Without what the store fills in: the payee of a member that named none, and the order of PODs."""
    pods = tuple(sorted(member.pods, key=lambda pod: (pod.pod, pod.valid_from)))
    return replace(member, payee=member.payee or Payee(member.code), pods=pods)
