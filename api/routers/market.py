"""What lies beside the incentive of a settled period: market services, and GSE's own figures."""

from fractions import Fraction
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from api.access import require_community, unknown
from api.csv_body import CsvTable, as_file, takes_csv
from api.deps import Administrator, Overseer, ServiceOf
from api.errors import ApiError, findings_out
from api.routing import Router
from api.schemas.gse import AdvancesOut, ComparisonOut
from api.schemas.wire import Decimal6
from api.service import ReadWork
from community.domain.records import Principal
from settlement.casefile.gse_file import read_gse_figures
from settlement.domain.canonical import canonical_json
from settlement.domain.case import MICRO, Case
from settlement.domain.decimals import parse_scaled
from settlement.domain.engine import settle
from settlement.domain.gse_advance import monthly_advances_cents
from settlement.domain.gse_figures import compare
from settlement.domain.market.net_metering import NetMeteringRefused, net_metering
from settlement.domain.market.report import market_document, metering_document
from settlement.usecases.load_case import load_case

router = Router(prefix="/communities/{community_id}/settlements/{settlement_id}", tags=["market"])

FIGURES_FILE = "figures.csv"
PRICE_DECIMALS = 6
Price = Annotated[Decimal6, Query(description="Euro per MWh, stated by the asker", examples=["112.5"])]
_JSON: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {}}, "description": "Canonical JSON"}
}


@router.get(
    "/market",
    operation_id="getMarketServices",
    summary="Energy by time band, dedicated withdrawal, GSE's fees",
    response_class=Response,
    responses=_JSON,
)
def get_market(community_id: UUID, settlement_id: UUID, asker: Overseer, service: ServiceOf) -> Response:
    """From the readings and prices that the period was settled by, as `condivisa market services` says it."""
    with service.reading() as work:
        case = _case(work, asker, community_id, settlement_id)
    return Response(canonical_json(market_document(case)), media_type="application/json")


@router.get(
    "/net-metering",
    operation_id="simulateNetMetering",
    summary="Net metering (scambio sul posto), simulated; the law in force refuses it",
    response_class=Response,
    responses=_JSON,
)
def get_net_metering(
    community_id: UUID,
    settlement_id: UUID,
    national: Price,
    services: Price,
    asker: Overseer,
    service: ServiceOf,
) -> Response:
    """Of the PODs with a plant. NET_METERING_REFUSED under `cacer-2024`, with the reason."""
    prices = [parse_scaled(text, PRICE_DECIMALS) or 0 for text in (national, services)]
    with service.reading() as work:
        case = _case(work, asker, community_id, settlement_id)
    try:
        rows = [metering_document(row) for row in net_metering(case, *prices)]
    except NetMeteringRefused as error:
        raise ApiError("NET_METERING_REFUSED", str(error)) from None
    return Response(canonical_json({"net_metering": rows}), media_type="application/json")


@router.get("/gse-advance", operation_id="getGseAdvance", summary="What GSE might pay each month in advance")
def get_gse_advance(
    community_id: UUID,
    settlement_id: UUID,
    hours: Annotated[Decimal6, Query(description="Equivalent hours of a year, stated by the asker")],
    asker: Overseer,
    service: ServiceOf,
) -> AdvancesOut:
    """By the draft of 2023, plant by plant, with the tariffs of the settlement: an indication."""
    with service.reading() as work:
        case = _case(work, asker, community_id, settlement_id)
    hours_micro = parse_scaled(hours, PRICE_DECIMALS) or 0
    return AdvancesOut.of(monthly_advances_cents(settle(case), Fraction(hours_micro, MICRO)))


@router.post(
    "/gse-figures",
    operation_id="compareWithGse",
    summary="Compare the settlement with figures of GSE (CSV)",
    openapi_extra=takes_csv("from, to, configuration, plant, figure and value"),
)
def post_gse_figures(
    community_id: UUID, settlement_id: UUID, asker: Administrator, table: CsvTable, service: ServiceOf
) -> ComparisonOut:
    """Nothing is stored. Figures: injected_kwh, withdrawn_kwh, shared_kwh, premium_eur, valorisation_eur.

    The first differing hour and plant are named; there is no tolerance.
    """
    with service.reading() as work:
        case = _case(work, asker, community_id, settlement_id)
    with as_file(table, FIGURES_FILE) as file:
        statements, findings = read_gse_figures(file, case.community)
    if findings:
        detail = f"nothing was compared: the file has {len(findings)} findings"
        raise ApiError("FIGURES_MALFORMED", detail, findings_out(findings))
    return ComparisonOut.of(compare(settle(case), statements))


def _case(work: ReadWork, asker: Principal, community_id: UUID, settlement_id: UUID) -> Case:
    """What the settlement was computed from."""
    require_community(work, asker, community_id)
    found = work.settlements.get(settlement_id)
    if found is None or found.community_id != community_id:
        unknown("settlement")
    return load_case(work, community_id, found.start, found.end, found.as_of)
