"""Members' statements of distributions. Append-only."""

import hashlib
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import insert, select
from sqlmodel import Session, col

from settlement.domain.records import Distribution
from settlement.store.tables import StatementRow as Row


class StatementsReader:
    """Reads statements; writes nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, distribution_id: UUID, member: str) -> bytes | None:
        """The bytes of a member's statement."""
        same = (col(Row.distribution_id) == distribution_id, col(Row.member) == member)
        return self._session.execute(select(col(Row.document)).where(*same)).scalar()

    def hashes(self, distribution_id: UUID) -> dict[str, bytes]:
        """SHA-256 of every statement of a distribution, by member."""
        query = select(col(Row.member), col(Row.sha256)).where(col(Row.distribution_id) == distribution_id)
        return {row.member: row.sha256 for row in self._session.execute(query)}


class Statements(StatementsReader):
    """Adds statements; none is ever changed."""

    def add(self, distribution: Distribution, statements: Mapping[str, bytes]) -> None:
        """Store the statements of a distribution by member."""
        rows = [
            {
                "distribution_id": distribution.id,
                "member": member,
                "community_id": distribution.community_id,
                "document": document,
                "sha256": hashlib.sha256(document).digest(),
            }
            for member, document in statements.items()
        ]
        if rows:
            self._session.execute(insert(Row), rows)
