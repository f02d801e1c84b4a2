"""Keys to the API; only their SHA-256 is kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session, col

from community.domain.records import Principal, Role, TokenRecord
from community.store.tables import ApiTokenRow, MemberRow

Row = ApiTokenRow


class TokensReader:
    """Recognises keys; writes nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def principal(self, token_hash: bytes, now: datetime) -> Principal | None:
        """Who holds the key of that hash, unless it has expired or was revoked by `now`."""
        row = self._session.execute(_PRINCIPAL, {"token_hash": token_hash, "now": now}).first()
        if row is None:
            return None
        token_id, label, role, community_id, member_id, member = row
        return Principal(token_id, label, Role(role), community_id, member_id, member)

    def all(self) -> list[TokenRecord]:
        """All keys, oldest first."""
        rows = self._session.scalars(select(Row).order_by(col(Row.id)))
        return [
            TokenRecord(
                row.id,
                row.label,
                Role(row.role),
                row.community_id,
                row.member_id,
                row.created_at,
                row.expires_at,
                row.revoked_at,
            )
            for row in rows
        ]


class Tokens(TokensReader):
    """Adds and revokes keys."""

    def add(self, token: TokenRecord, token_hash: bytes) -> None:
        """Store a key by its hash."""
        self._session.execute(
            insert(Row),
            [
                {
                    "id": token.id,
                    "token_hash": token_hash,
                    "label": token.label,
                    "role": token.role,
                    "community_id": token.community_id,
                    "member_id": token.member_id,
                    "created_at": token.created_at,
                    "expires_at": token.expires_at,
                }
            ],
        )

    def revoke(self, token_id: UUID, now: datetime) -> bool:
        """Revoke a key; False when there is none or it was revoked before."""
        open_key = (col(Row.id) == token_id, col(Row.revoked_at).is_(None))
        statement = update(Row).where(*open_key).values(revoked_at=now).returning(col(Row.id))
        return self._session.execute(statement).first() is not None


# Asked with every request, so it is composed once.
_PRINCIPAL = (
    select(
        col(Row.id),
        col(Row.label),
        col(Row.role),
        col(Row.community_id),
        col(Row.member_id),
        col(MemberRow.code),
    )
    .outerjoin(MemberRow, col(MemberRow.id) == col(Row.member_id))
    .where(
        col(Row.token_hash) == bindparam("token_hash"),
        col(Row.revoked_at).is_(None),
        col(Row.expires_at) > bindparam("now"),
    )
)
