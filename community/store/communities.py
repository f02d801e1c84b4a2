"""Communities and their configurations, members, PODs and plants."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, inspect, select, update
from sqlmodel import Session, col

from community.domain.records import (
    CommunityRecord,
    CommunityStatus,
    ConfigurationRecord,
    MemberRecord,
    NewMember,
    PlantRecord,
    PodRecord,
)
from community.store import mapping
from community.store.tables import (
    AssetRow,
    CommunityRow,
    CommunityRuleRow,
    ConfigurationRow,
    MemberPodRow,
    MemberRow,
)
from settlement.domain.calendar import rome_date
from settlement.domain.case import Community
from settlement.domain.community_rules import AdoptedRule
from settlement.domain.identifiers import uuid7
from settlement.domain.payees import Payee


class CommunitiesReader:
    """Reads communities; writes nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, community_id: UUID) -> CommunityRecord | None:
        """The community of that id."""
        return next(iter(self._communities(col(CommunityRow.id) == community_id)), None)

    def by_name(self, name: str) -> CommunityRecord | None:
        """The community of that name."""
        return next(iter(self._communities(col(CommunityRow.name) == name)), None)

    def all(self) -> list[CommunityRecord]:
        """All communities by name."""
        return self._communities()

    def members(self, community_id: UUID) -> list[MemberRecord]:
        """The members with their PODs, by code in byte order."""
        return self._members(col(MemberRow.community_id) == community_id)

    def member(self, community_id: UUID, member_id: UUID) -> MemberRecord | None:
        """The member of that id in that community."""
        same = (col(MemberRow.community_id) == community_id, col(MemberRow.id) == member_id)
        return next(iter(self._members(*same)), None)

    def member_by_code(self, community_id: UUID, code: str) -> MemberRecord | None:
        """The member of that code in that community."""
        same = (col(MemberRow.community_id) == community_id, col(MemberRow.code) == code)
        return next(iter(self._members(*same)), None)

    def plants(self, community_id: UUID) -> list[PlantRecord]:
        """The plants, by code in byte order."""
        query = (
            select(AssetRow, col(MemberRow.code))
            .outerjoin(MemberRow, col(MemberRow.id) == col(AssetRow.member_id))
            .where(col(AssetRow.community_id) == community_id)
        )
        rows = [mapping.plant(row, member) for row, member in self._session.execute(query)]
        return sorted(rows, key=lambda row: row.code.encode())

    def name_of(self, community_id: UUID) -> str | None:
        """The community's name."""
        query = select(col(CommunityRow.name)).where(col(CommunityRow.id) == community_id)
        return self._session.execute(query).scalar()

    def configuration_ids(self, community_id: UUID) -> dict[str, UUID]:
        """Ids of the community's configurations by their code in case files."""
        record = self.get(community_id)
        return {} if record is None else {row.code: row.id for row in record.configurations}

    def pod_days(self, community_id: UUID, pod: str) -> list[tuple[date, date | None]]:
        """From when and up to, not including, when a POD is the community's; None is open."""
        query = select(col(MemberPodRow.valid_from), col(MemberPodRow.valid_to)).where(
            col(MemberPodRow.community_id) == community_id, col(MemberPodRow.pod) == pod
        )
        return [(begin, end) for begin, end in self._session.execute(query)]

    def payees(self, community_id: UUID) -> dict[str, Payee]:
        """How each member is paid, by its code."""
        query = select(MemberRow).where(col(MemberRow.community_id) == community_id)
        return {row.code: mapping.payee(row) for row in self._session.scalars(query)}

    def adopted_rules(self, community_id: UUID) -> list[AdoptedRule]:
        """The rules that the community adopted by resolution, the earliest first."""
        table = CommunityRuleRow
        query = select(table).where(col(table.community_id) == community_id)
        ordered = query.order_by(col(table.adopted_at), col(table.key), col(table.valid_from))
        return [mapping.adopted_rule(row) for row in self._session.scalars(ordered)]

    def departed(self, community_id: UUID, on: date) -> set[str]:
        """The members that had left by that day, by their codes."""
        gone = (col(MemberRow.community_id) == community_id, col(MemberRow.left_on) <= on)
        return set(self._session.scalars(select(col(MemberRow.code)).where(*gone)))

    def terms(self, community_id: UUID, start: datetime, end: datetime) -> Community | None:
        """The community as an engine's case names it, for the period [start, end).

        Members that joined after the period or left before it are not in it, nor are their PODs and plants.
        """
        record = self.get(community_id)
        if record is None:
            return None
        first, last = rome_date(start), rome_date(end - timedelta(microseconds=1))
        members = [
            row.member
            for row in self.members(community_id)
            if (row.member.joined_on or first) <= last and (row.member.left_on or date.max) > first
        ]
        return mapping.terms(record, members, self.plants(community_id), start, end)

    def _communities(self, *conditions: ColumnElement[bool]) -> list[CommunityRecord]:
        query = select(CommunityRow).where(*conditions).order_by(col(CommunityRow.name))
        rows = list(self._fresh(query))
        ids = [row.id for row in rows]
        configurations: dict[UUID, list[ConfigurationRecord]] = {key: [] for key in ids}
        owned = select(ConfigurationRow).where(col(ConfigurationRow.community_id).in_(ids))
        for row in self._fresh(owned):
            configurations[row.community_id].append(mapping.configuration(row))
        return [mapping.community(row, configurations[row.id]) for row in rows]

    def _members(self, *conditions: ColumnElement[bool]) -> list[MemberRecord]:
        rows = self._session.execute(_MEMBERS.where(*conditions)).all()
        pods: dict[UUID, list[PodRecord]] = {row.id: [] for row in rows}
        for member_id, *pod in self._session.execute(_PODS.where(*conditions)):
            pods[member_id].append(PodRecord(*pod))
        members = [mapping.member(row, pods[row.id]) for row in rows]
        return sorted(members, key=lambda row: row.member.code.encode())

    def _fresh(self, query: Any) -> Iterable[Any]:
        # Rows are changed by statements, not through objects: what the session remembers may be old.
        return self._session.scalars(query.execution_options(populate_existing=True))


class Communities(CommunitiesReader):
    """Adds and changes communities."""

    def add(self, community: Community, legal_type: str, status: CommunityStatus) -> UUID:
        """Store a community and its configurations, without members; returns its id."""
        community_id = uuid7()
        terms = mapping.community_columns(community)
        columns = {"id": community_id, "legal_type": legal_type, "status": status, "extra": {}}
        self._session.execute(insert(CommunityRow), [terms | columns])
        rows = [
            {
                "id": uuid7(),
                "community_id": community_id,
                "code": row.id,
                "area_code": row.area_code,
                "zone": row.zone,
            }
            for row in community.configurations
        ]
        self._session.execute(insert(ConfigurationRow), rows)
        return community_id

    def update(self, community_id: UUID, fields: Mapping[str, Any]) -> None:
        """Set fields of a CommunityRecord."""
        changed = mapping.changed_columns(fields) | {"updated_at": func.now()}
        self._session.execute(
            update(CommunityRow).where(col(CommunityRow.id) == community_id).values(changed)
        )

    def set_ledger_id(self, community_id: UUID, ledger_id: bytes) -> None:
        """Note the name (32 bytes) under which the community stands on the ledger."""
        self.update(community_id, {"ledger_id": ledger_id})

    def set_configuration_ledger_id(self, configuration_id: UUID, ledger_id: bytes) -> None:
        """Note the name (32 bytes) under which a configuration stands on the ledger."""
        same = col(ConfigurationRow.id) == configuration_id
        self._session.execute(update(ConfigurationRow).where(same).values(ledger_id=ledger_id))

    def add_rules(self, community_id: UUID, rules: Iterable[AdoptedRule]) -> None:
        """Store adopted rules."""
        rows = [mapping.rule_columns(row) | {"id": uuid7(), "community_id": community_id} for row in rules]
        if rows:
            self._session.execute(insert(CommunityRuleRow), rows)

    def add_members(self, community_id: UUID, members: Iterable[NewMember]) -> dict[str, UUID]:
        """Store members without their PODs; returns their ids by code."""
        rows = [
            mapping.member_columns(member) | {"id": uuid7(), "community_id": community_id}
            for member in members
        ]
        if rows:
            self._session.execute(insert(MemberRow), rows)
        return {row["code"]: row["id"] for row in rows}

    def update_member(self, member_id: UUID, member: NewMember) -> None:
        """Set everything that a member says of itself, but its PODs."""
        columns = mapping.member_columns(member) | {"updated_at": func.now()}
        self._session.execute(update(MemberRow).where(col(MemberRow.id) == member_id).values(columns))

    def add_pods(self, community_id: UUID, pods: Iterable[tuple[UUID, UUID, PodRecord]]) -> None:
        """Store PODs as (member id, configuration id, POD)."""
        rows = [
            {
                "id": uuid7(),
                "community_id": community_id,
                "member_id": member_id,
                "configuration_id": configuration_id,
                "pod": pod.pod,
                "smart_meter_id": pod.smart_meter_id,
                "valid_from": pod.valid_from,
                "valid_to": pod.valid_to,
                "storage": pod.storage,
            }
            for member_id, configuration_id, pod in pods
        ]
        if rows:
            self._session.execute(insert(MemberPodRow), rows)

    def update_pod(self, member_id: UUID, pod: PodRecord) -> None:
        """Set the end, the meter and the kind of the POD of that member that begins on that day."""
        same = (
            col(MemberPodRow.member_id) == member_id,
            col(MemberPodRow.pod) == pod.pod,
            col(MemberPodRow.valid_from) == pod.valid_from,
        )
        values = {"valid_to": pod.valid_to, "smart_meter_id": pod.smart_meter_id, "storage": pod.storage}
        self._session.execute(update(MemberPodRow).where(*same).values(values))

    def pods_taken(self, pods: Iterable[PodRecord]) -> list[str]:
        """Which of these PODs overlap in time with each other or with a stored one, of whatever community."""
        wanted = list(pods)
        query = select(col(MemberPodRow.pod), col(MemberPodRow.valid_from), col(MemberPodRow.valid_to)).where(
            col(MemberPodRow.pod).in_([pod.pod for pod in wanted])
        )
        spans = defaultdict(list)
        for name, begin, end in self._session.execute(query):
            spans[name].append((begin, end or date.max))
        taken = set()
        for pod in wanted:
            mine = (pod.valid_from, pod.valid_to or date.max)
            if any(begin < mine[1] and mine[0] < end for begin, end in spans[pod.pod]):
                taken.add(pod.pod)
            spans[pod.pod].append(mine)
        return sorted(taken)

    def add_plants(
        self, community_id: UUID, plants: Iterable[PlantRecord], members: Mapping[str, UUID]
    ) -> None:
        """Store plants; `members` gives the ids of their owners by code."""
        rows = [
            mapping.plant_columns(replace(plant, id=uuid7()), members) | {"community_id": community_id}
            for plant in plants
        ]
        if rows:
            self._session.execute(insert(AssetRow), rows)

    def set_stop_days(self, plant_id: UUID, stop_days: int) -> None:
        """Set the days without production that GSE has recognised for a plant."""
        self._change_plant(plant_id, stop_days=stop_days)

    def set_request(self, plant_id: UUID, requested_on: date | None) -> None:
        """Set the day on which the premium of a plant was asked for; None for in time."""
        self._change_plant(plant_id, requested_on=requested_on)

    def _change_plant(self, plant_id: UUID, **values: int | date | None) -> None:
        changed = {**values, "updated_at": func.now()}
        self._session.execute(update(AssetRow).where(col(AssetRow.id) == plant_id).values(changed))


# Columns, not objects: a list of members has many rows, and nothing is changed through them.
_MEMBERS = select(*inspect(MemberRow).columns)
_PODS = (
    select(
        col(MemberPodRow.member_id),
        col(MemberPodRow.pod),
        col(ConfigurationRow.code),
        col(MemberPodRow.valid_from),
        col(MemberPodRow.valid_to),
        col(MemberPodRow.smart_meter_id),
        col(MemberPodRow.storage),
    )
    .join(ConfigurationRow, col(ConfigurationRow.id) == col(MemberPodRow.configuration_id))
    .join(MemberRow, col(MemberRow.id) == col(MemberPodRow.member_id))
    .order_by(col(MemberPodRow.pod), col(MemberPodRow.valid_from))
)
