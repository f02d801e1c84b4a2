"""What was written to the chain, in sentences."""

from datetime import datetime
from typing import Any, Self

from pydantic import Field

from api.schemas.wire import Count, Hash, Id, Instant, Page, Response, hexadecimal, rome
from oracle.ports import ChainEvent
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


class LedgerEventOut(Response):
    """One event of a contract, decoded."""

    block: int
    log_index: Count = Field(description="Its place in the block")
    block_hash: Hash
    transaction: Hash
    mined_at: Instant
    contract: str = Field(pattern="^0x[0-9a-f]{40}$", description="20 bytes, lower-case hexadecimal")
    name: str = Field(examples=["DayAccepted"])
    arguments: dict[str, Any] = Field(description="Whole numbers are decimal text, bytes are 0x text")

    @classmethod
    def of(cls, event: ChainEvent, mined_at: datetime) -> Self:
        """The event as it is sent."""
        return cls(
            block=event.block_number,
            log_index=event.log_index,
            block_hash=hexadecimal(event.block_hash),
            transaction=hexadecimal(event.transaction),
            mined_at=rome(mined_at),
            contract=hexadecimal(event.address),
            name=event.name,
            arguments=dict(event.arguments),
        )


class LedgerEventPage(Page):
    """Events, the latest first, as the index has them."""

    chain_id: int | None = Field(description="Null before the community has contracts")
    block: int | None = Field(description="The newest block that was read; null before the first")
    events: list[LedgerEventOut]


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
