"""What every handler is given: the service and who is asking, admitted by role."""

from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.security import HTTPBearer

from api.errors import ApiError
from api.service import Service
from community.domain.devices import DeviceRecord
from community.domain.records import Principal, Role

# Only documents the scheme in OpenAPI: the guard has checked the token before the route was chosen.
BEARER = HTTPBearer(auto_error=False, description="`condivisa db token create` makes a token")


async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


ServiceOf = Annotated[Service, Depends(_service)]


class Admits:
    """A dependency that answers 403 to every role but these, before anything is looked up."""

    def __init__(self, *roles: Role) -> None:
        self.roles = frozenset(roles)

    async def __call__(self, request: Request, _documented: Annotated[object, Depends(BEARER)]) -> Principal:
        """The asker, if its role may call this operation."""
        asker: Principal | DeviceRecord = request.state.asker
        if isinstance(asker, DeviceRecord):
            raise ApiError("ROLE_NOT_ALLOWED", "this is not for devices")
        if asker.role not in self.roles:
            raise ApiError("ROLE_NOT_ALLOWED", f"this is not for the role {asker.role}")
        return asker


async def _device(request: Request, _documented: Annotated[object, Depends(BEARER)]) -> DeviceRecord:
    """The device, if one is asking with a key of its own."""
    asker: Principal | DeviceRecord = request.state.asker
    if not isinstance(asker, DeviceRecord):
        raise ApiError("ROLE_NOT_ALLOWED", "this is for devices, with a key of their own")
    return asker


FromDevice = Annotated[DeviceRecord, Depends(_device)]
DryRun = Annotated[
    bool, Query(description="Compute and answer, store nothing; ids in the answer are of this answer alone")
]
Anybody = Annotated[Principal, Depends(Admits(Role.MEMBER, Role.ADMINISTRATOR, Role.AUDITOR))]
Overseer = Annotated[Principal, Depends(Admits(Role.ADMINISTRATOR, Role.AUDITOR))]
Administrator = Annotated[Principal, Depends(Admits(Role.ADMINISTRATOR))]
Owner = Annotated[Principal, Depends(Admits(Role.MEMBER, Role.ADMINISTRATOR))]


async def _global_administrator(asker: Administrator) -> Principal:
    if asker.community_id is not None:
        raise ApiError("ROLE_NOT_ALLOWED", "this is for administrators of all communities")
    return asker


GlobalAdministrator = Annotated[Principal, Depends(_global_administrator)]


async def _global_overseer(asker: Overseer) -> Principal:
    if asker.community_id is not None:
        raise ApiError("ROLE_NOT_ALLOWED", "this is for those who oversee all communities")
    return asker


GlobalOverseer = Annotated[Principal, Depends(_global_overseer)]
