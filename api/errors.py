"""The only table from error codes to HTTP statuses, and the handlers that turn failures into problems.

409: the request is well formed, but the state of things refuses it. 422: the request itself is malformed.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.problems import FindingOut, problem, respond
from oracle.errors import OracleError
from planning.forecast import HistoryMissing
from settlement.domain.errors import CaseNotReady, ServiceError
from settlement.domain.findings import Finding
from settlement.domain.parameters import ParameterMissing
from settlement.domain.rulesets import RuleMissing
from settlement.store.engine import database_failure

log = logging.getLogger("condivisa.api")

STATUS_OF: Final[Mapping[str, int]] = {
    "UNAUTHENTICATED": 401,
    "POD_NOT_OWN": 403,
    "ROLE_NOT_ALLOWED": 403,
    "NOT_FOUND": 404,
    "NOT_POSTED": 404,
    "PAGE_ABSENT": 404,
    "ROUTE_UNKNOWN": 404,
    "METHOD_NOT_ALLOWED": 405,
    "ACCOUNTS_DIFFER": 409,
    "ALREADY_DISTRIBUTED": 409,
    "BOOKING_REFUSED": 409,
    "CASE_NOT_READY": 409,
    "CHANGED_SINCE_CHECK": 409,
    "COMMUNITY_DIFFERS": 409,
    "DEVICE_EXISTS": 409,
    "DEVICE_MISFIT": 409,
    "DEVICE_REVOKED": 409,
    "DISTRIBUTION_NOT_SETTLED": 409,
    "ESTIMATE_REFUSED": 409,
    "EVIDENCE_LOST": 409,
    "FIELD_NOT_CHANGEABLE": 409,
    "FINDINGS_NOT_ACKNOWLEDGED": 409,
    "HISTORY_MISSING": 409,
    "JOB_KEY_REUSED": 409,
    "JOB_REFUSED": 409,
    "LEDGER_DIVERGES": 409,
    "LIFECYCLE_REFUSED": 409,
    "MEASURED_IN_FUTURE": 409,
    "MEASURED_TOO_LONG_AGO": 409,
    "MEMBER_EXISTS": 409,
    "MESSAGE_ID_REUSED": 409,
    "NOTHING_TO_DISTRIBUTE": 409,
    "NET_METERING_REFUSED": 409,
    "NOTHING_TO_ORDER": 409,
    "NOT_DEPLOYED": 409,
    "ORDER_REFUSED": 409,
    "PARAMETER_MISSING": 409,
    "PLANT_EXISTS": 409,
    "POD_TAKEN": 409,
    "QUARANTINE_REFUSED": 409,
    "READINGS_NOT_ADMITTED": 409,
    "RECEIPT_NOT_PAYABLE": 409,
    "RECEIPT_REFERENCE_REUSED": 409,
    "RECEIVED_OUT_OF_ORDER": 409,
    "SETTLEMENT_SUPERSEDED": 409,
    "TOKEN_MISFIT": 409,
    "TRANSITION_REFUSED": 409,
    "UNKNOWN_CONFIGURATION": 409,
    "SALTS_FORGOTTEN": 410,
    "STALE_VERSION": 412,
    "BODY_TOO_LARGE": 413,
    "MEDIA_TYPE_UNSUPPORTED": 415,
    "PERIOD_NOT_WHOLE_DAYS": 422,
    "PERIOD_TOO_LONG": 422,
    "FIGURES_MALFORMED": 422,
    "MESSAGE_MALFORMED": 422,
    "FINDINGS_IN_TABLE": 422,
    "JOB_MALFORMED": 422,
    "READINGS_MALFORMED": 422,
    "REQUEST_MALFORMED": 422,
    "STATEMENT_MALFORMED": 422,
    "INTERNAL": 500,
    "DATABASE_UNAVAILABLE": 503,
    "NOT_READY": 503,
}

_RULE_MISSING = (ParameterMissing, RuleMissing)
_CODE_OF_STATUS: Final[Mapping[int, str]] = {
    404: "ROUTE_UNKNOWN",
    405: "METHOD_NOT_ALLOWED",
    413: "BODY_TOO_LARGE",
    415: "MEDIA_TYPE_UNSUPPORTED",
}
_SENTENCE_OF: Final[Mapping[str, str]] = {
    "ROUTE_UNKNOWN": "there is nothing at this address",
    "METHOD_NOT_ALLOWED": "this address does not know this method",
    "BODY_TOO_LARGE": "the body is too large",
    "MEDIA_TYPE_UNSUPPORTED": "this address takes another media type",
    "REQUEST_MALFORMED": "the body cannot be read",
}


class ApiError(Exception):
    """A failure that the HTTP edge itself finds; `code` stands in STATUS_OF."""

    def __init__(
        self,
        code: str,
        detail: str,
        findings: Sequence[FindingOut] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail, self.findings, self.headers = code, detail, findings, headers


def install(app: FastAPI) -> None:
    """Let every failure of the application leave as a problem."""
    app.add_exception_handler(ApiError, _api_error)
    for refusal in (ServiceError, OracleError, HistoryMissing, *_RULE_MISSING):
        app.add_exception_handler(refusal, _refusal)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(Exception, _bug)


def _api_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    told = problem(error.code, STATUS_OF[error.code], error.detail, error.findings)
    return respond(told, error.headers)


def _refusal(request: Request, error: Exception) -> Response:
    """A refusal of the service, by its code; a code that the table does not know is a bug of ours."""
    code = code_of(error)
    if code not in STATUS_OF:
        return _bug(request, error)
    findings = findings_out(error.findings) if isinstance(error, CaseNotReady) else []
    return respond(problem(code, STATUS_OF[code], str(error), findings))


def code_of(error: Exception) -> str:
    """The stable name of a refusal."""
    return "PARAMETER_MISSING" if isinstance(error, _RULE_MISSING) else str(getattr(error, "code", ""))


def findings_out(findings: Iterable[Finding]) -> list[FindingOut]:
    """Findings of files as they are sent."""
    return [FindingOut(place=row.file, line=row.line, sentence=row.sentence) for row in findings]


def _malformed(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    findings = [_finding_of(one) for one in error.errors()]
    detail = "the request is malformed; every defect is among the findings"
    return respond(problem("REQUEST_MALFORMED", 422, detail, findings))


def _finding_of(one: Mapping[str, Any]) -> FindingOut:
    """What pydantic found, without the value that was sent: it may be personal."""
    place = ".".join(str(part) for part in one["loc"]).encode("ascii", "backslashreplace").decode()
    return FindingOut(place=place[:200], line=None, sentence=str(one["msg"])[:500])


def _http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, ApiError):
        return _api_error(request, error.__cause__)  # FastAPI wraps whatever happens while a body is read
    code = _CODE_OF_STATUS.get(error.status_code, "REQUEST_MALFORMED")
    told = problem(code, STATUS_OF[code], _SENTENCE_OF[code])
    return respond(told, error.headers)


def _bug(request: Request, error: Exception) -> Response:
    reason = database_failure(error)
    if reason is not None:
        log.error(reason, exc_info=error)
        return respond(problem("DATABASE_UNAVAILABLE", 503, f"{reason}; try again"))
    # The route, never the query or the headers: they may hold tokens and personal data.
    route = request.scope.get("route")
    log.error("bug in %s %s", request.method, getattr(route, "path", "?"), exc_info=error)
    return respond(problem("INTERNAL", 500, "an error of ours; it has been logged"))
