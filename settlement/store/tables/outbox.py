"""What has to happen outside the database, written by the transaction that decided it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from settlement.store import columns


class OutboxMessageRow(SQLModel, table=True):
    """A message to the ledger's side. `key` makes it unique, `payload` refers to rows by id."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("idx_outbox_open", "community_id", "id", postgresql_where=text("done_at IS NULL")),
    )

    id: UUID = Field(sa_column=columns.key())
    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id"))
    key: str = Field(sa_column=columns.text(255, unique=True))
    topic: str = Field(sa_column=columns.text(50))
    payload: dict[str, Any] = Field(sa_column=columns.document(nullable=False))
    created_at: datetime = Field(sa_column=columns.recorded())
    done_at: datetime | None = Field(sa_column=columns.instant(nullable=True))
