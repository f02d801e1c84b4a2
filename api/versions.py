"""Versions of a resource (RFC 9110, entity tags): a change that rests on an old one is refused."""

import hashlib
from typing import Annotated

from fastapi import Header, Response
from pydantic import BaseModel

from api.errors import ApiError

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=200,
        description="ETag of the version that the change rests on; without it the change is made in any case",
    ),
]


def version_of(shown: BaseModel) -> str:
    """A strong entity tag: the same answer has the same tag, another answer another one."""
    return f'"{hashlib.sha256(shown.model_dump_json().encode()).hexdigest()[:32]}"'


def mark(response: Response, shown: BaseModel) -> None:
    """Tell the version with the answer."""
    response.headers["ETag"] = version_of(shown)


def require_match(if_match: str | None, stored: BaseModel) -> None:
    """Refuse a change that rests on another version than the stored one."""
    if if_match is None or if_match.strip() == "*":
        return
    if version_of(stored) not in [tag.strip() for tag in if_match.split(",")]:
        raise ApiError("STALE_VERSION", "it has changed since you read it: read it again")
