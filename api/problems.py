"""Errors on the wire: RFC 9457 application/problem+json, one shape for all of them."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:condivisa:problem:"
FINDINGS_MAX = 1_000


class FindingOut(BaseModel):
    """One defect of what was sent: where it stands and what is wrong with it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    place: str = Field(description="File name, or path inside the request", examples=["readings.csv"])
    line: int | None = Field(
        description="Line of the file, header = 1; null where there are no lines", examples=[12]
    )
    sentence: str = Field(description="What is wrong", examples=["missing reading: missing is not zero"])


class Problem(BaseModel):
    """RFC 9457 problem details; `code` is stable and meant for programs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str = Field(examples=["urn:condivisa:problem:COMMUNITY_UNKNOWN"])
    code: str = Field(examples=["COMMUNITY_UNKNOWN"])
    title: str = Field(description="The status in words", examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["there is no such community, or it is not yours to see"])
    findings: list[FindingOut] = Field(description="Every defect found, at most 1,000 of them; often empty")


def problem(code: str, status: int, detail: str, findings: Sequence[FindingOut] = ()) -> Problem:
    """Problem details of one failure."""
    return Problem(
        type=TYPE_PREFIX + code,
        code=code,
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        findings=list(findings[:FINDINGS_MAX]),
    )


def respond(told: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The problem as an HTTP response that no cache keeps."""
    return Response(
        content=told.model_dump_json(),
        status_code=told.status,
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )
