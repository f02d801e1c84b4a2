"""Readings and prices arrive as the CSV files of a case folder: all of a file or nothing."""

from collections.abc import Sequence
from uuid import UUID

from api.access import require_community, unknown
from api.csv_body import CsvTable, takes_csv
from api.deps import Administrator, GlobalAdministrator, ServiceOf
from api.errors import ApiError, findings_out
from api.periods import Period
from api.routing import Router
from api.schemas.readings import ImportOut
from api.service import WriteWork
from settlement.casefile.staged import read_table
from settlement.domain.case import Community
from settlement.domain.findings import Finding
from settlement.usecases.admit_readings import admit_readings
from settlement.usecases.import_readings import import_readings

router = Router(prefix="/communities/{community_id}", tags=["readings"])

IMPORT_DAYS_MAX = 400


@router.post(
    "/readings",
    operation_id="importReadings",
    summary="Import the readings of a period (CSV)",
    openapi_extra=takes_csv("interval_start, pod, direction, wh and, if need be, quality"),
)
def post_readings(
    community_id: UUID,
    asker: Administrator,
    period: Period,
    table: CsvTable,
    service: ServiceOf,
) -> ImportOut:
    """Columns `interval_start,pod,direction,wh[,quality]`, whole days, hours or quarter-hours.

    A series that appears covers every interval of its POD's validity in the period: missing is not zero.
    Other values than those known are kept beside them as a correction. Findings name their lines; with any
    of them nothing is imported. Days that cannot be what they say are held, named in `quality`, and are not
    in the readings until an administrator releases them.
    """
    period.require_at_most(IMPORT_DAYS_MAX)
    with service.writing() as work:
        require_community(work, asker, community_id)
        terms = _terms(work, community_id, period)
        case, findings = read_table("readings", table, terms)
        _refuse(findings)
        admitted = admit_readings(work, community_id, case, f"API: {asker.label}", service.clock())
        work.commit()
    return ImportOut.of(admitted.imported, admitted)


@router.post(
    "/prices",
    operation_id="importPrices",
    summary="Import the market prices of a period (CSV)",
    openapi_extra=takes_csv("interval_start, zone and eur_per_mwh"),
)
def post_prices(
    community_id: UUID,
    asker: GlobalAdministrator,
    period: Period,
    table: CsvTable,
    service: ServiceOf,
) -> ImportOut:
    """Columns `interval_start,zone,eur_per_mwh`: the prices of the community's zones for every hour.

    Prices serve all communities of a zone, so only an administrator of all communities brings them.
    """
    period.require_at_most(IMPORT_DAYS_MAX)
    with service.writing() as work:
        require_community(work, asker, community_id)
        terms = _terms(work, community_id, period)
        case, findings = read_table("prices", table, terms)
        _refuse(findings)
        imported = import_readings(work, community_id, case, service.clock())
        work.commit()
    return ImportOut.of(imported)


def _terms(work: WriteWork, community_id: UUID, period: Period) -> Community:
    return work.communities.terms(community_id, period.start, period.end) or unknown("community")


def _refuse(findings: Sequence[Finding]) -> None:
    if findings:
        detail = f"nothing was imported: the file has {len(findings)} findings"
        raise ApiError("READINGS_MALFORMED", detail, findings_out(findings))
