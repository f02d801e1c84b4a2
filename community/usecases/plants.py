"""Plants come behind the community's PODs; stops and the day of the request become known with time."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from community.domain.errors import PlantExists
from community.domain.records import PlantRecord
from community.ports import UnitOfWork
from settlement.domain.errors import NotFound


def set_stop_days(work: UnitOfWork, community_id: UUID, plant_id: UUID, stop_days: int) -> PlantRecord:
    """Note all days without production that GSE has recognised for a plant so far; raises NotFound.

    They count in settlements made afterwards. They move the end of the premium, so the past is not touched.
    """
    work.lock(f"community:{community_id}")
    if all(row.id != plant_id for row in work.communities.plants(community_id)):
        raise NotFound("plant", plant_id)
    work.communities.set_stop_days(plant_id, stop_days)
    return next(row for row in work.communities.plants(community_id) if row.id == plant_id)


def set_request(
    work: UnitOfWork, community_id: UUID, plant_id: UUID, requested_on: date | None
) -> PlantRecord:
    """Note the day on which GSE was asked for the premium, None for in time; raises NotFound.

    It counts in settlements made afterwards; what was settled keeps its amounts until it is closed again.
    """
    work.lock(f"community:{community_id}")
    if all(row.id != plant_id for row in work.communities.plants(community_id)):
        raise NotFound("plant", plant_id)
    work.communities.set_request(plant_id, requested_on)
    return next(row for row in work.communities.plants(community_id) if row.id == plant_id)


def add_plant(work: UnitOfWork, community_id: UUID, plant: PlantRecord) -> PlantRecord:
    """Add a plant behind a POD of the community; it belongs to the POD's last owner.

    Adding the same plant again returns it. Raises NotFound for the community and for the POD, PlantExists
    when the code stands for another plant. Power limits are checked when a period is settled.
    """
    if work.communities.get(community_id) is None:
        raise NotFound("community", community_id)
    work.lock(f"community:{community_id}")
    members = work.communities.members(community_id)
    owned = [(pod.valid_from, row) for row in members for pod in row.member.pods if pod.pod == plant.pod]
    if not owned:
        raise NotFound("POD of this community", plant.pod)
    owner = max(owned, key=lambda pair: pair[0])[1]
    wanted = replace(plant, id=None, member=owner.member.code)
    for known in work.communities.plants(community_id):
        if known.code == plant.code:
            if replace(known, id=None) == wanted:
                return known
            raise PlantExists(plant.code)
    work.communities.add_plants(community_id, [wanted], {owner.member.code: owner.id})
    return next(row for row in work.communities.plants(community_id) if row.code == plant.code)
