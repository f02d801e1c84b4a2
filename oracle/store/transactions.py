"""Signed transactions: stored before they are sent, with what became of them."""

from dataclasses import fields
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlmodel import Session, col

from oracle.ports import Outcome, Signed
from oracle.records import StoredTransaction, TransactionState
from oracle.store.tables import ChainTransactionRow as Row
from settlement.store.tables import OutboxMessageRow

_FIELDS = [field.name for field in fields(StoredTransaction)]


class TransactionsReader:
    """Reads transactions; writes none."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_message(self, outbox_id: UUID) -> dict[str, StoredTransaction]:
        """The latest attempt of each step of an outbox message, by step."""
        rows = self._all(col(Row.outbox_id) == outbox_id)
        return {row.step: row for row in sorted(rows, key=lambda row: row.attempt)}

    def of_sender(self, chain_id: int, sender: bytes, from_nonce: int = 0) -> list[StoredTransaction]:
        """Transactions of an account on a chain, all or those from a nonce on, by nonce."""
        of = (col(Row.chain_id) == chain_id, col(Row.sender) == sender)
        return self._all(*of, col(Row.nonce) >= from_nonce)

    def of_community(self, community_id: UUID) -> list[StoredTransaction]:
        """All transactions that a community's messages led to, in the order of their signing."""
        messages = select(col(OutboxMessageRow.id)).where(col(OutboxMessageRow.community_id) == community_id)
        return self._all(col(Row.outbox_id).in_(messages))

    def next_nonce(self, chain_id: int, sender: bytes) -> int | None:
        """One more than the highest stored nonce, None when nothing is stored."""
        highest = self._highest(col(Row.chain_id) == chain_id, col(Row.sender) == sender)
        return None if highest is None else highest + 1

    def first_block(self, chain_id: int) -> int | None:
        """The lowest block of a chain that holds a transaction of ours, None before the first."""
        of = col(Row.chain_id) == chain_id
        lowest = self._session.execute(select(func.min(col(Row.block_number))).where(of)).scalar()
        return None if lowest is None else int(lowest)

    def mined_nonce(self, chain_id: int, sender: bytes) -> int | None:
        """The highest nonce that is recorded as in the chain, with or without effect; None: none is."""
        mined = col(Row.state) != TransactionState.SIGNED
        return self._highest(col(Row.chain_id) == chain_id, col(Row.sender) == sender, mined)

    def _highest(self, *conditions: ColumnElement[bool]) -> int | None:
        highest = self._session.execute(select(func.max(col(Row.nonce))).where(*conditions)).scalar()
        return None if highest is None else int(highest)

    def _all(self, *conditions: ColumnElement[bool]) -> list[StoredTransaction]:
        query = select(Row).where(*conditions).order_by(col(Row.chain_id), col(Row.sender), col(Row.nonce))
        rows = self._session.scalars(query, execution_options={"populate_existing": True})
        return [_transaction(row) for row in rows]


class Transactions(TransactionsReader):
    """Adds transactions, raises their fees and notes their outcomes."""

    def add(self, transaction: StoredTransaction) -> None:
        """Store a signed transaction. The database refuses a nonce or a step that is taken."""
        columns = {name: getattr(transaction, name) for name in _FIELDS}
        columns |= {"earlier_hashes": list(transaction.earlier_hashes)}
        self._session.execute(insert(Row), [columns])

    def replace(self, transaction: StoredTransaction, signed: Signed) -> None:
        """Store the version with a higher fee; the earlier hashes are kept, since any may be mined."""
        values = {"raw": signed.raw, "hash": signed.hash, "earlier_hashes": list(transaction.hashes)}
        self._session.execute(update(Row).where(col(Row.id) == transaction.id).values(values))

    def record(self, transaction_id: UUID, outcome: Outcome) -> None:
        """Store what became of a transaction; after a reorganisation it may stand in another block."""
        state = TransactionState.MINED if outcome.succeeded else TransactionState.REVERTED
        values = {
            "state": state,
            "block_number": outcome.block_number,
            "block_hash": outcome.block_hash,
            "gas_used": outcome.gas_used,
            "contract": outcome.contract,
            "mined_at": func.coalesce(col(Row.mined_at), func.now()),
        }
        self._session.execute(update(Row).where(col(Row.id) == transaction_id).values(values))


def _transaction(row: Row) -> StoredTransaction:
    columns = {name: getattr(row, name) for name in _FIELDS}
    columns |= {"earlier_hashes": tuple(row.earlier_hashes), "state": TransactionState(row.state)}
    return StoredTransaction(**columns)
