"""What the community's use cases need from outside; `community.store` supplies it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from community.domain.devices import DeviceKeyRecord, DeviceRecord, NewDevice
from community.domain.records import (
    CommunityRecord,
    CommunityStatus,
    MemberRecord,
    NewMember,
    PlantRecord,
    PodRecord,
    Principal,
    TokenRecord,
)
from settlement.domain.case import Community
from settlement.domain.community_rules import AdoptedRule
from settlement.domain.payees import Payee


class Communities(Protocol):
    """Communities with their configurations, members, PODs and plants."""

    def get(self, community_id: UUID) -> CommunityRecord | None:
        """The community of that id."""
        ...

    def by_name(self, name: str) -> CommunityRecord | None:
        """The community of that name."""
        ...

    def members(self, community_id: UUID) -> list[MemberRecord]:
        """The members with their PODs, by code."""
        ...

    def member(self, community_id: UUID, member_id: UUID) -> MemberRecord | None:
        """The member of that id in that community."""
        ...

    def member_by_code(self, community_id: UUID, code: str) -> MemberRecord | None:
        """The member of that code in that community."""
        ...

    def plants(self, community_id: UUID) -> list[PlantRecord]:
        """The plants, by code."""
        ...

    def configuration_ids(self, community_id: UUID) -> dict[str, UUID]:
        """Ids of the configurations by code."""
        ...

    def payees(self, community_id: UUID) -> dict[str, Payee]:
        """How each member is paid, by code."""
        ...

    def terms(self, community_id: UUID, start: datetime, end: datetime) -> Community | None:
        """The community as an engine's case names it."""
        ...

    def adopted_rules(self, community_id: UUID) -> list[AdoptedRule]:
        """The rules that the community adopted, the earliest first."""
        ...

    def add_rules(self, community_id: UUID, rules: Iterable[AdoptedRule]) -> None:
        """Store adopted rules."""
        ...

    def pods_taken(self, pods: Iterable[PodRecord]) -> list[str]:
        """Which of these PODs overlap in time with a stored one, of whatever community."""
        ...

    def add(self, community: Community, legal_type: str, status: CommunityStatus) -> UUID:
        """Store a community and its configurations."""
        ...

    def update(self, community_id: UUID, fields: Mapping[str, Any]) -> None:
        """Set fields of a CommunityRecord."""
        ...

    def add_members(self, community_id: UUID, members: Iterable[NewMember]) -> dict[str, UUID]:
        """Store members without their PODs; ids by code."""
        ...

    def update_member(self, member_id: UUID, member: NewMember) -> None:
        """Set everything that a member says of itself, but its PODs."""
        ...

    def add_pods(self, community_id: UUID, pods: Iterable[tuple[UUID, UUID, PodRecord]]) -> None:
        """Store PODs as (member id, configuration id, POD)."""
        ...

    def update_pod(self, member_id: UUID, pod: PodRecord) -> None:
        """Set the end and the meter of a stored POD."""
        ...

    def add_plants(
        self, community_id: UUID, plants: Iterable[PlantRecord], members: Mapping[str, UUID]
    ) -> None:
        """Store plants; `members` gives the ids of their owners by code."""
        ...

    def set_stop_days(self, plant_id: UUID, stop_days: int) -> None:
        """Set the recognised stops of a plant."""
        ...

    def set_request(self, plant_id: UUID, requested_on: date | None) -> None:
        """Set the day on which the premium of a plant was asked for."""
        ...


class TokensReader(Protocol):
    """Recognises keys."""

    def principal(self, token_hash: bytes, now: datetime) -> Principal | None:
        """Who holds the key of that hash at that instant."""
        ...


class Tokens(TokensReader, Protocol):
    """Adds and revokes keys."""

    def add(self, token: TokenRecord, token_hash: bytes) -> None:
        """Store a key by its hash."""
        ...

    def revoke(self, token_id: UUID, now: datetime) -> bool:
        """Revoke a key; False when there is none or it was revoked before."""
        ...


class DevicesReader(Protocol):
    """Recognises devices."""

    def of_community(self, community_id: UUID) -> list[DeviceRecord]:
        """The devices of a community by code, revoked ones too."""
        ...

    def get(self, community_id: UUID, device_id: UUID) -> DeviceRecord | None:
        """The device of that id in that community."""
        ...

    def by_code(self, community_id: UUID, code: str) -> DeviceRecord | None:
        """The device of that code in that community."""
        ...

    def of_key(self, public_key: bytes, now: datetime) -> DeviceRecord | None:
        """Whose key that is, if the key is valid at that instant and the device was not revoked."""
        ...

    def keys(self, device_id: UUID) -> list[DeviceKeyRecord]:
        """The keys of a device, the oldest first."""
        ...


class Devices(DevicesReader, Protocol):
    """Registers devices, gives and ends keys."""

    def add(self, record: DeviceRecord) -> None:
        """Store a device."""
        ...

    def change(self, device_id: UUID, device: NewDevice) -> None:
        """Set what a device says of itself, but its code."""
        ...

    def revoke(self, device_id: UUID, now: datetime) -> bool:
        """Revoke a device; False when it was revoked before."""
        ...

    def seen(self, device_id: UUID, now: datetime) -> None:
        """Note that something was accepted from a device."""
        ...

    def add_key(self, key: DeviceKeyRecord) -> None:
        """Store the public half of a key."""
        ...

    def end_keys(self, device_id: UUID, at: datetime) -> None:
        """End the keys of a device at that instant, unless they end sooner."""
        ...


class DeviceReading(Protocol):
    """What recognising a device reads; every unit of work serves."""

    @property
    def devices(self) -> DevicesReader: ...


class DeviceWork(Protocol):
    """What registering devices needs; every unit of work that writes serves."""

    @property
    def communities(self) -> Communities: ...
    @property
    def devices(self) -> Devices: ...

    def lock(self, name: str) -> None:
        """Wait until no other transaction holds the lock of that name; hold it until this one ends."""
        ...


class UnitOfWork(Protocol):
    """One transaction. Use cases never commit; the edge does."""

    @property
    def communities(self) -> Communities: ...
    @property
    def tokens(self) -> Tokens: ...

    def lock(self, name: str) -> None:
        """Wait until no other transaction holds the lock of that name; hold it until this one ends."""
        ...


class ReadOnlyUnitOfWork(Protocol):
    """What recognising a key reads; a unit of work that writes serves as well."""

    @property
    def tokens(self) -> TokensReader: ...
