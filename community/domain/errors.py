"""What can go wrong with communities, members and tokens."""
# ruff: noqa: N818 - each is named as the fact that it states

from collections.abc import Sequence

from settlement.domain.errors import ServiceError


class CommunityDiffers(ServiceError):
    """A community of that name exists with other terms, members, PODs or plants."""

    code = "COMMUNITY_DIFFERS"

    def __init__(self, name: str, differences: Sequence[str]) -> None:
        self.name, self.differences = name, tuple(differences)
        more = f" and {len(self.differences) - 5} more" if len(self.differences) > 5 else ""
        super().__init__(f"community {name} is registered otherwise: {'; '.join(self.differences[:5])}{more}")


class MemberExists(ServiceError):
    """The community already has a member of that code."""

    code = "MEMBER_EXISTS"

    def __init__(self, member: str) -> None:
        self.member = member
        super().__init__(f"the community already has a member {member}")


class PlantExists(ServiceError):
    """The community already has another plant of that code."""

    code = "PLANT_EXISTS"

    def __init__(self, plant: str) -> None:
        self.plant = plant
        super().__init__(f"the community already has another plant {plant}")


class PodTaken(ServiceError):
    """A POD is in one configuration at a time, whatever the community (FACTS 1.2)."""

    code = "POD_TAKEN"

    def __init__(self, pods: Sequence[str]) -> None:
        self.pods = tuple(pods)
        named = ", ".join(self.pods[:5])
        super().__init__(f"already in a configuration at that time: {named}")


class UnknownConfiguration(ServiceError):
    """A POD names a configuration that the community does not have."""

    code = "UNKNOWN_CONFIGURATION"

    def __init__(self, configuration: str) -> None:
        self.configuration = configuration
        super().__init__(f"the community has no configuration {configuration!r}")


class FieldNotChangeable(ServiceError):
    """That part of a community does not change by an update."""

    code = "FIELD_NOT_CHANGEABLE"

    def __init__(self, fields: Sequence[str]) -> None:
        self.fields = tuple(fields)
        super().__init__(f"an update cannot change {', '.join(self.fields)}")


class DeviceExists(ServiceError):
    """The community already has another device of that code, or another meter of that POD."""

    code = "DEVICE_EXISTS"


class DeviceMisfit(ServiceError):
    """What is said of a device does not fit together or names what the community does not have."""

    code = "DEVICE_MISFIT"


class DeviceRevoked(ServiceError):
    """A revoked device gets no key and does not change any more; register another one."""

    code = "DEVICE_REVOKED"

    def __init__(self, device: str) -> None:
        self.device = device
        super().__init__(f"device {device} was revoked; register another one")
