"""What was written to the chain, in sentences."""

from typing import Self

from pydantic import Field

from api.schemas.wire import Count, Hash, Id, Instant, Page, Response, hexadecimal, rome
from oracle.records import NotedQuorum, StoredTransaction
from oracle.usecases.standing import keys_sentence


class LedgerTransactionOut(Response):
    """One transaction: a sentence for people, the hash for anybody's own node."""

    id: Id
    sentence: str = Field(examples=["Posts the hours of 1 to 7 July 2024."])
    chain_id: int
    hash: Hash
    state: str = Field(description="signed (on its way), mined, or reverted (without effect)")
    block: int | None = Field(description="Null while no block holds it")
    block_hash: Hash | None
    gas_used: Count | None
    mined_at: Instant | None

    @classmethod
    def of(cls, record: StoredTransaction) -> Self:
        """The transaction as it is sent."""
        return cls(
            id=record.id,
            sentence=record.sentence,
            chain_id=record.chain_id,
            hash=hexadecimal(record.hash),
            state=record.state,
            block=record.block_number,
            block_hash=None if record.block_hash is None else hexadecimal(record.block_hash),
            gas_used=record.gas_used,
            mined_at=None if record.mined_at is None else rome(record.mined_at),
        )


class LedgerTransactionPage(Page):
    """Transactions, the latest first."""

    transactions: list[LedgerTransactionOut]


class ReportersOut(Response):
    """Who signs for a community on the ledger, and what its signatures mean where this service holds keys."""

    epoch: int
    threshold: int = Field(description="How many reporters must sign")
    reporters: list[str] = Field(description="Addresses, ascending")
    held: int = Field(description="Of how many of them this service holds the keys")
    decided_by_service: bool = Field(description="Whether this service alone can sign for the ledger")
    sentence: str
    noted_at: Instant | None

    @classmethod
    def of(cls, noted: NotedQuorum) -> Self:
        """The reporters as they are sent."""
        return cls(
            epoch=noted.epoch,
            threshold=noted.threshold,
            reporters=[hexadecimal(reporter) for reporter in noted.reporters],
            held=noted.held,
            decided_by_service=noted.held >= noted.threshold,
            sentence=keys_sentence(noted.held, len(noted.reporters), noted.threshold),
            noted_at=None if noted.noted_at is None else rome(noted.noted_at),
        )
