"""The bank: payment files that were ordered, and statements, entry by entry."""

from collections import defaultdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from api.access import require_community, unknown
from api.deps import Administrator, Overseer, ServiceOf
from api.errors import ApiError, findings_out
from api.paging import DEFAULT, Limit, Offset
from api.routing import Router
from api.schemas.bank import (
    BankEntryOut,
    BankOrderIn,
    BankOrderOut,
    BankOrderPage,
    BankStatementOut,
    OrderedOut,
)
from api.schemas.wire import part
from oracle.usecases.import_statement import import_statement
from settlement.bankfile import read_statement, write_payment_file
from settlement.domain.findings import Finding
from settlement.domain.iban import iban_is_valid
from settlement.domain.records import ReceiptKind
from settlement.usecases.order_at_bank import order_at_bank

router = Router(prefix="/communities/{community_id}", tags=["bank"])

MEDIA_TYPES = ("application/xml", "text/xml", "text/csv")
FILE_NAME = "statement"
NUMBER_MAX = 2**31 - 1


async def _file(request: Request) -> bytes:
    """The body, read only now that the role is admitted."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() not in MEDIA_TYPES:
        raise ApiError("MEDIA_TYPE_UNSUPPORTED", f"this address takes {', '.join(MEDIA_TYPES)}")
    return await request.body()


def _takes() -> dict[str, Any]:
    """The request body in OpenAPI, which FastAPI cannot derive from a dependency."""
    schema = {
        "type": "string",
        "description": "CAMT.053 in version 02 or 08, pain.002 in version 03 or 10, or the CSV form",
    }
    return {"requestBody": {"required": True, "content": {name: {"schema": schema} for name in MEDIA_TYPES}}}


Accept = Annotated[bool, Query(description="Book it; otherwise nothing is written")]
Kind = Annotated[ReceiptKind | None, Query(description="Of receipts from GSE whose text does not tell")]
Account = Annotated[
    list[str] | None, Query(max_length=10, description="IBAN of a further account of the community")
]


@router.post(
    "/bank-statements",
    operation_id="importBankStatement",
    summary="Match a bank statement or a status report with orders and receipts (CAMT.053, CSV, pain.002)",
    openapi_extra=_takes(),
)
def post_statement(
    community_id: UUID,
    asker: Administrator,
    file: Annotated[bytes, Depends(_file)],
    service: ServiceOf,
    accept: Accept = False,
    kind: Kind = None,
    account: Account = None,
) -> BankStatementOut:
    """Credits from GSE become receipts, debits of ours credited payouts, what came back returned ones.

    Shown first, booked with `accept`; the same or an overlapping statement again changes nothing. With any
    finding nothing is booked.
    """
    found = read_statement(FILE_NAME, file)
    _refuse(found.findings)
    accounts = account or []
    if not all(map(iban_is_valid, accounts)):
        raise ApiError("REQUEST_MALFORMED", "an account is not an IBAN, or its check digits are wrong")
    with service.writing() as work:
        require_community(work, asker, community_id)
        done = import_statement(
            work,
            community_id,
            found.entries,
            accept=accept,
            kind=kind,
            accounts=accounts,
            statuses=found.statuses,
        )
        _refuse(done.findings)
        if accept:
            work.commit()
    entries = [BankEntryOut.of(proposal) for proposal in done.proposals]
    return BankStatementOut(accepted=accept, unbooked=found.unbooked, entries=entries)


@router.post(
    "/bank-orders",
    operation_id="orderAtBank",
    summary="Order a distribution's reserved bank payouts (pain.001.001.09)",
    status_code=201,
    responses={200: {"model": OrderedOut, "description": "Nothing more was reserved: the last order"}},
)
def post_order(
    community_id: UUID, wanted: BankOrderIn, response: Response, asker: Administrator, service: ServiceOf
) -> OrderedOut:
    """Order, payments and the file's bytes are stored together; the file is fetched by the order's number.

    Sent twice it answers the same order: a payout has one open payment at most.
    """
    with service.writing() as work:
        require_community(work, asker, community_id)
        now = service.clock()
        done = order_at_bank(
            work, write_payment_file, community_id, wanted.distribution_id, wanted.terms, now
        )
        shown = OrderedOut.of(done, work.bank_orders.payments(community_id, [done.order.id]))
        work.commit()
    response.status_code = 201 if done.new else 200
    return shown


@router.get("/bank-orders", operation_id="listBankOrders", summary="Payment files, the latest first")
def list_orders(
    community_id: UUID, asker: Overseer, service: ServiceOf, limit: Limit = DEFAULT, offset: Offset = 0
) -> BankOrderPage:
    """What was ordered at the bank and what became of it, in figures."""
    with service.reading() as work:
        require_community(work, asker, community_id)
        orders = work.bank_orders.of_community(community_id)[::-1]
        shown = part(orders, limit, offset)
        payments = defaultdict(list)
        for row in work.bank_orders.payments(community_id, [order.id for order in shown]):
            payments[row.order_id].append(row)
    rows = [BankOrderOut.of(order, payments[order.id]) for order in shown]
    return BankOrderPage(limit=limit, offset=offset, total=len(orders), orders=rows)


@router.get(
    "/bank-orders/{number}/file",
    operation_id="getBankOrderFile",
    summary="The payment file of an order (pain.001.001.09)",
    response_class=Response,
    responses={200: {"content": {"application/xml": {"schema": {"type": "string"}}}}},
)
def get_order_file(
    community_id: UUID,
    number: Annotated[int, Path(ge=1, le=NUMBER_MAX, description="The order's number")],
    asker: Administrator,
    service: ServiceOf,
) -> Response:
    """Byte for byte what was ordered, with names and IBANs: for the bank alone."""
    with service.reading() as work:
        require_community(work, asker, community_id)
        orders = work.bank_orders.of_community(community_id)
    found = next((row for row in orders if row.number == number), None) or unknown("bank order")
    disposition = {"Content-Disposition": f'attachment; filename="order-{number}.xml"'}
    return Response(found.file, media_type="application/xml", headers=disposition)


def _refuse(findings: "tuple[Finding, ...] | list[Finding]") -> None:
    if findings:
        detail = f"nothing was booked: the statement has {len(findings)} findings"
        raise ApiError("STATEMENT_MALFORMED", detail, findings_out(sorted(findings)))
