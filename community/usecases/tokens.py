"""Keys to the API: shown once, kept as SHA-256, with role, expiry and revocation."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from community.domain.records import Principal, Role, TokenRecord
from community.ports import ReadOnlyUnitOfWork, UnitOfWork
from settlement.domain.errors import NotFound, ServiceError
from settlement.domain.identifiers import uuid7

TOKEN_BYTES = 32


class TokenMisfit(ServiceError):  # noqa: N818 - named as the fact that it states
    """A member's token names its community and its member; others name no member."""

    code = "TOKEN_MISFIT"


@dataclass(frozen=True, slots=True)
class CreatedToken:
    """A new key. `secret` is shown once and kept nowhere."""

    record: TokenRecord
    secret: str = field(repr=False)


def create_token(
    work: UnitOfWork,
    role: Role,
    label: str,
    now: datetime,
    expires_at: datetime,
    community_id: UUID | None = None,
    member_id: UUID | None = None,
) -> CreatedToken:
    """Make a key of 32 random bytes; without a community it opens all of them.

    Raises TokenMisfit, and NotFound when the member is not the community's.
    """
    if (role is Role.MEMBER) != (member_id is not None) or (member_id is not None and community_id is None):
        raise TokenMisfit("a member's token names its community and its member; others name no member")
    if expires_at <= now:
        raise TokenMisfit("a token expires in the future")
    if community_id is not None and work.communities.get(community_id) is None:
        raise NotFound("community", community_id)
    if community_id and member_id and work.communities.member(community_id, member_id) is None:
        raise NotFound("member", member_id)
    secret = secrets.token_urlsafe(TOKEN_BYTES)
    record = TokenRecord(uuid7(), label, role, community_id, member_id, now, expires_at, None)
    work.tokens.add(record, token_hash(secret))
    return CreatedToken(record, secret)


def authenticate(work: ReadOnlyUnitOfWork, secret: str, now: datetime) -> Principal | None:
    """Who holds the key; None when it is unknown, expired or revoked."""
    return work.tokens.principal(token_hash(secret), now)


def revoke_token(work: UnitOfWork, token_id: UUID, now: datetime) -> bool:
    """Revoke a key at once; False when there is none or it was revoked before."""
    return work.tokens.revoke(token_id, now)


def token_hash(secret: str) -> bytes:
    """SHA-256 of a key. The key is 256 random bits, so a slow hash would add nothing."""
    return hashlib.sha256(secret.encode()).digest()
