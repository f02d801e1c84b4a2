"""Is the process alive, is it ready to serve: open to everybody, and silent about the data."""

from api.deps import ServiceOf
from api.errors import ApiError
from api.routing import Router
from api.schemas.health import Alive, Ready

router = Router(tags=["health"])


@router.get("/health", operation_id="health", summary="The process is alive")
def health() -> Alive:
    """Answers without looking at anything else."""
    return Alive(status="alive")


@router.get("/ready", operation_id="ready", summary="The service can answer")
def ready(service: ServiceOf) -> Ready:
    """Whether the database answers and has the schema that this version needs; 503 NOT_READY otherwise."""
    reason = service.not_ready()
    if reason is not None:
        raise ApiError("NOT_READY", reason)
    return Ready(status="ready", version=service.version)
