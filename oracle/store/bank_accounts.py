"""Bank accounts behind hashes on the ledger that are no member's payout of a distribution."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from oracle.store.tables import BankAccountRow as Row


class BankAccountsReader:
    """Reads accounts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, community_id: UUID) -> dict[bytes, str]:
        """IBANs by the hash that stands for them on the ledger."""
        query = select(col(Row.payee), col(Row.iban)).where(col(Row.community_id) == community_id)
        return {row.payee: row.iban for row in self._session.execute(query)}


class BankAccounts(BankAccountsReader):
    """Adds accounts and forgets them."""

    def add(self, community_id: UUID, payee: bytes, salt: bytes, iban: str) -> None:
        """Store an account; the same again changes nothing."""
        row = {"community_id": community_id, "payee": payee, "salt": salt, "iban": iban}
        self._session.execute(insert(Row).on_conflict_do_nothing(), [row])

    def forget(self, community_id: UUID, payee: bytes) -> bool:
        """Delete an account; whether there was one. The ledger keeps the hash, which says nothing then."""
        gone = delete(Row).where(col(Row.community_id) == community_id, col(Row.payee) == payee)
        return self._session.execute(gone.returning(col(Row.payee))).first() is not None
