"""Alive and ready, open to everybody and silent about the data; and metrics, for those who oversee all."""

from fastapi import Request, Response

from api.deps import GlobalOverseer, ServiceOf
from api.errors import ApiError
from api.metrics import CONTENT_TYPE, Metrics
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


@router.get(
    "/metrics",
    operation_id="metrics",
    summary="What Prometheus reads",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}},
)
def metrics(request: Request, _asker: GlobalOverseer) -> Response:
    """Durations of requests, and what waits or lags at this moment; for a token over all communities."""
    found: Metrics = request.app.state.metrics
    return Response(found.text(), media_type=CONTENT_TYPE)
