"""A community with its configurations, members, PODs and plants comes under its name, once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from community.domain.errors import CommunityDiffers, PodTaken
from community.domain.plants import plant_record
from community.domain.records import CommunityStatus, MemberType, NewMember, PlantRecord, PodRecord
from community.ports import UnitOfWork
from settlement.domain.case import Community
from settlement.domain.payees import Payee


@dataclass(frozen=True, slots=True)
class Registered:
    """Ids of a registered community; configurations and members by their ids in case files."""

    community_id: UUID
    configurations: Mapping[str, UUID]
    members: Mapping[str, UUID]
    created: bool


def register_community(
    work: UnitOfWork,
    community: Community,
    payees: Mapping[str, Payee] | None = None,
    legal_type: str = "association",
    status: CommunityStatus = CommunityStatus.ACTIVE,
) -> Registered:
    """Register what a case names, or recognise it; the case's period and revenue do not matter.

    The same input again gives the same ids. Raises CommunityDiffers, naming what differs, when the name
    stands for another community, and PodTaken when a POD is in a configuration elsewhere at that time.
    """
    work.lock(f"community:{community.name}")
    wanted = replace(community, revenue_micro_eur=None)
    given = payees or {}
    existing = work.communities.by_name(community.name)
    if existing is None:
        return _register(work, wanted, given, legal_type, status)
    differences = _differences(work, existing.id, wanted, given)
    if differences:
        raise CommunityDiffers(community.name, differences)
    return _registered(work, existing.id, created=False)


def _register(
    work: UnitOfWork,
    community: Community,
    payees: Mapping[str, Payee],
    legal_type: str,
    status: CommunityStatus,
) -> Registered:
    pods = [
        PodRecord(row.code, row.configuration, row.valid_from, row.valid_to, storage=row.storage)
        for row in community.pods
    ]
    work.lock("pods")
    taken = work.communities.pods_taken(pods)
    if taken:
        raise PodTaken(taken)
    community_id = work.communities.add(community, legal_type, status)
    configurations = work.communities.configuration_ids(community_id)
    members = work.communities.add_members(community_id, _members(community, payees))
    owned = zip(community.pods, pods, strict=True)
    work.communities.add_pods(
        community_id, [(members[row.member], configurations[row.configuration], pod) for row, pod in owned]
    )
    work.communities.add_plants(community_id, _plants(community), members)
    return _registered(work, community_id, created=True)


def _members(community: Community, payees: Mapping[str, Payee]) -> list[NewMember]:
    producing = {plant.pod for plant in community.plants}
    prosumers = {row.member for row in community.pods if row.code in producing}
    return [
        NewMember(
            code=member.id,
            category=member.category,
            enterprise=member.enterprise,
            member_type=MemberType.PROSUMER if member.id in prosumers else MemberType.CONSUMER,
            payee=payees.get(member.id),
        )
        for member in community.members
    ]


def _plants(community: Community) -> list[PlantRecord]:
    # A plant belongs to the last owner of its POD.
    owners = {row.code: row.member for row in sorted(community.pods, key=lambda row: row.valid_from)}
    return [plant_record(plant, owners[plant.pod]) for plant in community.plants]


def _registered(work: UnitOfWork, community_id: UUID, *, created: bool) -> Registered:
    members = {row.member.code: row.id for row in work.communities.members(community_id)}
    return Registered(community_id, work.communities.configuration_ids(community_id), members, created)


def _differences(
    work: UnitOfWork, community_id: UUID, wanted: Community, payees: Mapping[str, Payee]
) -> list[str]:
    """What the stored community says otherwise, one phrase each."""
    stored = work.communities.terms(community_id, wanted.start, wanted.end)
    assert stored is not None
    terms = (
        "rule_set",
        "attribution",
        "allocation",
        "storage_policy",
        "late_request_policy",
        "shares_bps",
        "parameters_micro",
        "parameter_sources",
    )
    found = [
        f"{name} is {getattr(stored, name)}, not {getattr(wanted, name)}"
        for name in terms
        if getattr(stored, name) != getattr(wanted, name)
    ]
    for name in ("configurations", "members", "pods", "plants"):
        before, after = set(getattr(stored, name)), set(getattr(wanted, name))
        found += [f"{name}: stored only: {row}" for row in sorted(map(str, before - after))]
        found += [f"{name}: given only: {row}" for row in sorted(map(str, after - before))]
    known = work.communities.payees(community_id)
    found += [
        f"payee of {member} is another"
        for member, payee in sorted(payees.items())
        if known.get(member) != _with_known_holder(payee, known.get(member))
    ]
    return found


def _with_known_holder(payee: Payee, known: Payee | None) -> Payee:
    """A payee that names no account holder says nothing about it: the name may have been told otherwise."""
    if known is None or payee.account_holder is not None:
        return payee
    return replace(payee, account_holder=known.account_holder)
