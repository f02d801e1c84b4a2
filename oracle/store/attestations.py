"""Signatures that reporters handed in; they are public once they are on a chain, and no key is among them."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from oracle.store.tables import AttestationRow as Row


class AttestationsReader:
    """Reads signatures; takes none."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, digest: bytes) -> Mapping[bytes, bytes]:
        """The signatures (65 bytes) over a digest (32 bytes), by the signer's address (20 bytes)."""
        query = select(col(Row.signer), col(Row.signature)).where(col(Row.digest) == digest)
        return {row.signer: row.signature for row in self._session.execute(query.order_by(col(Row.signer)))}


class Attestations(AttestationsReader):
    """Takes signatures."""

    def add(self, digest: bytes, signer: bytes, signature: bytes) -> bool:
        """Store a checked signature; whether it is new. A signer's first signature over a digest stays."""
        row = {"digest": digest, "signer": signer, "signature": signature, "received_at": func.now()}
        added = insert(Row).values(row).on_conflict_do_nothing().returning(col(Row.signer))
        return self._session.execute(added).first() is not None
