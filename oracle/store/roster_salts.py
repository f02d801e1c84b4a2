"""Secrets of members in the roster on the ledger, from which their pseudonymous ids derive."""

import secrets
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from oracle.store.tables import RosterSaltRow as Row

SALT_BYTES = 32


class RosterSaltsReader:
    """Reads salts; makes none."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, community_id: UUID, members: Collection[str]) -> dict[str, bytes]:
        """The salts that exist, by member."""
        query = select(col(Row.member), col(Row.salt)).where(
            col(Row.community_id) == community_id, col(Row.member).in_(list(members))
        )
        return {row.member: row.salt for row in self._session.execute(query)}


class RosterSalts(RosterSaltsReader):
    """Makes salts and forgets them."""

    def make(self, community_id: UUID, members: Collection[str]) -> dict[str, bytes]:
        """The salts of all these members, random ones made where they are missing."""
        rows = [
            {"community_id": community_id, "member": member, "salt": secrets.token_bytes(SALT_BYTES)}
            for member in sorted(members)
        ]
        if rows:
            self._session.execute(insert(Row).on_conflict_do_nothing(), rows)
        return self.of(community_id, members)

    def forget(self, community_id: UUID, member: str) -> bool:
        """Delete a salt; whether there was one. The rosters that held the member's id stay as they are."""
        gone = delete(Row).where(col(Row.community_id) == community_id, col(Row.member) == member)
        return self._session.execute(gone.returning(col(Row.member))).first() is not None
