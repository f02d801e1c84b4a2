"""What was held back from the readings, and which versions of days were estimated here."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Date, Index, Integer, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from settlement.store import columns


class QuarantinedReadingRow(SQLModel, table=True):
    """A day of readings that is held, or was; NULL among `wh` is an interval that is absent.

    `estimated` is a bitmap, first interval in the highest bit. The state goes from held to released or
    rejected, once; a trigger refuses every other change.
    """

    __tablename__ = "quarantined_readings"
    __table_args__ = (
        UniqueConstraint(
            "community_id", "pod", "direction", "day", "digest", name="uq_quarantined_readings_arrival"
        ),
        Index("idx_quarantined_readings_state", "community_id", "state", "day"),
    )

    id: UUID = Field(sa_column=columns.key())
    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id"))
    pod: str = Field(sa_column=columns.text(15))
    direction: str = Field(sa_column=columns.text(9))
    day: date = Field(sa_column=Column(Date, nullable=False))
    resolution_minutes: int = Field(sa_column=Column(SmallInteger, nullable=False))
    wh: list[int | None] = Field(sa_column=Column(ARRAY(Integer), nullable=False))
    estimated: bytes = Field(sa_column=columns.octets())
    digest: bytes = Field(sa_column=columns.octets())
    received_at: datetime = Field(sa_column=columns.instant())
    source: str = Field(sa_column=columns.text(200))
    findings: list[dict[str, Any]] = Field(sa_column=columns.document(nullable=False))
    state: str = Field(sa_column=columns.text(10))
    decided_by: str | None = Field(sa_column=columns.text(100, nullable=True))
    reason: str | None = Field(sa_column=columns.text(500, nullable=True))
    decided_at: datetime | None = Field(sa_column=columns.instant(nullable=True))


class ReadingEstimateRow(SQLModel, table=True):
    """The method behind the version of a day that was estimated here; append-only."""

    __tablename__ = "reading_estimates"

    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id", primary_key=True))
    pod: str = Field(sa_column=columns.text(15, primary_key=True))
    direction: str = Field(sa_column=columns.text(9, primary_key=True))
    day: date = Field(sa_column=Column(Date, primary_key=True))
    received_at: datetime = Field(sa_column=columns.instant(primary_key=True))
    method: str = Field(sa_column=columns.text(30))
    from_days: list[date] = Field(sa_column=Column(ARRAY(Date), nullable=False))
    actor: str = Field(sa_column=columns.text(100))
    reason: str = Field(sa_column=columns.text(500))
    recorded_at: datetime = Field(sa_column=columns.recorded())
