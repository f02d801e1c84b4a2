"""Files of distributors, portals and markets as they are sent: all of a file or nothing."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request

from api.access import require_community
from api.deps import Administrator, GlobalAdministrator, ServiceOf
from api.errors import ApiError, findings_out
from api.routing import Router
from api.schemas.readings import ImportOut
from oracle.sources.meters.assembly import Choices, assemble, whole_days
from oracle.sources.meters.meter_file import Options
from oracle.sources.meters.registry import read_meter_bytes
from oracle.sources.prices.registry import read_price_bytes
from oracle.usecases.take_in_readings import price_runs, take_in_prices, take_in_readings
from settlement.domain.case import Direction
from settlement.domain.findings import Finding
from settlement.domain.rulesets import ZONES

router = Router(prefix="/communities/{community_id}", tags=["readings"])

MEDIA_TYPE = "application/octet-stream"


async def _file(request: Request) -> bytes:
    """The body, read only now that the role is admitted."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != MEDIA_TYPE:
        raise ApiError("MEDIA_TYPE_UNSUPPORTED", f"this address takes {MEDIA_TYPE}")
    return await request.body()


def takes_file(what: str) -> dict[str, Any]:
    """The request body in OpenAPI, which FastAPI cannot derive from a dependency."""
    schema = {"type": "string", "format": "binary", "description": what}
    return {"requestBody": {"required": True, "content": {MEDIA_TYPE: {"schema": schema}}}}


Body = Annotated[bytes, Depends(_file)]
Name = Annotated[
    str,
    Query(pattern=r"^[^/\\\x00-\x1f\x7f]{1,120}$", description="The file's name; some formats need it"),
]
Pod = Annotated[
    str | None, Query(pattern=r"^IT[0-9]{3}E[0-9]{8}[0-9A-Z]?$", description="POD, where the file has none")
]
Way = Annotated[Direction | None, Query(description="Where the file does not tell it")]
Skip = Annotated[bool, Query(description="Leave out days that lack readings in their middle")]
Blank = Annotated[bool, Query(description="Count blank cells as zero, marked estimated")]


@router.post(
    "/meter-files",
    operation_id="importMeterFile",
    summary="Import a meter file of a known format",
    openapi_extra=takes_file("A meter file of any format of docs/sources.md, also ZIP or gzip"),
)
def post_meter_file(
    community_id: UUID,
    asker: Administrator,
    name: Name,
    file: Body,
    service: ServiceOf,
    pod: Pod = None,
    direction: Way = None,
    skip_incomplete: Skip = False,
    blank_is_zero: Blank = False,
) -> ImportOut:
    """Whole Europe/Rome days of the file; an incomplete one at its beginning or end is left out.

    Other values than those known are kept beside them as a correction. With any finding nothing is
    imported. Days that cannot be what they say are held, named in `quality`, until somebody releases them.
    """
    choices = Choices(pod=pod, skip_incomplete=skip_incomplete)
    with service.writing() as work:
        require_community(work, asker, community_id)
        read = read_meter_bytes(name, file, Options(direction=direction, blank_is_zero=blank_is_zero))
        assembled, findings = assemble([read], choices)
        _refuse(findings)
        whole, findings = whole_days(assembled, choices)
        _refuse(findings)
        admitted = take_in_readings(
            work, community_id, whole, f"{name} by API: {asker.label}", service.clock()
        )
        work.commit()
    return ImportOut.of(admitted.imported, admitted)


@router.post(
    "/price-files",
    operation_id="importPriceFile",
    summary="Import a file of day-ahead prices of a known format",
    openapi_extra=takes_file("A price file of any format of docs/sources.md, also gzip"),
)
def post_price_file(
    community_id: UUID,
    asker: GlobalAdministrator,
    name: Name,
    file: Body,
    service: ServiceOf,
    zone: Annotated[list[str], Query(min_length=1, max_length=len(ZONES), description="Zones to import")],
    skip_incomplete: Skip = False,
) -> ImportOut:
    """Whole days of the named zones; prices serve all communities of a zone."""
    unknown = sorted(set(zone) - set(ZONES))
    if unknown:
        raise ApiError("REQUEST_MALFORMED", f"zone is one of {', '.join(ZONES)}")
    with service.writing() as work:
        require_community(work, asker, community_id)
        read = read_price_bytes(name, file)
        runs, findings, _ = price_runs([read], sorted(set(zone)), skip_incomplete=skip_incomplete)
        _refuse(findings)
        imported = take_in_prices(work, community_id, runs, service.clock())
        work.commit()
    return ImportOut.of(imported)


def _refuse(findings: Sequence[Finding]) -> None:
    if findings:
        detail = f"nothing was imported: the file has {len(findings)} findings"
        raise ApiError("READINGS_MALFORMED", detail, findings_out(sorted(findings)))
